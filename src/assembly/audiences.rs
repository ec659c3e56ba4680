//! What each audience of a book gets: the audience stage, with what it asks about Markdown.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};

use super::marked_blocks::{block, parse_markdown};
use super::rendering::Prepared;
use crate::audience::{self, Markdown, MarkedBlock, Mention, Repetition, View};
use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::document::{Block, BlockKind, Inline, plain_text, walk};
use crate::layout::{LEDGER, SETTINGS, image_name, is_version_name};
use crate::model::{Audience, Book, Marking, MarkingScheme};
use crate::tree::Tree;
use crate::{check, load, markdown, render, tree};

/// What an audience gets of a book.
pub fn view(book: &Book, audience: &Audience) -> View {
    let scheme = &book.settings.markings;
    let mut view = audience::view(book, audience, &Markdown { marked_blocks: &marked_blocks, mentions: &mentions });
    if let Some(book) = Arc::get_mut(&mut view.book) {
        // In which order the files of records were found is told by files that may have been taken out. Whether a collection
        // of which nothing is left never had a record, who may not see everything can't know.
        let sees_everything = scheme.allows_all(&audience.clearance);
        book.collections.sort_keys();
        for collection in book.collections.values_mut() {
            collection.is_withheld |= collection.records.is_empty() && (collection.schema.is_none() || !sees_everything);
        }
    }
    view
}

fn marked_blocks(text: &str) -> Vec<MarkedBlock> {
    markdown::marked_blocks(text).into_iter().map(block).collect()
}

fn mentions(text: &str) -> Vec<Mention> {
    let mentions = render::mentions(text, &parse_markdown).into_iter();
    mentions
        .map(|mention| match mention {
            render::Named::Source(id) => Mention::Source(id),
            render::Named::Value { collection, id, path } => Mention::Value { collection, id, path },
        })
        .collect()
}

/// What is wrong with what audiences get, each fault once: what is wrong for some of them alone says for whom.
pub(crate) fn together(faults: Vec<(&Audience, Vec<Diagnostic>)>) -> Vec<Diagnostic> {
    let count = faults.len();
    let mut found: Vec<(Diagnostic, Vec<&Audience>)> = Vec::new();
    let mut by_message: HashMap<String, Vec<usize>> = HashMap::new();
    for (audience, faults) in faults {
        for fault in faults {
            let same = by_message.entry(fault.message.clone()).or_default();
            match same.iter().copied().find(|index| found.get(*index).is_some_and(|(known, _)| *known == fault)) {
                Some(index) => found[index].1.push(audience),
                None => {
                    same.push(found.len());
                    found.push((fault, vec![audience]));
                }
            }
        }
    }
    found.iter_mut().for_each(|(_, whose)| whose.dedup_by_key(|audience| &audience.name));
    let named = |(fault, whose): (Diagnostic, Vec<&Audience>)| {
        let is_said = whose.iter().any(|audience| fault.message.contains(&format!("`{}`", audience.name)));
        if whose.len() == count || is_said {
            return fault;
        }
        let place = |audience: &Audience| Place::key(SETTINGS, ["audiences", &audience.name]);
        whose
            .into_iter()
            .fold(fault, |fault, audience| fault.via(format!("so it is for the audience `{}`", audience.name), place(audience)))
    };
    found.into_iter().map(named).collect()
}

/// Warns where an audience's documents repeat what it may not see, each such thing once in a document.
pub(crate) fn repeated(book: &Book, view: &View, audience: &Audience, documents: &[Prepared]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if view.absences.is_empty() {
        return found;
    }
    let withheld = audience::Repeated::of(book, view);
    for prepared in documents {
        let mut known: BTreeSet<String> = BTreeSet::new();
        each_text(&prepared.document.blocks, &mut |line, text| {
            for Repetition { what, from } in withheld.found_in(text) {
                let message = format!(
                    "document `{}` repeats {what} of `{from}`, which the audience `{}` may not see",
                    prepared.planned.id, audience.name
                );
                if known.insert(from) {
                    let fault = Diagnostic::warning(Code::WithheldRepeated, Place::Book, message)
                        .help("mark the text that repeats it as well, or say it otherwise; a record's `allow: withheld-repeated` says that it is meant");
                    let mut fault = prepared.origins.blame(line, fault);
                    view.locate(&mut fault);
                    found.push(fault);
                }
            }
        });
    }
    found.retain(|fault| !check::silenced(book, fault));
    found
}

/// Calls `visit` with the line and the text of each block, and with what its images are called and say instead of being seen.
fn each_text(blocks: &[Block], visit: &mut dyn FnMut(usize, &str)) {
    // What was made rather than written is at the line before it.
    let mut last = 1;
    let mut inlines = |line: usize, content: &[Inline]| {
        if line > 0 {
            last = line;
        }
        let line = last;
        visit(line, &plain_text(content));
        walk::within(content, &mut |inline| {
            if let Inline::Image { path, alternative, .. } = inline {
                visit(line, alternative);
                visit(line, &image_name(path));
            }
        });
    };
    walk::blocks(blocks, &mut |block| match &block.kind {
        BlockKind::Paragraph(content) | BlockKind::Heading { content, .. } => inlines(block.line, content),
        BlockKind::Table(table) => {
            table.caption.iter().chain(&table.header).for_each(|cell| inlines(block.line, cell));
            table.rows.iter().for_each(|row| row.cells.iter().for_each(|cell| inlines(row.line, cell)));
        }
        BlockKind::Descriptions(items) => items.iter().for_each(|(term, _)| inlines(block.line, term)),
        BlockKind::Code { literal, .. } => inlines(block.line, &[Inline::Text(literal.clone())]),
        _ => {}
    });
}

/// The names of a book's audiences, from its settings alone; none where they can't be read.
pub fn audience_names(root: &Path) -> Result<Vec<String>> {
    let book = book_of_settings(root)?;
    Ok(book.map(|book| book.settings.audiences.iter().map(|audience| audience.name.clone()).collect()).unwrap_or_default())
}

/// The audience of a book that may see least, where it has audiences; of those that may see the same, the first.
pub fn narrowest_audience(root: &Path) -> Result<Option<String>> {
    let Some(book) = book_of_settings(root)? else { return Ok(None) };
    Ok(chosen(&book, &[])?.first().map(|audience| audience.name.clone()))
}

/// The book as its settings alone describe it, where they can be used.
fn book_of_settings(root: &Path) -> Result<Option<Book>> {
    let (whole, _) = tree::folder::read(root)?;
    let settings = whole.files.get_key_value(SETTINGS).map(|(path, bytes)| (path.clone(), bytes.clone()));
    Ok(load::load(&Tree { files: settings.into_iter().collect() }).book)
}

/// The audience of a name.
pub(crate) fn named<'a>(book: &'a Book, name: &str) -> Result<&'a Audience> {
    let audiences = &book.settings.audiences;
    if audiences.is_empty() {
        bail!("the book has no audiences, so none is called `{name}`: `audiences:` in content/book.yaml declares them");
    }
    audiences.iter().find(|audience| audience.name == name).ok_or_else(|| {
        let names = || audiences.iter().map(|audience| audience.name.as_str());
        let hint = did_you_mean(name, names());
        let hint = hint.unwrap_or_else(|| format!("there are {}", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")));
        anyhow::anyhow!("the book has no audience `{name}` ({hint})")
    })
}

/// The audiences that are asked for, or all of the book's: each behind those that may see no more than it does.
pub(crate) fn chosen<'a>(book: &'a Book, names: &[String]) -> Result<Vec<&'a Audience>> {
    let all = &book.settings.audiences;
    let asked = names.iter().map(|name| named(book, name)).collect::<Result<Vec<&Audience>>>()?;
    let mut chosen: Vec<&Audience> =
        all.iter().filter(|audience| asked.is_empty() || asked.iter().any(|name| name.name == audience.name)).collect();
    let below = |one: &Audience| all.iter().filter(|other| sees_all_of(one, other, &book.settings.markings)).count();
    chosen.sort_by_key(|audience| below(audience));
    Ok(chosen)
}

/// Whether an audience may see all that another may.
pub(crate) fn sees_all_of(one: &Audience, other: &Audience, scheme: &MarkingScheme) -> bool {
    other.clearance.labels().all(|label| one.may_see(&Marking::of(label), scheme))
}

/// Whether an audience may see more than another and gets all the documents that the other gets, so that it may know of the
/// other's versions. Of two that may see the same neither may.
pub(crate) fn is_above(one: &Audience, other: &Audience, scheme: &MarkingScheme) -> bool {
    let gets_all = match (&one.documents, &other.documents) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(own), Some(others)) => others.iter().all(|id| own.contains(id)),
    };
    gets_all && sees_all_of(one, other, scheme) && !sees_all_of(other, one, scheme)
}

/// The audience in a version's name, `public/v3`, and the name without it.
pub fn split_audience<'a>(text: &'a str, output: &Path) -> (Option<&'a str>, &'a str) {
    match text.rsplit_once('/') {
        // A branch may be called so as well.
        Some((name, version)) if !name.contains('/') && is_version_name(version) && output.join(name).join(LEDGER).is_file() => {
            (Some(name), version)
        }
        _ => (None, text),
    }
}

/// The folder of the versions of a book's reader.
pub(crate) fn folder(output: &Path, book: &Book) -> PathBuf {
    book.settings.reader.as_ref().map_or_else(|| output.to_owned(), |reader| output.join(&reader.name))
}

/// A version's name before all readers: `v3`, and of an audience `public/v3`.
pub(crate) fn qualified(book: &Book, version: &str) -> String {
    book.settings.reader.as_ref().map_or_else(|| version.to_owned(), |reader| format!("{}/{version}", reader.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audiences_stand_behind_those_that_see_no_more() {
        let settings = "title: A book\nas_of: 2025-11-05\nlanguage: en\nmarking: TLP:CLEAR\ndefault_marking: TLP:CLEAR\ndocuments: []\naudiences:\n  \
                        desk: { clearance: TLP:RED }\n  partners: { clearance: TLP:AMBER }\n  public: { clearance: TLP:CLEAR }\n";
        let files = [(SETTINGS.to_owned(), settings.as_bytes().into())];
        let book = load::load(&Tree { files: files.into_iter().collect() }).book.expect("the settings can be read");
        let names = |asked: &[&str]| -> Vec<String> {
            let asked: Vec<String> = asked.iter().map(|name| (*name).to_owned()).collect();
            chosen(&book, &asked).expect("the book has them").into_iter().map(|audience| audience.name.clone()).collect()
        };
        assert_eq!(names(&[]), ["public", "partners", "desk"]);
        assert_eq!(names(&["desk", "public"]), ["public", "desk"]);
        let error = chosen(&book, &["pubic".to_owned()]).expect_err("there is none of that name").to_string();
        assert_eq!(error, "the book has no audience `pubic` (did you mean `public`?)");
    }
}
