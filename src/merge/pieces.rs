//! A merged text in pieces: what holds for both branches, and where they conflict.

use super::Markers;

/// A text, and the places in it where each branch has its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Pieces(Vec<Piece>);

#[derive(Debug, Clone)]
enum Piece {
    Both(String),
    Conflict { ours: String, theirs: String },
}

impl Pieces {
    pub(super) fn both(text: impl Into<String>) -> Pieces {
        Pieces(vec![Piece::Both(text.into())])
    }

    pub(super) fn conflict(ours: impl Into<String>, theirs: impl Into<String>) -> Pieces {
        Pieces(vec![Piece::Conflict { ours: ours.into(), theirs: theirs.into() }])
    }

    pub(super) fn append(&mut self, other: Pieces) {
        self.0.extend(other.0.into_iter().filter(|piece| !matches!(piece, Piece::Both(text) if text.is_empty())));
    }

    pub(super) fn has_conflicts(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Conflict { .. }))
    }

    /// Writes `prefix` over the spaces with which the text begins; nothing where it doesn't begin so.
    pub(super) fn overlay(mut self, prefix: &str) -> Option<Pieces> {
        let Piece::Both(text) = self.0.first_mut()? else { return None };
        let rest = text.strip_prefix(&*" ".repeat(prefix.len()))?;
        if rest.starts_with([' ', '#', '\n', '\r']) || rest.is_empty() {
            return None;
        }
        *text = format!("{prefix}{rest}");
        Some(self)
    }

    /// The text as ours has it where the branches conflict.
    pub(super) fn ours(&self) -> String {
        joined(self.0.iter().map(|piece| match piece {
            Piece::Both(text) | Piece::Conflict { ours: text, .. } => text.as_str(),
        }))
    }

    /// The text as theirs has it where the branches conflict.
    pub(super) fn theirs(&self) -> String {
        joined(self.0.iter().map(|piece| match piece {
            Piece::Both(text) | Piece::Conflict { theirs: text, .. } => text.as_str(),
        }))
    }

    /// The text, with conflict markers.
    pub(super) fn render(&self, markers: Markers<'_>) -> String {
        let end = newline(&self.ours());
        let line = |character: &str, label: &str| {
            let space = if label.is_empty() { "" } else { " " };
            format!("{}{space}{label}{end}", character.repeat(markers.length))
        };
        let texts = self.0.iter().flat_map(|piece| match piece {
            Piece::Both(text) => vec![text.clone()],
            Piece::Conflict { ours, theirs } => {
                vec![line("<", markers.ours), ours.clone(), line("=", ""), theirs.clone(), line(">", markers.theirs)]
            }
        });
        joined(texts.collect::<Vec<_>>().iter().map(String::as_str))
    }
}

/// How the lines of a text end.
fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// Puts texts of whole lines behind each other: a file's last line may lack its end.
fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for text in texts.filter(|text| !text.is_empty()) {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push_str(newline(&out));
        }
        out.push_str(text);
    }
    out
}
