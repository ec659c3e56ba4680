//! One file of a book in two states, for Git's diff driver.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::assembly::rendering;
use crate::diagnostic::{Severity, has_errors};
use crate::diff::{self, Changes, Snapshot};
use crate::files;
use crate::tree::{self, Tree};
use crate::{audience, load};

/// What changed in the records of a file, given by its path and its state before and after; all else is taken from the
/// book as it lies in its folder.
pub fn compare_file(root: &Path, old: (&str, &Path), new: (&str, &Path)) -> Result<Changes> {
    let (mut tree, _) = tree::folder::read(root)?;
    // A file that was renamed exists under one of its names alone.
    [old.0, new.0].into_iter().for_each(|file| drop(tree.files.remove(file)));
    let side = |(file, state): (&str, &Path)| -> Result<Snapshot> {
        let mut tree = tree.clone();
        // What isn't there is given as /dev/null.
        if state == Path::new("/dev/null") {
            tree.files.remove(file);
        } else {
            let bytes = files::read(state, tree::folder::MAX_FILE).with_context(|| format!("can't read `{}`", state.display()))?;
            tree.files.insert(file.to_owned(), bytes.into());
        }
        records(tree, file)
    };
    let (old, new) = (side(old)?, side(new)?);
    Ok(Changes::new(None, diff::compare(&old, &new), Vec::new()))
}

fn records(tree: Tree, file: &str) -> Result<Snapshot> {
    let loaded = load::load(&tree);
    let in_file: Vec<_> = loaded.diagnostics.into_iter().filter(|fault| fault.place.file() == Some(file)).collect();
    let syntax = in_file.iter().any(|fault| fault.severity == Severity::Error && load::loses_records(fault.code));
    if has_errors(&in_file) && syntax {
        let faults = rendering::finish(&tree, in_file);
        let said: BTreeSet<&str> = faults.iter().map(|fault| fault.message.as_str()).collect();
        bail!("{}", said.into_iter().collect::<Vec<_>>().join("; "));
    }
    let book = loaded.book.context("the book's settings can't be read")?;
    Ok(Snapshot::of(&audience::select(book)))
}
