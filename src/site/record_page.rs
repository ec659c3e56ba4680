//! The pages of records: what each says, who says so, where it is printed, and what happened to it.

use std::collections::BTreeSet;

use minijinja::value::Serde;
use minijinja::{Value, context};

use super::data::Record;
use super::facts::{self, RecordLink, Resting, charts, citation};
use super::whole::Whole;
use super::{Language, long_date};
use crate::model::SOURCES;

/// What a record's template is told.
pub(super) fn told(whole: &Whole<'_>, record: &Record, language: &Language) -> Value {
    let mut told = facts::facts(if record.rows.is_empty() { &record.last_rows } else { &record.rows });
    // The page's heading is the name.
    told.retain(|fact| !fact.sources.is_empty() || fact.value.as_deref() != Some(&record.name));
    // A marking that all rows have is said once.
    let markings: BTreeSet<String> = told.iter().filter_map(|fact| fact.marking.clone()).collect();
    let marking = (markings.len() == 1).then(|| markings.first().cloned()).flatten();
    for fact in &mut told {
        fact.as_of = fact.as_of.take().map(|date| date.parse().map_or(date, |date| long_date(date, language)));
        fact.marking.take_if(|own| Some(&*own) == marking.as_ref());
    }
    let row = |fact: &facts::Fact| {
        let sources: Vec<Value> = fact.sources.iter().map(|source| citation(&whole.sources, source)).collect();
        context! { fact => Value::from(Serde(fact)), sources => sources }
    };
    let cited: BTreeSet<&str> = told.iter().flat_map(|fact| &fact.sources).map(|source| facts::parts(source).0).collect();
    let newest = whole.newest().map(|newest| newest.records.as_slice()).unwrap_or_default();
    let relayed = if record.collection == SOURCES { facts::relayed(newest, &record.id) } else { Vec::new() };
    context! {
        record => Value::from(Serde(record)), printed => printed_in(whole, &format!("{}/{}", record.collection, record.id)), charts => charts(record),
        facts => told.iter().map(row).collect::<Vec<_>>(),
        goes_on_as => record.goes_on_as.as_ref().map(|later| Value::from(Serde(RecordLink::of(later)))),
        common_marking => marking,
        sources => cited.into_iter().map(|source| citation(&whole.sources, source)).collect::<Vec<_>>(),
        relayed => Value::from(Serde(&relayed)),
        resting => resting_on(whole, record),
    }
}

/// Where the newest version prints what a record says, or one of its values: each document by its title.
fn printed_in(whole: &Whole<'_>, name: &str) -> Vec<Value> {
    let Some(newest) = whole.newest() else { return Vec::new() };
    let places = whole.printed.get(name).map(Vec::as_slice).unwrap_or_default();
    let documents = places.iter().filter_map(|place| Some((newest.documents.get(place.document)?, &place.path)));
    documents.map(|(document, path)| context! { title => &document.list_title, path => path }).collect()
}

/// The claims that rest on a source, each with the documents that print it.
fn resting_on(whole: &Whole<'_>, record: &Record) -> Vec<Value> {
    if record.collection != SOURCES {
        return Vec::new();
    }
    let claims = whole.resting.get(&record.id).map(Vec::as_slice).unwrap_or_default();
    let place = |claim: &Resting| {
        let place = claim.place.as_deref()?;
        Some(whole.sources.get(record.id.as_str()).map_or_else(|| place.to_owned(), |source| source.place(place)))
    };
    let row = |claim: &Resting| {
        context! {
            record => &claim.record, path => &claim.path, label => &claim.label, through => &claim.through, value => claim.value.as_deref().or_else(|| whole.printed_texts.get(claim.claim.as_str()).copied()), place => place(claim),
            printed => printed_in(whole, &claim.claim),
        }
    };
    claims.iter().map(row).collect()
}
