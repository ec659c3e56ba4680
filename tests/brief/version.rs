//! The store: versions are whole or absent, and never change.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use brief::model::Date;
use brief::tree::Tree;
use brief::version::{Call, Commit, Digest, Disk, DocumentEntry, Entry, Health, Ledger, Release, Revision, Store, Tools, Version, inputs};
use tempfile::TempDir;

fn open(output: &Path) -> Store {
    Store::open(output, &mut |_| {}).unwrap()
}

fn release(store: &Store, content: &str) -> Release {
    let digest = Digest::of(content.as_bytes());
    let date: Date = "2025-11-05".parse().unwrap();
    let revised = Revision { version: store.ledger().next_number(), date, digest };
    Release {
        digest,
        date,
        summary: format!("says {content}"),
        documents: BTreeMap::from([("book".to_owned(), DocumentEntry { digest, revised, parts: None })]),
        tools: Tools::with_typst("0.15.1"),
        commit: Some(Commit { id: "c0ffee".to_owned(), clean: true }),
    }
}

/// What a build does: nothing if the newest version says the same, else the next version.
fn build(store: &mut Store, content: &str) -> anyhow::Result<u32> {
    let release = release(store, content);
    if let Some(newest) = store.newest()
        && newest.entry.digest == release.digest
    {
        return Ok(newest.entry.number);
    }
    let stage = store.stage()?;
    stage.write("book.md", content.as_bytes())?;
    stage.write("precedents/kfor.md", b"the same in all")?;
    match store.newest() {
        Some(newest) => stage.keep("book.pdf", &newest)?,
        None => stage.write("book.pdf", b"typeset")?,
    }
    Ok(store.publish(stage, release)?.number)
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_version_is_written_entered_and_pointed_at() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let mut store = open(&output);
    assert_eq!(build(&mut store, "one").unwrap(), 1);
    assert_eq!(build(&mut store, "two").unwrap(), 2);
    assert_eq!(names(&output), [".lock", "latest", "v1", "v2", "versions.json"]);
    assert_eq!(names(&output.join("v2")), ["book.md", "book.pdf", "manifest.json", "precedents"]);
    assert_eq!(fs::read(output.join("latest/book.md")).unwrap(), b"two");
    let newest = store.newest().unwrap();
    assert_eq!(newest.verify(), Health::Intact);
    assert_eq!(newest.read("book.pdf").unwrap(), b"typeset");
    assert_eq!(newest.manifest().unwrap().documents["book"].revised.version, 2);
    let entries: Vec<u32> = Ledger::read(&output).unwrap().versions().iter().map(|entry| entry.number).collect();
    assert_eq!(entries, [2, 1]);
}

#[test]
fn the_ledger_and_the_manifest_read_well() {
    let folder = TempDir::new().unwrap();
    let mut store = open(folder.path());
    build(&mut store, "one").unwrap();
    let read = |name| fs::read_to_string(folder.path().join(name)).unwrap();
    insta::assert_snapshot!(read("versions.json").replace(&Digest::of(read("v1/manifest.json").as_bytes()).to_string(), "…"), @r#"
    {
      "format": 1,
      "versions": [
        {
          "number": 1,
          "digest": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
          "date": "2025-11-05",
          "summary": "says one",
          "documents": 1,
          "manifest": "…",
          "commits": [
            {
              "id": "c0ffee",
              "clean": true
            }
          ]
        }
      ]
    }
    "#);
    insta::assert_snapshot!(read("v1/manifest.json").replace(env!("CARGO_PKG_VERSION"), "…"), @r#"
    {
      "format": 2,
      "version": 1,
      "digest": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
      "date": "2025-11-05",
      "tools": {
        "brief": "…",
        "typst": "0.15.1"
      },
      "documents": {
        "book": {
          "digest": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
          "revised": {
            "version": 1,
            "date": "2025-11-05",
            "digest": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
          }
        }
      },
      "outputs": {
        "book.md": {
          "sha256": "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed",
          "size": 3
        },
        "book.pdf": {
          "sha256": "8033e18310aaa310dddeeb5181ab4b587b7c3b48e2ac4e9f5c7250696854cc8d",
          "size": 7
        },
        "precedents/kfor.md": {
          "sha256": "d00d2417bd11a66704720cfe5d463ed0c1ca6b34bfdf7fa1b49804596670096e",
          "size": 15
        }
      }
    }
    "#);
}

#[test]
fn a_clean_rebuild_adds_its_commit_once() {
    let folder = TempDir::new().unwrap();
    let mut store = open(folder.path());
    build(&mut store, "one").unwrap();
    let dirty = Commit { id: "beef".to_owned(), clean: false };
    let clean = Commit { clean: true, ..dirty.clone() };
    assert!(store.rebuilt(&dirty).unwrap());
    assert!(store.rebuilt(&clean).unwrap());
    assert!(!store.rebuilt(&clean).unwrap());
    assert!(!store.rebuilt(&dirty).unwrap());
    let commits = Ledger::read(folder.path()).unwrap().newest().unwrap().commits.clone();
    assert_eq!(commits, [Commit { id: "c0ffee".to_owned(), clean: true }, clean]);
}

#[test]
fn an_edited_version_is_named_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let mut store = open(folder.path());
    build(&mut store, "one").unwrap();
    let newest = store.newest().unwrap();
    let path = folder.path().join("v1/book.pdf");
    let fault = format!("`{}` was changed after its version was written", path.display());

    fs::write(&path, "TYPESET").unwrap();
    assert_eq!(newest.health(), Health::Intact, "the sizes are the same");
    assert_eq!(newest.verify(), Health::Damaged(vec![fault.clone()]));
    let error = build(&mut store, "two").unwrap_err();
    assert_eq!(error.to_string(), fault);
    assert_eq!(names(folder.path()), [".lock", "latest", "v1", "versions.json"]);

    fs::write(&path, "longer than it was").unwrap();
    assert_eq!(newest.health(), Health::Damaged(vec![fault]));
    fs::remove_file(&path).unwrap();
    assert!(matches!(newest.health(), Health::Damaged(faults) if faults[0].starts_with(&format!("can't read `{}`", path.display()))));
    fs::remove_dir_all(folder.path().join("v1")).unwrap();
    assert_eq!(newest.health(), Health::Missing);
}

#[test]
fn an_edited_manifest_is_named() {
    let folder = TempDir::new().unwrap();
    let mut store = open(folder.path());
    build(&mut store, "one").unwrap();
    let path = folder.path().join("v1/manifest.json");
    fs::write(&path, fs::read_to_string(&path).unwrap().replace("0.15.1", "0.15.2")).unwrap();
    let fault = format!("`{}` was changed after its version was written", path.display());
    assert_eq!(Version::find(folder.path(), 1).unwrap().health(), Health::Damaged(vec![fault]));
}

#[test]
fn a_damaged_or_newer_ledger_is_not_overwritten() {
    for (text, says) in [
        ("{\"format\": 1, \"versions\": [", "it is damaged"),
        ("{\"format\": 1, \"versions\": [], \"more\": 1}", "it is damaged"),
        ("[]", "it is damaged"),
        ("", "it is damaged"),
        ("{\"format\": 9, \"books\": {}}", "it is of format 9, and this brief reads up to 1"),
    ] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("versions.json");
        fs::write(&path, text).unwrap();
        let error = format!("{:#}", Store::open(folder.path(), &mut |_| {}).unwrap_err());
        assert!(error.starts_with(&format!("can't use the ledger `{}`: {says}", path.display())), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn unknown_files_stay() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(".gitignore"), "*").unwrap();
    fs::create_dir_all(folder.path().join("public")).unwrap();
    fs::write(folder.path().join("vision"), "mine").unwrap();
    fs::create_dir_all(folder.path().join("v01")).unwrap();
    let mut store = open(folder.path());
    build(&mut store, "one").unwrap();
    assert_eq!(names(folder.path()), [".gitignore", ".lock", "latest", "public", "v01", "v1", "versions.json", "vision"]);
}

#[test]
fn a_ledger_that_went_back_stops_the_build() {
    for (contents, names) in [(&["one"][..], "`v1`"), (&["one", "two"], "`v1`, `v2`")] {
        let folder = TempDir::new().unwrap();
        let mut store = open(folder.path());
        for content in contents {
            build(&mut store, content).unwrap();
        }
        drop(store);
        fs::remove_file(folder.path().join("versions.json")).unwrap();
        let error = Store::open(folder.path(), &mut |_| {}).unwrap_err().to_string();
        assert!(error.contains(&format!("holds {names}, but the ledger ends before v1: restore the ledger")), "{error}");
        assert!(folder.path().join("v1/book.md").exists());
    }
}

#[test]
fn drafts_are_replaced_whole_and_leave_the_ledger_alone() {
    let folder = TempDir::new().unwrap();
    let mut store = open(folder.path());
    for files in [["a.md", "b/c.md"].as_slice(), &["d.md"]] {
        let stage = store.stage_draft().unwrap();
        for file in files {
            stage.write(file, b"draft").unwrap();
        }
        store.publish_draft(stage).unwrap();
    }
    assert_eq!(names(folder.path()), [".lock", "draft"]);
    assert_eq!(names(&folder.path().join("draft")), ["d.md"]);
}

#[test]
fn prune_deletes_folders_and_keeps_entries() {
    let folder = TempDir::new().unwrap();
    let mut store = open(folder.path());
    for content in ["one", "two", "three"] {
        build(&mut store, content).unwrap();
    }
    assert_eq!(store.prune(1).unwrap(), [2, 1]);
    assert_eq!(names(folder.path()), [".lock", "latest", "v3", "versions.json"]);
    assert_eq!(store.prune(0).unwrap(), [] as [u32; 0]);
    assert!(Version::find(folder.path(), 2).unwrap_err().to_string().contains("was pruned"));
    assert_eq!(build(&mut store, "four").unwrap(), 4);
}

#[test]
fn files_stay_inside_the_version() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path());
    let stage = store.stage().unwrap();
    for name in ["../escape", "/etc/passwd", "a/../../b", "", "a\\b"] {
        assert!(stage.write(name, b"x").unwrap_err().to_string().contains("leads out of the folder"), "{name}");
    }
}

#[test]
fn a_second_build_waits_and_says_for_whom() {
    let folder = TempDir::new().unwrap();
    let store = open(folder.path());
    let path = folder.path().to_path_buf();
    let (tell, told) = std::sync::mpsc::channel();
    let second = std::thread::spawn(move || {
        let mut store = Store::open(&path, &mut |holder| tell.send(holder.to_owned()).unwrap()).unwrap();
        build(&mut store, "two").unwrap()
    });
    assert_eq!(told.recv().unwrap(), format!("process {}", std::process::id()));
    let mut store = store;
    assert_eq!(build(&mut store, "one").unwrap(), 1);
    drop(store);
    assert_eq!(second.join().unwrap(), 2);
}

#[test]
fn eight_builds_at_once_make_eight_versions() {
    let folder = TempDir::new().unwrap();
    std::thread::scope(|scope| {
        for content in 0..8 {
            let path = folder.path();
            scope.spawn(move || build(&mut open(path), &content.to_string()).unwrap());
        }
    });
    let ledger = Ledger::read(folder.path()).unwrap();
    assert_eq!(ledger.versions().len(), 8);
    for entry in ledger.versions() {
        assert_eq!(Version::find(folder.path(), entry.number).unwrap().verify(), Health::Intact);
    }
}

#[test]
fn errors_name_the_path() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    fs::write(&output, "a file").unwrap();
    let error = Store::open(&output, &mut |_| {}).unwrap_err().to_string();
    assert_eq!(error, format!("can't make the output folder `{}`", output.display()));
}

fn tree(files: &[(&str, &str)]) -> Tree {
    Tree { files: files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().into())).collect() }
}

#[test]
fn unchanged_inputs_are_known_again() {
    let folder = TempDir::new().unwrap();
    let files = tree(&[("content/book.yaml", "title: One")]);
    let options = serde_json::json!({ "paper": "a4" });
    let stamp = inputs::stamp(&files, &options);
    assert!(inputs::unchanged(folder.path(), stamp).is_none());

    let mut store = open(folder.path());
    build(&mut store, "one").unwrap();
    inputs::remember(folder.path(), stamp, store.ledger().newest().unwrap());
    assert_eq!(inputs::unchanged(folder.path(), stamp).unwrap().entry.number, 1);
    for other in [
        inputs::stamp(&tree(&[("content/book.yaml", "title: Two")]), &options),
        inputs::stamp(&tree(&[("content/book.yml", "title: One")]), &options),
        inputs::stamp(&tree(&[]), &options),
        inputs::stamp(&files, &serde_json::json!({ "paper": "us-letter" })),
    ] {
        assert!(inputs::unchanged(folder.path(), other).is_none());
    }

    // The stamp is never trusted for content.
    let pdf = folder.path().join("v1/book.pdf");
    fs::write(&pdf, "cut").unwrap();
    assert!(inputs::unchanged(folder.path(), stamp).is_none());
    fs::write(&pdf, "typeset").unwrap();
    assert!(inputs::unchanged(folder.path(), stamp).is_some());
    build(&mut store, "two").unwrap();
    assert!(inputs::unchanged(folder.path(), stamp).is_none(), "another version is the newest");
    fs::write(folder.path().join(".inputs.json"), "{").unwrap();
    assert!(inputs::unchanged(folder.path(), stamp).is_none());
}

#[test]
fn a_disk_that_fails_on_sync_loses_nothing() {
    let folder = TempDir::new().unwrap();
    build(&mut open(folder.path()), "one").unwrap();
    let history = Ledger::read(folder.path()).unwrap().versions().to_vec();
    let disk = Disk::hooked(Arc::new(|call: Call<'_>| match call {
        Call::Sync(_) => Err(io::Error::other("the disk fails")),
        _ => Ok(()),
    }));
    let error = Store::open_on(folder.path(), disk, &mut |_| {}).and_then(|mut store| build(&mut store, "two")).unwrap_err();
    assert_eq!(format!("{error:#}"), format!("can't write `{}`: the disk fails", folder.path().join("v2/book.md").display()));
    holds(folder.path(), &history);
    assert_eq!(names(folder.path()), [".lock", "latest", "v1", "versions.json"]);
    assert_eq!(build(&mut open(folder.path()), "two").unwrap(), 2);
}

/// How a disk dies.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Death {
    /// The process is gone: no later call is made.
    Stop,
    /// The process is gone in the middle of a write.
    Torn,
    /// One call fails, and the process goes on to clean up.
    Fault,
}

/// A disk that works for `calls` calls.
fn dying(calls: usize, death: Death, made: &Arc<AtomicUsize>) -> Disk {
    let made = Arc::clone(made);
    Disk::hooked(Arc::new(move |call: Call<'_>| {
        let number = made.fetch_add(1, Ordering::SeqCst);
        if number == calls
            && death == Death::Torn
            && let Call::Write(path, bytes) = call
        {
            fs::write(path, &bytes[..bytes.len() / 2])?;
        }
        let dead = if death == Death::Fault { number == calls } else { number >= calls };
        if dead { Err(io::Error::other("the disk is gone")) } else { Ok(()) }
    }))
}

fn holds(output: &Path, history: &[Entry]) {
    let ledger = Ledger::read(output).unwrap();
    assert!(ledger.versions().len() >= history.len());
    for entry in history {
        assert_eq!(ledger.get(entry.number), Some(entry), "an entry changed");
    }
    for entry in ledger.versions() {
        assert_eq!(Version::find(output, entry.number).unwrap().verify(), Health::Intact, "v{}", entry.number);
    }
}

/// Stops a build at every call it makes to the disk, in each way: what stood stands, and the next build makes
/// exactly the version that was due.
#[test]
fn a_build_may_stop_anywhere() {
    for before in [0, 2] {
        for death in [Death::Stop, Death::Torn, Death::Fault] {
            let mut stops = 0;
            for calls in 0.. {
                let folder = TempDir::new().unwrap();
                let output = folder.path().join("output");
                if before > 0 {
                    let mut store = open(&output);
                    for content in 0..before {
                        build(&mut store, &content.to_string()).unwrap();
                    }
                }
                let history = Ledger::read(&output).unwrap().versions().to_vec();

                let made = Arc::default();
                let disk = dying(calls, death, &made);
                let built = Store::open_on(&output, disk, &mut |_| {}).and_then(|mut store| build(&mut store, "due"));
                let over = made.load(Ordering::SeqCst) <= calls;
                holds(&output, &history);

                let mut store = open(&output);
                holds(&output, &history);
                assert_eq!(build(&mut store, "due").unwrap(), before + 1, "stopped at call {calls} by {death:?}");
                assert_eq!(store.newest().unwrap().read("book.md").unwrap(), b"due");
                holds(&output, &history);
                let listed = names(&output);
                let left: Vec<&String> =
                    listed.iter().filter(|name| name.starts_with('.') && *name != ".lock" && !name.starts_with(".set-aside-v")).collect();
                assert!(left.is_empty(), "left after call {calls}: {left:?}");
                assert_eq!(fs::read(output.join("latest/book.md")).unwrap(), b"due");
                if over {
                    assert_eq!(built.unwrap(), before + 1);
                    break;
                }
                stops += 1;
            }
            assert!(stops > 20, "the build makes more calls than {stops}");
        }
    }
}

/// The same for a draft and for pruning: no version is hurt.
#[test]
fn drafting_and_pruning_may_stop_anywhere() {
    for calls in 0.. {
        let folder = TempDir::new().unwrap();
        let output = folder.path();
        let mut store = open(output);
        for content in ["one", "two", "three"] {
            build(&mut store, content).unwrap();
        }
        drop(store);
        let made = Arc::default();
        let disk = dying(calls, Death::Stop, &made);
        let run = |disk: Disk| -> anyhow::Result<()> {
            let mut store = Store::open_on(output, disk, &mut |_| {})?;
            let stage = store.stage_draft()?;
            stage.write("book.md", b"draft")?;
            store.publish_draft(stage)?;
            store.prune(1)?;
            Ok(())
        };
        let _ = run(disk);
        let over = made.load(Ordering::SeqCst) <= calls;
        let mut store = open(output);
        assert_eq!(store.newest().unwrap().verify(), Health::Intact);
        store.prune(1).unwrap();
        assert_eq!(names(output).into_iter().filter(|name| name.starts_with('v')).collect::<Vec<_>>(), ["v3", "versions.json"]);
        if over {
            break;
        }
    }
}
