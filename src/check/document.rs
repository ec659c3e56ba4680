//! What a rendered document must be before it can be typeset: a title, headings in steps, images that are there.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::document::chart::Chart;
use crate::document::{Block, BlockKind, Document, HeadingLevels, Inline, LISTING, Origins, walk};
use crate::layout::{ASSETS, CONTENT};
use crate::tree::Tree;

/// The layout directives that a template may use.
pub const DIRECTIVES: [&str; 8] = ["turned", "keep", "box", "columns", "pagebreak", "table", "changes", "marked"];

/// The folder that images are read from.

/// Checks a document whose lines came from `origins`; `steps` says that no level of
/// headings may be skipped.
pub fn document(document: &Document, origins: &Origins, tree: &Tree, steps: bool) -> Vec<Diagnostic> {
    let mut checker =
        Checker { origins, tree, charts: &document.charts, found: Vec::new(), line: 1, level: 0, steps, levels: HeadingLevels::default() };
    let untitled = document.front.get("title").is_none_or(|title| title.as_str().is_none_or(|t| t.trim().is_empty()));
    let mut titles = 0;
    walk::blocks(&document.blocks, &mut |block| {
        if block.line > 0 {
            checker.line = block.line;
        }
        match &block.kind {
            BlockKind::Heading { level, content, .. } => {
                titles += usize::from(*level == 1);
                checker.heading(*level, &crate::document::plain_text(content));
            }
            BlockKind::Directive { name, .. } => checker.directive(name),
            _ => {}
        }
        checker.block_images(block);
    });
    if untitled && titles == 0 {
        checker.line = 1;
        checker.fault(
            Diagnostic::error(Code::MissingTitle, Place::Book, "the document has no title")
                .help("begin it with a heading, `# …`, or give it a `title:` in its front matter"),
        );
    }
    checker.found
}

struct Checker<'a> {
    origins: &'a Origins,
    tree: &'a Tree,
    /// The figures that are drawn for the document.
    charts: &'a BTreeMap<String, Chart>,
    found: Vec<Diagnostic>,
    line: usize,
    /// The level of the heading before.
    level: u8,
    /// Whether no level may be skipped.
    steps: bool,
    /// The levels at which headings are shown.
    levels: HeadingLevels,
}

impl Checker<'_> {
    fn heading(&mut self, level: u8, text: &str) {
        let shown = self.levels.next(level);
        if self.steps && level > self.level + 1 {
            let message = match self.level {
                0 => format!("the first heading, `{text}`, is of level {level}, not 1"),
                before => format!("heading `{text}` is of level {level}, but the one before is of level {before}"),
            };
            let why = "readers who listen to a document find their way by its headings, so no level may be skipped";
            // Who writes a template can mend it; the text of a record may be somebody else's.
            self.fault(
                match self.origins.is_field(self.line) {
                    true => Diagnostic::warning(Code::HeadingLevel, Place::Book, format!("{message}; the PDF shows it at level {shown}")),
                    false => Diagnostic::error(Code::HeadingLevel, Place::Book, message),
                }
                .help(why),
            );
        }
        self.level = level;
    }

    fn directive(&mut self, name: &str) {
        // Lists of tables and figures are made by brief; an author's own of that name is refused where it is read.
        if !DIRECTIVES.contains(&name) && name != LISTING {
            let message = format!("`:::{name}` is no layout directive");
            self.fault(
                Diagnostic::error(Code::UnknownDirective, Place::Book, message)
                    .maybe_help(did_you_mean(name, DIRECTIVES))
                    .help(format!("there are {}", DIRECTIVES.map(|known| format!("`{known}`")).join(", "))),
            );
        }
    }

    /// The images that stand in a block itself.
    fn block_images(&mut self, block: &Block) {
        let line = self.line;
        match &block.kind {
            BlockKind::Paragraph(content) | BlockKind::Heading { content, .. } => self.images(content),
            BlockKind::Table(table) => {
                table.caption.iter().chain(&table.header).for_each(|cell| self.images(cell));
                for row in &table.rows {
                    self.line = row.line;
                    row.cells.iter().for_each(|cell| self.images(cell));
                }
            }
            _ => {}
        }
        self.line = line;
    }

    fn images(&mut self, content: &[Inline]) {
        let mut images = Vec::new();
        let mut line = self.line;
        walk::within(content, &mut |inline| match inline {
            Inline::Image { path, alternative, .. } => images.push((line, path.clone(), alternative.clone())),
            Inline::SoftBreak | Inline::HardBreak => line += 1,
            _ => {}
        });
        for (line, path, alternative) in images {
            self.line = line;
            if alternative.trim().is_empty() {
                self.fault(
                    Diagnostic::error(Code::MissingAlternativeText, Place::Book, format!("image `{path}` has no alternative text"))
                        .help("say what it shows between the brackets: `![a map of the zones](assets/map.svg)`"),
                );
            }
            self.image(&path);
        }
    }

    fn image(&mut self, path: &str) {
        if self.charts.contains_key(path) {
            if self.tree.get(&format!("{CONTENT}/{path}")).is_some() {
                let message = format!("`{path}` is where a figure of this document is drawn, and there is a file of that name");
                self.fault(Diagnostic::error(Code::MissingAsset, Place::Book, message).help(format!("rename `content/{path}`")));
            }
            return;
        }
        let Some(name) = path.strip_prefix("assets/").filter(|name| !name.split('/').any(|part| matches!(part, "" | "." | ".."))) else {
            self.fault(
                Diagnostic::error(Code::MissingAsset, Place::Book, format!("image `{path}` is not below `assets/`"))
                    .help(format!("put the file into `{ASSETS}/` and name it `assets/…`")),
            );
            return;
        };
        let file = format!("{ASSETS}/{name}");
        let Some(bytes) = self.tree.get(&file) else {
            let known = self.tree.below(ASSETS).map(|(path, _)| &path[ASSETS.len() + 1..]);
            let help = did_you_mean(name, known);
            self.fault(
                Diagnostic::error(Code::MissingAsset, Place::Book, format!("image `{path}` doesn't exist: there is no `{file}`"))
                    .maybe_help(help),
            );
            return;
        };
        match image_fault(name, bytes) {
            None => {}
            Some(why) => self.fault(
                Diagnostic::error(Code::MissingAsset, Place::Book, format!("image `{path}` can't be shown: {why}"))
                    .via("the image", Place::File(file)),
            ),
        }
    }

    fn fault(&mut self, diagnostic: Diagnostic) {
        self.found.push(self.origins.blame(self.line, diagnostic));
    }
}

/// Why a file is no image that a document can show.
fn image_fault(name: &str, bytes: &[u8]) -> Option<String> {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default();
    let fits = match extension.as_str() {
        "png" => bytes.starts_with(b"\x89PNG\r\n\x1a\n"),
        "jpg" | "jpeg" => bytes.starts_with(&[0xff, 0xd8, 0xff]),
        "gif" => bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a"),
        "webp" => bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"),
        "svg" => return svg_fault(bytes),
        _ => return Some("it is none of .png, .jpg, .gif, .webp and .svg".to_owned()),
    };
    (!fits).then(|| format!("its content is not what `.{extension}` says"))
}

/// An SVG must be one, and show nothing but itself.
fn svg_fault(bytes: &[u8]) -> Option<String> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Some("it is not UTF-8".to_owned()) };
    if !text.contains("<svg") {
        return Some("its content is not what `.svg` says".to_owned());
    }
    if text.contains("<!ENTITY") {
        return Some("it declares entities".to_owned());
    }
    let loaded =
        after(text, "href").filter_map(|rest| rest.trim_start().strip_prefix('=')).chain(after(text, "url(")).chain(after(text, "@import"));
    for value in loaded {
        let value = value.trim_start().trim_start_matches(['"', '\'']).trim_start();
        let value = value.strip_prefix("&quot;").unwrap_or(value);
        if !value.starts_with('#') && !value.starts_with("data:") && !value.is_empty() {
            let shown: String =
                value.trim_start_matches("url(").chars().take_while(|c| !matches!(c, '"' | '\'' | '>' | ')' | ';')).take(60).collect();
            return Some(format!("it loads `{shown}`, and a document may show only what is in it"));
        }
    }
    text.contains("<?xml-stylesheet").then(|| "it loads a style sheet, and a document may show only what is in it".to_owned())
}

/// What follows each occurrence of a word.
fn after<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(word).map(move |(at, _)| &text[at + word.len()..])
}

#[cfg(test)]
mod tests {
    use super::image_fault;

    #[test]
    fn an_image_is_what_its_name_says() {
        assert_eq!(image_fault("a.png", b"\x89PNG\r\n\x1a\nrest"), None);
        assert!(image_fault("a.png", b"<svg/>").is_some());
        assert!(image_fault("a.txt", b"").is_some());
    }

    #[test]
    fn an_svg_loads_nothing() {
        assert_eq!(image_fault("a.svg", b"<svg><use href=\"#a\"/></svg>"), None);
        let fault = image_fault("a.svg", b"<svg><image xlink:href='file:///etc/passwd'/></svg>");
        assert_eq!(fault.as_deref(), Some("it loads `file:///etc/passwd`, and a document may show only what is in it"));
    }
}
