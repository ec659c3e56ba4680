//! Waiting where there are no process groups: the time limit holds, the memory limit doesn't.

#![expect(clippy::disallowed_methods, reason = "a time limit needs a clock")]

use std::io::{self, Read};
use std::process::Command;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::{Capture, Ended, Limits, keep};

/// How long to wait for more of what an ended process has written.
const AFTERWARDS: Duration = Duration::from_millis(200);

pub(super) fn run(command: &mut Command, capture: Capture, limits: &Limits) -> io::Result<Ended> {
    let deadline = Instant::now().checked_add(limits.time);
    let mut child = command.spawn()?;
    let pipe: Option<Box<dyn Read + Send>> = match capture {
        Capture::Output => child.stdout.take().map(|pipe| Box::new(pipe) as _),
        Capture::Errors => child.stderr.take().map(|pipe| Box::new(pipe) as _),
    };
    // Told piece by piece: a process of the child's own may hold the pipe open long after the child has ended.
    let (sender, pieces) = mpsc::channel::<Vec<u8>>();
    std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        if let Some(mut pipe) = pipe {
            while let Ok(read @ 1..) = pipe.read(&mut buffer) {
                if sender.send(buffer[..read].to_vec()).is_err() {
                    break;
                }
            }
        }
    });
    let mut timed_out = false;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            timed_out = true;
            child.kill()?;
            break child.wait()?;
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let mut text = Vec::new();
    while let Ok(piece) = pieces.recv_timeout(AFTERWARDS) {
        keep(&mut text, &piece);
    }
    Ok(Ended { status, text, timed_out })
}
