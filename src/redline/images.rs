//! Images of a redline: those that differ between the two sides, and those that no side has any more.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::change::REPLACED;
use crate::document::{Document, Inline, walk};
use crate::layout::image_name;

/// A document, and the bytes of its images by their paths.
pub type Images<'a> = &'a dyn Fn(&str) -> Option<Arc<[u8]>>;

/// Renames the images of the old document that the new one has under the same name with other bytes.
pub fn rename_replaced_images((before, old): (&mut Document, Images<'_>), (after, new): (&Document, Images<'_>)) {
    let names: BTreeSet<String> = after.image_paths().iter().map(|path| image_name(path)).collect();
    let replaced: BTreeSet<String> = before
        .image_paths()
        .into_iter()
        .filter(|path| names.contains(&image_name(path)))
        .filter(|path| matches!((old(path), new(path)), (Some(old), Some(new)) if old != new))
        .collect();
    walk::change(&mut before.blocks, &mut |inlines| {
        for inline in inlines {
            if let Inline::Image { path, .. } = inline
                && replaced.contains(path)
            {
                path.insert_str(0, REPLACED);
            }
        }
    });
}

/// Puts the alternative text in place of each image that is not there.
pub fn without_missing_images(document: &mut Document, is_there: &dyn Fn(&str) -> bool) {
    let replace = |inline: &mut Inline| {
        if let Inline::Image { path, alternative, .. } = inline
            && !is_there(path)
        {
            let text = if alternative.trim().is_empty() { &*path } else { &*alternative };
            *inline = Inline::Text(format!("[{text}]"));
        }
    };
    walk::change(&mut document.blocks, &mut |inlines| inlines.iter_mut().for_each(replace));
}
