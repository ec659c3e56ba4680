//! What is read from a place is bounded: sizes, kinds of files, numbers, names.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::{add, bring, failure, numbers, places, published};

/// Publishes a version, spoils what is there, and gives what a fresh folder is told that fetches it.
fn told(spoil: impl FnOnce(&Path)) -> String {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let place = &places(&folder)[0];
    published(&output, place);
    spoil(Path::new(&place.address));
    let back = folder.path().join("deep/back");
    let said = failure(bring(&back, place));
    assert!(!back.join("v1").exists() && numbers(&back).is_empty(), "nothing of it was taken");
    let names = walkdir::WalkDir::new(folder.path()).into_iter().map(|entry| entry.unwrap().path().display().to_string());
    assert!(names.into_iter().all(|name| !name.ends_with("evil")), "nothing was written elsewhere");
    said
}

/// Changes the text of a version's manifest, and the ledger so that it fits.
fn forge(place: &Path, from: &str, to: &str) {
    let (manifest, ledger) = (place.join("v1/manifest.json"), place.join("versions.json"));
    let digest = |path: &Path| brief::version::Digest::of(&fs::read(path).unwrap()).to_string();
    let before = digest(&manifest);
    let text = fs::read_to_string(&manifest).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(&manifest, text.replacen(from, to, 1)).unwrap();
    let text = fs::read_to_string(&ledger).unwrap();
    fs::write(&ledger, text.replace(&before, &digest(&manifest))).unwrap();
}

#[test]
fn files_that_are_too_large_are_not_read() {
    for name in ["versions.json", "destination.json", "v1/manifest.json"] {
        let said = told(|place| fs::File::options().write(true).open(place.join(name)).unwrap().set_len(1 << 32).unwrap());
        assert!(said.contains(&format!("{name}` is larger than")), "{said}");
    }
    let said = told(|place| fs::File::options().write(true).open(place.join("v1/book.pdf")).unwrap().set_len(1 << 36).unwrap());
    assert!(said.contains("v1/book.pdf` is larger than"), "{said}");
    let said = told(|place| forge(place, "\"size\": 12", "\"size\": 99999999999999"));
    assert!(said.contains("exceeds the download limits"), "{said}");
}

#[cfg(unix)]
#[test]
fn only_regular_files_are_read() {
    for name in ["versions.json", "destination.json", "v1/manifest.json", "v1/book.pdf"] {
        let said = told(|place| {
            fs::remove_file(place.join(name)).unwrap();
            assert!(Command::new("mkfifo").arg(place.join(name)).status().unwrap().success());
        });
        assert!(said.contains(&format!("{name}`")) && said.contains("not a regular file"), "{said}");
    }
}

#[test]
fn a_number_beyond_reason_does_not_get_into_a_book() {
    for number in ["4294967295", "4294967296", "7", "0", "-1"] {
        let said = told(|place| {
            let ledger = place.join("versions.json");
            let text = fs::read_to_string(&ledger).unwrap().replace("\"number\": 1", &format!("\"number\": {number}"));
            fs::write(ledger, text.replace("\"published\": 1", &format!("\"published\": {number}"))).unwrap();
        });
        assert!(said.contains("versions.json`") && said.contains("damaged"), "{number}: {said}");
    }
    let said = told(|place| forge(place, "\"version\": 1", "\"version\": 4294967295"));
    assert!(said.contains("manifest"), "{said}");
}

#[test]
fn a_name_that_leads_elsewhere_is_refused() {
    for name in ["../../evil", "/tmp/evil", "a/../../../evil", "..", ""] {
        let said = told(|place| forge(place, "\"book.md\"", &format!("{name:?}")));
        assert!(said.contains("manifest.json") || said.contains("can't be"), "{name}: {said}");
    }
}
