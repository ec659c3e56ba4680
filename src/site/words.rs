//! The site's own words in the book's language: each is looked up by its English text.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use minijinja::Value;
use minijinja::value::{Kwargs, Object, ObjectRepr};
use serde::{Deserialize, Serialize};

type Table = BTreeMap<&'static str, &'static str>;

/// The languages that are shipped, by their main tags: lines of `English = translation`.
const LANGUAGES: [(&str, &str); 4] = [
    ("ar", include_str!("words/ar.txt")),
    ("de", include_str!("words/de.txt")),
    ("es", include_str!("words/es.txt")),
    ("fr", include_str!("words/fr.txt")),
];

/// The words of a language; none for English, and for languages that are not shipped, whose sites are in English.
fn table(tag: &str) -> Option<&'static Table> {
    static TABLES: OnceLock<BTreeMap<&'static str, Table>> = OnceLock::new();
    let read = |text: &'static str| text.lines().filter_map(|line| line.split_once(" = ")).collect();
    let tables = TABLES.get_or_init(|| LANGUAGES.iter().map(|(language, text)| (*language, read(text))).collect());
    tables.get(tag.split('-').next()?.to_ascii_lowercase().as_str())
}

/// Every text of the site, in English, which a book may replace under `site:` in its `words:`.
pub fn texts() -> impl Iterator<Item = &'static str> {
    table(LANGUAGES[0].0).into_iter().flat_map(|table| table.keys().copied())
}

/// The language of pages, with the book's own words for texts of the site.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredLanguage", into = "StoredLanguage")]
pub struct Language {
    /// BCP 47.
    tag: String,
    /// By the English text.
    own: Arc<BTreeMap<String, String>>,
}

/// A language as `history.json` has it: most books have no words of their own.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum StoredLanguage {
    Tag(String),
    WithWords { tag: String, words: BTreeMap<String, String> },
}

impl From<&str> for Language {
    fn from(tag: &str) -> Language {
        Language::new(tag, BTreeMap::new())
    }
}

impl From<StoredLanguage> for Language {
    fn from(stored: StoredLanguage) -> Language {
        match stored {
            StoredLanguage::Tag(tag) => Language::new(tag, BTreeMap::new()),
            StoredLanguage::WithWords { tag, words } => Language::new(tag, words),
        }
    }
}

impl From<Language> for StoredLanguage {
    fn from(language: Language) -> StoredLanguage {
        match language.own.is_empty() {
            true => StoredLanguage::Tag(language.tag),
            false => StoredLanguage::WithWords { tag: language.tag, words: Arc::unwrap_or_clone(language.own) },
        }
    }
}

impl Language {
    /// The language of a tag, with the book's own words by the English text that they replace.
    pub fn new(tag: impl Into<String>, own: BTreeMap<String, String>) -> Language {
        Language { tag: tag.into(), own: own.into() }
    }

    /// BCP 47.
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// A text in this language, by its English words.
    pub fn say<'a>(&'a self, english: &'a str) -> &'a str {
        let shipped = || table(&self.tag).and_then(|table| table.get(english)).copied();
        self.own.get(english).map(String::as_str).or_else(shipped).unwrap_or(english)
    }

    /// A text with `{name}` where a value goes.
    pub(super) fn say_with(&self, english: &str, values: &[(&str, &dyn fmt::Display)]) -> String {
        let mut text = self.say(english).to_owned();
        for (name, value) in values {
            text = text.replace(&format!("{{{name}}}"), &value.to_string());
        }
        text
    }

    /// Whether a text is English, shipped, or the book's own.
    pub(super) fn knows(&self, english: &str) -> bool {
        self.tag.split('-').next() == Some("en") || table(&self.tag).is_some() || self.own.contains_key(english)
    }

    /// The texts that are not English, for the script.
    pub(super) fn translated(&self) -> BTreeMap<&str, &str> {
        let mut texts = table(&self.tag).cloned().unwrap_or_default();
        texts.extend(self.own.iter().map(|(english, own)| (english.as_str(), own.as_str())));
        texts
    }

    /// A date that is inferred, and said to be.
    pub fn inferred(&self, date: &str) -> String {
        self.say_with("{date} (inferred)", &[("date", &date)])
    }

    /// A place in a source, in words: `paragraph 7`, `pages 3–5`. A place that doesn't begin with a number stays as written.
    pub fn place_in_source(&self, unit: Option<&str>, place: &str) -> String {
        if !place.starts_with(|first: char| first.is_ascii_digit()) {
            return place.to_owned();
        }
        let unit = unit.unwrap_or("paragraph");
        let (unit, place) = match place.split_once('-') {
            Some((from, to)) => (format!("{unit}s"), format!("{from}–{to}")),
            None if place.contains(',') => (format!("{unit}s"), place.to_owned()),
            None => (unit.to_owned(), place.to_owned()),
        };
        self.say_with(&format!("{unit} {{place}}"), &[("place", &place)])
    }
}

/// A language as templates have it: it prints as its tag, and `say` knows its words.
#[derive(Debug)]
struct LanguageObject(Language);

impl Object for LanguageObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.tag)
    }
}

impl From<&Language> for Value {
    fn from(language: &Language) -> Value {
        Value::from_object(LanguageObject(language.clone()))
    }
}

/// The templates' filter: `"Version {number}" | say(language, number=7)`.
pub(super) fn filter(english: &str, language: &Value, values: Kwargs) -> Result<String, minijinja::Error> {
    let language = language.downcast_object_ref::<LanguageObject>();
    let mut text = language.map_or(english, |language| language.0.say(english)).to_owned();
    for name in values.args() {
        let value: Value = values.get(name)?;
        text = text.replace(&format!("{{{name}}}"), &value.to_string());
    }
    Ok(text)
}

/// The language that a template was given.
pub(super) fn language_of(value: &Value) -> Option<Language> {
    Some(value.downcast_object_ref::<LanguageObject>()?.0.clone())
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
        let language = |tag: &str| Language::from(tag);
        assert_eq!(language("de-AT").say("Documents"), "Dokumente");
        assert_eq!(language("fi").say("Documents"), "Documents");
        assert_eq!(language("de").say_with("Version {number}", &[("number", &7)]), "Fassung 7");
    }

    #[test]
    fn a_book_s_own_words_come_first() {
        let own = BTreeMap::from([("Documents".to_owned(), "Akten".to_owned())]);
        let german = Language::new("de", own.clone());
        assert_eq!((german.say("Documents"), german.say("Records")), ("Akten", Language::from("de").say("Records")));
        assert_eq!(german.translated().get("Documents"), Some(&"Akten"));
        for language in [german, Language::new("fi", own), Language::from("en-GB")] {
            let stored = serde_json::to_string(&language).unwrap();
            assert_eq!(serde_json::from_str::<Language>(&stored).unwrap(), language, "{stored}");
        }
    }
}
