//! What a PDF says when it is read back, by other libraries than those that made it: its texts by poppler, all else by lopdf.

use std::path::Path;
use std::process::Command;

use lopdf::{Dictionary, Document, Object, ObjectId, decode_text_string};

use crate::tools::need;

/// A PDF, read.
pub(crate) struct Pdf {
    pub(crate) document: Document,
}

impl Pdf {
    pub(crate) fn of(bytes: &[u8]) -> Pdf {
        Pdf { document: Document::load_mem(bytes).unwrap() }
    }

    pub(crate) fn load(path: &Path) -> Pdf {
        Pdf { document: Document::load(path).unwrap() }
    }

    /// How many pages it has.
    pub(crate) fn page_count(&self) -> usize {
        self.document.get_pages().len()
    }

    /// The width and the height of a page, from 1, in points.
    pub(crate) fn page_size(&self, page: u32) -> (f32, f32) {
        let page = self.document.get_dictionary(*self.document.get_pages().get(&page).unwrap()).unwrap();
        let sides: Vec<f32> = page.get(b"MediaBox").unwrap().as_array().unwrap().iter().map(|side| side.as_float().unwrap()).collect();
        (sides[2], sides[3])
    }

    /// The titles of its bookmarks.
    pub(crate) fn bookmarks(&self) -> Vec<String> {
        self.document.get_toc().unwrap().toc.into_iter().map(|entry| entry.title).collect()
    }

    pub(crate) fn title(&self) -> String {
        let (_, facts) = self.document.trailer.get(b"Info").and_then(|facts| self.document.dereference(facts)).unwrap();
        decode_text_string(facts.as_dict().unwrap().get(b"Title").unwrap()).unwrap()
    }

    pub(crate) fn is_tagged(&self) -> bool {
        let marks = self.follow(self.document.catalog().unwrap(), b"MarkInfo");
        marks.is_some_and(|marks| marks.get(b"Marked").and_then(Object::as_bool).unwrap())
    }

    /// The pixels of its images.
    pub(crate) fn images(&self) -> Vec<Vec<u8>> {
        let streams = self.document.objects.values().filter_map(|object| object.as_stream().ok());
        let images = streams.filter(|stream| stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|name| name == b"Image"));
        images.filter_map(|stream| stream.get_plain_content().ok()).collect()
    }

    /// The files that are attached to it.
    pub(crate) fn attachments(&self) -> Vec<Vec<u8>> {
        let streams = self.document.objects.values().filter_map(|object| object.as_stream().ok());
        let files = streams.filter(|stream| stream.dict.has_type(b"EmbeddedFile"));
        files.filter_map(|stream| stream.get_plain_content().ok()).collect()
    }

    /// What is packed into it: its streams, unpacked, and its texts.
    pub(crate) fn unpacked(&self) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        self.document.objects.values().for_each(|object| texts(object, &mut found));
        texts(&Object::Dictionary(self.document.trailer.clone()), &mut found);
        found
    }

    /// Its structure elements.
    pub(crate) fn elements(&self) -> Vec<Element<'_>> {
        let mut found = Vec::new();
        let root = self.follow(self.document.catalog().unwrap(), b"StructTreeRoot").unwrap();
        visit(&self.document, root, &[], &mut found);
        found
    }

    /// The dictionary that a field of another refers to.
    pub(crate) fn follow<'a>(&'a self, from: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
        self.document.dereference(from.get(key).ok()?).ok()?.1.as_dict().ok()
    }

    /// Its links.
    pub(crate) fn links(&self) -> Vec<&Dictionary> {
        let pdf = &self.document;
        let of_page = |page: ObjectId| {
            let annotations = pdf.get_dictionary(page).ok()?.get(b"Annots").ok()?;
            let (_, annotations) = pdf.dereference(annotations).ok()?;
            Some(annotations.as_array().ok()?.iter().filter_map(|id| pdf.dereference(id).ok()?.1.as_dict().ok()).collect::<Vec<_>>())
        };
        let all = pdf.get_pages().into_values().filter_map(of_page).flatten();
        all.filter(|link| link.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Link")).collect()
    }
}

fn texts(object: &Object, found: &mut Vec<Vec<u8>>) {
    match object {
        Object::String(text, _) => found.push(text.clone()),
        Object::Name(name) => found.push(name.clone()),
        Object::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Object::Dictionary(fields) => fields.iter().for_each(|(key, value)| {
            found.push(key.clone());
            texts(value, found);
        }),
        Object::Stream(stream) => {
            texts(&Object::Dictionary(stream.dict.clone()), found);
            found.push(stream.decompressed_content().unwrap_or_else(|_| stream.content.clone()));
        }
        _ => {}
    }
}

/// A structure element, with its ancestors' kinds from the root down.
pub(crate) struct Element<'a> {
    pub(crate) path: Vec<String>,
    pub(crate) dictionary: &'a Dictionary,
}

impl Element<'_> {
    pub(crate) fn kind(&self) -> &str {
        self.path.last().unwrap()
    }

    pub(crate) fn text(&self, key: &[u8]) -> Option<String> {
        decode_text_string(self.dictionary.get(key).ok()?).ok()
    }
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

/// What poppler's `pdftotext` says of a PDF, in the form of an option of its.
fn pdftotext(pdf: &[u8], form: &str) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, pdf).unwrap();
    let output = Command::new(need!(PDFTOTEXT)).args([form, "-enc", "UTF-8"]).arg(&file).arg("-").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).unwrap())
}

/// The text of each page, by poppler's reading.
pub(crate) fn pages(pdf: &[u8]) -> Option<Vec<String>> {
    let text = pdftotext(pdf, "-raw")?;
    Some(text.split_terminator('\u{c}').map(str::to_owned).collect())
}

/// Text without white space and without what shows nothing.
pub(crate) fn seen(text: &str) -> String {
    let is_seen = |c: &char| {
        !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
    };
    text.chars().filter(is_seen).collect()
}

/// A word on a page: where it stands, in points from the page's left and top.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    pub(crate) text: String,
}

/// The words of each page and the page's height, by poppler's reading.
pub(crate) fn words(pdf: &[u8]) -> Option<Vec<(f64, Vec<Word>)>> {
    let text = pdftotext(pdf, "-bbox")?;
    let number = |line: &str, name: &str| -> Option<f64> {
        let (_, rest) = line.split_once(&format!("{name}=\""))?;
        rest.split_once('"')?.0.parse().ok()
    };
    let mut pages: Vec<(f64, Vec<Word>)> = Vec::new();
    for line in text.lines() {
        if line.contains("<page ") {
            pages.push((number(line, "height").unwrap(), Vec::new()));
        } else if let Some((place, rest)) = line.split_once("<word ").and_then(|(_, line)| line.split_once('>')) {
            let text = rest.split_once("</word>").unwrap().0.to_owned();
            let side = |name| number(place, name).unwrap();
            pages.last_mut().unwrap().1.push(Word {
                left: side("xMin"),
                right: side("xMax"),
                top: side("yMin"),
                bottom: side("yMax"),
                text,
            });
        }
    }
    Some(pages)
}
