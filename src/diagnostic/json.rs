//! Diagnostics as JSON, for programs.

use serde_json::{Value, json};

use super::{Diagnostic, Place, Severity, Summary};

const FORMAT: u32 = 1;

/// `{format, errors, warnings, faults: […]}`; lines and columns count from 1, `end_column` is one past the last character.
pub fn json(diagnostics: &[Diagnostic]) -> Value {
    let Summary { errors, warnings } = Summary::of(diagnostics);
    let faults: Vec<Value> = diagnostics.iter().map(fault).collect();
    json!({ "format": FORMAT, "errors": errors, "warnings": warnings, "faults": faults })
}

fn fault(diagnostic: &Diagnostic) -> Value {
    let trace: Vec<Value> = diagnostic
        .trace
        .iter()
        .map(|(what, at)| {
            let mut step = json!({ "what": what });
            put_place(&mut step, at);
            step
        })
        .collect();
    let mut fault = json!({
        "severity": match diagnostic.severity { Severity::Error => "error", Severity::Warning => "warning" },
        "code": diagnostic.code.name(),
        "message": diagnostic.message,
    });
    put_place(&mut fault, &diagnostic.place);
    fault["label"] = json!(diagnostic.label);
    fault["record"] = json!(diagnostic.record);
    fault["help"] = json!(diagnostic.help);
    fault["trace"] = json!(trace);
    fault["fingerprint"] = json!(diagnostic.fingerprint());
    fault
}

fn put_place(value: &mut Value, place: &Place) {
    value["file"] = json!(place.file());
    if let Place::Span(span) = place {
        value["line"] = json!(span.line);
        value["column"] = json!(span.column);
        value["end_line"] = json!(span.end_line);
        value["end_column"] = json!(span.end_column);
    }
}
