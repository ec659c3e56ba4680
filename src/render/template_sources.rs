//! What each template is made of: its own source, and those of the templates that it includes, extends or imports.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::machinery::{Token, tokenize};

use crate::layout::TEMPLATES;
use crate::tree::Tree;

/// The templates of a tree, and what each refers to.
#[derive(Debug)]
pub struct TemplateSources {
    /// Without comments.
    sources: BTreeMap<String, String>,
    /// The names of the templates that each is made of, its own among them.
    parts: BTreeMap<String, BTreeSet<String>>,
}

impl TemplateSources {
    /// All templates below `templates/`.
    pub fn of(tree: &Tree) -> TemplateSources {
        let prefix = format!("{TEMPLATES}/");
        let sources: BTreeMap<String, String> = tree
            .below(TEMPLATES)
            .filter(|(path, _)| path.ends_with(".jinja"))
            .map(|(path, bytes)| (path.trim_start_matches(&prefix).to_owned(), without_comments(&String::from_utf8_lossy(bytes))))
            .collect();
        let used: BTreeMap<&String, Vec<&String>> = sources.iter().map(|(name, source)| (name, referred(source, &sources))).collect();
        let parts = |name: &String| {
            let mut all = BTreeSet::from([name.clone()]);
            let mut waiting = vec![name];
            while let Some(next) = waiting.pop() {
                waiting.extend(used.get(next).into_iter().flatten().copied().filter(|other| all.insert((*other).clone())));
            }
            all
        };
        let parts = sources.keys().map(|name| (name.clone(), parts(name))).collect();
        TemplateSources { sources, parts }
    }

    /// Whether a template is, includes, extends or imports another.
    pub fn uses(&self, name: &str, other: &str) -> bool {
        self.parts.get(name).is_some_and(|parts| parts.contains(other))
    }

    /// The names of all templates.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// The names and sources of the templates that a template is made of.
    pub fn parts(&self, name: &str) -> impl Iterator<Item = (&str, &str)> {
        let parts = self.parts.get(name).into_iter().flatten();
        parts.filter_map(|part| Some((part.as_str(), self.sources.get(part)?.as_str())))
    }
}

fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{#") {
        out.push_str(before);
        let Some((_, behind)) = after.split_once("#}") else { return out };
        rest = behind;
    }
    out + rest
}

/// The templates that a source names; all of them if it computes a name.
fn referred<'a>(source: &str, templates: &'a BTreeMap<String, String>) -> Vec<&'a String> {
    let mut names = BTreeSet::new();
    let mut tokens = tokenize(source, false, Default::default()).map_while(Result::ok).map(|(token, _)| token);
    while let Some(token) = tokens.next() {
        if !matches!(token, Token::BlockStart) || !matches!(tokens.next(), Some(Token::Ident("include" | "extends" | "import" | "from"))) {
            continue;
        }
        for token in tokens.by_ref() {
            match token {
                Token::Str(name) => names.extend(templates.get_key_value(name).map(|(name, _)| name)),
                Token::String(name) => names.extend(templates.get_key_value(&*name).map(|(name, _)| name)),
                Token::BracketOpen | Token::BracketClose | Token::ParenOpen | Token::ParenClose | Token::Comma => {}
                // The end of the names.
                Token::BlockEnd | Token::Ident("ignore" | "with" | "without" | "as" | "import") => break,
                _ => return templates.keys().collect(),
            }
        }
    }
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(files: &[(&str, &str)]) -> TemplateSources {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.files.insert(format!("{TEMPLATES}/{path}"), text.as_bytes().to_vec().into());
        }
        TemplateSources::of(&tree)
    }

    fn parts(source: &str) -> Vec<String> {
        let files = [("a.jinja", source), ("b.jinja", "{%- from 'c.jinja' import m %}"), ("c.jinja", "x{# a remark #}"), ("d.jinja", "y")];
        sources(&files).parts("a.jinja").map(|(name, _)| name.to_owned()).collect()
    }

    #[test]
    fn a_template_is_what_it_includes_too() {
        assert_eq!(parts("{% include \"b.jinja\" %}"), ["a.jinja", "b.jinja", "c.jinja"]);
        assert_eq!(parts("{% include ['d.jinja', \"c.jinja\"] ignore missing %}"), ["a.jinja", "c.jinja", "d.jinja"]);
        assert_eq!(parts("{% extends 'd.jinja' %}{{ \"b.jinja\" }}"), ["a.jinja", "d.jinja"]);
        assert_eq!(parts("{% raw %}{% include 'd.jinja' %}{% endraw %}"), ["a.jinja"]);
        assert!(sources(&[("c.jinja", "x{# a remark #}")]).parts("c.jinja").eq([("c.jinja", "x")]));
    }

    #[test]
    fn a_computed_name_may_be_any() {
        for source in ["{% include name %}", "{% include \"b\" ~ \".jinja\" %}", "{% include 'b.jinja' if x else 'd.jinja' %}"] {
            assert_eq!(parts(source), ["a.jinja", "b.jinja", "c.jinja", "d.jinja"], "{source}");
        }
    }
}
