//! A mark never misleads: from what is printed alone, each claim's figure is attributed to its own sources and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;

use brief::diagnostic::has_errors;
use brief::document::{Block, BlockKind, Document, Inline, Stamp};
use brief::render::{Parsed, Renderer, Scope};
use brief::tree::Tree;
use brief::{load, markdown};
use proptest::collection::vec;
use proptest::prelude::*;

use super::random::config;
use super::{pdf, press};

const SCHEMA: &str = "type: object\nadditionalProperties: { type: integer, x-claim: true }\n";
const BOOK: &str = "title: A book\nas_of: 2025-11-05\ndocuments: [{ id: book, template: book.md.jinja }]\n";
const SOURCES: &str = "a: { title: Letter a }\nb: { title: Letter b }\nc: { title: Letter c }\n";

/// The sources that a claim may have.
const CITED: [&[&str]; 6] = [&["a"], &["a"], &["b"], &["a", "b"], &["b", "c#2"], &["c#2"]];

/// A figure of the record, and what it looks like when it is printed.
fn figure(index: usize) -> String {
    format!("700,{index:03}")
}

/// A figure that is no claim, or whose mark the template left out, begins otherwise.
fn bare(index: usize) -> String {
    format!("900,{index:03}")
}

/// Something in a line.
#[derive(Debug, Clone)]
enum Piece {
    Claim,
    Uncited,
    Bare,
    Words(&'static str),
    /// A mark of the template's own, behind a word.
    Cite(&'static str),
    Within(&'static str, Vec<Piece>, &'static str),
}

#[derive(Debug, Clone)]
enum Shape {
    Paragraph(Vec<Piece>),
    Heading(Vec<Piece>),
    Quote(Vec<Piece>),
    Items(Vec<Vec<Piece>>),
    Table(Option<Vec<Piece>>, Vec<Vec<Vec<Piece>>>),
}

/// A book as it is made: its template, and its claims with their sources.
#[derive(Debug, Default)]
struct Made {
    template: String,
    sources: Vec<&'static [&'static str]>,
    bare: usize,
}

impl Made {
    /// Writes pieces; `cited` gives each claim its sources.
    fn line(&mut self, pieces: &[Piece], cited: &mut dyn FnMut() -> usize) {
        for piece in pieces {
            // Digits right before a figure are refused.
            let is_figure = matches!(piece, Piece::Claim | Piece::Uncited);
            let before = self.template.trim_end_matches(['.', ',']);
            if is_figure && (before.ends_with(char::is_numeric) || before.ends_with("uncited }}")) {
                self.template.push(' ');
            }
            match piece {
                Piece::Claim => {
                    self.template += &format!("{{{{ things.it.f{} }}}}", self.sources.len());
                    self.sources.push(CITED[cited()]);
                }
                Piece::Uncited => {
                    // Its value is one that no claim's figure looks like.
                    self.template += &format!("{{{{ things.it.u{} | uncited }}}}", self.bare);
                    self.bare += 1;
                }
                Piece::Bare => {
                    self.template += &bare(self.bare);
                    self.bare += 1;
                }
                Piece::Words(words) => self.template += words,
                Piece::Cite(source) => self.template += &format!("word{{{{ cite('{source}') }}}}"),
                Piece::Within(open, inner, close) => {
                    self.template += open;
                    self.line(inner, cited);
                    self.template += close;
                }
            }
        }
    }

    fn shape(&mut self, shape: &Shape, cited: &mut dyn FnMut() -> usize) {
        match shape {
            Shape::Paragraph(pieces) => self.line(pieces, cited),
            Shape::Heading(pieces) => {
                self.template += "## Heading ";
                self.line(pieces, cited);
            }
            Shape::Quote(pieces) => {
                self.template += "> Quote ";
                self.line(pieces, cited);
            }
            Shape::Items(items) => {
                for item in items {
                    self.template += "- item ";
                    self.line(item, cited);
                    self.template += "\n";
                }
            }
            Shape::Table(caption, rows) => {
                if let Some(caption) = caption {
                    self.template += "Table: About ";
                    self.line(caption, cited);
                    self.template += "\n\n";
                }
                let columns = rows.iter().map(Vec::len).max().unwrap_or(1).max(1);
                self.template += &format!("|{}\n|{}\n", " h |".repeat(columns), " - |".repeat(columns));
                for row in rows {
                    self.template += "|";
                    for column in 0..columns {
                        self.line(row.get(column).map_or(&[][..], Vec::as_slice), cited);
                        self.template += " |";
                    }
                    self.template += "\n";
                }
            }
        }
        self.template += "\n\n";
    }

    fn record(&self) -> String {
        let claims = self
            .sources
            .iter()
            .enumerate()
            .map(|(index, sources)| format!("f{index}: {{ value: {}, source: [{}] }}\n", 700_000 + index, sources.join(", ")));
        let uncited = (0..self.bare).map(|index| format!("u{index}: {{ value: {}, source: c }}\n", 900_000 + index));
        // A `#` begins a comment only behind a space.
        claims.chain(uncited).collect()
    }

    fn tree(&self) -> Tree {
        let files = [
            ("content/book.yaml", BOOK.to_owned()),
            ("content/schemas/things.yaml", SCHEMA.to_owned()),
            ("content/schemas/sources.yaml", "type: object\n".to_owned()),
            ("content/sources.yaml", SOURCES.to_owned()),
            ("content/things/it.yaml", self.record() + "f: 1\nsource: a\n"),
            ("templates/book.md.jinja", self.template.clone()),
        ];
        Tree { files: files.into_iter().map(|(path, text)| (path.to_owned(), Arc::from(text.as_bytes()))).collect() }
    }
}

fn made(shapes: &[(Shape, Vec<usize>)]) -> Made {
    let mut made = Made { template: "# T\n\n".to_owned(), ..Made::default() };
    for (shape, cited) in shapes {
        let mut cited = cited.iter().copied().cycle();
        made.shape(shape, &mut || cited.next().unwrap_or(0));
    }
    made
}

fn rendered(made: &Made) -> Document {
    let tree = made.tree();
    let loaded = load::load(&tree);
    let book = loaded.book.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    assert!(!has_errors(&loaded.diagnostics), "{:?}", loaded.diagnostics);
    let (renderer, faults) = Renderer::new(Arc::new(book), &tree);
    assert!(faults.is_empty(), "{faults:?}");
    let parse = |text: &str| {
        let parsed = markdown::parse(text);
        Parsed { document: parsed.document, faults: parsed.faults }
    };
    let rendered = renderer.render(&renderer.documents()[0], &Scope::default(), &parse);
    assert!(!has_errors(&rendered.diagnostics), "{:?}\n{}", rendered.diagnostics, made.template);
    rendered.document
}

/// What a reader takes to be the sources of each figure: those of the next mark in the same paragraph, heading or cell,
/// else of the line under the table.
fn attributed(text: &str) -> BTreeMap<String, Option<BTreeSet<String>>> {
    let blocks = markdown::parse(text).document.blocks;
    let mut notes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for block in &blocks {
        if let BlockKind::FootnoteDefinition { label, blocks } = &block.kind
            && let [Block { kind: BlockKind::Paragraph(content), .. }] = &blocks[..]
        {
            let said = content.split(|inline| *inline == Inline::HardBreak).map(brief::document::plain_text);
            assert!(notes.insert(label.clone(), said.collect()).is_none(), "note {label} is defined twice");
        }
    }
    let mut reader = Reader { notes, found: BTreeMap::new() };
    reader.blocks(&blocks);
    reader.found
}

struct Reader {
    notes: BTreeMap<String, BTreeSet<String>>,
    found: BTreeMap<String, Option<BTreeSet<String>>>,
}

impl Reader {
    fn blocks(&mut self, blocks: &[Block]) {
        for (index, block) in blocks.iter().enumerate() {
            match &block.kind {
                BlockKind::Paragraph(content) | BlockKind::Heading { content, .. } => self.line(content, None),
                BlockKind::Quote(inner) => self.blocks(inner),
                BlockKind::List(list) => list.items.iter().for_each(|item| self.blocks(&item.blocks)),
                BlockKind::Table(table) => {
                    table.caption.iter().for_each(|caption| self.line(caption, None));
                    let under = match blocks.get(index + 1).map(|next| &next.kind) {
                        Some(BlockKind::Paragraph(content)) => source_of(content).map(|label| self.notes[&label].clone()),
                        _ => None,
                    };
                    for row in &table.rows {
                        for (column, cell) in row.cells.iter().enumerate() {
                            let text = brief::document::plain_text(cell);
                            let other = column > 0 && text.contains("900,");
                            assert!(under.is_none() || !other, "`{text}` seems to be sourced by the line under the table");
                            self.line(cell, under.as_ref());
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn line(&mut self, content: &[Inline], under: Option<&BTreeSet<String>>) {
        let mut parts = Vec::new();
        flat(content, &mut parts);
        for (at, part) in parts.iter().enumerate() {
            let Part::Text(text) = part else { continue };
            for (start, _) in text.match_indices("700,") {
                let mark = parts[at + 1..].iter().find_map(|part| if let Part::Mark(label) = part { Some(label) } else { None });
                let sources = mark.map(|label| self.notes[label].clone()).or(under.cloned());
                let figure = text[start..start + 7].to_owned();
                let before = self.found.insert(figure.clone(), sources);
                assert!(before.is_none(), "{figure} is printed twice");
            }
        }
    }
}

enum Part {
    Text(String),
    Mark(String),
}

fn flat(inlines: &[Inline], out: &mut Vec<Part>) {
    for inline in inlines {
        match inline {
            Inline::FootnoteReference(label) => out.push(Part::Mark(label.clone())),
            Inline::Text(text) | Inline::Code(text) => match out.last_mut() {
                Some(Part::Text(before)) => before.push_str(text),
                _ => out.push(Part::Text(text.clone())),
            },
            other => other.content().into_iter().for_each(|content| flat(content, out)),
        }
    }
}

/// The mark of a line that names a table's source.
fn source_of(content: &[Inline]) -> Option<String> {
    match content {
        [Inline::Text(text), Inline::FootnoteReference(label)] if text.starts_with("Source") => Some(label.clone()),
        _ => None,
    }
}

fn note(source: &str) -> String {
    match source.split_once('#') {
        Some((id, place)) => format!("Letter {id}, para. {place}."),
        None => format!("Letter {source}."),
    }
}

/// The document's Markdown, after a check that each figure is attributed to its own sources.
fn checked(made: &Made) -> String {
    let document = rendered(made);
    let text = markdown::to_markdown(&document, &Stamp::blank(), &|id: &str| format!("{id}.md")).text;
    let mut found = attributed(&text);
    for (index, sources) in made.sources.iter().enumerate() {
        let expected: BTreeSet<String> = sources.iter().map(|source| note(source)).collect();
        let figure = figure(index);
        let said = found.remove(&figure).unwrap_or_else(|| panic!("{figure} is not printed\n{text}"));
        assert_eq!(said, Some(expected), "{figure}\n{text}");
    }
    assert!(found.is_empty(), "{found:?}");
    // A mark touches no digit, and no other mark.
    for (at, _) in text.match_indices("[^") {
        let before = text[..at].chars().next_back();
        assert!(!before.is_some_and(|c| c.is_numeric() || c == ']'), "a mark touches what stands before it\n{text}");
        let after = text[at..].split_once(']').and_then(|(_, after)| after.chars().next());
        assert!(!after.is_some_and(char::is_numeric), "a mark touches what stands behind it\n{text}");
    }
    text
}

fn pieces() -> impl Strategy<Value = Vec<Piece>> {
    let leaf = prop_oneof![
        8 => Just(Piece::Claim),
        1 => Just(Piece::Uncited),
        1 => Just(Piece::Bare),
        8 => prop::sample::select(vec![". ", ", ", " and ", " ", "; ", ": ", " of (", ") ", ".", ",", " x"]).prop_map(Piece::Words),
        1 => prop::sample::select(vec!["a", "b"]).prop_map(Piece::Cite),
    ];
    let frames = [("*", "*"), ("**", "**"), ("~~", "~~"), ("[", "](https://example.org)"), (" `", "` "), ("**x *", "* y**")];
    let framed = (prop::sample::select(frames.to_vec()), vec(leaf.clone(), 1..4)).prop_map(|((open, close), mut inner)| {
        // No mark can be printed in code.
        if open == " `" {
            inner.retain(|piece| !matches!(piece, Piece::Cite(_)));
            inner = inner.into_iter().flat_map(|piece| [piece, Piece::Words(" ")]).collect();
        }
        Piece::Within(open, [vec![Piece::Words("q")], inner, vec![Piece::Words("q")]].concat(), close)
    });
    // A word apart, so that what is emphasis does not depend on what stands beside it.
    vec(prop_oneof![6 => leaf, 1 => framed.prop_map(|piece| Piece::Within(" ", vec![piece], " "))], 1..7)
}

fn shape() -> impl Strategy<Value = (Shape, Vec<usize>)> {
    let table = (proptest::option::of(pieces()), vec(vec(pieces(), 1..4), 1..4)).prop_map(|(caption, rows)| Shape::Table(caption, rows));
    // Tables whose cells are claims of one source.
    let plain = (1..4_usize, 1..4_usize).prop_map(|(rows, columns)| Shape::Table(None, vec![vec![vec![Piece::Claim]; columns]; rows]));
    let shape = prop_oneof![
        4 => pieces().prop_map(Shape::Paragraph),
        1 => pieces().prop_map(Shape::Heading),
        1 => pieces().prop_map(Shape::Quote),
        2 => vec(pieces(), 1..4).prop_map(Shape::Items),
        2 => table,
        2 => plain,
    ];
    // Which sources the claims have, in turn: often the same.
    let cited = prop_oneof![1 => (0..CITED.len()).prop_map(|one| vec![one]), 3 => vec(0..CITED.len(), 1..6)];
    (shape, cited)
}

proptest! {
    #![proptest_config(config(160))]

    #[test]
    fn each_figure_is_attributed_to_its_own_sources(shapes in vec(shape(), 1..5)) {
        checked(&made(&shapes));
    }
}

fn paragraph(pieces: Vec<Piece>, cited: &[usize]) -> (Shape, Vec<usize>) {
    (Shape::Paragraph(pieces), cited.to_vec())
}

fn written(shapes: &[(Shape, Vec<usize>)]) -> String {
    let text = checked(&made(shapes));
    text.trim_start_matches("---\ntitle: T\n---\n").trim_start_matches("\n").replace('\u{a0}', "~")
}

#[test]
fn a_mark_is_left_out_only_where_the_next_is_the_same() {
    use Piece::{Claim, Uncited, Words};
    let three = || vec![Words("A "), Claim, Words(". B "), Claim, Words(". C "), Claim, Words(".")];
    let text = written(&[paragraph(three(), &[0, 2, 0]), paragraph(three(), &[0, 0, 2]), paragraph(three(), &[3, 0, 0])]);
    assert!(text.starts_with("# T\n\nA 700,000.~[^1] B 700,001.~[^2] C 700,002.~[^1]\n\n"), "{text}");
    assert!(text.contains("\n\nA 700,003. B 700,004.~[^1] C 700,005.~[^2]\n\n"), "{text}");
    assert!(text.contains("\n\nA 700,006.~[^1-2] B 700,007. C 700,008.~[^1]\n\n"), "{text}");
    let text = written(&[paragraph(vec![Claim, Words(" x "), Uncited, Words(" y "), Claim], &[0])]);
    assert!(text.starts_with("# T\n\n700,000~[^1] x 900,000 y 700,001~[^1]\n\n"), "{text}");
}

#[test]
fn a_mark_is_kept_where_two_figures_would_be_read_as_one() {
    use Piece::{Claim, Within, Words};
    for (after, expected) in [("0 and ", "~0 and "), (".5 and ", ".5 and "), ("", "~")] {
        let text = written(&[paragraph(vec![Claim, Words(after), Claim], &[0])]);
        assert!(text.starts_with(&format!("# T\n\n700,000~[^1]{expected}700,001~[^1]\n\n")), "{text}");
    }
    let text = written(&[paragraph(vec![Claim, Within("**", vec![Claim], "**")], &[0])]);
    assert!(text.starts_with("# T\n\n700,000~[^1]"), "{text}");
    let cell = vec![Claim, Words(""), Claim];
    let text = written(&[(Shape::Table(None, vec![vec![vec![Words("x")], cell.clone()], vec![vec![Words("y")], cell]]), vec![0])]);
    assert!(text.contains("700,000~[^1]~700,001~[^1]") && !text.contains("Source:"), "{text}");
}

#[test]
fn a_link_and_code_end_at_the_mark_of_a_claim_where_another_source_follows() {
    use Piece::{Claim, Within, Words};
    let two = |open, close| Within(open, vec![Claim, Words(" to "), Claim], close);
    let text = written(&[paragraph(vec![two("[", "](https://a.b)")], &[0, 2]), paragraph(vec![two("`", "`")], &[0, 2])]);
    let expected = "# T\n\n[700,000](https://a.b)~[^1][ to 700,001](https://a.b)~[^2]\n\n`700,002`~[^1]` to 700,003`~[^2]\n\n";
    assert!(text.starts_with(expected), "{text}");
    let text = written(&[paragraph(vec![two("[", "](https://a.b)")], &[0])]);
    assert!(text.starts_with("# T\n\n[700,000 to 700,001](https://a.b)~[^1]\n\n"), "{text}");
}

#[test]
fn a_table_of_one_source_says_so_once() {
    use Piece::{Bare, Claim, Uncited, Words};
    let table = |rows: Vec<Vec<Vec<Piece>>>| (Shape::Table(None, rows), vec![3]);
    let name = || vec![Words("x"), Bare];
    let text = written(&[table(vec![vec![name(), vec![Claim]], vec![name(), vec![Claim]]])]);
    let expected =
        "| x900,000 | 700,000 |\n| x900,001 | 700,001 |\n\nSources: Letter a; Letter b.[^1-2]\n\n[^1-2]: Letter a.\\\n    Letter b.\n";
    assert!(text.ends_with(expected), "{text}");
    // A figure that no claim stands behind would seem to have that source, too.
    for other in [Bare, Uncited] {
        let text = written(&[table(vec![vec![name(), vec![Claim], vec![other]], vec![name(), vec![Claim], vec![]]])]);
        assert!(text.contains("| 700,000~[^1-2] |") && !text.contains("Sources:"), "{text}");
    }
    let text = written(&[(Shape::Table(None, vec![vec![name(), vec![Claim]], vec![name(), vec![Claim]]]), vec![0, 2])]);
    assert!(text.contains("| 700,000~[^1] |\n") && text.contains("| 700,001~[^2] |\n"), "{text}");
}

/// What is written is read again as what it was, for a redline of versions.
#[test]
fn published_notes_and_sources_are_read_as_they_were() {
    use Piece::{Claim, Words};
    let shapes = [
        paragraph(vec![Words("A "), Claim, Words(", b "), Claim, Words(".")], &[3, 5]),
        (Shape::Table(None, vec![vec![vec![Words("x")], vec![Claim]], vec![vec![Words("y")], vec![Claim]]]), vec![3]),
    ];
    let document = markdown::parse_published(&checked(&made(&shapes))).document;
    let label = |number: usize| Inline::FootnoteReference(number.to_string());
    let mut definitions = Vec::new();
    for block in &document.blocks {
        match &block.kind {
            BlockKind::Paragraph(content) => {
                assert_eq!(content[1..3], [label(1), label(2)], "{content:?}");
            }
            BlockKind::Table(table) => {
                let said = Inline::Text("Sources: Letter a; Letter b.".to_owned());
                assert_eq!(table.source, Some(vec![said, label(1), label(2)]));
            }
            BlockKind::FootnoteDefinition { label, .. } => definitions.push(label.as_str()),
            _ => {}
        }
    }
    assert_eq!(definitions, ["1", "2", "3"]);
}

/// The same in print: brackets and a space stand between a figure and the numbers of its notes, also at the foot of the page.
#[test]
fn a_mark_touches_no_digit_in_print() {
    use Piece::{Claim, Words};
    if press::engine().is_none() {
        return;
    }
    for notes in ["end", "page", "margin"] {
        let row = || vec![vec![Words("x")], vec![Claim], vec![Claim]];
        let made = made(&[
            paragraph(vec![Words("A "), Claim, Words(", b "), Claim, Words(" c "), Claim, Claim], &[0, 3, 2, 0]),
            (Shape::Heading(vec![Claim]), vec![2]),
            (Shape::Table(None, vec![row(), row()]), vec![0, 3]),
            (Shape::Table(None, vec![row(), row()]), vec![4]),
        ]);
        let (book, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        for (path, bytes) in made.tree().files {
            let path = book.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        fs::write(book.path().join("content/book.yaml"), format!("{BOOK}notes: {notes}\n")).unwrap();
        let output = press::build(book.path(), temporary.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let Some(pages) = pdf::pages(&fs::read(book.path().join("output/v1/book.pdf")).unwrap()) else { return };
        let words = pages.join(" ").replace('\u{202f}', " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        for mark in [
            "700,000, [1]",
            "700,001 [1, 2]",
            "700,002 [2] 700,003 [1]",
            "700,004 [2]",
            "700,005 [1]",
            "700,006 [1, 2]",
            "700,009 700,010",
            "Sources: Letter b; Letter c, para. 2. [2, 3]",
        ] {
            assert!(words.contains(mark), "notes: {notes}: no `{mark}` in {words}");
        }
        assert!(notes != "page" || words.contains("[1] Letter a"), "a note at the foot is numbered unlike its mark: {words}");
    }
}

/// Authors' footnotes of one label, in a title, a table's header and another footnote: each is printed once, under its own
/// letter, and defined once in the Markdown.
#[test]
fn each_footnote_of_an_author_is_printed_once_by_its_own_mark() {
    if press::engine().is_none() {
        return;
    }
    let field = "text: |\n  Said.[^a]\n\n  [^a]: FIELD-";
    let template = "# T[^t]\n\nTemplate.[^a]\n\n{{ texts.one.text }}\n\n{{ texts.two.text }}\n\n{{ texts.one.text }}\n\n| h[^h] |\n| - |\n| c[^c] |\n\nEnd.\n\n[^t]: TITLE\n[^a]: TEMPLATE\n[^h]: HEADER, see[^n].\n[^c]: CELL\n[^n]: NESTED\n";
    let (book, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (path, text) in [
        ("content/book.yaml", BOOK.to_owned()),
        ("content/schemas/texts.yaml", "type: object\nproperties: { text: { type: string, format: markdown } }\n".to_owned()),
        ("content/texts/one.yaml", format!("{field}ONE\n")),
        ("content/texts/two.yaml", format!("{field}TWO\n")),
        ("templates/book.md.jinja", format!("---\nkind: sheet\n---\n{template}")),
    ] {
        let path = book.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let output = press::build(book.path(), temporary.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = [("TITLE", 1), ("TEMPLATE", 1), ("FIELD-ONE", 2), ("FIELD-TWO", 1), ("HEADER", 1), ("CELL", 1), ("NESTED", 1)];
    let text = fs::read_to_string(book.path().join("output/v1/book.md")).unwrap();
    let mut labels: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("[^")?.split_once("]: ")).map(|(label, _)| label).collect();
    labels.sort_unstable();
    let count = labels.len();
    labels.dedup();
    assert_eq!((count, labels.len()), (8, 8), "{text}");
    let Some(pages) = pdf::pages(&fs::read(book.path().join("output/v1/book.pdf")).unwrap()) else { return };
    let printed = pages.join("\n");
    for (words, times) in said {
        assert_eq!(text.matches(words).count(), times, "{words}: {text}");
        assert_eq!(printed.matches(words).count(), times, "{words}: {printed}");
    }
    // Each letter is a mark in the text, and once at the foot, written alike.
    for letter in ["a", "b", "c", "d", "e", "f", "g", "h"] {
        let mark = format!("[{letter}]");
        assert!(printed.lines().any(|line| line.starts_with(&mark)), "no footnote {letter}: {printed}");
        assert!(printed.matches(&mark).count() >= 2, "no mark {letter}: {printed}");
    }
}
