//! The specifications' own examples: read and written, their Markdown keeps its HTML.
//!
//! HTML in Markdown is shown as text, and a line end within a paragraph is a space; the HTML compared is that
//! of the example's tree with both done to it. `tests/data/commonmark/differences.json` lists what differs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use brief::document::Stamp;
use brief::markdown::{Dialect, parse_as, to_markdown};
use comrak::nodes::{Node, NodeCodeBlock, NodeValue};
use comrak::{Arena, Options, format_html, parse_document};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Example {
    pub(super) number: usize,
    pub(super) markdown: String,
    html: String,
}

pub(super) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/commonmark")
}

pub(super) fn examples(file: &str) -> Vec<Example> {
    serde_json::from_str(&std::fs::read_to_string(folder().join(file)).unwrap()).unwrap()
}

/// Which examples differ, by file and number, and why.
fn differences(file: &str) -> BTreeMap<usize, String> {
    let text = std::fs::read_to_string(folder().join("differences.json")).unwrap();
    let mut all: BTreeMap<String, BTreeMap<usize, String>> = serde_json::from_str(&text).unwrap();
    all.remove(file).unwrap_or_default()
}

fn options(autolink: bool) -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.alerts = true;
    options.extension.autolink = autolink;
    options.render.r#unsafe = true;
    options
}

/// The HTML of Markdown as comrak has it.
fn plain_html(markdown: &str, autolink: bool) -> String {
    comrak::markdown_to_html(markdown, &options(autolink))
}

/// What a block of raw HTML is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RawHtml {
    Paragraph,
    CodeBlock,
}

/// The HTML of Markdown with raw HTML as text and line ends as spaces.
pub(super) fn html(markdown: &str, autolink: bool, raw: RawHtml) -> String {
    let options = options(autolink);
    let arena = Arena::new();
    let root = parse_document(&arena, markdown, &options);
    let nodes: Vec<Node<'_>> = root.descendants().collect();
    for node in nodes {
        let mut html = None;
        match &mut node.data_mut().value {
            NodeValue::Text(text) => *text = fold(text).into(),
            NodeValue::Link(link) | NodeValue::Image(link) => link.title = fold(&link.title),
            NodeValue::HtmlBlock(block) => html = Some(fold(&block.literal).trim_matches(' ').to_owned()),
            _ => {}
        }
        let mut data = node.data_mut();
        match (&data.value, html) {
            (NodeValue::HtmlInline(inline), _) => data.value = NodeValue::Text(fold(inline).into()),
            (NodeValue::SoftBreak, _) => data.value = NodeValue::Text(" ".into()),
            (NodeValue::HtmlBlock(block), Some(_)) if raw == RawHtml::CodeBlock => {
                let literal = block.literal.clone();
                data.value = NodeValue::CodeBlock(Box::new(NodeCodeBlock { literal, ..NodeCodeBlock::default() }));
            }
            (_, Some(text)) => {
                data.value = NodeValue::Paragraph;
                drop(data);
                node.append(arena.alloc(comrak::nodes::AstNode::from(NodeValue::Text(text.into()))));
            }
            _ => {}
        }
    }
    let mut out = String::new();
    format_html(root, &options, &mut out).unwrap();
    out
}

fn fold(text: &str) -> String {
    text.replace("\r\n", " ").replace(['\n', '\r'], " ")
}

fn check(file: &str, autolink: bool) {
    let mut differences = differences(file);
    let mut failures = String::new();
    let mut same = 0;
    for example in examples(file) {
        let dialect = Dialect { front_matter: false, layout: false, autolink };
        let parsed = parse_as(&example.markdown, dialect);
        assert_eq!(parsed.faults, [], "example {}", example.number);
        let written = to_markdown(&parsed.document, &Stamp::blank(), &str::to_owned).text;
        let (expected, found) = (html(&example.markdown, autolink, RawHtml::Paragraph), html(&written, autolink, RawHtml::Paragraph));
        if expected == found {
            same += 1;
            assert_eq!(differences.remove(&example.number), None, "example {} does not differ any more", example.number);
        } else if differences.remove(&example.number).is_none() {
            failures += &format!(
                "--- {} {}\n{}\n--- written\n{written}\n--- expected\n{expected}\n--- found\n{found}\n",
                file, example.number, example.markdown
            );
        }
    }
    assert!(failures.is_empty(), "{failures}\n{same} are the same");
    assert!(differences.is_empty(), "no such examples: {differences:?}");
}

#[test]
fn commonmark_examples_keep_their_html() {
    check("commonmark-0.31.2.json", false);
}

#[test]
fn gfm_examples_keep_their_html() {
    check("gfm-0.29.json", true);
}

/// comrak itself, with the extensions that brief switches on, agrees with the specification.
#[test]
fn commonmark_examples_have_the_html_of_the_specification() {
    let differences = differences("comrak");
    for example in examples("commonmark-0.31.2.json") {
        let found = plain_html(&example.markdown, false);
        assert_eq!(found == example.html, !differences.contains_key(&example.number), "example {}: {found}", example.number);
    }
}
