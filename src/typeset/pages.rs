//! What a document wrote into its PDF about itself: the page of each claim.

use anyhow::{Context, Result};
use lopdf::{Dictionary, Document, Object};
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
    let json = attachment(&Document::load_mem(pdf)?).context("it lacks the list of its claims' pages")?;
    let attached: Attached = serde_json::from_slice(&json).context("its list of claims' pages is damaged")?;
    let mut claims = attached.claims;
    claims.sort_unstable();
    claims.dedup_by_key(|(index, _)| *index);
    Ok(Pages { count: attached.pages, claims })
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
    use lopdf::{Stream, dictionary};

    use super::*;

    const JSON: &[u8] = br#"{"pages":2,"claims":[[1,2],[0,1],[1,1]]}"#;

    /// A PDF with a file of this name attached.
    fn pdf(name: &str) -> Vec<u8> {
        let mut pdf = Document::with_version("1.7");
        let stream = pdf.add_object(Stream::new(dictionary! { "Type" => "EmbeddedFile" }, JSON.to_vec()));
        let file = pdf.add_object(dictionary! { "Type" => "Filespec", "EF" => dictionary! { "F" => stream } });
        let files = dictionary! { "Names" => vec![Object::string_literal(name), file.into()] };
        let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Names" => dictionary! { "EmbeddedFiles" => files } });
        pdf.trailer.set("Root", catalog);
        let mut bytes = Vec::new();
        pdf.save_to(&mut bytes).expect("it is written to memory");
        bytes
    }

    #[test]
    fn each_claim_has_the_first_of_its_pages() {
        assert_eq!(read(&pdf("pages.json")).ok(), Some(Pages { count: 2, claims: vec![(0, 1), (1, 1)] }));
    }

    #[test]
    fn a_pdf_without_the_list_is_an_error() {
        assert!(read(&pdf("others.json")).is_err());
        assert!(read(b"%PDF-1.7 nonsense").is_err());
    }
}
