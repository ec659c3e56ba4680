//! The index that the browser searches: every word of the newest version, and the sections it stands in.
//!
//! A script, not data to be fetched, since pages opened from a disk may fetch nothing. Words are lower case without
//! accents, sorted; the sections of each are the gaps between their numbers, in base 36. The browser finds a word by
//! its beginning, so no stemmer has to be the same on both sides.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

use super::{Version, path};

/// As much of a section's text as a result shows.
const LEAD: usize = 120;

/// The index of a version as a script that sets `briefIndex`.
pub(super) fn index(version: &Version) -> String {
    let mut sections = Vec::new();
    let mut documents = Vec::new();
    let mut places: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for document in &version.documents {
        documents.push(json!([document.title, path::document(version.number, &document.id)]));
        for section in &document.article.sections {
            let text = section.text.split_whitespace().collect::<Vec<_>>().join(" ");
            if text.is_empty() && section.heading.is_empty() {
                continue;
            }
            let number = sections.len();
            let title = if section.id.is_empty() { document.title.as_str() } else { "" };
            for word in words(&format!("{title} {} {text}", section.heading)) {
                places.entry(word).or_default().insert(number);
            }
            sections.push(json!([documents.len() - 1, section.id, section.heading, lead(&text)]));
        }
    }
    let terms: Vec<&str> = places.keys().map(String::as_str).collect();
    let lists: Vec<String> = places.values().map(gaps).collect();
    let index = json!({ "documents": documents, "sections": sections, "words": terms.join(" "), "places": lists.join(" ") });
    format!("briefIndex={};\n", super::asset::inert(&index.to_string()))
}

/// The words of a text as the index has them.
fn words(text: &str) -> BTreeSet<String> {
    let folded: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_lowercase();
    folded
        .unicode_words()
        .filter(|word| word.len() <= 64)
        .map(|word| word.replace(['\'', '’'], ""))
        .filter(|word| !word.is_empty())
        .collect()
}

fn lead(text: &str) -> String {
    if text.chars().count() <= LEAD {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LEAD).collect();
    let whole = cut.rfind(' ').map_or(cut.as_str(), |at| &cut[..at]);
    format!("{whole} …")
}

fn gaps(numbers: &BTreeSet<usize>) -> String {
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
    use super::*;

    #[test]
    fn words_are_folded() {
        let expected: BTreeSet<String> = ["erdogans", "cafe", "1244", "un"].iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(words("Erdoğan’s café (UN 1244)"), expected);
    }

    #[test]
    fn places_are_gaps() {
        assert_eq!(gaps(&BTreeSet::from([0, 5, 41, 42])), "0,5,10,1");
        assert_eq!(base36(1295), "zz");
    }
}
