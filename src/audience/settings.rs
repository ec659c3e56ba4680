//! The settings as an audience gets them.

use indexmap::IndexMap;

use super::Stage;
use crate::model::{
    Attribution, Collection, CollectionConfig, DocumentPlan, Settings, ShapeId, Shapes, SharedRecord, ThemeOptions, field_at,
};

/// The plans of the documents that the audience gets, by their index.
pub(super) fn documents(stage: &Stage<'_>) -> Vec<usize> {
    let is_made = |plan: &DocumentPlan| {
        stage.audience.gets(&plan.id) && plan.each.as_deref().is_none_or(|each| !stage.hidden_collections.contains(each))
    };
    let plans = stage.book.settings.documents.iter().enumerate();
    plans.filter(|(_, plan)| is_made(plan)).map(|(index, _)| index).collect()
}

/// The book's settings.
pub(super) fn visible(stage: &Stage<'_>) -> Settings {
    let settings = &stage.book.settings;
    let documents = documents(stage).into_iter().filter_map(|index| settings.documents.get(index).cloned());
    let is_shown = |name: &str| !stage.hidden_collections.contains(name);
    Settings {
        documents: documents.collect(),
        theme: ThemeOptions { style: stage.audience.style.unwrap_or(settings.theme.style), ..settings.theme.clone() },
        attribution: attribution(stage, &settings.attribution),
        // A collection's own settings are with its records.
        collections: settings
            .collections
            .keys()
            .filter(|name| is_shown(name))
            .map(|name| (name.clone(), CollectionConfig::default()))
            .collect(),
        audiences: vec![stage.audience.clone()],
        reader: Some(stage.audience.clone()),
        ..settings.clone()
    }
}

/// Attribution without the sources that were taken out.
pub(super) fn attribution(stage: &Stage<'_>, said: &Attribution) -> Attribution {
    let sources = said.sources.iter().filter(|citation| !stage.is_hidden_source(&citation.source)).cloned().collect();
    Attribution { sources, ..said.clone() }
}

/// A collection's settings, without the fields that neither its shapes have any more nor any of the records that are left.
pub(super) fn collection(
    stage: &Stage<'_>,
    collection: &Collection,
    shapes: &Shapes,
    records: &IndexMap<String, SharedRecord>,
) -> CollectionConfig {
    let config = &collection.config;
    let has = |dotted: &str| records.values().any(|record| field_at(&record.fields, dotted).is_some());
    let is_shown = |dotted: &str| is_declared(shapes, dotted) || has(dotted);
    let shown = |field: &Option<String>| field.clone().filter(|dotted| is_shown(dotted));
    CollectionConfig {
        path: None,
        key: shown(&config.key),
        sort: shown(&config.sort),
        label: shown(&config.label),
        reverse: config.reverse,
        defaults: attribution(stage, &config.defaults),
        ignore: config.ignore.iter().filter(|dotted| is_shown(dotted)).cloned().collect(),
    }
}

/// Whether a schema names a field, dotted where it lies deeper.
fn is_declared(shapes: &Shapes, dotted: &str) -> bool {
    let mut at: Option<ShapeId> = (!shapes.is_empty()).then_some(Shapes::ROOT);
    for segment in dotted.split('.') {
        // A list has no fields of its own; its items have.
        let inner = at.and_then(|id| shapes.get(id)?.items).or(at);
        at = inner.and_then(|id| shapes.property(id, segment));
    }
    at.is_some()
}
