//! Diagnostics as JSON.

use serde_json::{Value, json};

use super::{Diagnostic, Place, Severity, Summary};

const FORMAT: u32 = 1;

/// Diagnostics as `{format, errors, warnings, faults: […]}`. Lines and columns count from 1; `end_column` is one past the
/// last character. `prefix` is the path from the repository's root to the book's: empty, or with a trailing slash.
pub fn json(diagnostics: &[Diagnostic], prefix: &str) -> Value {
    let Summary { errors, warnings } = Summary::of(diagnostics);
    let faults: Vec<Value> = diagnostics.iter().map(|diagnostic| fault(diagnostic, prefix)).collect();
    json!({ "format": FORMAT, "errors": errors, "warnings": warnings, "faults": faults })
}

fn fault(diagnostic: &Diagnostic, prefix: &str) -> Value {
    let trace: Vec<Value> = diagnostic
        .trace
        .iter()
        .map(|(what, at)| {
            let mut step = json!({ "what": what });
            put_place(&mut step, at, prefix);
            step
        })
        .collect();
    let mut fault = json!({
        "severity": match diagnostic.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "code": diagnostic.code.name(),
        "message": diagnostic.message,
    });
    put_place(&mut fault, &diagnostic.place, prefix);
    fault["label"] = json!(diagnostic.label);
    fault["record"] = json!(diagnostic.record);
    fault["help"] = json!(diagnostic.help);
    fault["trace"] = json!(trace);
    fault["fingerprint"] = json!(diagnostic.fingerprint());
    fault
}

fn put_place(value: &mut Value, place: &Place, prefix: &str) {
    value["file"] = json!(place.file().map(|file| format!("{prefix}{file}")));
    if let Place::Span(span) = place {
        value["line"] = json!(span.line);
        value["column"] = json!(span.column);
        value["end_line"] = json!(span.end_line);
        value["end_column"] = json!(span.end_column);
    }
}
