//! What changed between two snapshots: every kind of change, and what is none.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;

use brief::diff::{Change, ChangeKind, Changes, Normal, Op, Snapshot, apply, compare, summary};
use brief::layout::Pointer;
use brief::model::{AttributionSnapshot, CollectionSnapshot, RecordSnapshot, Shape, Shapes};
use indexmap::IndexMap;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::cases::{self, Comparison};
use super::random::config;

/// `tests/cases/diff/<case>/`: `base.json` and `head.json` as `data.json` has them, and `expected.txt`.
#[test]
fn cases() {
    let mut comparison = Comparison::default();
    for case in cases::cases("diff") {
        let read = |name| {
            Snapshot::from_data_json(&fs::read(case.join(name)).unwrap()).unwrap_or_else(|e| panic!("{}: {name}: {e:#}", case.display()))
        };
        let (base, head) = (read("base.json"), read("head.json"));
        let changes = compare(&base, &head);
        assert_eq!(apply(&base, &changes).unwrap(), Normal::of(&head), "{} doesn't apply", case.display());
        comparison.file(&case.join("expected.txt"), &paint(&changes));
        cases::has_only(&case, &["base.json", "head.json", "expected.txt", "painted.txt", "painted.md", "painted.html"]);
    }
    comparison.finish();
}

fn paint(changes: &[Change]) -> String {
    let mut out = format!("{}\n", summary(&Changes::new(None, changes.to_vec(), Vec::new())));
    for change in changes {
        let from = change.old_id.as_ref().map(|id| format!(" from {id}")).unwrap_or_default();
        writeln!(out, "{:?} {}/{}{from}: {}", change.kind, change.collection, change.id, change.name).unwrap();
        for field in &change.fields {
            let paths = match (&field.base_path, &field.head_path) {
                (base, head) if *base == field.path && *head == field.path => field.path.to_string(),
                (base, head) => format!("{} ({base} → {head})", field.path),
            };
            let inherited = if field.inherited { " inherited" } else { "" };
            writeln!(out, "  {:?} {:?}{inherited} {paths}\n    {}", field.kind, field.part, field.text).unwrap();
        }
    }
    out
}

/// Shapes for the fields of the random records below.
fn shapes() -> Shapes {
    let mut shapes = Shapes::default();
    let root = shapes.add();
    let item = shapes.add();
    let mut list = |shape: Shape| {
        let id = shapes.add();
        *shapes.get_mut(id).unwrap() = Shape { items: Some(item), ..shape };
        id
    };
    let fields = [
        ("set", Shape { unique: true, ..Shape::default() }),
        ("ranked", Shape { unique: true, ordered: true, ..Shape::default() }),
        ("keyed", Shape { key: Some("k".to_owned()), ..Shape::default() }),
        ("steps", Shape { key: Some("k".to_owned()), ordered: true, ..Shape::default() }),
        ("loose", Shape::default()),
        ("strict", Shape { ordered: true, ..Shape::default() }),
        ("pair", Shape { prefix: vec![item], ..Shape::default() }),
    ];
    let fields: IndexMap<String, _> = fields.into_iter().map(|(name, shape)| (name.to_owned(), list(shape))).collect();
    shapes.get_mut(root).unwrap().properties = fields.clone();
    shapes.get_mut(item).unwrap().properties = fields;
    shapes
}

fn scalar() -> impl Strategy<Value = Json> {
    prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        (-3..4_i64).prop_map(Json::from),
        (0..40_u8).prop_map(|n| json!(f64::from(n) / 8.0)),
        "[ab/~]{0,2}".prop_map(Json::from),
        prop::collection::vec("[a-d]", 3..8).prop_map(|words| json!(words.join(" "))),
        (1..29_u8).prop_map(|day| json!(format!("2025-11-{day:02}"))),
    ]
}

fn value() -> impl Strategy<Value = Json> {
    let key = prop::sample::select(vec!["set", "ranked", "keyed", "steps", "loose", "strict", "pair", "k", "id", "x", "a/b~c"]);
    scalar().prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            prop::collection::vec(prop::collection::hash_map(key.clone(), inner.clone(), 0..4), 0..4).prop_map(|items| items
                .into_iter()
                .map(|item| Json::Object(item.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()))
                .collect()),
            (prop::collection::vec(inner.clone(), 2..6), prop::sample::select(vec!["k", "id"])).prop_map(|(items, key)| items
                .into_iter()
                .enumerate()
                .map(|(index, item)| json!({ key: format!("key {index}"), "x": item }))
                .collect()),
            prop::collection::hash_map(key.clone(), inner, 0..4)
                .prop_map(|fields| Json::Object(fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

fn said() -> impl Strategy<Value = AttributionSnapshot> {
    (
        prop::collection::btree_set(prop::sample::select(vec!["s#1", "s#2", "t"]), 0..3),
        prop::option::of(Just("2025-11-05")),
        prop::option::of(Just("amber")),
    )
        .prop_map(|(source, as_of, marking)| AttributionSnapshot {
            source: source.into_iter().map(str::to_owned).collect(),
            as_of: as_of.map(str::to_owned),
            marking: marking.map(str::to_owned),
            confidence: None,
        })
}

fn record() -> impl Strategy<Value = RecordSnapshot> {
    let key = prop::sample::select(vec!["set", "ranked", "keyed", "steps", "loose", "strict", "pair", "name", "x", "a/b~c"]);
    (prop::collection::hash_map(key, value(), 0..6), said(), said(), any::<u64>()).prop_map(|(fields, own, claimed, which)| {
        let fields: serde_json::Map<String, Json> = fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let mut pointers = Vec::new();
        leaves(&Json::Object(fields.clone()), &Pointer::root(), &mut pointers);
        let claims = pointers
            .into_iter()
            .enumerate()
            .filter(|(n, _)| which >> (n % 64) & 1 == 1)
            .map(|(_, pointer)| (pointer, claimed.clone()))
            .collect();
        let mut record =
            RecordSnapshot { name: "a record".to_owned(), own, nested: Default::default(), markings: Default::default(), fields, claims };
        envelop(&mut record, which);
        record
    })
}

/// The pointers of scalars.
fn leaves(value: &Json, path: &Pointer, out: &mut Vec<Pointer>) {
    match value {
        Json::Object(fields) => fields.iter().for_each(|(key, value)| leaves(value, &path.child(key), out)),
        Json::Array(items) => items.iter().enumerate().for_each(|(index, item)| leaves(item, &path.child(index), out)),
        _ => out.push(path.clone()),
    }
}

/// Writes some of the claims as envelopes.
fn envelop(record: &mut RecordSnapshot, which: u64) {
    for (index, pointer) in record.claims.keys().cloned().collect::<Vec<_>>().into_iter().enumerate() {
        let mut fields = Json::Object(std::mem::take(&mut record.fields));
        let place = fields.pointer_mut(pointer.as_str()).unwrap();
        let bare = place.take();
        *place = match which >> ((index * 3) % 61) & 7 {
            0 => json!({ "value": bare }),
            1 => json!({ "value": bare, "approximate": true }),
            2 => json!({ "value": bare, "at_least": true, "unit": "km" }),
            3 => json!({ "range": [1, 2], "source": "s#1" }),
            4 => json!({ "unknown": "not-reported" }),
            _ => bare,
        };
        let Json::Object(fields) = fields else { unreachable!() };
        record.fields = fields;
    }
}

pub(crate) fn snapshot() -> impl Strategy<Value = Snapshot> {
    let records = || prop::collection::hash_map(prop::sample::select(vec!["a", "b", "c", "d", "e"]), record(), 0..4);
    (records(), records()).prop_map(|(one, two)| {
        let collection = |records: std::collections::HashMap<&str, RecordSnapshot>| CollectionSnapshot {
            shapes: shapes(),
            records: records.into_iter().map(|(id, record)| (id.to_owned(), record)).collect(),
            ..CollectionSnapshot::default()
        };
        let collections = IndexMap::from([("one".to_owned(), collection(one)), ("two".to_owned(), collection(two))]);
        Snapshot { collections, ..Snapshot::default() }
    })
}

/// The same content in another order, wherever order has no meaning: keys, and lists of mappings or without
/// duplicates whose schema doesn't order them. Claims move with what they belong to.
fn shuffled(record: &RecordSnapshot) -> RecordSnapshot {
    let shapes = shapes();
    let mut claims = BTreeMap::new();
    let fields = shuffle(
        &Json::Object(record.fields.clone()),
        Some(Shapes::ROOT),
        &shapes,
        (&Pointer::root(), &Pointer::root()),
        &record.claims,
        &mut claims,
    );
    let Json::Object(fields) = fields else { unreachable!() };
    RecordSnapshot { fields, claims, ..record.clone() }
}

fn shuffle(
    value: &Json,
    at: Option<brief::model::ShapeId>,
    shapes: &Shapes,
    (from, to): (&Pointer, &Pointer),
    old: &BTreeMap<Pointer, AttributionSnapshot>,
    new: &mut BTreeMap<Pointer, AttributionSnapshot>,
) -> Json {
    if let Some(said) = old.get(from) {
        new.insert(to.clone(), said.clone());
        return value.clone();
    }
    match value {
        Json::Object(fields) => fields
            .iter()
            .rev()
            .map(|(key, value)| {
                let below = at.and_then(|at| shapes.property(at, key));
                (key.clone(), shuffle(value, below, shapes, (&from.child(key), &to.child(key)), old, new))
            })
            .collect(),
        Json::Array(items) => {
            let shape = at.and_then(|at| shapes.get(at));
            let plain_mapping = |(index, item): (usize, &Json)| item.is_object() && !old.contains_key(&from.child(index));
            let free = shape.is_none_or(|shape| !shape.ordered && shape.prefix.is_empty()) && items.iter().enumerate().all(plain_mapping);
            let count = items.len();
            (0..count)
                .map(|place| {
                    let index = if free { count - 1 - place } else { place };
                    let below = at.and_then(|at| shapes.item(at, index));
                    shuffle(&items[index], below, shapes, (&from.child(index), &to.child(place)), old, new)
                })
                .collect()
        }
        scalar => scalar.clone(),
    }
}

/// Decisions, one after the other; when they run out, nothing more is changed.
struct Dice(std::vec::IntoIter<u8>);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        usize::from(self.0.next().unwrap_or(0)) % sides
    }
}

/// The same with some items moved, dropped or doubled, some keys dropped and some scalars changed.
fn perturb(value: &Json, dice: &mut Dice) -> Json {
    match value {
        Json::Object(fields) => fields
            .iter()
            .filter(|_| dice.throw(12) != 1)
            .map(|(key, value)| (key.clone(), value))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|(key, value)| (key, perturb(value, dice)))
            .collect(),
        Json::Array(items) => {
            let mut items: Vec<Json> = items.iter().map(|item| perturb(item, dice)).collect();
            let count = items.len().max(1);
            match dice.throw(6) {
                1 => items.rotate_left(1 % count),
                2 if count > 1 => items.swap(0, count - 1),
                3 if !items.is_empty() => drop(items.remove(dice.throw(count))),
                4 if !items.is_empty() => {
                    let item = items.remove(dice.throw(count));
                    items.insert(dice.throw(count), item);
                }
                5 => items.insert(dice.throw(count), json!({ "k": "new", "id": "new" })),
                _ => {}
            }
            items.into()
        }
        scalar => match dice.throw(10) {
            1 => json!(dice.throw(9)),
            2 => json!("one of the words"),
            _ => scalar.clone(),
        },
    }
}

pub(crate) fn edited() -> impl Strategy<Value = (Snapshot, Snapshot)> {
    (snapshot(), prop::collection::vec(any::<u8>(), 0..200)).prop_map(|(base, dice)| {
        let mut dice = Dice(dice.into_iter());
        let mut head = base.clone();
        for record in head.collections.values_mut().flat_map(|collection| collection.records.values_mut()) {
            let Json::Object(fields) = perturb(&Json::Object(record.fields.clone()), &mut dice) else { unreachable!() };
            record.fields = fields;
            if dice.throw(4) == 1 {
                record.claims.pop_first();
            }
        }
        (base, head)
    })
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn a_diff_applied_to_the_base_gives_the_head(base in snapshot(), head in snapshot()) {
        let changes = compare(&base, &head);
        let found = apply(&base, &changes).unwrap();
        prop_assert_eq!(found, Normal::of(&head), "{}", paint(&changes));
    }

    #[test]
    fn an_edit_applied_to_the_base_gives_the_head((base, head) in edited()) {
        let changes = compare(&base, &head);
        prop_assert_eq!(apply(&base, &changes).unwrap(), Normal::of(&head), "{}", paint(&changes));
    }

    #[test]
    fn changes_survive_json(base in snapshot(), head in snapshot()) {
        let changes = Changes::new(None, compare(&base, &head), Vec::new());
        let validator = jsonschema::validator_for(&serde_json::from_str(brief::diff::SCHEMA).unwrap()).unwrap();
        let faults: Vec<String> = validator.iter_errors(&serde_json::to_value(&changes).unwrap()).map(|fault| format!("{fault}")).collect();
        prop_assert!(faults.is_empty(), "{:?}", faults);
        let read = Changes::parse(changes.to_json().unwrap().as_bytes()).unwrap();
        prop_assert_eq!(&read, &changes);
        prop_assert_eq!(apply(&base, &read.records).unwrap(), Normal::of(&head));
    }

    #[test]
    fn nothing_changed_is_no_change(base in snapshot()) {
        prop_assert_eq!(compare(&base, &base), []);
    }

    #[test]
    fn order_without_meaning_is_no_change(base in snapshot()) {
        let mut head = base.clone();
        for collection in head.collections.values_mut() {
            collection.records = collection.records.iter().rev().map(|(id, record)| (id.clone(), shuffled(record))).collect();
        }
        prop_assert_eq!(compare(&base, &head), []);
    }

    #[test]
    fn words_give_both_texts(old in "[ab \\n\\[\\]\\(\\)é]{0,30}", new in "[ab \\n\\[\\]\\(\\)é]{0,30}") {
        let words = brief::diff::words(&old, &new);
        let side = |left_out| words.iter().filter(|word| word.op != left_out).map(|word| word.text.as_str()).collect::<String>();
        prop_assert_eq!(side(Op::Insert), old);
        prop_assert_eq!(side(Op::Delete), new);
    }
}

#[test]
fn ten_thousand_records() {
    let text = |n: usize| format!("record {n} is about item {} and says so in a sentence or two of plain prose", n * 7);
    let mut base = Snapshot::default();
    let records: IndexMap<String, RecordSnapshot> = (0..10_000)
        .map(|n| {
            let fields = json!({ "name": format!("Record {n}"), "troops": n, "body": text(n), "units": [{ "id": "a", "strength": n }, { "id": "b", "strength": 2 * n }] });
            let claims = BTreeMap::from([(Pointer::from(["troops"]), AttributionSnapshot { source: vec!["s#1".to_owned()], ..AttributionSnapshot::default() })]);
            (format!("r{n}"), RecordSnapshot { name: format!("Record {n}"), fields: fields.as_object().unwrap().clone(), claims, ..RecordSnapshot::default() })
        })
        .collect();
    base.collections.insert("records".to_owned(), CollectionSnapshot { records, ..CollectionSnapshot::default() });
    let mut head = base.clone();
    let records = &mut head.collections["records"].records;
    for n in (0..10_000).step_by(100) {
        records[&format!("r{n}")].fields["troops"] = json!(n + 1);
    }
    for n in (50..10_000).step_by(500) {
        let record = records.shift_remove(&format!("r{n}")).unwrap();
        records.insert(format!("renamed{n}"), record);
    }
    let changes = compare(&base, &head);
    let count = |kind| changes.iter().filter(|change| change.kind == kind).count();
    assert_eq!([ChangeKind::Changed, ChangeKind::Renamed, ChangeKind::Added].map(count), [100, 20, 0]);
    assert_eq!(changes.iter().find(|change| change.id == "r100").unwrap().fields[0].text, "troops: 100 → 101 (+1)");
}
