//! A redline as plain text, `{+inserted+}` and `[-deleted-]`; and the text of one side alone.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write;

use brief::diff::Op;
use brief::document::{Block, BlockKind, Document, Inline, MoveEnd, ParagraphMark, Task, walk};
use brief::redline::Redline;

/// The list of changes and the text.
pub(super) fn paint(redline: &Redline) -> String {
    let mut out = String::new();
    for change in &redline.changes {
        let excerpt: String = change
            .excerpt
            .iter()
            .map(|word| match word.op {
                Op::Equal => word.text.clone(),
                Op::Insert => format!("{{+{}+}}", word.text),
                Op::Delete => format!("[-{}-]", word.text),
            })
            .collect();
        let further = if change.blocks > 1 { format!(" (of {})", change.blocks) } else { String::new() };
        let from = change.moved_from.as_ref().map(|from| format!(" (from {from})")).unwrap_or_default();
        writeln!(out, "{}. {:?}, {}{from}: {excerpt}{further}", change.anchor, change.kind, change.section).unwrap();
    }
    out.push_str("\n----\n\n");
    blocks(redline.text(), "", &redline.document, &mut out);
    out
}

fn blocks(all: &[Block], indent: &str, document: &Document, out: &mut String) {
    for block in all {
        self::block(&block.kind, indent, document, out);
    }
}

fn block(kind: &BlockKind, indent: &str, document: &Document, out: &mut String) {
    let deeper = format!("{indent}  ");
    match kind {
        BlockKind::Heading { level, content, .. } => {
            writeln!(out, "{indent}{} {}\n", "#".repeat(usize::from(*level)), line(content)).unwrap();
        }
        BlockKind::Paragraph(content) => writeln!(out, "{indent}{}\n", line(content)).unwrap(),
        BlockKind::Quote(inner) => {
            writeln!(out, "{indent}quote:").unwrap();
            blocks(inner, &deeper, document, out);
        }
        BlockKind::List(list) => {
            let mut number = list.start;
            for item in &list.items {
                let mark = number.map_or("-".to_owned(), |number| format!("{number}."));
                let task = item.task.map_or("", |task| if task == Task::Done { " [x]" } else { " [ ]" });
                let mut inner = String::new();
                blocks(&item.blocks, &deeper, document, &mut inner);
                writeln!(out, "{indent}{mark}{task} {}", inner.trim_start().replace("\n\n", "\n").trim_end()).unwrap();
                number = number.map(|number| number + 1);
            }
            out.push('\n');
        }
        BlockKind::Descriptions(items) => {
            for (term, details) in items {
                writeln!(out, "{indent}{}", line(term)).unwrap();
                blocks(details, &format!("{indent}: "), document, out);
            }
        }
        BlockKind::Code { literal, .. } | BlockKind::Html(literal) => writeln!(out, "{indent}`{}`\n", literal.trim_end()).unwrap(),
        BlockKind::Rule => writeln!(out, "{indent}***\n").unwrap(),
        BlockKind::Table(table) => {
            if let Some(caption) = &table.caption {
                writeln!(out, "{indent}Table: {}", line(caption)).unwrap();
            }
            let row = |cells: &[Vec<Inline>]| cells.iter().map(|cell| line(cell)).collect::<Vec<_>>().join(" | ");
            writeln!(out, "{indent}| {} |\n{indent}|--", row(&table.header)).unwrap();
            for cells in &table.rows {
                writeln!(out, "{indent}| {} |", row(&cells.cells)).unwrap();
            }
            out.push('\n');
        }
        BlockKind::Alert { kind, blocks: inner, .. } => {
            writeln!(out, "{indent}{kind}:").unwrap();
            blocks(inner, &deeper, document, out);
        }
        BlockKind::Directive { name, blocks: inner, .. } => {
            writeln!(out, "{indent}:::{name}").unwrap();
            blocks(inner, &deeper, document, out);
        }
        BlockKind::FootnoteDefinition { label, blocks: inner } => {
            writeln!(out, "{indent}[^{label}]:").unwrap();
            blocks(inner, &deeper, document, out);
        }
        BlockKind::Notes => {
            for (index, note) in document.notes.iter().enumerate() {
                writeln!(out, "{indent}({}) {}", index + 1, line(&note.text)).unwrap();
            }
            out.push('\n');
        }
        BlockKind::Sources => writeln!(out, "{indent}sources").unwrap(),
    }
}

fn line(inlines: &[Inline]) -> String {
    inlines.iter().map(inline).collect()
}

fn inline(inline: &Inline) -> String {
    match inline {
        Inline::Text(text) | Inline::Html(text) => text.clone(),
        Inline::Code(code) => format!("`{code}`"),
        Inline::Emphasis(content) => format!("*{}*", line(content)),
        Inline::Strong(content) => format!("**{}**", line(content)),
        Inline::Strikethrough(content) => format!("~~{}~~", line(content)),
        Inline::Link { target, content, .. } => format!("[{}]({target:?})", line(content)),
        Inline::Image { path, alternative, .. } => format!("![{alternative}]({path})"),
        Inline::SoftBreak => " ".to_owned(),
        Inline::HardBreak => " / ".to_owned(),
        Inline::FootnoteReference(label) => format!("[^{label}]"),
        Inline::Cite(note) => format!("({note})"),
        Inline::Verdict(verdict) => verdict.symbol().to_owned(),
        Inline::Stamp(field) => format!("<{field:?}>"),
        Inline::Claim { content, .. } => line(content),
        Inline::Inserted(content) => format!("{{+{}+}}", line(content)),
        Inline::Deleted(content) => format!("[-{}-]", line(content)),
        Inline::Moved { end, number, labelled, content, .. } => {
            let way = if *end == MoveEnd::Origin { "to" } else { "from" };
            format!("<{way} {number}{} {}>", if *labelled { "!" } else { "" }, line(content))
        }
        Inline::ParagraphMark(ParagraphMark::Split) => "{+¶+}".to_owned(),
        Inline::ParagraphMark(ParagraphMark::Joined) => "[-¶-]".to_owned(),
        Inline::Anchor(name) => format!("@{name} "),
        Inline::PageReference(name) => format!("page of {name}"),
    }
}

/// What is read of a document.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Reading {
    /// A plain document.
    All,
    /// A redline without what was put in.
    Old,
    /// A redline without what was taken out.
    New,
}

/// The words of blocks in their order, spaces folded, without marks of notes, images and definitions of notes. The old text of
/// what moved is read where it stood: it stands, with its edits, where it moved to.
pub(super) fn words(blocks: &[Block], reading: Reading) -> String {
    let reader = Reader { all: blocks, reading, only: None, told: RefCell::default() };
    let mut out = String::new();
    reader.blocks(blocks, true, &mut out);
    out.split_whitespace().collect()
}

/// Both places of each move, in the order of the text: `(number, end)`, once for each label or frame.
pub(super) fn labels(blocks: &[Block]) -> Vec<(usize, MoveEnd)> {
    let mut found = Vec::new();
    walk::inlines(blocks, &mut |inline| {
        if let Inline::Moved { end, number, labelled: true, .. } = inline {
            found.push((*number, *end));
        }
    });
    found
}

struct Reader<'a> {
    all: &'a [Block],
    reading: Reading,
    /// Only what moved to the place of this number is read.
    only: Option<usize>,
    /// Moves whose first place was read.
    told: RefCell<BTreeSet<usize>>,
}

impl Reader<'_> {
    /// Reads one of a move's places; `inside` reads what stands in it.
    fn moved(&self, end: MoveEnd, number: usize, is_read: bool, out: &mut String, inside: &mut dyn FnMut(bool, &mut String)) {
        match (self.reading, end) {
            (Reading::Old, MoveEnd::Destination) => inside(self.only == Some(number), out),
            (Reading::Old, MoveEnd::Origin) if !is_read => {}
            (Reading::Old, MoveEnd::Origin) => {
                if self.told.borrow_mut().insert(number) {
                    let there = Reader { all: self.all, reading: Reading::Old, only: Some(number), told: self.told.clone() };
                    there.blocks(self.all, false, out);
                    self.told.borrow_mut().extend(there.told.into_inner());
                }
            }
            (_, MoveEnd::Origin) => {}
            (_, MoveEnd::Destination) => inside(is_read, out),
        }
    }

    fn blocks(&self, blocks: &[Block], is_read: bool, out: &mut String) {
        for block in blocks {
            match &block.kind {
                BlockKind::Heading { content, .. } | BlockKind::Paragraph(content) => self.line(content, is_read, out),
                BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } => self.blocks(inner, is_read, out),
                BlockKind::Directive { name, attributes, blocks: inner } => match name.as_str() {
                    "inserted" if self.reading == Reading::Old => {}
                    "deleted" if self.reading == Reading::New => {}
                    "changes" => {}
                    "moved-to" | "moved-from" => {
                        let end = if name == "moved-to" { MoveEnd::Origin } else { MoveEnd::Destination };
                        let number = attributes["number"].parse().unwrap();
                        self.moved(end, number, is_read, out, &mut |is_read, out| self.blocks(inner, is_read, out));
                    }
                    _ => self.blocks(inner, is_read, out),
                },
                BlockKind::List(list) => list.items.iter().for_each(|item| self.blocks(&item.blocks, is_read, out)),
                BlockKind::Descriptions(items) => items.iter().for_each(|(term, details)| {
                    self.line(term, is_read, out);
                    self.blocks(details, is_read, out);
                }),
                BlockKind::Code { literal, .. } | BlockKind::Html(literal) => out.push_str(if is_read { literal } else { "" }),
                BlockKind::Table(table) => {
                    let rows = table.rows.iter().flat_map(|row| &row.cells);
                    table.caption.iter().chain(&table.header).chain(rows).for_each(|cell| self.line(cell, is_read, out));
                }
                BlockKind::Rule | BlockKind::Notes | BlockKind::Sources | BlockKind::FootnoteDefinition { .. } => {}
            }
            out.push(' ');
        }
    }

    fn line(&self, inlines: &[Inline], is_read: bool, out: &mut String) {
        for inline in inlines {
            match inline {
                Inline::Text(text) | Inline::Code(text) | Inline::Html(text) => out.push_str(if is_read { text } else { "" }),
                Inline::Inserted(_) if self.reading == Reading::Old => {}
                Inline::Deleted(_) if self.reading == Reading::New => {}
                Inline::Moved { end, number, content, .. } => {
                    self.moved(*end, *number, is_read, out, &mut |is_read, out| self.line(content, is_read, out));
                }
                Inline::Emphasis(content)
                | Inline::Strong(content)
                | Inline::Strikethrough(content)
                | Inline::Link { content, .. }
                | Inline::Claim { content, .. }
                | Inline::Inserted(content)
                | Inline::Deleted(content) => self.line(content, is_read, out),
                Inline::SoftBreak | Inline::HardBreak => out.push(' '),
                Inline::Image { .. }
                | Inline::FootnoteReference(_)
                | Inline::Cite(_)
                | Inline::Verdict(_)
                | Inline::Stamp(_)
                | Inline::ParagraphMark(_)
                | Inline::Anchor(_)
                | Inline::PageReference(_) => {}
            }
        }
    }
}
