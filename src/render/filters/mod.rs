//! Filters and tests that see through claims, records and tokens.
//!
//! The engine's own text filters would leave a token as it is, silently; those that take text or numbers are
//! replaced by ones that work on what was printed and keep its source.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, Value, ValueKind, from_args};
use minijinja::{Environment, Error, ErrorKind, State};

use super::claim_text::grouped;
use super::compare;
use super::token::{self, Piece, has_token, pieces, shield, unshield};
use super::values::{ClaimObject, MarkObject, MarkdownObject, Pass, Printed, RecordObject, StampObject, text};
use super::words::{self, DateStyle, word};
use crate::model::{Citation, Date, Settings};

/// The filters that templates may use.
pub(crate) const FILTERS: [&str; 47] = [
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
pub(crate) const FUNCTIONS: [&str; 6] = ["cite", "dict", "namespace", "notes", "range", "sources_cited"];

/// Puts the filters, tests and functions of templates into an environment that serves one render.
pub(crate) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    for name in ["safe", "escape", "e", "pprint", "urlencode", "tojson", "string"] {
        env.remove_filter(name);
    }
    env.remove_global("debug");
    text_filters(env, pass);
    number_filters(env, pass);
    list_filters(env, pass);
    comparisons(env);
    marks(env, pass);
}

fn text_filters(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    let each = |env: &mut Environment<'_>, name: &'static str, change: fn(&str) -> String| {
        let pass = pass.clone();
        env.add_filter(name, move |value: &Value| change_text(&pass, name, value, &change));
    };
    each(env, "upper", |s| s.to_uppercase());
    each(env, "lower", |s| s.to_lowercase());
    each(env, "title", title_case);
    each(env, "slug", slug);
    let shared = pass.clone();
    env.add_filter("capitalize", move |value: &Value| {
        let first = std::cell::Cell::new(true);
        change_text(&shared, "capitalize", value, &|s: &str| if first.replace(false) { capitalize(s) } else { s.to_lowercase() })
    });
    let shared = pass.clone();
    env.add_filter("sentence", move |value: &Value| {
        let first = std::cell::Cell::new(true);
        change_text(&shared, "sentence", value, &|s: &str| if first.replace(false) { upper_first(s) } else { s.to_owned() })
    });
    let shared = pass.clone();
    env.add_filter("replace", move |value: &Value, from: &str, to: &str| {
        change_text(&shared, "replace", value, &|s: &str| s.replace(from, to))
    });
    let shared = pass.clone();
    env.add_filter("trim", move |value: &Value| match value.as_str() {
        Some(plain) => Ok(keep_safe(value, plain.trim().to_owned())),
        None => change_text(&shared, "trim", value, &|s: &str| s.trim().to_owned()),
    });
    let shared = pass.clone();
    env.add_filter("truncate", move |value: &Value, kwargs: Rest<Value>| truncate(&shared, value, &kwargs));
    env.add_filter("brief_format", minijinja::filters::format);
    env.add_filter("format", |state: &mut State<'_, '_>, value: &Value, rest: Rest<Value>| -> Result<Value, Error> {
        // A width can ask for any amount of blanks.
        let digits = |s: &str| s.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() > 3);
        if value.as_str().is_some_and(|s| s.contains('*') || digits(s)) {
            return Err(Error::new(ErrorKind::InvalidOperation, "`format` takes widths up to 999, written as numbers"));
        }
        let args: Vec<Value> = std::iter::once(value.clone()).chain(rest.iter().cloned()).collect();
        state.apply_filter("brief_format", &args)
    });
    env.add_filter("indent", |value: &Value, width: usize| -> Result<Value, Error> {
        let plain = value.as_str().ok_or_else(|| wrong_kind("indent", value, "a text"))?;
        Ok(keep_safe(value, plain.replace('\n', &format!("\n{}", " ".repeat(width.min(40))))))
    });
    env.add_filter("plural", |count: &Value, one: &str, many: Option<&str>| -> Result<String, Error> {
        let n = bare(count);
        let n = n.len().map_or_else(|| i64::try_from(n.clone()), |n| Ok(n as i64))?;
        Ok(if n == 1 { one.to_owned() } else { many.map_or_else(|| format!("{one}s"), str::to_owned) })
    });
}

fn number_filters(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    let book = pass.book.clone();
    env.add_filter("number", move |value: &Value, options: Kwargs| -> Result<Value, Error> {
        let decimals: Option<usize> = options.get("decimals")?;
        options.assert_all_used()?;
        let separator = word(&book.settings, "group");
        map_number(value, "number", |n| {
            let digits = match decimals {
                Some(places) => format!("{:.*}", places.min(20), f64::try_from(n.clone()).unwrap_or(f64::NAN)),
                None => n.to_string(),
            };
            Ok(grouped(&digits, &separator))
        })
    });
    let book = pass.book.clone();
    env.add_filter("words", move |value: &Value| {
        map_number(value, "words", |n| Ok(words::small_number(i64::try_from(n.clone())?, &book.settings)))
    });
    // The engine's own, under names that no template uses.
    env.add_filter("brief_abs", minijinja::filters::abs);
    env.add_filter("brief_int", minijinja::filters::int);
    env.add_filter("brief_float", minijinja::filters::float);
    env.add_filter("brief_round", minijinja::filters::round);
    env.add_filter("brief_sum", minijinja::filters::sum);
    for (name, own) in [("abs", "brief_abs"), ("int", "brief_int"), ("float", "brief_float"), ("round", "brief_round")] {
        env.add_filter(name, move |state: &mut State<'_, '_>, value: &Value, rest: Rest<Value>| -> Result<Value, Error> {
            let args: Vec<Value> = std::iter::once(bare(value)).chain(rest.iter().cloned()).collect();
            let made = state.apply_filter(own, &args)?;
            Ok(match value.downcast_object_ref::<ClaimObject>() {
                Some(claim) => Value::from_object(ClaimObject { derived: Some(made), text: None, ..claim.clone() }),
                None => made,
            })
        });
    }
    let shared = pass.clone();
    env.add_filter("sum", move |state: &mut State<'_, '_>, values: &Value, options: Kwargs| -> Result<Value, Error> {
        let attribute: Option<String> = options.get("attribute")?;
        options.assert_all_used()?;
        let items = items(values, "sum")?.map(|item| match &attribute {
            Some(name) => item.get_attr(name),
            None => Ok(item),
        });
        let items: Vec<Value> = items.collect::<Result<_, _>>()?;
        let claims: Vec<_> = items.iter().filter_map(|item| item.downcast_object_ref::<ClaimObject>()).collect();
        if let Some(unknown) = claims.iter().find(|claim| claim.bare().is_none()) {
            let path = unknown.path();
            return Err(Error::new(ErrorKind::InvalidOperation, format!("`{path}` is not known, so it can't be added up")));
        }
        let total = state.apply_filter("brief_sum", &[items.iter().map(bare).collect::<Vec<_>>().into()])?;
        Ok(match claims.is_empty() {
            true => total,
            false => Value::from_object(ClaimObject {
                pass: shared.clone(),
                claims: claims.iter().flat_map(|claim| claim.claims.clone()).collect(),
                text: None,
                derived: Some(total),
                uncited: claims.iter().all(|claim| claim.uncited),
            }),
        })
    });
    let book = pass.book.clone();
    env.add_filter("date", move |value: &Value, style: Option<&str>| -> Result<Value, Error> {
        let style = match style {
            None | Some("long") => DateStyle::Long,
            Some("short") => DateStyle::Short,
            Some("iso") => DateStyle::Iso,
            Some("month-year") => DateStyle::MonthYear,
            Some(other) => {
                let detail = format!("`date` knows the styles `long`, `short`, `iso` and `month-year`, not `{other}`");
                return Err(Error::new(ErrorKind::InvalidOperation, detail));
            }
        };
        if let Some(stamp) = value.downcast_object_ref::<StampObject>() {
            return Ok(stamp.dated(style));
        }
        map_text(value, "date", |plain| {
            let date: Date = plain.parse().map_err(|_| wrong_kind("date", value, "a date such as 2025-11-05"))?;
            Ok(words::date(date, style, &book.settings))
        })
    });
}

fn list_filters(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    env.add_filter("default", |value: &Value, fallback: Option<Value>, falsy: Option<bool>| {
        let missing = value.is_undefined() || value.is_none() || (falsy == Some(true) && !value.is_true());
        if missing { fallback.unwrap_or_else(|| Value::from("")) } else { value.clone() }
    });
    let shared = pass.clone();
    env.add_filter("list", move |values: &Value| -> Result<Value, Error> {
        let items: Vec<String> = items(values, "list")?.map(|item| to_token(&shared, &item)).collect::<Result<_, _>>()?;
        let and = word(&shared.book.settings, "and");
        let joined = match items.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} {and} {last}", first.join(", ")),
        };
        Ok(Value::from_safe_string(joined))
    });
    let shared = pass.clone();
    env.add_filter("join", move |values: &Value, separator: Option<&str>| -> Result<Value, Error> {
        let items: Vec<String> = items(values, "join")?.map(|item| to_token(&shared, &item)).collect::<Result<_, _>>()?;
        let separator = separator.unwrap_or_default();
        let separator = if separator.trim_matches([' ', ',', ';', '\n']).is_empty() {
            separator.to_owned()
        } else {
            shared.prints.token(Printed::Text(unshield(separator).into_owned()))
        };
        Ok(Value::from_safe_string(items.join(&separator)))
    });
    for name in ["length", "count"] {
        env.add_filter(name, |value: &Value| -> Result<usize, Error> {
            if value.as_str().is_some_and(has_token) {
                return Err(Error::new(ErrorKind::InvalidOperation, "the length of printed text isn't known while a template runs"));
            }
            let value = bare(value);
            value
                .as_str()
                .map(|s| unshield(s).chars().count())
                .or_else(|| value.len())
                .ok_or_else(|| wrong_kind("length", &value, "a list or a text"))
        });
    }
}

fn comparisons(env: &mut Environment<'_>) {
    env.add_function(compare::FUNCTION, |operands: Rest<Value>| compare::compare(&operands));
    for (names, operator) in [
        (&["eq", "equalto", "=="][..], "=="),
        (&["ne", "!="], "!="),
        (&["lt", "lessthan", "<"], "<"),
        (&["le", "<="], "<="),
        (&["gt", "greaterthan", ">"], ">"),
        (&["ge", ">="], ">="),
        (&["in"], "in"),
    ] {
        for name in names {
            env.add_test(*name, move |left: &Value, right: &Value| compare::holds(left, operator, right));
        }
    }
    env.add_test("known", |value: &Value| match value.downcast_object_ref::<ClaimObject>() {
        Some(claim) => !claim.bare().is_none(),
        None => !value.is_none() && !value.is_undefined(),
    });
    for (name, kind) in [("number", ValueKind::Number), ("string", ValueKind::String)] {
        env.add_test(name, move |value: &Value| bare(value).kind() == kind);
    }
}

fn marks(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    env.add_filter("uncited", |value: &Value| match value.downcast_object_ref::<ClaimObject>() {
        Some(claim) => Value::from_object(ClaimObject { uncited: true, ..claim.clone() }),
        None => value.clone(),
    });
    let shared = pass.clone();
    let cite = move |sources: Rest<Value>| -> Result<Value, Error> {
        let mut citations = Vec::new();
        for source in sources.iter() {
            match (source.as_str(), source.downcast_object_ref::<RecordObject>()) {
                (Some(plain), _) => citations.push(Citation::parse(&unshield(plain))),
                (_, Some(record)) => citations.push(Citation { source: record.id().to_owned(), locator: None }),
                _ => return Err(wrong_kind("cite", source, "a source such as `\"report#3\"`")),
            }
        }
        Ok(Value::from_object(MarkObject { pass: shared.clone(), printed: Printed::Cite(citations) }))
    };
    env.add_filter("cite", cite.clone());
    env.add_function("cite", cite);
    for (name, printed) in [("notes", Printed::Notes), ("sources_cited", Printed::Sources)] {
        let shared = pass.clone();
        env.add_function(name, move || Value::from_object(MarkObject { pass: shared.clone(), printed: printed.clone() }));
    }
}

fn map_number(value: &Value, filter: &str, make: impl Fn(&Value) -> Result<String, Error>) -> Result<Value, Error> {
    let claim = value.downcast_object_ref::<ClaimObject>();
    let n = bare(value);
    if let (Some(claim), true) = (claim, n.is_none()) {
        return Ok(Value::from_object(claim.clone()));
    }
    if n.kind() != ValueKind::Number {
        return Err(wrong_kind(filter, value, "a number"));
    }
    let made = make(&n)?;
    Ok(match claim {
        Some(claim) => {
            // The qualifier and unit of the claim stay around the number.
            let settings = &claim.pass.book.settings;
            claim.with_text(dressed(claim, made, settings))
        }
        None => Value::from(made),
    })
}

fn dressed(claim: &ClaimObject, number: String, settings: &Settings) -> String {
    use crate::model::Held;
    let held = claim.claim();
    let qualified = match &held.held {
        Held::Known { qualifier: Some(qualifier), .. } => format!("{} {number}", word(settings, qualifier.key())),
        _ => number,
    };
    match &held.unit {
        Some(unit) => format!("{qualified} {unit}"),
        None => qualified,
    }
}

fn map_text(value: &Value, filter: &str, make: impl Fn(&str) -> Result<String, Error>) -> Result<Value, Error> {
    let claim = value.downcast_object_ref::<ClaimObject>();
    let plain = bare(value);
    if let (Some(claim), true) = (claim, plain.is_none()) {
        return Ok(Value::from_object(claim.clone()));
    }
    let made = make(&unshield(plain.as_str().ok_or_else(|| wrong_kind(filter, value, "a text"))?))?;
    Ok(match claim {
        Some(claim) => claim.with_text(made),
        None => text(&made),
    })
}

/// Changes text wherever it stands: plain, in a claim, a record's name, or in the tokens of printed text.
fn change_text(pass: &Arc<Pass>, filter: &str, value: &Value, change: &dyn Fn(&str) -> String) -> Result<Value, Error> {
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        return Ok(claim.with_text(change(&claim.printed_text())));
    }
    if let Some(record) = value.downcast_object_ref::<RecordObject>() {
        let printed = match record.printed() {
            Printed::Record { collection, id, name } => Printed::Record { collection, id, name: change(&name) },
            other => other,
        };
        return Ok(Value::from_object(MarkObject { pass: pass.clone(), printed }));
    }
    if value.downcast_object_ref::<MarkdownObject>().is_some() {
        return Err(Error::new(ErrorKind::InvalidOperation, format!("`{filter}` takes a text, not Markdown")));
    }
    let Some(plain) = value.as_str() else { return Err(wrong_kind(filter, value, "a text")) };
    if !has_token(plain) {
        return Ok(keep_safe(value, shield(&change(&unshield(plain))).into_owned()));
    }
    let mut out = String::new();
    for piece in pieces(plain) {
        match piece {
            Piece::Text(part) => out.push_str(&change(part)),
            Piece::Broken => return Err(broken()),
            Piece::Token(index) => {
                let printed = match pass.prints.get(index) {
                    Some(Printed::Text(part)) => Printed::Text(change(&part)),
                    Some(Printed::Claim(claim)) => {
                        Printed::Claim(Arc::new(ClaimObject { text: Some(change(&claim.printed_text())), ..(*claim).clone() }))
                    }
                    Some(Printed::Record { collection, id, name }) => Printed::Record { collection, id, name: change(&name) },
                    Some(other) => other,
                    None => return Err(broken()),
                };
                out.push_str(&pass.prints.token(printed));
            }
        }
    }
    Ok(keep_safe(value, out))
}

fn truncate(pass: &Arc<Pass>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let (length, kwargs): (Option<usize>, Kwargs) = from_args(args)?;
    let length = match length {
        Some(length) => length,
        None => kwargs.get::<Option<usize>>("length")?.unwrap_or(255),
    };
    let end: Option<String> = kwargs.get("end")?;
    kwargs.assert_all_used()?;
    if value.as_str().is_some_and(has_token) {
        return Err(Error::new(ErrorKind::InvalidOperation, "`truncate` would cut a printed value in two; truncate the field itself"));
    }
    let end = end.unwrap_or_else(|| "…".to_owned());
    change_text(pass, "truncate", value, &|s: &str| {
        if s.chars().count() <= length {
            return s.to_owned();
        }
        let cut: String = s.chars().take(length.saturating_sub(end.chars().count())).collect();
        let cut = cut.rsplit_once(char::is_whitespace).map_or(cut.as_str(), |(head, _)| head);
        format!("{cut}{end}")
    })
}

/// A value as the text of a template: its token, or printed text as it is.
pub(crate) fn to_token(pass: &Arc<Pass>, value: &Value) -> Result<String, Error> {
    if value.is_undefined() {
        return Err(Error::from(ErrorKind::UndefinedError));
    }
    if let Some(plain) = value.as_str() {
        return Ok(if value.is_safe() { plain.to_owned() } else { text_tokens(pass, plain)? });
    }
    match value.kind() {
        ValueKind::None => Err(Error::new(
            ErrorKind::InvalidOperation,
            "this field is absent here and would print nothing; test it with `{% if … %}` or give it a `default`",
        )),
        ValueKind::Bool => Ok(pass.prints.token(Printed::Text(word(&pass.book.settings, if value.is_true() { "yes" } else { "no" })))),
        ValueKind::Number => Ok(value.to_string()),
        _ if is_printable(value) => Ok(value.to_string()),
        ValueKind::Seq | ValueKind::Iterable => {
            Err(Error::new(ErrorKind::InvalidOperation, "a list can't be printed as it is; use `| list`, `| join(\", \")` or a loop"))
        }
        _ => Err(Error::new(ErrorKind::InvalidOperation, "a mapping can't be printed as it is; print its fields")),
    }
}

fn is_printable(value: &Value) -> bool {
    value.downcast_object_ref::<ClaimObject>().is_some()
        || value.downcast_object_ref::<RecordObject>().is_some()
        || value.downcast_object_ref::<MarkdownObject>().is_some()
        || value.downcast_object_ref::<StampObject>().is_some()
        || value.downcast_object_ref::<MarkObject>().is_some()
}

/// Text that isn't known to be printed text: what isn't a token becomes one.
fn text_tokens(pass: &Arc<Pass>, plain: &str) -> Result<String, Error> {
    let mut out = String::new();
    for piece in pieces(plain) {
        match piece {
            Piece::Text(part) => out.push_str(&pass.prints.token(Printed::Text(unshield(part).into_owned()))),
            Piece::Token(index) => out.extend([token::OPEN.to_string(), index.to_string(), token::CLOSE.to_string()]),
            Piece::Broken => return Err(broken()),
        }
    }
    Ok(out)
}

/// What says that a document outgrows its limit.
pub(crate) const TOO_LONG: &str = "more text than a document may hold";

/// What says that a token was cut.
pub(crate) const BROKEN: &str = "a printed value was cut in two";

fn broken() -> Error {
    Error::new(ErrorKind::InvalidOperation, BROKEN)
}

/// A claim's value, or the value itself.
fn bare(value: &Value) -> Value {
    value.downcast_object_ref::<ClaimObject>().map_or_else(|| value.clone(), ClaimObject::bare)
}

/// The items of a list that a filter takes.
fn items(values: &Value, filter: &str) -> Result<minijinja::value::ValueIter, Error> {
    let is_one = matches!(values.kind(), ValueKind::String | ValueKind::None | ValueKind::Undefined);
    let items = if values.is_undefined() || is_one && filter != "list" && filter != "join" { None } else { values.try_iter().ok() };
    items.ok_or_else(|| wrong_kind(filter, values, "a list"))
}

fn keep_safe(like: &Value, out: String) -> Value {
    if like.is_safe() { Value::from_safe_string(out) } else { Value::from(out) }
}

fn wrong_kind(filter: &str, value: &Value, wanted: &str) -> Error {
    if value.is_undefined() {
        return Error::from(ErrorKind::UndefinedError);
    }
    let found = match value.downcast_object_ref::<ClaimObject>() {
        Some(claim) => format!("the claim `{}`", claim.path()),
        None => match value.kind() {
            ValueKind::None => "an absent field".to_owned(),
            ValueKind::Bool => "yes or no".to_owned(),
            ValueKind::Number => "a number".to_owned(),
            ValueKind::String => "a text".to_owned(),
            ValueKind::Seq | ValueKind::Iterable => "a list".to_owned(),
            _ => "a mapping or record".to_owned(),
        },
    };
    Error::new(ErrorKind::InvalidOperation, format!("`{filter}` takes {wanted}, not {found}"))
}

fn capitalize(s: &str) -> String {
    let mut chars = s.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars.flat_map(char::to_lowercase)).collect())
}

fn upper_first(s: &str) -> String {
    let mut chars = s.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

fn title_case(s: &str) -> String {
    s.split_inclusive(|c: char| !c.is_alphanumeric() && c != '\'' && c != '’').map(capitalize).collect()
}

fn slug(s: &str) -> String {
    let lower = s.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}
