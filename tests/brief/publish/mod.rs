//! Publishing, to a folder and to an S3 server: whole versions, in order, once, and back again; and what fails.

mod asked;
mod bounds;
mod costs;
mod damage;
mod faults;
mod ledgers;
mod marked;
mod own_place;
pub(crate) mod places;
mod rivals;
mod roundtrip;
mod signed;
mod suspended;
mod taken_over;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use brief::model::Date;
use brief::pipeline::publish;
use brief::progress::Silent;
use brief::publication::{FetchOptions, Fetched, PublishOptions, Published, fetch};
use brief::publish::{Limits, Publisher, Terms};
use brief::version::{Builds, Commit, Digest, DocumentEntry, ExpectedHistory, Ledger, Release, Revision, Store, Tools};
use object_store::ObjectStoreExt;
use tempfile::TempDir;

use places::{Server, variables};

/// Adds a version that says `content`, as a build of a commit would.
fn add(output: &Path, content: &str, clean: bool) -> u32 {
    add_with(output, content, clean, &[])
}

fn add_with(output: &Path, content: &str, clean: bool, more: &[(String, String)]) -> u32 {
    add_marked(output, content, clean, more, None)
}

fn add_marked(output: &Path, content: &str, clean: bool, more: &[(String, String)], marking: Option<&str>) -> u32 {
    add_by(output, content, Some(commit_of(content, clean)), more, marking)
}

fn commit_of(content: &str, clean: bool) -> Commit {
    Commit { id: format!("commit of {content}"), clean }
}

/// Adds a version of an audience. Its ledger names no commit; that a clean one made it is remembered for the book's owner.
fn add_for(versions: &Path, audience: &str, content: &str) -> u32 {
    let number = add_by(&versions.join(audience), content, None, &[], None);
    Builds::remember(versions, audience, Digest::of(content.as_bytes()), &commit_of(content, true));
    number
}

fn add_by(output: &Path, content: &str, commit: Option<Commit>, more: &[(String, String)], marking: Option<&str>) -> u32 {
    let mut store = Store::open(output, &mut |_| {}).unwrap();
    let stage = store.stage().unwrap();
    let digest = Digest::of(content.as_bytes());
    let date: Date = "2025-11-05".parse().unwrap();
    if more.iter().all(|(name, _)| name != "book.md") {
        stage.write("book.md", format!("# A Small Book\n\n{content}\n").as_bytes()).unwrap();
    }
    stage.write("book.pdf", format!("a PDF of {content}").as_bytes()).unwrap();
    stage.write("missions/kfor.md", b"# KFOR\n\nthe same in all\n").unwrap();
    stage.write("missions/kfor.pdf", b"a PDF, the same in all").unwrap();
    if more.iter().all(|(name, _)| name != "claims.json") {
        stage.write("claims.json", br#"{"format":1,"documents":{}}"#).unwrap();
    }
    stage.write("changes.json", br#"{"format":1,"since":null,"records":[],"files":[]}"#).unwrap();
    let marking = marking.map(|marking| format!(r#","defaults":{{"marking":"{marking}"}}"#)).unwrap_or_default();
    let data =
        format!(r#"{{"format":1,"book":{{"title":"A Small Book","as_of":"2025-11-05","language":"en"{marking}}},"collections":{{}}}}"#);
    if more.iter().all(|(name, _)| name != "data.json") {
        stage.write("data.json", data.as_bytes()).unwrap();
    }
    for (name, text) in more {
        stage.write(name, text.as_bytes()).unwrap();
    }
    let revised = Revision { version: stage.number(), date, digest };
    let documents =
        ["book", "missions/kfor"].map(|id| (id.to_owned(), DocumentEntry { digest, revised: revised.clone(), shared: None, parts: None }));
    let release = Release {
        digest,
        date,
        summary: format!("says {content}"),
        documents: BTreeMap::from(documents),
        tools: Tools::with_typst(brief::typeset::VERSION),
        commit,
    };
    store.publish(stage, release).unwrap().number
}

/// A place to publish to, and the server behind it.
struct Place {
    address: String,
    variables: Vec<(String, String)>,
    server: Option<Server>,
}

impl Place {
    /// A bucket of the server, or of the proxy before it, that listens on this port.
    fn bucket(address: &str, port: u16) -> Place {
        Place { address: address.to_owned(), variables: variables(port), server: None }
    }
}

/// The places that every test of the common suite goes through.
fn places(folder: &TempDir) -> Vec<Place> {
    let folder = folder.path().join("published");
    let mut places = vec![Place { address: folder.to_str().unwrap().to_owned(), variables: Vec::new(), server: None }];
    if let Some(server) = Server::start() {
        places.push(Place { address: "s3://book/some/prefix".to_owned(), variables: variables(server.port), server: Some(server) });
    }
    places
}

fn options(output: &Path, place: &Place) -> PublishOptions {
    PublishOptions {
        output: output.to_owned(),
        audience: None,
        destination: place.address.clone(),
        variables: place.variables.clone(),
        root: output.parent().unwrap().to_owned(),
        versions: output.to_owned(),
        limits: Limits {
            timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(5),
            retries: 2,
            patience: Duration::from_secs(20),
            first_pause: Duration::from_millis(50),
            ..Limits::default()
        },
        dry_run: false,
        keep: None,
        jobs: 8,
        allow_dirty: false,
        allow_marked: Vec::new(),
        adopt: false,
        repair: false,
        sign: None,
        single_publisher: false,
        base_url: None,
        publisher: Publisher { name: "the test".to_owned(), host: Some("here".to_owned()), now: 0 },
        terms: Terms { term: Duration::from_millis(1600), wait: Duration::from_secs(60) },
    }
}

/// Options to publish an audience's versions.
fn options_for(versions: &Path, audience: &str, place: &Place) -> PublishOptions {
    let own = options(&versions.join(audience), place);
    PublishOptions { versions: versions.to_owned(), audience: Some(audience.to_owned()), ..own }
}

/// Options to publish that send again what is damaged.
fn repairing(output: &Path, place: &Place) -> PublishOptions {
    PublishOptions { repair: true, ..options(output, place) }
}

fn published(output: &Path, place: &Place) -> Published {
    publish(&options(output, place), &Silent).unwrap()
}

/// The whole chain of an error, as it is shown.
fn failure(result: anyhow::Result<impl std::fmt::Debug>) -> String {
    format!("{:#}", result.unwrap_err())
}

fn fetch_options(output: &Path, place: &Place) -> FetchOptions {
    FetchOptions {
        output: output.to_owned(),
        audience: None,
        source: place.address.clone(),
        variables: place.variables.clone(),
        limits: options(output, place).limits,
        jobs: 8,
        expected: ExpectedHistory::Versions,
        key: None,
        shallow: false,
    }
}

fn bring(output: &Path, place: &Place) -> anyhow::Result<Fetched> {
    fetch(&fetch_options(output, place), &Silent)
}

/// What a place holds, read back through `fetch` into a new folder.
fn held(place: &Place) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    bring(&output, place).unwrap();
    (folder, output)
}

fn numbers(output: &Path) -> Vec<u32> {
    Ledger::read(output).unwrap().versions().iter().map(|entry| entry.number).collect()
}

/// All files of a folder with their bytes, but for names that start with a dot.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
        if entry.file_type().is_file() && !name.starts_with('.') {
            all.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    all
}

/// The bucket of a place and the path of an object in it, with the credentials of the place.
fn bucket(place: &Place, key: &str) -> (object_store::aws::AmazonS3, object_store::path::Path, tokio::runtime::Runtime) {
    let builder =
        place.variables.iter().fold(object_store::aws::AmazonS3Builder::new().with_bucket_name("book"), |builder, (name, value)| {
            builder.with_config(name.to_ascii_lowercase().parse().unwrap(), value)
        });
    let prefix = place.address.strip_prefix("s3://book").unwrap().trim_matches('/');
    let path = object_store::path::Path::parse(format!("{prefix}/{key}").trim_start_matches('/')).unwrap();
    (builder.build().unwrap(), path, tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap())
}

/// A bucket's object, asked for with the credentials of the place.
fn object_of(place: &Place, key: &str) -> Option<(object_store::Attributes, Vec<u8>)> {
    let (store, path, runtime) = bucket(place, key);
    runtime.block_on(async {
        let found = match store.get(&path).await {
            Err(object_store::Error::NotFound { .. }) => return None,
            found => found.unwrap(),
        };
        Some((found.attributes.clone(), found.bytes().await.unwrap().to_vec()))
    })
}

/// What a place holds under a key.
fn read(place: &Place, key: &str) -> Option<Vec<u8>> {
    if place.address.starts_with("s3://") {
        return object_of(place, key).map(|(_, bytes)| bytes);
    }
    fs::read(Path::new(&place.address).join(key)).ok()
}

/// Puts an object into a place, as somebody else would.
fn write(place: &Place, key: &str, bytes: &[u8]) {
    if place.address.starts_with("s3://") {
        let (store, path, runtime) = bucket(place, key);
        runtime.block_on(store.put(&path, bytes.to_vec().into())).unwrap();
        return;
    }
    let path = Path::new(&place.address).join(key);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

/// Takes an object away, as somebody else would.
fn remove(place: &Place, key: &str) {
    if place.address.starts_with("s3://") {
        let (store, path, runtime) = bucket(place, key);
        runtime.block_on(store.delete(&path)).unwrap();
        return;
    }
    fs::remove_file(Path::new(&place.address).join(key)).unwrap();
}

/// The headers with which a bucket's object is handed out.
fn headers_of(place: &Place, key: &str) -> BTreeMap<String, String> {
    use object_store::Attribute;
    let (attributes, _) = object_of(place, key).unwrap();
    let names = [
        (Attribute::ContentType, "Content-Type"),
        (Attribute::CacheControl, "Cache-Control"),
        (Attribute::ContentDisposition, "Content-Disposition"),
    ];
    names.iter().filter_map(|(attribute, name)| Some(((*name).to_owned(), attributes.get(attribute)?.to_string()))).collect()
}
