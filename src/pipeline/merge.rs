//! One file of a book in three states, for Git's merge driver.

use std::path::Path;

use anyhow::{Context, Result, anyhow};

use crate::layout::{CollectionPart, Role, SETTINGS, below_content, collection_part, collection_path, has_body, role};
use crate::load;
use crate::merge::{self, Kind, Markers, MergedLines, Options, Sides};
use crate::tree::merge_file::{Labels, MergedFile, merge_file};
use crate::tree::{self, Tree};

/// The contents of a file: as it was, and as two branches have it.
#[derive(Debug)]
pub struct States {
    pub base: Vec<u8>,
    pub ours: Vec<u8>,
    pub theirs: Vec<u8>,
}

/// A merged file, and what in it is left to decide.
#[derive(Debug)]
pub struct MergedStates {
    pub bytes: Vec<u8>,
    pub conflicts: Vec<String>,
}

/// Merges a file of the book below `root`: records by their fields, all else by lines.
pub fn merge_states(root: &Path, file: &str, states: &States, markers: Markers<'_>) -> Result<MergedStates> {
    let labels = Labels { ours: markers.ours, theirs: markers.theirs, marker_length: markers.length };
    let texts = [&states.base, &states.ours, &states.theirs].map(|bytes| std::str::from_utf8(bytes));
    let (Some(kind), [Ok(base), Ok(ours), Ok(theirs)]) = (kind(file), texts) else {
        let MergedFile { bytes, has_conflicts } = merge_file(&states.base, &states.ours, &states.theirs, labels)?;
        return Ok(MergedStates { bytes, conflicts: conflicts(has_conflicts) });
    };
    let lines = |base: &str, ours: &str, theirs: &str| {
        let MergedFile { bytes, has_conflicts } = merge_file(base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), labels)?;
        let text = String::from_utf8(bytes).map_err(|_| anyhow!("git's merge isn't UTF-8"))?;
        Ok(MergedLines { text, has_conflicts })
    };
    let key = key(root, file);
    let options = Options { kind, key: key.as_deref(), markers };
    let merged = merge::merge(Sides { base, ours, theirs }, options, &lines).with_context(|| format!("can't merge `{file}`"))?;
    Ok(MergedStates { bytes: merged.text.into_bytes(), conflicts: merged.conflicts })
}

fn conflicts(has_conflicts: bool) -> Vec<String> {
    if has_conflicts { vec!["both branches changed the same lines".to_owned()] } else { Vec::new() }
}

/// What a file holds; nothing where it holds no records and no settings.
fn kind(file: &str) -> Option<Kind> {
    let is_yaml = file.ends_with(".yaml") || file.ends_with(".yml");
    match role(file) {
        Role::Settings => Some(Kind::Settings),
        Role::Schema => is_yaml.then_some(Kind::Settings),
        Role::Record if has_body(file) => Some(Kind::Markdown),
        Role::Record if below_content(file)?.contains('/') => is_yaml.then_some(Kind::Record),
        Role::Record => is_yaml.then_some(Kind::Records),
        Role::Asset | Role::Template | Role::Theme | Role::Font | Role::Other => None,
    }
}

/// The field that holds the ids of the records of a file, where the book's settings can be read and name one.
fn key(root: &Path, file: &str) -> Option<String> {
    let (whole, _) = tree::folder::read(root).ok()?;
    let tree = Tree { files: whole.files.get_key_value(SETTINGS).map(|(path, bytes)| (path.clone(), bytes.clone())).into_iter().collect() };
    let book = load::load(&tree).book?;
    let key = |(name, config): (&String, &crate::model::CollectionConfig)| {
        let path = collection_path(name, config.path.as_deref());
        (collection_part(name, path, file) == Some(CollectionPart::All)).then(|| config.key.clone())?
    };
    book.settings.collections.iter().find_map(key)
}
