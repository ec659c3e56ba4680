//! Typst's diagnostics, at the lines of the rendered text.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use super::process::Ended;
use crate::document::TypstSource;

/// Why a document was not typeset.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// At least one.
    pub faults: Vec<Fault>,
    /// The folder of what typst was given, where it was to be kept.
    pub kept: Option<PathBuf>,
}

/// One thing that typst found wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fault {
    /// Lower case, no full stop.
    pub message: String,
    /// The theme's line, where the fault is in it.
    pub theme_line: Option<usize>,
    /// The line of the rendered text that was typeset.
    pub rendered_line: Option<usize>,
    /// The image and the line in it, where the fault is in one, by the path that the document names.
    pub asset: Option<(String, usize)>,
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure without a place.
    pub(super) fn saying(message: &str) -> Failure {
        Failure { faults: vec![Fault { message: message.to_owned(), ..Fault::default() }], kept: None }
    }

    fn hinting(message: &str, hint: &str) -> Failure {
        let mut failure = Failure::saying(message);
        failure.faults[0].hints.push(hint.to_owned());
        failure
    }
}

/// Warnings of typst under which a PDF is not what it should be.
fn is_fault(warning: &str) -> bool {
    warning.contains("did not converge") || warning.starts_with("unknown font family")
}

/// Hints that are about typst's own command line, or about a list that isn't shown.
fn is_foreign(hint: &str) -> bool {
    hint.contains("`--root` argument") || hint.contains("additional warning")
}

/// What a process that ended says is wrong, if anything. `root` is the folder that it worked in.
pub(super) fn of(ended: &Ended, source: &TypstSource, root: &Path, timeout: Duration, memory: u64) -> Option<Failure> {
    // The folder's name is random: leave it out of messages.
    let text = String::from_utf8_lossy(&ended.text).replace(&format!("{}/", root.display()), "");
    if ended.timed_out {
        return Some(Failure::hinting(
            &format!("typst did not end within {} and was stopped", seconds(timeout)),
            "the time limit is `--typst-timeout`; a loop in the theme is the usual cause",
        ));
    }
    if text.contains("memory allocation of") && !ended.status.success() {
        return Some(Failure::hinting(
            &format!("typst needs more than the {} GiB of memory it may use", memory >> 30),
            "a loop in the theme is the usual cause; a very large document can be cut into several",
        ));
    }
    let reports = parse(&text);
    let failed = !ended.status.success();
    let mut faults: Vec<Fault> = Vec::new();
    for report in reports.iter().filter(|report| if failed { report.error } else { is_fault(&report.message) }) {
        let fault = report.fault(source);
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    if faults.is_empty() && failed {
        return Some(Failure::saying(&format!("typst failed ({}){}", ending(ended.status), output(&text))));
    }
    (!faults.is_empty()).then_some(Failure { faults, kept: None })
}

fn seconds(time: Duration) -> String {
    match time.as_secs_f64() {
        1.0 => "1 second".to_owned(),
        seconds => format!("{seconds} seconds"),
    }
}

fn ending(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("killed by signal {signal}");
    }
    status.code().map_or_else(|| "no exit code".to_owned(), |code| format!("exit code {code}"))
}

/// The beginning of a program's output, without control characters.
fn output(text: &str) -> String {
    let shown: String = text.trim().chars().take(400).map(|c| if c == '\n' { ' ' } else { c }).filter(|c| !c.is_control()).collect();
    if shown.is_empty() { ", and said nothing".to_owned() } else { format!(", saying: {shown}") }
}

/// One diagnostic as typst prints it.
#[derive(Debug, Default, PartialEq)]
struct Report {
    error: bool,
    message: String,
    /// File and line, innermost first.
    places: Vec<(String, usize)>,
    hints: Vec<String>,
}

impl Report {
    fn fault(&self, source: &TypstSource) -> Fault {
        let innermost = self.places.first();
        if self.message == "module `theme` does not contain `theme`" {
            let message = "the theme does not define `theme`".to_owned();
            let hints = vec!["a theme defines `#let theme(meta, body) = …`; `brief theme` writes one to start from".to_owned()];
            return Fault { message, theme_line: Some(1), hints, ..Fault::default() };
        }
        let theme_line = innermost.filter(|(file, _)| file == "theme.typ").map(|(_, line)| *line);
        let main = self.places.iter().find(|(file, _)| file == "main.typ").map(|(_, line)| *line);
        if self.message.contains("a PDF string is longer than") {
            // typst gives no place: the longest line holds it.
            let longest = source.text.lines().enumerate().max_by_key(|(_, line)| line.len()).map(|(index, _)| index + 1);
            let message = "a text is longer than the 32,767 bytes that a PDF can hold in one piece".to_owned();
            let hints = vec!["shorten the title, heading, description of an image or line of code that is this long".to_owned()];
            return Fault { message, rendered_line: longest.and_then(|line| rendered(source, line)), hints, ..Fault::default() };
        }
        let rendered_line = main.and_then(|line| rendered(source, line));
        let asset = innermost.and_then(|(file, line)| Some((file.strip_prefix("assets/")?.to_owned(), *line)));
        let hints = self.hints.iter().filter(|hint| !is_foreign(hint)).cloned().collect();
        Fault { message: self.message.clone(), theme_line, rendered_line, asset, hints }
    }
}

/// The line of the rendered text that a line of the Typst code came from: its own, else the nearest above.
fn rendered(source: &TypstSource, line: usize) -> Option<usize> {
    let above = source.lines.get(..line.min(source.lines.len()))?;
    above.iter().rev().copied().find(|line| *line > 0)
}

/// Reads typst's diagnostics of the human format.
fn parse(text: &str) -> Vec<Report> {
    let mut reports: Vec<Report> = Vec::new();
    // What a continuation line belongs to.
    let mut continues = Part::Nothing;
    for line in text.lines() {
        let start = [("error: ", true), ("warning: ", false)].into_iter().find_map(|(word, error)| Some((line.strip_prefix(word)?, error)));
        if let Some((message, error)) = start {
            reports.push(Report { error, message: message.to_owned(), ..Report::default() });
            continues = Part::Message;
            continue;
        }
        let Some(report) = reports.last_mut() else { continue };
        let trimmed = line.trim();
        if let Some(place) = trimmed.strip_prefix("┌─ ").and_then(place) {
            report.places.push(place);
            continues = Part::Nothing;
        } else if let Some(hint) = trimmed.strip_prefix("= hint: ") {
            report.hints.push(hint.to_owned());
            continues = Part::Hint;
        } else if trimmed.starts_with("while ")
            && let Some(place) = trimmed.rsplit_once(" at ").and_then(|(_, at)| place(at))
        {
            report.places.push(place);
            continues = Part::Nothing;
        } else if trimmed.is_empty() {
            continues = Part::Nothing;
        } else {
            match continues {
                Part::Message => report.message = format!("{} {trimmed}", report.message),
                Part::Hint => {
                    if let Some(hint) = report.hints.last_mut() {
                        *hint = format!("{hint} {trimmed}");
                    }
                }
                Part::Nothing => {}
            }
        }
    }
    reports
}

#[derive(Clone, Copy)]
enum Part {
    Nothing,
    Message,
    Hint,
}

/// `main.typ:12:3`
fn place(text: &str) -> Option<(String, usize)> {
    let (rest, _column) = text.rsplit_once(':')?;
    let (file, line) = rest.rsplit_once(':')?;
    Some((file.to_owned(), line.parse().ok()?))
}
