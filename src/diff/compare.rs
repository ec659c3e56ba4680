//! What changed between two snapshots: which records came, went, changed or took another id.

use indexmap::IndexMap;

use super::change::{Change, ChangeKind};
use super::fields;
use super::likeness::{self, Features};
use super::node::{Node, ShapePosition};
use crate::model::{CollectionSnapshot, RecordSnapshot, Shapes, Snapshot};

/// The changes that make `head` of `base`, sorted by collection and id.
pub fn compare(base: &Snapshot, head: &Snapshot) -> Vec<Change> {
    let mut names: Vec<&String> = base.collections.keys().chain(head.collections.keys()).collect();
    names.sort();
    names.dedup();
    let nothing = CollectionSnapshot::default();
    let mut changes = Vec::new();
    for name in names {
        let (old, new) = (base.collections.get(name), head.collections.get(name));
        let shapes = &new.filter(|new| !new.shapes.is_empty()).or(old).unwrap_or(&nothing).shapes;
        let ignore = &new.or(old).unwrap_or(&nothing).ignore;
        let collection =
            Collection { name, shapes, ignore, base: &old.unwrap_or(&nothing).records, head: &new.unwrap_or(&nothing).records };
        collection.compare(&mut changes);
    }
    changes.sort_by(|a, b| (&a.collection, &a.id, a.kind).cmp(&(&b.collection, &b.id, b.kind)));
    changes
}

struct Collection<'a> {
    name: &'a str,
    shapes: &'a Shapes,
    /// Fields whose changes are left out; of an added or removed record they are shown.
    ignore: &'a [String],
    base: &'a IndexMap<String, RecordSnapshot>,
    head: &'a IndexMap<String, RecordSnapshot>,
}

impl Collection<'_> {
    fn compare(&self, changes: &mut Vec<Change>) {
        let mut gone: Vec<(&String, &RecordSnapshot)> = self.base.iter().filter(|(id, _)| !self.head.contains_key(*id)).collect();
        let mut come: Vec<(&String, &RecordSnapshot)> = self.head.iter().filter(|(id, _)| !self.base.contains_key(*id)).collect();
        gone.sort_by_key(|(id, _)| *id);
        come.sort_by_key(|(id, _)| *id);
        let features = |records: &[(&String, &RecordSnapshot)]| -> Vec<Features> {
            records.iter().map(|(_, record)| Features::of_fields(&record.fields)).collect()
        };
        let renamed = if gone.is_empty() || come.is_empty() { Vec::new() } else { likeness::pair_up(&features(&gone), &features(&come)) };

        let at = ShapePosition::root(self.shapes);
        for (id, new) in self.head {
            let Some(old) = self.base.get(id).filter(|old| *old != new) else { continue };
            let fields = fields::compare(&self.compared(old), &self.compared(new), at);
            if !fields.is_empty() {
                changes.push(self.change(ChangeKind::Changed, id, new, fields));
            }
        }
        let (mut left, mut arrived) = (vec![true; gone.len()], vec![true; come.len()]);
        for (from, to) in renamed {
            (left[from], arrived[to]) = (false, false);
            let ((old_id, old), (id, new)) = (gone[from], come[to]);
            let fields = fields::compare(&self.compared(old), &self.compared(new), at);
            changes.push(Change { old_id: Some(old_id.clone()), ..self.change(ChangeKind::Renamed, id, new, fields) });
        }
        for ((id, record), _) in gone.iter().zip(left).filter(|(_, left)| *left) {
            changes.push(self.change(ChangeKind::Removed, id, record, fields::removed(&Node::record(record), at)));
        }
        for ((id, record), _) in come.iter().zip(arrived).filter(|(_, arrived)| *arrived) {
            changes.push(self.change(ChangeKind::Added, id, record, fields::added(&Node::record(record), at)));
        }
    }

    /// A record as it is compared with what it was.
    fn compared(&self, record: &RecordSnapshot) -> Node {
        Node::record(record).without(self.ignore)
    }

    fn change(&self, kind: ChangeKind, id: &str, record: &RecordSnapshot, fields: Vec<super::FieldChange>) -> Change {
        Change { collection: self.name.to_owned(), id: id.to_owned(), old_id: None, name: record.name.clone(), kind, fields }
    }
}
