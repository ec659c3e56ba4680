//! Figures from records: `bar_chart` and `timeline` read fields of records and print a chart with its values.

use std::sync::Arc;

use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error};

use super::operand::{items, wrong_kind};
use crate::document::chart::{Bar, BarChart, BarWords, Chart, Edge, Extent, Gate, Span, Timeline};
use crate::model::{Date, Exact, NotAQuantity, Quantity};
use crate::render::claim_text;
use crate::render::operators::{error as invalid, named, plain_value};
use crate::render::token::unshield;
use crate::render::values::{ClaimObject, FigureData, FigureValue, MarkObject, Pass, Printed, RecordObject, exact};
use crate::render::words::{long_date, word};

/// More rows than this can't be read in one figure.
const MOST_ROWS: usize = 60;
/// More voices than this can't be told apart without color.
const MOST_VOICES: usize = 4;

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    let shared = pass.clone();
    env.add_function("bar_chart", move |records: &Value, options: Kwargs| bar_chart(&shared, records, &options));
    let shared = pass.clone();
    env.add_function("timeline", move |records: &Value, options: Kwargs| timeline(&shared, records, &options));
}

fn figure(pass: &Arc<Pass>, data: FigureData) -> Value {
    Value::from_object(MarkObject { pass: pass.clone(), printed: Printed::Figure(Arc::new(data)) })
}

/// The rows of a figure: not none, and no more than can be read.
fn rows(function: &str, records: &Value) -> Result<Vec<Value>, Error> {
    let rows: Vec<Value> = items(records, function)?.collect();
    match rows.len() {
        0 => Err(invalid(format!("`{function}` has nothing to show: test the list first"))),
        count if count > MOST_ROWS => {
            Err(invalid(format!("`{function}` can show {MOST_ROWS} records at most, not {count}: choose or group them")))
        }
        _ => Ok(rows),
    }
}

/// A field of a row, dotted; the name of a field that isn't there is an error.
fn field(row: &Value, path: &str) -> Result<Value, Error> {
    let mut value = row.clone();
    for name in path.split('.') {
        value = value.get_attr(name)?;
        if value.is_undefined() {
            return Err(invalid(format!("{} has no field `{name}`", named(row))));
        }
        if value.is_none() {
            break;
        }
    }
    Ok(value)
}

/// What a reader sees of a value, in one line.
fn words_of(pass: &Pass, row: &Value, path: &str) -> Result<String, Error> {
    let value = field(row, path)?;
    let text = match (value.downcast_object_ref::<ClaimObject>(), value.downcast_object_ref::<RecordObject>()) {
        (Some(claim), _) => claim.printed_text(),
        (_, Some(record)) => pass.book.display_name(record.record()).to_owned(),
        _ if value.is_none() => return Err(invalid(format!("{} leaves `{path}` out, which the figure needs", named(row)))),
        _ => match plain_value(pass, &value)?.as_str() {
            Some(text) => unshield(text).into_owned(),
            None => return Err(wrong_kind("label", &value, "a field that holds a text")),
        },
    };
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn title(options: &Kwargs) -> Result<String, Error> {
    let title: String = options.get("title")?;
    Ok(unshield(&title).split_whitespace().collect::<Vec<_>>().join(" "))
}

/// `bar_chart(records, label="name", value="troops", title="…")`.
fn bar_chart(pass: &Arc<Pass>, records: &Value, options: &Kwargs) -> Result<Value, Error> {
    let (label, value): (String, String) = (options.get("label")?, options.get("value")?);
    let title = title(options)?;
    options.assert_all_used()?;
    let mut bars = Vec::new();
    let mut values = Vec::new();
    let mut unit: Option<(Value, Option<String>)> = None;
    for row in rows("bar_chart", records)? {
        let name = words_of(pass, &row, &label)?;
        let shown = field(&row, &value)?;
        let (extent, printed) = match shown.downcast_object_ref::<ClaimObject>() {
            Some(claim) => {
                let extent = match claim.quantity() {
                    Ok(quantity) => {
                        same_unit(&mut unit, &shown, &quantity)?;
                        extent(&shown, &quantity)?
                    }
                    Err(NotAQuantity::Unknown(_)) => Extent::Unknown,
                    Err(_) => return Err(invalid(format!("{} is no number that a bar could show", named(&shown)))),
                };
                (extent, claim.printed_text())
            }
            None if shown.is_none() => {
                let help = "where nothing is known, say so with `unknown`";
                return Err(invalid(format!("{} leaves `{value}` out, which the chart needs; {help}", named(&row))));
            }
            None => bare(pass, &shown)?,
        };
        values.push((name.clone(), FigureValue::of(&shown, &printed)));
        bars.push(Bar { label: name, extent, printed });
    }
    let settings = &pass.book.settings;
    let words = BarWords {
        about: word(settings, "approximate"),
        at_least: word(settings, "at_least"),
        at_most: word(settings, "at_most"),
        between: word(settings, "between"),
    };
    Ok(figure(pass, FigureData { chart: Chart::Bars(BarChart { bars, words }), title, values }))
}

/// A number of a field that is no claim.
fn bare(pass: &Pass, shown: &Value) -> Result<(Extent, String), Error> {
    let plain = plain_value(pass, shown)?;
    let Some(number) = exact(&plain).filter(|number| !number.is_negative() && number.to_f64().is_finite()) else {
        return Err(wrong_kind("bar_chart", shown, "numbers that are not negative"));
    };
    let quantity = Quantity::exactly(number.clone());
    Ok((Extent::Exact(number.to_f64()), claim_text::quantity(&quantity, &pass.book.settings)))
}

fn same_unit(known: &mut Option<(Value, Option<String>)>, claim: &Value, quantity: &Quantity) -> Result<(), Error> {
    match known {
        None => *known = Some((claim.clone(), quantity.unit.clone())),
        Some((_, unit)) if *unit == quantity.unit => {}
        Some((first, unit)) => {
            let in_unit =
                |unit: &Option<String>| unit.as_deref().map_or_else(|| "without a unit".to_owned(), |unit| format!("in `{unit}`"));
            let (one, other) = (in_unit(unit), in_unit(&quantity.unit));
            return Err(invalid(format!("bars of unlike units can't be compared: {} is {one}, {} {other}", named(first), named(claim))));
        }
    }
    Ok(())
}

fn extent(claim: &Value, quantity: &Quantity) -> Result<Extent, Error> {
    let number = |exact: &Option<Exact>| -> Result<Option<f64>, Error> {
        let Some(exact) = exact else { return Ok(None) };
        match exact.to_f64() {
            number if number.is_finite() && !exact.is_negative() => Ok(Some(number)),
            _ => Err(invalid(format!("{} is negative or too large, which a bar can't show", named(claim)))),
        }
    };
    Ok(match (number(&quantity.low)?, number(&quantity.high)?) {
        (Some(low), Some(high)) if low == high => {
            if quantity.approximate {
                Extent::About(low)
            } else {
                Extent::Exact(low)
            }
        }
        (Some(low), Some(high)) => Extent::Between(low, high),
        (Some(low), None) => Extent::AtLeast(low),
        (None, Some(high)) => Extent::AtMost(high),
        (None, None) => Extent::Unknown,
    })
}

/// `timeline(records, label=…, start=…, end=…, voice=…, says=…, title=…, inside=…, gates=…, gate=…, when=…, note=…)`.
fn timeline(pass: &Arc<Pass>, records: &Value, options: &Kwargs) -> Result<Value, Error> {
    let name = |key: &str| options.get::<String>(key);
    let (label, start, end, voice, says) = (name("label")?, name("start")?, name("end")?, name("voice")?, name("says")?);
    let inside: Option<String> = options.get("inside")?;
    let when: Option<String> = options.get("when")?;
    let note: Option<String> = options.get("note")?;
    let gates: Option<Value> = options.get("gates")?;
    let title = title(options)?;
    options.assert_all_used()?;
    let gates: Vec<Value> = gates.as_ref().map_or_else(|| Ok(Vec::new()), |gates| rows("timeline", gates))?;
    let rows = rows("timeline", records)?;
    let mut edges = Vec::new();
    for row in &rows {
        edges.push((edge(pass, row, &start, &gates)?, edge(pass, row, &end, &gates)?));
    }
    let scale = Scale::of(pass, &rows, &edges, &gates, when.as_deref())?;
    let mut voices: Vec<String> = Vec::new();
    let mut spans = Vec::new();
    let mut values = Vec::new();
    for (row, (from, to)) in rows.iter().zip(&edges) {
        let (start, end) = (scale.place(from), scale.place(to));
        if let (Edge::At(start), Edge::At(end)) = (start, end)
            && end < start
        {
            return Err(invalid(format!("{} ends before it begins", named(row))));
        }
        let said_by = words_of(pass, row, &voice)?;
        let voice = voices.iter().position(|known| *known == said_by).unwrap_or_else(|| {
            voices.push(said_by);
            voices.len() - 1
        });
        let inside = match &inside {
            Some(path) if !field(row, path)?.is_none() => words_of(pass, row, path)?,
            _ => String::new(),
        };
        let label = words_of(pass, row, &label)?;
        let printed = words_of(pass, row, &says)?;
        values.push((label.clone(), FigureValue::of(&field(row, &says)?, &printed)));
        spans.push(Span { label, inside, start, end, voice });
    }
    if voices.len() > MOST_VOICES {
        return Err(invalid(format!("`timeline` can tell {MOST_VOICES} voices apart, not {}", voices.len())));
    }
    let gates = scale.gates;
    let note = note.map(|note| unshield(&note).into_owned()).unwrap_or_default();
    Ok(figure(pass, FigureData { chart: Chart::Timeline(Timeline { spans, gates, voices, note }), title, values }))
}

/// Where a span begins or ends, as its record says.
enum Found {
    Open,
    Gate(usize),
    Date(Date),
}

fn edge(pass: &Pass, row: &Value, path: &str, gates: &[Value]) -> Result<Found, Error> {
    let value = field(row, path)?;
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>()
        && !claim.is_known()
    {
        return Ok(Found::Open);
    }
    if value.is_none() {
        return Ok(Found::Open);
    }
    if let Some(record) = value.downcast_object_ref::<RecordObject>() {
        let is_it =
            |gate: &Value| gate.downcast_object_ref::<RecordObject>().is_some_and(|gate| gate.record().path() == record.record().path());
        let at = gates.iter().position(is_it);
        return at
            .map(Found::Gate)
            .ok_or_else(|| invalid(format!("{} waits for {}, which is none of the `gates`", named(row), named(&value))));
    }
    let plain = plain_value(pass, &value)?;
    let date = plain.as_str().and_then(|text| unshield(text).parse::<Date>().ok());
    date.map(Found::Date).ok_or_else(|| wrong_kind(path, &value, "a date, a gate, or nothing"))
}

/// Where gates and dates stand: by their days where there are dates, else one after the other.
struct Scale {
    gates: Vec<Gate>,
    /// First and last day, where it is to scale.
    days: Option<(i64, i64)>,
}

impl Scale {
    fn of(pass: &Pass, rows: &[Value], edges: &[(Found, Found)], gates: &[Value], when: Option<&str>) -> Result<Scale, Error> {
        let name = |gate: &Value| words_of(pass, gate, "name").or_else(|_| words_of(pass, gate, "title"));
        let mut dates: Vec<Date> = Vec::new();
        for (row, (from, to)) in rows.iter().zip(edges) {
            for edge in [from, to] {
                match edge {
                    Found::Date(_) if !gates.is_empty() => {
                        return Err(invalid(format!("{} names a date beside gates: a timeline has either dates or gates", named(row))));
                    }
                    Found::Date(date) => dates.push(*date),
                    Found::Gate(_) | Found::Open => {}
                }
            }
        }
        let days: Vec<i64> = dates.iter().map(|date| date.unix() / 86_400).collect();
        if let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) {
            let mut marked: Vec<Date> = dates.clone();
            marked.sort_by_key(|date| date.unix());
            // The first and the last day are written out; those between are seen by their distance.
            let ends = [marked.first(), marked.last()].into_iter().flatten();
            let gates =
                ends.zip([0.0, 1.0]).map(|(date, at)| Gate { label: long_date(*date, &pass.book.settings), when: String::new(), at });
            return Ok(Scale { gates: gates.collect(), days: Some((*first, (*last).max(first + 1))) });
        }
        let count = gates.len() as f64 + 1.0;
        let mut placed = Vec::new();
        for (index, gate) in gates.iter().enumerate() {
            let when = when.map(|path| words_of(pass, gate, path)).transpose()?.unwrap_or_default();
            placed.push(Gate { label: name(gate)?, when, at: (index as f64 + 1.0) / count });
        }
        Ok(Scale { gates: placed, days: None })
    }

    fn place(&self, edge: &Found) -> Edge {
        match (edge, self.days) {
            (Found::Gate(index), _) => self.gates.get(*index).map_or(Edge::Open, |gate| Edge::At(gate.at)),
            (Found::Date(date), Some((first, last))) => Edge::At((date.unix() / 86_400 - first) as f64 / (last - first) as f64),
            (Found::Date(_), None) | (Found::Open, _) => Edge::Open,
        }
    }
}
