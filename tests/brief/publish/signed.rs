//! Signed histories: what a key has signed is taken, and what it hasn't is refused.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use assert_cmd::cargo::CommandCargoExt;
use brief::pipeline::publish;
use brief::progress::Silent;
use brief::publication::{FetchOptions, Fetched, PublishOptions, VerifyOptions, fetch, verify_published};
use brief::publish::{SigningKey, VerifyingKey};
use brief::version::ExpectedHistory;
use minisign::KeyPair;
use tempfile::TempDir;

use crate::tools::need;

use super::places::{Deed, Proxy, Server};
use super::{Place, add, add_for, failure, numbers, options, options_for, places, published, read, write};

fn key() -> Arc<SigningKey> {
    let secret = KeyPair::generate_unencrypted_keypair().unwrap().sk.to_box(None).unwrap().into_string();
    Arc::new(SigningKey::parse(&secret, None).unwrap())
}

fn signed(output: &Path, place: &Place, key: &Arc<SigningKey>) -> anyhow::Result<brief::publication::Published> {
    let mut options = options(output, place);
    options.sign = Some(Arc::clone(key));
    publish(&options, &Silent)
}

fn bring(output: &Path, place: &Place, key: &VerifyingKey) -> anyhow::Result<Fetched> {
    let options = FetchOptions {
        output: output.to_owned(),
        audience: None,
        source: place.address.clone(),
        variables: place.variables.clone(),
        limits: options(output, place).limits,
        jobs: 8,
        expected: ExpectedHistory::Versions,
        key: Some(key.clone()),
        shallow: false,
    };
    fetch(&options, &Silent)
}

fn verify(place: &Place, key: &VerifyingKey, audience: Option<&str>) -> anyhow::Result<brief::publication::VerifiedPlace> {
    let options = VerifyOptions {
        source: place.address.clone(),
        audience: audience.map(str::to_owned),
        variables: place.variables.clone(),
        limits: brief::publish::Limits::default(),
        jobs: 8,
        key: Some(key.clone()),
    };
    verify_published(&options, &Silent)
}

#[test]
fn a_history_is_taken_from_the_key_that_signed_it_alone() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        let fresh = |name: &str| folder.path().join(format!("{name}-{index}"));
        let (own, other) = (key(), key());
        let public = own.verifying().unwrap();
        add(&output, "one", true);
        signed(&output, place, &own).unwrap();
        assert!(signed(&output, place, &own).unwrap().unchanged, "the signature stands");
        add(&output, "two", true);
        signed(&output, place, &own).unwrap();
        let found = verify(place, &public, None).unwrap();
        assert!(found.faults.is_empty() && found.signed.unwrap().contains("newest=v2"));
        assert_eq!(bring(&fresh("good"), place, &public).unwrap().versions, [1, 2]);

        let refused = failure(bring(&fresh("other"), place, &other.verifying().unwrap()));
        assert!(refused.contains("is refused") && refused.contains("another key"), "{refused}");
        assert!(failure(verify(place, &other.verifying().unwrap(), None)).contains("is refused"));

        // An unsigned publication on top would make readers refuse the place.
        add(&output, "three", true);
        let said = failure(publish(&options(&output, place), &Silent));
        assert!(said.contains("is signed") && said.contains("--sign"), "{said}");
        signed(&output, place, &own).unwrap();

        // A forged history: well-formed, and of the same numbers.
        let ledger = String::from_utf8(read(place, "versions.json").unwrap()).unwrap();
        write(place, "versions.json", ledger.replacen("says three", "says else!", 1).as_bytes());
        let refused = failure(bring(&fresh("forged"), place, &public));
        assert!(refused.contains("is refused"), "{refused}");
        assert!(!fresh("forged").exists(), "nothing of it was taken");
        assert!(failure(verify(place, &public, None)).contains("is refused"));
    }
}

#[test]
fn an_unsigned_history_is_refused_where_a_key_is_expected() {
    let folder = TempDir::new().unwrap();
    let place = &places(&folder)[0];
    let output = folder.path().join("output");
    add(&output, "one", true);
    published(&output, place);
    let refused = failure(bring(&folder.path().join("back"), place, &key().verifying().unwrap()));
    assert!(refused.contains("is not signed, and a key is expected"), "{refused}");
    // It can be signed later on.
    let own = key();
    assert!(!signed(&output, place, &own).unwrap().unchanged);
    assert_eq!(bring(&folder.path().join("back"), place, &own.verifying().unwrap()).unwrap().versions, [1]);
}

#[test]
fn a_signed_ledger_of_one_audience_is_not_that_of_another() {
    let folder = TempDir::new().unwrap();
    let place = &places(&folder)[0];
    let output = folder.path().join("output");
    add_for(&output, "internal", "one");
    let own = key();
    let options = PublishOptions { sign: Some(Arc::clone(&own)), ..options_for(&output, "internal", place) };
    publish(&options, &Silent).unwrap();
    let marker = String::from_utf8(read(place, "destination.json").unwrap()).unwrap();
    write(place, "destination.json", marker.replace("internal", "public").as_bytes());
    let refused = failure(verify(place, &own.verifying().unwrap(), Some("public")));
    assert!(refused.contains("signed for another audience"), "{refused}");
}

#[test]
fn a_signed_publication_may_be_cut_off_before_the_ledger() {
    let Some(server) = Server::start() else { return };
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let own = key();
    add(&output, "one", true);
    let direct = Place::bucket("s3://book/place", server.port);
    signed(&output, &direct, &own).unwrap();
    add(&output, "two", true);
    for cut in ["/versions.json", "/latest/version.txt"] {
        let proxy =
            Proxy::start(server.port, move |method, path, _| if method == "PUT" && path.ends_with(cut) { Deed::Drop } else { Deed::Pass });
        let place = Place::bucket(&direct.address, proxy.port);
        assert!(signed(&output, &place, &own).is_err(), "{cut}");
        let back = folder.path().join(format!("back{}", cut.replace('/', "-")));
        let brought = bring(&back, &direct, &own.verifying().unwrap()).unwrap();
        assert_eq!(
            brought.newest,
            Some(if cut == "/latest/version.txt" { 2 } else { 1 }),
            "{cut}: the ledger that stands has its signature"
        );
    }
    signed(&output, &direct, &own).unwrap();
    assert!(verify(&direct, &own.verifying().unwrap(), None).unwrap().faults.is_empty());
}

#[test]
fn the_minisign_program_makes_the_keys_and_checks_the_signatures() {
    let program = need!(MINISIGN);
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let minisign = |arguments: &[&str]| Command::new(&program).args(arguments).output().unwrap();
    let made = minisign(&["-G", "-W", "-f", "-p", &at("key.pub"), "-s", &at("key")]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let output = folder.path().join("output");
    add(&output, "one", true);
    let brief = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = Command::cargo_bin("brief").unwrap();
        command.env_remove("BRIEF_SIGN_KEY").env_remove("BRIEF_SIGN_KEY_FILE").env_remove("BRIEF_SIGN_PASSWORD");
        let done = command.envs(variables.iter().copied()).args(arguments).current_dir(folder.path()).output().unwrap();
        (done.status.code(), String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr))
    };
    let (code, said) = brief(&["publish", "there", "--sign"], &[]);
    assert!(code == Some(2) && said.contains("no key to sign with"), "{said}");
    let (code, said) = brief(&["publish", "there", "--sign"], &[("BRIEF_SIGN_KEY_FILE", &at("key"))]);
    assert_eq!(code, Some(0), "{said}");
    let checked = minisign(&["-V", "-p", &at("key.pub"), "-m", &at("there/versions.json")]);
    let said = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(checked.status.success() && said.contains("brief ledger audience=- newest=v1"), "{said}");
    // The other way round: a signature by the program is one.
    fs::remove_file(folder.path().join("there/versions.json.minisig")).unwrap();
    fs::remove_dir_all(folder.path().join("there/signatures")).unwrap();
    let comment = "brief ledger audience=- newest=v1";
    assert!(minisign(&["-S", "-s", &at("key"), "-t", comment, "-m", &at("there/versions.json")]).status.success());
    let public = fs::read_to_string(at("key.pub")).unwrap();
    for key in [at("key.pub"), public.lines().nth(1).unwrap().to_owned()] {
        let (code, said) = brief(&["fetch", "there", "--output", "back", "--key", &key], &[]);
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(numbers(&folder.path().join("back")), [1]);
        fs::remove_dir_all(folder.path().join("back")).unwrap();
    }
    // A forged ledger stops a build, too.
    let (code, said) = brief(&["init", "book"], &[]);
    assert_eq!(code, Some(0), "{said}");
    let ledger = fs::read_to_string(folder.path().join("there/versions.json")).unwrap();
    fs::write(folder.path().join("there/versions.json"), ledger.replace("says one", "says two")).unwrap();
    let (code, said) = brief(&["build", "--root", "book", "--no-pdf", "--ledger", "there", "--key", &at("key.pub")], &[]);
    assert!(code == Some(2) && said.contains("is refused"), "{said}");
    let (code, said) = brief(&["fetch", "there", "--key", "nonsense"], &[]);
    assert!(code == Some(2) && said.contains("neither a public key of minisign nor a file"), "{said}");
}

/// Another key than before is no fault, and readers who expect the first will refuse what it signs: that is said.
#[test]
fn another_key_is_noted() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let place = &places(&folder)[0];
    let (one, other) = (key(), key());
    add(&output, "one", true);
    assert!(signed(&output, place, &one).unwrap().notes.is_empty());
    add(&output, "two", true);
    assert!(signed(&output, place, &one).unwrap().notes.is_empty());
    add(&output, "three", true);
    let notes = signed(&output, place, &other).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("was not signed with this key before")), "{notes:?}");
}

/// The key vouches for a file through the ledger and the manifest that name its digest.
#[test]
fn a_file_is_verified_with_the_key_that_signed_its_history() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    let place = &places(&folder)[0];
    let (own, other) = (key(), key());
    add(&output, "one", true);
    signed(&output, place, &own).unwrap();
    let file = Path::new(&place.address).join("v1/book.pdf");
    let run = |arguments: &[&str], key: &SigningKey| {
        let public = key.verifying().unwrap().to_text();
        let mut command = Command::cargo_bin("brief").unwrap();
        let done = command.current_dir(folder.path()).arg("verify").args(arguments).args(["--key", &public]).output().unwrap();
        (done.status.code(), format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr)))
    };
    let path = file.to_str().unwrap();
    let (code, said) = run(&[path], &own);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("signed with that key") && said.contains("made for v1"), "{said}");
    let (code, said) = run(&[path], &other);
    assert!(code != Some(0) && said.contains("refused"), "{said}");
    // A copy elsewhere, held against the place that is named.
    let copy = folder.path().join("copy.pdf");
    fs::copy(&file, &copy).unwrap();
    let (code, said) = run(&["copy.pdf", "--output", &place.address], &own);
    assert_eq!(code, Some(0), "{said}");
    fs::write(&copy, "another").unwrap();
    let (code, said) = run(&["copy.pdf", "--output", &place.address], &own);
    assert_eq!(code, Some(1), "{said}");
    let (code, said) = run(&["copy.pdf"], &own);
    assert!(code == Some(2) && said.contains("lies in no place"), "{said}");
}
