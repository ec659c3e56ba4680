//! The index that the browser searches: every word of the newest version's documents and records, and the sections it
//! stands in; and the sections' texts, for the lines in which a result shows what was found.
//!
//! Scripts, not data to be fetched, since pages opened from a disk may fetch nothing. The index is one script; texts are
//! one for each document and collection, under names that change with their content, and only those of results that are
//! shown are loaded. Words are folded ([`fold`]), sorted; the sections of each are the gaps between their numbers, in
//! base 36. The browser finds a word by its beginning or with one letter wrong, so no stemmer has to be the same on both sides.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::asset::inert;
use super::facts::{cited, known_sources};
use super::{Page, Row, Version, path};

/// The longest word in the index, in bytes: nobody searches for a longer one.
const LONGEST: usize = 64;

/// The index of a version, and its texts.
pub(super) fn scripts(version: &Version) -> (Page, Vec<Page>) {
    let mut index = Index::default();
    for document in &version.documents {
        // A result is a page, so each chapter of a document is indexed by itself.
        let chapters = document.chapters_by_id();
        let mut pages: Vec<Entry<'_>> = Vec::new();
        for section in &document.article.sections {
            let page = chapters.get(section.id.as_str()).map_or("", |chapter| chapter.id.as_str());
            let path = path::latest(&path::chapter_below_version(&document.id, page));
            let text = section.text.split_whitespace().collect::<Vec<_>>().join(" ");
            let section = Section { id: &section.id, heading: section.heading.clone(), text };
            match pages.last_mut().filter(|last| last.path == path) {
                Some(last) => last.sections.push(section),
                None => pages.push(Entry { title: document.list_title.clone(), path, sections: vec![section] }),
            }
        }
        pages.iter().for_each(|page| index.add(std::slice::from_ref(page)));
    }
    let mut collections: BTreeMap<&str, Vec<Entry<'_>>> = BTreeMap::new();
    let sources = known_sources(&version.records, &version.language);
    let shown = |row: &Row| match row.part.as_str() {
        "source" => row.sources.iter().map(|source| cited(&sources, source)).collect::<Vec<_>>().join("; "),
        _ => row.text.clone(),
    };
    for record in &version.records {
        let text: Vec<String> = record.rows.iter().map(|row| format!("{}: {}", row.full_label(), shown(row))).collect();
        let text = text.join(". ").split_whitespace().collect::<Vec<_>>().join(" ");
        let section = Section { id: "", heading: String::new(), text };
        let path = path::record(&record.collection, &record.id);
        let entry = Entry { title: record.name.clone(), path, sections: vec![section] };
        collections.entry(&record.collection).or_default().push(entry);
    }
    collections.values().for_each(|entries| index.add(entries));
    index.finish()
}

/// A page that can be found.
struct Entry<'a> {
    title: String,
    path: String,
    sections: Vec<Section<'a>>,
}

struct Section<'a> {
    id: &'a str,
    heading: String,
    text: String,
}

#[derive(Default)]
struct Index {
    documents: Vec<Value>,
    sections: Vec<Value>,
    /// The sections of each word, in their order.
    places: HashMap<String, Vec<usize>>,
    texts: Vec<Page>,
}

impl Index {
    /// Adds pages whose texts are loaded together.
    fn add(&mut self, entries: &[Entry<'_>]) {
        let texts: Vec<&str> = entries.iter().flat_map(|entry| &entry.sections).map(|section| section.text.as_str()).collect();
        let list = inert(&json!(texts).to_string());
        let name = path::short(list.as_bytes());
        let mut text = 0;
        for entry in entries {
            self.documents.push(json!([entry.title, entry.path, name]));
            for section in &entry.sections {
                let title = if section.id.is_empty() { entry.title.as_str() } else { "" };
                if !(section.text.is_empty() && section.heading.is_empty()) {
                    let place = self.sections.len();
                    each_word(&format!("{title} {} {}", section.heading, section.text), |word| match self.places.get_mut(word) {
                        Some(places) if places.last() == Some(&place) => {}
                        Some(places) => places.push(place),
                        None => _ = self.places.insert(word.to_owned(), vec![place]),
                    });
                    self.sections.push(json!([self.documents.len() - 1, section.id, section.heading, text]));
                }
                text += 1;
            }
        }
        let bytes = format!("(window.briefTexts=window.briefTexts||{{}})[\"{name}\"]={list};\n").into_bytes();
        let page = Page { path: format!("assets/text.{name}.js"), bytes };
        if !self.texts.contains(&page) {
            self.texts.push(page);
        }
    }

    fn finish(self) -> (Page, Vec<Page>) {
        let mut places: Vec<(String, Vec<usize>)> = self.places.into_iter().collect();
        places.sort_unstable();
        let words: Vec<&str> = places.iter().map(|(word, _)| word.as_str()).collect();
        let lists: Vec<String> = places.iter().map(|(_, places)| gaps(places)).collect();
        let index = json!({ "documents": self.documents, "sections": self.sections, "words": words.join(" "), "places": lists.join(" ") });
        let text = format!("briefIndex={};\n", inert(&index.to_string()));
        (Page { path: format!("assets/index.{}.js", path::short(text.as_bytes())), bytes: text.into_bytes() }, self.texts)
    }
}

/// Gives the words of a text as the index has them; of scripts that are written without spaces, each two letters.
fn each_word(text: &str, mut found: impl FnMut(&str)) {
    let folded = fold(text);
    for word in folded.split(|c: char| !c.is_alphanumeric() && !is_without_spaces(c)) {
        if word.is_ascii() {
            if !word.is_empty() && word.len() <= LONGEST {
                found(word);
            }
            continue;
        }
        let letters: Vec<char> = word.chars().collect();
        for run in letters.chunk_by(|one, other| is_without_spaces(*one) == is_without_spaces(*other)) {
            match run {
                [only] if is_without_spaces(*only) => found(&only.to_string()),
                [first, ..] if is_without_spaces(*first) => run.windows(2).for_each(|pair| found(&pair.iter().collect::<String>())),
                run => {
                    let whole: String = run.iter().collect();
                    if whole.len() <= LONGEST {
                        found(&whole);
                    }
                }
            }
        }
    }
}

/// Whether a letter is of a script that puts no spaces between words: Han, Hiragana, Katakana.
fn is_without_spaces(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// Folds a text for the search: lower case, without accents, with letters such as ß, ł and ø (which Unicode doesn't
/// decompose) as people type them, and numbers without thousands separators. `script.js` does the same.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        let text: String = text.chars().filter(|c| *c != '\'').map(|c| c.to_ascii_lowercase()).collect();
        return join_thousands(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'ł' => out.push('l'),
            'ø' => out.push('o'),
            'đ' | 'ð' => out.push('d'),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ı' => out.push('i'),
            'ħ' => out.push('h'),
            '\'' | '’' => {}
            c if is_combining_mark(c) => {}
            c => out.push(c),
        }
    }
    join_thousands(out)
}

/// `50,000`, `50.000` and `50 000` are `50000`.
fn join_thousands(text: String) -> String {
    let is_separated = |around: &[u8]| matches!(around, [one, b',' | b'.' | b' ', other] if one.is_ascii_digit() && other.is_ascii_digit());
    if !text.as_bytes().windows(3).any(is_separated) {
        return text;
    }
    let letters: Vec<char> = text.chars().collect();
    let digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let mut out = String::with_capacity(text.len());
    let mut group = 0;
    for (at, c) in letters.iter().enumerate() {
        let joins = matches!(c, ',' | '.' | ' ') && (1..=3).contains(&group) && (1..=3).all(|ahead| digit(at + ahead)) && !digit(at + 4);
        if joins {
            group = 0;
            continue;
        }
        group = if c.is_ascii_digit() { group + 1 } else { 0 };
        out.push(*c);
    }
    out
}

fn gaps(numbers: &[usize]) -> String {
    let mut last = 0;
    let gaps: Vec<String> = numbers.iter().map(|number| base36(number - std::mem::replace(&mut last, *number))).collect();
    gaps.join(",")
}

fn base36(mut number: usize) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut out = Vec::new();
    loop {
        out.push(char::from(DIGITS[number % 36]));
        number /= 36;
        if number == 0 {
            return out.into_iter().rev().collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn words(text: &str) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        each_word(text, |word| _ = words.insert(word.to_owned()));
        words
    }

    #[test]
    fn words_are_folded() {
        let set = |words: &[&str]| -> BTreeSet<String> { words.iter().map(|word| (*word).to_owned()).collect() };
        assert_eq!(words("Erdoğan’s café (UN 1244)"), set(&["erdogans", "cafe", "1244", "un"]));
        assert_eq!(words("Straße, Łódź, Tromsø"), set(&["strasse", "lodz", "tromso"]));
        assert_eq!(words("50,000 and 50 000, 1.500.000; 1.5, 2025-11-05"), set(&["50000", "and", "1500000", "1", "5", "2025", "11", "05"]));
        assert_eq!(words("平和維持 ok"), set(&["平和", "和維", "維持", "ok"]));
    }

    /// A hundred documents of real English, about 600 words each.
    #[test]
    fn the_index_of_a_hundred_documents_is_small() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut paths: Vec<_> = std::fs::read_dir(root.join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let texts = paths.iter().filter(|path| path.extension().is_some_and(|end| end == "md"));
        let text: String = texts.map(|path| std::fs::read_to_string(path).unwrap()).collect();
        let text: Vec<&str> = text.split_whitespace().collect();
        let documents = (0..100).map(|number| {
            let words = text.iter().cycle().skip(number * 600).take(600).copied().collect::<Vec<_>>();
            let sections = words.chunks(200).enumerate().map(|(place, words)| crate::document::ArticleSection {
                id: format!("section-{place}"),
                heading: words[..4].join(" "),
                text: words.join(" "),
            });
            let article = crate::document::Article { sections: sections.collect(), ..Default::default() };
            super::super::Document { id: format!("document-{number}"), list_title: words[..3].join(" "), article, ..Default::default() }
        });
        let version = Version { number: 1, documents: documents.collect(), ..Version::default() };
        let (index, texts) = scripts(&version);
        assert!(texts.len() == 100 && (100_000..300_000).contains(&index.bytes.len()), "{}", index.bytes.len());
    }

    #[test]
    fn places_are_gaps() {
        assert_eq!(gaps(&[0, 5, 41, 42]), "0,5,10,1");
        assert_eq!(base36(1295), "zz");
    }
}
