//! Random input for the three rooms that read what people write: content, templates, Markdown. Nothing may panic or
//! hang; what is said must point into the files.
//!
//! The tests run a fixed number of inputs from fixed seeds. An hour's run, from a seed that is not: `BRIEF_FUZZ_SECONDS=3600
//! cargo test --release --no-default-features --test brief fuzz -- --nocapture`. An input that fails is printed whole;
//! it becomes a case in `tests/cases/render`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use brief::diagnostic::{Diagnostic, Painter, Place, has_errors, sort};
use brief::document::Stamp;
use brief::markdown::{self, TypstMeta};
use brief::model::{NotesPlacement, ThemeOptions};
use brief::render::{Parsed, Renderer, Scope};
use brief::tree::{Tree, folder};
use brief::{check, load};
use serde_json::Value;

/// What one input may take where random input is tried for a long time.
const SLOW: Duration = Duration::from_secs(20);

/// A small generator of random numbers (splitmix64), the same everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap()
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }
}

/// What is put into texts, so that they stay near what the rooms read.
const PIECES: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "|",
    "~",
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    ":",
    ": ",
    "- ",
    "\n",
    "\n\n",
    "  ",
    "\t",
    "#",
    "'",
    "\"",
    "\\",
    "*a",
    "&a ",
    "<<: ",
    "!!int ",
    "? ",
    "---\n",
    "...\n",
    "null",
    "0x1f",
    "1e999",
    ".nan",
    "-",
    "> ",
    "| a | b |\n| - | - |\n",
    "```\n",
    ":::box\n",
    ":::\n",
    "[@report#7]",
    "[=missions/kfor/troops]",
    "[^1]",
    "[^1]: x",
    "![a](assets/x.png)",
    "<b>",
    "&amp;",
    "\u{fdd0}0\u{fdd1}",
    "\u{fdd2}3",
    "\u{feff}",
    "\0",
    "\u{202e}",
    "é",
    "漢",
    "😀",
    "\r\n",
    "value",
    "unknown",
    "source",
    "range: [1, 2]",
    "x-claim: true",
    "x-ref: missions",
    "$ref: '#'",
    "format: markdown",
    "type: array",
    "items",
    "missions",
    "record",
    ".kfor",
    ".troops",
    " in ",
    " == ",
    " < ",
    " if ",
    " else ",
    "{% for m in missions %}",
    "{% endfor %}",
    "{% set x %}",
    "{% endset %}",
    "{% include 'book.md.jinja' %}",
    "{{ notes() }}",
    " | upper",
    " | number",
    " | join(', ')",
    "99999999999999999999",
];

pub(crate) fn changed(random: &mut Random, text: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(6) {
        let at = random.below(chars.len() + 1);
        let end = (at + random.below(12)).min(chars.len());
        match random.below(5) {
            0 => drop(chars.drain(at..end)),
            1 => {
                let copy: Vec<char> = chars[at..end].to_vec();
                let to = random.below(chars.len() + 1);
                chars.splice(to..to, copy);
            }
            2 => {
                let c = char::from_u32(u32::try_from(random.below(0x11_0000)).unwrap()).unwrap_or('x');
                chars.insert(at, c);
            }
            _ => {
                let piece: &&str = random.pick(PIECES);
                chars.splice(at..at, piece.chars());
            }
        }
    }
    chars.into_iter().collect()
}

fn parse(text: &str) -> Parsed {
    let parsed = markdown::parse(text);
    Parsed { document: parsed.document, faults: parsed.faults }
}

/// Everything short of typesetting; what is found is located, painted and pointed into the files.
fn through(tree: &Tree) {
    let loaded = load::load(tree);
    let mut found: Vec<Diagnostic> = loaded.diagnostics;
    if let Some(book) = loaded.book {
        found.extend(check::book(&book, tree));
        let (renderer, faults) = Renderer::new(Arc::new(book), tree);
        found.extend(faults);
        if !has_errors(&found) {
            for planned in renderer.documents() {
                let rendered = renderer.render(planned, &Scope::default(), &parse);
                found.extend(check::document(&check::RenderedDocument {
                    document: &rendered.document,
                    origins: &rendered.origins,
                    tree,
                    is_accessible: true,
                }));
                found.extend(rendered.diagnostics);
                written(&rendered.document);
            }
        }
    }
    load::locate(tree, &mut found);
    sort(&mut found);
    for diagnostic in &found {
        if let Place::Span(span) = &diagnostic.place {
            let lines = tree.text(&span.file).map_or(usize::MAX, |text| text.split('\n').count());
            assert!(span.line >= 1 && span.line <= lines, "{diagnostic:?} points behind the file's {lines} lines");
        }
    }
    assert!(Painter::new(tree, false).paint_all(&found).len() < 10_000_000);
}

/// A document as Markdown that reads back as itself, and as Typst.
fn written(document: &brief::document::Document) {
    let link = |id: &str| format!("{id}.md");
    let once = markdown::to_markdown(document, &Stamp::blank(), &link).text;
    markdown::parse(&once);
    let meta = TypstMeta {
        document: "book".to_owned(),
        front: serde_json::Map::new(),
        language: "en".to_owned(),
        theme: ThemeOptions::default(),
        notes: NotesPlacement::End,
        heading_steps: true,
    };
    let typst = markdown::to_typst(document, &Stamp::blank(), &meta, &link, &|_: &str| Vec::new());
    assert_eq!(typst.lines.len(), typst.text.lines().count(), "each line of Typst has a place");
}

/// Runs inputs until there have been enough, or for as long as was asked for.
pub(crate) fn run(seed: u64, enough: usize, mut one: impl FnMut(&mut Random) -> (String, Box<dyn FnOnce()>)) {
    let seconds = std::env::var("BRIEF_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    let begun = Instant::now();
    let seed = if seconds.is_some() { seed ^ u64::from(std::process::id()) << 32 } else { seed };
    let mut random = Random(seed);
    let mut tried = 0;
    while seconds.map_or(tried < enough, |limit| begun.elapsed() < limit) {
        let (input, work) = one(&mut random);
        let started = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(work));
        assert!(outcome.is_ok(), "input {tried} of seed {seed} panics:\n{input}");
        // The gate measures no time: what is bounded is bounded by budgets, which have tests of their own. A long run looks
        // for what no budget bounds.
        let took = started.elapsed();
        assert!(seconds.is_none() || took < SLOW, "input {tried} of seed {seed} takes {took:?}:\n{input}");
        tried += 1;
    }
    eprintln!("{tried} inputs from seed {seed}");
}

/// The books that are changed at random: the base of the cases, and each case over it.
fn corpus() -> Vec<Tree> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let base = folder::read(&cases.join("pipeline/base")).unwrap().0;
    let mut names: Vec<_> = ["render", "markdown", "pipeline/check", "tree", "load"]
        .iter()
        .flat_map(|module| std::fs::read_dir(cases.join(module)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    names.sort();
    // What doesn't end takes its time by design.
    names.retain(|name| !name.to_string_lossy().contains("template-limit"));
    let over = |case: &PathBuf| {
        let mut tree = base.clone();
        tree.files.extend(folder::read(case).unwrap().0.files);
        tree
    };
    names.iter().map(over).collect()
}

/// The Markdown that is changed at random: the specification's examples, and what people write.
pub(crate) fn texts() -> Vec<String> {
    let lines: Vec<&str> = include_str!("../../README.md").lines().collect();
    let examples: Vec<Value> = serde_json::from_str(include_str!("../data/commonmark/commonmark-0.31.2.json")).unwrap();
    let examples = examples.iter().map(|example| example["markdown"].as_str().unwrap().to_owned());
    examples.chain(lines.windows(12).map(|lines| lines.join("\n"))).collect()
}

#[test]
fn random_books_are_read_or_refused() {
    let corpus = corpus();
    run(1, 1_500, |random| {
        let mut tree = random.pick(&corpus).clone();
        let files: Vec<String> = tree.files.keys().cloned().collect();
        let mut input = String::new();
        for _ in 0..=random.below(2) {
            let file = random.pick(&files).clone();
            let Some(text) = tree.text(&file).map(str::to_owned) else { continue };
            let text = changed(random, &text);
            input.push_str(&format!("=== {file}\n{text}\n"));
            tree.files.insert(file, Arc::from(text.as_bytes()));
        }
        (input, Box::new(move || through(&tree)))
    });
}

#[test]
fn random_templates_are_rendered_or_refused() {
    let base = corpus().swap_remove(0);
    run(2, 1_500, |random| {
        let mut tree = base.clone();
        let parts: Vec<&str> = (0..random.below(14)).map(|_| *random.pick(PIECES)).collect();
        let template = format!(
            "# T\n\n{{{{ {} }}}}\n\n{}\n",
            random.pick(&["missions.kfor.troops", "missions | list", "book.title", "1"]),
            parts.concat()
        );
        tree.files.insert("templates/book.md.jinja".to_owned(), Arc::from(template.as_bytes()));
        (template, Box::new(move || through(&tree)))
    });
}

#[test]
fn random_markdown_is_written_and_typeset_as_code() {
    let texts = texts();
    run(3, 600, |random| {
        let text = match random.below(2) {
            0 => (0..random.below(30)).map(|_| *random.pick(PIECES)).collect(),
            _ => {
                let text = random.pick(&texts).clone();
                changed(random, &text)
            }
        };
        let input = text.clone();
        (input, Box::new(move || written(&markdown::parse(&text).document)))
    });
}
