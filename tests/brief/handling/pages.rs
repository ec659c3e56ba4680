//! Labels on the pages of PDFs: the Traffic Light Protocol's rules for print, and pages that bear what stands on them.

use std::fs;
use std::path::Path;

use brief::typeset::{PageText, Run, page_layouts};

use crate::press;

/// Builds a book of one document and gives its pages; nothing where there is no typst.
fn pages(settings: &str, template: &str, arguments: &[&str], pdf: &str) -> Option<Vec<PageText>> {
    press::engine()?;
    let (root, temporary) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "content/book.yaml",
        &format!("title: A book\nas_of: 2025-11-05\nlanguage: en\ndocuments:\n  - {{ id: book, template: book.md.jinja }}\n{settings}"),
    );
    write("templates/book.md.jinja", template);
    Some(built(root.path(), temporary.path(), arguments, pdf))
}

fn built(root: &Path, temporary: &Path, arguments: &[&str], pdf: &str) -> Vec<PageText> {
    let output = press::build(root, temporary).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    page_layouts(&fs::read(root.join("output").join(pdf)).unwrap()).unwrap()
}

/// The labels on a page, in its upper and its lower margin.
fn labels(page: &PageText) -> (Vec<&Run>, Vec<&Run>) {
    let found = page.runs.iter().filter(|run| run.text.contains("TLP:"));
    found.partition(|run| run.baseline > page.height / 2.0)
}

/// Checks the rules of the protocol on each page.
fn assert_labelled(pages: &[PageText], label: &str) {
    for page in pages {
        let (above, below) = labels(page);
        let number = page.number;
        assert_eq!((above.len(), below.len()), (1, 1), "page {number} bears its label twice: {:?}", page.runs);
        for run in above.into_iter().chain(below) {
            assert_eq!(run.text.trim(), label, "page {number}");
            assert!(run.size >= 12.0, "page {number}: {run:?} is smaller than 12 points");
            let beside = page.runs.iter().filter(|other| (other.baseline - run.baseline).abs() < 6.0);
            assert!(beside.clone().all(|other| other.right <= run.right + 0.5), "page {number}: {run:?} stands at the right");
            assert!(run.right > page.width - 90.0, "page {number}: {run:?} stands at the right");
            let is_outside = run.baseline > page.height - 80.0 || run.baseline < 80.0;
            assert!(is_outside, "page {number}: {run:?} stands in the margin");
        }
    }
}

const LONG: &str =
    "---\nkind: book\n---\n# A book\n\n## One\n\nText.\n\n:::turned\n| A | B |\n|---|---|\n| 1 | 2 |\n:::\n\n## Two\n\nText.\n";

#[test]
fn each_page_bears_the_label_as_the_protocol_demands() {
    let Some(pages) = pages("marking: TLP:AMBER+STRICT\n", LONG, &[], "v1/book.pdf") else { return };
    assert!(pages.len() > 3, "a cover, contents, a turned page and others");
    assert_labelled(&pages, "TLP:AMBER+STRICT");
}

#[test]
fn drafts_and_every_style_do_too() {
    for style in ["plain", "reader", "briefing"] {
        let settings = format!("marking: TLP:RED\ntheme: {{ style: {style}, paper: us-letter }}\n");
        let Some(pages) = pages(&settings, "# A sheet\n\nText.\n", &["--draft"], "draft/book.pdf") else { return };
        assert_labelled(&pages, "TLP:RED");
        assert!(pages[0].runs.iter().any(|run| run.text.contains("DRAFT") && run.size < 20.0), "and say that they are drafts");
    }
}

#[test]
fn what_nobody_marked_stays_so() {
    let Some(pages) = pages("", LONG, &[], "v1/book.pdf") else { return };
    assert!(pages.iter().all(|page| labels(page) == (Vec::new(), Vec::new())));
}

#[test]
fn pages_bear_what_stands_on_them() {
    let rows: String = (0..90).map(|n| format!("| {n} | x |\n")).collect();
    let template = format!(
        "---\nkind: book\ntoc: true\n---\n# A book\n\n## Clear\n\nText.\n\n:::pagebreak\n:::\n\nText.\n\n:::pagebreak\n:::\n\n:::marked GREEN\n## Green\n:::\n\n\
         :::pagebreak\n:::\n\n:::marked RED\n| A | B |\n|---|---|\n{rows}:::\n\n:::pagebreak\n:::\n\nText.\n"
    );
    let settings = "marking: TLP:CLEAR\npage_marking: true\n";
    let Some(pages) = pages(settings, &template, &[], "v1/book.pdf") else { return };
    let label = |page: &PageText| {
        let (above, below) = labels(page);
        let said: Vec<&str> = above.into_iter().chain(below).map(|run| run.text.trim()).collect();
        assert!(said.len() == 2 && said[0] == said[1], "page {} bears one label twice: {said:?}", page.number);
        said[0].to_owned()
    };
    let found: Vec<String> = pages.iter().map(label).collect();
    let of_table: Vec<&String> = found.iter().filter(|label| *label == "TLP:RED").collect();
    assert!(of_table.len() > 1, "the table takes several pages, and each bears what it does: {found:?}");
    assert_eq!(found[0], "TLP:CLEAR", "the cover");
    assert_eq!(found[1], "TLP:GREEN", "the contents name the chapter");
    assert_eq!(found[2], "TLP:CLEAR");
    assert_eq!(found[3], "TLP:GREEN");
    assert_eq!(found.last().unwrap(), "TLP:GREEN", "the chapter's name stands on top");
}
