//! What `content/book.yaml` says of handling: the labels, which covers which, and the audiences.

use indexmap::IndexMap;
use serde_json::{Map as JsonMap, Value as Json};

use super::attribution::marking_of;
use super::json::{list, objects, text_of};
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::layout::{Pointer, SETTINGS, is_reserved, name_fault};
use crate::model::{Audience, DocumentPlan, Label, Marking, MarkingScheme, Settings, Style};

/// The scheme that the book declares, else the Traffic Light Protocol. A list of labels is an order, least restricted
/// first; in a mapping each label says which it is above.
pub(super) fn scheme(json: Option<&Json>) -> MarkingScheme {
    let mut labels: IndexMap<String, Label> = IndexMap::new();
    match json {
        Some(Json::Array(items)) => {
            for name in items.iter().filter_map(Json::as_str).map(str::trim) {
                let above = labels.keys().last().cloned().into_iter().collect();
                labels.insert(name.to_owned(), Label { above, ..Label::default() });
            }
        }
        Some(declared @ Json::Object(_)) => {
            for (name, said) in objects(Some(declared)) {
                let [short, color, background] = ["short", "color", "background"].map(|key| text_of(said, key));
                let label = Label { above: texts(said.get("above")), short, color, background };
                labels.insert(name.trim().to_owned(), label);
            }
        }
        _ => {}
    }
    if labels.is_empty() { MarkingScheme::tlp() } else { MarkingScheme::new(labels) }
}

/// The audiences, in the order in which they are declared.
pub(super) fn audiences(json: Option<&Json>) -> Vec<Audience> {
    let audience = |(name, said): (&str, &JsonMap<String, Json>)| Audience {
        name: name.to_owned(),
        clearance: marking_of(said, "clearance"),
        documents: said.get("documents").map(|documents| texts(Some(documents))),
        style: text_of(said, "style").and_then(|name| Style::ALL.into_iter().find(|style| style.name() == name)),
    };
    objects(json).map(audience).collect()
}

/// A text, or a list of texts.
fn texts(json: Option<&Json>) -> Vec<String> {
    let one = json.and_then(Json::as_str);
    one.into_iter().chain(list(json).filter_map(Json::as_str)).map(|text| text.trim().to_owned()).collect()
}

/// What is wrong with them.
pub(super) fn faults(json: &Json, settings: &Settings) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    order(json, settings, &mut found);
    audience_faults(settings, &mut found);
    found
}

/// An order that names labels that there aren't, or runs in a circle.
fn order(json: &Json, settings: &Settings, found: &mut Vec<Diagnostic>) {
    let scheme = &settings.markings;
    for (name, said) in objects(json.get("markings").filter(|markings| markings.is_object())) {
        for other in texts(said.get("above")).iter().filter(|other| scheme.label(other).is_none()) {
            let place = Place::value(SETTINGS, ["markings", name, "above"]);
            let message = format!("`{name}` is above `{other}`, which is no label of the book");
            found.push(Diagnostic::error(Code::UnknownMarking, place, message).maybe_help(did_you_mean(other, scheme.names())));
        }
    }
    if let Some(cycle) = scheme.cycle() {
        let first = cycle.first().cloned().unwrap_or_default();
        let chain = cycle.iter().chain([&first]).map(|label| format!("`{label}`")).collect::<Vec<_>>().join(" above ");
        let place = Place::key(SETTINGS, ["markings", &first, "above"]);
        found.push(
            Diagnostic::error(Code::MarkingOrder, place, format!("the order of the markings runs in a circle: {chain}"))
                .help("take one of them out, so that it is clear which label is the more restricted"),
        );
    }
}

fn audience_faults(settings: &Settings, found: &mut Vec<Diagnostic>) {
    if settings.audiences.is_empty() {
        return;
    }
    if settings.default_marking.is_empty() {
        let message = "unmarked content has no audience: set `default_marking`";
        found.push(Diagnostic::error(Code::MissingDefaultMarking, Place::key(SETTINGS, ["audiences"]), message).help(format!(
            "write `default_marking: {}`, or the label that is meant",
            settings.markings.names().next().unwrap_or_default()
        )));
    }
    for audience in &settings.audiences {
        let name = &audience.name;
        let place = |key: &str| Pointer::from(["audiences", name, key]);
        if let Some(why) = is_reserved(name).then(|| "is reserved".to_owned()).or_else(|| name_fault(name)) {
            let place = Place::key(SETTINGS, ["audiences", name]);
            let message = format!("an audience can't be called `{name}`: the name {why}");
            found.push(
                Diagnostic::error(Code::BookSettings, place, message).help("its versions are in a folder of that name below `output/`"),
            );
        }
        if audience.clearance.is_empty() {
            let place = Place::key(SETTINGS, ["audiences", name]);
            let message = format!("the audience `{name}` has no `clearance`, so it is not known what it may see");
            found.push(
                Diagnostic::error(Code::BookSettings, place, message)
                    .help("name the highest label that it may see, or a list of such labels: `clearance: TLP:GREEN`"),
            );
        }
        let Some(documents) = &audience.documents else { continue };
        if documents.is_empty() {
            let message = format!("the audience `{name}` gets no document");
            found.push(
                Diagnostic::error(Code::AudienceWithoutDocument, Place::key(SETTINGS, place("documents")), message)
                    .help("name the ids of its documents as under `documents`, or leave the key out: it then gets all of them"),
            );
        }
        let plans = || settings.documents.iter().map(|plan: &DocumentPlan| plan.id.as_str());
        for (index, id) in documents.iter().enumerate().filter(|(_, id)| plans().all(|plan| plan != id.as_str())) {
            let message = format!("the audience `{name}` gets document `{id}`, which the book doesn't make");
            let help = did_you_mean(id, plans())
                .unwrap_or_else(|| format!("there are {}", plans().map(|plan| format!("`{plan}`")).collect::<Vec<_>>().join(", ")));
            let place = Place::value(SETTINGS, place("documents").child(index));
            found.push(Diagnostic::error(Code::InvalidDocument, place, message).help(help));
        }
    }
}

/// The marking of content that has none.
pub(super) fn default_marking(json: &JsonMap<String, Json>) -> Marking {
    marking_of(json, "default_marking")
}
