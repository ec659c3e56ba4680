//! A record in Markdown: its front matter by fields, the text below it by lines.

use anyhow::Result;

use super::outline::Outline;
use super::{Kind, MergeLines, Merged, MergedLines, Options, Sides, by_lines, merge_yaml};

/// A file taken apart: the line that opens the front matter, the front matter, and all from the line that closes it.
struct Parts<'a> {
    fence: &'a str,
    front: &'a str,
    rest: &'a str,
}

fn split(text: &str) -> Option<Parts<'_>> {
    let is_fence = |line: &str| line.trim_end() == "---";
    let mut lines = text.split_inclusive('\n');
    let fence = lines.next().filter(|line| is_fence(line))?;
    let length: usize = lines.take_while(|line| !is_fence(line)).map(str::len).sum();
    let (front, rest) = text[fence.len()..].split_at(length);
    (!rest.is_empty()).then_some(Parts { fence, front, rest })
}

pub(super) fn merge(sides: Sides<'_>, options: Options<'_>, lines: MergeLines<'_>) -> Result<Merged> {
    let (Some(base), Some(ours), Some(theirs)) = (split(sides.base), split(sides.ours), split(sides.theirs)) else {
        return by_lines(sides, lines);
    };
    let options = Options { kind: Kind::Record, ..options };
    let fronts = Sides { base: base.front, ours: ours.front, theirs: theirs.front };
    let mut merged = merge_yaml(fronts, options, lines)?;
    let MergedLines { text, has_conflicts } = lines(base.rest, ours.rest, theirs.rest)?;
    // Who may see a text is for its author to say.
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
