//! Mentions in texts of records and sources that the audience can't see.

use super::{Mention, Stage, View};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::{Pointer, SETTINGS};
use crate::model::{NameSet, Record, Reference, Value, each_value, mentioned};

/// Finds each text of the view that names something that was taken out. `changed` are the names of records that lack
/// something.
pub(super) fn faults(stage: &Stage<'_>, changed: &NameSet, view: &View) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for record in view.book.collections.values().flat_map(|collection| collection.records.values()) {
        if !record.names().may_mention(&stage.withheld) && !record.names().may_mention(changed) {
            continue;
        }
        each_value(&record.fields, &mut |path, value| {
            let Value::Markdown(text) = value else { return };
            // Parse only texts in which such a name occurs.
            if !mentioned(text).any(|name| stage.withheld.contains(&name) || changed.contains(&name)) {
                return;
            }
            for mention in (stage.markdown.mentions)(text) {
                if let Some(what) = lost(stage, view, &mention) {
                    found.push(fault(stage, view, record, path, &what));
                }
            }
        });
    }
    found
}

fn fault(stage: &Stage<'_>, view: &View, record: &Record, path: &Pointer, what: &str) -> Diagnostic {
    let message = format!("the text `{}{path}` names {what}, which the audience `{}` may not see", record.path(), stage.audience.name);
    let place = Place::value(&record.file, record.pointer.join(path));
    let mut fault = Diagnostic::error(Code::WithheldReference, place, message)
        .record(record.path())
        .help("put that part of the text into a block of its own that bears the same marking: `:::marked TLP:RED`, the text, `:::`")
        .help(format!("who may see what is decided in `{SETTINGS}`, under `audiences`"));
    view.locate(&mut fault);
    fault
}

/// What a mention names, if that was taken out or another item took its place.
fn lost(stage: &Stage<'_>, view: &View, mention: &Mention) -> Option<String> {
    let (collection, id, path) = match mention {
        Mention::Source(id) => return stage.is_hidden_source(id).then(|| format!("the source `{id}`")),
        Mention::Value { collection, id, path } => (collection, id, path),
    };
    let name = format!("`{collection}/{id}{path}`");
    let reference = Reference { collection: collection.clone(), id: id.clone() };
    let written = stage.book.record(&reference)?;
    let Some(shown) = view.book.record(&reference) else { return Some(name) };
    if path.is_root() {
        return None;
    }
    let is_gone = written.at(path).is_some() && shown.at(path).is_none();
    (is_gone || view.places.is_moved(written, path)).then_some(name)
}
