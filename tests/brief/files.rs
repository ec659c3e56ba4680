//! Files that commands are told to write: never into a version, a ledger or what a book is made from, whatever way
//! leads there, and never over what someone else made.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use brief::files::{self, Existing, Guard};
use tempfile::TempDir;

use crate::book::files as all;
use crate::cli::{Run, brief, finish};

/// A book with a version, a draft and pages as they lie there; what is in them doesn't matter here.
fn book() -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in [
        "content/book.yaml",
        "content/options/tram.yaml",
        "templates/book.md.jinja",
        "fonts/about.txt",
        "output/versions.json",
        "output/latest",
        "output/.lock",
        "output/v1/manifest.json",
        "output/v1/book.pdf",
        "output/v1/sheets/a.pdf",
        "output/draft/book.pdf",
        "output/site/index.html",
        "elsewhere/mine.pdf",
    ] {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    folder
}

const REFUSED: [&str; 16] = [
    "content/new.pdf",
    "content/book.yaml",
    "content/options/tram.yaml",
    "templates/new.typ",
    "fonts/new.otf",
    "output/versions.json",
    "output/latest",
    "output/.lock",
    "output/.anything",
    "output/v1/book.pdf",
    "output/v1/new.pdf",
    "output/v1/sheets/new.pdf",
    "output/draft/new.pdf",
    "output/site/new.html",
    "elsewhere/../output/v1/book.pdf",
    "./output/./v1/../v1/book.pdf",
];

#[test]
fn nothing_is_written_where_a_book_or_its_versions_lie() {
    let book = book();
    let root = book.path();
    let before = all(root);
    let guards = [Guard::default(), Guard::new(root, &root.join("output")), Guard::new(Path::new("/nowhere"), Path::new("/nowhere"))];
    for guard in &guards {
        for path in REFUSED {
            for existing in [Existing::Stays, Existing::IsReplaced, Existing::IsReplacedIf(|_| true)] {
                let refused = files::write(&root.join(path), b"new", guard, existing);
                assert!(refused.is_err(), "{path} was written ({existing:?})");
            }
        }
    }
    assert!(all(root) == before, "something was written");
    for (path, existing) in [
        ("output/changes.pdf", Existing::Stays),
        ("new.pdf", Existing::Stays),
        ("elsewhere/mine.pdf", Existing::IsReplaced),
        ("v1", Existing::Stays),
    ] {
        files::write(&root.join(path), b"new", &guards[1], existing).unwrap();
        assert_eq!(fs::read(root.join(path)).unwrap(), b"new");
    }
}

#[cfg(unix)]
#[test]
fn links_lead_nowhere_else() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let book = book();
    let root = book.path();
    let guard = Guard::new(root, &root.join("output"));
    symlink(root.join("output/v1"), root.join("folder")).unwrap();
    symlink(root.join("output/v1/book.pdf"), root.join("file.pdf")).unwrap();
    symlink("nowhere", root.join("dangling.pdf")).unwrap();
    symlink("../content", root.join("elsewhere/up")).unwrap();
    fs::hard_link(root.join("output/v1/book.pdf"), root.join("hard.pdf")).unwrap();
    let before = all(root);
    for path in ["folder/book.pdf", "folder/new.pdf", "folder/sheets/new.pdf", "file.pdf", "dangling.pdf", "elsewhere/up/new.yaml"] {
        assert!(files::write(&root.join(path), b"new", &guard, Existing::IsReplaced).is_err(), "{path} was written");
    }
    assert!(all(root) == before, "something was written");
    // Another name of a version's file gets a file of its own.
    files::write(&root.join("hard.pdf"), b"new", &guard, Existing::IsReplaced).unwrap();
    assert_eq!(fs::read(root.join("output/v1/book.pdf")).unwrap(), b"output/v1/book.pdf");
    let mode = fs::metadata(root.join("hard.pdf")).unwrap().permissions().mode();
    fs::write(root.join("plain"), "").unwrap();
    assert_eq!(mode, fs::metadata(root.join("plain")).unwrap().permissions().mode(), "it has the rights of any new file");
}

/// Where case doesn't count, `Output/V1` is a version, too: the test stands on a file system where it does, so a second
/// name of the folder stands for it.
#[cfg(target_os = "linux")]
#[test]
fn a_version_is_known_under_another_name() {
    let book = book();
    let root = book.path();
    let mounted = root.join("mounted");
    fs::create_dir(&mounted).unwrap();
    let script = "mount --bind output/v1 mounted && exec \"$@\"";
    let mut command = std::process::Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]).current_dir(root);
    command.arg(brief(root).get_program()).args(["diff", ".", "--redline", "mounted/new.pdf", "--force"]);
    let probe = std::process::Command::new("unshare").args(["--user", "--map-root-user", "--mount", "true"]).status();
    if !probe.is_ok_and(|status| status.success()) {
        return crate::tools::MOUNTS.are_missing();
    }
    crate::cli::fill(root);
    let refused = finish(&mut command);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("a version is never changed"), "{}", refused.err);
    assert!(!root.join("output/v1/new.pdf").exists());
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    finish(brief(folder).args(arguments))
}

/// A book that can be read, with a version beside it.
fn real_book() -> (TempDir, PathBuf) {
    let folder = book();
    crate::cli::fill(folder.path());
    let root = folder.path().to_owned();
    (folder, root)
}

#[test]
fn a_redline_replaces_nothing_that_brief_did_not_make() {
    let (_folder, root) = real_book();
    let before = all(&root);
    for path in ["output/v1/book.pdf", "output/versions.json", "content/book.yaml", "templates/new.pdf", "content/../output/v1/a.pdf"] {
        for force in [&[][..], &["--force"]] {
            let refused = run(&root, &[&["diff", ".", "--redline", path], force].concat());
            assert_eq!(refused.code, Some(2), "{path}: {}", refused.err);
            assert!(refused.err.contains("nothing is written to `"), "{path}: {}", refused.err);
        }
    }
    let refused = run(&root, &["diff", ".", "--redline", "elsewhere/mine.pdf"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.err.contains("`elsewhere/mine.pdf` exists, and brief did not make it"), "{}", refused.err);
    assert!(refused.err.contains("`--force`"), "{}", refused.err);
    assert!(all(&root) == before, "something was written");
    if crate::press::engine().is_none() {
        return;
    }
    let redline = |arguments: &[&str]| {
        let mut command = brief(&root);
        command.args(["diff", ".", "--redline", "elsewhere/mine.pdf"]).args(arguments);
        if let Some(typst) = crate::press::named() {
            command.env("BRIEF_TYPST", typst);
        }
        finish(&mut command)
    };
    assert_eq!(redline(&["--force"]).code, Some(0));
    assert!(fs::read(root.join("elsewhere/mine.pdf")).unwrap().starts_with(b"%PDF-"));
    let again = redline(&[]);
    assert_eq!(again.code, Some(0), "its own redline is replaced unasked: {}", again.err);
}

#[cfg(unix)]
#[test]
fn commands_that_write_into_the_book_follow_no_link_out_of_it() {
    use std::os::unix::fs::symlink;

    let (_folder, root) = real_book();
    symlink(root.join("output/v1/book.pdf"), root.join("templates/theme.typ")).unwrap();
    assert_eq!(run(&root, &["theme", "--force"]).code, Some(2));
    fs::remove_dir_all(root.join("content/options")).unwrap();
    symlink(root.join("elsewhere"), root.join("content/options")).unwrap();
    let out = run(&root, &["new", "options", "ferry"]);
    assert_eq!(out.code, Some(2), "{}{}", out.out, out.err);
    assert!(!root.join("elsewhere/ferry.yaml").exists());
    for folder in ["content/inner", "output/v1/inner", "output/draft/inner"] {
        let refused = run(&root, &["init", folder]);
        assert_eq!(refused.code, Some(2), "{folder}");
        assert!(!root.join(folder).exists(), "{folder}");
    }
    assert_eq!(fs::read(root.join("output/v1/book.pdf")).unwrap(), b"output/v1/book.pdf");
}

/// A book with a version that brief built; nothing where it can't typeset here.
fn built() -> Option<(TempDir, PathBuf)> {
    crate::press::engine()?;
    let folder = TempDir::new().unwrap();
    let root = folder.path().to_owned();
    crate::cli::fill(&root);
    let made = finish(&mut crate::press::build(&root, &std::env::temp_dir()));
    assert_eq!(made.code, Some(0), "{}", made.err);
    Some((folder, root))
}

#[test]
fn versions_and_pages_are_put_among_no_sources() {
    let Some((_folder, root)) = built() else { return };
    assert_eq!(run(&root, &["build", "--no-pdf"]).code, Some(0));
    assert_eq!(run(&root, &["site"]).code, Some(0));
    let before = standing(&root);
    let folders =
        ["content", "content/out", "templates/a/b", "output/v1", "output/v1/out", "output/draft", "output/v9", "output/../content/x"];
    for folder in folders {
        let commands: &[&[&str]] = match cfg!(feature = "publish") {
            true => &[
                &["build", "--no-pdf", "--output"],
                &["site", "--output"],
                &["publish", "--allow-dirty"],
                &["fetch", "output", "--output"],
            ],
            false => &[&["build", "--no-pdf", "--output"], &["site", "--output"]],
        };
        for command in commands {
            let refused = run(&root, &[command, &[folder][..]].concat());
            assert_eq!(refused.code, Some(2), "{command:?} {folder}");
            assert!(refused.err.contains("nothing is written to `"), "{command:?} {folder}: {}", refused.err);
        }
    }
    assert!(standing(&root) == before, "something was written");
}

/// All files but those in which the store keeps what it looked at.
fn standing(root: &Path) -> BTreeMap<String, Vec<u8>> {
    all(root).into_iter().filter(|(name, _)| !name.starts_with("output/.")).collect()
}
