//! What a PDF tells those who hear it, read back from its tags by another library: where links lead, what tables, notes and
//! boxes are.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use lopdf::{Dictionary, Document, Object, ObjectId, decode_text_string};

use super::books::{BUNDLED, brief_with, bundled, typst, versions};

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

/// A structure element, with its ancestors' kinds from the root down.
struct Element<'a> {
    path: Vec<String>,
    dictionary: &'a Dictionary,
}

impl Element<'_> {
    fn kind(&self) -> &str {
        self.path.last().unwrap()
    }

    fn text(&self, key: &[u8]) -> Option<String> {
        decode_text_string(self.dictionary.get(key).ok()?).ok()
    }
}

fn elements(pdf: &Document) -> Vec<Element<'_>> {
    let mut found = Vec::new();
    let root = follow(pdf, pdf.catalog().unwrap(), b"StructTreeRoot").unwrap();
    visit(pdf, root, &[], &mut found);
    found
}

fn visit<'a>(pdf: &'a Document, element: &'a Dictionary, above: &[String], found: &mut Vec<Element<'a>>) {
    let mut path = above.to_vec();
    if let Ok(kind) = element.get(b"S").and_then(Object::as_name) {
        path.push(String::from_utf8(kind.to_vec()).unwrap());
        found.push(Element { path: path.clone(), dictionary: element });
    }
    let Some((_, kids)) = element.get(b"K").ok().and_then(|kids| pdf.dereference(kids).ok()) else { return };
    let kids = kids.as_array().map_or_else(|_| vec![kids], |kids| kids.iter().collect());
    for kid in kids {
        if let Some(kid) = pdf.dereference(kid).ok().and_then(|(_, kid)| kid.as_dict().ok()).filter(|kid| kid.has(b"S")) {
            visit(pdf, kid, &path, found);
        }
    }
}

fn follow<'a>(pdf: &'a Document, from: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    pdf.dereference(from.get(key).ok()?).ok()?.1.as_dict().ok()
}

/// The links of a PDF.
fn links(pdf: &Document) -> Vec<&Dictionary> {
    let of_page = |page: ObjectId| {
        let annotations = pdf.get_dictionary(page).ok()?.get(b"Annots").ok()?;
        let (_, annotations) = pdf.dereference(annotations).ok()?;
        Some(annotations.as_array().ok()?.iter().filter_map(|id| pdf.dereference(id).ok()?.1.as_dict().ok()).collect::<Vec<_>>())
    };
    let all = pdf.get_pages().into_values().filter_map(of_page).flatten();
    all.filter(|link| link.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Link")).collect()
}

#[test]
fn links_say_and_find_where_they_lead() {
    let Some((_folder, version)) = built("") else { return };
    let pdf = Document::load(version.join("book.pdf")).unwrap();
    let pages: BTreeMap<ObjectId, u32> = pdf.get_pages().into_iter().map(|(number, id)| (id, number)).collect();
    let (mut notes, mut marks, mut sources) = (0, 0, 0);
    for link in links(&pdf) {
        let words = decode_text_string(link.get(b"Contents").unwrap()).unwrap();
        let address = follow(&pdf, link, b"A").and_then(|action| action.get(b"URI").ok()?.as_str().ok());
        assert!(!address.is_some_and(|address| address.starts_with(b"place:")), "{words}");
        assert!(!words.starts_with("page "), "{words}");
        assert!(!words.contains("para."), "{words}");
        notes += usize::from(words.starts_with("note ") && words.contains(", paragraph "));
        marks += usize::from(words.starts_with("what note ") && words.ends_with("in the text"));
        sources += usize::from(words.starts_with("source: "));
        if let Some(destination) = link.get(b"Dest").ok().and_then(|destination| pdf.dereference(destination).ok()?.1.as_array().ok()) {
            assert!(pages.contains_key(&destination[0].as_reference().unwrap()), "{words}");
            assert_eq!(destination[1].as_name().unwrap(), b"XYZ");
        }
    }
    assert!(notes > 20 && marks > 10 && sources > 10, "{notes} notes, {marks} marks, {sources} sources");
    // What served to find the places is gone.
    let catalog = pdf.catalog().unwrap();
    assert!(!catalog.has(b"AF"));
    assert!(follow(&pdf, catalog, b"Names").is_none_or(|names| !names.has(b"EmbeddedFiles")));
}

#[test]
fn tables_have_heads_of_rows_and_a_caption_or_a_summary() {
    let Some((_folder, version)) = built("") else { return };
    {
        let name = "book.pdf";
        let pdf = Document::load(version.join(name)).unwrap();
        let elements = elements(&pdf);
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
    let pdf = Document::load(version.join("book.pdf")).unwrap();
    let elements = elements(&pdf);
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
    let root = follow(&pdf, pdf.catalog().unwrap(), b"StructTreeRoot").unwrap();
    let names = follow(&pdf, root, b"IDTree").unwrap().get(b"Names").unwrap().as_array().unwrap();
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
        let pdf = Document::load(version.join(name)).unwrap();
        let logos =
            elements(&pdf).iter().filter(|element| element.text(b"Alt").as_deref() == Some("A Stabilization Force for Gaza")).count();
        assert_eq!(logos, 1, "{name}");
    }
}
