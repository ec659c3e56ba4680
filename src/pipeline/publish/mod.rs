//! From a ledger's folder to where readers are: what a destination lacks, in an order that never shows half of it.
//!
//! Files of versions first, then the pages and what they need, then under the lease the ledger by conditional write,
//! then `latest`. Nothing that the ledger there names is written again, so a reader sees a whole version at any moment,
//! and a publication that was cut off goes on where it was.

mod objects;
mod plan;
mod there;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, bail};

use super::options::Progress;
use crate::files::Guard;
use crate::publish::{Address, Condition, Destination, Headers, Inventory, Lease, Lifetime, Limits, Marker, Outcome, Sent, Taken};
use crate::version::{Ledger, Store};
use plan::Plan;
pub(super) use there::{There, of_audience};
use there::{behind, first};

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
    Guard::default().check(folder)?;
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
