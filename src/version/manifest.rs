//! The manifest: what a version's folder holds, so that anyone can check it.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::Digest;
use crate::layout::version_folder;
use crate::model::Date;

/// The manifest's file in a version's folder.
/// The format that is written; what format 2 added, the parts of documents, older versions lack.
const FORMAT: u32 = 2;

/// `manifest.json`. It holds no git facts and no digests of inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    format: u32,
    /// The version's number.
    pub version: u32,
    /// Of the content.
    pub digest: Digest,
    pub date: Date,
    pub tools: Tools,
    /// The documents by id.
    pub documents: BTreeMap<String, DocumentEntry>,
    /// Each file beside this one, by its path from the version's folder.
    pub outputs: BTreeMap<String, Output>,
}

/// The programs that made a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tools {
    pub brief: String,
    pub typst: String,
}

impl Tools {
    /// This brief, and a typst.
    pub fn with_typst(version: impl Into<String>) -> Tools {
        Tools { brief: env!("CARGO_PKG_VERSION").to_owned(), typst: version.into() }
    }
}

/// A document of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocumentEntry {
    /// Of its content, as [`super::document_digest`] takes it.
    pub digest: Digest,
    /// The version whose stamp it carries; where it is shared, the one that took it over.
    pub revised: Revision,
    /// Whose stamp it carries where it is the same for an audience that sees less, whose files these are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<Shared>,
    /// Digests of what it is made of; a version of format 1 doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<PartDigests>,
}

/// Digests of what a document is made of, by which two versions tell why theirs differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartDigests {
    /// Of its Markdown, without version fields.
    pub markdown: Digest,
    /// Of the Typst code that it is set from, without version fields.
    pub typst: Digest,
    /// Of its template and those that this one includes, extends or imports, without their comments.
    pub template: Digest,
    pub theme: Digest,
    pub fonts: Digest,
    /// Of the options that change what every reader sees, such as the paper.
    pub options: Digest,
    /// Of the settings that its text is made by: the book's own words, its title and the place of its notes.
    pub settings: Digest,
    /// Of the images that it shows, by the paths that it names them by: `assets/map.svg`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<String, Digest>,
}

/// A version in which a document was revised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    pub version: u32,
    pub date: Date,
    /// The version's digest.
    pub digest: Digest,
}

/// A version of another audience, in which a document was revised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shared {
    pub audience: String,
    pub version: u32,
    pub date: Date,
    /// The version's digest.
    pub digest: Digest,
}

impl Shared {
    /// A revision in the ledger of an audience.
    pub fn of(audience: &str, revised: &Revision) -> Shared {
        Shared { audience: audience.to_owned(), version: revised.version, date: revised.date, digest: revised.digest }
    }

    /// The version's name, as it stands in the document: `public/v3`.
    pub fn name(&self) -> String {
        format!("{}/{}", self.audience, version_folder(self.version))
    }
}

/// A file of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    pub sha256: Digest,
    pub size: u64,
}

impl Output {
    /// What the manifest says of these bytes.
    pub fn of(bytes: &[u8]) -> Output {
        Output { sha256: Digest::of(bytes), size: bytes.len() as u64 }
    }
}

impl Manifest {
    /// The largest manifest that is read, in bytes: hundreds of thousands of files.
    pub const LARGEST: u64 = 64 << 20;

    pub(super) fn new(
        version: u32,
        digest: Digest,
        date: Date,
        tools: Tools,
        documents: BTreeMap<String, DocumentEntry>,
        outputs: BTreeMap<String, Output>,
    ) -> Manifest {
        Manifest { format: FORMAT, version, digest, date, tools, documents, outputs }
    }

    /// Reads a manifest's text.
    pub fn parse(bytes: &[u8]) -> Result<Manifest> {
        #[derive(Deserialize)]
        struct FormatNumber {
            format: u32,
        }
        let FormatNumber { format } = serde_json::from_slice(bytes).context("it is damaged")?;
        if format > FORMAT {
            bail!("it is of format {format}, and this brief reads up to {FORMAT}");
        }
        let manifest: Manifest = serde_json::from_slice(bytes).context("it is damaged")?;
        if let Some(name) = manifest.outputs.keys().find(|name| !is_inside(name)) {
            bail!("it is damaged: `{name}` is no file of a version");
        }
        Ok(manifest)
    }

    /// The manifest's text.
    pub fn to_json(&self) -> Result<String> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}

/// Whether a name is a path that stays in its folder, with `/` between folders.
pub(super) fn is_inside(name: &str) -> bool {
    !name.is_empty() && !name.contains('\\') && Path::new(name).components().all(|part| matches!(part, Component::Normal(_)))
}
