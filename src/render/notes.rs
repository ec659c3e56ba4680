//! Notes and sources: how marks are numbered, what notes say, which sources are listed; and the book's names for its
//! sources, for use outside of templates.

use std::collections::BTreeMap;

use super::words::{long_date, word};
use crate::document::{Block, BlockKind, Document, Inline, Note, SourceEntry, Target, plain_text, source_line, walk};
use crate::model::{Book, Citation, Date, Marking, Record, Reference, SOURCES, Settings, Value};

/// Numbers the marks in the order of the text and writes the notes and the list of sources.
///
/// Until here a mark's number is an index into `citations`, from 1.
pub(crate) fn number(document: &mut Document, citations: &[Citation], book: &Book) {
    let mut numbers = Numbers { by_citation: BTreeMap::new(), order: Vec::new() };
    numbers.blocks(&mut document.blocks);
    // In the order of sources, so that notes can be matched to them.
    for claim in &mut document.claims {
        claim.notes = claim.notes.iter().filter_map(|citation| numbers.by_citation.get(citation).copied()).collect();
    }
    let mut listed: Vec<String> = Vec::new();
    for citation in numbers.order.iter().filter_map(|index| citations.get(index - 1)) {
        let (source, locator) = (citation.source.clone(), citation.locator.clone());
        document.notes.push(Note { marking: marking(&source, book), source, locator, text: note(citation, book) });
        list(&citation.source, book, &mut listed);
    }
    let texts: Vec<String> = document.notes.iter().map(|note| plain_text(&note.text)).collect();
    say_sources(&mut document.blocks, &texts, &book.settings);
    document.sources = listed.into_iter().map(|id| SourceEntry { text: entry(&id, book), marking: marking(&id, book), id }).collect();
}

/// Writes the lines under tables that have one source, until here marks alone.
fn say_sources(blocks: &mut [Block], notes: &[String], settings: &Settings) {
    walk::change_tables(blocks, &mut |table| {
        let Some(source) = &mut table.source else { return };
        let said = |mark: &Inline| if let Inline::Cite(number) = mark { notes.get(number - 1).cloned() } else { None };
        let said: Vec<String> = source.iter().filter_map(said).collect();
        let word = word(settings, if said.len() == 1 { "source" } else { "sources" });
        source.insert(0, Inline::Text(source_line(&word, &said)));
    });
}

/// A source, and those that relay it, each once.
fn list(id: &str, book: &Book, listed: &mut Vec<String>) {
    if listed.iter().any(|known| known == id) {
        return;
    }
    listed.push(id.to_owned());
    for relay in source(id, book).map(Record::relays).unwrap_or_default() {
        list(relay, book, listed);
    }
}

struct Numbers {
    by_citation: BTreeMap<usize, usize>,
    order: Vec<usize>,
}

impl Numbers {
    fn blocks(&mut self, blocks: &mut [Block]) {
        for block in blocks {
            match &mut block.kind {
                BlockKind::Heading { content, .. } | BlockKind::Paragraph(content) => self.inlines(content),
                BlockKind::Quote(blocks)
                | BlockKind::Alert { blocks, .. }
                | BlockKind::Directive { blocks, .. }
                | BlockKind::FootnoteDefinition { blocks, .. } => self.blocks(blocks),
                BlockKind::List(list) => list.items.iter_mut().for_each(|item| self.blocks(&mut item.blocks)),
                BlockKind::Descriptions(items) => {
                    for (term, details) in items {
                        self.inlines(term);
                        self.blocks(details);
                    }
                }
                BlockKind::Table(table) => {
                    table.caption.iter_mut().for_each(|caption| self.inlines(caption));
                    table.header.iter_mut().for_each(|cell| self.inlines(cell));
                    table.rows.iter_mut().flat_map(|row| &mut row.cells).for_each(|cell| self.inlines(cell));
                    table.source.iter_mut().for_each(|source| self.inlines(source));
                }
                BlockKind::Code { .. } | BlockKind::Html(_) | BlockKind::Rule | BlockKind::Notes | BlockKind::Sources => {}
            }
        }
    }

    /// Numbers marks; those that stand together are then sorted, each once.
    fn inlines(&mut self, inlines: &mut Vec<Inline>) {
        for inline in inlines.iter_mut() {
            match inline {
                Inline::Cite(citation) => *citation = self.number(*citation),
                other => {
                    if let Some(content) = other.content_mut() {
                        self.inlines(content);
                    }
                }
            }
        }
        let is_mark = |inline: &Inline| matches!(inline, Inline::Cite(_));
        for group in inlines.chunk_by_mut(|one, other| is_mark(one) && is_mark(other)) {
            group.sort_by_key(|inline| if let Inline::Cite(number) = inline { *number } else { 0 });
        }
        inlines.dedup_by(|one, other| is_mark(one) && one == other);
    }

    fn number(&mut self, citation: usize) -> usize {
        *self.by_citation.entry(citation).or_insert_with(|| {
            self.order.push(citation);
            self.order.len()
        })
    }
}

fn source<'a>(id: &str, book: &'a Book) -> Option<&'a Record> {
    book.record(&Reference { collection: SOURCES.to_owned(), id: id.to_owned() })
}

/// The marking of a source and of those that relay it, which are named with it.
pub(super) fn marking(id: &str, book: &Book) -> Marking {
    let mut marking = Marking::default();
    let record = source(id, book);
    let relays = record.map(Record::relays).unwrap_or_default();
    for record in record.into_iter().chain(relays.iter().filter_map(|id| source(id, book))) {
        marking.raise(&record.marking);
        record.marked.values().for_each(|inner| marking.raise(inner));
    }
    marking
}

/// The mark before a note or an entry, where portions are marked.
fn portion_mark(id: &str, book: &Book) -> Option<Inline> {
    let settings = &book.settings;
    let mark = settings.portion_marks.then(|| settings.markings.portion_mark(&marking(id, book)))??;
    Some(Inline::Text(format!("{mark} ")))
}

fn field<'a>(record: &'a Record, name: &str) -> Option<&'a str> {
    record.fields.get(name)?.bare()?.as_str()
}

/// What a numbered note says: `Interview with John Spencer, relayed by the news report, para. 8.`
fn note(citation: &Citation, book: &Book) -> Vec<Inline> {
    let said = named(citation, book).map_or_else(|| citation.to_string(), |named| sentence(capitalized(&named)));
    portion_mark(&citation.source, book).into_iter().chain([Inline::Text(said)]).collect()
}

/// A source and the place in it, without a full stop; nothing where there is no such source.
pub(crate) fn named(citation: &Citation, book: &Book) -> Option<String> {
    let settings = &book.settings;
    let record = source(&citation.source, book)?;
    let mut parts = vec![short_name(record, book).to_owned()];
    parts.extend(relayed(record, book));
    // The locator refers to the text that relays it, so it comes last.
    parts.extend(citation.locator.as_ref().map(|locator| locator_text(locator, record, settings)));
    Some(parts.join(", "))
}

/// What notes call a source.
fn short_name<'a>(record: &'a Record, book: &'a Book) -> &'a str {
    field(record, "short").unwrap_or_else(|| book.display_name(record))
}

/// Who relays a source, if anyone does: `relayed by the news report`.
fn relayed(record: &Record, book: &Book) -> Option<String> {
    let relays = record.relays().into_iter();
    let names: Vec<&str> = relays.map(|id| source(id, book).map_or(id, |relay| short_name(relay, book))).collect();
    (!names.is_empty()).then(|| format!("{} {}", word(&book.settings, "via"), names.join(", ")))
}

/// Who relays a source, and how far it can be relied on. What begins with the word that both share says it once:
/// `relayed by the news report, not seen`.
fn standing(record: &Record, book: &Book) -> Vec<String> {
    let reliability = field(record, "reliability");
    let Some(relayed) = relayed(record, book) else { return reliability.map(str::to_owned).into_iter().collect() };
    let shared = relayed.split(' ').next().unwrap_or_default();
    match reliability.map(|text| text.strip_prefix(shared).unwrap_or(text)) {
        Some(rest) if rest.starts_with(',') => vec![relayed + rest],
        _ => [Some(relayed.clone()), reliability.map(str::to_owned)].into_iter().flatten().collect(),
    }
}

fn locator_text(locator: &str, record: &Record, settings: &Settings) -> String {
    if locator.starts_with(|c: char| c.is_ascii_digit()) {
        let unit = field(record, "locator").unwrap_or("paragraph");
        match locator.split_once('-') {
            Some((from, to)) => format!("{} {from}–{to}", word(settings, &format!("{unit}s"))),
            None if locator.contains(',') => format!("{} {locator}", word(settings, &format!("{unit}s"))),
            None => format!("{} {locator}", word(settings, unit)),
        }
    } else {
        locator.to_owned()
    }
}

/// What the list of sources says of one: title, publisher, date, address, how reliable, by whom relayed.
fn entry(id: &str, book: &Book) -> Vec<Inline> {
    let settings = &book.settings;
    let Some(record) = source(id, book) else { return vec![Inline::Text(id.to_owned())] };
    let mut inlines: Vec<Inline> = portion_mark(id, book).into_iter().collect();
    inlines.extend([Inline::Strong(vec![Inline::Text(book.display_name(record).to_owned())]), Inline::Text(".".to_owned())]);
    let inferred = record.fields.get("date_inferred") == Some(&Value::Bool(true));
    let date = field(record, "date").map(|text| {
        let date = text.parse::<Date>().map_or_else(|_| text.to_owned(), |date| long_date(date, settings));
        if inferred { format!("{date} ({})", word(settings, "inferred")) } else { date }
    });
    let parts: Vec<String> =
        [field(record, "author").map(str::to_owned), field(record, "publisher").map(str::to_owned), date].into_iter().flatten().collect();
    let mut push = |text: String| inlines.push(Inline::Text(format!(" {}", sentence(text))));
    if !parts.is_empty() {
        push(parts.join(", "));
    }
    for part in standing(record, book) {
        push(capitalized(&part));
    }
    if let Some(retrieved) = field(record, "retrieved") {
        let date = retrieved.parse::<Date>().map_or_else(|_| retrieved.to_owned(), |date| long_date(date, settings));
        push(capitalized(&format!("{} {date}", word(settings, "retrieved"))));
    }
    for name in ["note", "archive"] {
        if let Some(text) = field(record, name) {
            push(text.to_owned());
        }
    }
    if let Some(url) = field(record, "url") {
        inlines.push(Inline::Text(" ".to_owned()));
        let address = vec![Inline::Text(url.to_owned())];
        match super::safe_link::is_safe_link(url) {
            true => inlines.push(Inline::Link { target: Target::Url(url.to_owned()), title: String::new(), content: address }),
            false => inlines.extend(address),
        }
    }
    inlines
}

fn sentence(text: String) -> String {
    if text.ends_with(['.', '!', '?', '…']) { text } else { text + "." }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The names that a book has for its sources, and its words.
#[derive(Debug, Clone, Copy)]
pub struct Naming<'a> {
    book: &'a Book,
}

impl<'a> Naming<'a> {
    /// The names that a book has.
    pub fn of(book: &'a Book) -> Naming<'a> {
        Naming { book }
    }

    /// The book's settings, which hold its words.
    pub fn settings(&self) -> &'a Settings {
        &self.book.settings
    }

    /// A source and the place in it as a note names them, without a full stop; nothing where the book hasn't that source.
    pub fn citation(&self, citation: &str) -> Option<String> {
        named(&Citation::parse(citation), self.book)
    }
}
