//! Shows output in a pager: only on a terminal, with `PAGER`, else `less`, as `git` does.
//!
//! The program is the user's own, from the environment: nothing that a book or a repository says names one.

use std::io::Write;
use std::process::{Command, Stdio};

use anyhow::Result;
use clap::Args;

use super::environment;

/// The options of `less` where LESS sets none: quit if the output fits one screen, pass colors through, keep the screen.
const LESS: &str = "FRX";

/// Whether long output is shown page by page.
#[derive(Debug, Args)]
pub(super) struct Paging {
    /// Don't use a pager for output longer than the terminal (PAGER, else `less`)
    #[arg(long)]
    no_pager: bool,
}

impl Paging {
    /// The program to show pages with, where there is to be one.
    pub(super) fn program(&self) -> Option<String> {
        let named = environment::variable("PAGER").map(|pager| pager.to_string_lossy().trim().to_owned());
        let dumb = environment::variable("TERM").is_none_or(|terminal| terminal == "dumb");
        let program = named.unwrap_or_else(|| "less".to_owned());
        (!self.no_pager && !dumb && !program.is_empty() && program != "cat").then_some(program)
    }
}

/// Hands a text to a pager, and waits until it was read; whether there was one to do so.
#[expect(clippy::disallowed_methods, reason = "the pager is the user's own program, which the environment names")]
pub(super) fn show(program: &str, text: &str) -> Result<bool> {
    // As `git` does, so that PAGER may hold options.
    let mut command = if cfg!(unix) { Command::new("sh") } else { Command::new(program) };
    if cfg!(unix) {
        command.args(["-c", program]);
        let is_there =
            Command::new("sh").args(["-c", "command -v \"$1\" > /dev/null", "sh", program.split(' ').next().unwrap_or(program)]).status();
        if !is_there.is_ok_and(|status| status.success()) {
            return Ok(false);
        }
    }
    if environment::variable("LESS").is_none() {
        command.env("LESS", LESS);
    }
    let Ok(mut child) = command.stdin(Stdio::piped()).spawn() else { return Ok(false) };
    if let Some(mut input) = child.stdin.take() {
        // Whoever has read enough closes it.
        let _ = input.write_all(text.as_bytes());
    }
    child.wait()?;
    Ok(true)
}
