//! Diagnostics as people read them in a terminal: the message, the line it points at, and the way out.

use std::fmt;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Place, Severity, Span};
use crate::text::{harmless, picture};

/// The most characters of a line to show; of a longer line, the part around the fault is shown.
const WINDOW: usize = 100;

/// Where the painter finds the lines that diagnostics point at.
pub trait SourceFiles {
    /// The bytes of a file by its path from the book's root, `content/book.yaml`; `None` if there is no such file.
    fn source(&self, path: &str) -> Option<&[u8]>;
}

/// Paints diagnostics together with the lines they point at.
pub struct Painter<'a> {
    files: &'a dyn SourceFiles,
    renderer: Renderer,
}

impl<'a> Painter<'a> {
    /// A painter that shows lines of `files`, with terminal colors if `color` is set.
    pub fn new(files: &'a dyn SourceFiles, color: bool) -> Painter<'a> {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        Painter { files, renderer: renderer.term_width(WINDOW + 40) }
    }

    /// Paints one diagnostic, followed by an empty line.
    pub fn paint(&self, diagnostic: &Diagnostic) -> String {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let shown = self.shown(&diagnostic.place);
        let message = harmless(&diagnostic.message);
        let mut group = Group::with_title(level.primary_title(message).id(diagnostic.code.name()));
        group = match (&shown, diagnostic.place.file()) {
            (Some(line), _) => group.element(line.snippet(diagnostic.label.as_deref().map(harmless))),
            (None, Some(file)) => group.element(Origin::path(harmless(file))),
            (None, None) => group,
        };
        for (what, place) in &diagnostic.trace {
            group = group.element(Level::NOTE.message(harmless(&format!("{what}: {}", position(place)))));
        }
        for help in &diagnostic.help {
            group = group.element(Level::HELP.message(harmless(help)));
        }
        let mut text = self.renderer.render(&[group]);
        if let Some(line) = shown.filter(Line::is_start_hidden) {
            // The renderer has counted the column within the part that is shown.
            let position = |column| format!("{}:{}:{column}", harmless(&line.span.file), line.span.line);
            let counted = line.text[..line.marked.start].chars().count() + 1;
            text = text.replacen(&position(counted), &position(line.span.column), 1);
        }
        format!("{text}\n\n")
    }

    /// Paints all diagnostics and, below them, how many there are.
    pub fn paint_all(&self, diagnostics: &[Diagnostic]) -> String {
        let mut out: String = diagnostics.iter().map(|diagnostic| self.paint(diagnostic)).collect();
        if !diagnostics.is_empty() {
            out.push_str(&format!("{}\n", Summary::of(diagnostics)));
        }
        out
    }

    fn shown<'s>(&self, place: &'s Place) -> Option<Line<'s>> {
        let Place::Span(span) = place else { return None };
        let text = String::from_utf8_lossy(self.files.source(&span.file)?);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let line = text.split('\n').nth(span.line.checked_sub(1)?)?.trim_end_matches('\r');
        Some(Line::cut(span, line))
    }
}

/// A line of a file, or the part of it that is shown, and the byte range that is underlined.
struct Line<'a> {
    span: &'a Span,
    text: String,
    marked: std::ops::Range<usize>,
}

impl<'a> Line<'a> {
    fn cut(span: &'a Span, line: &str) -> Line<'a> {
        let chars: Vec<char> = line.chars().map(picture).collect();
        let whole = span.line == span.end_line && span.column == span.end_column && span.column == 1;
        let indent = chars.iter().take_while(|c| c.is_whitespace()).count();
        let (from, to) = match (whole, span.end_line > span.line) {
            (true, _) => (indent, chars.len()),
            (_, true) => (span.column - 1, chars.len()),
            _ => (span.column - 1, span.end_column - 1),
        };
        let from = from.min(chars.len());
        let to = to.clamp(from, chars.len());
        let start = if chars.len() <= WINDOW || from < WINDOW / 2 { 0 } else { from - WINDOW / 4 };
        let end = chars.len().min(start + WINDOW);
        let to = to.min(end);
        let mut text: String = if start > 0 { "…".to_owned() } else { String::new() };
        let bytes = |range: &[char]| range.iter().map(|c| c.len_utf8()).sum::<usize>();
        let before = text.len() + bytes(&chars[start..from]);
        let marked = before..before + bytes(&chars[from..to]);
        text.extend(&chars[start..end]);
        if end < chars.len() {
            text.push('…');
        }
        Line { span, text, marked }
    }

    /// Whether the start of the line is not shown.
    fn is_start_hidden(&self) -> bool {
        self.text.starts_with('…') && self.span.column > WINDOW / 2
    }

    fn snippet(&self, label: Option<String>) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
        let mut annotation = AnnotationKind::Primary.span(self.marked.clone());
        if let Some(label) = label {
            annotation = annotation.label(label);
        }
        Snippet::source(&self.text).line_start(self.span.line).path(harmless(&self.span.file)).annotation(annotation)
    }
}

/// A place as `templates/book.md.jinja:12:3`, or as much of that as is known.
pub(super) fn position(place: &Place) -> String {
    match place {
        Place::Book => "the book".to_owned(),
        Place::File(file) | Place::Pointer { file, .. } => file.clone(),
        Place::Span(span) => format!("{}:{}:{}", span.file, span.line, span.column),
    }
}

/// The number of diagnostics of a run, displayed as `2 errors, 1 warning`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    pub errors: usize,
    pub warnings: usize,
}

impl Summary {
    pub fn of(diagnostics: &[Diagnostic]) -> Summary {
        let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
        Summary { errors, warnings: diagnostics.len() - errors }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
        let parts: Vec<String> = [(self.errors, "error"), (self.warnings, "warning")]
            .into_iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, noun)| count(n, noun))
            .collect();
        if parts.is_empty() { f.write_str("no faults") } else { f.write_str(&parts.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;

    struct File(&'static str, String);

    impl SourceFiles for File {
        fn source(&self, path: &str) -> Option<&[u8]> {
            (path == self.0).then_some(self.1.as_bytes())
        }
    }

    fn painted(source: &str, span: (usize, usize, usize)) -> String {
        let (line, column, end_column) = span;
        let place = Place::Span(Span { file: "content/a.yaml".to_owned(), line, column, end_line: line, end_column });
        let diagnostic = Diagnostic::error(Code::DanglingReference, place, "it names `x`").help("name `y`");
        Painter::new(&File("content/a.yaml", source.to_owned()), false).paint_all(&[diagnostic])
    }

    #[test]
    fn a_fault_shows_its_line_and_the_way_out() {
        let text = painted("a: 1\nphase: x\n", (2, 8, 9));
        assert_eq!(
            text,
            "error[dangling-reference]: it names `x`\n --> content/a.yaml:2:8\n  |\n2 | phase: x\n  |        ^\n  |\n  = help: name `y`\n\n1 error\n"
        );
    }

    #[test]
    fn control_characters_are_pictures_and_long_lines_are_cut() {
        let source = format!("{}\u{1b}[31m{}", "x".repeat(500), "y".repeat(500));
        let text = painted(&source, (1, 501, 502));
        assert!(!text.contains('\u{1b}') && text.contains('\u{241b}'));
        assert!(text.lines().all(|line| line.chars().count() < 130), "{text}");
    }
}
