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
use futures_util::future::BoxFuture;
use tokio::task::JoinHandle;

use super::client::{Client, Failure, WriteGuard};
use super::destination::Destination;
use super::folder_lock::{self, FolderLock};
use super::headers::{Headers, Lifetime};
use super::lock::{LARGEST_LOCK, LOCK, Lock, LockAttempt, Publisher, Terms, age, waiting};
use super::object::{Condition, Outcome, StoredObject, Tag};
use super::retry::{Attempts, Instant, pause};

/// The maximum number of attempts to take a contended lock.
const ROUNDS: usize = 12;

/// The right to change a destination, until it is dropped.
pub struct Lease {
    client: Arc<Client>,
    hold: Arc<HeldLease>,
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
pub enum LeaseAttempt {
    Mine(Lease),
    /// Somebody else publishes there; says who, and what to do.
    Busy(String),
    /// The store has no conditional writes, or the file system no locks.
    Unconditional,
}

/// A lease that is held: what it was taken with, and when it was last renewed.
struct HeldLease {
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

impl HeldLease {
    async fn ensure(&self, client: &Arc<Client>) -> Result<()> {
        if self.lost.load(Ordering::SeqCst) {
            return Err(taken_over(client));
        }
        let mut state = self.state.lock().await;
        if state.renewed.elapsed() < self.term / 2 {
            return Ok(());
        }
        self.renew(client, &mut state).await
    }

    /// Renews the lease on condition that nobody took it.
    async fn confirm(&self, client: &Arc<Client>) -> Result<()> {
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
                    let found = client.read(LOCK, LARGEST_LOCK).await?;
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

impl WriteGuard for HeldLease {
    fn ensure<'a>(&'a self, client: &'a Arc<Client>) -> BoxFuture<'a, Result<()>> {
        Box::pin(HeldLease::ensure(self, client))
    }

    fn confirm<'a>(&'a self, client: &'a Arc<Client>) -> BoxFuture<'a, Result<()>> {
        Box::pin(HeldLease::confirm(self, client))
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
    let mut attempts = Attempts::new(&client.limits, LOCK);
    loop {
        match client.put(LOCK, &bytes, &headers, condition).await {
            Ok(outcome) => return Ok(outcome),
            Err(Failure::Final(error)) => return Err(error),
            Err(Failure::OfStore(error)) => {
                if !attempts.again(&error).await {
                    return Err(client.fault("write", LOCK, &error, attempts.failed));
                }
            }
        }
    }
}

impl Destination {
    /// Takes the lease. `note` is given messages about waiting for other publishers and taking over their leases.
    pub fn lease(&self, publisher: &Publisher, terms: Terms, note: &dyn Fn(&str)) -> Result<LeaseAttempt> {
        let token = format!("{:016x}", RandomState::new().build_hasher().finish());
        let lock = Lock { publisher: publisher.name.clone(), host: publisher.host.clone(), token, beat: 0, abandoned: false };
        let client = Arc::clone(&self.client);
        let begun = Instant::now();
        let attempt = self.runtime.block_on(async {
            Ok::<_, anyhow::Error>(match &client.folder {
                Some(folder) => {
                    let path = folder.join(LOCK);
                    match folder_lock::take(&path, &lock, publisher, terms, &client.limits, note).await? {
                        LockAttempt::Locked { held, took_over } => LockAttempt::Locked { held: (Tag::default(), Some(held)), took_over },
                        LockAttempt::Busy(who) => LockAttempt::Busy(who),
                        LockAttempt::Unconditional => LockAttempt::Unconditional,
                    }
                }
                None => match take(&client, &lock, publisher, terms, note).await? {
                    LockAttempt::Locked { held, took_over } => LockAttempt::Locked { held: (held, None), took_over },
                    LockAttempt::Busy(who) => LockAttempt::Busy(who),
                    LockAttempt::Unconditional => LockAttempt::Unconditional,
                },
            })
        })?;
        let ((tag, file), took_over) = match attempt {
            LockAttempt::Locked { held, took_over } => (held, took_over),
            LockAttempt::Busy(who) => return Ok(LeaseAttempt::Busy(who)),
            LockAttempt::Unconditional => return Ok(LeaseAttempt::Unconditional),
        };
        let renewed = if took_over { Instant::now() } else { begun };
        let state = tokio::sync::Mutex::new(State { beat: 0, tag, renewed });
        let hold = Arc::new(HeldLease { lock, term: terms.term, state, lost: AtomicBool::new(false), file });
        let beat = self.runtime.spawn(renew(Arc::clone(&client), Arc::clone(&hold), terms.term / 4));
        *client.lease.lock().unwrap_or_else(PoisonError::into_inner) = Some(hold.clone());
        Ok(LeaseAttempt::Mine(Lease {
            client,
            hold,
            beat: Some(beat),
            handle: self.runtime.handle().clone(),
            took_over,
            begun: AtomicBool::new(false),
        }))
    }
}

async fn take(client: &Arc<Client>, own: &Lock, publisher: &Publisher, terms: Terms, note: &dyn Fn(&str)) -> Result<LockAttempt<Tag>> {
    let shown = client.address.object(LOCK);
    let begun = Instant::now();
    let mut is_noted = false;
    let mut round = 0;
    loop {
        match put(client, own, Condition::Absent).await? {
            Outcome::Unsupported => return Ok(LockAttempt::Unconditional),
            Outcome::Written(tag) => return check_conditions(client, own, tag).await,
            Outcome::Refused => {}
        }
        round += 1;
        if round > ROUNDS {
            bail!("`{shown}` changed hands {ROUNDS} times while this waited for it: publish again later");
        }
        let Some(found) = client.read(LOCK, LARGEST_LOCK).await? else {
            tokio::time::sleep(pause(&client.limits, LOCK, round)).await;
            continue;
        };
        let lock = Lock::parse(&found.bytes);
        // The answer to this publisher's own write was lost.
        if lock.as_ref().is_some_and(|lock| lock.token == own.token) {
            return Ok(LockAttempt::Locked { held: found.tag, took_over: false });
        }
        let holder = lock.as_ref().map_or("an unknown publisher", |lock| lock.publisher.as_str());
        let age = age(publisher.now, begun, found.modified);
        if !lock.as_ref().is_some_and(|lock| lock.abandoned) {
            if !is_noted {
                note(&waiting(&shown, holder, &age, terms));
                is_noted = true;
            }
            match watch(client, &found, begun, terms).await? {
                Watched::Gone => {
                    round = 0;
                    continue;
                }
                Watched::Renewed => return Ok(LockAttempt::Busy(format!("{holder} is publishing to `{}`", client.address.shown))),
                Watched::Still => {}
            }
        }
        match put(client, own, Condition::Unchanged(&found.tag)).await? {
            Outcome::Written(tag) => {
                note(&format!("took over `{shown}`, which {holder} left behind {age}"));
                return Ok(LockAttempt::Locked { held: tag, took_over: true });
            }
            Outcome::Refused => tokio::time::sleep(pause(&client.limits, LOCK, round)).await,
            Outcome::Unsupported => return Ok(LockAttempt::Unconditional),
        }
    }
}

/// Probes whether the store honours conditional writes: those that must be refused may not succeed.
async fn check_conditions(client: &Arc<Client>, own: &Lock, tag: Tag) -> Result<LockAttempt<Tag>> {
    let other =
        Tag { e_tag: Some("\"00000000000000000000000000000000\"".to_owned()), version: tag.version.as_ref().map(|_| "1".to_owned()) };
    for condition in [Condition::Absent, Condition::Unchanged(&other)] {
        if put(client, own, condition).await? != Outcome::Refused {
            client.delete_without_lease(&[LOCK.to_owned()]).await?;
            return Ok(LockAttempt::Unconditional);
        }
    }
    Ok(LockAttempt::Locked { held: tag, took_over: false })
}

enum Watched {
    Gone,
    /// It is still renewed when the time to wait is over.
    Renewed,
    Still,
}

async fn watch(client: &Arc<Client>, found: &StoredObject, begun: Instant, terms: Terms) -> Result<Watched> {
    let mut last = found.bytes.clone();
    let mut seen = Instant::now();
    loop {
        tokio::time::sleep(terms.term / 8).await;
        match client.read(LOCK, LARGEST_LOCK).await? {
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

async fn renew(client: Arc<Client>, hold: Arc<HeldLease>, every: Duration) {
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
            *self.client.lease.lock().unwrap_or_else(PoisonError::into_inner) = None;
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
                    let _ = self.client.delete_without_lease(&[LOCK.to_owned()]).await;
                }
            } else {
                let state = self.hold.state.lock().await;
                let lock = Lock { beat: state.beat + 1, abandoned: true, ..self.hold.lock.clone() };
                let _ = put(&self.client, &lock, Condition::Unchanged(&state.tag)).await;
            }
        });
    }
}
