//! Pages of books that nobody wrote: very long names, no record, one, a thousand. Nothing may run past the paper's edge or over
//! other text; what does is a warning that names it.

use std::fmt::Write;
use std::fs;

use super::books::{Book, Run, brief_with, typst};

const LONG_WORD: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

const TEMPLATE: &str = "---\nkind: book\ntoc: true\n---\n# {{ book.title }}\n\n## One\n\nText.\n\n## All of them\n\n{% if things %}\n\
    | Thing | What it is | How many | Since |\n| :-- | :-- | --: | :-- |\n{% for thing in things %}\n\
    | **{{ thing }}** | {{ thing.text }}<br>{{ thing.text }} | {{ thing.count }} | {% if thing.since is not none %}{{ thing.since }}{% endif %} |\n{% endfor %}\n{% endif %}\n\n{% if things and things | length <= 40 %}\n\
    {{ bar_chart(things, label=\"name\", value=\"count\", title=\"How many there are\") }}\n\n\
    {{ timeline(things, label=\"name\", start=\"since\", end=\"until\", lane=\"kind\", lasts=\"lasts\", title=\"When they are\") }}\n\n\
    {{ scorecard(things, [\"answer\"], cell=\"*\", title=\"Whether they are\") }}\n{% endif %}\n\n\
    ## {{ book.title }}, again\n\nThe end.\n";

const SCHEMA: &str = "type: object\nadditionalProperties: false\nrequired: [name]\nproperties:\n  name: { type: string }\n  \
    text: { type: string, title: What it is }\n  kind: { type: string }\n  count: { type: integer, x-claim: true, title: How many }\n  \
    since: { type: string, format: partial-date, x-claim: true, title: Since }\n  \
    until: { type: string, format: partial-date, x-claim: true, title: Until }\n  \
    lasts: { type: number, x-claim: true, title: Lasts }\n  answer: { type: string, x-claim: true, title: Whether it is }\n";

fn built(count: usize, settings: &str, front: &str) -> Option<(Book, Run)> {
    let typst = typst()?;
    let book = Book::new();
    let mut things = String::from("{}\n");
    for index in 0..count {
        if index == 0 {
            things.clear();
        }
        let name = match index % 4 {
            0 => format!("{LONG_WORD} {index}"),
            1 => format!("The {index}th thing, whose name goes on {}", "and on ".repeat(12)),
            2 => format!("Ένα πολύ μεγάλο όνομα, длинное название {index}"),
            _ => format!("T{index}"),
        };
        let when = match index % 3 {
            0 => "since: 1990\n  until: 2001-05",
            1 => "since: { unknown: not-reported }\n  until: { value: 2010, approximate: true }",
            _ => "lasts: { value: 3, unit: years }",
        };
        let answer = ["yes", "no", "partly"][index % 3];
        let text = "Something is said of it, at some length. ".repeat(index % 7);
        write!(
            things,
            "t{index}:\n  name: \"{name}\"\n  source: report#7\n  text: \"{text}{LONG_WORD}\"\n  kind: Kind {}\n  count: {}\n  {when}\n  answer: \"{answer}\"\n",
            index % 4,
            index * index * 997
        )
        .unwrap();
    }
    book.write("content/things.yaml", &things);
    book.write("content/schemas/things.yaml", SCHEMA);
    book.write("templates/book.md.jinja", &TEMPLATE.replace("toc: true\n", &format!("toc: true\n{front}")));
    let before = fs::read_to_string(book.root.join("content/book.yaml")).unwrap();
    let title = format!("title: {LONG_WORD} and much more that makes a long title of a book");
    book.write("content/book.yaml", &format!("{}{settings}", before.replace("title: A Small Book", &title)));
    let run = brief_with(&book.root, &["build", "--date", "2025-11-06"], &typst);
    Some((book, run))
}

fn fits(count: usize, settings: &str, front: &str) {
    let Some((_book, run)) = built(count, settings, front) else { return };
    assert_eq!(run.code, Some(0), "{}", run.err);
    assert!(!run.err.contains("text-overflow"), "{count} records, {settings}{front}: {}", run.err);
}

#[test]
fn a_book_without_records_or_with_one_fits_its_pages() {
    for count in [0, 1] {
        for settings in
            ["theme: { style: briefing }\nnotes: margin\n", "theme: { style: plain }\n", "theme: { style: reader }\nnotes: page\n"]
        {
            fits(count, settings, "");
        }
    }
}

#[test]
fn a_book_with_long_names_fits_upright_and_lying_pages() {
    let margin = "theme: { style: briefing, paper: us-letter }\nnotes: margin\n";
    let foot = "theme: { style: briefing, paper: us-letter }\nnotes: page\n";
    let lying = "orientation: landscape\n";
    let reader = "theme: { style: reader }\n";
    for (settings, front) in [(margin, ""), (margin, lying), (foot, lying), (reader, ""), (reader, lying)] {
        fits(24, settings, front);
    }
}

#[test]
fn a_book_with_a_thousand_records_fits_its_pages() {
    fits(1000, "notes: page\n", "");
}
