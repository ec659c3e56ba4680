//! Typesetting for tests: which typst serves, and what a PDF says when it is read back.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use brief::typeset::{Choice, Engine};

/// The built-in typst, else the program that `BRIEF_TYPST` names; where there is neither, this says so.
pub(crate) fn engine() -> Option<Engine> {
    if cfg!(feature = "builtin-typst") {
        return Some(Engine::built_in_of(env!("CARGO_BIN_EXE_brief").into()).unwrap());
    }
    let named = named();
    if named.is_none() {
        eprintln!("skipped: there is no built-in typst, and BRIEF_TYPST names none");
    }
    named.map(|name| Engine::find(&Choice::Program(name.into()), None, None).unwrap())
}

/// The program that `BRIEF_TYPST` names.
pub(crate) fn named() -> Option<OsString> {
    std::env::var_os("BRIEF_TYPST").filter(|name| !name.is_empty() && name != "builtin")
}

/// `brief build` in a book's folder, with the typst that [`engine`] finds and temporary files in a folder of their own.
pub(crate) fn build(root: &Path, temporary: &Path) -> Command {
    let mut command = Command::cargo_bin("brief").unwrap();
    command.current_dir(root).args(["build", "--date", "2025-11-06"]);
    for name in ["SOURCE_DATE_EPOCH", "NO_COLOR", "BRIEF_TYPST"] {
        command.env_remove(name);
    }
    if let Some(typst) = named().filter(|_| !cfg!(feature = "builtin-typst")) {
        command.env("BRIEF_TYPST", typst);
    }
    command.env("TMPDIR", temporary).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The text of each page, by poppler's reading.
pub(crate) fn pages(pdf: &[u8]) -> Option<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, pdf).unwrap();
    let Ok(output) = Command::new("pdftotext").args(["-raw", "-enc", "UTF-8"]).arg(&file).arg("-").output() else {
        eprintln!("skipped: there is no pdftotext");
        return None;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    Some(text.split_terminator('\u{c}').map(str::to_owned).collect())
}

/// Text without white space and without what shows nothing.
pub(crate) fn seen(text: &str) -> String {
    let is_seen = |c: &char| {
        !c.is_whitespace() && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{feff}' | '\u{ad}')
    };
    text.chars().filter(is_seen).collect()
}
