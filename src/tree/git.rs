//! The `git` program, as far as a book is read from it: started, given its input, and its errors told apart.

use std::ffi::OsStr;
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

/// The environment of a hook or an alias, which would lead git to another repository than the folder's.
const LEADING_ASTRAY: [&str; 5] = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_PREFIX"];

/// A command on the repository that holds a folder: it takes no locks, asks nothing and fetches nothing.
#[expect(clippy::disallowed_methods, reason = "the one place that starts git")]
pub(super) fn command<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new("git");
    for name in LEADING_ASTRAY {
        command.env_remove(name);
    }
    command.envs([("GIT_OPTIONAL_LOCKS", "0"), ("GIT_TERMINAL_PROMPT", "0"), ("GIT_NO_LAZY_FETCH", "1"), ("LC_ALL", "C")]);
    command.args(["-c", "core.fsmonitor=false", "-C"]).arg(folder).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command and gives what it printed; `None` where it failed for a reason of its own.
pub(super) fn run(folder: &Path, arguments: &[&str]) -> Result<Option<Vec<u8>>> {
    let output = command(folder, arguments).output().map_err(|error| not_started(folder, error))?;
    match output.status.success() {
        true => Ok(Some(output.stdout)),
        false => refused(folder, &output).map(|()| None),
    }
}

/// Runs a command to whose input `input` is written, and hands its output on as it comes.
pub(super) fn feed<T>(
    folder: &Path,
    arguments: &[&str],
    input: Vec<u8>,
    read: impl FnOnce(&mut dyn std::io::Read) -> Result<T>,
) -> Result<T> {
    let mut child = command(folder, arguments).stdin(Stdio::piped()).spawn().map_err(|error| not_started(folder, error))?;
    let (stdin, stdout) = (child.stdin.take(), child.stdout.take());
    let result = thread::scope(|scope| {
        scope.spawn(move || {
            // Git ends early only when it fails, and then says so itself.
            let _ = stdin.map(|mut pipe| pipe.write_all(&input));
        });
        read(&mut stdout.context("git has no output")?)
    });
    if result.is_err() {
        // It may wait for what it prints to be read.
        let _ = child.kill();
    }
    let output = child.wait_with_output().context("can't wait for git")?;
    let result = result?;
    if !output.status.success() {
        bail!("git failed: {}", message(&output));
    }
    Ok(result)
}

fn not_started(folder: &Path, error: std::io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::NotFound => anyhow!("git is needed to read `{}` as it was committed, and there is no `git` on PATH", folder.display()),
        _ => anyhow::Error::new(error).context("can't start git"),
    }
}

/// What concerns the repository as a whole is an error; what concerns the question is the caller's to say.
fn refused(folder: &Path, output: &Output) -> Result<()> {
    let message = message(output);
    if message.contains("not a git repository") {
        bail!("`{}` is not in a git repository", folder.display());
    }
    if message.contains("dubious ownership") || message.contains("cannot change to") {
        bail!("git can't use `{}`: {message}", folder.display());
    }
    Ok(())
}

/// What git said last, without its prefix.
fn message(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text
        .lines()
        .find(|line| line.starts_with("fatal:") || line.starts_with("error:"))
        .or(text.lines().last())
        .unwrap_or("it says nothing");
    line.trim_start_matches("fatal: ").trim_start_matches("error: ").to_owned()
}
