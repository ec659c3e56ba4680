//! `scorecard(rows, columns, cell=…)` and `matrix(rows, columns, cell=…)`: tables from records, with a symbol and a word
//! for yes, partly, no and unknown.

use minijinja::Error;
use minijinja::value::{Kwargs, Value, ValueKind};

use super::super::operand::items;
use super::reader::{MOST_ROWS, Reader, check_options, one_line};
use crate::document::Verdict;
use crate::render::operators::{error as invalid, named, plain_value};
use crate::render::token::unshield;
use crate::render::values::{ClaimObject, FigureData, MarkdownObject, Printed, RecordObject, Shown};

/// More columns than this are too narrow to be read.
const MOST_COLUMNS: usize = 12;

/// The placeholder for the column's key in `cell=` and `says=`.
const COLUMN: &str = "*";

const OPTIONS: [&str; 10] = ["cell", "says", "label", "title", "id", "corner", "yes", "partly", "no", "unknown"];

/// Which of the two tables it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Each cell is yes, partly, no or unknown.
    Scorecard,
    /// A cell may also hold words, or nothing.
    Matrix,
}

/// The words for the symbols.
struct Words([(Verdict, String); 4]);

impl Words {
    fn of(&self, verdict: Verdict) -> String {
        self.0.iter().find(|(known, _)| *known == verdict).map(|(_, word)| word.clone()).unwrap_or_default()
    }
}

pub(super) fn grid(reader: &Reader<'_>, kind: Kind, rows: &Value, columns: &Value, options: &Kwargs) -> Result<FigureData, Error> {
    check_options(options, reader.function, &OPTIONS)?;
    let (cell, says, label) =
        (column_path(reader, options, "cell")?, column_path(reader, options, "says")?, reader.text(options, "label")?);
    let Some(cell) = cell else {
        let function = reader.function;
        return Err(invalid(format!("`{function}` needs `cell=`, a field of the rows in which `{COLUMN}` stands for the column's key")));
    };
    let title = reader.title(options)?;
    let corner = reader.text(options, "corner")?.unwrap_or_default();
    let word = |verdict: Verdict| Ok::<_, Error>((verdict, reader.word(options, verdict.key())?));
    let words = Words([word(Verdict::Yes)?, word(Verdict::Partly)?, word(Verdict::No)?, word(Verdict::Unknown)?]);
    // Keys may stand in the rows and records in the columns as well.
    let turned = !holds_records(rows) && holds_records(columns);
    let (records, keys) = if turned { (columns, rows) } else { (rows, columns) };
    let most = if turned { (MOST_COLUMNS, MOST_ROWS) } else { (MOST_ROWS, MOST_COLUMNS) };
    let records = reader.rows(records)?;
    if records.len() > most.0 {
        return Err(too_many(reader.function, most.0));
    }
    let keys = self::keys(reader, keys, most.1)?;
    let mut table = Vec::new();
    for row in &records {
        let mut cells = vec![match &label {
            Some(path) => vec![Shown::Text(reader.words(row, path)?)],
            None => vec![row_name(reader, row)?],
        }];
        for (key, _) in &keys {
            let says = says.as_ref().map(|path| path.replace(COLUMN, key));
            cells.push(self::cell(reader, kind, row, &cell.replace(COLUMN, key), says.as_deref(), &words)?);
        }
        table.push(cells);
    }
    let heading = |(key, heading): (String, Option<String>)| {
        heading.unwrap_or_else(|| records.first().map_or_else(String::new, |row| reader.field_title(row, &column_of(&cell, &key))))
    };
    let headings: Vec<String> = keys.into_iter().map(heading).collect();
    let header: Vec<String>;
    if turned {
        let names = table.iter_mut().map(|cells| cells.remove(0).iter().map(Shown::words).collect());
        header = [corner].into_iter().chain(names).collect();
        let turned = headings.into_iter().enumerate().map(|(at, heading)| {
            let cells = table.iter().map(|cells| cells[at].clone());
            [vec![Shown::Text(heading)]].into_iter().chain(cells).collect()
        });
        table = turned.collect();
    } else {
        header = [corner].into_iter().chain(headings).collect();
    }
    Ok(FigureData { chart: None, title, id: reader.id(options)?, header, rows: table, marking: reader.marking() })
}

/// Whether a list begins with a record.
fn holds_records(values: &Value) -> bool {
    let first = values.try_iter().ok().and_then(|mut values| values.next());
    values.as_str().is_none() && first.is_some_and(|first| first.downcast_object_ref::<RecordObject>().is_some())
}

/// The field that a column is called by: `tests.mandate` of `tests.*.met`.
fn column_of(cell: &str, key: &str) -> String {
    let parts: Vec<&str> = cell.split('.').collect();
    let end = parts.iter().rposition(|part| part.contains(COLUMN)).map_or(parts.len(), |last| last + 1);
    parts[..end].join(".").replace(COLUMN, key)
}

fn too_many(function: &str, most: usize) -> Error {
    invalid(format!("`{function}` can show {most} columns at most: turn it, or split it"))
}

fn column_path(reader: &Reader<'_>, options: &Kwargs, key: &str) -> Result<Option<String>, Error> {
    let path = reader.optional_path(options, key)?;
    match &path {
        Some(path) if !path.contains(COLUMN) => Err(invalid(format!(
            "`{key}=\"{path}\"` names the same field in each column; `{COLUMN}` stands for the column's key, as in `tests.{COLUMN}.met`"
        ))),
        _ => Ok(path),
    }
}

/// The keys and headings of columns: of records, pairs or texts. A heading that isn't given is the field's own.
fn keys(reader: &Reader<'_>, columns: &Value, most: usize) -> Result<Vec<(String, Option<String>)>, Error> {
    let function = reader.function;
    let wanted = "a list of keys, of pairs such as `[\"mandate\", \"Clear mandate\"]`, or of records";
    let text = |value: &Value| -> Result<String, Error> {
        let plain = plain_value(reader.pass, value)?;
        plain.as_str().map(|text| one_line(&unshield(text))).ok_or_else(|| invalid(format!("`{function}` takes {wanted} for its columns")))
    };
    let is_record = columns.downcast_object_ref::<RecordObject>().is_some();
    if is_record || columns.kind() == ValueKind::Map || columns.as_str().is_some() {
        return Err(invalid(format!("`{function}` takes {wanted} for its columns, not {}", named(columns))));
    }
    let mut out: Vec<(String, Option<String>)> = Vec::new();
    for column in items(columns, function)?.take(most + 1) {
        let (key, heading) = match column.downcast_object_ref::<RecordObject>() {
            Some(record) => (record.id().to_owned(), Some(one_line(reader.pass.book.display_name(record.record())))),
            None if column.kind() == ValueKind::Seq => match column.try_iter()?.collect::<Vec<_>>().as_slice() {
                [key, heading] => (text(key)?, Some(text(heading)?)),
                _ => return Err(invalid(format!("`{function}` takes {wanted} for its columns"))),
            },
            None => (text(&column)?, None),
        };
        if out.iter().any(|(known, _)| *known == key) {
            return Err(invalid(format!("`{function}` has two columns of the key `{key}`")));
        }
        out.push((key, heading));
    }
    match out.len() {
        0 => Err(invalid(format!("`{function}` has no columns"))),
        count if count > most => Err(too_many(function, most)),
        _ => Ok(out),
    }
}

fn row_name(reader: &Reader<'_>, row: &Value) -> Result<Shown, Error> {
    let Some(record) = row.downcast_object_ref::<RecordObject>() else {
        return Err(invalid(format!("`{}` needs `label=`, since its rows are no records", reader.function)));
    };
    Ok(Shown::Printed(record.printed()))
}

/// A cell: the symbol with its word, and behind it what is said.
fn cell(reader: &Reader<'_>, kind: Kind, row: &Value, path: &str, says: Option<&str>, words: &Words) -> Result<Vec<Shown>, Error> {
    let value = reader.field(row, path)?;
    let mut out = match (verdict(reader, &value)?, kind) {
        (Some(verdict), _) => {
            let word = words.of(verdict);
            let word = match value.downcast_object_ref::<ClaimObject>() {
                Some(claim) => Shown::Claim(Box::new(ClaimObject { text: Some(word), ..claim.clone() })),
                None => Shown::Text(word),
            };
            vec![Shown::Verdict(verdict), word]
        }
        (None, Kind::Matrix) if value.is_none() => Vec::new(),
        (None, Kind::Matrix) => shown(reader, row, path, &value)?,
        (None, Kind::Scorecard) if value.is_none() => vec![Shown::Verdict(Verdict::Unknown), Shown::Text(words.of(Verdict::Unknown))],
        (None, Kind::Scorecard) => {
            let name =
                if value.downcast_object_ref::<ClaimObject>().is_some() { named(&value) } else { format!("`{path}` of {}", named(row)) };
            let message = format!("{name} is none of `yes`, `partly`, `no` and `unknown`, which are what a scorecard shows");
            return Err(reader.fault_at(row, path, message));
        }
    };
    if let Some(path) = says {
        let value = reader.field(row, path)?;
        if !value.is_none() {
            let said = shown(reader, row, path, &value)?;
            if !out.is_empty() && !said.is_empty() {
                out.push(Shown::Text(": ".to_owned()));
            }
            out.extend(said);
        }
    }
    Ok(out)
}

/// A value as a verdict, if it is one.
fn verdict(reader: &Reader<'_>, value: &Value) -> Result<Option<Verdict>, Error> {
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>()
        && !claim.is_known()
    {
        return Ok(Some(Verdict::Unknown));
    }
    if value.downcast_object_ref::<RecordObject>().is_some() {
        return Ok(None);
    }
    let plain = plain_value(reader.pass, value)?;
    Ok(match plain.kind() {
        ValueKind::Bool => Some(if plain.is_true() { Verdict::Yes } else { Verdict::No }),
        ValueKind::String => Verdict::of_key(unshield(plain.as_str().unwrap_or_default()).trim()),
        _ => None,
    })
}

/// What a cell says: a text, a claim, a record, or a list of these.
fn shown(reader: &Reader<'_>, row: &Value, path: &str, value: &Value) -> Result<Vec<Shown>, Error> {
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>()
        && value.kind() != ValueKind::Seq
    {
        return Ok(vec![Shown::Claim(Box::new(claim.clone()))]);
    }
    if let Some(record) = value.downcast_object_ref::<RecordObject>() {
        return Ok(vec![Shown::Printed(record.printed())]);
    }
    if let Some(markdown) = value.downcast_object_ref::<MarkdownObject>() {
        return Ok(vec![Shown::Printed(Printed::Markdown { text: markdown.text.clone(), origin: markdown.origin.clone() })]);
    }
    if matches!(value.kind(), ValueKind::Seq | ValueKind::Iterable) {
        let mut out = Vec::new();
        for item in value.try_iter()? {
            if !out.is_empty() {
                out.push(Shown::Text("; ".to_owned()));
            }
            out.extend(shown(reader, row, path, &item)?);
        }
        return Ok(out);
    }
    Ok(vec![Shown::Text(reader.words_of(row, path, value)?)])
}
