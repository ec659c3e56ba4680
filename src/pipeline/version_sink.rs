//! A version in the making: takes documents that were just made, and takes over those that the version before or another
//! audience's has the same.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};

use crate::assembly::digests::BookDigests;
use crate::assembly::document_writer::FinishedDocument;
use crate::assembly::documents::Sink;
use crate::assembly::rendering::Prepared;
use crate::format::FORMATS;
use crate::layout::CLAIMS;
use crate::version::{ClaimLedger, ClaimRow, Digest, DocumentEntry, Revision, Shared, Stage, Version};

/// A version whose documents are taken over where they have not changed.
pub(super) struct Earlier<'a> {
    version: &'a Version,
    claims: BTreeMap<String, Vec<ClaimRow>>,
}

impl Earlier<'_> {
    pub(super) fn read(version: &Version) -> Result<Earlier<'_>> {
        Ok(Earlier { version, claims: ClaimLedger::parse(&version.read(CLAIMS)?)?.documents })
    }
}

/// What another audience gets, whose documents are taken over where they are the same.
pub(super) struct Other<'a> {
    pub(super) audience: &'a str,
    pub(super) version: OtherVersion<'a>,
}

pub(super) enum OtherVersion<'a> {
    Stands(Earlier<'a>),
    /// One whose documents are made, and which is not published yet.
    Staged {
        stage: &'a Stage,
        documents: &'a BTreeMap<String, DocumentEntry>,
        claims: &'a BTreeMap<String, Vec<ClaimRow>>,
    },
}

impl Other<'_> {
    /// What the manifest says of a document, and its rows in the claim ledger.
    fn document(&self, id: &str) -> Result<Option<(&DocumentEntry, &[ClaimRow])>> {
        let (documents, claims) = match &self.version {
            OtherVersion::Stands(earlier) => (&earlier.version.manifest()?.documents, &earlier.claims),
            OtherVersion::Staged { documents, claims, .. } => (*documents, *claims),
        };
        Ok(documents.get(id).map(|entry| (entry, claims.get(id).map(Vec::as_slice).unwrap_or_default())))
    }

    fn read(&self, name: &str) -> Result<Vec<u8>> {
        match &self.version {
            OtherVersion::Stands(earlier) => earlier.version.read(name),
            OtherVersion::Staged { stage, .. } => stage.read(name),
        }
    }

    /// Whose stamp a document of it carries.
    fn stamp_of(&self, entry: &DocumentEntry) -> Shared {
        entry.shared.clone().unwrap_or_else(|| Shared::of(self.audience, &entry.revised))
    }
}

/// Documents' entries in the manifest, and their rows in the claim ledger.
pub(super) type Entered = (BTreeMap<String, DocumentEntry>, BTreeMap<String, Vec<ClaimRow>>);

/// Puts documents into a version in the making.
pub(super) struct VersionSink<'a> {
    stage: &'a Stage,
    digests: &'a BookDigests,
    earlier: Option<Earlier<'a>>,
    others: Vec<Other<'a>>,
    /// The version in the making.
    revised: Revision,
    made: Mutex<Entered>,
}

impl<'a> VersionSink<'a> {
    pub(super) fn new(
        stage: &'a Stage,
        digests: &'a BookDigests,
        earlier: Option<Earlier<'a>>,
        others: Vec<Other<'a>>,
        revised: Revision,
    ) -> VersionSink<'a> {
        VersionSink { stage, digests, earlier, others, revised, made: Mutex::default() }
    }

    pub(super) fn take(self) -> Entered {
        self.made.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, id: &str, revised: Revision, shared: Option<Shared>, claims: Vec<ClaimRow>) -> Result<()> {
        let Some(digests) = self.digests.get(id) else { bail!("document `{id}` has no digest") };
        let (entries, rows) = &mut *self.made.lock().unwrap_or_else(PoisonError::into_inner);
        entries.insert(id.to_owned(), DocumentEntry { digest: digests.digest, revised, shared, parts: digests.parts.clone() });
        rows.insert(id.to_owned(), claims);
        Ok(())
    }

    /// Takes a document over from the version before, byte for byte.
    fn reuse_earlier(&self, id: &str, digest: Digest) -> Result<bool> {
        let Some(earlier) = &self.earlier else { return Ok(false) };
        let Some(entry) = earlier.version.manifest()?.documents.get(id).filter(|entry| entry.digest == digest) else { return Ok(false) };
        for format in FORMATS {
            self.stage.keep(&format.file(id), earlier.version)?;
        }
        self.enter(id, entry.revised.clone(), entry.shared.clone(), earlier.claims.get(id).cloned().unwrap_or_default())?;
        Ok(true)
    }

    /// Takes a document over that another audience gets, byte for byte: it bears the name of that one's version.
    fn reuse_other(&self, document: &Prepared, digest: Digest) -> Result<bool> {
        let id = &document.planned.id;
        for other in &self.others {
            let Some((entry, rows)) = other.document(id)?.filter(|(entry, _)| entry.digest == digest) else { continue };
            for name in FORMATS.map(|format| format.file(id)) {
                self.stage.write(&name, &other.read(&name)?)?;
            }
            // They print the same and stand at the same places; what is known of them is this reader's.
            let lines: Vec<usize> = rows.iter().map(|row| row.line).collect();
            let pages: Vec<(usize, u32)> = rows.iter().enumerate().filter_map(|(index, row)| Some((index, row.page?))).collect();
            let shared = other.stamp_of(entry);
            self.enter(id, self.revised.clone(), Some(shared), ClaimLedger::rows(&document.document, &lines, &pages))?;
            return Ok(true);
        }
        Ok(false)
    }
}

impl Sink for VersionSink<'_> {
    fn reuse(&self, document: &Prepared) -> Result<bool> {
        let id = &document.planned.id;
        match self.digests.get(id) {
            Some(digests) if !document.uses_changes => {
                Ok(self.reuse_earlier(id, digests.digest)? || self.reuse_other(document, digests.digest)?)
            }
            _ => Ok(false),
        }
    }

    fn put(&self, document: FinishedDocument) -> Result<()> {
        let FinishedDocument { id, files, claims, .. } = document;
        files.iter().try_for_each(|file| self.stage.write(&file.format.file(&id), &file.bytes))?;
        self.enter(&id, self.revised.clone(), None, claims)
    }

    fn put_image(&self, name: &str, bytes: &[u8]) -> Result<()> {
        self.stage.write(name, bytes)
    }
}
