//! What is published is whole, is published once, and comes back byte for byte.

use std::fs;
use std::time::Duration;

use brief::pipeline::publish;
use brief::progress::Silent;
use brief::version::{Health, Ledger, Version};
use tempfile::TempDir;

use super::places::{Deed, Proxy, Server, variables};
use super::suspended::objects;
use super::{Place, add, add_with, bring, failure, files, headers_of, held, numbers, options, places, published};

#[test]
fn versions_go_there_and_come_back_byte_for_byte() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        add(&output, "one", true);
        let first = published(&output, place);
        assert_eq!((first.newest, first.unchanged, first.sent.there), (1, false, 0));
        assert_eq!(first.sent.objects, first.moves.len());
        add(&output, "two", true);
        let second = published(&output, place);
        assert!(second.moves.iter().all(|(key, _)| !key.starts_with("v1/")), "{:?}", second.moves);
        assert_eq!(second.moves.iter().filter(|(key, _)| key.starts_with("v2/")).count(), 8, "all of v2: {:?}", second.moves);
        let last: Vec<&str> = second.moves.iter().rev().take(2).map(|(key, _)| key.as_str()).collect();
        assert_eq!(second.moves[second.moves.len() - 3].0, "versions.json");
        assert_eq!(last, ["latest/version.txt", "latest/book.pdf"], "the ledger goes last but for what points at it");
        assert_eq!(Ledger::read(&output).unwrap().published().unwrap().number, 2, "the ledger here knows");

        let (_kept, back) = held(place);
        assert_eq!(numbers(&back), [2, 1]);
        for number in [1, 2] {
            assert_eq!(files(&back.join(format!("v{number}"))), files(&output.join(format!("v{number}"))));
            assert_eq!(Version::find(&back, number).unwrap().verify(), Health::Intact);
        }
        assert_eq!(fs::read(back.join("versions.json")).unwrap(), fs::read(output.join("versions.json")).unwrap());
        assert_eq!(fs::read_link(back.join("latest")).unwrap().to_str(), Some("v2"));

        // A fresh checkout goes on from there, and publishes.
        assert_eq!(add(&back, "three", true), 3);
        assert_eq!(published(&back, place).newest, 3);
        // The first one is behind now, and says what to do.
        add(&output, "another three", true);
        let behind = failure(publish(&options(&output, place), &Silent));
        assert!(behind.contains("v3") && behind.contains("brief build --ledger"), "{behind}");
        assert_eq!(numbers(&held(place).1), [3, 2, 1]);
    }
}

#[test]
fn the_folder_can_be_read_as_it_is() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let place = &places(&folder)[0];
    published(&output, place);
    let there = files(std::path::Path::new(&place.address));
    assert_eq!(there["latest/version.txt"], b"v1\n");
    assert_eq!(there["latest/book.pdf"], there["v1/book.pdf"]);
    assert!(String::from_utf8_lossy(&there["index.html"]).contains("site/index.html"));
    assert_eq!(there["v1/missions/kfor.pdf"], b"a PDF, the same in all");
    for (name, bytes) in files(&output.join("site")) {
        assert_eq!(there[&format!("site/{name}")], bytes, "{name}");
    }
    assert!(there.keys().all(|name| name != "publish.lock" && !name.contains("draft")), "{:?}", there.keys());
}

#[test]
fn an_unchanged_publication_moves_nothing_in_four_requests() {
    let Some(server) = Server::start() else { return };
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let proxy = Proxy::start(server.port, |_, _, _| Deed::Pass);
    let place = Place { address: "s3://book".to_owned(), variables: variables(proxy.port), server: Some(server) };
    published(&output, &place);
    proxy.seen.lock().unwrap().clear();
    let again = published(&output, &place);
    assert!(again.unchanged && again.sent.objects == 0 && again.moves.is_empty());
    let requests = proxy.requests();
    assert!((1..=4).contains(&requests.len()) && requests.iter().all(|request| request.starts_with("GET ")), "{requests:?}");
}

#[test]
fn objects_go_eight_at_a_time() {
    let Some(server) = Server::start() else { return };
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let more: Vec<(String, String)> = (0..200).map(|n| (format!("annex/{n}.txt"), format!("annex {n}"))).collect();
    add_with(&output, "one", true, &more);
    let proxy = Proxy::start(server.port, |method, path, _| match method == "PUT" && path.contains("/annex/") {
        true => Deed::Hold,
        false => Deed::Pass,
    });
    let place = Place { address: "s3://book".to_owned(), variables: variables(proxy.port), server: Some(server) };
    std::thread::scope(|scope| {
        let sent = scope.spawn(|| published(&output, &place).sent.objects);
        proxy.wait_for_held(8);
        // Were there room for more, they would come now. Later, a request may come before the end of the one that it follows
        // is counted.
        std::thread::sleep(Duration::from_millis(500));
        let most = proxy.most();
        proxy.open();
        assert!(sent.join().unwrap() > 200);
        // Besides the eight, the lease may be renewed.
        assert!((8..=9).contains(&most), "{most} at once");
    });
}

#[test]
fn a_bucket_tells_browsers_what_it_holds() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let Some(place) = places(&folder).pop().filter(|place| place.server.is_some()) else { return };
    published(&output, &place);
    let read = headers_of(&place, "v1/missions/kfor.pdf");
    assert_eq!(read["Content-Type"], "application/pdf");
    assert_eq!(read["Cache-Control"], "public, max-age=31536000, immutable");
    assert_eq!(read["Content-Disposition"], "inline; filename=\"a-small-book-missions-kfor-v1-2025-11-05.pdf\"");
    assert_eq!(headers_of(&place, "v1/book.pdf")["Content-Disposition"], "inline; filename=\"a-small-book-v1-2025-11-05.pdf\"");
    for short in ["versions.json", "latest/version.txt", "latest/book.pdf", "site/newest.js", "site/index.html", "index.html"] {
        assert_eq!(headers_of(&place, short)["Cache-Control"], "public, max-age=60, must-revalidate", "{short}");
    }
    assert_eq!(headers_of(&place, "site/index.html")["Content-Type"], "text/html; charset=utf-8");
}

#[test]
fn a_dry_run_lists_and_moves_nothing() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        add(&output, "one", true);
        let mut dry = options(&output, place);
        dry.dry_run = true;
        let listed = publish(&dry, &Silent).unwrap();
        assert!(failure(bring(&folder.path().join(format!("nothing-{index}")), place)).contains("nothing is published at"));
        assert_eq!(Ledger::read(&output).unwrap().published(), None);
        match place.server {
            Some(_) => assert!(objects(place).is_empty(), "nothing was sent: {:?}", objects(place).keys()),
            None => assert!(!std::path::Path::new(&place.address).exists(), "not even the folder is made"),
        }
        assert_eq!(listed.moves, published(&output, place).moves, "what was listed is what moves");
    }
}

#[test]
fn old_versions_are_listed_without_files_where_only_new_ones_are_kept() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        for content in ["one", "two", "three"] {
            add(&output, content, true);
        }
        published(&output, place);
        let mut fewer = options(&output, place);
        fewer.keep = Some(2);
        let done = publish(&fewer, &Silent).unwrap();
        assert_eq!(done.pruned, [1]);
        let (files, pages): (Vec<&String>, Vec<&String>) = done.removals.iter().partition(|key| key.starts_with("v1/"));
        assert_eq!(files.len(), 8, "{files:?}");
        // Its archive, and the data of its pages.
        let is_of_it = |key: &&String| *key == "site/v1/all-v1.zip" || key.starts_with("site/assets/v1.");
        assert!(pages.len() == 2 && pages.iter().all(is_of_it), "{pages:?}");
        let (_kept, back) = held(place);
        let ledger = Ledger::read(&back).unwrap();
        let pruned: Vec<(u32, bool)> = ledger.versions().iter().map(|entry| (entry.number, entry.pruned)).collect();
        assert_eq!(pruned, [(3, false), (2, false), (1, true)]);
        assert!(!back.join("v1").exists() && output.join("v1/book.pdf").exists(), "here nothing is deleted");
        assert!(publish(&fewer, &Silent).unwrap().unchanged);
    }
}

#[test]
fn fetching_leaves_alone_what_is_not_published() {
    let folder = TempDir::new().unwrap();
    let place = &places(&folder)[0];
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    add(&one, "one", true);
    published(&one, place);
    add(&other, "one", true);
    add(&other, "two", true);
    let before = files(&other);
    let error = failure(bring(&other, place));
    assert!(error.contains("has v2") && error.contains("brief publish"), "{error}");
    assert_eq!(files(&other), before);

    let differs = folder.path().join("differs");
    add(&differs, "something else", true);
    let error = failure(bring(&differs, place));
    assert!(error.contains("v1") && error.contains("is not the v1"), "{error}");
    let error = failure(publish(&options(&differs, place), &Silent));
    assert!(error.contains("another book"), "{error}");

    // A folder that was lost comes back.
    fs::remove_dir_all(one.join("v1")).unwrap();
    assert_eq!(bring(&one, place).unwrap().versions, [1]);
    assert_eq!(Version::find(&one, 1).unwrap().verify(), Health::Intact);
}
