//! Requests to a place: reading, listing, writing on condition, deleting, each with its retries.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use futures_util::future::BoxFuture;
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{Attributes, Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion};

use super::address::Address;
use super::fault::fault;
use super::folder;
use super::headers::Headers;
use super::object::{Condition, Hashing, Listed, MOST_OBJECTS, Measured, Outcome, Received, Sink, StoredObject, Tag, sha256, too_large};
use super::retry::{Attempts, Limits};

/// Permits writing for as long as it is held.
pub(super) trait WriteGuard: Send + Sync {
    /// Fails if it is lost, or was not renewed recently and can't be.
    fn ensure<'a>(&'a self, client: &'a Arc<Client>) -> BoxFuture<'a, Result<()>>;
    /// Renews it now; fails if it is lost.
    fn confirm<'a>(&'a self, client: &'a Arc<Client>) -> BoxFuture<'a, Result<()>>;
}

/// Why one attempt at a request failed.
pub(super) enum Failure {
    /// The store failed, which may be temporary.
    OfStore(Error),
    /// A second attempt would fail as well.
    Final(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        Failure::Final(error)
    }
}

/// A connection to a place, shared by tasks.
pub(super) struct Client {
    pub(super) address: Address,
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) prefix: String,
    pub(super) limits: Limits,
    /// A folder: no headers, and no condition but absence.
    pub(super) folder: Option<PathBuf>,
    /// The lease under which objects are written.
    pub(super) lease: Mutex<Option<Arc<dyn WriteGuard>>>,
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

    pub(super) async fn read(self: &Arc<Self>, key: &str, most: u64) -> Result<Option<StoredObject>> {
        let received = self.receive(key, most, Vec::new()).await?;
        Ok(received.map(|Received { sink, tag, modified }| StoredObject { bytes: sink, tag, modified }))
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
            match self.stream(key, &path, most, &mut sink).await {
                Ok((tag, modified)) => return Ok(Some(Received { sink, tag, modified })),
                Err(Failure::Final(error)) => return Err(error),
                // A missing bucket is a wrong address, not an absent object.
                Err(Failure::OfStore(error @ Error::NotFound { .. })) if !is_bucket_missing(&error) => return Ok(None),
                Err(Failure::OfStore(error)) => {
                    if !attempts.again(&error).await {
                        return Err(self.fault("read", key, &error, attempts.failed));
                    }
                }
            }
        }
    }

    /// One attempt at reading.
    async fn stream<S: Sink>(&self, key: &str, path: &Path, most: u64, sink: &mut S) -> Result<(Tag, i64), Failure> {
        let result = self.store.get(path).await.map_err(Failure::OfStore)?;
        if result.meta.size > most {
            return Err(too_large(&self.address.object(key), most).into());
        }
        let tag = Tag { e_tag: result.meta.e_tag.clone(), version: result.meta.version.clone() };
        let modified = result.meta.last_modified.timestamp();
        let mut received = 0;
        let mut chunks = result.into_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(Failure::OfStore)?;
            received += chunk.len() as u64;
            if received > most {
                return Err(too_large(&self.address.object(key), most).into());
            }
            sink.take(&chunk)?;
        }
        Ok((tag, modified))
    }

    pub(super) async fn list(self: &Arc<Self>) -> Result<BTreeMap<String, Listed>> {
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

    /// Fails if the lease under which objects are written may be lost.
    pub(super) async fn ensure_lease(self: &Arc<Self>) -> Result<()> {
        match self.lease() {
            Some(lease) => lease.ensure(self).await,
            None => Ok(()),
        }
    }

    /// Renews the lease under which objects are written; fails if it is lost.
    pub(super) async fn confirm_lease(self: &Arc<Self>) -> Result<()> {
        match self.lease() {
            Some(lease) => lease.confirm(self).await,
            None => Ok(()),
        }
    }

    fn lease(&self) -> Option<Arc<dyn WriteGuard>> {
        self.lease.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) async fn write(self: &Arc<Self>, key: &str, bytes: &[u8], headers: &Headers, condition: Condition<'_>) -> Result<Outcome> {
        let mut attempts = Attempts::new(&self.limits, key);
        loop {
            self.ensure_lease().await?;
            match self.put(key, bytes, headers, condition).await {
                // If an answer was lost, the object may be the one that was sent.
                Ok(Outcome::Refused) if attempts.failed > 0 => {
                    return Ok(self.own(key, bytes).await?.map_or(Outcome::Refused, Outcome::Written));
                }
                Ok(outcome) => return Ok(outcome),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::OfStore(error)) => {
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

    /// One attempt at writing.
    pub(super) async fn put(&self, key: &str, bytes: &[u8], headers: &Headers, condition: Condition<'_>) -> Result<Outcome, Failure> {
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
                    return Ok(Outcome::Refused);
                }
                PutMode::Overwrite
            }
            (Condition::Unchanged(tag), None) => PutMode::Update(UpdateVersion { e_tag: tag.e_tag.clone(), version: tag.version.clone() }),
        };
        let is_conditional = !matches!(condition, Condition::Always);
        let attributes = if self.folder.is_some() { Attributes::new() } else { headers.attributes() };
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        let put = self.store.put_opts(&self.path(key)?, bytes.to_vec().into(), options).await;
        match put {
            Ok(put) => Ok(Outcome::Written(match &self.folder {
                Some(folder) => folder::tag(
                    &std::fs::metadata(self.file(folder, key)?).with_context(|| format!("can't read `{}`", self.address.object(key)))?,
                ),
                None => Tag { e_tag: put.e_tag, version: put.version },
            })),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. }) => Ok(Outcome::Refused),
            // The object that should be unchanged is gone.
            Err(error @ Error::NotFound { .. }) if is_conditional && !is_bucket_missing(&error) => Ok(Outcome::Refused),
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) if is_conditional => Ok(Outcome::Unsupported),
            Err(error) if is_conditional && error.to_string().contains("501 Not Implemented") => Ok(Outcome::Unsupported),
            Err(error) if self.folder.is_some() => Err(self.fault("write", key, &error, 1).into()),
            Err(error) => Err(Failure::OfStore(error)),
        }
    }

    pub(super) async fn delete(self: &Arc<Self>, keys: &[String]) -> Result<()> {
        // In small parts, so that a lease that is lost meanwhile is noticed.
        for part in keys.chunks(100) {
            self.ensure_lease().await?;
            self.delete_without_lease(part).await?;
        }
        Ok(())
    }

    pub(super) async fn delete_without_lease(&self, keys: &[String]) -> Result<()> {
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

fn is_bucket_missing(error: &Error) -> bool {
    let Error::NotFound { source, .. } = error else { return false };
    let text = source.to_string();
    ["NoSuchBucket", "ContainerNotFound", "specified bucket does not exist"].iter().any(|sign| text.contains(sign))
}
