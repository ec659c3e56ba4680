//! `line_chart(records, x=…, value=…, title=…)`, with `series=` if wanted.

use minijinja::value::{Kwargs, Value};
use minijinja::{Error, value::ValueKind};

use super::bars::qualifier_words;
use super::reader::{Measured, Reader, Unit, check_options};
use crate::document::chart::{Chart, LineChart, Point, Series};
use crate::model::Date;
use crate::render::operators::{error as invalid, named, plain_value};
use crate::render::token::unshield;
use crate::render::values::{ClaimObject, FigureData, Shown, exact};

/// More lines than this can't be told apart without color.
const MOST_SERIES: usize = 4;

const OPTIONS: [&str; 5] = ["x", "value", "series", "title", "id"];

/// A place on the axis: a day, a number, or one of several names.
#[derive(Debug, Clone, PartialEq)]
enum Step {
    Day(i64),
    Number(f64),
    Name,
}

pub(super) fn line_chart(reader: &Reader<'_>, records: &Value, options: &Kwargs) -> Result<FigureData, Error> {
    check_options(options, reader.function, &OPTIONS)?;
    let (x, value, title) = (reader.path(options, "x")?, reader.path(options, "value")?, reader.title(options)?);
    let series = reader.optional_path(options, "series")?;
    let rows = reader.rows(records)?;
    let mut steps: Vec<(String, Step)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut found: Vec<(usize, usize, Measured)> = Vec::new();
    let mut unit = Unit::default();
    for row in &rows {
        let (name, step) = step(reader, row, &x)?;
        if let Some((other, kind)) = steps.first()
            && std::mem::discriminant(kind) != std::mem::discriminant(&step)
        {
            let message = format!("`{x}` of {} is `{name}`, which can't be on one axis with `{other}`", named(row));
            return Err(reader.fault_at(row, &x, message));
        }
        let at = steps.iter().position(|known| *known == (name.clone(), step.clone())).unwrap_or_else(|| {
            steps.push((name.clone(), step));
            steps.len() - 1
        });
        let line = match &series {
            Some(path) => reader.words(row, path)?,
            None => String::new(),
        };
        let line = names.iter().position(|known| *known == line).unwrap_or_else(|| {
            names.push(line);
            names.len() - 1
        });
        if found.iter().any(|(known, other, _)| (*known, *other) == (at, line)) {
            return Err(reader.fault_at(row, &x, format!("{} gives a second value for `{name}`", named(row))));
        }
        let measured = reader.measure(row, &value)?;
        unit.check(reader, row, &value, &measured)?;
        found.push((at, line, measured));
    }
    if names.len() > MOST_SERIES {
        return Err(invalid(format!("`line_chart` can tell {MOST_SERIES} lines apart, not {}: choose or group them", names.len())));
    }
    let (order, shares) = axis(&steps);
    let mut lines: Vec<Series> = names.iter().map(|name| Series { name: name.clone(), points: Vec::new() }).collect();
    let mut table = Vec::new();
    for at in &order {
        let mut cells = vec![vec![Shown::Text(steps[*at].0.clone())]];
        for (line, series) in lines.iter_mut().enumerate() {
            let own = found.iter().find(|(step, other, _)| (step, other) == (at, &line)).map(|(_, _, measured)| measured);
            cells.push(own.map(|measured| vec![measured.shown.clone()]).unwrap_or_default());
            series.points.extend(own.map(|m| Point { at: shares[*at], extent: m.extent, printed: m.printed.clone() }));
        }
        table.push(cells);
    }
    let first = rows.first().map(|row| [&x, &value].map(|path| reader.field_title(row, path))).unwrap_or_default();
    let [x_title, value_title] = first;
    let titles = names.iter().map(|name| if name.is_empty() { value_title.clone() } else { name.clone() });
    let header = [x_title].into_iter().chain(titles).collect();
    let steps = order.iter().map(|at| (steps[*at].0.clone(), shares[*at])).collect();
    let settings = &reader.pass.book.settings;
    let chart = Chart::Lines(LineChart { steps, series: lines, words: qualifier_words(settings), numbers: settings.numbers });
    Ok(FigureData { chart: Some(chart), title, id: reader.id(options)?, header, rows: table, marking: reader.marking() })
}

/// A place on the axis and its name.
fn step(reader: &Reader<'_>, row: &Value, path: &str) -> Result<(String, Step), Error> {
    let name = reader.words(row, path)?;
    let value = reader.field(row, path)?;
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>()
        && (!claim.is_known() || claim.quantity().is_ok_and(|quantity| quantity.approximate || quantity.low != quantity.high))
    {
        return Err(reader.fault(&value, format!("{} is `{name}`, and a place on the axis must be exact", named(&value))));
    }
    let plain = plain_value(reader.pass, &value)?;
    let date = plain.as_str().and_then(|text| unshield(text).trim().parse::<Date>().ok());
    let step = match (date, plain.kind()) {
        (Some(date), _) => Step::Day(date.unix() / 86_400),
        (None, ValueKind::Number) => match exact(&plain).map(|number| number.to_f64()).filter(|number| number.is_finite()) {
            Some(number) => Step::Number(number),
            None => return Err(reader.fault_at(row, path, format!("`{path}` of {} is too large", named(row)))),
        },
        _ => Step::Name,
    };
    Ok((name, step))
}

/// The steps in their order, and where each stands: days and numbers to scale, names one after the other.
fn axis(steps: &[(String, Step)]) -> (Vec<usize>, Vec<f64>) {
    let place = |index: usize| match steps[index].1 {
        Step::Day(day) => day as f64,
        Step::Number(number) => number,
        Step::Name => index as f64,
    };
    let mut order: Vec<usize> = (0..steps.len()).collect();
    order.sort_by(|one, other| place(*one).total_cmp(&place(*other)));
    let first = order.first().map_or(0.0, |first| place(*first));
    let length = order.last().map_or(0.0, |last| place(*last)) - first;
    let share = |index: usize| if length > 0.0 { ((place(index) - first) / length).clamp(0.0, 1.0) } else { 0.5 };
    (order, (0..steps.len()).map(share).collect())
}
