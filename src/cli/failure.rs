//! Errors of a run: hints for them, and the two that are not what they seem.

use std::backtrace::Backtrace;
use std::error::Error;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, Write};
use std::panic;

use crate::text::{self, Colors};

/// What a person can do about an error; shown after its causes.
///
/// `Err(Hint::new("…")).context("…")` makes an error that has one.
#[derive(Debug)]
pub(super) struct Hint(String);

impl Hint {
    /// An error with a hint.
    pub(super) fn on(message: impl fmt::Display, hint: impl Into<String>) -> anyhow::Error {
        anyhow::Error::new(Hint(hint.into())).context(message.to_string())
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Hint {}

/// Whether an error only means that the reader of our output has closed it: `brief versions | head -1`.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.root_cause().downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Reports a panic as a bug; the exit code is then 101.
pub(super) fn report_panics() {
    panic::set_hook(Box::new(|info| {
        // What it says may come from content. Where RUST_BACKTRACE asks for it, it says from where, too.
        let text = format!("{info}\n{}", Backtrace::capture());
        let text = text::shown(text.trim_end().trim_end_matches("disabled backtrace").trim_end(), Colors::None);
        // Not `eprintln!`, which would panic here if stderr were closed.
        let _ = writeln!(io::stderr(), "{text}\nerror: this is a bug in brief, please report it with the lines above");
    }));
}

/// Prints help and versions, and what is wrong with arguments; those that could do harm to who reads it are shown without.
pub(super) fn report_misuse(error: &clap::Error, arguments: &[OsString]) {
    let is_harmful = |argument: &OsString| {
        let argument = argument.to_string_lossy();
        text::shown(&argument, Colors::None) != argument || argument.contains(['\n', ':', '#'])
    };
    // The reader is gone, so there is nobody to report to.
    let _ = match error.use_stderr() && arguments.iter().any(is_harmful) {
        true => io::stderr().write_all(text::shown(&error.render().to_string(), Colors::None).as_bytes()),
        false => error.print(),
    };
}
