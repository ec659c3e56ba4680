//! The local versions and pages that are to be published.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::objects::{latest_objects, site_objects, snapshot};
use super::remote::RemoteState;
use super::{PublishOptions, SiteRequest, VersionContent};
use crate::layout::{version_folder, version_list};
use crate::progress::Progress;
use crate::publish::{Destination, Object};
use crate::version::{Builds, Entry, Health, Ledger, Version};

/// What is to be published.
pub(super) struct Local<'a> {
    pub(super) options: &'a PublishOptions,
    content: &'a dyn VersionContent,
    pub(super) ledger: Ledger,
    pub(super) title: String,
    /// Files of pages, whose names change with their content.
    pub(super) assets: Vec<Object>,
    /// Pages, with the front pages last.
    pub(super) pages: Vec<Object>,
    /// Documents of the newest version, under addresses that don't change with its number.
    pub(super) latest: Vec<Object>,
    /// The versions whose pages are at the destination only.
    pub(super) elsewhere: BTreeSet<u32>,
    pub(super) notes: Vec<String>,
    /// Versions that were found intact.
    verified: RefCell<BTreeMap<u32, Version>>,
}

/// A version that was compared with its manifest, byte by byte.
pub(super) enum LocalVersion {
    Intact(Box<Version>),
    /// With its faults, in words.
    Damaged(Vec<String>),
}

impl<'a> Local<'a> {
    /// Ensures that the versions can be published, and makes the pages.
    pub(super) fn new(
        options: &'a PublishOptions,
        content: &'a dyn VersionContent,
        ledger: Ledger,
        remote: &RemoteState,
        destination: &Destination,
        progress: &dyn Progress,
    ) -> Result<Local<'a>> {
        let Some(newest) = ledger.newest().filter(|newest| !newest.pruned) else {
            bail!("the newest version was pruned from `{}`: there is nothing to publish", options.output.display());
        };
        let newest = newest.number;
        let mut local = Local {
            options,
            content,
            ledger,
            title: String::new(),
            assets: Vec::new(),
            pages: Vec::new(),
            latest: Vec::new(),
            elsewhere: BTreeSet::new(),
            notes: Vec::new(),
            verified: RefCell::default(),
        };
        let Selection { held, lacking, .. } = Selection::new(&local, remote);
        if !options.allow_dirty {
            ensure_clean_commits(&lacking, options)?;
        }
        local.verified(&lacking, progress)?;
        let lacking: BTreeSet<u32> = lacking.iter().map(|entry| entry.number).collect();
        ensure_markings_allowed(&local, remote, destination)?;
        local.title = snapshot(&Version::find(&options.output, newest)?)?.book.title;
        let published = held.difference(&lacking).copied().collect();
        let request = SiteRequest { base_url: options.base_url.as_deref(), held: &held, published: &published };
        let made = content.site(&options.output, &request)?;
        (local.assets, local.pages) = site_objects(&made);
        local.elsewhere = made.elsewhere;
        let version = Version::find(&options.output, newest)?;
        local.latest = latest_objects(&version, &content.stable_documents(&version)?, &local.title)?;
        local.notes = made.notes;
        Ok(local)
    }

    /// Compares a version with its manifest, byte by byte.
    pub(super) fn verify(&self, entry: &Entry) -> Result<LocalVersion> {
        if let Some(version) = self.verified.borrow().get(&entry.number) {
            return Ok(LocalVersion::Intact(Box::new(version.clone())));
        }
        let version = Version::find(&self.options.output, entry.number)?;
        Ok(match version.verify() {
            Health::Intact => {
                self.verified.borrow_mut().insert(entry.number, version.clone());
                LocalVersion::Intact(Box::new(version))
            }
            Health::Missing => LocalVersion::Damaged(vec![format!("`{}` is gone", version.folder().display())]),
            Health::Damaged(faults) => LocalVersion::Damaged(faults),
        })
    }

    /// The versions of some entries, which must be intact.
    pub(super) fn verified(&self, entries: &[&Entry], progress: &dyn Progress) -> Result<Vec<Version>> {
        let (mut versions, mut faults) = (Vec::new(), Vec::new());
        progress.start("verifying", entries.len() as u64);
        for entry in entries {
            match self.verify(entry)? {
                LocalVersion::Intact(version) => versions.push(*version),
                LocalVersion::Damaged(found) => faults.extend(found),
            }
            progress.step(&version_folder(entry.number));
        }
        progress.finish();
        if !faults.is_empty() {
            bail!("nothing was published: {}; restore what was changed, from a copy or from where it was published", faults.join("; "));
        }
        Ok(versions)
    }
}

/// The versions that will be at the destination, are to be sent there, and leave it.
pub(super) struct Selection<'a> {
    /// The versions whose files will be there.
    pub(super) held: BTreeSet<u32>,
    /// Those of them whose files are to be sent.
    pub(super) lacking: Vec<&'a Entry>,
    /// The versions whose files are to be deleted there.
    pub(super) leaving: Vec<&'a Entry>,
}

impl<'a> Selection<'a> {
    pub(super) fn new(local: &'a Local<'_>, remote: &RemoteState) -> Selection<'a> {
        let keep = local.options.keep.unwrap_or(usize::MAX).max(1);
        let mut selection = Selection { held: BTreeSet::new(), lacking: Vec::new(), leaving: Vec::new() };
        for (index, entry) in local.ledger.versions().iter().enumerate() {
            let is_published = remote.ledger.get(entry.number).is_some_and(|other| !other.pruned);
            match (index < keep, is_published) {
                (true, true) => _ = selection.held.insert(entry.number),
                (true, false) if !entry.pruned => {
                    selection.held.insert(entry.number);
                    selection.lacking.push(entry);
                }
                (false, true) => selection.leaving.push(entry),
                _ => {}
            }
        }
        selection
    }
}

/// Refuses versions that were made from no clean commit.
pub(super) fn ensure_clean_commits(entries: &[&Entry], options: &PublishOptions) -> Result<()> {
    let builds = options.audience.as_ref().map(|audience| (audience, Builds::read(&options.versions)));
    let is_clean = |entry: &Entry| match &builds {
        Some((audience, builds)) => builds.is_clean(audience, entry.digest),
        None => entry.commits.iter().any(|commit| commit.clean),
    };
    let dirty: Vec<u32> = entries.iter().filter(|entry| !is_clean(entry)).map(|entry| entry.number).collect();
    if !dirty.is_empty() {
        bail!(
            "{} made from no clean Git commit, so nobody could make the same again: commit and build once more, or publish with `--allow-dirty`",
            if dirty.len() == 1 { format!("{} was", version_list(&dirty)) } else { format!("{} were", version_list(&dirty)) },
        );
    }
    Ok(())
}

/// Refuses versions that are new to the destination and hold restricted content, unless its markings are allowed.
pub(super) fn ensure_markings_allowed(local: &Local<'_>, remote: &RemoteState, destination: &Destination) -> Result<()> {
    let allowed: BTreeSet<String> = local.options.allow_marked.iter().map(|label| label.trim().to_lowercase()).collect();
    let mut marked: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    // Pages show every local version, also those whose files are not sent.
    for entry in local.ledger.versions().iter().filter(|entry| !entry.pruned && remote.ledger.get(entry.number).is_none()) {
        let version = Version::find(&local.options.output, entry.number)?;
        for label in local.content.labels_above_clear(&version, &snapshot(&version)?)? {
            if !allowed.contains(&label.to_lowercase()) {
                marked.entry(label).or_default().push(entry.number);
            }
        }
    }
    if marked.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = marked.iter().map(|(label, numbers)| format!("{} (`{label}`)", version_list(numbers))).collect();
    let options: Vec<String> = marked.keys().map(|label| format!("--allow-marked {label:?}")).collect();
    bail!(
        "restricted content would reach everyone who can read `{}`: {}; if that is intended, publish with `{}`",
        destination.address.shown,
        list.join(", "),
        options.join(" ")
    )
}
