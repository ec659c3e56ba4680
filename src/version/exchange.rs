//! Two ledgers of one book, the local one and the published one: how they relate, and what to publish.

use std::collections::BTreeSet;

use super::{Entry, Ledger};

/// How one ledger relates to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// It has all that the other has, each version the same.
    Covers,
    /// The other has versions that it lacks, newest first.
    Lacks(Vec<u32>),
    /// This number names two contents.
    Differs(u32),
}

impl Ledger {
    /// How this ledger relates to another.
    pub fn relation(&self, other: &Ledger) -> Relation {
        let mut lacking = Vec::new();
        for entry in &other.versions {
            match self.get(entry.number) {
                Some(own) if own.digest == entry.digest && own.manifest == entry.manifest => {}
                Some(_) => return Relation::Differs(entry.number),
                None => lacking.push(entry.number),
            }
        }
        if lacking.is_empty() { Relation::Covers } else { Relation::Lacks(lacking) }
    }

    /// The ledger as readers get it, where the files of these versions stand: what `there` says already, and what
    /// this one adds to it.
    pub fn for_readers(&self, there: &Ledger, held: &BTreeSet<u32>) -> Ledger {
        let versions: Vec<Entry> = self
            .versions
            .iter()
            .map(|own| {
                let mut entry = there.get(own.number).unwrap_or(own).clone();
                for commit in &own.commits {
                    entry.add_commit(commit);
                }
                entry.pruned = !held.contains(&own.number);
                entry
            })
            .collect();
        let published = versions.iter().find(|entry| !entry.pruned).map(|entry| entry.number);
        Ledger { versions, published }
    }
}
