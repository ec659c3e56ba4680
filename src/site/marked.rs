//! The marks of a document's notes: what each stands for, how it can be linked to, and which of them stand on a page.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use minijinja::{Value, context};

use super::chapters::marks as marks_in;
use super::data::PrintedClaim;
use super::facts::{KnownSource, parts};
use super::{Document, path};
use crate::document::{ArticleMark, ArticleNote, note_numbers};
use crate::model::SOURCES;

/// The most printed claims that are shown with a mark.
const SHOWN: usize = 6;

/// What the marks of a document stand for.
pub(super) struct Marked<'a> {
    /// The claims at each mark.
    claims: Vec<Vec<&'a PrintedClaim>>,
    /// The ids under which claims can be linked to in the text, by the number of the mark that bears it.
    pub(super) anchors: BTreeMap<usize, String>,
    /// The marks that bear them, by these ids.
    pub(super) named: BTreeMap<String, usize>,
    /// For each mark, the mark whose note it opens: of marks that say the same in a chapter, the first.
    pub(super) opened: Vec<usize>,
    /// The claims that each chapter prints.
    pub(super) by_chapter: Vec<Vec<&'a PrintedClaim>>,
    /// The places of the notes in the document, by their labels.
    notes: HashMap<&'a str, usize>,
    /// The sources that claims name with each note.
    sources: BTreeMap<usize, Vec<&'a str>>,
}

/// The marks and notes that stand on a page.
pub(super) struct Shown {
    marks: BTreeSet<usize>,
    /// By their places in the document.
    notes: BTreeSet<usize>,
}

impl<'a> Marked<'a> {
    pub(super) fn of(document: &'a Document) -> Marked<'a> {
        let mut by_line: BTreeMap<usize, Vec<&PrintedClaim>> = BTreeMap::new();
        for claim in &document.claims {
            by_line.entry(claim.line).or_default().push(claim);
        }
        let marks = &document.article.marks;
        let mut alike: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        marks.iter().for_each(|mark| *alike.entry((mark.line, mark.label.as_str())).or_default() += 1);
        let mut turns: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        let mut at_mark = |mark: &'a ArticleMark| {
            let numbers = note_numbers(&mark.label).unwrap_or_default();
            let of_line = by_line.get(&mark.line).map(Vec::as_slice).unwrap_or_default();
            let claims: Vec<&PrintedClaim> =
                of_line.iter().copied().filter(|claim| claim.notes.iter().any(|note| numbers.contains(note))).collect();
            let key = (mark.line, mark.label.as_str());
            let turn = turns.entry(key).or_default();
            *turn += 1;
            // If a line has as many claims as marks of the same notes, they belong together in their order.
            match claims.get(*turn - 1) {
                Some(own) if alike.get(&key) == Some(&claims.len()) => vec![*own],
                _ => claims,
            }
        };
        let claims: Vec<Vec<&PrintedClaim>> = marks.iter().map(&mut at_mark).collect();
        let mut named = BTreeMap::new();
        for (index, claims) in claims.iter().enumerate() {
            if let Some(id) = claims.iter().map(|claim| anchor(claim)).find(|id| !named.contains_key(id)) {
                named.insert(id, index + 1);
            }
        }
        let anchors = named.iter().map(|(id, number)| (*number, id.clone())).collect();
        let opened = opened(document, &claims, &anchors);
        Marked {
            claims,
            anchors,
            named,
            opened,
            by_chapter: by_chapter(document),
            notes: document.article.notes.iter().enumerate().map(|(place, note)| (note.label.as_str(), place)).collect(),
            sources: sources_of_notes(document),
        }
    }

    /// What the page of a chapter shows: its marks with their notes, the marks in these notes, and on the last page also the
    /// notes without a mark.
    pub(super) fn shown(&self, document: &Document, chapter: usize) -> Shown {
        let article = &document.article;
        let note_of = |mark: &usize| self.notes.get(article.marks.get(mark.checked_sub(1)?)?.label.as_str()).copied();
        let reached = |marks: &BTreeSet<usize>| {
            let mut shown = Shown { marks: BTreeSet::new(), notes: BTreeSet::new() };
            let mut next: Vec<usize> = marks.iter().copied().collect();
            while let Some(mark) = next.pop() {
                if shown.marks.insert(mark)
                    && let Some(place) = note_of(&mark)
                    && shown.notes.insert(place)
                {
                    next.extend(marks_in(&article.notes[place].html));
                }
            }
            shown
        };
        let mut shown = document.chapters.get(chapter).map_or_else(|| reached(&BTreeSet::new()), |chapter| reached(&chapter.marks));
        if chapter + 1 == document.chapters.len() {
            let marks = document.chapters.iter().flat_map(|chapter| &chapter.marks).copied().collect();
            let known = reached(&marks).notes;
            let unmarked: Vec<usize> = (0..article.notes.len()).filter(|place| !known.contains(place)).collect();
            let within = reached(&unmarked.iter().flat_map(|place| marks_in(&article.notes[*place].html)).collect());
            shown.marks.extend(within.marks);
            shown.notes.extend(unmarked.into_iter().chain(within.notes));
        }
        shown
    }

    pub(super) fn context(&self, document: &Document, shown: &Shown, notes: &BTreeMap<usize, Value>) -> Vec<Value> {
        let marks = document.article.marks.iter().zip(&self.claims).enumerate();
        marks
            .filter(|(index, _)| shown.marks.contains(&(index + 1)) && self.opened.get(*index) == Some(&(index + 1)))
            .map(|(index, (mark, claims))| {
                // What is printed twice is said once; what stands with others is told apart by its name.
                let mut said = BTreeSet::new();
                let told: Vec<&&PrintedClaim> = claims.iter().filter(|claim| said.insert((&claim.claim, &claim.printed))).collect();
                let printed = told.iter().take(SHOWN).map(|claim| {
                    let name = Some(&claim.title).filter(|title| told.len() > 1 && !title.is_empty());
                    context! { name => name, text => &claim.printed, as_of => &claim.as_of, confidence => &claim.confidence }
                });
                context! {
                    number => index + 1,
                    printed => printed.collect::<Vec<_>>(),
                    more => told.len().saturating_sub(SHOWN),
                    anchor => self.anchors.get(&(index + 1)),
                    note => self.notes.get(mark.label.as_str()).and_then(|index| notes.get(index)),
                }
            })
            .collect()
    }
}

fn by_chapter(document: &Document) -> Vec<Vec<&PrintedClaim>> {
    let mut claims = vec![Vec::new(); document.chapters.len()];
    for claim in &document.claims {
        let chapter = document.chapters.partition_point(|chapter| chapter.line <= claim.line).saturating_sub(1);
        if let Some(own) = claims.get_mut(chapter) {
            own.push(claim);
        }
    }
    claims
}

/// For each mark, the mark whose note it opens: of marks that say the same in a chapter, the first; a mark in a note opens
/// its own.
fn opened(document: &Document, claims: &[Vec<&PrintedClaim>], anchors: &BTreeMap<usize, String>) -> Vec<usize> {
    let chapters: BTreeMap<usize, usize> =
        document.chapters.iter().enumerate().flat_map(|(place, chapter)| chapter.marks.iter().map(move |mark| (*mark, place))).collect();
    let mut first = BTreeMap::new();
    let mut opened = Vec::new();
    for (index, (mark, claims)) in document.article.marks.iter().zip(claims).enumerate() {
        let number = index + 1;
        let said: Vec<_> = claims.iter().map(|claim| (&claim.printed, &claim.as_of, &claim.confidence)).collect();
        opened.push(match chapters.get(&number) {
            Some(chapter) => *first.entry((chapter, &mark.label, said, anchors.get(&number))).or_insert(number),
            None => number,
        });
    }
    opened
}

/// The sources that claims name with each note: if a claim has as many notes as sources, they belong together in their
/// order.
fn sources_of_notes(document: &Document) -> BTreeMap<usize, Vec<&str>> {
    let mut sources: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for claim in &document.claims {
        for (note, source) in claim.notes.iter().zip(&claim.sources) {
            let (id, _) = parts(source);
            let known = sources.entry(*note).or_default();
            if !known.contains(&id) {
                known.push(id);
            }
        }
    }
    sources
}

/// The id of a claim on a page: `c-missions-kfor-troops`.
pub(super) fn anchor(claim: &PrintedClaim) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    match claim.is_derived {
        true => format!("c-{}", path::short(claim.claim.as_bytes())),
        false => format!("c-{}", claim.claim.chars().map(|c| if plain(c) { c } else { '-' }).collect::<String>()),
    }
}

/// Separates the lines of a note that several claims share.
const LINE_BREAK: &str = "<br />\n";

/// The notes on a page by their places, each with the sources that its claims name.
pub(super) fn notes(
    known: &BTreeMap<&str, KnownSource<'_>>,
    document: &Document,
    marked: &Marked<'_>,
    shown: &Shown,
) -> BTreeMap<usize, Value> {
    let note = |note: &ArticleNote| {
        let numbers = note_numbers(&note.label).unwrap_or_default();
        let mut ids: Vec<&str> = Vec::new();
        for id in numbers.iter().filter_map(|number| marked.sources.get(number)).flatten() {
            if !ids.contains(id) {
                ids.push(id);
            }
        }
        let link = |id: &&str| {
            let source = known.get(id)?;
            Some(context! { name => source.name, path => path::record(SOURCES, id) })
        };
        // A line without links that names one source is itself the link to it.
        let sources_of = |number: &usize| marked.sources.get(number).filter(|ids| ids.len() == 1).and_then(|ids| link(ids.first()?));
        let text = note.html.strip_prefix("<p>").and_then(|html| html.strip_suffix("</p>"));
        let lines: Vec<&str> =
            text.filter(|text| !text.contains("<a ") && !text.contains("<p>")).unwrap_or_default().split(LINE_BREAK).collect();
        let linked: Vec<Value> = match lines.len() == numbers.len() {
            true => numbers.iter().filter_map(sources_of).collect(),
            false => Vec::new(),
        };
        let lines: Vec<Value> = match linked.len() == lines.len() {
            true => lines
                .iter()
                .zip(linked)
                .map(|(line, source)| context! { html => Value::from_safe_string((*line).to_owned()), source => source })
                .collect(),
            false => Vec::new(),
        };
        let shown = if numbers.is_empty() { note.label.clone() } else { note.label.replace(['-', '+'], ", ") };
        context! {
            label => &note.label, shown => shown, lines => lines, html => Value::from_safe_string(note.html.clone()),
            sources => ids.iter().filter_map(link).collect::<Vec<_>>(),
        }
    };
    shown.notes.iter().filter_map(|place| Some((*place, note(document.article.notes.get(*place)?)))).collect()
}
