//! Real builds that are killed, interrupted, run at once, or meet a full or failing disk: what stood stands, and the
//! next build makes exactly the version that was due. What such a build says is compared whole.

#[cfg(target_os = "linux")]
mod full;
mod killed;
mod said;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use brief::version::{Entry, Health, Ledger, Version};
use tempfile::TempDir;

use crate::book::files;
use crate::faults::book_of;
use crate::{press, snapshot};

/// A book of three documents that is built by the program, and the folder of its temporary files.
struct Book {
    folder: TempDir,
    temporary: TempDir,
}

impl Book {
    fn new() -> Book {
        let book = Book { folder: book_of(Path::new("no case")), temporary: tempfile::tempdir().unwrap() };
        let settings = "title: Two missions\nas_of: 2025-11-05\ndocuments:\n  - { id: book, template: book.md.jinja }\n  \
                        - { id: \"missions/{{ record.id }}\", each: missions, template: mission.md.jinja }\n";
        book.write("content/book.yaml", settings);
        book.write("templates/mission.md.jinja", "# {{ record }}\n\n{{ record.troops }} troops.\n");
        book
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn output(&self) -> PathBuf {
        self.root().join("output")
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.root().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Content that makes another version for each number.
    fn say(&self, number: usize) {
        self.write("content/missions/kfor.yaml", &format!("name: Kosovo Force\nsource: report#7\ntroops: {number}\n"));
    }

    fn command(&self) -> Command {
        press::build(self.root(), self.temporary.path())
    }

    /// Builds to the end; how it ended and what it said.
    fn build(&self) -> (Option<i32>, String) {
        said(&mut self.command())
    }

    fn built(&self) {
        let (code, said) = self.build();
        assert_eq!(code, Some(0), "{said}");
    }

    /// Processes that work in a temporary folder of a build.
    #[cfg(target_os = "linux")]
    fn typsts(&self) -> usize {
        let processes = fs::read_dir("/proc").unwrap().flatten();
        processes
            .filter(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(self.temporary.path())))
            .count()
    }

    /// Waits for what was started to end, and says whether it did.
    #[cfg(target_os = "linux")]
    fn is_quiet(&self) -> bool {
        let begun = Instant::now();
        while self.typsts() > 0 {
            if begun.elapsed() > Duration::from_secs(10) {
                return false;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        true
    }
}

/// How a command ended, and what it said on both streams.
fn said(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr))
}

/// Whether documents can be typeset here; if not, a test says so and passes.
fn can_typeset() -> bool {
    press::engine().is_some()
}

fn history(output: &Path) -> Vec<Entry> {
    Ledger::read(output).unwrap().versions().to_vec()
}

/// The entries stand, and each version is as its manifest says.
fn holds(output: &Path, history: &[Entry]) {
    let ledger = Ledger::read(output).unwrap();
    for entry in history {
        assert_eq!(ledger.get(entry.number), Some(entry), "an entry changed");
    }
    for entry in ledger.versions() {
        assert_eq!(Version::find(output, entry.number).unwrap().verify(), Health::Intact, "v{}", entry.number);
    }
}

/// The files of versions and ledger, without what recovery set aside and the record of inputs.
fn published(output: &Path) -> BTreeMap<String, Vec<u8>> {
    files(output).into_iter().filter(|(name, _)| !name.starts_with('.')).collect()
}

/// Compares what was said with `tests/cases/version/<name>.snap`.
fn expect(name: &str, said: &str, code: Option<i32>) {
    snapshot::expect("version", name, said, code);
}
