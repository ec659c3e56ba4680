//! A place that holds objects by key: reading, listing, writing on condition, deleting; each failure said plainly.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_util::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{Attributes, Error, ObjectStore, ObjectStoreExt, PutMode, PutOptions, UpdateVersion};
use tokio::runtime::Runtime;

use super::address::{Address, Scheme};
use super::connect::{Connected, connect};
use super::fault::fault;
use super::headers::Headers;

/// How long, and how often, a store is asked before it counts as failed.
#[derive(Debug, Clone)]
pub struct Limits {
    /// For one request, its body included.
    pub timeout: Duration,
    pub connect_timeout: Duration,
    /// How often a request is made again after a failure that may pass.
    pub retries: usize,
    /// For all attempts of one request.
    pub patience: Duration,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            timeout: Duration::from_secs(120),
            connect_timeout: Duration::from_secs(10),
            retries: 4,
            patience: Duration::from_secs(60),
        }
    }
}

/// An object that was read.
#[derive(Debug, Clone)]
pub struct Found {
    pub bytes: Vec<u8>,
    /// What it must still be for a conditional write.
    pub(super) version: UpdateVersion,
}

/// Under which condition an object is written.
#[derive(Debug, Clone, Copy)]
pub enum Condition<'a> {
    Always,
    /// Only if nothing is there.
    Absent,
    /// Only if it is still what was read.
    Unchanged(&'a Found),
}

/// What became of a conditional write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Written,
    /// The condition did not hold, and nothing was written.
    Refused,
    /// The store knows no conditions.
    Unsupported,
}

/// A connected place. Asks nothing of it before it is used.
pub struct Destination {
    pub address: Address,
    pub(super) inner: Arc<Inner>,
    pub(super) runtime: Runtime,
}

impl std::fmt::Debug for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Destination").field(&self.address.shown).finish()
    }
}

/// What tasks share.
pub(super) struct Inner {
    address: Address,
    store: Arc<dyn ObjectStore>,
    prefix: String,
    /// A folder: no headers, and no condition but absence.
    pub(super) is_folder: bool,
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
        let is_folder = address.folder().is_some();
        let inner = Arc::new(Inner { address: address.clone(), store, prefix, is_folder });
        Ok(Destination { address, inner, runtime })
    }

    /// An object; nothing where there is none.
    pub fn read(&self, key: &str) -> Result<Option<Found>> {
        self.runtime.block_on(self.inner.read(key))
    }

    /// The keys that start with a folder's name, with their sizes.
    pub fn list(&self, folder: &str) -> Result<BTreeMap<String, u64>> {
        self.runtime.block_on(self.inner.list(folder))
    }

    /// Writes an object.
    pub fn write(&self, key: &str, bytes: &[u8], headers: &Headers, condition: Condition<'_>) -> Result<Outcome> {
        self.runtime.block_on(self.inner.write(key, bytes.to_vec(), headers, condition))
    }

    /// Deletes objects; fine where one is not there.
    pub fn delete(&self, keys: &[String]) -> Result<()> {
        self.runtime.block_on(async { self.inner.delete(keys).await })
    }
}

impl Inner {
    pub(super) fn path(&self, key: &str) -> Result<Path> {
        let whole = if self.prefix.is_empty() { key.to_owned() } else { format!("{}/{key}", self.prefix) };
        Path::parse(&whole).with_context(|| format!("`{}` can't be the name of an object", self.address.object(key)))
    }

    pub(super) fn fault(&self, operation: &str, key: &str, error: &Error) -> anyhow::Error {
        fault(operation, &self.address.object(key), error)
    }

    pub(super) async fn read(&self, key: &str) -> Result<Option<Found>> {
        let result = match self.store.get(&self.path(key)?).await {
            Ok(result) => result,
            // A bucket that isn't there holds nothing either, but nobody means that.
            Err(error @ Error::NotFound { .. }) if !is_bucket_missing(&error) => return Ok(None),
            Err(error) => return Err(self.fault("read", key, &error)),
        };
        let version = UpdateVersion { e_tag: result.meta.e_tag.clone(), version: result.meta.version.clone() };
        let bytes = result.bytes().await.map_err(|error| self.fault("read", key, &error))?;
        Ok(Some(Found { bytes: bytes.to_vec(), version }))
    }

    async fn list(&self, folder: &str) -> Result<BTreeMap<String, u64>> {
        let path = self.path(folder)?;
        let strip = if self.prefix.is_empty() { 0 } else { self.prefix.len() + 1 };
        let entries = self.store.list(Some(&path)).map_ok(|meta| {
            let key = meta.location.as_ref().get(strip..).unwrap_or_default().to_owned();
            (key, meta.size)
        });
        entries.try_collect().await.map_err(|error| self.fault("list", folder, &error))
    }

    pub(super) async fn write(&self, key: &str, bytes: Vec<u8>, headers: &Headers, condition: Condition<'_>) -> Result<Outcome> {
        let mode = match condition {
            Condition::Always => PutMode::Overwrite,
            Condition::Absent => PutMode::Create,
            Condition::Unchanged(found) if self.is_folder => {
                // No conditional write: the caller holds the lease, and this sees what ignores it.
                let now = self.read(key).await?;
                if now.is_none_or(|now| now.bytes != found.bytes) {
                    return Ok(Outcome::Refused);
                }
                PutMode::Overwrite
            }
            Condition::Unchanged(found) => PutMode::Update(found.version.clone()),
        };
        let attributes = if self.is_folder { Attributes::new() } else { headers.attributes() };
        let options = PutOptions { mode, attributes, ..PutOptions::default() };
        match self.store.put_opts(&self.path(key)?, bytes.into(), options).await {
            Ok(_) => Ok(Outcome::Written),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. } | Error::NotModified { .. }) => Ok(Outcome::Refused),
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) if !matches!(condition, Condition::Always) => {
                Ok(Outcome::Unsupported)
            }
            Err(error) if !matches!(condition, Condition::Always) && error.to_string().contains("501 Not Implemented") => {
                Ok(Outcome::Unsupported)
            }
            Err(error) => Err(self.fault("write", key, &error)),
        }
    }

    pub(super) async fn delete(&self, keys: &[String]) -> Result<()> {
        let paths = keys.iter().map(|key| self.path(key)).collect::<Result<Vec<_>>>()?;
        let paths = futures_util::stream::iter(paths.into_iter().map(Ok)).boxed();
        let mut gone = self.store.delete_stream(paths);
        let mut failed = None;
        while let Some(result) = gone.next().await {
            match result {
                Ok(_) | Err(Error::NotFound { .. }) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        match failed {
            Some(error) => Err(self.fault("delete objects of", "", &error)),
            None => Ok(()),
        }
    }
}

fn is_bucket_missing(error: &Error) -> bool {
    let Error::NotFound { source, .. } = error else { return false };
    let text = source.to_string();
    ["NoSuchBucket", "ContainerNotFound", "specified bucket does not exist"].iter().any(|sign| text.contains(sign))
}
