//! Filters that change text, wherever it stands.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, Value, from_args};
use minijinja::{Environment, Error, ErrorKind, State};

use super::operand::{bare, keep_safe, wrong_kind};
use super::print::broken;
use crate::render::token::{Piece, has_token, pieces, shield, unshield};
use crate::render::values::{ClaimObject, MarkObject, MarkdownObject, Pass, Printed, RecordObject};

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
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
