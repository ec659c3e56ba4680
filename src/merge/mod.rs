//! Merges three states of a file: the records that two branches changed, record by record and field by field.
//!
//! Comes in: the text of a file as it was (base) and as two branches have it (ours and theirs). Goes out: one text with the
//! changes of both, or with conflict markers where they don't go together. Lines stay as their authors wrote them: what is
//! merged are entries of lists and mappings, each with its lines and comments. What was put together is read again, and
//! must hold the very values that were chosen; if it doesn't, or if a file isn't made of entries on lines of their own,
//! Git's merge by lines decides, whose result must hold the same values too. Nothing is read or written here: Git's merge is
//! handed in.
//!
//! A figure never gets a source that nobody gave it: a claim with its source is one value, and a record whose source, date,
//! marking or confidence one branch changed doesn't take other changes of its claims from the other.

mod claims;
mod document;
mod order;
mod outline;
mod pieces;
mod three_way;

use anyhow::Result;

use outline::{Outline, Value};
use pieces::Pieces;

/// Merges texts as Git does, by lines: base, ours and theirs.
pub type MergeLines<'a> = &'a dyn Fn(&str, &str, &str) -> Result<MergedLines>;

/// What Git makes of three texts: one, perhaps with conflict markers.
#[derive(Debug)]
pub struct MergedLines {
    pub text: String,
    pub has_conflicts: bool,
}

/// A file in three states.
#[derive(Debug, Clone, Copy)]
pub struct Sides<'a> {
    pub base: &'a str,
    pub ours: &'a str,
    pub theirs: &'a str,
}

/// What is known of the file, and how conflicts are marked.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    pub kind: Kind,
    /// The field that holds a record's id in a file that is a list of records, perhaps dotted: `id.code`.
    pub key: Option<&'a str>,
    pub markers: Markers<'a>,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Records in YAML, a list or mapping of them.
    Records,
    /// One record in YAML.
    Record,
    /// The book's settings or a schema, in which no claim takes its attribution from the mapping around it.
    Settings,
    /// A record in Markdown, with front matter.
    Markdown,
}

/// How conflicts are marked.
#[derive(Debug, Clone, Copy)]
pub struct Markers<'a> {
    pub length: usize,
    pub ours: &'a str,
    pub theirs: &'a str,
}

/// The file that came out.
#[derive(Debug, PartialEq, Eq)]
pub struct Merged {
    pub text: String,
    /// What the two branches did that doesn't go together, where it is known; empty for a merge without conflicts.
    pub conflicts: Vec<String>,
}

/// Merges a file.
pub fn merge(sides: Sides<'_>, options: Options<'_>, lines: MergeLines<'_>) -> Result<Merged> {
    match options.kind {
        Kind::Markdown => document::merge(sides, options, lines),
        Kind::Records | Kind::Record | Kind::Settings => merge_yaml(sides, options, lines),
    }
}

/// Merges YAML, by records where it can be.
fn merge_yaml(sides: Sides<'_>, options: Options<'_>, lines: MergeLines<'_>) -> Result<Merged> {
    let read = [sides.base, sides.ours, sides.theirs].map(Outline::read);
    let [Some(base), Some(ours), Some(theirs)] = &read else { return by_lines(sides, lines) };
    let merge = three_way::Merge { options, lines };
    let made = merge.files(base, ours, theirs)?;
    if let Some(pieces) = &made.pieces
        && reads_as(&pieces.ours(), made.ours.as_ref())
        && reads_as(&pieces.theirs(), made.theirs.as_ref())
    {
        let mut conflicts = made.conflicts;
        if conflicts.is_empty() && pieces.has_conflicts() {
            conflicts.push("both branches changed the same lines".to_owned());
        }
        return Ok(Merged { text: pieces.render(options.markers), conflicts });
    }
    // The values can be merged, or can't, and either way the text can't be put together from entries.
    let mut merged = by_lines(sides, lines)?;
    if !merged.conflicts.is_empty() {
        merged.conflicts = if made.conflicts.is_empty() { merged.conflicts } else { made.conflicts };
        return Ok(merged);
    }
    if made.conflicts.is_empty() && reads_as(&merged.text, made.ours.as_ref()) {
        return Ok(merged);
    }
    let conflicts = if made.conflicts.is_empty() { merge_of_lines_is_wrong() } else { made.conflicts };
    Ok(Merged { text: Pieces::conflict(sides.ours, sides.theirs).render(options.markers), conflicts })
}

fn merge_of_lines_is_wrong() -> Vec<String> {
    vec!["a merge by lines would hold values that neither branch wrote".to_owned()]
}

/// Whether a text holds the very values that are wanted.
fn reads_as(text: &str, wanted: Option<&Value>) -> bool {
    let (Some(outline), Some(wanted)) = (Outline::read(text), wanted) else { return false };
    outline.value() == wanted || (outline.value().is_empty() && wanted.is_empty())
}

/// Git's own merge.
fn by_lines(sides: Sides<'_>, lines: MergeLines<'_>) -> Result<Merged> {
    let MergedLines { text, has_conflicts } = lines(sides.base, sides.ours, sides.theirs)?;
    let conflicts = if has_conflicts { vec!["both branches changed the same lines".to_owned()] } else { Vec::new() };
    Ok(Merged { text, conflicts })
}
