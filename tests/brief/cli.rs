//! The command line: help texts, exit codes, streams, terminals, and a book that `init` writes.
//!
//! Help texts are expected files in `tests/cases/cli/`: `cargo expect cli` writes them anew.

use std::fs;
use std::io::Read;
#[cfg(target_os = "linux")]
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use brief::version::{Commit, Digest, DocumentEntry, Pruning, Release, Revision, Store, Tools};
use tempfile::TempDir;

pub(crate) use super::books::Run;

const COMMANDS: [&str; 19] = [
    "build",
    "check",
    "diff",
    "review",
    "since",
    "merge-driver",
    "versions",
    "audience",
    "site",
    "publish",
    "fetch",
    "verify",
    "open",
    "prune",
    "init",
    "new",
    "schema",
    "theme",
    "completions",
];

/// brief in a folder, with nothing of the developer's environment that it heeds.
pub(crate) fn brief(folder: &Path) -> Command {
    let mut brief = Command::cargo_bin("brief").unwrap();
    brief.current_dir(folder).stdin(Stdio::null());
    for name in ["NO_COLOR", "BRIEF_TYPST", "SOURCE_DATE_EPOCH", "COLUMNS", "DISPLAY", "WAYLAND_DISPLAY"] {
        brief.env_remove(name);
    }
    brief
}

fn run(folder: &Path, arguments: &[&str]) -> Run {
    finish(brief(folder).args(arguments))
}

pub(crate) fn finish(command: &mut Command) -> Run {
    let output = command.output().unwrap();
    Run { code: output.status.code(), out: String::from_utf8(output.stdout).unwrap(), err: String::from_utf8(output.stderr).unwrap() }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// Runs brief on a terminal of its own, with someone typing; gives the exit code and what the screen showed.
#[cfg(target_os = "linux")]
fn on_a_terminal(folder: &Path, arguments: &str, typed: &str) -> (Option<i32>, String) {
    let mut child = started(folder, arguments);
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap().replace('\r', ""))
}

/// A command on a terminal, to be answered.
#[cfg(target_os = "linux")]
fn started(folder: &Path, arguments: &str) -> std::process::Child {
    let program = brief(folder).get_program().to_owned().into_string().unwrap();
    Command::new("script")
        .args(["--quiet", "--return", "--command", &format!("{program} {arguments}"), "/dev/null"])
        .current_dir(folder)
        .env("TERM", "xterm")
        .env_remove("NO_COLOR")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// A folder with the book that `init` writes.
fn book() -> TempDir {
    let folder = folder();
    assert_eq!(run(folder.path(), &["init", "."]).code, Some(0));
    folder
}

/// Puts the book that `init` writes into a folder, over what is there.
pub(crate) fn fill(root: &Path) {
    let book = book();
    for (file, bytes) in crate::book::files(book.path()) {
        let path = root.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    // Files of the same names that no book could have.
    for file in ["content/options/tram.yaml", "fonts/about.txt"] {
        let _ = fs::remove_file(root.join(file));
    }
}

#[test]
fn help_texts_are_as_reviewed() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../cases/cli");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let here = folder();
    let whole = run(here.path(), &["--help"]);
    assert_eq!((whole.code, whole.err.as_str()), (Some(0), ""));
    settings.bind(|| insta::assert_snapshot!("help", whole.out));
    let listed = whole.out.split_once("Commands:\n").expect("the commands are listed").1.split("\n\n").next().unwrap();
    let listed: Vec<&str> =
        listed.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|name| !name.is_empty())).collect();
    assert_eq!(listed.iter().filter(|name| **name != "help").copied().collect::<Vec<_>>(), COMMANDS, "every command has its help reviewed");
    for command in COMMANDS {
        let one = run(here.path(), &[command, "--help"]);
        assert_eq!((one.code, one.err.as_str()), (Some(0), ""));
        settings.bind(|| insta::assert_snapshot!(format!("help-{command}"), one.out));
    }
}

#[test]
fn help_fits_a_hundred_columns() {
    let here = folder();
    for command in COMMANDS {
        for line in run(here.path(), &[command, "--help"]).out.lines() {
            assert!(line.chars().count() <= 100, "{command}: {line}");
        }
    }
}

#[test]
fn version_names_typst_too() {
    let printed = run(folder().path(), &["--version"]).out;
    let version = brief::typeset::VERSION;
    let typst = match cfg!(feature = "builtin-typst") {
        true => format!("typst {version}, built in"),
        false => format!("for typst {version}, not built in"),
    };
    assert_eq!(printed, format!("brief {} ({typst})\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_use_is_2_and_says_what_is_right() {
    let here = folder();
    for wrong in [
        &["bulid"][..],
        &["build", "--jobs", "0"],
        &["build", "--date", "2025-11"],
        &["build", "--typst-timeout", "0"],
        &["prune"],
        &["-q", "-v", "check"],
        &[],
    ] {
        let run = run(here.path(), wrong);
        assert_eq!(run.code, Some(2), "{wrong:?}");
        assert_eq!(run.out, "", "{wrong:?}");
        assert!(run.err.contains("Usage:") || run.err.contains("--help"), "{wrong:?}: {}", run.err);
    }
    assert!(run(here.path(), &["build", "--date", "2025-11"]).err.contains("YYYY-MM-DD"));
}

#[test]
fn a_folder_without_a_book_is_2_with_a_hint() {
    let here = folder();
    let lost = run(here.path(), &["build"]);
    assert_eq!(lost.code, Some(2));
    assert_eq!(
        lost.err,
        "error: there is no book in `.` (it has no content/ folder)\n\
         hint: `brief init my-book` writes a small book to start from; `--root DIR` names a book elsewhere\n"
    );
    let book = book();
    let inside = run(&book.path().join("content"), &["check"]);
    assert_eq!(inside.code, Some(2));
    assert!(inside.err.contains("hint: there is a book in `"), "{}", inside.err);
}

#[test]
fn colors_follow_the_option_and_no_color() {
    let here = folder();
    let colored = |arguments: &[&str], no_color: bool| {
        let mut brief = brief(here.path());
        brief.args(arguments);
        if no_color {
            brief.env("NO_COLOR", "1");
        }
        finish(&mut brief).err.contains('\x1b')
    };
    assert!(!colored(&["check"], false), "stderr is no terminal");
    assert!(colored(&["check", "--color", "always"], false));
    assert!(colored(&["--color", "always", "check"], true), "the option outdoes the variable");
    assert!(!colored(&["check", "--color", "never"], false));
}

#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_colored_unless_asked_not_to() {
    let here = folder();
    let colored = |arguments: &str| {
        let (code, screen) = on_a_terminal(here.path(), arguments, "");
        assert_eq!(code, Some(2));
        assert!(screen.contains("there is no book in"), "{screen}");
        screen.contains("\x1b[")
    };
    assert!(colored("check"));
    assert!(!colored("check --color never"));
}

/// What a terminal of forty columns and twenty lines shows of a comparison, with a pager of the user's own.
#[cfg(target_os = "linux")]
#[test]
fn a_comparison_is_broken_at_the_terminal_s_width_and_paged() {
    let book = super::books::Book::new();
    book.edit("content/missions/kfor.yaml", "every breach", "each serious and lasting breach");
    // A pager that the repository names, which is nobody's to run.
    book.git(&["config", "core.pager", "touch named-by-the-repository"]);
    let program = brief(&book.root).get_program().to_owned().into_string().unwrap();
    let shown = |pager: &str, rows: u16, options: &str| {
        let command = format!("stty rows {rows} columns 40; {program} diff HEAD --color never {options}");
        let output = Command::new("script")
            .args(["--quiet", "--return", "--command", &command, "/dev/null"])
            .current_dir(&book.root)
            .envs([("TERM", "xterm"), ("PAGER", pager)])
            .env_remove("COLUMNS")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap().replace('\r', "")
    };
    let paged = shown("sed -e s/^/page:/", 4, "");
    assert!(paged.starts_with("page:HEAD (") && paged.contains("\npage:  mandate: "), "{paged}");
    let longest = paged.lines().map(|line| line.trim_start_matches("page:").chars().count()).max();
    assert!(longest.is_some_and(|longest| longest <= 40), "{paged}");
    for plain in [
        shown("sed -e s/^/page:/", 4, "--no-pager"),
        shown("sed -e s/^/page:/", 60, ""),
        shown("cat", 4, ""),
        shown("no-such-pager", 4, ""),
    ] {
        assert!(plain.starts_with("HEAD (") && plain.contains("\n  mandate: "), "{plain}");
    }
    assert!(!book.root.join("named-by-the-repository").exists());
    // What goes into a file is as it is.
    assert!(book.brief(&["diff", "HEAD"]).out.lines().any(|line| line.chars().count() > 60));
}

#[test]
fn a_reader_that_has_gone_is_no_failure() {
    let here = folder();
    for arguments in [&["completions", "bash"][..], &["--help"], &["build", "--help"]] {
        let mut child = brief(here.path()).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn init_fills_an_empty_folder_and_no_other() {
    let here = folder();
    let first = run(here.path(), &["init", "my-book"]);
    assert_eq!((first.code, first.err.as_str()), (Some(0), ""));
    assert_eq!(first.out, "wrote a book of 16 files to `my-book`; next: `cd my-book`, then `brief build`\n");
    assert!(here.path().join("my-book/.gitignore").is_file());
    let settings = fs::read(here.path().join("my-book/content/book.yaml")).unwrap();
    let second = run(here.path(), &["init", "my-book"]);
    assert_eq!(second.code, Some(2));
    assert_eq!(
        second.err,
        "error: `my-book` is not an empty folder\nhint: nothing was written; name a folder that is empty or not there yet\n"
    );
    assert_eq!(fs::read(here.path().join("my-book/content/book.yaml")).unwrap(), settings);
    fs::write(here.path().join("file"), "").unwrap();
    assert_eq!(run(here.path(), &["init", "file"]).code, Some(2));
    fs::create_dir_all(here.path().join("repository/.git")).unwrap();
    assert_eq!(run(here.path(), &["init", "repository"]).code, Some(0));
}

#[test]
fn what_init_writes_builds_at_once() {
    let book = book();
    let checked = run(book.path(), &["check"]);
    assert_eq!((checked.code, checked.err.as_str()), (Some(0), ""), "{}", checked.out);
    let drafted = run(book.path(), &["build", "--no-pdf"]);
    assert_eq!((drafted.code, drafted.err.as_str()), (Some(0), ""));
    assert_eq!(drafted.out, "made a draft in `output/draft`: 4 documents (`brief build` makes a version of it)\n");
    let text = fs::read_to_string(book.path().join("output/draft/book.md")).unwrap();
    for printed in ["# A night bus for Rivermouth", "410,000", "about 180", "300,000–380,000", "p. 14"] {
        assert!(text.contains(printed), "`{printed}` is missing:\n{text}");
    }
    assert!(!book.path().join("output/v1").exists(), "a draft makes no version");
}

#[cfg(feature = "builtin-typst")]
#[test]
fn a_version_is_made_and_then_the_next() {
    let book = book();
    let build = |date: &str| run(book.path(), &["build", "--typst", "builtin", "--date", date]);
    let first = build("2025-10-01");
    assert_eq!((first.code, first.err.as_str()), (Some(0), ""));
    assert!(first.out.starts_with("made v1 in `output/v1`: 4 documents, 4 typeset; "), "{}", first.out);
    assert!(first.out.ends_with("(`brief versions` lists what changed)\n"), "{}", first.out);
    assert_eq!(build("2025-10-02").out, "nothing that a reader gets has changed since v1: `output/v1` is still current\n");

    let record = book.path().join("content/options/weekend.yaml");
    fs::write(&record, fs::read_to_string(&record).unwrap().replace("riders: 260", "riders: 270")).unwrap();
    assert!(build("2025-10-02").out.starts_with("made v2 in `output/v2`: 4 documents, 2 typeset; "));
    assert!(run(book.path(), &["versions"]).out.starts_with("v2  2025-10-02  "));
    assert_eq!(run(book.path(), &["open", "v1", "options/weekend"]).out, "output/v1/options/weekend.pdf\n");
}

/// Adds a version that holds two small files.
fn publish_version(store: &mut Store, number: u32) {
    let digest: Digest = format!("{number:x}").repeat(64).parse().unwrap();
    let date = format!("2025-10-0{number}").parse().unwrap();
    let revised = Revision { version: number, date, digest };
    let document = |index| {
        (
            if index == 0 { "book".to_owned() } else { format!("sheets/{index}") },
            DocumentEntry { digest, revised: revised.clone(), shared: None, parts: None },
        )
    };
    let stage = store.stage().unwrap();
    stage.write("book.pdf", format!("%PDF {number}").as_bytes()).unwrap();
    stage.write("sheets/one.pdf", b"%PDF one").unwrap();
    let release = Release {
        digest,
        date,
        summary: format!("{number} records changed"),
        documents: (0..number).map(document).collect(),
        tools: Tools::with_typst(brief::typeset::VERSION),
        commit: (number == 2).then(|| Commit { id: "c".repeat(40), clean: true }),
    };
    store.publish(stage, release).unwrap();
}

/// An output folder as builds leave it: three versions, the first of them pruned.
pub(crate) fn versions() -> TempDir {
    let folder = folder();
    let output = folder.path().join("output");
    let mut store = Store::open(&output, &mut |_| {}).unwrap();
    for number in 1..=3 {
        publish_version(&mut store, number);
        if number == 2 {
            store.rebuilt(&Commit { id: "d".repeat(40), clean: false }).unwrap();
        }
    }
    store.prune(&Pruning::of(&output, 2).unwrap()).unwrap();
    folder
}

#[test]
fn versions_are_listed_newest_first() {
    let here = versions();
    let listed = run(here.path(), &["versions"]);
    assert_eq!((listed.code, listed.err.as_str()), (Some(0), ""));
    assert_eq!(
        listed.out,
        "v3  2025-10-03  333333333333  3 documents\n    3 records changed\n    which documents differ is not known: this version or the one before can't be read\n\
         v2  2025-10-02  222222222222  2 documents\n    2 records changed\n    \
         from commit cccccccccccc, commit dddddddddddd with changes\n\
         v1  2025-10-01  111111111111  1 document, pruned\n    1 records changed\n"
    );
    let json: serde_json::Value = serde_json::from_str(&run(here.path(), &["versions", "--format", "json"]).out).unwrap();
    assert_eq!((&json[0]["number"], &json[2]["pruned"], json.as_array().unwrap().len()), (&3.into(), &true.into(), 3));
    fs::write(here.path().join("output/versions.json"), "{").unwrap();
    let damaged = run(here.path(), &["versions"]);
    assert_eq!((damaged.code, damaged.out.as_str()), (Some(2), ""));
    assert!(damaged.err.starts_with("error: can't use the ledger `output/versions.json`\ncaused by: "), "{}", damaged.err);
    assert_eq!(run(folder().path(), &["versions"]).err, "there is no version yet; `brief build` makes the first\n");
}

#[test]
fn open_finds_versions_and_documents() {
    let here = versions();
    let open = |arguments: &[&str]| {
        let run = run(here.path(), &[&["open"], arguments].concat());
        if run.code == Some(0) { run.out } else { run.err }
    };
    // Without a desktop the path alone is printed, so that a script can use it.
    assert_eq!(open(&[]), "output/latest/book.pdf\n");
    assert_eq!(open(&["v2"]), "output/v2/book.pdf\n");
    assert_eq!(open(&["sheets/one"]), "output/latest/sheets/one.pdf\n");
    assert_eq!(open(&["v3", "sheets/one"]), "output/v3/sheets/one.pdf\n");
    assert_eq!(open(&["sheets/on"]), "error: there is no PDF of `sheets/on` in `output/latest`\nhint: did you mean `sheets/one`?\n");
    assert_eq!(open(&["v2", "map"]), "error: there is no PDF of `map` in `output/v2`\nhint: name one of `book`, `sheets/one`\n");
    assert_eq!(open(&["v9"]), "error: there is no `output/v9`\nhint: `brief versions` lists the versions\n");
    assert_eq!(open(&["draft"]), "error: there is no draft in `output`\nhint: `brief build --draft` makes one\n");
    assert_eq!(open(&["book", "v2"]), "error: `book` is not a version\nhint: a version is `v1`, `latest` or `draft`\n");
    // Where there are no links, `latest` is a file that holds a name; and what somebody else put there isn't asked.
    let latest = here.path().join("output/latest");
    for (put, shown) in [("v3\n", "output/v3/book.pdf\n"), ("v2\n", "output/v3/book.pdf\n"), ("mine", "output/v3/book.pdf\n")] {
        fs::remove_file(&latest).unwrap();
        fs::write(&latest, put).unwrap();
        assert_eq!(open(&[]), shown, "{put}");
    }
    fs::remove_file(&latest).unwrap();
    fs::create_dir(&latest).unwrap();
    fs::write(latest.join("book.pdf"), "mine").unwrap();
    assert_eq!(open(&[]), "output/v3/book.pdf\n");
    fs::remove_dir_all(here.path().join("output/v3")).unwrap();
    assert_eq!(open(&[]), "error: the newest version is missing: there is no `output/v3`\nhint: `brief versions` lists the versions\n");
}

#[cfg(target_os = "linux")]
#[test]
fn open_hands_the_file_to_the_desktop() {
    use std::os::unix::fs::PermissionsExt;

    let here = versions();
    let opener = here.path().join("xdg-open");
    for (script, printed) in
        [("#!/bin/sh\necho \"$1\" > shown\n", "opened `output/latest/book.pdf`\n"), ("#!/bin/sh\nexit 3\n", "output/latest/book.pdf\n")]
    {
        fs::write(&opener, script).unwrap();
        fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
        let opened = finish(brief(here.path()).arg("open").env("DISPLAY", ":0").env("PATH", here.path()));
        assert_eq!((opened.code, opened.out.as_str(), opened.err.as_str()), (Some(0), printed, ""));
    }
    assert_eq!(fs::read_to_string(here.path().join("shown")).unwrap(), "output/latest/book.pdf\n");
}

#[test]
fn versions_of_audiences_are_asked_for_by_name() {
    let here = versions();
    let output = here.path().join("output");
    for name in ["desk", "public"] {
        let own = versions();
        fs::create_dir_all(here.path().join("all")).unwrap();
        fs::rename(own.path().join("output"), here.path().join("all").join(name)).unwrap();
    }
    fs::remove_dir_all(&output).unwrap();
    fs::rename(here.path().join("all"), &output).unwrap();

    let mut commands = vec![
        &["versions"][..],
        &["prune", "--keep", "1", "--yes"],
        &["open"],
        &["since", "v2"],
        &["verify"],
        &["site"],
        &["diff", "v1", "v2"],
    ];
    if cfg!(feature = "publish") {
        commands.extend([&["publish", "published"][..], &["fetch", "published"]]);
    }
    for command in commands {
        let run = run(here.path(), command);
        assert_eq!(run.code, Some(2), "{command:?}: {}{}", run.out, run.err);
        assert!(run.err.contains("holds the versions of audiences, each apart"), "{command:?}: {}", run.err);
        assert!(run.err.contains("hint: add `--audience desk` or `--audience public`"), "{command:?}: {}", run.err);
    }
    assert!(run(here.path(), &["versions", "--audience", "public"]).out.starts_with("v3 "));
    let unknown = run(here.path(), &["versions", "--audience", "partners"]);
    assert!(unknown.err.contains("there are no versions for the audience `partners`"), "{}", unknown.err);
    let verified = run(here.path(), &["verify", "--audience", "desk"]);
    assert!(verified.out.contains("`output/desk`"), "{}{}", verified.out, verified.err);
    assert!(run(here.path(), &["open", "public/v9"]).err.contains("there is no `output/public/v9`"));
    let both = run(here.path(), &["open", "public/v3", "--audience", "desk"]);
    assert!(both.err.contains("`--audience desk` and a version of `public` can't both be meant"), "{}", both.err);
    assert_eq!(run(here.path(), &["prune", "--keep", "1", "--audience", "desk", "--yes"]).code, Some(0));
    assert!(run(here.path(), &["versions", "--audience", "public"]).out.contains("v2 "));
}

#[test]
fn the_highest_of_the_labels_that_a_value_bears_is_explained() {
    let book = Path::new(env!("CARGO_MANIFEST_DIR"));
    let explained = run(book, &["audience", "explain", "contributors/egypt/desk_note"]);
    assert_eq!(explained.out.lines().next(), Some("contributors/egypt/desk_note bears TLP:AMBER"), "{}", explained.err);
    let reported = run(book, &["audience", "report"]);
    assert!(reported.out.contains("  contributors/egypt/desk_note: it bears TLP:AMBER\n"), "{}", reported.out);
}

#[test]
fn prune_asks_first() {
    let here = versions();
    let old = here.path().join("output/v2/book.pdf");
    let asked = run(here.path(), &["prune", "--keep", "1"]);
    assert_eq!(asked.code, Some(2));
    assert_eq!(
        asked.err,
        "error: can't ask whether to delete 1 version from `output`: v2 (there is no terminal)\n\
         hint: add `--yes` to delete them without being asked\n"
    );
    assert!(old.is_file(), "nothing is deleted unasked");
    #[cfg(target_os = "linux")]
    for no in ["n\n", "\n", "what?\n"] {
        let (code, screen) = on_a_terminal(here.path(), "prune --keep 1", no);
        assert_eq!(code, Some(0));
        assert!(screen.contains("delete 1 version from `output`: v2\nreally? [y/N] "), "{screen}");
        assert!(screen.ends_with("nothing was deleted\n"), "{screen}");
        assert!(old.is_file());
    }
    assert_eq!(run(here.path(), &["prune", "--keep", "2"]).out, "nothing to delete: `output` holds 2 versions\n");
    assert_eq!(run(here.path(), &["prune", "--keep", "1", "--yes"]).out, "deleted 1 version; `brief versions` still lists it\n");
    assert!(!old.exists() && here.path().join("output/v3/book.pdf").is_file());
    assert!(run(here.path(), &["versions"]).out.contains("v2  2025-10-02  222222222222  2 documents, pruned\n"));
    let nowhere = folder();
    assert_eq!(run(nowhere.path(), &["prune", "--keep", "1"]).out, "nothing to delete: `output` holds 0 versions\n");
    assert!(!nowhere.path().join("output").exists());
}

#[cfg(target_os = "linux")]
#[test]
fn prune_takes_a_yes() {
    let here = versions();
    let (code, screen) = on_a_terminal(here.path(), "prune --keep 1", "y\n");
    assert_eq!(code, Some(0));
    assert!(screen.ends_with("deleted 1 version; `brief versions` still lists it\n"), "{screen}");
    assert!(!here.path().join("output/v2").exists());
}

/// What was asked about is what is deleted, or nothing is.
#[cfg(target_os = "linux")]
#[test]
fn prune_deletes_nothing_once_the_versions_are_others() {
    let here = versions();
    let mut child = started(here.path(), "prune --keep 1");
    let mut screen = Vec::new();
    while !String::from_utf8_lossy(&screen).contains("[y/N]") {
        let mut byte = [0];
        child.stdout.as_mut().unwrap().read_exact(&mut byte).unwrap();
        screen.extend(byte);
    }
    publish_version(&mut Store::open(&here.path().join("output"), &mut |_| {}).unwrap(), 4);
    child.stdin.take().unwrap().write_all(b"y\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let rest = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(2), "{rest}");
    assert!(rest.contains("have changed meanwhile"), "{rest}");
    assert!(["v2", "v3", "v4"].iter().all(|version| here.path().join("output").join(version).is_dir()));
}

#[test]
fn faults_are_1_and_all_are_shown() {
    let book = book();
    let content = book.path().join("content");
    for (file, from, to) in [("options/weekend.yaml", "cost:", "costs:"), ("options/night-line.yaml", "[shifts, depot]", "[shift, depot]")]
    {
        let path = content.join(file);
        fs::write(&path, fs::read_to_string(&path).unwrap().replace(from, to)).unwrap();
    }
    for command in [&["check"][..], &["build", "--no-pdf"], &["-q", "check"]] {
        let faulty = run(book.path(), command);
        assert_eq!((faulty.code, faulty.out.as_str()), (Some(1), ""), "{command:?}");
        for shown in
            ["content/options/weekend.yaml:", "content/options/night-line.yaml:13", "error[dangling-reference]", "did you mean `shifts`?"]
        {
            assert!(faulty.err.contains(shown), "{command:?}: `{shown}` is missing:\n{}", faulty.err);
        }
    }
    assert!(!book.path().join("output/draft").exists());
}

#[test]
fn quiet_is_silent_when_all_is_well() {
    let book = book();
    for command in [&["-q", "check"][..], &["build", "--no-pdf", "--quiet"], &["-q", "theme"]] {
        let quiet = run(book.path(), command);
        assert_eq!((quiet.code, quiet.out.as_str(), quiet.err.as_str()), (Some(0), "", ""), "{command:?}");
    }
    assert!(!run(book.path(), &["-q", "schema"]).out.is_empty(), "what was asked for is printed all the same");
}

#[test]
fn theme_is_not_overwritten_unasked() {
    let book = book();
    let path = book.path().join("templates/theme.typ");
    assert_eq!(run(book.path(), &["theme"]).code, Some(0));
    let default = fs::read(&path).unwrap();
    fs::write(&path, "// mine").unwrap();
    let refused = run(book.path(), &["theme"]);
    assert_eq!(refused.code, Some(2));
    assert_eq!(refused.err, "error: `templates/theme.typ` exists\nhint: `--force` overwrites it with the default\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), "// mine");
    assert_eq!(run(book.path(), &["theme", "--force"]).code, Some(0));
    assert_eq!(fs::read(&path).unwrap(), default);
}

#[test]
fn schemas_are_listed_and_printed() {
    let book = book();
    let listed = run(book.path(), &["schema"]).out;
    for name in ["book", "options", "questions", "sections", "sources"] {
        assert!(listed.lines().any(|line| line.split_whitespace().next() == Some(name)), "{listed}");
        let schema: serde_json::Value = serde_json::from_str(&run(book.path(), &["schema", name]).out).unwrap();
        assert!(schema.is_object(), "{name}");
    }
    let wrong = run(book.path(), &["schema", "option"]);
    assert_eq!((wrong.code, wrong.err.as_str()), (Some(2), "error: there is no collection `option`\nhint: did you mean `options`?\n"));
}

#[test]
fn new_lays_out_a_record_once() {
    let book = book();
    let path = book.path().join("content/options/tram.yaml");
    let made = run(book.path(), &["new", "options", "tram"]);
    assert_eq!((made.code, made.err.as_str()), (Some(0), ""));
    assert_eq!(made.out, "wrote `content/options/tram.yaml`; `brief check` says what is still missing\n");
    let text = fs::read_to_string(&path).unwrap();
    for field in ["name:", "order:", "cost:", "# start:", "What a year of it costs, in crowns."] {
        assert!(text.contains(field), "`{field}` is missing:\n{text}");
    }
    let again = run(book.path(), &["new", "options", "tram"]);
    assert_eq!(again.code, Some(2));
    assert_eq!(again.err, "error: there is a record `options/tram` already\nhint: it is in `content/options/tram.yaml`\n");
    assert_eq!(run(book.path(), &["new", "options", "../../evil"]).code, Some(2));
    let printed = run(book.path(), &["new", "questions", "noise"]);
    assert_eq!((printed.code, printed.err.as_str()), (Some(0), "put this into `content/questions.yaml`\n"));
    assert!(printed.out.contains("noise") && printed.out.contains("owner:"), "{}", printed.out);
}

#[test]
fn completions_know_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = run(folder().path(), &["completions", shell]);
        assert_eq!(script.code, Some(0));
        assert!(script.out.contains("no-pdf") && script.out.contains("versions"), "{shell}");
        assert!(!script.out.contains("typst-builtin"), "{shell}");
    }
}

/// Stops a child when the test ends, however it ends.
struct Stopped(std::process::Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn watch_builds_again_shows_faults_and_goes_on() {
    use std::io::{BufRead, BufReader};
    use std::sync::mpsc;
    use std::time::Duration;

    let book = book();
    let mut command = brief(book.path());
    command.args(["build", "--watch", "--no-pdf"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Stopped(command.spawn().unwrap());
    let (sender, lines) = mpsc::channel();
    let streams: [Box<dyn Read + Send>; 2] = [Box::new(child.0.stdout.take().unwrap()), Box::new(child.0.stderr.take().unwrap())];
    for stream in streams {
        let sender = sender.clone();
        std::thread::spawn(move || BufReader::new(stream).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
    }
    let mut seen: Vec<String> = Vec::new();
    // The two streams are read side by side, so the lines of a step may come in any order.
    let mut wait = |texts: &[&str]| {
        let mut missing = texts.to_vec();
        while !missing.is_empty() {
            let Ok(line) = lines.recv_timeout(Duration::from_secs(60)) else { panic!("no line with {missing:?} came: {seen:#?}") };
            missing.retain(|text| !line.contains(text));
            seen.push(line);
        }
    };
    let record = book.path().join("content/options/weekend.yaml");
    let good = fs::read_to_string(&record).unwrap();
    wait(&["made a draft", "Ctrl-C stops"]);
    fs::write(&record, good.replace("riders:", "rider:")).unwrap();
    wait(&["changed: content/options/weekend.yaml", "error[", "Ctrl-C stops"]);
    fs::write(&record, good.replace("260", "270")).unwrap();
    wait(&["made a draft", "Ctrl-C stops"]);
    assert!(fs::read_to_string(book.path().join("output/draft/book.md")).unwrap().contains("270"));
}

/// The workflows of a book are valid YAML at the paths that the host reads, name no file of this repository, and replace none.
#[test]
fn init_writes_the_workflows_of_a_book() {
    for (host, paths) in [
        ("github", [".github/workflows/brief.yml", ".github/workflows/brief-report.yml", ".github/workflows/publish.yml"].as_slice()),
        ("gitlab", &[".gitlab-ci.yml"]),
        ("forgejo", &[".forgejo/workflows/brief.yml", ".forgejo/workflows/publish.yml"]),
    ] {
        let folder = TempDir::new().unwrap();
        // An empty folder gets the book too, a book its workflows alone.
        let root = folder.path().join("book");
        assert_eq!(run(folder.path(), &["init", "book", "--ci", host]).code, Some(0));
        assert!(root.join("content/book.yaml").is_file());
        for path in paths {
            fs::remove_file(root.join(path)).unwrap();
        }
        let added = run(&root, &["init", "--ci", host]);
        assert_eq!(added.code, Some(0), "{} {}", added.out, added.err);
        let mut all = String::new();
        for path in paths {
            let text = fs::read_to_string(root.join(path)).unwrap();
            let workflow: serde_json::Value = serde_yaml::from_str(&text).unwrap();
            assert!(workflow.is_object(), "{path}");
            assert!(
                !text.contains("uses: ./") && !text.contains("--path .") && !text.contains("audience:"),
                "{path} is of this repository: {text}"
            );
            all.push_str(&text);
        }
        assert!(all.contains("brief build --ledger \"$BRIEF_DESTINATION\" --shallow") && all.contains("brief publish"), "{host}");
        assert!(all.contains("brief verify"), "{host}");
        assert!(all.contains("brief review") || all.contains("uses: OWNER/brief@COMMIT"), "{host}");
        assert!(all.contains("sha256sum --check"), "{host}");
        fs::write(root.join(paths[0]), "mine").unwrap();
        let again = run(&root, &["init", "--ci", host]);
        assert_eq!(again.code, Some(2), "{}", again.err);
        assert!(again.err.contains("is there already"), "{}", again.err);
        assert_eq!(fs::read_to_string(root.join(paths[0])).unwrap(), "mine");
    }
}
