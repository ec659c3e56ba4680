//! Typesetting for tests: which typst serves.

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
