//! Filters and tests that see through claims, records and tokens.
//!
//! The engine's own text filters would leave a token as it is, silently; those that take text or numbers are
//! replaced by ones that work on what was printed and keep its source.

mod comparison;
mod figure;
mod function;
mod list;
mod mark;
mod number;
mod operand;
mod print;
mod sort;
mod text;

use std::sync::Arc;

use minijinja::Environment;

use super::operators;
use super::values::Pass;

pub(super) use print::{BARE, number_text, to_token};

/// The filters that templates may use.
pub(crate) const FILTERS: [&str; 48] = [
    "abs",
    "attr",
    "batch",
    "capitalize",
    "chain",
    "cite",
    "count",
    "date",
    "default",
    "dictsort",
    "first",
    "float",
    "format",
    "groupby",
    "indent",
    "int",
    "items",
    "join",
    "last",
    "length",
    "lines",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "number",
    "of_what_is_shown",
    "plural",
    "reject",
    "rejectattr",
    "replace",
    "reverse",
    "round",
    "select",
    "selectattr",
    "sentence",
    "slug",
    "sort",
    "split",
    "sum",
    "title",
    "trim",
    "truncate",
    "uncited",
    "unique",
    "upper",
    "words",
];
/// The tests that they may use.
pub(crate) const TESTS: [&str; 16] = [
    "defined",
    "divisibleby",
    "endingwith",
    "even",
    "false",
    "in",
    "iterable",
    "known",
    "mapping",
    "none",
    "number",
    "odd",
    "sequence",
    "startingwith",
    "string",
    "true",
];
/// The functions that they may use.
pub(crate) const FUNCTIONS: [&str; 16] = [
    "bar_chart",
    "cite",
    "dict",
    "graph",
    "line_chart",
    "list_of_figures",
    "list_of_tables",
    "matrix",
    "namespace",
    "notes",
    "range",
    "ref",
    "scorecard",
    "sources_cited",
    "stacked_bar",
    "timeline",
];

/// Puts the filters, tests and functions of templates into an environment that serves one render and has none yet.
///
/// None of the engine's own is left as it is but for those that only ask whether something is there.
pub(crate) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    text::install(env, pass);
    number::install(env, pass);
    list::install(env, pass);
    sort::install(env, pass);
    comparison::install(env, pass);
    mark::install(env, pass);
    figure::install(env, pass);
    function::install(env, pass);
    operators::install(env, pass);
}
