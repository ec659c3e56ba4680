//! The books that tests are made with: a small one in a Git repository of its own, the bundled one, and those of cases.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use assert_cmd::cargo::CommandCargoExt;
use tempfile::TempDir;

use crate::tools::need;

const FILES: [(&str, &str); 9] = [
    (
        "content/book.yaml",
        "title: A Small Book\nas_of: 2025-11-05\nlanguage: en\ncollections:\n  members: { key: id.code }\ndocuments:\n  \
         - { id: book, template: book.md.jinja }\n  - { id: \"missions/{{ record.id }}\", each: missions, template: mission.md.jinja }\n",
    ),
    (
        "content/schemas/missions.yaml",
        "type: object\nadditionalProperties: false\nrequired: [name]\nproperties:\n  name: { type: string }\n  \
         troops: { type: integer, title: Troops, x-claim: true }\n  lead: { type: string, x-ref: members }\n  \
         mandate: { type: string, format: markdown }\n",
    ),
    (
        "content/schemas/members.yaml",
        "type: object\nadditionalProperties: false\nproperties:\n  id:\n    type: object\n    properties: { code: { type: string } }\n  name: { type: string }\n",
    ),
    (
        "content/schemas/sources.yaml",
        "type: object\nadditionalProperties: false\nproperties:\n  title: { type: string }\n  kind: { type: string }\n",
    ),
    ("content/sources.yaml", "report:\n  title: The report\nletter:\n  title: The letter\n"),
    ("content/members.yaml", "- id: { code: alpha }\n  name: Alpha\n- id: { code: beta }\n  name: Beta\n"),
    (
        "content/missions/kfor.yaml",
        "name: Kosovo Force\ntroops: { value: 50000, source: report#7 }\nlead: alpha\n\
         mandate: The force monitors the ceasefire line and reports every breach of it to the council without delay.\n",
    ),
    (
        "templates/book.md.jinja",
        "# {{ book.title }}\n\n{% for m in missions %}\n## {{ m }}\n\n{% if m.troops %}{{ m.troops }} troops.{% endif %}\n\n\
         {% if m.mandate %}{{ m.mandate }}{% endif %}\n\n{% endfor %}\n",
    ),
    ("templates/mission.md.jinja", "# {{ record.name }}\n\n{% if record.troops %}{{ record.troops }} troops.{% endif %}\n"),
];

/// A book in a repository's root, or in a folder below it.
pub(crate) struct Book {
    folder: TempDir,
    pub(crate) repository: PathBuf,
    pub(crate) root: PathBuf,
}

/// What a run printed, and its exit code.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Book {
    /// A book with one commit on `main`.
    pub(crate) fn new() -> Book {
        Book::at("")
    }

    pub(crate) fn at(inner: &str) -> Book {
        let folder = TempDir::new().unwrap();
        let repository = folder.path().join("repo");
        let book = Book { root: repository.join(inner), repository, folder };
        fs::create_dir_all(&book.root).unwrap();
        book.git(&["init", "-q", "-b", "main"]);
        for (path, text) in FILES {
            book.write(path, text);
        }
        book.write(".gitignore", "/output\n");
        book.commit("one");
        book
    }

    /// The folder in which the repository's folder stands.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.root.join(path)).unwrap();
        assert!(text.contains(from), "{path} has no `{from}`: {text}");
        self.write(path, &text.replacen(from, to, 1));
    }

    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.root.join(path)).unwrap();
    }

    pub(crate) fn commit(&self, title: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", title]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        git(&self.repository, arguments)
    }

    /// Runs brief in the book's folder.
    pub(crate) fn brief(&self, arguments: &[&str]) -> Run {
        brief(&self.root, arguments)
    }
}

/// A copy of the bundled book in a folder of its own.
pub(crate) fn bundled() -> TempDir {
    let folder = TempDir::new().unwrap();
    copy(Path::new(env!("CARGO_MANIFEST_DIR")), folder.path(), &["content", "templates"]);
    folder
}

/// Where the versions of the bundled book are that tests read: those of its audience `public`.
pub(crate) fn versions(root: &Path) -> PathBuf {
    root.join("output").join(BUNDLED)
}

/// The audience of the bundled book that tests build it for.
pub(crate) const BUNDLED: &str = "public";

/// The base book with a case's files over it, in a folder of its own.
pub(crate) fn book_of(case: &Path) -> TempDir {
    let folder = TempDir::new().unwrap();
    for from in [&crate::cases::folder("pipeline/base"), case] {
        copy(from, folder.path(), &["content", "templates", "fonts"]);
    }
    folder
}

/// Copies those of the parts of a book's folder that there are.
fn copy(from: &Path, to: &Path, parts: &[&str]) {
    for part in parts.iter().map(|part| from.join(part)).filter(|part| part.exists()) {
        for entry in walkdir::WalkDir::new(part) {
            let entry = entry.unwrap();
            let to = to.join(entry.path().strip_prefix(from).unwrap());
            match entry.file_type().is_dir() {
                true => fs::create_dir_all(to).unwrap(),
                false => fs::copy(entry.path(), to).map(drop).unwrap(),
            }
        }
    }
}

/// Every file below a folder, by its path, with its bytes.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in walkdir::WalkDir::new(folder) {
        let entry = entry.unwrap();
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            found.insert(name, fs::read(entry.path()).unwrap());
        }
    }
    found
}

pub(crate) fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "protocol.file.allow=always", "-C"])
        .arg(folder)
        .args(arguments)
        .envs([("GIT_COMMITTER_DATE", "1700000000 +0000"), ("GIT_AUTHOR_DATE", "1600000000 +0000"), ("GIT_CONFIG_GLOBAL", "/dev/null")])
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// brief's own program, as cargo built it for the tests.
pub(crate) fn program() -> PathBuf {
    Command::cargo_bin("brief").unwrap().get_program().into()
}

/// What brief needs to find typst, where it isn't built in; where it can't be found, the test is skipped.
pub(crate) fn typst() -> Option<Vec<(String, String)>> {
    if cfg!(feature = "builtin-typst") {
        return Some(Vec::new());
    }
    Some(vec![("BRIEF_TYPST".to_owned(), need!(TYPST).into_os_string().into_string().unwrap())])
}

pub(crate) fn brief(folder: &Path, arguments: &[&str]) -> Run {
    brief_with(folder, arguments, &[])
}

/// Runs brief with more variables in its environment.
pub(crate) fn brief_with(folder: &Path, arguments: &[&str], environment: &[(String, String)]) -> Run {
    let mut command = Command::new(program());
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    for name in ["NO_COLOR", "BRIEF_TYPST", "SOURCE_DATE_EPOCH", "GITHUB_WORKSPACE", "GIT_PAGER_IN_USE"] {
        command.env_remove(name);
    }
    let output = command.envs(environment.iter().cloned()).output().unwrap();
    Run { code: output.status.code(), out: String::from_utf8(output.stdout).unwrap(), err: String::from_utf8(output.stderr).unwrap() }
}
