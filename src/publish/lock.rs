//! The lock of a destination: `publish.lock`, which says who publishes there.

use std::time::Duration;

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::retry::Instant;

/// The object that says who holds the lease.
pub const LOCK: &str = "publish.lock";
/// The largest lock that is read, in bytes.
pub(super) const LARGEST_LOCK: u64 = 64 * 1024;
/// The publisher's identity, shown to waiting publishers.
#[derive(Debug, Clone, Default)]
pub struct Publisher {
    pub name: String,
    /// The machine, where its name is known.
    pub host: Option<String>,
    /// When the publisher began, in seconds since 1970; only for saying how old a lock is.
    pub now: i64,
}

/// How long a lease lasts, and how long others are waited for.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// How long a lock lasts without a renewal.
    pub term: Duration,
    /// How long to wait for a lock that is renewed.
    pub wait: Duration,
}

/// What `publish.lock` holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Lock {
    pub(super) publisher: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) host: Option<String>,
    pub(super) token: String,
    pub(super) beat: u64,
    /// Its holder failed, and an object that it sent may still arrive.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) abandoned: bool,
}

impl Lock {
    pub(super) fn parse(bytes: &[u8]) -> Option<Lock> {
        serde_json::from_slice(bytes).ok()
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec(self)?)
    }
}

/// What came of trying to take a lock.
pub(super) enum LockAttempt<T> {
    Locked {
        held: T,
        took_over: bool,
    },
    /// Somebody else publishes there; says who, and what to do.
    Busy(String),
    /// The store has no conditional writes, or the file system no locks.
    Unconditional,
}

pub(super) fn waiting(shown: &str, holder: &str, age: &str, terms: Terms) -> String {
    format!(
        "`{shown}` is held by {holder}, last renewed {age}: waiting up to {}; \
         a lock that is not renewed for {} was left behind, and is taken over",
        seconds(terms.wait),
        seconds(terms.term)
    )
}

/// How long ago a lock was last renewed: `4 minutes ago`.
pub(super) fn age(now: i64, since: Instant, modified: i64) -> String {
    let now = now.saturating_add(i64::try_from(since.elapsed().as_secs()).unwrap_or(0));
    let seconds = now.saturating_sub(modified).max(0);
    let (count, unit) = match seconds {
        ..120 => (seconds, "second"),
        120..7200 => (seconds / 60, "minute"),
        7200..172_800 => (seconds / 3600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{count} {unit}{} ago", if count == 1 { "" } else { "s" })
}

pub(super) fn seconds(duration: Duration) -> String {
    match duration.as_secs() {
        0 => "a moment".to_owned(),
        1 => "a second".to_owned(),
        count if count >= 120 => format!("{} minutes", count / 60),
        count => format!("{count} seconds"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Instant, age};

    #[test]
    fn ages_are_written_in_words() {
        for (modified, wanted) in
            [(1000, "0 seconds ago"), (999, "1 second ago"), (760, "4 minutes ago"), (-9000, "2 hours ago"), (2000, "0 seconds ago")]
        {
            assert_eq!(age(1000, Instant::now(), modified), wanted);
        }
    }
}
