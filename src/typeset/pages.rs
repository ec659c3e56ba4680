//! What a document wrote into its PDF about itself: the page of each claim.

use anyhow::{Context, Result};
use lopdf::{Dictionary, Document, Object, Stream};
use serde::Deserialize;

/// The name under which `brief.typ` attaches the pages.
const NAME: &[u8] = b"pages.json";

/// What `brief.typ` attaches.
#[derive(Debug, Deserialize)]
struct Attached {
    /// How many pages there are.
    pages: u32,
    /// Index and page of each claim, in the order of the text; twice where a claim stands in a repeated header.
    claims: Vec<(usize, u32)>,
}

/// Where the claims are.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pages {
    pub(super) count: u32,
    pub(super) claims: Vec<(usize, u32)>,
}

/// How many pages a PDF has.
pub fn page_count(pdf: &[u8]) -> Result<u32> {
    Ok(u32::try_from(Document::load_mem(pdf)?.get_pages().len())?)
}

/// The text of each page of a PDF, in the order in which it was set.
pub fn page_texts(pdf: &[u8]) -> Result<Vec<String>> {
    let document = Document::load_mem(pdf)?;
    document.get_pages().keys().map(|number| Ok(document.extract_text(&[*number])?)).collect()
}

/// Reads the attachment.
pub(super) fn read(pdf: &[u8]) -> Result<Pages> {
    let json = match glance(pdf) {
        Some(json) => json,
        None => attachment(&Document::load_mem(pdf)?).context("it lacks the list of its claims' pages")?,
    };
    let attached: Attached = serde_json::from_slice(&json).context("its list of claims' pages is damaged")?;
    let mut claims = attached.claims;
    claims.sort_unstable();
    claims.dedup_by_key(|(index, _)| *index);
    Ok(Pages { count: attached.pages, claims })
}

/// Finds the attachment in a PDF as typst writes it, without reading the rest: to read all of a PDF takes a twentieth
/// of the time it takes to make it. `None` where it looks otherwise.
fn glance(pdf: &[u8]) -> Option<Vec<u8>> {
    // No text can look like this: its brackets would be escaped in a string, its `<` in the metadata.
    let spec = after(pdf, b"/Type/Filespec/F(pages.json)/UF(pages.json)/EF<</F ")?;
    let id = number(spec)?;
    let object = after(pdf, format!("\n{id} 0 obj\n").as_bytes())?;
    let end = find(object, b"stream\n")?;
    let (head, rest) = (&object[..end], &object[end + b"stream\n".len()..]);
    let length = number(after(head, b"/Length ")?)?;
    let mut dictionary = Dictionary::new();
    if find(head, b"/Filter").is_some() {
        after(head, b"/Filter/FlateDecode")?;
        dictionary.set("Filter", Object::Name(b"FlateDecode".to_vec()));
    }
    Stream::new(dictionary, rest.get(..length)?.to_vec()).get_plain_content().ok()
}

fn find(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}

fn after<'a>(bytes: &'a [u8], pattern: &[u8]) -> Option<&'a [u8]> {
    find(bytes, pattern).map(|at| &bytes[at + pattern.len()..])
}

fn number(bytes: &[u8]) -> Option<usize> {
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    std::str::from_utf8(&bytes[..digits]).ok()?.parse().ok()
}

fn attachment(document: &Document) -> Option<Vec<u8>> {
    let catalog = document.catalog().ok()?;
    let names = follow(document, catalog, b"Names")?;
    let files = follow(document, names, b"EmbeddedFiles")?;
    let mut found = None;
    walk(document, files, 0, &mut |name, file| {
        if name == NAME {
            found = content(document, file);
        }
    });
    found
}

fn follow<'a>(document: &'a Document, from: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    document.dereference(from.get(key).ok()?).ok()?.1.as_dict().ok()
}

/// Visits a name tree's entries.
fn walk<'a>(document: &'a Document, node: &'a Dictionary, depth: usize, visit: &mut dyn FnMut(&[u8], &'a Dictionary)) {
    let list = |key: &[u8]| node.get(key).ok().and_then(|list| document.dereference(list).ok()?.1.as_array().ok());
    for pair in list(b"Names").map(|list| list.chunks_exact(2)).into_iter().flatten() {
        let name = document.dereference(&pair[0]).ok().and_then(|(_, name)| name.as_str().ok());
        let file = document.dereference(&pair[1]).ok().and_then(|(_, file)| file.as_dict().ok());
        if let (Some(name), Some(file)) = (name, file) {
            visit(name, file);
        }
    }
    // A name tree is shallow; a deeper one is a circle.
    for kid in list(b"Kids").into_iter().flatten().filter(|_| depth < 16) {
        if let Some(kid) = document.dereference(kid).ok().and_then(|(_, kid)| kid.as_dict().ok()) {
            walk(document, kid, depth + 1, visit);
        }
    }
}

fn content(document: &Document, file: &Dictionary) -> Option<Vec<u8>> {
    let streams = follow(document, file, b"EF")?;
    let stream: &Object = document.dereference(streams.get(b"F").ok()?).ok()?.1;
    stream.as_stream().ok()?.get_plain_content().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &[u8] = br#"{"pages":2,"claims":[[1,2],[0,1],[1,1]]}"#;

    fn pdf(spec: &str) -> Vec<u8> {
        let head = format!("%PDF-1.7\n1 0 obj\n{spec}\nendobj\n2 0 obj\n<</Length {}/Type/EmbeddedFile>>stream\n", JSON.len());
        [head.as_bytes(), JSON, b"\nendstream\nendobj\n"].concat()
    }

    #[test]
    fn each_claim_has_the_first_of_its_pages() {
        let made = pdf("<</Type/Filespec/F(pages.json)/UF(pages.json)/EF<</F 2 0 R/UF 2 0 R>>>>");
        assert_eq!(read(&made).ok(), Some(Pages { count: 2, claims: vec![(0, 1), (1, 1)] }));
    }

    #[test]
    fn a_pdf_without_the_list_is_an_error() {
        assert!(read(&pdf("<<>>")).is_err());
        assert!(read(b"%PDF-1.7 nonsense").is_err());
    }
}
