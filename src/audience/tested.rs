//! Templates that say something to those who lack what others have: a text that stands where something is not tells that
//! there is such a thing.

use std::collections::BTreeSet;

use super::View;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::TEMPLATES;
use crate::model::{Book, Shapes};
use crate::tree::Tree;

/// Names that some audience lacks: collections, and fields that none of its collections has.
fn lacking(book: &Book, views: &[(&str, &View)]) -> BTreeSet<String> {
    let fields = |shapes: &Shapes| -> BTreeSet<String> { shapes.iter().flat_map(|(_, shape)| shape.properties.keys().cloned()).collect() };
    let all: BTreeSet<String> = book.collections.values().flat_map(|collection| fields(&collection.shapes)).collect();
    let mut lacking = BTreeSet::new();
    for (_, view) in views {
        let shown: BTreeSet<String> = view.book.collections.values().flat_map(|collection| fields(&collection.shapes)).collect();
        lacking.extend(all.difference(&shown).map(|field| format!(".{field}")));
        let withheld = view.book.collections.values().filter(|collection| collection.is_withheld);
        lacking.extend(withheld.map(|collection| collection.name.clone()).filter(|name| !book.collections[name].records.is_empty()));
    }
    lacking
}

/// Warns where a template tests what only some audiences have and prints something for the others.
pub fn tested(book: &Book, views: &[(&str, &View)], tree: &Tree) -> Vec<Diagnostic> {
    let lacking = lacking(book, views);
    let mut found = Vec::new();
    if lacking.is_empty() {
        return found;
    }
    for (path, _) in tree.below(TEMPLATES).filter(|(path, _)| path.ends_with(".jinja")) {
        for (line, name) in tree.text(path).map(|text| told_to_others(text, &lacking)).unwrap_or_default() {
            let name = name.trim_start_matches('.');
            let message = format!("`{path}` prints something for those who lack `{name}`, which only some audiences have");
            found.push(
                Diagnostic::warning(Code::AudienceTested, Place::line(path, line), message)
                    .help("what stands in an `else` or behind a `not` tells that there is something: print nothing there"),
            );
        }
    }
    found
}

/// The lines on which a test of one of the names has a branch for those who lack it, and the name.
fn told_to_others(text: &str, names: &BTreeSet<String>) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    // The conditions of the open blocks, outermost first.
    let mut open: Vec<Option<String>> = Vec::new();
    let mut at = 0;
    while let Some(begin) = text[at..].find('{').map(|found| at + found) {
        let rest = &text[begin + 1..];
        let Some((close, is_tag)) = [("%", "%}", true), ("{", "}}", false), ("#", "#}", false)]
            .into_iter()
            .find(|(start, ..)| rest.starts_with(start))
            .map(|(_, close, is_tag)| (close, is_tag))
        else {
            at = begin + 1;
            continue;
        };
        let end = rest.find(close).unwrap_or(rest.len());
        let inner = rest.get(1..end).unwrap_or_default().trim_matches(['-', '+']).trim();
        let line = text[..begin].matches('\n').count() + 1;
        at = (begin + 1 + end + close.len()).min(text.len());
        if rest.starts_with('#') {
            continue;
        }
        if !is_tag {
            if let Some((_, condition)) = inner.split_once(" if ")
                && let Some((condition, _)) = condition.split_once(" else ")
            {
                found.extend(named(condition, names).map(|name| (line, name)));
            }
            continue;
        }
        let (word, condition) = inner.split_once(char::is_whitespace).unwrap_or((inner, ""));
        match word {
            "if" | "for" => {
                let tested = named(condition, names);
                let is_for_others =
                    word == "if" && ["not ", "undefined", "none", "== 0", "is not"].iter().any(|sign| condition.contains(sign));
                found.extend(tested.clone().filter(|_| is_for_others).map(|name| (line, name)));
                open.push(tested);
            }
            "elif" | "else" => found.extend(open.last_mut().and_then(Option::take).map(|name| (line, name))),
            "endif" | "endfor" => drop(open.pop()),
            _ => {}
        }
    }
    found
}

/// The first of some names that a condition names.
fn named(condition: &str, names: &BTreeSet<String>) -> Option<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let has = |name: &str| {
        condition.match_indices(name).any(|(at, _)| {
            let before = condition[..at].chars().next_back();
            let after = condition[at + name.len()..].chars().next();
            after.is_none_or(|c| !is_part(c)) && (name.starts_with('.') || before.is_none_or(|c| !is_part(c) && c != '.'))
        })
    };
    let quoted = |name: &str| {
        let field = name.strip_prefix('.')?;
        [format!("[\"{field}\"]"), format!("['{field}']")].iter().any(|index| condition.contains(index)).then_some(())
    };
    names.iter().find(|name| has(name) || quoted(name).is_some()).cloned()
}

#[cfg(test)]
mod tests {
    use super::told_to_others;

    #[test]
    fn only_what_is_printed_for_others_tells() {
        let names = [".secret", "plans"].map(str::to_owned).into();
        let lines = |text: &str| told_to_others(text, &names).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
        assert_eq!(lines("{% if x.secret is defined %}{{ x.secret }}{% endif %}"), [0; 0]);
        assert_eq!(lines("{% if x.secret %}a\n{% else %}b{% endif %}"), [2]);
        assert_eq!(lines("{% if not x.secret %}a{% endif %}"), [1]);
        assert_eq!(lines("{% if x['secret'] is undefined %}a{% endif %}"), [1]);
        assert_eq!(lines("{% for p in plans %}a{% else %}b{% endfor %}"), [1]);
        assert_eq!(lines("{{ 'a' if x.secret else 'b' }}"), [1]);
        assert_eq!(lines("{% if x.secretive %}a{% else %}b{% endif %}{# {% if x.secret %}{% else %} #}"), [0; 0]);
        assert_eq!(lines("{% if x.secret %}{% if y %}a{% else %}b{% endif %}{% endif %}"), [0; 0]);
        assert_eq!(lines("{% if x.secret"), [0; 0]);
    }
}
