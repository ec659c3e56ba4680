//! The Markdown that brief reads: CommonMark, GitHub's tables, task lists, strikethrough, footnotes and
//! alerts, comrak's description lists and block directives.

use comrak::Options;

/// Which extensions are enabled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// YAML between `---` lines at the start.
    pub front_matter: bool,
    /// `:::box` … `:::`, `{#id}` behind a heading, description lists: what templates have and code hosts don't.
    pub layout: bool,
    /// Bare URLs are links.
    pub autolink: bool,
}

impl Default for Dialect {
    /// What templates are written in.
    fn default() -> Dialect {
        Dialect { front_matter: true, layout: true, autolink: false }
    }
}

impl Dialect {
    /// What code hosts read.
    pub const GITHUB: Dialect = Dialect { front_matter: true, layout: false, autolink: true };
}

impl Dialect {
    /// comrak's options. Raw HTML is kept in the tree, which shows it as text; escapes are kept apart from
    /// text, so that `\[x]` is no task box.
    pub(super) fn options(self) -> Options<'static> {
        let mut options = Options::default();
        let extension = &mut options.extension;
        extension.table = true;
        extension.strikethrough = true;
        extension.footnotes = true;
        extension.alerts = true;
        extension.autolink = self.autolink;
        extension.description_lists = self.layout;
        extension.block_directive = self.layout;
        extension.header_attributes = self.layout;
        // Front matter is taken off before comrak sees the text, and task boxes are found in the tree:
        // comrak's own search takes `\[x]` for one, and fails on some boxes behind link definitions.
        extension.front_matter_delimiter = None;
        extension.tasklist = false;
        options.parse.escaped_char_spans = true;
        options.parse.leave_footnote_definitions = true;
        options
    }
}
