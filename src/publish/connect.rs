//! From an address to an object store, with its own variables of the environment for credentials and endpoints.

use anyhow::{Context, Result};
use object_store::aws::{AmazonS3Builder, Checksum};
use object_store::azure::MicrosoftAzureBuilder;
use object_store::gcp::GoogleCloudStorageBuilder;
use object_store::http::HttpBuilder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::{ClientOptions, ObjectStore, RetryConfig};
use std::path::Path;
use std::sync::Arc;

use super::address::{Address, Scheme};
use super::credentials;
use super::retry::Limits;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// A store, and the prefix of all its keys.
pub(super) struct Connected {
    pub(super) store: Arc<dyn ObjectStore>,
    pub(super) prefix: String,
}

/// Connects; sends nothing yet. A folder that is to be written to is made.
pub(super) fn connect(address: &Address, variables: &[(String, String)], limits: &Limits, access: Access) -> Result<Connected> {
    credentials::required(address, variables)?;
    let cannot = || format!("can't use `{}`", address.shown);
    // A second time it says that there is one already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Requests are made again by `retry`, which knows what was written by an attempt whose answer was lost.
    let retry = RetryConfig { max_retries: 0, retry_timeout: limits.patience, ..RetryConfig::default() };
    let client = ClientOptions::new().with_timeout(limits.timeout).with_connect_timeout(limits.connect_timeout);
    let settings = |start: &str| -> Vec<(String, String)> {
        // A workflow hands on what is not set as an empty text.
        let own = variables.iter().filter(|(name, value)| name.starts_with(start) && !value.is_empty());
        own.map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect()
    };
    let (store, prefix): (Arc<dyn ObjectStore>, &str) = match &address.scheme {
        Scheme::Folder(folder) => (local(folder, access).with_context(cannot)?, ""),
        Scheme::S3 { bucket, prefix } => {
            // The store refuses an object that doesn't arrive as it was sent.
            let builder = AmazonS3Builder::new().with_client_options(client).with_checksum_algorithm(Checksum::SHA256);
            let builder = settings("AWS_").into_iter().fold(builder, |builder, (name, value)| match name.parse() {
                Ok(key) => builder.with_config(key, value),
                Err(_) => builder,
            });
            (Arc::new(builder.with_bucket_name(bucket).with_retry(retry).build().with_context(cannot)?), prefix)
        }
        Scheme::Google { bucket, prefix } => {
            let builder = GoogleCloudStorageBuilder::new().with_client_options(client);
            let builder = settings("GOOGLE_").into_iter().fold(builder, |builder, (name, value)| match name.parse() {
                Ok(key) => builder.with_config(key, value),
                Err(_) => builder,
            });
            (Arc::new(builder.with_bucket_name(bucket).with_retry(retry).build().with_context(cannot)?), prefix)
        }
        Scheme::Azure { container, prefix } => {
            let builder = MicrosoftAzureBuilder::new().with_client_options(client);
            let builder = settings("AZURE_").into_iter().fold(builder, |builder, (name, value)| match name.parse() {
                Ok(key) => builder.with_config(key, value),
                Err(_) => builder,
            });
            (Arc::new(builder.with_container_name(container).with_retry(retry).build().with_context(cannot)?), prefix)
        }
        Scheme::Web(url) => {
            let client = client.with_allow_http(url.starts_with("http://"));
            (Arc::new(HttpBuilder::new().with_url(url).with_client_options(client).with_retry(retry).build().with_context(cannot)?), "")
        }
    };
    Ok(Connected { store, prefix: prefix.to_owned() })
}

#[expect(clippy::disallowed_methods, reason = "the destination's own folder, which object_store wants to be there")]
fn local(folder: &Path, access: Access) -> Result<Arc<dyn ObjectStore>> {
    if folder.exists() && !folder.is_dir() {
        let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        anyhow::bail!("it is a file: name the folder that was published, such as `{}`", parent.display());
    }
    if !folder.exists() && access == Access::Read {
        return Ok(Arc::new(InMemory::new()));
    }
    std::fs::create_dir_all(folder)?;
    Ok(Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true)))
}
