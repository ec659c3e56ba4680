//! What is damaged or lost at a place is noticed by `verify` and `publish`, and mended by `publish --repair`.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use assert_cmd::cargo::CommandCargoExt;
use brief::pipeline::publish;
use brief::progress::Silent;
use brief::publication::{VerifiedPlace, VerifyOptions, verify_published};
use tempfile::TempDir;

use super::places::{Deed, Proxy, Server, web};
use super::{Place, add, bring, failure, held, numbers, options, places, published, read, remove, repairing, write};

fn verified(place: &Place) -> anyhow::Result<VerifiedPlace> {
    let options = VerifyOptions {
        source: place.address.clone(),
        audience: None,
        variables: place.variables.clone(),
        limits: brief::publish::Limits { retries: 1, ..brief::publish::Limits::default() },
        jobs: 8,
        key: None,
    };
    verify_published(&options, &Silent)
}

/// What `verify` finds wrong.
pub(super) fn faults(place: &Place) -> Vec<String> {
    verified(place).unwrap().faults
}

/// Changes one byte of an object.
fn change(place: &Place, key: &str) {
    let mut bytes = read(place, key).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    write(place, key, &bytes);
}

#[test]
fn every_damaged_or_missing_object_is_named_and_sent_again() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        add(&output, "one", true);
        add(&output, "two", true);
        published(&output, place);
        let whole = verified(place).unwrap();
        assert!(whole.faults.is_empty() && whole.notes.is_empty(), "{whole:?}");
        assert_eq!((whole.newest, whole.versions, whole.title.as_deref()), (Some(2), 2, Some("A Small Book")));
        assert!(whole.objects > 16, "{whole:?}");
        let keys = [
            "v1/book.pdf",
            "v2/missions/kfor.md",
            "v1/manifest.json",
            "v2/data.json",
            "site/index.html",
            "site/v1/book.html",
            "index.html",
            "latest/version.txt",
            "latest/book.pdf",
        ];
        for key in keys {
            let right = read(place, key).unwrap_or_else(|| panic!("{key}"));
            for is_missing in [false, true] {
                if is_missing {
                    remove(place, key)
                } else {
                    change(place, key)
                }
                let found = faults(place);
                let named = if is_missing { "is missing" } else { "was changed" };
                assert!(found.iter().any(|fault| fault.contains(&format!("{key}` {named}"))), "{key}: {found:?}");
                let said = failure(publish(&options(&output, place), &Silent));
                assert!(said.contains(&format!("`{key}` {named}")) && said.contains("--repair"), "{key}: {said}");
                assert_ne!(read(place, key), Some(right.clone()), "{key}: without --repair nothing is done");
                let repair = repairing(&output, place);
                let mended = publish(&repair, &Silent).unwrap().mended;
                assert!(mended.iter().any(|fault| fault.contains(key)), "{key}: {mended:?}");
                assert_eq!(read(place, key), Some(right.clone()), "{key}");
                assert!(faults(place).is_empty(), "{key}: {:?}", faults(place));
                assert!(published(&output, place).unchanged, "{key}");
            }
        }
    }
}

#[test]
fn a_ledger_that_is_damaged_or_gone_is_made_anew_from_manifests() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        add(&output, "one", true);
        add(&output, "two", true);
        published(&output, place);
        let ledger = read(place, "versions.json").unwrap();
        for damaged in [Some(&b"{\"format\":1,\"vers"[..]), Some(b""), None] {
            let spoil = || match damaged {
                Some(text) => write(place, "versions.json", text),
                None => remove(place, "versions.json"),
            };
            spoil();
            for said in [
                faults(place).join(" "),
                failure(publish(&options(&output, place), &Silent)),
                failure(bring(&folder.path().join(format!("back-{index}")), place)),
            ] {
                assert!(said.contains("versions.json`"), "{said}");
            }
            assert!(failure(publish(&options(&output, place), &Silent)).contains("--repair"));
            let repair = repairing(&output, place);
            assert!(publish(&repair, &Silent).unwrap().mended.iter().any(|what| what.contains("versions.json")));
            assert_eq!(read(place, "versions.json").unwrap(), ledger, "byte for byte, from what is known here");
            assert!(faults(place).is_empty() && published(&output, place).unchanged);

            // From a folder that knows nothing of it: numbers, digests and dates are those of the manifests.
            spoil();
            let fresh = repairing(&folder.path().join(format!("fresh-{index}")), place);
            let done = publish(&fresh, &Silent).unwrap();
            assert_eq!(done.newest, 2);
            let (_kept, back) = held(place);
            assert_eq!(numbers(&back), [2, 1]);
            assert!(faults(place).is_empty());
            write(place, "versions.json", &ledger);
        }
        // What was begun and never published doesn't come into a ledger that is made anew.
        add(&output, "three", true);
        for name in ["manifest.json", "book.md"] {
            write(place, &format!("v3/{name}"), &fs::read(output.join("v3").join(name)).unwrap());
        }
        remove(place, "versions.json");
        let fresh = repairing(&folder.path().join(format!("another-{index}")), place);
        assert_eq!(publish(&fresh, &Silent).unwrap().newest, 2);
    }
}

#[test]
fn a_list_of_pages_that_is_damaged_or_gone_is_made_anew() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        add(&output, "one", true);
        published(&output, place);
        for is_missing in [false, true] {
            if is_missing {
                remove(place, "site/files.json")
            } else {
                write(place, "site/files.json", b"[]")
            }
            assert!(faults(place).iter().any(|fault| fault.contains("site/files.json")));
            let said = failure(publish(&options(&output, place), &Silent));
            assert!(said.contains("site/files.json") && said.contains("--repair"), "{said}");
            let repair = repairing(&output, place);
            publish(&repair, &Silent).unwrap();
            assert!(faults(place).is_empty() && published(&output, place).unchanged);
        }
    }
}

#[test]
fn what_can_not_be_mended_from_here_is_said() {
    let folder = TempDir::new().unwrap();
    let place = &places(&folder)[0];
    let output = folder.path().join("output");
    add(&output, "one", true);
    add(&output, "two", true);
    published(&output, place);
    change(place, "v1/book.pdf");
    change(place, "v2/book.pdf");
    fs::write(output.join("v1/book.pdf"), "another").unwrap();
    let repair = repairing(&output, place);
    let before = super::files(std::path::Path::new(&place.address));
    // The pages are made from all versions, and one is damaged here too.
    let said = failure(publish(&repair, &Silent));
    assert!(said.contains("output/v1/book.pdf"), "{said}");
    assert!(super::files(std::path::Path::new(&place.address)) == before, "nothing was written");
}

#[test]
fn the_command_names_what_is_wrong_and_ends_with_1() {
    let folder = TempDir::new().unwrap();
    let place = &places(&folder)[0];
    let output = folder.path().join("output");
    add(&output, "one", true);
    published(&output, place);
    let run = |arguments: &[&str]| {
        let done = Command::cargo_bin("brief").unwrap().arg("verify").args(arguments).current_dir(folder.path()).output().unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let url = format!("file://{}", place.address);
    for address in ["published", &url] {
        let (code, said, error) = run(&[address]);
        assert_eq!(code, Some(0), "{error}");
        let wanted = format!("`{address}` holds: 1 version of \"A Small Book\", the newest is v1, ");
        assert!(said.starts_with(&wanted) && said.ends_with("objects compared\n"), "{said}");
    }
    change(place, "v1/missions/kfor.pdf");
    let (code, said, _) = run(&["published"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("published/v1/missions/kfor.pdf` was changed") && said.contains("publish --repair published"), "{said}");
    remove(place, "versions.json");
    let (code, said, _) = run(&["published"]);
    assert!(code == Some(1) && said.contains("versions.json` is missing"), "{said}");
    let (code, _, error) = run(&["output", "--key", "RWQZNH7/Ug4RrGE0XXIPcELGG8JeI0P7/91ALWcbUsEF7cMjvs0FVM8N"]);
    assert!(code == Some(2) && error.contains("no place that was published to"), "{error}");
    let (code, _, error) = run(&["file:///nowhere/at/all"]);
    assert!(code == Some(2) && error.contains("nothing is published at"), "{error}");
}

#[test]
fn a_web_server_of_a_published_folder_can_be_verified() {
    let folder = TempDir::new().unwrap();
    let place = &places(&folder)[0];
    let output = folder.path().join("output");
    add(&output, "one", true);
    published(&output, place);
    let seen = Place { address: web(place.address.clone().into()), variables: Vec::new(), server: None };
    assert!(faults(&seen).is_empty(), "{:?}", faults(&seen));
    change(place, "v1/book.pdf");
    remove(place, "site/search.html");
    let found = faults(&seen);
    assert!(found.len() == 2 && found.iter().any(|fault| fault.contains("search.html` is missing")), "{found:?}");
}

#[test]
fn a_ledger_that_arrives_damaged_is_sent_again() {
    let Some(server) = Server::start() else { return };
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let proxy = Proxy::start(server.port, |method, path, _| {
        let is_first = method == "PUT" && path.ends_with("/versions.json") && COUNT.fetch_add(1, Ordering::SeqCst) == 0;
        if is_first { Deed::Damage } else { Deed::Pass }
    });
    let direct = Place::bucket("s3://book/place", server.port);
    let place = Place::bucket(&direct.address, proxy.port);
    assert_eq!(published(&output, &place).newest, 1);
    assert!(COUNT.load(Ordering::SeqCst) >= 2, "it was sent again");
    assert!(faults(&direct).is_empty());
}
