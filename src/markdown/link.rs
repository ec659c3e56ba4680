//! Link targets and titles in Markdown.

use super::escape::{is_reference, push_reference};

/// Writes `(target "title")`, what stands behind a link's or image's brackets.
pub(super) fn write_target(out: &mut String, url: &str, title: &str) {
    out.push('(');
    write_url(out, url, !title.is_empty());
    if !title.is_empty() {
        out.push(' ');
        write_title(out, title);
    }
    out.push(')');
}

fn write_url(out: &mut String, url: &str, titled: bool) {
    let enclosed = url.starts_with('<') || url.contains(|c: char| c == ' ' || c.is_ascii_control()) || titled && url.is_empty();
    let bare = !enclosed;
    let balanced = bare && has_balanced_parentheses(url);
    if !bare {
        out.push('<');
    }
    let last = url.len();
    for (at, c) in url.char_indices() {
        let next = url[at + c.len_utf8()..].chars().next();
        match c {
            '\\' if next.is_none_or(|next| next.is_ascii_punctuation()) => out.push_str("\\\\"),
            '&' if is_reference(&url[at..]) => out.push_str("&amp;"),
            '(' | ')' if bare && !balanced => push_escaped(out, c),
            '<' | '>' if !bare => push_escaped(out, c),
            '\n' | '\r' => push_reference(out, c),
            ' ' | '\t' if at == 0 || at + 1 == last => push_reference(out, c),
            c => out.push(c),
        }
    }
    if !bare {
        out.push('>');
    }
}

/// Writes a title in the quotes that it doesn't hold.
fn write_title(out: &mut String, title: &str) {
    let quote = if title.contains('"') && !title.contains('\'') { '\'' } else { '"' };
    out.push(quote);
    for (at, c) in title.char_indices() {
        let next = title[at + c.len_utf8()..].chars().next();
        match c {
            // A backslash before the closing quote would make some parsers look for another.
            '\\' if next.is_none() => push_reference(out, c),
            '\\' if next.is_some_and(|next| next.is_ascii_punctuation()) => out.push_str("\\\\"),
            '&' if is_reference(&title[at..]) => out.push_str("&amp;"),
            c if c == quote => push_escaped(out, c),
            c => out.push(c),
        }
    }
    out.push(quote);
}

/// Writes the info string of a code fence.
pub(super) fn write_info(out: &mut String, info: &str) {
    for (at, c) in info.char_indices() {
        let next = info[at + c.len_utf8()..].chars().next();
        match c {
            '\\' if next.is_none_or(|next| next.is_ascii_punctuation()) => out.push_str("\\\\"),
            '&' if is_reference(&info[at..]) => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
}

fn push_escaped(out: &mut String, c: char) {
    out.push('\\');
    out.push(c);
}

fn has_balanced_parentheses(url: &str) -> bool {
    let mut open = 0_i32;
    for c in url.chars() {
        match c {
            '(' if open == 32 => return false,
            '(' => open += 1,
            ')' if open == 0 => return false,
            ')' => open -= 1,
            _ => {}
        }
    }
    open == 0
}

/// Whether a link can be written as `<target>`: its text is its address.
pub(super) fn is_autolink(url: &str, title: &str, text: &str) -> bool {
    if !title.is_empty() || text.contains(['<', '>', '\\', '|', '&']) {
        return false;
    }
    if text.contains(|c: char| c == ' ' || c.is_ascii_control()) {
        return false;
    }
    match url.strip_prefix("mailto:") {
        Some(address) if address == text => is_email(text),
        _ => url == text && has_scheme(text),
    }
}

fn has_scheme(url: &str) -> bool {
    let Some((scheme, _)) = url.split_once(':') else { return false };
    (2..=32).contains(&scheme.len())
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-'))
}

fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    !local.is_empty()
        && local.chars().all(|c| c.is_ascii_alphanumeric() || ".!#$%'*+/=?^_`{}~-".contains(c))
        && domain.split('.').all(is_label)
}
