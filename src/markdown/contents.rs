//! The list of contents at the top of a long document's Markdown, since code hosts show none in the text. In print and on the
//! reading site there is another, so it is taken out again where a version's Markdown is read.

use comrak::nodes::{AstNode, ListType, NodeValue};

use crate::document::{Block, BlockKind, Document, Inline, Item, List, Target, plain_text, walk};

/// Documents with fewer chapters need no table of contents.
const FEWEST: usize = 5;

/// The level of chapters.
const CHAPTER: u8 = 2;

/// Adds the list before the first chapter, below `word`; a short document gets none.
pub fn add_contents(document: &mut Document, word: &str) {
    let mut chapters = 0;
    walk::change_lists(&mut document.blocks, &mut |blocks| {
        for block in blocks {
            if let BlockKind::Heading { level: CHAPTER, anchor, .. } = &mut block.kind {
                chapters += 1;
                // Contains a space, so that it can't clash with an author's id.
                anchor.get_or_insert_with(|| format!("chapter {chapters}"));
            }
        }
    });
    let mut items = Vec::new();
    walk::blocks(&document.blocks, &mut |block| {
        if let BlockKind::Heading { level: CHAPTER, content, anchor: Some(anchor) } = &block.kind {
            let words = vec![Inline::Text(plain_text(content).trim().to_owned())];
            let link = Inline::Link { target: Target::Anchor(anchor.clone()), title: String::new(), content: words };
            items.push(Item { task: None, blocks: vec![Block { kind: BlockKind::Paragraph(vec![link]), line: 0 }], line: 0 });
        }
    });
    let first = document.blocks.iter().position(has_chapter);
    if let Some(first) = first.filter(|_| items.len() >= FEWEST) {
        let title = BlockKind::Paragraph(vec![Inline::Strong(vec![Inline::Text(word.to_owned())])]);
        let list = BlockKind::List(List { start: None, tight: true, items });
        document.blocks.splice(first..first, [title, list].map(|kind| Block { kind, line: 0 }));
    }
}

/// Takes out the headings that have the notes under them and nothing else: code hosts move footnotes to the end, where they
/// have no heading. A heading that is linked to is kept.
pub fn remove_notes_headings(document: &mut Document) {
    let blocks = &document.blocks;
    let is_bare = |index: usize| {
        let BlockKind::Heading { level: own @ 2.., anchor: None, .. } = blocks[index].kind else { return false };
        let holds_notes = blocks.get(index + 1).is_some_and(|next| matches!(next.kind, BlockKind::Notes));
        let after = blocks[index + 1..].iter().find(|block| !matches!(block.kind, BlockKind::Notes | BlockKind::FootnoteDefinition { .. }));
        holds_notes && after.is_none_or(|after| matches!(after.kind, BlockKind::Heading { level, .. } if level <= own))
    };
    let bare: Vec<bool> = (0..blocks.len()).map(is_bare).collect();
    let mut bare = bare.into_iter();
    document.blocks.retain(|_| bare.next() != Some(true));
}

fn has_chapter(block: &Block) -> bool {
    let mut found = false;
    walk::blocks(std::slice::from_ref(block), &mut |block| found |= matches!(block.kind, BlockKind::Heading { level: CHAPTER, .. }));
    found
}

/// Takes the list out of a version's Markdown.
pub(super) fn remove_contents(blocks: &mut Vec<Block>) {
    let mut chapters = 0;
    walk::blocks(blocks, &mut |block| chapters += usize::from(matches!(block.kind, BlockKind::Heading { level: CHAPTER, .. })));
    let is_title = |block: &Block| matches!(&block.kind, BlockKind::Paragraph(content) if matches!(&content[..], [Inline::Strong(_)]));
    let is_list = |block: &Block| match &block.kind {
        BlockKind::List(list) => list.start.is_none() && list.items.len() == chapters && list.items.iter().all(leads_to_heading),
        _ => false,
    };
    let first = blocks.iter().position(has_chapter).filter(|_| chapters >= FEWEST);
    if let Some(first) = first.filter(|first| *first >= 2)
        && is_title(&blocks[first - 2])
        && is_list(&blocks[first - 1])
    {
        blocks.drain(first - 2..first);
    }
}

fn leads_to_heading(item: &Item) -> bool {
    let [Block { kind: BlockKind::Paragraph(content), .. }] = &item.blocks[..] else { return false };
    matches!(&content[..], [Inline::Link { target: Target::Url(url), .. }] if url.starts_with('#'))
}

/// [`remove_contents`] for comrak's own tree.
pub(super) fn detach_contents<'a>(root: &'a AstNode<'a>) {
    let is_chapter = |node: &'a AstNode<'a>| matches!(node.data().value, NodeValue::Heading(ref heading) if heading.level == CHAPTER);
    let chapters = root.descendants().filter(|node| is_chapter(node)).count();
    let Some(list) = root.children().find(|node| is_chapter(node)).and_then(|first| first.previous_sibling()) else { return };
    let Some(title) = list.previous_sibling() else { return };
    let only_child = |node: &'a AstNode<'a>| node.first_child().filter(|child| child.next_sibling().is_none());
    let is_link = |item: &'a AstNode<'a>| {
        let link = only_child(item).and_then(only_child);
        link.is_some_and(|node| matches!(node.data().value, NodeValue::Link(ref link) if link.url.starts_with('#')))
    };
    let is_list = matches!(list.data().value, NodeValue::List(ref list) if list.list_type == ListType::Bullet);
    let is_title = matches!(title.data().value, NodeValue::Paragraph)
        && only_child(title).is_some_and(|child| matches!(child.data().value, NodeValue::Strong));
    if chapters >= FEWEST && is_list && is_title && list.children().count() == chapters && list.children().all(is_link) {
        title.detach();
        list.detach();
    }
}
