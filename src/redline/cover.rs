//! A redline as a note to somebody who has the old version.

use super::Redline;
use super::change::RedlineNames;
use crate::document::{Block, BlockKind, Inline};

/// What a note says besides the list of changes.
#[derive(Debug, Clone)]
pub struct Cover {
    /// The versions' numbers, and their dates as readers write them.
    pub old: String,
    pub new: String,
    pub old_date: String,
    pub new_date: String,
    /// The ids of other documents that differ.
    pub others: Vec<String>,
}

/// Documents that are named; of more, how many.
const NAMED: usize = 12;

impl Redline {
    /// Makes a note of it: its title, what the reader has, then the list. Where no word has changed, the note is all: the text
    /// is what the reader has.
    #[must_use]
    pub fn with_cover(mut self, cover: &Cover, words: &dyn Fn(&str) -> Option<String>) -> Redline {
        let names = RedlineNames { old: &self.old, new: &self.new, words, marked: None };
        let say = |key: &str| {
            let said = names.word(key);
            let said = said.replace("{old}", &cover.old).replace("{new}", &cover.new);
            said.replace("{old_date}", &cover.old_date).replace("{new_date}", &cover.new_date)
        };
        let title = say("since_title");
        if !self.title.is_empty() {
            self.document.front.insert("subtitle".to_owned(), self.title.clone().into());
        }
        let mut lines = vec![say("since_versions")];
        if !cover.others.is_empty() {
            let mut named: Vec<String> = cover.others.iter().take(NAMED).cloned().collect();
            named.extend(
                cover
                    .others
                    .len()
                    .checked_sub(NAMED + 1)
                    .map(|more| names.word("redline_further").replace("{count}", &(more + 1).to_string())),
            );
            lines.push(say("since_others").replace("{documents}", &named.join(", ")));
        }
        self.document.front.insert("title".to_owned(), title.clone().into());
        if self.changes.is_empty() {
            self.document.blocks.truncate(3);
            self.document.notes.clear();
        }
        if let Some(Block { kind: BlockKind::Heading { content, .. }, .. }) = self.document.blocks.first_mut() {
            *content = vec![Inline::Text(title)];
        }
        if let Some(Block { kind: BlockKind::Directive { blocks, .. }, .. }) = self.document.blocks.get_mut(2) {
            let lines = lines.into_iter().map(|line| Block { kind: BlockKind::Paragraph(vec![Inline::Text(line)]), line: 0 });
            blocks.splice(0..0, lines);
        }
        self
    }
}
