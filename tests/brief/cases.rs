//! Cases: folders and files below `tests/cases`, which mirrors `src`: `tests/cases/diff` has those of `src/diff`.
//!
//! Every expected file is compared here or by insta. `cargo expect NAME` writes both kinds anew, to be read before they
//! are kept.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of a module's cases.
pub(crate) fn folder(module: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases").join(module)
}

/// The cases of a module, in order; `base` is what they have in common.
pub(crate) fn cases(module: &str) -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> = fs::read_dir(folder(module)).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.retain(|case| !case.ends_with("base"));
    cases.sort();
    assert!(!cases.is_empty(), "`{module}` has no cases");
    cases
}

/// Whether expected files are to be written instead of compared.
pub(crate) fn is_updating() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some()
}

/// Files that are not as expected, all of them told at once.
#[derive(Default)]
pub(crate) struct Comparison {
    wrong: Vec<String>,
}

impl Comparison {
    /// Compares an expected file with what was found, or writes it.
    pub(crate) fn file(&mut self, expected: &Path, found: &str) {
        if is_updating() {
            fs::create_dir_all(expected.parent().unwrap()).unwrap();
            fs::write(expected, found).unwrap();
            return;
        }
        let before = fs::read_to_string(expected).unwrap_or_default();
        if before != found {
            self.wrong.push(format!("{}\n--- expected\n{before}--- found\n{found}", expected.display()));
        }
    }

    pub(crate) fn finish(self) {
        assert!(self.wrong.is_empty(), "`cargo expect` writes what is found; read it before you keep it\n\n{}", self.wrong.join("\n"));
    }
}

/// A case holds nothing but what it is made of.
pub(crate) fn has_only(case: &Path, known: &[&str]) {
    for entry in fs::read_dir(case).unwrap() {
        let entry = entry.unwrap().file_name();
        assert!(known.iter().any(|known| entry == *known), "{} has a leftover {entry:?}", case.display());
    }
}

#[test]
fn cases_mirror_the_modules() {
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|entry| entry.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let modules = names(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let others: BTreeSet<String> = &names(&folder("")) - &modules;
    assert_eq!(others, BTreeSet::new(), "these folders of cases are no module's");
}
