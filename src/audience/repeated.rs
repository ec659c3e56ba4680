//! What an audience's texts repeat of what it may not see: numbers, names, phrases, images. It says where to look, and proves
//! nothing: what is withheld can be told in other words.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Absence, View};
use crate::layout::{Pointer, VERSION_ASSETS};
use crate::model::{Book, Record, Reference, Value, each_value};

/// How many words make a phrase.
const PHRASE: usize = 5;
/// Numbers with fewer digits are too common to count as a repetition.
const DIGITS: usize = 3;
/// Names with fewer letters may be ordinary words.
const LETTERS: usize = 5;

/// Index of what an audience may not see.
#[derive(Debug, Default)]
pub struct Repeated {
    /// Where each is withheld, by the digits of a number, the hash of a phrase, and the first word of a name (with all of its words).
    numbers: HashMap<String, String>,
    phrases: HashMap<u64, String>,
    names: HashMap<String, Vec<(Vec<String>, String)>>,
    /// By the name of an image that a withheld text shows or names: `assets/map.svg`.
    images: HashMap<String, String>,
}

/// Something that a text repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repetition {
    /// As it is repeated.
    pub what: String,
    /// Where it is withheld: `precedents/kfor/troops`.
    pub from: String,
}

impl Repeated {
    /// What a view lacks of its book.
    pub fn of(book: &Book, view: &View) -> Repeated {
        let mut repeated = Repeated::default();
        for absence in &view.absences {
            let Some((name, id)) = absence.record.split_once('/') else {
                let records = book.collections.get(&absence.record).into_iter().flat_map(|collection| collection.records.values());
                records.for_each(|record| repeated.record(book, record));
                continue;
            };
            let reference = Reference { collection: name.to_owned(), id: id.to_owned() };
            let Some(record) = book.record(&reference) else { continue };
            match absence.path.is_root() {
                true => repeated.record(book, record),
                false => repeated.absence(record, absence, view.book.record(&reference)),
            }
        }
        repeated.without_shown(view);
        repeated
    }

    fn record(&mut self, book: &Book, record: &Record) {
        let words = words(book.display_name(record));
        if words.iter().map(String::len).sum::<usize>() >= LETTERS && words.iter().any(|word| word.chars().any(char::is_alphabetic)) {
            self.names.entry(words[0].clone()).or_default().push((words, record.path()));
        }
        each_value(&record.fields, &mut |path, value| self.value(value, &[], &format!("{}{path}", record.path())));
    }

    fn absence(&mut self, record: &Record, absence: &Absence, shown: Option<&Record>) {
        let Some(value) = record.at(&absence.path) else { return };
        // If only a block was taken out of a text, the audience sees the rest.
        let rest = shown.and_then(|shown| shown.at(&absence.path)?.bare()?.as_str()).map(words).unwrap_or_default();
        let from = format!("{}{}", record.path(), absence.path);
        let mut fields = crate::model::Map::new();
        fields.insert(String::new(), value.clone());
        each_value(&fields, &mut |_: &Pointer, value| self.value(value, &rest, &from));
    }

    fn value(&mut self, value: &Value, rest: &[String], from: &str) {
        match value {
            Value::Number(number) => {
                let digits: String = number.to_string().chars().filter(char::is_ascii_digit).collect();
                if digits.len() >= DIGITS {
                    self.numbers.entry(digits).or_insert_with(|| from.to_owned());
                }
            }
            Value::Text(text) | Value::Markdown(text) => {
                for image in images(text) {
                    self.images.entry(image).or_insert_with(|| from.to_owned());
                }
                let shown: HashSet<u64> = rest.windows(PHRASE).map(hash).collect();
                for phrase in words(text).windows(PHRASE).map(hash).filter(|phrase| !shown.contains(phrase)) {
                    self.phrases.entry(phrase).or_insert_with(|| from.to_owned());
                }
            }
            _ => {}
        }
    }

    /// Drops what the audience also sees as a value of its own.
    fn without_shown(&mut self, view: &View) {
        for record in view.book.records() {
            let own = words(view.book.display_name(record));
            if let Some(names) = own.first().and_then(|first| self.names.get_mut(first)) {
                names.retain(|(name, _)| *name != own);
            }
            each_value(&record.fields, &mut |_, value| match value {
                Value::Number(number) => {
                    drop(self.numbers.remove(&number.to_string().chars().filter(char::is_ascii_digit).collect::<String>()));
                }
                Value::Text(text) | Value::Markdown(text) => {
                    for image in images(text) {
                        self.images.remove(&image);
                    }
                }
                _ => {}
            });
        }
    }

    /// What a text repeats, each once; for an image, pass its file name.
    pub fn found_in(&self, text: &str) -> Vec<Repetition> {
        let words = words(text);
        let mut found: Vec<Repetition> = Vec::new();
        let mut add = |what: String, from: &str| {
            if found.iter().all(|known| known.from != from) {
                found.push(Repetition { what, from: from.to_owned() });
            }
        };
        if let Some(from) = self.images.get(text) {
            add(format!("the image `{text}`"), from);
        }
        for (index, word) in words.iter().enumerate() {
            if let Some(from) = self.numbers.get(word) {
                add(format!("the number {word}"), from);
            }
            for (name, from) in self.names.get(word).into_iter().flatten() {
                if words.get(index..index + name.len()) == Some(name.as_slice()) {
                    add(format!("the name `{}`", name.join(" ")), from);
                }
            }
            if let Some(phrase) = words.get(index..index + PHRASE)
                && let Some(from) = self.phrases.get(&hash(phrase))
            {
                add(format!("the words `{}`", phrase.join(" ")), from);
            }
        }
        found
    }
}

/// The images that a text names.
fn images(text: &str) -> impl Iterator<Item = String> + '_ {
    let ends = |c: char| c.is_whitespace() || "()[]<>\"'`".contains(c);
    let starts = text.match_indices(VERSION_ASSETS).map(|(at, _)| at);
    let image = move |at: usize| text[at..].split(ends).next().unwrap_or_default().trim_end_matches([',', '.', ';', ':']).to_owned();
    starts.filter(|at| text[at + VERSION_ASSETS.len()..].starts_with('/')).map(image)
}

fn hash(words: &[String]) -> u64 {
    let mut hasher = DefaultHasher::new();
    words.hash(&mut hasher);
    hasher.finish()
}

/// The words of a text in lower case; a number is one word, without digit separators.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut letters = text.chars().peekable();
    let mut before = ' ';
    while let Some(c) = letters.next() {
        let last = words.last_mut();
        let parts_digits = matches!(c, ',' | '.' | '\'' | '’' | '\u{a0}' | '\u{202f}')
            && before.is_ascii_digit()
            && letters.peek().is_some_and(char::is_ascii_digit);
        match last {
            Some(word) if c.is_alphanumeric() => word.extend(c.to_lowercase()),
            Some(_) if parts_digits => {}
            Some(word) if !word.is_empty() => words.push(String::new()),
            _ => {}
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_names_and_phrases_are_found_as_they_are_printed() {
        let mut repeated = Repeated::default();
        repeated.value(&Value::Number(50_000.into()), &[], "a/b/troops");
        repeated.value(&Value::Number(12.into()), &[], "a/b/few");
        let rest = words("They hold the line.");
        repeated.value(&Value::Text("They hold the line. The convoy leaves at dawn today.".to_owned()), &rest, "a/b/note");
        let name = words("Blue Heron");
        repeated.names.insert(name[0].clone(), vec![(name, "a/b".to_owned())]);
        repeated.value(&Value::Markdown("See ![The plan](assets/plan.svg \"Plan\").".to_owned()), &[], "a/b/secret");
        let found = |text: &str| repeated.found_in(text).into_iter().map(|one| one.from).collect::<Vec<_>>();
        for text in ["of 50,000 men", "50 000", "50'000", "50\u{a0}000", "50.000"] {
            assert_eq!(found(text), if text == "50 000" { vec![] } else { vec!["a/b/troops"] }, "{text}");
        }
        assert_eq!(found("12 of them. They hold the line."), [""; 0]);
        assert_eq!(found("the convoy LEAVES at dawn"), ["a/b/note"]);
        assert_eq!(found("convoy leaves at dawn"), [""; 0], "four words are anybody's");
        assert_eq!(found("Operation blue heron began"), ["a/b"]);
        assert_eq!(found("assets/plan.svg"), ["a/b/secret"]);
        assert_eq!(found("assets/other.svg"), [""; 0]);
    }
}
