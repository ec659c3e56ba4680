//! The lease: one publisher at a time changes a destination.
//!
//! In a bucket `publish.lock` is created if absent, and renewed on condition for as long as its holder lives. Who finds it
//! watches it for a while, without looking at any clock but its own: a lock that is renewed belongs to somebody, one that
//! is not was left behind, and is taken over on condition that it still is the same. In a folder the system's own lock on
//! that file decides (`folder_lock`).
//!
//! A holder that was suspended may wake after another took over. So each write first asks whether the lease was renewed of
//! late, and is itself made on the condition that the object still is what this publisher saw.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::destination::{Client, Condition, Destination, Found, Outcome, Tag};
use super::folder_lock::FolderLock;
use super::headers::{Headers, Lifetime};
use super::retry::{Attempts, pause};
use super::timing::Instant;

pub(super) const KEY: &str = "publish.lock";
/// No lock that brief wrote is larger.
const MOST: u64 = 64 * 1024;
/// How often a lock may change under one's hands before that is a failure.
const ROUNDS: usize = 12;

/// Who publishes, as those who wait are told.
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
    /// After how long without a sign a holder counts as gone.
    pub term: Duration,
    /// How long to wait for a holder that gives signs.
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
    /// Its holder has given up after a failure, and something that it sent may still arrive.
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

/// The right to change a destination, until it is dropped.
pub struct Lease {
    client: Arc<Client>,
    hold: Arc<Hold>,
    beat: Option<JoinHandle<()>>,
    handle: tokio::runtime::Handle,
    /// The one before left the lease behind, and may still be about to write.
    pub took_over: bool,
    /// Something was begun that has not ended well.
    begun: AtomicBool,
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Lease").field(&self.hold.lock.token).finish()
    }
}

/// What came of trying to take the lease.
#[derive(Debug)]
pub enum Taken {
    Mine(Lease),
    /// Somebody else publishes there; says who, and what to do.
    Busy(String),
    /// The store has no conditional writes, or the file system no locks.
    Unconditional,
}

/// A lease that is held: what it was taken with, and when it was last renewed.
pub(super) struct Hold {
    lock: Lock,
    term: Duration,
    state: tokio::sync::Mutex<State>,
    lost: AtomicBool,
    /// In a folder, the lock of the system.
    file: Option<FolderLock>,
}

struct State {
    beat: u64,
    tag: Tag,
    renewed: Instant,
}

impl Hold {
    /// Fails where the lease was not renewed of late and can't be: nothing may be written any more.
    pub(super) async fn ensure(&self, client: &Arc<Client>) -> Result<()> {
        if self.lost.load(Ordering::SeqCst) {
            return Err(taken_over(client));
        }
        let mut state = self.state.lock().await;
        if state.renewed.elapsed() < self.term / 2 {
            return Ok(());
        }
        self.renew(client, &mut state).await
    }

    /// Renews the lease now, on condition that nobody took it.
    pub(super) async fn confirm(&self, client: &Arc<Client>) -> Result<()> {
        if self.lost.load(Ordering::SeqCst) {
            return Err(taken_over(client));
        }
        let mut state = self.state.lock().await;
        self.renew(client, &mut state).await
    }

    async fn renew(&self, client: &Arc<Client>, state: &mut State) -> Result<()> {
        let started = Instant::now();
        let lock = Lock { beat: state.beat + 1, ..self.lock.clone() };
        if let Some(file) = &self.file {
            if !file.write(&lock)? {
                self.lost.store(true, Ordering::SeqCst);
                return Err(taken_over(client));
            }
        } else {
            match put(client, &lock, Condition::Unchanged(&state.tag)).await? {
                Outcome::Written(tag) => state.tag = tag,
                Outcome::Refused | Outcome::Unsupported => {
                    // The answer to an earlier renewal may have been lost.
                    let found = client.read(KEY, MOST).await?;
                    let own = found.filter(|found| Lock::parse(&found.bytes).is_some_and(|now| now.token == self.lock.token));
                    let Some(own) = own else {
                        self.lost.store(true, Ordering::SeqCst);
                        return Err(taken_over(client));
                    };
                    state.tag = own.tag;
                }
            }
        }
        state.beat += 1;
        state.renewed = started;
        Ok(())
    }
}

fn taken_over(client: &Client) -> anyhow::Error {
    let shown = &client.address.shown;
    anyhow!(
        "another publisher took over, since this one had not been heard of for too long; it wrote nothing more: \
         run `brief build --ledger {shown}`, then publish again"
    )
}

/// One write of the lock, with retries of its own: the lease doesn't cover itself.
async fn put(client: &Arc<Client>, lock: &Lock, condition: Condition<'_>) -> Result<Outcome> {
    let bytes = lock.to_json()?;
    let headers = Headers::of("publish.json", Lifetime::Short);
    let mut attempts = Attempts::new(&client.limits, KEY);
    loop {
        match client.put(KEY, &bytes, &headers, condition).await? {
            Ok(outcome) => return Ok(outcome),
            Err(error) => {
                if !attempts.again(&error).await {
                    return Err(client.fault("write", KEY, &error, attempts.failed));
                }
            }
        }
    }
}

/// A step on the way to the lease.
pub(super) enum Step {
    Mine { tag: Tag, file: Option<FolderLock>, took_over: bool },
    Busy(String),
    Unconditional,
}

impl Destination {
    /// Takes the lease. `note` is told for whom this waits, and whose lease was taken over.
    pub fn lease(&self, publisher: &Publisher, terms: Terms, note: &dyn Fn(&str)) -> Result<Taken> {
        let token = format!("{:016x}", RandomState::new().build_hasher().finish());
        let lock = Lock { publisher: publisher.name.clone(), host: publisher.host.clone(), token, beat: 0, abandoned: false };
        let client = Arc::clone(&self.client);
        let begun = Instant::now();
        let step = self.runtime.block_on(async {
            match &client.folder {
                Some(folder) => super::folder_lock::take(&folder.join(KEY), &lock, publisher, terms, note).await,
                None => take(&client, &lock, publisher, terms, note).await,
            }
        })?;
        let (tag, file, took_over) = match step {
            Step::Mine { tag, file, took_over } => (tag, file, took_over),
            Step::Busy(who) => return Ok(Taken::Busy(who)),
            Step::Unconditional => return Ok(Taken::Unconditional),
        };
        let renewed = if took_over { Instant::now() } else { begun };
        let state = tokio::sync::Mutex::new(State { beat: 0, tag, renewed });
        let hold = Arc::new(Hold { lock, term: terms.term, state, lost: AtomicBool::new(false), file });
        let beat = self.runtime.spawn(renew(Arc::clone(&client), Arc::clone(&hold), terms.term / 4));
        *client.hold.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&hold));
        Ok(Taken::Mine(Lease {
            client,
            hold,
            beat: Some(beat),
            handle: self.runtime.handle().clone(),
            took_over,
            begun: AtomicBool::new(false),
        }))
    }
}

async fn take(client: &Arc<Client>, own: &Lock, publisher: &Publisher, terms: Terms, note: &dyn Fn(&str)) -> Result<Step> {
    let shown = client.address.object(KEY);
    let begun = Instant::now();
    let mut told = false;
    let mut round = 0;
    loop {
        match put(client, own, Condition::Absent).await? {
            Outcome::Unsupported => return Ok(Step::Unconditional),
            Outcome::Written(tag) => return tried(client, own, tag).await,
            Outcome::Refused => {}
        }
        round += 1;
        if round > ROUNDS {
            bail!("`{shown}` changed hands {ROUNDS} times while this waited for it: publish again later");
        }
        let Some(found) = client.read(KEY, MOST).await? else {
            tokio::time::sleep(pause(&client.limits, KEY, round)).await;
            continue;
        };
        let lock = Lock::parse(&found.bytes);
        // The answer to our own write was lost.
        if lock.as_ref().is_some_and(|lock| lock.token == own.token) {
            return Ok(Step::Mine { tag: found.tag, file: None, took_over: false });
        }
        let holder = lock.as_ref().map_or("an unknown publisher", |lock| lock.publisher.as_str());
        let age = age(publisher.now, begun, found.modified);
        if !lock.as_ref().is_some_and(|lock| lock.abandoned) {
            if !told {
                note(&waiting(&shown, holder, &age, terms));
                told = true;
            }
            match watch(client, &found, begun, terms).await? {
                Watched::Gone => {
                    round = 0;
                    continue;
                }
                Watched::Renewed => return Ok(Step::Busy(format!("{holder} is publishing to `{}`", client.address.shown))),
                Watched::Still => {}
            }
        }
        match put(client, own, Condition::Unchanged(&found.tag)).await? {
            Outcome::Written(tag) => {
                note(&format!("took over `{shown}`, which {holder} left behind {age}"));
                return Ok(Step::Mine { tag, file: None, took_over: true });
            }
            Outcome::Refused => tokio::time::sleep(pause(&client.limits, KEY, round)).await,
            Outcome::Unsupported => return Ok(Step::Unconditional),
        }
    }
}

pub(super) fn waiting(shown: &str, holder: &str, age: &str, terms: Terms) -> String {
    format!(
        "`{shown}` is held by {holder}, last renewed {age}: waiting up to {}; \
         a lock that is not renewed for {} was left behind, and is taken over",
        seconds(terms.wait),
        seconds(terms.term)
    )
}

/// The conditions are tried out: what must be refused may not succeed.
async fn tried(client: &Arc<Client>, own: &Lock, tag: Tag) -> Result<Step> {
    let other =
        Tag { e_tag: Some("\"00000000000000000000000000000000\"".to_owned()), version: tag.version.as_ref().map(|_| "1".to_owned()) };
    for condition in [Condition::Absent, Condition::Unchanged(&other)] {
        if put(client, own, condition).await? != Outcome::Refused {
            client.delete_uncovered(&[KEY.to_owned()]).await?;
            return Ok(Step::Unconditional);
        }
    }
    Ok(Step::Mine { tag, file: None, took_over: false })
}

enum Watched {
    Gone,
    /// It is still renewed when the time to wait is over.
    Renewed,
    Still,
}

async fn watch(client: &Arc<Client>, found: &Found, begun: Instant, terms: Terms) -> Result<Watched> {
    let mut last = found.bytes.clone();
    let mut seen = Instant::now();
    loop {
        tokio::time::sleep(terms.term / 8).await;
        match client.read(KEY, MOST).await? {
            None => return Ok(Watched::Gone),
            Some(now) if now.bytes != last => {
                if Lock::parse(&now.bytes).is_some_and(|lock| lock.abandoned) {
                    return Ok(Watched::Gone);
                }
                (last, seen) = (now.bytes, Instant::now());
            }
            // What was seen first is what is taken over, on condition that it still is that.
            Some(_) if seen.elapsed() >= terms.term => return Ok(if last == found.bytes { Watched::Still } else { Watched::Gone }),
            Some(_) => {}
        }
        if begun.elapsed() > terms.wait && last != found.bytes {
            return Ok(Watched::Renewed);
        }
    }
}

async fn renew(client: Arc<Client>, hold: Arc<Hold>, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        // A renewal that fails is made again; what is written meanwhile asks for itself.
        if hold.confirm(&client).await.is_err() && hold.lost.load(Ordering::SeqCst) {
            return;
        }
    }
}

impl Lease {
    /// Fails where somebody else took the lease over, thinking that its holder had gone.
    pub fn confirm(&self) -> Result<()> {
        self.handle.block_on(self.hold.confirm(&self.client))
    }

    /// From here on something may be under way, and arrive although it failed.
    pub fn begin(&self) {
        self.begun.store(true, Ordering::SeqCst);
    }

    /// All that was begun has ended well.
    pub fn finish(&self) {
        self.begun.store(false, Ordering::SeqCst);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(beat) = self.beat.take() else { return };
        beat.abort();
        self.handle.block_on(async {
            // A renewal that is under way ends first, or it would write the lock anew.
            let _ = beat.await;
            *self.client.hold.lock().unwrap_or_else(PoisonError::into_inner) = None;
            if self.hold.lost.load(Ordering::SeqCst) {
                return;
            }
            if let Some(file) = &self.hold.file {
                file.release();
                return;
            }
            // What is left of it is taken over by the next publisher.
            if !self.begun.load(Ordering::SeqCst) {
                if self.hold.ensure(&self.client).await.is_ok() {
                    let _ = self.client.delete_uncovered(&[KEY.to_owned()]).await;
                }
            } else {
                let state = self.hold.state.lock().await;
                let lock = Lock { beat: state.beat + 1, abandoned: true, ..self.hold.lock.clone() };
                let _ = put(&self.client, &lock, Condition::Unchanged(&state.tag)).await;
            }
        });
    }
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
    fn ages_are_said_in_words() {
        for (modified, wanted) in
            [(1000, "0 seconds ago"), (999, "1 second ago"), (760, "4 minutes ago"), (-9000, "2 hours ago"), (2000, "0 seconds ago")]
        {
            assert_eq!(age(1000, Instant::now(), modified), wanted);
        }
    }
}
