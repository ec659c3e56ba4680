//! Which collections a book has, and which files each is read from.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::{CONTENT, RECORD_ENDINGS, Role, SCHEMAS, SETTINGS, below_content, collection_path, role, schema_collection, yaml_stem};
use crate::model::CollectionConfig;
use crate::tree::Tree;

/// Names that templates need for something else.
#[rustfmt::skip]
const TAKEN: [&str; 17] = [
    "book", "record", "document", "version", "changes", "audience", "notes", "cite", "sources_cited", "loop", "range", "dict",
    "namespace", "self", "true", "false", "none",
];

/// A collection that is to be read.
#[derive(Debug)]
pub(super) struct CollectionSource {
    pub(super) name: String,
    pub(super) config: CollectionConfig,
    pub(super) files: RecordFiles,
    /// The schema's file, where there is one.
    pub(super) schema: Option<String>,
}

/// The files of a collection's records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RecordFiles {
    /// A file for each record, sorted by name.
    Folder(Vec<String>),
    /// One file for all.
    One(String),
    None,
}

/// Finds the collections: those that the settings name, those that lie below `content/`, and those with a schema.
pub(super) fn find(tree: &Tree, configs: &IndexMap<String, CollectionConfig>, diagnostics: &mut Vec<Diagnostic>) -> Vec<CollectionSource> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let claimed: BTreeSet<&str> = configs.values().filter_map(|c| c.path.as_deref()?.split('/').next()).collect();
    for (path, _) in tree.below(CONTENT) {
        let Some(rest) = below_content(path).filter(|_| role(path) == Role::Record) else { continue };
        let entry = match rest.split_once('/') {
            Some((folder, _)) => (folder, folder),
            None => match yaml_stem(rest) {
                Some(name) => (name, rest),
                None => continue,
            },
        };
        let paths = found.entry(entry.0.to_owned()).or_default();
        if !claimed.contains(entry.1) && !paths.iter().any(|path| path == entry.1) {
            paths.push(entry.1.to_owned());
        }
    }
    found.retain(|_, paths| !paths.is_empty());
    let schemas: BTreeMap<&str, &str> = tree.below(SCHEMAS).filter_map(|(path, _)| Some((schema_collection(path)?, path))).collect();

    let mut names: Vec<&str> = configs.keys().map(String::as_str).collect();
    names.extend(found.keys().map(String::as_str).chain(schemas.keys().copied()));
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));

    let mut plans = Vec::new();
    for name in &names {
        let config = configs.get(*name).cloned().unwrap_or_default();
        let files = match &config.path {
            Some(path) => files_at(tree, name, collection_path(name, Some(path)), diagnostics),
            None => match found.get(*name).map(Vec::as_slice) {
                Some([path]) => files_at(tree, name, path, diagnostics),
                Some([path, other, ..]) => {
                    let message = format!("the collection `{name}` is in both `content/{path}` and `content/{other}`");
                    let place = Place::File(format!("{CONTENT}/{other}"));
                    diagnostics.push(
                        Diagnostic::error(Code::BookSettings, place, message).help("keep one of them, or give one a name of its own"),
                    );
                    files_at(tree, name, path, diagnostics)
                }
                _ => RecordFiles::None,
            },
        };
        let schema = schemas.get(name).map(|path| (*path).to_owned());
        name_fault(name, &files, diagnostics);
        if files == RecordFiles::None && schema.is_none() && config.path.is_none() {
            let message = format!("there is no collection `{name}`: neither files nor a schema");
            let others = names.iter().copied().filter(|other| other != name);
            diagnostics.push(
                Diagnostic::error(Code::UnknownCollection, Place::key(SETTINGS, ["collections", name]), message)
                    .maybe_help(did_you_mean(name, others)),
            );
        }
        plans.push(CollectionSource { name: (*name).to_owned(), config, files, schema });
    }
    plans
}

/// The files at a path below `content/`.
fn files_at(tree: &Tree, name: &str, path: &str, diagnostics: &mut Vec<Diagnostic>) -> RecordFiles {
    let full = format!("{CONTENT}/{path}");
    if tree.get(&full).is_some() {
        return RecordFiles::One(full);
    }
    let place = || Place::value(SETTINGS, ["collections", name, "path"]);
    if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
        let message = format!("the path `{path}` of the collection `{name}` leads out of `content/`");
        diagnostics.push(Diagnostic::error(Code::BookSettings, place(), message));
        return RecordFiles::None;
    }
    let mut files = Vec::new();
    let mut is_folder = false;
    for (file, _) in tree.below(&full) {
        is_folder = true;
        let Some(rest) = file.strip_prefix(&full).and_then(|rest| rest.strip_prefix('/')) else { continue };
        if !rest.rsplit_once('.').is_some_and(|(_, ending)| RECORD_ENDINGS.contains(&ending)) {
            continue;
        }
        if rest.contains('/') {
            let message = format!("`{file}` is in a subfolder, so its id would contain `/`");
            diagnostics.push(
                Diagnostic::error(Code::InvalidId, Place::File(file.to_owned()), message).help(format!("move it into `{full}/` itself")),
            );
            continue;
        }
        files.push(file.to_owned());
    }
    if !is_folder {
        let message = format!("the collection `{name}` has neither a file nor a folder at `{full}`");
        diagnostics.push(Diagnostic::error(Code::UnknownCollection, place(), message));
        return RecordFiles::None;
    }
    RecordFiles::Folder(files)
}

/// Says so if templates can't use a collection's name.
fn name_fault(name: &str, files: &RecordFiles, diagnostics: &mut Vec<Diagnostic>) {
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'));
    let fault = if !is_name {
        "isn't made of lower-case letters, digits, `-` and `_`"
    } else if TAKEN.contains(&name) {
        "means something else in templates"
    } else {
        return;
    };
    let file = match files {
        RecordFiles::One(file) => file.clone(),
        RecordFiles::Folder(files) => match files.first() {
            Some(file) => file.clone(),
            // A folder without records may be there for something else.
            None => return,
        },
        RecordFiles::None => SETTINGS.to_owned(),
    };
    let message = format!("`{name}` can't be a collection's name: it {fault}");
    diagnostics.push(
        Diagnostic::error(Code::BookSettings, Place::File(file), message)
            .help("rename it, or give the collection a name and a `path` in `content/book.yaml`"),
    );
}
