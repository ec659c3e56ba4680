//! Objects of a place: how they are read, listed, measured and written on condition.

use anyhow::Result;
use sha2::{Digest, Sha256};

/// A place with more objects than this is not one that brief published to.
pub(super) const MOST_OBJECTS: usize = 2_000_000;

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
pub struct StoredObject {
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
