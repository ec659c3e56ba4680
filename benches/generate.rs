//! Writes a book of any size, always the same for the same arguments: what the benchmarks build.
//!
//! ```sh
//! cargo run --release --example generate-book -- DIR --records 300 --pages 250
//! cargo run --release --example generate-book -- DIR --records 10000 --table
//! ```
#![allow(clippy::disallowed_methods, reason = "it writes a book, not an output")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Parser;

/// Words on a page of the default theme, headings and tables apart.
const WORDS_ON_A_PAGE: usize = 430;
/// Sources, of which each claim names one.
const SOURCES: usize = 20;

/// Writes a book for benchmarks
#[derive(Debug, Parser)]
struct Arguments {
    /// The folder to write it to, which is emptied first of what it would be in the way
    folder: PathBuf,
    /// How many records it has
    #[arg(long, default_value_t = 300)]
    records: usize,
    /// About how many pages its documents have together
    #[arg(long, default_value_t = 250)]
    pages: usize,
    /// Makes one document instead, with a row for each record, which all stand in one file
    #[arg(long)]
    table: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let folder = &arguments.folder;
    ensure!(arguments.records > 0, "a book has at least one record");
    for part in ["content", "templates"] {
        let part = folder.join(part);
        if part.exists() {
            fs::remove_dir_all(&part).with_context(|| format!("can't empty `{}`", part.display()))?;
        }
    }
    write(folder, "content/sources.yaml", &sources())?;
    write(folder, "content/schemas/topics.yaml", SCHEMA)?;
    if arguments.table { table(folder, &arguments) } else { book(folder, &arguments) }
}

/// A book with a chapter for each record, and a sheet of about a page for every third.
fn book(folder: &Path, arguments: &Arguments) -> Result<()> {
    let sheets = (arguments.records / 3).min(arguments.pages / 2);
    let words = arguments.pages.saturating_sub(sheets) * WORDS_ON_A_PAGE / arguments.records;
    let mut words_of = Words(1);
    for number in 1..=arguments.records {
        let collection = if number <= sheets { "topics" } else { "annexes" };
        write(folder, &format!("content/{collection}/{}.yaml", id(number)), &record(number, words, &mut words_of))?;
    }
    if sheets < arguments.records {
        write(folder, "content/schemas/annexes.yaml", SCHEMA)?;
    }
    write(folder, "content/book.yaml", BOOK)?;
    write(folder, "templates/book.md.jinja", if sheets < arguments.records { BOOK_TEMPLATE } else { ONE_COLLECTION })?;
    write(folder, "templates/topic.md.jinja", TOPIC_TEMPLATE)?;
    write(folder, "templates/parts/topic.jinja", TOPIC_PART)
}

/// One document, one table, one file of records.
fn table(folder: &Path, arguments: &Arguments) -> Result<()> {
    let mut words = Words(1);
    let mut records = String::new();
    for number in 1..=arguments.records {
        let text = record(number, 12, &mut words);
        let _ = writeln!(records, "{}:\n  {}", id(number), text.trim_end().replace('\n', "\n  "));
    }
    write(folder, "content/topics.yaml", &records)?;
    write(folder, "content/book.yaml", TABLE_BOOK)?;
    write(folder, "templates/book.md.jinja", TABLE_TEMPLATE)
}

fn write(folder: &Path, path: &str, text: &str) -> Result<()> {
    let path = folder.join(path);
    path.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&path, text))
        .with_context(|| format!("can't write `{}`", path.display()))
}

fn id(number: usize) -> String {
    format!("topic-{number:06}")
}

fn sources() -> String {
    (1..=SOURCES)
        .map(|n| {
            format!("report-{n}:\n  title: Report number {n} of the commission\n  publisher: The commission\n  date: 2025-06-{n:02}\n")
        })
        .collect()
}

fn record(number: usize, length: usize, words: &mut Words) -> String {
    let source = words.below(SOURCES) + 1;
    let (troops, cost) = (words.below(90_000), words.below(5_000_000));
    let name = words.sentence(3);
    let paragraphs: Vec<String> = paragraphs(length).map(|length| words.paragraph(length, source)).collect();
    format!(
        "name: {} {number}\nsource: report-{source}#{}\ntroops: {troops}\ncost: {{ value: {cost}, approximate: true, unit: USD }}\nverdict: {}\ntext: |\n  {}\n",
        name.trim_end_matches('.'),
        number % 40 + 1,
        words.sentence(8).trim_end_matches('.'),
        paragraphs.join("\n\n  ")
    )
}

/// The lengths of paragraphs of about 80 words that make a text of some length.
fn paragraphs(length: usize) -> impl Iterator<Item = usize> {
    (0..length.max(1)).step_by(80).map(move |start| (length.max(1) - start).min(80))
}

/// A small generator of numbers, and of words and sentences from them.
struct Words(u64);

impl Words {
    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }

    fn sentence(&mut self, length: usize) -> String {
        let mut text = String::new();
        for index in 0..length {
            let word = VOCABULARY[self.below(VOCABULARY.len())];
            if index == 0 {
                text.extend(word.chars().take(1).flat_map(char::to_uppercase));
                text.push_str(&word[1..]);
            } else {
                text.push(' ');
                text.push_str(word);
            }
        }
        text + "."
    }

    /// Sentences, the last of them cited.
    fn paragraph(&mut self, length: usize, source: usize) -> String {
        let mut sentences = Vec::new();
        let mut left = length;
        while left > 0 {
            let words = (6 + self.below(14)).min(left);
            sentences.push(self.sentence(words));
            left -= words;
        }
        format!("{}[@report-{source}#{}]", sentences.join(" "), self.below(40) + 1)
    }
}

const VOCABULARY: &[&str] = &[
    "the",
    "mandate",
    "of",
    "force",
    "and",
    "its",
    "tasks",
    "in",
    "every",
    "phase",
    "a",
    "council",
    "which",
    "contributors",
    "agree",
    "to",
    "report",
    "within",
    "six",
    "months",
    "on",
    "progress",
    "toward",
    "conditions",
    "that",
    "were",
    "set",
    "by",
    "resolution",
    "while",
    "police",
    "trained",
    "elsewhere",
    "take",
    "over",
    "districts",
    "as",
    "security",
    "allows",
    "humanitarian",
    "deliveries",
    "continue",
    "under",
    "unified",
    "command",
    "with",
    "observers",
    "from",
    "neighboring",
    "states",
    "who",
    "assess",
    "demilitarization",
    "before",
    "withdrawal",
    "begins",
    "however",
    "several",
    "governments",
    "object",
    "because",
    "no",
    "timetable",
    "exists",
    "for",
    "transition",
];

const SCHEMA: &str = "\
title: Topic
type: object
additionalProperties: false
required: [name, troops, cost, verdict, text]
properties:
  name: { type: string }
  troops: { type: integer, x-claim: true }
  cost: { type: integer, x-claim: true }
  verdict: { type: string, x-claim: true }
  text: { type: string, format: markdown }
";

const BOOK: &str = "\
title: A generated book
as_of: 2025-11-05
documents:
  - { id: book, template: book.md.jinja }
  - { id: \"topics/{{ record.id }}\", each: topics, template: topic.md.jinja }
";

const BOOK_TEMPLATE: &str = "\
---
kind: book
cover: true
toc: true
---
# {{ book.title }}

{% for topic in topics %}
{% if loop.index0 % 15 == 0 %}
## Topics, part {{ loop.index0 // 15 + 1 }}

{% endif %}
### {{ topic }}

{% include \"parts/topic.jinja\" %}

{% endfor %}
{% for topic in annexes %}
{% if loop.index0 % 15 == 0 %}
## Annexes, part {{ loop.index0 // 15 + 1 }}

{% endif %}
### {{ topic }}

{% include \"parts/topic.jinja\" %}

{% endfor %}
";

const ONE_COLLECTION: &str = "\
---
kind: book
cover: true
toc: true
---
# {{ book.title }}

{% for topic in topics %}
{% if loop.index0 % 15 == 0 %}
## Topics, part {{ loop.index0 // 15 + 1 }}

{% endif %}
### {{ topic }}

{% include \"parts/topic.jinja\" %}

{% endfor %}
";

const TOPIC_TEMPLATE: &str = "\
---
kind: sheet
---
{% set topic = record %}
# {{ topic }}

{% include \"parts/topic.jinja\" %}
";

const TOPIC_PART: &str = "\
| Point | As reported |
| :--- | :--- |
| Troops | {{ topic.troops }} |
| Cost | {{ topic.cost }} |
| Verdict | {{ topic.verdict }} |

{{ topic.text }}
";

const TABLE_BOOK: &str = "\
title: A generated table
as_of: 2025-11-05
documents:
  - { id: book, template: book.md.jinja }
";

const TABLE_TEMPLATE: &str = "\
# {{ book.title }}

| Topic | Troops | Cost | Verdict |
| :--- | ---: | ---: | :--- |
{% for topic in topics %}
| {{ topic }} | {{ topic.troops }} | {{ topic.cost }} | {{ topic.verdict }} |
{% endfor %}
";
