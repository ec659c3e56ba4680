//! Runs one process to its end, or to its limits.

use std::io;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

/// What a process may use.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) time: Duration,
    /// Bytes of address space.
    pub(super) memory: Option<u64>,
}

/// Which of its streams is read; the other goes nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capture {
    Output,
    Errors,
}

/// How a process ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    /// The first [`KEPT`] bytes of what it wrote.
    pub(super) text: Vec<u8>,
    /// Whether it was stopped because its time was up.
    pub(super) timed_out: bool,
}

/// How much of what a process writes is kept; the rest is read and dropped.
const KEPT: usize = 1 << 20;

/// Runs a process. When it ends or its time is up, whatever is left of its process group is killed.
pub(super) fn run(command: &mut Command, capture: Capture, limits: &Limits) -> io::Result<Ended> {
    command.stdin(Stdio::null());
    match capture {
        Capture::Output => command.stdout(Stdio::piped()).stderr(Stdio::null()),
        Capture::Errors => command.stdout(Stdio::null()).stderr(Stdio::piped()),
    };
    platform::run(command, capture, limits)
}

fn keep(text: &mut Vec<u8>, read: &[u8]) {
    let room = KEPT.saturating_sub(text.len());
    text.extend_from_slice(&read[..read.len().min(room)]);
}

#[cfg(unix)]
#[path = "process/unix.rs"]
mod platform;

#[cfg(not(unix))]
#[path = "process/other.rs"]
mod platform;
