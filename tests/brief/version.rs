//! The store: versions are whole or absent, and never change.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use brief::model::Date;
use brief::tree::Tree;
use brief::version::{
    Call, Commit, Digest, Disk, DocumentEntry, Entry, Health, Ledger, Pruning, Release, Revision, Store, Tools, Version,
    inputs::{self, Readers},
};
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
        documents: BTreeMap::from([("book".to_owned(), DocumentEntry { digest, revised, shared: None, parts: None })]),
        tools: Tools::with_typst(brief::typeset::VERSION),
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
    assert_eq!(newest.health(), Health::Damaged(vec![fault.clone()]), "though the sizes are the same");
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
    fs::write(&path, fs::read_to_string(&path).unwrap().replace(brief::typeset::VERSION, "0.0.0")).unwrap();
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
fn a_draft_with_someone_s_files_is_not_replaced() {
    let folder = TempDir::new().unwrap();
    let mut store = open(folder.path());
    let draft = |store: &mut Store, text: &str| {
        let stage = store.stage_draft()?;
        stage.write("book.md", text.as_bytes())?;
        stage.write("sheets/a.md", b"the same")?;
        store.publish_draft(stage)
    };
    draft(&mut store, "one").unwrap();
    let inside = folder.path().join("draft");
    for (file, text) in [("notes.txt", "mine"), ("sheets/mine.md", "mine"), ("book.md", "two"), ("sheets/a.md", "changed by hand")] {
        let kept = fs::read(inside.join(file)).ok();
        fs::write(inside.join(file), text).unwrap();
        let error = draft(&mut store, "three").unwrap_err().to_string();
        assert!(error.contains(&format!("`{file}`")) && error.contains("move them away"), "{error}");
        assert_eq!(fs::read_to_string(inside.join(file)).unwrap(), text);
        match kept {
            Some(bytes) => fs::write(inside.join(file), bytes).unwrap(),
            None => fs::remove_file(inside.join(file)).unwrap(),
        }
    }
    // What desktops leave behind is nobody's work.
    fs::write(inside.join(".DS_Store"), "").unwrap();
    draft(&mut store, "three").unwrap();
    assert_eq!(fs::read_to_string(inside.join("book.md")).unwrap(), "three");

    fs::remove_dir_all(&inside).unwrap();
    fs::create_dir_all(&inside).unwrap();
    fs::write(inside.join("mine.md"), "mine").unwrap();
    assert!(draft(&mut store, "four").is_err(), "a folder that brief did not make");
    #[cfg(unix)]
    {
        let elsewhere = TempDir::new().unwrap();
        fs::remove_dir_all(&inside).unwrap();
        std::os::unix::fs::symlink(elsewhere.path(), &inside).unwrap();
        assert!(draft(&mut store, "five").is_err());
        assert!(inside.is_symlink() && names(elsewhere.path()).is_empty());
    }
}

/// Wherever a draft is cut off, the one before it or the new one stands whole.
#[test]
fn a_draft_may_stop_anywhere() {
    for death in [Death::Stop, Death::Torn, Death::Fault] {
        for calls in 0.. {
            let folder = TempDir::new().unwrap();
            let draft = |disk: Disk, text: &str| -> anyhow::Result<()> {
                let mut store = Store::open_on(folder.path(), disk, &mut |_| {})?;
                let stage = store.stage_draft()?;
                stage.write("a.md", text.as_bytes())?;
                stage.write("b/c.md", text.as_bytes())?;
                store.publish_draft(stage).map(drop)
            };
            draft(Disk::default(), "one").unwrap();
            let made = Arc::default();
            let done = draft(dying(calls, death, &made), "two");
            let _ = open(folder.path());
            let read = |name: &str| fs::read_to_string(folder.path().join("draft").join(name)).unwrap();
            let (a, c) = (read("a.md"), read("b/c.md"));
            assert!(a == c && (a == "one" || a == "two"), "stopped at call {calls} by {death:?}: {a} and {c}");
            draft(Disk::default(), "three").unwrap();
            assert_eq!(read("a.md"), "three");
            assert_eq!(names(folder.path()), [".lock", "draft"], "stopped at call {calls} by {death:?}");
            if made.load(Ordering::SeqCst) <= calls {
                done.unwrap();
                assert!(calls > 8);
                break;
            }
        }
    }
}

#[test]
fn only_intact_versions_count_as_kept() {
    let three = || {
        let folder = TempDir::new().unwrap();
        let mut store = open(folder.path());
        for content in ["one", "two", "three"] {
            build(&mut store, content).unwrap();
        }
        (folder, store)
    };
    // The newest is gone, or damaged at its size: the one before is the one that is kept.
    for spoil in [|path: &Path| fs::remove_dir_all(path).unwrap(), |path: &Path| fs::write(path.join("book.md"), "THREE").unwrap()] {
        let (folder, mut store) = three();
        spoil(&folder.path().join("v3"));
        let plan = Pruning::of(folder.path(), 1).unwrap();
        assert_eq!((plan.kept.as_slice(), plan.deleted.as_slice()), ([2].as_slice(), [1].as_slice()));
        assert_eq!(plan.unsound.len(), 1);
        store.prune(&plan).unwrap();
        assert_eq!(Version::find(folder.path(), 2).unwrap().verify(), Health::Intact);
        assert!(Pruning::of(folder.path(), 2).unwrap().is_empty(), "too few are intact");
    }
    // None is intact: none is deleted.
    let (folder, _store) = three();
    for version in ["v1", "v2", "v3"] {
        fs::write(folder.path().join(version).join("book.md"), "x").unwrap();
    }
    assert!(Pruning::of(folder.path(), 1).unwrap().is_empty());
    // What was asked about is what is done, or nothing.
    let (folder, mut store) = three();
    let plan = Pruning::of(folder.path(), 1).unwrap();
    build(&mut store, "four").unwrap();
    assert!(store.prune(&plan).unwrap_err().to_string().contains("have changed meanwhile"));
    assert!(folder.path().join("v1").is_dir() && folder.path().join("v2").is_dir());
    // One that is gone and old is listed as pruned, and said to be gone.
    fs::remove_dir_all(folder.path().join("v1")).unwrap();
    let plan = Pruning::of(folder.path(), 2).unwrap();
    assert_eq!((plan.deleted.as_slice(), plan.gone.as_slice()), ([2].as_slice(), [1].as_slice()));
    store.prune(&plan).unwrap();
    assert!(store.ledger().versions().iter().all(|entry| entry.pruned == (entry.number < 3)));
}

#[test]
fn what_was_compared_is_compared_again_when_it_changed() {
    use std::sync::Mutex;
    use std::time::{Duration, SystemTime};

    let folder = TempDir::new().unwrap();
    build(&mut open(folder.path()), "one").unwrap();
    let path = folder.path().join("v1/book.md");
    let read: Arc<Mutex<usize>> = Arc::default();
    let counted = read.clone();
    let disk = Disk::hooked(Arc::new(move |call: Call<'_>| {
        if let Call::Read(path) = call
            && path.ends_with("book.md")
        {
            *counted.lock().unwrap() += 1;
        }
        Ok(())
    }));
    let store = Store::open_on(folder.path(), disk, &mut |_| {}).unwrap();
    let reads = || std::mem::take(&mut *read.lock().unwrap());
    let version = store.newest().unwrap();
    assert_eq!((version.health(), reads()), (Health::Intact, 1));
    assert_eq!((version.health(), reads()), (Health::Intact, 1), "files so young could still change unseen");
    assert!(!folder.path().join(".checked.json").exists());
    std::thread::sleep(Duration::from_millis(3200));
    assert_eq!((version.health(), reads()), (Health::Intact, 1));
    assert_eq!((version.health(), reads()), (Health::Intact, 0), "nothing has changed since");
    assert_eq!((version.verify(), reads()), (Health::Intact, 1), "verifying asks no record");

    // Equal in size, and with the time of the file before.
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    fs::write(&path, "ONE").unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    assert!(matches!(version.health(), Health::Damaged(_)));
    fs::write(&path, "one").unwrap();
    assert_eq!(version.health(), Health::Intact);
    fs::write(folder.path().join(".checked.json"), "{").unwrap();
    assert_eq!(version.health(), Health::Intact);
    assert!(time < SystemTime::now());
}

/// Names that only brief gives prove nothing: what somebody else put there under one is kept.
#[test]
fn folders_of_somebody_else_are_kept_whatever_they_are_called() {
    for name in ["staging-v1", "staging-v7", "pruned-v1"] {
        for file in ["mine.txt", "manifest.json", "sub/.staging"] {
            let folder = TempDir::new().unwrap();
            let path = folder.path().join(format!(".{name}")).join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "mine").unwrap();
            let mut store = open(folder.path());
            assert!(store.take_notes().iter().any(|note| note.contains(&format!(".set-aside-{name}"))), "{name}/{file}");
            assert_eq!(build(&mut store, "one").unwrap(), 1, "{name}/{file}");
            let kept = folder.path().join(format!(".set-aside-{name}")).join(file);
            assert_eq!(fs::read_to_string(kept).unwrap(), "mine", "{name}/{file}");
        }
    }
    for name in [".versions.json.new", ".latest.new", ".inputs.json.new", ".checked.json.new"] {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("mine.txt"), "mine").unwrap();
        let refused = Store::open(folder.path(), &mut |_| {}).unwrap_err();
        assert!(format!("{refused:#}").contains("move it away"), "{name}: {refused:#}");
        assert!(folder.path().join(name).join("mine.txt").exists(), "{name}");
    }
    // What a stopped run of brief left is known by its mark, and goes.
    let folder = TempDir::new().unwrap();
    let store = open(folder.path());
    let stage = store.stage().unwrap();
    stage.write("book.md", b"half").unwrap();
    std::mem::forget(stage);
    drop(store);
    let mut store = open(folder.path());
    assert_eq!(store.take_notes(), [""; 0]);
    assert!(!names(folder.path()).iter().any(|name| name.contains("staging")), "{:?}", names(folder.path()));
    build(&mut store, "one").unwrap();
    assert!(!folder.path().join("v1/.staging").exists());
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_links_and_no_pipe_is_waited_for() {
    use std::os::unix::fs::symlink;

    let elsewhere = TempDir::new().unwrap();
    let mine = elsewhere.path().join("mine");
    fs::write(&mine, "mine").unwrap();
    for name in
        [".lock", ".versions.json.new", ".inputs.json.new", ".latest.new", ".checked.json.new", ".staging-v1", ".draft.new", "latest"]
    {
        for target in [mine.clone(), elsewhere.path().to_owned(), elsewhere.path().join("new")] {
            let folder = TempDir::new().unwrap();
            symlink(&target, folder.path().join(name)).unwrap();
            let built = Store::open(folder.path(), &mut |_| {}).and_then(|mut store| build(&mut store, "one"));
            assert_eq!(built.is_err(), name == ".lock", "{name} {built:?}");
            assert_eq!(names(elsewhere.path()), ["mine"], "{name}");
            assert_eq!(fs::read_to_string(&mine).unwrap(), "mine", "{name}");
            if name == "latest" {
                assert!(folder.path().join(name).is_symlink(), "somebody else's link stays");
            }
        }
    }
    // A second name of a file is no lock of ours.
    let folder = TempDir::new().unwrap();
    let own = folder.path().join("mine");
    fs::write(&own, "mine").unwrap();
    fs::hard_link(&own, folder.path().join(".lock")).unwrap();
    build(&mut open(folder.path()), "one").unwrap();
    assert_eq!(fs::read_to_string(&own).unwrap(), "mine");

    let pipe = |path: &Path| assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    for name in [".lock", "versions.json"] {
        let folder = TempDir::new().unwrap();
        pipe(&folder.path().join(name));
        assert!(Store::open(folder.path(), &mut |_| {}).is_err(), "{name}");
    }
    for name in ["manifest.json", "book.md", "book.pdf"] {
        fs::remove_file(folder.path().join("v1").join(name)).unwrap();
        pipe(&folder.path().join("v1").join(name));
        let version = Version::find(folder.path(), 1).unwrap();
        assert!(matches!(version.health(), Health::Damaged(_)), "{name}");
        assert!(version.read("book.md").is_err(), "{name}");
    }
}

#[test]
fn a_ledger_s_numbers_are_within_reason() {
    let folder = TempDir::new().unwrap();
    for content in ["one", "two"] {
        build(&mut open(folder.path()), content).unwrap();
    }
    let path = folder.path().join("versions.json");
    let text = fs::read_to_string(&path).unwrap();
    for number in ["4294967295", "3", "1", "0", "-1", "2.5", "99999999999999999999"] {
        let hostile = text.replacen("\"number\": 2", &format!("\"number\": {number}"), 1);
        assert!(Ledger::parse(hostile.as_bytes()).is_err(), "{number}");
    }
    // Larger than any ledger: nobody reads it to the end.
    let file = fs::File::create(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    let error = format!("{:#}", Ledger::read(folder.path()).unwrap_err());
    assert!(error.contains("more than the limit of 64 MiB"), "{error}");
}

#[test]
fn a_manifest_names_no_file_outside_its_version() {
    let folder = TempDir::new().unwrap();
    build(&mut open(folder.path()), "one").unwrap();
    let path = folder.path().join("v1/manifest.json");
    let hostile = fs::read_to_string(&path).unwrap().replace("\"book.md\"", "\"../../secret\"");
    let error = brief::version::Manifest::parse(hostile.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("`../../secret` is no file of a version"), "{error}");
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
    assert_eq!(names(&folder.path().join("draft")), [".draft.json", "d.md"]);
}

#[test]
fn prune_deletes_folders_and_keeps_entries() {
    let folder = TempDir::new().unwrap();
    let mut store = open(folder.path());
    for content in ["one", "two", "three"] {
        build(&mut store, content).unwrap();
    }
    let plan = Pruning::of(folder.path(), 1).unwrap();
    assert_eq!((plan.deleted.as_slice(), plan.kept.as_slice()), ([2, 1].as_slice(), [3].as_slice()));
    store.prune(&plan).unwrap();
    assert_eq!(names(folder.path()), [".lock", "latest", "v3", "versions.json"]);
    assert!(Pruning::of(folder.path(), 0).unwrap().is_empty());
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
    assert!(inputs::unchanged(folder.path(), stamp, &[]).is_none());

    let mut store = open(folder.path());
    build(&mut store, "one").unwrap();
    let newest = (None, store.ledger().newest().unwrap().clone());
    inputs::remember(folder.path(), stamp, &[newest], Readers::All);
    let unchanged = |stamp| inputs::unchanged(folder.path(), stamp, &[]);
    assert_eq!(unchanged(stamp).unwrap()[0].1.entry.number, 1);
    for other in [
        inputs::stamp(&tree(&[("content/book.yaml", "title: Two")]), &options),
        inputs::stamp(&tree(&[("content/book.yml", "title: One")]), &options),
        inputs::stamp(&tree(&[]), &options),
        inputs::stamp(&files, &serde_json::json!({ "paper": "us-letter" })),
    ] {
        assert!(unchanged(other).is_none());
    }

    // The stamp is never trusted for content.
    let pdf = folder.path().join("v1/book.pdf");
    fs::write(&pdf, "cut").unwrap();
    assert!(unchanged(stamp).is_none());
    fs::write(&pdf, "typeset").unwrap();
    assert!(unchanged(stamp).is_some());
    build(&mut store, "two").unwrap();
    assert!(unchanged(stamp).is_none(), "another version is the newest");
    fs::write(folder.path().join(".inputs.json"), "{").unwrap();
    assert!(unchanged(stamp).is_none());
}

/// Of a book with audiences the stamp stands beside their folders, and counts for those whose versions were made.
#[test]
fn the_stamp_of_inputs_knows_audiences() {
    let folder = TempDir::new().unwrap();
    let stamp = inputs::stamp(&tree(&[]), &serde_json::Value::Null);
    let made = |name: &str| {
        let mut store = open(&folder.path().join(name));
        build(&mut store, "one").unwrap();
        (Some(name.to_owned()), store.ledger().newest().unwrap().clone())
    };
    let unchanged = |asked: &[&str]| -> Option<Vec<String>> {
        let asked: Vec<String> = asked.iter().map(|name| (*name).to_owned()).collect();
        let versions = inputs::unchanged(folder.path(), stamp, &asked)?;
        Some(versions.into_iter().map(|(audience, version)| format!("{} {}", audience.unwrap(), version.entry.number)).collect())
    };
    let (public, desk) = (made("public"), made("desk"));
    inputs::remember(folder.path(), stamp, std::slice::from_ref(&public), Readers::Some);
    assert_eq!(unchanged(&["public"]), Some(vec!["public 1".to_owned()]));
    assert_eq!(unchanged(&["desk"]), None);
    assert_eq!(unchanged(&[]), None, "whether these are all isn't known");
    inputs::remember(folder.path(), stamp, &[public, desk], Readers::All);
    assert_eq!(unchanged(&[]), Some(vec!["public 1".to_owned(), "desk 1".to_owned()]));
    build(&mut open(&folder.path().join("desk")), "two").unwrap();
    assert_eq!(unchanged(&[]), None, "another version is one's newest");
    assert_eq!(unchanged(&["public"]), Some(vec!["public 1".to_owned()]));
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
            store.prune(&Pruning::of(output, 1)?)?;
            Ok(())
        };
        let _ = run(disk);
        let over = made.load(Ordering::SeqCst) <= calls;
        let mut store = open(output);
        assert_eq!(store.newest().unwrap().verify(), Health::Intact);
        store.prune(&Pruning::of(output, 1).unwrap()).unwrap();
        assert_eq!(names(output).into_iter().filter(|name| name.starts_with('v')).collect::<Vec<_>>(), ["v3", "versions.json"]);
        if over {
            assert!(calls > 12, "a draft and pruning make more calls than {calls}");
            break;
        }
    }
}
