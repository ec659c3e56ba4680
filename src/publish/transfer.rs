//! Objects on their way, several at once, each checked by its digest where it arrives.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};

use super::destination::{Condition, Destination, Inner, Outcome};
use super::headers::Headers;

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

/// An object to be brought.
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

impl Destination {
    /// Sends objects, `jobs` at a time. `there` lists what the place holds already: what has the right digest is left.
    /// With `exclusive`, an object that was not there is only written if it still isn't. After the first failure no
    /// further object is begun.
    pub fn send(
        &self,
        objects: &[Object],
        there: &BTreeMap<String, u64>,
        jobs: usize,
        exclusive: bool,
        done: &dyn Fn(&str),
    ) -> Result<Sent> {
        self.runtime.block_on(async {
            let mut sent = Sent::default();
            let tasks = objects.iter().map(|object| {
                let (inner, object, size) = (Arc::clone(&self.inner), object.clone(), there.get(&object.key).copied());
                async move {
                    let moved = inner.send(&object, size, exclusive).await?;
                    Ok::<_, anyhow::Error>((object, moved))
                }
            });
            let mut running = futures_util::stream::iter(tasks).buffer_unordered(jobs.max(1));
            while let Some(result) = running.next().await {
                let (object, moved) = result?;
                if moved {
                    sent.objects += 1;
                    sent.bytes += object.size;
                } else {
                    sent.there += 1;
                }
                done(&object.key);
            }
            Ok(sent)
        })
    }

    /// Brings objects, `jobs` at a time, and hands each on once its digest is right.
    pub fn bring(&self, wanted: &[Wanted], jobs: usize, take: &mut dyn FnMut(&str, &[u8]) -> Result<()>) -> Result<()> {
        self.runtime.block_on(async {
            let tasks = wanted.iter().map(|wanted| {
                let (inner, wanted) = (Arc::clone(&self.inner), wanted.clone());
                async move {
                    let Some(found) = inner.read(&wanted.key).await? else {
                        bail!("`{}` is missing", self.address.object(&wanted.key));
                    };
                    let is_right = found.bytes.len() as u64 == wanted.size && hex(&found.bytes) == wanted.sha256;
                    if !is_right {
                        bail!("`{}` is damaged: it is not what the manifest of its version says", self.address.object(&wanted.key));
                    }
                    Ok((wanted.key, found.bytes))
                }
            });
            let mut running = futures_util::stream::iter(tasks).buffer_unordered(jobs.max(1));
            while let Some(result) = running.next().await {
                let (key, bytes) = result?;
                take(&key, &bytes)?;
            }
            Ok(())
        })
    }
}

impl Inner {
    /// Sends one object; says whether it had to be.
    async fn send(&self, object: &Object, there: Option<u64>, exclusive: bool) -> Result<bool> {
        if there == Some(object.size) && self.holds(object).await?.is_ok() {
            return Ok(false);
        }
        let bytes = object.read()?;
        let condition = if exclusive && there.is_none() { Condition::Absent } else { Condition::Always };
        let outcome = self.write(&object.key, bytes, &object.headers, condition).await;
        // Also after a write that failed or was refused: where an answer was lost, what is there may be what was sent.
        let holds = match (self.holds(object).await, &outcome) {
            (Err(_), Err(_)) => Err(String::new()),
            (holds, _) => holds?,
        };
        match (holds, outcome) {
            (Ok(()), _) => Ok(true),
            (Err(_), Err(error)) => Err(error),
            (Err(_), Ok(Outcome::Refused)) => Err(anyhow!("`{}` was written by somebody else meanwhile", object.key)),
            (Err(found), _) => {
                bail!(
                    "the destination holds something else than was sent as `{}`: {found}, not {} bytes of the same digest",
                    object.key,
                    object.size
                )
            }
        }
    }

    /// Whether an object has arrived: read back and digested. If not, what is there instead.
    async fn holds(&self, object: &Object) -> Result<Result<(), String>> {
        let Some(found) = self.read(&object.key).await? else { return Ok(Err("nothing".to_owned())) };
        let is_same = found.bytes.len() as u64 == object.size && hex(&found.bytes) == object.sha256;
        Ok(if is_same { Ok(()) } else { Err(format!("{} bytes", found.bytes.len())) })
    }
}

impl Object {
    /// The bytes, which must still be those that were planned.
    fn read(&self) -> Result<Vec<u8>> {
        let bytes = match &self.body {
            Body::File(path) => std::fs::read(path).with_context(|| format!("can't read `{}`", path.display()))?,
            Body::Text(bytes) => bytes.to_vec(),
        };
        if bytes.len() as u64 != self.size || hex(&bytes) != self.sha256 {
            bail!("the file behind `{}` was changed while it was published", self.key);
        }
        Ok(bytes)
    }
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
