//! What a document wrote into its PDF about itself: the page of each claim.

use anyhow::{Context, Result};
use lopdf::{Dictionary, Document, Object};
use serde::Deserialize;

/// The name under which `brief.typ` attaches the pages.
const NAME: &[u8] = b"pages.json";

/// What `brief.typ` attaches.
#[derive(Debug, Deserialize)]
struct Attached {
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

/// Reads the attachment.
pub(super) fn read(pdf: &[u8]) -> Result<Pages> {
    let document = Document::load_mem(pdf)?;
    let json = attachment(&document).context("it lacks the list of its claims' pages")?;
    let attached: Attached = serde_json::from_slice(&json).context("its list of claims' pages is damaged")?;
    let mut claims = attached.claims;
    claims.sort_unstable();
    claims.dedup_by_key(|(index, _)| *index);
    Ok(Pages { count: u32::try_from(document.get_pages().len())?, claims })
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
