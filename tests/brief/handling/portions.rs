//! Marks before paragraphs, headings, items and rows.

use super::{Case, after_a_change};

#[test]
fn each_portion_begins_with_what_it_bears() {
    let template = "# A\n\nNothing said.\n\n## On {{ parts.ant.nickname }}\n\n{{ parts.ant.story }}\n\n- {{ parts.bee.name }}\n- Other\n\n\
                    In a line: {{ parts.ant.notes | replace('x', 'y') if false else parts.ant.crew }}.\n\n\
                    Table: Parts\n\n| Part | Cost |\n|---|---|\n{% for part in parts %}| {{ part.name }} | {{ part.cost }} |\n{% endfor %}\n";
    let text = Case { settings: "portion_marks: true\n", template }.text();
    for line in [
        "# A",
        "(C) Nothing said.",
        "## (G) On Digger",
        "(R) It came by *night*.",
        "- (R) One item",
        "(R) And left.",
        "- (A) Bee",
        "- (C) Other",
        "| (C) Ant",
        "| (R) Bee",
    ] {
        assert!(text.lines().any(|found| found.replace("\\(", "(").replace("\\)", ")").starts_with(line)), "no `{line}` in:\n{text}");
    }
    assert!(text.contains("(R) In a line: 7"), "{text}");
    assert!(text.contains("(R) Parts"), "the table bears what its rows do:\n{text}");
    assert!(text.contains("(R) A letter"), "the note names a marked source:\n{text}");
}

#[test]
fn a_field_in_a_line_begins_no_portion() {
    let template = "# A\n\nIt says: {{ parts.bee.name }} and more.\n\n| A |\n|---|\n| {{ parts.ant.nickname }} |\n";
    let text = Case { settings: "portion_marks: true\n", template }.text();
    assert!(text.contains("(A) It says: Bee and "), "{text}");
    assert!(text.contains("| (G) Digger |"), "{text}");
    assert!(!Case { settings: "", template }.text().contains("(A)"), "only where the book asks");
}

#[test]
fn a_scheme_has_marks_of_its_own() {
    let settings = "markings: { TLP:CLEAR: { short: U }, TLP:GREEN: { above: TLP:CLEAR }, TLP:AMBER: { above: TLP:GREEN }, \
                    TLP:AMBER+STRICT: { above: TLP:AMBER }, TLP:RED: { above: TLP:AMBER+STRICT, short: S } }\nportion_marks: true\n";
    let text = Case { settings, template: "# A\n\nFree.\n\n{{ parts.ant.nickname }}\n\n{{ parts.ant.story }}\n" }.text();
    assert!(text.contains("(U) Free.") && text.contains("(TLP:GREEN) Digger") && text.contains("(S) And left."), "{text}");
}

/// What changed bears what the records do, where it is printed; the rest of the document doesn't.
#[test]
fn what_changed_bears_what_its_records_do() {
    let portions = |template| after_a_change(&Case { settings: "portion_marks: true\n", template });
    let (marking, text) = portions(
        "# A\n\nNothing said, since {{ changes.since.name }}.\n\n{% for change in changes.records %}\n- {{ change.collection_title }} {{ change.kind }}\n\
         {% for field in change.fields %}- {{ field.title }} became {{ field.after }}\n{% endfor %}\n{% endfor %}\n",
    );
    for line in ["(C) Nothing said, since v1.", "- (C) Parts changed", "- (R) Cost became 6"] {
        assert!(text.lines().any(|found| found == line), "no `{line}` in:\n{text}");
    }
    assert_eq!(marking, "TLP:RED");
    // The list that books begin with.
    let listed = format!("# A\n\nNothing said.\n\n{}", include_str!("../../../templates/parts/changes.jinja"));
    let (marking, text) = portions(listed.leak());
    for line in ["(C) Nothing said.", "(C) Changed since version 1:", "- (A) Bee (Parts):", "  - (R) Cost: 5 became 6."] {
        assert!(text.lines().any(|found| found == line), "no `{line}` in:\n{text}");
    }
    assert_eq!(marking, "TLP:RED");
    for printed in ["change.name", "change.id", "change.fields[0].before", "change.fields[0].difference", "change.fields[0].title | upper"]
    {
        let template: &'static str = format!("# A\n\n{{% for change in changes.records %}}{{{{ {printed} }}}}{{% endfor %}}\n").leak();
        assert_eq!(portions(template).0, "TLP:RED", "{printed}");
    }
    assert_eq!(portions("# A\n\n{% if changes.complete %}All is known.{% endif %}\n").0, "TLP:CLEAR");
}
