//! For any two trees: taking out what was put in gives the old text, taking out what was struck out the new.

use brief::document::{Alignment, Block, BlockKind, Document, Inline, Item, List, MoveEnd, Note, Row, Table, Target, Task, walk};
use brief::redline::RedlineKind;
use proptest::collection::vec;
use proptest::prelude::*;

use super::plain::{Reading, labels, paint, words};
use super::{compared, listed};
use crate::random::config;

fn word() -> impl Strategy<Value = String> {
    let common = prop::sample::select(vec![
        "the", "force", "of", "50,000", "troops", "and", "border", "a", ".", ", ", " ", "  ", "漢字", "e\u{301}", "-",
    ]);
    prop_oneof![8 => common.prop_map(str::to_owned), 2 => "[a-z]{1,6}", 1 => "[ -~]{0,6}", 1 => "\\PC{0,3}"]
}

fn text() -> impl Strategy<Value = String> {
    (vec(word(), 0..12), prop::sample::select(vec![" ", "", " "])).prop_map(|(words, between)| words.join(between))
}

fn inline() -> impl Strategy<Value = Inline> {
    let leaf = prop_oneof![
        8 => text().prop_map(Inline::Text),
        2 => text().prop_map(Inline::Code),
        1 => Just(Inline::SoftBreak),
        1 => Just(Inline::HardBreak),
        1 => (1..4_usize).prop_map(Inline::Cite),
        1 => prop::sample::select(vec!["a", "1", "none"]).prop_map(|label| Inline::FootnoteReference(label.to_owned())),
        1 => word().prop_map(|path| Inline::Image { path, title: String::new(), alternative: String::new(), label: None }),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let content = vec(inner, 0..3);
        prop_oneof![
            content.clone().prop_map(Inline::Emphasis),
            content.clone().prop_map(Inline::Strong),
            content.clone().prop_map(Inline::Strikethrough),
            content.clone().prop_map(|content| Inline::Claim { index: 0, content }),
            (prop::sample::select(vec!["https://a.b", "b.md"]), content).prop_map(|(url, content)| Inline::Link {
                target: Target::Url(url.to_owned()),
                title: String::new(),
                content
            }),
        ]
    })
}

fn inlines() -> impl Strategy<Value = Vec<Inline>> {
    vec(inline(), 0..4)
}

fn table() -> impl Strategy<Value = BlockKind> {
    (proptest::option::of(inlines()), vec(inlines(), 1..4), vec(vec(inlines(), 0..4), 0..4)).prop_map(|(caption, header, rows)| {
        let rows = rows.into_iter().map(|cells| Row { cells, line: 0 }).collect();
        BlockKind::Table(Table { label: None, caption, alignments: vec![Alignment::None], header, rows, source: None })
    })
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![
        6 => inlines().prop_map(BlockKind::Paragraph),
        2 => (1..5_u8, inlines()).prop_map(|(level, content)| BlockKind::Heading { level, content, anchor: None }),
        1 => text().prop_map(|literal| BlockKind::Code { info: String::new(), literal }),
        1 => text().prop_map(BlockKind::Html),
        1 => Just(BlockKind::Rule),
        1 => Just(BlockKind::Notes),
        3 => table(),
    ];
    leaf.prop_map(|kind| Block { kind, line: 0 }).prop_recursive(3, 24, 4, |inner| {
        let blocks = vec(inner, 0..4);
        let item = (proptest::option::weighted(0.2, proptest::sample::select(vec![Task::Open, Task::Done])), blocks.clone()).prop_map(|(task, blocks)| Item { task, blocks, line: 0 });
        let list = (proptest::option::of(1..3_usize), any::<bool>(), vec(item, 0..4))
            .prop_map(|(start, tight, items)| BlockKind::List(List { start, tight, items }));
        let kind = prop_oneof![
            4 => list,
            1 => blocks.clone().prop_map(BlockKind::Quote),
            1 => blocks.clone().prop_map(|blocks| BlockKind::Alert { kind: "note".to_owned(), title: None, blocks }),
            1 => (prop::sample::select(vec!["box", "keep"]), blocks.clone())
                .prop_map(|(name, blocks)| BlockKind::Directive { name: name.to_owned(), attributes: Default::default(), blocks: below_title(blocks) }),
            1 => vec((inlines(), blocks), 0..3).prop_map(BlockKind::Descriptions),
        ];
        kind.prop_map(|kind| Block { kind, line: 0 })
    })
}

/// Blocks without a title: taken out of a layout that the other side hasn't, it would be the document's.
fn below_title(mut blocks: Vec<Block>) -> Vec<Block> {
    for block in &mut blocks {
        if let BlockKind::Heading { level, .. } = &mut block.kind {
            *level = (*level).max(2);
        }
    }
    blocks
}

fn document(blocks: Vec<Block>) -> Document {
    let note =
        |text: &str| Note { source: "s".to_owned(), locator: None, text: vec![Inline::Text(text.to_owned())], marking: Default::default() };
    let mut blocks = blocks;
    blocks.push(Block {
        kind: BlockKind::FootnoteDefinition {
            label: "a".to_owned(),
            blocks: vec![Block { kind: BlockKind::Paragraph(vec![Inline::Text("own".to_owned())]), line: 0 }],
        },
        line: 0,
    });
    Document { blocks, notes: vec![note("one"), note("two"), note("one")], ..Document::default() }
}

/// A tree, and one that was made of it by edits of its blocks.
fn edited() -> impl Strategy<Value = (Vec<Block>, Vec<Block>)> {
    let edits = vec((any::<prop::sample::Index>(), prop_oneof![Just(None), block().prop_map(Some)], any::<bool>()), 0..4);
    (vec(block(), 0..7), edits).prop_map(|(old, edits)| {
        let mut new = old.clone();
        for (index, block, keep) in edits {
            let at = index.index(new.len() + 1);
            match block {
                None if at < new.len() => drop(new.remove(at)),
                None => {}
                Some(block) if keep || at == new.len() => new.insert(at, block),
                Some(block) => new[at] = block,
            }
        }
        (old, new)
    })
}

/// An edit of a tree's blocks that keeps its words.
#[derive(Debug, Clone)]
enum Rearrange {
    /// A block, item, row or term stands elsewhere.
    Move(prop::sample::Index, prop::sample::Index),
    /// A list's items or a table's rows are turned round.
    Turn(prop::sample::Index, prop::sample::Index),
    /// A paragraph becomes two.
    Split(prop::sample::Index, prop::sample::Index),
    /// Two paragraphs become one.
    Join(prop::sample::Index),
    /// A block moves into or out of a quote.
    Quote(prop::sample::Index),
}

fn rearrange() -> impl Strategy<Value = Rearrange> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        4 => (index(), index()).prop_map(|(from, to)| Rearrange::Move(from, to)),
        2 => (index(), index()).prop_map(|(from, to)| Rearrange::Turn(from, to)),
        2 => (index(), index()).prop_map(|(at, word)| Rearrange::Split(at, word)),
        2 => index().prop_map(Rearrange::Join),
        1 => index().prop_map(Rearrange::Quote),
    ]
}

fn rearranged(blocks: &[Block], edits: &[Rearrange]) -> Vec<Block> {
    let mut out = blocks.to_vec();
    for edit in edits {
        if out.is_empty() {
            break;
        }
        match edit {
            Rearrange::Move(from, to) => {
                let block = out.remove(from.index(out.len()));
                out.insert(to.index(out.len() + 1), block);
            }
            Rearrange::Turn(at, to) => {
                let at = at.index(out.len());
                match &mut out[at].kind {
                    BlockKind::List(List { items, .. }) if !items.is_empty() => {
                        let by = to.index(items.len());
                        items.rotate_left(by);
                    }
                    BlockKind::Table(Table { rows, .. }) if !rows.is_empty() => {
                        let by = to.index(rows.len());
                        rows.rotate_left(by);
                    }
                    BlockKind::Descriptions(items) if !items.is_empty() => {
                        let by = to.index(items.len());
                        items.rotate_left(by);
                    }
                    _ => {}
                }
            }
            Rearrange::Split(at, word) => {
                let at = at.index(out.len());
                if let BlockKind::Paragraph(content) = &out[at].kind
                    && let [Inline::Text(text), rest @ ..] = &content[..]
                    && text.contains(' ')
                {
                    let blanks: Vec<usize> = text.match_indices(' ').map(|(blank, _)| blank).collect();
                    let (first, second) = text.split_at(blanks[word.index(blanks.len())]);
                    let second = [vec![Inline::Text(second.to_owned())], rest.to_vec()].concat();
                    let first = vec![Inline::Text(first.to_owned())];
                    out[at].kind = BlockKind::Paragraph(first);
                    out.insert(at + 1, Block { kind: BlockKind::Paragraph(second), line: 0 });
                }
            }
            Rearrange::Join(at) => {
                let at = at.index(out.len());
                if let (BlockKind::Paragraph(one), Some(BlockKind::Paragraph(other))) =
                    (&out[at].kind, out.get(at + 1).map(|block| &block.kind))
                {
                    out[at].kind = BlockKind::Paragraph([one.clone(), vec![Inline::Text(" ".to_owned())], other.clone()].concat());
                    out.remove(at + 1);
                }
            }
            Rearrange::Quote(at) => {
                let at = at.index(out.len());
                let block = out.remove(at);
                match block.kind {
                    BlockKind::Quote(inner) => drop(out.splice(at..at, inner)),
                    _ => out.insert(at, Block { kind: BlockKind::Quote(vec![block]), line: 0 }),
                }
            }
        }
    }
    out
}

/// A paragraph long enough to be told from others.
fn paragraph() -> impl Strategy<Value = Block> {
    let word =
        prop_oneof![3 => "[a-z]{2,8}", 1 => prop::sample::select(vec!["the", "force", "of", "50,000", "and"]).prop_map(str::to_owned)];
    vec(word, 4..40).prop_map(|words| Block { kind: BlockKind::Paragraph(vec![Inline::Text(words.join(" "))]), line: 0 })
}

fn sections() -> impl Strategy<Value = Vec<Block>> {
    let heading = (2..4_u8, "[A-Z][a-z]{3,8}")
        .prop_map(|(level, text)| Block { kind: BlockKind::Heading { level, content: vec![Inline::Text(text)], anchor: None }, line: 0 });
    vec(prop_oneof![3 => heading, 6 => paragraph(), 3 => block()], 0..14)
}

/// Takes every third word of each text away or puts another in: what is nearly the same.
fn nearly(blocks: &[Block], seed: usize) -> Vec<Block> {
    let mut count = seed;
    let mut out = blocks.to_vec();
    each_text(&mut out, &mut |text| {
        count += 1;
        if count.is_multiple_of(3) {
            let words: Vec<&str> = text.split(' ').collect();
            let at = count % words.len().max(1);
            *text = words.iter().enumerate().map(|(index, word)| if index == at { "other" } else { word }).collect::<Vec<_>>().join(" ");
        }
    });
    out
}

fn each_text(blocks: &mut [Block], visit: &mut dyn FnMut(&mut String)) {
    fn inlines(all: &mut [Inline], visit: &mut dyn FnMut(&mut String)) {
        for inline in all {
            match inline {
                Inline::Text(text) | Inline::Code(text) => visit(text),
                Inline::Emphasis(content) | Inline::Strong(content) | Inline::Link { content, .. } => inlines(content, visit),
                _ => {}
            }
        }
    }
    for block in blocks {
        match &mut block.kind {
            BlockKind::Heading { content, .. } | BlockKind::Paragraph(content) => inlines(content, visit),
            BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } => each_text(inner, visit),
            BlockKind::List(list) => list.items.iter_mut().for_each(|item| each_text(&mut item.blocks, visit)),
            BlockKind::Table(table) => {
                table.header.iter_mut().for_each(|cell| inlines(cell, visit));
                table.rows.iter_mut().flat_map(|row| &mut row.cells).for_each(|cell| inlines(cell, visit));
            }
            BlockKind::Code { literal, .. } => visit(literal),
            _ => {}
        }
    }
}

/// The words of a document; its title stands over the redline, and in the text only where the two differ.
fn expected(document: &Document, other: &Document) -> String {
    let mut rest = document.blocks.clone();
    if let Some(at) = rest.iter().position(is_title) {
        rest.remove(at);
    }
    let own = title(document).filter(|own| Some(own) != title(other).as_ref()).unwrap_or_default();
    own + &words(&rest, Reading::All)
}

fn title(document: &Document) -> Option<String> {
    let title = document.blocks.iter().find(|block| is_title(block))?;
    Some(words(std::slice::from_ref(title), Reading::All))
}

fn is_title(block: &Block) -> bool {
    matches!(&block.kind, BlockKind::Heading { level: 1, content, .. } if !marks(content).is_empty())
}

/// Whether anything stands in inlines that a redline keeps, so that a heading is a title.
fn marks(content: &[Inline]) -> String {
    let block = [Block { kind: BlockKind::Paragraph(content.to_vec()), line: 0 }];
    let mut out = words(&block, Reading::All);
    walk::inlines(&block, &mut |inline| {
        let kept = match inline {
            Inline::Cite(_) | Inline::Image { .. } => true,
            Inline::FootnoteReference(label) => label == "a",
            _ => false,
        };
        out.push_str(if kept { "x" } else { "" });
    });
    out
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn both_texts_can_be_read((old, new) in edited()) {
        let (old, new) = (document(old), document(new));
        let redline = compared(&old, &new);
        prop_assert_eq!(words(redline.text(), Reading::Old), expected(&old, &new), "old: {}", paint(&redline));
        prop_assert_eq!(words(redline.text(), Reading::New), expected(&new, &old), "new: {}", paint(&redline));
    }

    #[test]
    fn both_texts_can_be_read_where_words_differ(blocks in vec(block(), 0..6), seed in 0..9_usize) {
        let (old, new) = (document(blocks.clone()), document(nearly(&blocks, seed)));
        let redline = compared(&old, &new);
        prop_assert_eq!(words(redline.text(), Reading::Old), expected(&old, &new), "old: {}", paint(&redline));
        prop_assert_eq!(words(redline.text(), Reading::New), expected(&new, &old), "new: {}", paint(&redline));
    }

    #[test]
    fn both_texts_can_be_read_where_things_moved(blocks in sections(), edits in vec(rearrange(), 0..6), seed in 0..9_usize, edit in any::<bool>()) {
        let moved = rearranged(&blocks, &edits);
        let (old, new) = (document(blocks), document(if edit { nearly(&moved, seed) } else { moved }));
        let redline = compared(&old, &new);
        prop_assert_eq!(words(redline.text(), Reading::Old), expected(&old, &new), "old: {}", paint(&redline));
        prop_assert_eq!(words(redline.text(), Reading::New), expected(&new, &old), "new: {}", paint(&redline));

        // Each move has both its places, each with its label once, and is in the list once.
        let mut found = labels(redline.text());
        found.sort_unstable();
        let is_move = |kind: &RedlineKind| *kind == RedlineKind::Moved;
        let listed: Vec<(usize, MoveEnd)> = (1..)
            .zip(&redline.changes)
            .filter(|(_, change)| is_move(&change.kind))
            .flat_map(|(number, _)| [(number, MoveEnd::Origin), (number, MoveEnd::Destination)])
            .collect();
        prop_assert_eq!(found, listed, "{}", paint(&redline));
        prop_assert!(redline.changes.iter().all(|change| is_move(&change.kind) == change.moved_from.is_some()));
    }

    #[test]
    fn a_text_has_no_changes_from_itself(blocks in vec(block(), 0..7)) {
        let document = document(blocks);
        let redline = compared(&document, &document);
        prop_assert!(redline.changes.is_empty(), "{:?}", redline.changes);
        let mut marked = false;
        walk::inlines(&redline.document.blocks, &mut |inline| marked |= matches!(inline, Inline::Inserted(_) | Inline::Deleted(_) | Inline::Anchor(_)));
        prop_assert!(!marked);
        prop_assert_eq!(words(redline.text(), Reading::All), expected(&document, &document));
    }

    #[test]
    fn changes_and_their_places_are_the_same((old, new) in edited()) {
        let redline = compared(&document(old), &document(new));
        let mut anchors = Vec::new();
        walk::inlines(redline.text(), &mut |inline| if let Inline::Anchor(name) = inline { anchors.push(name.clone()) });
        let mut listed = listed(&redline);
        anchors.sort();
        listed.sort();
        prop_assert_eq!(anchors, listed, "{}", paint(&redline));
    }
}
