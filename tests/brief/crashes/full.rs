//! A disk that fills up at any point of a build, and one that can't be written to: a file system of its own, in a
//! namespace of its own. Where the system allows none, the tests are skipped.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::tools::MOUNTS;

use super::{Book, can_typeset, expect, history, holds, published};

/// What makes a namespace in which file systems may be mounted.
fn namespace() -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [&["--user", "--map-root-user", "--mount"], &["--mount"]];
    let works = |way: &&[&str]| {
        let probe = "mount -t tmpfs -o size=64k brief \"$0\"";
        let folder = tempfile::tempdir().unwrap();
        Command::new("unshare").args(*way).args(["sh", "-c", probe]).arg(folder.path()).output().is_ok_and(|probe| probe.status.success())
    };
    let found = ways.into_iter().find(works);
    if found.is_none() {
        MOUNTS.are_missing();
    }
    found
}

/// Runs a shell script in a namespace, with the environment of a build and its command line in `$@`.
fn within(way: &[&str], book: &Book, script: &str) -> String {
    let build = book.command();
    let mut command = Command::new("unshare");
    command.args(way).args(["sh", "-euc", script, "sh"]).arg(build.get_program()).args(build.get_args()).current_dir(book.root());
    for (name, value) in build.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_disk_may_fill_up_at_any_point() {
    let (Some(way), true) = (namespace(), can_typeset()) else { return };
    let (book, reference) = (Book::new(), Book::new());
    for number in [1, 2] {
        reference.say(number);
        reference.built();
    }
    book.say(1);
    book.built();
    let stands = history(&book.output());
    book.say(2);
    fs::rename(book.output(), book.root().join("first")).unwrap();
    fs::create_dir(book.output()).unwrap();
    // Each turn leaves a few more kilobytes, until the version fits.
    let script = r#"
        mount -t tmpfs -o size=1m brief output
        cp -a first/. output
        used=$(df -k --output=used output | tail -1)
        free=0
        while :; do
          mount -o remount,size=$((used + free))k output
          code=0; "$@" >said.$free 2>&1 || code=$?
          mkdir -p after && cp -a output after/$free
          echo "$free $code"
          [ $code -ne 0 ] || break
          free=$((free + 8))
        done
    "#;
    let turns = within(way, &book, script);
    let mut full = 0;
    for turn in turns.lines() {
        let (free, code) = turn.split_once(' ').unwrap();
        let after = book.root().join("after").join(free);
        let said = fs::read_to_string(book.root().join(format!("said.{free}"))).unwrap();
        holds(&after, &stands);
        match code {
            "0" => assert_eq!(published(&after), published(&reference.output()), "{said}"),
            _ => {
                assert_eq!(code, "2", "{said}");
                assert!(said.contains("`output/") && said.contains("No space left on device"), "{said}");
                assert_eq!(history(&after), stands);
                full += 1;
            }
        }
    }
    assert!(full > 5, "the disk was full {full} times: {turns}");
}

#[test]
fn an_output_folder_that_is_read_only_is_named() {
    let (Some(way), true) = (namespace(), can_typeset()) else { return };
    let book = Book::new();
    book.say(1);
    book.built();
    book.say(2);
    let script = r#"
        mv output first && mkdir output
        mount -t tmpfs -o size=1m brief output && cp -a first/. output && mount -o remount,ro output
        "$@" 2>&1 || echo "exit code $?"
        cp -a output after
    "#;
    let (said, code) =
        within(way, &book, script).rsplit_once("exit code ").map(|(said, code)| (said.to_owned(), code.trim().parse().ok())).unwrap();
    expect("output-read-only", &said, code);
    holds(&book.root().join("after"), &history(&book.root().join("first")));
    assert_eq!(published(&book.root().join("after")), published(Path::new(&book.root().join("first"))));
}
