//! `brief diff` and `brief review` on real git repositories: sides, faults, files and comments.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use brief::diff::Snapshot;
use brief::diff::paint::MARKER;
use brief::model::Date;
use brief::version::{Commit, Digest, DocumentEntry, Release, Revision, Store, Tools};
use serde_json::Value;

use super::books::{Book, brief, git};

/// Enters what the book holds now as its next version, as a build would, without typesetting.
fn release(book: &Book) -> u32 {
    let tree = brief::tree::folder::read(&book.root).unwrap().0;
    let content = brief::load::load(&tree).book.unwrap();
    let data = Snapshot::of(&content).to_data_json().unwrap();
    let mut store = Store::open(&book.root.join("output"), &mut |_| {}).unwrap();
    let stage = store.stage().unwrap();
    stage.write("data.json", &data).unwrap();
    let (digest, date) = (Digest::of(&data), "2025-11-05".parse::<Date>().unwrap());
    let revised = Revision { version: stage.number(), date, digest };
    let commit = Some(Commit { id: book.git(&["rev-parse", "HEAD"]), clean: book.git(&["status", "--porcelain"]).is_empty() });
    let documents = BTreeMap::from([("book".to_owned(), DocumentEntry { digest, revised, shared: None, parts: None })]);
    let release = Release {
        digest,
        date,
        summary: "as tests have it".to_owned(),
        documents,
        tools: Tools::with_typst(brief::typeset::VERSION),
        commit,
    };
    store.publish(stage, release).unwrap().number
}

fn json(book: &Book, arguments: &[&str]) -> Value {
    let run = book.brief(&[&["diff", "--format", "json"], arguments].concat());
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{arguments:?}");
    serde_json::from_str(&run.out).unwrap()
}

/// The texts of all field changes, and who is compared with.
fn texts(book: &Book, arguments: &[&str]) -> (String, Vec<String>) {
    let changes = json(book, arguments);
    let fields = changes["records"].as_array().unwrap().iter().flat_map(|record| record["fields"].as_array().unwrap());
    (changes["since"]["name"].as_str().unwrap().to_owned(), fields.map(|field| field["text"].as_str().unwrap().to_owned()).collect())
}

const FEWER: [&str; 1] = ["Troops: 50,000 → 45,000 (−5,000)"];

fn fewer(book: &Book) {
    book.edit("content/missions/kfor.yaml", "50000", "45000");
}

#[test]
fn every_kind_of_side() {
    let book = Book::new();
    let first = book.git(&["rev-parse", "HEAD"]);
    fs::create_dir(book.beside("copy")).unwrap();
    git(&book.beside("copy"), &["clone", "-q", book.repository.to_str().unwrap(), "."]);
    assert_eq!(release(&book), 1);
    fewer(&book);
    book.commit("two");

    let copy = book.beside("copy");
    for base in ["v1", "HEAD~1", &first, "../copy", copy.to_str().unwrap(), "output/v1", "./output/v1"] {
        let (since, found) = texts(&book, &[base]);
        assert_eq!(found, FEWER, "{base}");
        assert!(since.contains(base.get(..7).unwrap_or(base)), "{since}");
    }
    assert_eq!(texts(&book, &[]), ("v1".to_owned(), FEWER.map(str::to_owned).to_vec()), "the newest version is the default");
    assert_eq!(texts(&book, &["HEAD"]).1, [] as [String; 0]);
    assert_eq!(texts(&book, &["HEAD", "v1"]).1, ["Troops: 45,000 → 50,000 (+5,000)"]);
    assert_eq!(release(&book), 2);
    assert_eq!(texts(&book, &["v1", "v2"]).1, FEWER);
    assert_eq!(texts(&book, &[]).1, [] as [String; 0]);

    // Without versions it is the last commit.
    fs::remove_dir_all(book.root.join("output")).unwrap();
    book.edit("content/missions/kfor.yaml", "45000", "40000");
    let (since, found) = texts(&book, &[]);
    assert!(since.starts_with("HEAD ("), "{since}");
    assert_eq!(found, ["Troops: 45,000 → 40,000 (−5,000)"]);
}

#[test]
fn the_merge_base_is_where_the_branch_began() {
    let book = Book::new();
    book.git(&["checkout", "-q", "-b", "work"]);
    fewer(&book);
    book.commit("on the branch");
    book.git(&["checkout", "-q", "main"]);
    book.edit("content/members.yaml", "Beta", "Gamma");
    book.commit("meanwhile on main");
    book.git(&["checkout", "-q", "work"]);
    assert_eq!(texts(&book, &["main..."]).1, FEWER);
    assert_eq!(texts(&book, &["main"]).1.len(), 2, "main's own change shows as undone");
}

#[test]
fn a_revision_is_read_with_its_own_schemas_from_bare_repositories_and_worktrees() {
    let book = Book::at("books/small");
    // The schema changes its mind about what is a claim.
    book.edit("content/schemas/missions.yaml", "mandate: { type: string, format: markdown }", "mandate: { type: string, x-claim: true }");
    book.edit("content/missions/kfor.yaml", "name: Kosovo Force", "name: Kosovo Force\nsource: letter");
    book.commit("mandates are claims");
    let expected = texts(&book, &["HEAD~1", "HEAD"]).1;
    assert!(expected.iter().any(|text| text.contains("mandate, source: added letter")), "{expected:?}");

    let bare = book.beside("bare.git");
    git(&book.repository, &["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let worktree = book.beside("worktree");
    book.git(&["worktree", "add", "-q", worktree.to_str().unwrap(), "HEAD~1"]);
    let index = fs::read(book.repository.join(".git/index")).unwrap();
    let linked = brief(&worktree.join("books/small"), &["diff", "HEAD", "main", "--format", "json"]);
    let fields: Value = serde_json::from_str(&linked.out).unwrap();
    assert_eq!(fields["records"][0]["fields"].as_array().unwrap().len(), expected.len());
    assert_eq!(fs::read(book.repository.join(".git/index")).unwrap(), index, "the index is left alone");

    // A book in the root of a bare repository, which has no files at all.
    let root = Book::new();
    fewer(&root);
    root.commit("two");
    let bare = root.beside("bare.git");
    git(&root.repository, &["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let found = brief(&bare, &["diff", "HEAD~1", "HEAD"]);
    assert_eq!((found.code, found.err.as_str()), (Some(0), ""));
    assert!(found.out.contains(FEWER[0]), "{}", found.out);
}

#[test]
fn exit_codes() {
    let book = Book::new();
    assert_eq!(book.brief(&["diff", "HEAD", "--exit-code"]).code, Some(0));
    fewer(&book);
    assert_eq!(book.brief(&["diff", "HEAD"]).code, Some(0));
    assert_eq!(book.brief(&["diff", "HEAD", "--exit-code"]).code, Some(1));
    assert_eq!(book.brief(&["diff", "HEAD", "--exit-code", "-C", "members"]).code, Some(0));
    let unknown = book.brief(&["diff", "HEAD", "-C", "mision"]);
    assert_eq!(
        (unknown.code, unknown.err.as_str()),
        (Some(2), "error: neither side has a collection `mision` (did you mean `missions`?)\n")
    );
}

#[test]
fn a_command_fails_on_the_kinds_that_it_is_told() {
    let book = Book::new();
    book.git(&["checkout", "-q", "-b", "work"]);
    book.edit("content/missions/kfor.yaml", "{ value: 50000, source: report#7 }", "45000");
    for command in ["diff", "review"] {
        let fails = |kinds: &str| {
            let run = book.brief(&[command, "main", "--fail-on", kinds]);
            (run.code, run.err.lines().last().unwrap_or_default().to_owned())
        };
        assert_eq!(fails("lost-source").1, "failed on: 1 claim that lost its source");
        assert_eq!(fails("removed,value"), (Some(1), "failed on: 1 claim with another value".to_owned()));
        // Its documents can't be rendered without a source, so that nobody can say they are the same.
        assert_eq!(fails("removed").0, Some(2), "{command}");
        let unknown = book.brief(&[command, "main", "--fail-on", "losses"]);
        assert_eq!(unknown.code, Some(2));
        assert!(unknown.err.contains("losses") && unknown.err.contains("lost-source, date, marking"), "{unknown:?}");
    }
    book.edit("content/missions/kfor.yaml", "45000", "{ value: 45000, source: report#7 }");
    assert_eq!(book.brief(&["diff", "main", "--fail-on", "removed,lost-source"]).code, Some(0));
    assert_eq!(book.brief(&["diff", "main", "--fail-on", "document"]).code, Some(1));
    book.edit("content/members.yaml", "- id: { code: beta }\n  name: Beta\n", "");
    assert_eq!(book.brief(&["diff", "main", "--fail-on", "removed,lost-source"]).code, Some(1));
}

#[test]
fn a_review_begins_where_the_branch_did_and_names_its_commit() {
    let book = Book::new();
    book.git(&["checkout", "-q", "-b", "work"]);
    fewer(&book);
    let head = book.commit("on the branch");
    book.git(&["checkout", "-q", "main"]);
    book.edit("content/members.yaml", "Beta", "Gamma");
    let tip = book.commit("meanwhile on main");
    book.git(&["checkout", "-q", "work"]);
    let fork = book.git(&["merge-base", "main", "HEAD"]);
    let run = book.brief(&["review", "main"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let names = format!("`main (merge base {})` → `commit {}`", &fork[..12], &head[..12]);
    assert!(run.out.contains(&names) && run.out.contains("`brief diff main... --redline redline.pdf`"), "{}", run.out);
    assert!(!run.out.contains("Gamma"), "what main did is not this branch's: {}", run.out);
    let run = book.brief(&["review", "main", "--tip"]);
    assert!(run.out.contains(&format!("`main ({})` → ", &tip[..12])) && run.out.contains("Gamma"), "{}", run.out);
    book.edit("content/missions/kfor.yaml", "45000", "44000");
    let run = book.brief(&["review", "main"]);
    assert!(run.out.contains(&format!("`the working tree (commit {}, with changes)`", &head[..12])), "{}", run.out);
}

#[test]
fn sides_that_are_not_there() {
    let book = Book::new();
    let error = |base: &str| {
        let run = book.brief(&["diff", base]);
        assert_eq!((run.code, run.out.as_str()), (Some(2), ""), "{base}");
        run.err
    };
    assert_eq!(
        error("mian"),
        "error: `mian` is neither a version, nor a git revision, nor a folder\ncaused by: there is no revision `mian` in the repository of `.`\n"
    );
    assert!(error("v4").contains("there is no version 4 in `output`: nothing was built there yet"));
    assert!(error("./nowhere").contains("there is no folder `./nowhere`"));
    assert!(error("HEAD~9").starts_with("error: there is no revision `HEAD~9`"));
    fs::create_dir(book.root.join("empty")).unwrap();
    assert_eq!(error("./empty"), "error: `./empty` holds no book: there is no content/book.yaml in it\n");

    // A history of its own.
    book.git(&["checkout", "-q", "--orphan", "other"]);
    book.commit("another beginning");
    assert!(error("main...").contains("`main` and HEAD have no common ancestor"));

    // A commit from before the book.
    book.git(&["rm", "-rq", "--cached", "content"]);
    book.git(&["commit", "-q", "-m", "no book"]);
    assert!(error("HEAD").contains("holds no book: there is no content/book.yaml in it"));
}

#[test]
fn a_shallow_repository_says_how_to_get_the_rest() {
    let book = Book::new();
    fewer(&book);
    book.commit("two");
    let shallow = book.beside("shallow");
    let url = format!("file://{}", book.repository.display());
    git(&book.repository, &["clone", "-q", "--depth", "1", &url, shallow.to_str().unwrap()]);
    let run = brief(&shallow, &["diff", "HEAD~1"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("the repository is shallow: `git fetch --unshallow` brings the rest"), "{}", run.err);
    git(&shallow, &["checkout", "-q", "-b", "work"]);
    git(&shallow, &["branch", "-D", "main"]);
    let run = brief(&shallow, &["diff", "main"]);
    assert!(run.err.contains("there is `origin/main`"), "{}", run.err);
}

#[test]
fn versions_that_are_damaged() {
    let book = Book::new();
    release(&book);
    let data = book.root.join("output/v1/data.json");
    let text = fs::read_to_string(&data).unwrap();
    fs::write(&data, text.replace("50000", "49000")).unwrap();
    let commit = book.git(&["rev-parse", "HEAD"]);
    let damaged = book.brief(&["diff", "v1"]);
    assert_eq!(damaged.code, Some(2));
    assert!(damaged.err.contains("the records of version 1 can't be read"), "{}", damaged.err);
    assert!(damaged.err.contains("was changed after its version was written"), "{}", damaged.err);
    assert!(damaged.err.contains(&format!("it was built from commit {}, which can be compared instead", &commit[..12])), "{}", damaged.err);
    fs::remove_file(&data).unwrap();
    let missing = book.brief(&["diff"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.err.contains("data.json"), "{}", missing.err);
    let folder = book.brief(&["diff", "output/v1"]);
    assert!(folder.err.contains("`output/v1` holds no book"), "{}", folder.err);
}

#[test]
fn what_cannot_be_read_is_reported_and_the_rest_is_shown() {
    let book = Book::new();
    book.write("content/missions/unifil.yaml", "name: Interim Force\n");
    book.commit("two missions");
    fewer(&book);
    book.write("content/missions/unifil.yaml", "name: [unclosed\n");
    let run = book.brief(&["diff", "HEAD"]);
    assert_eq!(run.code, Some(2));
    assert!(run.out.contains(FEWER[0]), "{}", run.out);
    assert!(!run.out.contains("removed"), "its fields are not said to be gone: {}", run.out);
    assert!(
        run.err.contains("in the working tree:\nerror[yaml-syntax]") && run.err.contains("content/missions/unifil.yaml:"),
        "{}",
        run.err
    );
    assert!(
        run.err.contains("note: `missions/unifil` can't be read in the working tree, and is left out of the comparison"),
        "{}",
        run.err
    );

    // The same on the other side, and for a file that holds a whole collection.
    book.write("content/members.yaml", "- [\n");
    book.commit("broken");
    book.write("content/missions/unifil.yaml", "name: Interim Force in Lebanon\n");
    book.write("content/members.yaml", "- id: { code: gamma }\n  name: Gamma\n");
    book.edit("content/missions/kfor.yaml", "45000", "44000");
    let run = book.brief(&["diff", "HEAD"]);
    assert_eq!(run.code, Some(2));
    assert!(
        run.out.contains("Troops: 45,000 → 44,000 (−1,000)") && !run.out.contains("Gamma") && !run.out.contains("Lebanon"),
        "{}",
        run.out
    );
    assert!(run.err.contains("all of `members` can't be read in HEAD ("), "{}", run.err);

    // The settings themselves.
    book.write("content/book.yaml", "title: [\n");
    let run = book.brief(&["diff", "HEAD"]);
    assert_eq!((run.code, run.out.as_str()), (Some(2), ""));
    assert!(run.err.contains("error[yaml-syntax]") && run.err.contains("the settings of `the working tree` can't be used"), "{}", run.err);
}

#[test]
fn an_id_that_stands_twice_is_reported() {
    let book = Book::new();
    book.write("content/members.yaml", "- id: { code: alpha }\n  name: Alpha\n- id: { code: alpha }\n  name: Alpha again\n");
    let run = book.brief(&["diff", "HEAD"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.contains("error[duplicate-id]"), "{}", run.err);
    assert!(run.out.contains("removed members/beta: Beta"), "{}", run.out);

    // In two files, and on the base's side.
    let book = Book::new();
    book.remove("content/members.yaml");
    for (file, name) in [("one", "Alpha"), ("two", "Alpha again")] {
        book.write(&format!("content/members/{file}.yaml"), &format!("id: {{ code: alpha }}\nname: {name}\n"));
    }
    book.commit("twice");
    book.remove("content/members/two.yaml");
    fewer(&book);
    let run = book.brief(&["diff", "HEAD"]);
    assert_eq!(run.code, Some(2));
    assert!(run.err.starts_with("in HEAD (") && run.err.contains("error[duplicate-id]"), "{}", run.err);
    assert!(run.err.contains("content/members/one.yaml") && run.err.contains("content/members/two.yaml"), "{}", run.err);
    assert!(run.out.contains(FEWER[0]), "the rest is shown: {}", run.out);
}

#[test]
fn formatting_is_no_change() {
    let book = Book::new();
    book.write(
        "content/missions/kfor.yaml",
        "# a comment\nlead: 'alpha'\nmandate: >-\n  The force monitors the ceasefire line and reports every breach of it\n  to the council without delay.\n\
         name: \"Kosovo Force\"\ntroops:\n  source: [report#7]\n  value: 50000\n",
    );
    book.remove("content/members.yaml");
    book.write("content/members/beta.yaml", "id: { code: beta }\nname: Beta\n");
    book.write("content/members/a-file-of-any-name.yaml", "name: Alpha\nid: { code: alpha }\n");
    assert_eq!(book.brief(&["diff", "HEAD"]).out.lines().nth(1), Some("nothing changed"));
}

#[test]
fn files_are_listed_with_the_documents_they_alter() {
    let book = Book::new();
    book.edit("templates/mission.md.jinja", "troops.", "soldiers.");
    book.write("templates/theme.typ", "// mine\n");
    book.edit("content/book.yaml", "A Small Book", "A Smaller Book");
    book.write("content/assets/map.png", "no picture");
    book.edit("content/schemas/missions.yaml", "title: Troops", "title: Strength");
    let changes = json(&book, &["HEAD"]);
    let files: Vec<(&str, &str, Vec<&str>)> = changes["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            let documents = file["documents"].as_array().map(|all| all.iter().map(|id| id.as_str().unwrap()).collect()).unwrap_or_default();
            (file["path"].as_str().unwrap(), file["kind"].as_str().unwrap(), documents)
        })
        .collect();
    assert_eq!(
        files,
        [
            ("content/assets/map.png", "added", vec![]),
            ("content/book.yaml", "changed", vec!["book", "missions/kfor"]),
            ("content/schemas/missions.yaml", "changed", vec![]),
            ("templates/mission.md.jinja", "changed", vec!["missions/kfor"]),
            ("templates/theme.typ", "added", vec!["book", "missions/kfor"]),
        ]
    );
    // Of a version the schemas are known, and no other files.
    book.edit("content/missions/kfor.yaml", "every breach", "*every* breach");
    release(&book);
    book.edit("content/schemas/missions.yaml", "mandate: { type: string, format: markdown }", "mandate: { type: string }");
    let files = json(&book, &["v1"])["files"].clone();
    assert_eq!(files, serde_json::json!([{ "path": "content/schemas/missions.yaml", "kind": "changed", "documents": ["book"] }]));
    // A part that a template cannot do without.
    book.commit("all of it");
    book.write("templates/parts/end.jinja", "The end.\n");
    book.edit("templates/book.md.jinja", "# {{", "{% include \"parts/end.jinja\" %}\n\n# {{");
    let out = book.brief(&["diff", "HEAD"]).out;
    assert!(out.contains("added templates/parts/end.jinja: alters book\n"), "{out}");
}

#[test]
fn a_review_says_all_that_an_editor_must_know() {
    let book = Book::new();
    book.git(&["checkout", "-q", "-b", "work"]);
    book.edit("content/missions/kfor.yaml", "{ value: 50000, source: report#7 }", "45000");
    book.edit("content/missions/kfor.yaml", "every breach", "each serious breach");
    book.write("content/missions/unifil.yaml", "name: Interim Force\ntroops: { value: 10000, source: letter }\n");
    book.edit("content/members.yaml", "- id: { code: beta }\n  name: Beta\n", "");
    book.write("content/sources.yaml", "report:\n  title: The report\nletter:\n  title: The letter\n  kind: a letter\n");
    let run = book.brief(&["review", "main", "--artifacts", "https://example.org/run/1"]);
    let head = &book.git(&["rev-parse", "HEAD"])[..12];
    let unknown = format!(
        "note: the content of the working tree (commit {head}, with changes) has errors, so its documents are not compared; `brief check` shows them\n"
    );
    assert_eq!((run.code, run.err), (Some(0), unknown));
    let comment = run.out;
    assert!(comment.starts_with(&format!("{MARKER}\n")), "{comment}");
    for line in [
        "| Records | 1 added, 2 changed, 1 removed |",
        "| Claims | 1 with another value, 1 without a source now |",
        "| Checks | **1 newly failing** |",
        "| Documents | not known: those of one side could not be compared |",
        "- Troops: `missions/kfor/troops`, was `report#7`",
        "- error `claim-without-source`: ",
        "| **Troops** | 50,000 | 45,000 | −5,000 |",
        "<del>every</del> <ins>each serious</ins> breach",
        "#### Beta · `members/beta` removed",
        "| Troops | 10,000 | letter; as of 2025-11-05 |",
        "[artifacts of this run](https://example.org/run/1)",
        "`brief diff main --redline redline.pdf`",
    ] {
        assert!(comment.contains(line), "`{line}` is missing from\n{comment}");
    }
    book.edit("content/missions/kfor.yaml", "45000", "{ value: 45000, source: letter#2 }");
    let comment = book.brief(&["review", "main"]).out;
    assert!(comment.contains("| Checks | as before |") && comment.contains("| source | `report#7` | `letter#2` |  |"), "{comment}");
    assert!(
        comment.contains("| Documents | 3 affected: `book`, `missions/kfor`, `missions/unifil`; 1 added, 2 changed (records) |"),
        "{comment}"
    );
    assert!(comment.contains("- `missions/unifil`, new\n"), "{comment}");
    assert!(!comment.contains("artifacts"), "{comment}");

    // What was wrong before and isn't any more.
    book.edit("content/missions/kfor.yaml", "lead: alpha", "lead: nobody");
    book.commit("wrong");
    book.edit("content/missions/kfor.yaml", "lead: nobody", "lead: alpha");
    let comment = book.brief(&["review", "HEAD"]).out;
    assert!(
        comment.contains("| Checks | **1 newly fixed** |") && comment.contains("### Checks newly fixed\n\n- error `dangling-reference`"),
        "{comment}"
    );
}

#[test]
fn a_review_of_the_first_book_and_of_a_broken_one() {
    let book = Book::new();
    book.git(&["checkout", "-q", "--orphan", "empty"]);
    book.git(&["rm", "-rq", "--cached", "."]);
    book.git(&["commit", "-q", "--allow-empty", "-m", "nothing"]);
    let run = book.brief(&["review", "HEAD"]);
    assert_eq!((run.code, run.err.as_str()), (Some(0), ""));
    assert!(run.out.contains("has no book yet: everything is new") && run.out.contains("| Records | 5 added |"), "{}", run.out);
    assert!(run.out.contains("2 affected: `book`, `missions/kfor`"), "{}", run.out);

    book.write("content/book.yaml", "title: [\n");
    let run = book.brief(&["review", "main"]);
    assert_eq!(run.code, Some(2));
    assert!(run.out.starts_with(MARKER) && run.out.contains("- error `yaml-syntax`: "), "{}", run.out);
    assert!(run.err.contains("error[yaml-syntax]"), "{}", run.err);
    let wrong = book.brief(&["review", "main", "--artifacts", "javascript:alert(1)"]);
    assert_eq!(wrong.code, Some(2));
}

#[test]
fn markdown_and_pages_from_the_command_line() {
    let book = Book::new();
    fewer(&book);
    let markdown = book.brief(&["diff", "HEAD", "--format", "markdown"]).out;
    assert!(markdown.contains("| **Troops** | 50,000 | 45,000 | −5,000 |"), "{markdown}");
    let page = book.brief(&["diff", "HEAD", "--format", "html"]).out;
    assert!(page.starts_with("<!doctype html>") && page.contains("<ins><span class=\"said\">inserted: </span>45,000</ins>"), "{page}");
    for outside in ["http://", "https://", "<script", "src="] {
        assert!(!page.contains(outside), "the page needs `{outside}`");
    }
    let colored = book.brief(&["diff", "HEAD", "--color", "always"]).out;
    assert!(colored.contains('\u{1b}') && !book.brief(&["diff", "HEAD"]).out.contains('\u{1b}'));
}

/// The pair of settings in docs/pull-requests.md, as it stands there.
fn documented(what: &str) -> Vec<String> {
    let docs = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/pull-requests.md")).unwrap();
    let (_, rest) = docs.rsplit_once(what).unwrap_or_else(|| panic!("the docs lack {what}"));
    let (_, rest) = rest.split_once("```").unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    rest.split_once("```").unwrap().0.lines().map(str::to_owned).collect()
}

#[test]
fn git_shows_records_by_itself() {
    let book = Book::at("books/small");
    let attributes = documented("In `.gitattributes`").join("\n");
    fs::write(book.repository.join(".gitattributes"), attributes + "\n").unwrap();
    for line in documented("Each of you says once") {
        let command = line.strip_prefix("git ").unwrap().replace('\'', "");
        let (name, value) = command.strip_prefix("config ").unwrap().split_once(' ').unwrap();
        let value = value.replacen("brief", super::books::program().to_str().unwrap(), 1);
        book.git(&["config", name, &value]);
    }
    book.commit("settings");
    fewer(&book);
    book.write("content/missions/unifil.yaml", "name: Interim Force\n");
    book.edit("content/members.yaml", "- id: { code: beta }\n  name: Beta\n", "");
    book.edit("templates/book.md.jinja", "troops.", "soldiers.");
    book.git(&["add", "-A"]);
    let found = book.git(&["diff", "--cached"]);
    assert!(
        found.contains("brief diff books/small/content/missions/kfor.yaml\nrecords: 1 changed; claims: 1 with another value\n"),
        "{found}"
    );
    assert!(
        found.contains(FEWER[0]) && found.contains("added missions/unifil: Interim Force") && found.contains("removed members/beta: Beta"),
        "{found}"
    );
    assert!(
        found.contains("+{% if m.troops %}{{ m.troops }} soldiers.") || found.contains("soldiers."),
        "templates are compared by Git itself: {found}"
    );
    assert!(!found.contains("-troops: { value: 50000"), "{found}");
    book.commit("three");
    let shown = book.git(&["show", "--ext-diff"]);
    assert!(shown.contains(FEWER[0]), "{shown}");

    book.git(&["mv", "books/small/content/missions/kfor.yaml", "books/small/content/missions/kosovo.yaml"]);
    book.edit("content/missions/kosovo.yaml", "45000", "40000");
    book.git(&["add", "-A"]);
    let renamed = book.git(&["diff", "--cached", "-M"]);
    assert!(
        renamed.contains("content/missions/kfor.yaml renamed to books/small/content/missions/kosovo.yaml\nrecords: 1 renamed; claims: 1 with another value\n")
            && renamed.contains("renamed missions/kosovo (was kfor): Kosovo Force\n  Troops: 45,000 → 40,000"),
        "{renamed}"
    );

    book.write("content/missions/kosovo.yaml", "name: [\n");
    let broken = book.git(&["diff"]);
    assert!(broken.contains("can't be compared record by record: "), "Git goes on: {broken}");
}
