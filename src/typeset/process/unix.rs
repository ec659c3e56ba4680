//! Process groups, resource limits and waiting, as Unix has them.

#![expect(unsafe_code, reason = "std knows no process groups, limits or waiting with a deadline")]
#![expect(clippy::disallowed_methods, reason = "a time limit needs a clock")]

use std::io::{self, Read};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::{Capture, Ended, Limits, keep};
use crate::temporary::interrupt;

/// How long to wait for output before looking whether the process has ended without closing its streams,
/// as it does when a child of its own holds them.
const SLICE: Duration = Duration::from_millis(50);

pub(super) fn run(command: &mut Command, capture: Capture, limits: &Limits) -> io::Result<Ended> {
    let memory = limits.memory;
    let brief = std::process::id();
    command.process_group(0);
    // SAFETY: between fork and exec, the closure calls only `umask`, `setrlimit`, `prctl` and `getppid`, which are safe there.
    unsafe {
        command.pre_exec(move || restrict(memory, brief));
    }
    let deadline = Instant::now().checked_add(limits.time);
    let mut child = Group(command.spawn()?);
    let mut text = Vec::new();
    let timed_out = match capture {
        Capture::Output => child.0.stdout.take().map(|pipe| follow(&child, pipe, deadline, &mut text)),
        Capture::Errors => child.0.stderr.take().map(|pipe| follow(&child, pipe, deadline, &mut text)),
    }
    .transpose()?
    .unwrap_or(false);
    child.kill();
    let status = child.0.wait()?;
    Ok(Ended { status, text, timed_out })
}

/// A child that leads a process group, killed whole when dropped.
struct Group(Child);

impl Group {
    fn kill(&self) {
        // The leader has not been waited for, so its number can't have become another's.
        if let Ok(pid) = libc::pid_t::try_from(self.0.id()) {
            // SAFETY: `kill` has no memory effects.
            unsafe { libc::kill(-pid, libc::SIGKILL) };
        }
    }

    /// Whether the leader has ended; it stays to be waited for.
    fn has_ended(&self) -> bool {
        // SAFETY: `info` is plain data that `waitid` fills in.
        unsafe {
            let mut info: libc::siginfo_t = std::mem::zeroed();
            let flags = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
            libc::waitid(libc::P_PID, self.0.id(), &raw mut info, flags) == 0 && info.si_signo != 0
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !matches!(self.0.try_wait(), Ok(Some(_))) {
            self.kill();
            let _ = self.0.wait();
        }
    }
}

fn restrict(memory: Option<u64>, brief: u32) -> io::Result<()> {
    // What it writes is for brief alone.
    // SAFETY: `umask` can't fail.
    unsafe {
        libc::umask(0o077);
    }
    if let Some(bytes) = memory {
        let limit = libc::rlimit { rlim_cur: bytes as libc::rlim_t, rlim_max: bytes as libc::rlim_t };
        // SAFETY: `limit` lives through the call.
        if unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) } != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    // Were brief killed, nobody would be left to watch the time.
    #[cfg(target_os = "linux")]
    // SAFETY: `prctl` with these arguments has no memory effects.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
    }
    // It may have been killed before that was asked for. Behind a boundary of process numbers, there is none to see.
    // SAFETY: `getppid` can't fail.
    let parent = unsafe { libc::getppid() };
    if u32::try_from(parent).is_ok_and(|parent| parent != 0 && parent != brief) {
        return Err(io::Error::from_raw_os_error(libc::ESRCH));
    }
    let _ = brief;
    Ok(())
}

/// Reads until the process closes its stream and ends; whether its time was up before.
fn follow(child: &Group, mut pipe: impl Read + AsRawFd, deadline: Option<Instant>, text: &mut Vec<u8>) -> io::Result<bool> {
    let mut buffer = [0; 8192];
    let mut open = true;
    loop {
        interrupt::check()?;
        let left = deadline.map_or(Duration::MAX, |deadline| deadline.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            return Ok(true);
        }
        if !open {
            // Only between closing its streams and ending.
            if child.has_ended() {
                return Ok(false);
            }
            std::thread::sleep(left.min(Duration::from_millis(1)));
        } else if readable(pipe.as_raw_fd(), left.min(SLICE))? {
            match pipe.read(&mut buffer) {
                Ok(0) => open = false,
                Ok(read) => keep(text, &buffer[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        } else if child.has_ended() {
            return Ok(false);
        }
    }
}

/// Whether there is something to read, or the end, within a time.
fn readable(fd: RawFd, time: Duration) -> io::Result<bool> {
    let mut poll = libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let milliseconds = libc::c_int::try_from(time.as_millis()).unwrap_or(libc::c_int::MAX).max(1);
    // SAFETY: `poll` points to one `pollfd` that lives through the call.
    match unsafe { libc::poll(&raw mut poll, 1, milliseconds) } {
        -1 => {
            let error = io::Error::last_os_error();
            if error.kind() == io::ErrorKind::Interrupted { Ok(false) } else { Err(error) }
        }
        ready => Ok(ready > 0),
    }
}
