//! For any two trees: taking out what was put in gives the old text, taking out what was struck out the new.

use brief::document::{Alignment, Block, BlockKind, Document, Inline, Item, List, Note, Row, Table, Target, walk};
use proptest::collection::vec;
use proptest::prelude::*;

use super::compared;
use super::plain::{Reading, words};

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
        1 => word().prop_map(|path| Inline::Image { path, title: String::new(), alternative: String::new() }),
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
        BlockKind::Table(Table { caption, alignments: vec![Alignment::None], header, rows, source: None })
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
        let item = (proptest::option::weighted(0.2, any::<bool>()), blocks.clone()).prop_map(|(task, blocks)| Item { task, blocks, line: 0 });
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
    let note = |text: &str| Note { source: "s".to_owned(), locator: None, text: vec![Inline::Text(text.to_owned())] };
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

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, max_shrink_iters: 20_000, ..ProptestConfig::default() })]

    #[test]
    fn both_texts_can_be_read((old, new) in edited()) {
        let (old, new) = (document(old), document(new));
        let redline = compared(&old, &new);
        prop_assert_eq!(words(redline.text(), Reading::Old), expected(&old, &new), "old: {:#?}", redline.text());
        prop_assert_eq!(words(redline.text(), Reading::New), expected(&new, &old), "new: {:#?}", redline.text());
    }

    #[test]
    fn both_texts_can_be_read_where_words_differ(blocks in vec(block(), 0..6), seed in 0..9_usize) {
        let (old, new) = (document(blocks.clone()), document(nearly(&blocks, seed)));
        let redline = compared(&old, &new);
        prop_assert_eq!(words(redline.text(), Reading::Old), expected(&old, &new), "old: {:#?}", redline.text());
        prop_assert_eq!(words(redline.text(), Reading::New), expected(&new, &old), "new: {:#?}", redline.text());
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
        let mut listed: Vec<String> = redline.changes.iter().map(|change| change.anchor.clone()).collect();
        anchors.sort();
        listed.sort();
        prop_assert_eq!(anchors, listed, "{:#?}", redline.text());
    }
}
