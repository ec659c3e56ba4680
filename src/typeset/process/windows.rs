//! A job object, on Windows. There is no memory limit.

use std::io::{self, Read};
use std::process::{Command, ExitStatus};

use process_wrap::std::{ChildWrapper, CommandWrap, JobObject};

use super::{Capture, Restriction};

/// A child in a job of its own. All processes of the job are killed when this is dropped.
///
/// The first process alone is waited for: `process-wrap` waits for a job by the next message about it, and waits forever
/// if that has been read already.
pub(super) struct Group(Box<dyn ChildWrapper>);

impl Group {
    pub(super) fn spawn(command: Command, _restriction: Restriction) -> io::Result<Group> {
        CommandWrap::from(command).wrap(JobObject).spawn().map(Group)
    }

    pub(super) fn take_pipe(&mut self, capture: Capture) -> Option<Box<dyn Read + Send>> {
        match capture {
            Capture::Stdout => self.0.stdout().take().map(|pipe| Box::new(pipe) as _),
            Capture::Stderr => self.0.stderr().take().map(|pipe| Box::new(pipe) as _),
        }
    }

    /// Whether the first process has ended.
    pub(super) fn has_ended(&mut self) -> io::Result<bool> {
        Ok(self.0.inner_mut().try_wait()?.is_some())
    }

    /// Kills all processes of the job.
    pub(super) fn kill(&mut self) {
        let _ = self.0.start_kill();
    }

    /// Waits for the first process.
    pub(super) fn wait(&mut self) -> io::Result<ExitStatus> {
        self.0.inner_mut().wait()
    }
}

/// Arguments that are read on Unix.
pub(super) fn told(memory: u64) -> [String; 2] {
    [memory.to_string(), "0".to_owned()]
}

/// Does nothing: the job object ends the process with its parent.
#[cfg(feature = "builtin-typst")]
pub(super) fn restrict_itself(_arguments: [&str; 2]) -> io::Result<()> {
    Ok(())
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}
