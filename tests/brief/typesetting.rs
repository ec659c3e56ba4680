//! What the one who builds is told when typesetting goes wrong: each folder in `tests/cases/typeset`, and of the
//! rules for typeset documents, is what differs from the book in `tests/cases/pipeline/base`, and `expected.txt` what `brief build` says of it, and its exit code.
//! `arguments` holds more arguments, one a line; `typst.sh`, where there is one, stands in for typst.
//!
//! A new case needs no Rust: `cargo expect typesetting` writes what is said now, to be read and kept.

use std::fs;
use std::path::{Path, PathBuf};

use super::books::book_of;
use super::cases::{self, Comparison};
use super::faults::{is_of_typesetting, rule_cases};
use super::{pdf, press};

/// What `brief build` says, without the names of temporary folders.
fn said(case: &Path) -> Option<String> {
    if !cfg!(feature = "builtin-typst") && case.ends_with("theme-package") {
        // What the typst program says depends on its network; the built-in one has none.
        return None;
    }
    let stand_in = case.join("typst.sh");
    if !stand_in.exists() && press::engine().is_none() {
        return None;
    }
    let (book, temporary) = (book_of(case), tempfile::tempdir().unwrap());
    let mut command = press::build(book.path(), temporary.path());
    if stand_in.exists() {
        command.arg("--typst").arg(executable(&stand_in, book.path()));
    }
    let arguments = fs::read_to_string(case.join("arguments")).unwrap_or_default();
    let output = command.args(arguments.lines()).output().unwrap();
    let left = fs::read_dir(temporary.path()).unwrap().count();
    assert_eq!(left, 0, "{} leaves temporary files", case.display());
    let said = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    Some(format!("{said}exit code {}\n", output.status.code().unwrap()).replace(&format!("{}/", book.path().display()), ""))
}

/// The script as a program of typst's name.
fn executable(script: &Path, folder: &Path) -> PathBuf {
    let program = folder.join("typst");
    let script = fs::read_to_string(script).unwrap().replace("TYPST_VERSION", brief::typeset::VERSION);
    fs::write(&program, script).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    program
}

#[cfg(unix)]
#[test]
fn every_case_says_what_is_expected() {
    let mut comparison = Comparison::default();
    for case in cases::cases("typeset").into_iter().chain(rule_cases(|code, _| is_of_typesetting(code))) {
        let Some(said) = said(&case) else { continue };
        comparison.file(&case.join("expected.txt"), &said);
        cases::has_only(&case, &["content", "templates", "fonts", "expected.txt", "arguments", "typst.sh"]);
    }
    comparison.finish();
}

/// Typst's temporary files are kept when asked for, and only then.
#[cfg(unix)]
#[test]
fn temporary_files_are_kept_on_request_alone() {
    let case = cases::folder("typeset/typst-fails");
    let (book, temporary) = (book_of(&case), tempfile::tempdir().unwrap());
    let typst = executable(&case.join("typst.sh"), book.path());
    for (arguments, kept) in [(&[][..], false), (&["-v"], true)] {
        let output = press::build(book.path(), temporary.path()).arg("--typst").arg(&typst).args(arguments).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        let folders: Vec<PathBuf> = fs::read_dir(temporary.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(folders.len(), usize::from(kept), "{said}");
        for folder in folders {
            assert!(said.contains(&format!("what typst was given is in `{}`", folder.display())), "{said}");
            assert!(folder.join("root/main.typ").is_file());
        }
    }
}

/// What only shows once the list of changes is known is a warning of the build all the same, and said once.
#[test]
fn warnings_of_what_is_rendered_with_the_changes_are_shown() {
    let Some(environment) = super::books::typst() else { return };
    let book = super::books::Book::new();
    book.edit("content/missions/kfor.yaml", "mandate: The force", "mandate: |\n  ##### A deep heading\n\n  The force");
    book.edit(
        "templates/book.md.jinja",
        "{% for m in missions %}",
        "{% if changes %}\n\n{{ missions.kfor.mandate }}\n\n{% endif %}\n{% for m in [] %}",
    );
    let run = |arguments: &[&str]| {
        let run = super::books::brief_with(&book.root, arguments, &environment);
        assert_eq!(run.code, Some(0), "{}{}", run.out, run.err);
        run.err.matches("warning[heading-level]").count()
    };
    assert_eq!(run(&["build"]), 0, "nothing changed yet");
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    assert_eq!(run(&["build", "--draft"]), 1);
    assert_eq!(run(&["build"]), 1);
}

/// PDF/UA allows one line at a word: the redline's, or its author's.
#[test]
fn a_redline_marks_what_its_author_struck_out() {
    let Some(_) = press::engine() else { return };
    let (book, temporary) = (book_of(Path::new("no case")), tempfile::tempdir().unwrap());
    let template = book.path().join("templates/book.md.jinja");
    let before = fs::read_to_string(&template).unwrap();
    let write = |text: &str| fs::write(&template, format!("{before}\n## ~~Struck~~ heading\n\n{text}\n")).unwrap();
    write(
        "The ~~old plan~~ is *gone ~~for ever~~*.\n\n~~All of it.~~\n\n| a | b |\n| - | - |\n| ~~one~~ | [~~link~~](https://example.org) |",
    );
    assert!(press::build(book.path(), temporary.path()).status().unwrap().success());
    write(
        "The ~~old new plan~~ is *gone ~~for now~~*.\n\n| a | b |\n| - | - |\n| ~~two~~ | [~~other~~](https://example.org) |\n\n~~Another text.~~",
    );
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_brief"));
    command.current_dir(book.path()).args(["diff", "v1", "--redline", "redline.pdf"]).env("TMPDIR", temporary.path());
    if let Some(typst) = press::named() {
        command.env("BRIEF_TYPST", typst);
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let Some(pages) = pdf::pages(&fs::read(book.path().join("redline.pdf")).unwrap()) else { return };
    let text = pdf::seen(&pages.concat());
    assert!(text.contains("[inserted:~new~]") || text.contains("[inserted:~new~"), "{text}");
    assert!(text.contains("~All of it.~".replace(' ', "").as_str()), "{text}");
}

/// What a PDF can't hold in one piece is blamed on the line that prints it, not on typst.
#[test]
fn a_text_too_long_for_a_pdf_has_a_place() {
    if press::engine().is_none() {
        return;
    }
    for (template, line) in [("# {{ missions.kfor.name }}\n", 1), ("# T\n\n![{{ missions.kfor.name }}](assets/a.svg)\n", 3)] {
        let (book, temporary) = (book_of(Path::new("no case")), tempfile::tempdir().unwrap());
        fs::create_dir_all(book.path().join("content/assets")).unwrap();
        let image = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"></svg>";
        fs::write(book.path().join("content/assets/a.svg"), image).unwrap();
        fs::write(book.path().join("content/missions/kfor.yaml"), format!("name: \"{}\"\n", "<".repeat(40_000))).unwrap();
        fs::write(book.path().join("templates/book.md.jinja"), template).unwrap();
        let output = press::build(book.path(), temporary.path()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
        let shown: String = said.chars().take(2_000).collect();
        assert_eq!(output.status.code(), Some(1), "{shown}");
        assert!(said.contains(&format!("--> templates/book.md.jinja:{line}")) && !said.contains("PDF string"), "{shown}");
    }
}
