//! What a template can only print: the marks and places that functions give, and the fields of the version.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};

use super::pass::Pass;
use super::printed::Printed;
use crate::document::StampField;
use crate::render::words::DateStyle;

/// A mark or a place for generated text: `cite("report#3")`, `notes()`.
#[derive(Debug)]
pub(crate) struct MarkObject {
    pub(crate) pass: Arc<Pass>,
    pub(crate) printed: Printed,
}

impl Object for MarkObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pass.prints.token(self.printed.clone()))
    }
}

/// A field of the version, which can be printed but not compared.
#[derive(Debug)]
pub(crate) struct StampObject {
    pub(crate) pass: Arc<Pass>,
    pub(crate) field: StampField,
}

impl StampObject {
    /// The version's date in another style.
    pub(crate) fn dated(&self, style: DateStyle) -> Value {
        let field = match (self.field, style) {
            (StampField::Date | StampField::LongDate, DateStyle::Iso) => StampField::Date,
            (StampField::Date | StampField::LongDate, _) => StampField::LongDate,
            (other, _) => other,
        };
        Value::from_object(StampObject { pass: self.pass.clone(), field })
    }
}

impl Object for StampObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pass.prints.token(Printed::Stamp(self.field)))
    }
}
