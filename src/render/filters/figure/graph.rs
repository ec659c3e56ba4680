//! `graph(records, edges=…, title=…)`: an arrow from each record that another names to that one.

use minijinja::Error;
use minijinja::value::{Kwargs, Value, ValueKind};

use super::reader::{Reader, check_options};
use crate::document::chart::{Chart, Graph};
use crate::render::operators::{error as invalid, named};
use crate::render::values::{FigureData, RecordObject, Shown};

/// More columns than this are too narrow to be read.
const MOST_STEPS: usize = 7;

pub(super) fn graph(reader: &Reader<'_>, records: &Value, options: &Kwargs) -> Result<FigureData, Error> {
    check_options(options, reader.function, &["label", "edges", "title", "id"])?;
    let (edges, title) = (reader.path(options, "edges")?, reader.title(options)?);
    let label = reader.optional_path(options, "label")?;
    let rows = reader.rows(records)?;
    let record = |row: &Value| row.downcast_object_ref::<RecordObject>().map(|record| record.record().path());
    let paths: Option<Vec<String>> = rows.iter().map(record).collect();
    let Some(paths) = paths else { return Err(invalid("`graph` takes records, whose field in `edges=` names others of them")) };
    let mut nodes = Vec::new();
    for row in &rows {
        nodes.push(match &label {
            Some(path) => reader.words(row, path)?,
            None => reader.words_of(row, "name", row)?,
        });
    }
    let (mut joined, mut table) = (Vec::new(), Vec::new());
    for (to, row) in rows.iter().enumerate() {
        let mut names: Vec<String> = Vec::new();
        for other in named_by(&reader.field(row, &edges)?)? {
            let Some(path) = record(&other) else {
                return Err(reader.fault_at(
                    row,
                    &edges,
                    format!("`{edges}` of {} is {}, and `graph` follows references", named(row), named(&other)),
                ));
            };
            let Some(from) = paths.iter().position(|known| *known == path) else {
                return Err(reader.fault_at(
                    row,
                    &edges,
                    format!("{} names {}, which is none of the records shown", named(row), named(&other)),
                ));
            };
            if !joined.contains(&(from, to)) {
                joined.push((from, to));
                names.push(nodes[from].clone());
            }
        }
        table.push(vec![
            vec![Shown::Text(nodes[to].clone())],
            if names.is_empty() { Vec::new() } else { vec![Shown::Text(names.join("; "))] },
        ]);
    }
    check_steps(reader, &rows, &joined, &edges)?;
    let heading = rows.first().map(|row| reader.field_title(row, &edges)).unwrap_or_default();
    let chart = Chart::Graph(Graph { nodes, edges: joined });
    Ok(FigureData {
        chart: Some(chart),
        title,
        id: reader.id(options)?,
        header: vec![String::new(), heading],
        rows: table,
        marking: reader.marking(),
    })
}

/// The records that a field names: one, several, or none.
fn named_by(value: &Value) -> Result<Vec<Value>, Error> {
    if value.is_none() {
        return Ok(Vec::new());
    }
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable => Ok(value.try_iter()?.collect()),
        _ => Ok(vec![value.clone()]),
    }
}

/// Refuses arrows that form a cycle, and chains that need too many columns.
fn check_steps(reader: &Reader<'_>, rows: &[Value], edges: &[(usize, usize)], path: &str) -> Result<(), Error> {
    let mut column = vec![0_usize; rows.len()];
    for _ in 0..=rows.len() {
        let mut changed = None;
        for (from, to) in edges {
            if column[*to] <= column[*from] {
                column[*to] = column[*from] + 1;
                changed = Some(*to);
            }
        }
        let Some(last) = changed else { break };
        if column.iter().any(|steps| *steps >= rows.len()) {
            return Err(reader.fault_at(
                &rows[last],
                path,
                format!("{} leads to itself through `{path}`, and `graph` needs a beginning", named(&rows[last])),
            ));
        }
    }
    match column.iter().max() {
        Some(last) if *last >= MOST_STEPS => Err(invalid(format!(
            "`graph` can show {MOST_STEPS} steps one after the other, and here are {}: choose or group them",
            last + 1
        ))),
        _ => Ok(()),
    }
}
