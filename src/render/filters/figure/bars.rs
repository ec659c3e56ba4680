//! `bar_chart(records, label="name", value="troops", title="…")`, and `stacked_bar(records, label=…, values=[…], title=…)`.

use minijinja::Error;
use minijinja::value::{Kwargs, Value};

use super::super::operand::items;
use super::reader::{Reader, Unit, check_options, one_line};
use crate::document::chart::{Bar, BarChart, Chart, QualifierWords, StackedBar, StackedBars};
use crate::model::Settings;
use crate::render::operators::{error as invalid, named, plain_value};
use crate::render::token::unshield;
use crate::render::values::{FigureData, Shown};
use crate::render::words::word;

/// More parts than this can't be told apart without color.
const MOST_PARTS: usize = 5;

pub(super) fn bar_chart(reader: &Reader<'_>, records: &Value, options: &Kwargs) -> Result<FigureData, Error> {
    check_options(options, reader.function, &["label", "value", "title", "id"])?;
    let (label, value, title) = (reader.path(options, "label")?, reader.path(options, "value")?, reader.title(options)?);
    let rows = reader.rows(records)?;
    let (mut bars, mut table, mut unit) = (Vec::new(), Vec::new(), Unit::default());
    for row in &rows {
        let label = reader.words(row, &label)?;
        let measured = reader.measure(row, &value)?;
        unit.check(reader, row, &value, &measured)?;
        table.push(vec![vec![Shown::Text(label.clone())], vec![measured.shown]]);
        bars.push(Bar { label, extent: measured.extent, printed: measured.printed });
    }
    let header = rows.first().map(|row| [&label, &value].map(|path| reader.field_title(row, path)).into()).unwrap_or_default();
    let settings = &reader.pass.book.settings;
    let chart = Chart::Bars(BarChart { bars, words: qualifier_words(settings), numbers: settings.numbers });
    Ok(FigureData { chart: Some(chart), title, id: reader.id(options)?, header, rows: table, marking: reader.marking() })
}

/// The book's words for what is known of a number.
pub(super) fn qualifier_words(settings: &Settings) -> QualifierWords {
    QualifierWords {
        about: word(settings, "approximate"),
        at_least: word(settings, "at_least"),
        at_most: word(settings, "at_most"),
        between: word(settings, "between"),
    }
}

pub(super) fn stacked_bar(reader: &Reader<'_>, records: &Value, options: &Kwargs) -> Result<FigureData, Error> {
    check_options(options, reader.function, &["label", "values", "title", "id"])?;
    let (label, title) = (reader.path(options, "label")?, reader.title(options)?);
    let paths = paths(reader, options)?;
    let rows = reader.rows(records)?;
    let (mut bars, mut table, mut unit) = (Vec::new(), Vec::new(), Unit::default());
    for row in &rows {
        let label = reader.words(row, &label)?;
        let mut cells = vec![vec![Shown::Text(label.clone())]];
        let mut parts = Vec::new();
        for path in &paths {
            let measured = reader.measure(row, path)?;
            unit.check(reader, row, path, &measured)?;
            cells.push(vec![measured.shown]);
            parts.push(Some((measured.extent, measured.printed)));
        }
        table.push(cells);
        bars.push(StackedBar { label, parts });
    }
    let titles = |row: &Value| -> Vec<String> { [&label].into_iter().chain(&paths).map(|path| reader.field_title(row, path)).collect() };
    let header = rows.first().map(titles).unwrap_or_default();
    let settings = &reader.pass.book.settings;
    let (words, numbers) = (qualifier_words(settings), settings.numbers);
    let chart = Chart::Stacked(StackedBars { parts: header.iter().skip(1).cloned().collect(), bars, words, numbers });
    Ok(FigureData { chart: Some(chart), title, id: reader.id(options)?, header, rows: table, marking: reader.marking() })
}

/// The fields of the parts.
fn paths(reader: &Reader<'_>, options: &Kwargs) -> Result<Vec<String>, Error> {
    let wanted = || invalid("`stacked_bar` needs `values=`, a list of the names of fields");
    let values = options.get::<Option<Value>>("values")?.filter(|values| values.as_str().is_none()).ok_or_else(wanted)?;
    let mut paths: Vec<String> = Vec::new();
    for value in items(&values, reader.function)?.take(MOST_PARTS + 1) {
        let path = plain_value(reader.pass, &value)?.as_str().map(|path| one_line(&unshield(path))).ok_or_else(wanted)?;
        if paths.contains(&path) {
            return Err(invalid(format!("`values=` of `stacked_bar` names {} twice", named(&value))));
        }
        paths.push(path);
    }
    match paths.len() {
        0 => Err(wanted()),
        count if count > MOST_PARTS => Err(invalid(format!("`stacked_bar` can tell {MOST_PARTS} parts apart, and there are more"))),
        _ => Ok(paths),
    }
}
