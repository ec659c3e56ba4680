//! What the theme is told.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::TypstMeta;
use crate::document::{Block, BlockKind, Document, Inline, PLACEHOLDER, Stamp, plain_text, walk};
use crate::model::{NotesPlacement, ThemeOptions};

/// How many letters about sixty pages hold.
const LONG: usize = 60 * 2_000;

/// Key and English text of each word that a PDF prints beside its text; a book may replace them under `words:`.
pub const WORDS: &[(&str, &str)] = &[
    ("contents", "Contents"),
    ("version", "Version"),
    ("date", "Date"),
    ("as_of", "Information as of"),
    ("as_of_running", "as of"),
    ("digest", "Digest"),
    ("draft", "Draft"),
    ("page_number", "Page"),
    ("page_of", "of"),
    ("table", "Table"),
    ("figure", "Figure"),
    ("note", "Note"),
    ("tip", "Tip"),
    ("important", "Important"),
    ("warning", "Warning"),
    ("caution", "Caution"),
    ("notes", "Notes"),
    ("sources", "Sources"),
    ("inserted", "inserted:"),
    ("deleted", "deleted:"),
    ("link_note", "note {number}: {text}"),
    ("link_mark", "what note {number} is about, in the text"),
    ("link_source", "source: {text}"),
    ("link_document", "document: {text}"),
    ("link_change", "change {number}"),
];

/// The words of redlines, which no theme is told.
const REDLINE_WORDS: &[(&str, &str)] = &[
    ("moved_from", "moved from {number}"),
    ("moved_to", "moved to {number}"),
    ("paragraph_split", "paragraph split"),
    ("paragraphs_joined", "paragraphs joined"),
    ("image_replaced", "image replaced; before:"),
];

/// The book's word for a key.
pub(super) fn word(meta: &TypstMeta, key: &str) -> String {
    let own = meta.front.get("words").and_then(|words| words.get(key)).and_then(Value::as_str);
    let english = || WORDS.iter().chain(REDLINE_WORDS).find(|(known, _)| *known == key).map_or(key, |(_, text)| *text);
    own.unwrap_or_else(english).to_owned()
}

/// Title, kind, version, book and the front matter's own keys.
pub(super) fn described(document: &Document, opening: Option<&Block>, stamp: &Stamp, meta: &TypstMeta) -> Value {
    let mut told = Map::new();
    for (key, value) in &meta.front {
        told.insert(key.clone(), bounded(value, 0));
    }
    let title = told.get("title").and_then(Value::as_str).filter(|title| !title.trim().is_empty()).unwrap_or(&meta.document);
    told.insert("title".to_owned(), folded(title).into());
    for key in ["subtitle", "kind"] {
        // The theme gets a string, whatever type the front matter has.
        let text = told.get(key).and_then(|value| match value {
            Value::String(text) => Some(folded(text)),
            Value::Null => None,
            other => Some(other.to_string()),
        });
        told.insert(key.to_owned(), text.into());
    }
    if told["kind"].is_null() {
        told.insert("kind".to_owned(), "sheet".into());
    }
    for key in ["cover", "toc"] {
        if !told.get(key).is_some_and(Value::is_boolean) {
            told.remove(key);
        }
    }
    told.insert("words".to_owned(), WORDS.iter().map(|(key, _)| ((*key).to_owned(), word(meta, key).into())).collect::<Map<_, _>>().into());
    let mut book = told.get("book").and_then(Value::as_object).cloned().unwrap_or_default();
    for key in ["title", "subtitle", "organization", "as_of", "as_of_long", "stale", "marking"] {
        book.entry(key).or_insert(Value::Null);
    }
    told.insert("book".to_owned(), book.into());
    told.entry("marking").or_insert_with(|| json!({ "labels": [], "looks": {}, "pages": null }));
    told.insert("paper".to_owned(), meta.theme.paper.name().into());
    told.insert("landscape".to_owned(), is_landscape(meta).into());
    told.insert("theme".to_owned(), theme(&meta.theme));
    let notes = match meta.notes {
        NotesPlacement::End => "end",
        NotesPlacement::Page => "page",
        NotesPlacement::Margin => "margin",
    };
    told.insert("notes".to_owned(), notes.into());
    told.insert("margin-notes".to_owned(), margin_notes(document, meta.notes));
    told.insert("uses".to_owned(), uses(document));
    told.insert("language".to_owned(), language(&meta.language));
    // A redline is marked as one even if nothing changed.
    let versions = told.get("redline").filter(|value| value.is_object()).cloned();
    told.insert("redline".to_owned(), versions.unwrap_or_else(|| is_redline(document).into()));
    let turned = |block: &Block| matches!(&block.kind, BlockKind::Directive { name, .. } if name == "turned");
    told.insert("opens-turned".to_owned(), opening.is_some_and(turned).into());
    told.insert("long".to_owned(), is_long(document).into());
    told.insert(
        "version".to_owned(),
        json!({
            "name": stamp.name,
            "number": stamp.number,
            "date": stamp.date,
            "long-date": stamp.long_date,
            "digest": stamp.digest,
            "draft": stamp.draft,
            "document": meta.document,
        }),
    );
    Value::Object(told)
}

/// Whether the template's front matter asks for pages that are wider than they are high.
pub(super) fn is_landscape(meta: &TypstMeta) -> bool {
    meta.front.get("orientation").and_then(Value::as_str) == Some("landscape")
}

/// A BCP 47 tag as typst takes it: two or three letters, and a region of two.
fn language(tag: &str) -> Value {
    let letters = |part: &&str, sizes: &[usize]| sizes.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphabetic());
    let mut parts = tag.split(['-', '_']);
    let lang = parts.next().filter(|part| letters(part, &[2, 3])).unwrap_or("en").to_lowercase();
    let region = parts.find(|part| letters(part, &[2])).map(str::to_uppercase);
    json!({ "lang": lang, "region": region })
}

fn is_redline(document: &Document) -> bool {
    let mut found = false;
    walk::inlines(&document.blocks, &mut |inline| {
        found |= matches!(inline, Inline::Inserted(_) | Inline::Deleted(_) | Inline::Moved { .. } | Inline::ParagraphMark(_))
    });
    found
}

/// Whether a document has more than about sixty pages.
pub(super) fn is_long(document: &Document) -> bool {
    let mut letters = 0;
    walk::inlines(&document.blocks, &mut |inline| {
        if let Inline::Text(text) | Inline::Code(text) = inline {
            letters += text.len();
        }
    });
    letters > LONG
}

/// Which kinds of elements the text has, so that the theme can leave out rules.
fn uses(document: &Document) -> Value {
    let mut uses = BTreeSet::new();
    walk::blocks(&document.blocks, &mut |block| {
        let kind = match &block.kind {
            BlockKind::List(_) => "lists",
            BlockKind::Quote(_) => "quotes",
            BlockKind::Descriptions(_) => "terms",
            BlockKind::Code { .. } | BlockKind::Html(_) => "code",
            BlockKind::Rule => "rules",
            BlockKind::Table(table) => {
                if table.caption.is_some() {
                    uses.insert("figures");
                }
                "tables"
            }
            BlockKind::Alert { .. } => "boxes",
            BlockKind::Directive { name, .. } if name == "box" || name == PLACEHOLDER => "boxes",
            BlockKind::Paragraph(content) if matches!(content.as_slice(), [Inline::Image { .. }]) => "figures",
            BlockKind::FootnoteDefinition { .. } => "footnotes",
            _ => return,
        };
        uses.insert(kind);
    });
    walk::inlines(&document.blocks, &mut |inline| {
        if matches!(inline, Inline::Code(_)) {
            uses.insert("code");
        }
    });
    uses.into_iter().collect()
}

/// The texts of the notes, where they also stand in the margin.
fn margin_notes(document: &Document, notes: NotesPlacement) -> Value {
    let texts = document.notes.iter().filter(|_| notes == NotesPlacement::Margin);
    texts.map(|note| folded(&plain_text(&note.text))).collect()
}

/// The theme options that the book chose.
fn theme(options: &ThemeOptions) -> Value {
    json!({
        "style": options.style.name(),
        "color": options.color,
        "accent": options.accent,
        "logo": options.logo.as_ref().map(|path| format!("/assets/{path}")),
        "fonts": { "body": options.body_fonts, "heading": options.heading_fonts, "mono": options.code_fonts },
    })
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Front matter that is nested deeper than typst could read is cut off.
fn bounded(value: &Value, depth: usize) -> Value {
    match value {
        Value::Array(_) | Value::Object(_) if depth > 16 => Value::Null,
        Value::Array(items) => items.iter().map(|item| bounded(item, depth + 1)).collect(),
        Value::Object(fields) => fields.iter().map(|(key, field)| (key.clone(), bounded(field, depth + 1))).collect::<Map<_, _>>().into(),
        other => other.clone(),
    }
}
