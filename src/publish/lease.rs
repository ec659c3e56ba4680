//! The lease: one publisher at a time changes a destination.
//!
//! `publish.lock` is created if absent, and renewed for as long as its holder lives. Who finds it watches it for a while,
//! without looking at any clock but its own: a lock that is renewed belongs to somebody, one that is not was left behind,
//! and is taken over on condition that it is still the same. The condition is tried out when the lease is taken: a store
//! that ignores it is found out before anything else is written.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use serde::{Deserialize, Serialize};
use tokio::task::JoinHandle;

use super::destination::{Condition, Destination, Found, Inner, Outcome};
use super::headers::{Headers, Lifetime};

const KEY: &str = "publish.lock";

#[derive(Serialize, Deserialize)]
struct Lock {
    publisher: String,
    token: String,
    beat: u64,
}

/// The right to change a destination, until it is dropped.
pub struct Lease {
    inner: Arc<Inner>,
    token: String,
    lost: Arc<AtomicBool>,
    beat: Option<JoinHandle<()>>,
    handle: tokio::runtime::Handle,
}

impl std::fmt::Debug for Lease {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Lease").field(&self.token).finish()
    }
}

/// What came of trying to take the lease.
#[derive(Debug)]
pub enum Taken {
    Mine(Lease),
    /// Somebody else publishes there.
    Busy(String),
    /// The store has no conditional writes.
    Unconditional,
}

impl Destination {
    /// Takes the lease in `publisher`'s name. A lock that is not renewed within `term` was left behind.
    pub fn lease(&self, publisher: &str, term: Duration) -> Result<Taken> {
        let token = format!("{:016x}", RandomState::new().build_hasher().finish());
        let inner = Arc::clone(&self.inner);
        let taken = self.runtime.block_on(take(&inner, publisher, &token, term))?;
        Ok(match taken {
            Step::Busy(who) => Taken::Busy(who),
            Step::Unconditional => Taken::Unconditional,
            Step::Mine => {
                let lost = Arc::new(AtomicBool::new(false));
                let renewing = renew(Arc::clone(&inner), publisher.to_owned(), token.clone(), term / 4, Arc::clone(&lost));
                let beat = Some(self.runtime.spawn(renewing));
                Taken::Mine(Lease { inner, token, lost, beat, handle: self.runtime.handle().clone() })
            }
        })
    }
}

enum Step {
    Mine,
    Busy(String),
    Unconditional,
}

async fn take(inner: &Inner, publisher: &str, token: &str, term: Duration) -> Result<Step> {
    loop {
        match write(inner, publisher, token, 0, Condition::Absent).await? {
            Outcome::Unsupported => return Ok(Step::Unconditional),
            Outcome::Written => {
                // It must not succeed twice.
                if write(inner, publisher, token, 0, Condition::Absent).await? != Outcome::Refused {
                    inner.delete(&[KEY.to_owned()]).await?;
                    return Ok(Step::Unconditional);
                }
                return Ok(Step::Mine);
            }
            Outcome::Refused => {}
        }
        let Some(found) = inner.read(KEY).await? else { continue };
        let holder = parse(&found);
        // The answer to our own write was lost.
        if holder.as_ref().is_some_and(|lock| lock.token == token) {
            return Ok(Step::Mine);
        }
        match watch(inner, &found, term).await? {
            Watched::Gone => continue,
            Watched::Renewed => return Ok(Step::Busy(holder.map_or_else(|| "somebody".to_owned(), |lock| lock.publisher))),
            Watched::Still => {}
        }
        if inner.is_folder {
            inner.delete(&[KEY.to_owned()]).await?;
            if write(inner, publisher, token, 0, Condition::Absent).await? != Outcome::Written {
                continue;
            }
            // Two may have found the same lock left behind: the last to take it has it.
            tokio::time::sleep(term / 8).await;
            let now = inner.read(KEY).await?;
            match now.as_ref().and_then(parse) {
                Some(lock) if lock.token == token => return Ok(Step::Mine),
                Some(lock) => return Ok(Step::Busy(lock.publisher)),
                None => continue,
            }
        }
        match write(inner, publisher, token, 0, Condition::Unchanged(&found)).await? {
            Outcome::Written => return Ok(Step::Mine),
            Outcome::Refused => continue,
            Outcome::Unsupported => return Ok(Step::Unconditional),
        }
    }
}

enum Watched {
    Gone,
    Renewed,
    Still,
}

async fn watch(inner: &Inner, found: &Found, term: Duration) -> Result<Watched> {
    for _ in 0..8 {
        tokio::time::sleep(term / 8).await;
        match inner.read(KEY).await? {
            None => return Ok(Watched::Gone),
            Some(now) if now.bytes != found.bytes => return Ok(Watched::Renewed),
            Some(_) => {}
        }
    }
    Ok(Watched::Still)
}

async fn renew(inner: Arc<Inner>, publisher: String, token: String, every: Duration, lost: Arc<AtomicBool>) {
    for beat in 1.. {
        tokio::time::sleep(every).await;
        let still = match inner.read(KEY).await {
            Ok(Some(found)) if parse(&found).is_some_and(|lock| lock.token == token) => {
                let written = write(&inner, &publisher, &token, beat, Condition::Unchanged(&found)).await;
                !matches!(written, Ok(Outcome::Refused))
            }
            Ok(_) => false,
            // That it can't be asked now says nothing; before the ledger is written it is asked again.
            Err(_) => true,
        };
        if !still {
            lost.store(true, Ordering::Relaxed);
            return;
        }
    }
}

fn parse(found: &Found) -> Option<Lock> {
    serde_json::from_slice(&found.bytes).ok()
}

async fn write(inner: &Inner, publisher: &str, token: &str, beat: u64, condition: Condition<'_>) -> Result<Outcome> {
    let lock = Lock { publisher: publisher.to_owned(), token: token.to_owned(), beat };
    inner.write(KEY, serde_json::to_vec(&lock)?, &Headers::of("publish.json", Lifetime::Short), condition).await
}

impl Lease {
    /// Fails where somebody else took the lease over, thinking that its holder had gone.
    pub fn confirm(&self) -> Result<()> {
        let held = !self.lost.load(Ordering::Relaxed)
            && self.handle.block_on(self.inner.read(KEY))?.as_ref().and_then(parse).is_some_and(|lock| lock.token == self.token);
        if !held {
            bail!("another publisher took over, since this one had not been heard of for too long");
        }
        Ok(())
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(beat) = self.beat.take() else { return };
        beat.abort();
        let held = self.handle.block_on(async {
            // A renewal that is under way ends first, or it would write the lock anew.
            let _ = beat.await;
            self.inner.read(KEY).await
        });
        if let Ok(Some(found)) = held
            && parse(&found).is_some_and(|lock| lock.token == self.token)
        {
            // What is left of it is taken over by the next publisher.
            let _ = self.handle.block_on(self.inner.delete(&[KEY.to_owned()]));
        }
    }
}
