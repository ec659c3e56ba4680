//! The ledger's summary of a version in the book's language. The ledger has it in English, in the forms of `diff::summary`.

use minijinja::Value;

use super::words::{Language, language_of};
use crate::text::capital;

/// `2 records added, 1 changed; 3 documents differ (template)` in another language; what has another form stays as it is.
pub(super) fn in_language(summary: &str, language: &Language) -> String {
    let said: Vec<String> = summary.split("; ").map(|clause| clause_in(clause, language)).collect();
    capital(&said.join("; "))
}

/// The templates' filter: `version.summary | summary(language)`.
pub(super) fn filter(summary: &str, language: &Value) -> String {
    language_of(language).map_or_else(|| summary.to_owned(), |language| in_language(summary, &language))
}

fn clause_in(clause: &str, language: &Language) -> String {
    let in_brackets = |reasons: &str| reasons.split(", ").map(|reason| language.say(reason).to_owned()).collect::<Vec<_>>().join(", ");
    match clause.strip_suffix(')').and_then(|clause| clause.split_once(" (")) {
        Some((said, reasons)) => format!("{} ({})", part_in(said, language), in_brackets(reasons)),
        None => clause.split(", ").map(|part| part_in(part, language)).collect::<Vec<_>>().join(", "),
    }
}

/// `2 records added`: a number and a text, or a file and `did`, or a text alone.
fn part_in(part: &str, language: &Language) -> String {
    let (first, rest) = part.split_once(' ').unwrap_or((part, ""));
    let is_count = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
    match (is_count, part.strip_suffix(" did")) {
        (true, _) => language.say_with(&format!("{{count}} {rest}"), &[("count", &first)]),
        (false, Some(path)) => language.say_with("{path} did", &[("path", &path)]),
        (false, None) => language.say(part).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_summary_is_in_each_language() {
        let forms = [
            "first version",
            "no record changed",
            "1 record added, 2 changed, 3 renamed, 4 removed",
            "2 records added, 1 changed",
            "1 record changed",
            "2 records changed",
            "1 record renamed",
            "2 records renamed",
            "1 record removed",
            "2 records removed",
            "no record changed; 1 document differs (settings, template)",
            "no record changed; 3 documents differ (image)",
            "no record changed; content/book.yaml did",
            "no record changed; 7 files did",
        ];
        for tag in ["ar", "de", "es", "fr"] {
            let language = Language::from(tag);
            for form in forms {
                let said = in_language(form, &language);
                let english = ["record", " changed", " added", " renamed", " removed", " differ", " did", "template", "first version"];
                let left: Vec<&&str> = english.iter().filter(|word| said.to_lowercase().contains(**word)).collect();
                assert!(left.is_empty(), "{tag}: {form}: {said}");
            }
        }
        assert_eq!(
            in_language("2 records added, 1 changed; 1 document differs (template)", &Language::from("de")),
            "2 Einträge hinzugekommen, 1 geändert; 1 Dokument weicht ab (Vorlage)"
        );
        assert_eq!(in_language("no record changed", &Language::from("fi")), "No record changed");
        assert_eq!(in_language("as somebody wrote it, 5 times", &Language::from("de")), "As somebody wrote it, 5 times");
    }
}
