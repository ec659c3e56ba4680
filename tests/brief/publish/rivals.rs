//! Two publishers at once, publications that were cut off, and those that must not be.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use assert_cmd::cargo::CommandCargoExt;
use brief::pipeline::publish;
use brief::progress::Silent;
use brief::publication::PublishOptions;
use brief::version::{Health, Ledger, Version};
use tempfile::TempDir;

use super::places::{Deed, Proxy, Server, variables};
use super::{Place, add, add_by, add_for, failure, files, held, numbers, options, options_for, places, published, read, write};

#[test]
fn of_two_publishers_one_wins_and_the_other_is_told() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let (one, other) = (folder.path().join(format!("one-{index}")), folder.path().join(format!("other-{index}")));
        for output in [&one, &other] {
            add(output, "common", true);
        }
        published(&one, place);
        add(&one, "two of one", true);
        add(&other, "two of the other", true);
        let results = thread::scope(|scope| {
            let running: Vec<_> = [&one, &other]
                .map(|output| scope.spawn(move || publish(&options(output, place), &Silent).map_err(|e| format!("{e:#}"))))
                .into();
            running.into_iter().map(|running| running.join().unwrap()).collect::<Vec<_>>()
        });
        let failed: Vec<&String> = results.iter().filter_map(|result| result.as_ref().err()).collect();
        assert_eq!(failed.len(), 1, "{results:?}");
        assert!(failed[0].contains("brief build --ledger"), "{failed:?}");
        let winner = if results[0].is_ok() { &one } else { &other };
        let (_kept, back) = held(place);
        assert_eq!(numbers(&back), [2, 1]);
        assert_eq!(files(&back.join("v2")), files(&winner.join("v2")), "v2 is the winner's, whole");
        assert_eq!(Version::find(&back, 2).unwrap().verify(), Health::Intact);
    }
}

#[test]
fn a_publication_cut_off_at_any_request_leaves_the_place_whole_and_goes_on() {
    let Some(server) = Server::start() else { return };
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let direct = Place::bucket("s3://book", server.port);
    published(&output, &direct);
    add(&output, "two", true);
    let cut_at = |cut: usize| {
        let proxy = Proxy::start(server.port, move |_, _, index| if index >= cut { Deed::Drop } else { Deed::Pass });
        let place = Place::bucket(&direct.address, proxy.port);
        let mut once = options(&output, &place);
        (once.limits.retries, once.jobs) = (0, 1);
        let result = publish(&once, &Silent);
        // Who holds the lock has gone, as after a crash, and can't take it back.
        let (_kept, back) = held(&direct);
        let newest = numbers(&back)[0];
        assert_eq!(Version::find(&back, newest).unwrap().verify(), Health::Intact, "cut at {cut}: what the ledger names is whole");
        (result, newest)
    };
    // Before the lease, at the lease, among the files of v2.
    for cut in [2, 5, 9, 17, 30] {
        let (result, newest) = cut_at(cut);
        assert!(result.is_err() && newest == 1, "cut at {cut}: {result:?}");
    }
    let last = published(&output, &direct);
    assert!(last.sent.there >= 4, "what was there is not sent again: {last:?}");
    assert_eq!(numbers(&held(&direct).1), [2, 1]);
}

#[test]
fn what_an_earlier_publication_left_is_not_sent_again() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        add(&output, "one", true);
        // As a publication leaves it that stopped before the ledger: the files of the version, one of them torn.
        published(&output, place);
        add(&output, "two", true);
        write(place, "v2/book.pdf", &fs::read(output.join("v2/book.pdf")).unwrap());
        write(place, "v2/book.md", b"torn");
        let done = published(&output, place);
        assert_eq!(done.sent.there, 1, "book.pdf was there");
        assert_eq!(read(place, "v2/book.md"), Some(fs::read(output.join("v2/book.md")).unwrap()));
        assert_eq!(numbers(&held(place).1), [2, 1]);
    }
}

#[test]
fn a_lock_that_was_left_behind_is_taken_over() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let place = &places(&folder)[0];
    fs::create_dir_all(&place.address).unwrap();
    let lock = Path::new(&place.address).join("publish.lock");
    fs::write(&lock, r#"{"publisher":"process 1 on gone","token":"0","beat":3}"#).unwrap();
    assert_eq!(published(&output, place).newest, 1);
    assert!(!lock.exists());
}

#[test]
fn a_store_without_conditional_writes_is_for_a_single_publisher() {
    let Some(server) = Server::start() else { return };
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let proxy = Proxy::start(server.port, |method, _, _| if method == "PUT" { Deed::Unconditional } else { Deed::Pass });
    let place = Place { address: "s3://book".to_owned(), variables: variables(proxy.port), server: Some(server) };
    let refused = failure(publish(&options(&output, &place), &Silent));
    assert!(refused.contains("--single-publisher"), "{refused}");
    let nothing = failure(super::bring(&folder.path().join("back"), &place));
    assert!(nothing.contains("nothing is published at"), "{nothing}");
    let mut single = options(&output, &place);
    single.single_publisher = true;
    assert_eq!(publish(&single, &Silent).unwrap().newest, 1);
}

#[test]
fn what_no_clean_commit_made_is_not_published() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", false);
    let place = &places(&folder)[0];
    let refused = failure(publish(&options(&output, place), &Silent));
    assert!(refused.contains("v1 was made from no clean Git commit") && refused.contains("--allow-dirty"), "{refused}");
    assert!(!Path::new(&place.address).join("v1").exists());
    let mut allowed = options(&output, place);
    allowed.allow_dirty = true;
    assert_eq!(publish(&allowed, &Silent).unwrap().newest, 1);
}

#[test]
fn an_audience_has_a_place_of_its_own() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add_for(&output, "public", "the same");
    add_for(&output, "internal", "the same");
    let place = &places(&folder)[0];
    publish(&options_for(&output, "public", place), &Silent).unwrap();
    let there = files(Path::new(&place.address));
    for audience in [Some("internal".to_owned()), None] {
        let other = PublishOptions { audience, ..options_for(&output, "internal", place) };
        let refused = failure(publish(&other, &Silent));
        assert!(refused.contains("holds the versions for the audience `public`"), "{refused}");
    }
    assert_eq!(files(Path::new(&place.address)), there);
    // Which commits made an audience's versions is remembered for the book's owner alone, beside its folder.
    fs::remove_file(output.join(".builds.json")).unwrap();
    add_by(&output.join("public"), "another", None, &[], None);
    let refused = failure(publish(&options_for(&output, "public", place), &Silent));
    assert!(refused.contains("v2 was made from no clean Git commit"), "{refused}");
}

#[test]
fn a_damaged_version_is_named_and_nothing_is_published() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    add(&output, "two", true);
    let place = &places(&folder)[0];
    // The same length: only the digest tells.
    fs::write(output.join("v1/missions/kfor.pdf"), b"A PDF, the same in all").unwrap();
    fs::remove_file(output.join("v2/book.md")).unwrap();
    let named = failure(publish(&options(&output, place), &Silent));
    for wanted in ["v1/missions/kfor.pdf` was changed", "v2/book.md", "nothing was published"] {
        assert!(named.contains(wanted), "{wanted}: {named}");
    }
    assert!(files(Path::new(&place.address)).is_empty());
}

#[test]
fn the_command_says_what_is_wrong_and_ends_with_2() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let run = |arguments: &[&str]| {
        let mut command = Command::cargo_bin("brief").unwrap();
        let done = command.args(arguments).args(["--output", output.to_str().unwrap()]).current_dir(folder.path()).output().unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let (code, _, error) = run(&["publish", "there"]);
    assert_eq!(code, Some(2));
    assert!(error.contains("there is no version in") && error.contains("`brief build`"), "{error}");
    let (code, _, error) = run(&["fetch", "there"]);
    assert!(code == Some(2) && error.contains("nothing is published at `there`"), "{error}");

    add(&output, "one", true);
    for (address, wanted) in [
        ("ftp://host/x", "`ftp://` is not known"),
        ("s3://key:hush@bucket/x", "credentials are read from the environment alone"),
        ("az://container/x?sig=hush", "credentials are read from the environment alone"),
        ("s3:///x", "names no bucket"),
        ("https://example.org/x", "can only be read"),
        ("output", "can't be published into itself"),
        ("output/there", "can't be published into itself"),
        (".", "can't be published into itself"),
    ] {
        let (code, _, error) = run(&["publish", address]);
        assert_eq!(code, Some(2), "{address}");
        assert!(error.contains(wanted) && !error.contains("hush"), "{address}: {error}");
    }
    let (code, said, _) = run(&["publish", "there", "--dry-run"]);
    assert_eq!(code, Some(0));
    assert!(said.contains("send    v1/book.pdf (12 B)\n") && said.contains("would send "), "{said}");
    let (code, said, error) = run(&["publish", "there"]);
    assert_eq!(code, Some(0), "{error}");
    assert!(said.starts_with("published v1 to `there`: "), "{said}");

    fs::write(folder.path().join("there/versions.json"), r#"{"format":9,"versions":[]}"#).unwrap();
    for command in ["publish", "fetch"] {
        let (code, _, error) = run(&[command, "there"]);
        assert_eq!(code, Some(2));
        assert!(error.contains("there/versions.json") && error.contains("format 9"), "{command}: {error}");
    }
    assert!(Ledger::read(&output).unwrap().published().is_some());
}
