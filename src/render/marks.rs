//! The placement of marks, so that none misleads.
//!
//! A reader takes a claim to be backed by the next marks in the same paragraph, heading or cell, or by the line under its
//! table. So marks are left out only where the very next ones are the same and no other claim stands between, and
//! never for the sake of another cell.

use std::collections::BTreeSet;

use crate::document::{Inline, PrintedClaim, Table, plain_text, walk};

/// Citations, by their index.
type Sources = BTreeSet<usize>;

/// Arranges the marks of one paragraph, heading or cell. `claims` includes those that it prints.
pub(crate) fn settle(inlines: &mut Vec<Inline>, claims: &[PrintedClaim]) {
    hoist(inlines);
    close_up(inlines);
    let mut repeated = repeated(&events(inlines, claims)).into_iter();
    drop_marks(inlines, &mut repeated);
    after_punctuation(inlines);
}

/// Moves marks at the end of emphasis, links and claims behind these, so that marks that stand together are neighbors.
fn hoist(inlines: &mut Vec<Inline>) {
    let mut at = 0;
    while at < inlines.len() {
        let mut marks = Vec::new();
        if let Some(content) = inlines[at].content_mut() {
            hoist(content);
            let kept = content.iter().rposition(|inline| !matches!(inline, Inline::Cite(_))).map_or(0, |last| last + 1);
            marks = content.split_off(kept);
        }
        let count = marks.len();
        inlines.splice(at + 1..at + 1, marks);
        at += 1 + count;
    }
}

/// Removes white space before marks.
fn close_up(inlines: &mut Vec<Inline>) {
    let mut at = 0;
    while at < inlines.len() {
        if let Some(content) = inlines[at].content_mut() {
            close_up(content);
        }
        if at > 0 && matches!(inlines[at], Inline::Cite(_)) {
            let before = at - 1;
            let empty = match &mut inlines[before] {
                Inline::Text(text) => {
                    text.truncate(text.trim_end_matches([' ', '\t', '\n']).len());
                    text.is_empty()
                }
                Inline::SoftBreak => true,
                _ => false,
            };
            if empty {
                inlines.remove(before);
                // The inline before it may be white space as well.
                at = before;
                continue;
            }
        }
        at += 1;
    }
}

/// Events that matter for finding a claim's source.
enum Event {
    Mark(usize),
    /// A claim ends here; whether the template left its mark out.
    Claim {
        uncited: bool,
    },
    /// Something else; whether its start could continue a number: `0`, `.5`.
    Text {
        goes_on: bool,
    },
}

fn events(inlines: &[Inline], claims: &[PrintedClaim]) -> Vec<Event> {
    let mut events = Vec::new();
    collect(inlines, claims, &mut events);
    events
}

fn collect(inlines: &[Inline], claims: &[PrintedClaim], events: &mut Vec<Event>) {
    for inline in inlines {
        match inline {
            Inline::Cite(citation) => events.push(Event::Mark(*citation)),
            Inline::Claim { index, content } => {
                collect(content, claims, events);
                events.push(Event::Claim { uncited: claims.get(*index).is_none_or(|claim| claim.notes.is_empty()) });
            }
            frame => match frame.content() {
                Some(content) => collect(content, claims, events),
                None => {
                    let text = plain_text(std::slice::from_ref(frame));
                    events.push(Event::Text { goes_on: text.trim_start_matches(['.', ',', '\'', '’']).starts_with(char::is_numeric) });
                }
            },
        }
    }
}

/// For each mark in order, whether it is left out.
fn repeated(events: &[Event]) -> Vec<bool> {
    let mut groups: Vec<(Sources, usize)> = Vec::new();
    // For each group but the first, whether it may share one mark with the group before.
    let mut joins = Vec::new();
    let (mut together, mut plain) = (false, true);
    for event in events {
        match event {
            Event::Mark(citation) => match groups.last_mut().filter(|_| together) {
                Some((sources, count)) => {
                    sources.insert(*citation);
                    *count += 1;
                }
                None => {
                    groups.push((Sources::from([*citation]), 1));
                    joins.push(std::mem::replace(&mut plain, true));
                }
            },
            Event::Claim { uncited: true } => plain = false,
            // Without the mark between them, two figures would be read as one.
            Event::Text { goes_on: true } if together => plain = false,
            Event::Claim { uncited: false } | Event::Text { .. } => {}
        }
        together = matches!(event, Event::Mark(_));
    }
    let dropped = |index: usize| groups.get(index + 1).is_some_and(|(next, _)| *next == groups[index].0) && joins[index + 1];
    groups.iter().enumerate().flat_map(|(index, (_, count))| std::iter::repeat_n(dropped(index), *count)).collect()
}

fn drop_marks(inlines: &mut Vec<Inline>, dropped: &mut impl Iterator<Item = bool>) {
    inlines.retain_mut(|inline| match inline {
        Inline::Cite(_) => dropped.next() != Some(true),
        other => {
            if let Some(content) = other.content_mut() {
                drop_marks(content, dropped);
            }
            true
        }
    });
}

/// Moves marks behind the full stop or comma that follows them, where readers look for them; not where more than white
/// space stands right behind it.
fn after_punctuation(inlines: &mut Vec<Inline>) {
    let mut at = 0;
    while at < inlines.len() {
        let run = inlines[at..].iter().take_while(|inline| matches!(inline, Inline::Cite(_))).count();
        if run == 0 {
            if let Some(content) = inlines[at].content_mut() {
                after_punctuation(content);
            }
            at += 1;
            continue;
        }
        let is_break = |inline: Option<&Inline>| matches!(inline, None | Some(Inline::SoftBreak | Inline::HardBreak));
        let last = is_break(inlines.get(at + run + 1));
        if let Some(Inline::Text(text)) = inlines.get_mut(at + run) {
            let end = text.find(|c| !matches!(c, '.' | ',' | ';' | '”' | '’')).unwrap_or(text.len());
            let rest = &text[end..];
            if end > 0 && (rest.starts_with(char::is_whitespace) || rest.is_empty() && last) {
                let rest = text.split_off(end);
                let stop = std::mem::replace(text, rest);
                inlines.insert(at, Inline::Text(stop));
                at += 1;
            }
        }
        at += run;
    }
    inlines.retain(|inline| !matches!(inline, Inline::Text(text) if text.is_empty()));
}

/// Takes a frame apart at the marks in it: a mark can't stand in a link, and moved behind it, it would stand for all of the
/// link's claims. `frame` makes the parts.
pub(crate) fn split_at_marks(content: Vec<Inline>, frame: &dyn Fn(Vec<Inline>) -> Inline) -> Vec<Inline> {
    let mut out = Vec::new();
    let mut part = Vec::new();
    for inline in flattened(content) {
        if matches!(inline, Inline::Cite(_)) {
            if !part.is_empty() {
                out.push(frame(std::mem::take(&mut part)));
            }
            out.push(inline);
        } else {
            part.push(inline);
        }
    }
    if !part.is_empty() || out.is_empty() {
        out.push(frame(part));
    }
    out
}

/// Splits inlines so that no link, emphasis or claim contains a mark.
fn flattened(content: Vec<Inline>) -> Vec<Inline> {
    content
        .into_iter()
        .flat_map(|inline| match inline {
            Inline::Emphasis(content) => split_at_marks(content, &Inline::Emphasis),
            Inline::Strong(content) => split_at_marks(content, &Inline::Strong),
            Inline::Strikethrough(content) => split_at_marks(content, &Inline::Strikethrough),
            Inline::Claim { index, content } => {
                let mut parts = split_at_marks(content, &|content| Inline::Claim { index, content }).into_iter();
                // Only the first part keeps the claim.
                let first: Vec<Inline> = parts.by_ref().take(1).collect();
                let rest = parts.flat_map(|part| match part {
                    Inline::Claim { content, .. } => content,
                    mark => vec![mark],
                });
                first.into_iter().chain(rest).collect()
            }
            other => vec![other],
        })
        .collect()
}

/// Gives a table all of whose claims have one source a line under it in the place of their marks, which at first holds these
/// marks alone.
///
/// Not where a figure that isn't a claim, or whose mark was left out, would seem to have that source, too. What stands in
/// the header and in the first column names rows and columns.
pub(crate) fn one_source(table: &mut Table, claims: &[PrintedClaim]) {
    let mut all: Option<Sources> = None;
    let mut groups = 0;
    let first_cells = table.rows.iter().filter_map(|row| row.cells.first());
    let labels: BTreeSet<*const Vec<Inline>> = first_cells.chain(&table.header).map(std::ptr::from_ref).collect();
    for cell in table.header.iter().chain(table.rows.iter().flat_map(|row| &row.cells)) {
        let mut sources = Sources::new();
        let mut together = false;
        for event in events(cell, claims) {
            match event {
                Event::Claim { uncited: true } => return,
                Event::Text { goes_on: true } if together => return,
                Event::Mark(citation) => {
                    groups += usize::from(!together);
                    sources.insert(citation);
                }
                _ => {}
            }
            together = matches!(event, Event::Mark(_));
        }
        if has_bare_figure(cell) && !labels.contains(&std::ptr::from_ref(cell)) {
            return;
        }
        if sources.is_empty() {
            continue;
        }
        if *all.get_or_insert_with(|| sources.clone()) != sources || !is_cited_by(cell, claims, &sources) {
            return;
        }
    }
    let Some(sources) = all.filter(|_| groups > 1) else { return };
    for cell in table.header.iter_mut().chain(table.rows.iter_mut().flat_map(|row| &mut row.cells)) {
        drop_marks(cell, &mut std::iter::repeat(true));
    }
    table.source = Some(sources.into_iter().map(Inline::Cite).collect());
}

/// Whether all groups of marks in a cell, and its claims, are of exactly these sources.
fn is_cited_by(cell: &[Inline], claims: &[PrintedClaim], sources: &Sources) -> bool {
    let mut same = true;
    walk::within(cell, &mut |inline| {
        if let Inline::Claim { index, .. } = inline {
            same &= claims.get(*index).is_some_and(|claim| claim.notes.iter().copied().collect::<Sources>().is_subset(sources));
        }
    });
    let mut group = Sources::new();
    for event in events(cell, claims).iter().chain([&Event::Text { goes_on: false }]) {
        match event {
            Event::Mark(citation) => drop(group.insert(*citation)),
            _ if group.is_empty() => {}
            _ => same &= std::mem::take(&mut group) == *sources,
        }
    }
    same
}

/// Whether a cell has digits that belong to no claim.
fn has_bare_figure(inlines: &[Inline]) -> bool {
    inlines.iter().any(|inline| match inline {
        Inline::Claim { .. } => false,
        Inline::Stamp(_) => true,
        frame => match frame.content() {
            Some(content) => has_bare_figure(content),
            None => plain_text(std::slice::from_ref(frame)).contains(char::is_numeric),
        },
    })
}
