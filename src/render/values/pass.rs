//! State shared by one render, including what its messages need.

use std::fmt;
use std::sync::atomic::{self, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};

use minijinja::Error;

use super::printed::Origin;
use super::prints::Prints;
use crate::model::{Book, Marking, Record};
use crate::render::budget::Budget;

/// State shared by one render: the book, what was printed, and the last undefined name.
#[derive(Debug)]
pub(crate) struct Pass {
    pub(crate) book: Arc<Book>,
    pub(crate) prints: Prints,
    /// Whether its reader may see whatever the book could hold.
    pub(super) sees_all: bool,
    /// The marking of the template's own text.
    pub(crate) text_marking: Marking,
    /// Its remaining budget.
    budget: Budget,
    /// The last undefined field: its owner, its name, and the names that exist.
    missed: Mutex<Option<Miss>>,
    /// The record whose field was read last, as the indexes of collection and record, from 1.
    pub(super) looked: AtomicU64,
    /// The value of a record that stopped the render.
    blamed: Mutex<Option<Origin>>,
    /// The marking of values whose results don't carry it.
    loose: Mutex<Marking>,
    /// Whether the template looked at `changes`.
    pub(crate) saw_changes: atomic::AtomicBool,
}

/// An undefined field.
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

    /// Charges for work of operators and filters, and stops a template that exceeds its budget.
    pub(crate) fn charge(&self, steps: usize) -> Result<(), Error> {
        self.budget.charge(steps)
    }

    /// Charges for text that is read or made.
    pub(crate) fn charge_text(&self, bytes: usize) -> Result<(), Error> {
        self.budget.charge_text(bytes)
    }

    /// The steps that are left.
    #[cfg(test)]
    pub(crate) fn steps_left(&self) -> u64 {
        self.budget.steps_left()
    }

    /// Records the marking of a value whose result doesn't carry it: it then applies to the whole document.
    pub(crate) fn loosen(&self, marking: &Marking) {
        self.loose.lock().unwrap_or_else(PoisonError::into_inner).raise(marking);
    }

    /// The marking of such values.
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

    /// Records the value that stopped the render.
    pub(crate) fn blame(&self, origin: Origin) {
        *self.blamed.lock().unwrap_or_else(PoisonError::into_inner) = Some(origin);
    }

    /// The record whose field was read last.
    pub(crate) fn looked_at(&self) -> Option<&Record> {
        let looked = self.looked.load(atomic::Ordering::Relaxed).checked_sub(1)?;
        let (_, collection) = self.book.collections.get_index(usize::try_from(looked >> 32).ok()?)?;
        collection.records.get_index(usize::try_from(looked & u64::from(u32::MAX)).ok()?).map(|(_, record)| &**record)
    }

    pub(super) fn miss(&self, owner: impl fmt::Display, name: &str, known: impl Iterator<Item = String>) {
        let miss = Miss { owner: owner.to_string(), name: name.to_owned(), known: known.collect() };
        *self.missed.lock().unwrap_or_else(PoisonError::into_inner) = Some(miss);
    }
}
