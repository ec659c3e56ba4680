//! Limits of time, and requests that are repeated after a temporary failure, with growing and jittered pauses.
//!
//! The jitter comes from a seed that the caller hands in, so a test gets the same pauses each time.

use std::error::Error as _;
use std::time::Duration;

use object_store::Error;

/// How long, and how often, a store is asked before it counts as failed.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For one request, its body included.
    pub timeout: Duration,
    pub connect_timeout: Duration,
    /// How often a request is made again after a failure that may pass.
    pub retries: usize,
    /// No attempt is begun later than this after the first.
    pub patience: Duration,
    /// The pause after the first attempt; it doubles after each.
    pub first_pause: Duration,
    pub longest_pause: Duration,
    /// What the pauses are jittered by.
    pub seed: u64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            timeout: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(10),
            retries: 4,
            patience: Duration::from_secs(60),
            first_pause: Duration::from_millis(400),
            longest_pause: Duration::from_secs(5),
            seed: 0,
        }
    }
}

/// A moment to count from. Nothing that is measured by it is written anywhere.
#[derive(Debug, Clone, Copy)]
pub(super) struct Instant(std::time::Instant);

impl Instant {
    #[expect(clippy::disallowed_methods, reason = "a time limit, which may read the clock")]
    pub(super) fn now() -> Instant {
        Instant(std::time::Instant::now())
    }

    pub(super) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// The attempts at one request.
pub(super) struct Attempts<'a> {
    limits: &'a Limits,
    key: &'a str,
    start: Instant,
    /// How many have failed.
    pub(super) failed: usize,
}

impl<'a> Attempts<'a> {
    pub(super) fn new(limits: &'a Limits, key: &'a str) -> Attempts<'a> {
        Attempts { limits, key, start: Instant::now(), failed: 0 }
    }

    /// Counts a failure. Where it may pass, and there is time, waits and says that the request is to be made again.
    pub(super) async fn again(&mut self, error: &Error) -> bool {
        let wait = pause(self.limits, self.key, self.failed);
        self.failed += 1;
        if self.failed > self.limits.retries || self.start.elapsed() + wait > self.limits.patience || !may_pass(error) {
            return false;
        }
        tokio::time::sleep(wait).await;
        true
    }
}

/// How long to wait after an attempt: twice as long each time, up to a limit, and of that between a half and all.
pub(super) fn pause(limits: &Limits, key: &str, attempt: usize) -> Duration {
    let doubled = limits.first_pause.saturating_mul(1 << attempt.min(16));
    let longest = doubled.min(limits.longest_pause);
    let name = key.bytes().fold(limits.seed, |hash, byte| mixed(hash ^ u64::from(byte)));
    let share = mixed(name ^ attempt as u64) % 1024;
    longest / 2 + longest.mul_f64(share as f64 / 2048.0)
}

/// One step of splitmix64 (Steele, Lea and Flood 2014).
fn mixed(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Whether the same request may succeed later: a server that is overloaded or out of order, a connection that failed.
fn may_pass(error: &Error) -> bool {
    if !matches!(error, Error::Generic { .. }) {
        return false;
    }
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    match status(&text) {
        Some(501) => false,
        Some(code) => code >= 500 || code == 408 || code == 429,
        None => !text.contains("non-2xx") && !text.contains("redirect"),
    }
}

/// The status that a server answered with, as the error's text has it.
fn status(text: &str) -> Option<u16> {
    text.split_once("status code: ")?.1.get(..3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use object_store::Error;

    use super::{Attempts, may_pass, pause};
    use crate::publish::Limits;

    fn failure(text: &'static str) -> Error {
        Error::Generic { store: "S3", source: text.into() }
    }

    #[test]
    fn pauses_grow_up_to_a_limit_differ_by_seed_and_are_the_same_for_the_same() {
        let limits = Limits::default();
        for attempt in 0..40 {
            let most = (limits.first_pause * (1 << attempt.min(16))).min(limits.longest_pause);
            let wait = pause(&limits, "v1/book.pdf", attempt);
            assert!(wait >= most / 2 && wait <= most, "{attempt}: {wait:?}");
            assert_eq!(wait, pause(&limits, "v1/book.pdf", attempt));
        }
        let waits: std::collections::BTreeSet<Duration> =
            (0..32).map(|seed| pause(&Limits { seed, ..Limits::default() }, "v1/book.pdf", 3)).collect();
        assert!(waits.len() > 16, "two who failed together don't come back together: {waits:?}");
    }

    #[test]
    fn what_may_pass_is_tried_again_and_nothing_else() {
        assert!(may_pass(&failure("Server returned non-2xx status code: 503 Service Unavailable: x")));
        assert!(may_pass(&failure("error sending request")));
        for text in
            ["Server returned non-2xx status code: 400 Bad Request: x", "Server returned non-2xx status code: 501 Not Implemented: x"]
        {
            assert!(!may_pass(&failure(text)), "{text}");
        }
        let limits = Limits { first_pause: Duration::from_micros(1), ..Limits::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        for (text, wanted) in [("Server returned non-2xx status code: 500 x", 5), ("Server returned non-2xx status code: 403 x", 1)] {
            let mut attempts = Attempts::new(&limits, "x");
            while runtime.block_on(attempts.again(&failure(text))) {}
            assert_eq!(attempts.failed, wanted, "{text}");
        }
    }
}
