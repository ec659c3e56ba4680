//! What is printed, and where: what was asked for to stdout, messages to stderr.

use std::ffi::OsStr;
use std::fmt::{self, Display};
use std::io::{self, IsTerminal, Write};

use anyhow::Result;
use clap::ValueEnum;
use clap::builder::styling::{AnsiColor, Style};

use super::environment;
use super::failure::Hint;
use super::pager::{self, Paging};
use super::wrap::wrap;
use crate::diagnostic::{Diagnostic, Painter, Severity};
use crate::diff::paint::Tone;
use crate::text::{self, Colors};
use crate::tree::Tree;

/// How wide a terminal is taken to be that doesn't say so.
const WIDTH: usize = 80;

/// When messages are colored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    fn on(self, terminal: bool) -> bool {
        match self {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => {
                let set = |name, plain: &dyn Fn(&OsStr) -> bool| environment::variable(name).is_some_and(|value| plain(&value));
                terminal && !set("NO_COLOR", &|value| !value.is_empty()) && !set("TERM", &|value| value == "dumb")
            }
        }
    }
}

/// How much is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verbosity {
    /// Results and errors.
    Quiet,
    Normal,
    /// What else helps to find the cause of a fault.
    Verbose,
}

/// The two streams, and how much is printed on them.
#[derive(Debug)]
pub(super) struct Terminal {
    verbosity: Verbosity,
    /// Whether messages are colored.
    color: bool,
    /// Whether what was asked for is colored.
    color_output: bool,
    /// Whether someone watches the messages.
    watched: bool,
}

impl Terminal {
    pub(super) fn new(verbosity: Verbosity, color: Color) -> Terminal {
        let watched = io::stderr().is_terminal();
        // Git's pager shows colors, though it is no terminal.
        let paged = environment::variable("GIT_PAGER_IN_USE").is_some_and(|value| value == "true" || value == "1");
        let color_output = color.on(io::stdout().is_terminal() || paged);
        Terminal { verbosity, color: color.on(watched), color_output, watched }
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    pub(super) fn is_verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    /// Colors a part of what was asked for, where that is colored at all.
    pub(super) fn tint(&self, tone: Tone, text: &str) -> String {
        let style = match tone {
            Tone::Title => Style::new().bold(),
            Tone::Old => AnsiColor::Red.on_default(),
            Tone::New => AnsiColor::Green.on_default(),
            Tone::Quiet => Style::new().dimmed(),
        };
        if self.color_output { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// Whether a progress bar has a place to be.
    pub(super) fn shows_progress(&self) -> bool {
        self.watched && !self.is_quiet()
    }

    /// Prints what was asked for, which ends its own lines.
    pub(super) fn print(&self, text: &str) -> Result<()> {
        write(&text::shown(text, self.output_colors()))
    }

    /// Prints what another program reads line by line: workflow commands, or a shell's script.
    pub(super) fn print_commands(&self, text: &str) -> Result<()> {
        let lines: Vec<String> = text.split('\n').map(text::harmless).collect();
        write(&lines.join("\n").replace("##[", "## ["))
    }

    fn output_colors(&self) -> Colors {
        if self.color_output { Colors::Own } else { Colors::None }
    }

    /// Prints what was asked for: on a terminal, broken at its width and page by page.
    pub(super) fn page(&self, text: &str, paging: &Paging) -> Result<()> {
        if !io::stdout().is_terminal() {
            return self.print(text);
        }
        let columns = environment::variable("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
        let size = terminal_size::terminal_size_of(io::stdout());
        let width = columns.or_else(|| size.map(|(width, _)| usize::from(width.0))).unwrap_or(WIDTH);
        let text = wrap(text, width);
        let height = size.map_or(0, |(_, height)| usize::from(height.0));
        match paging.program().filter(|_| text.lines().count() >= height) {
            Some(program) if pager::show(&program, &text::shown(&text, self.output_colors()))? => Ok(()),
            _ => self.print(&text),
        }
    }

    /// Prints JSON.
    pub(super) fn print_json(&self, value: &serde_json::Value) -> Result<()> {
        self.print_json_text(&format!("{value:#}\n"))
    }

    /// Prints JSON that is a text already.
    pub(super) fn print_json_text(&self, json: &str) -> Result<()> {
        write(&text::shown_json(json))
    }

    /// Prints a page of HTML.
    pub(super) fn print_html(&self, html: &str) -> Result<()> {
        write(&text::shown_html(html))
    }

    /// Asks a question, whose answer is typed behind it.
    pub(super) fn ask(&self, question: &str) {
        self.message(&text::shown(question, Colors::None));
    }

    /// Prints the line that says what was done.
    pub(super) fn say(&self, line: impl Display) -> Result<()> {
        if self.is_quiet() { Ok(()) } else { write(&text::shown(&format!("{line}\n"), Colors::None)) }
    }

    /// Prints a remark on the way.
    pub(super) fn remark(&self, line: impl Display) {
        if !self.is_quiet() {
            self.message(&text::shown(&format!("{line}\n"), Colors::None));
        }
    }

    /// Prints what a person should know that is no fault of the content.
    pub(super) fn note(&self, note: &str) {
        self.remark(format_args!("note: {note}"));
    }

    /// Says whom a command waits for.
    pub(super) fn waiting(&self, who: &str) {
        self.note(&format!("waiting for {who} to finish with the output folder"));
    }

    /// Shows diagnostics at their lines, and counts them.
    pub(super) fn diagnostics(&self, tree: &Tree, diagnostics: &[Diagnostic]) {
        let shown: Vec<Diagnostic> = diagnostics.iter().filter(|d| !self.is_quiet() || d.severity == Severity::Error).cloned().collect();
        if !shown.is_empty() {
            let colors = if self.color { Colors::Own } else { Colors::None };
            self.message(&text::shown(&Painter::new(tree, self.color).paint_all(&shown), colors));
        }
    }

    /// Shows why a command could not do its work.
    pub(super) fn failure(&self, error: &anyhow::Error) {
        let (red, yellow, cyan) = (AnsiColor::Red.on_default().bold(), AnsiColor::Yellow.on_default(), AnsiColor::Cyan.on_default());
        let mut text = self.headed(red, "error", error);
        for cause in error.chain().skip(1).filter(|cause| !cause.is::<Hint>()) {
            text.push_str(&self.headed(yellow, "caused by", cause));
        }
        for hint in error.chain().filter_map(|cause| cause.downcast_ref::<Hint>()) {
            text.push_str(&self.headed(cyan, "hint", hint));
        }
        self.message(&text);
    }

    /// A line with a colored head; further lines of the text are set in.
    fn headed(&self, style: Style, head: &str, text: impl Display) -> String {
        let text = text::shown(&text.to_string().replace('\n', "\n  "), Colors::None);
        if self.color { format!("{style}{head}:{style:#} {text}\n") } else { format!("{head}: {text}\n") }
    }

    /// If stderr is closed, there is nobody to report to.
    fn message(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }
}

fn write(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// A count and the word for what is counted: `1 record`, `3 records`.
pub(super) struct Count(pub(super) usize, pub(super) &'static str);

impl Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.0, self.1, if self.0 == 1 { "" } else { "s" })
    }
}

/// A size as people read it: `812 B`, `1.4 MB`.
#[cfg(feature = "publish")]
pub(super) struct Size(pub(super) u64);

#[cfg(feature = "publish")]
impl Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut left, mut tenth) = (self.0, 0);
        for unit in ["B", "kB", "MB", "GB"] {
            if left < 1000 || unit == "GB" {
                return if unit == "B" { write!(f, "{left} B") } else { write!(f, "{left}.{tenth} {unit}") };
            }
            (left, tenth) = (left / 1000, left % 1000 / 100);
        }
        Ok(())
    }
}
