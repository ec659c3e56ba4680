//! Reading only what differs tells the same changes as reading all.

use std::collections::BTreeSet;
use std::path::Path;

use brief::diff::Changes;
use brief::pipeline::{self, Comparison, Side};

use super::books::Book;

type Edit<'a> = &'a dyn Fn(&Book);

fn found(root: &Path, is_whole: bool) -> (Changes, BTreeSet<String>) {
    let base = || Side::find("HEAD", root, &root.join("output"));
    let head = || Side::find_working_tree(root);
    let (base, head) = if is_whole { pipeline::sides(base, head) } else { pipeline::differing_sides(base, head) }.unwrap();
    let Comparison { base, head, mut changes, .. } = pipeline::compare(base, head, &[]).unwrap();
    let left_out = std::mem::take(&mut changes.missing);
    // What is wrong in a file that both sides have is told of the head alone.
    let faults = base.faults().into_iter().chain(head.faults()).map(|fault| format!("{:?} {}", fault.place, fault.message));
    (changes, faults.chain(left_out.into_iter().map(|said| said.replace(&base.name, "").replace(&head.name, ""))).collect())
}

#[test]
fn what_differs_is_enough() {
    let moved =
        "name: Interim Force\ntroops: { value: 10000, source: report#9 }\nmandate: To watch a line and to say what it sees there.\n";
    let cases: [(&str, Edit<'_>); 12] = [
        ("nothing", &|_| {}),
        ("a field", &|book| book.edit("content/missions/kfor.yaml", "50000", "45000")),
        ("a new record", &|book| book.write("content/missions/new.yaml", "name: New\n")),
        ("a record less", &|book| book.remove("content/missions/kfor.yaml")),
        ("a renamed record", &|book| {
            book.remove("content/missions/unifil.yaml");
            book.write("content/missions/unifil-two.yaml", moved);
        }),
        ("a file of many records", &|book| book.edit("content/members.yaml", "Beta", "Gamma")),
        ("settings", &|book| book.edit("content/book.yaml", "language: en", "language: en\nsource: letter")),
        ("a schema", &|book| book.edit("content/schemas/missions.yaml", "title: Troops, x-claim: true", "title: Troops")),
        ("a template", &|book| book.edit("templates/mission.md.jinja", " troops.", " soldiers.")),
        ("a broken file", &|book| book.write("content/missions/kfor.yaml", "name: [\n")),
        ("a file that was broken before", &|book| {
            book.write("content/missions/kfor.yaml", "name: [\n");
            book.commit("broken");
            book.edit("content/missions/unifil.yaml", "10000", "12000");
        }),
        ("an id that a file took over", &|book| {
            book.remove("content/members.yaml");
            book.write("content/members/a.yaml", "id: { code: alpha }\nname: Alpha\n");
            book.write("content/members/b.yaml", "id: { code: alpha }\nname: Beta\n");
            book.commit("twice");
            book.write("content/members/a.yaml", "id: { code: gamma }\nname: Alpha\n");
        }),
    ];
    for (name, edit) in cases {
        let book = Book::new();
        book.write("content/missions/unifil.yaml", moved);
        book.commit("two missions");
        edit(&book);
        let (whole, few) = (found(&book.root, true), found(&book.root, false));
        assert_eq!(few, whole, "{name}");
        assert_eq!(whole.0.records.is_empty() && whole.0.files.is_empty(), ["nothing", "a broken file"].contains(&name), "{name}");
    }
}
