//! The Typst code as it grows: text as string literals, and the origin of each line.

use serde_json::Value;

use super::breaks;
use crate::document::TypstSource;

/// Runs of punctuation longer than this may break.
const PUNCTUATION: usize = 20;

/// Typst code and where its lines came from.
pub(super) struct Code<'a> {
    text: String,
    lines: Vec<usize>,
    /// The line of the rendered text that is being written.
    origin: usize,
    missing: &'a dyn Fn(&str) -> Vec<(usize, char)>,
    found: Vec<(char, usize)>,
    /// Text of a paragraph that is not yet written, so that one literal holds as much as can be.
    pending: String,
    /// The last character of the paragraph's text, to which a mark at the start of the next would be set.
    last: Option<char>,
    /// Whether a space here would be redundant.
    blank: bool,
    /// How long the word at the end of what is written has become.
    word: f64,
    /// How many letters a line holds here, about.
    room: f64,
    /// Words longer than this, in letters, may be divided by hyphens.
    divided: Option<f64>,
}

/// Something that is written between two pieces of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    WideWordEnds,
    MayBreak,
    WideWordBegins,
}

/// A place in the code to be filled later.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    text: usize,
    line: usize,
}

impl<'a> Code<'a> {
    pub(super) fn new(missing: &'a dyn Fn(&str) -> Vec<(usize, char)>) -> Code<'a> {
        Code {
            text: String::new(),
            lines: Vec::new(),
            origin: 0,
            missing,
            found: Vec::new(),
            pending: String::new(),
            last: None,
            blank: true,
            word: 0.0,
            room: breaks::LONG_WORD,
            divided: None,
        }
    }

    /// How many letters a line holds in what follows, about; back to a page's width with `None`.
    pub(super) fn narrow(&mut self, room: Option<f64>) {
        self.flush();
        self.room = room.unwrap_or(breaks::LONG_WORD).clamp(4.0, breaks::LONG_WORD);
    }

    /// Words of what follows that are longer than this, in letters, may be divided by hyphens; none of them with `None`.
    pub(super) fn divide(&mut self, longer: Option<f64>) {
        self.flush();
        self.divided = longer;
    }

    /// What follows comes from this line of the rendered text; 0 leaves it at the last one known.
    pub(super) fn at(&mut self, line: usize) {
        if line > 0 {
            self.origin = line;
        }
    }

    /// Adds code of ours, without line breaks.
    pub(super) fn push(&mut self, code: &str) {
        self.flush();
        self.text.push_str(code);
    }

    /// Adds code of ours and ends the line.
    pub(super) fn line(&mut self, code: &str) {
        self.push(code);
        self.text.push('\n');
        self.lines.push(self.origin);
    }

    /// Adds text of a paragraph. Spaces and line ends fold into one space.
    pub(super) fn text(&mut self, text: &str) {
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{b}') {
                if !self.blank {
                    self.pending.push(' ');
                    self.blank = true;
                }
            } else {
                self.pending.push(c);
                self.blank = false;
            }
        }
    }

    /// A paragraph, cell or heading begins: no space may open it.
    pub(super) fn start(&mut self) {
        self.flush();
        self.blank = true;
        self.last = None;
        self.word = 0.0;
    }

    /// Records that something other than text was written: a space may follow.
    pub(super) fn printed(&mut self) {
        self.flush();
        self.blank = false;
        self.last = None;
        self.word = 0.0;
    }

    fn flush(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.pending);
        let mut cuts: Vec<(usize, Cut)> =
            breaks::of_text(&text, self.room, &mut self.word).into_iter().map(|at| (at, Cut::MayBreak)).collect();
        for word in self.divided.map(|longer| breaks::wide_words(&text, longer)).unwrap_or_default() {
            cuts.extend([(word.start, Cut::WideWordBegins), (word.end, Cut::WideWordEnds)]);
        }
        cuts.sort_unstable();
        let mut from = 0;
        for (at, cut) in cuts {
            if at > from {
                self.bounded(&text[from..at]);
            }
            match cut {
                Cut::MayBreak => self.soft(),
                Cut::WideWordBegins => self.text.push_str("#hyphenated["),
                Cut::WideWordEnds => self.text.push_str("];"),
            }
            from = at;
        }
        if from < text.len() {
            self.bounded(&text[from..]);
        }
    }

    /// Text in pieces. Punctuation without end breaks like a long word: a line could not hold it, nor a PDF, in which no run
    /// is longer than 32,767 bytes (ISO 19005-3, 6.1.13).
    fn bounded(&mut self, text: &str) {
        let mut from = 0;
        let mut run = 0;
        for (at, c) in text.char_indices() {
            run = if c.is_ascii_punctuation() { run + 1 } else { 0 };
            if run > PUNCTUATION {
                self.markup(&text[from..at]);
                self.soft();
                (from, run) = (at, 1);
            }
        }
        self.markup(&text[from..]);
    }

    /// A place where a long word may break.
    fn soft(&mut self) {
        self.text.push_str("#soft;");
    }

    /// Code within a line.
    pub(super) fn inline_code(&mut self, code: &str) {
        self.flush();
        let mut from = 0;
        for at in breaks::of_code(code, self.room).into_iter().chain([code.len()]) {
            if from > 0 {
                self.soft();
            }
            self.text.push_str("#raw(");
            self.string(&code[from..at]);
            self.text.push_str(");");
            from = at;
        }
        self.printed();
    }

    fn markup(&mut self, text: &str) {
        self.text.push('#');
        self.string(text);
        self.text.push(';');
        self.last = text.chars().next_back().or(self.last);
    }

    /// The one function that turns text into Typst: a string literal, in which nothing but `\` and `"` needs escaping.
    /// A tab, which would print nothing, is four spaces; a character that no font has is its number.
    pub(super) fn string(&mut self, text: &str) {
        self.text.push('"');
        let mut from = 0;
        for (at, c) in self.lacking(text) {
            self.escaped(&text[from..at]);
            self.text.push_str(&format!("[U+{:04X}]", u32::from(c)));
            from = at + c.len_utf8();
            self.found.push((c, self.origin));
        }
        self.escaped(&text[from..]);
        self.text.push('"');
    }

    fn escaped(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                // Typst treats each of these as a line break in code.
                '\r' => self.text.push_str("\\r"),
                '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => self.text.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
                '\t' => self.text.push_str("    "),
                c => self.text.push(c),
            }
        }
    }

    /// The characters of a text that no font has, considering what it follows.
    fn lacking(&self, text: &str) -> Vec<(usize, char)> {
        match self.last {
            Some(last) if !text.is_ascii() => {
                let width = last.len_utf8();
                let joined = (self.missing)(&format!("{last}{text}"));
                joined.into_iter().filter_map(|(at, c)| Some((at.checked_sub(width)?, c))).collect()
            }
            _ => (self.missing)(text),
        }
    }

    /// A name that is never printed, such as an address or a label: a literal with every character as it is.
    pub(super) fn name(&mut self, name: &str) {
        self.flush();
        self.text.push('"');
        self.escaped(name);
        self.text.push('"');
    }

    /// JSON as a Typst value.
    pub(super) fn value(&mut self, value: &Value) {
        self.flush();
        match value {
            Value::Null => self.text.push_str("none"),
            Value::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => match number.as_i64() {
                Some(number) => self.text.push_str(&format!("({number})")),
                None => self.text.push_str(&format!("({:e})", number.as_f64().unwrap_or_default())),
            },
            Value::String(text) => self.string(text),
            Value::Array(items) => {
                self.text.push('(');
                for item in items {
                    self.value(item);
                    self.text.push(',');
                }
                self.text.push(')');
            }
            Value::Object(fields) if fields.is_empty() => self.text.push_str("(:)"),
            Value::Object(fields) => {
                self.text.push('(');
                for (key, field) in fields {
                    self.name(key);
                    self.text.push_str(": ");
                    self.value(field);
                    self.text.push(',');
                }
                self.text.push(')');
            }
        }
    }

    /// Ends the line, and marks the place for something that is written later.
    pub(super) fn gap(&mut self) -> Gap {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.line("");
        }
        Gap { text: self.text.len(), line: self.lines.len() }
    }

    /// Puts whole lines into a gap. Gaps are to be filled last to first.
    pub(super) fn fill(&mut self, gap: Gap, code: Code<'_>) {
        let source = code.finish();
        self.text.insert_str(gap.text, &source.text);
        self.lines.splice(gap.line..gap.line, source.lines);
        self.found.extend(source.missing);
    }

    pub(super) fn finish(mut self) -> TypstSource {
        self.flush();
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.line("");
        }
        TypstSource { text: self.text, lines: self.lines, missing: self.found, ..TypstSource::default() }
    }
}
