//! From a ledger's folder to where readers are: what a destination lacks, in an order that never shows half of it.
//!
//! Files of versions first, then the pages and what they need, then under the lease the ledger by conditional write,
//! then `latest`. Nothing that the ledger there names is written again, so a reader sees a whole version at any moment,
//! and a publication that was cut off goes on where it was.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};

use super::options::Progress;
use super::site::site;
use crate::diff::Snapshot;
use crate::publish::{
    Address, Body, Condition, Destination, Found, Headers, Inventory, Known, Lease, Lifetime, Limits, Marker, Object, Outcome, Sent, Taken,
    file_name,
};
use crate::version::{Digest, Entry, Health, Ledger, Manifest, Relation, Store, Version};

pub(super) const LEDGER: &str = "versions.json";
pub(super) const MANIFEST: &str = "manifest.json";
const LATEST: &str = "latest";
const SITE: &str = "site";

/// What to publish, and where.
#[derive(Debug, Clone)]
pub struct PublishOptions {
    /// The folder of one ledger.
    pub output: PathBuf,
    /// Whose it is, where the book has audiences.
    pub audience: Option<String>,
    /// A folder or an address.
    pub destination: String,
    /// The variables from which stores take their credentials and endpoints.
    pub variables: Vec<(String, String)>,
    pub limits: Limits,
    /// Only say what would move.
    pub dry_run: bool,
    /// How many of the newest versions keep their files there; all, where it doesn't say.
    pub keep: Option<usize>,
    /// How many objects move at once.
    pub jobs: usize,
    pub allow_dirty: bool,
    /// Nobody else publishes there, which a store without conditional writes can't make sure of.
    pub single_publisher: bool,
    pub base_url: Option<String>,
    /// Who publishes, for those who wait.
    pub publisher: String,
    /// After how long without a sign a publisher counts as gone.
    pub term: Duration,
}

/// What was published, or with `dry_run` would be.
#[derive(Debug)]
pub struct Published {
    pub newest: u32,
    /// What the destination lacks: keys and sizes, in the order in which they go.
    pub moves: Vec<(String, u64)>,
    /// What is deleted there.
    pub removals: Vec<String>,
    pub sent: Sent,
    /// Versions whose files are not there, or not any more.
    pub pruned: Vec<u32>,
    /// Nothing had to be done.
    pub unchanged: bool,
    pub notes: Vec<String>,
}

/// Publishes a ledger's folder.
pub fn publish(options: &PublishOptions, progress: &dyn Progress) -> Result<Published> {
    let ledger = Ledger::read(&options.output)?;
    let Some(newest) = ledger.newest() else {
        bail!("there is no version in `{}` yet: `brief build` makes the first", options.output.display());
    };
    let address = Address::parse(&options.destination)?;
    apart(&options.output, &address)?;
    let destination = if options.dry_run {
        Destination::reading(address, &options.variables, &options.limits)?
    } else {
        Destination::writing(address, &options.variables, &options.limits)?
    };
    let there = There::read(&destination)?;
    there.belongs(&destination, &ledger, options.audience.as_deref())?;

    let plan = Plan::new(options, &ledger, &there, &destination, progress)?;
    let mut published = Published {
        newest: newest.number,
        moves: plan.moves(),
        removals: plan.removals.clone(),
        sent: Sent::default(),
        pruned: plan.ledger.versions().iter().filter(|entry| entry.pruned).map(|entry| entry.number).collect(),
        unchanged: plan.is_empty(),
        notes: plan.notes.clone(),
    };
    if !options.dry_run && !plan.is_empty() {
        published.sent = carry_out(options, &ledger, &there, &plan, &destination, progress)?;
    }
    if !options.dry_run {
        let mut store = Store::open(&options.output, &mut |who| published.notes.push(format!("waited for {who}")))?;
        store.learn(&plan.ledger)?;
        published.notes.extend(store.take_notes());
    }
    Ok(published)
}

/// A destination inside the folder that is published, or around it, would publish itself.
fn apart(output: &Path, address: &Address) -> Result<()> {
    let Some(folder) = address.folder() else { return Ok(()) };
    let real = |path: &Path| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let found =
            absolute.ancestors().find_map(|above| Some((above.canonicalize().ok()?, absolute.strip_prefix(above).ok()?.to_owned())));
        found.map_or(absolute, |(real, rest)| real.join(rest))
    };
    let (output, folder) = (real(output), real(folder));
    if folder.starts_with(&output) || output.starts_with(&folder) {
        bail!("`{}` can't be published into itself: name a destination apart from `{}`", address.shown, output.display());
    }
    Ok(())
}

/// What a destination holds before.
pub(super) struct There {
    pub(super) marker: Option<Marker>,
    pub(super) ledger: Ledger,
    ledger_found: Option<Found>,
    latest: Option<Vec<u8>>,
    inventory: Inventory,
}

impl There {
    pub(super) fn read(destination: &Destination) -> Result<There> {
        let address = &destination.address;
        let unusable = |key: &str| format!("can't use `{}`", address.object(key));
        let marker = destination.read(Marker::KEY)?;
        let marker = marker.map(|found| Marker::parse(&found.bytes)).transpose().with_context(|| unusable(Marker::KEY))?;
        let ledger_found = destination.read(LEDGER)?;
        let ledger = ledger_found.as_ref().map(|found| Ledger::parse(&found.bytes)).transpose();
        let ledger = ledger.with_context(|| unusable(LEDGER))?.unwrap_or_default();
        Ok(There { marker, ledger, ledger_found, latest: None, inventory: Inventory::default() }).and_then(|there| there.rest(destination))
    }

    fn rest(mut self, destination: &Destination) -> Result<There> {
        if self.marker.is_some() || self.ledger_found.is_some() {
            self.latest = destination.read(LATEST)?.map(|found| found.bytes);
            let inventory = destination.read(Inventory::KEY)?.map(|found| Inventory::parse(&found.bytes)).transpose();
            self.inventory =
                inventory.with_context(|| format!("can't use `{}`", destination.address.object(Inventory::KEY)))?.unwrap_or_default();
        }
        Ok(self)
    }

    /// The place must be this ledger's, and know no version that this one doesn't.
    fn belongs(&self, destination: &Destination, ledger: &Ledger, audience: Option<&str>) -> Result<()> {
        let shown = &destination.address.shown;
        match &self.marker {
            Some(marker) => {
                of_audience(marker, audience, shown)?;
                if first(ledger).is_some_and(|own| own != marker.first) {
                    bail!("`{shown}` holds the versions of another book (\"{}\"): publish to a place of its own", marker.title);
                }
            }
            None if audience.is_some() && self.ledger_found.is_some() => {
                bail!("`{shown}` holds versions and does not say for whom they are: publish to a place of its own");
            }
            None => {}
        }
        match ledger.relation(&self.ledger) {
            Relation::Covers => Ok(()),
            Relation::Lacks(numbers) => Err(behind(shown, &format!("`{shown}` has {}, which is not known here", names(&numbers)))),
            Relation::Differs(number) => {
                bail!(
                    "v{number} was published to `{shown}` with another content: no number may name two; \
                     run `brief build --ledger {shown}` in a fresh checkout, without this folder of versions, and publish that"
                )
            }
        }
    }
}

/// What a place is for must be what is asked of it.
pub(super) fn of_audience(marker: &Marker, audience: Option<&str>, shown: &str) -> Result<()> {
    let name =
        |audience: Option<&str>| audience.map_or_else(|| "no audience in particular".to_owned(), |name| format!("the audience `{name}`"));
    if marker.audience.as_deref() != audience {
        bail!("`{shown}` holds the versions for {}, and these are for {}", name(marker.audience.as_deref()), name(audience));
    }
    Ok(())
}

fn behind(shown: &str, what: &str) -> anyhow::Error {
    anyhow!("{what}: run `brief build --ledger {shown}`, then publish again")
}

fn first(ledger: &Ledger) -> Option<String> {
    ledger.versions().last().map(|entry| entry.manifest.to_string())
}

fn names(numbers: &[u32]) -> String {
    numbers.iter().map(|number| format!("v{number}")).collect::<Vec<_>>().join(", ")
}

/// What is to be done at a destination.
struct Plan {
    title: String,
    /// The files of versions, whole versions at a time.
    files: Vec<Object>,
    /// What pages need, under names that change with their content; then pages, the front page last.
    assets: Vec<Object>,
    pages: Vec<Object>,
    ledger: Ledger,
    ledger_text: String,
    ledger_changes: bool,
    latest: String,
    latest_changes: bool,
    inventory: Inventory,
    inventory_changes: bool,
    removals: Vec<String>,
    notes: Vec<String>,
}

impl Plan {
    fn new(options: &PublishOptions, ledger: &Ledger, there: &There, destination: &Destination, progress: &dyn Progress) -> Result<Plan> {
        let keep = options.keep.unwrap_or(usize::MAX).max(1);
        let mut held = BTreeSet::new();
        let (mut lacking, mut leaving) = (Vec::new(), Vec::new());
        for (index, entry) in ledger.versions().iter().enumerate() {
            let is_there = there.ledger.get(entry.number).is_some_and(|other| !other.pruned);
            match (index < keep, is_there) {
                (true, true) => _ = held.insert(entry.number),
                (true, false) if !entry.pruned => {
                    held.insert(entry.number);
                    lacking.push(entry);
                }
                (false, true) => leaving.push(entry),
                _ => {}
            }
        }
        let Some(newest) = ledger.newest().filter(|newest| held.contains(&newest.number)) else {
            bail!("the newest version was pruned from `{}`: there is nothing to publish", options.output.display());
        };
        if !options.allow_dirty {
            clean(&lacking)?;
        }
        let versions = whole(&options.output, &lacking, progress)?;
        let newest = Version::find(&options.output, newest.number)?;
        let title = title(&newest)?;

        let mut notes = Vec::new();
        let mut files = Vec::new();
        for version in versions.iter().rev() {
            files.extend(version_objects(version, &title)?);
        }
        let made = site(&options.output, None, options.base_url.as_deref())?;
        notes.extend(made.notes);
        let (assets, pages) = site_objects(&made.folder)?;

        let known =
            assets.iter().chain(&pages).map(|object| (object.key.clone(), Known { sha256: object.sha256.clone(), size: object.size }));
        let known: BTreeMap<String, Known> = known.collect();
        let mut removals: Vec<String> = there.inventory.retired.iter().filter(|key| !known.contains_key(*key)).cloned().collect();
        let retired: BTreeSet<String> = there.inventory.files.keys().filter(|key| !known.contains_key(*key)).cloned().collect();
        for entry in leaving {
            removals.extend(files_there(destination, entry)?);
        }
        let lacks = |object: &Object| {
            there.inventory.files.get(&object.key).is_none_or(|there| there.sha256 != object.sha256 || there.size != object.size)
        };
        let (assets, pages): (Vec<_>, Vec<_>) = (assets.into_iter().filter(&lacks).collect(), pages.into_iter().filter(&lacks).collect());

        let readers = ledger.for_readers(&there.ledger, &held);
        let ledger_text = readers.to_json()?;
        let latest = format!("v{}\n", newest.entry.number);
        let is_idle = files.is_empty() && assets.is_empty() && pages.is_empty() && retired.is_empty();
        // What went out of use goes with the next publication that does anything.
        if is_idle && removals.iter().all(|key| there.inventory.retired.contains(key)) {
            removals.clear();
        }
        let inventory = Inventory::new(known, retired);
        Ok(Plan {
            title,
            ledger_changes: there.ledger_found.as_ref().is_none_or(|found| found.bytes != ledger_text.as_bytes()),
            latest_changes: there.latest.as_deref() != Some(latest.as_bytes()),
            inventory_changes: !is_idle || !removals.is_empty() || inventory.files != there.inventory.files,
            ledger: readers,
            files,
            assets,
            pages,
            ledger_text,
            latest,
            inventory,
            removals,
            notes,
        })
    }

    fn is_empty(&self) -> bool {
        self.moves().is_empty() && self.removals.is_empty()
    }

    fn moves(&self) -> Vec<(String, u64)> {
        let objects = self.files.iter().chain(&self.assets).chain(&self.pages);
        let mut moves: Vec<(String, u64)> = objects.map(|object| (object.key.clone(), object.size)).collect();
        if self.ledger_changes {
            moves.push((LEDGER.to_owned(), self.ledger_text.len() as u64));
        }
        if self.latest_changes {
            moves.push((LATEST.to_owned(), self.latest.len() as u64));
        }
        moves
    }
}

/// Versions that no clean commit made are for their makers.
fn clean(entries: &[&Entry]) -> Result<()> {
    let dirty: Vec<u32> =
        entries.iter().filter(|entry| !entry.commits.iter().any(|commit| commit.clean)).map(|entry| entry.number).collect();
    if !dirty.is_empty() {
        bail!(
            "{} made from no clean Git commit, so nobody could make the same again: commit and build once more, or publish with `--allow-dirty`",
            if dirty.len() == 1 { format!("{} was", names(&dirty)) } else { format!("{} were", names(&dirty)) },
        );
    }
    Ok(())
}

/// The versions, each compared with its manifest by every byte.
fn whole(output: &Path, entries: &[&Entry], progress: &dyn Progress) -> Result<Vec<Version>> {
    let mut faults = Vec::new();
    let mut versions = Vec::new();
    progress.start("verifying", entries.len() as u64);
    for entry in entries {
        let version = Version::find(output, entry.number)?;
        match version.verify() {
            Health::Intact => versions.push(version),
            Health::Missing => faults.push(format!("`{}` is gone", version.folder().display())),
            Health::Damaged(found) => faults.extend(found),
        }
        progress.step(&format!("v{}", entry.number));
    }
    progress.finish();
    if !faults.is_empty() {
        bail!("nothing was published: {}; restore what was changed, from a copy or from where it was published", faults.join("; "));
    }
    Ok(versions)
}

fn title(version: &Version) -> Result<String> {
    let data = version.read("data.json")?;
    let snapshot =
        Snapshot::from_data_json(&data).with_context(|| format!("can't use `{}`", version.folder().join("data.json").display()))?;
    Ok(snapshot.book.title)
}

fn version_objects(version: &Version, title: &str) -> Result<Vec<Object>> {
    let number = version.entry.number;
    let date = version.entry.date.to_string();
    let manifest = version.manifest()?;
    let mut objects: Vec<Object> = manifest
        .outputs
        .iter()
        .map(|(name, output)| {
            let key = format!("v{number}/{name}");
            let headers = Headers::of(&key, Lifetime::Immutable);
            let is_document = name.ends_with(".pdf") || name.ends_with(".md");
            let headers = if is_document { headers.named(file_name(title, name, number, &date)) } else { headers };
            Object { body: Body::File(version.folder().join(name)), sha256: output.sha256.to_string(), size: output.size, headers, key }
        })
        .collect();
    let path = version.folder().join(MANIFEST);
    let size = std::fs::metadata(&path).with_context(|| format!("can't read `{}`", path.display()))?.len();
    let key = format!("v{number}/{MANIFEST}");
    let headers = Headers::of(&key, Lifetime::Immutable);
    objects.push(Object { body: Body::File(path), sha256: version.entry.manifest.to_string(), size, headers, key });
    Ok(objects)
}

/// The site's files: first those under names that change with their content, then the pages, front pages last.
fn site_objects(folder: &Path) -> Result<(Vec<Object>, Vec<Object>)> {
    let (mut assets, mut pages) = (Vec::new(), Vec::new());
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.with_context(|| format!("can't read `{}`", folder.display()))?;
        let name = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let name = name.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        if !entry.file_type().is_file() || name.starts_with('.') {
            continue;
        }
        let bytes = std::fs::read(entry.path()).with_context(|| format!("can't read `{}`", entry.path().display()))?;
        let is_asset = name.starts_with("assets/");
        let key = format!("{SITE}/{name}");
        let headers = Headers::of(&key, if is_asset { Lifetime::Immutable } else { Lifetime::Short });
        let object = Object {
            body: Body::File(entry.path().to_owned()),
            sha256: Digest::of(&bytes).to_string(),
            size: bytes.len() as u64,
            headers,
            key,
        };
        if name == "robots.txt" {
            // Robots ask for it at the root of a host alone, which this place may be.
            pages.push(Object { key: name, ..object.clone() });
        }
        if is_asset { assets.push(object) } else { pages.push(object) }
    }
    let front = front_door();
    pages.sort_by_key(|page| page.key == format!("{SITE}/index.html"));
    pages.push(front);
    Ok((assets, pages))
}

/// The page of the place itself, which leads into the site.
fn front_door() -> Object {
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={SITE}/index.html\">\n<title>Briefing</title>\n\
         <p><a href=\"{SITE}/index.html\">To the reading room</a></p>\n</html>\n"
    );
    let key = "index.html".to_owned();
    Object {
        sha256: Digest::of(text.as_bytes()).to_string(),
        size: text.len() as u64,
        headers: Headers::of(&key, Lifetime::Short),
        body: Body::Text(text.into_bytes().into()),
        key,
    }
}

/// The keys of a version at a destination, by its own manifest there: nothing else is ever deleted.
fn files_there(destination: &Destination, entry: &Entry) -> Result<Vec<String>> {
    let key = format!("v{}/{MANIFEST}", entry.number);
    let Some(found) = destination.read(&key)? else { return Ok(Vec::new()) };
    if Digest::of(&found.bytes) != entry.manifest {
        bail!("`{}` is damaged: it is not what the ledger says", destination.address.object(&key));
    }
    let manifest = Manifest::parse(&found.bytes).with_context(|| format!("can't use `{}`", destination.address.object(&key)))?;
    // The manifest last: as long as it stands, what is left can be found.
    let mut keys: Vec<String> = manifest.outputs.keys().map(|name| format!("v{}/{name}", entry.number)).collect();
    keys.push(key);
    Ok(keys)
}

fn carry_out(
    options: &PublishOptions,
    ledger: &Ledger,
    there: &There,
    plan: &Plan,
    destination: &Destination,
    progress: &dyn Progress,
) -> Result<Sent> {
    let shown = &destination.address.shown;
    let lease = if options.single_publisher {
        None
    } else {
        match destination.lease(&options.publisher, options.term)? {
            Taken::Mine(lease) => Some(lease),
            Taken::Busy(who) => return Err(behind(shown, &format!("{who} is publishing to `{shown}`: when that is done"))),
            Taken::Unconditional => bail!(
                "`{shown}` has no conditional writes, so two publishers could spoil each other's versions: \
                 publish to another store, or with `--single-publisher` if nobody else ever publishes there"
            ),
        }
    };
    let exclusive = lease.is_some();
    let moved_on = || behind(shown, &format!("somebody else has published to `{shown}` meanwhile"));
    // What was planned was planned without the lease.
    let now = destination.read(LEDGER)?;
    if now.as_ref().map(|found| &found.bytes) != there.ledger_found.as_ref().map(|found| &found.bytes) {
        return Err(moved_on());
    }
    mark(options, ledger, there, plan, destination, exclusive)?;

    let mut present = BTreeMap::new();
    let folders: BTreeSet<&str> = plan.files.iter().filter_map(|object| object.key.split('/').next()).collect();
    for folder in folders {
        present.extend(destination.list(folder)?);
    }
    let total = plan.files.len() + plan.assets.len() + plan.pages.len();
    progress.start("publishing", total as u64);
    let step = |key: &str| progress.step(key);
    let none = BTreeMap::new();
    let mut sent = destination.send(&plan.files, &present, options.jobs, exclusive, &step)?;
    let confirm = |lease: &Option<Lease>| lease.as_ref().map_or(Ok(()), Lease::confirm).map_err(|error| behind(shown, &error.to_string()));
    confirm(&lease)?;
    for (objects, jobs) in [(&plan.assets, options.jobs), (&plan.pages, options.jobs)] {
        let more = destination.send(objects, &none, jobs, false, &step)?;
        sent.objects += more.objects;
        sent.bytes += more.bytes;
        sent.there += more.there;
    }
    progress.finish();

    confirm(&lease)?;
    let short = |key: &str| Headers {
        content_type: if key == LATEST { "text/plain; charset=utf-8" } else { "application/json" },
        lifetime: Lifetime::Short,
        file_name: None,
    };
    if plan.ledger_changes {
        let condition = match (&now, exclusive) {
            (_, false) => Condition::Always,
            (Some(found), true) => Condition::Unchanged(found),
            (None, true) => Condition::Absent,
        };
        let outcome = destination.write(LEDGER, plan.ledger_text.as_bytes(), &short(LEDGER), condition);
        // Where the answer was lost, what is there says whether it was written.
        let stands = destination.read(LEDGER).map(|found| found.is_some_and(|found| found.bytes == plan.ledger_text.as_bytes()));
        match outcome {
            _ if matches!(stands, Ok(true)) => sent.objects += 1,
            Err(error) => return Err(error),
            Ok(Outcome::Written) => bail!("`{}` holds something else than was sent", destination.address.object(LEDGER)),
            Ok(Outcome::Refused) => return Err(moved_on()),
            Ok(Outcome::Unsupported) => bail!("`{shown}` has no conditional writes of what is there: publish with `--single-publisher`"),
        }
    }
    if plan.latest_changes {
        destination.write(LATEST, plan.latest.as_bytes(), &short(LATEST), Condition::Always)?;
        sent.objects += 1;
    }
    if plan.inventory_changes {
        destination.write(Inventory::KEY, plan.inventory.to_json()?.as_bytes(), &short(Inventory::KEY), Condition::Always)?;
    }
    if !plan.removals.is_empty() {
        destination.delete(&plan.removals)?;
    }
    Ok(sent)
}

/// Says whose place it is, before anything else is there.
fn mark(options: &PublishOptions, ledger: &Ledger, there: &There, plan: &Plan, destination: &Destination, exclusive: bool) -> Result<()> {
    if there.marker.is_some() {
        return Ok(());
    }
    let marker = Marker::new(plan.title.clone(), options.audience.clone(), first(ledger).unwrap_or_default());
    let condition = if exclusive { Condition::Absent } else { Condition::Always };
    let headers = Headers::of(Marker::KEY, Lifetime::Short);
    if destination.write(Marker::KEY, marker.to_json()?.as_bytes(), &headers, condition)? != Outcome::Written {
        There::read(destination)?.belongs(destination, ledger, options.audience.as_deref())?;
    }
    Ok(())
}
