//! A place is published to that is brief's own; what is somebody else's stays as it is, unless that is said to be meant.

use std::fs;
use std::path::Path;

use brief::pipeline::publish;
use brief::progress::Silent;
use tempfile::TempDir;

use super::places::{Deed, Proxy};
use super::{Place, add, failure, files, headers_of, options, places, published, read, write};

fn text(place: &Place, key: &str) -> String {
    String::from_utf8(read(place, key).unwrap_or_default()).unwrap()
}

#[test]
fn a_place_with_files_of_somebody_else_is_refused_until_that_is_meant() {
    for key in ["index.html", "versions.json", "latest", "site/index.html", "v1/book.pdf", "site/files.json"] {
        let folder = TempDir::new().unwrap();
        // A bucket takes longer, and two of them tell.
        let in_bucket = ["index.html", "versions.json"].contains(&key);
        for (index, place) in places(&folder).iter().enumerate().filter(|(_, place)| in_bucket || place.server.is_none()) {
            let output = folder.path().join(format!("output-{index}"));
            add(&output, "one", true);
            write(place, key, b"{\"format\":1,\"versions\":[]}");
            let refused = failure(publish(&options(&output, place), &Silent));
            assert!(refused.contains(&format!("{key}` is there")) && refused.contains("--adopt"), "{key}: {refused}");
            assert!(text(place, key).contains("\"versions\":[]"), "{key}: nothing was touched");
            assert!(!text(place, "destination.json").contains("A Small Book"), "{key}: nothing was written");
            let mut dry = options(&output, place);
            dry.dry_run = true;
            assert!(failure(publish(&dry, &Silent)).contains("--adopt"), "{key}");
            let mut meant = options(&output, place);
            meant.adopt = true;
            assert_eq!(publish(&meant, &Silent).unwrap().newest, 1, "{key}");
            assert!(!text(place, key).ends_with("\"versions\":[]}"), "{key}: it was replaced");
            assert!(published(&output, place).unchanged, "{key}");
        }
    }
}

#[test]
fn what_is_no_file_of_a_publication_is_left_alone() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        add(&output, "one", true);
        write(place, "about.html", b"ours");
        write(place, "notes/v1.txt", b"ours");
        assert_eq!(published(&output, place).newest, 1);
        assert!(text(place, "about.html").ends_with("ours") && text(place, "notes/v1.txt").ends_with("ours"));
    }
}

#[test]
fn a_foreign_robots_txt_is_never_touched() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        add(&output, "one", true);
        write(place, "robots.txt", b"User-agent: *\nDisallow: /theirs\n");
        let done = published(&output, place);
        assert!(done.notes.iter().any(|note| note.contains("`robots.txt` there is not brief's")), "{:?}", done.notes);
        assert!(text(place, "robots.txt").contains("/theirs"));
        let mut meant = options(&output, place);
        (meant.adopt, meant.repair) = (true, true);
        add(&output, "two", true);
        publish(&meant, &Silent).unwrap();
        assert!(text(place, "robots.txt").contains("/theirs"), "not even then");
        assert!(published(&output, place).unchanged);
    }
    // One that took the place of brief's own is somebody's too.
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        add(&output, "one", true);
        published(&output, place);
        assert!(text(place, "robots.txt").contains("Allow: /"));
        write(place, "robots.txt", b"User-agent: *\nDisallow: /later\n");
        add(&output, "two", true);
        published(&output, place);
        add(&output, "three", true);
        published(&output, place);
        assert!(text(place, "robots.txt").contains("/later"));
    }
}

#[test]
fn nothing_is_published_into_the_book_itself() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    for inner in ["content", "templates", "fonts"] {
        fs::create_dir_all(folder.path().join(inner)).unwrap();
    }
    fs::write(folder.path().join("content/book.yaml"), "title: A Small Book\n").unwrap();
    let before = files(folder.path());
    for destination in ["content", "content/there", "templates", "fonts/x", "output", "output/public", "output/draft", "output/site", "."] {
        let address = folder.path().join(destination);
        let place = Place { address: address.to_str().unwrap().to_owned(), variables: Vec::new(), server: None };
        for address in [place.address.clone(), format!("file://{}", place.address)] {
            let refused = failure(publish(&super::PublishOptions { destination: address, ..options(&output, &place) }, &Silent));
            assert!(refused.contains("nothing is written") || refused.contains("published into itself"), "{destination}: {refused}");
        }
    }
    assert_eq!(files(folder.path()), before);
}

#[test]
fn a_first_publication_that_was_cut_off_can_be_given_up() {
    let folder = TempDir::new().unwrap();
    let (one, other) = (folder.path().join("one"), folder.path().join("other"));
    add(&one, "one", true);
    add(&other, "another first", true);
    let place = &places(&folder)[0];
    published(&one, place);
    let marker = fs::read(Path::new(&place.address).join("destination.json")).unwrap();
    fs::remove_dir_all(&place.address).unwrap();
    fs::create_dir_all(&place.address).unwrap();
    fs::write(Path::new(&place.address).join("destination.json"), marker).unwrap();
    let refused = failure(publish(&options(&other, place), &Silent));
    assert!(refused.contains("was cut off") && refused.contains("--adopt"), "{refused}");
    let mut meant = options(&other, place);
    meant.adopt = true;
    assert_eq!(publish(&meant, &Silent).unwrap().newest, 1);
    // Where versions are published, no option makes the place another book's.
    let mut meant = options(&one, place);
    (meant.adopt, meant.repair) = (true, true);
    assert!(failure(publish(&meant, &Silent)).contains("another book"));
}

#[test]
fn objects_carry_a_checksum_that_the_store_can_verify() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let Some(place) = places(&folder).pop().filter(|place| place.server.is_some()) else { return };
    let proxy = Proxy::start(place.server.as_ref().unwrap().port, |_, _, _| Deed::Pass);
    let through = Place::bucket(&place.address, proxy.port);
    published(&output, &through);
    let heads = proxy.heads.lock().unwrap().clone();
    let puts: Vec<&String> = heads.iter().filter(|head| head.starts_with("PUT ")).collect();
    assert!(puts.iter().any(|head| head.contains("/versions.json")));
    for head in puts {
        assert!(head.to_lowercase().contains("x-amz-checksum-sha256: "), "{head}");
    }
    assert_eq!(headers_of(&place, "versions.json")["Content-Type"], "application/json");
}

/// A workflow hands on variables that are not set as empty texts.
#[test]
fn an_empty_variable_counts_as_not_set() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let Some(place) = places(&folder).pop().filter(|place| place.server.is_some()) else { return };
    let mut options = options(&output, &place);
    options.variables.extend(["AWS_SESSION_TOKEN", "AWS_SKIP_SIGNATURE"].map(|name| (name.to_owned(), String::new())));
    assert_eq!(publish(&options, &Silent).unwrap().newest, 1);
}

/// A file in a version's folder that brief would not write is refused before the first publication, and named after it.
#[test]
fn a_stranger_in_a_versions_folder_is_named() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        add(&output, "one", true);
        write(place, "v1/other.txt", b"mine");
        let refused = failure(publish(&options(&output, place), &Silent));
        assert!(refused.contains("v1/other.txt` is there") && refused.contains("--adopt"), "{refused}");
        super::remove(place, "v1/other.txt");
        assert!(published(&output, place).notes.is_empty());
        write(place, "v1/other.txt", b"mine");
        add(&output, "two", true);
        let notes = published(&output, place).notes;
        assert!(notes.iter().any(|note| note.contains("v1/other.txt` is in a version's folder")), "{notes:?}");
        assert_eq!(text(place, "v1/other.txt"), "mine");
    }
}

/// The ledger itself is no place, and neither is a pipe; the folder that holds them is.
#[cfg(unix)]
#[test]
fn a_ledgers_own_file_is_told_from_its_folder() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let place = &places(&folder)[0];
    add(&output, "one", true);
    published(&output, place);
    let pipe = format!("{}/pipe", place.address);
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for address in [format!("{}/versions.json", place.address), pipe] {
        let file = Place { address, variables: Vec::new(), server: None };
        let said = failure(super::bring(&folder.path().join("back"), &file));
        assert!(said.contains("it is a file: name the folder") && said.contains(&place.address) && !said.contains("os error"), "{said}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link_in_the_place() {
    for name in ["site", "v2"] {
        let folder = TempDir::new().unwrap();
        let (output, place, elsewhere) = (folder.path().join("output"), folder.path().join("published"), folder.path().join("elsewhere"));
        let there = Place { address: place.to_str().unwrap().to_owned(), variables: Vec::new(), server: None };
        add(&output, "one", true);
        let options = options(&output, &there);
        publish(&options, &Silent).unwrap();
        // As one has it who keeps a part of the place on another disk.
        fs::rename(place.join(name), &elsewhere).or_else(|_| fs::create_dir(&elsewhere)).unwrap();
        std::os::unix::fs::symlink(&elsewhere, place.join(name)).unwrap();
        let before = crate::books::files(&elsewhere);
        add(&output, "two", true);
        let said = failure(publish(&options, &Silent));
        assert!(said.contains(&format!("`{name}` is a link or a file")) || said.contains(&format!("/{name}` is a link, and")), "{said}");
        assert!(crate::books::files(&elsewhere) == before, "{name}");
    }
}
