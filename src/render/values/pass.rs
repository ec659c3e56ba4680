//! What one render shares, and what it remembers for messages.

use std::fmt;
use std::sync::atomic::{self, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::Error;

use super::printed::Origin;
use crate::model::{Book, Marking, Record};
use crate::render::budget::Budget;
use crate::render::token::Prints;

/// What one render shares: the book, what was printed, and the last name that wasn't there.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) book: Arc<Book>,
    pub(crate) prints: Prints,
    /// Whether its reader may see whatever the book could hold.
    pub(super) sees_all: bool,
    /// What the template's own text bears.
    pub(crate) text_marking: Marking,
    /// What it may still take.
    budget: Budget,
    /// The last field that was asked for and isn't there: who lacks it, its name, the names there are.
    missed: Mutex<Option<Miss>>,
    /// The record whose field was read last, as the indexes of collection and record, from 1.
    pub(super) looked: AtomicU64,
    /// The value of a record that stopped the render.
    blamed: Mutex<Option<Origin>>,
    /// What values bear of which something was made that doesn't say where it comes from.
    loose: Mutex<Marking>,
    /// Whether the template looked at `changes`.
    pub(crate) saw_changes: atomic::AtomicBool,
}

/// A field that was asked for and isn't there.
#[derive(Debug, Clone)]
pub(crate) struct Miss {
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) known: Vec<String>,
}

impl Pass {
    pub(crate) fn new(book: Arc<Book>) -> Arc<Pass> {
        let records = book.collections.values().map(|collection| collection.records.len()).sum();
        Arc::new(Pass {
            sees_all: book.settings.reader.as_ref().is_none_or(|reader| book.settings.markings.allows_all(&reader.clearance)),
            text_marking: book.settings.text_marking(),
            book,
            prints: Prints::default(),
            budget: Budget::new(records),
            missed: Mutex::new(None),
            blamed: Mutex::new(None),
            loose: Mutex::default(),
            looked: AtomicU64::new(0),
            saw_changes: false.into(),
        })
    }

    /// Counts work of operators and filters, and stops a template that takes more work or memory than it may.
    pub(crate) fn charge(&self, steps: usize) -> Result<(), Error> {
        self.budget.charge(steps)
    }

    /// Counts text that is read or made.
    pub(crate) fn charge_text(&self, bytes: usize) -> Result<(), Error> {
        self.budget.charge_text(bytes)
    }

    /// The steps that are left.
    #[cfg(test)]
    pub(crate) fn steps_left(&self) -> u64 {
        self.budget.steps_left()
    }

    /// Notes that something is made of a value that doesn't say where it comes from: the whole document then bears it.
    pub(crate) fn loosen(&self, marking: &Marking) {
        self.loose.lock().unwrap_or_else(PoisonError::into_inner).raise(marking);
    }

    /// What such values bear.
    pub(crate) fn loose(&self) -> Marking {
        self.loose.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn missed(&self) -> Option<Miss> {
        self.missed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The value of a record that stopped the render, where one did.
    pub(crate) fn blamed(&self) -> Option<Origin> {
        self.blamed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes that the render stops for what is wrong with this value.
    pub(crate) fn blame(&self, origin: Origin) {
        *self.blamed.lock().unwrap_or_else(PoisonError::into_inner) = Some(origin);
    }

    /// The record whose field was read last.
    pub(crate) fn looked_at(&self) -> Option<&Record> {
        let looked = self.looked.load(atomic::Ordering::Relaxed).checked_sub(1)?;
        let (_, collection) = self.book.collections.get_index(usize::try_from(looked >> 32).ok()?)?;
        collection.records.get_index(usize::try_from(looked & u64::from(u32::MAX)).ok()?).map(|(_, record)| record)
    }

    pub(super) fn miss(&self, owner: impl fmt::Display, name: &str, known: impl Iterator<Item = String>) {
        let miss = Miss { owner: owner.to_string(), name: name.to_owned(), known: known.collect() };
        *self.missed.lock().unwrap_or_else(PoisonError::into_inner) = Some(miss);
    }
}
