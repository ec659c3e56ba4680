//! A place that holds objects by key: reading, listing, writing on condition, deleting; each failure said plainly.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{Attributes, Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use super::address::{Address, Scheme};
use super::connect::{Connected, connect};
use super::fault::fault;
use super::folder;
use super::headers::Headers;
use super::lease::Hold;
use super::retry::Attempts;

/// A place with more objects than this is not one that brief published to.
pub(super) const MOST_OBJECTS: usize = 2_000_000;

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

/// The state of an object: another after each write of other bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tag {
    pub(super) e_tag: Option<String>,
    pub(super) version: Option<String>,
}

impl Tag {
    /// The state as a text, where the store gives one.
    pub fn as_text(&self) -> Option<&str> {
        self.version.as_deref().or(self.e_tag.as_deref())
    }
}

/// An object that was read.
#[derive(Debug, Clone)]
pub struct Found {
    pub bytes: Vec<u8>,
    pub tag: Tag,
    /// When it was written by the store's clock, in seconds since 1970.
    pub(super) modified: i64,
}

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub size: u64,
    pub tag: Tag,
}

/// An object's digest and size, taken from what a store handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    /// SHA-256 as hexadecimal digits.
    pub sha256: String,
    pub size: u64,
    pub tag: Tag,
}

/// Under which condition an object is written.
#[derive(Debug, Clone, Copy)]
pub enum Condition<'a> {
    Always,
    /// Only if nothing is there.
    Absent,
    /// Only if it still is what it was.
    Unchanged(&'a Tag),
}

/// What became of a conditional write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Written(Tag),
    /// The condition did not hold, and nothing was written.
    Refused,
    /// The store knows no conditions.
    Unsupported,
}

/// Where the bytes of an object go as they come.
pub trait Sink: Send + 'static {
    /// Forgets what was taken: the bytes come again from the start.
    fn restart(&mut self) -> Result<()>;
    fn take(&mut self, bytes: &[u8]) -> Result<()>;
}

/// A sink that has taken a whole object.
pub(super) struct Received<S> {
    pub(super) sink: S,
    pub(super) tag: Tag,
    pub(super) modified: i64,
}

/// A connected place. Asks nothing of it before it is used.
pub struct Destination {
    pub address: Address,
    pub(super) client: Arc<Client>,
    pub(super) runtime: Runtime,
}

impl std::fmt::Debug for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Destination").field(&self.address.shown).finish()
    }
}

/// What tasks share.
pub(super) struct Client {
    pub(super) address: Address,
    store: Arc<dyn ObjectStore>,
    prefix: String,
    pub(super) limits: Limits,
    /// A folder: no headers, and no condition but absence.
    pub(super) folder: Option<PathBuf>,
    /// While it is held, nothing is written that it doesn't cover.
    pub(super) hold: Mutex<Option<Arc<Hold>>>,
}

impl Destination {
    /// Connects for reading; a folder that is not there holds nothing.
    pub fn reading(address: Address, variables: &[(String, String)], limits: &Limits) -> Result<Destination> {
        Destination::open(address, variables, limits, false)
    }

    /// Connects for writing; a folder is made.
    pub fn writing(address: Address, variables: &[(String, String)], limits: &Limits) -> Result<Destination> {
        if matches!(address.scheme, Scheme::Web(_)) {
            bail!("`{}` can only be read: publish to a folder, s3://, gs:// or az://", address.shown);
        }
        Destination::open(address, variables, limits, true)
    }

    fn open(address: Address, variables: &[(String, String)], limits: &Limits, writing: bool) -> Result<Destination> {
        let Connected { store, prefix } = connect(&address, variables, limits, writing)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("can't start the threads that speak to the destination")?;
        let folder = address.folder().map(std::path::Path::to_path_buf);
        let client = Client { address: address.clone(), store, prefix, limits: limits.clone(), folder, hold: Mutex::default() };
        Ok(Destination { address, client: Arc::new(client), runtime })
    }

    /// An object of at most `most` bytes; nothing where there is none.
    pub fn read(&self, key: &str, most: u64) -> Result<Option<Found>> {
        self.runtime.block_on(self.client.read(key, most))
    }

    /// The digest of an object, read to its end but for what is beyond `most` bytes; nothing where there is none.
    pub fn measure(&self, key: &str, most: u64) -> Result<Option<Measured>> {
        self.runtime.block_on(self.client.measure(key, most))
    }

    /// All objects of the place by key; a web server can't list.
    pub fn list(&self) -> Result<BTreeMap<String, Listed>> {
        self.runtime.block_on(self.client.list())
    }

    /// Writes an object.
    pub fn write(&self, key: &str, bytes: &[u8], headers: &Headers, condition: Condition<'_>) -> Result<Outcome> {
        self.runtime.block_on(self.client.write(key, bytes, headers, condition))
    }

    /// Deletes objects; fine where one is not there.
    pub fn delete(&self, keys: &[String]) -> Result<()> {
        self.runtime.block_on(self.client.delete(keys))
    }
}

impl Client {
    fn path(&self, key: &str) -> Result<Path> {
        let whole = if self.prefix.is_empty() { key.to_owned() } else { format!("{}/{key}", self.prefix) };
        Path::parse(&whole).with_context(|| format!("`{}` can't be the name of an object", self.address.object(key)))
    }

    fn file(&self, folder: &std::path::Path, key: &str) -> Result<PathBuf> {
        let path = self.path(key)?;
        Ok(path.parts().fold(folder.to_owned(), |file, part| file.join(part.as_ref())))
    }

    pub(super) fn fault(&self, operation: &str, key: &str, error: &Error, attempts: usize) -> anyhow::Error {
        fault(operation, &self.address.object(key), error, attempts)
    }

    pub(super) async fn read(self: &Arc<Self>, key: &str, most: u64) -> Result<Option<Found>> {
        let received = self.receive(key, most, Vec::new()).await?;
        Ok(received.map(|Received { sink, tag, modified }| Found { bytes: sink, tag, modified }))
    }

    pub(super) async fn measure(self: &Arc<Self>, key: &str, most: u64) -> Result<Option<Measured>> {
        let received = self.receive(key, most, Hashing::default()).await?;
        Ok(received.map(|Received { sink, tag, .. }| Measured { sha256: sink.sha256(), size: sink.size, tag }))
    }

    /// Reads an object of at most `most` bytes into a sink.
    pub(super) async fn receive<S: Sink>(self: &Arc<Self>, key: &str, most: u64, mut sink: S) -> Result<Option<Received<S>>> {
        if let Some(folder) = &self.folder {
            let path = self.file(folder, key)?;
            return tokio::task::spawn_blocking(move || folder::receive(&path, most, sink)).await?;
        }
        let path = self.path(key)?;
        let mut attempts = Attempts::new(&self.limits, key);
        loop {
            sink.restart()?;
            match self.stream(key, &path, most, &mut sink).await? {
                Ok((tag, modified)) => return Ok(Some(Received { sink, tag, modified })),
                // A bucket that isn't there holds nothing either, but nobody means that.
                Err(error @ Error::NotFound { .. }) if !is_bucket_missing(&error) => return Ok(None),
                Err(error) => {
                    if !attempts.again(&error).await {
                        return Err(self.fault("read", key, &error, attempts.failed));
                    }
                }
            }
        }
    }

    /// One attempt. The outer error is final, the inner one may pass.
    async fn stream<S: Sink>(&self, key: &str, path: &Path, most: u64, sink: &mut S) -> Result<Result<(Tag, i64), Error>> {
        let result = match self.store.get(path).await {
            Ok(result) => result,
            Err(error) => return Ok(Err(error)),
        };
        if result.meta.size > most {
            return Err(too_large(&self.address.object(key), most));
        }
        let tag = Tag { e_tag: result.meta.e_tag.clone(), version: result.meta.version.clone() };
        let modified = result.meta.last_modified.timestamp();
        let mut received = 0;
        let mut chunks = result.into_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = match chunk {
                Ok(chunk) => chunk,
                Err(error) => return Ok(Err(error)),
            };
            received += chunk.len() as u64;
            if received > most {
                return Err(too_large(&self.address.object(key), most));
            }
            sink.take(&chunk)?;
        }
        Ok(Ok((tag, modified)))
    }

    async fn list(self: &Arc<Self>) -> Result<BTreeMap<String, Listed>> {
        if let Some(folder) = self.folder.clone() {
            return tokio::task::spawn_blocking(move || folder::list(&folder)).await?;
        }
        let prefix = if self.prefix.is_empty() { None } else { Some(Path::parse(&self.prefix)?) };
        let strip = if self.prefix.is_empty() { 0 } else { self.prefix.len() + 1 };
        let mut attempts = Attempts::new(&self.limits, "");
        loop {
            let entries = self.store.list(prefix.as_ref()).map_ok(|meta| {
                let key = meta.location.as_ref().get(strip..).unwrap_or_default().to_owned();
                (key, Listed { size: meta.size, tag: Tag { e_tag: meta.e_tag, version: meta.version } })
            });
            match entries.take(MOST_OBJECTS + 1).try_collect::<BTreeMap<_, _>>().await {
                Ok(listed) if listed.len() > MOST_OBJECTS => {
                    bail!("`{}` holds more than {MOST_OBJECTS} objects: it is no place that brief published to", self.address.shown)
                }
                Ok(listed) => return Ok(listed),
                Err(error) => {
                    if !attempts.again(&error).await {
                        return Err(self.fault("list", "", &error, attempts.failed));
                    }
                }
            }
        }
    }

    /// Fails where the lease that covers writing is lost.
    pub(super) async fn covered(self: &Arc<Self>) -> Result<()> {
        let hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match hold {
            Some(hold) => hold.ensure(self).await,
            None => Ok(()),
        }
    }

    /// Fails where the lease that covers writing is lost by now.
    pub(super) async fn confirmed(self: &Arc<Self>) -> Result<()> {
        let hold = self.hold.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match hold {
            Some(hold) => hold.confirm(self).await,
            None => Ok(()),
        }
    }

    pub(super) async fn write(self: &Arc<Self>, key: &str, bytes: &[u8], headers: &Headers, condition: Condition<'_>) -> Result<Outcome> {
        let mut attempts = Attempts::new(&self.limits, key);
        loop {
            self.covered().await?;
            match self.put(key, bytes, headers, condition).await? {
                // Where an answer was lost, what is there may be what was sent.
                Ok(Outcome::Refused) if attempts.failed > 0 => {
                    return Ok(self.own(key, bytes).await?.map_or(Outcome::Refused, Outcome::Written));
                }
                Ok(outcome) => return Ok(outcome),
                Err(error) => {
                    if attempts.again(&error).await {
                        continue;
                    }
                    if let Ok(Some(tag)) = self.own(key, bytes).await {
                        return Ok(Outcome::Written(tag));
                    }
                    return Err(self.fault("write", key, &error, attempts.failed));
                }
            }
        }
    }

    /// The state of an object that holds these very bytes.
    async fn own(self: &Arc<Self>, key: &str, bytes: &[u8]) -> Result<Option<Tag>> {
        let found = self.measure(key, u64::MAX).await?;
        Ok(found.filter(|found| found.size == bytes.len() as u64 && found.sha256 == sha256(bytes)).map(|found| found.tag))
    }

    /// One attempt at writing. The outer error is final, the inner one may pass.
    pub(super) async fn put(&self, key: &str, bytes: &[u8], headers: &Headers, condition: Condition<'_>) -> Result<Result<Outcome, Error>> {
        if let Some(folder) = &self.folder {
            folder::refuse_links(folder, &self.file(folder, key)?)?;
        }
        let mode = match (condition, &self.folder) {
            (Condition::Always, _) => PutMode::Overwrite,
            (Condition::Absent, _) => PutMode::Create,
            (Condition::Unchanged(tag), Some(folder)) => {
                // The lock keeps others out; this sees those who ignore it.
                let now = std::fs::metadata(self.file(folder, key)?).ok().map(|meta| folder::tag(&meta));
                if now.as_ref() != Some(tag) {
                    return Ok(Ok(Outcome::Refused));
                }
                PutMode::Overwrite
            }
            (Condition::Unchanged(tag), None) => PutMode::Update(UpdateVersion { e_tag: tag.e_tag.clone(), version: tag.version.clone() }),
        };
        let is_conditional = !matches!(condition, Condition::Always);
        let attributes = if self.folder.is_some() { Attributes::new() } else { headers.attributes() };
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        let put = self.store.put_opts(&self.path(key)?, bytes.to_vec().into(), options).await;
        Ok(match put {
            Ok(put) => Ok(Outcome::Written(match &self.folder {
                Some(folder) => folder::tag(
                    &std::fs::metadata(self.file(folder, key)?).with_context(|| format!("can't read `{}`", self.address.object(key)))?,
                ),
                None => Tag { e_tag: put.e_tag, version: put.version },
            })),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. }) => Ok(Outcome::Refused),
            // What should be unchanged is gone.
            Err(error @ Error::NotFound { .. }) if is_conditional && !is_bucket_missing(&error) => Ok(Outcome::Refused),
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) if is_conditional => Ok(Outcome::Unsupported),
            Err(error) if is_conditional && error.to_string().contains("501 Not Implemented") => Ok(Outcome::Unsupported),
            Err(error) if self.folder.is_some() => return Err(self.fault("write", key, &error, 1)),
            Err(error) => Err(error),
        })
    }

    pub(super) async fn delete(self: &Arc<Self>, keys: &[String]) -> Result<()> {
        // In small parts, so that a lease which is lost meanwhile is noticed.
        for part in keys.chunks(100) {
            self.covered().await?;
            self.delete_uncovered(part).await?;
        }
        Ok(())
    }

    pub(super) async fn delete_uncovered(&self, keys: &[String]) -> Result<()> {
        let mut attempts = Attempts::new(&self.limits, "");
        loop {
            let paths = keys.iter().map(|key| self.path(key)).collect::<Result<Vec<_>>>()?;
            let mut results = self.store.delete_stream(futures_util::stream::iter(paths.into_iter().map(Ok)).boxed());
            let mut failed = None;
            while let Some(result) = results.next().await {
                match result {
                    Ok(_) | Err(Error::NotFound { .. }) => {}
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            let Some(error) = failed else { return Ok(()) };
            if self.folder.is_some() || !attempts.again(&error).await {
                return Err(self.fault("delete objects of", "", &error, attempts.failed));
            }
        }
    }
}

/// An object is larger than it may be, and was not read to its end.
#[derive(Debug)]
pub(super) struct TooLarge(String);

impl std::fmt::Display for TooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TooLarge {}

pub(super) fn too_large(shown: &str, most: u64) -> anyhow::Error {
    let limit = if most >= 1_000_000 { format!("{} MB", most / 1_000_000) } else { format!("{most} bytes") };
    anyhow::Error::new(TooLarge(format!("`{shown}` is larger than {limit}: it is not what brief published")))
}

fn is_bucket_missing(error: &Error) -> bool {
    let Error::NotFound { source, .. } = error else { return false };
    let text = source.to_string();
    ["NoSuchBucket", "ContainerNotFound", "specified bucket does not exist"].iter().any(|sign| text.contains(sign))
}

impl Sink for Vec<u8> {
    fn restart(&mut self) -> Result<()> {
        self.clear();
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// Takes a digest of what passes.
#[derive(Default)]
pub(super) struct Hashing {
    hasher: Sha256,
    pub(super) size: u64,
}

impl Hashing {
    pub(super) fn sha256(&self) -> String {
        hexadecimal(&self.hasher.clone().finalize())
    }
}

impl Sink for Hashing {
    fn restart(&mut self) -> Result<()> {
        *self = Hashing::default();
        Ok(())
    }

    fn take(&mut self, bytes: &[u8]) -> Result<()> {
        self.hasher.update(bytes);
        self.size += bytes.len() as u64;
        Ok(())
    }
}

/// The SHA-256 of bytes, as hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
