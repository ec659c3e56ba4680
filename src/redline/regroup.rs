//! Paragraphs that were split or joined: their words stay, and only where they end has changed.

use super::align::{Sign, Step, likeness};
use super::node::{Kind, Node};
use super::token::{Leaf, Run, Token};

/// Paragraphs of one side that are those of the other in other pieces.
#[derive(Debug)]
pub(super) struct Regrouped<'a> {
    pub(super) olds: Vec<&'a Node>,
    pub(super) news: Vec<&'a Node>,
}

/// A piece has at least so many words.
const WORDS: usize = 3;
/// So much of a piece was in the whole.
const HELD: f64 = 0.6;
/// So alike are the whole and all its pieces.
const ALIKE: f64 = 0.6;
/// Up to so many pairs in a gap, paragraphs are looked at that are in no pair.
const FEW: usize = 400;

/// The nodes between two pairs.
#[derive(Default)]
struct Gap {
    olds: Vec<usize>,
    news: Vec<usize>,
}

/// Finds paragraphs that were split or joined next to their old place.
pub(super) fn regroup<'a>(old: &'a [Node], new: &'a [Node], steps: &[Step]) -> Vec<Regrouped<'a>> {
    let mut gaps = vec![Gap::default()];
    let mut pairs = Vec::new();
    for step in steps {
        let last = gaps.len() - 1;
        match *step {
            Step::Both(one, other) => {
                pairs.push((one, other));
                gaps.push(Gap::default());
            }
            Step::Old(one) => gaps[last].olds.push(one),
            Step::New(other) => gaps[last].news.push(other),
        }
    }
    let mut groups = Vec::new();
    let group = |olds: &[usize], news: &[usize]| Regrouped {
        olds: olds.iter().map(|one| &old[*one]).collect(),
        news: news.iter().map(|other| &new[*other]).collect(),
    };
    for (index, (one, other)) in pairs.into_iter().enumerate() {
        if old[one].sign.hash == new[other].sign.hash || !is_text(&old[one]) || !is_text(&new[other]) {
            continue;
        }
        let split = around(&old[one], new, other, &gaps[index].news, &gaps[index + 1].news);
        let joined = around(&new[other], old, one, &gaps[index].olds, &gaps[index + 1].olds);
        if split.len() > 1 {
            gaps[index].news.retain(|place| !split.contains(place));
            gaps[index + 1].news.retain(|place| !split.contains(place));
            groups.push(group(&[one], &split));
        } else if joined.len() > 1 {
            gaps[index].olds.retain(|place| !joined.contains(place));
            gaps[index + 1].olds.retain(|place| !joined.contains(place));
            groups.push(group(&joined, &[other]));
        }
    }
    for gap in &mut gaps {
        if gap.olds.len().saturating_mul(gap.news.len()) > FEW {
            continue;
        }
        let splits = gap.olds.iter().map(|one| (vec![*one], among(&old[*one], new, &gap.news)));
        let joins = gap.news.iter().map(|other| (among(&new[*other], old, &gap.olds), vec![*other]));
        let mut found: Vec<(Vec<usize>, Vec<usize>)> =
            splits.chain(joins).filter(|(olds, news)| !olds.is_empty() && !news.is_empty() && olds.len() + news.len() > 2).collect();
        found.sort();
        // Those that cross others moved.
        let mut behind = (0, 0);
        for (olds, news) in found {
            if olds[0] >= behind.0 && news[0] >= behind.1 {
                behind = (olds[olds.len() - 1] + 1, news[news.len() - 1] + 1);
                groups.push(group(&olds, &news));
            }
        }
    }
    groups
}

/// Steps in which the paragraphs of a group that is in no pair stand together. `olds` and `news` give the group of each.
pub(super) fn together(steps: Vec<Step>, old: impl Fn(usize) -> Option<usize>, new: impl Fn(usize) -> Option<usize>) -> Vec<Step> {
    let mut out = Vec::with_capacity(steps.len());
    let mut rest = &steps[..];
    while !rest.is_empty() {
        let olds = rest.iter().take_while(|step| matches!(step, Step::Old(_))).count();
        let news = rest[olds..].iter().take_while(|step| matches!(step, Step::New(_))).count();
        let (gap, after) = rest.split_at(olds + news);
        let (mut olds, mut news) = gap.split_at(olds);
        let of = |step: &Step| match *step {
            Step::Old(place) => old(place),
            Step::New(place) => new(place),
            Step::Both(..) => None,
        };
        while let Some((before, group)) = olds.iter().enumerate().find_map(|(index, step)| {
            let group = of(step)?;
            news.iter().any(|step| of(step) == Some(group)).then_some((index, group))
        }) {
            let is_of = |step: &&Step| of(step) == Some(group);
            let others = news.iter().take_while(|step| of(step) != Some(group)).count();
            let (own_olds, own_news) = (olds[before..].iter().take_while(is_of).count(), news[others..].iter().take_while(is_of).count());
            out.extend(&olds[..before]);
            out.extend(&news[..others + own_news]);
            out.extend(&olds[before..before + own_olds]);
            (olds, news) = (&olds[before + own_olds..], &news[others + own_news..]);
        }
        out.extend(olds);
        out.extend(news);
        let pairs = after.iter().take_while(|step| matches!(step, Step::Both(..))).count();
        out.extend(&after[..pairs]);
        rest = &after[pairs..];
    }
    out
}

/// A text as one of several; not a picture alone.
fn is_text(node: &Node) -> bool {
    matches!(&node.kind, Kind::Paragraph(run) if !matches!(run[..], [Token { leaf: Leaf::Image { .. }, .. }]))
}

/// The pieces of a whole: the one that it is paired with, and neighbours of that which hold what is left of it.
fn around(whole: &Node, others: &[Node], paired: usize, before: &[usize], after: &[usize]) -> Vec<usize> {
    if (before.is_empty() && after.is_empty()) || held(&others[paired].sign.words, &whole.sign.words) < HELD {
        return vec![paired];
    }
    let mut rest = without(&whole.sign.words, &others[paired].sign.words);
    let mut pieces = vec![paired];
    for (neighbours, is_after) in [(before.iter().rev().collect::<Vec<_>>(), false), (after.iter().collect(), true)] {
        for (distance, place) in (1..).zip(neighbours) {
            let next = if is_after { paired + distance } else { paired.wrapping_sub(distance) };
            if *place != next || !take(&others[*place], &mut rest) {
                break;
            }
            pieces.push(*place);
        }
    }
    pieces.sort_unstable();
    checked(whole, others, pieces)
}

/// The pieces of a whole among things that are in no pair.
fn among(whole: &Node, others: &[Node], places: &[usize]) -> Vec<usize> {
    if !is_text(whole) {
        return Vec::new();
    }
    for start in 0..places.len() {
        let mut rest = whole.sign.words.clone();
        let mut pieces: Vec<usize> = Vec::new();
        for place in &places[start..] {
            if pieces.last().is_some_and(|last| last + 1 != *place) || !take(&others[*place], &mut rest) {
                break;
            }
            pieces.push(*place);
        }
        if pieces.len() > 1 {
            return checked(whole, others, pieces);
        }
    }
    Vec::new()
}

/// Takes a piece's words out of what is left of the whole, if it is a piece.
fn take(piece: &Node, rest: &mut Vec<u64>) -> bool {
    let words = &piece.sign.words;
    let is_piece = is_text(piece) && words.len() >= WORDS && held(words, rest) >= HELD;
    if is_piece {
        *rest = without(rest, words);
    }
    is_piece
}

/// The pieces, if they are the whole.
fn checked(whole: &Node, others: &[Node], pieces: Vec<usize>) -> Vec<usize> {
    let mut all = Sign::default();
    pieces.iter().for_each(|place| all.words.extend(&others[*place].sign.words));
    all.words.sort_unstable();
    if likeness(&whole.sign, &all) >= ALIKE { pieces } else { Vec::new() }
}

/// How much of some words is among others, from 0 to 1. Both are sorted.
fn held(words: &[u64], among: &[u64]) -> f64 {
    1.0 - without(words, among).len() as f64 / words.len().max(1) as f64
}

/// Sorted words without others, each removed as often as it occurs there.
fn without(words: &[u64], others: &[u64]) -> Vec<u64> {
    let mut others = others.iter().peekable();
    let mut rest = Vec::new();
    for word in words {
        while others.next_if(|other| *other < word).is_some() {}
        if others.next_if(|other| *other == word).is_none() {
            rest.push(*word);
        }
    }
    rest
}

/// The text of several paragraphs, with a mark where each but the last ends.
pub(super) fn joined(nodes: &[&Node]) -> Run {
    let mut run = Run::new();
    for node in nodes {
        if let Kind::Paragraph(text) = &node.kind {
            if !run.is_empty() {
                run.push(Token::blank());
                run.push(Token::paragraph_end());
            }
            run.extend(text.iter().cloned());
        }
    }
    run
}
