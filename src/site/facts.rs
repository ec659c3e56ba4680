//! A record for its readers: each fact once, with who says so; and for a source, each claim that rests on it.

use std::collections::BTreeMap;

use minijinja::{Value, context};
use serde::Serialize;

use super::data::{Event, Record, RecordValues, Row};
use super::path;
use crate::model::SOURCES;

/// One field of a record, with what belongs to it.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Fact {
    /// `/troops`
    pub(super) path: String,
    pub(super) label: String,
    pub(super) value: Option<String>,
    pub(super) sources: Vec<String>,
    pub(super) as_of: Option<String>,
    pub(super) marking: Option<String>,
    pub(super) confidence: Option<String>,
}

/// The rows of a record, those of one field together, in their order.
pub(super) fn facts(rows: &[Row]) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    for row in rows {
        let found = facts.iter().position(|fact| fact.path == row.path && fact.label == row.label);
        let at = found.unwrap_or_else(|| {
            facts.push(Fact { path: row.path.clone(), label: row.label.clone(), ..Fact::default() });
            facts.len() - 1
        });
        let Some(fact) = facts.get_mut(at) else { continue };
        let text = Some(row.text.clone());
        match row.part.as_str() {
            "source" => fact.sources = row.text.split(", ").map(str::to_owned).collect(),
            "as of" | "as_of" => fact.as_of = text,
            "marking" => fact.marking = text,
            "confidence" => fact.confidence = text,
            "value" => fact.value = text,
            _ => {}
        }
    }
    // A claim inside a value that is shown as a whole is named by its place in it.
    let whole: Vec<(String, String)> =
        facts.iter().filter(|fact| fact.value.is_some()).map(|fact| (fact.path.clone(), fact.label.clone())).collect();
    for fact in facts.iter_mut().filter(|fact| fact.value.is_none()) {
        let inside = whole.iter().find_map(|(path, label)| Some((label, fact.path.strip_prefix(path)?.strip_prefix('/')?)));
        if let Some((label, place)) = inside {
            fact.label = format!("{label}: {}", place.replace('/', ", ").replace(['-', '_'], " "));
        }
    }
    facts
}

/// A citation: the source's name, its page, and the place in it.
pub(super) fn citation(names: &BTreeMap<&str, &str>, citation: &str) -> Value {
    let (id, place) = citation.split_once('#').map_or((citation, None), |(id, place)| (id, Some(place)));
    let name = names.get(id);
    context! { name => name.copied().unwrap_or(id), place => place, path => name.map(|_| path::record(SOURCES, id)) }
}

/// A claim that rests on a source.
pub(super) struct Resting {
    pub(super) record: String,
    pub(super) path: String,
    pub(super) claim: String,
    pub(super) label: String,
    /// Nothing where it is a part of a larger value.
    pub(super) value: Option<String>,
    pub(super) place: Option<String>,
}

/// The claims of all records, by the sources that they rest on.
pub(super) fn resting(records: &[RecordValues]) -> BTreeMap<String, Vec<Resting>> {
    let mut all: BTreeMap<String, Vec<Resting>> = BTreeMap::new();
    for record in records {
        for fact in facts(&record.rows) {
            for source in &fact.sources {
                let (id, place) = source.split_once('#').map_or((source.as_str(), None), |(id, place)| (id, Some(place)));
                all.entry(id.to_owned()).or_default().push(Resting {
                    record: record.name.clone(),
                    path: path::record(&record.collection, &record.id),
                    claim: format!("{}/{}{}", record.collection, record.id, fact.path),
                    label: fact.label.clone(),
                    value: fact.value.clone(),
                    place: place.map(str::to_owned),
                });
            }
        }
    }
    all
}

/// The figures of a record that changed, each as a small chart of what it was in each version that changed it.
pub(super) fn charts(record: &Record) -> Vec<Value> {
    let mut series: BTreeMap<&str, Vec<(u32, &str)>> = BTreeMap::new();
    for event in record.history.iter().rev() {
        for field in event.fields.iter().filter(|field| field.is_claim_value && field.words.is_empty()) {
            let (Some(before), Some(after)) = (&field.before, &field.after) else { continue };
            let points = series.entry(&field.label).or_default();
            if points.is_empty() {
                points.push((first_version(record, event), before));
            }
            points.push((event.version, after));
        }
    }
    series.into_iter().filter_map(|(label, points)| chart(label, &points)).collect()
}

fn first_version(record: &Record, event: &Event) -> u32 {
    record.history.last().map_or(event.version, |first| first.version)
}

fn chart(label: &str, points: &[(u32, &str)]) -> Option<Value> {
    let numbers: Vec<f64> = points.iter().map(|(_, text)| number(text)).collect::<Option<_>>()?;
    let most = numbers.iter().copied().fold(0.0, f64::max);
    if most <= 0.0 || numbers.iter().any(|number| *number < 0.0) {
        return None;
    }
    let bars: Vec<Value> = points
        .iter()
        .zip(&numbers)
        .map(|((version, text), number)| context! { version => *version, text => *text, width => format!("{:.1}", number / most * 100.0) })
        .collect();
    Some(context! { label => label, bars => bars })
}

/// The one number in a text such as `about 50,000`; nothing where there is none, or several.
fn number(text: &str) -> Option<f64> {
    let mut numbers = text
        .split(|c: char| !c.is_ascii_digit() && !matches!(c, ',' | '.' | '\u{a0}' | '\u{202f}'))
        .filter(|part| part.chars().any(|c| c.is_ascii_digit()));
    let only = numbers.next().filter(|_| numbers.next().is_none())?;
    if text.contains(['–', '-']) {
        return None;
    }
    only.trim_end_matches(['.', ',']).replace([',', '\u{a0}', '\u{202f}'], "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_figure_is_one_number() {
        assert_eq!(number("about 50,000 troops"), Some(50_000.0));
        assert_eq!(number("1.5 million"), Some(1.5));
        assert_eq!((number("10–20"), number("none"), number("3 of 4"), number("-3")), (None, None, None, None));
    }
}
