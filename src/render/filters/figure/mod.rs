//! Figures and tables from records: each function reads fields of records and prints a chart, or a table, with its values.

mod bars;
mod graph;
mod grid;
mod lines;
mod reader;
mod time_scale;
mod time_ticks;
mod timeline;

use std::sync::Arc;

use minijinja::value::{Kwargs, Value};
use minijinja::{Environment, Error};

use self::reader::Reader;
use crate::render::values::{FigureData, MarkObject, Pass, Printed};

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    type Draw = fn(&Reader<'_>, &Value, &Kwargs) -> Result<FigureData, Error>;
    let functions: [(&'static str, Draw); 5] = [
        ("bar_chart", bars::bar_chart),
        ("graph", graph::graph),
        ("line_chart", lines::line_chart),
        ("stacked_bar", bars::stacked_bar),
        ("timeline", timeline::timeline),
    ];
    for (name, draw) in functions {
        let shared = pass.clone();
        env.add_function(name, move |records: &Value, options: Kwargs| {
            draw(&Reader::new(&shared, name), records, &options).map(|data| printed(&shared, data))
        });
    }
    for (name, kind) in [("scorecard", grid::Kind::Scorecard), ("matrix", grid::Kind::Matrix)] {
        let shared = pass.clone();
        env.add_function(name, move |records: &Value, columns: &Value, options: Kwargs| {
            grid::grid(&Reader::new(&shared, name), kind, records, columns, &options).map(|data| printed(&shared, data))
        });
    }
}

fn printed(pass: &Arc<Pass>, data: FigureData) -> Value {
    Value::from_object(MarkObject { pass: pass.clone(), printed: Printed::Figure(Arc::new(data)) })
}
