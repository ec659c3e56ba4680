//! A document's blocks as a redline compares them: text as words, and for each block what identifies it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::align::Sign;
use super::token::{Leaf, Reader, Run};
use crate::document::{Alignment, Block, BlockKind, Inline, Table, Task};

/// A block.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Its number among all blocks, items, terms and rows of its side.
    pub(super) id: usize,
    pub(super) kind: Kind,
    pub(super) sign: Sign,
}

#[derive(Debug, Clone)]
pub(super) enum Kind {
    Heading {
        level: u8,
        anchor: Option<String>,
        text: Run,
    },
    Paragraph(Run),
    Quote(Vec<Node>),
    List {
        start: Option<usize>,
        tight: bool,
        items: Vec<Item>,
    },
    Terms(Vec<Term>),
    Table(Grid),
    Alert {
        kind: String,
        title: Option<String>,
        nodes: Vec<Node>,
    },
    Directive {
        name: String,
        attributes: BTreeMap<String, String>,
        nodes: Vec<Node>,
    },
    /// What can't be marked inside.
    Whole(BlockKind),
    /// The old or new place of a section that moved, by its index in `Plan::sections`.
    Section(usize),
}

/// An item of a list.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) id: usize,
    pub(super) task: Option<Task>,
    pub(super) nodes: Vec<Node>,
    pub(super) sign: Sign,
}

/// A term and its details.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) id: usize,
    pub(super) term: Run,
    pub(super) details: Vec<Node>,
    pub(super) sign: Sign,
}

/// A table whose rows are all as wide as the widest.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    /// The id of the first row; the others follow.
    pub(super) first_row: usize,
    /// What it is called; like the numbers of notes, it is not compared.
    pub(super) label: Option<String>,
    pub(super) caption: Option<Run>,
    pub(super) alignments: Vec<Alignment>,
    pub(super) header: Vec<Run>,
    pub(super) rows: Vec<Vec<Run>>,
    /// The line that names the one source of all claims. Like marks, it is not compared.
    pub(super) source: Option<Run>,
}

/// Makes nodes of blocks; `runs` are its words, `mask` what is done to each text's words.
pub(super) struct Nodes<'a> {
    pub(super) reader: Reader<'a>,
    pub(super) mask: &'a dyn Fn(&mut Run),
    pub(super) ids: Cell<usize>,
}

impl Nodes<'_> {
    fn id(&self) -> usize {
        self.ids.replace(self.ids.get() + 1)
    }

    pub(super) fn run(&self, inlines: &[Inline]) -> Run {
        let mut run = self.reader.run(inlines);
        (self.mask)(&mut run);
        run
    }

    pub(super) fn nodes(&self, blocks: &[Block]) -> Vec<Node> {
        blocks.iter().filter_map(|block| self.node(&block.kind)).collect()
    }

    fn node(&self, block: &BlockKind) -> Option<Node> {
        let mut sign = Signer::new(block);
        let kind = match block {
            BlockKind::Heading { level, content, anchor } => {
                let text = self.run(content);
                sign.run(&text);
                Kind::Heading { level: *level, anchor: anchor.clone(), text }
            }
            BlockKind::Paragraph(content) => {
                let text = self.run(content);
                if text.is_empty() {
                    return None;
                }
                sign.run(&text);
                sign.picture(content);
                Kind::Paragraph(text)
            }
            BlockKind::Quote(blocks) => Kind::Quote(sign.within(self.nodes(blocks))),
            BlockKind::List(list) => {
                let items = list.items.iter().map(|item| {
                    let mut inner = Signer::of(&("item", item.task));
                    let nodes = inner.within(self.nodes(&item.blocks));
                    let item = Item { id: self.id(), task: item.task, nodes, sign: inner.done() };
                    sign.add(&item.sign);
                    item
                });
                let items = items.collect();
                Kind::List { start: list.start, tight: list.tight, items }
            }
            BlockKind::Descriptions(items) => {
                let items = items.iter().map(|(term, details)| {
                    let mut inner = Signer::of(&"term");
                    let term = self.run(term);
                    inner.run(&term);
                    let details = inner.within(self.nodes(details));
                    let term = Term { id: self.id(), term, details, sign: inner.done() };
                    sign.add(&term.sign);
                    term
                });
                Kind::Terms(items.collect())
            }
            BlockKind::Table(table) => {
                let grid = self.grid(table)?;
                grid.caption.iter().chain(&grid.header).chain(grid.rows.iter().flatten()).for_each(|text| sign.run(text));
                Kind::Table(grid)
            }
            BlockKind::Alert { kind, title, blocks } => {
                Kind::Alert { kind: kind.clone(), title: title.clone(), nodes: sign.within(self.nodes(blocks)) }
            }
            BlockKind::Directive { name, attributes, blocks } => {
                Kind::Directive { name: name.clone(), attributes: attributes.clone(), nodes: sign.within(self.nodes(blocks)) }
            }
            BlockKind::Code { literal, .. } | BlockKind::Html(literal) => {
                sign.literal(literal);
                Kind::Whole(block.clone())
            }
            BlockKind::Rule | BlockKind::Notes => Kind::Whole(block.clone()),
            // Taken out before.
            BlockKind::Sources | BlockKind::FootnoteDefinition { .. } => return None,
        };
        Some(Node { id: self.id(), kind, sign: sign.done() })
    }

    fn grid(&self, table: &Table) -> Option<Grid> {
        let width = table.rows.iter().map(|row| row.cells.len()).chain([table.header.len(), table.alignments.len()]).max().unwrap_or(0);
        if width == 0 {
            return None;
        }
        let row = |cells: &[Vec<Inline>]| {
            let mut row: Vec<Run> = cells.iter().map(|cell| self.run(cell)).collect();
            row.resize(width, Run::new());
            row
        };
        let mut alignments = table.alignments.clone();
        alignments.resize(width, Alignment::None);
        let first_row = self.ids.replace(self.ids.get() + table.rows.len());
        Some(Grid {
            first_row,
            label: table.label.clone(),
            caption: table.caption.as_ref().map(|caption| self.run(caption)).filter(|caption| !caption.is_empty()),
            alignments,
            header: row(&table.header),
            rows: table.rows.iter().map(|cells| row(&cells.cells)).collect(),
            source: table.source.as_ref().map(|source| self.run(source)),
        })
    }
}

/// Gathers what identifies something.
pub(super) struct Signer {
    class: u64,
    hasher: DefaultHasher,
    words: Vec<u64>,
    weak: bool,
}

impl Signer {
    pub(super) fn of(class: &impl Hash) -> Signer {
        let mut hasher = DefaultHasher::new();
        class.hash(&mut hasher);
        let class = hasher.finish();
        Signer { class, hasher, words: Vec::new(), weak: false }
    }

    /// Blocks of different classes are never the same one changed.
    fn new(block: &BlockKind) -> Signer {
        match block {
            // A heading without words is none.
            BlockKind::Heading { content, .. } if crate::document::plain_text(content).trim().is_empty() => Signer::of(&"no heading"),
            BlockKind::Heading { .. } => Signer::of(&"heading"),
            BlockKind::Paragraph(content) if matches!(content[..], [Inline::Image { .. }]) => Signer::of(&"figure"),
            BlockKind::Paragraph(_) => Signer::of(&"paragraph"),
            BlockKind::Quote(_) => Signer::of(&"quote"),
            BlockKind::List(list) => Signer::of(&("list", list.start.is_some())),
            BlockKind::Descriptions(_) => Signer::of(&"terms"),
            BlockKind::Table(_) => Signer::of(&"table"),
            BlockKind::Alert { kind, title, .. } => Signer::of(&("alert", kind, title)),
            BlockKind::Directive { name, .. } => Signer::of(&("directive", name)),
            BlockKind::Code { .. } => Signer::of(&"code"),
            BlockKind::Html(_) => Signer::of(&"html"),
            BlockKind::Rule => Signer { weak: true, ..Signer::of(&"rule") },
            BlockKind::Notes => Signer::of(&"notes"),
            BlockKind::Sources | BlockKind::FootnoteDefinition { .. } => Signer::of(&"apart"),
        }
    }

    pub(super) fn run(&mut self, run: &Run) {
        let mut count = 0_usize;
        for token in run.iter().filter(|token| !token.is_blank()) {
            token.key.hash(&mut self.hasher);
            count += 1;
            // Punctuation makes no likeness, nor does a note.
            if !matches!(token.leaf, Leaf::Mark(_) | Leaf::Note(_) | Leaf::Footnote(_)) {
                self.words.push(token.key);
            }
        }
        count.hash(&mut self.hasher);
    }

    /// Words of which likeness is to be made more or less.
    pub(super) fn weigh(&mut self, words: impl IntoIterator<Item = u64>) {
        self.words.extend(words);
    }

    /// Images are compared by their names and alternative texts; a single image at a place matches any.
    fn picture(&mut self, content: &[Inline]) {
        if let [Inline::Image { path, alternative, .. }] = content {
            let path = path.strip_prefix(super::change::REPLACED).unwrap_or(path);
            let hash = |text: &str| {
                let mut hasher = DefaultHasher::new();
                text.hash(&mut hasher);
                hasher.finish()
            };
            self.words.extend(["picture", "picture", "picture", path, path].map(hash));
            self.words.extend(alternative.split_whitespace().take(6).map(hash));
        }
    }

    fn literal(&mut self, text: &str) {
        text.hash(&mut self.hasher);
        for word in text.split_whitespace() {
            let mut hasher = DefaultHasher::new();
            word.hash(&mut hasher);
            self.words.push(hasher.finish());
        }
    }

    fn add(&mut self, sign: &Sign) {
        sign.hash.hash(&mut self.hasher);
        self.words.extend(&sign.words);
    }

    fn within(&mut self, nodes: Vec<Node>) -> Vec<Node> {
        nodes.len().hash(&mut self.hasher);
        nodes.iter().for_each(|node| self.add(&node.sign));
        nodes
    }

    pub(super) fn done(mut self) -> Sign {
        self.words.sort_unstable();
        Sign { class: self.class, hash: self.hasher.finish(), words: self.words, weak: self.weak }
    }
}
