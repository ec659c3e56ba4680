//! A redline as plain text, `{+inserted+}` and `[-deleted-]`; and the text of one side alone.

use std::fmt::Write;

use brief::diff::Op;
use brief::document::{Block, BlockKind, Document, Inline};
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
        writeln!(out, "{}. {:?}, {}: {excerpt}{further}", change.anchor, change.kind, change.section).unwrap();
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
                let task = item.task.map_or("", |done| if done { " [x]" } else { " [ ]" });
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
        Inline::Stamp(field) => format!("<{field:?}>"),
        Inline::Claim { content, .. } => line(content),
        Inline::Inserted(content) => format!("{{+{}+}}", line(content)),
        Inline::Deleted(content) => format!("[-{}-]", line(content)),
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

/// The words of blocks in their order, blanks folded, without marks of notes, images and definitions of notes.
pub(super) fn words(blocks: &[Block], reading: Reading) -> String {
    let mut out = String::new();
    say(blocks, reading, &mut out);
    out.split_whitespace().collect()
}

fn say(blocks: &[Block], reading: Reading, out: &mut String) {
    for block in blocks {
        match &block.kind {
            BlockKind::Heading { content, .. } | BlockKind::Paragraph(content) => say_line(content, reading, out),
            BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } => say(inner, reading, out),
            BlockKind::Directive { name, blocks: inner, .. } => match name.as_str() {
                "inserted" if reading == Reading::Old => {}
                "deleted" if reading == Reading::New => {}
                "changes" => {}
                _ => say(inner, reading, out),
            },
            BlockKind::List(list) => list.items.iter().for_each(|item| say(&item.blocks, reading, out)),
            BlockKind::Descriptions(items) => items.iter().for_each(|(term, details)| {
                say_line(term, reading, out);
                say(details, reading, out);
            }),
            BlockKind::Code { literal, .. } | BlockKind::Html(literal) => out.push_str(literal),
            BlockKind::Table(table) => {
                table.caption.iter().for_each(|caption| say_line(caption, reading, out));
                table.header.iter().for_each(|cell| say_line(cell, reading, out));
                table.rows.iter().flat_map(|row| &row.cells).for_each(|cell| say_line(cell, reading, out));
            }
            BlockKind::Rule | BlockKind::Notes | BlockKind::Sources | BlockKind::FootnoteDefinition { .. } => {}
        }
        out.push(' ');
    }
}

pub(super) fn say_line(inlines: &[Inline], reading: Reading, out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) | Inline::Html(text) => out.push_str(text),
            Inline::Inserted(_) if reading == Reading::Old => {}
            Inline::Deleted(_) if reading == Reading::New => {}
            Inline::Emphasis(content)
            | Inline::Strong(content)
            | Inline::Strikethrough(content)
            | Inline::Link { content, .. }
            | Inline::Claim { content, .. }
            | Inline::Inserted(content)
            | Inline::Deleted(content) => say_line(content, reading, out),
            Inline::SoftBreak | Inline::HardBreak => out.push(' '),
            Inline::Image { .. }
            | Inline::FootnoteReference(_)
            | Inline::Cite(_)
            | Inline::Stamp(_)
            | Inline::Anchor(_)
            | Inline::PageReference(_) => {}
        }
    }
}
