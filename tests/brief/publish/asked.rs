//! What people are told who wait, lose a race or forgot their credentials, and that they can do it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use assert_cmd::cargo::CommandCargoExt;
use brief::pipeline::publish;
use brief::progress::Silent;
use brief::publish::Publisher;
use tempfile::TempDir;

use super::damage::faults;
use super::suspended::Listening;
use super::{add, bring, failure, held, numbers, options, places, published, read, write};

#[test]
fn a_lock_that_was_left_behind_says_whose_it_is_how_old_and_what_will_happen() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let output = folder.path().join(format!("output-{index}"));
        add(&output, "one", true);
        write(place, "publish.lock", br#"{"publisher":"process 1 on gone","host":"gone","token":"0","beat":3}"#);
        let heard = Listening::default();
        let mut options = options(&output, place);
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        options.publisher = Publisher { now: i64::try_from(now).unwrap() + 240, ..options.publisher };
        assert_eq!(publish(&options, &heard).unwrap().newest, 1);
        let heard = heard.0.into_inner().unwrap();
        assert_eq!(heard.len(), 2, "{heard:?}");
        for wanted in
            ["publish.lock` is held by process 1 on gone", "last renewed 4 minutes ago", "a second was left behind, and is taken over"]
        {
            assert!(heard[0].contains(wanted), "{wanted}: {heard:?}");
        }
        assert!(heard[1].contains("took over") && heard[1].contains("which process 1 on gone left behind 4 minutes ago"), "{heard:?}");
        assert_eq!(read(place, "publish.lock"), None);
        assert!(faults(place).is_empty());
    }
}

#[test]
fn identical_versions_from_two_publishers_at_once_are_fine() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let outputs = ["one", "other"].map(|name| folder.path().join(format!("{name}-{index}")));
        for output in &outputs {
            add(output, "one", true);
            add(output, "two", true);
        }
        let results = thread::scope(|scope| {
            let running: Vec<_> = outputs.iter().map(|output| scope.spawn(move || publish(&options(output, place), &Silent))).collect();
            running.into_iter().map(|running| running.join().unwrap()).collect::<Vec<_>>()
        });
        for result in results {
            assert_eq!(result.unwrap().newest, 2);
        }
        assert!(faults(place).is_empty());
        assert_eq!(numbers(&held(place).1), [2, 1]);
    }
}

#[test]
fn the_loser_of_a_race_can_do_what_it_is_told() {
    let folder = TempDir::new().unwrap();
    for (index, place) in places(&folder).iter().enumerate() {
        let (winner, loser) = (folder.path().join(format!("winner-{index}")), folder.path().join(format!("loser-{index}")));
        for output in [&winner, &loser] {
            add(output, "common", true);
        }
        published(&winner, place);
        add(&winner, "two of the winner", true);
        add(&loser, "two of the loser", true);
        published(&winner, place);
        let told = failure(publish(&options(&loser, place), &Silent));
        let aside = format!("{}-unpublished", loser.display());
        assert!(told.contains(&format!("`mv {} {aside}`", loser.display())) && told.contains("brief build --ledger"), "{told}");
        fs::rename(&loser, &aside).unwrap();
        bring(&loser, place).unwrap();
        assert_eq!(add(&loser, "two of the loser", true), 3);
        published(&loser, place);
        assert_eq!(numbers(&held(place).1), [3, 2, 1]);
        assert!(Path::new(&aside).join("v2/book.pdf").exists(), "and nothing was lost");
    }
}

#[test]
fn missing_credentials_are_said_before_anything_is_asked() {
    let folder = TempDir::new().unwrap();
    let output = folder.path().join("output");
    add(&output, "one", true);
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = Command::cargo_bin("brief").unwrap();
        for (name, _) in
            std::env::vars().filter(|(name, _)| ["AWS_", "GOOGLE_", "AZURE_", "GCE_"].iter().any(|start| name.starts_with(start)))
        {
            command.env_remove(name);
        }
        command.envs(variables.iter().copied()).args(arguments).args(["--output", output.to_str().unwrap()]);
        let done = command.current_dir(folder.path()).output().unwrap();
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    for (address, wanted) in [
        ("s3://bucket/x", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"),
        ("gs://bucket/x", "GOOGLE_SERVICE_ACCOUNT"),
        ("az://container/x", "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY"),
    ] {
        for command in ["publish", "fetch"] {
            let (code, said) = run(&[command, address], &[]);
            assert_eq!(code, Some(2), "{said}");
            assert!(said.contains(&format!("there are no credentials for `{address}` in the environment: set {wanted}")), "{said}");
        }
    }
    // A metadata address is asked where it is named, and only there.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let answering = thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = [0; 512];
        let read = stream.read(&mut head).unwrap();
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        String::from_utf8_lossy(&head[..read]).into_owned()
    });
    let (code, said) = run(&["fetch", "s3://bucket/x"], &[("AWS_METADATA_ENDPOINT", &endpoint), ("AWS_ENDPOINT", "http://127.0.0.1:1")]);
    assert_eq!(code, Some(2), "{said}");
    assert!(answering.join().unwrap().starts_with("PUT /latest/api/token"), "{said}");
}
