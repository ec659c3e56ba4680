//! Text into HTML and XML, and templates of HTML.

use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value};

/// A text in which nothing is markup, and no character controls what shows it or turns a line around.
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            '\t' | '\n' => out.push(letter),
            letter if letter.is_control() => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

/// A text in which nothing is markup, for a file of XML, without the characters that XML can't hold.
pub(crate) fn escape_xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Renders one of brief's own templates of HTML. Every value is escaped by [`escape_html`], except strings marked as safe;
/// names that are not defined are errors.
///
/// # Panics
///
/// If the template has an error, which is a bug: no data can cause one.
pub(crate) fn render_html(template: &'static str, values: Value) -> String {
    let mut environment = Environment::new();
    let mut syntax = minijinja::syntax::SyntaxConfig::builder();
    syntax.trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true);
    environment.set_syntax(syntax.build().expect("the delimiters are the usual ones"));
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(escape_value);
    let template = environment.template_from_str(template).expect("a template of brief's own is valid");
    template.render(values).expect("a template of brief's own is given all that it prints")
}

/// Writes a value into HTML, escaped if it isn't marked as safe.
pub(crate) fn escape_value(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    let text = value.to_string();
    let text = if value.is_safe() { text } else { escape_html(&text) };
    out.write_str(&text).map_err(minijinja::Error::from)
}
