//! Limits on the depth and size of a template's lists and mappings, so that recursion into them is bounded.
//!
//! Values are shared: `{% set a = [a, a] %}`, forty times, takes almost no memory, but forever to compare. So what counts is
//! the number of values that a traversal would visit, a shared list each time that it occurs.

use std::sync::Arc;

use minijinja::value::{Enumerator, Object, ObjectRepr, Value, ValueKind};
use minijinja::{Error, ErrorKind};

use super::partial::{Coverage, coverage};
use super::{BareObject, ClaimObject, CollectionObject, MapObject, Pass, RecordObject};

/// How deep lists and mappings may be nested.
const DEEPEST: usize = 100;
/// How many values a list may hold, with those in its items.
const MOST: usize = 1_000_000;

/// The error of a value that exceeds its limit.
pub(crate) const TOO_LARGE: &str = "than a template may hold";

fn beyond(what: &str) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("{what} {TOO_LARGE}"))
}

/// The depth and size of a value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Extent {
    depth: usize,
    pub(crate) size: usize,
    /// Whether it contains a namespace, a macro or `loop`, any of which could come to contain the value itself.
    is_live: bool,
}

impl Extent {
    /// The extent of a value; an error where it is beyond what a template may hold.
    pub(crate) fn of(value: &Value) -> Result<Extent, Error> {
        let mut extent = Extent { depth: 0, size: 0, is_live: false };
        extent.visit(value, 0)?;
        Ok(extent)
    }

    fn of_items(items: &[Value]) -> Result<Extent, Error> {
        let mut extent = Extent { depth: 1, size: 1, is_live: false };
        items.iter().try_for_each(|item| extent.visit(item, 1))?;
        Ok(extent)
    }

    /// Adds a value that stands `above` levels deep.
    fn visit(&mut self, value: &Value, above: usize) -> Result<(), Error> {
        if let Some(list) = value.downcast_object_ref::<ListObject>() {
            self.is_live |= list.extent.is_live;
            return self.add(list.extent.size, above + list.extent.depth);
        }
        if let Some(bare) = value.downcast_object_ref::<BareObject>() {
            self.add(1, above + 1)?;
            return self.visit(&bare.inner, above + 1);
        }
        self.add(1, above + 1)?;
        if is_live(value) {
            self.is_live = true;
            return Ok(());
        }
        if is_data(value) {
            return Ok(());
        }
        match value.kind() {
            ValueKind::Seq => value.try_iter()?.try_for_each(|item| self.visit(&item, above + 1)),
            ValueKind::Map => value.try_iter()?.try_for_each(|key| {
                self.visit(&key, above + 1)?;
                self.visit(&value.get_item(&key)?, above + 1)
            }),
            ValueKind::Iterable => self.add(value.len().unwrap_or_default(), above + 1),
            _ => Ok(()),
        }
    }

    fn add(&mut self, size: usize, depth: usize) -> Result<(), Error> {
        self.size = self.size.saturating_add(size);
        self.depth = self.depth.max(depth);
        if self.depth > DEEPEST + 1 {
            return Err(beyond("lists and mappings are nested more deeply here"));
        }
        if self.size > MOST {
            return Err(beyond("a list or mapping holds more values"));
        }
        Ok(())
    }
}

/// Whether a value comes from the data, whose size is already limited.
fn is_data(value: &Value) -> bool {
    value.downcast_object_ref::<RecordObject>().is_some()
        || value.downcast_object_ref::<ClaimObject>().is_some()
        || value.downcast_object_ref::<CollectionObject>().is_some()
        || value.downcast_object_ref::<MapObject>().is_some()
}

/// Whether a value is one of the engine's that change, or that hold on to the names around them. The engine keeps their types
/// to itself, so they are told by their names; `bounds::values_that_grow_without_end_are_faults` fails where it renames one.
fn is_live(value: &Value) -> bool {
    let name = value.as_object().map_or("", |object| object.type_name());
    is_loop(value) || ["Namespace", "Macro", "Module", "Closure"].iter().any(|kind| name.ends_with(kind))
}

/// Whether a value is `loop`.
pub(crate) fn is_loop(value: &Value) -> bool {
    value.as_object().is_some_and(|object| object.type_name().ends_with("Loop"))
}

/// A value about to be stored in a namespace.
pub(crate) fn storable(pass: &Pass, value: Value) -> Result<Value, Error> {
    let extent = Extent::of(&value)?;
    // Lists made by a template know their extent.
    pass.charge(if value.downcast_object_ref::<ListObject>().is_some() { 1 } else { extent.size })?;
    match extent.is_live {
        true => Err(beyond("a namespace, a macro or `loop` within a namespace is more")),
        false => Ok(value),
    }
}

/// A list that a template made, which knows its extent.
#[derive(Debug)]
pub(crate) struct ListObject {
    items: Vec<Value>,
    extent: Extent,
    /// How complete its items are.
    pub(super) coverage: Coverage,
}

impl ListObject {
    /// An error where a list would hold more values than it may.
    pub(crate) fn check_size(values: usize) -> Result<(), Error> {
        if values > MOST { Err(beyond("a list holds more values")) } else { Ok(()) }
    }

    pub(crate) fn wrap(items: Vec<Value>) -> Result<Value, Error> {
        ListObject::covering(items, Coverage::All)
    }

    /// A list made of lists that may be incomplete.
    pub(crate) fn covering(items: Vec<Value>, coverage: Coverage) -> Result<Value, Error> {
        let extent = Extent::of_items(&items)?;
        Ok(Value::from_object(ListObject { items, extent, coverage }))
    }

    /// The result of a filter on a list, as complete as the list.
    pub(crate) fn kept_of(pass: &Pass, made: Value, source: Coverage) -> Result<Value, Error> {
        let made = ListObject::kept(pass, made)?;
        let is_list = matches!(made.kind(), ValueKind::Seq | ValueKind::Iterable);
        if source == Coverage::All || !is_list || coverage(&made) == source {
            return Ok(made);
        }
        match made.downcast_object_ref::<BareObject>() {
            Some(bare) => Ok(BareObject::wrap(ListObject::kept_of(pass, bare.inner.clone(), source)?, &bare.of)),
            None => ListObject::covering(made.try_iter()?.collect(), source),
        }
    }

    /// A list or mapping that an expression or a filter made, once it is known to be within its limits.
    pub(crate) fn kept(pass: &Pass, made: Value) -> Result<Value, Error> {
        match made.kind() {
            _ if made.downcast_object_ref::<ListObject>().is_some() || is_data(&made) || is_live(&made) => Ok(made),
            // Values taken out of a claim stay marked as such.
            _ if made.downcast_object_ref::<BareObject>().is_some() => Extent::of(&made).map(|_| made),
            ValueKind::Seq | ValueKind::Iterable => {
                ListObject::check_size(made.len().unwrap_or_default())?;
                pass.charge(made.len().unwrap_or_default())?;
                let mut items = Vec::new();
                for item in made.try_iter()? {
                    items.push(item);
                    ListObject::check_size(items.len())?;
                }
                ListObject::wrap(items)
            }
            ValueKind::Map => {
                pass.charge(Extent::of(&made)?.size)?;
                let pairs = made.try_iter()?.map(|key| made.get_item(&key).map(|value| (key, value)));
                Ok(Value::from_pairs(pairs.collect::<Result<Vec<_>, Error>>()?))
            }
            _ => Ok(made),
        }
    }
}

impl Object for ListObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        self.items.get(key.as_usize()?).cloned()
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(self.items.len())
    }
}
