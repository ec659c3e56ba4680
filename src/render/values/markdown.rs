//! Texts that are Markdown, as templates see them.

use std::fmt;
use std::sync::Arc;

use minijinja::value::{Object, ObjectRepr, Value};

use super::pass::Pass;
use super::printed::{Origin, Printed};
use super::scalar::text;

/// A text of a field whose schema says `format: markdown`.
#[derive(Debug)]
pub(crate) struct MarkdownObject {
    pub(crate) pass: Arc<Pass>,
    pub(crate) text: String,
    pub(crate) origin: Origin,
}

impl MarkdownObject {
    pub(crate) fn printed(&self) -> Printed {
        Printed::Markdown { text: self.text.clone(), origin: self.origin.clone() }
    }
}

impl Object for MarkdownObject {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        (key.as_str() == Some("value")).then(|| text(&self.text))
    }

    fn is_true(self: &Arc<Self>) -> bool {
        !self.text.trim().is_empty()
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.pass.prints.token(self.printed()))
    }
}
