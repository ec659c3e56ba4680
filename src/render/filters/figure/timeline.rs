//! `timeline(records, label=…, start=…, end=…, voice=…, title=…)`, with `says=`, `inside=`, `gates=`, `when=`, `note=` if wanted.

use minijinja::Error;
use minijinja::value::{Kwargs, Value};

use super::reader::{MOST_ROWS, Reader, check_options};
use crate::document::chart::{Chart, Edge, Gate, Span, Timeline};
use crate::model::{Date, Held, Qualifier};
use crate::render::operators::{error as invalid, named, plain_value};
use crate::render::token::unshield;
use crate::render::values::{ClaimObject, FigureData, RecordObject, Shown};
use crate::render::words::{long_date, word};

/// More voices than this can't be told apart without color.
const MOST_VOICES: usize = 4;

const OPTIONS: [&str; 11] = ["label", "start", "end", "voice", "says", "inside", "gates", "when", "note", "title", "id"];

pub(super) fn timeline(reader: &Reader<'_>, records: &Value, options: &Kwargs) -> Result<FigureData, Error> {
    check_options(options, reader.function, &OPTIONS)?;
    let path = |key: &str| reader.path(options, key);
    let (label, start, end, voice) = (path("label")?, path("start")?, path("end")?, path("voice")?);
    let (says, inside, when) =
        (reader.optional_path(options, "says")?, reader.optional_path(options, "inside")?, reader.optional_path(options, "when")?);
    let gates: Option<Value> = options.get("gates")?;
    let (title, note) = (reader.title(options)?, reader.text(options, "note")?.unwrap_or_default());
    let gates: Vec<Value> = match gates.filter(|gates| !gates.is_none()) {
        Some(gates) => reader.rows(&gates)?,
        None => Vec::new(),
    };
    let rows = reader.rows(records)?;
    let mut bounds = Vec::new();
    for row in &rows {
        bounds.push((bound(reader, row, &start, &gates)?, bound(reader, row, &end, &gates)?));
    }
    let scale = Scale::of(reader, &rows, &bounds, &gates, when.as_deref())?;
    let mut voices: Vec<String> = Vec::new();
    let (mut spans, mut table) = (Vec::new(), Vec::new());
    for (row, (from, to)) in rows.iter().zip(&bounds) {
        let (from, to) = (scale.start(from), scale.end(to));
        if let (Some(first), Some(last)) = (from.at(), to.at())
            && last < first
        {
            return Err(reader.fault_at(row, &end, format!("{} ends before it begins", named(row))));
        }
        let said_by = reader.words(row, &voice)?;
        let at = voices.iter().position(|known| *known == said_by).unwrap_or_else(|| {
            voices.push(said_by.clone());
            voices.len() - 1
        });
        let inside = match &inside {
            Some(path) if !reader.field(row, path)?.is_none() => reader.words(row, path)?,
            _ => String::new(),
        };
        let label = reader.words(row, &label)?;
        let mut cells = vec![vec![Shown::Text(label.clone())]];
        for path in [&start, &end] {
            cells.push(optional_cell(reader, row, path)?);
        }
        cells.push(vec![Shown::Text(said_by)]);
        if let Some(path) = &says {
            cells.push(optional_cell(reader, row, path)?);
        }
        table.push(cells);
        spans.push(Span { label, inside, start: from, end: to, voice: at });
    }
    if voices.len() > MOST_VOICES {
        return Err(invalid(format!("`timeline` can tell {MOST_VOICES} voices apart, not {}", voices.len())));
    }
    let titled = [&label, &start, &end, &voice].into_iter().chain(&says);
    let header = rows.first().map(|row| titled.map(|path| reader.field_title(row, path)).collect()).unwrap_or_default();
    let chart = Chart::Timeline(Timeline { spans, gates: scale.gates, voices, vague: word(&reader.pass.book.settings, "inexact"), note });
    Ok(FigureData { chart: Some(chart), title, id: reader.id(options)?, header, rows: table })
}

/// A field as it is printed; nothing where a record leaves it out.
fn optional_cell(reader: &Reader<'_>, row: &Value, path: &str) -> Result<Vec<Shown>, Error> {
    let value = reader.field(row, path)?;
    if value.is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![match value.downcast_object_ref::<ClaimObject>() {
        Some(claim) => Shown::Claim(Box::new(claim.clone())),
        None => Shown::Text(reader.words_of(row, path, &value)?),
    }])
}

/// Where a span begins or ends, as its record says.
enum Bound {
    Open,
    Gate(usize),
    Date(Date),
    /// About that date, or not exactly known.
    About(Date),
    /// Between two dates.
    Between(Date, Date),
    /// That date or later.
    AtLeast(Date),
}

impl Bound {
    fn dates(&self) -> Vec<Date> {
        match self {
            Bound::Open | Bound::Gate(_) => Vec::new(),
            Bound::Date(date) | Bound::About(date) | Bound::AtLeast(date) => vec![*date],
            Bound::Between(first, last) => vec![*first, *last],
        }
    }
}

fn bound(reader: &Reader<'_>, row: &Value, path: &str, gates: &[Value]) -> Result<Bound, Error> {
    let value = reader.field(row, path)?;
    let claim = value.downcast_object_ref::<ClaimObject>();
    if value.is_none() || claim.is_some_and(|claim| !claim.is_known()) {
        return Ok(Bound::Open);
    }
    if let Some(record) = value.downcast_object_ref::<RecordObject>() {
        let is_it =
            |gate: &Value| gate.downcast_object_ref::<RecordObject>().is_some_and(|gate| gate.record().path() == record.record().path());
        return match gates.iter().position(is_it) {
            Some(at) => Ok(Bound::Gate(at)),
            None => Err(reader.fault_at(row, path, format!("{} waits for {}, which is none of the `gates`", named(row), named(&value)))),
        };
    }
    let wrong = || {
        let what = if claim.is_some() { named(&value) } else { format!("`{path}` of {}", named(row)) };
        reader.fault_at(row, path, format!("{what} is no date (`2025-11-05`, `2025-11` or `2025`), no gate, and not left out"))
    };
    let date = |value: &Value| -> Result<Date, Error> {
        let plain = plain_value(reader.pass, value)?;
        let text = plain.as_str().map(|text| unshield(text).into_owned()).or_else(|| plain.as_i64().map(|year| year.to_string()));
        text.and_then(|text| text.parse().ok()).ok_or_else(wrong)
    };
    let Some(claim) = claim.filter(|claim| claim.derived.is_none()) else { return date(&value).map(Bound::Date) };
    match &claim.claim().held {
        Held::Range(..) => {
            let ends: Vec<Value> = claim.bare().try_iter().map(Iterator::collect).unwrap_or_default();
            let [first, last] = &ends[..] else { return Err(wrong()) };
            Ok(Bound::Between(date(first)?, date(last)?))
        }
        Held::Known { qualifier: None, .. } => date(&value).map(Bound::Date),
        Held::Known { qualifier: Some(Qualifier::Approximate), .. } => date(&value).map(Bound::About),
        Held::Known { qualifier: Some(Qualifier::AtLeast), .. } => date(&value).map(Bound::AtLeast),
        _ => Err(wrong()),
    }
}

/// Where gates and dates stand: by their days where there are dates, else one after the other.
struct Scale {
    gates: Vec<Gate>,
    /// First and last day, where it is to scale.
    days: Option<(i64, i64)>,
}

impl Scale {
    fn of(reader: &Reader<'_>, rows: &[Value], bounds: &[(Bound, Bound)], gates: &[Value], when: Option<&str>) -> Result<Scale, Error> {
        let mut dates: Vec<(i64, Date)> = Vec::new();
        for (row, (from, to)) in rows.iter().zip(bounds) {
            let (starts, ends) = (from.dates(), to.dates());
            if !gates.is_empty() && !(starts.is_empty() && ends.is_empty()) {
                return Err(reader.fault(row, format!("{} names a date beside gates: a timeline has either dates or gates", named(row))));
            }
            dates.extend(starts.iter().map(|date| (first_day(*date), *date)));
            dates.extend(ends.iter().map(|date| (last_day(*date), *date)));
        }
        if let (Some(first), Some(last)) = (dates.iter().min_by_key(|(day, _)| *day), dates.iter().max_by_key(|(day, _)| *day)) {
            // The first and the last day are written out; those between are seen by their distance.
            let marks = if first.0 == last.0 { vec![(first, 0.0)] } else { vec![(first, 0.0), (last, 1.0)] };
            let gate =
                |(date, at): (&(i64, Date), f64)| Gate { label: long_date(date.1, &reader.pass.book.settings), when: String::new(), at };
            return Ok(Scale { gates: marks.into_iter().map(gate).collect(), days: Some((first.0, last.0.max(first.0 + 1))) });
        }
        let count = gates.len() as f64 + 1.0;
        let mut placed = Vec::new();
        for (index, gate) in gates.iter().enumerate() {
            let when = match when {
                Some(path) if reader.field(gate, path)?.is_none() => word(&reader.pass.book.settings, "not-known"),
                Some(path) => reader.words(gate, path)?,
                None => String::new(),
            };
            let label = match gate.downcast_object_ref::<RecordObject>() {
                Some(record) => reader.pass.book.display_name(record.record()).to_owned(),
                None => reader.words(gate, "name")?,
            };
            placed.push(Gate { label, when, at: (index as f64 + 1.0) / count });
        }
        debug_assert!(placed.len() <= MOST_ROWS);
        Ok(Scale { gates: placed, days: None })
    }

    fn share(&self, day: i64) -> f64 {
        self.days.map_or(0.0, |(first, last)| (day - first) as f64 / (last - first) as f64)
    }

    fn start(&self, bound: &Bound) -> Edge {
        self.edge(bound, first_day)
    }

    fn end(&self, bound: &Bound) -> Edge {
        self.edge(bound, last_day)
    }

    fn edge(&self, bound: &Bound, day: fn(Date) -> i64) -> Edge {
        match bound {
            Bound::Open => Edge::Open,
            Bound::Gate(index) => self.gates.get(*index).map_or(Edge::Open, |gate| Edge::At(gate.at)),
            Bound::Date(date) => Edge::At(self.share(day(*date))),
            Bound::About(date) => Edge::About(self.share(day(*date))),
            Bound::Between(first, last) => Edge::Between(self.share(first_day(*first)), self.share(last_day(*last))),
            Bound::AtLeast(date) => Edge::AtLeast(self.share(day(*date))),
        }
    }
}

/// The first day of what may be a month or a year, counted from 1970.
fn first_day(date: Date) -> i64 {
    date.unix() / 86_400
}

/// The day behind its last.
fn last_day(date: Date) -> i64 {
    date.last_day().unix() / 86_400 + 1
}
