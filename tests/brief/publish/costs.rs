//! Publishing costs what changed: few pages beside the new version, a fresh checkout that brings one version alone,
//! addresses that stay, and no dead link where old files were removed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use brief::pipeline::publish;
use brief::progress::Silent;
use brief::publication::{Published, VerifyOptions, fetch, verify_published};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::{Place, add, failure, files, numbers, options, places, published, read, write};

fn shallow(output: &Path, place: &Place) {
    let mut fetching = super::fetch_options(output, place);
    fetching.shallow = true;
    fetch(&fetching, &Silent).unwrap();
}

fn faults(place: &Place) -> Vec<String> {
    let options = VerifyOptions {
        source: place.address.clone(),
        audience: None,
        variables: place.variables.clone(),
        limits: options(Path::new("/nowhere/output"), place).limits,
        jobs: 8,
        key: None,
    };
    let place = verify_published(&options, &Silent).unwrap();
    place.faults.into_iter().chain(place.notes).collect()
}

/// The records, sources and claims of a version: 70 missions, of which the first has so many troops, and five sources.
fn records(troops: u32) -> Vec<(String, String)> {
    let number = |mission: u32| if mission == 1 { troops } else { mission * 100 };
    let mission = |mission: u32| {
        let value = json!({ "value": number(mission), "source": [format!("source-{}", mission % 5)] });
        json!({
            "name": format!("Mission {mission}"),
            "fields": { "name": format!("Mission {mission}"), "troops": value },
            "claims": { "/troops": { "source": [format!("source-{}", mission % 5)], "as_of": "2025-11-05" } },
        })
    };
    let missions: Map<String, Value> = (1..=70).map(|id| (format!("mission-{id}"), mission(id))).collect();
    let source = |id: u32| json!({ "name": format!("Source {id}"), "fields": { "title": format!("Source {id}") } });
    let sources: Map<String, Value> = (0..5).map(|id| (format!("source-{id}"), source(id))).collect();
    let book = json!({ "title": "A Small Book", "as_of": "2025-11-05", "language": "en" });
    let collections = json!({ "missions": { "records": missions }, "sources": { "records": sources } });
    let claim = |mission: u32| {
        json!({
            "claim": format!("missions/mission-{mission}/troops"), "value": number(mission), "printed": number(mission).to_string(),
            "sources": [format!("source-{}", mission % 5)], "as_of": "2025-11-05", "notes": [], "line": 3, "page": 1,
        })
    };
    let claims: Vec<Value> = (1..=70).map(claim).collect();
    vec![
        ("data.json".to_owned(), json!({ "format": 1, "book": book, "collections": collections }).to_string()),
        ("claims.json".to_owned(), json!({ "format": 1, "documents": { "book": claims } }).to_string()),
    ]
}

fn add_records(output: &Path, troops: u32) -> u32 {
    super::add_with(output, &format!("{troops} troops"), true, &records(troops))
}

/// What one changed figure in a book of 70 records sends besides the new version's own files and pages, when the book has
/// had so many versions; assets without the digests in their names.
fn sent_for_one_figure(versions: u32) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let place = &places(&folder)[0];
    (1..=versions).for_each(|number| _ = add_records(&output, 1000 + number));
    assert!(published(&output, place).moves.len() > 70);
    let new = add_records(&output, 2000);
    let moves = published(&output, place).moves;
    assert_eq!(faults(place), [""; 0]);
    let own = [format!("v{new}/"), format!("site/v{new}/"), format!("site/assets/v{new}.")];
    let others = moves.into_iter().map(|(key, _)| key).filter(|key| !own.iter().any(|own| key.starts_with(own)));
    let mut others: Vec<String> = others
        .map(|key| match key.strip_prefix("site/assets/") {
            Some(name) => format!("site/assets/{}", name.split('.').next().unwrap()),
            None => key,
        })
        .collect();
    others.sort();
    others
}

/// One changed figure sends the pages of its record and source, and as many others after 30 versions as after 3.
#[test]
fn one_changed_figure_costs_few_pages() {
    let sent = sent_for_one_figure(30);
    assert_eq!(sent, sent_for_one_figure(3));
    let records: Vec<&String> = sent.iter().filter(|key| key.starts_with("site/records/") && key.matches('/').count() == 3).collect();
    assert_eq!(records, ["site/records/missions/mission-1.html", "site/records/sources/source-1.html"]);
}

/// Who fetches the newest version alone and changes nothing publishes nothing, and what is there stays as it is.
#[test]
fn an_unchanged_shallow_checkout_publishes_nothing() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let place = &places(&folder)[0];
    [1000, 1500, 1500, 2000].into_iter().for_each(|troops| _ = add_records(&output, troops));
    published(&output, place);
    let before = files(Path::new(&place.address));
    let back = folder.path().join("back");
    shallow(&back, place);
    let again = published(&back, place);
    assert!(again.unchanged, "{:?} {:?}", again.moves, again.removals);
    assert_eq!(files(Path::new(&place.address)), before);
    // Nor does one who fetched all of it.
    let whole = folder.path().join("whole");
    super::bring(&whole, place).unwrap();
    let again = published(&whole, place);
    assert!(again.unchanged, "{:?} {:?}", again.moves, again.removals);
}

#[test]
fn a_new_version_of_thirty_sends_itself_and_few_pages() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let place = &places(&folder)[0];
    (1..=30).for_each(|number| _ = add(&output, &format!("{number} troops"), true));
    assert!(published(&output, place).moves.len() > 300);
    add(&output, "31 troops", true);
    let moves = published(&output, place).moves;
    let others: Vec<&str> =
        moves.iter().map(|(key, _)| key.as_str()).filter(|key| !key.starts_with("v31/") && !key.starts_with("site/v31/")).collect();
    assert!(others.len() < 20, "{others:?}");
    // No page of an older version names the newest.
    let there = files(Path::new(&place.address));
    for (name, bytes) in there.iter().filter(|(name, _)| name.starts_with("site/v2/")) {
        assert!(!String::from_utf8_lossy(bytes).contains("v31"), "{name}");
    }
    assert!(String::from_utf8_lossy(&there["site/newest.json"]).contains("\"version\":31"));
}

#[test]
fn a_shallow_checkout_goes_on_and_leaves_the_others_where_they_are() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        ["one", "two", "three"].iter().for_each(|content| _ = add(&output, content, true));
        published(&output, place);
        let pages = ["site/v1/book.html", "site/v2/changes.html", "site/v2/index.html", "site/v3/book.html"];
        let before = pages.map(|page| read(place, page).unwrap());

        let back = folder.path().join(format!("back-{index}"));
        shallow(&back, place);
        assert_eq!(numbers(&back), [3, 2, 1]);
        assert_eq!([1, 2, 3].map(|number| back.join(format!("v{number}")).exists()), [false, false, true]);
        assert_eq!(add(&back, "four", true), 4);
        let Published { moves, notes, .. } = published(&back, place);
        assert_eq!(notes, [""; 0], "what an earlier publication left there is nobody else's");
        let others: Vec<&String> =
            moves.iter().map(|(key, _)| key).filter(|key| !key.starts_with("v4/") && !key.starts_with("site/v4/")).collect();
        assert!(others.len() < 20, "{others:?}");
        assert_eq!(pages.map(|page| read(place, page).unwrap()), before);
        assert_eq!(faults(place), [""; 0]);
        let front = String::from_utf8(read(place, "site/index.html").unwrap()).unwrap();
        assert!(!front.contains("removed") && (1..=4).all(|number| front.contains(&format!("v{number}/index.html"))), "{front}");

        // What a full checkout would publish is what stands there.
        let whole = folder.path().join(format!("whole-{index}"));
        super::bring(&whole, place).unwrap();
        assert_eq!(numbers(&whole), [4, 3, 2, 1]);
        let again = published(&whole, place);
        assert!(again.unchanged, "{:?} {:?}", again.moves, again.removals);
    }
}

#[test]
fn the_newest_has_addresses_that_stay() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let place = &places(&folder)[0];
    add(&output, "one", true);
    published(&output, place);
    assert_eq!(read(place, "latest/book.pdf").unwrap(), b"a PDF of one");
    add(&output, "two", true);
    let moves = published(&output, place).moves;
    let at = |wanted: &str| moves.iter().position(|(key, _)| key == wanted).unwrap();
    assert!(at("versions.json") < at("latest/book.pdf") && at("latest/book.pdf") < at("latest/version.txt"), "{moves:?}");
    assert_eq!(read(place, "latest/book.pdf").unwrap(), b"a PDF of two");
    let kept: BTreeSet<String> = files(&Path::new(&place.address).join("latest")).into_keys().collect();
    assert_eq!(kept, BTreeSet::from(["book.pdf".to_owned(), "version.txt".to_owned()]), "documents of collections have none");
    assert_eq!(faults(place), [""; 0]);
}

/// Where an earlier brief wrote a file `latest`, the folder takes its place; somebody else's file is not touched.
#[test]
fn a_file_of_the_former_name_gives_way() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let place = &places(&folder)[0];
    add(&output, "one", true);
    write(place, "latest", b"mine");
    let refused = failure(publish(&options(&output, place), &Silent));
    assert!(refused.contains("latest` is there") && refused.contains("--adopt"), "{refused}");
    fs::remove_file(Path::new(&place.address).join("latest")).unwrap();
    published(&output, place);
    // As it was written before.
    let root = Path::new(&place.address);
    fs::remove_dir_all(root.join("latest")).unwrap();
    fs::write(root.join("latest"), "v1\n").unwrap();
    let list = root.join("site/files.json");
    let mut inventory: Value = serde_json::from_slice(&fs::read(&list).unwrap()).unwrap();
    let known = inventory["files"].as_object_mut().unwrap();
    known.remove("latest/book.pdf");
    let entry = known.remove("latest/version.txt").unwrap();
    known.insert("latest".to_owned(), entry);
    fs::write(&list, inventory.to_string()).unwrap();
    add(&output, "two", true);
    published(&output, place);
    assert_eq!(read(place, "latest/version.txt").unwrap(), b"v2\n");
    assert_eq!(faults(place), [""; 0]);
}

#[test]
fn removed_files_leave_no_dead_link_and_keep_what_changed() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let place = &places(&folder)[0];
    ["one", "two", "three"].iter().for_each(|content| _ = add(&output, content, true));
    published(&output, place);
    let mut keep = options(&output, place);
    keep.keep = Some(1);
    assert_eq!(publish(&keep, &Silent).unwrap().pruned, [2, 1]);
    let root = Path::new(&place.address);
    assert!(!root.join("v1/book.pdf").exists() && !root.join("v2/book.pdf").exists());
    assert!(crate::site::links_lead_somewhere(root) > 60);
    for page in ["v1/index.html", "v2/index.html", "v2/book.html"] {
        let html = fs::read_to_string(root.join("site").join(page)).unwrap();
        assert!(html.contains("The files of this version were removed."), "{page}: {html}");
    }
    assert!(fs::read_to_string(root.join("site/v2/index.html")).unwrap().contains("href=\"changes.html\""));
    assert!(root.join("site/v2/changes.html").exists());
    assert_eq!(faults(place), [""; 0]);
}

/// A document that the site has in chapters.
fn in_chapters(content: &str) -> [(String, String); 1] {
    let part = |number: u32| format!("## Part {number}\n\n{}", format!("Part {number} of {content} says enough.\n\n").repeat(900));
    let text: String = (1..=4).map(part).collect();
    [("book.md".to_owned(), format!("# A Small Book\n\n{text}"))]
}

/// The folders of a place that hold nothing.
fn empty_folders(root: &Path) -> Vec<PathBuf> {
    let folders = walkdir::WalkDir::new(root).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_dir());
    folders.map(walkdir::DirEntry::into_path).filter(|folder| fs::read_dir(folder).unwrap().next().is_none()).collect()
}

/// Pages of versions whose files are removed, those of chapters too, say so; what the site has no more is removed with the files.
#[test]
fn pages_of_removed_versions_say_so_or_go_with_their_files() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    for content in ["one", "two", "three"] {
        super::add_with(&output, content, true, &in_chapters(content));
    }
    for place in places(&folder) {
        published(&output, &place);
        let chapter = |number: u32| format!("site/v{number}/book.chapter-part-3.html");
        let whole = read(&place, &chapter(1)).unwrap();
        let mut keep = options(&output, &place);
        keep.keep = Some(1);
        let removals = publish(&keep, &Silent).unwrap().removals;
        assert!(["v1/all-v1.zip", "v2/all-v2.zip"].iter().all(|file| removals.contains(&format!("site/{file}"))), "{removals:?}");
        let says_so = |number: u32| {
            let page = String::from_utf8(read(&place, &chapter(number)).unwrap()).unwrap();
            page.contains("The files of this version were removed.") && page.len() < whole.len() / 2
        };
        assert_eq!([1, 2, 3].map(says_so), [true, true, false]);
        assert_eq!(faults(&place), [""; 0]);
        let again = publish(&keep, &Silent).unwrap();
        assert!(again.unchanged, "{:?} {:?}", again.moves, again.removals);

        // A publication that was cut off, or an earlier brief, left them there.
        let left = [1, 2].map(|number| format!("site/v{number}/book.chapter-gone.html"));
        left.iter().for_each(|page| write(&place, page, &whole));
        let mut inventory: Value = serde_json::from_slice(&read(&place, "site/files.json").unwrap()).unwrap();
        inventory["retired"] = json!(left);
        write(&place, "site/files.json", inventory.to_string().as_bytes());
        let mended = publish(&keep, &Silent).unwrap();
        assert_eq!((mended.moves, mended.removals), (vec![], left.to_vec()));
        assert!(left.iter().all(|page| read(&place, page).is_none()));
        let again = publish(&keep, &Silent).unwrap();
        assert!(again.unchanged, "{:?} {:?}", again.moves, again.removals);
        if place.server.is_none() {
            let root = Path::new(&place.address);
            assert!(crate::site::links_lead_somewhere(root) > 60);
            assert_eq!(empty_folders(root), Vec::<PathBuf>::new());
        }
    }
}

/// Who has fetched the newest version alone can remove the files of those before, and loses nothing that was known of them.
#[test]
fn files_are_removed_from_a_shallow_checkout_and_what_changed_is_kept() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let place = &places(&folder)[0];
    ["one", "two", "three"].iter().for_each(|content| _ = add(&output, content, true));
    published(&output, place);
    let changes = read(place, "site/v2/changes.html").unwrap();

    let back = folder.path().join("back");
    shallow(&back, place);
    add(&back, "four", true);
    let mut keep = options(&back, place);
    keep.keep = Some(1);
    assert_eq!(publish(&keep, &Silent).unwrap().pruned, [3, 2, 1]);
    let root = Path::new(&place.address);
    assert!(crate::site::links_lead_somewhere(root) > 60);
    for page in ["v1/index.html", "v1/book.html", "v2/missions/kfor.html", "v3/book.html"] {
        let html = String::from_utf8(read(place, &format!("site/{page}")).unwrap()).unwrap();
        assert!(html.contains("The files of this version were removed."), "{page}: {html}");
    }
    assert_eq!(read(place, "site/v2/changes.html").unwrap(), changes);
    assert!(root.join("site/v3/changes.html").exists() && root.join("site/v4/book.html").exists());
    assert_eq!(faults(place), [""; 0]);
}
