//! The specifications' own examples, typeset: their text read back from the PDF is that of comrak's HTML, and so are
//! headings, lists, tables, links and emphasis. HTML in Markdown is shown as text; an image shows none.
//!
//! All examples are one document with a page for each. A theme made for it notes what was typeset;
//! `tests/data/commonmark/printed.json` lists what differs from the HTML.

use std::collections::BTreeMap;
use std::time::Duration;

use brief::document::{Block, BlockKind, Document, Inline, Stamp};
use brief::markdown::{Dialect, TypstMeta, parse_as, to_typst};
use brief::model::{NotesPlacement, ThemeOptions};
use brief::typeset::{Engine, Fonts, Job};
use serde_json::{Map, Value};

use super::conformance::{Example, RawHtml, examples, folder, html};
use crate::fuzz::{self, texts};
use crate::pdf::{Pdf, pages, seen};
use crate::press::engine;

/// A page for each example, nothing but the text on it, and a list of the elements that were typeset.
const THEME: &str = r##"
#let seen(..what) = [#metadata(what.pos())<seen>]
#let plain(value) = if type(value) == str { value } else { repr(value) }
#let cells(child) = if child.func() == table.header { child.children.len() } else { 1 }
#let theme(meta, body) = {
  set page(width: 60cm, height: auto, margin: 1cm)
  set text(font: "Libertinus Serif", hyphenate: false)
  set list(marker: [•])
  set enum(numbering: "1.")
  show heading: it => seen("heading") + it.body
  show list: it => seen("list", it.children.len()) + it
  show enum: it => seen("enum", it.start, it.children.len()) + it
  show table: it => seen("table", it.columns.len(), it.children.map(cells).sum()) + it
  show quote: it => seen("quote") + it.body
  show divider: it => seen("rule") + it
  show link: it => seen("link", plain(it.dest)) + it
  show emph: it => seen("emph") + it
  show strong: it => seen("strong") + it
  show strike: it => seen("strike") + it
  show raw: it => seen(if it.block { "block" } else { "code" }) + it
  show image: it => seen("image") + it
  show figure.where(kind: image): it => it.body
  body
  context pdf.attach(
    "seen.json",
    bytes(json.encode(query(<seen>).map(mark => (mark.location().page(), mark.value)))),
    relationship: "data",
    mime-type: "application/json",
    description: "What was typeset",
  )
}
"##;

/// What an example is to its reader.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sight {
    /// Without white space.
    text: String,
    /// Sorted, since typst notes some from within and some from without.
    elements: Vec<String>,
}

/// What readers see of each text.
fn typeset(engine: &Engine, texts: &[&str], autolink: bool) -> Option<Vec<Sight>> {
    let dialect = Dialect { front_matter: false, layout: false, autolink };
    let block = |kind| Block { kind, line: 1 };
    let mut all = vec![block(BlockKind::Heading { level: 1, content: vec![Inline::Text("Examples".into())], anchor: None })];
    for (index, text) in texts.iter().enumerate() {
        let parsed = parse_as(text, dialect);
        assert_eq!(parsed.faults, [], "{text}");
        // A heading at the end of an example stays on its page: it isn't right before the break.
        all.push(block(BlockKind::Paragraph(Vec::new())));
        all.push(block(BlockKind::Directive { name: "pagebreak".into(), attributes: BTreeMap::new(), blocks: Vec::new() }));
        all.push(block(BlockKind::Paragraph(vec![Inline::Text(format!("example {index}:"))])));
        all.extend(parsed.document.blocks);
    }
    let document = Document { blocks: all, ..Document::default() };
    let fonts = Fonts::new(Vec::new());
    let meta = TypstMeta {
        document: "book".into(),
        front: Map::new(),
        language: "en".into(),
        theme: ThemeOptions::default(),
        notes: NotesPlacement::End,
        heading_steps: true,
    };
    let mut source = to_typst(&document, &Stamp::blank(), &meta, &str::to_owned, &fonts.coverage());
    source.text = with_one_image(&source.text);
    let svg: &[u8] = br#"<svg xmlns="http://www.w3.org/2000/svg" width="5" height="9"/>"#;
    let job = Job {
        source: &source,
        theme: THEME,
        assets: BTreeMap::from([("image.svg".to_owned(), svg)]),
        fonts: &fonts,
        timestamp: 1_762_387_200,
        standards: &[],
        timeout: Duration::from_secs(240),
        keep_temporary: false,
    };
    let pdf = engine.typeset(&job).unwrap_or_else(|failure| panic!("{failure:#?}"));
    let pages = pages(&pdf.bytes)?;
    assert_eq!(pages.len(), texts.len(), "each example has its page");
    let mut sights: Vec<Sight> = pages
        .iter()
        .enumerate()
        .map(|(index, page)| {
            let text = seen(page);
            let begin = format!("example{index}:");
            Sight { text: text.strip_prefix(&begin).unwrap_or_else(|| panic!("no `{begin}` in {text}")).to_owned(), elements: Vec::new() }
        })
        .collect();
    for (page, element) in attached(&pdf.bytes) {
        sights[page - 1].elements.push(element);
    }
    sights.iter_mut().for_each(|sight| sight.elements.sort());
    Some(sights)
}

/// In a cell too narrow for one of its words, that word alone may be divided.
#[test]
fn only_the_word_that_is_too_wide_may_be_divided() {
    let text = ":::table widths=1,9,9,9,9\n\n| name | a | b | c | d |\n| --- | --- | --- | --- | --- |\n\
        | Das Bundesverwaltungsgerichtsverfahren steht **Verfassungsgerichtshofs** hier | Rindfleischetikettierungsgesetz | Rindfleischetikettierungsgesetz | Rindfleischetikettierungsgesetz | x |\n\n:::\n";
    let parsed = parse_as(text, Dialect { front_matter: false, layout: true, autolink: false });
    assert_eq!(parsed.faults, [], "{text}");
    let meta = TypstMeta {
        document: "book".into(),
        front: Map::new(),
        language: "de".into(),
        theme: ThemeOptions::default(),
        notes: NotesPlacement::End,
        heading_steps: true,
    };
    let source = to_typst(&parsed.document, &Stamp::blank(), &meta, &str::to_owned, &Fonts::new(Vec::new()).coverage());
    let divided: Vec<&str> = source.text.split("#hyphenated[").skip(1).map(|rest| rest.split("];").next().unwrap()).collect();
    let words: Vec<String> =
        divided.iter().map(|code| code.replace("#soft;", "").replace("\";#\"", "").replace(['#', '"', ';'], "")).collect();
    let expected =
        ["Bundesverwaltungsgerichtsverfahren", "Verfassungsgerichtshofs"].into_iter().chain(["Rindfleischetikettierungsgesetz"; 3]);
    assert_eq!(words, expected.collect::<Vec<_>>(), "{}", source.text);
}

/// Typst code in which all images are the same one: the examples name images that there are not.
fn with_one_image(code: &str) -> String {
    let mut pieces = code.split("picture(image(\"/assets/");
    let mut out = pieces.next().unwrap().to_owned();
    for piece in pieces {
        let end = piece.find("\", alt: ").unwrap();
        out.push_str(&format!("picture(image(\"/assets/image.svg{}", &piece[end..]));
    }
    out
}

/// The elements that the theme noted, with their pages.
fn attached(pdf: &[u8]) -> Vec<(usize, String)> {
    let files = Pdf::of(pdf).attachments();
    let list = files.iter().find_map(|file| serde_json::from_slice::<Vec<(usize, Vec<Value>)>>(file).ok());
    let list = list.expect("the theme attached what it saw");
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    list.into_iter().map(|(page, element)| (page, element.iter().map(word).collect::<Vec<_>>().join(" "))).collect()
}

/// What HTML shows. comrak's is well-formed: `<` and `>` stand for nothing but tags.
fn sight(html: &str) -> Sight {
    let fonts = Fonts::new(Vec::new());
    let coverage = fonts.coverage();
    let mut sight = Sight::default();
    // The lists that are open: the number of the next item where they have numbers, and their place among the elements.
    let mut lists: Vec<(Option<u64>, usize, u64)> = Vec::new();
    let (mut text, mut columns, mut cells) = (String::new(), 0, 0);
    let mut before = "";
    let mut tags = html.split('<').skip(1).peekable();
    while let Some(piece) = tags.next() {
        let (tag, after) = piece.split_once('>').unwrap();
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut element = |text: String| sight.elements.push(text);
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => element("heading".into()),
            "ul" | "ol" => {
                let start = (name == "ol").then(|| attribute(attributes, "start").map_or(1, |start| start.parse().unwrap()));
                lists.push((start, sight.elements.len(), 0));
                sight.elements.push(start.map_or_else(|| "list".to_owned(), |start| format!("enum {start}")));
            }
            "/ul" | "/ol" => {
                let (_, at, items) = lists.pop().unwrap();
                sight.elements[at] += &format!(" {items}");
            }
            "li" => {
                let (number, _, items) = lists.last_mut().unwrap();
                *items += 1;
                match number {
                    Some(number) => {
                        text.push_str(&format!("{number}."));
                        *number += 1;
                    }
                    None if tags.peek().is_some_and(|next| next.starts_with("input ")) => {}
                    None => text.push('•'),
                }
            }
            "input" => text.push(if attributes.contains("checked") { '☑' } else { '☐' }),
            "em" => element("emph".into()),
            "strong" => element("strong".into()),
            "del" => element("strike".into()),
            "blockquote" => element("quote".into()),
            "hr" => element("rule".into()),
            "img" => element("image".into()),
            "pre" => element("block".into()),
            "code" if before != "pre" => element("code".into()),
            "a" => element(format!("link {}", attribute(attributes, "href").unwrap())),
            "table" => (columns, cells) = (0, 0),
            "th" => (columns, cells) = (columns + 1, cells + 1),
            "td" => cells += 1,
            "/table" => element(format!("table {columns} {cells}")),
            _ => {}
        }
        text.push_str(&unescaped(after));
        before = name;
    }
    let mut shown = text.clone();
    for (at, c) in coverage(&text).into_iter().rev().filter(|(_, c)| !c.is_whitespace()) {
        shown.replace_range(at..at + c.len_utf8(), &format!("[U+{:04X}]", u32::from(c)));
    }
    sight.text = seen(&shown);
    sight.elements.sort();
    sight
}

fn attribute(attributes: &str, name: &str) -> Option<String> {
    let rest = &attributes[attributes.find(&format!("{name}=\""))? + name.len() + 2..];
    Some(unescaped(&rest[..rest.find('"')?]))
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Which examples differ, by file and number, and why.
fn differences(file: &str) -> BTreeMap<usize, String> {
    let text = std::fs::read_to_string(folder().join("printed.json")).unwrap();
    let mut all: BTreeMap<String, BTreeMap<usize, String>> = serde_json::from_str(&text).unwrap();
    all.remove(file).unwrap_or_default()
}

fn check(file: &str, autolink: bool) {
    let Some(engine) = engine() else { return };
    let examples: Vec<Example> = examples(file);
    let texts: Vec<&str> = examples.iter().map(|example| example.markdown.as_str()).collect();
    let Some(sights) = typeset(&engine, &texts, autolink) else { return };
    let mut known = differences(file);
    let mut failures = String::new();
    for (example, found) in examples.iter().zip(&sights) {
        let expected = sight(&html(&example.markdown, autolink, RawHtml::CodeBlock));
        let differs = expected != *found;
        if differs != known.remove(&example.number).is_some() {
            failures +=
                &format!("--- {} {}\n{}\n--- expected\n{expected:?}\n--- found\n{found:?}\n", file, example.number, example.markdown);
        }
    }
    assert!(failures.is_empty(), "{failures}");
    assert!(known.is_empty(), "no such examples: {known:?}");
}

#[test]
fn commonmark_examples_are_typeset_as_their_html_says() {
    check("commonmark-0.31.2.json", false);
}

#[test]
fn gfm_examples_are_typeset_as_their_html_says() {
    check("gfm-0.29.json", true);
}

/// Markdown made at random from the examples: whatever it is, typst takes it, and prints what comrak's HTML shows.
#[test]
fn random_markdown_is_typeset_as_its_html_says() {
    const BATCH: usize = 400;
    let (Some(engine), corpus) = (engine(), texts()) else { return };
    // Poppler has its own way with letters that run from right to left or are composed, footnotes stand apart, and comrak
    // takes NUL for a letter where the specification has it replaced first.
    let is_plain = |text: &String| !text.contains("[^") && text.chars().all(|c| matches!(c, '\u{1}'..'\u{300}' | '😀' | '漢'));
    fuzz::run(4, 1, |random| {
        let mut one = || {
            let text = random.pick(&corpus);
            fuzz::changed(random, text)
        };
        let made: Vec<String> = std::iter::repeat_with(&mut one).filter(is_plain).take(BATCH).collect();
        let engine = engine.clone();
        let work = move || {
            let texts: Vec<&str> = made.iter().map(String::as_str).collect();
            let Some(sights) = typeset(&engine, &texts, false) else { return };
            for (text, found) in texts.iter().zip(&sights) {
                assert_eq!(sight(&html(text, false, RawHtml::CodeBlock)).text, found.text, "{text}");
            }
            assert!(sights.iter().filter(|sight| !sight.text.is_empty()).count() > BATCH / 2, "most are empty");
        };
        (format!("a batch of {BATCH}"), Box::new(work))
    });
}
