//! The stages on a generated book of 300 records: `cargo bench`.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a benchmark may start programs, and fail by panicking")]

use std::hint::black_box;
use std::process::Command;

use brief::assembly;
use brief::model::{Audience, Book, Marking, Record, SharedRecord};
use brief::pipeline;
use brief::progress::Progress;
use brief::{load, markdown, tree};
use criterion::{Criterion, criterion_group, criterion_main};

struct Silent;

impl Progress for Silent {
    fn start(&self, _stage: &str, _total: u64) {}
    fn step(&self, _what: &str) {}
    fn finish(&self) {}
}

/// A book in a folder, as `generate-book` writes it.
fn generated() -> tempfile::TempDir {
    generated_with(&["--records", "300", "--pages", "250"])
}

fn generated_with(arguments: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let status = Command::new(env!("CARGO"))
        .args(["run", "--release", "--quiet", "--example", "generate-book", "--"])
        .arg(folder.path())
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success());
    folder
}

fn stages(criterion: &mut Criterion) {
    let folder = generated();
    let (tree, faults) = tree::folder::read(folder.path()).unwrap();
    assert!(faults.is_empty());
    criterion.bench_function("read the tree", |b| b.iter(|| tree::folder::read(black_box(folder.path())).unwrap()));
    criterion.bench_function("load", |b| b.iter(|| load::load(black_box(&tree))));
    criterion
        .bench_function("read, load, check and render", |b| b.iter(|| pipeline::check(black_box(folder.path()), &[], &Silent).unwrap()));

    // The Markdown of the book itself, made once.
    let text = markdown_of(folder.path());
    criterion.bench_function("parse Markdown", |b| b.iter(|| markdown::parse(black_box(&text))));
}

/// What an audience gets of 10,000 records, every tenth of which it may not see; and where it may not see two of the twenty
/// sources either, so that every tenth record lacks its figures, and its text names what was withheld.
fn audience(criterion: &mut Criterion) {
    let folder = generated_with(&["--records", "10000", "--table"]);
    let (tree, _) = tree::folder::read(folder.path()).unwrap();
    let mut book = load::load(&tree).book.unwrap();
    let public = Audience { name: "public".to_owned(), clearance: Marking::of("TLP:CLEAR"), documents: None, style: None };
    restrict_every_tenth(&mut book, "topics");
    criterion.bench_function("view of 10,000 records", |b| b.iter_with_large_drop(|| assembly::view(black_box(&book), &public)));
    restrict_every_tenth(&mut book, "sources");
    criterion.bench_function("view without two sources", |b| b.iter_with_large_drop(|| assembly::view(black_box(&book), &public)));
}

fn restrict_every_tenth(book: &mut Book, collection: &str) {
    for shared in book.collections[collection].records.values_mut().step_by(10) {
        let mut record = Record::clone(shared);
        record.marking = Marking::of("TLP:RED");
        *shared = SharedRecord::new(record);
    }
}

fn markdown_of(root: &std::path::Path) -> String {
    let status = Command::new(env!("CARGO"))
        .args(["run", "--release", "--quiet", "--", "build", "--no-pdf", "--document", "book", "--quiet", "--root"])
        .arg(root)
        .status()
        .unwrap();
    assert!(status.success());
    std::fs::read_to_string(root.join("output/draft/book.md")).unwrap()
}

criterion_group! { name = benches; config = Criterion::default().sample_size(20); targets = stages, audience }
criterion_main!(benches);
