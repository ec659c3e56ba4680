//! Filters that change text.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, Value, ValueOrKwargs, from_args};
use minijinja::{Environment, Error, State};

use super::operand::{keep_safe, whole, wrong_kind};
use super::print::broken;
use crate::render::operators::{as_text, error, named, plain_value};
use crate::render::token::{CLOSE, CUTS, OPEN, Piece, pieces, shield, unshield};
use crate::render::values::{
    BareObject, ClaimObject, MarkdownObject, PartialObject, Pass, Printed, RecordObject, TextObject, marked_text, plain_text,
};

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
    env.add_filter("replace", move |value: &Value, from: &Value, to: &Value| replace(&shared, value, from, to));
    let shared = pass.clone();
    env.add_filter("trim", move |value: &Value| -> Result<Value, Error> {
        match (as_text(&shared, value)?, value.as_str()) {
            (Some(text), _) => Ok(TextObject::wrap(&shared, text.trim().to_owned())),
            (None, Some(plain)) => Ok(keep_safe(value, plain.trim().to_owned())),
            _ => change_text(&shared, "trim", value, &|s: &str| s.trim().to_owned()),
        }
    });
    let shared = pass.clone();
    env.add_filter("truncate", move |value: &Value, rest: Rest<ValueOrKwargs>| truncate(&shared, value, &rest.into_values()));
    let shared = pass.clone();
    env.add_filter("split", move |value: &Value, separator: Option<Value>, most: Option<Value>| {
        split(&shared, value, separator.as_ref(), most.as_ref())
    });
    let shared = pass.clone();
    env.add_filter("lines", move |value: &Value| -> Result<Value, Error> {
        let newline = Value::from("\n");
        split(&shared, value, Some(&newline), None)
    });
    env.add_filter("!format", minijinja::filters::format);
    let shared = pass.clone();
    env.add_filter("format", move |state: &mut State<'_, '_>, value: &Value, rest: Rest<ValueOrKwargs>| {
        format_text(state, &shared, value, &rest.into_values())
    });
    let shared = pass.clone();
    env.add_filter("indent", move |value: &Value, width: Value| -> Result<Value, Error> {
        let width = usize::try_from(whole(&shared, "indent", &width)?).unwrap_or(0).min(40);
        let indented = |text: &str| {
            let length = text.len() + text.matches('\n').count() * width;
            shared.prints.check_length(length)?;
            shared.charge_text(length)?;
            Ok::<_, Error>(text.replace('\n', &format!("\n{}", " ".repeat(width))))
        };
        let value = PartialObject::in_place(value).map_or(value, |placeholder| &placeholder.inner);
        match (as_text(&shared, value)?, value.as_str()) {
            (Some(text), _) => Ok(TextObject::wrap(&shared, indented(&text)?)),
            (None, Some(plain)) => Ok(keep_safe(value, indented(plain)?)),
            _ => Err(wrong_kind("indent", value, "a text")),
        }
    });
}

/// Changes text in any form: plain, in a claim, a record's name, or in the tokens of printed text.
fn change_text(pass: &Arc<Pass>, filter: &str, value: &Value, change: &dyn Fn(&str) -> String) -> Result<Value, Error> {
    if let Some(bare) = value.downcast_object_ref::<BareObject>() {
        return Ok(BareObject::wrap(change_text(pass, filter, &bare.inner, change)?, &bare.of));
    }
    if let Some(placeholder) = PartialObject::in_place(value) {
        return Ok(placeholder.with(change_text(pass, filter, &placeholder.inner, change)?));
    }
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        return Ok(claim.with_text(changed_claim(filter, claim, change)?));
    }
    if let Some(record) = value.downcast_object_ref::<RecordObject>() {
        let token = pass.prints.token(changed(filter, record.printed(), change)?);
        return Ok(TextObject::wrap(pass, token));
    }
    if value.downcast_object_ref::<MarkdownObject>().is_some() {
        return Err(error(format!("`{filter}` takes a text, not Markdown")));
    }
    let Some(text) = as_text(pass, value)? else {
        let plain = value.as_str().ok_or_else(|| wrong_kind(filter, value, "a text"))?;
        let changed = change(&unshield(plain));
        // Changing case may make a text longer.
        pass.prints.check_length(changed.len())?;
        return Ok(keep_safe(value, shield(&changed).into_owned()));
    };
    let mut out = String::new();
    for piece in pieces(&text) {
        match piece {
            Piece::Text(part) => out.push_str(&change(part)),
            Piece::Broken => return Err(broken()),
            Piece::Token(index) => {
                let printed = pass.prints.get(index).ok_or_else(broken)?;
                pass.charge(8)?;
                pass.charge_text(printed.length())?;
                out.push_str(&pass.prints.token(changed(filter, printed, change)?));
            }
        }
        pass.prints.check_length(out.len())?;
    }
    Ok(TextObject::wrap(pass, out))
}

/// A printed value with changed text.
fn changed(filter: &str, printed: Printed, change: &dyn Fn(&str) -> String) -> Result<Printed, Error> {
    Ok(match printed {
        Printed::Text(part) => Printed::Text(change(&part)),
        Printed::Marked { text, marking } => Printed::Marked { text: change(&text), marking },
        Printed::Claim(claim) => {
            let text = changed_claim(filter, &claim, change)?;
            Printed::Claim(Arc::new(ClaimObject { text: Some(text), ..(*claim).clone() }))
        }
        Printed::Record { collection, id, name } => Printed::Record { collection, id, name: change(&name) },
        Printed::Markdown { .. } => return Err(error(format!("`{filter}` takes a text, not Markdown"))),
        other => other,
    })
}

/// A claim with changed text. Digits must stay the same: other digits would be another figure under the same source.
fn changed_claim(filter: &str, claim: &ClaimObject, change: &dyn Fn(&str) -> String) -> Result<String, Error> {
    let before = claim.printed_text();
    let after = change(&before);
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    if claim.quantity().is_ok() && digits(&before) != digits(&after) {
        let path = claim.path();
        return Err(error(format!("`{filter}` would print the figure `{path}` with other digits: `{after}` for `{before}`")));
    }
    Ok(after)
}

/// Whether printed text is a single text of a record, which may be cut as any other.
fn is_one_text(pass: &Pass, text: &str) -> bool {
    matches!(pieces(text)[..], [Piece::Token(index)] if matches!(pass.prints.get(index), Some(Printed::Marked { .. })))
}

/// A text as a filter's argument.
fn told(pass: &Arc<Pass>, filter: &str, value: &Value) -> Result<String, Error> {
    let plain = plain_value(pass, value)?;
    plain.as_str().map(str::to_owned).ok_or_else(|| error(format!("`{filter}` takes a text here, not {}", named(value))))
}

/// How often a text occurs in printed text as a reader sees it, spanning more than one of its pieces.
fn spans_pieces(pass: &Arc<Pass>, text: &str, part: &str) -> Result<bool, Error> {
    if part.is_empty() {
        return Ok(false);
    }
    let mut within = 0;
    for piece in pieces(text) {
        within += match piece {
            Piece::Text(piece) => piece.matches(part).count(),
            Piece::Token(index) => plain_text(pass, &format!("{OPEN}{index}{CLOSE}"))?.matches(part).count(),
            Piece::Broken => return Err(broken()),
        };
    }
    Ok(plain_text(pass, text)?.matches(part).count() != within)
}

fn replace(pass: &Arc<Pass>, value: &Value, from: &Value, to: &Value) -> Result<Value, Error> {
    if to.downcast_object_ref::<BareObject>().is_some() || to.downcast_object_ref::<ClaimObject>().is_some() {
        return Err(error(format!("`replace` would put {} in without its source; use `~`", named(to))));
    }
    let (from, to) = (told(pass, "replace", from)?, told(pass, "replace", to)?);
    if let Some(text) = as_text(pass, value)?
        && spans_pieces(pass, &text, &from)?
    {
        return Err(error("`replace` would replace text that is put together from several printed values; use it on each of them"));
    }
    let (from, to) = (unshield(&from).into_owned(), unshield(&to).into_owned());
    // Check the size of the result before making it.
    let length = std::cell::Cell::new(0usize);
    let replaced = change_text(pass, "replace", value, &|s: &str| {
        let count = if to.len() > from.len() { s.matches(&from).count() } else { 0 };
        length.set(length.get().saturating_add(s.len()).saturating_add(count.saturating_mul(to.len())));
        if pass.prints.check_length(length.get()).is_ok() { s.replace(&from, &to) } else { String::new() }
    });
    pass.prints.check_length(length.get())?;
    pass.charge_text(length.get())?;
    replaced
}

/// The parts of a text; of printed text, only between what it prints.
fn split(pass: &Arc<Pass>, value: &Value, separator: Option<&Value>, most: Option<&Value>) -> Result<Value, Error> {
    if let Some(bare) = value.downcast_object_ref::<BareObject>() {
        return Ok(BareObject::wrap(split(pass, &bare.inner, separator, most)?, &bare.of));
    }
    if let Some(placeholder) = PartialObject::in_place(value) {
        return split(pass, &placeholder.inner, separator, most);
    }
    let separator = separator.filter(|separator| !separator.is_none()).map(|separator| told(pass, "split", separator)).transpose()?;
    let most = match most {
        Some(most) => usize::try_from(whole(pass, "split", most)?).ok().map(|most| most + 1),
        None => None,
    };
    let parts = |text: &str| -> Vec<String> {
        match (&separator, most) {
            (None, _) => text.split_whitespace().map(str::to_owned).collect(),
            (Some(separator), _) if separator == "\n" => text.lines().map(str::to_owned).collect(),
            (Some(separator), None) => text.split(separator.as_str()).map(str::to_owned).collect(),
            (Some(separator), Some(most)) => text.splitn(most, separator.as_str()).map(str::to_owned).collect(),
        }
    };
    if let Some(whole) = as_text(pass, value)?.as_deref().or(value.as_str()) {
        let count = match &separator {
            Some(separator) if !separator.is_empty() => whole.matches(separator.as_str()).count(),
            _ => whole.split_whitespace().count(),
        };
        // Each part takes memory, however short.
        pass.charge(count.min(most.unwrap_or(usize::MAX)).saturating_mul(8))?;
        pass.charge_text(whole.len())?;
    }
    if separator.as_deref() == Some("") {
        return Err(error("`split` takes a separator that isn't empty"));
    }
    if let Some(text) = as_text(pass, value)?.filter(|text| is_one_text(pass, text)) {
        let parts = parts(&plain_text(pass, &text)?);
        let marking = TextObject { pass: pass.clone(), text }.marking();
        return Ok(parts.into_iter().map(|part| marked_text(pass, &part, &marking)).collect::<Vec<_>>().into());
    }
    if let Some(text) = as_text(pass, value)? {
        let between = separator.as_deref().unwrap_or(" ");
        // Matches must be outside of tokens, or a figure would be cut.
        let outside: usize =
            pieces(&text).iter().map(|piece| if let Piece::Text(piece) = piece { piece.matches(between).count() } else { 0 }).sum();
        if plain_text(pass, &text)?.matches(between).count() != outside {
            return Err(error(format!("`split` {CUTS}; split the field itself, or its `.value`")));
        }
        return Ok(parts(&text).into_iter().map(|part| TextObject::wrap(pass, part)).collect::<Vec<_>>().into());
    }
    if value.downcast_object_ref::<ClaimObject>().is_some() {
        return Err(error(format!("`split` would cut {}; split its `.value`, which needs `| uncited` to be printed", named(value))));
    }
    let plain = value.as_str().ok_or_else(|| wrong_kind("split", value, "a text"))?;
    Ok(parts(plain).into_iter().map(|part| keep_safe(value, part)).collect::<Vec<_>>().into())
}

fn truncate(pass: &Arc<Pass>, value: &Value, args: &[Value]) -> Result<Value, Error> {
    let (length, kwargs): (Option<Value>, Kwargs) = from_args(args)?;
    let length = match length.map_or_else(|| kwargs.get::<Option<Value>>("length"), |length| Ok(Some(length)))? {
        Some(length) => usize::try_from(whole(pass, "truncate", &length)?).unwrap_or(0),
        None => 255,
    };
    let end: Option<String> = kwargs.get("end")?;
    kwargs.assert_all_used()?;
    if as_text(pass, value)?.is_some_and(|text| !is_one_text(pass, &text)) {
        return Err(error(format!("`truncate` {CUTS}; truncate the field itself")));
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

/// The conversions of a format, in order: each is its letter, and whether it has a width or a precision.
fn conversions(format: &str) -> Vec<(char, bool)> {
    let mut found = Vec::new();
    let mut rest = format.chars();
    while let Some(c) = rest.next() {
        if c != '%' {
            continue;
        }
        let mut is_sized = false;
        for c in rest.by_ref() {
            match c {
                '%' => break,
                '0'..='9' | '.' | '-' | '+' | ' ' | '#' => is_sized = true,
                '(' | ')' => {}
                letter => {
                    found.push((letter, is_sized));
                    break;
                }
            }
        }
    }
    found
}

/// `"%s of %d" | format(a, b)`: printed values only as they are, by `%s`.
fn format_text(state: &mut State<'_, '_>, pass: &Arc<Pass>, value: &Value, rest: &[Value]) -> Result<Value, Error> {
    let format = as_text(pass, value)?.is_none().then(|| value.as_str()).flatten();
    let format = format.ok_or_else(|| wrong_kind("format", value, "a text that prints nothing yet"))?;
    // A width can ask for any amount of spaces.
    let is_wide = |s: &str| s.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() > 3);
    if format.contains('*') || is_wide(format) {
        return Err(error("`format` takes widths up to 999, written as numbers"));
    }
    let conversions = conversions(format);
    if rest.len() > conversions.len() && !format.contains("%(") && !rest.iter().any(Value::is_kwargs) {
        let (given, taken) = (rest.len(), conversions.len());
        return Err(error(format!("`format` is given {given} to print, and its text has room for {taken}: `%s` stands for each")));
    }
    let mut of = None;
    let mut args = vec![value.clone()];
    let mut prints = false;
    for (index, arg) in rest.iter().enumerate() {
        let arg = match arg.downcast_object_ref::<BareObject>() {
            Some(bare) => {
                of.get_or_insert_with(|| bare.of.clone());
                bare.inner.clone()
            }
            None => arg.clone(),
        };
        let is_printed = arg.as_object().is_some() && !arg.is_kwargs() || as_text(pass, &arg)?.is_some();
        if is_printed {
            prints = true;
            if let Some((letter, is_sized)) = conversions.get(index).filter(|(letter, is_sized)| *letter != 's' || *is_sized) {
                let shown = if *is_sized { format!("%…{letter}") } else { format!("%{letter}") };
                let detail =
                    format!("`format` can print {} by `%s` alone, not by `{shown}`; `| number(decimals=1)` writes a figure", named(&arg));
                return Err(error(detail));
            }
            args.push(Value::from(super::to_token(pass, &arg)?));
        } else {
            args.push(arg);
        }
    }
    if prints && rest.iter().any(Value::is_kwargs) {
        return Err(error("`format` can print claims and records by position alone"));
    }
    // Check the size of the result before making it: conversions can repeat one value many times.
    let longest = args.iter().skip(1).map(longest_text).max().unwrap_or(0).max(1_400);
    let length = format.len().saturating_add(conversions.len().saturating_mul(longest));
    pass.prints.check_length(length)?;
    pass.charge_text(length)?;
    let made = state.apply_filter("!format", &args)?;
    let made = match (prints, made.as_str()) {
        (true, Some(text)) => TextObject::wrap(pass, super::to_token(pass, &Value::from(text))?),
        _ => made,
    };
    Ok(match of {
        Some(of) => BareObject::wrap(made, &of),
        None => made,
    })
}

/// How long a text is, or the longest text among named ones.
fn longest_text(value: &Value) -> usize {
    let of_names = || {
        let names = value.try_iter().ok().filter(|_| value.kind() == minijinja::value::ValueKind::Map)?;
        names.filter_map(|name| value.get_item(&name).ok()?.as_str().map(str::len)).max()
    };
    value.as_str().map(str::len).or_else(of_names).unwrap_or(0)
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
