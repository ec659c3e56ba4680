//! Two texts in one: what is marked, what is listed, and that both texts can be read from it.

mod cases;
mod copy;
mod joined;
mod plain;
mod properties;

use brief::document::Document;
use brief::markdown::parse;
use brief::redline::{Redline, RedlineNames, redline};

fn document(markdown: &str) -> Document {
    parse(markdown).document
}

fn compared(old: &Document, new: &Document) -> Redline {
    redline(old, new, RedlineNames::new("v7", "v9"))
}

/// The anchors of all changes, two of each move.
fn listed(redline: &Redline) -> Vec<String> {
    let origin = |change: &brief::redline::RedlineChange| change.moved_from.is_some().then(|| format!("{}-from", change.anchor));
    redline.changes.iter().flat_map(|change| [Some(change.anchor.clone()), origin(change)]).flatten().collect()
}
