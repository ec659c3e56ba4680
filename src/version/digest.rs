//! The digest: one number for all that a reader gets.
//!
//! SHA-256 over parts that each carry a tag and a length, so that no two different lists of parts give the
//! same bytes. Comments, the order of keys and of files, and formatting never reach it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::canonical;
use super::{PartDigests, Tools};
use crate::model::Book;
use crate::tree::Tree;

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

/// Parts on their way into a digest.
#[derive(Debug, Clone)]
pub struct Parts(Sha256);

impl Parts {
    /// An empty list of parts; `kind` keeps lists of different meaning apart.
    pub fn new(kind: &str) -> Parts {
        let mut parts = Parts(Sha256::new());
        parts.field(kind.as_bytes());
        parts
    }

    /// Adds a part.
    #[must_use]
    pub fn with(mut self, tag: &str, bytes: impl AsRef<[u8]>) -> Parts {
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

/// What a reader of one document gets.
#[derive(Debug)]
pub struct DocumentParts<'a> {
    pub id: &'a str,
    /// Its texts by name (`markdown`, `typst`), rendered under [`crate::document::Stamp::blank`].
    pub texts: &'a [(&'a str, &'a str)],
    /// The theme's Typst code.
    pub theme: &'a str,
    /// The files that it shows, by path, and their digests.
    pub assets: &'a BTreeMap<String, Digest>,
    /// What [`files_digest`] says of `fonts/`.
    pub fonts: Digest,
    pub tools: &'a Tools,
    /// Options that change what a reader sees, such as the PDF standards.
    pub options: &'a serde_json::Value,
}

/// The digest of one document's content.
pub fn document_digest(parts: &DocumentParts<'_>) -> Digest {
    let mut all = Parts::new("brief document 1").with("id", parts.id);
    for (name, text) in parts.texts {
        all.add(name, text);
    }
    all.add("theme", parts.theme);
    for (path, digest) in parts.assets {
        all.add("asset", path);
        all.add_digest("bytes", *digest);
    }
    all.add_digest("fonts", parts.fonts);
    add_tools(&mut all, parts.tools);
    all.add_json("options", parts.options);
    all.finish()
}

/// The digests of a document's parts, each by itself; `template` is the digest of what its template says, `settings`
/// what of the book's settings its text is made by.
pub fn part_digests(parts: &DocumentParts<'_>, template: Digest, settings: &serde_json::Value) -> PartDigests {
    let text = |name: &str| {
        let texts = parts.texts.iter().filter(|(known, _)| *known == name).map(|(_, text)| *text);
        Digest::of(texts.collect::<String>().as_bytes())
    };
    let json = |value: &serde_json::Value| {
        let mut parts = Parts::new("brief options 1");
        parts.add_json("options", value);
        parts.finish()
    };
    PartDigests {
        markdown: text("markdown"),
        typst: text("typst"),
        template,
        theme: Digest::of(parts.theme.as_bytes()),
        fonts: parts.fonts,
        options: json(parts.options),
        settings: json(settings),
        images: parts.assets.clone(),
    }
}

/// What a reader of the whole book gets.
#[derive(Debug)]
pub struct BookParts<'a> {
    /// What [`records_digest`] says.
    pub records: Digest,
    /// Each document's id and content digest, in any order.
    pub documents: &'a [(String, Digest)],
    pub tools: &'a Tools,
    pub options: &'a serde_json::Value,
}

/// The digest of the book's content, which decides whether a build makes a version.
pub fn book_digest(parts: &BookParts<'_>) -> Digest {
    let mut all = Parts::new("brief book 1");
    all.add_digest("records", parts.records);
    let mut documents: Vec<&(String, Digest)> = parts.documents.iter().collect();
    documents.sort();
    for (id, digest) in documents {
        all.add("document", id);
        all.add_digest("content", *digest);
    }
    add_tools(&mut all, parts.tools);
    all.add_json("options", parts.options);
    all.finish()
}

/// The digest of the book's own facts and of all records, with what their claims take from the cascade.
pub fn records_digest(book: &Book) -> Digest {
    let mut all = Parts::new("brief records 1");
    let settings = &book.settings;
    all.add("title", &settings.title);
    for (tag, part) in [("subtitle", &settings.subtitle), ("organization", &settings.organization)] {
        if let Some(text) = part {
            all.add(tag, text);
        }
    }
    all.add("as_of", settings.as_of.to_string());
    all.add("language", &settings.language);
    let mut bytes = Vec::new();
    canonical::push_attribution(&mut bytes, &settings.attribution);
    all.add("attribution", &bytes);
    let mut collections: Vec<_> = book.collections.values().filter(|collection| !collection.is_withheld).collect();
    collections.sort_by_key(|collection| &collection.name);
    for collection in collections {
        all.add("collection", &collection.name);
        let mut records: Vec<_> = collection.records.values().collect();
        records.sort_by_key(|record| &record.id);
        for record in records {
            bytes.clear();
            canonical::push_record(&mut bytes, record);
            canonical::push_markings(&mut bytes, record, &collection.config.defaults.or(&settings.attribution));
            all.add("id", &record.id);
            all.add("record", &bytes);
        }
    }
    all.finish()
}

/// The digest of the files below a folder of the tree: their paths and bytes.
pub fn files_digest(tree: &Tree, folder: &str) -> Digest {
    let mut all = Parts::new("brief files 1");
    for (path, bytes) in tree.below(folder) {
        all.add("path", path);
        all.add("bytes", bytes);
    }
    all.finish()
}

/// The digest of what the files below a folder hold, whatever they are called.
pub fn contents_digest(tree: &Tree, folder: &str) -> Digest {
    let mut contents: Vec<Digest> = tree.below(folder).map(|(_, bytes)| Digest::of(bytes)).collect();
    contents.sort_unstable();
    let mut all = Parts::new("brief contents 1");
    contents.into_iter().for_each(|digest| all.add_digest("bytes", digest));
    all.finish()
}

fn add_tools(all: &mut Parts, tools: &Tools) {
    all.add("brief", &tools.brief);
    all.add("typst", &tools.typst);
}
