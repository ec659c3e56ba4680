//! What editors and authors ask of a book: its collections, their schemas, a record to fill in.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::editor;
use super::skeleton::skeleton;
use crate::diagnostic::Severity;
use crate::layout::{collection_files, collection_path};
use crate::model::Book;
use crate::tree;

/// A collection, and where its records are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionPlace {
    pub name: String,
    /// A folder or file below the root.
    pub path: PathBuf,
    /// What its schema calls it.
    pub title: Option<String>,
}

/// The collections of a book, by name.
pub fn collections(root: &Path) -> Result<Vec<CollectionPlace>> {
    let book = read(root)?;
    let kept = book.collections.values().map(|collection| {
        let files = collection_files(collection_path(&collection.name, collection.config.path.as_deref()));
        let path = files.iter().find(|path| root.join(path).exists()).unwrap_or(&files[0]);
        CollectionPlace {
            name: collection.name.clone(),
            path: path.into(),
            title: collection.schema.as_ref().and_then(|schema| schema.get("title")?.as_str().map(str::to_owned)),
        }
    });
    Ok(kept.collect())
}

/// The JSON Schema that an editor needs for a collection, or with `book` for `content/book.yaml`.
pub fn schema_for_editors(root: &Path, collection: &str) -> Result<serde_json::Value> {
    if collection == "book" {
        return Ok(super::book_schema());
    }
    editor::editor_schema(&read(root)?, collection)
}

/// A record of a collection, laid out by its schema.
pub fn new_record(root: &Path, collection: &str, id: &str) -> Result<String> {
    let book = read(root)?;
    let Some(collection) = book.collections.get(collection) else { bail!("there is no collection `{collection}`") };
    Ok(skeleton(collection, id))
}

/// The book as far as it can be read: faults in records don't matter here, those in its settings do.
fn read(root: &Path) -> Result<Book> {
    let (tree, found) = tree::folder::read(root)?;
    let loaded = super::load(&tree);
    match loaded.book {
        Some(book) => Ok(book),
        None => {
            let faults = found.iter().chain(&loaded.diagnostics).filter(|fault| fault.severity == Severity::Error);
            let errors: Vec<&str> = faults.map(|fault| fault.message.as_str()).collect();
            bail!("the book can't be read: {}; `brief check` shows where", errors.join("; "))
        }
    }
}
