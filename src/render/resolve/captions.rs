//! Numbers of tables and figures: all of a document's are numbered, or none.
//!
//! They are where each of them has a caption, unless the template's front matter says `numbered: false`. Where something
//! asks for the numbers (a reference, a list, `numbered: true`), one without a caption is an error.

use std::collections::{BTreeMap, HashSet};

use super::resolver::Resolver;
use super::text::folded;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{Block, BlockKind, Document, FIGURE_DATA, Inline, Item, LISTING, List, Target, anchor_of, number_of, plain_text};
use crate::render::values::Listing;
use crate::render::words::word;

/// The prefix of a label that is still the name used by `ref`: a character that no label contains.
const NAMED: char = '\u{fdd0}';

/// The placeholder of a list of tables or figures.
pub(super) fn listing(listing: Listing) -> BlockKind {
    let kind = if listing == Listing::Tables { "table" } else { "figure" };
    let attributes = BTreeMap::from([("of".to_owned(), kind.to_owned())]);
    BlockKind::Directive { name: LISTING.to_owned(), attributes, blocks: Vec::new() }
}

/// Gives the first table or figure of a block the name used by `ref`; returns whether there was one to name.
pub(super) fn name(block: &mut Block, id: Option<&str>) -> bool {
    let Some(id) = id else { return false };
    let mut done = false;
    visit(std::slice::from_mut(block), &mut |captioned| {
        if !done && captioned.label.is_none() {
            *captioned.label = Some(format!("{NAMED}{id}"));
            done = true;
        }
    });
    done
}

/// A table or figure.
struct Captioned<'a> {
    is_table: bool,
    label: &'a mut Option<String>,
    caption: Option<String>,
    line: usize,
}

/// Visits tables and figures in the order of the text.
fn visit(blocks: &mut [Block], see: &mut dyn FnMut(Captioned<'_>)) {
    for block in blocks {
        let line = block.line;
        match &mut block.kind {
            BlockKind::Table(table) => {
                let caption = table.caption.as_ref().map(|caption| plain_text(caption)).filter(|caption| !caption.trim().is_empty());
                see(Captioned { is_table: true, label: &mut table.label, caption, line });
            }
            BlockKind::Paragraph(content) => {
                if let [Inline::Image { title, label, .. }] = &mut content[..] {
                    let caption = Some(title.trim().to_owned()).filter(|title| !title.is_empty());
                    see(Captioned { is_table: false, label, caption, line });
                }
            }
            // Figure data share the number of their figure.
            BlockKind::Directive { name, .. } if name == FIGURE_DATA => {}
            BlockKind::Quote(inner)
            | BlockKind::Alert { blocks: inner, .. }
            | BlockKind::Directive { blocks: inner, .. }
            | BlockKind::FootnoteDefinition { blocks: inner, .. } => visit(inner, see),
            BlockKind::List(list) => list.items.iter_mut().for_each(|item| visit(&mut item.blocks, see)),
            BlockKind::Descriptions(items) => items.iter_mut().for_each(|(_, details)| visit(details, see)),
            _ => {}
        }
    }
}

impl Resolver<'_> {
    /// Gives a directive's first table or figure the name in its attributes.
    pub(super) fn name_caption(&mut self, blocks: &mut [Block], id: &str, line: usize) {
        if !blocks.iter_mut().any(|block| name(block, Some(id))) {
            let was = std::mem::replace(&mut self.line, line);
            self.fault(
                Diagnostic::error(
                    Code::UnknownLabel,
                    Place::Book,
                    format!("`#{id}` names the table or figure in this directive, and there is none"),
                )
                .help("put it at the directive around a table or image that has no name yet"),
            );
            self.line = was;
        }
    }

    /// Numbers all tables and figures, or none, and makes the lists of them.
    pub(super) fn number_captions(&mut self, document: &mut Document) {
        let said = document.front.get("numbered").and_then(serde_json::Value::as_bool);
        let mut without: Vec<(bool, usize)> = Vec::new();
        let mut named: Vec<(String, usize)> = Vec::new();
        visit(&mut document.blocks, &mut |captioned| {
            if captioned.caption.is_none() {
                without.push((captioned.is_table, captioned.line));
            }
            named.extend(captioned.label.as_deref().and_then(|label| label.strip_prefix(NAMED)).map(|id| (id.to_owned(), captioned.line)));
        });
        self.check_names(&named);
        let mut listings = 0;
        crate::document::walk::blocks(&document.blocks, &mut |block| {
            listings += usize::from(matches!(&block.kind, BlockKind::Directive { name, .. } if name == LISTING));
        });
        let refers = {
            let references = self.references();
            named.iter().any(|(id, _)| references.contains(id.as_str()))
        };
        if said == Some(true) || said.is_none() && (listings > 0 || refers) {
            self.report_without_caption(&without);
        }
        let is_numbered = said != Some(false) && without.is_empty();
        let settings = &self.pass.book.settings;
        let words = [word(settings, "figure"), word(settings, "table")].map(|word| folded(word.trim()));
        let mut counts = [0_usize; 2];
        let mut lists: [Vec<(String, String)>; 2] = Default::default();
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        visit(&mut document.blocks, &mut |captioned| {
            let kind = usize::from(captioned.is_table);
            let name = captioned.label.as_deref().and_then(|label| label.strip_prefix(NAMED)).map(str::to_owned);
            counts[kind] += 1;
            let label = if is_numbered { format!("{} {}", words[kind], counts[kind]) } else { words[kind].clone() };
            if let Some(caption) = captioned.caption.as_ref().filter(|_| is_numbered) {
                lists[kind].push((label.clone(), caption.clone()));
            }
            *captioned.label = captioned.caption.is_some().then(|| label.clone());
            if let Some(name) = name {
                names.entry(name).or_insert(label);
            }
        });
        self.captions = names;
        // Each list of tables or figures has all of them.
        if !self.affords(listings.saturating_mul(lists.iter().map(Vec::len).sum()).saturating_mul(8), 0) {
            lists = Default::default();
        }
        fill_lists(&mut document.blocks, &lists);
    }

    fn check_names(&mut self, named: &[(String, usize)]) {
        let headings = self.names_of_headings();
        let mut seen = HashSet::new();
        for (id, line) in named {
            if !seen.insert(id) || headings.contains(id) {
                self.line = *line;
                self.fault(
                    Diagnostic::error(
                        Code::DuplicateLabel,
                        Place::Book,
                        format!("`{id}` already names another table, figure or heading of this document"),
                    )
                    .help("give each a name of its own"),
                );
            }
        }
    }

    fn report_without_caption(&mut self, without: &[(bool, usize)]) {
        self.lacks_captions = !without.is_empty();
        for (is_table, line) in without {
            self.line = *line;
            let (what, how) = match is_table {
                true => ("table", "write `Table: …` in the paragraph before it"),
                false => ("image", "write the caption behind its address: `![what it shows](assets/map.svg \"Caption\")`"),
            };
            let message =
                format!("this {what} has no caption, so the tables and figures of document `{}` can't be numbered", self.planned.id);
            self.fault(Diagnostic::error(Code::MissingCaption, Place::Book, message).help(how));
        }
    }
}

/// Inserts the lists; an empty one is left out.
fn fill_lists(blocks: &mut Vec<Block>, lists: &[Vec<(String, String)>; 2]) {
    blocks.retain_mut(|block| {
        let line = block.line;
        match &mut block.kind {
            BlockKind::Directive { name, attributes, blocks } if name == LISTING => {
                let entries = &lists[usize::from(attributes.get("of").is_some_and(|of| of == "table"))];
                let item = |(label, caption): &(String, String)| {
                    let content = vec![Inline::Text(format!("{label}. {}", caption.trim()))];
                    let link = Inline::Link { target: Target::Anchor(anchor_of(label)), title: String::new(), content };
                    Item { task: None, blocks: vec![Block { kind: BlockKind::Paragraph(vec![link]), line }], line }
                };
                let list = List { start: None, tight: true, items: entries.iter().map(item).collect() };
                *blocks = vec![Block { kind: BlockKind::List(list), line }];
                return !entries.is_empty();
            }
            BlockKind::Quote(inner) | BlockKind::Alert { blocks: inner, .. } | BlockKind::Directive { blocks: inner, .. } => {
                fill_lists(inner, lists);
            }
            BlockKind::List(list) => list.items.iter_mut().for_each(|item| fill_lists(&mut item.blocks, lists)),
            _ => {}
        }
        true
    });
}

/// Whether what has this label can be referred to by it.
pub(super) fn is_numbered(label: &str) -> bool {
    number_of(label).is_some()
}
