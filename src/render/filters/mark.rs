//! Citations: marks without a claim, claims without a mark, and the places of the notes.

use std::sync::Arc;

use minijinja::value::{Rest, Value};
use minijinja::{Environment, Error};

use super::operand::wrong_kind;
use super::print::broken;
use crate::model::Citation;
use crate::render::operators::{as_text, plain_value};
use crate::render::token::{CLOSE, OPEN, Piece, pieces, unshield};
use crate::render::values::{BareObject, ClaimObject, Listing, MarkObject, Pass, Printed, RecordObject, TextObject};

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    let shared = pass.clone();
    env.add_filter("uncited", move |value: &Value| uncited(&shared, value));
    let shared = pass.clone();
    let cite = move |sources: Rest<Value>| -> Result<Value, Error> {
        let mut citations = Vec::new();
        for source in sources.iter() {
            if let Some(claim) = source.downcast_object_ref::<ClaimObject>() {
                citations.extend(claim.sources());
                continue;
            }
            let plain = plain_value(&shared, source)?;
            match (plain.as_str(), source.downcast_object_ref::<RecordObject>()) {
                (_, Some(record)) => citations.push(Citation { source: record.id().to_owned(), locator: None }),
                (Some(plain), _) => citations.push(Citation::parse(&unshield(plain))),
                (None, None) => return Err(wrong_kind("cite", source, "a source such as `\"report#3\"`, or a claim")),
            }
        }
        Ok(Value::from_object(MarkObject { pass: shared.clone(), printed: Printed::Cite(citations) }))
    };
    env.add_filter("cite", cite.clone());
    env.add_function("cite", cite);
    let shared = pass.clone();
    env.add_function("ref", move |name: &Value| -> Result<Value, Error> {
        let plain = plain_value(&shared, name)?;
        let Some(name) = plain.as_str().map(|name| unshield(name).trim().trim_start_matches('#').to_owned()) else {
            return Err(wrong_kind("ref", name, "the name of a table, figure, heading, record or document"));
        };
        Ok(Value::from_object(MarkObject { pass: shared.clone(), printed: Printed::Reference(name) }))
    });
    let places = [
        ("notes", Printed::Notes),
        ("sources_cited", Printed::Sources),
        ("list_of_tables", Printed::Listing(Listing::Tables)),
        ("list_of_figures", Printed::Listing(Listing::Figures)),
    ];
    for (name, printed) in places {
        let shared = pass.clone();
        env.add_function(name, move || Value::from_object(MarkObject { pass: shared.clone(), printed: printed.clone() }));
    }
}

/// A claim, or printed text with claims, without marks; a value taken out of a claim stays as it is.
fn uncited(pass: &Arc<Pass>, value: &Value) -> Result<Value, Error> {
    if let Some(bare) = value.downcast_object_ref::<BareObject>() {
        pass.loosen(&bare.of.marking);
        return uncited(pass, &bare.inner);
    }
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        return Ok(Value::from_object(ClaimObject { uncited: true, ..claim.clone() }));
    }
    let Some(text) = as_text(pass, value)? else { return Ok(value.clone()) };
    let mut out = String::with_capacity(text.len());
    for piece in pieces(&text) {
        match piece {
            Piece::Text(part) => out.push_str(part),
            Piece::Broken => return Err(broken()),
            Piece::Token(index) => match pass.prints.get(index) {
                Some(Printed::Claim(claim)) => {
                    pass.charge(8 + claim.claims.len())?;
                    out.push_str(&pass.prints.token(Printed::Claim(Arc::new(ClaimObject { uncited: true, ..(*claim).clone() }))));
                }
                _ => out.extend([OPEN.to_string(), index.to_string(), CLOSE.to_string()]),
            },
        }
    }
    Ok(TextObject::wrap(pass, out))
}
