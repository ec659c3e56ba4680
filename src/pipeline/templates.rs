//! What the templates of a tree say: a digest of each, with those that it includes, extends or imports.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::TEMPLATES;
use crate::tree::Tree;
use crate::version::{Digest, Parts};

/// The templates of a tree, and what each refers to.
#[derive(Debug)]
pub(super) struct Templates {
    digests: BTreeMap<String, Digest>,
    /// The templates that each is made of, itself among them.
    parts: BTreeMap<String, BTreeSet<String>>,
}

impl Templates {
    /// All templates below `templates/`.
    pub(super) fn of(tree: &Tree) -> Templates {
        let prefix = format!("{TEMPLATES}/");
        let texts: BTreeMap<String, String> = tree
            .below(TEMPLATES)
            .filter(|(path, _)| path.ends_with(".jinja"))
            .map(|(path, bytes)| (path.trim_start_matches(&prefix).to_owned(), without_comments(&String::from_utf8_lossy(bytes))))
            .collect();
        let used: BTreeMap<&String, Vec<&String>> = texts.iter().map(|(name, text)| (name, referred(text, &texts))).collect();
        let parts = |name: &String| {
            let mut all = BTreeSet::from([name.clone()]);
            let mut waiting = vec![name];
            while let Some(next) = waiting.pop() {
                waiting.extend(used.get(next).into_iter().flatten().copied().filter(|other| all.insert((*other).clone())));
            }
            all
        };
        let digest = |all: &BTreeSet<String>| {
            let mut parts = Parts::new("brief template 1");
            for part in all {
                parts.add("name", part);
                parts.add("text", texts.get(part).map(String::as_str).unwrap_or_default());
            }
            parts.finish()
        };
        let parts: BTreeMap<String, BTreeSet<String>> = texts.keys().map(|name| (name.clone(), parts(name))).collect();
        Templates { digests: parts.iter().map(|(name, all)| (name.clone(), digest(all))).collect(), parts }
    }

    /// Whether a template is, includes, extends or imports another.
    pub(super) fn uses(&self, name: &str, other: &str) -> bool {
        self.parts.get(name).is_some_and(|parts| parts.contains(other))
    }

    /// The digest of a template; that of nothing where there is no such template.
    pub(super) fn digest(&self, name: &str) -> Digest {
        self.digests.get(name).copied().unwrap_or_else(|| Digest::of(b""))
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

/// The templates that a text names, or all of them where it works out a name.
fn referred<'a>(text: &str, templates: &'a BTreeMap<String, String>) -> Vec<&'a String> {
    let tags =
        text.split("{%").skip(1).filter_map(|rest| rest.split_once("%}").map(|(tag, _)| tag.trim_start_matches(['-', '+']).trim_start()));
    let mut names = BTreeSet::new();
    for tag in tags {
        let Some(argument) = ["include", "extends", "import", "from"].iter().find_map(|word| tag.strip_prefix(word)) else { continue };
        if !argument.starts_with([' ', '\t', '\n', '"', '\'', '[', '(']) {
            continue;
        }
        let quoted: Vec<&str> = argument.split(['"', '\'']).skip(1).step_by(2).collect();
        if quoted.is_empty() || argument.contains('~') {
            return templates.keys().collect();
        }
        names.extend(templates.keys().filter(|name| quoted.contains(&name.as_str())));
    }
    names.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[(&str, &str)]) -> Tree {
        let mut tree = Tree::default();
        for (path, text) in files {
            tree.files.insert(format!("{TEMPLATES}/{path}"), text.as_bytes().to_vec().into());
        }
        tree
    }

    #[test]
    fn a_template_is_what_it_includes_too() {
        let base =
            [("a.jinja", "{% include \"b.jinja\" %}"), ("b.jinja", "{%- from 'c.jinja' import m %}"), ("c.jinja", "x"), ("d.jinja", "y")];
        let digests = |files: &[(&str, &str)]| {
            let templates = Templates::of(&tree(files));
            ["a.jinja", "b.jinja", "d.jinja"].map(|name| templates.digest(name))
        };
        let before = digests(&base);
        let with = |index: usize, text: &'static str| {
            let mut files = base;
            files[index].1 = text;
            let after = digests(&files);
            [0, 1, 2].map(|at| after[at] != before[at])
        };
        assert_eq!(with(2, "z"), [true, true, false]);
        assert_eq!(with(3, "z"), [false, false, true]);
        assert_eq!(with(2, "x{# a remark #}"), [false, false, false]);
        assert_eq!(with(1, "{% include name ~ \".jinja\" %}"), [true, true, false]);
    }

    #[test]
    fn a_name_that_is_worked_out_may_be_any() {
        let at = |text: &'static str| Templates::of(&tree(&[("a.jinja", "{% include name %}"), ("b.jinja", text)])).digest("a.jinja");
        assert_ne!(at("one"), at("two"));
    }
}
