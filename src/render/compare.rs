//! Comparisons in templates, made to see through claims.
//!
//! The engine compares an object with a number by kind, silently. So each comparison in a template's source,
//! `a < b`, is rewritten to a call, `brief_compare((a), "<", (b))`, before the engine sees it: on the same
//! line, so that places hold. The call compares a claim's value, and what can't be compared is an error.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use minijinja::machinery::{Span, Token, tokenize};
use minijinja::value::{Value, ValueKind};
use minijinja::{Error, ErrorKind};

use super::values::{ClaimObject, RecordObject, StampObject};

/// The name of the function that comparisons become.
pub(crate) const FUNCTION: &str = "brief_compare";

/// A template's source with its comparisons turned into calls.
pub(crate) fn rewrite(source: &str) -> String {
    let tokens: Result<Vec<(Token<'_>, Span)>, Error> = tokenize(source, false, Default::default()).collect();
    // What can't be tokenized is reported when the engine parses it.
    let Ok(tokens) = tokens else { return source.to_owned() };
    let mut edits = Vec::new();
    let mut seen = BTreeSet::new();
    for index in 0..tokens.len() {
        if operator(&tokens, index).is_some() && !seen.contains(&index) {
            let chain = Chain::around(&tokens, index);
            seen.extend(chain.operators.iter().flat_map(|(at, width, _)| *at..at + width));
            edits.extend(chain.edits(&tokens));
        }
    }
    edits.sort_by_key(|edit| edit.from);
    let mut out = String::with_capacity(source.len() + edits.len() * 16);
    let mut at = 0;
    for edit in edits {
        out.push_str(&source[at..edit.from]);
        out.push_str(&edit.text);
        at = edit.to;
    }
    out.push_str(&source[at..]);
    out
}

/// Bytes of the source to be replaced.
struct Edit {
    from: usize,
    to: usize,
    text: String,
}

/// One operator of a comparison: its token range and its name.
fn operator(tokens: &[(Token<'_>, Span)], index: usize) -> Option<(&'static str, usize)> {
    if is_attribute(tokens, index) {
        return None;
    }
    let name = match tokens[index].0 {
        Token::Eq => "==",
        Token::Ne => "!=",
        Token::Lt => "<",
        Token::Lte => "<=",
        Token::Gt => ">",
        Token::Gte => ">=",
        Token::Ident("in") if !is_loop_in(tokens, index) => "in",
        Token::Ident("not") if matches!(tokens.get(index + 1), Some((Token::Ident("in"), _))) => return Some(("not in", 2)),
        _ => return None,
    };
    Some((name, 1))
}

/// Whether an `in` belongs to `{% for x in … %}`.
fn is_loop_in(tokens: &[(Token<'_>, Span)], index: usize) -> bool {
    for at in (0..index).rev() {
        match tokens[at].0 {
            Token::Ident("in") => return false,
            Token::Ident("for") => return matches!(tokens.get(at.wrapping_sub(1)), Some((Token::BlockStart, _))),
            Token::BlockStart | Token::VariableStart => return false,
            _ => {}
        }
    }
    false
}

/// Whether a word is a field's name, as in `p.in`.
fn is_attribute(tokens: &[(Token<'_>, Span)], index: usize) -> bool {
    index > 0 && matches!(tokens[index].0, Token::Ident(_)) && matches!(tokens[index - 1].0, Token::Dot)
}

/// Whether a token ends an operand when it stands outside parentheses.
fn is_boundary(tokens: &[(Token<'_>, Span)], index: usize) -> bool {
    if is_attribute(tokens, index) {
        return false;
    }
    matches!(
        tokens[index].0,
        Token::VariableStart
            | Token::VariableEnd
            | Token::BlockStart
            | Token::BlockEnd
            | Token::TemplateData(_)
            | Token::Comma
            | Token::Colon
            | Token::Assign
            | Token::Eq
            | Token::Ne
            | Token::Lt
            | Token::Lte
            | Token::Gt
            | Token::Gte
            | Token::Ident("and" | "or" | "not" | "if" | "else" | "elif" | "in" | "is" | "recursive" | "set" | "with" | "do")
    )
}

fn depth_change(token: &Token<'_>) -> i32 {
    match token {
        Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => 1,
        Token::ParenClose | Token::BracketClose | Token::BraceClose => -1,
        _ => 0,
    }
}

/// A comparison, `a < b < c`: tokens `start..=end`, with the operators between its operands.
struct Chain {
    start: usize,
    end: usize,
    operators: Vec<(usize, usize, &'static str)>,
}

impl Chain {
    fn around(tokens: &[(Token<'_>, Span)], first: usize) -> Chain {
        let mut start = first;
        let mut depth = 0;
        while start > 0 {
            let token = &tokens[start - 1].0;
            depth -= depth_change(token);
            if depth < 0 || (depth == 0 && is_boundary(tokens, start - 1)) {
                break;
            }
            start -= 1;
        }
        let mut operators = Vec::new();
        let mut end = first;
        let mut at = first;
        while let Some((name, width)) = (at < tokens.len()).then(|| operator(tokens, at)).flatten() {
            operators.push((at, width, name));
            at += width;
            // An operator that nothing follows still ends behind itself.
            end = at - 1;
            let mut depth = 0;
            while at < tokens.len() {
                let token = &tokens[at].0;
                if depth == 0 && (depth_change(token) < 0 || is_boundary(tokens, at)) {
                    break;
                }
                depth += depth_change(token);
                end = at;
                at += 1;
            }
        }
        Chain { start, end, operators }
    }

    fn edits(&self, tokens: &[(Token<'_>, Span)]) -> Vec<Edit> {
        let start = tokens[self.start].1.start_offset as usize;
        let end = tokens[self.end].1.end_offset as usize;
        let mut edits = vec![Edit { from: start, to: start, text: format!("{FUNCTION}((") }];
        edits.extend(self.operators.iter().map(|(at, width, name)| Edit {
            from: tokens[*at].1.start_offset as usize,
            to: tokens[at + width - 1].1.end_offset as usize,
            text: format!("), \"{name}\", ("),
        }));
        edits.push(Edit { from: end, to: end, text: "))".to_owned() });
        edits
    }
}

/// `brief_compare(a, "<", b, …)`: whether each comparison of the chain holds.
pub(crate) fn compare(operands: &[Value]) -> Result<bool, Error> {
    for step in operands.windows(3).step_by(2) {
        let operator = step[1].as_str().unwrap_or_default();
        if !holds(&step[0], operator, &step[2])? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether `left operator right`.
pub(crate) fn holds(left: &Value, operator: &str, right: &Value) -> Result<bool, Error> {
    for side in [left, right] {
        if side.is_undefined() {
            return Err(Error::new(ErrorKind::UndefinedError, format!("one side of `{operator}` doesn't exist")));
        }
        if side.downcast_object_ref::<StampObject>().is_some() {
            return Err(Error::new(
                ErrorKind::InvalidOperation,
                "a field of the version can be printed, not compared: a document must not read differently in each version",
            ));
        }
    }
    Ok(match operator {
        "==" => equal(left, right)?,
        "!=" => !equal(left, right)?,
        "in" => contains(right, left)?,
        "not in" => !contains(right, left)?,
        "<" => order(left, operator, right)? == Some(Ordering::Less),
        "<=" => matches!(order(left, operator, right)?, Some(Ordering::Less | Ordering::Equal)),
        ">" => order(left, operator, right)? == Some(Ordering::Greater),
        ">=" => matches!(order(left, operator, right)?, Some(Ordering::Greater | Ordering::Equal)),
        other => return Err(Error::new(ErrorKind::InvalidOperation, format!("unknown comparison `{other}`"))),
    })
}

/// What a side is compared by: a claim's value, a record's id.
fn bare(value: &Value, against: &Value) -> Result<Value, Error> {
    if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
        return Ok(claim.bare());
    }
    if let Some(record) = value.downcast_object_ref::<RecordObject>()
        && against.downcast_object_ref::<RecordObject>().is_none()
        && against.as_str().is_some()
    {
        return Ok(Value::from(record.id()));
    }
    Ok(value.clone())
}

fn equal(left: &Value, right: &Value) -> Result<bool, Error> {
    let (a, b) = (bare(left, right)?, bare(right, left)?);
    let is_claim = |v: &Value| v.downcast_object_ref::<ClaimObject>().is_some();
    if (is_claim(left) || is_claim(right)) && !a.is_none() && !b.is_none() && a.kind() != b.kind() {
        return Err(mismatch(left, "==", right));
    }
    Ok(a == b)
}

fn order(left: &Value, operator: &str, right: &Value) -> Result<Option<Ordering>, Error> {
    let (a, b) = (bare(left, right)?, bare(right, left)?);
    if a.is_none() || b.is_none() {
        let which = [left, right].into_iter().find_map(|v| v.downcast_object_ref::<ClaimObject>().map(ClaimObject::path));
        return Err(Error::new(
            ErrorKind::InvalidOperation,
            match which {
                Some(path) => format!("`{path}` is not known, so `{operator}` has no answer; test `.unknown` first"),
                None => format!("`{operator}` has no answer where a value is absent; test it first"),
            },
        ));
    }
    if a.kind() != b.kind() || !matches!(a.kind(), ValueKind::Number | ValueKind::String | ValueKind::Bool) {
        return Err(mismatch(left, operator, right));
    }
    Ok(a.partial_cmp(&b))
}

fn contains(container: &Value, item: &Value) -> Result<bool, Error> {
    let container = container.downcast_object_ref::<ClaimObject>().map_or_else(|| container.clone(), ClaimObject::bare);
    if let (Some(text), item) = (container.as_str(), bare(item, &container)?) {
        return match item.as_str() {
            Some(part) => Ok(text.contains(part)),
            None => Err(mismatch(&item, "in", &container)),
        };
    }
    if container.kind() == ValueKind::Map {
        return Ok(container.get_item(item).is_ok_and(|found| !found.is_undefined()));
    }
    for member in container.try_iter()? {
        let (a, b) = (bare(&member, item)?, bare(item, &member)?);
        if a == b {
            return Ok(true);
        }
    }
    Ok(false)
}

fn mismatch(left: &Value, operator: &str, right: &Value) -> Error {
    Error::new(ErrorKind::InvalidOperation, format!("{} can't be compared with {} by `{operator}`", named(left), named(right)))
}

/// A side as messages name it: a claim by its path.
fn named(value: &Value) -> String {
    match value.downcast_object_ref::<ClaimObject>() {
        Some(claim) => format!("the claim `{}`, a {},", claim.path(), noun(&claim.bare())),
        None => format!("a {}", noun(value)),
    }
}

fn noun(value: &Value) -> &'static str {
    match value.kind() {
        ValueKind::Number => "number",
        ValueKind::String => "text",
        ValueKind::Bool => "yes or no",
        ValueKind::Seq | ValueKind::Iterable => "list",
        ValueKind::Map => "mapping",
        _ => "record",
    }
}

#[cfg(test)]
mod tests {
    use super::rewrite;

    #[test]
    fn comparisons_become_calls() {
        assert_eq!(rewrite("{% if p.troops >= 5 and p.in %}"), "{% if brief_compare((p.troops ), \">=\", ( 5)) and p.in %}");
        assert_eq!(rewrite("{{ f(a == b, c) }}"), "{{ f(brief_compare((a ), \"==\", ( b)), c) }}");
        assert_eq!(rewrite("{% for x in y if x.z != 'q' %}"), "{% for x in y if brief_compare((x.z ), \"!=\", ( 'q')) %}");
        assert_eq!(rewrite("{{ a not in b }}"), "{{ brief_compare((a ), \"not in\", ( b)) }}");
        assert_eq!(rewrite("{{ (a == b) == c }}"), "{{ brief_compare(((brief_compare((a ), \"==\", ( b))) ), \"==\", ( c)) }}");
        assert_eq!(rewrite("{{ 1 < x <= 3 }}"), "{{ brief_compare((1 ), \"<\", ( x ), \"<=\", ( 3)) }}");
        assert_eq!(rewrite("a == b, text"), "a == b, text");
        // What can't be parsed is rewritten to something that can't be parsed.
        assert_eq!(rewrite("{{ a < b > else }}"), "{{ brief_compare((a ), \"<\", ( b ), \">\", ()) else }}");
        assert_eq!(rewrite("{{ == }}"), "{{ brief_compare((), \"==\", ()) }}");
    }
}
