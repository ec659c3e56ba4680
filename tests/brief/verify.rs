//! `brief verify`: versions held against manifests and ledger, and files in hand against all versions.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::cli::{Run, brief, fill, finish};
use crate::press;

fn run(folder: &Path, arguments: &[&str]) -> Run {
    finish(brief(folder).args(arguments))
}

fn verify(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let run = run(folder, &[&["verify"], arguments].concat());
    (run.code, run.out + &run.err)
}

/// A book with two versions, the second of which revises the sheet of one option and the book; nothing where it can't be
/// typeset here.
fn book() -> Option<TempDir> {
    press::engine()?;
    let folder = TempDir::new().unwrap();
    fill(folder.path());
    build(folder.path());
    say(folder.path(), "riders: 260", "riders: 270");
    build(folder.path());
    Some(folder)
}

fn say(root: &Path, from: &str, to: &str) {
    let record = root.join("content/options/weekend.yaml");
    fs::write(&record, fs::read_to_string(&record).unwrap().replace(from, to)).unwrap();
}

fn build(root: &Path) {
    let made = finish(&mut press::build(root, &std::env::temp_dir()));
    assert_eq!(made.code, Some(0), "{}", made.err);
}

#[test]
fn a_file_in_hand_is_told_by_its_bytes() {
    let Some(book) = book() else { return };
    let root = book.path();
    let hand = root.join("hand.pdf");
    let held = |file: &str| {
        fs::copy(root.join("output").join(file), &hand).unwrap();
        verify(root, &["hand.pdf"])
    };
    let (code, said) = held("v2/options/weekend.pdf");
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("`hand.pdf` is document `options/weekend` of \"A night bus for Rivermouth\", made for v2 (2025-11-06, digest "),
        "{said}"
    );
    assert!(said.contains("its bytes are those of `output/v2/options/weekend.pdf`\n"), "{said}");
    assert!(said.contains("v2 is the newest version known here\n"), "{said}");

    let (code, said) = held("v1/options/weekend.pdf");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("made for v1 (") && said.contains("a newer one is known: v2 (2025-11-06, digest "), "{said}");

    // One that did not change is the newest, though it was made for the first.
    let (code, said) = held("v1/options/night-line.pdf");
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("made for v1 (") && said.contains("v2 holds it unchanged, the newest version known here\n"), "{said}");

    // Changed by one byte, it still says what it was.
    let mut bytes = fs::read(root.join("output/v1/book.pdf")).unwrap();
    let at = bytes.len() / 3;
    bytes[at] ^= 1;
    fs::write(&hand, &bytes).unwrap();
    let (code, said) = verify(root, &["hand.pdf"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(
        said.contains("no manifest there knows its bytes")
            && said.contains("says that it is `book` of v1, and names that version's digest, but its bytes are not those"),
        "{said}"
    );

    // A number or digest that the ledger doesn't know is of another book, or forged.
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let from = text.find("<pdf:Keywords>v1, ").unwrap();
    let digest = &text[from + 18..from + 30];
    let position = bytes.windows(12).rposition(|window| window == digest.as_bytes()).unwrap();
    bytes[position..position + 12].copy_from_slice(b"000000000000");
    fs::write(&hand, &bytes).unwrap();
    let (code, said) = verify(root, &["hand.pdf"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the ledger here knows no such version: it is from another book or audience, or forged"), "{said}");

    fs::write(&hand, "%PDF-1.7 of somebody else").unwrap();
    let (code, said) = verify(root, &["hand.pdf"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("it does not say that brief made it"), "{said}");

    // A forgery is not believed because its manifest is not here to say so.
    fs::copy(root.join("output/v1/book.pdf"), &hand).unwrap();
    fs::remove_dir_all(root.join("output/v1")).unwrap();
    let (code, said) = verify(root, &["hand.pdf"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("whether it is can't be found out, because the manifest of v1 is not here"), "{said}");
    assert!(said.contains("not compared, for want of their manifests: v1"), "{said}");

    let nowhere = TempDir::new().unwrap();
    fs::copy(root.join("output/v2/book.pdf"), nowhere.path().join("book.pdf")).unwrap();
    let (code, said) = verify(nowhere.path(), &["book.pdf"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("there is no version in `output` to compare `book.pdf` with"), "{said}");
}

#[test]
fn drafts_and_redlines_are_of_no_version() {
    let Some(book) = book() else { return };
    let root = book.path();
    let typeset = |arguments: &[&str]| {
        let mut command = brief(root);
        if let Some(typst) = press::named() {
            command.env("BRIEF_TYPST", typst);
        }
        let made = finish(command.args(arguments));
        assert_eq!(made.code, Some(0), "{}", made.err);
    };
    typeset(&["build", "--document", "book"]);
    let (code, said) = verify(root, &["output/draft/book.pdf"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("it says that it is `book`, a draft; these are of no version"), "{said}");
    typeset(&["diff", "v1", "v2", "--redline", "redline.pdf"]);
    let (code, said) = verify(root, &["redline.pdf"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("it says that it is `book`, a redline (v1 → v2); these are of no version"), "{said}");
}

#[test]
fn every_change_to_versions_is_found() {
    let Some(book) = book() else { return };
    let root = book.path();
    let output = root.join("output");
    let (code, said) = verify(root, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("v2: intact, ") && said.contains("\nv1: intact, ") && said.contains("`output` holds: "), "{said}");
    for place in ["output", "."] {
        assert_eq!(verify(root, &[place]).0, Some(0), "{place}");
    }
    let spoilt = |file: &str, spoil: &dyn Fn(&Path), says: &[&str]| {
        let path = output.join(file);
        let kept = fs::read(&path).ok();
        spoil(&path);
        let (code, said) = verify(root, &[]);
        assert_eq!(code, Some(1), "{file}: {said}");
        for part in says {
            assert!(said.contains(part), "{file}: `{part}` is missing in {said}");
        }
        match kept {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        assert_eq!(verify(root, &[]).0, Some(0), "{file}");
    };
    let flip = |path: &Path| {
        let mut bytes = fs::read(path).unwrap();
        let at = bytes.len() / 2;
        bytes[at] ^= 1;
        fs::write(path, bytes).unwrap();
    };
    for file in ["v1/book.pdf", "v1/book.md", "v1/data.json", "v1/claims.json", "v1/changes.json", "v2/options/weekend.md"] {
        let (version, _) = file.split_once('/').unwrap();
        spoilt(file, &flip, &[&format!("{version}: damaged\n"), &format!("`output/{file}` was changed after its version was written")]);
        spoilt(file, &|path| fs::remove_file(path).unwrap(), &[&format!("{version}: damaged\n"), &format!("can't read `output/{file}`")]);
    }
    spoilt("v1/manifest.json", &flip, &["v1: damaged\n", "`output/v1/manifest.json` was changed"]);
    spoilt(
        "v1/annex.pdf",
        &|path| fs::write(path, "added").unwrap(),
        &["`output/v1/annex.pdf` is in the folder of version 1, and its manifest does not list it"],
    );
    let ledger = |from: &'static str, to: &'static str| {
        move |path: &Path| fs::write(path, fs::read_to_string(path).unwrap().replacen(from, to, 1)).unwrap()
    };
    spoilt(
        "versions.json",
        &ledger("\"date\": \"2025-11-06\"", "\"date\": \"2025-11-05\""),
        &["v2: damaged\n", "the manifest does not match the ledger entry of version 2"],
    );
    fs::rename(output.join("v1"), root.join("away")).unwrap();
    let (code, said) = verify(root, &[]);
    assert_eq!(code, Some(1));
    assert!(said.contains("v1: missing\n"), "{said}");
    fs::create_dir(output.join("v9")).unwrap();
    assert!(verify(root, &[]).1.contains("`output/v9` is there, and the ledger does not list it"));
}

/// What `sed s/260/261/` does to a version: the same size, another figure.
#[test]
fn an_edit_of_equal_size_is_noticed_everywhere() {
    let Some(book) = book() else { return };
    let root = book.path();
    for version in ["v1", "v2"] {
        let path = root.join("output").join(version).join("options/weekend.md");
        let text = fs::read_to_string(&path).unwrap();
        let edited = text.replace("260", "261").replace("270", "271");
        assert!(edited != text && edited.len() == text.len());
        fs::write(&path, edited).unwrap();
        let fault = format!("`output/{version}/options/weekend.md` was changed after its version was written");
        let says = |code: i32, arguments: &[&str]| {
            let said = run(root, arguments);
            assert_eq!(said.code, Some(code), "{arguments:?}: {}{}", said.out, said.err);
            assert!((said.out + &said.err).contains(&fault), "{arguments:?}");
        };
        says(2, &["site"]);
        says(1, &["verify"]);
        says(0, &["versions"]);
        says(2, &["diff", version]);
        #[cfg(feature = "publish")]
        says(2, &["publish", "public", "--allow-dirty"]);
        if version == "v2" {
            says(2, &["build"]);
            says(0, &["prune", "--keep", "1", "--yes"]);
        }
        let listed: serde_json::Value = serde_json::from_str(&run(root, &["versions", "--format", "json"]).out).unwrap();
        let entry = listed.as_array().unwrap().iter().find(|entry| format!("v{}", entry["number"]) == version).unwrap();
        assert_eq!((&entry["health"], entry["faults"].as_array().unwrap().len()), (&"damaged".into(), 1));
        fs::write(&path, text).unwrap();
        assert_eq!(run(root, &["site"]).code, Some(0));
    }
}

#[test]
fn pages_with_someone_s_files_are_not_replaced() {
    let Some(book) = book() else { return };
    let root = book.path();
    for place in ["output/site", "elsewhere"] {
        let site = || run(root, &["site", "--output", place]);
        assert_eq!(site().code, Some(0), "{place}");
        assert_eq!(site().code, Some(0), "{place}: its own pages are replaced");
        for file in ["CNAME", "index.html"] {
            let path = root.join(place).join(file);
            let kept = fs::read(&path).ok();
            fs::write(&path, "mine").unwrap();
            let refused = site();
            assert_eq!(refused.code, Some(2), "{place}");
            assert!(refused.err.contains(&format!("`{file}`")) && refused.err.contains("move them away"), "{}", refused.err);
            assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
            kept.map_or_else(|| fs::remove_file(&path), |bytes| fs::write(&path, bytes)).unwrap();
        }
    }
}
