//! What typst leaves to be done in a PDF: the list of places taken out, links within the document made to lead to them, these
//! and links to other documents made to say what is there, and listed notes tagged as notes.
//!
//! In: a PDF as typst writes it, and what its document attached. Out: the PDF that readers get. The same bytes come of the
//! same bytes.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use lopdf::{Document, Object, ObjectId, text_string};

use super::attached::{self, Attached, Place};
use super::geometry::page_size;
use super::notes::NoteTags;
use crate::document::TypstSource;

/// What begins the address that `brief.typ` writes for a place.
const SCHEME: &str = "place:";

/// How far above a place its link leads, in points, since a place is on the baseline of its text.
const ABOVE: f64 = 10.0;

/// Finishes a PDF; `attached` is what its document attached about itself.
pub(super) fn finish(mut pdf: Document, attached: &Attached, source: &TypstSource) -> Result<Vec<u8>> {
    attached::take_out(&mut pdf).context("its list of claims' pages can't be taken out")?;
    let pages = pdf.get_pages();
    let places: BTreeMap<&str, &Place> = attached.places.iter().rev().map(|place| (place.name.as_str(), place)).collect();
    let mut notes = NoteTags::default();
    for (annotation, address) in links(&pdf, pages.values().copied()) {
        let Some(name) = address.strip_prefix(SCHEME) else {
            if let Some(words) = source.places.get(&address) {
                pdf.get_dictionary_mut(annotation)?.set("Contents", text_string(words));
            }
            continue;
        };
        let place = places.get(name).with_context(|| format!("a link leads to `{name}`, which the theme leaves out"))?;
        let words = source.places.get(name);
        let destination = destination(&pdf, &pages, place).with_context(|| format!("page {} is missing", place.page))?;
        let link = pdf.get_dictionary_mut(annotation)?;
        link.remove(b"A");
        link.set("Dest", destination);
        if let Some(words) = words {
            link.set("Contents", text_string(words));
        }
        notes.leads_back(annotation, name);
    }
    notes.apply(&mut pdf)?;
    let mut bytes = Vec::new();
    pdf.save_to(&mut bytes).context("it can't be written")?;
    if !bytes.starts_with(b"%PDF-") {
        bail!("it can't be written");
    }
    Ok(bytes)
}

/// The links with an address, and their addresses.
fn links(pdf: &Document, pages: impl Iterator<Item = ObjectId>) -> Vec<(ObjectId, String)> {
    let mut found = Vec::new();
    for page in pages {
        let annotations = pdf.get_dictionary(page).ok().and_then(|page| pdf.dereference(page.get(b"Annots").ok()?).ok()?.1.as_array().ok());
        for id in annotations.into_iter().flatten().filter_map(|annotation| annotation.as_reference().ok()) {
            let address = pdf.get_dictionary(id).ok().and_then(|link| attached::follow(pdf, link, b"A")?.get(b"URI").ok()?.as_str().ok());
            found.extend(address.map(|address| (id, String::from_utf8_lossy(address).into_owned())));
        }
    }
    found
}

/// `[page /XYZ left top zoom]` (ISO 32000-1, 12.3.2.2): the zoom stays as it is.
fn destination(pdf: &Document, pages: &BTreeMap<u32, ObjectId>, place: &Place) -> Option<Object> {
    let page = *pages.get(&place.page)?;
    let (_, height) = page_size(pdf, page)?;
    let top = height - (place.y - ABOVE).max(0.0);
    let point = |length: f64| Object::Real(length as f32);
    Some(Object::Array(vec![page.into(), Object::Name(b"XYZ".to_vec()), point(place.x), point(top), 0.into()]))
}

#[cfg(test)]
mod tests {
    use lopdf::{Dictionary, decode_text_string, dictionary};

    use super::*;

    /// A PDF of one page with a link to a place.
    fn pdf(address: &str) -> Document {
        let mut pdf = Document::with_version("1.7");
        let action = dictionary! { "S" => "URI", "URI" => Object::string_literal(address) };
        let link = pdf.add_object(dictionary! { "Subtype" => "Link", "A" => action, "Contents" => Object::string_literal(address) });
        let pages = pdf.new_object_id();
        let page = pdf.add_object(dictionary! {
            "Type" => "Page", "Parent" => pages, "MediaBox" => Object::Array(vec![0.into(), 0.into(), 600.into(), 800.into()]),
            "Annots" => Object::Array(vec![link.into()]),
        });
        pdf.set_object(pages, dictionary! { "Type" => "Pages", "Count" => 1, "Kids" => Object::Array(vec![page.into()]) });
        let catalog = pdf.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
        pdf.trailer.set("Root", catalog);
        pdf
    }

    fn attached(name: &str) -> Attached {
        Attached { pages: 1, claims: Vec::new(), places: vec![Place { name: name.into(), page: 1, x: 70.0, y: 110.0 }] }
    }

    fn link_of(bytes: &[u8]) -> Dictionary {
        let pdf = Document::load_mem(bytes).expect("a PDF");
        let links: Vec<&Dictionary> =
            pdf.objects.values().filter_map(|object| object.as_dict().ok()).filter(|link| link.has(b"Subtype")).collect();
        links[0].clone()
    }

    #[test]
    fn a_link_to_a_place_leads_to_its_page_and_says_what_is_there() {
        let source =
            TypstSource { places: BTreeMap::from([("brief:note-1".to_owned(), "note 1: Émile".to_owned())]), ..TypstSource::default() };
        let link = link_of(&finish(pdf("place:brief:note-1"), &attached("brief:note-1"), &source).expect("it is finished"));
        assert!(!link.has(b"A"));
        assert_eq!(decode_text_string(link.get(b"Contents").expect("words")).ok().as_deref(), Some("note 1: Émile"));
        let destination = link.get(b"Dest").and_then(Object::as_array).expect("a destination");
        assert_eq!(destination[2..4].iter().map(|side| side.as_float().unwrap_or_default()).collect::<Vec<_>>(), [70.0, 700.0]);
    }

    #[test]
    fn a_link_elsewhere_stays_and_one_to_nowhere_is_an_error() {
        let source = TypstSource::default();
        let link = link_of(&finish(pdf("https://example.org"), &attached("a"), &source).expect("it is finished"));
        assert!(link.has(b"A") && !link.has(b"Dest"));
        assert_eq!(decode_text_string(link.get(b"Contents").expect("words")).ok().as_deref(), Some("https://example.org"));
        let named = TypstSource { places: BTreeMap::from([("a/b.pdf".to_owned(), "document: B".to_owned())]), ..TypstSource::default() };
        let link = link_of(&finish(pdf("a/b.pdf"), &attached("a"), &named).expect("it is finished"));
        assert!(link.has(b"A") && !link.has(b"Dest"));
        assert_eq!(decode_text_string(link.get(b"Contents").expect("words")).ok().as_deref(), Some("document: B"));
        let error = finish(pdf("place:b"), &attached("a"), &source).expect_err("there is no such place");
        assert_eq!(error.to_string(), "a link leads to `b`, which the theme leaves out");
    }
}
