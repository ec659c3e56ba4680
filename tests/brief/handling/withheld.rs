//! Counts, sums and values that an audience gets of what it may not see all of.

use super::Case;

/// What an audience reads of a line.
fn read(template: &'static str, clearance: &str) -> String {
    let settings = "";
    let (document, faults) = Case { settings, template }.render_for(&[clearance]);
    assert_eq!(faults, [""; 0]);
    let text = brief::markdown::to_markdown(&document, &Default::default(), &|_| String::new()).text;
    text.lines().last().unwrap_or_default().to_owned()
}

/// Why it gets nothing.
fn fault(template: &'static str) -> String {
    Case { settings: "", template }.render_for(&["TLP:AMBER"]).1.join("; ")
}

#[test]
fn counts_and_sums_are_withheld_where_something_could_be() {
    for count in [
        "parts | length",
        "parts | count",
        "parts | map(attribute='name') | length",
        "parts | sort(attribute='name') | length",
        "(parts | groupby('name') | first).list | length",
        "parts[0:1] | length",
        "(parts | list).x if false else parts | selectattr('name') | length",
    ] {
        let template: &'static str = format!("# A\n\n{{{{ {count} }}}}\n").leak();
        assert_eq!(read(template, "TLP:AMBER"), "withheld", "{count}");
        assert_ne!(read(template, "TLP:RED"), "withheld", "{count}: who sees all sees it");
    }
    assert_eq!(
        read("# A\n\n{{ parts | sum(attribute='cost') | uncited if false else parts | map(attribute='name') | min }}\n", "TLP:AMBER"),
        "withheld"
    );
    assert_eq!(read("# A\n\n{{ parts.ant.tags | length }}\n", "TLP:AMBER"), "2", "plain texts are all there, or none is");
    assert_eq!(read("# A\n\n{{ parts | length | plural('part') }}\n", "TLP:AMBER"), "parts");
}

#[test]
fn what_is_shown_says_so() {
    assert_eq!(read("# A\n\n{{ parts | of_what_is_shown | length }}\n", "TLP:AMBER"), "2 (of what is shown)");
    assert_eq!(read("# A\n\n{{ parts | length | of_what_is_shown }}\n", "TLP:AMBER"), "2 (of what is shown)");
    assert_eq!(read("# A\n\n{{ (parts | of_what_is_shown | length) + 1 }}\n", "TLP:AMBER"), "3 (of what is shown)");
    assert_eq!(read("# A\n\n{{ parts | of_what_is_shown | length | number }}\n", "TLP:AMBER"), "2 (of what is shown)");
    assert_eq!(read("# A\n\n{{ parts | of_what_is_shown | length }}\n", "TLP:RED"), "2", "who sees all reads nothing of it");
    assert_eq!(read("# A\n\n{% if (parts | of_what_is_shown | length) == 2 %}Two.{% endif %}\n", "TLP:AMBER"), "Two.");
}

#[test]
fn nothing_is_made_of_what_is_withheld() {
    let message = "`length` of a list of which this audience may not see all is withheld: say `| of_what_is_shown`, or leave it out";
    for template in ["# A\n\n{{ (parts | length) + 1 }}\n", "# A\n\n{% if (parts | length) > 1 %}x{% endif %}\n"] {
        let found = fault(template);
        assert!(found.contains(message), "{found}");
    }
}
