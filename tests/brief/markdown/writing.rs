//! What readers of the Markdown get.

use brief::document::{Block, BlockKind, Document, Inline, Note, SourceEntry, Stamp, StampField, Target, note_label, note_numbers};
use brief::markdown::{Surroundings, escape, parse, to_html, to_markdown};

fn text(text: &str) -> Inline {
    Inline::Text(text.to_owned())
}

fn block(kind: BlockKind) -> Block {
    Block { kind, line: 0 }
}

fn rewritten(source: &str) -> String {
    let parsed = parse(source);
    assert_eq!(parsed.faults, []);
    super::write(&parsed.document)
}

#[test]
fn a_template_becomes_plain_markdown() {
    let source = "\
---
title: The plan
count: 3
---
# The plan {#plan}
A paragraph
of two lines, with a hard\\
break, *emphasis*, __strong__, `code` and <https://a.b/c_d>.

* one
* two
    1) nested
    2) list

+ other list

:::table widths=1,2
Table: Who gives what

Party|Troops
:---|---:
Indonesia|8,000
Türkiye|—
:::

:::pagebreak
:::
> [!WARNING] Mind this
> It is hot.

Term

: What it means

<!-- a comment -->

~~~rust
fn main() {}
~~~

---
[Back](#plan)[^1]

[^1]: A note of the template's own.
";
    assert_eq!(
        rewritten(source),
        "\
---
title: The plan
count: 3
---

# The plan

A paragraph of two lines, with a hard\\
break, *emphasis*, **strong**, `code` and <https://a.b/c_d>.

- one
- two
  1. nested
  2. list

* other list

**Table.**\u{a0}Who gives what

| Party     | Troops |
| :-------- | -----: |
| Indonesia |  8,000 |
| Türkiye   |      — |

> [!WARNING]
> **Mind this**
>
> It is hot.

- **Term**: What it means

\\<!-- a comment -->

```rust
fn main() {}
```

---

[Back](#the-plan)[^1]

[^1]: A note of the template's own.
"
    );
}

#[test]
fn notes_sources_and_claims_have_their_places() {
    let claim = |index, words: &str| Inline::Claim { index, content: vec![text(words)] };
    let own = Inline::FootnoteReference("1".to_owned());
    let blocks = vec![
        block(BlockKind::Heading { level: 1, content: vec![text("Kosovo Force")], anchor: Some("precedents/kfor".to_owned()) }),
        block(BlockKind::Paragraph(vec![
            claim(0, "50,000"),
            Inline::Cite(1),
            text(" men, "),
            Inline::HardBreak,
            claim(1, "1999"),
            Inline::Cite(2),
            text("; "),
            own,
        ])),
        block(BlockKind::Paragraph(vec![
            Inline::Link {
                target: Target::Anchor("precedents/kfor".to_owned()),
                title: String::new(),
                content: vec![text("KFOR"), Inline::Cite(1)],
            },
            text(" (see "),
            Inline::Link { target: Target::Document("book".to_owned()), title: String::new(), content: vec![text("book")] },
            text("), version "),
            Inline::Stamp(StampField::Name),
            Inline::Link { target: Target::Anchor("nowhere".to_owned()), title: String::new(), content: vec![text(".")] },
        ])),
        block(BlockKind::Notes),
        block(BlockKind::Heading { level: 2, content: vec![text("Sources")], anchor: None }),
        block(BlockKind::Sources),
        block(BlockKind::FootnoteDefinition { label: "1".to_owned(), blocks: vec![block(BlockKind::Paragraph(vec![text("Own")]))] }),
    ];
    let note = |words: &str| Note { source: "a".to_owned(), locator: None, text: vec![text(words)], marking: Default::default() };
    let document = Document {
        blocks,
        notes: vec![note("Report, para. 3"), note("Letter")],
        sources: vec![SourceEntry { id: "a".to_owned(), text: vec![text("A report, 1999")], marking: Default::default() }],
        ..Document::default()
    };
    let stamp = Stamp { name: "v7".to_owned(), ..Stamp::default() };
    let written = to_markdown(&document, &stamp, &|id| format!("../{id}.md"));
    assert_eq!(
        written.text,
        "\
# Kosovo Force

50,000\u{a0}[^1] men,\\
1999\u{a0}[^2]; [^note-1]

[KFOR](#kosovo-force)[^1] (see [book\u{a0}↗](../book.md)), version v7.

[^1]: Report, para. 3

[^2]: Letter

## Sources

- A report, 1999

[^note-1]: Own
"
    );
    assert_eq!(written.claim_lines, [3, 4]);
}

#[test]
fn notes_stand_at_the_end_where_no_place_is_given() {
    let mut document = super::document(vec![block(BlockKind::Paragraph(vec![text("a"), Inline::Cite(1)]))]);
    document.notes = vec![Note { source: "a".to_owned(), locator: None, text: vec![text("Said so.")], marking: Default::default() }];
    assert_eq!(super::write(&document), "a[^1]\n\n[^1]: Said so.\n");
}

#[test]
fn anchors_are_numbered_as_code_hosts_do() {
    let source = "# A & B: c_d {#a}\n\n## Same {#b}\n\n## Same {#c}\n\n## Élan — vital! {#d}\n\n[1](#a) [2](#b) [3](#c) [4](#d)\n";
    assert!(rewritten(source).ends_with("[1](#a--b-c_d) [2](#same) [3](#same-1) [4](#élan--vital)\n"), "{}", rewritten(source));
}

#[test]
fn emphasis_is_written_so_that_it_is_emphasis() {
    let strong = |content: Vec<Inline>| Inline::Strong(content);
    let emphasis = |content: Vec<Inline>| Inline::Emphasis(content);
    let write = |content: Vec<Inline>| super::write(&super::document(vec![block(BlockKind::Paragraph(content))]));
    assert_eq!(write(vec![text("a "), strong(vec![text("b")]), text("c")]), "a **b**c\n");
    assert_eq!(write(vec![strong(vec![text("(x)")]), text("y")]), "**(x)**&#121;\n");
    assert_eq!(write(vec![strong(vec![text("(x)")]), text(" y")]), "**(x)** y\n");
    assert_eq!(write(vec![strong(vec![text(" a ")])]), "**&#32;a&#32;**\n");
    assert_eq!(write(vec![strong(vec![emphasis(vec![text("a")])])]), "**_a_**\n");
    assert_eq!(write(vec![emphasis(vec![text("a "), strong(vec![text("b")]), text(" c")])]), "*a **b** c*\n");
    assert_eq!(write(vec![emphasis(vec![text("a")]), emphasis(vec![text("b")])]), "*ab*\n");
    assert_eq!(write(vec![emphasis(vec![text("a")]), strong(vec![text("b")])]), "*a*__b__\n");
    assert_eq!(write(vec![emphasis(vec![text("a "), emphasis(vec![text("b")]), text(" c")])]), "*a _b_ c*\n");
    assert_eq!(write(vec![text("a"), strong(vec![]), emphasis(vec![text(" ")]), text("b")]), "a b\n");
}

#[test]
fn emphasis_that_does_not_read_back_is_flattened() {
    let inner = Inline::Emphasis(vec![text("y"), Inline::Emphasis(vec![text("w")])]);
    let document = super::document(vec![block(BlockKind::Paragraph(vec![Inline::Emphasis(vec![inner])]))]);
    assert_eq!(super::write(&document), "*yw*\n");
}

#[test]
fn a_redline_strikes_what_was_and_keeps_what_is() {
    let content = vec![text("troops: "), Inline::Deleted(vec![text("50,000")]), text(" "), Inline::Inserted(vec![text("45,000")])];
    assert_eq!(super::write(&super::document(vec![block(BlockKind::Paragraph(content))])), "troops: ~~50,000~~ 45,000\n");
}

#[test]
fn wide_tables_are_not_padded() {
    let long = "x".repeat(200);
    let source = format!("| first | b |\n|---|---|\n| a | {long} |\n");
    assert_eq!(rewritten(&source), format!("| first | b   |\n| ----- | --- |\n| a     | {long} |\n"));
    let source = format!("| a | last |\n|---|---|\n| {long} | c |\n");
    assert_eq!(rewritten(&source), format!("| a   | last |\n| --- | --- |\n| {long} | c   |\n"));
    // East Asian characters are two columns wide.
    assert_eq!(rewritten("|漢字|b|\n|-|-|\n|a|\\||\n"), "| 漢字 | b   |\n| ---- | --- |\n| a    | \\|  |\n");
}

#[test]
fn a_link_at_a_blocks_start_is_no_definition_and_no_alert() {
    let link = |content: Inline| Inline::Link { target: Target::Url("other.md".to_owned()), title: String::new(), content: vec![content] };
    let paragraph = |content| block(BlockKind::Paragraph(content));
    let write = |block| super::write(&super::document(vec![block]));
    let code = |code: &str| Inline::Code(code.to_owned());
    assert_eq!(write(paragraph(vec![link(code("]:"))])), "[`]:`]( other.md)\n");
    assert_eq!(write(paragraph(vec![text("["), code("]: x")])), "\\[`]: x`\n");
    assert_eq!(write(paragraph(vec![link(code("]: a"))])), "[`]: a`]( other.md)\n");
    assert_eq!(write(block(BlockKind::Quote(vec![paragraph(vec![link(text("!note"))])]))), "> [\\!note](other.md)\n");
}

#[test]
fn notes_that_are_marked_together_have_a_label() {
    for (numbers, label) in [(&[3][..], "3"), (&[3, 4], "3-4"), (&[3, 4, 7], "3+4+7"), (&[3, 7], "3+7")] {
        assert_eq!(note_label(numbers), label);
        // Of a range, the label names the first and the last.
        assert_eq!(note_numbers(label), Some(numbers.to_vec()));
    }
    for other in ["3a", "03", "", "3-"] {
        assert_eq!(note_numbers(other), None, "{other}");
    }
}

#[test]
fn text_is_escaped_where_markdown_would_take_it_for_markup() {
    assert_eq!(escape("R&D: 3.5 < a_b (x)"), "R&D: 3.5 < a_b (x)");
    assert_eq!(escape("# [a](b) | <i>"), r"\# \[a\](b) \| \<i>");
}

#[test]
fn no_text_is_a_link_to_the_site() {
    let around = Surroundings { link: &|_| None, beside: &|_, _| String::new(), drawing: &|_, _, _| None };
    let said = "www.evil.example, http://evil.example, it@evil.example, mailto:it@evil.example";
    let html = to_html(&format!("{said} and <https://meant.example>.\n"), &around).html;
    assert_eq!(html, format!("<p>{said} and <a href=\"https://meant.example\">https://meant.example</a>.</p>\n"));
}
