//! The plan of a publication: the objects that are to be sent, in their order, and those that are to be deleted.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::audit::{Audit, Auditor, Depth, remote_files};
use super::local::{Local, LocalVersion, Selection, ensure_clean_commits, ensure_markings_allowed};
use super::objects::{stamped, text_object, version_objects};
use super::remote::RemoteState;
use super::signing::Signing;
use super::{FORMER_LATEST, NEWEST, PAGE_LIMIT, PublishOptions, ROBOTS};
use crate::layout::{LATEST, LEDGER, MANIFEST, SIGNATURES, SITE, version_file, version_folder, version_number, version_of_file};
use crate::progress::Progress;
use crate::publish::{Destination, Inventory, LOCK, Lifetime, Marker, Object, SentPage};
use crate::version::Ledger;

/// The objects that are to be sent and deleted.
pub(super) struct Plan {
    /// The files of versions, whole versions at a time.
    pub(super) files: Vec<Object>,
    pub(super) assets: Vec<Object>,
    pub(super) pages: Vec<Object>,
    pub(super) signing: Signing,
    pub(super) ledger: Ledger,
    pub(super) ledger_text: String,
    pub(super) ledger_changes: bool,
    pub(super) latest: Vec<Object>,
    /// The list of pages after the publication.
    pub(super) inventory: Inventory,
    pub(super) inventory_changes: bool,
    pub(super) removals: Vec<String>,
    pub(super) notes: Vec<String>,
    /// The damaged objects at the destination, in words.
    pub(super) damage: Vec<String>,
    /// Those of them that can't be sent again from here.
    pub(super) unmended: Vec<String>,
}

impl Plan {
    pub(super) fn new(
        local: &Local<'_>,
        remote: &RemoteState,
        destination: &Destination,
        generation: u64,
        progress: &dyn Progress,
    ) -> Result<Plan> {
        let Local { options, title, .. } = local;
        let Selection { held, lacking, leaving } = Selection::new(local, remote);
        if !options.allow_dirty {
            ensure_clean_commits(&lacking, options)?;
        }
        let versions = local.verified(&lacking, progress)?;
        ensure_markings_allowed(local, remote, destination)?;

        let auditor = Auditor {
            destination,
            ledger: &remote.ledger,
            inventory: &remote.inventory,
            listed: Some(&remote.listed),
            output: Some(&options.output),
        };
        let audit = auditor.audit(Depth::Changed, options.jobs, progress)?;
        let mut plan = Plan::of(local, remote, destination, generation, &audit, &held)?;
        for version in versions.iter().rev() {
            plan.files.extend(version_objects(version, title)?);
        }
        plan.name_damage(&audit);
        if options.repair {
            plan.repair(local, &audit)?;
        }
        for entry in leaving {
            plan.removals.extend(remote_files(destination, entry)?);
        }
        plan.signing = Signing::new(options, remote, destination, &plan.ledger, &plan.ledger_text)?;
        plan.removals.extend(plan.signing.removals.iter().cloned());
        plan.notes.extend(plan.signing.note.clone());
        plan.notes.extend(unlisted_objects(remote, &audit, destination));
        plan.finalize_inventory(remote);
        plan.ensure_nothing_foreign(remote, destination, options)?;
        Ok(plan)
    }

    /// The pages and the ledger, as far as the destination lacks them.
    fn of(
        local: &Local<'_>,
        remote: &RemoteState,
        destination: &Destination,
        generation: u64,
        audit: &Audit,
        held: &BTreeSet<u32>,
    ) -> Result<Plan> {
        let (mut notes, mut states) = (local.notes.clone(), audit.states.clone());
        let mut pages = local.pages.iter().map(|page| stamped(page, generation)).collect::<Result<Vec<_>>>()?;
        match Robots::find(remote, destination, &pages)? {
            Robots::None => {}
            Robots::Ours(state) => states.extend(state.map(|state| (ROBOTS.to_owned(), state))),
            Robots::Foreign => {
                pages.retain(|page| page.key != ROBOTS);
                notes.push(
                    "`robots.txt` there is not brief's, and stays as it is: see that it says what search engines may list".to_owned(),
                );
            }
        }
        let readers = local.ledger.for_readers(&remote.ledger, held);
        let ledger_text = readers.to_json()?;
        let newest = readers.versions().iter().find(|entry| !entry.pruned).map_or(0, |entry| entry.number);
        let mut latest = local.latest.clone();
        latest.push(text_object(NEWEST, (version_folder(newest) + "\n").into_bytes(), Lifetime::Short));

        let known = local.assets.iter().chain(&pages).chain(&latest);
        let mut files: BTreeMap<String, SentPage> =
            known.map(|object| (object.key.clone(), SentPage { sha256: object.sha256.clone(), size: object.size })).collect();
        let is_elsewhere = |key: &str| version_of_page(key).is_some_and(|number| local.elsewhere.contains(&number));
        let kept = remote.inventory.files.iter().filter(|(key, _)| is_elsewhere(key));
        files.extend(kept.map(|(key, known)| (key.clone(), known.clone())));
        let is_superseded = |key: &&String| !files.contains_key(*key) && *key != ROBOTS;
        // Pages that lead to files which this publication deletes go with these; others may still be open somewhere.
        let (gone, retired): (BTreeSet<String>, BTreeSet<String>) =
            remote.inventory.files.keys().filter(is_superseded).cloned().partition(|key| is_of_pruned(&readers, key));
        let due = remote.inventory.retired.iter().filter(is_superseded).cloned();
        let removals = due.chain(gone).filter(|key| remote.listed.contains_key(key)).collect();
        let damaged: BTreeSet<&str> = audit.faults.iter().map(|fault| fault.key.as_str()).collect();
        let lacks = |object: &Object| {
            let known = remote.inventory.files.get(&object.key);
            damaged.contains(object.key.as_str())
                || known.is_none_or(|known| known.sha256 != object.sha256 || known.size != object.size)
                || remote.inventory.pending.contains_key(&object.key)
                || !remote.listed.contains_key(&object.key)
        };
        let mut inventory = Inventory::empty();
        (inventory.files, inventory.retired, inventory.states, inventory.generation) = (files, retired, states, generation);
        Ok(Plan {
            files: Vec::new(),
            assets: local.assets.iter().filter(|object| lacks(object)).cloned().collect(),
            pages: pages.into_iter().filter(&lacks).collect(),
            signing: Signing::default(),
            ledger_changes: remote.ledger_found.as_ref().is_none_or(|found| found.bytes != ledger_text.as_bytes()),
            latest: latest.into_iter().filter(&lacks).collect(),
            ledger: readers,
            ledger_text,
            inventory,
            inventory_changes: false,
            removals,
            notes,
            damage: Vec::new(),
            unmended: Vec::new(),
        })
    }

    fn name_damage(&mut self, audit: &Audit) {
        self.damage.extend(audit.faults.iter().map(|fault| format!("`{}` {}", fault.key, fault.what)));
    }

    /// Plans to send damaged files of versions again.
    fn repair(&mut self, local: &Local<'_>, audit: &Audit) -> Result<()> {
        let numbers: BTreeSet<u32> = audit.faults.iter().filter_map(|fault| version_of_file(&fault.key)).collect();
        for number in numbers {
            let faults = audit.faults.iter().map(|fault| fault.key.as_str());
            let keys: BTreeSet<&str> = faults.filter(|key| version_of_file(key) == Some(number)).collect();
            let version = match local.ledger.get(number).filter(|entry| !entry.pruned) {
                Some(entry) => local.verify(entry)?,
                None => LocalVersion::Damaged(vec![format!("v{number} is not kept here")]),
            };
            match version {
                // With a damaged manifest it is not known which files are intact: each is compared as it is sent.
                LocalVersion::Intact(version) if keys.contains(version_file(number, MANIFEST).as_str()) => {
                    self.files.extend(version_objects(&version, &local.title)?);
                }
                LocalVersion::Intact(version) => {
                    self.files
                        .extend(version_objects(&version, &local.title)?.into_iter().filter(|object| keys.contains(object.key.as_str())));
                }
                LocalVersion::Damaged(faults) => {
                    self.unmended.push(format!("v{number} there is damaged, and can't be sent again: {}", faults.join("; ")))
                }
            }
        }
        Ok(())
    }

    /// Decides whether the list of pages changes, and which retired files are deleted.
    fn finalize_inventory(&mut self, remote: &RemoteState) {
        let is_idle = self.files.is_empty() && self.assets.is_empty() && self.pages.is_empty() && self.inventory.retired.is_empty();
        // Retired files are removed by the next publication that writes something, those of pruned versions by any.
        let can_wait = |key: &String| remote.inventory.retired.contains(key) && !is_of_pruned(&self.ledger, key);
        if is_idle && self.removals.iter().all(can_wait) {
            self.removals.clear();
            self.inventory.retired.clone_from(&remote.inventory.retired);
        }
        // If this is cut off before they are deleted, the next publication deletes them.
        let is_page = |key: &&String| remote.inventory.files.contains_key(*key) || remote.inventory.retired.contains(*key);
        self.inventory.retired.extend(self.removals.iter().filter(is_page).cloned());
        self.inventory_changes =
            !is_idle || !self.moves().is_empty() || !self.removals.is_empty() || self.inventory.files != remote.inventory.files;
    }

    /// Refuses to overwrite existing objects at a destination without a marker, unless `--adopt` is given.
    fn ensure_nothing_foreign(&self, remote: &RemoteState, destination: &Destination, options: &PublishOptions) -> Result<()> {
        if remote.marker.is_some() || options.adopt {
            return Ok(());
        }
        let moves = self.moves();
        let names = moves.iter().map(|(key, _)| key.as_str()).chain([Marker::KEY, Inventory::KEY, FORMER_LATEST]);
        let foreign: BTreeSet<&str> = names
            .filter(|key| *key != ROBOTS && *key != LOCK && remote.listed.contains_key(*key))
            .chain(remote.listed.keys().map(String::as_str).filter(|key| is_below_own(key)))
            .collect();
        let foreign: Vec<&str> = foreign.into_iter().collect();
        if let Some((one, more)) = foreign.split_first() {
            let others = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
            bail!(
                "`{}` is there{others}, and no `{}` says that brief published to `{}`: publish to a place of its own, \
                 or with `--adopt` if what is there may be replaced",
                destination.address.object(one),
                Marker::KEY,
                destination.address.shown
            );
        }
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.moves().is_empty() && self.removals.is_empty()
    }

    pub(super) fn moves(&self) -> Vec<(String, u64)> {
        let objects = self.files.iter().chain(&self.assets).chain(&self.pages).chain(self.signing.before.iter());
        let mut moves: Vec<(String, u64)> = objects.map(|object| (object.key.clone(), object.size)).collect();
        if self.ledger_changes {
            moves.push((LEDGER.to_owned(), self.ledger_text.len() as u64));
        }
        moves.extend(self.latest.iter().chain(&self.signing.after).map(|object| (object.key.clone(), object.size)));
        moves
    }
}

/// Whether an object is in a folder that brief writes.
fn is_below_own(key: &str) -> bool {
    let folder = key.split_once('/').map_or("", |(folder, _)| folder);
    version_number(folder).is_some() || [SITE, LATEST, SIGNATURES].contains(&folder)
}

/// The version that a page or an asset of the site belongs to: 7 for `site/v7/book.html` and `site/assets/v7.chapters.….js`.
fn version_of_page(key: &str) -> Option<u32> {
    let path = key.strip_prefix(SITE)?.strip_prefix('/')?;
    version_of_file(path).or_else(|| version_number(path.strip_prefix("assets/")?.split_once('.')?.0))
}

/// Whether a page belongs to a version without files.
fn is_of_pruned(ledger: &Ledger, key: &str) -> bool {
    version_of_page(key).and_then(|number| ledger.get(number)).is_some_and(|entry| entry.pruned)
}

/// Objects in the folders of versions that no manifest lists.
fn unlisted_objects(remote: &RemoteState, audit: &Audit, destination: &Destination) -> Option<String> {
    // Which files a version with a damaged manifest has is not known.
    let known: BTreeSet<u32> = audit.expected.iter().filter_map(|key| version_of_file(key)).collect();
    let held = |key: &str| version_of_file(key).is_some_and(|number| known.contains(&number));
    let unlisted: Vec<String> = remote
        .listed
        .keys()
        .filter(|key| held(key) && !audit.expected.contains(*key))
        .map(|key| format!("`{}`", destination.address.object(key)))
        .collect();
    let (first, more) = unlisted.split_first()?;
    let others = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    Some(format!(
        "{first}{others} is in a version's folder, and the version's manifest does not list it: brief did not put it there; move it away"
    ))
}

/// Whose `robots.txt` is at the destination: another program's is never overwritten.
enum Robots {
    None,
    /// With its state, where that is known.
    Ours(Option<String>),
    Foreign,
}

impl Robots {
    fn find(remote: &RemoteState, destination: &Destination, pages: &[Object]) -> Result<Robots> {
        let Some(listed) = remote.listed.get(ROBOTS) else { return Ok(Robots::None) };
        let (known, state) = (remote.inventory.files.get(ROBOTS), listed.tag.as_text().map(str::to_owned));
        if known.is_some() && state.is_some() && remote.inventory.states.get(ROBOTS) == state.as_ref() {
            return Ok(Robots::Ours(state));
        }
        let own = pages.iter().find(|page| page.key == ROBOTS).map(|page| &page.sha256);
        let digests = [own, known.map(|known| &known.sha256), remote.inventory.pending.get(ROBOTS)];
        if listed.size > PAGE_LIMIT {
            return Ok(Robots::Foreign);
        }
        let found = destination.measure(ROBOTS, PAGE_LIMIT)?;
        let is_ours = found.is_none_or(|found| digests.into_iter().flatten().any(|digest| *digest == found.sha256));
        Ok(if is_ours { Robots::Ours(state) } else { Robots::Foreign })
    }
}
