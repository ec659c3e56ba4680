//! Marks and places that a template asks for by a function.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr};

use super::pass::Pass;
use super::printed::Printed;

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
