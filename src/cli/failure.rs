//! Errors of a run: hints for them, and the two that are not what they seem.

use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::panic;

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

/// Whether an error only says that whoever read our output has gone: `brief versions | head -1`.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.root_cause().downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Says of a panic what it is; the exit code is then 101.
pub(super) fn report_panics() {
    let default = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        default(info);
        // Not `eprintln!`, which would panic here if stderr were closed.
        let _ = writeln!(io::stderr(), "error: this is a bug in brief, please report it with the lines above");
    }));
}
