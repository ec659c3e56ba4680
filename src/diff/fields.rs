//! What changed in a record, field by field.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::change::{FieldChange, FieldKind, FieldPart};
use super::lists::Matching;
use super::node::{ClaimParts, Kind, Node, Qualifier, ShapePosition};
use super::spaces;
use super::text::{self, Line};
use super::words::{self, Word};
use crate::layout::Pointer;
use crate::model::{Date, Number};

/// The changes that make one record of another.
pub(super) fn compare(base: &Node, head: &Node, at: ShapePosition<'_>) -> Vec<FieldChange> {
    let mut walk = Walk::default();
    walk.node(base, head, at);
    walk.out
}

/// All that a new record has, each field as added.
pub(super) fn added(record: &Node, at: ShapePosition<'_>) -> Vec<FieldChange> {
    let mut walk = Walk { whole: true, ..Walk::default() };
    walk.node(&Node::empty(), record, at);
    walk.out
}

/// All that a record had, each field as removed.
pub(super) fn removed(record: &Node, at: ShapePosition<'_>) -> Vec<FieldChange> {
    let mut walk = Walk { whole: true, ..Walk::default() };
    walk.node(record, &Node::empty(), at);
    walk.out
}

/// Where two values are compared, and what was found so far.
#[derive(Default)]
struct Walk {
    path: Pointer,
    base: Pointer,
    head: Pointer,
    labels: Vec<String>,
    /// The path of the claim that the value at hand is, or is in.
    claim: Option<Pointer>,
    whole: bool,
    out: Vec<FieldChange>,
}

/// One side of a change: the value and the parts of the claims in it.
type Side = Option<(Json, BTreeMap<Pointer, ClaimParts>)>;

impl Walk {
    fn node(&mut self, base: &Node, head: &Node, at: ShapePosition<'_>) {
        let outer = self.claim.clone();
        self.enter(&[base, head]);
        let range = [base, head].iter().any(|node| node.parts.qualifier == Some(Qualifier::Range));
        let meant = base.parts.qualifier == head.parts.qualifier && base.parts.unit == head.parts.unit;
        match (&base.kind, &head.kind) {
            (Kind::Map(old), Kind::Map(new)) if meant => self.map(old, new, at),
            (Kind::List(old), Kind::List(new)) if meant && !range => self.list(old, new, at),
            (old, new) if meant && old == new => {}
            _ => self.value(base, head, at),
        }
        if self.labels.last().is_some_and(String::is_empty) {
            // Whose source it is, where several items go by the list's name.
            self.labels.push(head.key_text().map(|text| text::short(&text)).unwrap_or_default());
            self.parts(base, head);
            self.labels.pop();
        } else {
            self.parts(base, head);
        }
        self.claim = outer;
    }

    /// Notes that a claim begins here, where one does.
    fn enter(&mut self, nodes: &[&Node]) {
        if self.claim.is_none() && nodes.iter().any(|node| node.claim) {
            self.claim = Some(self.path.clone());
        }
    }

    fn map(&mut self, base: &IndexMap<String, Node>, head: &IndexMap<String, Node>, at: ShapePosition<'_>) {
        for (key, old) in base.iter().filter(|(key, _)| !head.contains_key(*key)) {
            self.at_property(key, at, |walk, _| walk.whole_value(FieldKind::Removed, Some(old), None, None));
        }
        for (key, new) in head {
            match base.get(key) {
                Some(old) => self.at_property(key, at, |walk, at| walk.node(old, new, at)),
                None => self.at_property(key, at, |walk, _| walk.whole_value(FieldKind::Added, None, Some(new), None)),
            }
        }
    }

    fn list(&mut self, base: &[Node], head: &[Node], at: ShapePosition<'_>) {
        let matching = Matching::of(base, head, at);
        for index in &matching.removed {
            let name = matching.base_name(*index);
            self.at_item(&name, &base[*index], &index.to_string(), "-", |walk| {
                walk.whole_value(FieldKind::Removed, Some(&base[*index]), None, None)
            });
        }
        for pair in &matching.pairs {
            let (old, new) = (&base[pair.base], &head[pair.head]);
            let name = matching.head_name(pair.head);
            self.at_item(&name, new, &pair.base.to_string(), &pair.head.to_string(), |walk| {
                if pair.moved {
                    walk.whole_value(FieldKind::Moved, None, Some(new), Some((pair.base + 1, pair.head + 1)));
                }
                walk.node(old, new, at.item(pair.head));
            });
        }
        for index in &matching.added {
            let name = matching.head_name(*index);
            self.at_item(&name, &head[*index], "-", &index.to_string(), |walk| {
                walk.whole_value(FieldKind::Added, None, Some(&head[*index]), None)
            });
        }
    }

    /// One value in place of another.
    fn value(&mut self, base: &Node, head: &Node, at: ShapePosition<'_>) {
        let meant_only = |node: &Node| {
            let mut node = node.clone();
            node.parts = ClaimParts { qualifier: node.parts.qualifier, unit: node.parts.unit, ..ClaimParts::default() };
            node.to_data()
        };
        let (old, new) = (meant_only(base), meant_only(head));
        let same_unit = base.parts.unit == head.parts.unit;
        let known = [base, head].iter().all(|node| node.parts.qualifier != Some(Qualifier::Unknown));
        let (mut difference, mut days, mut prose) = (None, None, Vec::new());
        match (&old.0, &new.0) {
            (Json::Number(old), Json::Number(new)) if same_unit => {
                difference = subtract(new, old).filter(|difference| difference.as_f64() != Some(0.0))
            }
            (Json::String(old), Json::String(new)) if known => match (old.parse::<Date>(), new.parse::<Date>()) {
                (Ok(old), Ok(new)) => days = old.days_until(new),
                _ => prose = in_words(old, new, at.shape().is_some_and(|shape| shape.markdown)),
            },
            _ => {}
        }
        self.emit(
            FieldKind::Changed,
            FieldPart::Value,
            Some(old),
            Some(new),
            Details { difference, days, words: prose, ..Details::default() },
        );
    }

    /// A value that came, went or moved, with all that belongs to it.
    fn whole_value(&mut self, kind: FieldKind, base: Option<&Node>, head: Option<&Node>, moved: Option<(usize, usize)>) {
        let outer = self.claim.clone();
        self.enter(&base.into_iter().chain(head).collect::<Vec<_>>());
        self.emit(kind, FieldPart::Value, base.map(Node::to_data), head.map(Node::to_data), Details { moved, ..Details::default() });
        self.claim = outer;
    }

    /// What belongs to a claim, or to a record, besides its value.
    fn parts(&mut self, base: &Node, head: &Node) {
        let listed = |source: &[String]| (!source.is_empty()).then(|| Json::from(source.to_vec()));
        let said = |part: &Option<String>| part.clone().map(Json::from);
        let (old, new) = (&base.parts, &head.parts);
        let parts = [
            (FieldPart::Source, listed(&old.source), listed(&new.source)),
            (FieldPart::AsOf, said(&old.as_of), said(&new.as_of)),
            (FieldPart::Marking, said(&old.marking), said(&new.marking)),
            (FieldPart::Confidence, said(&old.confidence), said(&new.confidence)),
        ];
        for (index, (part, old, new)) in parts.into_iter().enumerate() {
            let kind = match (&old, &new) {
                (old, new) if old == new => continue,
                (None, _) => FieldKind::Added,
                (_, None) => FieldKind::Removed,
                _ => FieldKind::Changed,
            };
            let days = match (part, &old, &new) {
                (FieldPart::AsOf, Some(Json::String(old)), Some(Json::String(new))) => match (old.parse::<Date>(), new.parse::<Date>()) {
                    (Ok(old), Ok(new)) => old.days_until(new),
                    _ => None,
                },
                _ => None,
            };
            let inherited = !base.own[index] && !head.own[index];
            let side = |value: Option<Json>| value.map(|value| (value, BTreeMap::new()));
            self.emit(kind, part, side(old), side(new), Details { days, inherited, ..Details::default() });
        }
    }

    fn emit(&mut self, kind: FieldKind, part: FieldPart, old: Side, new: Side, details: Details) {
        let label = self.labels.iter().filter(|label| !label.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" › ");
        let side = |side: &'_ Side| side.as_ref().map(|(json, claims)| (json.clone(), claims.get("").cloned()));
        let (shown_old, shown_new) = (side(&old), side(&new));
        let line = Line {
            label: &label,
            kind,
            part,
            old: shown_old.as_ref().map(|(json, parts)| (json, parts.as_ref())),
            new: shown_new.as_ref().map(|(json, parts)| (json, parts.as_ref())),
            difference: details.difference.as_ref(),
            days: details.days,
            words: &details.words,
            moved: details.moved,
            whole: self.whole,
        };
        let text = line.paint();
        let (old, old_claims) = old.map_or((None, BTreeMap::new()), |(json, claims)| (Some(json), claims));
        let (new, new_claims) = new.map_or((None, BTreeMap::new()), |(json, claims)| (Some(json), claims));
        self.out.push(FieldChange {
            path: self.path.clone(),
            label,
            kind,
            part,
            claim: self.claim.clone(),
            base_path: self.base.clone(),
            head_path: self.head.clone(),
            old,
            new,
            old_claims,
            new_claims,
            difference: details.difference,
            days: details.days,
            words: details.words,
            inherited: details.inherited,
            text,
        });
    }

    fn at_property(&mut self, key: &str, at: ShapePosition<'_>, work: impl FnOnce(&mut Walk, ShapePosition<'_>)) {
        let place = at.property(key);
        let label = place.shape().and_then(|shape| shape.title.clone()).unwrap_or_else(|| key.replace('_', " "));
        self.step(key, key, key, label, |walk| work(walk, place));
    }

    /// An item: a mapping goes by its key, or else by its number; a scalar by the list's name alone.
    fn at_item(&mut self, name: &(String, bool), item: &Node, base: &str, head: &str, work: impl FnOnce(&mut Walk)) {
        let (name, keyed) = name;
        let label = match (&item.kind, keyed) {
            (Kind::Scalar(_), _) => String::new(),
            (_, true) => name.clone(),
            (_, false) => format!("item {}", name.parse::<usize>().map_or(0, |index| index + 1)),
        };
        self.step(name, base, head, label, work);
    }

    fn step(&mut self, path: &str, base: &str, head: &str, label: String, work: impl FnOnce(&mut Walk)) {
        for (pointer, segment) in [(&mut self.path, path), (&mut self.base, base), (&mut self.head, head)] {
            pointer.push(segment);
        }
        self.labels.push(label);
        work(self);
        self.labels.pop();
        for pointer in [&mut self.path, &mut self.base, &mut self.head] {
            pointer.pop();
        }
    }
}

/// The text of a change besides its two states.
#[derive(Default)]
struct Details {
    difference: Option<Number>,
    days: Option<i32>,
    words: Vec<Word>,
    moved: Option<(usize, usize)>,
    inherited: bool,
}

/// The words of two texts, where they are prose and have enough in common to be read as one.
fn in_words(old: &str, new: &str, markdown: bool) -> Vec<Word> {
    let prose = |text: &str| text.split_whitespace().nth(3).is_some();
    if !(markdown || prose(old) || prose(new)) || old.is_empty() || new.is_empty() || spaces::look_the_same(old, new) {
        return Vec::new();
    }
    let compared = words::words(old, new);
    if words::equal_share(&compared) < 0.3 { Vec::new() } else { compared }
}

/// The difference of two numbers, exact to the decimals they are written with.
fn subtract(new: &Number, old: &Number) -> Option<Number> {
    let whole = |number: &Number| number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
    if let (Some(new), Some(old)) = (whole(new), whole(old)) {
        return i64::try_from(new - old).ok().map(Number::from);
    }
    let decimals = |number: &Number| {
        let text = number.to_string();
        if text.contains(['e', 'E']) { None } else { Some(text.split_once('.').map_or(0, |(_, digits)| digits.len())) }
    };
    let difference = new.as_f64()? - old.as_f64()?;
    match (decimals(new), decimals(old)) {
        (Some(a), Some(b)) => Number::from_f64(format!("{difference:.*}", a.max(b)).parse().ok()?),
        _ => Number::from_f64(difference),
    }
}
