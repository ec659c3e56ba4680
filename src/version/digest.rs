//! The digest: one number for all that a reader gets.
//!
//! SHA-256 over parts that each carry a tag and a length, so that no two different lists of parts give the
//! same bytes. Comments, the order of keys and of files, and formatting never reach it.

use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::canonical;

/// A SHA-256, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of bytes as they are.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(Sha256::digest(bytes).into())
    }

    /// The digest of what a reader gives, and how many bytes that is.
    pub fn of_stream(mut reader: impl Read) -> io::Result<(Digest, u64)> {
        let (mut hash, mut total, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return Ok((Digest(hash.finalize().into()), total)),
                Ok(read) => {
                    hash.update(&buffer[..read]);
                    total += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The digest of what a hasher has taken.
    pub(super) fn from_sha256(hasher: Sha256) -> Digest {
        Digest(hasher.finalize().into())
    }

    /// The first twelve digits, as a reader is shown them.
    pub fn short(&self) -> String {
        self.to_string()[..12].to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.to_string()
    }
}

impl TryFrom<String> for Digest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Digest, Self::Error> {
        text.parse()
    }
}

impl FromStr for Digest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Digest, Self::Err> {
        const WRONG: &str = "a digest is 64 hexadecimal digits";
        let digit = |byte: u8| (byte as char).to_digit(16).filter(|_| !byte.is_ascii_uppercase()).ok_or(WRONG);
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(WRONG);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Digest(bytes))
    }
}

/// Takes the digest of parts, each with its tag and length.
#[derive(Debug, Clone)]
pub struct DigestBuilder(Sha256);

impl DigestBuilder {
    /// An empty list of parts; `kind` keeps lists of different meaning apart.
    pub fn new(kind: &str) -> DigestBuilder {
        let mut parts = DigestBuilder(Sha256::new());
        parts.field(kind.as_bytes());
        parts
    }

    /// Adds a part.
    #[must_use]
    pub fn with(mut self, tag: &str, bytes: impl AsRef<[u8]>) -> DigestBuilder {
        self.add(tag, bytes);
        self
    }

    /// Adds a part.
    pub fn add(&mut self, tag: &str, bytes: impl AsRef<[u8]>) {
        self.field(tag.as_bytes());
        self.field(bytes.as_ref());
    }

    /// Adds JSON, whatever the order of its keys.
    pub fn add_json(&mut self, tag: &str, value: &serde_json::Value) {
        let mut bytes = Vec::new();
        canonical::push_json(&mut bytes, value);
        self.add(tag, bytes);
    }

    /// Adds a digest.
    pub fn add_digest(&mut self, tag: &str, digest: Digest) {
        self.add(tag, digest.0);
    }

    /// The digest of all parts.
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }

    fn field(&mut self, bytes: &[u8]) {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }
}
