//! Typesetting for tests: which typst serves, and what a PDF says when it is read back.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use brief::typeset::{Choice, Engine};

use crate::tools::need;

/// The built-in typst, else the typst program; where there is neither, the test is skipped.
pub(crate) fn engine() -> Option<Engine> {
    if cfg!(feature = "builtin-typst") {
        return Some(Engine::built_in_of(env!("CARGO_BIN_EXE_brief").into()).unwrap());
    }
    let program = need!(TYPST);
    Some(Engine::find(&Choice::Program(program), None, None).unwrap())
}

/// The typst program that brief is to be told of, where it has none built in; where there is none, the test is skipped.
pub(crate) fn named() -> Option<OsString> {
    if cfg!(feature = "builtin-typst") {
        return None;
    }
    Some(need!(TYPST).into_os_string())
}

/// `brief build` in a book's folder, with the typst that [`engine`] finds and temporary files in a folder of their own.
pub(crate) fn build(root: &Path, temporary: &Path) -> Command {
    let mut command = Command::cargo_bin("brief").unwrap();
    command.current_dir(root).args(["build", "--date", "2025-11-06"]);
    for name in ["SOURCE_DATE_EPOCH", "NO_COLOR", "BRIEF_TYPST"] {
        command.env_remove(name);
    }
    if let Some(typst) = named() {
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
    let output = Command::new(need!(PDFTOTEXT)).args(["-raw", "-enc", "UTF-8"]).arg(&file).arg("-").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
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

/// A word on a page: where it stands, in points from the page's left and top.
#[derive(Debug, Clone)]
pub(crate) struct Word {
    pub(crate) left: f64,
    pub(crate) right: f64,
    pub(crate) top: f64,
    pub(crate) bottom: f64,
    pub(crate) text: String,
}

/// The words of each page and the page's height, by poppler's reading.
pub(crate) fn words(pdf: &[u8]) -> Option<Vec<(f64, Vec<Word>)>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, pdf).unwrap();
    let output = Command::new(need!(PDFTOTEXT)).args(["-bbox", "-enc", "UTF-8"]).arg(&file).arg("-").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let number = |line: &str, name: &str| -> Option<f64> {
        let (_, rest) = line.split_once(&format!("{name}=\""))?;
        rest.split_once('"')?.0.parse().ok()
    };
    let mut pages: Vec<(f64, Vec<Word>)> = Vec::new();
    for line in text.lines() {
        if line.contains("<page ") {
            pages.push((number(line, "height").unwrap(), Vec::new()));
        } else if let Some((place, rest)) = line.split_once("<word ").and_then(|(_, line)| line.split_once('>')) {
            let text = rest.split_once("</word>").unwrap().0.to_owned();
            let side = |name| number(place, name).unwrap();
            pages.last_mut().unwrap().1.push(Word {
                left: side("xMin"),
                right: side("xMax"),
                top: side("yMin"),
                bottom: side("yMax"),
                text,
            });
        }
    }
    Some(pages)
}
