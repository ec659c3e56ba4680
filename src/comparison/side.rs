//! One side of a comparison: a version, a git revision, a folder or the working tree, as records and files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};

use crate::assembly::audiences::{self, split_audience};
use crate::assembly::options::BookFolders;
use crate::assembly::rendering;
use crate::audience::{self, View};
use crate::diagnostic::{Code, Diagnostic, Place, Severity, has_errors};
use crate::diff::{Since, Snapshot};
use crate::files;
use crate::layout::{DATA, MANIFEST, SETTINGS, version_folder, version_number};
use crate::load::{self, READING_FAULTS, UnreadRecords, loses_records, unread_records};
use crate::model::{Book, Date};
use crate::tree::{self, Tree, revision};
use crate::version::{Health, Ledger, Manifest, Tools, Version};

/// The largest `data.json` of a folder that is read, in bytes.
const LARGEST: u64 = 1 << 30;

/// What is compared, and how it is called.
#[derive(Debug)]
pub struct Side {
    /// `v7`, `main (1a2b3c4d5e6f)`, a folder, `the working tree`.
    pub name: String,
    /// The same as `changes.json` has it.
    pub since: Since,
    pub snapshot: Snapshot,
    /// The files, where they are at hand: a version keeps none.
    pub tree: Option<Tree>,
    /// All that loading found wrong, with places.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be read, and so is left out of a comparison.
    pub(super) unread: BTreeSet<UnreadRecords>,
    /// The book that its files hold, as its reader sees it.
    pub(super) book: Option<Arc<Book>>,
    /// What was taken out of it for an audience.
    pub(super) view: Option<Box<View>>,
    pub(super) from: From,
}

/// A side's files, from which it is to be read.
struct Files {
    name: String,
    since: Since,
    tree: Tree,
    diagnostics: Vec<Diagnostic>,
    from: From,
}

/// Where a side was found.
#[derive(Debug, Clone)]
pub(super) enum From {
    Version(Box<Version>),
    Commit(String),
    Folder(PathBuf),
    WorkingTree,
    /// A revision from before the book.
    Nowhere,
}

impl Side {
    /// A side of which only the records are at hand.
    fn of_records(name: String, since: Since, snapshot: Snapshot, from: From) -> Side {
        Side { name, since, snapshot, tree: None, diagnostics: Vec::new(), unread: BTreeSet::new(), book: None, view: None, from }
    }

    /// The side that a text names: a version (`v7`), a git revision (`main`, `HEAD~3`, `main...` for the merge base with
    /// HEAD), or a folder that holds a book or a version. A text that begins with `.` or `/` is a folder; of a version and
    /// a revision of one name the version is meant. `public/v7` is a version of an audience; whatever has files is seen as
    /// the audience of `folders` may see it.
    pub fn resolve(text: &str, folders: &BookFolders<'_>) -> Result<Side> {
        let is_path = text == "." || text == ".." || ["./", "../", "/"].iter().any(|start| text.starts_with(start));
        if is_path {
            return Side::folder(text, folders.audience);
        }
        let (audience, version) = split_audience(text, folders.output);
        let versions = BookFolders { audience: audience.or(folders.audience), ..*folders }.versions();
        let mut no_version = None;
        if let Some(number) = version_number(version) {
            match Version::find(&versions, number) {
                Ok(version) => return Ok(Side { name: text.to_owned(), ..Side::version(version)? }),
                Err(error) => no_version = Some(error),
            }
        }
        let no_revision = match revision::commit(folders.root, text) {
            Ok(commit) => return Side::revision(text, commit, folders),
            Err(error) => error,
        };
        if Path::new(text).is_dir() {
            return Side::folder(text, folders.audience);
        }
        if let Some(error) = no_version {
            return Err(error);
        }
        // `main...` can only be a revision, and so can what begins like one.
        if text.ends_with("...") || text.contains(['~', '^', '@']) {
            return Err(no_revision);
        }
        Err(no_revision.context(format!("`{text}` is neither a version, nor a git revision, nor a folder")))
    }

    /// [`Side::resolve`], and for a revision from before the book an empty side rather than an error.
    pub fn resolve_or_nothing(text: &str, folders: &BookFolders<'_>) -> Result<Side> {
        if version_number(text).is_none()
            && let Ok(commit) = revision::commit(folders.root, text)
        {
            let (tree, _) = revision::read(folders.root, &commit.id)?;
            if tree.get(SETTINGS).is_none() {
                let (name, since) = revision_name(text, &commit);
                return Ok(Side::of_records(name, since, Snapshot::default(), From::Nowhere));
            }
        }
        Side::resolve(text, folders)
    }

    /// What a comparison is made with where nothing is said: the last version that was published, else the newest, else
    /// `HEAD`.
    pub fn default_base(folders: &BookFolders<'_>) -> Result<Side> {
        let output = folders.versions();
        let named = |side: Side| Side { name: folders.audience.map_or(side.name.clone(), |name| format!("{name}/{}", side.name)), ..side };
        if let Some(published) = Ledger::read(&output)?.published().filter(|entry| !entry.pruned) {
            return Side::version(Version::find(&output, published.number)?).map(named);
        }
        if let Some(newest) = Version::newest(&output)? {
            return Side::version(newest).map(named);
        }
        let commit = revision::commit(folders.root, "HEAD")
            .with_context(|| format!("there is nothing to compare with: no version in `{}`, and no commit", output.display()))?;
        Side::revision("HEAD", commit, folders)
    }

    /// The book as it lies in its folder.
    pub fn working_tree(root: &Path, audience: Option<&str>) -> Result<Side> {
        let (tree, diagnostics) = tree::folder::read(root)?;
        let name = "the working tree".to_owned();
        Files { since: since(&name), name, tree, diagnostics, from: From::WorkingTree }.read(audience)
    }

    /// The faults after which a comparison isn't whole.
    pub fn faults(&self) -> Vec<Diagnostic> {
        self.diagnostics.iter().filter(|fault| fault.severity == Severity::Error && READING_FAULTS.contains(&fault.code)).cloned().collect()
    }

    /// What of it could not be read and is left out of comparisons, in a sentence each.
    pub(super) fn left_out(&self) -> Vec<String> {
        let unread = self.unread.iter().map(|unread| format!("{unread} can't be read in {}, and is left out of the comparison", self.name));
        // What is wrong with a file of which the rest could be read: an id that two records have, a record without one.
        let faults = self.faults();
        let partial = faults.iter().filter(|fault| !loses_records(fault.code));
        let partial = partial.map(|fault| {
            // Of two records of one id the first is compared, and the other is named.
            let first = fault.trace.iter().filter(|_| fault.code == Code::DuplicateId);
            let first: String = first.map(|(_, at)| format!("; only the first{} is compared", place(at))).collect();
            format!("in {}: {}{}{first}", self.name, fault.message, place(&fault.place))
        });
        unread.chain(partial).chain(self.damage()).collect()
    }

    /// Whether another side is the same, to the byte of each file.
    pub(super) fn is_same_as(&self, other: &Side) -> bool {
        matches!((&self.tree, &other.tree), (Some(one), Some(other)) if one.files == other.files)
    }

    /// The manifest of a side that is a version; of one that is only a version's folder it is taken as it is.
    pub(super) fn manifest(&self) -> Option<Result<Manifest>> {
        match &self.from {
            From::Version(version) => Some(version.manifest().cloned()),
            From::Folder(folder) if self.tree.is_none() => {
                let path = folder.join(MANIFEST);
                let read = files::read(&path, Manifest::LARGEST).map_err(anyhow::Error::new).and_then(|bytes| Manifest::parse(&bytes));
                Some(read.with_context(|| format!("can't use `{}`", path.display())))
            }
            _ => None,
        }
    }

    /// The programs that made it, where it is a version.
    pub(super) fn tools(&self) -> Option<Tools> {
        self.manifest()?.ok().map(|manifest| manifest.tools)
    }

    /// What of a version's folder is not as it was written, in a sentence each: what its readers were given may differ from
    /// what is compared.
    pub fn damage(&self) -> Vec<String> {
        let From::Version(version) = &self.from else { return Vec::new() };
        let faults = match version.health() {
            Health::Intact => Vec::new(),
            Health::Missing => vec![format!("`{}` is gone", version.folder().display())],
            Health::Damaged(faults) => faults,
        };
        faults.into_iter().map(|fault| format!("{} is not as it was written: {fault}", self.name)).collect()
    }

    /// Whether it is a revision from before the book.
    pub fn is_nothing(&self) -> bool {
        matches!(self.from, From::Nowhere)
    }

    fn folder(text: &str, audience: Option<&str>) -> Result<Side> {
        let path = Path::new(text);
        if !path.is_dir() {
            bail!("there is no folder `{text}`");
        }
        let data = path.join(DATA);
        if !path.join(SETTINGS).exists() && data.is_file() {
            let cannot = || format!("can't use `{}`", data.display());
            let snapshot = files::read(&data, LARGEST)
                .map_err(anyhow::Error::new)
                .and_then(|bytes| Snapshot::from_data_json(&bytes))
                .with_context(cannot)?;
            return Ok(Side::of_records(text.to_owned(), since(text), snapshot, From::Folder(path.to_owned())));
        }
        let (tree, diagnostics) = tree::folder::read(path)?;
        Files { name: text.to_owned(), since: since(text), tree, diagnostics, from: From::Folder(path.to_owned()) }.read(audience)
    }

    pub(super) fn version(version: Version) -> Result<Side> {
        let entry = &version.entry;
        let name = version_folder(entry.number);
        let snapshot = version.read(DATA).and_then(|bytes| {
            Snapshot::from_data_json(&bytes).with_context(|| format!("can't use `{}`", version.folder().join(DATA).display()))
        });
        let instead = match entry.commits.iter().rev().find(|commit| commit.clean) {
            Some(commit) => {
                format!("; it was built from commit {}, which can be compared instead", commit.id.get(..12).unwrap_or(&commit.id))
            }
            None => "; restore it from a copy or from where it was published".to_owned(),
        };
        let snapshot = snapshot.with_context(|| format!("the records of version {} can't be read{instead}", entry.number))?;
        let since = Since { number: Some(entry.number), name: name.clone(), date: Some(entry.date), digest: Some(entry.digest.short()) };
        Ok(Side::of_records(name, since, snapshot, From::Version(Box::new(version))))
    }

    fn revision(text: &str, commit: revision::Commit, folders: &BookFolders<'_>) -> Result<Side> {
        let (tree, diagnostics) = revision::read(folders.root, &commit.id)?;
        let (name, since) = revision_name(text, &commit);
        Files { name, since, tree, diagnostics, from: From::Commit(commit.id) }.read(folders.audience)
    }
}

impl Files {
    /// Reads the records, all of them or those that an audience may see; an error where the files hold no book.
    fn read(self, audience: Option<&str>) -> Result<Side> {
        let Files { name, since, tree, diagnostics: mut found, from } = self;
        if tree.get(SETTINGS).is_none() && !found.iter().any(|fault| fault.place.file() == Some(SETTINGS)) {
            bail!("`{name}` holds no book: there is no {SETTINGS} in it");
        }
        let loaded = load::load(&tree);
        found.extend(loaded.diagnostics);
        let Some(book) = loaded.book else {
            let diagnostics = rendering::finish(&tree, found);
            return Err(anyhow::Error::new(Unusable { tree, diagnostics }).context(format!("the settings of `{name}` can't be used")));
        };
        let Some(audience) = audience else {
            let diagnostics = rendering::finish(&tree, found);
            let unread = unread_records(&book, &diagnostics);
            let book = audience::select(book);
            let snapshot = Snapshot::of(&book);
            let side = Side::of_records(name, since, snapshot, from);
            return Ok(Side { tree: Some(tree), diagnostics, unread, book: Some(Arc::new(book)), ..side });
        };
        let audience = audiences::named(&book, audience).with_context(|| format!("can't tell what was for it in {name}"))?;
        let view = audiences::view(&book, audience);
        found.extend(view.faults.iter().cloned());
        let diagnostics = rendering::finish(&tree, found);
        if has_errors(&diagnostics) {
            let what = format!("the content of {name} has errors, so what the audience `{}` may see of it isn't known", audience.name);
            return Err(anyhow::Error::new(Unusable { tree, diagnostics }).context(what));
        }
        // What is doubtful in content is said of content that the audience may not see.
        let side = Side::of_records(name, since, Snapshot::of(&view.book), from);
        Ok(Side { tree: Some(audience::files(&tree)), book: Some(view.book.clone()), view: Some(Box::new(view)), ..side })
    }
}

/// Reads both sides at once; where both fail, the base's error is given.
pub fn sides<B, H>(base: B, head: H) -> Result<(Side, Side)>
where
    B: FnOnce() -> Result<Side> + Send,
    H: FnOnce() -> Result<Side> + Send,
{
    let (base, head) = rayon::join(base, head);
    Ok((base?, head?))
}

/// A side whose settings can't be read; its faults say why.
#[derive(Debug)]
pub struct Unusable {
    pub tree: Tree,
    pub diagnostics: Vec<Diagnostic>,
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let first = self.diagnostics.iter().find(|fault| fault.severity == Severity::Error);
        f.write_str(first.map_or("content/book.yaml can't be read", |fault| &fault.message))
    }
}

impl std::error::Error for Unusable {}

fn since(name: &str) -> Since {
    Since { number: None, name: name.to_owned(), date: None, digest: None }
}

fn revision_name(text: &str, commit: &revision::Commit) -> (String, Since) {
    let short = commit.id.get(..12).unwrap_or(&commit.id);
    let name = if commit.id.starts_with(text) { short.to_owned() } else { format!("{text} ({short})") };
    let since = Since { date: Date::from_unix(commit.time).ok(), ..since(&name) };
    (name, since)
}

/// Where a fault is, for the end of a sentence.
fn place(place: &Place) -> String {
    match place {
        Place::Book => String::new(),
        Place::File(file) | Place::Pointer { file, .. } => format!(" ({file})"),
        Place::Span(span) => format!(" ({}:{})", span.file, span.line),
    }
}

/// The error of a name that a book doesn't have.
pub(super) fn no_collection(name: &str, sides: [&Side; 2]) -> anyhow::Error {
    let mut names: Vec<&str> = sides.iter().flat_map(|side| side.snapshot.collections.keys()).map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let meant = crate::diagnostic::did_you_mean(name, names).map(|hint| format!(" ({hint})")).unwrap_or_default();
    anyhow!("neither side has a collection `{name}`{meant}")
}
