//! Tags the listed notes of a PDF as notes: typst tags them as a list.
//!
//! A note is the item of a list whose number leads back to its mark. What is in the item's body comes to stand in a note
//! (ISO 32000-1, 14.8.4.4.1), which PDF/UA wants to have an identifier of its own.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use lopdf::{Dictionary, Document, Object, ObjectId};

use super::attached::{follow, walk};

/// The names of places that notes lead back to.
const MARK: &str = "brief:mark-";

/// How deep structure elements around a link are looked for.
const DEEPEST: usize = 12;

/// The links that lead from a note to its mark.
#[derive(Debug, Default)]
pub(super) struct NoteTags {
    links: Vec<(ObjectId, String)>,
}

impl NoteTags {
    /// Notes that a link leads to a place, if that is a mark.
    pub(super) fn leads_back(&mut self, link: ObjectId, place: &str) {
        if let Some(number) = place.strip_prefix(MARK) {
            self.links.push((link, number.to_owned()));
        }
    }

    /// Tags the notes. A PDF without tags stays as it is.
    pub(super) fn apply(self, pdf: &mut Document) -> Result<()> {
        let Some(root) = pdf.catalog().ok().and_then(|catalog| catalog.get(b"StructTreeRoot").ok()?.as_reference().ok()) else {
            return Ok(());
        };
        let elements = elements_of_annotations(pdf, root);
        let mut identifiers = Vec::new();
        for (link, number) in self.links {
            let body = pdf.get_dictionary(link).ok().and_then(|link| {
                let element = elements.get(&link.get(b"StructParent").ok()?.as_i64().ok()?)?;
                body_of_item(pdf, *element)
            });
            let Some(body) = body else { continue };
            let identifier = format!("note-{number}");
            tag(pdf, body, &identifier).with_context(|| format!("note {number} can't be tagged"))?;
            identifiers.push((identifier.into_bytes(), Object::Reference(body)));
        }
        if identifiers.is_empty() { Ok(()) } else { add_identifiers(pdf, root, identifiers) }
    }
}

/// The structure element of each annotation, by its key (ISO 32000-1, 14.7.4.4).
fn elements_of_annotations(pdf: &Document, root: ObjectId) -> BTreeMap<i64, ObjectId> {
    let mut found = BTreeMap::new();
    let tree = pdf.get_dictionary(root).ok().and_then(|root| follow(pdf, root, b"ParentTree"));
    let mut nodes: Vec<(&Dictionary, usize)> = tree.map(|tree| (tree, 0)).into_iter().collect();
    while let Some((node, depth)) = nodes.pop() {
        let list = |key: &[u8]| node.get(key).ok().and_then(|list| pdf.dereference(list).ok()?.1.as_array().ok());
        for pair in list(b"Nums").map(|list| list.chunks_exact(2)).into_iter().flatten() {
            if let (Ok(key), Ok(element)) = (pair[0].as_i64(), pair[1].as_reference()) {
                found.insert(key, element);
            }
        }
        let kids = list(b"Kids").into_iter().flatten().filter(|_| depth < 16);
        nodes.extend(kids.filter_map(|kid| Some((pdf.dereference(kid).ok()?.1.as_dict().ok()?, depth + 1))));
    }
    found
}

/// The body of the list item whose label an element is in.
fn body_of_item(pdf: &Document, element: ObjectId) -> Option<ObjectId> {
    let mut current = element;
    for _ in 0..DEEPEST {
        let dictionary = pdf.get_dictionary(current).ok()?;
        match dictionary.get(b"S").ok()?.as_name().ok()? {
            b"LI" => {
                let kids = pdf.dereference(dictionary.get(b"K").ok()?).ok()?.1.as_array().ok()?;
                let is_body = |kid: &ObjectId| {
                    pdf.get_dictionary(*kid).is_ok_and(|kid| kid.get(b"S").and_then(Object::as_name).is_ok_and(|name| name == b"LBody"))
                };
                return kids.iter().filter_map(|kid| kid.as_reference().ok()).find(is_body);
            }
            b"LBody" => return None,
            _ => current = dictionary.get(b"P").ok()?.as_reference().ok()?,
        }
    }
    None
}

/// Turns a list item's body into a note inside a new body.
fn tag(pdf: &mut Document, body: ObjectId, identifier: &str) -> Result<()> {
    let item = pdf.get_dictionary(body)?.get(b"P")?.as_reference()?;
    let outer = pdf.add_object(Dictionary::from_iter([
        ("Type", Object::Name(b"StructElem".to_vec())),
        ("S", Object::Name(b"LBody".to_vec())),
        ("P", item.into()),
        ("K", Object::Array(vec![body.into()])),
    ]));
    let note = pdf.get_dictionary_mut(body)?;
    note.set("S", Object::Name(b"Note".to_vec()));
    note.set("P", outer);
    note.set("ID", Object::string_literal(identifier));
    let kids = pdf.get_dictionary_mut(item)?.get_mut(b"K")?.as_array_mut()?;
    for kid in kids.iter_mut().filter(|kid| **kid == Object::Reference(body)) {
        *kid = outer.into();
    }
    Ok(())
}

/// Adds to the identifiers of structure elements, which are sorted by their names.
fn add_identifiers(pdf: &mut Document, root: ObjectId, added: Vec<(Vec<u8>, Object)>) -> Result<()> {
    let mut all: BTreeMap<Vec<u8>, Object> = BTreeMap::new();
    if let Some(tree) = follow(pdf, pdf.get_dictionary(root)?, b"IDTree") {
        walk(pdf, tree, 0, &mut |name, element| {
            all.insert(name.to_vec(), element.clone());
        });
    }
    all.extend(added);
    let names = all.into_iter().flat_map(|(name, element)| [Object::string_literal(name), element]).collect();
    pdf.get_dictionary_mut(root)?.set("IDTree", Dictionary::from_iter([("Names", Object::Array(names))]));
    Ok(())
}
