//! The bundled book, built for real: what a version holds, when one is made, and that what it says is so.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;
use serde_json::Value;
use tempfile::TempDir;

pub(crate) use crate::books::files;
#[cfg(feature = "builtin-typst")]
use crate::tools::need;
use crate::{books, cases};
use crate::{pdf, press};

/// A copy of the bundled book in a folder of its own.
pub(crate) struct Copy {
    folder: TempDir,
}

impl Copy {
    pub(crate) fn new() -> Copy {
        Copy { folder: books::bundled() }
    }

    /// A copy that can be typeset; where there is no typst, the test is skipped.
    fn to_typeset() -> Option<Copy> {
        press::engine()?;
        Some(Copy::new())
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn output(&self, name: &str) -> PathBuf {
        books::versions(self.path()).join(name)
    }

    pub(crate) fn build(&self, arguments: &[&str]) -> String {
        self.build_all(&[&["--audience", books::BUNDLED], arguments].concat())
    }

    /// Builds for all of its audiences.
    fn build_all(&self, arguments: &[&str]) -> String {
        let mut command = Command::cargo_bin("brief").unwrap();
        command.current_dir(self.path()).args(["build", "--date", "2025-11-06"]).args(arguments);
        for name in ["BRIEF_TYPST", "SOURCE_DATE_EPOCH", "NO_COLOR"] {
            command.env_remove(name);
        }
        if let Some(typst) = press::named() {
            command.env("BRIEF_TYPST", typst);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{file} has no `{from}`");
        fs::write(path, text.replacen(from, to, 1)).unwrap();
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_slice(&fs::read(self.output(name)).unwrap()).unwrap()
    }
}

const CONTRIBUTORS: [&str; 11] = [
    "egypt",
    "indonesia",
    "israel",
    "palestinian-authority",
    "palestinian-police",
    "qatar",
    "saudi-arabia",
    "turkey",
    "united-arab-emirates",
    "united-nations",
    "united-states",
];
const PRECEDENTS: [&str; 4] = ["east-timor", "ifor-sfor", "kfor", "unifil"];

/// Text with its white space folded and the hyphens of broken lines taken out.
fn folded(text: &str) -> String {
    let joined = text.replace("-\n", "").replace("\u{ad}\n", "").replace('\u{ad}', "");
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a PDF's pages; where it can't be read back, the test is skipped.
fn pdf_pages(pdf: &Path) -> Option<Vec<String>> {
    pdf::pages(&fs::read(pdf).unwrap())
}

#[test]
fn a_version_holds_what_the_design_says() {
    let Some(book) = Copy::to_typeset() else { return };
    let said = book.build(&[]);
    assert!(said.contains("made public/v1") && said.contains("17 documents"), "{said}");
    let mut expected: Vec<String> =
        ["book.md", "book.pdf", "summary.md", "summary.pdf", "data.json", "claims.json", "changes.json", "manifest.json"]
            .map(str::to_owned)
            .to_vec();
    for (folder, ids) in [("contributors", &CONTRIBUTORS[..]), ("precedents", &PRECEDENTS[..])] {
        expected.extend(ids.iter().flat_map(|id| [format!("{folder}/{id}.md"), format!("{folder}/{id}.pdf")]));
    }
    expected.extend([1, 2].map(|figure| format!("assets/drawings/book-{figure}.svg")));
    expected.sort();
    let found: Vec<String> = files(&book.output("v1")).into_keys().collect();
    assert_eq!(found, expected);
    assert_eq!(fs::read_link(book.output("latest")).unwrap(), Path::new("v1"));
    let ledger = book.json("versions.json");
    assert_eq!(ledger["versions"].as_array().unwrap().len(), 1);
    assert_eq!(ledger["versions"][0]["date"], "2025-11-06");

    // Nothing changed, so nothing is written.
    let before = files(&book.output("v1"));
    let said = book.build(&[]);
    assert!(said.contains("nothing that a reader gets has changed since public/v1"), "{said}");
    assert_eq!(files(&book.output("v1")), before);
    assert!(!book.output("v2").exists());
}

#[test]
fn the_desk_gets_its_notes_and_shares_the_other_documents() {
    let Some(book) = Copy::to_typeset() else { return };
    let said = book.build_all(&[]);
    let (public, desk) = (files(&book.output("v1")), files(&book.path().join("output/desk/v1")));
    assert_eq!(public.keys().collect::<Vec<_>>(), desk.keys().collect::<Vec<_>>());
    let text = |files: &BTreeMap<String, Vec<u8>>, name: &str| String::from_utf8_lossy(&files[name]).into_owned();
    let documents: Vec<&String> = desk.keys().filter(|name| name.ends_with(".md")).collect();
    let mut shared = 0;
    for name in &documents {
        let has_notes = text(&desk, name).contains("**Desk note**");
        assert_eq!(text(&desk, name).contains("\nmarking: TLP:AMBER\n"), has_notes, "{name}");
        assert!(text(&public, name).contains("\nmarking: TLP:CLEAR\n"), "{name}");
        let pdf = name.replace(".md", ".pdf");
        assert_eq!([desk[*name] == public[*name], desk[&pdf] == public[&pdf]], [!has_notes; 2], "{name}");
        shared += usize::from(!has_notes);
    }
    assert!(said.contains(&format!("17 documents, {} typeset", documents.len() - shared)) && shared == 10, "{said}");
    // What both get bears the name of the public version, and says so.
    let manifest: Value = serde_json::from_slice(&desk["manifest.json"]).unwrap();
    assert_eq!(manifest["documents"]["precedents/kfor"]["shared"]["audience"], "public");
    assert_eq!(manifest["documents"]["precedents/kfor"]["shared"]["version"], 1);
    assert!(manifest["documents"]["book"].get("shared").is_none());
    assert!(!text(&public, "manifest.json").contains("shared"));
    let verified = books::brief(book.path(), &["verify", "output/desk/v1/precedents/kfor.pdf", "--audience", "desk"]);
    assert!(
        verified.out.contains("made for v1 (") && verified.out.contains("it says `public/v1`, since `public` gets the same"),
        "{verified:?}"
    );
    for (name, bytes) in &public {
        assert!(!String::from_utf8_lossy(bytes).to_lowercase().contains("desk"), "{name} tells of the desk");
    }
    let Some(pages) = pdf_pages(&book.path().join("output/desk/v1/book.pdf")) else { return };
    assert!(pages.iter().all(|page| page.matches("TLP:AMBER").count() >= 2), "each page bears its marking twice: {pages:?}");
}

#[test]
fn comments_and_order_make_no_version() {
    let Some(book) = Copy::to_typeset() else { return };
    book.build(&[]);
    let path = book.path().join("content/precedents/kfor.yaml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("# a comment\n{text}\n\n# another\n")).unwrap();
    let said = book.build(&[]);
    assert!(said.contains("nothing that a reader gets has changed since public/v1"), "{said}");
}

#[test]
fn one_changed_record_typesets_only_what_prints_it() {
    let Some(book) = Copy::to_typeset() else { return };
    book.build(&[]);
    let first = files(&book.output("v1"));
    book.edit("content/precedents/east-timor.yaml", "order: 3", "order: 3\nallow: []");
    let said = book.build(&[]);
    assert!(said.contains("nothing that a reader gets has changed"), "a key that readers don't see makes no version: {said}");
    book.edit("content/contributors/qatar.yaml", "name: Qatar", "name: State of Qatar");
    book.build(&[]);
    let second = files(&book.output("v2"));
    let changed: Vec<&str> = first.iter().filter(|(name, bytes)| second.get(*name) != Some(bytes)).map(|(name, _)| name.as_str()).collect();
    let prints_qatar = |name: &&str| {
        let markdown = format!("{}.md", name.rsplit_once('.').unwrap().0);
        String::from_utf8_lossy(&first[&markdown]).contains("Qatar")
    };
    let documents: Vec<&&str> = changed.iter().filter(|name| !name.ends_with(".json")).collect();
    assert!(documents.contains(&&"book.pdf") && documents.contains(&&"contributors/qatar.pdf"), "{changed:?}");
    assert!(documents.iter().all(|name| **name == "book.md" || **name == "book.pdf" || prints_qatar(name)), "{changed:?}");
    assert_eq!(second["precedents/kfor.pdf"], first["precedents/kfor.pdf"]);
    let manifest = book.json("v2/manifest.json");
    assert_eq!(manifest["documents"]["precedents/kfor"]["revised"]["version"], 1);
    assert_eq!(manifest["documents"]["contributors/qatar"]["revised"]["version"], 2);
    let markdown = String::from_utf8(second["book.md"].clone()).unwrap();
    assert!(markdown.contains("Qatar became State of Qatar"), "the book lists what changed: {markdown}");
}

#[test]
fn every_line_of_the_claim_ledger_is_true() {
    let Some(book) = Copy::to_typeset() else { return };
    book.build(&[]);
    let claims = book.json("v1/claims.json");
    let documents = claims["documents"].as_object().unwrap();
    assert_eq!(documents.len(), 17);
    let mut count = 0;
    for (id, rows) in documents {
        let markdown = fs::read_to_string(book.output(&format!("v1/{id}.md"))).unwrap();
        let lines: Vec<&str> = markdown.lines().collect();
        let definitions = lines.iter().filter_map(|line| line.strip_prefix("[^")?.split_once("]: ")?.0.into());
        let notes: Vec<u64> =
            definitions.flat_map(|label: &str| label.split(['-', '+']).filter_map(|number| number.parse().ok())).collect();
        let pdf = book.output(&format!("v1/{id}.pdf"));
        let Some(pages) = pdf_pages(&pdf) else { return };
        let pages: Vec<String> = pages.iter().map(|page| folded(page)).collect();
        for row in rows.as_array().unwrap() {
            count += 1;
            let printed = folded(row["printed"].as_str().unwrap());
            let line = lines[usize::try_from(row["line"].as_u64().unwrap()).unwrap() - 1];
            assert!(plain(line).contains(&printed), "{id}: line {} has no `{printed}`: {line}", row["line"]);
            for note in row["notes"].as_array().unwrap() {
                assert!(notes.contains(&note.as_u64().unwrap()), "{id} has no note {note}");
            }
            assert!(!row["notes"].as_array().unwrap().is_empty(), "{id}: {row} is cited");
            let page = row["page"].as_u64().unwrap_or_else(|| panic!("{id}: no page for {row}"));
            // A long text may go on on the next page, and a mark may stand in it.
            let text = &pages[usize::try_from(page).unwrap() - 1];
            let start: String = printed.split(' ').take(3).collect::<Vec<_>>().join(" ");
            // Where a line ends with a hyphen, whether it is the word's own can't be told.
            assert!(text.replace('-', "").contains(&start.replace('-', "")), "{id}: page {page} has no `{start}`");
        }
    }
    assert!(count > 100, "the book prints {count} claims");
}

/// A word at a line's end whose hyphen isn't its own: what stands before the hyphen never does so in the document's Markdown.
#[test]
fn no_word_of_the_bundled_book_is_divided() {
    for theme in ["", "theme: { style: plain, paper: us-letter }\n", "theme: { style: reader }\n"] {
        let Some(book) = Copy::to_typeset() else { return };
        let settings = book.path().join("content/book.yaml");
        fs::write(&settings, fs::read_to_string(&settings).unwrap() + theme).unwrap();
        book.build_all(&[]);
        let documents = files(&book.path().join("output")).into_iter().filter(|(name, _)| name.ends_with(".pdf"));
        let mut count = 0;
        for (name, pdf) in documents {
            let Some(pages) = pdf::words(&pdf) else { return };
            let markdown = book.path().join("output").join(name.replace(".pdf", ".md"));
            let markdown = fs::read_to_string(&markdown).unwrap();
            for word in pages.iter().flat_map(|(_, words)| words) {
                let Some(before) = word.text.strip_suffix(['-', '\u{2010}', '\u{ad}']) else { continue };
                assert!(before.is_empty() || markdown.contains(&word.text), "{theme}{name} divides a word: `{}`", word.text);
            }
            count += pages.len();
        }
        assert!(count > 40, "{theme}the book has {count} pages");
    }
}

/// The text of a line of Markdown, without marks.
fn plain(line: &str) -> String {
    let document = brief::markdown::parse(line).document;
    let mut text = String::new();
    brief::document::walk::inlines(&document.blocks, &mut |inline| match inline {
        brief::document::Inline::Text(part) | brief::document::Inline::Code(part) => text.push_str(part),
        brief::document::Inline::SoftBreak | brief::document::Inline::HardBreak => text.push(' '),
        _ => {}
    });
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("[^") {
        out.push_str(before);
        rest = after.split_once(']').map_or("", |(_, after)| after);
    }
    folded(&(out + rest))
}

#[test]
fn pdfs_say_what_they_are() {
    let Some(book) = Copy::to_typeset() else { return };
    book.build(&[]);
    let pdf = book.output("v1/book.pdf");
    let read = pdf::Pdf::load(&pdf);
    assert_eq!(read.title(), "A Stabilization Force for Gaza");
    assert!(read.is_tagged(), "the PDF is tagged");
    let Some(pages) = pdf_pages(&pdf) else { return };
    assert_eq!(pages.len(), read.page_count());
    assert!((11..=13).contains(&pages.len()), "about twelve pages, not {}", pages.len());
    let text = folded(&pages.join("\n"));
    for name in [
        "United States",
        "Egypt",
        "Qatar",
        "Saudi Arabia",
        "Turkey",
        "United Arab Emirates",
        "Indonesia",
        "Palestinian Authority",
        "Israel",
        "United Nations",
    ] {
        assert!(text.contains(name), "{name}");
    }
    for name in ["Kosovo", "Bosnia", "East Timor", "Lebanon"] {
        assert!(text.contains(name), "{name}");
    }
    let cover = folded(&pages[0]);
    for said in ["6 November 2025", "5 November 2025"] {
        assert!(cover.contains(said), "the cover names {said}: {cover}");
    }
    for (page, text) in (1..).zip(&pages).skip(1) {
        let text = folded(text);
        assert!(text.contains(&format!("{page} of {}", pages.len())), "page {page} names itself: {text}");
        assert!(text.contains("v1 · 6 November 2025"), "page {page} names the version: {text}");
        assert!(text.contains("as of 5 November 2025 (inferred)"), "page {page} says what its content is as of: {text}");
        assert!(!text.contains("before this version"), "a day is not too old: {text}");
    }
    let outline = read.bookmarks();
    for chapter in ["Key judgements", "Precedents", "Notes"] {
        assert!(outline.iter().any(|title| title.contains(chapter)), "{chapter} is a bookmark: {outline:?}");
    }
    assert!(outline.iter().all(|title| !title.chars().last().is_some_and(|c| c.is_ascii_digit())), "no marks in bookmarks: {outline:?}");
    let sheets = [("contributors", &CONTRIBUTORS[..]), ("precedents", &PRECEDENTS[..])];
    let sheets = sheets.into_iter().flat_map(|(folder, ids)| ids.iter().map(move |id| format!("{folder}/{id}")));
    for id in sheets.chain(["summary".to_owned()]) {
        assert_eq!(pdf::Pdf::load(&book.output(&format!("v1/{id}.pdf"))).page_count(), 1, "{id} fits one page");
    }
}

#[cfg(feature = "builtin-typst")]
#[test]
fn the_same_inputs_give_the_same_bytes_anywhere() {
    let (one, two) = (Copy::new(), Copy::new());
    one.build(&["--typst", "builtin"]);
    two.build(&["--typst", "builtin", "--jobs", "1"]);
    same_files(&one, &two);
    let program = need!(TYPST).into_os_string().into_string().unwrap();
    let three = Copy::new();
    three.build(&["--typst", &program]);
    same_files(&one, &three);
}

/// Two books have the same files with the same bytes in their first versions.
#[cfg(feature = "builtin-typst")]
fn same_files(one: &Copy, two: &Copy) {
    let (one, two) = (files(&one.output("v1")), files(&two.output("v1")));
    assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
    let differing: Vec<&String> = one.iter().filter(|(name, bytes)| two[*name] != **bytes).map(|(name, _)| name).collect();
    assert!(differing.is_empty(), "{differing:?}");
}

#[test]
fn a_draft_says_so_and_leaves_the_ledger_alone() {
    let Some(book) = Copy::to_typeset() else { return };
    book.build(&["--draft", "--document", "summary"]);
    assert!(!book.output("versions.json").exists());
    let Some(pages) = pdf_pages(&book.output("draft/summary.pdf")) else { return };
    assert!(pages.iter().all(|page| page.to_uppercase().contains("DRAFT")), "{pages:?}");
    let names: Vec<String> = files(&book.output("draft")).into_keys().collect();
    assert_eq!(names, [".draft.json", "summary.md", "summary.pdf"]);
}

/// The Markdown of a book, made as a draft, must be the reviewed files in a folder of `tests/cases/pipeline/books`; those of
/// an audience in one of its name there.
fn markdown_is_as_reviewed(book: &Path, name: &str, audience: Option<&str>) {
    let output = tempfile::tempdir().unwrap();
    let mut command = Command::cargo_bin("brief").unwrap();
    command.current_dir(book).args(["build", "--no-pdf", "--date", "2025-11-06", "--output"]).arg(output.path());
    if let Some(audience) = audience {
        command.args(["--audience", audience]);
    }
    let built = command.output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let within = |folder: PathBuf| audience.map_or(folder.clone(), |audience| folder.join(audience));
    let mut made = files(&within(output.path().to_owned()).join("draft"));
    assert!(made.remove(".draft.json").is_some(), "a draft lists its files");
    let folder = within(cases::folder("pipeline/books").join(name));
    if cases::is_updating() {
        let _ = fs::remove_dir_all(&folder);
        for (file, bytes) in &made {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }
    let expected = files(&folder);
    assert_eq!(made.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{name}: the documents");
    for (file, bytes) in &made {
        assert_eq!(String::from_utf8_lossy(bytes), String::from_utf8_lossy(&expected[file]), "{name}: {file}");
    }
}

#[test]
fn the_bundled_books_markdown_is_as_reviewed() {
    for audience in ["public", "desk"] {
        markdown_is_as_reviewed(Copy::new().path(), "bundled", Some(audience));
    }
}

#[test]
fn another_books_markdown_is_as_reviewed() {
    let folder = tempfile::tempdir().unwrap();
    let made = Command::cargo_bin("brief").unwrap().args(["init", "bus"]).current_dir(folder.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    markdown_is_as_reviewed(&folder.path().join("bus"), "night-bus", None);
}
