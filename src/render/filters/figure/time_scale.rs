//! When something is, as records say it, and where that stands along a timeline: by days where there are dates, else from gate to
//! gate.

use minijinja::Error;
use minijinja::value::Value;

use super::reader::Reader;
use super::time_ticks::ticks;
use crate::document::chart::{Edge, Gate};
use crate::model::{Date, Held, Qualifier};
use crate::render::operators::{named, plain_value};
use crate::render::token::unshield;
use crate::render::values::{ClaimObject, RecordObject};
use crate::render::words::word;

/// When something begins or ends, as its record says.
pub(super) enum Bound {
    /// Left out.
    Open,
    /// Said to be unknown.
    Unknown,
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
    pub(super) fn is_known(&self) -> bool {
        !matches!(self, Bound::Open | Bound::Unknown)
    }

    fn dates(&self) -> Vec<Date> {
        match self {
            Bound::Open | Bound::Unknown | Bound::Gate(_) => Vec::new(),
            Bound::Date(date) | Bound::About(date) | Bound::AtLeast(date) => vec![*date],
            Bound::Between(first, last) => vec![*first, *last],
        }
    }
}

/// Reads when something begins or ends: a date, one of the gates, or nothing.
pub(super) fn bound(reader: &Reader<'_>, row: &Value, path: &str, gates: &[Value]) -> Result<Bound, Error> {
    let value = reader.field(row, path)?;
    if value.is_none() {
        return Ok(Bound::Open);
    }
    let claim = value.downcast_object_ref::<ClaimObject>();
    if claim.is_some_and(|claim| !claim.is_known()) {
        return Ok(Bound::Unknown);
    }
    // A claim may name a gate as well.
    let said = claim.filter(|claim| claim.derived.is_none()).map(ClaimObject::bare);
    let gate = said.as_ref().unwrap_or(&value);
    if let Some(record) = gate.downcast_object_ref::<RecordObject>() {
        let is_it =
            |gate: &Value| gate.downcast_object_ref::<RecordObject>().is_some_and(|gate| gate.record().path() == record.record().path());
        return match gates.iter().position(is_it) {
            Some(at) => Ok(Bound::Gate(at)),
            None => Err(reader.fault_at(row, path, format!("{} waits for {}, which is none of the `gates`", named(row), named(gate)))),
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

/// Reads how long something lasts: nothing where the record doesn't say, else the number of days where it is said as one, and
/// nothing for words.
pub(super) fn length(reader: &Reader<'_>, row: &Value, path: &str) -> Result<Option<Option<f64>>, Error> {
    let value = reader.field(row, path)?;
    let Some(claim) = value.downcast_object_ref::<ClaimObject>() else { return Ok((!value.is_none()).then_some(None)) };
    if !claim.is_known() {
        return Ok(None);
    }
    let Ok(quantity) = claim.quantity() else { return Ok(Some(None)) };
    let days = match quantity.unit.as_deref().map(str::to_lowercase).as_deref() {
        Some("day" | "days") => 1.0,
        Some("week" | "weeks") => 7.0,
        Some("month" | "months") => 365.25 / 12.0,
        Some("year" | "years") => 365.25,
        _ => return Ok(Some(None)),
    };
    let number = quantity.point().map(|point| point.to_f64() * days);
    if number.is_some_and(|days| days <= 0.0) {
        return Err(reader.fault_at(row, path, format!("{} lasts no time", named(row))));
    }
    Ok(Some(number.filter(|days| days.is_finite())))
}

/// Where gates and dates stand: by their days where there are dates, else one after the other.
pub(super) struct TimeScale {
    gates: Vec<Gate>,
    /// First and last day, where it is to scale.
    days: Option<(i64, i64)>,
}

impl TimeScale {
    /// The scale of bounds, each with its row and whether it is a beginning.
    pub(super) fn of<'a>(
        reader: &Reader<'_>,
        bounds: impl Iterator<Item = (&'a Value, &'a Bound, bool)>,
        gates: &[Value],
        when: Option<&str>,
    ) -> Result<TimeScale, Error> {
        let mut days: Vec<i64> = Vec::new();
        for (row, bound, is_start) in bounds {
            let said = bound.dates();
            if !gates.is_empty() && !said.is_empty() {
                return Err(reader.fault(row, format!("{} names a date beside gates: a timeline has either dates or gates", named(row))));
            }
            let day = if is_start { first_day } else { last_day };
            match bound {
                Bound::Between(from, to) => days.extend([first_day(*from), last_day(*to)]),
                _ => days.extend(said.iter().map(|date| day(*date))),
            }
        }
        let settings = &reader.pass.book.settings;
        if let (Some(&first), Some(&last)) = (days.iter().min(), days.iter().max()) {
            let ticks = ticks(first, last.max(first + 1), settings);
            let (first, last) = (ticks.first().map_or(first, |tick| tick.0), ticks.last().map_or(last, |tick| tick.0));
            let scale = TimeScale { gates: Vec::new(), days: Some((first, last)) };
            let gates = ticks.into_iter().map(|(day, label)| Gate { label, when: String::new(), at: scale.share(day) }).collect();
            return Ok(TimeScale { gates, ..scale });
        }
        let count = gates.len() as f64 + 1.0;
        let mut placed = Vec::new();
        for (index, gate) in gates.iter().enumerate() {
            let when = match when {
                Some(path) if reader.field(gate, path)?.is_none() => word(settings, "not-known"),
                Some(path) => reader.words(gate, path)?,
                None => String::new(),
            };
            let label = match gate.downcast_object_ref::<RecordObject>() {
                Some(record) => reader.pass.book.display_name(record.record()).to_owned(),
                None => reader.words(gate, "name")?,
            };
            placed.push(Gate { label, when, at: (index as f64 + 1.0) / count });
        }
        Ok(TimeScale { gates: placed, days: None })
    }

    pub(super) fn into_gates(self) -> Vec<Gate> {
        self.gates
    }

    /// So many days as a share of the whole, where it is to scale.
    pub(super) fn length(&self, days: f64) -> Option<f64> {
        self.days.map(|(first, last)| days / (last - first) as f64)
    }

    fn share(&self, day: i64) -> f64 {
        self.days.map_or(0.0, |(first, last)| (day - first) as f64 / (last - first) as f64)
    }

    pub(super) fn start(&self, bound: &Bound) -> Edge {
        self.edge(bound, first_day)
    }

    pub(super) fn end(&self, bound: &Bound) -> Edge {
        self.edge(bound, last_day)
    }

    fn edge(&self, bound: &Bound, day: fn(Date) -> i64) -> Edge {
        match bound {
            Bound::Open => Edge::Open,
            Bound::Unknown => Edge::Unknown,
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
