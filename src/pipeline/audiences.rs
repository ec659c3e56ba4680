//! What each audience of a book gets: the audience stage, with what it asks about Markdown.

use crate::audience::{self, Markdown, MarkedBlock, Mention, View};
use crate::model::{Audience, Book};
use crate::{markdown, render};

/// What an audience gets of a book.
pub fn view(book: &Book, audience: &Audience) -> View {
    audience::view(book, audience, &Markdown { marked_blocks: &marked_blocks, mentions: &mentions })
}

fn marked_blocks(text: &str) -> Vec<MarkedBlock> {
    let blocks = markdown::marked_blocks(text).into_iter();
    blocks.map(|block| MarkedBlock { lines: block.lines, marking: block.labels.into_iter().collect(), is_alone: block.is_alone }).collect()
}

fn mentions(text: &str) -> Vec<Mention> {
    let mentions = render::mentions(text, &super::content::parse).into_iter();
    mentions
        .map(|mention| match mention {
            render::Named::Source(id) => Mention::Source(id),
            render::Named::Value { collection, id, path } => Mention::Value { collection, id, path },
        })
        .collect()
}
