//! A process group with limits, on Unix.
//!
//! The crate `process-wrap` is not used here: it reaps the group's leader before the group is signalled, when the group's
//! number may already be another's.

#![expect(unsafe_code, reason = "what a child does before it runs its program can only be said in `pre_exec`")]

use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};

use rustix::fs::Mode;
use rustix::io::{Errno, retry_on_intr};
use rustix::process::{
    Pid, Resource, Rlimit, Signal, WaitId, WaitIdOptions, getpid, getppid, getrlimit, kill_process_group, setrlimit, umask, waitid,
};

use super::{Capture, Restriction};

/// A child that leads a process group. The whole group is killed when this is dropped.
pub(super) struct Group(Child);

impl Group {
    pub(super) fn spawn(command: Command, restriction: Restriction) -> io::Result<Group> {
        spawn(command, restriction, getpid())
    }

    pub(super) fn take_pipe(&mut self, capture: Capture) -> Option<Box<dyn Read + Send>> {
        match capture {
            Capture::Stdout => self.0.stdout.take().map(|pipe| Box::new(pipe) as _),
            Capture::Stderr => self.0.stderr.take().map(|pipe| Box::new(pipe) as _),
        }
    }

    /// Whether the leader has ended. It is not reaped, so that its number stays the group's.
    pub(super) fn has_ended(&mut self) -> io::Result<bool> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(retry_on_intr(|| waitid(WaitId::Pid(Pid::from_child(&self.0)), options))?.is_some())
    }

    /// Kills the group; to be called before [`wait`](Group::wait) only.
    pub(super) fn kill(&mut self) {
        let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
    }

    /// Waits for the leader.
    pub(super) fn wait(&mut self) -> io::Result<ExitStatus> {
        self.0.wait()
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

fn spawn(mut command: Command, restriction: Restriction, parent: Pid) -> io::Result<Group> {
    command.process_group(0);
    if let Restriction::ByParent { memory } = restriction {
        // SAFETY: between fork and exec, `restrict` makes system calls that are safe there, and allocates nothing.
        unsafe {
            command.pre_exec(move || restrict(memory, parent));
        }
    }
    command.spawn().map(Group)
}

/// The arguments by which a program that restricts itself is told how: its memory, and whose child it is.
pub(super) fn told(memory: u64) -> [String; 2] {
    [memory.to_string(), getpid().as_raw_nonzero().to_string()]
}

/// Restricts this process as its arguments say.
#[cfg(feature = "builtin-typst")]
pub(super) fn restrict_itself([memory, parent]: [&str; 2]) -> io::Result<()> {
    let malformed = || io::Error::new(io::ErrorKind::InvalidInput, "its arguments are not those that brief gives");
    let parent = parent.parse::<u32>().ok().and_then(|parent| Pid::from_raw(parent.try_into().ok()?)).ok_or_else(malformed)?;
    let memory = memory.parse().map_err(|_| malformed())?;
    restrict(Some(memory), parent)
}

/// Restricts the process that is to become the child, or that is it.
fn restrict(memory: Option<u64>, parent: Pid) -> io::Result<()> {
    // Nobody else may read what it writes.
    umask(Mode::from_raw_mode(0o077));
    if let Some(memory) = memory {
        setrlimit(Resource::As, limited(getrlimit(Resource::As), memory))?;
    }
    // If brief is killed, nothing else would enforce the time limit.
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    // brief may have been killed before `prctl` took effect. In another PID namespace the parent's id is 0.
    if getppid().is_some_and(|now| now != parent) {
        return Err(Errno::SRCH.into());
    }
    Ok(())
}

/// A limit of `memory`, or the one that holds already where it is lower: it can't be raised.
fn limited(held: Rlimit, memory: u64) -> Rlimit {
    let memory = Some(held.maximum.map_or(memory, |maximum| memory.min(maximum)));
    Rlimit { current: memory, maximum: memory }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lower_limit_that_holds_already_stays() {
        let limit = |maximum| limited(Rlimit { current: Some(1), maximum }, 4).maximum;
        assert_eq!([limit(None), limit(Some(9)), limit(Some(3))], [Some(4), Some(4), Some(3)]);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a process to be refused")]
    fn a_child_whose_parent_is_gone_runs_nothing() {
        let by_parent = Restriction::ByParent { memory: None };
        let mut child = spawn(Command::new("true"), by_parent, getpid()).expect("its parent is here");
        assert!(child.wait().expect("it ends").success());
        let refused = spawn(Command::new("true"), by_parent, Pid::INIT).map(drop).expect_err("its parent is another process");
        assert_eq!(refused.raw_os_error(), Some(Errno::SRCH.raw_os_error()));
    }

    #[test]
    #[cfg(feature = "builtin-typst")]
    fn other_arguments_restrict_nothing() {
        for arguments in [["", "1"], ["x", "1"], ["-1", "1"], ["1", ""], ["1", "x"], ["1", "-1"], ["1", "0"]] {
            let error = restrict_itself(arguments).expect_err("they are not those that brief gives");
            assert_eq!(error.kind(), io::ErrorKind::InvalidInput, "{arguments:?}");
        }
    }
}
