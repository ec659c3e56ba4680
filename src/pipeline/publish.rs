//! Publishing a ledger's folder: `publication` is given what other stages know of the versions.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Result;

use super::site::{SiteOptions, site, stable_documents};
use crate::assembly::labels::{above_clear, labels_above_clear};
use crate::format::{Format, MarkdownFormat};
use crate::markdown;
use crate::model::Snapshot;
use crate::progress::Progress;
use crate::publication::{self, PublishOptions, Published, SiteFiles, SiteRequest, VersionContent};
use crate::version::Version;

/// Publishes a ledger's folder.
pub fn publish(options: &PublishOptions, progress: &dyn Progress) -> Result<Published> {
    publication::publish(options, &Stages, progress)
}

struct Stages;

impl VersionContent for Stages {
    fn site(&self, ledger_folder: &Path, request: &SiteRequest<'_>) -> Result<SiteFiles> {
        let SiteRequest { base_url, held, published } = *request;
        let site = site(ledger_folder, &SiteOptions { destination: None, base_url, held: Some(held), published: Some(published) })?;
        Ok(SiteFiles { folder: site.folder, files: site.files, robots: site.robots_above, elsewhere: site.elsewhere, notes: site.notes })
    }

    fn stable_documents(&self, version: &Version) -> Result<Vec<String>> {
        stable_documents(version)
    }

    fn labels_above_clear(&self, version: &Version, snapshot: &Snapshot) -> Result<BTreeSet<String>> {
        let mut labels = labels_above_clear(snapshot);
        // A document may hold marked blocks that no record holds.
        for id in version.manifest()?.documents.keys() {
            let text = version.read(&MarkdownFormat.file(id))?;
            let front = markdown::front_of(&String::from_utf8_lossy(&text));
            labels.extend(above_clear(front.get("marking").and_then(serde_json::Value::as_str).into_iter()));
        }
        Ok(labels)
    }
}
