//! Values taken out of claims: usable in tests and calculations, but not printable without `uncited`.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use minijinja::value::{DynObject, Enumerator, Object, ObjectRepr, Value, ValueKind};

use crate::model::Marking;
use crate::render::token;

/// A part of a claim without its source: `.value`, `.range`, `.unknown`, or what was made of one.
#[derive(Debug, Clone)]
pub(crate) struct BareObject {
    pub(crate) inner: Value,
    pub(crate) of: Arc<Taken>,
}

/// Where it was taken from.
#[derive(Debug)]
pub(crate) struct Taken {
    /// The claim: `missions/kfor/troops`.
    pub(crate) path: String,
    /// The part of it: `value`.
    pub(crate) part: &'static str,
    /// The claim's marking.
    pub(crate) marking: Marking,
}

impl BareObject {
    /// A value taken out of a claim; none stays none.
    pub(crate) fn wrap(inner: Value, of: &Arc<Taken>) -> Value {
        match inner.kind() {
            ValueKind::None | ValueKind::Undefined => inner,
            _ if inner.downcast_object_ref::<BareObject>().is_some() => inner,
            _ => Value::from_object(BareObject { inner, of: of.clone() }),
        }
    }
}

impl Object for BareObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        match self.inner.kind() {
            ValueKind::Seq | ValueKind::Iterable => ObjectRepr::Seq,
            ValueKind::Map => ObjectRepr::Map,
            _ => ObjectRepr::Plain,
        }
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.downcast_object_ref::<BareObject>().map_or(key, |bare| &bare.inner);
        self.inner.get_item(key).ok().filter(|item| !item.is_undefined()).map(|item| BareObject::wrap(item, &self.of))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match self.repr() {
            ObjectRepr::Seq => self.inner.len().map_or(Enumerator::NonEnumerable, Enumerator::Seq),
            ObjectRepr::Map => self
                .inner
                .try_iter()
                .map_or(Enumerator::NonEnumerable, |keys| Enumerator::Values(keys.map(|key| BareObject::wrap(key, &self.of)).collect())),
            _ => Enumerator::NonEnumerable,
        }
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        Some(self.inner.cmp(&other.downcast_ref::<BareObject>()?.inner))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.inner.is_true()
    }

    /// Not the value: if it reaches the document in an unforeseen way, that is reported as a fault.
    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", token::OPEN)
    }
}
