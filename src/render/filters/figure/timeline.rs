//! `timeline(records, label=…, start=…, end=…, lane=…, title=…)`, with `lasts=`, `after=`, `before=`, `says=`, `inside=`, `gates=`,
//! `when=`, `note=` if wanted.

use minijinja::Error;
use minijinja::value::{Kwargs, Value};

use super::reader::{Reader, check_options};
use super::time_scale::{Bound, TimeScale, bound, length};
use crate::document::chart::{Chart, Edge, EdgeWords, Span, Timeline};
use crate::model::{self, Date, Held};
use crate::render::operators::{error as invalid, named};
use crate::render::values::{ClaimObject, FigureData, Shown};
use crate::render::words::{DateStyle, long_date, word};

/// More lanes than this can't be told apart without color.
const MOST_LANES: usize = 4;

const OPTIONS: [&str; 14] =
    ["label", "start", "end", "lane", "lasts", "after", "before", "says", "inside", "gates", "when", "note", "title", "id"];

/// The fields that a timeline reads of its records.
struct Fields {
    label: String,
    start: String,
    end: String,
    lane: String,
    lasts: Option<String>,
    after: Option<String>,
    before: Option<String>,
    says: Option<String>,
    inside: Option<String>,
}

impl Fields {
    fn of(reader: &Reader<'_>, options: &Kwargs) -> Result<Fields, Error> {
        let path = |key: &str| reader.path(options, key);
        let optional = |key: &str| reader.optional_path(options, key);
        Ok(Fields {
            label: path("label")?,
            start: path("start")?,
            end: path("end")?,
            lane: path("lane")?,
            lasts: optional("lasts")?,
            after: optional("after")?,
            before: optional("before")?,
            says: optional("says")?,
            inside: optional("inside")?,
        })
    }

    /// The columns of the table of what it shows.
    fn columns(&self) -> impl Iterator<Item = &String> {
        let times = [Some(&self.label), Some(&self.start), Some(&self.end), self.lasts.as_ref(), self.after.as_ref(), self.before.as_ref()];
        times.into_iter().chain([Some(&self.lane), self.says.as_ref()]).flatten()
    }
}

/// What a record says of when something is.
struct Times {
    start: Bound,
    end: Bound,
    /// Whether it says how long that lasts, and in days, where it is a number of them.
    lasts: Option<Option<f64>>,
    after: Bound,
    before: Bound,
}

impl Times {
    fn of(reader: &Reader<'_>, row: &Value, fields: &Fields, gates: &[Value]) -> Result<Times, Error> {
        let optional = |path: &Option<String>| path.as_ref().map_or(Ok(Bound::Open), |path| bound(reader, row, path, gates));
        let lasts = match &fields.lasts {
            Some(path) => length(reader, row, path)?,
            None => None,
        };
        let times = Times {
            start: bound(reader, row, &fields.start, gates)?,
            end: bound(reader, row, &fields.end, gates)?,
            lasts,
            after: optional(&fields.after)?,
            before: optional(&fields.before)?,
        };
        for (limit, of_limit, known, of_known) in
            [(&times.after, &fields.after, &times.start, &fields.start), (&times.before, &fields.before, &times.end, &fields.end)]
        {
            let Some(of_limit) = of_limit.as_ref().filter(|_| !matches!(limit, Bound::Open)) else { continue };
            if known.is_known() {
                let message = format!("{} has both `{of_known}` and `{of_limit}`, and one of them says when it is", named(row));
                return Err(reader.fault_at(row, of_limit, message));
            }
            if times.lasts.is_none() {
                let message = format!("{} has `{of_limit}` and does not say how long it lasts, so nothing can be drawn", named(row));
                return Err(reader.fault_at(row, of_limit, message));
            }
        }
        Ok(times)
    }

    fn all(&self) -> [(&Bound, bool); 4] {
        [(&self.start, true), (&self.after, true), (&self.end, false), (&self.before, false)]
    }
}

pub(super) fn timeline(reader: &Reader<'_>, records: &Value, options: &Kwargs) -> Result<FigureData, Error> {
    check_options(options, reader.function, &OPTIONS)?;
    let fields = Fields::of(reader, options)?;
    let when = reader.optional_path(options, "when")?;
    let gates: Option<Value> = options.get("gates")?;
    let (title, note) = (reader.title(options)?, reader.text(options, "note")?.unwrap_or_default());
    let gates: Vec<Value> = match gates.filter(|gates| !gates.is_none()) {
        Some(gates) => reader.rows(&gates)?,
        None => Vec::new(),
    };
    let rows = reader.rows(records)?;
    let times = rows.iter().map(|row| Times::of(reader, row, &fields, &gates)).collect::<Result<Vec<Times>, Error>>()?;
    let bounds = rows.iter().zip(&times).flat_map(|(row, times)| times.all().map(|(bound, is_start)| (row, bound, is_start)));
    let scale = TimeScale::of(reader, bounds, &gates, when.as_deref())?;
    let mut lanes: Vec<String> = Vec::new();
    let (mut spans, mut table) = (Vec::new(), Vec::new());
    for (row, times) in rows.iter().zip(&times) {
        let (start, end, length) = placed(reader, row, times, &fields, &scale)?;
        let lane = reader.words(row, &fields.lane)?;
        let at = lanes.iter().position(|known| *known == lane).unwrap_or_else(|| {
            lanes.push(lane.clone());
            lanes.len() - 1
        });
        let inside = match fields.inside.as_ref().or(fields.lasts.as_ref()) {
            Some(path) if !reader.field(row, path)?.is_none() => reader.words(row, path)?,
            _ => String::new(),
        };
        let label = reader.words(row, &fields.label)?;
        table.push(fields.columns().map(|path| optional_cell(reader, row, path)).collect::<Result<Vec<_>, Error>>()?);
        spans.push(Span { label, inside, start, end, length, lane: at });
    }
    if lanes.len() > MOST_LANES {
        return Err(invalid(format!("`timeline` can tell {MOST_LANES} lanes apart, not {}", lanes.len())));
    }
    let header = rows.first().map(|row| fields.columns().map(|path| reader.field_title(row, path)).collect()).unwrap_or_default();
    let word = |key: &str| word(&reader.pass.book.settings, key);
    let words = EdgeWords { inexact: word("inexact"), unknown: word("unknown_date"), floating: word("floating") };
    let chart = Chart::Timeline(Timeline { spans, gates: scale.into_gates(), lanes, words, note });
    Ok(FigureData { chart: Some(chart), title, id: reader.id(options)?, header, rows: table, marking: reader.marking() })
}

/// Where a span begins and ends, and how long it is where an end floats.
fn placed(reader: &Reader<'_>, row: &Value, times: &Times, fields: &Fields, scale: &TimeScale) -> Result<(Edge, Edge, Option<f64>), Error> {
    let (mut start, mut end) = (scale.start(&times.start), scale.end(&times.end));
    if let (Some(first), Some(last)) = (start.at(), end.at())
        && last < first
    {
        return Err(reader.fault_at(row, &fields.end, format!("{} ends before it begins", named(row))));
    }
    let Some(days) = times.lasts.filter(|_| start.at().is_none() || end.at().is_none()) else { return Ok((start, end, None)) };
    let low = start.at().or(scale.start(&times.after).at()).unwrap_or(0.0);
    let high = end.at().or(scale.end(&times.before).at()).unwrap_or(1.0);
    let length = days.and_then(|days| scale.length(days));
    if high <= low
        || length.is_some_and(|length| length > high - low + 1e-9 && (end.at().is_some() || !matches!(times.before, Bound::Open)))
    {
        let message = format!("{} lasts longer than the time that there is for it", named(row));
        return Err(reader.fault_at(row, fields.lasts.as_ref().unwrap_or(&fields.start), message));
    }
    if start.at().is_none() {
        start = Edge::Floating(low);
    }
    if end.at().is_none() {
        end = Edge::Floating(high);
    }
    Ok((start, end, length))
}

/// A field as it is printed, a date in words; nothing where a record leaves it out.
fn optional_cell(reader: &Reader<'_>, row: &Value, path: &str) -> Result<Vec<Shown>, Error> {
    let value = reader.field(row, path)?;
    if value.is_none() {
        return Ok(Vec::new());
    }
    let date = |text: &str| text.parse::<Date>().ok();
    Ok(vec![match value.downcast_object_ref::<ClaimObject>() {
        Some(claim) => {
            let stated = match &claim.claim().held {
                Held::Known { value: model::Value::Text(text), .. } if claim.derived.is_none() && claim.text.is_none() => date(text),
                _ => None,
            };
            Shown::Claim(Box::new(stated.map_or_else(|| claim.clone(), |date| claim.with_date(date, DateStyle::Long))))
        }
        None => {
            let words = reader.words_of(row, path, &value)?;
            Shown::Text(date(&words).map_or(words, |date| long_date(date, &reader.pass.book.settings)))
        }
    }])
}
