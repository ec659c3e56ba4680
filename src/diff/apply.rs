//! Applies changes to a base, which gives the head up to normal order: the proof that nothing is left out.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow, bail};
use indexmap::IndexMap;
use serde_json::Value as Json;

use super::change::{Change, ChangeKind, FieldChange, FieldKind, FieldPart};
use super::node::{ClaimParts, Kind, Node, ShapePosition};
use crate::layout::Pointer;
use crate::model::{Shapes, Snapshot};

/// A snapshot's records in normal form, without the fields that its settings ignore: two are equal where they say the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Normal(BTreeMap<(String, String), Node>);

impl Normal {
    /// The normal form of a snapshot.
    pub fn of(snapshot: &Snapshot) -> Normal {
        normal(records(snapshot), snapshot)
    }
}

/// The base with the changes made, in normal form as the base's schemas have it.
pub fn apply(base: &Snapshot, changes: &[Change]) -> Result<Normal> {
    let mut records = records(base);
    for change in changes {
        let place = |id: &str| (change.collection.clone(), id.to_owned());
        let missing = || anyhow!("there is no record {}/{}", change.collection, change.old_id.as_ref().unwrap_or(&change.id));
        let record = match change.kind {
            ChangeKind::Added => Node::empty(),
            ChangeKind::Removed | ChangeKind::Changed => records.remove(&place(&change.id)).ok_or_else(missing)?,
            ChangeKind::Renamed => records.remove(&place(change.old_id.as_ref().unwrap_or(&change.id))).ok_or_else(missing)?,
        };
        if change.kind != ChangeKind::Removed {
            let record = edit(record, &change.fields).with_context(|| format!("in {}/{}", change.collection, change.id))?;
            records.insert(place(&change.id), record);
        }
    }
    Ok(normal(records, base))
}

fn records(snapshot: &Snapshot) -> BTreeMap<(String, String), Node> {
    let all = snapshot.collections.iter().flat_map(|(name, c)| c.records.iter().map(move |(id, record)| (name, id, record)));
    all.map(|(name, id, record)| ((name.clone(), id.clone()), Node::record(record))).collect()
}

fn normal(mut records: BTreeMap<(String, String), Node>, shapes: &Snapshot) -> Normal {
    let none = Shapes::default();
    for ((collection, _), record) in &mut records {
        let about = shapes.collections.get(collection);
        *record = record.clone().without(about.map_or(&[], |c| c.ignore.as_slice()));
        record.normalize(ShapePosition::root(about.map_or(&none, |c| &c.shapes)));
    }
    Normal(records)
}

/// A node whose items keep their first numbers while others come and go.
struct EditedNode {
    kind: EditedKind,
    parts: ClaimParts,
}

enum EditedKind {
    Scalar(Json),
    Map(IndexMap<String, EditedNode>),
    List { slots: Vec<Option<EditedNode>>, inserts: Vec<(usize, EditedNode)> },
}

fn edit(record: Node, fields: &[FieldChange]) -> Result<Node> {
    let mut work = EditedNode::open(record);
    let (edits, mut structural): (Vec<&FieldChange>, Vec<&FieldChange>) =
        fields.iter().partition(|change| change.part != FieldPart::Value || change.kind == FieldKind::Changed);
    for change in edits {
        let target = work.find(&change.base_path)?;
        target.edit(change).with_context(|| format!("at {}", change.path))?;
    }
    // What is inside comes before what holds it, which may move away.
    structural.sort_by_key(|change| std::cmp::Reverse(change.base_path.depth()));
    for change in structural {
        work.restructure(change).with_context(|| format!("at {}", change.path))?;
    }
    Ok(work.close())
}

impl EditedNode {
    fn open(node: Node) -> EditedNode {
        let kind = match node.kind {
            Kind::Scalar(json) => EditedKind::Scalar(json),
            Kind::Map(fields) => EditedKind::Map(fields.into_iter().map(|(key, value)| (key, EditedNode::open(value))).collect()),
            Kind::List(items) => {
                EditedKind::List { slots: items.into_iter().map(|item| Some(EditedNode::open(item))).collect(), inserts: Vec::new() }
            }
        };
        EditedNode { kind, parts: node.parts }
    }

    fn close(self) -> Node {
        let kind = match self.kind {
            EditedKind::Scalar(json) => Kind::Scalar(json),
            EditedKind::Map(fields) => Kind::Map(fields.into_iter().map(|(key, value)| (key, value.close())).collect()),
            EditedKind::List { slots, mut inserts } => {
                let mut items: Vec<Node> = slots.into_iter().flatten().map(EditedNode::close).collect();
                inserts.sort_by_key(|(index, _)| *index);
                for (index, item) in inserts {
                    items.insert(index.min(items.len()), item.close());
                }
                Kind::List(items)
            }
        };
        Node { parts: self.parts, ..Node::from(kind) }
    }

    fn find(&mut self, pointer: &Pointer) -> Result<&mut EditedNode> {
        let mut work = self;
        for segment in pointer.segments() {
            let below = match &mut work.kind {
                EditedKind::Map(fields) => fields.get_mut(&*segment),
                EditedKind::List { slots, .. } => segment.parse::<usize>().ok().and_then(|index| slots.get_mut(index)?.as_mut()),
                EditedKind::Scalar(_) => None,
            };
            work = below.ok_or_else(|| anyhow!("there is nothing at {pointer}"))?;
        }
        Ok(work)
    }

    fn edit(&mut self, change: &FieldChange) -> Result<()> {
        let text = || change.new.as_ref().and_then(Json::as_str).map(str::to_owned);
        match change.part {
            FieldPart::Source => {
                self.parts.source = match &change.new {
                    Some(sources) => serde_json::from_value(sources.clone())?,
                    None => Vec::new(),
                }
            }
            FieldPart::AsOf => self.parts.as_of = text(),
            FieldPart::Marking => self.parts.marking = text(),
            FieldPart::Confidence => self.parts.confidence = text(),
            FieldPart::Value => {
                let new = change.new.as_ref().context("a changed value has no new one")?;
                let new = Node::from_data(new, &change.new_claims);
                let ClaimParts { qualifier, unit, .. } = new.parts.clone();
                self.kind = EditedNode::open(new).kind;
                (self.parts.qualifier, self.parts.unit) = (qualifier, unit);
            }
        }
        Ok(())
    }

    fn restructure(&mut self, change: &FieldChange) -> Result<()> {
        let (parent, last) = change.base_path.split_last().context("a record can't be put into itself")?;
        let head = change.head_path.index();
        let new = change.new.as_ref().map(|new| EditedNode::open(Node::from_data(new, &change.new_claims)));
        match (&mut self.find(&parent)?.kind, change.kind, new) {
            (EditedKind::Map(fields), FieldKind::Added, Some(new)) => drop(fields.insert(last, new)),
            (EditedKind::Map(fields), FieldKind::Removed, _) => drop(fields.shift_remove(&last)),
            (EditedKind::List { inserts, .. }, FieldKind::Added, Some(new)) => inserts.push((head.context("no place in the list")?, new)),
            (EditedKind::List { slots, inserts }, FieldKind::Removed | FieldKind::Moved, _) => {
                let slot = last.parse::<usize>().ok().and_then(|index| slots.get_mut(index)).context("no such item")?;
                let item = slot.take().context("the item is gone already")?;
                if change.kind == FieldKind::Moved {
                    inserts.push((head.context("no place in the list")?, item));
                }
            }
            _ => bail!("the change doesn't fit what is there"),
        }
        Ok(())
    }
}
