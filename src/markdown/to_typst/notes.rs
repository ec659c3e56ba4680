//! Marks, the numbered notes, the sources, and footnotes of the text's own.

use super::code::Code;
use super::links::source_place;
use super::{Listed, Writer};
use crate::document::{Block, BlockKind, Inline, plain_text};
use crate::model::NotesPlacement;

/// So many notes, of so few letters on average, are set in two columns.
const TWO_COLUMNS: usize = 10;
const SHORT_NOTE: usize = 50;

/// Where a note last stood at the foot of a page: in which run of pages, and for which time.
#[derive(Debug, Clone, Copy)]
pub(super) struct AtFoot {
    run: usize,
    times: usize,
}

impl Writer<'_> {
    /// Marks for notes, which stand together.
    pub(super) fn marks(&mut self, numbers: &[usize]) {
        let numbers: Vec<usize> = numbers.iter().copied().filter(|n| *n > 0 && *n <= self.document.notes.len()).collect();
        if numbers.is_empty() {
            return;
        }
        if self.nesting.in_link {
            // Links can't be nested.
            self.nesting.after_link.extend(numbers);
            return;
        }
        self.code.push(if self.nesting.in_heading { "#heading-only[" } else { "" });
        match self.meta.notes {
            NotesPlacement::Page if !self.nesting.in_title && !self.nesting.in_header => self.page_marks(&numbers),
            NotesPlacement::End | NotesPlacement::Margin if self.places.notes => {
                // A heading's margin is beside it in the heading alone; a header row is repeated, and wide tables leave no margin.
                let margin =
                    self.meta.notes == NotesPlacement::Margin && !self.nesting.in_title && !self.nesting.in_header && !self.nesting.in_wide;
                self.code.push(if margin { "#margin-marks(" } else { "#marks(" });
                for number in numbers {
                    // What is printed twice can't be led back to: a title on cover and page, a header row on each page.
                    let first = !self.nesting.in_title && !self.nesting.in_header && self.marked.insert(number);
                    self.code.push(&format!("({number}, {first}),"));
                }
                self.code.push(");");
            }
            _ => {
                self.code.push("#bare-marks(");
                for number in numbers {
                    self.code.push(&format!("{number},"));
                }
                self.code.push(");");
            }
        }
        self.code.push(if self.nesting.in_heading { "];" } else { "" });
        self.code.printed();
    }

    /// Marks for notes at the foot of the page: the first on pages that follow each other brings the note, others refer to it.
    fn page_marks(&mut self, numbers: &[usize]) {
        self.code.push("#page-marks(");
        for number in numbers {
            let run = self.page_run;
            let foot = self.at_foot.entry(*number).or_insert(AtFoot { run, times: 0 });
            let is_new = foot.times == 0 || foot.run != run;
            *foot = AtFoot { run, times: foot.times + usize::from(is_new) };
            let name = format!("brief:note-{number}-{}", foot.times);
            self.code.push(&format!("({number}, \"{name}\", "));
            if is_new {
                let document = self.document;
                let note = &document.notes[number - 1];
                self.code.push("[");
                let outer = std::mem::take(&mut self.nesting);
                self.code.start();
                self.note_text(&note.source, &note.text);
                self.nesting = outer;
                self.code.push("]");
            } else {
                self.code.push("none");
            }
            self.code.push("),");
        }
        self.code.push(");");
    }

    /// What a note says, leading to its source where that is listed.
    fn note_text(&mut self, source: &str, text: &[Inline]) {
        let linked = self.places.sources
            && self.document.sources.iter().any(|entry| entry.id == source)
            && !text.iter().any(|inline| matches!(inline, Inline::Link { .. }));
        if linked {
            self.code.push("#to(");
            self.code.name(&source_place(source));
            self.code.push(")[");
        }
        let content = self.bound(text);
        self.inlines(&content);
        self.code.push(if linked { "];" } else { "" });
    }

    /// Marks the place of a list, which is written last.
    pub(super) fn defer(&mut self, listed: Listed) {
        if self.nesting.in_footnote || self.deferred.iter().any(|(_, known)| *known == listed) {
            return;
        }
        let gap = self.code.gap();
        self.deferred.push((gap, listed));
    }

    /// The lists that the text doesn't place stand at its end.
    pub(super) fn closing(&mut self) {
        for (listed, any, key) in [(Listed::Notes, self.places.notes, "notes"), (Listed::Sources, self.places.sources, "sources")] {
            if any && !self.deferred.iter().any(|(_, known)| *known == listed) {
                let heading = [Inline::Text(self.word(key))];
                self.heading(2, &heading, None);
                self.defer(listed);
            }
        }
    }

    /// Writes the lists into their places.
    pub(super) fn lists(&mut self) {
        for (gap, listed) in std::mem::take(&mut self.deferred).into_iter().rev() {
            let written = std::mem::replace(&mut self.code, Code::new(self.missing));
            match listed {
                Listed::Notes => self.note_list(),
                Listed::Sources => self.source_list(),
            }
            let list = std::mem::replace(&mut self.code, written);
            self.code.fill(gap, list);
        }
    }

    fn note_list(&mut self) {
        let document = self.document;
        let letters: usize = document.notes.iter().map(|note| plain_text(&note.text).len()).sum();
        let count = document.notes.len();
        let short = count >= TWO_COLUMNS && letters <= count * SHORT_NOTE;
        self.code.line(if short { "#notes(short: true," } else { "#notes(" });
        for (index, note) in document.notes.iter().enumerate() {
            self.name_note(index + 1, &note.text);
            self.code.start();
            self.code.push("([");
            self.marked_inlines(&note.marking, |writer| writer.note_text(&note.source, &note.text));
            let marked = self.marked.contains(&(index + 1));
            self.code.line(&format!("], {marked}),"));
        }
        self.code.line(");");
    }

    fn source_list(&mut self) {
        let document = self.document;
        self.code.line("#sources(");
        for entry in &document.sources {
            let place = self.name_source(&entry.id, &entry.text);
            self.code.start();
            self.code.push("(");
            self.code.name(&place);
            self.code.push(", [");
            self.marked_inlines(&entry.marking, |writer| {
                let text = writer.bound(&entry.text);
                writer.inlines(&text)
            });
            self.code.line("]),");
        }
        self.code.line(");");
    }

    /// A reference to a footnote of the text's own: the first one brings it.
    pub(super) fn own_footnote(&mut self, label: &str) {
        let Some(blocks) = self.places.footnotes.get(label).copied() else { return };
        if !self.nesting.can_hold_footnotes() {
            // What is printed several times, or is a footnote itself, brings none: it follows as soon as one can.
            let mark = self.letter(label);
            self.code.push(&format!("#bare-marks(\"{mark}\");"));
            self.code.printed();
            if !self.written.contains(&mark) && !self.waiting.iter().any(|known| known == label) {
                self.waiting.push(label.to_owned());
            }
            return;
        }
        self.code.push(if self.nesting.in_heading { "#heading-only[" } else { "" });
        let mark = self.letter(label);
        if !self.written.insert(mark.clone()) {
            self.code.push(&format!("#own-footnote-again(\"{mark}\");"));
        } else {
            self.code.push(&format!("#own-footnote(\"{mark}\", ["));
            let waiting = self.waiting.len();
            let outer = std::mem::take(&mut self.nesting);
            self.nesting.in_footnote = true;
            self.nesting.depth = outer.depth + 1;
            let inner: Vec<&Block> = blocks.iter().filter(|block| !matches!(block.kind, BlockKind::FootnoteDefinition { .. })).collect();
            self.item(&inner);
            self.nesting = outer;
            self.code.push("]);");
            // Those that it refers to stand beside it.
            let own = self.waiting.split_off(waiting);
            self.write_footnotes(own);
        }
        self.code.push(if self.nesting.in_heading { "];" } else { "" });
        self.code.printed();
    }
}

impl Writer<'_> {
    /// The letter of a footnote of the text's own.
    fn letter(&mut self, label: &str) -> String {
        let next = letters(self.footnotes.len());
        self.footnotes.entry(label.to_owned()).or_insert(next).clone()
    }

    /// Writes the footnotes that were marked where none could stand.
    pub(super) fn waiting_footnotes(&mut self) {
        if !self.nesting.can_hold_footnotes() {
            return;
        }
        let waiting = std::mem::take(&mut self.waiting);
        self.write_footnotes(waiting);
    }

    fn write_footnotes(&mut self, labels: Vec<String>) {
        for label in labels {
            if !self.letter_is_written(&label) {
                self.own_footnote(&label);
            }
        }
    }

    fn letter_is_written(&self, label: &str) -> bool {
        self.footnotes.get(label).is_some_and(|mark| self.written.contains(mark))
    }
}

/// `a`, `b`, … `z`, `aa`, …
fn letters(index: usize) -> String {
    let last = char::from(b'a' + u8::try_from(index % 26).unwrap_or(0));
    if index < 26 { last.to_string() } else { letters(index / 26 - 1) + &last.to_string() }
}
