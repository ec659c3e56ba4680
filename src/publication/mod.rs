//! Publication: sends what a destination lacks of a ledger's versions, in an order that never shows half of one.
//!
//! Files of versions first, then the pages and what they need, then the ledger by conditional write, then `latest`.
//! Nothing that the ledger there names is written again, so a reader sees a whole version at any moment, and a publication
//! that was cut off goes on where it was.
//!
//! One publisher at a time holds the lease. Each write is made on the condition that the object still is what was seen
//! under the lease, so one who was suspended meanwhile overwrites nothing; who takes a lease over writes every page anew
//! with the number of its generation, so that no page is what the other one saw.

mod audit;
mod carry_out;
mod fetch;
mod local;
mod mend;
mod objects;
mod plan;
mod remote;
mod signing;
mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};

use crate::files::Guard;
use crate::layout::{LATEST, LEDGER};
use crate::model::Snapshot;
use crate::progress::Progress;
use crate::publish::{Address, Destination, Limits, Publisher, Sent, SigningKey, Terms};
use crate::version::{Ledger, Output, Relation, Store, Version};
use carry_out::Publication;
pub use fetch::{FetchOptions, Fetched, fetch};
use local::Local;
use plan::Plan;
use remote::RemoteState;
pub use verify::{VerifiedPlace, VerifyOptions, verify_published};

/// Holds the number of the newest version, and is written last.
const NEWEST: &str = "latest/version.txt";
/// The name that it had before documents were beside it.
const FORMER_LATEST: &str = LATEST;
const ROBOTS: &str = "robots.txt";

/// The largest ledger, manifest, list of pages, marker and page that are read, in bytes.
const LEDGER_LIMIT: u64 = 64 << 20;
const MANIFEST_LIMIT: u64 = 64 << 20;
const INVENTORY_LIMIT: u64 = 256 << 20;
const MARKER_LIMIT: u64 = 64 << 10;
const PAGE_LIMIT: u64 = 256 << 20;

/// What to publish, and where.
#[derive(Debug, Clone)]
pub struct PublishOptions {
    /// The folder of one ledger.
    pub output: PathBuf,
    /// The book's folder and the folder of all its versions, into which nothing is published.
    pub root: PathBuf,
    pub versions: PathBuf,
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
    /// The labels above clear that may be published there.
    pub allow_marked: Vec<String>,
    /// Overwrite existing objects at a destination without a marker.
    pub adopt: bool,
    /// What is damaged or missing there is sent again.
    pub repair: bool,
    /// The key that the ledger is signed with.
    pub sign: Option<Arc<SigningKey>>,
    /// Nobody else publishes there, which a store without conditional writes can't make sure of.
    pub single_publisher: bool,
    pub base_url: Option<String>,
    /// Who publishes, for those who wait.
    pub publisher: Publisher,
    pub terms: Terms,
}

/// What other stages know of the versions that are published.
pub trait VersionContent {
    /// Writes the reading site of a ledger's folder, into that folder.
    fn site(&self, ledger_folder: &Path, request: &SiteRequest<'_>) -> Result<SiteFiles>;
    /// The files of a version that have an address of their own for the newest version.
    fn stable_documents(&self, version: &Version) -> Result<Vec<String>>;
    /// The markings in a version that restrict who may see it.
    fn labels_above_clear(&self, version: &Version, snapshot: &Snapshot) -> Result<BTreeSet<String>>;
}

/// How the reading site is to be made.
#[derive(Debug, Clone, Copy)]
pub struct SiteRequest<'a> {
    pub base_url: Option<&'a str>,
    /// The versions whose files will be beside the site.
    pub held: &'a BTreeSet<u32>,
    /// Those of them whose files and pages are at the destination already.
    pub published: &'a BTreeSet<u32>,
}

/// A reading site that was written.
#[derive(Debug)]
pub struct SiteFiles {
    pub folder: PathBuf,
    /// Its files by their paths in the folder.
    pub files: BTreeMap<String, Output>,
    /// The `robots.txt` of the folder above the site's own.
    pub robots: Vec<u8>,
    /// The versions whose pages were not written, since they are at the destination.
    pub elsewhere: BTreeSet<u32>,
    pub notes: Vec<String>,
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
    /// What was damaged there and was sent again, in words; with `dry_run`, what would be.
    pub mended: Vec<String>,
    /// What is damaged there and can't be sent again from here.
    pub unmended: Vec<String>,
    pub notes: Vec<String>,
}

/// Publishes a ledger's folder.
pub fn publish(options: &PublishOptions, content: &dyn VersionContent, progress: &dyn Progress) -> Result<Published> {
    let ledger = Ledger::read(&options.output)?;
    let address = Address::parse(&options.destination)?;
    apart(options, &address)?;
    let none = || format!("there is no version in `{}` yet: `brief build` makes the first", options.output.display());
    if ledger.newest().is_none() && !options.repair {
        bail!(none());
    }
    let destination = if options.dry_run {
        Destination::reading(address, &options.variables, &options.limits)?
    } else {
        Destination::writing(address, &options.variables, &options.limits)?
    };
    let publication = Publication { options, destination: &destination, progress };
    let remote = publication.remote_state(&ledger)?;
    if remote.mended_ledger && ledger.relation(&remote.ledger) != Relation::Covers {
        return publication.mend_ledger(&ledger);
    }
    if ledger.newest().is_none() {
        bail!(none());
    }
    remote.accepts(&destination, &ledger, options)?;

    let local = Local::new(options, content, ledger, &remote, &destination, progress)?;
    let mended_ledger = remote.mended_ledger.then(|| format!("`{LEDGER}` was restored from the manifests there"));
    let mut plan = Plan::new(&local, &remote, &destination, remote.inventory.generation, progress)?;
    let mut sent = Sent::default();
    refuse_damage(&remote, &plan, options, &destination)?;
    if !options.dry_run && !plan.is_empty() {
        (sent, plan) = publication.carry_out(&local, remote, plan)?;
    }
    let mut published = Published {
        newest: plan.ledger.newest().map_or(0, |entry| entry.number),
        moves: plan.moves(),
        removals: plan.removals.clone(),
        sent,
        pruned: plan.ledger.versions().iter().filter(|entry| entry.pruned).map(|entry| entry.number).collect(),
        unchanged: plan.is_empty(),
        mended: mended_ledger.into_iter().chain(plan.damage).collect(),
        unmended: plan.unmended,
        notes: plan.notes,
    };
    if !options.dry_run {
        let mut store = Store::open(&options.output, &mut |who| progress.waiting(who))?;
        store.update_from_published(&plan.ledger)?;
        published.notes.extend(store.take_notes());
    }
    Ok(published)
}

/// A place that is damaged is not published to, unless that mends it.
fn refuse_damage(remote: &RemoteState, plan: &Plan, options: &PublishOptions, destination: &Destination) -> Result<()> {
    let shown = &destination.address.shown;
    let inventory = remote.inventory_fault.clone().into_iter();
    let faults: Vec<String> = inventory.chain(plan.damage.iter().cloned()).collect();
    if options.repair || faults.is_empty() {
        return Ok(());
    }
    const SHOWN: usize = 10;
    let more = if faults.len() > SHOWN { format!(" and {} more", faults.len() - SHOWN) } else { String::new() };
    let list = faults.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    bail!("`{shown}` is damaged, and nothing was published: {list}{more}; `brief publish --repair {shown}` sends it again")
}

/// A destination inside the folders of the book, or around that of its versions, would publish itself.
fn apart(options: &PublishOptions, address: &Address) -> Result<()> {
    let Some(folder) = address.folder() else { return Ok(()) };
    Guard::new(&options.root, &options.versions).check(folder)?;
    let real = |path: &Path| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let found =
            absolute.ancestors().find_map(|above| Some((above.canonicalize().ok()?, absolute.strip_prefix(above).ok()?.to_owned())));
        found.map_or(absolute, |(real, rest)| real.join(rest))
    };
    let folder = real(folder);
    for own in [&options.output, &options.versions] {
        let own = real(own);
        if folder.starts_with(&own) || own.starts_with(&folder) {
            bail!("`{}` can't be published into itself: name a destination apart from `{}`", address.shown, own.display());
        }
    }
    Ok(())
}
