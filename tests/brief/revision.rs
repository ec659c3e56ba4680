//! Git: what it knows of a folder, and a revision read as a tree, in real repositories.

use std::fs;
use std::path::{Path, PathBuf};

use brief::diagnostic::Diagnostic;
use brief::tree::Tree;
use brief::tree::revision::{facts, read, resolve};
use tempfile::TempDir;

use super::books::git;

struct Repository {
    _folder: TempDir,
    path: PathBuf,
}

impl Repository {
    fn new() -> Repository {
        let folder = TempDir::new().unwrap();
        let repository = Repository { path: folder.path().join("repo"), _folder: folder };
        fs::create_dir(&repository.path).unwrap();
        repository.git(&["init", "-q", "-b", "main"]);
        repository
    }

    /// A repository with a book in its root, of two commits.
    fn with_book() -> Repository {
        let repository = Repository::new();
        repository.write("content/book.yaml", "title: One\n");
        repository.write("templates/book.md.jinja", "# {{ book.title }}\n");
        repository.write("fonts/sans.ttf", "\0\u{1}binary\n");
        repository.write("README.md", "not of the book\n");
        repository.commit("one");
        repository.write("content/book.yaml", "title: Two\n");
        repository.commit("two");
        repository
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn commit(&self, title: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", title]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(&self.path, arguments)
    }
}

fn clean(root: &Path) -> bool {
    facts(root).unwrap().clean
}

fn title(root: &Path, revision: &str) -> String {
    let (tree, diagnostics) = read(root, revision).unwrap();
    assert_eq!(diagnostics, []);
    tree.text("content/book.yaml").unwrap().to_owned()
}

fn messages((_, diagnostics): &(Tree, Vec<Diagnostic>)) -> Vec<&str> {
    diagnostics.iter().map(|diagnostic| diagnostic.message.as_str()).collect()
}

#[test]
fn a_revision_is_read_without_being_checked_out() {
    let repository = Repository::with_book();
    repository.write("content/book.yaml", "title: Three\n");
    let index = fs::read(repository.path.join(".git/index")).unwrap();
    let (tree, diagnostics) = read(&repository.path, "HEAD~1").unwrap();
    assert_eq!(diagnostics, []);
    assert_eq!(tree.files.keys().collect::<Vec<_>>(), ["content/book.yaml", "fonts/sans.ttf", "templates/book.md.jinja"]);
    assert_eq!(tree.text("content/book.yaml"), Some("title: One\n"));
    assert_eq!(tree.get("fonts/sans.ttf"), Some(b"\0\x01binary\n".as_slice()));
    assert_eq!(title(&repository.path, "main"), "title: Two\n");
    assert_eq!(fs::read_to_string(repository.path.join("content/book.yaml")).unwrap(), "title: Three\n");
    assert_eq!(fs::read(repository.path.join(".git/index")).unwrap(), index);
}

#[test]
fn facts_are_of_the_book_alone() {
    let repository = Repository::with_book();
    let found = facts(&repository.path).unwrap();
    assert_eq!(found.commit, repository.git(&["rev-parse", "HEAD"]));
    assert_eq!(found.commit_time, 1_700_000_000);
    assert!(found.clean);

    repository.write("README.md", "changed\n");
    repository.write("output/v1/book.md", "built\n");
    repository.write("content/.book.yaml.swp", "an editor's\n");
    assert!(clean(&repository.path), "what isn't read doesn't count");
    repository.write("content/new.yaml", "a: 1\n");
    assert!(!clean(&repository.path), "a new file");
    repository.write(".gitignore", "new.yaml\n");
    assert!(!clean(&repository.path), "a file that git ignores is read");
    fs::remove_file(repository.path.join("content/new.yaml")).unwrap();
    assert!(clean(&repository.path));
    repository.write("templates/book.md.jinja", "changed\n");
    assert!(!clean(&repository.path), "a changed file");
    repository.git(&["add", "-A"]);
    assert!(!clean(&repository.path), "a staged one");
    repository.commit("three");
    repository.git(&["mv", "fonts/sans.ttf", "fonts/serif.ttf"]);
    assert!(!clean(&repository.path), "a renamed one");
}

#[test]
fn no_lock_is_taken_and_nothing_is_written() {
    let repository = Repository::with_book();
    let index = fs::read(repository.path.join(".git/index")).unwrap();
    // Same content at another time: a status that may write would refresh the index.
    repository.write("content/book.yaml", "title: Two\n");
    fs::write(repository.path.join(".git/index.lock"), "").unwrap();
    assert!(clean(&repository.path));
    assert_eq!(title(&repository.path, "HEAD"), "title: Two\n");
    assert_eq!(fs::read(repository.path.join(".git/index")).unwrap(), index);
}

#[test]
fn a_book_may_stand_below_the_root() {
    let repository = Repository::new();
    repository.write("books/one/content/book.yaml", "title: One\n");
    repository.write("books/one/content/.hidden/x.yaml", "x\n");
    repository.write("books/one/output/v1/content/x.yaml", "x\n");
    repository.write("content/book.yaml", "title: Another\n");
    repository.commit("one");
    let root = repository.path.join("books/one");
    let (tree, _) = read(&root, "HEAD").unwrap();
    assert_eq!(tree.files.keys().collect::<Vec<_>>(), ["content/book.yaml"]);
    assert_eq!(title(&root, "HEAD"), "title: One\n");
    repository.write("content/book.yaml", "title: Changed\n");
    repository.write("books/one/content/.hidden/y.yaml", "y\n");
    assert!(clean(&root));
    assert!(!clean(&repository.path));
}

#[test]
fn bare_shallow_and_linked_repositories_are_read() {
    let repository = Repository::with_book();
    let beside = |name: &str| repository.path.with_file_name(name);
    let source = format!("file://{}", repository.path.display());

    repository.git(&["clone", "-q", "--bare", ".", beside("bare").to_str().unwrap()]);
    assert_eq!(title(&beside("bare"), "main~1"), "title: One\n");
    assert_eq!(facts(&beside("bare")), None);

    repository.git(&["worktree", "add", "-q", beside("linked").to_str().unwrap(), "HEAD~1"]);
    assert_eq!(title(&beside("linked"), "HEAD"), "title: One\n");
    assert_eq!(facts(&beside("linked")).unwrap().commit, repository.git(&["rev-parse", "HEAD~1"]));

    repository.git(&["clone", "-q", "--depth", "1", &source, beside("shallow").to_str().unwrap()]);
    assert_eq!(title(&beside("shallow"), "HEAD"), "title: Two\n");
    assert!(clean(&beside("shallow")));
    assert_eq!(
        read(&beside("shallow"), "HEAD~1").unwrap_err().to_string(),
        format!(
            "there is no revision `HEAD~1` in the repository of `{}`; the repository is shallow: `git fetch --unshallow` brings the rest",
            beside("shallow").display()
        )
    );
}

#[test]
fn a_merge_base_is_named_by_three_full_stops() {
    let repository = Repository::with_book();
    let fork = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["switch", "-q", "-c", "branch"]);
    repository.write("content/a.yaml", "a: 1\n");
    repository.commit("on the branch");
    repository.git(&["switch", "-q", "main"]);
    repository.write("content/b.yaml", "b: 1\n");
    repository.commit("on main");
    repository.git(&["switch", "-q", "branch"]);
    assert_eq!(resolve(&repository.path, "main...").unwrap(), fork);
    repository.git(&["switch", "-q", "--orphan", "other"]);
    repository.write("content/c.yaml", "c: 1\n");
    repository.commit("from nothing");
    let error = resolve(&repository.path, "main...").unwrap_err().to_string();
    assert_eq!(error, format!("`main` and HEAD have no common ancestor in the repository of `{}`", repository.path.display()));
}

#[cfg(unix)]
#[test]
fn links_are_followed_inside_the_book_only() {
    use std::os::unix::fs::symlink;
    let repository = Repository::with_book();
    symlink("book.yaml", repository.path.join("content/same.yaml")).unwrap();
    symlink("../content/./book.yaml", repository.path.join("templates/up.yaml")).unwrap();
    for (name, target) in [("out", "../README.md"), ("away", "../../../etc/passwd"), ("root", "/etc/passwd"), ("folder", "../templates")] {
        symlink(target, repository.path.join("content").join(name)).unwrap();
    }
    repository.commit("links");
    let read = read(&repository.path, "HEAD").unwrap();
    assert_eq!(read.0.text("content/same.yaml"), Some("title: Two\n"));
    assert_eq!(read.0.text("templates/up.yaml"), Some("title: Two\n"));
    assert_eq!(
        messages(&read),
        ["away", "folder", "out", "root"].map(|name| format!("`content/{name}` can't be read: a link that leads to no file of the book"))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn strange_names_are_read() {
    let repository = Repository::with_book();
    for name in ["content/a b.yaml", "content/ä\"'\\.yaml", "content/new\nline.yaml", "content/[x]*.yaml", "content/-x.yaml"] {
        repository.write(name, name);
    }
    repository.commit("names");
    let (tree, diagnostics) = read(&repository.path, "HEAD").unwrap();
    assert_eq!(diagnostics, []);
    assert_eq!(tree.text("content/new\nline.yaml"), Some("content/new\nline.yaml"));
    assert_eq!(tree.files.len(), 8);
}

#[test]
fn many_files_are_read() {
    let repository = Repository::new();
    for n in 0..3000 {
        repository.write(&format!("content/r/{n}.yaml"), &format!("n: {n}\n{}", "x".repeat(n)));
    }
    repository.commit("many");
    let (tree, _) = read(&repository.path, "HEAD").unwrap();
    assert_eq!(tree.files.len(), 3000);
    assert!(tree.text("content/r/2999.yaml").unwrap().starts_with("n: 2999\nxxx"));
}

#[test]
fn a_revision_without_a_book_is_empty() {
    let repository = Repository::new();
    repository.write("README.md", "nothing else\n");
    repository.commit("one");
    let (tree, diagnostics) = read(&repository.path, "HEAD").unwrap();
    assert_eq!((tree.files.len(), diagnostics), (0, Vec::new()));
}

#[test]
fn what_is_missing_is_said() {
    let repository = Repository::with_book();
    let root = repository.path.display().to_string();
    let error = |revision: &str| read(&repository.path, revision).unwrap_err().to_string();
    assert_eq!(error("nowhere"), format!("there is no revision `nowhere` in the repository of `{root}`"));
    assert_eq!(error("HEAD:content"), format!("there is no revision `HEAD:content` in the repository of `{root}`"));
    assert_eq!(error("--all"), "`--all` is not a git revision");
    assert_eq!(error(""), "`` is not a git revision");

    let outside = TempDir::new().unwrap();
    assert_eq!(read(outside.path(), "HEAD").unwrap_err().to_string(), format!("`{}` is not in a git repository", outside.path().display()));
    assert_eq!(facts(outside.path()), None);
    assert_eq!(facts(&outside.path().join("not there")), None);
    let unborn = Repository::new();
    assert_eq!(facts(&unborn.path), None);
}

#[test]
fn a_lost_object_is_named() {
    let repository = Repository::with_book();
    let blob = repository.git(&["rev-parse", "HEAD:content/book.yaml"]);
    let object = repository.path.join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(object).unwrap();
    let read = read(&repository.path, "HEAD").unwrap();
    assert_eq!(messages(&read), [format!("`content/book.yaml` can't be read: its object {blob} is not in the repository")]);
    assert!(read.0.text("templates/book.md.jinja").is_some());
}
