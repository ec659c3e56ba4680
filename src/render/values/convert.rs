//! Values of the model to values of the engine.

use std::sync::Arc;

use minijinja::value::Value;

use super::claim::ClaimObject;
use super::extent::ListObject;
use super::map::MapObject;
use super::markdown::MarkdownObject;
use super::partial::{self, Coverage, PartialObject};
use super::pass::Pass;
use super::printed::{Origin, Printed};
use super::record::RecordObject;
use super::scalar::{number, text};
use super::text::TextObject;
use crate::model::{self, Marking};

/// A value of a record for the engine. A list or mapping is copied, which is charged; an exceeded budget shows at the
/// next charge.
pub(crate) fn to_value(pass: &Arc<Pass>, value: &model::Value, origin: Origin) -> Value {
    let copied = match value {
        // Its items are charged as they are copied.
        model::Value::List(items) => 16 * items.len(),
        other => other.size(),
    };
    let _ = pass.charge_text(copied);
    match value {
        model::Value::Null => Value::from(()),
        model::Value::Bool(_) | model::Value::Number(_) => {
            // A number can't carry its marking, so it is recorded here.
            if let Some(marking) = raised(pass, &origin) {
                pass.loosen(marking);
            }
            match value {
                model::Value::Number(n) => number(n),
                _ => Value::from(*value == model::Value::Bool(true)),
            }
        }
        model::Value::Text(plain) if is_placeholder(pass, plain, &origin) => PartialObject::placeholder(plain),
        model::Value::Text(plain) => match raised(pass, &origin) {
            Some(marking) => marked_text(pass, plain, marking),
            None => text(plain),
        },
        model::Value::Markdown(markdown) => Value::from_object(MarkdownObject { pass: pass.clone(), text: markdown.clone(), origin }),
        model::Value::Reference(reference) => match RecordObject::find(pass, &reference.collection, &reference.id) {
            Some(record) => Value::from_object(record),
            None => text(&reference.id),
        },
        model::Value::Claim(claim) => Value::from_object(ClaimObject {
            pass: pass.clone(),
            claims: vec![Arc::new((origin, (**claim).clone()))],
            text: None,
            derived: None,
            uncited: false,
        }),
        model::Value::List(items) => {
            let values: Vec<Value> = items
                .iter()
                .enumerate()
                .map(|(index, item)| to_value(pass, item, Origin { path: origin.path.child(index), record: origin.record.clone() }))
                .collect();
            match partial::of_list(pass, items, &origin.record, &origin.path) {
                Coverage::All => values.into(),
                // The size of data is already limited.
                coverage => ListObject::covering(values.clone(), coverage).unwrap_or_else(|_| values.into()),
            }
        }
        model::Value::Map(fields) => Value::from_object(MapObject { pass: pass.clone(), fields: fields.clone(), origin }),
    }
}

/// Whether a text takes the place of a value that the reader may not see.
fn is_placeholder(pass: &Pass, plain: &str, origin: &Origin) -> bool {
    let shapes = || Some(&pass.book.collections.get(&origin.record.0)?.shapes);
    !pass.sees_all && shapes().and_then(|shapes| shapes.at(&origin.path)?.withheld.as_deref()) == Some(plain)
}

/// The marking of a record's value, if it exceeds that of the template's own text.
fn raised<'a>(pass: &'a Pass, origin: &Origin) -> Option<&'a Marking> {
    let (collection, id) = &origin.record;
    let record = pass.book.collections.get(collection)?.records.get(id)?;
    Some(record.marking_at(&origin.path)).filter(|marking| !pass.text_marking.includes(marking))
}

/// A plain text with its marking.
pub(crate) fn marked_text(pass: &Arc<Pass>, plain: &str, marking: &Marking) -> Value {
    match pass.text_marking.includes(marking) {
        true => text(plain),
        false => TextObject::wrap(pass, pass.prints.token(Printed::Marked { text: plain.to_owned(), marking: marking.clone() })),
    }
}

/// Citations as templates see them: each with `source` (a record), `id`, `locator`.
pub(super) fn citations(pass: &Arc<Pass>, citations: &[model::Citation], marking: &Marking) -> Value {
    let seen = citations.iter().map(|citation| {
        let record = RecordObject::find(pass, model::SOURCES, &citation.source);
        Value::from_pairs([
            ("id", marked_text(pass, &citation.source, marking)),
            ("source", record.map_or(Value::from(()), Value::from_object)),
            ("locator", citation.locator.as_ref().map_or(Value::from(()), |locator| marked_text(pass, locator, marking))),
        ])
    });
    seen.collect::<Vec<Value>>().into()
}
