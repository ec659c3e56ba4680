//! What is to be done at a destination: what it lacks, in the order in which it goes, and what leaves it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::audit::{Audit, Depth, Place, files_there};
use super::objects::{latest_objects, site_objects, snapshot, stamped, text_object, version_objects};
use super::remote::{RemoteState, names};
use super::signing::Signing;
use super::{FORMER_LATEST, LATEST, LEDGER, LOCK, PAGE_LIMIT, PublishOptions, ROBOTS, SITE};
use crate::pipeline::marked::labels_above_clear;
use crate::pipeline::options::Progress;
use crate::pipeline::site::{SiteOptions, site};
use crate::publish::{Destination, Inventory, Known, Lifetime, Marker, Object};
use crate::version::{Builds, Entry, Health, Ledger, Version};

/// What is here to be published.
pub(super) struct Local<'a> {
    options: &'a PublishOptions,
    pub(super) ledger: Ledger,
    pub(super) title: String,
    /// What pages need, under names that change with their content; then pages, the front page last.
    assets: Vec<Object>,
    pages: Vec<Object>,
    /// What has one address for the newest version, whichever that is.
    latest: Vec<Object>,
    /// The versions whose pages stand there, and are not made here.
    elsewhere: BTreeSet<u32>,
    notes: Vec<String>,
    /// Versions that were compared with their manifests by every byte.
    whole: RefCell<BTreeMap<u32, Version>>,
}

/// What is to be done at a destination.
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
    /// As it stands when all is done.
    pub(super) inventory: Inventory,
    pub(super) inventory_changes: bool,
    pub(super) removals: Vec<String>,
    pub(super) notes: Vec<String>,
    /// What is damaged there, in words.
    pub(super) damage: Vec<String>,
    /// What of it can't be made good from here.
    pub(super) unmended: Vec<String>,
}

impl<'a> Local<'a> {
    /// Looks at what the place lacks before it makes the pages.
    pub(super) fn new(
        options: &'a PublishOptions,
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
            ledger,
            title: String::new(),
            assets: Vec::new(),
            pages: Vec::new(),
            latest: Vec::new(),
            elsewhere: BTreeSet::new(),
            notes: Vec::new(),
            whole: RefCell::default(),
        };
        let Sides { held, lacking, .. } = Sides::new(&local, remote);
        if !options.allow_dirty {
            clean(&lacking, options)?;
        }
        all_whole(&local, &lacking, progress)?;
        let lacking: BTreeSet<u32> = lacking.iter().map(|entry| entry.number).collect();
        allowed(&local, remote, destination)?;
        local.title = snapshot(&Version::find(&options.output, newest)?)?.book.title;
        let published = held.difference(&lacking).copied().collect();
        let site_options =
            SiteOptions { destination: None, base_url: options.base_url.as_deref(), held: Some(&held), published: Some(&published) };
        let made = site(&options.output, &site_options)?;
        (local.assets, local.pages) = site_objects(&made.folder, made.robots_above)?;
        local.elsewhere = made.elsewhere;
        let version = Version::find(&options.output, newest)?;
        local.latest = latest_objects(&version, &local.title)?;
        local.notes = made.notes;
        Ok(local)
    }

    /// A version that was compared with its manifest by every byte; else what is wrong with it.
    fn whole(&self, entry: &Entry) -> Result<Result<Version, Vec<String>>> {
        if let Some(version) = self.whole.borrow().get(&entry.number) {
            return Ok(Ok(version.clone()));
        }
        let version = Version::find(&self.options.output, entry.number)?;
        Ok(match version.verify() {
            Health::Intact => {
                self.whole.borrow_mut().insert(entry.number, version.clone());
                Ok(version)
            }
            Health::Missing => Err(vec![format!("`{}` is gone", version.folder().display())]),
            Health::Damaged(faults) => Err(faults),
        })
    }
}

/// The versions here and there.
struct Sides<'a> {
    /// Whose files stand there when all is done.
    held: BTreeSet<u32>,
    /// Whose files are not there yet.
    lacking: Vec<&'a Entry>,
    /// Whose files go.
    leaving: Vec<&'a Entry>,
}

impl<'a> Sides<'a> {
    fn new(local: &'a Local<'_>, remote: &RemoteState) -> Sides<'a> {
        let keep = local.options.keep.unwrap_or(usize::MAX).max(1);
        let mut sides = Sides { held: BTreeSet::new(), lacking: Vec::new(), leaving: Vec::new() };
        for (index, entry) in local.ledger.versions().iter().enumerate() {
            let is_there = remote.ledger.get(entry.number).is_some_and(|other| !other.pruned);
            match (index < keep, is_there) {
                (true, true) => _ = sides.held.insert(entry.number),
                (true, false) if !entry.pruned => {
                    sides.held.insert(entry.number);
                    sides.lacking.push(entry);
                }
                (false, true) => sides.leaving.push(entry),
                _ => {}
            }
        }
        sides
    }
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
        let Sides { held, lacking, leaving } = Sides::new(local, remote);
        if !options.allow_dirty {
            clean(&lacking, options)?;
        }
        let versions = all_whole(local, &lacking, progress)?;
        allowed(local, remote, destination)?;

        let place = Place {
            destination,
            ledger: &remote.ledger,
            inventory: &remote.inventory,
            listed: Some(&remote.listed),
            output: Some(&options.output),
        };
        let audit = place.audit(Depth::Changed, options.jobs, progress)?;
        let mut plan = Plan::of(local, remote, destination, generation, &audit, &held)?;
        for version in versions.iter().rev() {
            plan.files.extend(version_objects(version, title)?);
        }
        plan.mend(local, &audit, options.repair)?;
        for entry in leaving {
            plan.removals.extend(files_there(destination, entry)?);
        }
        plan.signing = Signing::new(options, remote, destination, &plan.ledger, &plan.ledger_text)?;
        plan.removals.extend(plan.signing.removals.iter().cloned());
        plan.notes.extend(plan.signing.note.clone());
        plan.notes.extend(strangers(remote, &audit, destination));
        plan.settle(remote);
        plan.foreign(remote, destination, options)?;
        Ok(plan)
    }

    /// The pages and the ledger, as far as the place lacks them.
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
        match Robots::there(remote, destination, &pages)? {
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
        latest.push(text_object(LATEST, format!("v{newest}\n").into_bytes(), Lifetime::Short));

        let known = local.assets.iter().chain(&pages).chain(&latest);
        let mut files: BTreeMap<String, Known> =
            known.map(|object| (object.key.clone(), Known { sha256: object.sha256.clone(), size: object.size })).collect();
        for number in &local.elsewhere {
            let own = [format!("{SITE}/v{number}/"), format!("{SITE}/assets/v{number}.")];
            let kept = remote.inventory.files.iter().filter(|(key, _)| own.iter().any(|prefix| key.starts_with(prefix)));
            files.extend(kept.map(|(key, known)| (key.clone(), known.clone())));
        }
        let retired: BTreeSet<String> =
            remote.inventory.files.keys().filter(|key| !files.contains_key(*key) && *key != ROBOTS).cloned().collect();
        let removals = remote.inventory.retired.iter().filter(|key| !files.contains_key(*key) && *key != ROBOTS).cloned().collect();
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

    /// Names what is damaged, and with `repair` plans to send it again.
    fn mend(&mut self, local: &Local<'_>, audit: &Audit, repair: bool) -> Result<()> {
        for fault in &audit.faults {
            self.damage.push(format!("`{}` {}", fault.key, fault.what));
        }
        if !repair {
            return Ok(());
        }
        let numbers: BTreeSet<u32> =
            audit.faults.iter().filter_map(|fault| fault.key.strip_prefix('v')?.split('/').next()?.parse().ok()).collect();
        for number in numbers {
            let prefix = format!("v{number}/");
            let keys: BTreeSet<&str> = audit.faults.iter().map(|fault| fault.key.as_str()).filter(|key| key.starts_with(&prefix)).collect();
            let version = match local.ledger.get(number).filter(|entry| !entry.pruned) {
                Some(entry) => local.whole(entry)?,
                None => Err(vec![format!("v{number} is not kept here")]),
            };
            match version {
                // Where the manifest was damaged, which files are right was not asked: each is compared as it is sent.
                Ok(version) if keys.contains(format!("{prefix}manifest.json").as_str()) => {
                    self.files.extend(version_objects(&version, &local.title)?);
                }
                Ok(version) => {
                    self.files
                        .extend(version_objects(&version, &local.title)?.into_iter().filter(|object| keys.contains(object.key.as_str())));
                }
                Err(faults) => self.unmended.push(format!("v{number} there is damaged, and can't be sent again: {}", faults.join("; "))),
            }
        }
        Ok(())
    }

    /// Whether the list of pages changes, and what leaves with this publication.
    fn settle(&mut self, remote: &RemoteState) {
        let is_idle = self.files.is_empty() && self.assets.is_empty() && self.pages.is_empty() && self.inventory.retired.is_empty();
        // What went out of use goes with the next publication that does anything.
        if is_idle && self.removals.iter().all(|key| remote.inventory.retired.contains(key)) {
            self.removals.clear();
            self.inventory.retired.clone_from(&remote.inventory.retired);
        }
        self.inventory_changes =
            !is_idle || !self.moves().is_empty() || !self.removals.is_empty() || self.inventory.files != remote.inventory.files;
    }

    /// Without a marker nothing of a name that would be written may be there, unless that is meant.
    fn foreign(&self, remote: &RemoteState, destination: &Destination, options: &PublishOptions) -> Result<()> {
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

/// Whether an object lies in a folder that brief fills.
fn is_below_own(key: &str) -> bool {
    let folder = key.split_once('/').map_or("", |(folder, _)| folder);
    let is_version = folder.strip_prefix('v').is_some_and(|digits| digits.parse::<u32>().is_ok());
    is_version || matches!(folder, "site" | "latest" | "signatures")
}

/// Objects in versions' folders that no manifest lists.
fn strangers(remote: &RemoteState, audit: &Audit, destination: &Destination) -> Option<String> {
    let number = |key: &str| key.split_once('/').and_then(|(folder, _)| folder.strip_prefix('v')?.parse::<u32>().ok());
    // Of a version whose manifest is damaged it is not known which files are its own.
    let known: BTreeSet<u32> = audit.expected.iter().filter_map(|key| number(key)).collect();
    let held = |key: &str| number(key).is_some_and(|number| known.contains(&number));
    let strangers: Vec<String> = remote
        .listed
        .keys()
        .filter(|key| held(key) && !audit.expected.contains(*key))
        .map(|key| format!("`{}`", destination.address.object(key)))
        .collect();
    let (first, more) = strangers.split_first()?;
    let others = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    Some(format!(
        "{first}{others} stands in a version's folder, and its manifest does not list it: brief did not put it there; move it away"
    ))
}

/// Whose `robots.txt` stands there: somebody else's is never touched.
enum Robots {
    None,
    /// With its state, where that is known.
    Ours(Option<String>),
    Foreign,
}

impl Robots {
    fn there(remote: &RemoteState, destination: &Destination, pages: &[Object]) -> Result<Robots> {
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

/// Versions that no clean commit made are for their makers.
fn clean(entries: &[&Entry], options: &PublishOptions) -> Result<()> {
    let builds = options.audience.as_ref().map(|audience| (audience, Builds::read(&options.versions)));
    let is_clean = |entry: &Entry| match &builds {
        Some((audience, builds)) => builds.is_clean(audience, entry.digest),
        None => entry.commits.iter().any(|commit| commit.clean),
    };
    let dirty: Vec<u32> = entries.iter().filter(|entry| !is_clean(entry)).map(|entry| entry.number).collect();
    if !dirty.is_empty() {
        bail!(
            "{} made from no clean Git commit, so nobody could make the same again: commit and build once more, or publish with `--allow-dirty`",
            if dirty.len() == 1 { format!("{} was", names(&dirty)) } else { format!("{} were", names(&dirty)) },
        );
    }
    Ok(())
}

/// What is marked above clear and new to the place goes only where that is meant.
fn allowed(local: &Local<'_>, remote: &RemoteState, destination: &Destination) -> Result<()> {
    let allowed: BTreeSet<String> = local.options.allow_marked.iter().map(|label| label.trim().to_lowercase()).collect();
    let mut marked: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    // Pages show every version that is kept here, also one whose files stay here.
    for entry in local.ledger.versions().iter().filter(|entry| !entry.pruned && remote.ledger.get(entry.number).is_none()) {
        let version = Version::find(&local.options.output, entry.number)?;
        for label in labels_above_clear(&snapshot(&version)?) {
            if !allowed.contains(&label.to_lowercase()) {
                marked.entry(label).or_default().push(entry.number);
            }
        }
    }
    if marked.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = marked.iter().map(|(label, numbers)| format!("{} (`{label}`)", names(numbers))).collect();
    let options: Vec<String> = marked.keys().map(|label| format!("--allow-marked {label:?}")).collect();
    bail!(
        "what is marked above clear would reach everyone who can read `{}`: {}; if that is meant, publish with `{}`",
        destination.address.shown,
        list.join(", "),
        options.join(" ")
    )
}

/// The versions, each compared with its manifest by every byte.
fn all_whole(local: &Local<'_>, entries: &[&Entry], progress: &dyn Progress) -> Result<Vec<Version>> {
    let mut faults = Vec::new();
    let mut versions = Vec::new();
    progress.start("verifying", entries.len() as u64);
    for entry in entries {
        match local.whole(entry)? {
            Ok(version) => versions.push(version),
            Err(found) => faults.extend(found),
        }
        progress.step(&format!("v{}", entry.number));
    }
    progress.finish();
    if !faults.is_empty() {
        bail!("nothing was published: {}; restore what was changed, from a copy or from where it was published", faults.join("; "));
    }
    Ok(versions)
}
