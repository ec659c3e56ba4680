//! Drawings, as expected files in `tests/cases/figure`: `cargo expect figure` writes them anew, to be looked at.

use brief::document::chart::{
    Bar, BarChart, Chart, Edge, EdgeWords, Extent, Gate, Graph, LineChart, Point, QualifierWords, Series, Span, StackedBar, StackedBars,
    Timeline,
};
use brief::figure::{Colors, Lettering, colored};
use brief::model::{NumberStyle, Style, ThemeOptions};
use brief::typeset::DEFAULT_THEME;

use super::cases::{self, Comparison};
use super::{pdf, press};

/// A drawing as it stands beside a Markdown document.
fn draw(chart: &Chart) -> String {
    brief::figure::draw(chart, Lettering::Usual)
}

fn expect(name: &str, chart: &Chart) -> String {
    let drawn = draw(chart);
    assert_eq!(drawn, draw(chart), "a drawing is the same each time");
    let mut comparison = Comparison::default();
    comparison.file(&cases::folder("figure").join(format!("{name}.svg")), &drawn);
    comparison.finish();
    roxmltree::Document::parse(&drawn).unwrap();
    drawn
}

fn words() -> QualifierWords {
    let word = str::to_owned;
    QualifierWords { about: word("about"), at_least: word("at least"), at_most: word("at most"), between: word("between") }
}

fn edge_words() -> EdgeWords {
    let word = str::to_owned;
    EdgeWords { inexact: word("date not exact"), unknown: word("date not known"), floating: word("how long is known, not when") }
}

fn bar(label: &str, extent: Extent, printed: &str) -> Bar {
    Bar { label: label.to_owned(), extent, printed: printed.to_owned() }
}

/// The numbers of an attribute of all elements of a name.
fn numbers(svg: &str, element: &str, attribute: &str) -> Vec<f64> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let nodes = document.descendants().filter(|node| node.has_tag_name(element));
    nodes.filter_map(|node| node.attribute(attribute)?.parse().ok()).collect()
}

#[test]
fn bars_are_drawn_as_what_their_values_are() {
    let bars = vec![
        bar("Exact", Extent::Exact(40000.0), "40,000"),
        bar("About", Extent::About(50000.0), "about 50,000"),
        bar("At least", Extent::AtLeast(30000.0), "at least 30,000"),
        bar("At most", Extent::AtMost(20000.0), "at most 20,000"),
        bar("A range with a name that takes more than a line of its column", Extent::Between(20000.0, 60000.0), "20,000–60,000"),
        bar("Zero", Extent::Exact(0.0), "0"),
        bar("Unknown", Extent::Unknown, "not reported"),
    ];
    let svg = expect("bars", &Chart::Bars(BarChart { bars, words: words(), numbers: NumberStyle::default() }));
    assert!(svg.contains("not reported"), "an unknown value is said, not drawn as zero");
    assert!(svg.contains("faint-hatch"));
}

#[test]
fn hostile_text_and_values_stay_inside_the_drawing() {
    let name = "</text><script>alert(1)</script>&\"'".repeat(20);
    let bars =
        vec![bar(&name, Extent::Exact(1e308), &name), bar("", Extent::Exact(f64::MIN_POSITIVE), ""), bar("中文", Extent::About(0.0), "0")];
    let svg = draw(&Chart::Bars(BarChart { bars, words: words(), numbers: NumberStyle::default() }));
    assert!(!svg.contains("<script"), "{svg}");
    for (element, attribute) in [("rect", "x"), ("rect", "width"), ("text", "x"), ("line", "x1")] {
        assert!(
            numbers(&svg, element, attribute).iter().all(|number| number.is_finite() && (0.0..=440.0).contains(number)),
            "{attribute}: {svg}"
        );
    }
    assert!(!draw(&Chart::Bars(BarChart { bars: Vec::new(), words: words(), numbers: NumberStyle::default() })).is_empty());
}

#[test]
fn timelines_have_rows_gates_and_lanes() {
    let span = |label: &str, inside: &str, start, end, lane| Span {
        label: label.to_owned(),
        inside: inside.to_owned(),
        start,
        end,
        length: None,
        lane,
    };
    let gate = |label: &str, at| Gate { label: label.to_owned(), when: "date unknown".to_owned(), at };
    let timeline = Timeline {
        spans: vec![
            span("Combat operations", "", Edge::Open, Edge::At(0.5), 2),
            span("International force", "two years", Edge::At(0.25), Edge::Open, 0),
            span("Demilitarization of armed groups", "", Edge::At(0.5), Edge::Open, 0),
            span("Return of authority", "", Edge::At(0.75), Edge::Open, 1),
        ],
        gates: vec![
            gate("Decision of the Security Council", 0.25),
            gate("End of extensive combat", 0.5),
            gate("Reform of the Palestinian Authority", 0.75),
        ],
        lanes: ["The draft", "The plan", "John Spencer"].map(str::to_owned).into(),
        words: edge_words(),
        note: "Not to scale: no dates are reported.".to_owned(),
    };
    let svg = expect("timeline", &Chart::Timeline(timeline));
    assert_eq!(svg.matches("date unknown").count(), 3);
}

#[test]
fn timelines_show_dates_as_exact_as_they_are() {
    let span = |label: &str, start, end| Span { label: label.to_owned(), inside: String::new(), start, end, length: None, lane: 0 };
    let timeline = Timeline {
        spans: vec![
            span("From one day to another", Edge::At(0.2), Edge::At(0.8)),
            span("One day", Edge::At(1.0), Edge::At(1.0)),
            span("About a year", Edge::About(0.0), Edge::About(0.6)),
            span("In a range of years", Edge::Between(0.1, 0.3), Edge::Between(0.7, 1.0)),
            span("Not before, at least until", Edge::AtLeast(0.1), Edge::AtLeast(0.5)),
            span("A range that begins in itself", Edge::Between(0.2, 0.8), Edge::Between(0.4, 0.9)),
            span("Open at both ends", Edge::Open, Edge::Open),
        ],
        gates: vec![Gate { label: "1 January 1999".to_owned(), when: String::new(), at: 0.0 }],
        lanes: vec!["The report".to_owned()],
        words: edge_words(),
        note: String::new(),
    };
    let svg = expect("timeline-dates", &Chart::Timeline(timeline));
    assert!(svg.contains("date not exact"), "a vague end is said to be one");
    for width in numbers(&svg, "rect", "width") {
        assert!(width > 0.0 && width < 440.0);
    }
}

#[test]
fn tables_and_figures_have_their_numbers_in_print() {
    let case = cases::folder("render/references");
    let book = crate::faults::book_of(&case);
    let temporary = tempfile::tempdir().unwrap();
    let Some(_) = press::engine() else { return };
    let built = press::build(book.path(), temporary.path()).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let Some(pages) = pdf::pages(&std::fs::read(book.path().join("output/v1/book.pdf")).unwrap()) else { return };
    let text = pages.join(" ");
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "See Table 1, Table 3, Figure 1, What they say,",
        "Table 2. A second one (page 2)",
        "Figure 1. Troops (page 2)",
        "Table 4. In a quotation c d",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn timelines_tell_what_floats_and_what_is_not_known() {
    let span = |label: &str, inside: &str, start, end, length, lane| Span {
        label: label.to_owned(),
        inside: inside.to_owned(),
        start,
        end,
        length,
        lane,
    };
    let gate = |label: &str, at| Gate { label: label.to_owned(), when: String::new(), at };
    let timeline = Timeline {
        spans: vec![
            span("Anywhere", "two years", Edge::Floating(0.0), Edge::Floating(1.0), None, 0),
            span("Between two gates", "a month", Edge::Floating(0.25), Edge::Floating(0.75), None, 1),
            span("From a gate on", "two years", Edge::At(0.25), Edge::Floating(1.0), None, 2),
            span("Up to a gate", "two years", Edge::Floating(0.0), Edge::At(0.75), None, 0),
            span("To scale", "", Edge::Floating(0.0), Edge::Floating(1.0), Some(0.2), 0),
            span("A start that is not known", "", Edge::Unknown, Edge::At(0.75), None, 0),
            span("An end that is not known", "", Edge::At(0.25), Edge::Unknown, None, 1),
            span("Neither is known", "", Edge::Unknown, Edge::Unknown, None, 2),
            span("Not known, and open", "", Edge::Unknown, Edge::Open, None, 0),
        ],
        gates: vec![gate("One", 0.25), gate("Two", 0.75)],
        lanes: ["The draft", "The plan", "John Spencer"].map(str::to_owned).into(),
        words: edge_words(),
        note: String::new(),
    };
    let svg = expect("timeline-floating", &Chart::Timeline(timeline));
    assert!(svg.contains("date not known") && svg.contains("how long is known, not when") && !svg.contains("date not exact"));
    let document = roxmltree::Document::parse(&svg).unwrap();
    let marks = document.descendants().filter(|node| node.is_text() && node.text().is_some_and(|text| text.trim() == "?")).count();
    assert_eq!(marks, 6, "five unknown ends, and one in the legend");
}

/// The symbols are drawn, and no part of the text: what is copied and read aloud are the words behind them.
#[test]
fn a_scorecard_in_print_is_read_as_its_words() {
    let Some(_) = press::engine() else { return };
    let book = crate::faults::book_of(&cases::folder("render/scorecard-words"));
    let temporary = tempfile::tempdir().unwrap();
    let built = press::build(book.path(), temporary.path()).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let Some(pages) = pdf::pages(&std::fs::read(book.path().join("output/v1/book.pdf")).unwrap()) else { return };
    let text = pages.join(" ").replace('\u{a0}', " ");
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in ["First Second Third", "Alpha yes", "partly", "Beta no", "unknown"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains(['●', '◐', '○']), "{text}");
    let markdown = std::fs::read_to_string(book.path().join("output/v1/book.md")).unwrap();
    assert!(["●", "◐", "○", "–"].iter().all(|symbol| markdown.contains(symbol)), "{markdown}");
}

fn point(at: f64, extent: Extent, printed: &str) -> Point {
    Point { at, extent, printed: printed.to_owned() }
}

#[test]
fn lines_break_where_nothing_is_known() {
    let years = ["2019", "2020", "2021", "2022", "2023", "2024"];
    let steps: Vec<(String, f64)> = years.iter().enumerate().map(|(index, year)| ((*year).to_owned(), index as f64 / 5.0)).collect();
    let series = vec![
        Series {
            name: "Riders at night".to_owned(),
            points: vec![
                point(0.0, Extent::Exact(120.0), "120"),
                point(0.2, Extent::About(180.0), "about 180"),
                point(0.4, Extent::Unknown, "not reported"),
                point(0.6, Extent::AtLeast(220.0), "at least 220"),
                point(0.8, Extent::Between(180.0, 300.0), "180–300"),
                point(1.0, Extent::Exact(260.0), "260"),
            ],
        },
        Series {
            name: "Riders by day".to_owned(),
            points: vec![
                point(0.0, Extent::Exact(40.0), "40"),
                point(0.4, Extent::AtMost(90.0), "at most 90"),
                point(1.0, Extent::Exact(250.0), "250"),
            ],
        },
    ];
    let svg = expect("lines", &Chart::Lines(LineChart { steps, series, words: words(), numbers: NumberStyle::default() }));
    assert!(svg.contains("not reported") && svg.contains("faint-hatch"), "what isn't known is a slot, and no point of a line");
}

/// A marker stands for a value wherever it is, so that what isn't known has none.
#[test]
fn a_value_that_is_not_known_has_no_marker() {
    let points = vec![
        point(0.0, Extent::Exact(40.0), "40"),
        point(0.5, Extent::Unknown, "not reported"),
        point(1.0, Extent::About(20.0), "about 20"),
    ];
    let steps = vec![("2019".to_owned(), 0.0), ("2020".to_owned(), 0.5), ("2021".to_owned(), 1.0)];
    let series = vec![Series { name: "Riders".to_owned(), points }];
    let svg = draw(&Chart::Lines(LineChart { steps, series, words: words(), numbers: NumberStyle::default() }));
    let document = roxmltree::Document::parse(&svg).unwrap();
    let markers = document.descendants().filter(|node| node.has_tag_name("path")).count();
    assert_eq!(markers, 3, "two values, and the sign of one in the legend: {svg}");
    let signs = document.descendants().filter(|node| node.is_text() && node.text().is_some_and(|text| text.trim() == "?")).count();
    assert_eq!(signs, 2, "the slot, and its sign in the legend");
}

#[test]
fn stacked_bars_show_parts_as_what_they_are() {
    let bar = |label: &str, parts: [(Extent, &str); 3]| StackedBar {
        label: label.to_owned(),
        parts: parts.into_iter().map(|(extent, printed)| Some((extent, printed.to_owned()))).collect(),
    };
    let bars = vec![
        bar("Exact", [(Extent::Exact(30.0), "30"), (Extent::Exact(20.0), "20"), (Extent::Exact(10.0), "10")]),
        bar("Not exact", [(Extent::About(20.0), "about 20"), (Extent::AtLeast(10.0), "at least 10"), (Extent::AtMost(15.0), "at most 15")]),
        bar("Not known", [(Extent::Exact(0.0), "0"), (Extent::Unknown, "not reported"), (Extent::Between(5.0, 25.0), "5–25")]),
    ];
    let parts = ["Wages", "Fuel", "Other"].map(str::to_owned).into();
    let svg = expect("stacked", &Chart::Stacked(StackedBars { parts, bars, words: words(), numbers: NumberStyle::default() }));
    assert!(svg.contains("not reported"));
}

#[test]
fn graphs_lead_from_left_to_right() {
    let nodes = ["Decision of the council", "Fuel depot", "Drivers", "Timetable", "First night bus", "Review after a year"];
    let edges = vec![(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 4), (0, 5), (4, 5)];
    let graph = Graph { nodes: nodes.map(str::to_owned).into(), edges };
    let svg = expect("graph", &Chart::Graph(graph));
    let boxes = numbers(&svg, "rect", "x");
    assert_eq!(boxes.len(), nodes.len());
    assert!(boxes[0] < boxes[1] && boxes[1] < boxes[4] && boxes[4] < boxes[5], "each box is to the right of what leads to it");
}

#[test]
fn hostile_charts_stay_inside_the_drawing() {
    let name = "</text><script>alert(1)</script>\u{202e}שלום عربى 中文 ".repeat(12);
    let empty = [
        Chart::Lines(LineChart { steps: Vec::new(), series: Vec::new(), words: words(), numbers: NumberStyle::default() }),
        Chart::Stacked(StackedBars { parts: Vec::new(), bars: Vec::new(), words: words(), numbers: NumberStyle::default() }),
        Chart::Graph(Graph { nodes: Vec::new(), edges: Vec::new() }),
    ];
    let extents = [
        Extent::Exact(1e308),
        Extent::About(0.0),
        Extent::AtLeast(1e308),
        Extent::AtMost(0.0),
        Extent::Between(0.0, 1e308),
        Extent::Unknown,
    ];
    let points = |extents: &[Extent]| -> Vec<Point> {
        let count = extents.len() as f64;
        extents.iter().enumerate().map(|(index, extent)| point(index as f64 / count, *extent, &name)).collect()
    };
    let series = (0..4).map(|_| Series { name: name.clone(), points: points(&extents) }).collect();
    let parts = |extent: Extent| (0..5).map(|_| Some((extent, name.clone()))).collect();
    let full = [
        Chart::Lines(LineChart {
            steps: (0..60).map(|index| (name.clone(), f64::from(index) / 59.0)).collect(),
            series,
            words: words(),
            numbers: NumberStyle::default(),
        }),
        Chart::Stacked(StackedBars {
            parts: vec![name.clone(); 5],
            bars: [Extent::Exact(1e307), Extent::Unknown, Extent::AtLeast(1e307)]
                .map(|e| StackedBar { label: name.clone(), parts: parts(e) })
                .into(),
            words: words(),
            numbers: NumberStyle::default(),
        }),
        Chart::Graph(Graph {
            nodes: vec![name.clone(); 60],
            edges: (1..60).map(|to| ((to - 1) / 10, to)).filter(|(a, b)| a < b).collect(),
        }),
    ];
    for chart in empty.iter().chain(&full) {
        let svg = draw(chart);
        roxmltree::Document::parse(&svg).unwrap();
        assert!(!svg.contains("<script") && !svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        for (element, attribute) in [("rect", "x"), ("rect", "width"), ("text", "x"), ("line", "x1"), ("line", "x2")] {
            let all = numbers(&svg, element, attribute);
            assert!(all.iter().all(|number| number.is_finite() && (-0.01..=440.01).contains(number)), "{element} {attribute}: {all:?}");
        }
        for (x, width) in numbers(&svg, "rect", "x").iter().zip(numbers(&svg, "rect", "width")) {
            assert!(x + width <= 441.0, "{x} {width}");
        }
    }
}

/// In print drawings have the colors of the style and of the book; what is drawn for no theme has those of the default style.
#[test]
fn drawings_are_printed_in_the_colors_of_the_theme() {
    let bars = vec![bar("One", Extent::Between(1.0, 2.0), "1–2"), bar("Two", Extent::Unknown, "not reported")];
    let drawing = draw(&Chart::Bars(BarChart { bars, words: words(), numbers: NumberStyle::default() }));
    let themed = |style: Style, color: Option<&str>| {
        let theme = ThemeOptions { style, color: color.map(str::to_owned), ..ThemeOptions::default() };
        colored(&drawing, &Colors::of(&theme)).unwrap()
    };
    assert_eq!(themed(Style::Briefing, None), drawing);
    let red = themed(Style::Briefing, Some("#7a1f1f"));
    assert!(red.contains("fill=\"#7a1f1f\"") || red.contains("stroke=\"#7a1f1f\""), "{red}");
    for (style, blue) in
        [(red, "the book's color"), (themed(Style::Plain, None), "black and white"), (themed(Style::Reader, None), "reader")]
    {
        assert!(!style.contains("#1c3557") && !style.contains("#8fa3bd"), "{blue}: {style}");
    }
    let plain = themed(Style::Plain, None);
    let document = roxmltree::Document::parse(&plain).unwrap();
    for attribute in document.descendants().flat_map(|node| node.attributes()).filter(|a| matches!(a.name(), "fill" | "stroke")) {
        let color = attribute.value();
        assert!(!color.starts_with('#') || color[1..3] == color[3..5] && color[3..5] == color[5..7], "{color} is no grey: {plain}");
    }
    // As theme.typ has them.
    let reader = DEFAULT_THEME.split("reader: (").nth(1).unwrap();
    assert!(reader.contains("color: rgb(\"#14304f\")") && reader.contains("quiet: luma(25%)") && reader.contains("hair: luma(55%)"));
}

/// Beside large type letters are larger, and the drawing as wide as before.
#[test]
fn letters_of_drawings_are_larger_beside_large_type() {
    let bars = vec![bar("Implementation Force", Extent::Exact(2.0), "2"), bar("Two", Extent::Unknown, "not reported")];
    let chart = Chart::Bars(BarChart { bars, words: words(), numbers: NumberStyle::default() });
    let size = |lettering| {
        let drawing = brief::figure::draw(&chart, lettering);
        let width: f64 = numbers_of(&drawing, "viewBox")[2];
        let printed = roxmltree::Document::parse(&drawing).unwrap().root_element().attribute("width").unwrap().to_owned();
        assert_eq!(printed, "440pt");
        440.0 / width * numbers(&drawing, "text", "font-size")[0]
    };
    assert!(size(Lettering::Large) > 1.25 * size(Lettering::Usual));
}

/// The numbers in an attribute of the drawing itself.
fn numbers_of(svg: &str, attribute: &str) -> Vec<f64> {
    let document = roxmltree::Document::parse(svg).unwrap();
    document.root_element().attribute(attribute).unwrap().split(' ').map(|number| number.parse().unwrap()).collect()
}
