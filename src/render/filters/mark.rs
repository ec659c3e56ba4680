//! What cites: marks without a claim, claims without a mark, and the places of the notes.

use std::sync::Arc;

use minijinja::value::{Rest, Value};
use minijinja::{Environment, Error};

use super::operand::wrong_kind;
use crate::model::Citation;
use crate::render::token::unshield;
use crate::render::values::{ClaimObject, MarkObject, Pass, Printed, RecordObject};

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    env.add_filter("uncited", |value: &Value| match value.downcast_object_ref::<ClaimObject>() {
        Some(claim) => Value::from_object(ClaimObject { uncited: true, ..claim.clone() }),
        None => value.clone(),
    });
    let shared = pass.clone();
    let cite = move |sources: Rest<Value>| -> Result<Value, Error> {
        let mut citations = Vec::new();
        for source in sources.iter() {
            match (source.as_str(), source.downcast_object_ref::<RecordObject>()) {
                (Some(plain), _) => citations.push(Citation::parse(&unshield(plain))),
                (_, Some(record)) => citations.push(Citation { source: record.id().to_owned(), locator: None }),
                _ => return Err(wrong_kind("cite", source, "a source such as `\"report#3\"`")),
            }
        }
        Ok(Value::from_object(MarkObject { pass: shared.clone(), printed: Printed::Cite(citations) }))
    };
    env.add_filter("cite", cite.clone());
    env.add_function("cite", cite);
    for (name, printed) in [("notes", Printed::Notes), ("sources_cited", Printed::Sources)] {
        let shared = pass.clone();
        env.add_function(name, move || Value::from_object(MarkObject { pass: shared.clone(), printed: printed.clone() }));
    }
}
