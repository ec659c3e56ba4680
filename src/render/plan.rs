//! Which documents a book makes: one for each plan, or one for each record of the plan's collection.

use std::collections::BTreeMap;

use minijinja::value::ValueKind;

use super::engine::{Context, Engine, on_deep_stack};
use super::planned::Planned;
use super::rewrite::{Unreadable, rewrite};
use super::token::unshield;
use super::values::{Pass, RecordObject};
use super::{Scope, fault, operators};
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::{Pointer, SETTINGS, TEMPLATES, safe_path};
use crate::model::{Book, DocumentPlan};

/// Expands the plans; one whose template or collection is missing is reported and left out.
pub(crate) fn expand(book: &std::sync::Arc<Book>, engine: &Engine, diagnostics: &mut Vec<Diagnostic>) -> Vec<Planned> {
    let mut planned = Vec::new();
    for (index, plan) in book.settings.documents.iter().enumerate() {
        if !engine.has(&plan.template) {
            let known = did_you_mean(&plan.template, engine.sources.keys().map(String::as_str));
            let place = Place::value(SETTINGS, Pointer::from(["documents"]).child(index).child("template"));
            // A template with another fault has its own diagnostic.
            if !engine.reserved.iter().any(|(name, _)| *name == plan.template) && !engine.not_text.contains(&plan.template) {
                let message = format!("document `{}` names template `{}`, which doesn't exist", plan.id, plan.template);
                diagnostics.push(
                    Diagnostic::error(Code::MissingTemplate, place, message)
                        .maybe_help(known)
                        .help(format!("templates are files below `{TEMPLATES}/` that end in `.jinja`")),
                );
            }
            continue;
        }
        match &plan.each {
            None => planned.push(one(plan, index, plan.id.clone(), None, book)),
            Some(collection) => on_deep_stack(|| each(book, engine, plan, index, collection, &mut planned, diagnostics)),
        }
    }
    planned
}

fn one(plan: &DocumentPlan, index: usize, id: String, record: Option<(String, String)>, book: &Book) -> Planned {
    Planned {
        id,
        template: plan.template.clone(),
        plan: index,
        title: plan.title.clone(),
        record,
        notes: plan.notes.unwrap_or(book.settings.notes),
    }
}

fn each(
    book: &std::sync::Arc<Book>,
    engine: &Engine,
    plan: &DocumentPlan,
    index: usize,
    collection: &str,
    planned: &mut Vec<Planned>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    // A collection that doesn't exist is for `check` to report.
    let Some(records) = book.collections.get(collection).map(|c| &c.records) else { return };
    let pass = Pass::new(book.clone());
    let mut env = engine.for_pass(&pass);
    // Values are printed unescaped here: an id isn't Markdown.
    let shared = pass.clone();
    env.set_formatter(move |out, _state, value| Ok(out.write_str(&id_text(&shared, value)?)?));
    let rewritten = rewrite(&plan.id);
    let source = rewritten.as_ref().map_or(plan.id.as_str(), |rewritten| &rewritten.text);
    let unreadable = |fault: &Unreadable| minijinja::Error::new(minijinja::ErrorKind::SyntaxError, fault.why);
    let template = match &rewritten {
        Err(fault) if fault.is_limit => Err(unreadable(fault)),
        _ => env.template_from_named_str(SETTINGS, source),
    };
    let template = template.and_then(|template| rewritten.as_ref().map(|_| template).map_err(unreadable));
    let template = match template {
        Ok(template) => template,
        Err(error) => {
            diagnostics.push(fault::of_document_id(engine, plan, index, None, &error));
            return;
        }
    };
    // The same names for all documents, made once: a book may have ten thousand.
    let mut fields: BTreeMap<String, minijinja::Value> = BTreeMap::new();
    let context = Context { pass: &pass, scope: &Scope::default(), document: "", title: None, record: None };
    fields.insert("book".to_owned(), context.root().get_attr("book").unwrap_or_default());
    for id in records.keys() {
        let record = RecordObject::find(&pass, collection, id).map(minijinja::Value::from_object).unwrap_or_default();
        fields.insert("record".to_owned(), record);
        match template.render(minijinja::Value::from_pairs(fields.clone())) {
            Ok(text) => planned.push(one(plan, index, safe_path(&text), Some((collection.to_owned(), id.clone())), book)),
            Err(error) => diagnostics.push(fault::of_document_id(engine, plan, index, Some((id, &pass)), &error)),
        }
    }
}

/// A value as part of an id: a claim's value, a record's id.
fn id_text(pass: &Pass, value: &minijinja::Value) -> Result<String, minijinja::Error> {
    let plain = operators::plain_value(pass, value)?;
    let plain = plain.downcast_object_ref::<RecordObject>().map_or_else(|| plain.clone(), |record| minijinja::Value::from(record.id()));
    match plain.kind() {
        ValueKind::String | ValueKind::Number => Ok(unshield(&plain.to_string()).into_owned()),
        ValueKind::Undefined => Err(minijinja::Error::from(minijinja::ErrorKind::UndefinedError)),
        ValueKind::None => Err(operators::error("the field is absent or not known")),
        _ => Err(operators::error("only a text or a number is allowed here")),
    }
}
