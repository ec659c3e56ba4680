//! Charts: what a figure shows, before it is drawn.

use crate::model::NumberStyle;

/// Where the drawings of a book's figures are, among its images.
pub const DRAWINGS: &str = "assets/drawings";

/// A figure's data.
#[derive(Debug, Clone, PartialEq)]
pub enum Chart {
    Bars(BarChart),
    Timeline(Timeline),
    Lines(LineChart),
    Stacked(StackedBars),
    Graph(Graph),
}

/// Bars side by side, longest value to the right.
#[derive(Debug, Clone, PartialEq)]
pub struct BarChart {
    pub bars: Vec<Bar>,
    pub words: QualifierWords,
    pub numbers: NumberStyle,
}

/// One bar.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub label: String,
    pub extent: Extent,
    /// The value in words, as it is printed elsewhere.
    pub printed: String,
}

/// How long a bar is; lengths are finite and not negative.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extent {
    Exact(f64),
    About(f64),
    AtLeast(f64),
    AtMost(f64),
    Between(f64, f64),
    Unknown,
}

impl Extent {
    /// The largest value that it shows.
    pub fn end(self) -> Option<f64> {
        match self {
            Extent::Exact(value) | Extent::About(value) | Extent::AtLeast(value) | Extent::AtMost(value) | Extent::Between(_, value) => {
                Some(value)
            }
            Extent::Unknown => None,
        }
    }
}

/// The book's words for what is known of a number.
#[derive(Debug, Clone, PartialEq)]
pub struct QualifierWords {
    pub about: String,
    pub at_least: String,
    pub at_most: String,
    pub between: String,
}

/// What happens when, between gates or dates.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline {
    pub spans: Vec<Span>,
    /// What must happen before something else can, in their order.
    pub gates: Vec<Gate>,
    /// What the lanes are called: the spans of each are drawn alike, and told apart by the way they are filled.
    pub lanes: Vec<String>,
    pub words: EdgeWords,
    /// Words below the drawing, such as that it isn't to scale.
    pub note: String,
}

/// A stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    pub label: String,
    /// Words within the bar, such as how long it lasts.
    pub inside: String,
    pub start: Edge,
    pub end: Edge,
    /// How long it lasts where an end floats, as a share of the whole, where that is known and drawn to scale.
    pub length: Option<f64>,
    /// Index among the lanes.
    pub lane: usize,
}

/// The book's words for ends that aren't known exactly.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EdgeWords {
    pub inexact: String,
    pub unknown: String,
    pub floating: String,
}

/// Where a span begins or ends, as a share of the whole from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Edge {
    At(f64),
    /// About there.
    About(f64),
    /// Somewhere between two places.
    Between(f64, f64),
    /// There or later.
    AtLeast(f64),
    /// Before or after all that is shown.
    Open,
    /// Not known.
    Unknown,
    /// Wherever the span, of which only its length is known, comes to lie; not before this place, or not after it.
    Floating(f64),
}

impl Edge {
    /// Where it is, as far as that is known.
    pub fn at(self) -> Option<f64> {
        match self {
            Edge::At(share) | Edge::About(share) | Edge::AtLeast(share) | Edge::Between(share, _) => Some(share),
            Edge::Open | Edge::Unknown | Edge::Floating(_) => None,
        }
    }
}

/// A gate: an event that something waits for.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    pub label: String,
    /// Its date in words, or that it isn't known.
    pub when: String,
    /// The position, as a share of the whole from 0 to 1.
    pub at: f64,
}

/// Values along an axis of days, numbers or steps.
#[derive(Debug, Clone, PartialEq)]
pub struct LineChart {
    /// The places along the axis, as shares of its length from 0 to 1, with their names.
    pub steps: Vec<(String, f64)>,
    pub series: Vec<Series>,
    pub words: QualifierWords,
    pub numbers: NumberStyle,
}

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    /// Empty where there is only one.
    pub name: String,
    /// In the order of the axis.
    pub points: Vec<Point>,
}

/// A value at a place on the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    pub at: f64,
    pub extent: Extent,
    /// The value in words.
    pub printed: String,
}

/// Bars of several parts each.
#[derive(Debug, Clone, PartialEq)]
pub struct StackedBars {
    /// What the parts are called: as many as each bar has.
    pub parts: Vec<String>,
    pub bars: Vec<StackedBar>,
    pub words: QualifierWords,
    pub numbers: NumberStyle,
}

/// A bar, and its parts' lengths, each with its value in words; a part that a bar hasn't got is nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct StackedBar {
    pub label: String,
    pub parts: Vec<Option<(Extent, String)>>,
}

/// Boxes with arrows between them, which run in no circle.
#[derive(Debug, Clone, PartialEq)]
pub struct Graph {
    pub nodes: Vec<String>,
    /// From one node to another, by their indexes.
    pub edges: Vec<(usize, usize)>,
}
