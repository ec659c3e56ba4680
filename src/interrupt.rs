//! Ctrl-C, `kill` and a closed terminal while typst or Git runs: typst's processes, which lead groups of their own and so
//! don't hear of it, are ended and the temporary folders removed before brief ends too. At other times, and when asked
//! twice, the system's way holds: brief is gone at once, and what it was writing is put away by the next build.

use std::io;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

/// How many pieces of critical work are running: folders and processes to clean up.
static BUSY: AtomicUsize = AtomicUsize::new(0);
/// The pending signal; 0 for none.
static CAME: AtomicI32 = AtomicI32::new(0);

/// Holds signals back for as long as it lives.
#[derive(Debug)]
pub(crate) struct Busy(());

impl Default for Busy {
    fn default() -> Busy {
        Busy::new()
    }
}

impl Busy {
    pub(crate) fn new() -> Busy {
        BUSY.fetch_add(1, Ordering::SeqCst);
        Busy(())
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        BUSY.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Whether a signal has arrived and is held back until critical work ends.
pub(crate) fn is_pending() -> bool {
    CAME.load(Ordering::SeqCst) != 0
}

/// An error if a signal is pending.
pub(crate) fn check() -> io::Result<()> {
    if is_pending() { Err(io::Error::other("it was interrupted")) } else { Ok(()) }
}

/// Installs the handlers that hold signals back during critical work; called once, at the start of the program.
pub(crate) fn install_handlers() {
    #[cfg(unix)]
    unix::install_handlers();
}

/// Ends the program as the pending signal would have, if there is one.
pub(crate) fn end_if_pending() {
    #[cfg(unix)]
    unix::end_if_pending();
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "std knows no signals")]
mod unix {
    use super::{BUSY, CAME, Ordering};

    /// All that end a process unless it handles them, but for those that say that it is broken itself.
    const SIGNALS: &[libc::c_int] = &[
        libc::SIGHUP,
        libc::SIGINT,
        libc::SIGQUIT,
        libc::SIGTRAP,
        libc::SIGABRT,
        libc::SIGALRM,
        libc::SIGTERM,
        libc::SIGUSR1,
        libc::SIGUSR2,
        libc::SIGVTALRM,
        libc::SIGPROF,
        libc::SIGXCPU,
        libc::SIGXFSZ,
        #[cfg(target_os = "linux")]
        libc::SIGIO,
        #[cfg(target_os = "linux")]
        libc::SIGPWR,
        #[cfg(target_os = "linux")]
        libc::SIGSTKFLT,
    ];

    pub(super) fn install_handlers() {
        for signal in SIGNALS.iter().copied() {
            let handler: extern "C" fn(libc::c_int) = on_signal;
            // SAFETY: the handler makes only calls that are safe in one.
            unsafe {
                // What is ignored, as `nohup` has it, stays so.
                if libc::signal(signal, handler as *const () as libc::sighandler_t) == libc::SIG_IGN {
                    libc::signal(signal, libc::SIG_IGN);
                }
            }
        }
    }

    extern "C" fn on_signal(signal: libc::c_int) {
        if BUSY.load(Ordering::SeqCst) == 0 || CAME.swap(signal, Ordering::SeqCst) != 0 {
            end(signal);
        }
    }

    pub(super) fn end_if_pending() {
        match CAME.load(Ordering::SeqCst) {
            0 => {}
            signal => end(signal),
        }
    }

    fn end(signal: libc::c_int) {
        // SAFETY: both calls may be made in a handler; the signal is taken when it returns.
        unsafe {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
    }
}
