//! Diagnostics as SARIF 2.1.0 (OASIS, 2020), the input of code scanning.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Code, Diagnostic, Place, Severity, Span};
use crate::layout::SETTINGS;

/// The log of one run. `prefix` is the path from the repository's root to the book's: empty, or with a trailing slash.
///
/// Every code is a rule. Fingerprints contain neither line nor column (see [`Diagnostic::fingerprint`]), so that a result
/// keeps its identity when lines are inserted above it; the number after the colon distinguishes otherwise equal results.
pub fn sarif(diagnostics: &[Diagnostic], version: &str, prefix: &str) -> Value {
    let rules: Vec<Value> = Code::ALL.iter().map(|code| rule(*code)).collect();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| {
            let fingerprint = diagnostic.fingerprint();
            let count = seen.entry(fingerprint.clone()).or_default();
            *count += 1;
            result(diagnostic, &format!("{fingerprint}:{count}"), prefix)
        })
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "brief", "semanticVersion": version, "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": { "%SRCROOT%": { "description": { "text": "The root of the repository." } } },
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.name(),
        "name": pascal(code.name()),
        "shortDescription": { "text": code.about() },
        "fullDescription": { "text": code.about() },
        "help": { "text": code.about(), "markdown": format!("{} `brief check` shows the line and the way out.", code.about()) },
        "properties": { "tags": ["content"] },
    })
}

fn result(diagnostic: &Diagnostic, fingerprint: &str, prefix: &str) -> Value {
    let mut message = diagnostic.message.clone();
    diagnostic.help.iter().for_each(|help| message.push_str(&format!("\nhelp: {help}")));
    let mut location = location(&diagnostic.place, prefix);
    if let Some(record) = &diagnostic.record {
        location["logicalLocations"] = json!([{ "fullyQualifiedName": record, "kind": "object" }]);
    }
    let mut result = json!({
        "ruleId": diagnostic.code.name(),
        "ruleIndex": Code::ALL.iter().position(|code| *code == diagnostic.code),
        "level": match diagnostic.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "message": { "text": message },
        "locations": [location],
        "partialFingerprints": { "primaryLocationLineHash": fingerprint },
    });
    if !diagnostic.trace.is_empty() {
        let related: Vec<Value> = diagnostic
            .trace
            .iter()
            .enumerate()
            .map(|(id, (what, place))| {
                let mut location = self::location(place, prefix);
                location["id"] = json!(id);
                location["message"] = json!({ "text": what });
                location
            })
            .collect();
        result["relatedLocations"] = json!(related);
    }
    result
}

/// A SARIF location; that of the book as a whole is its settings file.
fn location(place: &Place, prefix: &str) -> Value {
    let file = place.file().unwrap_or(SETTINGS);
    let mut physical = json!({ "artifactLocation": { "uri": uri(&format!("{prefix}{file}")), "uriBaseId": "%SRCROOT%" } });
    physical["region"] = match place {
        Place::Span(span) => region(span),
        Place::Book | Place::File(_) | Place::Pointer { .. } => json!({ "startLine": 1 }),
    };
    json!({ "physicalLocation": physical })
}

/// A SARIF region; an empty span means its whole line.
fn region(span: &Span) -> Value {
    let (line, end_line) = (span.line.max(1), span.end_line.max(span.line).max(1));
    if line == end_line && span.end_column <= span.column {
        return json!({ "startLine": line });
    }
    json!({ "startLine": line, "startColumn": span.column.max(1), "endLine": end_line, "endColumn": span.end_column.max(1) })
}

/// A path as a relative reference (RFC 3986).
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// `dangling-reference` as `DanglingReference`.
fn pascal(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    name.split('-').map(capital).collect()
}
