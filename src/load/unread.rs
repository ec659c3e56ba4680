//! Warnings for files below `content/` that nothing reads, so that nobody takes them for a part of the book.

use std::collections::{BTreeMap, BTreeSet};

use super::collections::{CollectionSource, RecordFiles};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::{CONTENT, Role, SCHEMAS, SETTINGS, role};
use crate::tree::Tree;

/// How many files of a folder are named.
const NAMED: usize = 8;

/// Warns of the files that no collection reads, folder by folder; not of those that `known` is about.
pub(super) fn warnings(tree: &Tree, plans: &[CollectionSource], known: &[Diagnostic]) -> Vec<Diagnostic> {
    let said: Vec<&str> = known.iter().filter_map(|diagnostic| diagnostic.place.file()).filter(|file| *file != SETTINGS).collect();
    let is_said = |file: &str| said.iter().any(|said| file.strip_prefix(said).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    let mut read: BTreeSet<&str> = [SETTINGS].into();
    for plan in plans {
        read.extend(plan.schema.as_deref());
        match &plan.files {
            RecordFiles::One(file) => drop(read.insert(file)),
            RecordFiles::Folder(files) => read.extend(files.iter().map(String::as_str)),
            RecordFiles::None => {}
        }
    }
    let mut unread: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let is_read = |file: &str| role(file) == Role::Asset || read.contains(file) || is_said(file);
    for (file, _) in tree.below(CONTENT).filter(|(file, _)| !is_read(file)) {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        unread.entry(folder).or_default().push(name);
    }
    unread.into_iter().map(|(folder, names)| warning(folder, &names)).collect()
}

fn warning(folder: &str, names: &[&str]) -> Diagnostic {
    let place = Place::File(format!("{folder}/{}", names.first().copied().unwrap_or_default()));
    let message = match names {
        [one] => format!("nothing reads `{folder}/{one}`"),
        _ => {
            let mut named: Vec<String> = names.iter().take(NAMED).map(|name| format!("`{name}`")).collect();
            if names.len() > NAMED {
                named.push(format!("{} more", names.len() - NAMED));
            }
            let last = named.pop().unwrap_or_default();
            format!("nothing reads {} files in `{folder}`: {} and {last}", names.len(), named.join(", "))
        }
    };
    let help = match folder {
        SCHEMAS => "a schema is a file `content/schemas/<collection>.yaml`",
        _ => "records are `.yaml` files, or `.md` files in a collection's folder; what documents show belongs in `content/assets/`",
    };
    Diagnostic::warning(Code::UnreadFile, place, message).help(help)
}
