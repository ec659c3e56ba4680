//! A redline for a browser: a part of a page that needs nothing else, neither script nor network.
//!
//! The list of changes is made by a template. The text is written as its tree is walked, tag by tag: a template would be
//! entered anew for each inline. All of its text goes through one function, which escapes it.

mod blocks;
mod inlines;
mod painter;

use std::collections::BTreeMap;

use minijinja::{Value, context};
use painter::{Anchors, Painter};

use super::Redline;
use super::change::{RedlineChange, RedlineNames};
use super::list;
use crate::text::render_html;
use crate::text::words::Word;

/// List of changes and text, without their title, which is a heading of level 2. Its ids begin with `change-`, `note-` or
/// `footnote-`. `words` are the book's own, by the keys of [`super::WORDS`]; `images` are the bytes of an image, by its
/// path, which become part of the page. An image without bytes is shown by what it says.
pub fn fragment(redline: &Redline, words: &dyn Fn(&str) -> Option<String>, images: &dyn Fn(&str) -> Option<Vec<u8>>) -> String {
    let mut painter = Painter::of(redline, words, Anchors::Linked, images);
    painter.collect();
    painter.list(redline);
    painter.blocks(redline.text());
    painter.own_footnotes();
    painter.out
}

/// The text alone, with nothing that could be linked to: for a page that shows several texts. `words` is as for [`fragment`].
pub fn text_fragment(redline: &Redline, words: &dyn Fn(&str) -> Option<String>) -> String {
    let mut painter = Painter::of(redline, words, Anchors::None, &|_| None);
    painter.blocks(redline.text());
    painter.out
}

/// The list of changes, in which every value is escaped.
const LIST: &str = include_str!("../templates/changes.html");

impl<'a> Painter<'a> {
    fn of(
        redline: &'a Redline,
        words: &'a dyn Fn(&str) -> Option<String>,
        anchors: Anchors,
        images: &'a dyn Fn(&str) -> Option<Vec<u8>>,
    ) -> Painter<'a> {
        Painter {
            out: String::new(),
            names: RedlineNames { old: &redline.old, new: &redline.new, words, marked: None },
            document: &redline.document,
            footnotes: BTreeMap::new(),
            in_link: false,
            anchors,
            images,
        }
    }
}

impl Painter<'_> {
    /// The list of changes.
    fn list(&mut self, redline: &Redline) {
        let names = self.names;
        let word = |key: &str| names.word(key);
        let legend = self.apart(|painter| painter.inlines(&list::legend(&word)));
        let change = |change: &RedlineChange| {
            // A page has no pages to refer to.
            let lead = list::lead(change, &|key| word(if key == "redline_from" { "redline_from_here" } else { key }));
            context! {
                anchor => &*change.anchor,
                section => &*change.section,
                lead => lead.unwrap_or_default(),
                words => change.excerpt.iter().map(|Word { op, text }| context! { op => op.name(), text => &**text }).collect::<Vec<_>>(),
                further => change.further(&word).unwrap_or_default(),
            }
        };
        let html = render_html(
            LIST,
            context! {
                heading => word("redline_changes"),
                none => word("redline_none"),
                count => list::count(&redline.changes, &word),
                legend => Value::from_safe_string(legend),
                inserted => word("inserted"),
                deleted => word("deleted"),
                changes => redline.changes.iter().map(change).collect::<Vec<_>>(),
            },
        );
        self.push(&html);
    }
}
