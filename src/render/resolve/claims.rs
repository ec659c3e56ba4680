//! Claims and citations: their words, their marks, their entries in the ledger.

use std::collections::BTreeSet;

use super::resolver::Resolver;
use super::text::folded;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{Derivation, Inline, Operand, PrintedClaim};
use crate::layout::Pointer;
use crate::model::{Citation, Claim, Exact, Held, Marking, Quantity, Reference, SOURCES, Value};
use crate::render::claim_text;
use crate::render::values::{ClaimObject, Derived};

impl Resolver<'_> {
    pub(super) fn print_claim(&mut self, claim: &ClaimObject, out: &mut Vec<Inline>) {
        if !self.affords(8, claim.length()) {
            return;
        }
        let content = match &claim.claim().held {
            Held::Known { value: Value::Markdown(text), .. } if claim.text.is_none() && claim.derived.is_none() => {
                self.inline_markdown(text, &claim.claims[0].0)
            }
            _ => vec![Inline::Text(folded(&claim.printed_text()))],
        };
        let printed = crate::document::plain_text(&content);
        self.keep_apart(claim, &printed, out);
        out.extend(self.claim_inlines(claim, content, printed));
    }

    /// Digits right before a figure, or with a comma or a point between, would be read as a part of it.
    pub(super) fn keep_apart(&mut self, claim: &ClaimObject, printed: &str, before: &[Inline]) {
        let Some(before) = before.last().map(|inline| crate::document::plain_text(std::slice::from_ref(inline))) else { return };
        let digits = before.strip_suffix(['.', ',', '\'', '’']).unwrap_or(&before);
        if digits.ends_with(char::is_numeric) && printed.starts_with(char::is_numeric) {
            let start = digits.trim_end_matches(char::is_numeric).len();
            let shown: String = before[start..].chars().take(20).collect();
            let message = format!("`{shown}` is right before the figure `{}`, so both would be read as one number", claim.path());
            self.fault(Diagnostic::error(Code::BrokenToken, Place::Book, message).help("put a space or words between them"));
        }
    }

    /// A claim's content in its frame, and its marks behind it; each claim it was made from is in the ledger.
    pub(super) fn claim_inlines(&mut self, claim: &ClaimObject, content: Vec<Inline>, printed: String) -> Vec<Inline> {
        if let Some(derived) = &claim.derived {
            return self.derived_inlines(claim, derived, content, printed);
        }
        self.bears(&self.marking_of_claim(claim));
        // Each claim's entry holds what is printed.
        if !self.affords(claim.claims.len(), claim.claims.len().saturating_mul(printed.len())) {
            return Vec::new();
        }
        let mut inner = content;
        let mut marks = Vec::new();
        for stated in &claim.claims {
            let (origin, held) = &**stated;
            let numbers: Vec<usize> = if claim.uncited { Vec::new() } else { held.sources.iter().map(|c| self.citation(c)).collect() };
            marks.extend(numbers.iter().copied().filter(|n| !marks.contains(&Inline::Cite(*n))).map(Inline::Cite).collect::<Vec<_>>());
            let index = self.claims.len();
            self.claims.push(PrintedClaim {
                record: format!("{}/{}", origin.record.0, origin.record.1),
                path: origin.path.clone(),
                value: held_json(held),
                printed: printed.clone(),
                sources: held.sources.iter().map(Citation::to_string).collect(),
                as_of: held.as_of.map(|date| date.to_string()),
                notes: numbers,
                rendered_line: if self.expanding.current().is_some() { self.printed_line } else { self.line },
                derived: None,
            });
            inner = vec![Inline::Claim { index, content: inner }];
        }
        inner.extend(marks);
        inner
    }

    /// A derived figure: one entry, which says what it was calculated from, and the marks of all that.
    fn derived_inlines(&mut self, claim: &ClaimObject, derived: &Derived, content: Vec<Inline>, printed: String) -> Vec<Inline> {
        self.bears(&self.marking_of_claim(claim));
        if !self.affords(16 * claim.claims.len(), derived.how.len()) {
            return Vec::new();
        }
        let sources = claim.sources();
        let notes: Vec<usize> = if claim.uncited { Vec::new() } else { sources.iter().map(|c| self.citation(c)).collect() };
        let book = &self.pass.book;
        let from = claim.claims.iter().map(|stated| Operand {
            claim: stated.0.name(),
            value: held_json(&stated.1),
            said: claim_text::claim(&stated.1, book),
            sources: stated.1.sources.iter().map(Citation::to_string).collect(),
        });
        let index = self.claims.len();
        self.claims.push(PrintedClaim {
            record: String::new(),
            path: Pointer::root(),
            value: quantity_json(&derived.quantity),
            printed,
            sources: sources.iter().map(Citation::to_string).collect(),
            as_of: claim.as_of().map(|date| date.to_string()),
            notes: notes.clone(),
            rendered_line: if self.expanding.current().is_some() { self.printed_line } else { self.line },
            derived: Some(Derivation { how: derived.how.clone(), unit: derived.quantity.unit.clone(), from: from.collect() }),
        });
        let mut inner = vec![Inline::Claim { index, content }];
        inner.extend(notes.into_iter().map(Inline::Cite));
        inner
    }

    /// The marking of a claim and of every claim that it was made from; if it is cited, of its sources too.
    pub(super) fn marking_of_claim(&self, claim: &ClaimObject) -> Marking {
        let mut marking = Marking::default();
        for stated in &claim.claims {
            marking.raise(&stated.1.marking);
            if !claim.uncited {
                stated.1.sources.iter().for_each(|citation| marking.raise(&self.marking_of_source(&citation.source)));
            }
        }
        marking
    }

    /// The index of a citation, from 1.
    fn citation(&mut self, citation: &Citation) -> usize {
        if let Some(index) = self.by_citation.get(citation) {
            return *index;
        }
        self.citations.push(citation.clone());
        self.by_citation.insert(citation.clone(), self.citations.len());
        self.citations.len()
    }

    pub(super) fn marks(&mut self, citations: &[Citation], out: &mut Vec<Inline>) {
        for citation in citations {
            let reference = Reference { collection: SOURCES.to_owned(), id: citation.source.clone() };
            if self.pass.book.record(&reference).is_none() {
                let known = self.pass.book.collections.get(SOURCES).into_iter().flat_map(|c| c.records.keys());
                let help = crate::diagnostic::did_you_mean(&citation.source, known.map(String::as_str));
                self.fault(
                    Diagnostic::error(Code::InvalidCitation, Place::Book, format!("a citation names unknown source `{}`", citation.source))
                        .maybe_help(help),
                );
                continue;
            }
            if let Some(fault) = self.pass.book.locator_fault(citation) {
                let help = format!("correct the place after `#`, or the `length` of `{SOURCES}/{}`", citation.source);
                let message = format!("a citation names `{citation}`, but {fault}");
                self.fault(Diagnostic::error(Code::LocatorOutOfRange, Place::Book, message).help(help));
            }
            self.bears(&self.marking_of_source(&citation.source));
            let index = self.citation(citation);
            out.push(Inline::Cite(index));
        }
    }
}

/// The sources that a printed claim is cited by.
pub(super) fn sources_of(claim: &ClaimObject) -> BTreeSet<String> {
    let cited = claim.claims.iter().filter(|_| !claim.uncited);
    cited.flat_map(|stated| &stated.1.sources).map(Citation::to_string).collect()
}

/// A claim's value as it was written, bare.
fn held_json(claim: &Claim) -> serde_json::Value {
    match &claim.held {
        Held::Known { value, .. } => json(value),
        Held::Range(a, b) => serde_json::json!([a, b]),
        Held::Unknown(_) => serde_json::Value::Null,
    }
}

/// A derived figure's number, or its bounds.
fn quantity_json(quantity: &Quantity) -> serde_json::Value {
    let number = |n: &Exact| match n.as_i64() {
        Some(n) => serde_json::Value::from(n),
        None => serde_json::Value::from(n.to_f64()),
    };
    match (quantity.named_by(), &quantity.low, &quantity.high) {
        (None, Some(low), Some(high)) => serde_json::json!([number(low), number(high)]),
        (n, ..) => n.map_or(serde_json::Value::Null, number),
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(yes) => (*yes).into(),
        Value::Number(n) => serde_json::Value::Number(n.clone()),
        Value::Text(text) | Value::Markdown(text) => text.clone().into(),
        Value::Reference(reference) => reference.id.clone().into(),
        Value::Claim(claim) => held_json(claim),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(fields) => fields.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
    }
}
