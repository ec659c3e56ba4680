//! Handling markings: labels, the order between them, and what a reader's clearance covers.

use std::collections::BTreeSet;
use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// What joins the labels of a marking that has several.
const JOIN: &str = " // ";

/// How something must be handled: its labels, and those of what contains it. No labels means that nobody
/// marked it; several labels hold all at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Marking(BTreeSet<String>);

impl Marking {
    /// The marking of one label.
    pub fn of(label: impl Into<String>) -> Marking {
        Marking([label.into()].into())
    }

    /// Whether there are no labels.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its labels, sorted by their characters.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The marking of something with this marking inside something with the other: both. So a marking inside
    /// something marked can raise, and never lower, how it is handled.
    #[must_use]
    pub fn and(&self, other: &Marking) -> Marking {
        match (self.is_empty(), other.is_empty()) {
            (_, true) => self.clone(),
            (true, _) => other.clone(),
            _ => Marking(self.0.union(&other.0).cloned().collect()),
        }
    }

    /// The marking as it is written; `None` without labels.
    pub fn text(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.to_string())
    }

    /// Whether each label of another is among its own, so that nothing is raised by that.
    pub fn includes(&self, other: &Marking) -> bool {
        self.0.is_superset(&other.0)
    }

    /// Raises it by another, in place.
    pub fn raise(&mut self, other: &Marking) {
        if !self.includes(other) {
            self.0.extend(other.0.iter().cloned());
        }
    }

    /// Reads what [`Marking::text`] wrote.
    pub fn parse(text: &str) -> Marking {
        text.split(JOIN).map(str::trim).filter(|label| !label.is_empty()).map(str::to_owned).collect()
    }
}

impl FromIterator<String> for Marking {
    fn from_iter<I: IntoIterator<Item = String>>(labels: I) -> Marking {
        Marking(labels.into_iter().collect())
    }
}

impl fmt::Display for Marking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.labels().collect::<Vec<_>>().join(JOIN))
    }
}

/// The labels that a book may use, and which covers which. The order may be partial: of two compartments neither covers
/// the other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MarkingScheme {
    /// In the order in which they were declared.
    labels: IndexMap<String, Label>,
}

/// One label of a scheme.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// The labels that it covers directly: who may see it may see them, too.
    pub above: Vec<String>,
    /// What stands for it before a paragraph, in parentheses: `R`. Where nothing is said, its name does.
    pub short: Option<String>,
    /// The colors that it is printed in, as `#rrggbb`.
    pub color: Option<String>,
    pub background: Option<String>,
}

/// The labels of FIRST's Traffic Light Protocol 2.0, least restricted first, what stands for them before a paragraph, and
/// their colors on black. <https://www.first.org/tlp/>
const TLP: [(&str, &str, &str); 5] = [
    ("TLP:CLEAR", "C", "#ffffff"),
    ("TLP:GREEN", "G", "#33ff00"),
    ("TLP:AMBER", "A", "#ffc000"),
    ("TLP:AMBER+STRICT", "A+S", "#ffc000"),
    ("TLP:RED", "R", "#ff2b2b"),
];

impl MarkingScheme {
    /// The Traffic Light Protocol.
    pub fn tlp() -> MarkingScheme {
        let mut labels: IndexMap<String, Label> = IndexMap::new();
        for (name, short, color) in TLP {
            let above = labels.keys().last().cloned().into_iter().collect();
            let [short, color, background] = [short, color, "#000000"].map(|text| Some(text.to_owned()));
            labels.insert(name.to_owned(), Label { above, short, color, background });
        }
        MarkingScheme { labels }
    }

    /// A scheme of some labels.
    pub fn new(labels: IndexMap<String, Label>) -> MarkingScheme {
        MarkingScheme { labels }
    }

    /// Whether it is the Traffic Light Protocol, whose labels are printed as its standard says.
    pub fn is_tlp(&self) -> bool {
        *self == MarkingScheme::tlp()
    }

    /// Its labels' names, in the order in which they were declared.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.labels.keys().map(String::as_str)
    }

    /// The label that is meant by a name as it is written in a text's block: itself, or what stands behind its last colon,
    /// as in `RED`, where no other ends so.
    pub fn find(&self, written: &str) -> Option<&str> {
        if let Some((name, _)) = self.labels.get_key_value(written) {
            return Some(name);
        }
        let mut ends = self.names().filter(|name| name.rsplit_once(':').is_some_and(|(_, end)| end == written));
        ends.next().filter(|_| ends.next().is_none())
    }

    /// A marking as it is written in a text's block, with its labels' whole names.
    #[must_use]
    pub fn named(&self, written: &Marking) -> Marking {
        written.labels().map(|label| self.find(label).unwrap_or(label).to_owned()).collect()
    }

    pub fn label(&self, name: &str) -> Option<&Label> {
        self.labels.get(name)
    }

    /// Whether one label covers another: it is the same, or above it. An unknown label covers itself alone.
    pub fn covers(&self, high: &str, low: &str) -> bool {
        let (mut open, mut seen) = (vec![high], BTreeSet::new());
        while let Some(name) = open.pop() {
            if name == low {
                return true;
            }
            if seen.insert(name) {
                open.extend(self.labels.get(name).into_iter().flat_map(|label| label.above.iter().map(String::as_str)));
            }
        }
        false
    }

    /// The labels of a cycle in the order, where there is one: each is above the next, and the last above the first.
    pub fn cycle(&self) -> Option<Vec<String>> {
        self.names().find_map(|start| {
            let mut path: Vec<&str> = Vec::new();
            self.cycle_from(start, start, &mut path, &mut BTreeSet::new()).then(|| path.iter().map(|name| (*name).to_owned()).collect())
        })
    }

    fn cycle_from<'a>(&'a self, name: &'a str, goal: &str, path: &mut Vec<&'a str>, seen: &mut BTreeSet<&'a str>) -> bool {
        path.push(name);
        for next in self.labels.get(name).into_iter().flat_map(|label| &label.above) {
            if next == goal || (seen.insert(next) && self.cycle_from(next, goal, path, seen)) {
                return true;
            }
        }
        path.pop();
        false
    }

    /// The least label that covers all of a marking's. Where no label does, or none is the least, the highest of its
    /// labels, all of them.
    #[must_use]
    pub fn highest(&self, marking: &Marking) -> Marking {
        let own: Vec<&str> = marking.labels().collect();
        let top: Vec<&str> =
            own.iter().copied().filter(|label| !own.iter().any(|other| other != label && self.covers(other, label))).collect();
        if top.len() < 2 {
            return top.into_iter().map(str::to_owned).collect();
        }
        let above: Vec<&str> = self.names().filter(|name| top.iter().all(|label| self.covers(name, label))).collect();
        let least = above.iter().copied().find(|name| above.iter().all(|other| self.covers(other, name)));
        match least {
            Some(label) => Marking::of(label),
            None => top.into_iter().map(str::to_owned).collect(),
        }
    }

    /// The labels that one covers, itself among them, in the order in which they were declared.
    pub fn covered(&self, name: &str) -> Vec<&str> {
        self.names().filter(|other| self.covers(name, other)).collect()
    }

    /// What stands before a paragraph of a marking: `(R)`. Nothing where it has none.
    pub fn portion_mark(&self, marking: &Marking) -> Option<String> {
        let highest = self.highest(marking);
        let short = |name| self.label(name).and_then(|label| label.short.as_deref()).unwrap_or(name);
        let labels: Vec<&str> = highest.labels().map(short).collect();
        (!labels.is_empty()).then(|| format!("({})", labels.join("//")))
    }

    /// Returns true if a clearance covers every label of a marking. Unmarked content is visible to everyone.
    pub fn allows(&self, clearance: &Marking, marking: &Marking) -> bool {
        self.highest(marking).labels().all(|label| clearance.labels().any(|cleared| self.covers(cleared, label)))
    }

    /// Whether who is cleared for some labels may see whatever a book of this scheme could hold.
    pub fn allows_all(&self, clearance: &Marking) -> bool {
        self.names().all(|label| clearance.labels().any(|cleared| self.covers(cleared, label)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scheme(labels: &[(&str, &[&str])]) -> MarkingScheme {
        let label = |above: &[&str]| Label { above: above.iter().map(|name| (*name).to_owned()).collect(), ..Label::default() };
        MarkingScheme::new(labels.iter().map(|(name, above)| ((*name).to_owned(), label(above))).collect())
    }

    fn marking(labels: &[&str]) -> Marking {
        labels.iter().map(|label| (*label).to_owned()).collect()
    }

    #[test]
    fn the_protocol_is_a_line() {
        let tlp = MarkingScheme::tlp();
        assert_eq!((tlp.find("RED"), tlp.find("TLP:RED"), tlp.find("PINK")), (Some("TLP:RED"), Some("TLP:RED"), None));
        assert!(tlp.covers("TLP:RED", "TLP:CLEAR") && !tlp.covers("TLP:CLEAR", "TLP:GREEN"));
        assert_eq!(tlp.highest(&marking(&["TLP:GREEN", "TLP:AMBER+STRICT", "TLP:CLEAR"])), Marking::of("TLP:AMBER+STRICT"));
        assert!(tlp.allows(&Marking::of("TLP:CLEAR"), &Marking::default()));
        assert!(!tlp.allows(&Marking::of("TLP:AMBER"), &marking(&["TLP:CLEAR", "TLP:AMBER+STRICT"])));
        assert_eq!(tlp.portion_mark(&marking(&["TLP:GREEN", "TLP:AMBER+STRICT"])).as_deref(), Some("(A+S)"));
        assert_eq!(tlp.covered("TLP:AMBER"), ["TLP:CLEAR", "TLP:GREEN", "TLP:AMBER"]);
        assert!(tlp.allows_all(&Marking::of("TLP:RED")) && !tlp.allows_all(&Marking::of("TLP:AMBER+STRICT")));
    }

    #[test]
    fn of_compartments_neither_covers_the_other() {
        let apart = scheme(&[("open", &[]), ("x", &["open"]), ("y", &["open"])]);
        assert_eq!(apart.highest(&marking(&["open", "x", "y"])), marking(&["x", "y"]));
        assert_eq!(apart.portion_mark(&marking(&["open", "x", "y"])).as_deref(), Some("(x//y)"));
        assert_eq!(apart.portion_mark(&Marking::default()), None);
        assert!(!apart.allows(&Marking::of("x"), &marking(&["x", "y"])));
        assert!(apart.allows(&marking(&["x", "y"]), &marking(&["x", "y"])));
        let joined = scheme(&[("open", &[]), ("x", &["open"]), ("y", &["open"]), ("both", &["x", "y"]), ("all", &["both"])]);
        assert_eq!(joined.highest(&marking(&["x", "y"])), Marking::of("both"));
        // Clearance for each label does not imply clearance for their combination.
        assert!(!joined.allows(&marking(&["x", "y"]), &marking(&["x", "y"])));
        let two = scheme(&[("x", &[]), ("y", &[]), ("one", &["x", "y"]), ("other", &["x", "y"])]);
        assert_eq!(two.highest(&marking(&["x", "y"])), marking(&["x", "y"]), "neither is the least");
    }

    #[test]
    fn a_label_that_no_scheme_knows_is_covered_by_itself_alone() {
        let tlp = MarkingScheme::tlp();
        assert!(!tlp.allows(&Marking::of("TLP:RED"), &Marking::of("TLP:PURPLE")));
        assert_eq!(tlp.highest(&marking(&["TLP:RED", "TLP:PURPLE"])), marking(&["TLP:RED", "TLP:PURPLE"]));
    }

    #[test]
    fn a_cycle_is_found() {
        assert_eq!(MarkingScheme::tlp().cycle(), None);
        let round = scheme(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]);
        assert_eq!(round.cycle(), Some(vec!["b".to_owned(), "c".to_owned()]));
        assert!(round.covers("b", "c"), "and looking along it ends");
    }
}
