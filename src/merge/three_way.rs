//! The merge itself: from the file down to its records, their fields and the lines of each.

use std::collections::BTreeMap;

use anyhow::Result;

use super::order::{Keys, by_key};
use super::outline::{Block, Entry, Node, Outline, Value};
use super::pieces::Pieces;
use super::{Kind, MergeLines, Options, claims};

pub(super) struct Merge<'m> {
    pub(super) options: Options<'m>,
    pub(super) lines: MergeLines<'m>,
}

/// What came of a file.
pub(super) struct MergedText {
    /// Its text, where it could be put together.
    pub(super) pieces: Option<Pieces>,
    /// What it holds where conflicts are resolved as ours has it; nothing where only a text could say so.
    pub(super) ours: Option<Value>,
    pub(super) theirs: Option<Value>,
    pub(super) conflicts: Vec<String>,
}

/// What came of an entry; a branch may have none of it.
struct MergedValue {
    pieces: Pieces,
    ours: Option<Value>,
    theirs: Option<Value>,
}

/// An entry of a file, or all of it: a value and its lines.
#[derive(Clone, Copy)]
struct Place<'p> {
    outline: &'p Outline<'p>,
    node: &'p Node,
    start: usize,
    end: usize,
    /// How many columns of the first line belong to the block around it: the dash of an item.
    hidden: usize,
    /// How far its lines are indented to match ours.
    shift: isize,
}

impl<'p> Place<'p> {
    fn root(outline: &'p Outline<'p>) -> Place<'p> {
        Place { outline, node: &outline.root, start: 0, end: outline.trailer(), hidden: 0, shift: 0 }
    }

    fn text(&self) -> String {
        self.text_to(self.end)
    }

    fn text_to(&self, end: usize) -> String {
        let mut text = self.outline.text(self.start, end);
        if self.hidden > 0 && text.is_char_boundary(self.hidden) {
            text.replace_range(..self.hidden, &" ".repeat(self.hidden));
        }
        match self.shift {
            0 => text,
            shift => text.split_inclusive('\n').map(|line| shifted(line, shift)).collect(),
        }
    }

    fn block(&self, level: Level) -> Option<Block<'p>> {
        let mut block = self.outline.block(self.node, self.start, self.end)?;
        if level == Level::Root
            && let Some(first) = block.entries.first_mut()
        {
            first.start = self.outline.preamble(first.head);
        }
        Some(block)
    }

    /// An entry of this place's block, indented as another block.
    fn entry(&self, block: &Block<'_>, entry: Entry<'p>, indent: usize) -> Place<'p> {
        let hidden = match block.prefix {
            Some(prefix) if block.entries.first().is_some_and(|first| first.head == entry.head) => prefix.len(),
            _ => 0,
        };
        let shift = isize::try_from(indent).unwrap_or(0) - isize::try_from(block.indent).unwrap_or(0);
        Place { outline: self.outline, node: entry.node, start: entry.start, end: entry.end, hidden, shift }
    }
}

/// A line moved to the right or, as far as it begins with spaces, to the left.
fn shifted(line: &str, by: isize) -> String {
    let spaces = line.len() - line.trim_start_matches(' ').len();
    if line.trim().is_empty() {
        return line.to_owned();
    }
    let wanted = usize::try_from(isize::try_from(spaces).unwrap_or(0) + by).unwrap_or(0);
    format!("{}{}", " ".repeat(wanted), &line[spaces..])
}

/// Whether two texts of whole lines are the same; a file's last line may lack its end.
fn same(a: &str, b: &str) -> bool {
    let trimmed = |text: &str| -> usize { text.strip_suffix('\n').map_or(text, |text| text.strip_suffix('\r').unwrap_or(text)).len() };
    a[..trimmed(a)] == b[..trimmed(b)]
}

/// What three-way merges choose of anything: what only one branch changed, or both alike.
fn chosen<T>(base: T, ours: T, theirs: T, same: impl Fn(&T, &T) -> bool) -> Option<T> {
    if same(&theirs, &base) || same(&ours, &theirs) {
        Some(ours)
    } else if same(&ours, &base) {
        Some(theirs)
    } else {
        None
    }
}

impl Merge<'_> {
    /// Merges a file.
    pub(super) fn files(&self, base: &Outline<'_>, ours: &Outline<'_>, theirs: &Outline<'_>) -> Result<MergedText> {
        let mut conflicts = Vec::new();
        let places = [base, ours, theirs].map(Place::root);
        let trailers = [base, ours, theirs].map(|outline| outline.text(outline.trailer(), usize::MAX));
        let [b, o, t] = &trailers;
        if let Some(trailer) = chosen(b, o, t, |a, b| same(a, b))
            && let Some(mut part) = self.inside(&places, Level::Root, &mut Vec::new(), &mut conflicts)?
        {
            part.pieces.append(Pieces::both(trailer.as_str()));
            return Ok(MergedText { pieces: Some(part.pieces), ours: part.ours, theirs: part.theirs, conflicts });
        }
        conflicts.clear();
        let merged = self.values(base.value(), ours.value(), theirs.value(), Level::Root);
        if merged.is_none() {
            conflicts.push(self.reason(&[], [base, ours, theirs].map(|outline| Some(outline.value()))));
        }
        Ok(MergedText { pieces: None, ours: merged.clone(), theirs: merged, conflicts })
    }

    /// Merges an entry that at least one of the three has.
    fn entry(
        &self,
        [base, ours, theirs]: [Option<Place<'_>>; 3],
        is_named: bool,
        path: &mut Vec<String>,
        conflicts: &mut Vec<String>,
    ) -> Result<MergedValue> {
        let value = |place: &Option<Place<'_>>| place.map(|place| place.node.value.clone());
        let text = |place: &Option<Place<'_>>| place.map_or_else(String::new, |place| place.text());
        let (b, o, t) = (text(&base), text(&ours), text(&theirs));
        let whole =
            |place: &Option<Place<'_>>, text: String| MergedValue { pieces: Pieces::both(text), ours: value(place), theirs: value(place) };
        let alike = |a: &Option<Place<'_>>, at: &str, b: &Option<Place<'_>>, bt: &str| a.is_some() == b.is_some() && same(at, bt);
        if alike(&theirs, &t, &base, &b) || alike(&ours, &o, &theirs, &t) {
            return Ok(whole(&ours, o));
        }
        if alike(&ours, &o, &base, &b) {
            return Ok(whole(&theirs, t));
        }
        if is_named
            && let (Some(base), Some(ours), Some(theirs)) = (base, ours, theirs)
            && let Some(part) = self.inside(&[base, ours, theirs], Level::Nested, path, conflicts)?
        {
            return Ok(part);
        }
        let (base_value, our_value, their_value) = (value(&base), value(&ours), value(&theirs));
        // The values go together, and what differs are comments or the way they are written.
        if let Some(merged) = chosen(&base_value, &our_value, &their_value, |a, b| a == b) {
            if merged.is_none() {
                return Ok(MergedValue { pieces: Pieces::default(), ours: None, theirs: None });
            }
            if base.is_none() {
                return Ok(whole(&ours, o));
            }
            let lines = (self.lines)(&b, &o, &t)?;
            if !lines.has_conflicts {
                return Ok(MergedValue { pieces: Pieces::both(lines.text), ours: merged.clone(), theirs: merged.clone() });
            }
            conflicts.push(format!("{}: both branches changed its lines", named(path)));
        } else {
            conflicts.push(self.reason(path, [base_value.as_ref(), our_value.as_ref(), their_value.as_ref()]));
        }
        Ok(MergedValue { pieces: Pieces::conflict(o, t), ours: our_value, theirs: their_value })
    }

    fn reason(&self, path: &[String], [base, ours, theirs]: [Option<&Value>; 3]) -> String {
        let name = named(path);
        match (base, ours, theirs) {
            (None, ..) => format!("{name}: both branches added it, each in its own way"),
            (_, None, _) | (_, _, None) => format!("{name}: one branch deleted it, the other changed it"),
            (Some(base), Some(ours), Some(theirs)) => match self.attributed(base, ours, theirs) {
                Some(key) => format!("{name}: one branch changed its `{key}`, the other what takes its `{key}` from there"),
                None => format!("{name}: both branches changed it"),
            },
        }
    }

    /// Merges the entries of a list or mapping; nothing where the text can't be put together from them.
    fn inside(
        &self,
        places: &[Place<'_>; 3],
        level: Level,
        path: &mut Vec<String>,
        conflicts: &mut Vec<String>,
    ) -> Result<Option<MergedValue>> {
        let [base, ours, theirs] = places;
        let values = [&base.node.value, &ours.node.value, &theirs.node.value];
        if self.is_one(values, level) || self.attributed(values[0], values[1], values[2]).is_some() {
            return Ok(None);
        }
        // A file that both branches began: each of its records is new. This is not known of a record's fields.
        if level == Level::Root && values[0].is_empty() && !(self.holds_records(values[1]) && self.holds_records(values[2])) {
            return Ok(None);
        }
        let blocks = places.each_ref().map(|place| place.block(level));
        let Some(like) = [1, 2, 0].into_iter().find_map(|side| blocks[side].as_ref()).map(Block::without_entries) else { return Ok(None) };
        let mut alike = Vec::with_capacity(3);
        for (block, value) in blocks.into_iter().zip(values) {
            match block {
                Some(block) if block.is_list == like.is_list && block.prefix.is_some() == like.prefix.is_some() => alike.push(block),
                None if level == Level::Root && value.is_empty() => alike.push(like.without_entries()),
                _ => return Ok(None),
            }
        }
        let blocks: [&Block<'_>; 3] = [&alike[0], &alike[1], &alike[2]];
        let heads = [0, 1, 2].map(|side| {
            let first = blocks[side].entries.first().map_or(places[side].end, |first| first.start);
            places[side].text_to(first)
        });
        let [b, o, t] = &heads;
        let Some(head) = chosen(b, o, t, |a, b| same(a, b)) else { return Ok(None) };
        let keys = self.keys(blocks, level);
        let Some(order) = keys.merged() else { return Ok(None) };

        let entries = [0, 1, 2].map(|side| {
            let names = [&keys.base, &keys.ours, &keys.theirs][side];
            by_key(names, blocks[side].entries.iter().map(|entry| places[side].entry(blocks[side], *entry, like.indent)))
        });
        let mut pieces = Pieces::default();
        let mut holds = [Container::new(like.is_list), Container::new(like.is_list)];
        let before = conflicts.len();
        for (index, key) in order.iter().enumerate() {
            path.push(if keys.are_own { (*key).to_owned() } else { format!("item {}", index + 1) });
            let part = self.entry([0, 1, 2].map(|side| entries[side].get(*key).copied()), keys.are_own, path, conflicts);
            path.pop();
            let MergedValue { pieces: more, ours, theirs } = part?;
            pieces.append(more);
            holds[0].add(key, ours);
            holds[1].add(key, theirs);
        }
        let [ours, theirs] = holds.map(|holding| holding.value(level));
        let pieces = match like.prefix {
            Some(prefix) => pieces.overlay(prefix),
            None => Some(pieces),
        };
        // A list or mapping without entries isn't written as lines any more.
        let (Some(pieces), Some(ours), Some(theirs)) = (pieces, ours, theirs) else {
            conflicts.truncate(before);
            return Ok(None);
        };
        let mut whole = Pieces::both(head.as_str());
        whole.append(pieces);
        Ok(Some(MergedValue { pieces: whole, ours: Some(ours), theirs: Some(theirs) }))
    }

    /// The names of the entries of three blocks.
    fn keys(&self, [base, ours, theirs]: [&Block<'_>; 3], level: Level) -> Keys {
        if !ours.is_list {
            let names = |block: &Block<'_>| block.entries.iter().map(|entry| entry.key.to_owned()).collect();
            return Keys { base: names(base), ours: names(ours), theirs: names(theirs), are_own: true, in_mapping: true };
        }
        let items = |block: &Block<'_>| -> Vec<Value> { block.entries.iter().map(|entry| entry.node.value.clone()).collect() };
        let (base, ours, theirs) = (items(base), items(ours), items(theirs));
        self.item_keys(&base, &ours, &theirs, level)
    }

    fn item_keys(&self, base: &[Value], ours: &[Value], theirs: &[Value], level: Level) -> Keys {
        let field = self.options.key.filter(|_| level == Level::Root).into_iter().chain(["id"]);
        let own = field.filter_map(|field| Keys::by_field(base, ours, theirs, field)).next();
        own.unwrap_or_else(|| Keys::by_likeness(base, ours, theirs))
    }

    /// Merges values whose text can't be put together; nothing where they conflict.
    fn values(&self, base: &Value, ours: &Value, theirs: &Value, level: Level) -> Option<Value> {
        if let Some(chosen) = chosen(base, ours, theirs, |a, b| a == b) {
            return Some(chosen.clone());
        }
        if self.is_one([base, ours, theirs], level) || self.attributed(base, ours, theirs).is_some() {
            return None;
        }
        let one = |base: Option<&Value>, ours: Option<&Value>, theirs: Option<&Value>, is_named: bool| -> Option<Option<Value>> {
            if let Some(chosen) = chosen(base, ours, theirs, |a, b| a == b) {
                return Some(chosen.cloned());
            }
            if !is_named {
                return None;
            }
            self.values(base?, ours?, theirs?, Level::Nested).map(Some)
        };
        if level == Level::Root && base.is_empty() && !(self.holds_records(ours) && self.holds_records(theirs)) {
            return None;
        }
        let like = if ours.is_empty() { theirs } else { ours };
        let [base, ours, theirs] =
            [base, ours, theirs].map(|value| if level == Level::Root { value.or_empty(like) } else { value.clone() });
        match (&base, &ours, &theirs) {
            (Value::Mapping(base), Value::Mapping(ours), Value::Mapping(theirs)) => {
                let names: Vec<&String> = base.keys().chain(ours.keys()).chain(theirs.keys()).collect();
                let mut merged = BTreeMap::new();
                for name in names {
                    if let Some(value) = one(base.get(name), ours.get(name), theirs.get(name), true)? {
                        merged.insert(name.clone(), value);
                    }
                }
                Some(Value::Mapping(merged))
            }
            (Value::List(base), Value::List(ours), Value::List(theirs)) => {
                let keys = self.item_keys(base, ours, theirs, level);
                let (base, ours, theirs) = (by_key(&keys.base, base), by_key(&keys.ours, ours), by_key(&keys.theirs, theirs));
                let item = |key: &str| one(base.get(key).copied(), ours.get(key).copied(), theirs.get(key).copied(), keys.are_own);
                let items: Vec<Option<Value>> = keys.merged()?.into_iter().map(item).collect::<Option<_>>()?;
                Some(Value::List(items.into_iter().flatten().collect()))
            }
            _ => None,
        }
    }

    /// Whether a mapping is a claim with what belongs to it, which is merged as one value.
    fn is_one(&self, values: [&Value; 3], level: Level) -> bool {
        self.options.kind != Kind::Settings && level == Level::Nested && values.iter().any(|value| claims::is_envelope(value))
    }

    /// What one branch changed that the other's changes would be attributed by.
    fn attributed(&self, base: &Value, ours: &Value, theirs: &Value) -> Option<&'static str> {
        if self.options.kind == Kind::Settings {
            return None;
        }
        claims::reattributed(base, ours, theirs).or_else(|| claims::reattributed(base, theirs, ours))
    }

    /// Whether a file holds records: a list, or a mapping of mappings.
    fn holds_records(&self, value: &Value) -> bool {
        self.options.kind != Kind::Record
            && match value {
                Value::List(items) => items.iter().all(|item| matches!(item, Value::Mapping(_))),
                Value::Mapping(entries) => entries.values().all(|entry| matches!(entry, Value::Mapping(_))),
                Value::Scalar(..) => value.is_empty(),
            }
    }
}

fn named(path: &[String]) -> String {
    if path.is_empty() { "the file".to_owned() } else { format!("`{}`", path.join("/")) }
}

/// Where a value is in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// It is the file's document.
    Root,
    Nested,
}

/// The values of a merged list or mapping, as they come.
enum Container {
    List(Vec<Value>),
    Mapping(BTreeMap<String, Value>),
}

impl Container {
    fn new(is_list: bool) -> Container {
        if is_list { Container::List(Vec::new()) } else { Container::Mapping(BTreeMap::new()) }
    }

    fn add(&mut self, key: &str, value: Option<Value>) {
        match (self, value) {
            (Container::List(items), Some(value)) => items.push(value),
            (Container::Mapping(entries), Some(value)) => drop(entries.insert(key.to_owned(), value)),
            (_, None) => {}
        }
    }

    /// The value; nothing where it is empty, unless it is a file's.
    fn value(self, level: Level) -> Option<Value> {
        let value = match self {
            Container::List(items) => Value::List(items),
            Container::Mapping(entries) => Value::Mapping(entries),
        };
        (level == Level::Root || !value.is_empty()).then_some(value)
    }
}
