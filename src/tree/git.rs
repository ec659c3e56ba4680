//! Runs the `git` program to read a book: its arguments, its input, and its errors sorted by cause.
//!
//! A repository's own configuration can name programs (filters, hooks, file monitors, pagers, helpers that fetch).
//! None of them is run: every command is started with settings that turn them off, which outrank those of the
//! repository, and with the environment that [`command`] describes.

use std::ffi::{OsStr, OsString};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};

/// Variables that a hook or an alias leaves behind and that would lead git to another repository than the folder's, that
/// change what a path means, or that name programs. All others stay: `GIT_CONFIG_COUNT` and `GIT_CONFIG_GLOBAL` are the
/// user's own settings, and a hook that runs before a push is accepted needs `GIT_OBJECT_DIRECTORY`.
const REMOVED: [&str; 19] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_PREFIX",
    "GIT_NAMESPACE",
    "GIT_GRAFT_FILE",
    "GIT_SHALLOW_FILE",
    "GIT_ATTR_SOURCE",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "GIT_EXTERNAL_DIFF",
    "GIT_PAGER",
    "GIT_ASKPASS",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_PROXY_COMMAND",
];

/// Settings that name a program or have one run, turned off. Filters have names of their own: see [`filters`].
const SETTINGS: [&str; 14] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.editor=false",
    "core.askPass=",
    "core.sshCommand=false",
    "core.gitProxy=",
    "core.alternateRefsCommand=",
    "credential.helper=",
    "diff.external=",
    "log.showSignature=false",
    "gpg.program=false",
    "status.submoduleSummary=false",
    "submodule.recurse=false",
];

/// A command on the repository that holds a folder. It takes no locks, asks nothing, runs no program that the repository
/// names, and reads only what is there: no transport is allowed, so nothing is fetched, and an object is what its id says,
/// whatever replaces it.
#[expect(clippy::disallowed_methods, reason = "the one place that starts git")]
pub(super) fn command<S: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new("git");
    for name in REMOVED {
        command.env_remove(name);
    }
    command.envs([
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("GIT_ALLOW_PROTOCOL", "none"),
        ("LC_ALL", "C"),
        (EMPTY, ""),
        (FALSE, "false"),
    ]);
    command.args(["--no-pager", "--no-replace-objects", "--literal-pathspecs"]);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    // A folder made to look like a bare repository may be part of what somebody else's repository holds.
    let bare = if is_bare(folder) { "safe.bareRepository=all" } else { "safe.bareRepository=explicit" };
    command.args(["-c", bare, "-C"]).arg(folder).args(arguments);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Whether the folder is a bare repository of its own, not inside another work tree.
fn is_bare(folder: &Path) -> bool {
    let Ok(folder) = folder.canonicalize() else { return false };
    folder.join("HEAD").is_file() && folder.join("objects").is_dir() && !folder.ancestors().any(|above| above.join(".git").exists())
}

/// The variables that hold an empty text and `false`, for settings whose names may hold an equals sign.
const EMPTY: &str = "BRIEF_GIT_EMPTY";
const FALSE: &str = "BRIEF_GIT_FALSE";

/// The options that turn off every filter that the settings of the repository, the user or the system define: a command that
/// compares files with what is committed would run them.
pub(super) fn filters(folder: &Path) -> Result<Option<Vec<OsString>>> {
    let Some(names) = run(folder, &["config", "--list", "--name-only", "-z"])? else { return Ok(None) };
    let mut options = Vec::new();
    let mut drivers: Vec<&[u8]> = names
        .split(|byte| *byte == 0)
        .filter_map(|name| name.strip_prefix(b"filter."))
        .filter_map(|name| Some(&name[..name.iter().rposition(|byte| *byte == b'.')?]))
        .collect();
    drivers.sort_unstable();
    drivers.dedup();
    for driver in drivers {
        for (setting, value) in [("clean", EMPTY), ("smudge", EMPTY), ("process", EMPTY), ("required", FALSE)] {
            let mut option = OsString::from("--config-env=filter.");
            option.push(os_string(driver)?);
            option.push(format!(".{setting}={value}"));
            options.push(option);
        }
    }
    Ok(Some(options))
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere a name may be no text")]
fn os_string(bytes: &[u8]) -> Result<&OsStr> {
    Ok(std::os::unix::ffi::OsStrExt::from_bytes(bytes))
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> Result<&OsStr> {
    Ok(OsStr::new(std::str::from_utf8(bytes).context("a setting of git has a name that isn't UTF-8")?))
}

/// Runs a command and returns its output; `None` where Git itself reports a failure.
pub(super) fn run<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> Result<Option<Vec<u8>>> {
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
    let unusable = ["dubious ownership", "cannot change to", "cannot use bare repository"];
    if unusable.iter().any(|reason| message.contains(reason)) {
        bail!("git can't use `{}`: {message}", folder.display());
    }
    Ok(())
}

/// The last message of git, without its prefix.
fn message(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text
        .lines()
        .find(|line| line.starts_with("fatal:") || line.starts_with("error:"))
        .or(text.lines().last())
        .unwrap_or("it says nothing");
    line.trim_start_matches("fatal: ").trim_start_matches("error: ").to_owned()
}
