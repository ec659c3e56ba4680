//! How a book chose to look, as `theme:` in its settings says.

/// The look of a book's PDFs: a style of the theme, and what the book puts in place of the style's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThemeOptions {
    pub style: Style,
    pub paper: Paper,
    /// The color of headings and lines, as `#rrggbb`.
    pub color: Option<String>,
    /// The color of warnings, as `#rrggbb`.
    pub accent: Option<String>,
    /// An image below `content/assets/`.
    pub logo: Option<String>,
    /// Families for text, headings and code, the first choice first; the style's own stand behind them.
    pub body_fonts: Vec<String>,
    pub heading_fonts: Vec<String>,
    pub code_fonts: Vec<String>,
}

impl Default for ThemeOptions {
    fn default() -> ThemeOptions {
        ThemeOptions {
            style: Style::Briefing,
            paper: Paper::A4,
            color: None,
            accent: None,
            logo: None,
            body_fonts: Vec::new(),
            heading_fonts: Vec::new(),
            code_fonts: Vec::new(),
        }
    }
}

/// A style of the default theme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// For principals: one column of 66 to 78 letters, and a margin for notes.
    Briefing,
    /// Dense, black and white.
    Plain,
    /// Large type.
    Reader,
}

impl Style {
    pub const ALL: [Style; 3] = [Style::Briefing, Style::Plain, Style::Reader];

    /// As `book.yaml` and the theme name it.
    pub fn name(self) -> &'static str {
        match self {
            Style::Briefing => "briefing",
            Style::Plain => "plain",
            Style::Reader => "reader",
        }
    }
}

/// The size of the PDF's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    A4,
    UsLetter,
}

impl Paper {
    /// As `book.yaml` and typst name it.
    pub fn name(self) -> &'static str {
        match self {
            Paper::A4 => "a4",
            Paper::UsLetter => "us-letter",
        }
    }
}
