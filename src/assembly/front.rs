//! A document's front matter for readers of the Markdown, and for the theme.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::rendering::Prepared;
use crate::document::{BlockKind, Document, Inline, Stamp, plain_text, walk};
use crate::layout::image_name;
use crate::markdown::{add_contents, remove_notes_headings};
use crate::model::{Book, Marking, Settings};
use crate::render::{age, as_of};

/// The document's title: from its front matter, else its first heading.
pub(crate) fn title(document: &Document) -> Option<String> {
    let own = document.front.get("title").and_then(Value::as_str).map(str::to_owned);
    own.or_else(|| {
        document.blocks.iter().find_map(|block| match &block.kind {
            BlockKind::Heading { level: 1, content, .. } => Some(plain_text(content)),
            _ => None,
        })
    })
}

/// The document as Markdown's readers get it: front matter that names the book, the version and the dates, and where the
/// template asks for one a list of contents.
pub(crate) fn for_readers(prepared: &Prepared, book: &Book, stamp: &Stamp) -> Document {
    let mut document = prepared.document.clone();
    let mut front = Map::new();
    let settings = &book.settings;
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            front.insert(key.to_owned(), value.into());
        }
    };
    put("title", title(&document));
    put("subtitle", document.front.get("subtitle").and_then(Value::as_str).map(str::to_owned));
    put("book", Some(settings.title.clone()).filter(|_| prepared.planned.id != "book"));
    put("as_of", Some(if settings.as_of_inferred { as_of(settings) } else { settings.as_of.to_string() }));
    put("marking", document.marking.text());
    // The version's own fields are left out where digests are taken.
    if *stamp != Stamp::blank() {
        put("version", Some(stamp.name.clone()));
        put("date", Some(stamp.date.clone()));
        put("content_age", stale(settings, stamp));
        put("digest", Some(stamp.digest.clone()).filter(|digest| !digest.is_empty()));
    }
    let (asks, is_book) = (document.front.get("toc").and_then(Value::as_bool), kind(prepared) == "book");
    document.front = front;
    remove_notes_headings(&mut document);
    if asks.unwrap_or(is_book) {
        add_contents(&mut document, settings.words.get("contents").map_or("Contents", String::as_str));
    }
    // Images lie in the version's `assets/`; a document in a folder says how to get there.
    let up = "../".repeat(prepared.planned.id.matches('/').count());
    walk::change(&mut document.blocks, &mut |inlines| {
        for inline in inlines {
            if let Inline::Image { path, .. } = inline {
                *path = up.clone() + &image_name(path);
            }
        }
    });
    document
}

/// What kind of document it is, where its template doesn't say so.
fn kind(prepared: &Prepared) -> &str {
    let own = prepared.document.front.get("kind").and_then(Value::as_str);
    own.unwrap_or(if prepared.planned.record.is_some() { "sheet" } else { "book" })
}

/// How much older than the version the content is, in words, if the book prints that.
fn stale(settings: &Settings, stamp: &Stamp) -> Option<String> {
    age(settings, stamp.date.parse().ok()?)
}

/// The front matter for the theme: the book's facts and the template's own.
pub(crate) fn for_theme(prepared: &Prepared, settings: &Settings, stamp: &Stamp) -> Map<String, Value> {
    let mut meta = prepared.document.front.clone();
    meta.insert("title".to_owned(), title(&prepared.document).into());
    meta.entry("kind").or_insert_with(|| kind(prepared).into());
    meta.insert("words".to_owned(), json!(settings.words));
    meta.insert(
        "book".to_owned(),
        json!({
            "title": settings.title,
            "subtitle": settings.subtitle,
            "organization": settings.organization,
            "as_of": settings.as_of.to_string(),
            "as_of_long": as_of(settings),
            "stale": stale(settings, stamp),
            "marking": prepared.document.marking.text(),
        }),
    );
    meta.insert("marking".to_owned(), handling(&prepared.document, settings));
    meta
}

/// What the theme is told of a document's handling: its labels, and where pages bear the marking of what stands on them, what
/// each bears at least and which labels each label covers. It names no label that the document's reader may not see.
fn handling(document: &Document, settings: &Settings) -> Value {
    let scheme = &settings.markings;
    let may_see = |name: &&str| settings.reader.as_ref().is_none_or(|reader| reader.may_see(&Marking::of(*name), scheme));
    let known: Vec<&str> = scheme.names().filter(|_| settings.page_marking).filter(may_see).collect();
    let names: BTreeSet<&str> = document.marking.labels().chain(known.iter().copied()).collect();
    let looks = names.into_iter().map(|name| {
        let label = scheme.label(name).cloned().unwrap_or_default();
        (name.to_owned(), json!({ "color": label.color, "background": label.background }))
    });
    let order: Vec<Value> = known.iter().map(|name| json!([name, scheme.covered(name)])).collect();
    let labels = |marking: &Marking| -> Vec<Value> { marking.labels().map(Value::from).collect() };
    json!({
        "labels": labels(&document.marking),
        "looks": looks.collect::<Map<_, _>>(),
        "pages": settings.page_marking.then(|| json!({ "everywhere": labels(&document.everywhere), "order": order })),
    })
}
