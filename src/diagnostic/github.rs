//! Diagnostics as GitHub Actions workflow commands, which become annotations in a pull request.

use super::{Diagnostic, Place, Severity};

/// Diagnostics as one workflow command per line: `::error file=…,line=…,title=…::message`. `prefix` is the path from the
/// repository's root to the book's: empty, or with a trailing slash.
pub fn github(diagnostics: &[Diagnostic], prefix: &str) -> String {
    diagnostics.iter().map(|diagnostic| command(diagnostic, prefix)).collect()
}

fn command(diagnostic: &Diagnostic, prefix: &str) -> String {
    let name = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let mut properties = Vec::new();
    if let Some(file) = diagnostic.place.file() {
        properties.push(("file", format!("{prefix}{file}")));
    }
    if let Place::Span(span) = &diagnostic.place {
        properties.push(("line", span.line.to_string()));
        properties.push(("endLine", span.end_line.to_string()));
        // GitHub takes both columns as columns of the first line, so they are given for one-line ranges only.
        if span.line == span.end_line && span.end_column > span.column {
            properties.push(("col", span.column.to_string()));
            properties.push(("endColumn", span.end_column.to_string()));
        }
    }
    properties.push(("title", diagnostic.code.name().to_owned()));
    let properties: Vec<String> = properties.into_iter().map(|(key, value)| format!("{key}={}", property(&value))).collect();
    let mut message = diagnostic.message.clone();
    diagnostic.help.iter().for_each(|help| message.push_str(&format!("\nhelp: {help}")));
    format!("::{name} {}::{}\n", properties.join(","), data(&message))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Code, Span};

    #[test]
    fn what_ends_a_command_is_escaped() {
        let span = Span { file: "content/a, b: 100%.yaml".to_owned(), line: 3, column: 5, end_line: 3, end_column: 9 };
        let fault = Diagnostic::error(Code::DanglingReference, Place::Span(span), "names `x`: 5%\r\n::error::no").help("try `y`");
        assert_eq!(
            github(&[fault], "books/gaza/"),
            "::error file=books/gaza/content/a%2C b%3A 100%25.yaml,line=3,endLine=3,col=5,endColumn=9,title=dangling-reference\
             ::names `x`: 5%25%0D%0A::error::no%0Ahelp: try `y`\n"
        );
        let whole = Diagnostic::warning(Code::MissingSchema, Place::Book, "no schema");
        assert_eq!(github(&[whole], ""), "::warning title=missing-schema::no schema\n");
    }
}
