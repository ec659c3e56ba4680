//! A document to the Markdown that readers get.

use std::borrow::Cow;

use super::block::{InlineText, MarkdownBlock, MarkdownList, Place};
use super::front_matter;
use super::inline_writer::finish;
use super::link::write_info;
use super::list::is_box_alone;
use super::normal::markdown_blocks;
use super::table;
use crate::document::{Alignment, Document, Stamp, Task};

/// A written document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    pub text: String,
    /// The line, from 1, on which each of the document's claims was printed; 0 for one that was not.
    pub claim_lines: Vec<usize>,
}

/// Writes a document as GitHub Flavored Markdown that reads well as it is: one line a paragraph, aligned
/// tables, footnotes, no HTML, no layout. `link` gives the address of another document by its id, or nothing.
///
/// [`parse`](super::parse()) reads the text back as the document's [normal form](super::normalized).
pub fn to_markdown(document: &Document, stamp: &Stamp, link: &dyn Fn(&str) -> String) -> Written {
    let text = front_matter::write(&document.front);
    let mut writer = Writer { line: text.matches('\n').count(), text, prefixes: Vec::new(), claim_lines: vec![0; document.claims.len()] };
    if !document.front.is_empty() {
        writer.blank();
    }
    writer.blocks(&markdown_blocks(document, stamp, link), Gap::Blank, Place::Paragraph);
    // A document may be front matter alone.
    if writer.text.ends_with("\n\n") {
        writer.text.pop();
    }
    Written { text: writer.text, claim_lines: writer.claim_lines }
}

/// Which of the two marks that start an item of its kind a list has: `-` or `*`, `1.` or `1)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ListMark {
    Usual,
    Other,
}

/// What stands between two blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Blank,
    None,
}

/// What stands before each line of a container: a list's mark before the first, spaces before the others.
struct Prefix {
    first: Option<String>,
    rest: &'static str,
    width: usize,
}

struct Writer {
    text: String,
    /// The number of lines written.
    line: usize,
    prefixes: Vec<Prefix>,
    claim_lines: Vec<usize>,
}

impl Writer {
    fn line(&mut self, content: &str) {
        let start = self.text.len();
        for prefix in &mut self.prefixes {
            match prefix.first.take() {
                Some(first) => self.text.push_str(&first),
                None => {
                    self.text.push_str(prefix.rest);
                    self.text.extend(std::iter::repeat_n(' ', prefix.width));
                }
            }
        }
        self.text.push_str(content);
        if content.is_empty() {
            let kept = self.text[start..].trim_end_matches(' ').len();
            self.text.truncate(start + kept);
        }
        self.text.push('\n');
        self.line += 1;
    }

    fn blank(&mut self) {
        self.line("");
    }

    fn within(&mut self, prefix: Prefix, parts: &[MarkdownBlock], gap: Gap, first: Place) {
        self.prefixes.push(prefix);
        self.blocks(parts, gap, first);
        if parts.is_empty() {
            self.blank();
        }
        self.prefixes.pop();
    }

    /// `first` is the place of a paragraph that comes first.
    fn blocks(&mut self, parts: &[MarkdownBlock], gap: Gap, first: Place) {
        let mut before: Option<(&MarkdownBlock, ListMark)> = None;
        for (index, part) in parts.iter().enumerate() {
            if index > 0 && gap == Gap::Blank {
                self.blank();
            }
            // A list right behind a list of its kind takes another mark, or the two would be one.
            let is_other = match (before, part) {
                (Some((MarkdownBlock::List(before), mark)), MarkdownBlock::List(list)) => {
                    before.start.is_some() == list.start.is_some() && mark == ListMark::Usual
                }
                (None, MarkdownBlock::List(_)) => self.is_behind_two_hyphens(),
                _ => false,
            };
            let mark = if is_other { ListMark::Other } else { ListMark::Usual };
            self.part(part, if index == 0 { first } else { Place::Paragraph }, mark);
            before = Some((part, mark));
        }
    }

    /// Whether this line starts with `- - `: a third hyphen would make it a rule.
    fn is_behind_two_hyphens(&self) -> bool {
        let mut marks = self.prefixes.iter().rev().map(|prefix| prefix.first.as_deref());
        marks.next() == Some(Some("- ")) && marks.next() == Some(Some("- "))
    }

    fn part(&mut self, part: &MarkdownBlock, paragraph: Place, mark: ListMark) {
        match part {
            MarkdownBlock::Heading(level, run) => {
                let text = self.inlines(run, Place::Heading);
                let marks = "#".repeat(usize::from(*level));
                self.line(format!("{marks} {text}").trim_end_matches(' '));
            }
            MarkdownBlock::Paragraph(run) => {
                let text = self.inlines(run, paragraph);
                text.split('\n').for_each(|line| self.line(line));
            }
            MarkdownBlock::Quote(parts) => self.within(Prefix { first: None, rest: "> ", width: 0 }, parts, Gap::Blank, Place::Paragraph),
            MarkdownBlock::Alert(kind, parts) => {
                self.prefixes.push(Prefix { first: None, rest: "> ", width: 0 });
                self.line(&format!("[!{}]", alert_name(kind)));
                self.blocks(parts, Gap::Blank, Place::Paragraph);
                self.prefixes.pop();
            }
            MarkdownBlock::List(list) => self.list(list, mark),
            MarkdownBlock::Code { info, literal } => self.code(info, literal),
            MarkdownBlock::Rule => self.rule(),
            MarkdownBlock::Html(html) => html.lines().for_each(|line| self.line(line)),
            MarkdownBlock::Table(alignments, rows) => self.table(alignments, rows),
            MarkdownBlock::Footnote(label, parts) => {
                self.within(Prefix { first: Some(format!("[^{label}]: ")), rest: "", width: 4 }, parts, Gap::Blank, Place::Paragraph);
            }
        }
    }

    /// A run's text for the next line, and notes the lines of its claims.
    fn inlines<'r>(&mut self, run: &'r InlineText, place: Place) -> Cow<'r, str> {
        for (index, breaks) in &run.claims {
            if self.claim_lines.len() <= *index {
                self.claim_lines.resize(index + 1, 0);
            }
            if self.claim_lines[*index] == 0 {
                self.claim_lines[*index] = self.line + 1 + breaks;
            }
        }
        finish(&run.text, place)
    }

    fn list(&mut self, list: &MarkdownList, mark: ListMark) {
        let gap = if list.spaced { Gap::Blank } else { Gap::None };
        for (index, item) in list.items.iter().enumerate() {
            let (task, parts) = item;
            if index > 0 && gap == Gap::Blank {
                self.blank();
            }
            let mark = match (list.start, mark) {
                (None, ListMark::Usual) => "- ".to_owned(),
                (None, ListMark::Other) => "* ".to_owned(),
                (Some(start), ListMark::Usual) => format!("{}. ", (start + index).min(999_999_999)),
                (Some(start), ListMark::Other) => format!("{}) ", (start + index).min(999_999_999)),
            };
            let width = mark.len();
            let first = match task {
                None => mark,
                Some(task) => format!("{mark}[{}] ", if *task == Task::Done { 'x' } else { ' ' }),
            };
            let mut prefix = Prefix { first: Some(first), rest: "", width };
            if is_box_alone(item) && !parts.is_empty() {
                // The box is a paragraph of its own.
                self.prefixes.push(prefix);
                self.blank();
                if gap == Gap::Blank {
                    self.blank();
                }
                self.prefixes.pop();
                prefix = Prefix { first: None, rest: "", width };
            }
            self.within(prefix, parts, gap, if task.is_none() { Place::ItemStart } else { Place::Paragraph });
        }
    }

    fn rule(&mut self) {
        // Behind a list's mark, `---` or `***` would be a rule in the list's stead; on the first line, `---`
        // would be front matter.
        let in_list = self.prefixes.iter().any(|prefix| prefix.rest.is_empty());
        self.line(match (in_list, self.text.is_empty()) {
            (true, _) => "___",
            (_, true) => "***",
            _ => "---",
        });
    }

    fn code(&mut self, info: &str, literal: &str) {
        let mark = if info.contains('`') { '~' } else { '`' };
        let longest = literal.split(|c| c != mark).map(str::len).max().unwrap_or(0);
        let fence: String = std::iter::repeat_n(mark, (longest + 1).max(3)).collect();
        let mut first = fence.clone();
        if info.starts_with('~') {
            first.push(' ');
        }
        write_info(&mut first, info);
        self.line(&first);
        if let Some(literal) = literal.strip_suffix('\n') {
            literal.split('\n').for_each(|line| self.line(line));
        }
        self.line(&fence);
    }

    fn table(&mut self, alignments: &[Alignment], rows: &[Vec<InlineText>]) {
        let mut texts = Vec::with_capacity(rows.len());
        let first = self.line;
        for (index, row) in rows.iter().enumerate() {
            // The line of the row: the header's delimiters stand second.
            self.line = first + index + usize::from(index > 0);
            texts.push(row.iter().map(|cell| self.inlines(cell, Place::Cell)).collect());
        }
        self.line = first;
        table::lines(alignments, &texts).iter().for_each(|line| self.line(line));
    }
}

fn alert_name(kind: &str) -> String {
    match kind {
        "tip" | "important" | "warning" | "caution" => kind.to_uppercase(),
        _ => "NOTE".to_owned(),
    }
}
