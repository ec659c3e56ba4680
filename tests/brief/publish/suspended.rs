//! A publisher that was suspended, and wakes when another has taken over, writes nothing more.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use assert_cmd::cargo::CommandCargoExt;
use brief::pipeline::publish;
use brief::progress::Progress;
use tempfile::TempDir;

use super::damage::faults;
use super::places::{Deed, Proxy, Server};
use super::{Place, add, add_with, failure, files, held, numbers, options, places, published};

/// Listens to what is said while something goes on.
#[derive(Default)]
pub(super) struct Listening(pub(super) Mutex<Vec<String>>);

impl Progress for Listening {
    fn start(&self, _: &str, _: u64) {}
    fn step(&self, _: &str) {}
    fn finish(&self) {}
    fn note(&self, note: &str) {
        self.0.lock().unwrap().push(note.to_owned());
    }
}

/// `brief publish`, as a process of its own.
fn process(output: &Path, place: &Place) -> Child {
    let mut command = Command::cargo_bin("brief").unwrap();
    command.args(["publish", &place.address, "--output", output.to_str().unwrap()]).current_dir(output.parent().unwrap());
    command.envs(place.variables.iter().map(|(name, value)| (name, value)));
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap().success());
    // A thread that is in the middle of a system call ends it first.
    while name == "STOP" && !is_stopped(child.id()) {
        thread::sleep(Duration::from_millis(5));
    }
}

/// Whether all threads of a process are stopped, as far as the system tells.
fn is_stopped(id: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{id}/task")) else { return true };
    threads.flatten().all(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_none_or(|(_, rest)| rest.starts_with('T'))
    })
}

/// What a process said on stderr, when it has ended with 2.
fn failed(child: Child) -> String {
    let done = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert_eq!(done.status.code(), Some(2), "{said}");
    said
}

/// Two publishers with another second version each, and a place that holds the first.
fn two(folder: &TempDir, place: &Place) -> (std::path::PathBuf, std::path::PathBuf) {
    let (one, other) = (folder.path().join("one/output"), folder.path().join("other/output"));
    for output in [&one, &other] {
        add(output, "common", true);
    }
    published(&one, place);
    add(&one, "two of one", true);
    add(&other, "two of the other", true);
    (one, other)
}

/// All that a bucket holds.
pub(super) fn objects(place: &Place) -> BTreeMap<String, Vec<u8>> {
    use futures_util::TryStreamExt;
    use object_store::{ObjectStore, ObjectStoreExt};
    let (store, _, runtime) = super::bucket(place, "x");
    runtime.block_on(async {
        let listed: Vec<_> = store.list(None).try_collect().await.unwrap();
        let mut all = BTreeMap::new();
        for meta in listed {
            all.insert(meta.location.to_string(), store.get(&meta.location).await.unwrap().bytes().await.unwrap().to_vec());
        }
        all
    })
}

/// Stops a process where its requests are held at the given one, lets another publisher take over, and wakes it.
fn woken(holds: fn(&str, &str) -> bool) {
    let Some(server) = Server::start() else { return };
    let folder = TempDir::new().unwrap();
    let direct = Place::bucket("s3://book/place", server.port);
    let (one, other) = two(&folder, &direct);
    let reached = AtomicBool::new(false);
    // From there on everything is held, signs of life too.
    let proxy = Proxy::start(server.port, move |method, path, _| {
        if holds(method, path) {
            reached.store(true, Ordering::SeqCst);
        }
        if reached.load(Ordering::SeqCst) { Deed::Hold } else { Deed::Pass }
    });
    let place = Place::bucket(&direct.address, proxy.port);
    let suspended = process(&one, &place);
    proxy.wait_for_held(1);
    signal(&suspended, "STOP");

    let heard = Listening::default();
    assert_eq!(publish(&options(&other, &direct), &heard).unwrap().newest, 2);
    let heard = heard.0.into_inner().unwrap();
    assert!(heard.iter().any(|note| note.contains("took over") && note.contains("process ")), "{heard:?}");
    let before = objects(&direct);
    assert!(faults(&direct).is_empty(), "{:?}", faults(&direct));

    signal(&suspended, "CONT");
    proxy.open();
    let said = failed(suspended);
    assert!(said.contains("brief build --ledger"), "{said}");
    let after = objects(&direct);
    let changed: Vec<&String> = after.keys().chain(before.keys()).filter(|key| before.get(*key) != after.get(*key)).collect();
    // What was on its way under a name that nothing had may still arrive: no ledger and no page names it.
    let is_new = |key: &&String| !before.contains_key(*key) && (key.contains("/v2/") || key.contains("/site/assets/"));
    assert!(changed.iter().all(is_new), "{changed:?}");
    assert!(faults(&direct).is_empty(), "{:?}", faults(&direct));
    let (_kept, back) = held(&direct);
    assert_eq!(files(&back.join("v2")), files(&other.join("v2")), "v2 is that of the one who took over");
}

#[test]
fn a_publisher_that_is_suspended_at_a_page_overwrites_none() {
    woken(|method, path| method == "PUT" && path.contains("/site/") && !path.contains("files.json"));
}

#[test]
fn a_publisher_that_is_suspended_at_the_ledger_does_not_write_it() {
    woken(|method, path| method == "PUT" && path.ends_with("/versions.json"));
}

#[test]
fn a_publisher_that_is_suspended_at_the_list_of_pages_does_not_write_it() {
    woken(|method, path| method == "PUT" && path.ends_with("/site/files.json"));
}

#[test]
fn a_page_that_is_on_its_way_when_another_takes_over_does_not_arrive() {
    let Some(server) = Server::start() else { return };
    let folder = TempDir::new().unwrap();
    let direct = Place::bucket("s3://book/place", server.port);
    let (one, other) = two(&folder, &direct);
    let reached = AtomicBool::new(false);
    let proxy = Proxy::start(server.port, move |method, path, _| {
        if method == "PUT" && path.contains("/site/index.html") {
            reached.store(true, Ordering::SeqCst);
        }
        if reached.load(Ordering::SeqCst) { Deed::Hold } else { Deed::Pass }
    });
    let place = Place::bucket(&direct.address, proxy.port);
    thread::scope(|scope| {
        let paused = scope.spawn(|| publish(&options(&one, &place), &brief::progress::Silent));
        proxy.wait_for_held(1);
        assert_eq!(published(&other, &direct).newest, 2);
        let pages = objects(&direct);
        proxy.open();
        let said = failure(paused.join().unwrap());
        assert!(said.contains("brief build --ledger"), "{said}");
        let after = objects(&direct);
        for (key, bytes) in &pages {
            assert_eq!(after.get(key), Some(bytes), "{key}");
        }
    });
    assert!(faults(&direct).is_empty());
}

#[test]
fn a_folder_is_not_taken_from_a_process_that_is_suspended() {
    let folder = TempDir::new().unwrap();
    let place = &places(&folder)[0];
    let (one, other) = (folder.path().join("one/output"), folder.path().join("other/output"));
    for output in [&one, &other] {
        add(output, "common", true);
    }
    published(&one, place);
    let more: Vec<(String, String)> = (0..3000).map(|n| (format!("annex/{n}.txt"), format!("annex {n}"))).collect();
    add_with(&one, "two of one", true, &more);
    add(&other, "two of the other", true);
    let ledger = fs::read(Path::new(&place.address).join("versions.json")).unwrap();

    let suspended = process(&one, place);
    let begun = Path::new(&place.address).join("v2");
    for _ in 0..6000 {
        if begun.exists() {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    signal(&suspended, "STOP");
    assert!(begun.exists(), "the publication has begun");
    let before = files(Path::new(&place.address));
    assert!(before["versions.json"] == ledger, "and not ended");

    let heard = Arc::new(Listening::default());
    let said = failure(publish(&options(&other, place), &*heard));
    assert!(said.contains(&format!("process {}", suspended.id())) && said.contains("suspended"), "{said}");
    assert!(files(Path::new(&place.address)) == before, "nothing was written");
    signal(&suspended, "CONT");
    let done = suspended.wait_with_output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(faults(place).is_empty());
    assert_eq!(files(&held(place).1.join("v2")), files(&one.join("v2")));
    let said = failure(publish(&options(&other, place), &*heard));
    assert!(said.contains("v2 was published to") && said.contains("move the versions here"), "{said}");
}

#[test]
fn a_folder_is_taken_over_at_once_from_a_process_that_was_killed() {
    let folder = TempDir::new().unwrap();
    let place = &places(&folder)[0];
    let output = folder.path().join("one/output");
    let more: Vec<(String, String)> = (0..3000).map(|n| (format!("annex/{n}.txt"), format!("annex {n}"))).collect();
    add_with(&output, "one", true, &more);
    let mut killed = process(&output, place);
    let begun = Path::new(&place.address).join("v1");
    for _ in 0..6000 {
        if begun.exists() {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(begun.exists() && numbers(Path::new(&place.address)).is_empty(), "it was cut off");
    let done = process(&output, place).wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(done.status.success(), "{said}");
    assert!(said.contains(&format!("which process {}", killed.id())) && said.contains("left behind"), "{said}");
    assert!(!said.contains("waiting up to"), "it was waited for: {said}");
    assert!(faults(place).is_empty());
    assert_eq!(numbers(&held(place).1), [1]);
}
