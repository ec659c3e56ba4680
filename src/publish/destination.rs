//! A destination: a folder or an object store that holds objects by key. Each call waits for its request to end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use anyhow::{Context, Result, bail};
use tokio::runtime::Runtime;

use super::address::{Address, Scheme};
use super::client::Client;
use super::connect::{Access, Connected, connect};
use super::headers::Headers;
use super::object::{Condition, Listed, Measured, Outcome, StoredObject};
use super::retry::Limits;

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

impl Destination {
    /// Connects for reading; a folder that is not there holds nothing.
    pub fn reading(address: Address, variables: &[(String, String)], limits: &Limits) -> Result<Destination> {
        Destination::open(address, variables, limits, Access::Read)
    }

    /// Connects for writing; a folder is made.
    pub fn writing(address: Address, variables: &[(String, String)], limits: &Limits) -> Result<Destination> {
        if matches!(address.scheme, Scheme::Web(_)) {
            bail!("`{}` can only be read: publish to a folder, s3://, gs:// or az://", address.shown);
        }
        Destination::open(address, variables, limits, Access::Write)
    }

    fn open(address: Address, variables: &[(String, String)], limits: &Limits, access: Access) -> Result<Destination> {
        let Connected { store, prefix } = connect(&address, variables, limits, access)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .context("can't start the threads that speak to the destination")?;
        let folder = address.folder().map(std::path::Path::to_path_buf);
        let client = Client { address: address.clone(), store, prefix, limits: limits.clone(), folder, lease: Mutex::default() };
        Ok(Destination { address, client: Arc::new(client), runtime })
    }

    /// An object of at most `most` bytes; nothing where there is none.
    pub fn read(&self, key: &str, most: u64) -> Result<Option<StoredObject>> {
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
