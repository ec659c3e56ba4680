//! Which documents a file outside the records alters, found out by putting back what was in its place before.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::content::Prepared;
use super::differing::Contents;
use super::rendered::Rendered;
use crate::diff::FileChange;
use crate::layout::{Role, asset_file, role};
use crate::tree::Tree;

/// Of more changed files than this it is not found out which documents each alters.
const FILES: usize = 40;

/// The documents of the head, with what they are made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Documents<'a> {
    pub(super) prepared: &'a [&'a Prepared],
    pub(super) contents: &'a Contents,
}

/// Says of each changed file which documents of the head it alters, by putting back what the base had in its place alone;
/// `base` lacks what can't be put back where `is_kept` says so. Returns whether all were tried.
pub(super) fn altered(
    base: &Tree,
    head: &Tree,
    documents: Documents<'_>,
    files: &mut [FileChange],
    is_kept: &(dyn Fn(&FileChange) -> bool + Sync),
) -> bool {
    let ids = |wanted: &dyn Fn(&Prepared) -> bool| -> Vec<String> {
        let mut ids: Vec<String> =
            documents.prepared.iter().filter(|prepared| wanted(prepared)).map(|prepared| prepared.planned.id.clone()).collect();
        ids.sort_unstable();
        ids
    };
    let puts_back =
        |file: &FileChange| (file.path.ends_with(".jinja") || matches!(role(&file.path), Role::Schema | Role::Settings)) && is_kept(file);
    let few = files.iter().filter(|file| puts_back(file)).count() <= FILES;
    files.par_iter_mut().for_each(|file| {
        if role(&file.path) == Role::Asset {
            let shows = |prepared: &Prepared| prepared.document.image_paths().iter().any(|image| asset_file(image) == file.path);
            file.documents = ids(&shows);
        } else if matches!(role(&file.path), Role::Theme | Role::Font) {
            file.documents = ids(&|_| true);
        } else if few && puts_back(file) {
            let mut tree = head.clone();
            match base.files.get(&file.path) {
                Some(bytes) => drop(tree.files.insert(file.path.clone(), bytes.clone())),
                None => drop(tree.files.remove(&file.path)),
            }
            file.documents = made_otherwise(documents.contents, &tree).into_iter().collect();
        }
    });
    few
}

/// The documents whose text another tree makes otherwise; one that it can't make is among them.
pub(super) fn made_otherwise(contents: &Contents, tree: &Tree) -> BTreeSet<String> {
    Rendered::of_tree(tree).map(|other| contents.differing_texts(&other.contents)).unwrap_or_default()
}
