//! Links within the document: the names of the places they lead to, and what stands there in words, for who hears a link
//! rather than sees where it stands.

use super::Writer;
use super::inlines::CHANGE;
use crate::document::{Inline, plain_text};

/// The longest description of a link, in letters.
const LONGEST_WORDS: usize = 200;

/// Abbreviations in brief's English notes, and the words for them.
const ABBREVIATIONS: [(&str, &str); 8] = [
    ("para.", "paragraph"),
    ("paras.", "paragraphs"),
    ("p.", "page"),
    ("pp.", "pages"),
    ("art.", "article"),
    ("arts.", "articles"),
    ("sect.", "section"),
    ("sects.", "sections"),
];

impl Writer<'_> {
    /// Says what stands at a place, which is named once.
    pub(super) fn name_place(&mut self, place: String, words: &str) {
        self.named.entry(place).or_insert_with(|| shortened(words));
    }

    /// Says what a numbered note and the mark that it links back to are.
    pub(super) fn name_note(&mut self, number: usize, text: &[Inline]) {
        let text = plain_text(text);
        let text = if self.meta.language.starts_with("en") { spelled_out(&text) } else { text };
        let filled = |words: String| words.replace("{number}", &number.to_string()).replace("{text}", &text);
        let (note, mark) = (filled(self.word("link_note")), filled(self.word("link_mark")));
        self.name_place(format!("brief:note-{number}"), &note);
        self.name_place(format!("brief:mark-{number}"), &mark);
    }

    /// Says what an entry in the list of sources is, and gives its place's name.
    pub(super) fn name_source(&mut self, id: &str, text: &[Inline]) -> String {
        let place = source_place(id);
        let words = self.word("link_source").replace("{text}", &plain_text(text));
        self.name_place(place.clone(), &words);
        place
    }

    /// Says that a link to this address leads to a document, by what is printed for it.
    pub(super) fn name_document(&mut self, address: &str, content: &[Inline]) {
        let words = self.word("link_document").replace("{text}", &plain_text(content));
        self.name_place(address.to_owned(), &words);
    }

    /// Says what a numbered change of a redline is.
    pub(super) fn name_change(&mut self, name: &str) {
        let number = name.split('-').next().unwrap_or(name);
        let words = self.word("link_change").replace("{number}", number);
        self.name_place(format!("{CHANGE}{name}"), &words);
    }
}

/// The place of an entry in the list of sources.
pub(super) fn source_place(id: &str) -> String {
    format!("brief:source-{id}")
}

/// A note's text as it is read aloud: `Report, para. 3` is paragraph 3 of it.
fn spelled_out(text: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    for index in 1..words.len() {
        let counts = words[index].starts_with(|c: char| c.is_ascii_digit());
        let known = ABBREVIATIONS.iter().find(|(short, _)| counts && *short == words[index - 1]);
        if let Some((_, long)) = known {
            words[index - 1] = long;
        }
    }
    words.join(" ")
}

fn shortened(words: &str) -> String {
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.char_indices().nth(LONGEST_WORDS) {
        None => words,
        Some((end, _)) => format!("{}…", words[..end].trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_WORDS, shortened, spelled_out};

    #[test]
    fn abbreviations_before_numbers_are_spelled_out() {
        assert_eq!(spelled_out("Associated Press, para. 3"), "Associated Press, paragraph 3");
        assert_eq!(spelled_out("Mr. p. Art. paras. 3–4, pp. 7"), "Mr. p. Art. paragraphs 3–4, pages 7");
        assert_eq!(spelled_out("p. "), "p. ");
    }

    #[test]
    fn long_words_end_in_an_ellipsis() {
        assert_eq!(shortened(" a  b\n"), "a b");
        assert_eq!(shortened(&"é".repeat(LONGEST_WORDS + 1)).chars().count(), LONGEST_WORDS + 1);
    }
}
