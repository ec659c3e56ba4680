//! `content/book.yaml`: checked by its own schema, then read into [`Settings`].

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde_json::{Map as JsonMap, Value as Json};

use super::attribution::attribution;
use super::handling;
use super::json::{list, objects, text_of};
use super::schema::{self, Schema};
use super::violation::{Subject, explain};
use super::yaml::{YamlSource, decode, parse};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::layout::{Pointer, SETTINGS as FILE};
use crate::model::{
    Attribution, CollectionConfig, Date, DocumentPlan, Marking, NotesPlacement, NumberStyle, Paper, PdfOptions, Settings, Style,
    ThemeOptions,
};
use crate::tree::Tree;

/// The schema of the settings.
static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let json: Json = serde_yaml::from_str(include_str!("book.schema.yaml")).expect("the settings' schema is part of the program");
    let (annotated, validator) = schema::compile(&json, FILE).expect("the settings' schema is part of the program");
    Schema { json, annotated, validator }
});

/// The JSON Schema of `content/book.yaml`.
pub(super) fn schema() -> Json {
    SCHEMA.json.clone()
}

/// What the settings say of how records are read: known, as far as it is written, where the rest of the settings has faults, so
/// that the faults of records are found in the same run.
pub(super) struct RecordRules {
    pub(super) collections: IndexMap<String, CollectionConfig>,
    pub(super) attribution: Attribution,
    pub(super) default_marking: Marking,
}

/// Reads the settings; none where they have faults.
pub(super) fn read(tree: &Tree, diagnostics: &mut Vec<Diagnostic>) -> (RecordRules, Option<Settings>) {
    let before = diagnostics.len();
    let json = match text(tree, diagnostics) {
        Some(json) => json,
        None => Json::Null,
    };
    diagnostics.extend(two_papers(&json));
    let nothing = JsonMap::new();
    let json_object = json.as_object().unwrap_or(&nothing);
    let rules = record_rules(json_object);
    if diagnostics.len() > before {
        return (rules, None);
    }
    let settings = settings(json_object, &rules);
    diagnostics.extend(settings.iter().flat_map(|settings| handling::faults(&json, settings)));
    (rules, settings)
}

fn record_rules(json: &JsonMap<String, Json>) -> RecordRules {
    RecordRules {
        collections: objects(json.get("collections")).map(|(name, config)| (name.to_owned(), collection(config))).collect(),
        attribution: Attribution { as_of: date(json), ..attribution(json) },
        default_marking: handling::default_marking(json),
    }
}

/// The date that the book speaks for.
fn date(json: &JsonMap<String, Json>) -> Option<Date> {
    text_of(json, "as_of")?.parse().ok()
}

/// The settings as they are written, if they can be read; reports their faults.
fn text(tree: &Tree, diagnostics: &mut Vec<Diagnostic>) -> Option<Json> {
    if tree.get(FILE).is_none() {
        let message = format!("there is no `{FILE}`");
        diagnostics.push(
            Diagnostic::error(Code::BookMissing, Place::Book, message)
                .help("`brief init DIR` makes a small book; `--root DIR` names another folder"),
        );
        return None;
    }
    let text = match decode(tree, FILE) {
        Ok(text) => text,
        Err(fault) => {
            diagnostics.push(*fault);
            return None;
        }
    };
    let mut json = parse(&YamlSource { file: FILE, text, lines_before: 0 }, diagnostics)?;
    if !json.is_object() {
        let message = format!("`{FILE}` must be a mapping, not {}", super::violation::found(&json));
        diagnostics.push(Diagnostic::error(Code::BookSettings, Place::value(FILE, Pointer::root()), message));
        return None;
    }
    super::lift::years_to_text(&mut json, &SCHEMA.annotated);
    let place = |pointer: &Pointer, target| Place::Pointer { file: FILE.to_owned(), pointer: pointer.clone(), target };
    let subject = Subject {
        name: format!("`{FILE}`"),
        shapes: Some(&SCHEMA.annotated.shapes),
        code: Some(Code::BookSettings),
        ..Subject::new(&place)
    };
    for error in SCHEMA.validator.iter_errors(&json) {
        explain(&error, &subject, diagnostics);
    }
    Some(json)
}

/// `paper` beside `theme` and under it, not the same.
fn two_papers(json: &Json) -> Option<Diagnostic> {
    let (outer, inner) = (json.get("paper")?.as_str()?, json.get("theme")?.get("paper")?.as_str()?);
    (outer != inner).then(|| {
        let message = format!("`paper` is `{outer}`, but `paper` under `theme` is `{inner}`");
        Diagnostic::error(Code::BookSettings, Place::key(FILE, ["paper"]), message).help("keep one of them")
    })
}

/// All that the settings say; none without a title and a date, which the schema asks for.
fn settings(json: &JsonMap<String, Json>, rules: &RecordRules) -> Option<Settings> {
    let documents = list(json.get("documents")).filter_map(Json::as_object).map(document).collect();
    let standards = json.get("pdf").and_then(|pdf| pdf.get("standards"));
    Some(Settings {
        title: text_of(json, "title")?,
        subtitle: text_of(json, "subtitle"),
        organization: text_of(json, "organization"),
        as_of: date(json)?,
        as_of_inferred: json.get("as_of_inferred").and_then(Json::as_bool).unwrap_or(false),
        stale_after: json.get("stale_after").and_then(Json::as_u64).and_then(|days| u32::try_from(days).ok()),
        language: text_of(json, "language").unwrap_or_else(|| "en".to_owned()),
        numbers: text_of(json, "numbers").and_then(|example| NumberStyle::of_example(&example)).unwrap_or_default(),
        attribution: rules.attribution.clone(),
        markings: handling::scheme(json.get("markings")),
        default_marking: rules.default_marking.clone(),
        page_marking: json.get("page_marking").and_then(Json::as_bool).unwrap_or(false),
        portion_marks: json.get("portion_marks").and_then(Json::as_bool).unwrap_or(false),
        theme: theme(json),
        notes: notes(json).unwrap_or_default(),
        pdf: PdfOptions {
            standards: match standards {
                Some(standards) => list(Some(standards)).filter_map(Json::as_str).map(str::to_owned).collect(),
                None => vec!["a-3a".to_owned(), "ua-1".to_owned()],
            },
        },
        words: texts(json.get("words")).collect(),
        site_words: texts(json.get("words").and_then(|words| words.get("site"))).collect(),
        documents,
        collections: rules.collections.clone(),
        reader: None,
        audiences: handling::audiences(json.get("audiences")),
    })
}

fn collection(json: &JsonMap<String, Json>) -> CollectionConfig {
    CollectionConfig {
        path: text_of(json, "path"),
        key: text_of(json, "key"),
        sort: text_of(json, "sort"),
        reverse: json.get("reverse").and_then(Json::as_bool).unwrap_or(false),
        label: text_of(json, "label"),
        defaults: json.get("defaults").and_then(Json::as_object).map(attribution).unwrap_or_default(),
        ignore: list(json.get("ignore")).filter_map(Json::as_str).map(str::to_owned).collect(),
    }
}

fn document(json: &JsonMap<String, Json>) -> DocumentPlan {
    DocumentPlan {
        id: text_of(json, "id").unwrap_or_default(),
        template: text_of(json, "template").unwrap_or_default(),
        each: text_of(json, "each"),
        title: text_of(json, "title"),
        notes: notes(json),
    }
}

/// How the book looks: `theme:`, and `paper:` beside it.
fn theme(json: &JsonMap<String, Json>) -> ThemeOptions {
    let none = JsonMap::new();
    let options = json.get("theme").and_then(Json::as_object).unwrap_or(&none);
    let fonts = options.get("fonts").and_then(Json::as_object).unwrap_or(&none);
    let families = |key: &str| match fonts.get(key) {
        Some(Json::String(family)) => vec![family.trim().to_owned()],
        families => list(families).filter_map(Json::as_str).map(|family| family.trim().to_owned()).collect(),
    };
    let style = text_of(options, "style");
    let paper = text_of(options, "paper").or_else(|| text_of(json, "paper"));
    ThemeOptions {
        style: Style::ALL.into_iter().find(|known| style.as_deref() == Some(known.name())).unwrap_or(Style::Briefing),
        paper: if paper.as_deref() == Some(Paper::UsLetter.name()) { Paper::UsLetter } else { Paper::A4 },
        color: text_of(options, "color"),
        accent: text_of(options, "accent"),
        logo: text_of(options, "logo"),
        body_fonts: families("body"),
        heading_fonts: families("heading"),
        code_fonts: families("mono"),
    }
}

fn notes(json: &JsonMap<String, Json>) -> Option<NotesPlacement> {
    match json.get("notes")?.as_str()? {
        "page" => Some(NotesPlacement::Page),
        "end" => Some(NotesPlacement::End),
        "margin" => Some(NotesPlacement::Margin),
        _ => None,
    }
}

fn texts(json: Option<&Json>) -> impl Iterator<Item = (String, String)> {
    let entries = json.and_then(Json::as_object).into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
}
