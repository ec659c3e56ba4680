//! Data is data: any text that a record holds comes out as that text, wherever a template prints it; and what is
//! printed of a claim is in the ledger and cited, whatever path it took through a template.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use brief::diagnostic::{Diagnostic, has_errors};
use brief::document::{Block, BlockKind, Document, Inline, Target, plain_text, walk};
use brief::render::{Parsed, Renderer, Scope};
use brief::tree::Tree;
use brief::{check, load, markdown};
use proptest::collection::vec;
use proptest::prelude::*;

use super::faults::book_of;
use super::random::config;
use super::{pdf, press};

const SCHEMA: &str = "\
type: object
properties:
  name: { type: string }
  text: { type: string }
  note: { type: string, format: markdown }
  count: { type: integer, x-claim: true }
  says: { type: string, x-claim: true }
  list: { type: array, items: { type: string, x-claim: true } }
";

fn tree(record: &serde_json::Value, template: &str) -> Tree {
    let files = [
        ("content/book.yaml", "title: A book\nas_of: 2025-11-05\ndocuments: [{ id: book, template: book.md.jinja }]\n".to_owned()),
        ("content/schemas/things.yaml", SCHEMA.to_owned()),
        ("content/schemas/sources.yaml", "type: object\n".to_owned()),
        ("content/sources.yaml", "a: { title: Source a }\nb: { title: Source b }\n".to_owned()),
        // JSON is YAML, and keeps any text.
        ("content/things/it.yaml", yaml(record)),
        ("templates/book.md.jinja", template.to_owned()),
        ("templates/part.jinja", "{{ thing.count }}".to_owned()),
    ];
    Tree { files: files.into_iter().map(|(path, text)| (path.to_owned(), Arc::from(text.as_bytes()))).collect() }
}

/// A mapping as YAML, with what YAML wants escaped written by its code.
fn yaml(record: &serde_json::Value) -> String {
    let mut out = String::new();
    for c in record.to_string().chars() {
        match c {
            c if c.is_ascii() || c.is_alphanumeric() => out.push(c),
            c => out.push_str(&format!("\\U{:08X}", u32::from(c))),
        }
    }
    out
}

fn parse(text: &str) -> Parsed {
    let parsed = markdown::parse(text);
    Parsed { document: parsed.document, faults: parsed.faults }
}

/// Reads, checks and renders a book of one record and one template.
fn rendered(record: &serde_json::Value, template: &str) -> Result<Document, Vec<Diagnostic>> {
    let tree = tree(record, template);
    let loaded = load::load(&tree);
    let mut found = loaded.diagnostics;
    let Some(book) = loaded.book else { return Err(found) };
    found.extend(check::book(&book, &tree));
    let (renderer, faults) = Renderer::new(Arc::new(book), &tree);
    found.extend(faults);
    if has_errors(&found) {
        return Err(found);
    }
    let rendered = renderer.render(&renderer.documents()[0], &Scope::default(), &parse);
    match has_errors(&rendered.diagnostics) {
        true => Err(rendered.diagnostics),
        false => Ok(rendered.document),
    }
}

/// What a document's readers get, read again.
fn read_again(document: &Document) -> Document {
    let written = markdown::to_markdown(document, &brief::document::Stamp::blank(), &|id: &str| format!("{id}.md"));
    markdown::parse(&written.text).document
}

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[a-zA-Z0-9]{1,4}",
        4 => Just(" ".to_owned()),
        6 => r##"[\\`*_~\[\](){}<>#+\-.!|:&=;/@^"'$%,?]{1,3}"##,
        4 => prop::sample::select(vec![
            "#read(\"/etc/passwd\")", "{{ 1 }}", "{% if %}", "{#", "<script>alert(1)</script>", "$x$", "@ref", "[@a#1]", "[=things/it/count]",
            "\\", "a|b", "- ", "1. ", "# ", "> ", "---", "```", "~~~", ":::box", "[x](javascript:y)", "![x](y)", "&amp;", "&#32;", "<!--", "-->",
            "https://a.b", "a@b.c", "[^1]", "Table: ", "[!NOTE]", "\u{202e}", "\u{200f}", "😀", "漢字", "\u{301}", "\u{fdd0}0\u{fdd1}", "\u{fdd2}1",
            "\u{fdd2}3", "\u{a0}", "\u{feff}", "\t", "\n", "\n\n", "\r\n", "    ", "null", "~", "yes", "007",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_filter("no output holds it", |c| !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'))).prop_map(String::from),
    ];
    vec(piece, 1..7).prop_map(|pieces| pieces.concat())
}

/// White space folded, as in Markdown.
fn folded(text: &str) -> String {
    text.split([' ', '\t', '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn texts(blocks: &[Block]) -> Vec<String> {
    let mut out = Vec::new();
    walk::blocks(blocks, &mut |block| match &block.kind {
        BlockKind::Paragraph(content) | BlockKind::Heading { content, .. } => out.push(folded(&plain_text(content))),
        BlockKind::Table(table) => out.extend(table.rows.iter().flat_map(|row| &row.cells).map(|cell| folded(&plain_text(cell)))),
        BlockKind::Code { literal, .. } => out.push(folded(literal)),
        _ => {}
    });
    out
}

/// The kinds of blocks, in order: what data must not change.
fn structure(document: &Document) -> Vec<String> {
    let mut out = Vec::new();
    walk::blocks(&document.blocks, &mut |block| {
        let name = format!("{:?}", block.kind);
        out.push(name.chars().take_while(|c| c.is_alphanumeric()).collect());
    });
    walk::inlines(&document.blocks, &mut |inline| {
        if !matches!(inline, Inline::Text(_) | Inline::SoftBreak) {
            let name = format!("{inline:?}");
            out.push(name.chars().take_while(|c| c.is_alphanumeric()).collect());
        }
    });
    out
}

const CONTEXTS: &str = "\
---
title: \"{{ things.it.text }}\"
---

# {{ things.it.text }}

{{ things.it.text }}

x{{ things.it.text }}x *{{ things.it.text }}* **{{ things.it.text }}** ~~{{ things.it.text }}~~ `{{ things.it.text }}`

## {{ things.it.text }}

- {{ things.it.text }}
- a

1. {{ things.it.text }}

> {{ things.it.text }}

| {{ things.it.text }} | b |
| --- | --- |
| {{ things.it.text }} | x {{ things.it.text }} |

[{{ things.it.text }}](https://example.org)

```
{{ things.it.text }}
```

{% set kept %}{{ things.it.text }}{% endset %}
{% macro shown(x) %}{{ x }}{% endmacro %}
{{ kept }} | {{ shown(things.it.text) }} | {{ things.it.text ~ things.it.text }} | {{ [things.it.text, kept] | join(\", \") }}
";

proptest! {
    #![proptest_config(config(96))]

    #[test]
    fn any_text_is_that_text_in_every_context(text in text()) {
        prop_assume!(!folded(&text).is_empty());
        let document = rendered(&serde_json::json!({ "text": text }), CONTEXTS).map_err(|found| TestCaseError::fail(format!("{found:?}")))?;
        let plain = rendered(&serde_json::json!({ "text": "plain" }), CONTEXTS).unwrap();
        prop_assert_eq!(structure(&document), structure(&plain), "data made markup");
        let expected: Vec<String> = texts(&plain.blocks).iter().map(|t| folded(&t.replace("plain", &text))).collect();
        let loose = |list: Vec<String>| list.into_iter().map(|t| t.replace(' ', "")).collect::<Vec<_>>();
        prop_assert_eq!(loose(texts(&document.blocks)), loose(expected.clone()));
        prop_assert_eq!(&document.front["title"].as_str().map(folded), &Some(folded(&text)));
        let again = read_again(&document);
        prop_assert_eq!(loose(texts(&again.blocks)), loose(expected), "the Markdown says something else");
    }

    #[test]
    fn escaped_markdown_of_a_field_is_that_text(text in text()) {
        prop_assume!(!folded(&text).is_empty());
        let record = serde_json::json!({ "note": markdown::escape(&text) });
        let document = rendered(&record, "# T\n\nA {{ things.it.note }} b\n\n{{ things.it.note }}\n").map_err(|found| TestCaseError::fail(format!("{found:?}")))?;
        let found = texts(&document.blocks);
        prop_assert_eq!(&found[1], &format!("A {} b", folded(&text)));
        prop_assert_eq!(&found[2], &folded(&text));
    }

    #[test]
    fn a_link_leads_where_the_data_says_or_nowhere(text in text()) {
        let text = folded(&text);
        // A place in the document itself that it doesn't have is no link, with a warning.
        prop_assume!(!text.is_empty() && (!text.starts_with('#') || text.len() == 1));
        let template = "# T\n\n[x]({{ things.it.text }})\n\n[y](https://example.org/{{ things.it.text }}/z)\n";
        let Ok(document) = rendered(&serde_json::json!({ "text": text }), template) else { return Ok(()) };
        let mut urls = Vec::new();
        walk::inlines(&document.blocks, &mut |inline| {
            if let Inline::Link { target: Target::Url(url), .. } = inline {
                urls.push(url.clone());
            }
        });
        prop_assert_eq!(urls, [text.clone(), format!("https://example.org/{text}/z")]);
    }

    /// Templates of random expressions, blocks and macros: each claim that reaches the text is in the ledger and has a mark.
    #[test]
    fn a_printed_claim_is_a_cited_claim(parts in vec(part(), 1..6)) {
        let record = serde_json::json!({ "name": "It", "source": "a#1", "count": 73_519, "says": { "value": "QQword", "source": "b" }, "list": ["QQone", "QQtwo"] });
        let template = format!("# T\n\n{{% set thing = things.it %}}\n{{% macro m(x) %}}<{{{{ x }}}}>{{% endmacro %}}\n{}\n", parts.join("\n\n"));
        let Ok(document) = rendered(&record, &template) else { return Ok(()) };
        let whole = texts(&document.blocks).join("\n").to_lowercase();
        for (word, path) in [("73,519", "/count"), ("73519", "/count"), ("qqword", "/says"), ("qqone", "/list/0"), ("qqtwo", "/list/1")] {
            let times = whole.matches(word).count();
            let listed = document.claims.iter().filter(|claim| claim.path == path && claim.printed.to_lowercase().contains(word)).count();
            prop_assert!(listed >= times, "{}: {} times printed, {} in the ledger\n{}\n{:?}", word, times, listed, template, document.claims);
            let cited = document.claims.iter().filter(|claim| claim.path == path).all(|claim| !claim.notes.is_empty());
            prop_assert!(cited, "{} is in the ledger without a note\n{}", path, template);
        }
        // Every note that a claim names has a mark in the text.
        let mut marks = std::collections::BTreeSet::new();
        walk::inlines(&document.blocks, &mut |inline| { if let Inline::Cite(n) = inline { marks.insert(*n); } });
        for claim in &document.claims {
            prop_assert!(claim.notes.iter().all(|n| marks.contains(n)), "{:?} has no mark\n{}", claim, template);
        }
    }
}

fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "thing.count",
        "thing.says",
        "things.it.list[0]",
        "thing.list[1]",
        "'word'",
        "thing.name",
        "things.it.count",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            2 => (inner.clone(), prop::sample::select(vec![
                "upper", "lower", "title", "capitalize", "sentence", "trim", "slug", "replace('z', 'y')", "truncate(200)", "number", "default('x')", "list",
                "join(', ')", "first", "last", "reverse", "sort | join(' ')", "unique | join('; ')", "string", "round", "abs", "int", "float",
            ])).prop_map(|(of, filter)| format!("({of} | {filter})")),
            2 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} ~ ' ' ~ {b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("([{a}, {b}] | join(', '))")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("([{a}, {b}] | list)")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} if {b} else {b})")),
            1 => inner.clone().prop_map(|x| format!("m({x})")),
            1 => inner.clone().prop_map(|x| format!("('%s and %s' | format({x}, {x}))")),
            1 => (inner.clone(), inner).prop_map(|(a, b)| format!("([{a}, {b}] | map('upper') | join(' '))")),
        ]
    })
}

fn part() -> impl Strategy<Value = String> {
    (expression(), 0..12_usize).prop_map(|(x, shape)| match shape {
        0 => format!("Text {{{{ {x} }}}}."),
        1 => format!("{{% set y %}}a {{{{ {x} }}}} b{{% endset %}}\n{{{{ y }}}} and {{{{ y }}}}"),
        2 => format!("{{% set y = {x} %}}\n{{{{ y }}}}"),
        3 => format!("| a | b |\n| - | - |\n| {{{{ {x} }}}} | {{{{ {x} }}}} |"),
        4 => format!("- {{{{ {x} }}}}\n- *{{{{ {x} }}}}*"),
        5 => format!("## {{{{ {x} }}}}"),
        6 => format!("> {{{{ {x} }}}}"),
        7 => format!("{{% for item in thing.list %}}{{{{ item }}}} {{{{ {x} }}}} {{% endfor %}}"),
        8 => format!("[{{{{ {x} }}}}](https://example.org)"),
        9 => "{% include 'part.jinja' %}".to_owned(),
        10 => format!("{{% filter upper %}}q {{{{ {x} }}}}{{% endfilter %}}"),
        _ => format!("{{% call(z) m({x}) %}}{{{{ z }}}}{{% endcall %}} {{{{ m({x}) }}}} `{{{{ {x} }}}}`"),
    })
}

/// The properties above pass over templates and links that are refused: enough of them must not be.
#[test]
fn most_random_templates_and_links_are_rendered() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::new(config(96));
    let record = serde_json::json!({ "name": "It", "source": "a#1", "count": 73_519, "says": { "value": "QQword", "source": "b" }, "list": ["QQone", "QQtwo"] });
    let (mut templates, mut links) = (0, 0);
    for _ in 0..96 {
        let parts = vec(part(), 1..6).new_tree(&mut runner).unwrap().current();
        let template =
            format!("# T\n\n{{% set thing = things.it %}}\n{{% macro m(x) %}}<{{{{ x }}}}>{{% endmacro %}}\n{}\n", parts.join("\n\n"));
        templates += usize::from(rendered(&record, &template).is_ok_and(|document| !document.claims.is_empty()));
        let link = folded(&text().new_tree(&mut runner).unwrap().current());
        links += usize::from(rendered(&serde_json::json!({ "text": link }), "# T\n\n[x]({{ things.it.text }})\n").is_ok());
    }
    assert!(templates > 16 && links > 16, "of 96, {templates} templates print a claim, and {links} links are made");
}

/// The hostile book of `tests/cases/render/hostile-data`, built for real: each text stands as it is in Markdown, in the PDF
/// and in the ledgers.
#[test]
fn hostile_data_is_that_text_in_every_output() {
    if press::engine().is_none() {
        return;
    }
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/render/hostile-data");
    let (book, temporary) = (book_of(&case), tempfile::tempdir().unwrap());
    let output = press::build(book.path(), temporary.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| fs::read(book.path().join("output/v1").join(name)).unwrap();
    let json = |name: &str| -> serde_json::Value { serde_json::from_slice(&read(name)).unwrap() };

    let record: serde_json::Value = serde_yaml::from_slice(&fs::read(case.join("content/missions/kfor.yaml")).unwrap()).unwrap();
    let (name, mandate, motto) = (record["name"].as_str().unwrap(), record["mandate"].as_str().unwrap(), record["motto"].as_str().unwrap());
    let texts = || strings(&json("data.json"));
    for text in [name, mandate, motto] {
        assert!(texts().iter().any(|held| held == text), "data.json lacks {text}");
    }
    assert!(strings(&json("claims.json")).iter().any(|held| held == motto), "claims.json lacks {motto}");
    let markdown = markdown::parse(&String::from_utf8(read("book.md")).unwrap()).document;
    assert_eq!(markdown.front["title"], name);
    let mut plain = Vec::new();
    walk::blocks(&markdown.blocks, &mut |block| {
        if let BlockKind::Paragraph(content) | BlockKind::Heading { content, .. } = &block.kind {
            plain.push(plain_text(content));
        }
    });
    for text in [name, mandate, motto] {
        assert!(plain.iter().any(|held| held == text), "book.md lacks {text}: {plain:#?}");
    }
    let Some(pages) = pdf::pages(&read("book.pdf")) else { return };
    let printed = pdf::seen(&pages.join(""));
    for text in [name, mandate] {
        // In a paragraph, an item, a cell, a link or heading, code, a block of code.
        assert!(printed.matches(&pdf::seen(text)).count() >= 3, "the PDF lacks {text}: {printed}");
    }
    assert!(printed.contains(&pdf::seen("[U+1F600] [U+6F22][U+5B57]")), "what no font has stands by its number: {printed}");
}

/// Every text in a JSON value.
fn strings(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Array(items) => items.iter().flat_map(strings).collect(),
        serde_json::Value::Object(fields) => fields.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}
