//! Documents as PDFs: what hostile text, a bad theme and a bad typst do, and what the pages say.
//!
//! They need a typst: the built-in one, else the typst program.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use brief::document::{Block, BlockKind, Document, FIGURE_DATA, Inline, Note, PrintedClaim, SourceEntry, Stamp, TypstSource};
use brief::markdown::{TypstMeta, parse, to_typst};
use brief::model::{NotesPlacement, Style, ThemeOptions};
use brief::typeset::{self, Choice, DEFAULT_THEME, Engine, Failure, Fonts, Job, Pdf, VERSION};
use serde_json::json;

use super::pdf::{self, pages};
use super::press::engine;
use super::tools::need;

fn standards() -> Vec<String> {
    vec!["a-3a".to_owned(), "ua-1".to_owned()]
}

fn meta(kind: &str) -> TypstMeta {
    let front = json!({
        "title": "A Book",
        "kind": kind,
        "book": { "title": "A Book", "organization": "Ministry", "as_of_long": "5 November 2025" },
        "marking": {
            "labels": ["TLP:AMBER"],
            "looks": { "TLP:AMBER": { "color": "#ffc000", "background": "#000000" } },
            "tlp": true,
            "pages": null,
        },
    });
    let serde_json::Value::Object(front) = front else { unreachable!() };
    TypstMeta {
        document: "book".into(),
        front,
        language: "en".into(),
        theme: ThemeOptions::default(),
        notes: NotesPlacement::End,
        heading_steps: true,
    }
}

fn stamp() -> Stamp {
    Stamp {
        number: Some(7),
        name: "v7".into(),
        date: "2025-11-06".into(),
        long_date: "6 November 2025".into(),
        digest: "0123456789ab".into(),
        draft: false,
    }
}

fn document(markdown: &str) -> Document {
    parse(markdown).document
}

fn source(document: &Document, meta: &TypstMeta) -> TypstSource {
    let fonts = Fonts::new(Vec::new());
    let coverage = fonts.coverage();
    to_typst(document, &stamp(), meta, &|id| format!("{id}.pdf"), &coverage)
}

/// A job that tests change.
struct Work {
    source: TypstSource,
    theme: String,
    assets: BTreeMap<String, Vec<u8>>,
    standards: Vec<String>,
    timeout: Duration,
}

impl Work {
    fn of(document: &Document, meta: &TypstMeta) -> Work {
        Work {
            source: source(document, meta),
            theme: DEFAULT_THEME.to_owned(),
            assets: BTreeMap::new(),
            standards: standards(),
            timeout: Duration::from_secs(120),
        }
    }

    fn run(&self, engine: &Engine) -> Result<Pdf, Failure> {
        let job = Job {
            source: &self.source,
            theme: &self.theme,
            assets: self.assets.iter().map(|(path, bytes)| (path.clone(), bytes.as_slice())).collect(),
            fonts: &Fonts::new(Vec::new()),
            timestamp: 1_762_387_200,
            standards: &self.standards,
            timeout: self.timeout,
            keep_temporary: false,
        };
        match engine.typeset(&job) {
            Ok(pdf) => Ok(pdf),
            Err(typeset::Error::Content(failure)) => Err(failure),
            Err(typeset::Error::Run(error)) => panic!("{error:#}"),
        }
    }
}

/// The text of each page, with its white space folded.
fn text(pdf: &[u8]) -> Option<Vec<String>> {
    Some(pages(pdf)?.iter().map(|page| page.split_whitespace().collect::<Vec<_>>().join(" ")).collect())
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn the_built_in_typst_and_the_real_one_make_the_same_bytes() {
    let real = Engine::find(&Choice::Program(need!(TYPST)), None, None).unwrap();
    let Some(engine) = engine() else { return };
    let work = Work::of(&cited_book(), &meta("book"));
    assert!(work.run(&engine).unwrap().bytes == work.run(&real).unwrap().bytes, "the two PDFs differ");
}

#[test]
fn the_same_document_gives_the_same_bytes_again() {
    let Some(engine) = engine() else { return };
    let work = Work::of(&cited_book(), &meta("book"));
    assert!(work.run(&engine).unwrap().bytes == work.run(&engine).unwrap().bytes);
}

/// Several chapters with claims, notes, tables and a heading that is cited.
fn cited_book() -> Document {
    let mut document = document(BOOK);
    cite(&mut document.blocks, &mut document.claims);
    for n in 1..=3 {
        document.notes.push(Note {
            source: "report".into(),
            locator: None,
            text: vec![Inline::Text(format!("The report, para. {n}."))],
            marking: Default::default(),
        });
    }
    document.sources.push(SourceEntry {
        id: "report".into(),
        text: vec![Inline::Text("The report. Agency, 2025.".into())],
        marking: Default::default(),
    });
    document
}

const BOOK: &str = "# A Book of Things\n\n## First chapter\n\nThere are =about 50,000= troops.^1 It is so.^2\n\n\
    :::turned\nTable: Compared\n\n| Who | How many =of 9= |\n| :-- | --: |\n| A | =1,000=^3 |\n| B | 2 |\n:::\n\n\
    ## Second chapter, =ninety=^3\n\n- one\n- two =things=^1\n\n> [!WARNING]\n> Mind =this=.^2\n";

/// Turns `=…=` into claims and `^n` into marks.
fn cite(blocks: &mut [Block], claims: &mut Vec<PrintedClaim>) {
    for block in blocks {
        match &mut block.kind {
            BlockKind::Heading { content, .. } | BlockKind::Paragraph(content) => cite_inlines(content, claims),
            BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } | BlockKind::Directive { blocks: inner, .. } => {
                cite(inner, claims)
            }
            BlockKind::List(list) => list.items.iter_mut().for_each(|item| cite(&mut item.blocks, claims)),
            BlockKind::Table(table) => {
                table.header.iter_mut().for_each(|cell| cite_inlines(cell, claims));
                table.rows.iter_mut().flat_map(|row| &mut row.cells).for_each(|cell| cite_inlines(cell, claims));
            }
            _ => {}
        }
    }
}

fn cite_inlines(inlines: &mut Vec<Inline>, claims: &mut Vec<PrintedClaim>) {
    let mut made = Vec::new();
    for inline in inlines.drain(..) {
        let Inline::Text(text) = inline else {
            made.push(inline);
            continue;
        };
        for (index, part) in text.split('=').enumerate() {
            if index % 2 == 1 {
                claims.push(claim(part));
                made.push(Inline::Claim { index: claims.len() - 1, content: vec![Inline::Text(part.to_owned())] });
                continue;
            }
            for (index, part) in part.split('^').enumerate() {
                let digits = if index == 0 { 0 } else { 1 };
                if digits == 1 {
                    made.push(Inline::Cite(part[..1].parse().unwrap()));
                }
                if part.len() > digits {
                    made.push(Inline::Text(part[digits..].to_owned()));
                }
            }
        }
    }
    *inlines = made;
}

fn claim(printed: &str) -> PrintedClaim {
    PrintedClaim {
        record: "things/one".into(),
        path: ["field"].into(),
        value: json!(printed),
        printed: printed.into(),
        sources: vec!["report".into()],
        as_of: None,
        notes: vec![1],
        rendered_line: 1,
        derived: None,
    }
}

#[test]
fn each_claim_is_on_the_page_it_is_said_to_be_on() {
    let Some(engine) = engine() else { return };
    let document = cited_book();
    let pdf = Work::of(&document, &meta("book")).run(&engine).unwrap();
    let indexes: Vec<usize> = pdf.claim_pages.iter().map(|(index, _)| *index).collect();
    assert_eq!(indexes, (0..document.claims.len()).collect::<Vec<_>>());
    let Some(pages) = text(&pdf.bytes) else { return };
    assert_eq!(pages.len(), pdf.pages as usize);
    assert_eq!(pdf::Pdf::of(&pdf.bytes).page_count(), pdf.pages as usize);
    for (index, page) in pdf.claim_pages {
        let printed = &document.claims[index].printed;
        assert!(pages[page as usize - 1].contains(printed.as_str()), "`{printed}` isn't on page {page}");
    }
}

#[test]
fn pages_of_claims_at_page_breaks_are_right() {
    let Some(engine) = engine() else { return };
    // Paragraphs of growing length, so that claims come to stand at the end and the beginning of pages.
    let mut document = document("# Long\n");
    for n in 0..400 {
        document.claims.push(claim(&format!("claim{n}x words")));
        let mut content = vec![Inline::Text("filling ".repeat(n % 17) + "and ")];
        content.push(Inline::Claim { index: n, content: vec![Inline::Text(format!("claim{n}x words"))] });
        document.blocks.push(Block { kind: BlockKind::Paragraph(content), line: n });
    }
    let pdf = Work::of(&document, &meta("sheet")).run(&engine).unwrap();
    let Some(pages) = text(&pdf.bytes) else { return };
    assert_eq!(pdf.claim_pages.len(), 400);
    for (index, page) in pdf.claim_pages {
        assert!(pages[page as usize - 1].contains(&format!("claim{index}x")), "claim {index} isn't on page {page}");
    }
}

#[test]
fn cover_pages_and_outline_name_what_they_should() {
    let Some(engine) = engine() else { return };
    let pdf = Work::of(&cited_book(), &meta("book")).run(&engine).unwrap();
    let Some(pages) = text(&pdf.bytes) else { return };
    for word in ["Ministry", "TLP:AMBER", "A Book of Things", "v7", "6 November 2025", "5 November 2025", "0123456789ab"] {
        assert!(pages[0].contains(word), "the cover lacks `{word}`: {}", pages[0]);
    }
    for (index, page) in pages.iter().take(pdf.pages as usize).enumerate() {
        assert!(page.contains(&format!("Page {} of {}", index + 1, pdf.pages)), "page {} doesn't number itself: {page}", index + 1);
        assert!(page.contains("v7") && page.contains("TLP:AMBER"));
    }
    // The mark of the cited heading is left out of the outline, and stands in the heading.
    let outline = pages[1].replace('\u{2060}', "");
    assert!(outline.contains("Second chapter, ninety 4"), "{outline}");
    let bookmarks = pdf::Pdf::of(&pdf.bytes).bookmarks();
    assert_eq!(bookmarks, ["First chapter", "Second chapter, ninety", "Notes", "Sources"]);
}

#[test]
fn a_draft_says_so_on_each_page() {
    let Some(engine) = engine() else { return };
    let pdf = draft(&cited_book(), &meta("book")).run(&engine).unwrap();
    let Some(pages) = text(&pdf.bytes) else { return };
    for page in &pages[..pdf.pages as usize] {
        assert!(page.contains("DRAFT"), "{page}");
    }
}

/// A document as a draft.
fn draft(document: &Document, meta: &TypstMeta) -> Work {
    let fonts = Fonts::new(Vec::new());
    let coverage = fonts.coverage();
    let draft = Stamp { draft: true, name: "draft".into(), number: None, digest: String::new(), ..stamp() };
    Work { source: to_typst(document, &draft, meta, &|id| format!("{id}.pdf"), &coverage), ..Work::of(document, meta) }
}

#[test]
fn long_titles_keep_clear_of_the_mark_of_a_draft() {
    let Some(engine) = engine() else { return };
    let chapter = "A chapter with a title that goes on and on until it comes near the other edge of the page";
    let text = "Words that fill a line of the page and the next. ".repeat(200);
    let document = document(&format!("# T\n\n## {chapter}\n\n{text}\n"));
    for kind in ["book", "sheet"] {
        for title in ["A Book", "A book of some length about the matters that are of some length, too"] {
            let mut meta = meta(kind);
            meta.front["book"]["title"] = title.into();
            let pdf = draft(&document, &meta).run(&engine).unwrap();
            assert!(pdf.pages > 2);
            assert_eq!(typeset::misfits(&pdf.bytes).unwrap(), [], "{kind}: {title}");
        }
    }
}

const HOSTILE: &[&str] = &[
    "#read(\"/etc/passwd\")",
    "{{ 1 }} {% if %}",
    "<script>alert(1)</script>",
    "$x$ @ref <label> _a_ *b* `c` ~ \\ \\\\ \\\" \" ' // /* */",
    "= heading",
    "#\"abc\";(d) #{panic()} ]]) [[( ;",
    "a | b || c",
    "- list\u{a0}+ one 1. two",
    "Ağrı Łódź Αθήνα Москва",
    "\u{202e}right to left\u{202c} marks\u{200f}",
    "x\u{200d}y\u{200c}z\u{2060}w soft\u{ad}hyphen",
    "e\u{301}a\u{308}\u{323} n\u{303}",
    "100% & more – “quotes” … ½ № ™ → ≤ ☐ ☑ €",
    "https://example.org/a/very/long/address/that/goes/on/and/on?and=on&and=on#and",
];

/// The text as it should come back: what shows nothing is not there, and composed characters may be either form.
fn seen(text: &str) -> String {
    bare(text).chars().filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{ad}')).collect()
}

fn hostile_blocks(text: &str) -> Vec<BlockKind> {
    let inline = || vec![Inline::Text(text.to_owned())];
    let block = |kind| Block { kind, line: 1 };
    let cell = |inlines: Vec<Inline>| inlines;
    vec![
        BlockKind::Heading { level: 2, content: inline(), anchor: Some(text.to_owned()) },
        BlockKind::Paragraph(inline()),
        BlockKind::Paragraph(vec![Inline::Strong(vec![Inline::Emphasis(inline())]), Inline::Strikethrough(inline())]),
        BlockKind::Paragraph(vec![Inline::Link {
            target: brief::document::Target::Url(format!("https://example.org/{text}")),
            title: text.into(),
            content: inline(),
        }]),
        BlockKind::Paragraph(vec![Inline::Link {
            target: brief::document::Target::Anchor(text.into()),
            title: String::new(),
            content: inline(),
        }]),
        BlockKind::Paragraph(vec![Inline::Code(text.to_owned())]),
        BlockKind::Code { info: text.to_owned(), literal: text.to_owned() },
        BlockKind::Quote(vec![block(BlockKind::Paragraph(inline()))]),
        BlockKind::Html(text.to_owned()),
        BlockKind::Alert { kind: "note".into(), title: Some(text.to_owned()), blocks: vec![block(BlockKind::Paragraph(inline()))] },
        BlockKind::Descriptions(vec![(inline(), vec![block(BlockKind::Paragraph(inline()))])]),
        BlockKind::Table(brief::document::Table {
            label: None,
            caption: Some(inline()),
            alignments: vec![brief::document::Alignment::None; 2],
            header: vec![cell(inline()), cell(inline())],
            rows: vec![brief::document::Row { cells: vec![cell(inline()), cell(inline())], line: 1 }],
            source: None,
        }),
    ]
}

/// How often a text is printed by `hostile_blocks`, at least: outline and header come on top.
const PRINTED: usize = 19;

#[test]
fn hostile_text_compiles_everywhere_and_comes_back() {
    let Some(engine) = engine() else { return };
    for hostile in HOSTILE {
        let mut document = Document::default();
        document
            .blocks
            .push(Block { kind: BlockKind::Heading { level: 1, content: vec![Inline::Text((*hostile).into())], anchor: None }, line: 1 });
        document.blocks.extend(hostile_blocks(hostile).into_iter().map(|kind| Block { kind, line: 1 }));
        let mut meta = meta("book");
        for key in ["title", "subtitle", "anything"] {
            meta.front.insert(key.into(), (*hostile).into());
        }
        meta.front.insert((*hostile).into(), json!({ (*hostile): [hostile] }));
        let work = Work::of(&document, &meta);
        assert_eq!(work.source.missing, [], "{hostile:?}");
        let pdf = work.run(&engine).unwrap_or_else(|failure| panic!("{hostile:?}: {failure:#?}"));
        let Some(pages) = text(&pdf.bytes) else { return };
        // Poppler reorders text that runs from right to left, and composes letters in its own way.
        if hostile.contains(['\u{202e}', '\u{301}']) {
            continue;
        }
        let printed = seen(&pages.join("")).matches(&seen(hostile)).count();
        assert!(printed >= PRINTED, "{hostile:?} is printed {printed} times: {pages:#?}");
    }
}

#[test]
fn what_no_font_has_is_printed_by_its_number() {
    let Some(engine) = engine() else { return };
    let odd = "😀 中 \u{7} \u{feff} \u{e000} \u{fffe} \u{10ffff} ا\u{301}e\u{20e3}";
    let mut document = Document::default();
    document.blocks.extend(hostile_blocks(odd).into_iter().map(|kind| Block { kind, line: 3 }));
    let work = Work::of(&document, &meta("book"));
    assert!(work.source.missing.contains(&('😀', 3)), "{:?}", work.source.missing);
    let pdf = work.run(&engine).unwrap();
    let Some(pages) = text(&pdf.bytes) else { return };
    let all = bare(&pages.join(""));
    for number in ["[U+1F600]", "[U+4E2D]", "[U+0007]", "[U+FEFF]", "[U+E000]", "[U+10FFFF]"] {
        assert!(all.contains(number), "{number} is not in {all}");
    }
}

#[test]
fn what_is_nested_or_large_beyond_measure_compiles() {
    let Some(engine) = engine() else { return };
    let quotes = format!("# T\n\n{} deep\n", ">".repeat(120));
    let lists: String = (0..60).map(|depth| format!("{}- item {depth}\n", "  ".repeat(depth))).collect();
    let emphasis = format!("# T\n\n{}deep{}\n", "*a **b ".repeat(80), "** *".repeat(80));
    let word = format!("# T\n\n{}\n\n| a | b |\n| - | - |\n| {} | x |\n", "x".repeat(10_000), "y".repeat(3_000));
    let columns = format!("# T\n\n|{}\n|{}\n|{}\n", " head |".repeat(40), " - |".repeat(40), " some cell |".repeat(40));
    let headings = "###### six\n\n# T\n\n#### four\n\n> ## in a quote\n\n- # in a list\n\n:::turned\n## in a turned page\n:::\n\n## two\n";
    let directives = ":::box\n:::turned\n:::pagebreak\n:::\n:::\n:::keep\n:::columns\ntext\n:::\n:::\n:::\n".repeat(3);
    let tall = format!("# T\n\n:::keep\n{}\n:::\n\n:::columns\n{}\n:::\n", "a paragraph\n\n".repeat(150), "- an item\n".repeat(300));
    let cell = format!("# T\n\n| a | b |\n| - | - |\n| {} | x |\n", "many words in a cell ".repeat(2_000));
    for text in [
        quotes,
        lists,
        emphasis,
        word,
        columns,
        headings.to_owned(),
        directives,
        tall,
        cell,
        String::new(),
        "# \n\n## \n\n- \n\n## `code`\n\n## ![](none.svg)\n".to_owned(),
    ] {
        let mut work = Work::of(&document(&text), &meta("book"));
        work.assets.insert("none.svg".into(), br#"<svg xmlns="http://www.w3.org/2000/svg" width="5" height="9"/>"#.to_vec());
        let start: String = text.chars().take(60).collect();
        work.run(&engine).unwrap_or_else(|failure| panic!("{start:?}: {failure:#?}"));
    }
}

#[test]
fn footnotes_of_the_text_are_lettered_and_notes_stand_where_they_should() {
    let Some(engine) = engine() else { return };
    let markdown = "# T\n\n## A heading[^own]\n\nText[^own] and more[^other].\n\n[^own]: My own words.\n[^other]: Other words, see[^own].\n\n## Notes\n";
    let mut document = document(markdown);
    document.blocks.push(Block { kind: BlockKind::Notes, line: 0 });
    document
        .blocks
        .insert(2, Block { kind: BlockKind::Paragraph(vec![Inline::Text("cited".into()), Inline::Cite(1), Inline::Cite(2)]), line: 5 });
    for n in 1..=2 {
        document.notes.push(Note {
            source: "s".into(),
            locator: None,
            text: vec![Inline::Text(format!("Note number {n}."))],
            marking: Default::default(),
        });
    }
    let at_end = Work::of(&document, &meta("sheet")).run(&engine).unwrap();
    let by_page = Work::of(&document, &TypstMeta { notes: NotesPlacement::Page, ..meta("sheet") }).run(&engine).unwrap();
    let (Some(at_end), Some(by_page)) = (text(&at_end.bytes), text(&by_page.bytes)) else { return };
    for words in ["My own words.", "Other words, see", "Note number 1.", "Note number 2."] {
        assert_eq!(at_end[0].matches(words).count(), 1, "{words}: {}", at_end[0]);
        assert_eq!(by_page[0].matches(words).count(), 1, "{words}: {}", by_page[0]);
    }
    // The heading over notes that stand at the page's foot has nothing left to head.
    assert!(at_end[0].contains("Notes") && !by_page[0].contains("Notes"));
}

/// Columns as wide as the page leave no margin for the notes that they mark, which stand below them, and in the list.
/// Tables have room for the broader letters of a font that the book chose.
#[test]
fn tables_in_a_font_of_the_book_s_own_take_more_room() {
    let longest_words = |body_fonts: &[&str]| {
        let theme = ThemeOptions { body_fonts: body_fonts.iter().map(|&name| name.to_owned()).collect(), ..ThemeOptions::default() };
        let meta = TypstMeta { theme, ..meta("sheet") };
        let is_small = |letters: usize| {
            let word = "n".repeat(letters);
            let table = format!("# T\n\n| {word} | {word} | {word} | {word} |\n| - | - | - | - |\n| a | b | c | d |\n");
            source(&document(&table), &meta).text.contains("<small>")
        };
        (5..30).find(|letters| is_small(*letters)).unwrap()
    };
    assert!(longest_words(&["New Computer Modern"]) < longest_words(&[]));
}

/// A note is at the foot of a page again where a new page is certain, and once where it may be the same page.
#[test]
fn notes_at_the_foot_are_repeated_behind_page_breaks() {
    let Some(engine) = engine() else { return };
    let mut document = document("# T\n\n1\n\n1\n\n:::pagebreak\n:::\n\n1\n\n1\n\n:::turned\n1\n:::\n\n1\n");
    cite_all(&mut document.blocks);
    let text_of_note = vec![Inline::Text("What the note says.".to_owned())];
    document.notes.push(Note { source: "s".into(), locator: None, text: text_of_note, marking: Default::default() });
    let pdf = Work::of(&document, &TypstMeta { notes: NotesPlacement::Page, ..meta("sheet") }).run(&engine).unwrap();
    let Some(pages) = text(&pdf.bytes) else { return };
    let counts: Vec<usize> = pages.iter().map(|page| page.matches("What the note says.").count()).collect();
    assert_eq!(counts, [1, 1, 1, 1], "{pages:?}");
}

/// Paragraphs end in a mark for the first note.
fn cite_all(blocks: &mut [Block]) {
    for block in blocks {
        match &mut block.kind {
            BlockKind::Paragraph(content) => content.push(Inline::Cite(1)),
            BlockKind::Directive { blocks, .. } => cite_all(blocks),
            _ => {}
        }
    }
}

#[test]
fn notes_of_columns_stand_below_them() {
    let Some(engine) = engine() else { return };
    let mut document = document("# T\n\n:::columns\nOne.\n\nTwo.\n:::\n\nThe text goes on.\n\n## Notes\n");
    let BlockKind::Directive { blocks, .. } = &mut document.blocks[1].kind else { panic!("columns") };
    blocks.push(Block { kind: BlockKind::Paragraph(vec![Inline::Text("Cited".into()), Inline::Cite(1)]), line: 5 });
    document.blocks.push(Block { kind: BlockKind::Notes, line: 0 });
    let text_of_note = vec![Inline::Text("A note.".into())];
    document.notes.push(Note { source: "s".into(), locator: None, text: text_of_note, marking: Default::default() });
    let pdf = Work::of(&document, &TypstMeta { notes: NotesPlacement::Margin, ..meta("book") }).run(&engine).unwrap();
    let Some(pages) = text(&pdf.bytes) else { return };
    let page = pages.iter().find(|page| page.contains("goes on")).unwrap();
    let (above, below) = page.split_once("The text goes on.").unwrap();
    assert_eq!((above.matches("A note.").count(), below.matches("A note.").count()), (1, 1), "{page}");
}

#[test]
fn a_turned_table_at_the_end_is_the_last_page() {
    let Some(engine) = engine() else { return };
    let pdf = Work::of(&document("# T\n\nText.\n\n:::turned\n| a |\n| - |\n| b |\n:::\n"), &meta("sheet")).run(&engine).unwrap();
    assert_eq!((pdf.pages, pdf::Pdf::of(&pdf.bytes).page_count()), (2, 2));
    let alone = Work::of(&document("# T\n\n:::turned\n| a |\n| - |\n| b |\n:::\n"), &meta("sheet")).run(&engine).unwrap();
    assert_eq!(alone.pages, 1);
}

#[test]
fn a_redline_shows_both_texts_and_says_which_is_which() {
    let Some(engine) = engine() else { return };
    let mut document = document("# T\n\nText.\n");
    let change = vec![
        Inline::Text("was ".into()),
        Inline::Deleted(vec![Inline::Text("forty".into())]),
        Inline::Inserted(vec![Inline::Text("fifty".into())]),
    ];
    document.blocks.push(Block { kind: BlockKind::Paragraph(change), line: 5 });
    let pdf = Work::of(&document, &meta("sheet")).run(&engine).unwrap();
    let Some(pages) = text(&pdf.bytes) else { return };
    let all = bare(&pages[0]);
    assert!(all.contains("was[deleted:forty][inserted:fifty]"), "{all}");
}

#[test]
fn images_have_their_alternative_text_and_fit_the_page() {
    let Some(engine) = engine() else { return };
    let svg = br#"<svg xmlns="http://www.w3.org/2000/svg" width="5000" height="9000"><rect width="5000" height="9000" fill="navy"/></svg>"#;
    let mut work =
        Work::of(&document("# T\n\n![A map of it](maps/a.svg \"The map\")\n\nIn ![a line](maps/a.svg) of text.\n"), &meta("sheet"));
    work.assets.insert("maps/a.svg".into(), svg.to_vec());
    let pdf = work.run(&engine).unwrap();
    assert!(pdf.pages <= 3, "{} pages", pdf.pages);
    work.assets.clear();
    let failure = work.run(&engine).unwrap_err();
    assert!(failure.faults[0].message.contains("file not found"), "{failure:?}");
    assert_eq!(failure.faults[0].rendered_line, Some(3), "{failure:?}");
    work.assets.insert("maps/a.svg".into(), b"no image".to_vec());
    assert!(work.run(&engine).unwrap_err().faults[0].message.contains("SVG"));
}

#[test]
fn every_standard_that_a_document_can_meet_works() {
    let Some(engine) = engine() else { return };
    for standard in ["", "1.7", "2.0", "a-2b", "a-2a", "a-3b", "a-3u", "a-4", "a-4f", "ua-1"] {
        let mut work = Work::of(&cited_book(), &meta("book"));
        work.standards = if standard.is_empty() { Vec::new() } else { vec![standard.to_owned()] };
        let pdf = work.run(&engine).unwrap_or_else(|failure| panic!("{standard}: {failure:?}"));
        assert_eq!(pdf.claim_pages.len(), cited_book().claims.len(), "{standard}");
    }
    let mut work = Work::of(&cited_book(), &meta("book"));
    work.standards = vec!["a-4".into(), "ua-1".into()];
    let failure = work.run(&engine).unwrap_err();
    assert!(failure.faults[0].message.contains("incompatible"), "{failure:?}");
}

fn with_theme(theme: &str) -> Work {
    Work { theme: theme.to_owned(), ..Work::of(&document("# T\n\n## A\n\nText.\n"), &meta("book")) }
}

#[test]
fn a_fault_in_the_theme_names_its_line() {
    let Some(engine) = engine() else { return };
    let of = |theme: &str| with_theme(theme).run(&engine).unwrap_err().faults;
    let faults = of("#let theme(meta, body) = {\n  set text(size: 3)\n  body\n}\n");
    assert_eq!((faults[0].theme_line, faults[0].message.contains("expected length")), (Some(2), true), "{faults:?}");
    let faults = of("#let theme(meta, body) = {\n  wrong(body)\n}\n");
    assert_eq!((faults[0].theme_line, faults[0].message.as_str()), (Some(2), "unknown variable: wrong"));
    let faults = of("#let theme(meta, body) = {\n");
    assert_eq!(faults[0].theme_line, Some(1), "{faults:?}");
    let faults = of("#let other = 1\n");
    assert_eq!(faults[0].theme_line, Some(1), "{faults:?}");
    assert!(faults[0].hints.iter().any(|hint| hint.contains("theme(meta, body)")), "{faults:?}");
    // Warnings under which the PDF isn't what it should be.
    let faults = of("#let theme(meta, body) = {\n  set text(font: \"No Such Font\")\n  body\n}\n");
    assert_eq!((faults[0].theme_line, faults[0].message.contains("unknown font family")), (Some(2), true), "{faults:?}");
    let faults = of("#let n = counter(\"n\")\n#let theme(meta, body) = {\n  context n.update(n.final().first() + 1)\n  body\n}\n");
    assert!(faults[0].message.contains("did not converge"), "{faults:?}");
    // Nothing outside the document's own folder, and no packages.
    let faults = of("#let theme(meta, body) = {\n  read(\"../../../../etc/passwd\")\n  body\n}\n");
    assert_eq!(faults[0].theme_line, Some(2), "{faults:?}");
    let faults = of("#import \"@preview/cetz:0.3.0\": canvas\n#let theme(meta, body) = body\n");
    assert_eq!(faults[0].theme_line, Some(1), "{faults:?}");
}

#[test]
fn a_theme_that_never_ends_is_stopped() {
    let Some(engine) = engine() else { return };
    let mut work = with_theme(
        "#let theme(meta, body) = {\n  for a in range(100000) { for b in range(100000) { for c in range(100000) { } } }\n  body\n}\n",
    );
    work.timeout = Duration::from_secs(1);
    let failure = work.run(&engine).unwrap_err();
    assert!(failure.faults[0].message.contains("did not end within 1 second"), "{failure:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_theme_that_eats_memory_is_stopped() {
    let Some(engine) = engine() else { return };
    let work = with_theme(
        "#let theme(meta, body) = {\n  let s = \"0123456789abcdef\"\n  for _ in range(60) { s = s + s }\n  str(s.len())\n  body\n}\n",
    );
    let failure = work.run(&engine).unwrap_err();
    assert!(failure.faults[0].message.contains("GiB of memory"), "{failure:?}");
}

#[cfg(all(unix, feature = "builtin-typst"))]
#[test]
fn the_built_in_typst_keeps_to_its_limits_or_does_nothing() {
    let version = |limits: [&str; 2]| {
        let mut command = assert_cmd::Command::cargo_bin("brief").unwrap();
        let output = command.args(["typst-builtin", "--restricted"]).args(limits).arg("--version").output().unwrap();
        (output.status.success(), String::from_utf8(output.stderr).unwrap())
    };
    let (memory, parent) = ((1_u64 << 32).to_string(), std::process::id().to_string());
    assert_eq!(version([&memory, &parent]), (true, String::new()));
    let (succeeded, said) = version([&memory, "1"]);
    assert!(!succeeded && said.starts_with("error: can't keep to its limits: "), "its parent is another process: {said}");
    let (succeeded, said) = version(["x", &parent]);
    assert!(!succeeded && said.contains("its arguments are not those that brief gives"), "{said}");
}

#[test]
fn all_crates_of_typst_are_pinned_to_the_version_that_brief_works_with() {
    let pins: Vec<&str> = include_str!("../../Cargo.toml").lines().filter(|line| line.starts_with("typst")).collect();
    assert!(!pins.is_empty() && pins.iter().all(|pin| pin.contains(&format!("version = \"={VERSION}\""))), "{pins:#?}");
}

/// A program that stands in for typst.
#[cfg(unix)]
fn script(folder: &Path, name: &str, body: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
fn stand_in(folder: &Path, body: &str) -> Engine {
    let body = format!("if [ \"$1\" = --version ]; then echo 'typst {VERSION} (test)'; exit 0; fi\n{body}");
    let program = script(folder, "typst", &body);
    // Another test may be starting a process just now, and so hold the script open for writing.
    for _ in 0..50 {
        match Engine::find(&Choice::Program(program.clone()), None, None) {
            Ok(engine) => return engine,
            Err(error) if format!("{error:#}").contains("Text file busy") => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => panic!("{error:#}"),
        }
    }
    panic!("the script stays busy");
}

#[cfg(unix)]
#[test]
fn a_typst_that_misbehaves_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let message = |body: &str| {
        let mut work = with_theme(DEFAULT_THEME);
        work.timeout = Duration::from_secs(2);
        work.run(&stand_in(folder.path(), body)).unwrap_err().faults.remove(0).message
    };
    assert_eq!(message("exit 3"), "typst failed (exit code 3), and said nothing");
    assert_eq!(message("echo 'kaputt: \u{1b}[31m' >&2; exit 1"), "typst failed (exit code 1), saying: kaputt: [31m");
    assert_eq!(message("kill -9 $$"), "typst failed (killed by signal 9), and said nothing");
    assert_eq!(message("exit 0"), "typst made no PDF, and said nothing");
    assert_eq!(message("for last; do :; done; echo nonsense > \"$last\""), "typst made no PDF, and said nothing");
    assert!(message("for last; do :; done; echo '%PDF-1.7 nonsense' > \"$last\"").contains("can't be read"));
    assert_eq!(message("sleep 100"), "typst did not end within 2 seconds and was stopped");
    assert_eq!(message("exec 2>&-; sleep 100"), "typst did not end within 2 seconds and was stopped");
    assert_eq!(message("yes garbage >&2"), "typst did not end within 2 seconds and was stopped");
}

#[cfg(target_os = "linux")]
#[test]
fn no_child_of_a_typst_outlives_it() {
    let folder = tempfile::tempdir().unwrap();
    let child = folder.path().join("child");
    let body = format!("sleep 86400 & echo $! > {}; exit 1", child.display());
    // A run that waited for the child would not come back within the day.
    let failure = with_theme(DEFAULT_THEME).run(&stand_in(folder.path(), &body)).unwrap_err();
    assert!(failure.faults[0].message.contains("exit code 1"), "{failure:?}");
    let process = Path::new("/proc").join(std::fs::read_to_string(child).unwrap().trim());
    for _ in 0..1000 {
        // One that was ended and that nobody has waited for yet is no more either.
        let stat = std::fs::read_to_string(process.join("stat")).unwrap_or_default();
        if stat.is_empty() || stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('Z')) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("a child of typst's goes on");
}

#[cfg(unix)]
#[test]
fn only_a_typst_of_the_right_version_serves() {
    let folder = tempfile::tempdir().unwrap();
    let old = script(folder.path(), "old", "echo 'typst 0.14.2 (abc)'");
    let error = |choice: &Choice, variable: Option<&OsStr>| {
        // See `stand_in` on busy files.
        loop {
            let error = format!("{:#}", Engine::find(choice, variable, Some(folder.path().as_os_str())).unwrap_err());
            if !error.contains("Text file busy") {
                return error;
            }
        }
    };
    let said = error(&Choice::Program(old.clone()), None);
    assert!(said.contains(&format!("it is typst 0.14.2, and this brief works with typst {VERSION} only")), "{said}");
    let said = error(&Choice::Search, Some(old.as_os_str()));
    assert!(said.contains("BRIEF_TYPST") && said.contains("0.14.2"), "{said}");
    let said = error(&Choice::Program("/no/such/typst".into()), None);
    assert!(said.contains("/no/such/typst"), "{said}");
    let none = script(folder.path(), "none", "echo hello");
    assert!(error(&Choice::Program(none), None).contains("is no typst program"));

    // On the path, another version is passed over.
    script(folder.path(), "typst", "echo 'typst 0.14.2 (abc)'");
    let found = Engine::find(&Choice::Search, None, Some(folder.path().as_os_str()));
    if cfg!(feature = "builtin-typst") {
        assert!(found.unwrap().is_built_in());
    } else {
        let said = format!("{:#}", found.unwrap_err());
        assert!(said.contains(&format!("no typst {VERSION} to typeset with")), "{said}");
    }
    script(folder.path(), "typst", &format!("echo 'typst {VERSION} (abc)'"));
    assert!(!Engine::find(&Choice::Search, None, Some(folder.path().as_os_str())).unwrap().is_built_in());
}

/// Every character there is goes through the one text function; those that fonts have are printed under PDF/A, alone
/// and after a letter, those that none has by their numbers.
#[test]
fn every_character_can_be_typeset() {
    let Some(engine) = engine() else { return };
    let fonts = Fonts::new(Vec::new());
    let coverage = fonts.coverage();
    let missing: std::collections::BTreeSet<char> = ('\0'..=char::MAX).filter(|c| !coverage(&c.to_string()).is_empty()).collect();
    let known: Vec<char> = ('\0'..=char::MAX).filter(|c| !missing.contains(c)).collect();
    let mut document = document("# T\n");
    for (index, some) in known.chunks(40).enumerate() {
        let text: String = some.iter().flat_map(|c| [*c, ' ', 'a', *c, ' ']).collect();
        let text = || vec![Inline::Text(text.clone())];
        let code = Inline::Code(some.iter().collect());
        let styled = vec![Inline::Strong(vec![Inline::Emphasis(text())]), Inline::Strong(text()), Inline::Emphasis(text()), code];
        document.blocks.push(Block { kind: BlockKind::Paragraph([text(), styled].concat()), line: index + 1 });
    }
    let pdf = Work::of(&document, &meta("sheet"))
        .run(&engine)
        .unwrap_or_else(|failure| panic!("{:#?}", &failure.faults[..failure.faults.len().min(30)]));
    assert!(pdf.pages > 10);
}

/// A sheet or a book without a cover whose text begins with a turned page, or with a page break, has its title there.
#[test]
fn a_title_alone_wastes_no_page() {
    let Some(engine) = engine() else { return };
    for kind in ["sheet", "book"] {
        let mut meta = meta(kind);
        meta.front.insert("cover".into(), false.into());
        meta.front.insert("toc".into(), false.into());
        for (markdown, turned) in [
            ("# The title\n\n:::turned\nText of it.\n:::\n", true),
            ("# The title\n\n:::pagebreak\n:::\n\nText of it.\n", false),
            ("# The title\n\n## Chapter\n\n:::turned\nText of it.\n:::\n", true),
            ("# The title\n\n## Chapter\n\n:::pagebreak\n:::\n\nText of it.\n", false),
            ("# The title\n\nText of it.\n", false),
        ] {
            let pdf = Work::of(&document(markdown), &meta).run(&engine).unwrap();
            assert_eq!(pdf.pages, 1, "{kind}: {markdown}");
            assert_eq!(typeset::misfits(&pdf.bytes).unwrap(), [], "{kind}: {markdown}");
            let Some(pages) = text(&pdf.bytes) else { return };
            assert!(pages[0].contains("The title") && pages[0].contains("Text of it."), "{kind}: {}", pages[0]);
            let (width, height) = pdf::Pdf::of(&pdf.bytes).page_size(1);
            assert_eq!(width > height, turned, "{kind}: {markdown}");
        }
    }
}

/// Headings right before a page break or a turned page stand on the page that begins there.
#[test]
fn headings_go_along_onto_the_page_that_a_break_begins() {
    let Some(engine) = engine() else { return };
    for (start, end) in [(":::turned", ":::"), (":::pagebreak\n:::\n", "")] {
        for headings in ["## Chapter", "### Section", "## Chapter\n\n### Section"] {
            let markdown = format!("# T\n\nText.\n\n{headings}\n\n{start}\n| a |\n| - |\n| Cell |\n{end}\n");
            for kind in ["sheet", "book"] {
                let mut meta = meta(kind);
                meta.front.extend([("cover".to_owned(), false.into()), ("toc".to_owned(), false.into())]);
                let pdf = Work::of(&document(&markdown), &meta).run(&engine).unwrap();
                assert_eq!(pdf.pages, 2, "{kind}: {markdown}");
                let Some(pages) = text(&pdf.bytes) else { return };
                for heading in ["Chapter", "Section"].into_iter().filter(|heading| headings.contains(heading)) {
                    assert!(!pages[0].contains(heading) && pages[1].contains(heading), "{kind}: {markdown}: {pages:?}");
                }
            }
        }
    }
}

/// Below a drawing, values that a row has several of have the names of their columns, and what isn't cited its place among them.
#[test]
fn the_line_under_a_drawing_names_what_it_says() {
    let Some(engine) = engine() else { return };
    let blocks =
        document("| Phase | From | Until | After |\n| - | - | - | - |\n| Build | March 2027 | 2027 | Reform |\n| Use | | 2030 | |\n")
            .blocks
            .into_iter()
            .map(|block| Block {
                line: 1,
                kind: BlockKind::Directive { name: FIGURE_DATA.to_owned(), attributes: BTreeMap::new(), blocks: vec![block] },
            })
            .collect();
    let document = Document { blocks, ..document("# T\n") };
    let pdf = Work::of(&document, &meta("sheet")).run(&engine).unwrap();
    let Some(pages) = text(&pdf.bytes) else { return };
    let line = "Build – From: March 2027, Until: 2027, After: Reform Use: 2030";
    assert!(pages.join(" ").contains(line), "no `{line}` in {pages:?}");
}

/// Lines of large type are shorter, and those of lists too: the last words of what fits on a line elsewhere stay together.
#[test]
fn last_words_are_bound_where_lines_are_short() {
    let bound = |style: Style, markdown: &str| {
        let theme = ThemeOptions { style, ..ThemeOptions::default() };
        let meta = TypstMeta { theme, notes: NotesPlacement::Margin, ..meta("sheet") };
        let source = source(&document(markdown), &meta).text;
        source.contains("this\u{a0}condition") || source.contains("this\\u{a0}condition")
    };
    let words = "# T\n\n- Decide on what the mission needs and on this condition.\n";
    assert!(bound(Style::Reader, words) && !bound(Style::Briefing, words));
    // In the second level of a list less fits than in a paragraph.
    let long = "Decide on what the mission needs here and on this condition.";
    assert!(!bound(Style::Briefing, &format!("# T\n\n{long}\n")));
    assert!(bound(Style::Briefing, &format!("# T\n\n- One\n\n  - {long}\n")));
}

/// Chapters of a long book begin on new pages, and each page's head names the chapter that runs over from the page before.
#[test]
fn chapters_of_long_books_begin_pages_and_heads_name_them() {
    let Some(engine) = engine() else { return };
    let chapters = |letters: usize| -> Document {
        let mut text = "# Long\n\n".to_owned();
        for chapter in 1..=12 {
            text += &format!("## Chapter number {chapter}x\n\n");
            text += &"Words that fill a line of the page and the next. ".repeat(letters / 49);
            text += "\n\n";
        }
        document(&text)
    };
    for (letters, long) in [(11_000, true), (1_200, false)] {
        let pdf = Work::of(&chapters(letters), &meta("book")).run(&engine).unwrap();
        let Some(pages) = text(&pdf.bytes) else { return };
        let mut begun = 0;
        for (index, page) in pages.iter().enumerate().skip(2) {
            let text = page.strip_prefix("A Book").unwrap_or(page);
            for chapter in 1..=12 {
                let name = format!("Chapter number {chapter}x");
                if text.matches(&name).count() == 0 {
                    continue;
                }
                let head = text.find("Words that").is_none_or(|words| text.find(&name).unwrap() < words);
                begun += usize::from(head && (index == 2 || !pages[index - 1].contains(&name)));
                assert!(!long || head, "page {}: {text}", index + 1);
            }
        }
        if long {
            assert!(pdf.pages > 30, "{}", pdf.pages);
            assert_eq!(begun, 12);
        } else {
            assert!(pdf.pages < 12, "{} pages", pdf.pages);
        }
    }
}
