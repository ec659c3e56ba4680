//! Values of the model to values of the engine.

use std::sync::Arc;

use minijinja::value::Value;

use super::claim::ClaimObject;
use super::map::MapObject;
use super::markdown::MarkdownObject;
use super::pass::Pass;
use super::printed::Origin;
use super::record::RecordObject;
use super::scalar::{number, optional, text};
use crate::model;

/// A value of a record as the engine sees it. A list or mapping is copied, which is charged; what is spent then shows at the
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
        model::Value::Bool(yes) => Value::from(*yes),
        model::Value::Number(n) => number(n),
        model::Value::Text(plain) => text(plain),
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
        model::Value::List(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| to_value(pass, item, Origin { path: origin.path.child(index), record: origin.record.clone() }))
            .collect::<Vec<Value>>()
            .into(),
        model::Value::Map(fields) => Value::from_object(MapObject { pass: pass.clone(), fields: fields.clone(), origin }),
    }
}

/// Citations as templates see them: each with `source` (a record), `id`, `locator`.
pub(super) fn citations(pass: &Arc<Pass>, citations: &[model::Citation]) -> Value {
    let seen = citations.iter().map(|citation| {
        let record = RecordObject::find(pass, model::SOURCES, &citation.source);
        Value::from_pairs([
            ("id", text(&citation.source)),
            ("source", record.map_or(Value::from(()), Value::from_object)),
            ("locator", optional(citation.locator.as_deref())),
        ])
    });
    seen.collect::<Vec<Value>>().into()
}
