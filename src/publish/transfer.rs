//! Objects on their way, several at once, each checked by its digest where it arrives.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use futures_util::StreamExt;

use super::client::Client;
use super::destination::Destination;
use super::headers::Headers;
use super::object::{Condition, Hashing, Listed, Measured, Outcome, Sink, StoredObject, Tag, TooLarge, sha256};
use crate::files;

/// An object to be sent.
#[derive(Debug, Clone)]
pub struct Object {
    pub key: String,
    pub body: Body,
    /// Of the bytes, as hexadecimal digits.
    pub sha256: String,
    pub size: u64,
    pub headers: Headers,
}

/// Where the bytes of an object are.
#[derive(Debug, Clone)]
pub enum Body {
    File(PathBuf),
    Text(Arc<[u8]>),
}

/// An object to be brought or compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub key: String,
    pub sha256: String,
    pub size: u64,
}

/// What was sent, and what was there already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sent {
    pub objects: usize,
    pub bytes: u64,
    pub there: usize,
}

/// How objects are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// Only where the object still is what the listing shows.
    Conditional,
    /// Nobody else writes there.
    Unconditional,
}

impl Destination {
    /// Sends objects, `jobs` at a time. `listed` is what the place holds: what has the right digest is left. After the
    /// first failure no further object is begun, and those under way are waited for. Gives the objects' states.
    pub fn send(
        &self,
        objects: &[Object],
        listed: &BTreeMap<String, Listed>,
        writes: Writes,
        jobs: usize,
        done: &dyn Fn(&str),
    ) -> Result<(Sent, BTreeMap<String, String>)> {
        let (mut sent, mut states) = (Sent::default(), BTreeMap::new());
        let results = self.each(objects, jobs, |client, object| {
            let there = listed.get(&object.key).cloned();
            async move { client.send(&object, there.as_ref(), writes).await.map(|result| (object, result)) }
        });
        results.into_iter().try_for_each(|result| {
            let (object, (moved, measured)) = result?;
            if moved {
                sent.objects += 1;
                sent.bytes += object.size;
            } else {
                sent.there += 1;
            }
            if let Some(state) = measured.tag.as_text() {
                states.insert(object.key.clone(), state.to_owned());
            }
            done(&object.key);
            anyhow::Ok(())
        })?;
        Ok((sent, states))
    }

    /// The digests of objects as they are there, `jobs` at a time; of each no more is read than it should have.
    pub fn compare(&self, wanted: &[Wanted], jobs: usize, done: &dyn Fn(&str)) -> Result<Vec<(Wanted, Option<Measured>)>> {
        let results = self.each(wanted, jobs, |client, wanted| async move {
            let found = client.measure_up_to(&wanted).await?;
            anyhow::Ok((wanted, found))
        });
        results.into_iter().inspect(|result| result.iter().for_each(|(wanted, _)| done(&wanted.key))).collect()
    }

    /// The bytes of small objects, `jobs` at a time, in their order; nothing for one that is not there.
    pub fn read_all(&self, keys: &[String], limit: u64, jobs: usize) -> Result<Vec<Option<StoredObject>>> {
        let places: Vec<(usize, String)> = keys.iter().cloned().enumerate().collect();
        let results = self.each(&places, jobs, |client, (place, key)| async move { anyhow::Ok((place, client.read(&key, limit).await?)) });
        let mut found = results.into_iter().collect::<Result<Vec<_>>>()?;
        found.sort_by_key(|(place, _)| *place);
        Ok(found.into_iter().map(|(_, found)| found).collect())
    }

    /// Brings objects, `jobs` at a time: `open` gives each a sink, and `take` gets it back once its digest is right.
    pub fn bring<S: Sink>(
        &self,
        wanted: &[Wanted],
        jobs: usize,
        open: &(dyn Fn(&str) -> Result<S> + Sync),
        take: &mut dyn FnMut(&str, S) -> Result<()>,
    ) -> Result<()> {
        self.runtime.block_on(async {
            let tasks = wanted.iter().map(|wanted| {
                let (client, wanted) = (Arc::clone(&self.client), wanted.clone());
                async move {
                    let shown = client.address.object(&wanted.key);
                    let sink = HashingSink { sink: open(&wanted.key)?, hashing: Hashing::default() };
                    let Some(received) = client.receive(&wanted.key, wanted.size, sink).await? else { bail!("`{shown}` is missing") };
                    let HashingSink { sink, hashing } = received.sink;
                    if hashing.size != wanted.size || hashing.sha256() != wanted.sha256 {
                        bail!("`{shown}` is damaged: it is not what the manifest of its version says");
                    }
                    Ok((wanted.key, sink))
                }
            });
            let mut running = futures_util::stream::iter(tasks).buffer_unordered(jobs.max(1));
            while let Some(result) = running.next().await {
                let (key, sink) = result?;
                take(&key, sink)?;
            }
            Ok(())
        })
    }

    /// Runs a task for each item, `jobs` at a time, until one fails; those under way then end first. Gives what the tasks
    /// gave, the failure last.
    fn each<T: Clone, R, F>(&self, items: &[T], jobs: usize, task: impl Fn(Arc<Client>, T) -> F) -> Vec<Result<R>>
    where
        F: Future<Output = Result<R>>,
    {
        let failed = AtomicBool::new(false);
        self.runtime.block_on(async {
            let tasks = items.iter().map(|item| {
                let running = task(Arc::clone(&self.client), item.clone());
                let failed = &failed;
                async move {
                    if failed.load(Ordering::SeqCst) {
                        return None;
                    }
                    let result = running.await;
                    if result.is_err() {
                        failed.store(true, Ordering::SeqCst);
                    }
                    Some(result)
                }
            });
            let results = futures_util::stream::iter(tasks).buffer_unordered(jobs.max(1)).filter_map(|result| async { result });
            let mut results: Vec<Result<R>> = results.collect().await;
            results.sort_by_key(Result::is_err);
            results
        })
    }
}

impl Client {
    /// Sends one object; says whether it had to be.
    async fn send(self: &Arc<Self>, object: &Object, there: Option<&Listed>, writes: Writes) -> Result<(bool, Measured)> {
        let wanted = Wanted { key: object.key.clone(), sha256: object.sha256.clone(), size: object.size };
        if there.is_some_and(|there| there.size == object.size)
            && let Some(found) = self.measure_up_to(&wanted).await?
            && wanted.is(&found)
        {
            return Ok((false, found));
        }
        let bytes = object.read()?;
        let condition = match (writes, there) {
            (Writes::Unconditional, _) => Condition::Always,
            (Writes::Conditional, None) => Condition::Absent,
            (Writes::Conditional, Some(there)) => Condition::Unchanged(&there.tag),
        };
        let outcome = self.write(&object.key, &bytes, &object.headers, condition).await?;
        let shown = self.address.object(&object.key);
        let found = self.measure_up_to(&wanted).await?;
        match (outcome, found) {
            (_, Some(found)) if wanted.is(&found) => Ok((true, found)),
            (Outcome::Refused, _) => bail!(
                "`{shown}` was written by somebody else meanwhile: run `brief build --ledger {}`, then publish again",
                self.address.shown
            ),
            (Outcome::Unsupported, _) => {
                bail!("`{}` has no conditional writes of what is there: publish with `--single-publisher`", self.address.shown)
            }
            (Outcome::Written(_), found) => {
                // Somebody else may have taken over, and written it since.
                self.confirm_lease().await?;
                bail!(
                    "the destination holds something else than was sent as `{}`: {}, not {} bytes of the same digest",
                    object.key,
                    found.map_or_else(|| "nothing".to_owned(), |found| format!("{} bytes", found.size)),
                    object.size
                )
            }
        }
    }

    /// The digest of an object as it is there. One that is larger than it should be is not read.
    async fn measure_up_to(self: &Arc<Self>, wanted: &Wanted) -> Result<Option<Measured>> {
        match self.measure(&wanted.key, wanted.size).await {
            Err(error) if error.is::<TooLarge>() => {
                Ok(Some(Measured { sha256: String::new(), size: wanted.size.saturating_add(1), tag: Tag::default() }))
            }
            other => other,
        }
    }
}

impl Wanted {
    /// Whether that is what was found.
    pub fn is(&self, found: &Measured) -> bool {
        found.size == self.size && found.sha256 == self.sha256
    }
}

/// A sink that takes the digest of what passes into another.
struct HashingSink<S> {
    sink: S,
    hashing: Hashing,
}

impl<S: Sink> Sink for HashingSink<S> {
    fn restart(&mut self) -> Result<()> {
        self.hashing.restart()?;
        self.sink.restart()
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.hashing.take(bytes)?;
        self.sink.take(bytes)
    }
}

impl Object {
    /// The bytes, which must still be those that were planned.
    fn read(&self) -> Result<Vec<u8>> {
        let bytes = match &self.body {
            Body::File(path) => start_of(path, self.size + 1).with_context(|| format!("can't read `{}`", path.display()))?,
            Body::Text(bytes) => bytes.to_vec(),
        };
        if bytes.len() as u64 != self.size || sha256(&bytes) != self.sha256 {
            bail!("the file behind `{}` was changed while it was published", self.key);
        }
        Ok(bytes)
    }
}

/// What a regular file begins with: all of it, if it is no longer than `most` bytes.
fn start_of(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    files::open(path)?.0.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
