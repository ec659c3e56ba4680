//! Counts and sums over lists that may be incomplete for an audience: withheld unless the template asks for what is
//! shown. Also texts that take the place of a withheld value.
//!
//! What counts is whether a list could lack something, not whether it does: that would reveal it.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};
use minijinja::{Error, ErrorKind};

use super::bare::BareObject;
use super::collection::CollectionObject;
use super::extent::ListObject;
use super::pass::Pass;
use crate::layout::Pointer;
use crate::model;

/// How much of a list its reader may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Coverage {
    /// Complete.
    #[default]
    All,
    /// Possibly incomplete, and the template says so: `| of_what_is_shown`.
    Shown,
    /// Possibly incomplete.
    Part,
}

/// How much of a list its reader may see; of anything else, all.
pub(crate) fn coverage(value: &Value) -> Coverage {
    if let Some(list) = value.downcast_object_ref::<ListObject>() {
        return list.coverage;
    }
    if let Some(collection) = value.downcast_object_ref::<CollectionObject>() {
        return collection.coverage();
    }
    value.downcast_object_ref::<BareObject>().map_or(Coverage::All, |bare| coverage(&bare.inner))
}

/// How much of a list in a record its reader may see: nothing can be missing among plain texts and numbers.
pub(super) fn of_list(pass: &Pass, items: &[model::Value], (collection, _): &(String, String), path: &Pointer) -> Coverage {
    let is_plain = |item: &model::Value| {
        matches!(
            item,
            model::Value::Null | model::Value::Bool(_) | model::Value::Number(_) | model::Value::Text(_) | model::Value::Markdown(_)
        )
    };
    if pass.sees_all || !items.is_empty() && items.iter().all(is_plain) {
        return Coverage::All;
    }
    let shapes = pass.book.collections.get(collection).map(|collection| &collection.shapes);
    if shapes.is_some_and(|shapes| shapes.is_complete_at(path)) { Coverage::All } else { Coverage::Part }
}

/// The number of iterations of a loop, or those left. The list isn't known here, so the number is withheld from anyone who may not see all
/// that the book could hold.
pub(crate) fn turns(pass: &Pass, count: Value, name: &'static str) -> Value {
    PartialObject::of(count, name, if pass.sees_all { Coverage::All } else { Coverage::Part })
}

/// A value made of a list that may be incomplete, or a text in the place of a withheld value.
#[derive(Debug, Clone)]
pub(crate) struct PartialObject {
    pub(crate) inner: Value,
    pub(crate) kind: PartialKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PartialKind {
    /// It prints as the word for what is withheld. By which filter it was made: `length`.
    Withheld(&'static str),
    /// It prints with the words that say of what it is.
    Shown,
    /// It is the schema's `x-withheld`: prints as it is, and is no value to calculate with.
    Placeholder,
}

impl PartialObject {
    /// The result of a filter on a list.
    pub(crate) fn of(made: Value, filter: &'static str, coverage: Coverage) -> Value {
        let kind = match coverage {
            Coverage::All => return made,
            Coverage::Shown => PartialKind::Shown,
            Coverage::Part => PartialKind::Withheld(filter),
        };
        Value::from_object(PartialObject { inner: made, kind })
    }

    pub(crate) fn placeholder(text: &str) -> Value {
        Value::from_object(PartialObject { inner: super::scalar::text(text), kind: PartialKind::Placeholder })
    }

    /// The placeholder text, if a value is one.
    pub(crate) fn in_place(value: &Value) -> Option<&PartialObject> {
        value.downcast_object_ref::<PartialObject>().filter(|partial| partial.kind == PartialKind::Placeholder)
    }

    /// The value in it, to compare and to calculate with.
    pub(crate) fn value(&self) -> Result<&Value, Error> {
        match self.kind {
            PartialKind::Withheld(filter) => Err(Error::new(
                ErrorKind::InvalidOperation,
                format!(
                    "`{filter}` of a list of which this audience may not see all is withheld: say `| of_what_is_shown`, or leave it out"
                ),
            )),
            PartialKind::Shown | PartialKind::Placeholder => Ok(&self.inner),
        }
    }

    /// The same, with another value made of it.
    pub(crate) fn with(&self, made: Value) -> Value {
        Value::from_object(PartialObject { inner: made, kind: self.kind.clone() })
    }
}

impl Object for PartialObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.inner.is_true()
    }

    /// Not the value: if it reaches the document in an unforeseen way, that is reported as a fault.
    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", crate::render::token::OPEN)
    }
}
