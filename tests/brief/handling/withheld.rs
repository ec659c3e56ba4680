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
fn the_turns_of_a_loop_are_withheld_too() {
    let each = |inner: &str| -> &'static str { format!("# A\n\n{{% for part in parts %}}{inner}{{% endfor %}}\n").leak() };
    for count in ["loop.length", "loop['length']", "loop.revindex", "loop.revindex0", "loop | attr('length')"] {
        let template = each(&format!("{{{{ {count} }}}};"));
        assert_eq!(read(template, "TLP:AMBER"), "withheld;withheld;", "{count}");
        assert!(!read(template, "TLP:RED").contains("withheld"), "{count}: who sees all sees it");
        let shown = read(each(&format!("{{{{ {count} | of_what_is_shown }}}};")), "TLP:AMBER");
        assert_eq!(shown.matches("(of what is shown);").count(), 2, "{count}: {shown}");
    }
    assert_eq!(read(each("{% set outer = loop %}{% for x in [1] %}{{ outer.length }};{% endfor %}"), "TLP:AMBER"), "withheld;withheld;");
    assert_eq!(read(each("{{ loop.index }}{{ '.' if loop.last else ',' }}"), "TLP:AMBER"), "1,2.", "the place of what is shown is shown");
    let found = fault(each("{% if loop.length > 1 %}x{% endif %}"));
    assert!(found.contains("`loop.length` of a list of which this audience may not see all is withheld"), "{found}");
}

#[test]
fn a_text_in_the_place_of_a_value_goes_through_filters_and_is_no_value() {
    for (expression, expected) in [
        ("x.codename", "not released"),
        ("x.budget", "not released"),
        ("x.begins | date", "not released"),
        ("x.budget | number", "not released"),
        ("x.budget | round", "not released"),
        ("x.budget | uncited", "not released"),
        ("x.codename | upper", "NOT RELEASED"),
        ("x.codename | title", "Not Released"),
        ("x.codename | sentence", "Not released"),
        ("x.codename | trim", "not released"),
        ("x.codename | replace('not', 'never')", "never released"),
        ("x.codename | truncate(5)", "not…"),
        ("x.codename | split | join('-')", "not-released"),
        ("x.codename | indent(2)", "not released"),
        ("'%s.' | format(x.codename)", "not released."),
        ("x.codename | default('?')", "not released"),
        ("x.codename ~ '!'", "not released!"),
        ("[x.codename, 'a'] | join('; ')", "not released; a"),
        ("[x.codename, 'a'] | list", "not released and a"),
        ("[x, x] | map(attribute='codename') | unique | join", "not released"),
        ("['z', x.codename, 'a'] | sort | join(', ')", "a, not released, z"),
        ("[x] | selectattr('codename') | map(attribute='name') | join", "Ant"),
        ("x.codename if x.codename else 'none'", "not released"),
    ] {
        let template: &'static str = format!("# A\n\n{{% set x = parts.ant %}}{{{{ {expression} }}}}\n").leak();
        assert_eq!(read(template, "TLP:AMBER"), expected, "{expression}");
        assert!(!read(template, "TLP:RED").to_lowercase().contains("not released"), "{expression}: who sees it reads it");
    }
    for expression in ["x.budget + 1", "x.budget > 3", "[x.budget, 1] | sum", "[x.budget, 1] | max", "x.budget / 2"] {
        let found = fault(format!("# A\n\n{{% set x = parts.ant %}}{{{{ {expression} }}}}\n").leak());
        assert!(!found.is_empty() && !found.contains("4000"), "{expression}: {found}");
    }
    let chart = "# A\n\n{{ bar_chart([parts.ant], label='name', value='budget', title='Budget') }}\n\n{{ parts.ant.codename }}\n";
    let (document, faults) = Case { settings: "", template: chart }.render_for(&["TLP:AMBER"]);
    assert_eq!(faults, [""; 0]);
    let text = brief::markdown::to_markdown(&document, &Default::default(), &|_| String::new()).text;
    assert!(text.contains("| not released |"), "a figure has an empty place: {text}");
    assert_eq!(read("# A\n\n{{ parts.bee.codename }}\n", "TLP:AMBER"), "not released", "who has one can't be told");
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
