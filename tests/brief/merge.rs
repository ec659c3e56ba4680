//! The merge driver: two branches' changes to one file, merged by record, in texts and in real repositories.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use brief::merge::{Kind, Markers, Merged, MergedLines, Options, Sides, merge};
use brief::tree::merge_file::{Labels, merge_file};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::books::{Book, program};
use super::random::config;

fn merged_with(options: Options<'_>, base: &str, ours: &str, theirs: &str) -> Merged {
    let labels = Labels { ours: "ours", theirs: "theirs", marker_length: 7 };
    let lines = |base: &str, ours: &str, theirs: &str| {
        let merged = merge_file(base.as_bytes(), ours.as_bytes(), theirs.as_bytes(), labels)?;
        Ok(MergedLines { text: String::from_utf8(merged.bytes)?, has_conflicts: merged.has_conflicts })
    };
    merge(Sides { base, ours, theirs }, options, &lines).unwrap()
}

fn options(kind: Kind) -> Options<'static> {
    Options { kind, key: None, markers: Markers { length: 7, ours: "ours", theirs: "theirs" } }
}

fn merged(base: &str, ours: &str, theirs: &str) -> Merged {
    merged_with(options(Kind::Records), base, ours, theirs)
}

/// A merge without conflicts.
#[track_caller]
fn clean(base: &str, ours: &str, theirs: &str, wanted: &str) {
    // It is the same merge from the other branch, but for the order of what both put into one place.
    let result = merged(base, ours, theirs);
    assert_eq!(result.conflicts, [""; 0], "{}", result.text);
    assert_eq!(result.text, wanted);
}

#[track_caller]
fn conflict(base: &str, ours: &str, theirs: &str, wanted: &str, why: &str) {
    let result = merged(base, ours, theirs);
    assert_eq!(result.text, wanted);
    assert_eq!(result.conflicts, [why]);
}

const MEMBERS: &str = "\
# The members, by accession.
- id: alpha          # the first
  name: Alpha
  terms: [2001, 2005]

# Left in 2010.
- id: beta
  name: 'Beta'

- id: gamma
  name: Gamma
";

#[test]
fn records_that_both_branches_add_follow_each_other() {
    let ours = MEMBERS.to_owned() + "\n# Ours.\n- id: delta\n  name: Delta\n";
    let theirs = MEMBERS.to_owned() + "\n- { id: epsilon, name: \"Epsilon\" }\n";
    let wanted = MEMBERS.to_owned() + "\n# Ours.\n- id: delta\n  name: Delta\n\n- { id: epsilon, name: \"Epsilon\" }\n";
    clean(MEMBERS, &ours, &theirs, &wanted);
    // At the beginning, in the middle, in a file without a last line's end, in a mapping, and in files that had none.
    let at_first = |text: &str| MEMBERS.replacen("- id: alpha", &format!("{text}- id: alpha"), 1);
    clean(MEMBERS, &at_first("- id: x\n"), &at_first("- id: y\n  name: Y\n"), &at_first("- id: x\n- id: y\n  name: Y\n"));
    clean("a:\n  x: 1", "a:\n  x: 1\nb:\n  x: 2", "a:\n  x: 1\nc:\n  x: 3\n", "a:\n  x: 1\nb:\n  x: 2\nc:\n  x: 3\n");
    clean("", "- id: a\n", "- id: b\n", "- id: a\n- id: b\n");
    clean("# none yet\n", "# none yet\na:\n  x: 1\n", "# none yet\nb:\n  x: 2\n", "# none yet\na:\n  x: 1\nb:\n  x: 2\n");
    clean("- id: a\r\n", "- id: a\r\n- id: b\r\n", "- id: a\r\n- id: c\r\n", "- id: a\r\n- id: b\r\n- id: c\r\n");
}

#[test]
fn fields_of_one_record_are_merged_and_keep_their_lines() {
    let ours = MEMBERS.replace("  name: 'Beta'\n", "  name: 'Beta'   # renamed?\n  terms: [2002]\n");
    let theirs = MEMBERS.replace("# Left in 2010.", "# Left in 2011.").replace("name: 'Beta'", "name: \"Beta II\"");
    // Both touched the line of the name, one of them only its comment: Git can't tell, nor can brief.
    let result = merged(MEMBERS, &ours, &theirs);
    assert_eq!(result.conflicts, ["`beta/name`: both branches changed its lines"]);
    assert!(result.text.contains("  terms: [2002]\n") && result.text.contains("# Left in 2011."), "{}", result.text);

    let ours = MEMBERS.replace("  name: 'Beta'\n", "  name: 'Beta'\n  terms: [2002]\n").replace("[2001, 2005]", "[2001, 2006]");
    let wanted = theirs.replace("\"Beta II\"\n", "\"Beta II\"\n  terms: [2002]\n").replace("[2001, 2005]", "[2001, 2006]");
    clean(MEMBERS, &ours, &theirs, &wanted);
    // The first field stands beside the item's dash.
    clean("- name: A\n  id: a\n", "- name: B\n  id: a\n", "- name: A\n  id: a\n  x: 1\n", "- name: B\n  id: a\n  x: 1\n");
    // In a record of its own, and below a field.
    clean(
        "name: A\nperiod:\n  from: 1\n  to: 2\n",
        "name: B\nperiod:\n  from: 0\n  to: 2\n",
        "name: A\nperiod:\n  from: 1\n  to: 3\n",
        "name: B\nperiod:\n  from: 0\n  to: 3\n",
    );
    // One branch indents all anew.
    clean("a:\n  x: 1\n  y: 1\n", "a:\n    x: 1\n    y: 1\n", "a:\n  x: 2\n  y: 1\n", "a:\n    x: 2\n    y: 1\n");
    // A record that one branch moves and the other changes.
    clean("- id: a\n  x: 1\n- id: b\n", "- id: b\n- id: a\n  x: 1\n", "- id: a\n  x: 2\n- id: b\n", "- id: b\n- id: a\n  x: 2\n");
    // Both move fields, whose order says nothing; of records in a list it does.
    clean("x: 1\ny: 1\nz: 1\n", "y: 1\nx: 1\nz: 1\n", "z: 2\nx: 1\ny: 1\n", "y: 1\nx: 1\nz: 2\n");
    assert!(!merged("- id: a\n- id: b\n- id: c\n", "- id: b\n- id: a\n- id: c\n", "- id: c\n- id: a\n- id: b\n").conflicts.is_empty());
    // Text of several lines.
    let text = "a:\n  text: |\n    One.\n\n    # Two.\n  x: 1\n";
    clean(text, &text.replace("One", "First"), &text.replace("x: 1", "x: 2"), &text.replace("One", "First").replace("x: 1", "x: 2"));
}

#[test]
fn deletions_are_merged() {
    let ours = MEMBERS.replace("\n# Left in 2010.\n- id: beta\n  name: 'Beta'\n", "");
    clean(MEMBERS, &ours, &MEMBERS.replace("Gamma", "Delta"), &ours.replace("Gamma", "Delta"));
    conflict(
        "a:\n  x: 1\nb:\n  x: 1\n",
        "a:\n  x: 1\n",
        "a:\n  x: 1\nb:\n  x: 2\n",
        "a:\n  x: 1\n<<<<<<< ours\n=======\nb:\n  x: 2\n>>>>>>> theirs\n",
        "`b`: one branch deleted it, the other changed it",
    );
}

#[test]
fn what_both_changed_is_a_conflict_in_that_field_alone() {
    conflict(
        "- id: a\n  x: 1\n  y: 1\n- id: b\n  x: 1\n",
        "- id: a\n  x: 2\n  y: 2\n- id: b\n  x: 1\n",
        "- id: a\n  x: 3\n  y: 1\n- id: b\n  x: 2\n",
        "- id: a\n<<<<<<< ours\n  x: 2\n=======\n  x: 3\n>>>>>>> theirs\n  y: 2\n- id: b\n  x: 2\n",
        "`a/x`: both branches changed it",
    );
    conflict(
        "- id: a\n",
        "- id: a\n- id: b\n  x: 1\n",
        "- id: a\n- id: b\n  x: 2\n",
        "- id: a\n<<<<<<< ours\n- id: b\n  x: 1\n=======\n- id: b\n  x: 2\n>>>>>>> theirs\n",
        "`b`: both branches added it, each in its own way",
    );
    clean("- id: a\n", "- id: a\n- id: b\n  x: 1\n", "- id: a\n- id: b\n  x: 1\n", "- id: a\n- id: b\n  x: 1\n");
    // Two new files of one name are two records, not two halves of one.
    assert!(!merged("", "name: A\nx: 1\n", "name: A\ny: 1\n").conflicts.is_empty());
    let (ours, theirs) = ("x:\n  value: 1\n", "y:\n  value: 1\n");
    assert!(!merged_with(options(Kind::Record), "", ours, theirs).conflicts.is_empty());
}

#[test]
fn no_figure_gets_a_source_that_nobody_gave_it() {
    let claim = "troops:\n  value: 50000\n  approximate: true\n  source: report#7\nname: A\n";
    let (figure, source) = (claim.replace("50000", "45000"), claim.replace("report#7", "letter"));
    let result = merged(claim, &figure, &source);
    assert_eq!(result.conflicts, ["`troops`: one branch changed its `source`, the other what takes its `source` from there"]);
    // Git merges these by lines, and would say that the letter says 45,000.
    let apart = claim.replace("  approximate", "  # about\n\n\n\n  approximate");
    assert!(!merged(&apart, &apart.replace("50000", "45000"), &apart.replace("report#7", "letter")).conflicts.is_empty());
    // A claim takes its source from its record, or from the item of a list that it stands in.
    let record = "source: report\n\n\n\ntroops: 50000\nother: { value: 1, source: letter }\n";
    let result = merged(record, &record.replace("50000", "45000"), &record.replace("source: report", "source: letter"));
    assert_eq!(result.conflicts, ["the file: one branch changed its `source`, the other what takes its `source` from there"]);
    clean(
        record,
        &record.replace("value: 1", "value: 2"),
        &record.replace("source: report", "source: letter"),
        &record.replace("value: 1", "value: 2").replace("source: report", "source: letter"),
    );
    let nested = "statements:\n  - id: a\n    source: report\n    text: One\n  - id: b\n    text: Two\n";
    assert!(!merged(nested, &nested.replace("One", "None"), &nested.replace("source: report", "source: letter")).conflicts.is_empty());
    for (key, value) in [("as_of", "2025-11-05"), ("confidence", "low"), ("marking", "TLP:RED")] {
        let record = format!("{key}: {value}\n\n\n\ntroops: 50000\n");
        assert!(!merged(&record, &record.replace("50000", "45000"), &record.replace(value, "high")).conflicts.is_empty(), "{key}");
    }
    // A range is one value.
    let range = "strength:\n  range:\n    - 10\n    - 20\n  source: report\n";
    assert!(!merged(range, &range.replace("10", "12"), &range.replace("20", "18")).conflicts.is_empty());
}

#[test]
fn lists_without_ids_are_merged_by_their_items() {
    let list = "tasks:\n  - deter\n  - train\n  - report\n";
    clean(list, &list.replace("deter", "defend"), &list.replace("report", "monitor"), "tasks:\n  - defend\n  - train\n  - monitor\n");
    clean(list, &format!("{list}  - defend\n"), &list.replace("  - deter\n", ""), "tasks:\n  - train\n  - report\n  - defend\n");
    // In which order both new items come, neither branch said.
    assert!(!merged(list, &format!("{list}  - defend\n"), &format!("{list}  - rest\n")).conflicts.is_empty());
    // An item that one branch replaced is not the one that the other changed.
    let items = "- text: One\n  date: 2020-01-01\n";
    assert!(!merged(items, "- text: Another\n  date: 2021-01-01\n", "- text: One\n  date: 2020-01-01\n  note: x\n").conflicts.is_empty());
}

#[test]
fn the_settings_say_what_an_id_is() {
    let base = "- code: { iso: a }\n  x: 1\n- code: { iso: b }\n  x: 1\n";
    let (ours, theirs) = (base.to_owned() + "- code: { iso: c }\n", base.replacen("x: 1", "x: 2", 1) + "- code: { iso: d }\n");
    let options = Options { key: Some("code.iso"), ..options(Kind::Records) };
    let result = merged_with(options, base, &ours, &theirs);
    assert_eq!(
        (result.text, result.conflicts),
        (theirs.replace("- code: { iso: d }\n", "- code: { iso: c }\n- code: { iso: d }\n"), Vec::new())
    );
    // In settings nothing takes its date from `as_of`.
    let settings = "title: A\nas_of: 2025-11-05\n";
    let result = merged_with(super::merge::options(Kind::Settings), settings, &settings.replace("A", "B"), &settings.replace("05", "06"));
    assert_eq!((result.text.as_str(), result.conflicts.len()), ("title: B\nas_of: 2025-11-06\n", 0));
}

#[test]
fn a_record_in_markdown_is_merged_by_fields_and_lines() {
    let base = "---\nname: A\nlead: x\n---\n\nOne.\n\nTwo.\n\nThree.\n";
    let result = merged_with(
        options(Kind::Markdown),
        base,
        &base.replace("name: A", "name: B").replace("One", "First"),
        &base.replace("lead: x", "lead: y").replace("Three", "Third"),
    );
    assert_eq!((result.text.as_str(), result.conflicts.len()), ("---\nname: B\nlead: y\n---\n\nFirst.\n\nTwo.\n\nThird.\n", 0));
    let result = merged_with(options(Kind::Markdown), base, &base.replace("One", "First"), &base.replace("One", "Once"));
    assert!(
        result.text.starts_with("---\nname: A\nlead: x\n---\n\n<<<<<<< ours\nFirst.\n=======\nOnce.\n>>>>>>> theirs\n"),
        "{}",
        result.text
    );
    let result =
        merged_with(options(Kind::Markdown), base, &base.replace("One", "First"), &base.replace("lead: x", "lead: x\nmarking: TLP:RED"));
    assert_eq!(result.conflicts, ["one branch changed the record's `marking`, the other its text"]);
}

#[test]
fn what_is_no_list_of_entries_is_merged_by_lines() {
    for (base, ours, theirs, wanted) in [
        ("{a: 1,\n\n\nb: 1}\n", "{a: 2,\n\n\nb: 1}\n", "{a: 1,\n\n\nb: 2}\n", "{a: 2,\n\n\nb: 2}\n"),
        ("a: [\n\n\n\nb\n", "a: [c\n\n\n\nb\n", "a: [\n\n\n\nd\n", "a: [c\n\n\n\nd\n"),
        ("a: &x 1\n\n\n\nb: *x\n", "a: &x 1\n\n\n\nb: *x\nc: 2\n", "d: 1\na: &x 1\n\n\n\nb: *x\n", "d: 1\na: &x 1\n\n\n\nb: *x\nc: 2\n"),
    ] {
        clean(base, ours, theirs, wanted);
    }
    // An alias would say what neither branch said.
    let base = "a: &x 1\n\n\n\nb: 1\n";
    let result = merged(base, &base.replace("&x 1", "&x 2"), &base.replace("b: 1", "b: *x"));
    assert_eq!(result.conflicts.len(), 1, "{}", result.text);
    assert!(result.text.contains("<<<<<<< ours\n"));
    // A key twice.
    let result = merged("a: 1\n\n\n\n\nz: 1\n", "b: 2\na: 1\n\n\n\n\nz: 1\n", "a: 1\n\n\n\n\nz: 1\nb: 3\n");
    assert!(!result.conflicts.is_empty(), "{}", result.text);
}

// Random files, and a merge of their records that knows nothing of text.

const FIELDS: [&str; 6] = ["name", "troops", "lead", "note", "source", "tasks"];

#[derive(Debug, Clone, PartialEq)]
struct Record {
    id: String,
    fields: Vec<(usize, u8)>,
    comment: u8,
    is_apart: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Form {
    List,
    Mapping,
}

/// What a field says, for itself and whatever it is written like.
fn meaning(field: usize, value: u8) -> Json {
    match field {
        0 => json!(format!("Name: {value}")),
        1 => json!({ "value": u32::from(value) * 1000, "source": format!("letter#{value}") }),
        2 => json!(value),
        3 => json!(format!("Line {value}\n# no comment\n\nend\n")),
        4 => json!(format!("report#{value}")),
        _ => json!((0..=value % 3).map(|index| format!("task {index} of {value}")).collect::<Vec<_>>()),
    }
}

fn write_field(field: usize, value: u8, indent: &str) -> String {
    match field {
        0 if value.is_multiple_of(2) => format!("name: \"Name: {value}\"  # so it says\n"),
        0 => format!("name: 'Name: {value}'\n"),
        1 if value.is_multiple_of(2) => format!("troops: {{ value: {}, source: \"letter#{value}\" }}\n", u32::from(value) * 1000),
        1 => format!("troops:\n{indent}  value: {}\n{indent}  # where from\n{indent}  source: letter#{value}\n", u32::from(value) * 1000),
        2 => format!("lead: {value}\n"),
        3 => format!("note: |\n{indent}  Line {value}\n{indent}  # no comment\n\n{indent}  end\n"),
        4 => format!("source: report#{value}\n"),
        _ => {
            let items: Vec<String> = (0..=value % 3).map(|index| format!("task {index} of {value}")).collect();
            match value % 2 {
                0 => format!("tasks: [{}]\n", items.join(", ")),
                _ => "tasks:\n".to_owned() + &items.iter().map(|item| format!("{indent}  - {item}\n")).collect::<String>(),
            }
        }
    }
}

fn write_file(records: &[Record], form: Form) -> String {
    let mut out = "# Written by hand.\n\n".to_owned();
    for record in records {
        if record.is_apart {
            out.push('\n');
        }
        if record.comment > 0 {
            out.push_str(&format!("# comment {}\n", record.comment));
        }
        out.push_str(&match form {
            Form::List => format!("- id: {}\n", record.id),
            Form::Mapping => format!("{}:\n", record.id),
        });
        for (field, value) in &record.fields {
            out.push_str("  ");
            out.push_str(&write_field(*field, *value, "  "));
        }
        if form == Form::Mapping && record.fields.is_empty() {
            out.push_str("  lead: none\n");
        }
    }
    out
}

type Records = BTreeMap<String, BTreeMap<String, Json>>;

fn records_of(records: &[Record], form: Form) -> Records {
    let fields = |record: &Record| {
        let mut fields: BTreeMap<String, Json> =
            record.fields.iter().map(|(field, value)| (FIELDS[*field].to_owned(), meaning(*field, *value))).collect();
        if form == Form::Mapping && record.fields.is_empty() {
            fields.insert("lead".to_owned(), json!("none"));
        }
        fields
    };
    records.iter().map(|record| (record.id.clone(), fields(record))).collect()
}

/// Reads a file back, by a reader that knows nothing of merges.
fn read(text: &str, form: Form) -> Option<Records> {
    let fields = |json: &Json| -> Option<BTreeMap<String, Json>> {
        Some(json.as_object()?.iter().filter(|(key, _)| *key != "id").map(|(key, value)| (key.clone(), value.clone())).collect())
    };
    let json: Json = serde_yaml::from_str(text).ok()?;
    match form {
        Form::List if json.is_null() => Some(Records::new()),
        Form::List => {
            let items = json.as_array()?;
            let records: Records =
                items.iter().map(|item| Some((item["id"].as_str()?.to_owned(), fields(item)?))).collect::<Option<_>>()?;
            (records.len() == items.len()).then_some(records)
        }
        Form::Mapping if json.is_null() => Some(Records::new()),
        Form::Mapping => json.as_object()?.iter().map(|(id, item)| Some((id.clone(), fields(item)?))).collect(),
    }
}

/// The three-way merge of records; nothing where it conflicts.
fn expected(base: &Records, ours: &Records, theirs: &Records) -> Option<Records> {
    let mut merged = Records::new();
    for id in base.keys().chain(ours.keys()).chain(theirs.keys()) {
        let (b, o, t) = (base.get(id), ours.get(id), theirs.get(id));
        let record = if o == b {
            t.cloned()
        } else if t == b || o == t {
            o.cloned()
        } else {
            Some(fields(b?, o?, t?)?)
        };
        record.map(|record| merged.insert(id.clone(), record));
    }
    Some(merged)
}

fn fields(base: &BTreeMap<String, Json>, ours: &BTreeMap<String, Json>, theirs: &BTreeMap<String, Json>) -> Option<BTreeMap<String, Json>> {
    let mut merged = BTreeMap::new();
    for name in FIELDS {
        let (b, o, t) = (base.get(name), ours.get(name), theirs.get(name));
        let field = if o == b {
            t
        } else if t == b || o == t {
            o
        } else {
            return None;
        };
        field.map(|field| merged.insert(name.to_owned(), field.clone()));
    }
    // Where one branch alone changed the record's source, the other may have changed only what has its own.
    let source = |side: &BTreeMap<String, Json>| side.get("source").cloned();
    for (one, other) in [(ours, theirs), (theirs, ours)] {
        let is_reattributed = source(one) != source(base) && source(one) != source(other);
        let bare = FIELDS.into_iter().filter(|name| !["troops", "source"].contains(name));
        if is_reattributed && bare.into_iter().any(|name| other.contains_key(name) && other.get(name) != base.get(name)) {
            return None;
        }
    }
    Some(merged)
}

fn record(id: String, seed: (u8, u8, u8)) -> Record {
    let (which, value, style) = seed;
    let fields = (0..6).filter(|field| which & (1 << field) != 0).map(|field| (field, value.wrapping_add(field as u8 * 7) % 9)).collect();
    Record { id, fields, comment: style % 3, is_apart: style % 2 == 0 }
}

/// What one branch does, as numbers that any record takes.
type Change = (u8, u8, u8, u8);

fn changed(base: &[Record], changes: &[Change], branch: u8) -> Vec<Record> {
    let mut records = base.to_vec();
    for (kind, which, field, value) in changes.iter().copied() {
        let (field, value) = (usize::from(field % 6), value % 9);
        let index = usize::from(which) % records.len().max(1);
        let count = records.len();
        match kind % 8 {
            0 => {
                // Some new ids are those that the other branch may add too.
                let id = if value % 3 == 0 { format!("new{which}") } else { format!("new{branch}x{which}") };
                if !records.iter().any(|record| record.id == id) {
                    records.insert(if value % 2 == 0 { count } else { index.min(count) }, record(id, (which | 1, value, field as u8)));
                }
            }
            _ if records.is_empty() => {}
            1 => drop(records.remove(index)),
            2..=4 => match records[index].fields.iter_mut().find(|(there, _)| *there == field) {
                Some(found) => found.1 = value,
                None => records[index].fields.push((field, value)),
            },
            5 => records[index].fields.retain(|(there, _)| *there != field),
            6 => records[index].comment = value % 3,
            _ => {
                let moved = records.remove(index);
                records.push(moved);
            }
        }
    }
    records
}

/// Lines that can be made to stand in many ways.
const LINES: [&str; 30] = [
    "a: 1\n",
    "b: 2\n",
    "- id: a\n",
    "- id: b\n",
    "  x: 1\n",
    "  x: 2\n",
    "- \n",
    "-\n",
    "- - a\n",
    "  - b\n",
    "? k\n",
    ": v\n",
    "c: &a 1\n",
    "d: *a\n",
    "<<: *a\n",
    "---\n",
    "...\n",
    "\r",
    "# c\n",
    "  # d\n",
    "{a: 1}\n",
    "e: '\n",
    "'\n",
    "f: |\n",
    "  text é\n",
    "\n",
    "\t\n",
    "é: 1\n",
    "- {id: c, y: 1}\n",
    "g: !t 1\n",
];

proptest! {
    #![proptest_config(config(384))]

    #[test]
    fn no_text_brings_it_down(texts in proptest::array::uniform3(proptest::collection::vec(0..LINES.len(), 0..12))) {
        let [base, ours, theirs] = texts.each_ref().map(|lines| lines.iter().map(|line| LINES[*line]).collect::<String>());
        for kind in [Kind::Records, Kind::Record, Kind::Settings, Kind::Markdown] {
            let result = merged_with(options(kind), &base, &ours, &theirs);
            // Where one branch alone did something, that is the merge.
            let one_sided = merged_with(options(kind), &base, &ours, &base);
            prop_assert!(one_sided.conflicts.is_empty(), "{:?}", one_sided);
            prop_assert_eq!(one_sided.text.trim_end(), ours.trim_end(), "{:?}", result);
        }
    }

    #[test]
    fn a_merge_never_loses_or_invents_a_value(
        seeds in proptest::collection::vec(any::<(u8, u8, u8)>(), 0..6),
        ours in proptest::collection::vec(any::<Change>(), 0..4),
        theirs in proptest::collection::vec(any::<Change>(), 0..4),
        is_list in any::<bool>(),
    ) {
        let form = if is_list { Form::List } else { Form::Mapping };
        let base: Vec<Record> = seeds.iter().enumerate().map(|(index, seed)| record(format!("r{index}"), *seed)).collect();
        let sides = [base.clone(), changed(&base, &ours, 1), changed(&base, &theirs, 2)];
        let texts = sides.each_ref().map(|side| write_file(side, form));
        let records = sides.each_ref().map(|side| records_of(side, form));
        for (text, records) in texts.iter().zip(&records) {
            prop_assert_eq!(read(text, form), Some(records.clone()), "the test writes what it means:\n{}", text);
        }
        let [base, our, their] = &texts;
        let result = merged(base, our, their);
        let wanted = expected(&records[0], &records[1], &records[2]);
        let has_markers = result.text.contains("<<<<<<< ours\n") && result.text.contains(">>>>>>> theirs\n");
        prop_assert_eq!(has_markers, !result.conflicts.is_empty(), "{:?}\n{}", result.conflicts, result.text);
        match wanted {
            None => prop_assert!(has_markers, "this must be a conflict:\n{}", result.text),
            Some(wanted) if !has_markers => prop_assert_eq!(read(&result.text, form), Some(wanted), "{}", result.text),
            Some(_) => {
                // Comments and places in the file may conflict where values don't.
                let only_values = ours.iter().chain(&theirs).all(|(kind, ..)| kind % 8 < 6);
                prop_assert!(!only_values, "these values go together: {:?}\n{}", result.conflicts, result.text);
            }
        }
    }
}

// Real repositories.

const ATTRIBUTES: &str = "**/content/**/*.yaml merge=brief\n**/content/**/*.yml merge=brief\n**/content/**/*.md merge=brief\n";

/// The lines that docs/pull-requests.md has for `git config`, with the very program of this test.
fn configure(book: &Book) {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pull-requests.md")).unwrap();
    assert!(page.contains(ATTRIBUTES), "the attributes that are tested are those that are documented");
    let driver = page.lines().find_map(|line| line.strip_prefix("git config merge.brief.driver ")).expect("the driver is documented");
    let driver = driver.trim_matches('\'').replacen("brief ", &format!("{} ", program().display()), 1);
    book.git(&["config", "merge.brief.driver", &driver]);
    fs::write(book.repository.join(".gitattributes"), ATTRIBUTES).unwrap();
    book.commit("the merge driver");
}

/// Merges `work` into `main`: the exit code, and what is said.
fn git_merge(book: &Book) -> (Option<i32>, String) {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "merge", "--no-edit", "work"])
        .current_dir(&book.repository)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

#[test]
fn git_merges_records_with_the_documented_configuration() {
    let book = Book::at("books/small");
    configure(&book);
    book.git(&["checkout", "-q", "-b", "work"]);
    // The collection's key is `id.code`, which brief reads from the book's settings.
    book.edit("content/members.yaml", "  name: Beta\n", "  name: Beta\n- id: { code: delta }\n  name: Delta\n");
    book.edit("content/missions/kfor.yaml", "lead: alpha", "lead: beta");
    book.commit("theirs");
    book.git(&["checkout", "-q", "main"]);
    book.edit("content/members.yaml", "  name: Beta\n", "  name: Beta\n- id: { code: gamma }\n  name: Gamma\n");
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.commit("ours");
    let (code, said) = git_merge(&book);
    assert_eq!(code, Some(0), "{said}");
    let members = fs::read_to_string(book.root.join("content/members.yaml")).unwrap();
    assert!(members.ends_with("  name: Beta\n- id: { code: gamma }\n  name: Gamma\n- id: { code: delta }\n  name: Delta\n"), "{members}");
    let kfor = fs::read_to_string(book.root.join("content/missions/kfor.yaml")).unwrap();
    assert!(kfor.contains("{ value: 45000, source: report#7 }\nlead: beta\n"), "{kfor}");
    assert_eq!(book.brief(&["check"]).code, Some(0));
}

#[test]
fn a_conflict_keeps_its_markers_and_check_says_where() {
    let book = Book::at("books/small");
    configure(&book);
    book.git(&["checkout", "-q", "-b", "work"]);
    book.edit("content/missions/kfor.yaml", "50000", "40000");
    book.commit("theirs");
    book.git(&["checkout", "-q", "main"]);
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.edit("content/missions/kfor.yaml", "Kosovo Force", "The Kosovo Force");
    book.commit("ours");
    let (code, said) = git_merge(&book);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("`troops`: both branches changed it"), "{said}");
    let kfor = fs::read_to_string(book.root.join("content/missions/kfor.yaml")).unwrap();
    assert!(kfor.starts_with("name: The Kosovo Force\n<<<<<<< "), "{kfor}");
    assert_eq!(book.git(&["status", "--porcelain"]), "UU books/small/content/missions/kfor.yaml");
    let check = book.brief(&["check"]);
    assert_eq!(check.code, Some(1));
    assert!(check.err.contains("error[unresolved-conflict]") && check.err.contains("content/missions/kfor.yaml:2:1"), "{check:?}");
    assert!(!check.err.contains("yaml-syntax"), "{check:?}");
}

#[test]
fn a_driver_that_can_not_merge_says_so_to_git() {
    let book = Book::new();
    let run = book.brief(&["merge-driver", "--path=content/members.yaml", "nowhere", "content/members.yaml", "content/members.yaml"]);
    assert_eq!(run.code, Some(129), "{run:?}");
    assert!(run.err.contains("can't read `nowhere`"), "{run:?}");
    let run = book.brief(&["merge-driver", "--no-such-option"]);
    assert_eq!(run.code, Some(129), "{run:?}");
    // What isn't text stays ours, as Git leaves it.
    for (name, bytes) in [("base", b"\0a"), ("ours", b"\0b"), ("theirs", b"\0c")] {
        fs::write(book.root.join(name), bytes).unwrap();
    }
    let run = book.brief(&["merge-driver", "--path=content/members.yaml", "base", "ours", "theirs"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_eq!(fs::read(book.root.join("ours")).unwrap(), b"\0b");
}

#[cfg(target_os = "linux")]
#[test]
fn a_driver_reads_regular_files_alone() {
    let book = Book::new();
    assert!(Command::new("mkfifo").arg(book.root.join("pipe")).status().unwrap().success());
    let run = book.brief(&["merge-driver", "--path=content/members.yaml", "pipe", "content/members.yaml", "content/members.yaml"]);
    assert_eq!(run.code, Some(129), "{run:?}");
    assert!(run.err.contains("it is not a regular file"), "{run:?}");
}

/// A git that tells who may look at what it reads, and interrupts the brief that called it.
#[cfg(target_os = "linux")]
#[test]
fn texts_that_git_merges_by_lines_are_for_their_owner_alone_and_go_with_brief() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::ExitStatusExt;

    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for name in ["bin", "temporary"] {
        fs::create_dir(path(name)).unwrap();
    }
    for (name, text) in [("base", "a\nb\n"), ("ours", "a\nc\n"), ("theirs", "d\nb\n")] {
        fs::write(path(name), text).unwrap();
    }
    let git = "#!/bin/sh\nwhile [ \"$1\" != -C ]; do shift; done\ncd \"$2\" && stat -c '%n %a' . * >\"$SEEN\"\nkill -USR1 $PPID\n";
    fs::write(path("bin/git"), git).unwrap();
    fs::set_permissions(path("bin/git"), fs::Permissions::from_mode(0o755)).unwrap();
    let status = Command::new(program())
        .args(["merge-driver", "--path=content/text.txt", "base", "ours", "theirs"])
        .current_dir(folder.path())
        .env("PATH", format!("{}:{}", path("bin").display(), crate::tools::path().display()))
        .env("SEEN", path("seen"))
        .env("TMPDIR", path("temporary"))
        .status()
        .unwrap();
    assert_eq!(fs::read_to_string(path("seen")).unwrap(), ". 700\nbase 600\nours 600\ntheirs 600\n");
    assert_eq!(fs::read_dir(path("temporary")).unwrap().count(), 0, "temporary files are left");
    assert_eq!(status.signal(), Some(libc::SIGUSR1));
}
