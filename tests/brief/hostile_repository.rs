//! A repository whose configuration names a program wherever Git can run one: brief runs none of them.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use brief::tree::revision::{facts, read, resolve};

use super::books::{Book, brief_with, git, typst};

/// Programs that leave a trace when they are run.
struct Traps {
    folder: PathBuf,
    traces: PathBuf,
}

impl Traps {
    fn new(book: &Book) -> Traps {
        let traps = Traps { folder: book.beside("traps"), traces: book.beside("traces") };
        fs::create_dir(&traps.folder).unwrap();
        fs::create_dir(&traps.traces).unwrap();
        traps
    }

    /// A program that leaves a trace of this name; a filter hands on what it is given, all others fail.
    fn set(&self, name: &str) -> String {
        self.set_at(&self.folder.join(name), name);
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn set_at(&self, path: &Path, name: &str) {
        let rest = if name.starts_with("clean") || name == "included" { "cat" } else { "exit 1" };
        fs::write(path, format!("#!/bin/sh\n: > '{}'\n{rest}\n", self.traces.join(name).display())).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The traces since the last call.
    fn sprung(&self) -> BTreeSet<String> {
        let names: BTreeSet<String> =
            fs::read_dir(&self.traces).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.iter().for_each(|name| fs::remove_file(self.traces.join(name)).unwrap());
        names
    }
}

/// Settings that name a program, each with the name of its trap.
const SETTINGS: [(&str, &str); 27] = [
    ("core.fsmonitor", "fsmonitor"),
    ("core.pager", "pager"),
    ("core.editor", "editor"),
    ("core.askPass", "askpass"),
    ("core.sshCommand", "ssh"),
    ("core.gitProxy", "proxy"),
    ("core.alternateRefsCommand", "alternate-refs"),
    ("credential.helper", "credential"),
    ("diff.external", "diff-external"),
    ("diff.trap.command", "diff-command"),
    ("diff.trap.textconv", "textconv"),
    ("merge.trap.driver", "merge"),
    ("filter.trap.clean", "clean"),
    ("filter.trap.smudge", "smudge"),
    ("filter.long.process", "process"),
    ("filter.a=b.c.clean", "clean-with-equals-sign"),
    ("gpg.program", "gpg"),
    ("gpg.ssh.program", "gpg-ssh"),
    ("interactive.diffFilter", "diff-filter"),
    ("pager.status", "pager-status"),
    ("pager.log", "pager-log"),
    ("sequence.editor", "sequence-editor"),
    ("uploadpack.packObjectsHook", "pack-objects"),
    ("remote.origin.uploadpack", "upload-pack"),
    ("remote.origin.receivepack", "receive-pack"),
    ("trailer.trap.cmd", "trailer"),
    ("web.browser", "browser"),
];

/// Makes a book's repository hostile: a past in three commits, the last one signed; objects that must be fetched; a submodule.
fn set_traps(book: &Book) -> Traps {
    let traps = Traps::new(book);
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.write("content/.gitattributes", "*.yaml filter=trap diff=trap merge=trap\nmembers.yaml filter=long\nsources.yaml filter=a=b.c\n");
    book.write("templates/.gitattributes", "* filter=included\n");
    book.commit("two");
    let inner = book.beside("inner");
    fs::create_dir(&inner).unwrap();
    git(&inner, &["init", "-q", "-b", "main"]);
    fs::write(inner.join("it.yaml"), "name: It\n").unwrap();
    git(&inner, &["add", "-A"]);
    git(&inner, &["commit", "-q", "-m", "one"]);
    book.git(&["submodule", "--quiet", "add", inner.to_str().unwrap(), "elsewhere"]);
    book.commit("three");

    for (setting, name) in SETTINGS {
        book.git(&["config", setting, &traps.set(name)]);
    }
    book.git(&["config", "filter.trap.required", "true"]);
    book.git(&["config", "log.showSignature", "true"]);
    book.git(&["config", "status.submoduleSummary", "true"]);
    book.git(&["-C", "elsewhere", "config", "core.fsmonitor", &traps.set("submodule-fsmonitor")]);
    // A filter in a file that is included, and one of the work tree's own settings.
    let included = book.beside("included");
    fs::write(&included, format!("[filter \"included\"]\nclean = {}\n", traps.set("included"))).unwrap();
    book.git(&["config", "include.path", included.to_str().unwrap()]);
    // Hooks, in both places.
    let hooks = book.beside("hooks");
    fs::create_dir(&hooks).unwrap();
    for folder in [&hooks, &book.repository.join(".git/hooks")] {
        fs::create_dir_all(folder).unwrap();
        for hook in ["post-index-change", "pre-auto-gc", "reference-transaction", "post-checkout", "fsmonitor-watchman", "query-watchman"] {
            traps.set_at(&folder.join(hook), &format!("hook-{hook}"));
        }
    }
    book.git(&["-c", "core.fsmonitor=false", "config", "core.hooksPath", hooks.to_str().unwrap()]);
    // Objects that are promised by somebody who is asked through a program.
    let promised = book.git(&["rev-parse", "HEAD~2:content/missions/kfor.yaml"]);
    fs::remove_file(book.repository.join(".git/objects").join(&promised[..2]).join(&promised[2..])).unwrap();
    for (setting, value) in [
        ("core.repositoryFormatVersion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("protocol.allow", "always"),
        ("protocol.ext.allow", "always"),
        ("remote.origin.url", &format!("ext::{}", traps.set("fetch"))),
    ] {
        book.git(&["config", setting, value]);
    }
    sign(book);
    traps.sprung();
    traps
}

/// Puts a signature into the last commit, which is checked where `log.showSignature` says so.
fn sign(book: &Book) {
    let commit = book.git(&["-c", "core.fsmonitor=false", "cat-file", "commit", "HEAD"]);
    let (head, message) = commit.split_once("\n\n").unwrap();
    let file = book.beside("signed");
    let signature = "gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ==\n -----END PGP SIGNATURE-----";
    fs::write(&file, format!("{head}\n{signature}\n\n{message}\n")).unwrap();
    let id = book.git(&["hash-object", "-t", "commit", "-w", file.to_str().unwrap()]);
    fs::write(book.repository.join(".git/refs/heads/main"), format!("{id}\n")).unwrap();
}

/// Makes git compare every file with what is committed: it is as it was, and newer.
fn touch(book: &Book) {
    for file in ["content/missions/kfor.yaml", "content/members.yaml", "content/sources.yaml", "templates/book.md.jinja"] {
        let text = fs::read(book.root.join(file)).unwrap();
        fs::remove_file(book.root.join(file)).unwrap();
        fs::write(book.root.join(file), text).unwrap();
    }
}

#[test]
fn no_program_that_a_repository_names_is_run() {
    let book = Book::new();
    let traps = set_traps(&book);

    // The traps work: Git itself springs them.
    for arguments in [
        // A filter that fails as a process ends Git's command, so it is sprung by itself.
        ["hash-object", "content/members.yaml"].as_slice(),
        &["-c", "filter.long.process=", "status"],
        &["log", "-1"],
        &["cat-file", "-p", "HEAD~2:content/missions/kfor.yaml"],
        &["diff", "HEAD~1", "--", "content"],
        &["update-index", "--refresh"],
    ] {
        touch(&book);
        let _ = Command::new("git").arg("-C").arg(&book.repository).args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").output();
    }
    let sprung = traps.sprung();
    for name in [
        "fsmonitor",
        "submodule-fsmonitor",
        "clean",
        "process",
        "clean-with-equals-sign",
        "included",
        "gpg",
        "fetch",
        "hook-post-index-change",
    ] {
        assert!(sprung.contains(name), "Git doesn't run {name} here, so this test shows nothing of it: {sprung:?}");
    }

    let typst = typst().unwrap_or_default();
    let (redline, published) = (book.beside("redline.pdf"), book.beside("published"));
    let commands: [&[&str]; 19] = [
        &["check"],
        &["build", "--no-pdf"],
        &["build", "--no-pdf", "--since", "HEAD~1"],
        &["build", "--draft"],
        &["build"],
        &["diff"],
        &["diff", "HEAD~1"],
        &["diff", "HEAD~2"],
        &["diff", "HEAD~2", "HEAD~1"],
        &["diff", "main..."],
        &["diff", "HEAD~1", "--format", "html"],
        &["diff", "HEAD~1", "--redline", redline.to_str().unwrap()],
        &["review", "HEAD~1"],
        &["versions"],
        &["verify"],
        &["diff", "HEAD~1", "--format", "json", "--exit-code"],
        &["review", "HEAD~2..."],
        &["site"],
        &["publish", published.to_str().unwrap()],
    ];
    for arguments in commands {
        touch(&book);
        let run = brief_with(&book.root, arguments, &typst);
        assert!(run.code.is_some_and(|code| code <= 2), "{arguments:?}: {run:?}");
        assert_eq!(traps.sprung(), BTreeSet::new(), "brief {arguments:?}");
    }
    // They did ask Git: what is committed was read, and the folder is as committed though nothing may be run to see so.
    let changes = book.brief(&["diff", "HEAD~1"]);
    assert_eq!(changes.code, Some(0), "{changes:?}");
    touch(&book);
    let found = facts(&book.root).unwrap();
    assert_eq!(
        (found.commit, found.clean),
        (fs::read_to_string(book.repository.join(".git/refs/heads/main")).unwrap().trim().to_owned(), true)
    );
    let (_, faults) = read(&book.root, "HEAD~2").unwrap();
    assert_eq!(faults.len(), 1, "an object that would have to be fetched is missing: {faults:?}");
    assert_eq!(traps.sprung(), BTreeSet::new());
}

#[test]
fn variables_that_name_programs_or_other_repositories_are_not_heeded() {
    let book = Book::new();
    let traps = Traps::new(&book);
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.commit("two");
    let other = Book::new();
    let trap = traps.set("variable");
    let mut environment: Vec<(String, String)> =
        ["GIT_EXTERNAL_DIFF", "GIT_PAGER", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "GIT_PROXY_COMMAND", "GIT_EDITOR", "PAGER"]
            .map(|name| (name.to_owned(), trap.clone()))
            .into();
    let elsewhere = other.repository.join(".git").to_str().unwrap().to_owned();
    for (name, value) in [("GIT_DIR", &*elsewhere), ("GIT_WORK_TREE", "/"), ("GIT_INDEX_FILE", "/nowhere"), ("GIT_ICASE_PATHSPECS", "1")] {
        environment.push((name.to_owned(), value.to_owned()));
    }
    let run = brief_with(&book.root, &["diff", "HEAD~1", "HEAD", "--format", "markdown"], &environment);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.out.contains("45,000"), "{run:?}");
    assert_eq!(traps.sprung(), BTreeSet::new());
}

#[test]
fn an_object_that_is_replaced_is_read_as_it_was_committed() {
    let book = Book::new();
    let blob = book.git(&["rev-parse", "HEAD:content/book.yaml"]);
    let other = book.beside("other");
    fs::write(&other, "title: Another\n").unwrap();
    let other = book.git(&["hash-object", "-w", other.to_str().unwrap()]);
    book.git(&["replace", &blob, &other]);
    let (tree, _) = read(&book.root, "HEAD").unwrap();
    assert!(tree.text("content/book.yaml").unwrap().starts_with("title: A Small Book\n"));
}

#[test]
fn a_bare_repository_that_somebody_committed_is_not_used() {
    let book = Book::new();
    let inner = book.root.join("content/inner");
    git(&book.root, &["init", "-q", "--bare", inner.to_str().unwrap()]);
    fs::create_dir_all(inner.join("content")).unwrap();
    let error = resolve(&inner, "HEAD").unwrap_err().to_string();
    assert!(error.contains("can't use") && error.contains("bare repository"), "{error}");
    assert_eq!(facts(&inner), None);
}

#[test]
fn a_file_of_git_lfs_is_as_committed_where_its_pointer_says_so() {
    let book = Book::new();
    let content = "a large file\n";
    // sha256sum of the content.
    let pointer = "version https://git-lfs.github.com/spec/v1\n\
                   oid sha256:DIGEST\nsize 13\n";
    book.write("content/assets/large.svg", &pointer.replace("DIGEST", &sha256(content)));
    book.commit("a pointer");
    assert!(facts(&book.root).unwrap().clean);
    book.write("content/assets/large.svg", content);
    assert!(facts(&book.root).unwrap().clean, "the very content that the pointer names");
    book.write("content/assets/large.svg", "another file\n");
    assert!(!facts(&book.root).unwrap().clean);
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_book_with_a_submodule_is_never_as_committed() {
    let (book, inner) = (Book::new(), Book::new());
    book.git(&["submodule", "--quiet", "add", inner.repository.to_str().unwrap(), "content/inner"]);
    book.commit("a submodule");
    assert!(!facts(&book.root).unwrap().clean);
}
