//! A record in Markdown: its front matter by fields, the text below it by lines.

use anyhow::Result;

use super::outline::Outline;
use super::{Kind, MergeLines, Merged, MergedLines, Options, Sides, by_lines, merge_yaml};
use crate::yaml::front_matter::{self, Split};

/// A file with front matter.
struct Parts<'a> {
    /// The line that opens the front matter.
    fence: &'a str,
    front: &'a str,
    /// All from the line that closes it.
    rest: &'a str,
}

fn split(text: &str) -> Option<Parts<'_>> {
    match front_matter::split(text) {
        Split::FrontMatter { opening, yaml, closing, rest } => {
            Some(Parts { fence: opening, front: yaml, rest: &text[text.len() - closing.len() - rest.len()..] })
        }
        Split::None | Split::Unclosed => None,
    }
}

pub(super) fn merge(sides: Sides<'_>, options: Options<'_>, lines: MergeLines<'_>) -> Result<Merged> {
    let (Some(base), Some(ours), Some(theirs)) = (split(sides.base), split(sides.ours), split(sides.theirs)) else {
        return by_lines(sides, lines);
    };
    let options = Options { kind: Kind::Record, ..options };
    let fronts = Sides { base: base.front, ours: ours.front, theirs: theirs.front };
    let mut merged = merge_yaml(fronts, options, lines)?;
    let MergedLines { text, has_conflicts } = lines(base.rest, ours.rest, theirs.rest)?;
    // A branch that marks a record must have seen its text.
    let marking = |front: &str| Outline::read(front).and_then(|outline| outline.value().at("marking").cloned());
    let remarks = |one: &Parts<'_>, other: &Parts<'_>| {
        marking(one.front) != marking(base.front) && marking(one.front) != marking(other.front) && other.rest != base.rest
    };
    if merged.conflicts.is_empty() && !has_conflicts && (remarks(&ours, &theirs) || remarks(&theirs, &ours)) {
        let pieces = super::Pieces::conflict(sides.ours, sides.theirs);
        let conflicts = vec!["one branch changed the record's `marking`, the other its text".to_owned()];
        return Ok(Merged { text: pieces.render(options.markers), conflicts });
    }
    if has_conflicts {
        merged.conflicts.push("`body`: both branches changed the same lines".to_owned());
    }
    let front = if merged.text.is_empty() || merged.text.ends_with('\n') { "" } else { "\n" };
    merged.text = format!("{}{}{front}{text}", ours.fence, merged.text);
    Ok(merged)
}
