//! What moved, and what was split or joined: found before anything is written, so that each end knows of the other.
//!
//! The two trees are aligned once without writing anything. What is left over on both sides is paired wherever it stands:
//! first what reads the same, then what is alike (for edit scripts with moves over trees, see Chawathe et al., "Change
//! detection in hierarchically structured information", 1996); whole blocks before their parts, so that nothing is said to
//! have moved twice.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::align::{Sign, Step, align, candidates, steps};
use super::node::{Grid, Item, Kind, Node, Term};
use super::regroup::{Regrouped, regroup};
use super::sections::MovedSection;
use super::table_rows::{Line, columns, lines};
use super::visible::is_invisible;
use crate::text::similarity::heaviest_pairs;

/// What moved to another place has at least so many words, or it might be anything.
const WORDS: usize = 4;
/// What moved and was changed is as alike as this.
const ALIKE: f64 = 0.6;
/// How often parts of what is left over are looked at: items of lists, blocks of items, and so on.
const DEEP: usize = 6;

/// Something that one side alone has in its place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unit<'a> {
    Node(&'a Node),
    Item(&'a Item),
    Term(&'a Term),
    Row(usize),
}

/// What both sides have, in another place or in other paragraphs. Things are named by their ids.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    /// The move that a thing belongs to, on the old and on the new side; what moves together is one move.
    pub(super) origins: HashMap<usize, usize>,
    pub(super) destinations: HashMap<usize, usize>,
    /// What a thing of the new side was in the old one.
    pub(super) partners: HashMap<usize, Unit<'a>>,
    /// Paragraphs that were split or joined, and to which of them a paragraph belongs, on either side.
    pub(super) regrouped: Vec<Regrouped<'a>>,
    pub(super) old_groups: HashMap<usize, usize>,
    pub(super) new_groups: HashMap<usize, usize>,
    /// How many moves there are; the first are the sections.
    pub(super) moves: usize,
    /// Hashes of things that both sides have once.
    pub(super) elsewhere: HashSet<u64>,
}

/// A thing without a partner in its place: which row of things it is in, and at which place.
#[derive(Debug, Clone)]
struct Unmatched<'a> {
    unit: Unit<'a>,
    id: usize,
    sign: &'a Sign,
    row: usize,
    place: usize,
    /// The ids of what it stands in, where that is left over, too.
    within: Vec<usize>,
    /// Whether its parts are there, too.
    is_open: bool,
}

/// Things left over on one side.
#[derive(Debug, Default)]
struct UnmatchedThings<'a> {
    all: Vec<Unmatched<'a>>,
    /// Ids of those in a pair, and of those that hold one in a pair.
    paired: HashSet<usize>,
    holders: HashSet<usize>,
}

/// Where a thing left over is: its row and its place in it.
type Spot = (usize, usize);

/// Goes through both trees and gathers what is left over.
struct Search<'a> {
    plan: Plan<'a>,
    rows: usize,
    olds: UnmatchedThings<'a>,
    news: UnmatchedThings<'a>,
    /// Pairs of things left over: where the old one is, where the new one is, and the ids of both.
    pairs: BTreeMap<Spot, (Spot, usize, usize)>,
}

impl<'a> Plan<'a> {
    /// Looks for everything that moved between two rows of blocks, of which `sections` were taken.
    pub(super) fn of(old: &'a [Node], new: &'a [Node], sections: &'a [MovedSection], elsewhere: HashSet<u64>) -> Plan<'a> {
        let plan = Plan { moves: sections.len(), elsewhere, ..Plan::default() };
        let mut survey =
            Search { plan, rows: 0, olds: UnmatchedThings::default(), news: UnmatchedThings::default(), pairs: BTreeMap::new() };
        survey.nodes(old, new);
        for section in sections {
            survey.nodes(&section.old, &section.new);
        }
        survey.pair();
        survey.number();
        survey.plan
    }
}

impl<'a> Search<'a> {
    fn nodes(&mut self, old: &'a [Node], new: &'a [Node]) {
        let steps = steps(old, new, |node| &node.sign, &self.plan.elsewhere);
        for group in regroup(old, new, &steps) {
            let index = self.plan.regrouped.len();
            self.plan.old_groups.extend(group.olds.iter().map(|node| (node.id, index)));
            self.plan.new_groups.extend(group.news.iter().map(|node| (node.id, index)));
            self.plan.regrouped.push(group);
        }
        let row = self.row();
        for step in steps {
            match step {
                Step::Both(one, other) => self.inside(&old[one], &new[other]),
                Step::Old(place) if self.plan.old_groups.contains_key(&old[place].id) => {}
                Step::New(place) if self.plan.new_groups.contains_key(&new[place].id) => {}
                Step::Old(place) => self.olds.all.push(left_node(&old[place], row, place)),
                Step::New(place) => self.news.all.push(left_node(&new[place], row, place)),
            }
        }
    }

    fn inside(&mut self, old: &'a Node, new: &'a Node) {
        if old.sign.hash == new.sign.hash || self.plan.new_groups.contains_key(&new.id) {
            return;
        }
        match (&old.kind, &new.kind) {
            (Kind::Quote(before), Kind::Quote(nodes))
            | (Kind::Alert { nodes: before, .. }, Kind::Alert { nodes, .. })
            | (Kind::Directive { nodes: before, .. }, Kind::Directive { nodes, .. }) => self.nodes(before, nodes),
            (Kind::List { items: before, .. }, Kind::List { items, .. }) => {
                let row = self.row();
                for step in steps(before, items, |item| &item.sign, &self.plan.elsewhere) {
                    match step {
                        Step::Both(one, other) if before[one].sign.hash == items[other].sign.hash => {}
                        Step::Both(one, other) => self.nodes(&before[one].nodes, &items[other].nodes),
                        Step::Old(place) => self.olds.all.push(left_item(&before[place], row, place)),
                        Step::New(place) => self.news.all.push(left_item(&items[place], row, place)),
                    }
                }
            }
            (Kind::Terms(before), Kind::Terms(terms)) => {
                let row = self.row();
                for step in steps(before, terms, |term| &term.sign, &self.plan.elsewhere) {
                    match step {
                        Step::Both(one, other) => self.nodes(&before[one].details, &terms[other].details),
                        Step::Old(place) => self.olds.all.push(left_term(&before[place], row, place)),
                        Step::New(place) => self.news.all.push(left_term(&terms[place], row, place)),
                    }
                }
            }
            (Kind::Table(before), Kind::Table(grid)) => self.table(before, grid),
            _ => {}
        }
    }

    /// Rows move within their table.
    fn table(&mut self, old: &'a Grid, new: &'a Grid) {
        let row = self.row();
        let columns = columns(old, new);
        let (olds, news) = (lines(old, &columns, true), lines(new, &columns, false));
        let signs = |lines: &[Line<'_>]| lines.iter().map(|line| line.sign.clone()).collect::<Vec<_>>();
        let (old_signs, new_signs) = (signs(&olds), signs(&news));
        let (old_signs, new_signs): (Vec<&Sign>, Vec<&Sign>) = (old_signs.iter().collect(), new_signs.iter().collect());
        let (mut left, mut right) = (Vec::new(), Vec::new());
        for step in align(&old_signs, &new_signs, &HashSet::new()) {
            match step {
                Step::Old(place) if !old_signs[place].words.is_empty() => left.push(place),
                Step::New(place) if !new_signs[place].words.is_empty() => right.push(place),
                _ => {}
            }
        }
        let pairs = pairs_of(&old_signs, &new_signs, &left, &right, |one, other, likeness| {
            likeness >= 1.0 || (olds[one].name == news[other].name && !olds[one].name.is_empty()) || likeness >= ALIKE
        });
        for (one, other) in pairs {
            let (old_id, new_id) = (old.first_row + one, new.first_row + other);
            self.plan.partners.insert(new_id, Unit::Row(one));
            self.pairs.insert((row, one), ((row, other), old_id, new_id));
        }
    }

    fn row(&mut self) -> usize {
        self.rows += 1;
        self.rows
    }

    /// Pairs what is left over: whole things first, then parts of those that are still alone.
    fn pair(&mut self) {
        for _ in 0..DEEP {
            self.pair_left();
            let (rows, count) = (&mut self.rows, self.olds.all.len() + self.news.all.len());
            self.olds.open(rows);
            self.news.open(rows);
            if self.olds.all.len() + self.news.all.len() == count {
                break;
            }
        }
    }

    fn pair_left(&mut self) {
        let (olds, news) = (self.olds.free(), self.news.free());
        let signs = |pool: &UnmatchedThings<'a>| pool.all.iter().map(|left| left.sign).collect::<Vec<_>>();
        let pairs = pairs_of(&signs(&self.olds), &signs(&self.news), &olds, &news, |one, other, likeness| {
            let (one, other) = (&self.olds.all[one], &self.news.all[other]);
            let words = one.sign.words.len().min(other.sign.words.len());
            if likeness >= 1.0 { one.row == other.row || words >= WORDS } else { likeness >= ALIKE && words >= WORDS }
        });
        // What they hold may have moved, too.
        let mut changed = Vec::new();
        for (one, other) in pairs {
            // One that holds it, or a part of it, may have found its partner before.
            if !self.olds.is_free(&self.olds.all[one]) || !self.news.is_free(&self.news.all[other]) {
                continue;
            }
            let (old, new) = (self.olds.take(one), self.news.take(other));
            if old.sign.hash != new.sign.hash {
                changed.push((old.unit, new.unit));
            }
            self.plan.partners.insert(new.id, old.unit);
            self.pairs.insert((old.row, old.place), ((new.row, new.place), old.id, new.id));
        }
        for (old, new) in changed {
            match (old, new) {
                (Unit::Node(old), Unit::Node(new)) => self.inside(old, new),
                (Unit::Item(old), Unit::Item(new)) => self.nodes(&old.nodes, &new.nodes),
                (Unit::Term(old), Unit::Term(new)) => self.nodes(&old.details, &new.details),
                _ => {}
            }
        }
    }

    /// Gives a number to each move: neighbours that went together are one.
    fn number(&mut self) {
        let mut last: Option<((usize, usize), (usize, usize))> = None;
        for (old, (new, old_id, new_id)) in std::mem::take(&mut self.pairs) {
            let next = |(row, place): (usize, usize)| (row, place + 1);
            if last.is_none_or(|(before, after)| next(before) != old || next(after) != new) {
                self.plan.moves += 1;
            }
            self.plan.origins.insert(old_id, self.plan.moves - 1);
            self.plan.destinations.insert(new_id, self.plan.moves - 1);
            last = Some((old, new));
        }
    }
}

impl<'a> UnmatchedThings<'a> {
    fn is_free(&self, left: &Unmatched<'a>) -> bool {
        !self.paired.contains(&left.id) && !self.holders.contains(&left.id) && !left.within.iter().any(|id| self.paired.contains(id))
    }

    fn free(&self) -> Vec<usize> {
        (0..self.all.len()).filter(|index| self.is_free(&self.all[*index]) && self.all[*index].is_seen()).collect()
    }

    fn take(&mut self, index: usize) -> Unmatched<'a> {
        let left = self.all[index].clone();
        self.paired.insert(left.id);
        self.holders.extend(&left.within);
        left
    }

    /// Adds the parts of things that are still alone.
    fn open(&mut self, rows: &mut usize) {
        for index in 0..self.all.len() {
            if self.all[index].is_open || !self.is_free(&self.all[index]) {
                continue;
            }
            self.all[index].is_open = true;
            let Unmatched { unit, id, within, .. } = self.all[index].clone();
            *rows += 1;
            let row = *rows;
            let nodes = |nodes: &'a [Node]| nodes.iter().enumerate().map(|(place, node)| left_node(node, row, place)).collect();
            let parts: Vec<Unmatched<'a>> = match unit {
                Unit::Node(Node {
                    kind: Kind::Quote(inner) | Kind::Alert { nodes: inner, .. } | Kind::Directive { nodes: inner, .. },
                    ..
                }) => nodes(inner),
                Unit::Node(Node { kind: Kind::List { items, .. }, .. }) => {
                    items.iter().enumerate().map(|(place, item)| left_item(item, row, place)).collect()
                }
                Unit::Node(Node { kind: Kind::Terms(terms), .. }) => {
                    terms.iter().enumerate().map(|(place, term)| left_term(term, row, place)).collect()
                }
                Unit::Item(item) => nodes(&item.nodes),
                Unit::Term(term) => nodes(&term.details),
                Unit::Node(_) | Unit::Row(_) => continue,
            };
            let within = [within, vec![id]].concat();
            self.all.extend(parts.into_iter().map(|part| Unmatched { within: within.clone(), ..part }));
        }
    }
}

impl Unmatched<'_> {
    /// Whether anything can be found by it, and seen of it.
    fn is_seen(&self) -> bool {
        let is_seen = match self.unit {
            Unit::Node(node) => !is_invisible(node),
            Unit::Item(item) => item.nodes.iter().any(|node| !is_invisible(node)),
            Unit::Term(_) | Unit::Row(_) => true,
        };
        is_seen && !self.sign.weak && !self.sign.words.is_empty()
    }
}

fn left_node(node: &Node, row: usize, place: usize) -> Unmatched<'_> {
    Unmatched { unit: Unit::Node(node), id: node.id, sign: &node.sign, row, place, within: Vec::new(), is_open: false }
}

fn left_item(item: &Item, row: usize, place: usize) -> Unmatched<'_> {
    Unmatched { unit: Unit::Item(item), id: item.id, sign: &item.sign, row, place, within: Vec::new(), is_open: false }
}

fn left_term(term: &Term, row: usize, place: usize) -> Unmatched<'_> {
    Unmatched { unit: Unit::Term(term), id: term.id, sign: &term.sign, row, place, within: Vec::new(), is_open: false }
}

/// Pairs things of two rows, in whatever order: what is the same, each time with the same time on the other side, then what is
/// alike. `is_enough` is given their similarity; 1 is the same.
fn pairs_of(
    old: &[&Sign],
    new: &[&Sign],
    olds: &[usize],
    news: &[usize],
    is_enough: impl Fn(usize, usize, f64) -> bool,
) -> Vec<(usize, usize)> {
    let times = |signs: &[&Sign], indices: &[usize]| {
        let mut seen: HashMap<u64, usize> = HashMap::new();
        let counted = indices.iter().map(|index| {
            let times = seen.entry(signs[*index].hash).or_default();
            *times += 1;
            ((signs[*index].hash, *times), *index)
        });
        counted.collect::<Vec<_>>()
    };
    let right: HashMap<(u64, usize), usize> = times(new, news).into_iter().collect();
    let same = times(old, olds).into_iter().filter_map(|(key, one)| Some((one, *right.get(&key)?)));
    let mut pairs: Vec<(usize, usize)> = same.filter(|(one, other)| is_enough(*one, *other, 1.0)).collect();
    pairs.sort_by_key(|(one, _)| std::cmp::Reverse(old[*one].words.len()));
    let (left, right): (HashSet<usize>, HashSet<usize>) = pairs.iter().copied().unzip();
    let rest =
        |indices: &[usize], taken: &HashSet<usize>| indices.iter().copied().filter(|index| !taken.contains(index)).collect::<Vec<_>>();
    let alike = candidates(old, new, &rest(olds, &left), &rest(news, &right), 0.3);
    let alike = alike.into_iter().filter(|(one, other, likeness)| is_enough(*one, *other, *likeness as f64 / 1000.0 * 0.999));
    pairs.extend(heaviest_pairs(alike.collect()));
    pairs
}

/// Hashes of things that both trees have once: each is paired with its twin or with nothing.
pub(super) fn twins(old: &[&[Node]], new: &[&[Node]]) -> HashSet<u64> {
    let once = |trees: &[&[Node]]| {
        let mut count: HashMap<u64, usize> = HashMap::new();
        trees.iter().for_each(|nodes| count_nodes(nodes, &mut count));
        count
    };
    let (left, right) = (once(old), once(new));
    left.into_iter().filter(|(hash, times)| *times == 1 && right.get(hash) == Some(&1)).map(|(hash, _)| hash).collect()
}

fn count_nodes(nodes: &[Node], count: &mut HashMap<u64, usize>) {
    let mut add = |sign: &Sign| {
        if sign.words.len() >= WORDS && !sign.weak {
            *count.entry(sign.hash).or_default() += 1;
        }
    };
    for node in nodes {
        add(&node.sign);
        match &node.kind {
            Kind::List { items, .. } => items.iter().for_each(|item| add(&item.sign)),
            Kind::Terms(terms) => terms.iter().for_each(|term| add(&term.sign)),
            _ => {}
        }
    }
    for node in nodes {
        match &node.kind {
            Kind::Quote(inner) | Kind::Alert { nodes: inner, .. } | Kind::Directive { nodes: inner, .. } => count_nodes(inner, count),
            Kind::List { items, .. } => items.iter().for_each(|item| count_nodes(&item.nodes, count)),
            Kind::Terms(terms) => terms.iter().for_each(|term| count_nodes(&term.details, count)),
            _ => {}
        }
    }
}
