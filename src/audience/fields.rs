//! One record as an audience gets it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::markdown::{looks_marked, mistaken, without};
use super::{MarkedBlock, Reason, Stage, View, schema, settings};
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::{Pointer, Segment};
use crate::model::{
    Citation, Claim, Collection, Held, Map, Marking, Record, Reference, Reserved, SOURCES, Shape, ShapeId, Shapes, SharedRecord, VIA,
    Value, may_hold_blocks,
};

/// Whether nothing is taken out of a record, provided that its schema withholds no field.
pub(super) fn is_seen_whole(stage: &Stage<'_>, record: &SharedRecord) -> bool {
    let names = record.names();
    if record.marked.is_empty() && !names.may_hold_blocks() && !names.may_refer_to(&stage.withheld) {
        return true;
    }
    record.marked.is_empty()
        && record.own.sources.iter().all(|citation| !stage.is_hidden_source(&citation.source))
        && record.nested.values().all(|said| said.own.sources.iter().all(|citation| !stage.is_hidden_source(&citation.source)))
        && record.relays().iter().all(|id| !stage.is_hidden_source(id))
        && record.fields.values().all(|value| is_whole(stage, value))
}

/// The record without what was taken out of it.
pub(super) fn visible(stage: &Stage<'_>, collection: &Collection, shared: &SharedRecord, view: &mut View) -> SharedRecord {
    let record: &Record = shared;
    let own = settings::attribution(stage, &record.own);
    let mut walk = Walk {
        stage,
        shapes: &collection.shapes,
        record,
        written: Pointer::root(),
        shown: Pointer::root(),
        nested: BTreeMap::new(),
        marked: BTreeMap::new(),
        lists: Vec::new(),
        moved: Vec::new(),
    };
    let fields = walk.map(&record.fields, (!collection.shapes.is_empty()).then_some(Shapes::ROOT));
    let Walk { nested, marked, lists, moved, .. } = walk;
    view.lacking.lists.extend(lists.into_iter().map(|list| (record.path(), list)));
    if !moved.is_empty() {
        view.places.moved.insert((record.file.clone(), record.pointer.clone()), moved);
    }
    let mut left = SharedRecord::new(Record { fields: Arc::new(fields), own, nested, marked, ..bare(record) });
    left.set_position(shared.position());
    left
}

/// Whether a value can be kept without a closer look, provided that nothing in its record has a marking of its own.
fn is_whole(stage: &Stage<'_>, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => true,
        Value::Text(text) | Value::Markdown(text) => !may_hold_blocks(text),
        Value::Reference(reference) => !is_hidden(stage, reference),
        Value::Claim(claim) => {
            claim.sources.iter().all(|citation| !stage.is_hidden_source(&citation.source))
                && claim.value().is_none_or(|value| is_whole(stage, value))
        }
        Value::List(items) => items.iter().all(|item| is_whole(stage, item)),
        Value::Map(fields) => fields.values().all(|value| is_whole(stage, value)),
    }
}

fn is_hidden(stage: &Stage<'_>, reference: &Reference) -> bool {
    stage.hidden_collections.contains(reference.collection.as_str()) || stage.is_hidden(&reference.collection, &reference.id)
}

/// A record while values are taken out of it.
struct Walk<'a> {
    stage: &'a Stage<'a>,
    shapes: &'a Shapes,
    record: &'a Record,
    /// The value's path in the original record, and in the filtered one.
    written: Pointer,
    shown: Pointer,
    nested: BTreeMap<Pointer, Reserved>,
    marked: BTreeMap<Pointer, Marking>,
    /// Paths, in the filtered record, of lists that lost items.
    lists: Vec<Pointer>,
    /// Values that moved: the new path and the old one.
    moved: Vec<(Pointer, Pointer)>,
}

impl<'a> Walk<'a> {
    fn shape(&self, id: Option<ShapeId>) -> Option<&'a Shape> {
        self.shapes.get(id?)
    }

    /// Runs `work` on a value of a mapping or list; `index` is its index in the filtered one.
    fn below<T>(&mut self, key: impl Segment, shown: impl Segment, work: impl FnOnce(&mut Self) -> T) -> T {
        self.written.push(key);
        self.shown.push(shown);
        let result = work(self);
        self.written.pop();
        self.shown.pop();
        result
    }

    fn map(&mut self, fields: &Map, shape: Option<ShapeId>) -> Map {
        if let Some(said) = self.record.nested.get(&self.written) {
            let own = settings::attribution(self.stage, &said.own);
            self.nested.insert(self.shown.clone(), Reserved { own, ..said.clone() });
        }
        let mut kept = Map::with_capacity(fields.len());
        for (key, value) in fields {
            let inner = shape.and_then(|shape| self.shapes.property(shape, key));
            let declared = self.shape(inner);
            if declared.is_some_and(|declared| schema::is_hidden(self.stage, declared)) {
                self.below(key, key, |walk| walk.absent_by_schema(declared));
                continue;
            }
            let value = self.below(key, key, |walk| walk.value(value, inner));
            // A key that isn't in the schema may itself reveal something, so it is removed together with its value.
            let is_named = self.shape(shape).is_some_and(|shape| shape.properties.contains_key(key));
            let value = value.or_else(|| declared.filter(|_| is_named)?.withheld.clone().map(Value::Text));
            kept.extend(value.map(|value| (key.clone(), value)));
        }
        // A field that the schema withholds gets its placeholder text in every record, with or without a value.
        for (key, inner) in self.shape(shape).into_iter().flat_map(|shape| &shape.properties) {
            let text =
                self.shapes.get(*inner).filter(|shape| schema::is_hidden(self.stage, shape)).and_then(|shape| shape.withheld.clone());
            kept.extend(text.map(|text| (key.clone(), Value::Text(text))));
        }
        kept
    }

    fn absent_by_schema(&self, shape: Option<&Shape>) {
        let marking = shape.map(|shape| shape.marking.and(&self.record.marking)).unwrap_or_default();
        let reason =
            match shape.and_then(|shape| shape.reference.as_ref()).filter(|name| self.stage.hidden_collections.contains(name.as_str())) {
                Some(name) => Reason::Reference(name.clone()),
                None => Reason::Marked(marking),
            };
        self.stage.absent(self.record.path(), &self.written, reason);
    }

    /// What is left of a value, if anything is.
    fn value(&mut self, value: &Value, shape: Option<ShapeId>) -> Option<Value> {
        if let Some(marking) = self.record.marked.get(&self.written) {
            if !self.stage.may_see(marking) {
                self.stage.absent(self.record.path(), &self.written, Reason::Marked(marking.clone()));
                return None;
            }
            self.marked.insert(self.shown.clone(), marking.clone());
        }
        let left = match value {
            Value::Claim(claim) => self.claim(claim, shape).map(|claim| Value::Claim(Box::new(claim))),
            other => self.held(other, shape),
        };
        if left.is_none() {
            // An absent value gets no placeholder text.
            let shown = &self.shown;
            self.nested.retain(|path, _| path.below(shown).is_none());
            self.marked.retain(|path, _| path.below(shown).is_none());
            self.lists.retain(|path| path.below(shown).is_none());
        }
        left
    }

    /// A claim keeps the sources that the audience may see; if none of its sources is left, the claim is taken out.
    fn claim(&mut self, claim: &Claim, shape: Option<ShapeId>) -> Option<Claim> {
        let sources: Vec<Citation> =
            claim.sources.iter().filter(|citation| !self.stage.is_hidden_source(&citation.source)).cloned().collect();
        if sources.is_empty() && !claim.sources.is_empty() {
            self.stage.absent(self.record.path(), &self.written, Reason::Unsourced);
            return None;
        }
        let held = match &claim.held {
            Held::Known { value, qualifier } => Held::Known { value: self.held(value, shape)?, qualifier: *qualifier },
            other => other.clone(),
        };
        Some(Claim { held, sources, path: self.shown.clone(), ..bare_claim(claim) })
    }

    /// What a claim holds, whose marking is the claim's own, or a value that is no claim. Of what holds nothing any more it
    /// would tell that something was there, so it goes with what was in it.
    fn held(&mut self, value: &Value, shape: Option<ShapeId>) -> Option<Value> {
        Some(match value {
            Value::Reference(reference) => self.reference(reference, self.shape(shape))?,
            Value::List(items) => {
                let left = self.list(items, shape);
                if left.is_empty() && !items.is_empty() {
                    return None;
                }
                Value::List(left)
            }
            Value::Map(fields) => {
                let left = self.map(fields, shape);
                if left.is_empty() && !fields.is_empty() {
                    return None;
                }
                Value::Map(left)
            }
            Value::Markdown(text) => {
                let left = self.markdown(text);
                if left.is_empty() && !text.is_empty() {
                    return None;
                }
                Value::Markdown(left)
            }
            // `via` of a source always names another source, even if the schema doesn't declare a reference.
            Value::Text(id) if self.is_relay() => {
                let reference = Reference { collection: SOURCES.to_owned(), id: id.clone() };
                match is_hidden(self.stage, &reference) {
                    true => self.reference(&reference, self.shape(shape))?,
                    false => value.clone(),
                }
            }
            Value::Text(text) if text.lines().any(looks_marked) => {
                let name = format!("`{}{}`", self.record.path(), self.written);
                let message = format!("{name} holds a marked block, which is text like any other there and would be shown to all");
                let fault = self.fault(Code::UnknownMarking, message).help("say `format: markdown` of the field in its schema");
                self.stage.faults.borrow_mut().push(fault);
                return None;
            }
            other => other.clone(),
        })
    }

    /// Whether the value names a source that relays the record.
    fn is_relay(&self) -> bool {
        self.record.collection == SOURCES && self.written.segments().next().is_some_and(|field| field == VIA)
    }

    fn reference(&mut self, reference: &Reference, shape: Option<&Shape>) -> Option<Value> {
        if !is_hidden(self.stage, reference) {
            return Some(Value::Reference(reference.clone()));
        }
        let target = format!("{}/{}", reference.collection, reference.id);
        self.stage.absent(self.record.path(), &self.written, Reason::Reference(target.clone()));
        if let Some(text) = shape.and_then(|shape| shape.withheld.clone()) {
            return Some(Value::Text(text));
        }
        let field = self.written.as_str().trim_start_matches('/');
        let message = format!(
            "`{field}` of `{}` names `{target}`, which the audience `{}` may not see",
            self.record.path(),
            self.stage.audience.name
        );
        let place = Place::value(&self.record.file, self.record.pointer.join(&self.written));
        self.stage.faults.borrow_mut().push(
            Diagnostic::error(Code::WithheldReference, place, message)
                .record(self.record.path())
                .help("give the field or the record that names it at least its marking")
                .help("or say in the schema what stands in its place for those who may not see it: `x-withheld: not released`"),
        );
        None
    }

    fn list(&mut self, items: &[Value], shape: Option<ShapeId>) -> Vec<Value> {
        let of_list = self.shape(shape);
        let item_shape = |index: usize| shape.and_then(|shape| self.shapes.item(shape, index));
        let shapes: Vec<Option<ShapeId>> = (0..items.len()).map(item_shape).collect();
        let all = of_list.and_then(|list| list.items).and_then(|id| self.shapes.get(id)).filter(|item| schema::is_hidden(self.stage, item));
        if let Some(item) = all {
            // The schema withholds all items, and so their number as well.
            for index in 0..items.len() {
                self.below(index, 0, |walk| walk.absent_by_schema(Some(item)));
            }
            self.lists.push(self.shown.clone());
            return item.withheld.clone().map(Value::Text).into_iter().collect();
        }
        let mut kept: Vec<Value> = Vec::with_capacity(items.len());
        for (index, (item, shape)) in items.iter().zip(shapes).enumerate() {
            let place = kept.len();
            let declared = self.shape(shape);
            let value = self.below(index, place, |walk| {
                if declared.is_some_and(|declared| schema::is_hidden(walk.stage, declared)) {
                    walk.absent_by_schema(declared);
                    return declared?.withheld.clone().map(Value::Text);
                }
                if index != place {
                    walk.moved.push((walk.shown.clone(), walk.written.clone()));
                }
                match item {
                    // `x-ref` on a list means each of its items, and so does `x-withheld`.
                    Value::Reference(reference) => walk.reference(reference, declared.filter(|item| item.withheld.is_some()).or(of_list)),
                    item => walk.value(item, shape),
                }
            });
            kept.extend(value);
        }
        if kept.len() < items.len() {
            self.lists.push(self.shown.clone());
        }
        // Indexes count the remaining items only.
        let (list, count) = (self.shown.clone(), kept.len());
        self.moved.retain(|(shown, _)| {
            let index = shown.below(&list).and_then(|rest| rest.segments().next()?.parse::<usize>().ok());
            index.is_none_or(|index| index < count)
        });
        kept
    }

    /// A text without the blocks that may not be seen.
    fn markdown(&self, text: &str) -> String {
        if !may_hold_blocks(text) {
            return text.to_owned();
        }
        let blocks = (self.stage.markdown.marked_blocks)(text);
        let name = format!("`{}{}`", self.record.path(), self.written);
        if let Some(line) = mistaken(text, &blocks).first() {
            self.block_fault(
                Code::UnknownMarking,
                format!("line {line} of {name} looks like the first of a marked block, and marks nothing"),
            );
            return String::new();
        }
        for label in blocks.iter().flat_map(|block| block.marking.labels()).filter(|label| self.stage.scheme.find(label).is_none()) {
            let is_word_of = |name: &&str| name.split(' ').count() > 1 && name.split(' ').any(|word| word == label);
            let quoted = self
                .stage
                .scheme
                .names()
                .find(is_word_of)
                .map(|name| format!("a label with spaces stands in quotes: `:::marked \"{name}\"`"));
            let meant = quoted.or_else(|| did_you_mean(label, self.stage.scheme.names()));
            let fault = self.fault(Code::UnknownMarking, format!("the marking `{label}` of a block in {name} is no label of the book"));
            self.stage.faults.borrow_mut().push(fault.maybe_help(meant));
        }
        let hidden: Vec<&MarkedBlock> = blocks.iter().filter(|block| !self.may_see_block(block)).collect();
        for block in &hidden {
            self.stage.absent(self.record.path(), &self.written, Reason::Marked(self.stage.scheme.named(&block.marking)));
        }
        let left = without(text, &hidden);
        // If a block can't be cut out cleanly, drop the whole text.
        let is_left = |left: &str| (self.stage.markdown.marked_blocks)(left).iter().any(|block| !self.may_see_block(block));
        if hidden.iter().any(|block| !block.is_alone) || (!hidden.is_empty() && is_left(&left)) {
            let labels = hidden.iter().map(|block| format!("`{}`", block.marking)).collect::<Vec<_>>().join(", ");
            self.block_fault(
                Code::WithheldReference,
                format!("a block marked {labels} in {name} has no lines of its own, or ends within code, so it can't be taken out"),
            );
            return String::new();
        }
        left
    }

    fn may_see_block(&self, block: &MarkedBlock) -> bool {
        self.stage.may_see(&self.stage.scheme.named(&block.marking))
    }

    fn fault(&self, code: Code, message: String) -> Diagnostic {
        Diagnostic::error(code, Place::value(&self.record.file, self.record.pointer.join(&self.written)), message)
            .record(self.record.path())
    }

    fn block_fault(&self, code: Code, message: String) {
        let help = "begin and end it at the margin, outside of lists, quotes and code: `:::marked TLP:RED`, its text, `:::`";
        self.stage.faults.borrow_mut().push(self.fault(code, message).help(help));
    }
}

/// A copy of a record without its fields; the caller fills these in.
fn bare(record: &Record) -> Record {
    Record {
        collection: record.collection.clone(),
        id: record.id.clone(),
        file: record.file.clone(),
        pointer: record.pointer.clone(),
        fields: Arc::default(),
        own: Default::default(),
        allow: record.allow.clone(),
        nested: BTreeMap::new(),
        marking: record.marking.clone(),
        marked: BTreeMap::new(),
    }
}

/// A copy of a claim without its value and sources; the caller fills these in.
fn bare_claim(claim: &Claim) -> Claim {
    Claim {
        held: Held::Unknown(String::new()),
        unit: claim.unit.clone(),
        sources: Vec::new(),
        as_of: claim.as_of,
        marking: claim.marking.clone(),
        confidence: claim.confidence.clone(),
        path: Pointer::root(),
        envelope: claim.envelope,
        own_source: claim.own_source,
    }
}
