//! A record for its readers: each fact once, with who says so; and for a source, each claim that rests on it.

use std::collections::{BTreeMap, HashMap};

use minijinja::{Value, context};
use serde::Serialize;

use super::data::{Cite, Document, Record, RecordName, RecordValues, Row, full_label};
use super::path;
use super::words::Language;
use crate::model::SOURCES;
use crate::text::capital;

/// One field of a record, with what belongs to it.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Fact {
    /// `/troops`
    pub(super) path: String,
    pub(super) label: String,
    /// The title of the field that it is in, where it isn't one itself.
    pub(super) group: Option<String>,
    pub(super) value: Option<String>,
    /// The records that the value consists of.
    pub(super) references: Vec<RecordLink>,
    /// Citations, as written: those of the claim, and those in a text; each once.
    pub(super) sources: Vec<String>,
    /// Those in a text.
    #[serde(skip)]
    cites: Vec<Cite>,
    pub(super) as_of: Option<String>,
    pub(super) marking: Option<String>,
    pub(super) confidence: Option<String>,
}

impl Fact {
    fn cite<'a>(&mut self, citations: impl IntoIterator<Item = &'a str>) {
        for citation in citations {
            if !self.sources.iter().any(|known| known == citation) {
                self.sources.push(citation.to_owned());
            }
        }
    }

    /// What it says with a citation: of a text, the sentences that have it.
    fn said_by(&self, citation: &str) -> Option<String> {
        if self.cites.is_empty() {
            return self.value.clone();
        }
        let sentences = self.cites.iter().filter(|cite| cite.citation == citation).map(|cite| cite.quoted());
        Some(sentences.collect::<Vec<_>>().join(" ")).filter(|said| !said.is_empty())
    }
}

/// The rows of a record, those of one field together, in their order.
pub(super) fn facts(rows: &[Row]) -> Vec<Fact> {
    let mut facts: Vec<Fact> = Vec::new();
    let mut places: HashMap<(&str, &str, Option<&str>), usize> = HashMap::new();
    for row in rows {
        let at = *places.entry((&row.path, &row.label, row.group.as_deref())).or_insert_with(|| {
            facts.push(Fact { path: row.path.clone(), label: row.label.clone(), group: row.group.clone(), ..Fact::default() });
            facts.len() - 1
        });
        let Some(fact) = facts.get_mut(at) else { continue };
        let text = Some(row.text.clone());
        match row.part.as_str() {
            "source" => fact.cite(row.sources.iter().map(String::as_str)),
            "as of" | "as_of" => fact.as_of = text,
            "marking" => fact.marking = text,
            "confidence" => fact.confidence = text,
            "value" => {
                fact.value = text;
                fact.cite(row.cites.iter().map(|cite| cite.citation.as_str()));
                fact.cites.extend(row.cites.iter().cloned());
                fact.references = row.references.iter().map(RecordLink::of).collect();
            }
            _ => {}
        }
    }
    facts
}

/// A record's name and page.
#[derive(Debug, Clone, Serialize)]
pub(super) struct RecordLink {
    name: String,
    path: String,
}

impl RecordLink {
    pub(super) fn of(record: &RecordName) -> RecordLink {
        RecordLink { name: record.name.clone(), path: path::record(&record.collection, &record.id) }
    }
}

/// A source as pages name it.
pub(super) struct KnownSource<'a> {
    pub(super) name: &'a str,
    /// What its places are counted in, such as `paragraph`, and the language to say that in.
    unit: Option<&'a str>,
    language: &'a Language,
    /// Who published it, when, and how far it can be relied on.
    about: String,
}

/// The sources among records, by their ids.
pub(super) fn known_sources<'a>(records: &'a [RecordValues], language: &'a Language) -> BTreeMap<&'a str, KnownSource<'a>> {
    let known = |source: &RecordValues| {
        let value = |path: &str| {
            let row = source.rows.iter().find(|row| row.path == path && row.part == "value");
            row.map(|row| row.text.trim_end_matches('.').to_owned()).filter(|text| !text.is_empty())
        };
        let when = [value("/publisher"), value("/date")].into_iter().flatten().collect::<Vec<_>>().join(", ");
        [Some(when).filter(|when| !when.is_empty()), value("/reliability")]
            .into_iter()
            .flatten()
            .map(|said| capital(&said))
            .collect::<Vec<_>>()
            .join(". ")
    };
    let sources = records.iter().filter(|record| record.collection == SOURCES);
    let unit = |source: &'a RecordValues| {
        let row = source.rows.iter().find(|row| row.path == "/locator" && row.part == "value");
        row.map(|row| row.text.as_str())
    };
    sources
        .map(|source| (source.id.as_str(), KnownSource { name: &source.name, unit: unit(source), language, about: known(source) }))
        .collect()
}

impl KnownSource<'_> {
    /// A place in it, in words.
    pub(super) fn place(&self, place: &str) -> String {
        self.language.place_in_source(self.unit, place)
    }
}

/// A citation: the source's name, its page, the place in it, and what is known of it.
pub(super) fn citation(sources: &BTreeMap<&str, KnownSource<'_>>, citation: &str) -> Value {
    let (id, place) = parts(citation);
    match sources.get(id) {
        Some(source) => {
            context! { name => source.name, place => place.map(|place| source.place(place)), path => path::record(SOURCES, id), about => &source.about }
        }
        None => context! { name => id, place => place, path => (), about => "" },
    }
}

/// A citation as text: the source's name and the place in it.
pub(super) fn cited(sources: &BTreeMap<&str, KnownSource<'_>>, citation: &str) -> String {
    let (id, place) = parts(citation);
    match (sources.get(id), place) {
        (Some(source), Some(place)) => format!("{}, {}", source.name, source.place(place)),
        (Some(source), None) => source.name.to_owned(),
        (None, Some(place)) => format!("{id}, {place}"),
        (None, None) => id.to_owned(),
    }
}

/// A citation's source and the place in it.
pub(super) fn parts(citation: &str) -> (&str, Option<&str>) {
    citation.split_once('#').map_or((citation, None), |(id, place)| (id, Some(place)))
}

/// A claim that rests on a source.
#[derive(Debug, Clone)]
pub(super) struct Resting {
    /// What the record is called, and its page; of a figure that was calculated the calculation, which has none.
    pub(super) record: String,
    pub(super) path: Option<String>,
    pub(super) claim: String,
    pub(super) label: String,
    /// Of a text the sentences that cite the source; nothing where it is a part of a larger value.
    pub(super) value: Option<String>,
    pub(super) place: Option<String>,
    /// The source that says so, where this one relays it.
    pub(super) through: Option<String>,
}

/// The claims of all records and the figures calculated from them, by the sources that they rest on.
pub(super) fn resting(records: &[RecordValues], documents: &[Document]) -> BTreeMap<String, Vec<Resting>> {
    let mut all: BTreeMap<String, Vec<Resting>> = BTreeMap::new();
    for record in records {
        for fact in facts(&record.rows) {
            for source in &fact.sources {
                let (id, place) = parts(source);
                all.entry(id.to_owned()).or_default().push(Resting {
                    record: record.name.trim_end_matches('.').to_owned(),
                    path: Some(path::record(&record.collection, &record.id)),
                    claim: format!("{}/{}{}", record.collection, record.id, fact.path),
                    label: full_label(fact.group.as_deref(), &fact.label),
                    value: fact.said_by(source),
                    place: place.map(str::to_owned),
                    through: None,
                });
            }
        }
    }
    for claim in documents.iter().flat_map(|document| &document.claims).filter(|claim| claim.is_derived) {
        for source in &claim.sources {
            let (id, place) = parts(source);
            let known = all.entry(id.to_owned()).or_default();
            if !known.iter().any(|other| other.claim == claim.claim && other.place.as_deref() == place) {
                known.push(Resting {
                    record: claim.title.clone(),
                    path: None,
                    claim: claim.claim.clone(),
                    label: String::new(),
                    value: Some(claim.printed.clone()),
                    place: place.map(str::to_owned),
                    through: None,
                });
            }
        }
    }
    // A claim from a source rests on those that relay it, too.
    let direct = all.clone();
    for source in records.iter().filter(|record| record.collection == SOURCES) {
        let claims = direct.get(&source.id).map(Vec::as_slice).unwrap_or_default();
        for relay in relays(source) {
            let through = claims.iter().map(|claim| Resting { through: Some(source.name.clone()), ..claim.clone() });
            all.entry(relay.id.clone()).or_default().extend(through);
        }
    }
    all
}

/// The sources that relay one.
fn relays(source: &RecordValues) -> impl Iterator<Item = &RecordName> {
    source.rows.iter().filter(|row| row.path == "/via").flat_map(|row| &row.references)
}

/// The sources that one relays.
pub(super) fn relayed(records: &[RecordValues], id: &str) -> Vec<RecordLink> {
    let sources = records.iter().filter(|record| record.collection == SOURCES);
    let relayed = sources.filter(|source| relays(source).any(|relay| relay.id == id));
    relayed.map(|source| RecordLink { name: source.name.clone(), path: path::record(SOURCES, &source.id) }).collect()
}

/// The figures of a record that changed, each as a small chart of what it was in each version that changed it.
pub(super) fn charts(record: &Record) -> Vec<Value> {
    let mut series: BTreeMap<&str, Vec<Point<'_>>> = BTreeMap::new();
    for event in record.history.iter().rev() {
        for field in event.fields.iter().filter(|field| field.is_claim_value) {
            let (Some(before), Some(after), Some((old, new))) = (&field.before, &field.after, field.numbers) else { continue };
            let points = series.entry(&field.label).or_default();
            if points.is_empty() {
                let version = record.history.last().map_or(event.version, |first| first.version);
                points.push(Point { version, text: before, number: old });
            }
            points.push(Point { version: event.version, text: after, number: new });
        }
    }
    series.into_iter().filter_map(|(label, points)| chart(label, &points)).collect()
}

/// A figure in one version.
struct Point<'a> {
    version: u32,
    text: &'a str,
    number: f64,
}

/// Bars as long as the numbers; none if a number is negative, or all are zero.
fn chart(label: &str, points: &[Point<'_>]) -> Option<Value> {
    let most = points.iter().map(|point| point.number).fold(0.0, f64::max);
    if most <= 0.0 || points.iter().any(|point| point.number < 0.0) {
        return None;
    }
    let bar = |point: &Point<'_>| {
        context! { version => point.version, text => point.text, width => format!("{:.1}", point.number / most * 100.0) }
    };
    Some(context! { label => label, bars => points.iter().map(bar).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::{Point, chart};

    #[test]
    fn bars_have_the_lengths_of_the_numbers_whatever_their_texts() {
        let points =
            [Point { version: 1, text: "900,000", number: 900_000.0 }, Point { version: 2, text: "1.5 million", number: 1_500_000.0 }];
        let told = chart("Cost", &points).unwrap().to_string();
        assert!(told.contains("60.0") && told.contains("100.0"), "{told}");
        assert!(chart("Loss", &[Point { version: 1, text: "-3", number: -3.0 }]).is_none());
    }
}
