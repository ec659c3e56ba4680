//! Runs one process to its end or to its limits, together with whatever it starts.

#![expect(clippy::disallowed_methods, reason = "a time limit needs a clock")]

use std::io::{self, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use self::platform::Group;
use crate::interrupt;

#[cfg_attr(unix, path = "unix.rs")]
#[cfg_attr(windows, path = "windows.rs")]
mod platform;

/// What a process may use.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    pub(super) time: Duration,
    pub(super) restriction: Restriction,
}

/// Who keeps a process within its memory, and has it end with its parent, before it does anything else. On Windows nobody
/// does: there, the job object ends it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Restriction {
    /// brief, for whatever program: between `fork` and `exec`. With a large book in memory, `fork` takes longer than a page
    /// takes to typeset. `memory` is in bytes of address space.
    ByParent { memory: Option<u64> },
    /// The program, which is brief: it is told by [`restriction_arguments`], and calls [`restrict_itself`].
    ByItself,
}

/// The arguments for a program that restricts itself, `memory` being in bytes of address space.
pub(super) fn restriction_arguments(memory: u64) -> [String; 2] {
    platform::told(memory)
}

/// Restricts this process as the arguments say that its parent gave it.
#[cfg(feature = "builtin-typst")]
pub(super) fn restrict_itself(arguments: [&str; 2]) -> io::Result<()> {
    platform::restrict_itself(arguments)
}

/// Which of the process's streams to read; the other one is discarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Capture {
    Stdout,
    Stderr,
}

/// How a process ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    /// The first [`MAX_TEXT`] bytes of what it wrote.
    pub(super) text: Vec<u8>,
    /// Whether it was killed because its time was up.
    pub(super) timed_out: bool,
}

/// How many bytes of a process's output are kept; the rest is read and dropped.
const MAX_TEXT: usize = 1 << 20;
/// How long to wait for output before checking whether the process has ended without closing its streams, as it does when
/// a process that it started still has them open.
const CHECK_INTERVAL: Duration = Duration::from_millis(50);
/// How long to go on reading once the process and its group are gone. Only a process that left the group can hold the
/// stream open for so long.
const DRAIN_TIME: Duration = Duration::from_secs(2);

/// Runs a process. When it ends or its time is up, all processes of its group (on Windows, of its job) are killed.
pub(super) fn run(mut command: Command, capture: Capture, limits: &Limits) -> io::Result<Ended> {
    command.stdin(Stdio::null());
    match capture {
        Capture::Stdout => command.stdout(Stdio::piped()).stderr(Stdio::null()),
        Capture::Stderr => command.stdout(Stdio::null()).stderr(Stdio::piped()),
    };
    let deadline = Instant::now().checked_add(limits.time);
    let mut group = Group::spawn(command, limits.restriction)?;
    let (sender, pieces) = mpsc::sync_channel(16);
    if let Some(pipe) = group.take_pipe(capture) {
        thread::spawn(move || forward(pipe, &sender));
    }
    let mut text = Vec::new();
    let waited = wait(&mut group, &pieces, deadline, &mut text);
    group.kill();
    let timed_out = waited?;
    let drained = Instant::now() + DRAIN_TIME;
    while let Ok(piece) = pieces.recv_timeout(drained.saturating_duration_since(Instant::now())) {
        keep(&mut text, &piece);
    }
    Ok(Ended { status: group.wait()?, text, timed_out })
}

/// Reads a stream to its end on a thread of its own, since no read can be given up on all platforms.
fn forward(mut pipe: Box<dyn Read + Send>, sender: &SyncSender<Vec<u8>>) {
    let mut buffer = [0; 8192];
    loop {
        match pipe.read(&mut buffer) {
            Ok(read @ 1..) => {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}

/// Collects output until the process has ended; returns whether its time was up before.
fn wait(group: &mut Group, pieces: &Receiver<Vec<u8>>, deadline: Option<Instant>, text: &mut Vec<u8>) -> io::Result<bool> {
    loop {
        interrupt::check()?;
        let left = deadline.map_or(CHECK_INTERVAL, |deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return Ok(true);
        }
        match pieces.recv_timeout(left.min(CHECK_INTERVAL)) {
            Ok(piece) => keep(text, &piece),
            Err(RecvTimeoutError::Timeout) => {}
            // The stream is closed; the process is about to end.
            Err(RecvTimeoutError::Disconnected) if !group.has_ended()? => thread::sleep(left.min(Duration::from_millis(1))),
            Err(RecvTimeoutError::Disconnected) => {}
        }
        // Checked after each piece, too: a process of its own may go on writing when it has ended.
        if group.has_ended()? {
            return Ok(false);
        }
    }
}

fn keep(text: &mut Vec<u8>, piece: &[u8]) {
    let free = MAX_TEXT.saturating_sub(text.len());
    text.extend_from_slice(&piece[..piece.len().min(free)]);
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, time: Duration) -> Ended {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        run(command, Capture::Stdout, &Limits { time, restriction: Restriction::ByParent { memory: None } }).expect("sh runs")
    }

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn output_is_kept_up_to_its_limit() {
        let ended = shell("echo one; echo two; exit 3", LONG);
        assert_eq!((ended.status.code(), &ended.text[..], ended.timed_out), (Some(3), &b"one\ntwo\n"[..], false));
        let ended = shell("head -c 3000000 /dev/zero", LONG);
        assert_eq!((ended.text.len(), ended.status.success()), (MAX_TEXT, true));
    }

    #[test]
    fn the_time_limit_ends_all_processes_of_the_group() {
        let ended = shell("echo started; sleep 600 & sleep 600", Duration::from_millis(500));
        assert!(ended.timed_out && !ended.status.success());
        assert_eq!(ended.text, b"started\n");
    }

    #[test]
    fn a_process_that_outlives_its_parent_holds_nobody_up() {
        for script in ["sleep 600 & echo done", "(while :; do echo x; done) & echo done; sleep 0.2"] {
            let ended = shell(script, LONG);
            assert!(!ended.timed_out && ended.status.success(), "{script}");
            assert!(String::from_utf8_lossy(&ended.text).contains("done\n"), "{script}");
        }
    }

    /// Without a limit on reading, this test would not end.
    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_that_left_the_group_can_hold_the_stream_but_not_the_run() {
        let ended = shell("setsid sh -c 'for i in 1 2 3 4 5 6 7 8 9; do echo x; sleep 1; done' & echo done; sleep 0.2", LONG);
        assert!(!ended.timed_out && ended.status.success());
        assert!(String::from_utf8_lossy(&ended.text).contains("done\n"));
        let lines = String::from_utf8_lossy(&ended.text).matches("x\n").count();
        assert!(lines < 9, "it was not waited for: {lines}");
    }
}

#[cfg(all(test, windows))]
mod tests {
    use super::*;

    fn shell(script: &str, time: Duration) -> Ended {
        let mut command = Command::new("cmd");
        command.args(["/C", script]);
        run(command, Capture::Stdout, &Limits { time, restriction: Restriction::ByParent { memory: None } }).expect("cmd runs")
    }

    #[test]
    fn the_time_limit_ends_all_processes_of_the_job() {
        let script = "echo started& start /b ping -n 600 127.0.0.1 >nul& ping -n 600 127.0.0.1 >nul";
        let ended = shell(script, Duration::from_secs(2));
        assert!(ended.timed_out && !ended.status.success());
        assert!(String::from_utf8_lossy(&ended.text).starts_with("started"));
    }

    #[test]
    fn a_process_that_outlives_its_parent_holds_nobody_up() {
        let ended = shell("start /b ping -n 600 127.0.0.1& echo done", Duration::from_secs(60));
        assert!(!ended.timed_out && ended.status.success());
        assert!(String::from_utf8_lossy(&ended.text).contains("done"));
    }
}
