//! Whatever is written reads back: any text in any place, any tree.

use brief::document::{Alignment, Block, BlockKind, Document, Inline, Item, List, Note, PrintedClaim, Row, Stamp, Table, Target, Task};
use brief::markdown::{escape, to_markdown};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{document, normal, read, write};
use crate::random::config;

/// Text with the characters that Markdown gives a meaning, and any others.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[a-zA-Z0-9]{1,3}",
        6 => " {1,2}",
        8 => r##"[\\`*_~\[\](){}<>#+\-.!|:&=;/@^"'$%,?]{1,3}"##,
        2 => prop::sample::select(vec![
            "1. ", "- ", "---", "===", ":::", ": ", "~ ", "[x] ", "[ ] ", "[!NOTE]", "![", "](", "[^1]", "[^1]:", "&amp;", "&#32;", "<b>",
            "</b>", "<!--", "<a@b.c>", "http://a.b", "www.a.b", "Table: ", "```", "~~~", "\\\\", "{#a}", "\t", "\n", "\r\n", "|-|", ":-:",
            "\u{a0}", "\u{2003}", "\u{feff}", "\u{b}", "\u{c}", "\u{fdd0}7\u{fdd1}", "é", "–", "“x”", "。", "漢字", "😀", "\u{301}", "ⓐ", "\u{2028}",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(|c| if c == '\0' { "0".to_owned() } else { c.to_string() }),
    ];
    vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{1,3}", "[a-z ]{1,4}", text()]
}

fn inline() -> impl Strategy<Value = Inline> {
    let leaf = prop_oneof![
        6 => word().prop_map(Inline::Text),
        2 => word().prop_map(Inline::Code),
        1 => Just(Inline::SoftBreak),
        1 => Just(Inline::HardBreak),
        1 => word().prop_map(Inline::Html),
        1 => Just(Inline::FootnoteReference("a".to_owned())),
        1 => (word(), word(), word()).prop_map(|(path, title, alternative)| Inline::Image { path, title, alternative, label: None }),
        1 => (0..3_usize).prop_map(Inline::Cite),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let content = vec(inner, 0..4);
        prop_oneof![
            3 => content.clone().prop_map(Inline::Emphasis),
            3 => content.clone().prop_map(Inline::Strong),
            2 => content.clone().prop_map(Inline::Strikethrough),
            2 => (word(), word(), content.clone()).prop_map(|(url, title, content)| Inline::Link { target: Target::Url(url), title, content }),
            1 => content.clone().prop_map(|content| Inline::Link { target: Target::Document("other".to_owned()), title: String::new(), content }),
            1 => content.prop_map(|content| Inline::Claim { index: 0, content }),
        ]
    })
}

fn inlines() -> impl Strategy<Value = Vec<Inline>> {
    vec(inline(), 0..5)
}

fn table() -> impl Strategy<Value = BlockKind> {
    let alignment = prop::sample::select(vec![Alignment::None, Alignment::Left, Alignment::Center, Alignment::Right]);
    (proptest::option::of(inlines()), vec(alignment, 0..4), vec(inlines(), 0..4), vec(vec(inlines(), 0..4), 0..3)).prop_map(
        |(caption, alignments, header, rows)| {
            let rows = rows.into_iter().map(|cells| Row { cells, line: 0 }).collect();
            BlockKind::Table(Table { label: None, caption, alignments, header, rows, source: None })
        },
    )
}

fn block() -> impl Strategy<Value = Block> {
    let leaf = prop_oneof![
        4 => inlines().prop_map(BlockKind::Paragraph),
        2 => (1..7_u8, inlines()).prop_map(|(level, content)| BlockKind::Heading { level, content, anchor: None }),
        2 => (word(), vec(word(), 0..3)).prop_map(|(info, lines)| BlockKind::Code { info, literal: lines.join("\n") }),
        1 => Just(BlockKind::Rule),
        1 => word().prop_map(BlockKind::Html),
        2 => table(),
    ];
    let leaf = leaf.prop_map(|kind| Block { kind, line: 0 });
    leaf.prop_recursive(3, 24, 4, |inner| {
        let blocks = vec(inner, 0..4);
        let item = (proptest::option::of(task()), blocks.clone()).prop_map(|(task, blocks)| Item { task, blocks, line: 0 });
        let start = proptest::option::of(prop_oneof![0..3_usize, Just(999_999_999)]);
        let list = (start, any::<bool>(), vec(item, 0..4)).prop_map(|(start, tight, items)| List { start, tight, items });
        let kind = prop_oneof![
            2 => blocks.clone().prop_map(BlockKind::Quote),
            5 => list.prop_map(BlockKind::List),
            1 => (prop::sample::select(vec!["note", "tip", "warning"]), blocks.clone())
                .prop_map(|(kind, blocks)| BlockKind::Alert { kind: kind.to_owned(), title: None, blocks }),
            1 => blocks.clone().prop_map(|blocks| BlockKind::Directive { name: "box".to_owned(), attributes: Default::default(), blocks }),
            1 => (inlines(), blocks).prop_map(|(term, details)| BlockKind::Descriptions(vec![(term, details)])),
        ];
        kind.prop_map(|kind| Block { kind, line: 0 })
    })
}

/// Inlines of little else but what definitions, boxes and alerts are made of.
fn starting() -> impl Strategy<Value = Vec<Inline>> {
    let text = || {
        let piece = prop::sample::select(vec![
            "[", "]", "]:", "^", ":", "a", "x", " ", "!note", "(", ")", "<b>", "\\", "---", "===", ":::", "'", "\"", "|", "1.",
        ]);
        vec(piece, 1..4).prop_map(|pieces| pieces.concat())
    };
    let leaf = prop_oneof![
        3 => text().prop_map(Inline::Text),
        3 => text().prop_map(Inline::Code),
        1 => Just(Inline::FootnoteReference("a".to_owned())),
        1 => Just(Inline::HardBreak),
        1 => (text(), text()).prop_map(|(path, alternative)| Inline::Image { path, title: String::new(), alternative, label: None }),
    ];
    let url = prop_oneof![Just("other.md".to_owned()), Just(String::new()), text()];
    let link = (url, prop_oneof![Just(String::new()), text()], vec(leaf.clone(), 1..4)).prop_map(|(url, title, content)| Inline::Link {
        target: Target::Url(url),
        title,
        content,
    });
    let styled = vec(leaf.clone(), 1..3).prop_map(Inline::Emphasis);
    vec(prop_oneof![3 => leaf, 3 => link, 1 => styled], 1..5)
}

fn starts() -> impl Strategy<Value = Document> {
    let paragraph = || starting().prop_map(paragraph);
    let some = || vec(paragraph(), 1..3);
    let block = |kind| Block { kind, line: 0 };
    let item = || (proptest::option::of(task()), some()).prop_map(|(task, blocks)| Item { task, blocks, line: 0 });
    let shape = prop_oneof![
        3 => paragraph(),
        2 => some().prop_map(BlockKind::Quote).prop_map(block),
        2 => (any::<bool>(), vec(item(), 1..3)).prop_map(|(tight, items)| List { start: None, tight, items }).prop_map(BlockKind::List).prop_map(block),
        1 => some().prop_map(|blocks| BlockKind::Alert { kind: "tip".to_owned(), title: None, blocks }).prop_map(block),
        1 => (starting(), some()).prop_map(|(term, details)| BlockKind::Descriptions(vec![(term, details)])).prop_map(block),
        1 => starting().prop_map(|content| BlockKind::Heading { level: 2, content, anchor: None }).prop_map(block),
        1 => (starting(), starting()).prop_map(|(header, cell)| BlockKind::Table(Table { label: None,
            caption: None, alignments: vec![Alignment::None], header: vec![header], rows: vec![Row { cells: vec![cell], line: 0 }], source: None,
        })).prop_map(block),
    ];
    (vec(shape, 1..4), some()).prop_map(|(mut blocks, note)| {
        blocks.push(Block { kind: BlockKind::FootnoteDefinition { label: "a".to_owned(), blocks: note }, line: 0 });
        document(blocks)
    })
}

/// Text with what code hosts take for addresses.
fn address() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "www.",
        "WWW.",
        "www",
        "http://",
        "https://",
        "HTTPS://",
        "ftp://",
        "://",
        "a.example",
        "b-c.example/x?y=1",
        "x",
        " ",
        "(",
        ")",
        "*",
        "_",
        "~",
        "<",
        ">",
        ".",
        ":",
        "/",
        "é",
        "1",
        "\u{a0}",
        "&",
    ]);
    vec(piece, 1..7).prop_map(|pieces| pieces.concat())
}

fn task() -> impl Strategy<Value = Task> + Clone {
    proptest::sample::select(vec![Task::Open, Task::Done])
}

fn tree() -> impl Strategy<Value = Document> {
    (vec(block(), 0..5), vec(block(), 0..3)).prop_map(|(mut blocks, note)| {
        blocks.push(Block { kind: BlockKind::FootnoteDefinition { label: "a".to_owned(), blocks: note }, line: 0 });
        let note = |text: &str| Note {
            source: "s".to_owned(),
            locator: None,
            text: vec![Inline::Text(text.to_owned())],
            marking: Default::default(),
        };
        Document { notes: vec![note("One."), note("Two.")], ..document(blocks) }
    })
}

fn paragraph(content: Vec<Inline>) -> Block {
    Block { kind: BlockKind::Paragraph(content), line: 0 }
}

/// The text that Markdown keeps: line ends are spaces, and there are none at the edges.
fn folded(text: &str) -> String {
    text.replace("\r\n", " ").replace(['\n', '\r'], " ").trim_matches(' ').to_owned()
}

fn contexts(text: &str) -> Vec<Block> {
    let is = |inlines: Vec<Inline>| paragraph(inlines);
    let t = || Inline::Text(text.to_owned());
    let x = || Inline::Text("x".to_owned());
    let link = |url: &str, title: &str, content| Inline::Link { target: Target::Url(url.to_owned()), title: title.to_owned(), content };
    let item = |blocks| Item { task: None, blocks, line: 0 };
    let list = |start| BlockKind::List(List { start, tight: true, items: vec![item(vec![is(vec![t()])]), item(vec![is(vec![t()])])] });
    let kinds = vec![
        BlockKind::Heading { level: 2, content: vec![t()], anchor: None },
        BlockKind::Paragraph(vec![Inline::Strong(vec![t()]), x(), Inline::Emphasis(vec![t()]), Inline::Strikethrough(vec![t()])]),
        BlockKind::Paragraph(vec![x(), Inline::HardBreak, t(), Inline::HardBreak, t()]),
        BlockKind::Paragraph(vec![t(), link(text, text, vec![t()]), t()]),
        BlockKind::Paragraph(vec![
            t(),
            Inline::Image { path: text.to_owned(), title: text.to_owned(), alternative: text.to_owned(), label: None },
            t(),
        ]),
        BlockKind::Paragraph(vec![t(), Inline::Code(text.to_owned()), t()]),
        BlockKind::Code { info: text.to_owned(), literal: format!("{text}\n{text}") },
        BlockKind::Quote(vec![is(vec![t()])]),
        BlockKind::Alert { kind: "note".to_owned(), title: Some(text.to_owned()), blocks: vec![is(vec![t()])] },
        list(None),
        list(Some(3)),
        BlockKind::Table(Table {
            label: None,
            caption: Some(vec![t()]),
            alignments: vec![Alignment::Left, Alignment::Right],
            header: vec![vec![t()], vec![x()]],
            rows: vec![Row { cells: vec![vec![t()], vec![Inline::Code(text.to_owned()), t(), link(text, text, vec![t()])]], line: 0 }],
            source: None,
        }),
    ];
    kinds.into_iter().map(|kind| Block { kind, line: 0 }).collect()
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn text_is_the_paragraph_it_was(text in text()) {
        let written = write(&document(vec![paragraph(vec![Inline::Text(text.clone())])]));
        let expected = folded(&text);
        let blocks = if expected.is_empty() { vec![] } else { vec![paragraph(vec![Inline::Text(expected)])] };
        prop_assert_eq!(read(&written), blocks, "{}", written);
    }

    #[test]
    fn text_reads_back_in_every_context(text in text()) {
        for block in contexts(&text) {
            let document = document(vec![block]);
            let written = write(&document);
            prop_assert_eq!(read(&written), normal(&document), "{}", written);
        }
    }

    #[test]
    fn escaped_text_is_that_text_wherever_it_stands(text in text()) {
        let escaped = escape(&text);
        let expected = folded(&text);
        if expected.is_empty() {
            return Ok(());
        }
        let own = vec![Inline::Text(expected)];
        prop_assert_eq!(read(&escaped), vec![paragraph(own.clone())]);
        let cell = read(&format!("| h |\n| - |\n| {escaped} |\n"));
        let BlockKind::Table(table) = &cell[0].kind else { panic!("{escaped}") };
        prop_assert_eq!(&table.rows[0].cells[0], &own);
        let heading = read(&format!("# {escaped}\n"));
        prop_assert!(matches!(&heading[0].kind, BlockKind::Heading { content, .. } if *content == own), "{}", escaped);
        let link = read(&format!("[{escaped}](u)\n"));
        prop_assert!(matches!(&link[0].kind, BlockKind::Paragraph(content) if matches!(&content[..], [Inline::Link { content, .. }] if *content == own)), "{}", escaped);
    }

    #[test]
    fn inlines_read_back(content in inlines()) {
        let document = document(vec![
            paragraph(content),
            Block { kind: BlockKind::FootnoteDefinition { label: "a".to_owned(), blocks: vec![] }, line: 0 },
        ]);
        let written = write(&document);
        prop_assert_eq!(read(&written), normal(&document), "{}", written);
    }

    #[test]
    fn trees_read_back(document in tree()) {
        let written = write(&document);
        prop_assert_eq!(read(&written), normal(&document), "{}", written);
    }

    /// What stands at the start of a block is no definition, box, alert or rule, whatever it is made of.
    #[test]
    fn starts_of_blocks_read_back(document in starts()) {
        let written = write(&document);
        prop_assert_eq!(read(&written), normal(&document), "{}", written);
        // Code hosts have no description lists and directives, and know bare addresses.
        let parsed = brief::markdown::parse_as(&written, brief::markdown::Dialect::GITHUB);
        prop_assert_eq!(super::without_lines(parsed.document.blocks), normal(&document), "{}", written);
    }

    /// No text becomes a link on a code host, but for the addresses of mail, which nothing but HTML could keep it from.
    #[test]
    fn no_text_is_a_link_to_a_code_host(text in address()) {
        for block in contexts(&text) {
            let document = document(vec![block]);
            let parsed = brief::markdown::parse_as(&write(&document), brief::markdown::Dialect::GITHUB);
            prop_assert_eq!(super::without_lines(parsed.document.blocks), normal(&document), "{}", write(&document));
        }
    }

    #[test]
    fn what_was_written_is_written_again(document in tree()) {
        let once = write(&document);
        let twice = write(&super::document(read(&once)));
        prop_assert_eq!(once, twice);
    }

    #[test]
    fn any_input_is_read_and_settles(pieces in vec(prop_oneof![text(), Just("\n".to_owned()), Just("\n\n".to_owned()), Just("    ".to_owned()), Just("> ".to_owned())], 0..12)) {
        let parsed = brief::markdown::parse(&pieces.concat());
        let once = write(&parsed.document);
        let again = brief::markdown::parse(&once);
        prop_assert_eq!(&again.faults, &[], "{}", once);
        prop_assert_eq!(&write(&again.document), &once);
    }

    #[test]
    fn front_matter_reads_back(title in text(), list in vec(text(), 0..3)) {
        let mut document = document(vec![]);
        document.front.insert("title".to_owned(), title.into());
        document.front.insert("list".to_owned(), list.into());
        let written = write(&document);
        prop_assert_eq!(brief::markdown::parse(&written).document.front, document.front, "{}", written);
    }

    #[test]
    fn claims_are_found_on_their_lines(before in vec(block(), 0..4), cell in any::<bool>()) {
        let claim = Inline::Claim { index: 0, content: vec![Inline::Text("CLAIM".to_owned())] };
        let kind = if cell {
            let row = |cells| Row { cells, line: 0 };
            BlockKind::Table(Table { label: None, caption: None, alignments: vec![], header: vec![vec![]], rows: vec![row(vec![vec![]]), row(vec![vec![claim]])], source: None })
        } else {
            BlockKind::Paragraph(vec![Inline::Text("a".to_owned()), Inline::HardBreak, claim])
        };
        // No other claims.
        let mut blocks = without_claims(before);
        blocks.push(Block { kind, line: 0 });
        let mut document = document(blocks);
        document.claims = vec![printed()];
        let written = to_markdown(&document, &Stamp::blank(), &super::link);
        let line = written.text.lines().nth(written.claim_lines[0] - 1);
        prop_assert!(line.is_some_and(|line| line.contains("CLAIM")), "{:?}\n{}", line, written.text);
    }
}

fn without_claims(mut blocks: Vec<Block>) -> Vec<Block> {
    blocks.retain(|block| !format!("{block:?}").contains("Claim"));
    blocks
}

fn printed() -> PrintedClaim {
    PrintedClaim {
        record: "a/b".to_owned(),
        path: ["c"].into(),
        value: 1.into(),
        printed: "CLAIM".to_owned(),
        sources: vec![],
        as_of: None,
        notes: vec![],
        rendered_line: 1,
        derived: None,
    }
}
