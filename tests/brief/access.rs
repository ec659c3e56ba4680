//! What a PDF tells those who hear it, read back from its tags by another library: where links lead, what tables, notes and
//! boxes are.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use lopdf::{ObjectId, decode_text_string};

use super::books::{BUNDLED, brief_with, bundled, typst, versions};
use super::pdf::{Element, Pdf};

/// The first version of the bundled book, after some lines were added to its settings.
fn built(more: &str) -> Option<(tempfile::TempDir, PathBuf)> {
    let environment = typst()?;
    let folder = bundled();
    let root = folder.path().to_owned();
    let settings = root.join("content/book.yaml");
    let text = fs::read_to_string(&settings).unwrap();
    fs::write(&settings, text + more).unwrap();
    if more.contains("logo") {
        let logo =
            br##"<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40" fill="#123456"/></svg>"##;
        fs::create_dir_all(root.join("content/assets")).unwrap();
        fs::write(root.join("content/assets/logo.svg"), logo).unwrap();
    }
    let built = brief_with(&root, &["build", "--audience", BUNDLED, "--date", "2025-11-06"], &environment);
    assert_eq!(built.code, Some(0), "{built:?}");
    Some((folder, versions(&root).join("v1")))
}

#[test]
fn links_say_and_find_where_they_lead() {
    let Some((_folder, version)) = built("") else { return };
    let pdf = Pdf::load(&version.join("book.pdf"));
    let pages: BTreeMap<ObjectId, u32> = pdf.document.get_pages().into_iter().map(|(number, id)| (id, number)).collect();
    let (mut notes, mut marks, mut sources) = (0, 0, 0);
    for link in pdf.links() {
        let words = decode_text_string(link.get(b"Contents").unwrap()).unwrap();
        let address = pdf.follow(link, b"A").and_then(|action| action.get(b"URI").ok()?.as_str().ok());
        assert!(!address.is_some_and(|address| address.starts_with(b"place:")), "{words}");
        assert!(!words.starts_with("page "), "{words}");
        assert!(!words.contains("para."), "{words}");
        assert!(!words.ends_with(".pdf"), "a link to another document says what that is: {words}");
        notes += usize::from(words.starts_with("note ") && words.contains(", paragraph "));
        marks += usize::from(words.starts_with("what note ") && words.ends_with("in the text"));
        sources += usize::from(words.starts_with("source: "));
        if let Some(destination) =
            link.get(b"Dest").ok().and_then(|destination| pdf.document.dereference(destination).ok()?.1.as_array().ok())
        {
            assert!(pages.contains_key(&destination[0].as_reference().unwrap()), "{words}");
            assert_eq!(destination[1].as_name().unwrap(), b"XYZ");
        }
    }
    assert!(notes > 20 && marks > 10 && sources > 10, "{notes} notes, {marks} marks, {sources} sources");
    // What served to find the places is gone.
    let catalog = pdf.document.catalog().unwrap();
    assert!(!catalog.has(b"AF"));
    assert!(pdf.follow(catalog, b"Names").is_none_or(|names| !names.has(b"EmbeddedFiles")));
}

#[test]
fn tables_have_heads_of_rows_and_a_caption_or_a_summary() {
    let Some((_folder, version)) = built("") else { return };
    {
        let name = "book.pdf";
        let pdf = Pdf::load(&version.join(name));
        let elements = pdf.elements();
        let attributes = |element: &Element<'_>| format!("{:?}", element.dictionary.get(b"A"));
        let tables: Vec<&Element<'_>> = elements.iter().filter(|element| element.kind() == "Table").collect();
        assert!(!tables.is_empty(), "{name}");
        let captions = elements.iter().filter(|element| element.path.ends_with(&["Table".into(), "Caption".into()])).count();
        let summaries = tables.iter().filter(|table| attributes(table).contains("Summary")).count();
        assert!(captions + summaries >= tables.len(), "{name}: {} tables, {captions} captions, {summaries} summaries", tables.len());
        let rows = elements.iter().filter(|element| element.kind() == "TH" && attributes(element).contains("Row")).count();
        assert!(rows >= tables.len(), "{name}: {rows}");
    }
}

#[test]
fn notes_boxes_and_the_subtitle_are_tagged_as_what_they_are() {
    let Some((_folder, version)) = built("") else { return };
    let pdf = Pdf::load(&version.join("book.pdf"));
    let elements = pdf.elements();
    let listed = fs::read_to_string(version.join("book.md")).unwrap().lines().filter(|line| line.starts_with("[^")).count();
    let notes: Vec<&Element<'_>> = elements.iter().filter(|element| element.kind() == "Note").collect();
    assert!(notes.len() > 10 && notes.len() <= listed.max(notes.len()), "{} notes", notes.len());
    let mut identifiers: Vec<Vec<u8>> = Vec::new();
    for note in &notes {
        assert!(note.path.ends_with(&["L".into(), "LI".into(), "LBody".into(), "Note".into()]), "{:?}", note.path);
        identifiers.push(note.dictionary.get(b"ID").unwrap().as_str().unwrap().to_vec());
    }
    let all = identifiers.len();
    identifiers.sort();
    identifiers.dedup();
    assert_eq!(identifiers.len(), all);
    // They are in the tree of identifiers, which is sorted.
    let root = pdf.follow(pdf.document.catalog().unwrap(), b"StructTreeRoot").unwrap();
    let names = pdf.follow(root, b"IDTree").unwrap().get(b"Names").unwrap().as_array().unwrap();
    let names: Vec<&[u8]> = names.iter().step_by(2).map(|name| name.as_str().unwrap()).collect();
    assert!(names.is_sorted());
    assert!(identifiers.iter().all(|identifier| names.contains(&identifier.as_slice())));
    let subtitle = "Briefing book on the draft Security Council resolution";
    assert!(elements.iter().any(|element| element.kind() == "H1" && element.text(b"T").as_deref() == Some(subtitle)));
    assert!(elements.iter().any(|element| element.kind() == "Div"), "no box is a group");
}

#[test]
fn a_logo_stands_on_the_cover_and_on_sheets_and_says_whose_it_is() {
    let Some((_folder, version)) = built("theme: { logo: logo.svg }\n") else { return };
    for name in ["book.pdf", "contributors/israel.pdf"] {
        let pdf = Pdf::load(&version.join(name));
        let logos =
            pdf.elements().iter().filter(|element| element.text(b"Alt").as_deref() == Some("A Stabilization Force for Gaza")).count();
        assert_eq!(logos, 1, "{name}");
    }
}
