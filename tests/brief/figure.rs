//! Drawings, as expected files in `tests/cases/figure`: `cargo expect figure` writes them anew, to be looked at.

use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;
use brief::document::chart::{Bar, BarChart, Chart, Edge, Extent, Gate, QualifierWords, Span, Timeline};
use brief::figure::draw;

use super::cases::{self, Comparison};

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
    let svg = expect("bars", &Chart::Bars(BarChart { bars, words: words() }));
    assert!(svg.contains("not reported"), "an unknown value is said, not drawn as zero");
    assert!(svg.contains("faint-hatch"));
}

#[test]
fn hostile_text_and_values_stay_inside_the_drawing() {
    let name = "</text><script>alert(1)</script>&\"'".repeat(20);
    let bars =
        vec![bar(&name, Extent::Exact(1e308), &name), bar("", Extent::Exact(f64::MIN_POSITIVE), ""), bar("中文", Extent::About(0.0), "0")];
    let svg = draw(&Chart::Bars(BarChart { bars, words: words() }));
    assert!(!svg.contains("<script"), "{svg}");
    for (element, attribute) in [("rect", "x"), ("rect", "width"), ("text", "x"), ("line", "x1")] {
        assert!(
            numbers(&svg, element, attribute).iter().all(|number| number.is_finite() && (0.0..=440.0).contains(number)),
            "{attribute}: {svg}"
        );
    }
    assert!(!draw(&Chart::Bars(BarChart { bars: Vec::new(), words: words() })).is_empty());
}

#[test]
fn timelines_have_rows_gates_and_voices() {
    let span =
        |label: &str, inside: &str, start, end, voice| Span { label: label.to_owned(), inside: inside.to_owned(), start, end, voice };
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
        voices: ["The draft", "The plan", "John Spencer"].map(str::to_owned).into(),
        vague: "date not exact".to_owned(),
        note: "Not to scale: no dates are reported.".to_owned(),
    };
    let svg = expect("timeline", &Chart::Timeline(timeline));
    assert_eq!(svg.matches("date unknown").count(), 3);
}

#[test]
fn timelines_show_dates_as_exact_as_they_are() {
    let span = |label: &str, start, end| Span { label: label.to_owned(), inside: String::new(), start, end, voice: 0 };
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
        voices: vec!["The report".to_owned()],
        vague: "date not exact".to_owned(),
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
    let case = cases::folder("faults/references");
    let book = crate::faults::book_of(&case);
    let built = Command::cargo_bin("brief").unwrap().current_dir(book.path()).args(["build", "--date", "2025-11-06"]).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let text = Command::new("pdftotext").arg(book.path().join("output/v1/book.pdf")).arg("-").output().unwrap();
    let text = String::from_utf8(text.stdout).unwrap();
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "See Table 1, Table 3, Figure 1, What they say,",
        "Table 2. A second one (page 3)",
        "Figure 1. Troops (page 3)",
        "Table 4. In a quotation c d",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}
