//! `brief diff --redline` and `--format html`, from the content of two sides to a file and a page.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::super::books::{Book, Run, brief_with, typst};
use super::super::pdf;

const OLD: &str = "The force monitors the ceasefire line and reports every breach of it to the council without delay.";
const NEW: &str = "The force watches the ceasefire line and reports each grave breach to the council within a day.";

/// A book whose working tree differs from its commit in prose, in a figure, and by a record.
fn changed() -> Book {
    let book = Book::new();
    book.edit("content/missions/kfor.yaml", OLD, NEW);
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.write("content/missions/ifor.yaml", "name: Implementation Force\ntroops: { value: 60000, source: letter#2 }\n");
    book
}

/// The PDF's text, page by page.
pub(super) fn pages(pdf: &Path) -> Option<Vec<String>> {
    pdf::pages(&fs::read(pdf).unwrap())
}

/// A text with what is marked as `dropped` taken out, without the words of the marks, and without spaces.
fn side(text: &str, dropped: &str, kept: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['[', ']']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix(&format!("[{dropped}:")) {
            rest = after.split_once(']').unwrap().1;
        } else {
            rest = rest.strip_prefix(&format!("[{kept}:")).unwrap_or(&rest[1..]);
        }
    }
    out.push_str(rest);
    out.retain(|c| !c.is_whitespace());
    out
}

fn unblank(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn a_pdf_has_both_texts_and_names_both_versions_on_each_page() {
    let Some(environment) = typst() else { return };
    let book = changed();
    let before = book.git(&["status", "--porcelain"]);
    let run = brief_with(&book.root, &["diff", "HEAD", "--redline", "../out.pdf", "--exit-code"], &environment);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.out.contains("about 50,000") || run.out.contains("50,000 → 45,000"), "the list is printed as ever: {run:?}");
    assert_eq!(run.err, "wrote `../out.pdf`: `book` with 2 changes marked\n");
    assert_eq!(book.git(&["status", "--porcelain"]), before, "nothing in the book's folder was touched");

    let pdf = book.beside("out.pdf");
    let bytes = fs::read(&pdf).unwrap();
    let holds = |wanted: &[u8]| bytes.windows(wanted.len()).any(|window| window == wanted);
    assert!(holds(b"pdfaid:part>3<") && holds(b"pdfaid:conformance>A<") && holds(b"pdfuaid:part>1<"), "it is still PDF/A-3a and PDF/UA-1");
    let Some(pages) = pages(&pdf) else { return };
    let head = &book.git(&["rev-parse", "HEAD"])[..12];
    for page in &pages {
        assert!(page.contains(&format!("HEAD ({head}) → the working tree")), "{page}");
    }
    let text = pages.concat();
    for wanted in ["Changes from HEAD to the", "List of changes", "[deleted: ", "[inserted: "] {
        assert!(text.contains(wanted), "`{wanted}` is missing from\n{text}");
    }
    // Behind the list, which has excerpts of its own.
    let body = text.rsplit_once("Implementation Force").unwrap().1;
    let (old, new) = (side(body, "inserted", "deleted"), side(body, "deleted", "inserted"));
    assert!(old.contains(&unblank(OLD)) && old.contains("50,000"), "{old}");
    assert!(new.contains(&unblank(NEW)) && new.contains("45,000"), "{new}");
    assert!(!old.contains("45,000") && !new.contains("50,000"), "{old}\n{new}");
}

#[test]
fn the_pages_of_the_list_are_those_of_the_text() {
    let Some(environment) = typst() else { return };
    let book = Book::new();
    let paragraph = "The force monitors the ceasefire line. ".repeat(60);
    for number in 0..12 {
        let name = format!("name: Mission {number:02}\ntroops: {{ value: {}, source: report#7 }}\nmandate: {paragraph}\n", 10_000 + number);
        book.write(&format!("content/missions/m{number:02}.yaml"), &name);
    }
    book.commit("many missions");
    for number in [1, 6, 11] {
        book.edit(
            &format!("content/missions/m{number:02}.yaml"),
            &format!("value: {}", 10_000 + number),
            &format!("value: {}", 70_000 + number),
        );
    }
    let run = brief_with(&book.root, &["diff", "--redline", "../out.pdf"], &environment);
    assert_eq!(run.code, Some(0), "{run:?}");
    let Some(pages) = pages(&book.beside("out.pdf")) else { return };
    let list = pages.iter().find(|page| page.contains("No. Page Section")).expect("a list of changes");
    for (entry, number) in [(1, 1), (2, 6), (3, 11)] {
        let new = format!("[inserted: 70,{number:03}");
        let text = (0..pages.len()).rev().find(|page| pages[*page].contains(&new)).expect("the change in the text");
        let line = list.lines().find(|line| line.contains(&format!("Mission {number:02}"))).expect("the change in the list");
        assert!(line.starts_with(&format!("{entry} {} ", text + 1)), "page {} of\n{line}", text + 1);
    }
}

#[test]
fn the_list_names_the_pages_of_the_new_version_too() {
    let Some(environment) = typst() else { return };
    let book = Book::new();
    let paragraph = |number: usize| {
        let letter = "abcdefghijkl".as_bytes()[number] as char;
        let first = format!("The post of sector {letter} watches the road of sector {letter}. ");
        first + &format!("Mission number {number} of letter {letter} monitors the ceasefire line. ").repeat(60)
    };
    for number in 0..12 {
        let record = format!(
            "name: Mission {number:02}\ntroops: {{ value: {}, source: report#7 }}\nmandate: {}\n",
            10_000 + number,
            paragraph(number)
        );
        book.write(&format!("content/missions/m{number:02}.yaml"), &record);
    }
    let build = |date: &str| brief_with(&book.root, &["build", "--date", date], &environment);
    assert_eq!(build("2025-11-01").code, Some(0));
    for number in [1, 6, 11] {
        let file = format!("content/missions/m{number:02}.yaml");
        book.edit(&file, &format!("value: {}", 10_000 + number), &format!("value: {}", 70_000 + number));
    }
    assert_eq!(build("2025-11-02").code, Some(0));
    let run = brief_with(&book.root, &["diff", "v1", "v2", "--redline", "../out.pdf"], &environment);
    assert_eq!(run.code, Some(0), "{run:?}");
    let Some(redline) = pages(&book.beside("out.pdf")) else { return };
    let version = pages(&book.root.join("output/v2/book.pdf")).unwrap();
    let first = redline[0].split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        first.contains("3 changes: 3 changed.") && first.contains("[inserted: put in]") && first.contains("No. Page In v2 Section"),
        "{first}"
    );
    for (entry, number) in [(1, 1), (2, 6), (3, 11)] {
        let new = format!("70,{number:03}");
        let page = |pages: &[String]| 1 + (0..pages.len()).rev().find(|page| pages[*page].contains(&new)).expect("the change in the text");
        let wanted = format!("{entry} {} {} Mission {number:02}", page(&redline), page(&version));
        assert!(first.contains(&wanted), "`{wanted}` is not in\n{first}");
    }

    // A version whose PDF was damaged is said to have no pages, and its text is compared all the same.
    fs::write(book.root.join("output/v2/book.pdf"), "no PDF").unwrap();
    let run = brief_with(&book.root, &["diff", "v1", "v2", "--redline", "../out.pdf"], &environment);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.err.contains("the list of changes doesn't say their pages in v2: "), "{run:?}");
}

/// A PNG of one color.
fn png(color: [u8; 3]) -> Vec<u8> {
    let chunk = |name: &[u8; 4], data: &[u8]| {
        let body = [&name[..], data].concat();
        let crc = body.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
        });
        [&(data.len() as u32).to_be_bytes()[..], &body, &(!crc).to_be_bytes()].concat()
    };
    let raw = [&[0][..], &color].concat();
    let sum = raw.iter().fold((1_u32, 0_u32), |(a, b), byte| ((a + u32::from(*byte)) % 65_521, (b + a + u32::from(*byte)) % 65_521));
    let data = [&[0x78, 1, 1, 4, 0, 0xfb, 0xff][..], &raw, &(sum.1 << 16 | sum.0).to_be_bytes()].concat();
    let head = [&[0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0][..]].concat();
    [&b"\x89PNG\r\n\x1a\n"[..], &chunk(b"IHDR", &head), &chunk(b"IDAT", &data), &chunk(b"IEND", &[])].concat()
}

#[test]
fn a_replaced_image_is_marked_on_every_kind_of_side() {
    let Some(environment) = typst() else { return };
    let book = Book::new();
    let run = |arguments: &[&str]| brief_with(&book.root, arguments, &environment);
    let map = |color: [u8; 3]| {
        let path = book.root.join("content/assets/map.png");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, png(color)).unwrap();
    };
    book.edit(
        "templates/book.md.jinja",
        "\n\n{% for",
        "\n\n![A map of the zones](assets/map.png)\n\nThe map ![of the zones](assets/map.png) in a line.\n\n{% for",
    );
    map([200, 0, 0]);
    assert_eq!(run(&["build", "--date", "2025-11-01"]).code, Some(0));
    book.commit("a map");
    map([0, 0, 200]);
    assert_eq!(run(&["build", "--date", "2025-11-02"]).code, Some(0));
    // What lies in the folder is neither's.
    map([0, 200, 0]);
    for sides in [["v1", "v2"], ["./output/v1", "./output/v2"], ["HEAD", "v2"], ["v1", "."]] {
        let made = run(&["diff", sides[0], sides[1], "--redline", "../out.pdf"]);
        assert_eq!(made.code, Some(0), "{sides:?}: {made:?}");
        assert!(made.err.contains("`book` with 2 changes marked"), "{sides:?}: {made:?}");
        if let Some(pages) = pages(&book.beside("out.pdf")) {
            let text = pages.concat().split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains("image replaced: A map of the zones") && text.contains("image replaced; before:"), "{sides:?}: {text}");
        }
        let images = pdf::Pdf::load(&book.beside("out.pdf")).images();
        let colors = |wanted: [u8; 3]| images.iter().any(|pixels| pixels.starts_with(&wanted));
        let new = if sides[1] == "." { [0, 200, 0] } else { [0, 0, 200] };
        assert!(colors([200, 0, 0]) && colors(new), "{sides:?}: both images are shown");
        assert_eq!(colors([0, 200, 0]), sides[1] == ".", "{sides:?}: no third one is");
        // A page holds them as well.
        let page = run(&["diff", sides[0], sides[1], "--format", "html"]).out;
        let shown = |color| page.contains(&format!("src=\"data:image/png;base64,{}\"", STANDARD.encode(png(color))));
        assert!(shown([200, 0, 0]) && shown(new), "{sides:?}: {page}");
        assert_eq!(shown([0, 200, 0]), sides[1] == ".", "{sides:?}: no third one is");
    }
    // The same image on both sides is no change.
    let made = run(&["diff", "v2", "v2", "--redline", "../out.pdf"]);
    assert!(made.err.contains("with 0 changes marked"), "{made:?}");
}

#[test]
fn what_moved_says_so_at_both_its_places() {
    let Some(environment) = typst() else { return };
    let book = Book::new();
    book.edit("content/book.yaml", "collections:\n", "collections:\n  missions: { sort: name }\n");
    let mandate = |words: &str| {
        format!("mandate: |-\n  The force {words} the border.\n\n  It reports to the council each month, and to its members each year.\n")
    };
    for (id, name, words) in [("a", "Alpha", "guards"), ("b", "Beta", "watches and surveys"), ("c", "Gamma", "leaves")] {
        book.write(&format!("content/missions/{id}.yaml"), &format!("name: {name} mission\n{}", mandate(words)));
    }
    book.commit("missions");
    book.edit("content/missions/a.yaml", "Alpha", "Zulu");
    book.edit("content/missions/b.yaml", "each month, and", "each month and");
    let run = brief_with(&book.root, &["diff", "HEAD", "--redline", "../out.pdf"], &environment);
    assert_eq!(run.code, Some(0), "{run:?}");
    let Some(pages) = pages(&book.beside("out.pdf")) else { return };
    let text = pages.concat();
    assert!(text.contains("1 moved"), "{text}");
    let body = unblank(&text);
    for end in ["[movedto1:Alphamission", "[movedfrom1:"] {
        assert!(body.contains(end), "{end} in\n{text}");
    }
    assert_eq!(body.matches("[moved").count(), 2, "each place says so once: {text}");
    let page = brief_with(&book.root, &["diff", "HEAD", "--format", "html"], &environment).out;
    assert!(page.contains("class=\"label\" href=\"#change-") && page.contains("-from\">moved from"), "{page}");
}

#[test]
fn versions_are_compared_by_the_markdown_that_readers_got() {
    let Some(environment) = typst() else { return };
    let book = Book::new();
    let listed = "\nThis is {{ version.name }}.\n\n## What is new\n\n:::changes\n{% for record in changes.records %}\n- {{ record.name }}\n{% endfor %}\n:::\n";
    let template = fs::read_to_string(book.root.join("templates/book.md.jinja")).unwrap();
    book.write("templates/book.md.jinja", &(template + listed));
    for number in [1, 2] {
        let run = brief_with(&book.root, &["build"], &environment);
        assert_eq!(run.code, Some(0), "{run:?}");
        if number == 1 {
            book.edit("content/missions/kfor.yaml", "50000", "45000");
        }
    }
    // Between two versions, and between a version and the working tree, the one figure has changed and no version line.
    for sides in [&["v1", "v2"][..], &["v1"]] {
        let run = brief_with(&book.root, &[&["diff"], sides, &["--redline", "../out.pdf"]].concat(), &environment);
        assert_eq!((run.code, run.err.as_str()), (Some(0), "wrote `../out.pdf`: `book` with 1 change marked\n"), "{run:?}");
        let page = book.brief(&[&["diff"], sides, &["--format", "html"]].concat()).out;
        let page = page.split_once("<section class=\"redline\"").expect("a redline").1;
        assert!(page.contains("45,000") && page.contains("50,000") && !page.contains("What is new"), "{page}");
    }
    // A version's folder alone, where no book is.
    fs::create_dir(book.beside("elsewhere")).unwrap();
    let copied = |name: &str| book.beside(&format!("elsewhere/{name}")).to_str().unwrap().to_owned();
    for name in ["v1", "v2"] {
        Command::new("cp").arg("-r").arg(book.root.join("output").join(name)).arg(copied(name)).status().unwrap();
    }
    let run = brief_with(&book.beside("elsewhere"), &["diff", "./v1", "./v2", "--redline", "out.pdf", "--document", "book"], &environment);
    assert_eq!(run.code, Some(0), "{run:?}");
}

/// What a version's Markdown doesn't tell is taken from the templates.
#[test]
fn tables_of_versions_keep_their_layout() {
    use super::{compared, document};
    use brief::document::BlockKind;
    use brief::redline::{RedlineNames, redline};
    let plain = |troops: &str| document(&format!("# A\n\n| Force | Troops |\n| :-- | --: |\n| KFOR | {troops} |\n"));
    let laid_out = document("# A\n\n:::turned\n:::table widths=3,1\n| Force | Troops |\n| :-- | --: |\n| KFOR | 3 |\n:::\n:::\n");
    let names = |redline: &brief::redline::Redline| -> Vec<String> {
        let mut names = Vec::new();
        brief::document::walk::blocks(redline.text(), &mut |block| match &block.kind {
            BlockKind::Directive { name, attributes, .. } => {
                names.push(format!("{name}{}", attributes.values().cloned().collect::<String>()))
            }
            BlockKind::Table(_) => names.push("a table".to_owned()),
            _ => {}
        });
        names
    };
    let wanted = ["turned", "table3,1", "a table"];
    assert_eq!(names(&compared(&plain("1"), &laid_out)), wanted);
    let marked = RedlineNames { marked: Some(&laid_out), ..RedlineNames::new("v1", "v2") };
    let redline = redline(&plain("1"), &plain("2"), marked);
    assert_eq!(names(&redline), wanted);
    assert_eq!(redline.changes.len(), 1);
    let with_code = document("# A\n\n```\ncode\n```\n\n| Force | Troops |\n| :-- | --: |\n| KFOR | 3 |\n");
    assert_eq!(names(&compared(&with_code, &laid_out)), ["deleted", "turned", "table3,1", "a table"]);
    assert_eq!(names(&compared(&plain("1"), &plain("2"))), ["a table"]);
}

#[test]
fn a_page_holds_the_redline_and_needs_nothing_else() {
    let book = changed();
    let Run { code, out, err } = book.brief(&["diff", "HEAD", "--format", "html"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let (records, redline) = out.split_once("<section class=\"redline\" lang=\"en\">").expect("a redline");
    assert!(records.contains("missions/kfor"), "{records}");
    assert!(redline.contains("<h2>Changes from HEAD to the working tree: A Small Book</h2>"), "{redline}");
    assert!(redline.contains("<del><span class=\"said\">deleted: </span>50,000"), "{redline}");
    assert!(redline.contains("href=\"#change-1\"") && redline.contains("id=\"change-1\""), "{redline}");
    for foreign in ["<script", "<link", "<img", "src=", "@import", "url("] {
        assert!(!out.contains(foreign), "{foreign}");
    }
    let other = book.brief(&["diff", "HEAD", "--format", "html", "--document", "missions/kfor"]);
    assert!(other.out.contains("Changes from HEAD to the working tree: Kosovo Force"), "{other:?}");
}

#[test]
fn what_keeps_a_redline_from_being_made_is_said() {
    let book = changed();
    let redline = |arguments: &[&str]| book.brief(&[&["diff", "HEAD"], arguments].concat());
    let cases: [(&[&str], &str); 6] = [
        (&["--redline", "../out.pdf", "--document", "bok"], "has a document `bok` (did you mean `book`?)"),
        (&["--redline", "../out.pdf", "--document", "missions/ifor"], "document `missions/ifor` is in the working tree and not in HEAD ("),
        (&["--redline", "no/such/out.pdf"], "can't write `no/such/out.pdf`\ncaused by: there is no folder `no/such`"),
        (&["--redline", "content"], "can't write `content`\ncaused by: it is a folder"),
        (&["--format", "html", "--document", "bok"], "has a document `bok`"),
        (&["--document", "book"], "hint: add `--redline FILE.pdf` or `--format html`"),
    ];
    for (arguments, said) in cases {
        let run = redline(arguments);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert!(run.err.contains(said), "`{said}` is not in\n{}", run.err);
    }
    let missing = [("BRIEF_TYPST".to_owned(), "/no/such/typst".to_owned())];
    let run = brief_with(&book.root, &["diff", "HEAD", "--redline", "../out.pdf"], &missing);
    assert!(run.code == Some(2) && run.err.contains("can't use `BRIEF_TYPST`, which is `/no/such/typst`"), "{run:?}");
    assert!(run.out.contains("50,000 → 45,000"), "the changes are shown all the same: {run:?}");
    assert!(!book.beside("out.pdf").exists());
}

#[test]
fn a_side_without_texts_is_named() {
    let book = Book::new();
    book.edit("content/missions/kfor.yaml", "name: Kosovo Force", "name: [Kosovo");
    book.commit("broken");
    book.edit("content/missions/kfor.yaml", "name: [Kosovo", "name: Kosovo Force");
    book.edit("content/members.yaml", "Beta", "Gamma");
    let run = book.brief(&["diff", "HEAD", "--redline", "../out.pdf"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.out.contains("Gamma"), "the rest is shown: {run:?}");
    assert!(run.err.contains("has errors, so its documents can't be made") && run.err.contains("content/missions/kfor.yaml:1"), "{run:?}");
    let page = book.brief(&["diff", "HEAD", "--format", "html"]);
    assert!(page.out.contains("Gamma") && page.err.contains("note: the page has no redline: the content of HEAD"), "{page:?}");

    // A template that no longer fits the records.
    let book = Book::new();
    book.edit("templates/book.md.jinja", "{{ book.title }}", "{{ book.titel }}");
    let run = book.brief(&["diff", "HEAD", "--redline", "../out.pdf"]);
    assert!(run.code == Some(2) && run.err.contains("document `book` of the working tree can't be made"), "{run:?}");
    assert!(run.err.contains("templates/book.md.jinja:1"), "{run:?}");
}
