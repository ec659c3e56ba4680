//! Carries a publication out: takes the lease, plans again if the destination has changed, and sends objects in order.

use anyhow::{Result, bail};

use super::local::Local;
use super::mend;
use super::plan::Plan;
use super::remote::{RemoteState, behind, ensure_audience, first};
use super::signing::Signing;
use super::{FORMER_LATEST, PublishOptions, Published, refuse_damage};
use crate::layout::{self, LEDGER, version_list};
use crate::progress::Progress;
use crate::publish::{
    Condition, Destination, Headers, Inventory, Lease, LeaseAttempt, Lifetime, Marker, Object, Outcome, Sent, Tag, Writes,
};
use crate::version::Ledger;

/// The maximum number of times that an object is sent which arrives damaged.
const ATTEMPTS: usize = 3;

/// A publication to a destination.
pub(super) struct Publication<'a> {
    pub(super) options: &'a PublishOptions,
    pub(super) destination: &'a Destination,
    pub(super) progress: &'a dyn Progress,
}

impl Publication<'_> {
    /// The state of the destination. With `--repair`, a lost or damaged ledger is restored, for the plan to send.
    pub(super) fn remote_state(&self, ledger: &Ledger) -> Result<RemoteState> {
        let mut remote = RemoteState::read(self.destination)?;
        if self.options.repair && remote.lost_ledger().is_some() {
            remote.ledger = mend::ledger(self.destination, &remote, ledger)?;
            remote.ledger_fault = None;
            remote.mended_ledger = true;
        }
        Ok(remote)
    }

    fn lease(&self) -> Result<Option<Lease>> {
        let shown = &self.destination.address.shown;
        if self.options.single_publisher {
            return Ok(None);
        }
        let note = |note: &str| self.progress.note(note);
        match self.destination.lease(&self.options.publisher, self.options.terms, &note)? {
            LeaseAttempt::Mine(lease) => Ok(Some(lease)),
            LeaseAttempt::Busy(who) => bail!("nothing was published: {who}; then run this again, and it says what to do"),
            LeaseAttempt::Unconditional => bail!(
                "`{shown}` has no conditional writes, so two publishers could spoil each other's versions: \
                 publish to another store, or with `--single-publisher` if nobody else ever publishes there"
            ),
        }
    }

    /// Carries out a plan. It was made without the lease, and is made again if the destination has changed since.
    pub(super) fn carry_out(&self, local: &Local<'_>, seen: RemoteState, plan: Plan) -> Result<(Sent, Plan)> {
        let lease = self.lease()?;
        let took_over = lease.as_ref().is_some_and(|lease| lease.took_over);
        let remote = self.remote_state(&local.ledger)?;
        let mut plan = plan;
        if took_over || !remote.is_same(&seen) {
            remote.accepts(self.destination, &local.ledger, self.options)?;
            let generation = remote.inventory.generation + u64::from(took_over);
            plan = Plan::new(local, &remote, self.destination, generation, self.progress)?;
            refuse_damage(&remote, &plan, self.options, self.destination)?;
        }
        if plan.is_empty() {
            return Ok((Sent::default(), plan));
        }
        lease.iter().for_each(Lease::begin);
        let sent = self.send(local, &remote, &mut plan, lease.as_ref())?;
        lease.iter().for_each(Lease::finish);
        Ok((sent, plan))
    }

    fn send(&self, local: &Local<'_>, remote: &RemoteState, plan: &mut Plan, lease: Option<&Lease>) -> Result<Sent> {
        let (options, destination, progress) = (self.options, self.destination, self.progress);
        let writes = if lease.is_some() { Writes::Conditional } else { Writes::Unconditional };
        self.mark(local, remote, lease.is_some())?;
        let mut inventory_tag = remote.inventory_found.as_ref().map(|found| found.tag.clone());
        if !plan.pages.is_empty() || !plan.latest.is_empty() || plan.inventory.generation != remote.inventory.generation {
            // If this is cut off, what it was about to write counts as pending, not as damaged.
            let mut begun = remote.inventory.clone();
            begun.generation = plan.inventory.generation;
            begun.pending.extend(plan.pages.iter().chain(&plan.latest).map(|page| (page.key.clone(), page.sha256.clone())));
            inventory_tag = Some(self.replace(Inventory::KEY, begun.to_json()?.as_bytes(), inventory_tag.as_ref(), lease)?);
        }

        progress.start("publishing", plan.moves().len() as u64);
        let step = |key: &str| progress.step(key);
        let mut sent = Sent::default();
        for objects in [&plan.files, &plan.assets, &plan.pages, &plan.signing.before] {
            self.confirm(lease)?;
            let (more, states) = destination.send(objects, &remote.listed, writes, options.jobs, &step)?;
            sent.objects += more.objects;
            sent.bytes += more.bytes;
            sent.there += more.there;
            plan.inventory.states.extend(states);
        }
        self.confirm(lease)?;
        if plan.ledger_changes {
            let tag = remote.ledger_found.as_ref().map(|found| found.tag.clone());
            self.replace(LEDGER, plan.ledger_text.as_bytes(), tag.as_ref(), lease)?;
            sent.objects += 1;
            sent.bytes += plan.ledger_text.len() as u64;
            step(LEDGER);
        }
        // In a folder, the former file has the name of the folder that replaces it.
        if remote.listed.contains_key(FORMER_LATEST) && (options.adopt || remote.inventory.files.contains_key(FORMER_LATEST)) {
            destination.delete(&[FORMER_LATEST.to_owned()])?;
            plan.inventory.states.remove(FORMER_LATEST);
            plan.inventory.retired.remove(FORMER_LATEST);
        }
        let after: Vec<Object> = plan.latest.iter().chain(&plan.signing.after).cloned().collect();
        let (more, states) = destination.send(&after, &remote.listed, writes, 1, &step)?;
        sent.objects += more.objects;
        sent.bytes += more.bytes;
        sent.there += more.there;
        plan.inventory
            .states
            .extend(states.into_iter().filter(|(key, _)| key.split_once('/').is_some_and(|(folder, _)| folder == layout::LATEST)));
        progress.finish();

        let removals = &plan.removals;
        plan.inventory.states.retain(|key, _| !removals.contains(key));
        if plan.inventory_changes {
            self.replace(Inventory::KEY, plan.inventory.to_json()?.as_bytes(), inventory_tag.as_ref(), lease)?;
        }
        if !plan.removals.is_empty() {
            self.confirm(lease)?;
            destination.delete(&plan.removals)?;
        }
        Ok(sent)
    }

    fn confirm(&self, lease: Option<&Lease>) -> Result<()> {
        lease.map_or(Ok(()), Lease::confirm)
    }

    /// Replaces an object on condition that it is as it was seen, or absent; sends it again if it arrives damaged.
    fn replace(&self, key: &str, bytes: &[u8], seen: Option<&Tag>, lease: Option<&Lease>) -> Result<Tag> {
        let destination = self.destination;
        let headers = Headers { content_type: "application/json", lifetime: Lifetime::Short, file_name: None };
        let shown = destination.address.object(key);
        let mut seen = seen.cloned();
        for _ in 0..ATTEMPTS {
            let condition = match (&seen, lease) {
                (_, None) => Condition::Always,
                (Some(tag), Some(_)) => Condition::Unchanged(tag),
                (None, Some(_)) => Condition::Absent,
            };
            let outcome = destination.write(key, bytes, &headers, condition)?;
            // If the answer was lost, reading shows whether the object was written.
            let current = destination.read(key, bytes.len() as u64 + (1 << 20))?;
            match (outcome, current) {
                (_, Some(current)) if current.bytes == bytes => return Ok(current.tag),
                (Outcome::Written(_), Some(current)) => seen = Some(current.tag),
                (Outcome::Written(_), None) => seen = None,
                (Outcome::Refused, _) => {
                    let shown = &destination.address.shown;
                    return Err(behind(shown, &format!("somebody else has published to `{shown}` meanwhile")));
                }
                (Outcome::Unsupported, _) => {
                    bail!("`{}` has no conditional writes of what is there: publish with `--single-publisher`", destination.address.shown)
                }
            }
        }
        bail!(
            "`{shown}` was sent {ATTEMPTS} times, and never arrived whole: `brief publish --repair` mends it when the way there is better"
        )
    }

    /// Writes the marker before anything else.
    fn mark(&self, local: &Local<'_>, remote: &RemoteState, exclusive: bool) -> Result<()> {
        let own = first(&local.ledger).unwrap_or_default();
        if remote.marker.as_ref().is_some_and(|marker| marker.first == own) {
            return Ok(());
        }
        let marker = Marker::new(local.title.clone(), self.options.audience.clone(), own);
        let condition = match (&remote.marker_found, exclusive) {
            (_, false) => Condition::Always,
            (Some(found), true) => Condition::Unchanged(&found.tag),
            (None, true) => Condition::Absent,
        };
        let headers = Headers::of(Marker::KEY, Lifetime::Short);
        if matches!(self.destination.write(Marker::KEY, marker.to_json()?.as_bytes(), &headers, condition)?, Outcome::Written(_)) {
            return Ok(());
        }
        let shown = &self.destination.address.shown;
        Err(behind(shown, &format!("somebody else has begun to publish to `{shown}` meanwhile")))
    }

    /// Restores a lost ledger if the local versions differ from those there: nothing else is published.
    pub(super) fn mend_ledger(&self, ledger: &Ledger) -> Result<Published> {
        let shown = &self.destination.address.shown;
        let lease = if self.options.dry_run { None } else { self.lease()? };
        let remote = self.remote_state(ledger)?;
        if !remote.mended_ledger {
            return Err(behind(shown, &format!("somebody else has mended `{shown}` meanwhile")));
        }
        if let Some(marker) = &remote.marker {
            ensure_audience(marker, self.options.audience.as_deref(), shown)?;
        }
        let text = remote.ledger.to_json()?;
        if !self.options.dry_run {
            let writes = if lease.is_some() { Writes::Conditional } else { Writes::Unconditional };
            let signing = Signing::new(self.options, &remote, self.destination, &remote.ledger, &text)?;
            self.destination.send(&signing.before, &remote.listed, writes, 1, &|_| {})?;
            let tag = remote.ledger_found.as_ref().map(|found| found.tag.clone());
            self.replace(LEDGER, text.as_bytes(), tag.as_ref(), lease.as_ref())?;
            self.destination.send(&signing.after, &remote.listed, writes, 1, &|_| {})?;
        }
        let numbers: Vec<u32> = remote.ledger.versions().iter().map(|entry| entry.number).collect();
        let size = text.len() as u64;
        Ok(Published {
            newest: numbers.first().copied().unwrap_or(0),
            moves: vec![(LEDGER.to_owned(), size)],
            removals: Vec::new(),
            sent: Sent { objects: usize::from(!self.options.dry_run), bytes: size, there: 0 },
            pruned: remote.ledger.versions().iter().filter(|entry| entry.pruned).map(|entry| entry.number).collect(),
            unchanged: false,
            mended: vec![format!("`{LEDGER}` was restored from the manifests of {}", version_list(&numbers))],
            unmended: Vec::new(),
            notes: vec![format!("the versions here are not those there: nothing else was sent; run `brief build --ledger {shown}`")],
        })
    }
}
