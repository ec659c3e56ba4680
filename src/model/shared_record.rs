//! A record that a book and what audiences get of it share.

use std::ops::Deref;
use std::sync::Arc;

use super::{Names, Record};

/// A record in a collection. Nobody can change it there, so what it names of others is found once, when it is made, and a
/// view of the book that withholds nothing of it shares it.
///
/// To change a record, change a copy of it and make a new one of that.
#[derive(Clone)]
pub struct SharedRecord {
    shared: Arc<Indexed>,
    position: usize,
}

struct Indexed {
    record: Record,
    names: Names,
}

impl SharedRecord {
    /// The record as the first of its collection.
    pub fn new(record: Record) -> SharedRecord {
        let names = Names::of(&record);
        SharedRecord { shared: Arc::new(Indexed { record, names }), position: 0 }
    }

    /// Says where the record stands in its collection as that is written.
    pub fn set_position(&mut self, position: usize) {
        self.position = position;
    }

    /// Its place among the records of its collection as they are written, before they are sorted.
    pub fn position(&self) -> usize {
        self.position
    }

    /// What it names of other records.
    pub fn names(&self) -> &Names {
        &self.shared.names
    }
}

impl Deref for SharedRecord {
    type Target = Record;

    fn deref(&self) -> &Record {
        &self.shared.record
    }
}

impl std::fmt::Debug for SharedRecord {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SharedRecord").field("record", &**self).field("position", &self.position).finish()
    }
}

impl PartialEq for SharedRecord {
    fn eq(&self, other: &SharedRecord) -> bool {
        self.position == other.position && (Arc::ptr_eq(&self.shared, &other.shared) || **self == **other)
    }
}
