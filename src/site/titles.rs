//! The titles of documents in lists, in which no two may be the same.

use std::collections::HashMap;

use super::{Document, Language};
use crate::text::capital;

/// Gives each document its title in lists: a document in a folder is named with it (`Profile: Egypt`), and one that has
/// another's title by its id (`Summary`). `collection_title` gives what a schema calls a record of the collection that a folder
/// is named after.
pub fn tell_apart(documents: &mut [Document], book: &str, language: &Language, collection_title: &dyn Fn(&str) -> Option<String>) {
    let mut counts: HashMap<String, usize> = HashMap::new();
    for document in documents.iter() {
        *counts.entry(key(document)).or_default() += 1;
    }
    for document in documents {
        let own = plain(document.id.rsplit('/').next().unwrap_or(&document.id));
        let is_book = document.title == book && document.id == "book";
        let is_shared = !is_book
            && ((document.title == book && !document.id.contains('/')) || counts.get(&key(document)).is_some_and(|count| *count > 1));
        document.list_title = match document.id.rsplit_once('/') {
            Some((folder, id)) => {
                let title = format!("{}: {}", capital(&kind(folder, language, collection_title)), document.title);
                if is_shared { format!("{title} ({id})") } else { title }
            }
            None if is_shared || document.title.is_empty() => capital(&own),
            None => document.title.clone(),
        };
    }
}

/// The folder and title: documents that have both in common are told apart by their ids.
fn key(document: &Document) -> String {
    format!("{}/{}", document.id.rsplit_once('/').map_or("", |(folder, _)| folder), document.title)
}

fn plain(id: &str) -> String {
    id.replace(['-', '_'], " ").replace('/', ", ")
}

/// What a document of a folder is: the singular of an English plural, in other languages as the schema has it.
fn kind(folder: &str, language: &Language, collection_title: &dyn Fn(&str) -> Option<String>) -> String {
    match language.tag().split('-').next() {
        Some("en") => singular(&plain(folder)),
        _ => collection_title(folder).unwrap_or_else(|| plain(folder)),
    }
}

/// The singular of an English plural.
fn singular(plural: &str) -> String {
    match plural {
        _ if plural.ends_with("ies") => format!("{}y", &plural[..plural.len() - 3]),
        _ if ["sses", "xes", "ches", "shes"].iter().any(|end| plural.ends_with(end)) => plural[..plural.len() - 2].to_owned(),
        _ if plural.ends_with('s') && !plural.ends_with("ss") && !plural.ends_with("us") => plural[..plural.len() - 1].to_owned(),
        _ => plural.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, Language, tell_apart};

    fn titles(book: &str, language: &str, documents: &[(&str, &str)]) -> Vec<String> {
        let document = |(id, title): &(&str, &str)| Document { id: (*id).to_owned(), title: (*title).to_owned(), ..Document::default() };
        let mut documents: Vec<Document> = documents.iter().map(document).collect();
        tell_apart(&mut documents, book, &Language::from(language), &|folder| (folder == "bauten").then(|| "Bauwerk".to_owned()));
        documents.into_iter().map(|document| document.list_title).collect()
    }

    #[test]
    fn documents_are_told_apart() {
        let documents = [
            ("book", "A Force"),
            ("summary", "A Force"),
            ("two-pages", ""),
            ("profiles/egypt", "Egypt"),
            ("parties/egypt", "Egypt"),
            ("policies/a", "Aid"),
            ("policies/b", "Aid"),
        ];
        let expected = ["A Force", "Summary", "Two pages", "Profile: Egypt", "Party: Egypt", "Policy: Aid (a)", "Policy: Aid (b)"];
        assert_eq!(titles("A Force", "en", &documents), expected);
        let distinct: std::collections::BTreeSet<_> = expected.iter().collect();
        assert_eq!(distinct.len(), expected.len());
        assert_eq!(titles("Ein Buch", "de", &[("bauten/eins", "Eins")]), ["Bauwerk: Eins"]);
        assert_eq!(titles("Ein Buch", "de", &[("thesen/eins", "Eins")]), ["Thesen: Eins"], "words of other languages stay as they are");
    }
}
