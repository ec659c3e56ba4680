//! The site's own words in the book's language: each is looked up by its English text.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use minijinja::Value;
use minijinja::value::Kwargs;

type Table = BTreeMap<&'static str, &'static str>;

/// The languages that are shipped, by their main tags: lines of `English = translation`.
const LANGUAGES: [(&str, &str); 4] = [
    ("ar", include_str!("words/ar.txt")),
    ("de", include_str!("words/de.txt")),
    ("es", include_str!("words/es.txt")),
    ("fr", include_str!("words/fr.txt")),
];

/// The words of a language; none for English, and for languages that are not shipped, whose sites are in English.
pub(super) fn table(language: &str) -> Option<&'static Table> {
    static TABLES: OnceLock<BTreeMap<&'static str, Table>> = OnceLock::new();
    let read = |text: &'static str| text.lines().filter_map(|line| line.split_once(" = ")).collect();
    let tables = TABLES.get_or_init(|| LANGUAGES.iter().map(|(language, text)| (*language, read(text))).collect());
    tables.get(language.split('-').next()?.to_ascii_lowercase().as_str())
}

/// A text in a language, by its English words.
pub fn say<'a>(language: &str, english: &'a str) -> &'a str {
    table(language).and_then(|table| table.get(english)).copied().unwrap_or(english)
}

/// A place in a source, in words: `paragraph 7`, `pages 3–5`. A place that doesn't begin with a number stays as written.
pub fn place_in_source(language: &str, unit: Option<&str>, place: &str) -> String {
    if !place.starts_with(|first: char| first.is_ascii_digit()) {
        return place.to_owned();
    }
    let unit = unit.unwrap_or("paragraph");
    let (unit, place) = match place.split_once('-') {
        Some((from, to)) => (format!("{unit}s"), format!("{from}–{to}")),
        None if place.contains(',') => (format!("{unit}s"), place.to_owned()),
        None => (unit.to_owned(), place.to_owned()),
    };
    say_with(language, &format!("{unit} {{place}}"), &[("place", &place)])
}

/// A text with `{name}` where a value goes.
pub(super) fn say_with(language: &str, english: &str, values: &[(&str, &dyn std::fmt::Display)]) -> String {
    let mut text = say(language, english).to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), &value.to_string());
    }
    text
}

/// The templates' filter: `"Version {number}" | say(language, number=7)`.
pub(super) fn filter(english: &str, language: &str, values: Kwargs) -> Result<String, minijinja::Error> {
    let mut text = say(language, english).to_owned();
    for name in values.args() {
        let value: Value = values.get(name)?;
        text = text.replace(&format!("{{{name}}}"), &value.to_string());
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every text that templates, code and script ask for.
    fn asked_for() -> BTreeSet<String> {
        let mut texts = BTreeSet::new();
        for (_, template) in crate::site::views::TEMPLATES {
            for part in template.split("\" | say(").collect::<Vec<_>>().split_last().map(|(_, parts)| parts).unwrap_or_default() {
                texts.insert(part.rsplit('"').next().unwrap_or_default().to_owned());
            }
        }
        for part in include_str!("script.js").split("say(\"").skip(1) {
            texts.insert(part.split('"').next().unwrap_or_default().to_owned());
        }
        texts
    }

    #[test]
    fn every_language_has_every_text_with_its_placeholders() {
        let asked = asked_for();
        assert!(asked.len() > 80, "{asked:?}");
        let places = |text: &str| text.split('{').skip(1).map(|rest| rest.split('}').next().unwrap().to_owned()).collect::<BTreeSet<_>>();
        let keys: Vec<BTreeSet<&str>> = LANGUAGES.iter().map(|(language, _)| table(language).unwrap().keys().copied().collect()).collect();
        assert!(keys.windows(2).all(|pair| pair[0] == pair[1]), "languages differ in what they translate");
        for (language, text) in LANGUAGES {
            let table = table(language).unwrap();
            assert_eq!(table.len(), text.lines().count(), "{language}: a line is no entry, or is there twice");
            let missing: Vec<_> = asked.iter().filter(|text| !table.contains_key(text.as_str())).collect();
            assert!(missing.is_empty(), "{language}: {missing:?}");
            for (english, translated) in table {
                assert_eq!(places(english), places(translated), "{language}: {english}");
            }
        }
        assert_eq!(say("de-AT", "Documents"), "Dokumente");
        assert_eq!(say("fi", "Documents"), "Documents");
        assert_eq!(say_with("de", "Version {number}", &[("number", &7)]), "Fassung 7");
    }
}
