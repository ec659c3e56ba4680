//! Puts what a template printed into the document's tree: each token in the context where it ended up.
//!
//! Text becomes inert text, a claim its words and its mark, a record a link, Markdown its blocks or inlines. What
//! can't stand where it was printed is a diagnostic at the template's line or the record's field.

use std::collections::HashMap;
use std::sync::Arc;

use super::anchors::{self, Anchors, Documents};
use super::fragment::{self, Expanding, Mention, mentions};
use super::plan::Planned;
use super::token::{Piece, has_token, pieces, shield, unshield};
use super::values::{ClaimObject, Origin, Pass, Printed};
use super::{Parser, claim_text, notes};
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::document::{Block, BlockKind, Document, Inline, PrintedClaim, Table, Target};
use crate::model::{Citation, Claim, Held, Reference, SOURCES, Value};

/// Parses rendered text and resolves its tokens.
pub(crate) fn resolve(
    text: &str,
    pass: &Arc<Pass>,
    planned: &Planned,
    documents: &Documents,
    origins: &[Option<(Arc<str>, usize)>],
    parse: Parser<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Document {
    let parsed = parse(text);
    let mut document = parsed.document;
    let mut resolver = Resolver {
        pass,
        planned,
        anchors: Anchors::new(&document.blocks, pass, documents),
        origins,
        parse,
        diagnostics,
        claims: Vec::new(),
        citations: Vec::new(),
        by_citation: HashMap::new(),
        expanding: Expanding::default(),
        line: 0,
        field_line: 0,
        in_link: false,
    };
    for (line, code, message) in parsed.faults {
        resolver.line = line;
        resolver.fault(Diagnostic::error(code, Place::Book, message));
    }
    resolver.line = 1;
    for value in document.front.values_mut() {
        resolver.front_matter(value);
    }
    document.blocks = resolver.blocks(document.blocks);
    let citations = std::mem::take(&mut resolver.citations);
    document.claims = std::mem::take(&mut resolver.claims);
    if let (Some(title), false) = (&planned.title, document.front.contains_key("title")) {
        document.front.insert("title".to_owned(), title.clone().into());
    }
    add_title(&mut document);
    notes::number(&mut document, &citations, &pass.book);
    document
}

/// A document whose title is in its front matter alone begins with it.
fn add_title(document: &mut Document) {
    let has_title = document.blocks.iter().any(|block| matches!(block.kind, BlockKind::Heading { level: 1, .. }));
    if let (false, Some(title)) = (has_title, document.front.get("title").and_then(|title| title.as_str())) {
        let content = vec![Inline::Text(folded(title))];
        document.blocks.insert(0, Block { kind: BlockKind::Heading { level: 1, content, anchor: None }, line: 0 });
    }
}

/// Whether a document may hold a link to this address.
pub(crate) fn is_safe_link(address: &str) -> bool {
    let scheme = address.find([':', '/', '?', '#']).filter(|at| address[*at..].starts_with(':')).map(|at| &address[..at]);
    match scheme {
        Some(scheme) => ["http", "https", "mailto"].iter().any(|safe| scheme.eq_ignore_ascii_case(safe)),
        None => !address.starts_with("//") && !address.contains(char::is_control),
    }
}

struct Resolver<'a> {
    pass: &'a Arc<Pass>,
    planned: &'a Planned,
    anchors: Anchors<'a>,
    origins: &'a [Option<(Arc<str>, usize)>],
    parse: Parser<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
    claims: Vec<PrintedClaim>,
    /// Each citation once; marks hold its index from 1 until they are numbered.
    citations: Vec<Citation>,
    by_citation: HashMap<Citation, usize>,
    expanding: Expanding,
    /// Line of the rendered text that is being resolved.
    line: usize,
    /// Line of the field's text that is being expanded; 0 for none.
    field_line: usize,
    in_link: bool,
}

/// What a paragraph that consists of one token stands for.
enum Alone {
    Blocks(Vec<Block>),
    No,
}

impl Resolver<'_> {
    fn blocks(&mut self, blocks: Vec<Block>) -> Vec<Block> {
        let mut out = Vec::with_capacity(blocks.len());
        for block in blocks {
            self.at(block.line);
            let line = self.line;
            match block.kind {
                BlockKind::Paragraph(content) => match self.alone(&content) {
                    Alone::Blocks(expanded) => out.extend(expanded),
                    Alone::No => {
                        let content = self.block_inlines(content);
                        if !content.is_empty() {
                            out.push(Block { kind: BlockKind::Paragraph(content), line });
                        }
                    }
                },
                kind => {
                    if let Some(kind) = self.kind(kind) {
                        out.push(Block { kind, line });
                    }
                }
            }
        }
        out
    }

    /// Notes which line is being resolved: of the rendered text, or of the field that is being expanded.
    fn at(&mut self, line: usize) {
        match (line, self.expanding.current()) {
            (0, _) => {}
            (line, None) => self.line = line,
            (line, Some(_)) => self.field_line = line - 1,
        }
    }

    fn kind(&mut self, kind: BlockKind) -> Option<BlockKind> {
        Some(match kind {
            BlockKind::Heading { level, content, anchor } => {
                let record = anchors::of_heading(&content, self.pass);
                let content = match &record {
                    Some(_) => self.heading_of_record(content),
                    None => self.block_inlines(content),
                };
                BlockKind::Heading { level, content, anchor: record.map(|(collection, id)| format!("{collection}/{id}")).or(anchor) }
            }
            BlockKind::Paragraph(content) => BlockKind::Paragraph(self.block_inlines(content)),
            BlockKind::Quote(blocks) => BlockKind::Quote(self.blocks(blocks)),
            BlockKind::Alert { kind, title, blocks } => {
                let title = title.map(|title| self.plain(&title));
                BlockKind::Alert { kind, title, blocks: self.blocks(blocks) }
            }
            BlockKind::Directive { name, attributes, blocks } => {
                let attributes = attributes.into_iter().map(|(key, value)| (key, self.plain(&value))).collect();
                BlockKind::Directive { name, attributes, blocks: self.blocks(blocks) }
            }
            BlockKind::FootnoteDefinition { label, blocks } => BlockKind::FootnoteDefinition { label, blocks: self.blocks(blocks) },
            BlockKind::List(mut list) => {
                for item in &mut list.items {
                    self.at(item.line);
                    item.blocks = self.blocks(std::mem::take(&mut item.blocks));
                }
                BlockKind::List(list)
            }
            BlockKind::Descriptions(items) => {
                BlockKind::Descriptions(items.into_iter().map(|(term, details)| (self.block_inlines(term), self.blocks(details))).collect())
            }
            BlockKind::Table(table) => BlockKind::Table(self.table(table)),
            BlockKind::Code { info, literal } => {
                self.line_of_claim(&literal);
                let literal = self.plain(&literal);
                BlockKind::Code { info: self.plain(&info), literal }
            }
            BlockKind::Html(html) => {
                self.raw_html();
                BlockKind::Html(self.plain(&html))
            }
            kept @ (BlockKind::Rule | BlockKind::Notes | BlockKind::Sources) => kept,
        })
    }

    /// Goes to the line of a code block that prints what it can't.
    fn line_of_claim(&mut self, literal: &str) {
        if self.expanding.current().is_none() {
            let before = literal.split_inclusive('\n').take_while(|line| !has_token(line)).count();
            self.line += if has_token(literal) { before + 1 } else { 0 };
        }
    }

    fn table(&mut self, mut table: Table) -> Table {
        table.caption = table.caption.map(|caption| self.block_inlines(caption));
        let mut header = std::mem::take(&mut table.header);
        self.row(&mut header);
        table.header = header;
        for row in &mut table.rows {
            self.at(row.line);
            self.row(&mut row.cells);
        }
        table
    }

    /// A row's cells share their marks.
    fn row(&mut self, cells: &mut [Vec<Inline>]) {
        for cell in cells.iter_mut() {
            *cell = self.inlines(std::mem::take(cell));
        }
        notes::keep_last_marks(&mut cells.iter_mut().collect::<Vec<_>>());
        cells.iter_mut().for_each(notes::after_punctuation);
    }

    /// The inlines of a block that has its marks for itself.
    fn block_inlines(&mut self, content: Vec<Inline>) -> Vec<Inline> {
        let mut content = self.inlines(content);
        notes::keep_last_marks(&mut [&mut content]);
        notes::after_punctuation(&mut content);
        content
    }

    /// A heading that consists of a record's name is where links to the record lead, so it is no link itself.
    fn heading_of_record(&mut self, content: Vec<Inline>) -> Vec<Inline> {
        self.in_link = true;
        let content = self.block_inlines(content);
        self.in_link = false;
        content
    }

    fn alone(&mut self, content: &[Inline]) -> Alone {
        let [Inline::Text(text)] = content else { return Alone::No };
        let [Piece::Token(index)] = pieces(text.trim())[..] else { return Alone::No };
        let line = self.line;
        let block = |kind| Alone::Blocks(vec![Block { kind, line }]);
        match self.pass.prints.get(index) {
            Some(Printed::Notes) => block(BlockKind::Notes),
            Some(Printed::Sources) => block(BlockKind::Sources),
            Some(Printed::Markdown { text, origin }) => Alone::Blocks(self.markdown(&text, &origin)),
            Some(Printed::Claim(claim)) if claim.text.is_none() && claim.derived.is_none() => match &claim.claim().held {
                Held::Known { value: Value::Markdown(text), .. } => {
                    let mut blocks = self.markdown(text, &claim.claims[0].0);
                    self.cite_blocks(&claim, &mut blocks);
                    Alone::Blocks(blocks)
                }
                _ => Alone::No,
            },
            _ => Alone::No,
        }
    }

    /// Blocks that are one claim: the mark stands at the end of the last paragraph.
    fn cite_blocks(&mut self, claim: &ClaimObject, blocks: &mut Vec<Block>) {
        let printed = blocks.iter().map(block_text).collect::<Vec<_>>().join("\n");
        match blocks.last_mut().map(|block| &mut block.kind) {
            Some(BlockKind::Paragraph(content)) => {
                let inner = std::mem::take(content);
                *content = self.claim_inlines(claim, inner, printed);
                notes::keep_last_marks(&mut [content]);
            }
            _ => {
                let content = self.claim_inlines(claim, Vec::new(), printed);
                blocks.push(Block { kind: BlockKind::Paragraph(content), line: self.line });
            }
        }
    }

    fn inlines(&mut self, content: Vec<Inline>) -> Vec<Inline> {
        let mut out = Vec::with_capacity(content.len());
        for inline in content {
            match inline {
                Inline::Text(text) if self.expanding.current().is_some() => self.field_text(&text, &mut out),
                Inline::Text(text) => self.text(&text, &mut out),
                Inline::Code(code) => self.code(&code, &mut out),
                Inline::Emphasis(inner) => out.push(Inline::Emphasis(self.inlines(inner))),
                Inline::Strong(inner) => out.push(Inline::Strong(self.inlines(inner))),
                Inline::Strikethrough(inner) => out.push(Inline::Strikethrough(self.inlines(inner))),
                Inline::Inserted(inner) => out.push(Inline::Inserted(self.inlines(inner))),
                Inline::Deleted(inner) => out.push(Inline::Deleted(self.inlines(inner))),
                Inline::Link { target, title, content } => self.link(target, &title, content, &mut out),
                Inline::Image { path, title, alternative } => {
                    let (path, title, alternative) = (self.plain(&path), self.plain(&title), self.plain(&alternative));
                    out.push(Inline::Image { path, title, alternative });
                }
                Inline::Html(html) => {
                    self.raw_html();
                    out.push(Inline::Html(self.plain(&html)));
                }
                kept => out.push(kept),
            }
        }
        out
    }

    fn link(&mut self, target: Target, title: &str, content: Vec<Inline>, out: &mut Vec<Inline>) {
        let was_in_link = std::mem::replace(&mut self.in_link, true);
        let content = self.inlines(content);
        self.in_link = was_in_link;
        let target = match target {
            Target::Url(url) => {
                let url = self.plain(&url);
                if !is_safe_link(&url) {
                    self.fault(
                        Diagnostic::error(
                            Code::UnsafeLink,
                            Place::Book,
                            format!("a link leads to `{}`", url.chars().take(80).collect::<String>()),
                        )
                        .help("links may be http:, https: or mailto: addresses, or paths within the book"),
                    );
                    out.extend(content);
                    return;
                }
                Target::Url(url)
            }
            other => other,
        };
        // A mark is a link of its own, so it stands behind this one.
        let (content, marks): (Vec<Inline>, Vec<Inline>) = content.into_iter().partition(|inline| !matches!(inline, Inline::Cite(_)));
        out.push(Inline::Link { target, title: self.plain(title), content });
        out.extend(marks);
    }

    fn code(&mut self, code: &str, out: &mut Vec<Inline>) {
        let claims: Vec<Arc<ClaimObject>> = self.printed(code).into_iter().filter_map(as_claim).collect();
        let mut content = vec![Inline::Code(self.plain_of(code))];
        for claim in claims {
            content = self.claim_inlines(&claim, content, claim.printed_text());
        }
        out.extend(content);
    }

    /// Text of the template, with tokens in it.
    fn text(&mut self, text: &str, out: &mut Vec<Inline>) {
        for piece in pieces(text) {
            match piece {
                Piece::Text(part) => push_text(out, &unshield(part)),
                Piece::Broken => self.broken(),
                Piece::Token(index) => match self.pass.prints.get(index) {
                    Some(printed) => self.print(printed, out),
                    None => self.broken(),
                },
            }
        }
    }

    fn print(&mut self, printed: Printed, out: &mut Vec<Inline>) {
        match printed {
            Printed::Text(text) => push_text(out, &folded(&text)),
            Printed::Claim(claim) => self.print_claim(&claim, out),
            Printed::Record { collection, id, name } => {
                let name = Inline::Text(folded(&name));
                match self.anchors.target(&collection, &id).filter(|_| !self.in_link) {
                    Some(target) if target != Target::Document(self.planned.id.clone()) => {
                        out.push(Inline::Link { target, title: String::new(), content: vec![name] });
                    }
                    _ => out.push(name),
                }
            }
            Printed::Markdown { text, origin } => out.extend(self.inline_markdown(&text, &origin)),
            Printed::Stamp(field) => out.push(Inline::Stamp(field)),
            Printed::Cite(citations) => self.marks(&citations, out),
            Printed::Notes | Printed::Sources => {
                self.fault(
                    Diagnostic::error(Code::BlockInLine, Place::Book, "the notes or the list of sources are placed inside a line")
                        .help("let `{{ notes() }}` and `{{ sources_cited() }}` stand alone, with a blank line before and after"),
                );
            }
        }
    }

    fn print_claim(&mut self, claim: &ClaimObject, out: &mut Vec<Inline>) {
        let content = match &claim.claim().held {
            Held::Known { value: Value::Markdown(text), .. } if claim.text.is_none() && claim.derived.is_none() => {
                self.inline_markdown(text, &claim.claims[0].0)
            }
            _ => vec![Inline::Text(folded(&claim.printed_text()))],
        };
        let printed = crate::document::plain_text(&content);
        out.extend(self.claim_inlines(claim, content, printed));
    }

    /// A claim's content in its frame, and its marks behind it; each claim it was made from is in the ledger.
    fn claim_inlines(&mut self, claim: &ClaimObject, content: Vec<Inline>, printed: String) -> Vec<Inline> {
        let mut inner = content;
        let mut marks = Vec::new();
        for (origin, held) in &claim.claims {
            let numbers: Vec<usize> = if claim.uncited { Vec::new() } else { held.sources.iter().map(|c| self.citation(c)).collect() };
            marks.extend(numbers.iter().copied().filter(|n| !marks.contains(&Inline::Cite(*n))).map(Inline::Cite).collect::<Vec<_>>());
            let index = self.claims.len();
            self.claims.push(PrintedClaim {
                record: format!("{}/{}", origin.record.0, origin.record.1),
                path: origin.path.clone(),
                value: held_json(held),
                printed: printed.clone(),
                sources: held.sources.iter().map(Citation::to_string).collect(),
                as_of: held.as_of.map(|date| date.to_string()),
                notes: numbers,
                rendered_line: self.line,
            });
            inner = vec![Inline::Claim { index, content: inner }];
        }
        inner.extend(marks);
        inner
    }

    /// The index of a citation, from 1.
    fn citation(&mut self, citation: &Citation) -> usize {
        if let Some(index) = self.by_citation.get(citation) {
            return *index;
        }
        self.citations.push(citation.clone());
        self.by_citation.insert(citation.clone(), self.citations.len());
        self.citations.len()
    }

    fn marks(&mut self, citations: &[Citation], out: &mut Vec<Inline>) {
        for citation in citations {
            let reference = Reference { collection: SOURCES.to_owned(), id: citation.source.clone() };
            if self.pass.book.record(&reference).is_none() {
                let known = self.pass.book.collections.get(SOURCES).into_iter().flat_map(|c| c.records.keys());
                let help = crate::diagnostic::did_you_mean(&citation.source, known.map(String::as_str));
                self.fault(
                    Diagnostic::error(Code::InvalidCitation, Place::Book, format!("a citation names unknown source `{}`", citation.source))
                        .maybe_help(help),
                );
                continue;
            }
            let index = self.citation(citation);
            out.push(Inline::Cite(index));
        }
    }

    /// A field's Markdown where a line stands.
    fn inline_markdown(&mut self, text: &str, origin: &Origin) -> Vec<Inline> {
        let blocks = self.markdown(text, origin);
        fragment::as_inlines(blocks).unwrap_or_else(|()| {
            let (collection, id) = &origin.record;
            self.fault(
                Diagnostic::error(
                    Code::BlockInLine,
                    Place::Book,
                    format!(
                        "`{collection}/{id}{}` holds several paragraphs or blocks, and is printed where one line must stand",
                        origin.path
                    ),
                )
                .help("print it alone on a line with blank lines around it, or shorten the field to one paragraph"),
            );
            Vec::new()
        })
    }

    /// A field's Markdown as resolved blocks.
    fn markdown(&mut self, text: &str, origin: &Origin) -> Vec<Block> {
        let was_at = std::mem::replace(&mut self.field_line, 0);
        if !self.expanding.enter(origin) {
            let (collection, id) = &origin.record;
            self.fault(Diagnostic::error(Code::InvalidCitation, Place::Book, format!("`{collection}/{id}{}` prints itself", origin.path)));
            self.field_line = was_at;
            return Vec::new();
        }
        // Fields have no front matter: a blank line keeps a leading `---` from being taken for one.
        let parsed = (self.parse)(&format!("\n{}", fragment::guarded(&shield(text))));
        for (line, code, message) in parsed.faults {
            self.field_line = line.saturating_sub(1);
            self.fault(Diagnostic::error(code, Place::Book, message));
        }
        let was_in_link = std::mem::replace(&mut self.in_link, false);
        let blocks = self.blocks(parsed.document.blocks);
        self.in_link = was_in_link;
        self.expanding.leave();
        self.field_line = was_at;
        blocks
    }

    /// Text of a field, with citations and claims that it names.
    fn field_text(&mut self, text: &str, out: &mut Vec<Inline>) {
        for mention in mentions(text) {
            match mention {
                Mention::Text(part) => push_text(out, &unshield(part)),
                Mention::Cite(sources) => {
                    let citations: Vec<Citation> = sources.iter().map(|source| Citation::parse(source)).collect();
                    // A blank before a mark is the author's convenience, not the reader's.
                    if let Some(Inline::Text(before)) = out.last_mut() {
                        before.truncate(before.trim_end_matches(' ').len());
                    }
                    self.marks(&citations, out);
                }
                Mention::Print { record: (collection, id), path } => self.print_mention(collection, id, path, out),
            }
        }
    }

    fn print_mention(&mut self, collection: &str, id: &str, path: String, out: &mut Vec<Inline>) {
        let reference = Reference { collection: collection.to_owned(), id: id.to_owned() };
        let book = self.pass.book.clone();
        let Some(record) = book.record(&reference) else {
            let known = book.collections.get(collection).into_iter().flat_map(|c| c.records.keys());
            let help = match book.collections.contains_key(collection) {
                true => crate::diagnostic::did_you_mean(id, known.map(String::as_str)),
                false => crate::diagnostic::did_you_mean(collection, book.collections.keys().map(String::as_str)),
            };
            let message = format!("`[={collection}/{id}{path}]` names a record that doesn't exist");
            self.fault(Diagnostic::error(Code::InvalidCitation, Place::Book, message).maybe_help(help));
            return;
        };
        if path.is_empty() {
            let name = book.display_name(record).to_owned();
            self.print(Printed::Record { collection: collection.to_owned(), id: id.to_owned(), name }, out);
            return;
        }
        let origin = Origin { record: (collection.to_owned(), id.to_owned()), path };
        match record.at(&origin.path) {
            Some(Value::Claim(claim)) => {
                let claim = ClaimObject {
                    pass: self.pass.clone(),
                    claims: vec![(origin, (**claim).clone())],
                    text: None,
                    derived: None,
                    uncited: false,
                };
                self.print_claim(&claim, out);
            }
            Some(Value::Markdown(text)) => {
                let inlines = self.inline_markdown(text, &origin);
                out.extend(inlines);
            }
            Some(value) => push_text(out, &folded(&claim_text::value_text(value, &book))),
            None => {
                let help = crate::diagnostic::did_you_mean(origin.path.trim_start_matches('/'), record.fields.keys().map(String::as_str));
                let message = format!("`[={collection}/{id}{}]` names a field that the record doesn't have", origin.path);
                self.fault(Diagnostic::error(Code::InvalidCitation, Place::Book, message).maybe_help(help));
            }
        }
    }

    /// Text with its tokens as plain text, where nothing else can stand; what must be cited can't.
    fn plain(&mut self, text: &str) -> String {
        if let Some(claim) = self.printed(text).into_iter().filter_map(as_claim).find(|claim| !claim.uncited) {
            let message = format!(
                "the claim `{}` is printed where no mark can stand, such as an address, a code block or front matter",
                claim.path()
            );
            self.fault(
                Diagnostic::error(Code::TemplateError, Place::Book, message).help("print the claim in the text, or say `| uncited` here"),
            );
        }
        self.plain_of(text)
    }

    fn plain_of(&mut self, text: &str) -> String {
        if !has_token(text) {
            return unshield(text).into_owned();
        }
        let mut out = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Text(part) => out.push_str(&unshield(part)),
                Piece::Broken => self.broken(),
                Piece::Token(index) => match self.pass.prints.get(index) {
                    Some(Printed::Text(text) | Printed::Markdown { text, .. }) => out.push_str(&text),
                    Some(Printed::Claim(claim)) => out.push_str(&claim.printed_text()),
                    Some(Printed::Record { name, .. }) => out.push_str(&name),
                    Some(Printed::Stamp(_)) => self.fault(
                        Diagnostic::error(
                            Code::TemplateError,
                            Place::Book,
                            "a field of the version is printed where only fixed text can stand",
                        )
                        .help("print it in the text; the front matter and each page name the version by themselves"),
                    ),
                    Some(Printed::Cite(_) | Printed::Notes | Printed::Sources) => {
                        self.fault(Diagnostic::error(
                            Code::TemplateError,
                            Place::Book,
                            "a mark or the notes are printed where only text can stand",
                        ));
                    }
                    None => self.broken(),
                },
            }
        }
        out
    }

    fn printed(&self, text: &str) -> Vec<Printed> {
        pieces(text)
            .into_iter()
            .filter_map(|piece| match piece {
                Piece::Token(index) => self.pass.prints.get(index),
                _ => None,
            })
            .collect()
    }

    fn front_matter(&mut self, value: &mut serde_json::Value) {
        match value {
            serde_json::Value::String(text) => *text = self.plain(text),
            serde_json::Value::Array(items) => items.iter_mut().for_each(|item| self.front_matter(item)),
            serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| self.front_matter(field)),
            _ => {}
        }
    }

    fn raw_html(&mut self) {
        if self.expanding.current().is_none() {
            let place = self.place();
            self.diagnostics.push(
                Diagnostic::warning(Code::RawHtml, place, "HTML in a template is shown as text")
                    .help("use Markdown, a directive such as `:::box`, or `{# … #}` for a comment"),
            );
        }
    }

    fn broken(&mut self) {
        self.fault(
            Diagnostic::error(Code::BrokenToken, Place::Book, "a printed value is cut in two")
                .help("change the text before it is printed, with a filter on the field itself"),
        );
    }

    /// The template's line that wrote the line being resolved.
    fn place(&self) -> Place {
        let found = self.line.checked_sub(1).and_then(|index| self.origins.get(index)).and_then(Option::as_ref);
        match found {
            Some((template, line)) => Place::line(&**template, *line),
            None => Place::File(format!("{}/{}", super::TEMPLATES, self.planned.template)),
        }
    }

    /// Reports a fault at the field being expanded, else at the template's line.
    fn fault(&mut self, mut diagnostic: Diagnostic) {
        let template = self.place();
        match self.expanding.current() {
            Some(Origin { record: (collection, id), path }) => {
                let reference = Reference { collection: collection.clone(), id: id.clone() };
                if let Some(record) = self.pass.book.record(&reference) {
                    diagnostic.place = Place::value(&record.file, format!("{}{path}", record.pointer));
                    if self.field_line > 1 {
                        diagnostic.message.push_str(&format!(" (in line {} of the text)", self.field_line));
                    }
                    diagnostic = diagnostic.record(record.path()).via(format!("printed in document `{}` here", self.planned.id), template);
                }
            }
            None => diagnostic.place = template,
        }
        if diagnostic.record.is_none() {
            diagnostic.record = self.planned.record.as_ref().map(|(collection, id)| format!("{collection}/{id}"));
        }
        self.diagnostics.push(diagnostic);
    }
}

fn as_claim(printed: Printed) -> Option<Arc<ClaimObject>> {
    match printed {
        Printed::Claim(claim) => Some(claim),
        _ => None,
    }
}

/// Appends text, to the text before it where there is some.
fn push_text(out: &mut Vec<Inline>, text: &str) {
    if text.is_empty() {
        return;
    }
    match out.last_mut() {
        Some(Inline::Text(before)) => before.push_str(text),
        _ => out.push(Inline::Text(text.to_owned())),
    }
}

/// Data on one line: runs of white space are one blank, as in Markdown itself.
fn folded(text: &str) -> String {
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if !text.contains(|c| is_blank(c) && c != ' ') && !text.contains("  ") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match is_blank(c) {
            true if out.ends_with(' ') => {}
            true => out.push(' '),
            false => out.push(c),
        }
    }
    out
}

fn block_text(block: &Block) -> String {
    match &block.kind {
        BlockKind::Paragraph(content) | BlockKind::Heading { content, .. } => crate::document::plain_text(content),
        BlockKind::List(list) => list.items.iter().flat_map(|item| &item.blocks).map(block_text).collect::<Vec<_>>().join("\n"),
        BlockKind::Quote(blocks) => blocks.iter().map(block_text).collect::<Vec<_>>().join("\n"),
        BlockKind::Code { literal, .. } => literal.clone(),
        _ => String::new(),
    }
}

/// A claim's value as it was written, bare.
fn held_json(claim: &Claim) -> serde_json::Value {
    match &claim.held {
        Held::Known { value, .. } => json(value),
        Held::Range(a, b) => serde_json::json!([a, b]),
        Held::Unknown(_) => serde_json::Value::Null,
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(yes) => (*yes).into(),
        Value::Number(n) => serde_json::Value::Number(n.clone()),
        Value::Text(text) | Value::Markdown(text) => text.clone().into(),
        Value::Reference(reference) => reference.id.clone().into(),
        Value::Claim(claim) => held_json(claim),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(fields) => fields.iter().map(|(key, value)| (key.clone(), json(value))).collect(),
    }
}
