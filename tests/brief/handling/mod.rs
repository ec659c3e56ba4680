//! How what is printed must be handled: documents bear the highest marking of what they hold, and so do pages and portions.

mod pages;
mod portions;
mod withheld;

use std::sync::Arc;

use brief::assembly;
use brief::diagnostic::{Diagnostic, Severity};
use brief::document::Document;
use brief::load;
use brief::markdown;
use brief::model::{Audience, Book, Marking};
use brief::render::{Parsed, Renderer, Scope};
use brief::tree::Tree;
use serde_json::json;

/// A book of parts with values of all markings, and a template.
pub(super) struct Case {
    /// Lines of its settings, besides those that each has.
    pub(super) settings: &'static str,
    pub(super) template: &'static str,
}

const SETTINGS: &str = "title: A book\nas_of: 2025-11-05\nlanguage: en\nmarking: TLP:CLEAR\ndefault_marking: TLP:CLEAR\n\
                        documents:\n  - { id: book, template: book.md.jinja }\n";
const SCHEMA: &str = "type: object
properties:
  name: { type: string }
  cost: { type: integer, x-claim: true }
  crew: { type: integer, x-claim: true, x-marking: TLP:AMBER }
  nickname: { type: string, x-marking: TLP:GREEN }
  number: { type: integer, x-marking: TLP:AMBER+STRICT }
  story: { type: string, format: markdown, x-marking: TLP:RED }
  notes: { type: string, format: markdown }
  tags: { type: array, items: { type: string }, x-marking: TLP:GREEN }
  codename: { type: string, x-marking: TLP:RED, x-withheld: not released }
  budget: { type: integer, x-claim: true, x-marking: TLP:RED, x-withheld: not released }
  begins: { type: string, format: date, x-marking: TLP:RED, x-withheld: not released }
";
const PARTS: &str = "ant:
  name: Ant
  cost: 5
  crew: { value: 7, source: letter }
  nickname: Digger
  number: 12
  story: |
    It came by *night*.

    - One item

    And left.
  notes: |
    Seen by all.

    :::marked AMBER
    Seen by some.
    :::
  tags: [small, red]
  codename: Mole
  budget: 4000
  begins: 2025-03-01
  source: report
bee:
  name: Bee
  marking: TLP:AMBER
  cost: { value: 6, marking: TLP:RED }
  source: report
";
const SOURCES: &str = "report: { title: A report }\nletter: { title: A letter, marking: TLP:RED }\n";

impl Case {
    /// The book, with whatever is wrong with it besides that markings are new.
    pub(super) fn load(&self) -> (Tree, Book) {
        let files = [
            ("content/book.yaml", format!("{SETTINGS}{}", self.settings)),
            ("content/schemas/parts.yaml", SCHEMA.to_owned()),
            ("content/parts.yaml", PARTS.to_owned()),
            ("content/sources.yaml", SOURCES.to_owned()),
            ("templates/book.md.jinja", self.template.to_owned()),
        ];
        let tree = Tree { files: files.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes().into())).collect() };
        let loaded = load::load(&tree);
        let is_wrong = |fault: &&Diagnostic| fault.severity == Severity::Error && fault.code.name() != "not-supported";
        assert_eq!(loaded.diagnostics.iter().find(is_wrong).map(|fault| &fault.message), None);
        (tree, loaded.book.expect("the book can be read"))
    }

    /// The document of the whole book.
    pub(super) fn render(&self) -> Document {
        let (tree, book) = self.load();
        let (document, faults) = rendered(&tree, book);
        assert_eq!(faults, [""; 0]);
        document
    }

    /// What an audience gets of it, cleared for some labels.
    pub(super) fn render_for(&self, clearance: &[&str]) -> (Document, Vec<String>) {
        let (tree, book) = self.load();
        let clearance: Marking = clearance.iter().map(|label| (*label).to_owned()).collect();
        let audience = Audience { name: "readers".to_owned(), clearance, documents: None, style: None };
        let view = assembly::view(&book, &audience);
        rendered(&tree, Arc::unwrap_or_clone(view.book))
    }

    /// The Markdown of the document, as readers get it but for its front matter.
    pub(super) fn text(&self) -> String {
        markdown::to_markdown(&self.render(), &Default::default(), &|_| String::new()).text
    }
}

fn rendered(tree: &Tree, book: Book) -> (Document, Vec<String>) {
    rendered_with(tree, book, &Scope::default())
}

fn rendered_with(tree: &Tree, book: Book, scope: &Scope) -> (Document, Vec<String>) {
    let (renderer, faults) = Renderer::new(Arc::new(book), tree);
    assert_eq!(faults.into_iter().map(|fault| fault.message).collect::<Vec<_>>(), [""; 0]);
    let parse = |text: &str| {
        let parsed = markdown::parse(text);
        Parsed { document: parsed.document, faults: parsed.faults }
    };
    let rendered = renderer.render(&renderer.documents()[0], scope, &parse);
    (rendered.document, rendered.diagnostics.into_iter().map(|fault| fault.message).collect())
}

/// What a document with this text bears, and its Markdown, where a record that bears TLP:RED has changed.
pub(super) fn after_a_change(case: &Case) -> (String, String) {
    let (tree, book) = case.load();
    let changes = json!({
        "since": { "name": "v1", "number": 1 }, "complete": true, "files": [], "documents": [], "missing": [], "other_documents": [],
        "records": [{
            "collection": "parts", "collection_title": "Parts", "id": "bee", "name": "Bee", "kind": "changed",
            "fields": [{ "kind": "changed", "part": "value", "title": "Cost", "before": "5", "after": "6", "difference": 1, "inherited": false, "passages": [], "more": 0 }],
        }],
    });
    let scope = Scope { changes: Some(changes), changes_marking: Marking::of("TLP:RED"), ..Scope::default() };
    let (document, faults) = rendered_with(&tree, book, &scope);
    assert_eq!(faults, [""; 0]);
    (document.marking.to_string(), markdown::to_markdown(&document, &Default::default(), &|_| String::new()).text)
}

/// What a document with this text bears.
fn bears(template: &'static str) -> String {
    Case { settings: "", template }.render().marking.to_string()
}

#[test]
fn a_document_bears_the_highest_marking_of_what_it_prints() {
    assert_eq!(bears("# A\n\nNothing of the records.\n"), "TLP:CLEAR");
    assert_eq!(bears("# A\n\n{{ parts.ant.cost }}\n"), "TLP:CLEAR");
    assert_eq!(bears("# A\n\n{{ parts.ant.nickname }}\n"), "TLP:GREEN", "a plain text");
    assert_eq!(bears("# A\n\n{{ parts.ant.nickname | upper }} {{ parts.ant.nickname[0] }}\n"), "TLP:GREEN", "and what is made of it");
    assert_eq!(bears("# A\n\n{{ parts.ant.nickname | truncate(3) }}\n"), "TLP:GREEN");
    assert_eq!(bears("# A\n\n{% set x = parts.ant.nickname ~ '!' %}{{ x }}\n"), "TLP:GREEN");
    assert_eq!(bears("# A\n\n{{ parts.ant.tags | join(', ') }}\n"), "TLP:GREEN", "a list's items");
    assert_eq!(bears("# A\n\n{{ parts.ant.crew | uncited }}\n"), "TLP:AMBER", "a claim");
    assert_eq!(bears("# A\n\n{{ parts.ant.crew.value | uncited }}\n"), "TLP:AMBER", "a part of it");
    assert_eq!(bears("# A\n\n{{ (parts.ant.crew + 1) | uncited }}\n"), "TLP:AMBER", "what was calculated from it");
    assert_eq!(bears("# A\n\n{{ parts.ant.crew }}\n"), "TLP:RED", "the source that it names");
    assert_eq!(bears("# A\n\n{{ parts.ant.number + 1 }}\n"), "TLP:AMBER+STRICT", "a plain number");
    assert_eq!(bears("# A\n\n{{ parts.bee }}\n"), "TLP:AMBER", "a record's name");
    assert_eq!(bears("# A\n\n{{ parts.bee.id }}\n"), "TLP:AMBER", "and its id");
    assert_eq!(bears("# A\n\n{{ parts.ant.notes }}\n"), "TLP:AMBER", "a block in a text");
    assert_eq!(bears("# A\n\n{{ parts.ant.story }}\n"), "TLP:RED", "a text");
    assert_eq!(bears("# A\n\n:::marked AMBER\nSaid here.\n:::\n"), "TLP:AMBER", "a block of the template");
    assert_eq!(bears("# A\n\n{% if parts.ant.story %}There is one.{% endif %}\n"), "TLP:CLEAR", "what is only asked for");
    assert_eq!(bears("---\nsubtitle: {{ parts.ant.nickname }}\n---\n# A\n"), "TLP:GREEN", "front matter");
    assert_eq!(bears("# A\n\n{{ bar_chart(parts, label='name', value='cost', title='Costs') }}\n"), "TLP:RED", "a figure");
}

#[test]
fn a_document_that_comes_to_more_than_its_audience_may_see_is_refused() {
    let settings = "markings: { TLP:CLEAR: {}, x: { above: TLP:CLEAR }, y: { above: TLP:CLEAR }, both: { above: [x, y] } }\n";
    let template = "# A\n\n:::marked x\nOne.\n:::\n\n:::marked y\nOther.\n:::\n";
    let (tree, mut book) = {
        let files = [("content/book.yaml", format!("{SETTINGS}{settings}")), ("templates/book.md.jinja", template.to_owned())];
        let tree = Tree { files: files.into_iter().map(|(path, text)| (path.to_owned(), text.into_bytes().into())).collect() };
        let book = load::load(&tree).book.expect("the book can be read");
        (tree, book)
    };
    let clearance: Marking = ["x", "y"].map(str::to_owned).into_iter().collect();
    book.settings.reader = Some(Audience { name: "readers".to_owned(), clearance, documents: None, style: None });
    let (document, faults) = rendered(&tree, book.clone());
    assert_eq!(document.marking.to_string(), "both");
    assert_eq!(faults, ["document `book` holds what comes to `both` together, which the audience `readers` may not see"]);
    book.settings.reader = Some(Audience { name: "readers".to_owned(), clearance: Marking::of("both"), documents: None, style: None });
    assert_eq!(rendered(&tree, book).1, [""; 0]);
}

#[test]
fn templates_know_their_audience() {
    let case = Case { settings: "", template: "# A\n\n{% if audience %}For {{ audience }}.{% else %}For all.{% endif %}\n" };
    assert!(case.text().contains("For all."));
    let (document, faults) = case.render_for(&["TLP:CLEAR"]);
    assert_eq!(faults, [""; 0]);
    assert!(markdown::to_markdown(&document, &Default::default(), &|_| String::new()).text.contains("For readers."));
}

#[test]
fn an_audience_has_a_style_of_its_own() {
    let settings = "audiences: { public: { clearance: TLP:CLEAR, style: reader }, desk: { clearance: TLP:RED } }\n";
    let (_, book) = Case { settings, template: "# A\n" }.load();
    let styles: Vec<&str> =
        book.settings.audiences.iter().map(|audience| assembly::view(&book, audience).book.settings.theme.style.name()).collect();
    assert_eq!(styles, ["reader", "briefing"]);
}
