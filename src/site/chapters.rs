//! Splits long documents into chapters, so that no page takes long to load, and knows on which page each place is.
//!
//! A text is split at its headings of level 2, a chapter that is still too long at those of level 3, and so on; chapters
//! that are short stay together. Chapters after the first are named after their first heading, so that a page keeps its
//! address while the heading stays.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::anchors::with_anchors;
use super::data::{Chapter, DocumentTitle, Version};
use super::{Document, path};
use crate::layout::to_path;
use crate::text::escape_html;

/// The longest page, in bytes of HTML with its notes; a longer text is split.
const LONGEST: usize = 110_000;
/// Short chapters stay together up to this length.
const TOGETHER: usize = 50_000;
/// What a mark adds to a page, in bytes, besides its note, which the page has twice.
const MARK: usize = 400;
/// Elements inside which a heading begins no chapter.
const CONTAINERS: [&str; 6] = ["blockquote", "ul", "ol", "div", "details", "table"];

/// A heading with what stands below it, up to the next.
struct Piece<'a> {
    /// 0 before the first heading.
    level: u8,
    id: &'a str,
    html: &'a str,
    length: usize,
}

/// A document's text in chapters; a single one unless it is too long.
fn chapters(document: &Document, html: String) -> Vec<Chapter> {
    let pieces = pieces(document, &html);
    let whole: Vec<&Piece<'_>> = pieces.iter().collect();
    let parts = part(&whole, 2);
    if parts.len() == 1 {
        return vec![Chapter { ids: ids(&html), marks: marks(&html).collect(), html, ..Chapter::default() }];
    }
    parts
        .into_iter()
        .enumerate()
        .map(|(index, pieces)| {
            let first = pieces.iter().find(|piece| !piece.id.is_empty());
            let heading = first.and_then(|piece| document.article.headings.iter().find(|heading| heading.id == piece.id));
            let html: String = pieces.iter().map(|piece| piece.html).collect();
            Chapter {
                id: if index == 0 { String::new() } else { first.map(|piece| piece.id.to_owned()).unwrap_or_default() },
                title: heading.map(|heading| heading.text.clone()).unwrap_or_default(),
                line: if index == 0 { 0 } else { heading.map_or(0, |heading| heading.line) },
                ids: ids(&html),
                marks: marks(&html).collect(),
                html,
            }
        })
        .collect()
}

/// The numbers of the marks in a piece of HTML.
pub(super) fn marks(html: &str) -> impl Iterator<Item = usize> {
    html.split("popovertarget=\"mark-").skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok())
}

/// The ids in a piece of HTML.
fn ids(html: &str) -> BTreeSet<String> {
    html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

fn length(pieces: &[&Piece<'_>]) -> usize {
    pieces.iter().map(|piece| piece.length).sum()
}

/// Splits pieces at headings of a level and of those above it, and what is still too long at deeper ones.
fn part<'a>(pieces: &[&'a Piece<'a>], level: u8) -> Vec<Vec<&'a Piece<'a>>> {
    if level > 6 || length(pieces) <= LONGEST {
        return vec![pieces.to_vec()];
    }
    let mut groups: Vec<Vec<&Piece<'_>>> = Vec::new();
    for piece in pieces {
        match groups.last_mut() {
            // A line or less before the first heading belongs to the first chapter.
            Some(group) if piece.level > level || length(group) < MARK => group.push(piece),
            _ => groups.push(vec![piece]),
        }
    }
    let mut chapters: Vec<Vec<&Piece<'_>>> = Vec::new();
    for group in groups {
        match chapters.last_mut() {
            Some(last) if length(last) + length(&group) <= TOGETHER => last.extend(group),
            _ => chapters.extend(part(&group, level + 1)),
        }
    }
    chapters
}

/// The text before the first heading, and each heading with the text below it; headings inside lists and the like begin
/// nothing.
fn pieces<'a>(document: &Document, html: &'a str) -> Vec<Piece<'a>> {
    let notes: BTreeMap<&str, usize> = document.article.notes.iter().map(|note| (note.label.as_str(), note.html.len())).collect();
    let marked = |number: usize| number.checked_sub(1).and_then(|index| document.article.marks.get(index));
    let mut starts = vec![(0, 0, "")];
    let mut depth = 0_usize;
    for (at, _) in html.match_indices('<') {
        let tag = &html[at + 1..];
        let name = |tag: &str| tag.find(|c: char| !c.is_ascii_alphanumeric()).map_or(tag.len(), |end| end);
        match tag.strip_prefix('/') {
            Some(end) if CONTAINERS.contains(&&end[..name(end)]) => depth = depth.saturating_sub(1),
            Some(_) => {}
            None if CONTAINERS.contains(&&tag[..name(tag)]) => depth += 1,
            None if depth == 0 => starts.extend(heading(tag).map(|(level, id)| (at, level, id))),
            None => {}
        }
    }
    let ends = starts.iter().skip(1).map(|(at, ..)| *at).chain([html.len()]);
    let all = starts.iter().zip(ends).map(|((start, level, id), end)| {
        let html = &html[*start..end];
        let noted = |number| MARK + marked(number).and_then(|mark| notes.get(mark.label.as_str())).map_or(0, |length| 2 * length);
        Piece { level: *level, id, html, length: html.len() + marks(html).map(noted).sum::<usize>() }
    });
    all.collect()
}

/// The level and id of the heading that an opening tag belongs to.
fn heading(tag: &str) -> Option<(u8, &str)> {
    let rest = tag.strip_prefix('h')?;
    let level = rest.bytes().next().filter(|level| (b'1'..=b'6').contains(level))? - b'0';
    Some((level, rest[1..].strip_prefix(" id=\"")?.split('"').next()?))
}

impl Document {
    /// The chapter that holds a place of the document.
    pub(super) fn chapter_of(&self, id: &str) -> Option<&Chapter> {
        self.chapters.iter().find(|chapter| chapter.ids.contains(id))
    }

    /// The chapters that its places are in, by the places' ids.
    pub(super) fn chapters_by_id(&self) -> HashMap<&str, &Chapter> {
        self.chapters.iter().flat_map(|chapter| chapter.ids.iter().map(move |id| (id.as_str(), chapter))).collect()
    }

    /// Whether its text is on more than one page.
    pub(super) fn is_parted(&self) -> bool {
        self.chapters.len() > 1
    }

    /// The address of a place of the document, relative to its version's folder: `book.chapter-costs.html#troops`.
    pub(super) fn place(&self, id: &str) -> String {
        let chapter = self.chapter_of(id).map_or("", |chapter| chapter.id.as_str());
        let page = path::chapter_below_version(&self.id, chapter);
        if id.is_empty() { page } else { format!("{page}#{id}") }
    }
}

impl Version {
    /// Enters its documents' titles, and splits their texts into pages.
    #[must_use]
    pub(super) fn prepared(mut self) -> Version {
        if self.documents.is_empty() {
            return self;
        }
        let title = |document: &Document| DocumentTitle { id: document.id.clone(), title: document.list_title.clone() };
        self.titles = self.documents.iter().map(title).collect();
        let language = &self.language;
        self.documents.par_iter_mut().for_each(|document| {
            let html = with_anchors(&std::mem::take(&mut document.article.html), language);
            document.chapters = chapters(document, html);
        });
        lead_links_to_chapters(&mut self);
        self
    }
}

/// Points links to places of documents in chapters at the pages that have these places.
fn lead_links_to_chapters(version: &mut Version) {
    let parted: Vec<usize> = (0..version.documents.len()).filter(|place| version.documents[*place].is_parted()).collect();
    if parted.is_empty() {
        return;
    }
    let folder = path::version(version.number);
    let led: Vec<(Vec<String>, Vec<String>)> = version
        .documents
        .iter()
        .map(|document| {
            let root = path::root(&path::document(version.number, &document.id));
            let others: Vec<(String, &Document)> = parted
                .iter()
                .map(|place| &version.documents[*place])
                .map(|other| (format!("href=\"{root}{}#", path::document(version.number, &other.id)), other))
                .collect();
            let to = |other: &Document, id: &str| format!("href=\"{root}{folder}/{}\"", escape_html(&other.place(id)));
            let lead = |html: &str, own: Option<&Chapter>| {
                let mut html = html.to_owned();
                for (start, other) in &others {
                    html = replaced(&html, start, |id| Some(to(other, id)));
                }
                if document.is_parted() {
                    // A link to a place of its own page stays as it is.
                    html = replaced(&html, "href=\"#", |id| (!own.is_some_and(|own| own.ids.contains(id))).then(|| to(document, id)));
                }
                html
            };
            let chapters = document.chapters.iter().map(|chapter| lead(&chapter.html, Some(chapter))).collect();
            (chapters, document.article.notes.iter().map(|note| lead(&note.html, None)).collect())
        })
        .collect();
    for (document, (chapters, notes)) in version.documents.iter_mut().zip(led) {
        document.chapters.iter_mut().zip(chapters).for_each(|(chapter, html)| chapter.html = html);
        document.article.notes.iter_mut().zip(notes).for_each(|(note, html)| note.html = html);
    }
}

/// Replaces each address that begins with `start` by what `to` makes of its fragment.
fn replaced(html: &str, start: &str, address: impl Fn(&str) -> Option<String>) -> String {
    let mut parts = html.split(start);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (id, rest) = part.split_once('"').unwrap_or((part, ""));
        match address(&to_path(id)) {
            Some(address) => out.push_str(&address),
            None => out.push_str(&format!("{start}{id}\"")),
        }
        out.push_str(rest);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Article, ArticleHeading};

    fn document(headings: &[(u8, &str)]) -> Document {
        let heading = |(level, id): &(u8, &str)| ArticleHeading { level: *level, id: (*id).to_owned(), text: (*id).to_owned(), line: 1 };
        Document { article: Article { headings: headings.iter().map(heading).collect(), ..Article::default() }, ..Document::default() }
    }

    fn section(level: u8, id: &str, length: usize) -> String {
        format!("<h{level} id=\"{id}\">{id}</h{level}>\n<p>{}</p>\n", "x".repeat(length))
    }

    fn parted(headings: &[(u8, &str)], html: &str) -> Vec<(String, usize)> {
        let chapters = chapters(&document(headings), html.to_owned());
        assert_eq!(chapters.iter().map(|chapter| chapter.html.as_str()).collect::<String>(), html, "nothing is lost");
        chapters.into_iter().map(|chapter| (chapter.id, chapter.html.len() / 10_000)).collect()
    }

    #[test]
    fn a_long_text_is_parted_at_its_headings() {
        let headings = [(2, "a"), (2, "b"), (3, "c"), (3, "d"), (2, "e"), (2, "f")];
        let lengths = [60_000, 30_000, 70_000, 80_000, 20_000, 20_000];
        let html: String = headings.iter().zip(lengths).map(|((level, id), length)| section(*level, id, length)).collect();
        let expected = [("", 6), ("b", 3), ("c", 7), ("d", 8), ("e", 4)];
        assert_eq!(parted(&headings, &html), expected.map(|(id, length)| (id.to_owned(), length)));
        assert_eq!(parted(&headings[..1], &section(2, "a", 60_000)).len(), 1);
    }

    #[test]
    fn only_headings_of_the_text_itself_part_it() {
        let quoted = format!("<blockquote>\n{}</blockquote>\n", section(2, "b", 90_000));
        let html = format!("{}{quoted}{}", section(2, "a", 90_000), section(2, "c", 10));
        let expected = [("", 18), ("c", 0)];
        assert_eq!(parted(&[(2, "a"), (2, "b"), (2, "c")], &html), expected.map(|(id, length)| (id.to_owned(), length)));
        // A text without headings stays on one page.
        assert_eq!(parted(&[], &format!("<p>{}</p>", "x".repeat(200_000))).len(), 1);
    }

    #[test]
    fn links_lead_to_the_chapter_that_holds_the_place() {
        let html = format!("{}<p><a href=\"#b\">b</a> <a href=\"#a\">a</a></p>\n{}", section(2, "a", 90_000), section(2, "b", 90_000));
        let mut long = document(&[(2, "a"), (2, "b")]);
        long.id = "book".to_owned();
        long.chapters = chapters(&long, html);
        let mut other = document(&[]);
        other.id = "sheets/one".to_owned();
        other.chapters =
            chapters(&other, "<p><a href=\"../../v7/book.html#b\">b</a> <a href=\"../../v7/book.html\">all</a></p>".to_owned());
        let mut version = Version { number: 7, documents: vec![long, other], ..Version::default() };
        lead_links_to_chapters(&mut version);
        let text = |document: usize| version.documents[document].chapters[0].html.as_str();
        assert!(text(0).ends_with("<p><a href=\"../v7/book.chapter-b.html#b\">b</a> <a href=\"#a\">a</a></p>\n"));
        assert_eq!(text(1), "<p><a href=\"../../v7/book.chapter-b.html#b\">b</a> <a href=\"../../v7/book.html\">all</a></p>");
    }
}
