//! `bar_chart(records, label="name", value="troops", title="…")`.

use minijinja::Error;
use minijinja::value::{Kwargs, Value};

use super::reader::{Reader, Unit, check_options};
use crate::document::chart::{Bar, BarChart, Chart, QualifierWords};
use crate::model::Settings;
use crate::render::values::{FigureData, Shown};
use crate::render::words::word;

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
