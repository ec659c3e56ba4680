//! `brief verify`: whether versions, or a file in hand, are what they were written as.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;

use super::Status;
use super::failure::Hint;
use super::folders::{Folders, ForAudience};
use super::terminal::{Count, Terminal};
use super::verify_place::{Place, place};
use crate::layout::{DRAFT, LEDGER, OUTPUT, version_file, version_list};
use crate::typeset;
use crate::version::{self, ClaimedVersion, Entry, Health, Identified, InNewest, KnownFile, Ledger, UnknownFile, Verification};

const EXAMPLES: &str = "\
Examples:
  brief verify                    every version in output/, byte by byte
  brief verify ~/book.pdf         which version and document it is, and whether there is a newer one
  brief verify old/output         a folder of versions elsewhere
  brief verify s3://bucket/b      what is published there: each object, page and version
  brief verify s3://bucket/b --key briefing.pub    and that this key has signed the ledger";

/// Checks versions byte by byte, or says which version a file in hand is from
///
/// Without a name, every file of every version is compared with the manifest by its SHA-256, and every manifest with the
/// ledger; files that no manifest lists are named, too. Of a file it says which book, version and document it is, whether
/// its bytes are those, and whether a newer version is known. What a PDF says of itself is never believed without the
/// ledger. Of a place that was published to, every object is read and compared. The exit code is 1 where anything is missing, changed or unknown.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Verify {
    /// A folder of versions, a book's folder, a place that was published to, or a file such as book.pdf [default: the
    /// versions of this book]
    #[arg(value_name = "DIR|DEST|FILE", value_hint = clap::ValueHint::AnyPath)]
    what: Option<PathBuf>,
    /// The public key of minisign that a published ledger must be signed with: RW…, or the file that holds it
    #[arg(long, value_name = "KEY", requires = "what")]
    key: Option<String>,
    /// How many objects of a published place to read side by side
    #[arg(long, short, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    #[command(flatten)]
    whose: ForAudience,
    #[command(flatten)]
    folders: Folders,
}

impl Verify {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let audience = self.whose.audience.as_deref();
        if let Some(source) = self.what.as_deref().filter(|what| is_place(what)) {
            let source = source.to_string_lossy();
            return place(&Place { source: &source, audience, key: self.key.as_deref(), jobs: self.jobs }, terminal);
        }
        if let Some(what) = self.what.as_deref().filter(|what| what.is_file() && self.key.is_some()) {
            // The key has signed the ledger, which names the digest of each version's manifest, which names the file's.
            if let Some(published) = place_of(what, &self.folders.output()) {
                let source = published.to_string_lossy();
                let status = place(&Place { source: &source, audience, key: self.key.as_deref(), jobs: self.jobs }, terminal)?;
                return if status == Status::Fine { file(what, &published, terminal) } else { Ok(status) };
            }
            return Err(Hint::on(
                format!("`{}` lies in no place that was published to, so nothing says what the key has signed", what.display()),
                "`--output DIR` names the published folder that holds the signed ledger",
            ));
        }
        if let (Some(what), true) = (&self.what, self.key.is_some()) {
            return Err(Hint::on(
                format!("`{}` is no place that was published to", what.display()),
                "`--key` is of what `brief publish` wrote: name that folder or address",
            ));
        }
        if let (Some(what), true) = (self.what.as_deref().filter(|what| what.is_dir()), audience.is_some()) {
            return Err(Hint::on(
                format!("`{}` is a folder of its own, and `--audience` names another", what.display()),
                "leave one of them out, or name the folder of the versions with `--output`",
            ));
        }
        match &self.what {
            None => folder(&self.whose.folder(&self.folders, None)?.1, terminal),
            Some(what) if what.is_dir() => {
                let inner = what.join(OUTPUT);
                let is_book = !has_ledger(what) && has_ledger(&inner);
                folder(if is_book { &inner } else { what }, terminal)
            }
            Some(what) => file(what, &self.whose.folder(&self.folders, None)?.1, terminal),
        }
    }
}

/// An address, or a folder that `brief publish` wrote to.
fn is_place(what: &Path) -> bool {
    what.to_string_lossy().contains("://") || what.join("destination.json").symlink_metadata().is_ok()
}

/// The published folder that a file lies in, else the one that is named as the versions' folder.
fn place_of(file: &Path, output: &Path) -> Option<PathBuf> {
    let real = file.canonicalize().ok()?;
    real.ancestors().skip(1).find(|folder| is_place(folder)).map(Path::to_path_buf).or_else(|| is_place(output).then(|| output.to_owned()))
}

fn has_ledger(folder: &Path) -> bool {
    folder.join(LEDGER).symlink_metadata().is_ok()
}

fn folder(output: &Path, terminal: &Terminal) -> Result<Status> {
    if Ledger::read(output)?.newest().is_none() {
        return Err(Hint::on(
            format!("there is no version in `{}`", output.display()),
            "`brief build` makes one; `--output DIR` names another folder",
        ));
    }
    show(&Verification::of(output)?, terminal)
}

/// Says what was found, and whether all holds.
pub(super) fn show(found: &Verification, terminal: &Terminal) -> Result<Status> {
    let mut files = 0;
    for version in &found.versions {
        files += version.files;
        let number = version.entry.number;
        match &version.health {
            None => terminal.say(format_args!("v{number}: pruned"))?,
            Some(Health::Intact) => terminal.say(format_args!("v{number}: intact, {}", Count(version.files, "file")))?,
            Some(Health::Missing) => terminal.print(&format!("v{number}: missing\n"))?,
            Some(Health::Damaged(faults)) => {
                terminal.print(&format!("v{number}: damaged\n"))?;
                faults.iter().try_for_each(|fault| terminal.print(&format!("  {fault}\n")))?;
            }
        }
    }
    found.faults.iter().try_for_each(|fault| terminal.print(&format!("{fault}\n")))?;
    found.notes.iter().for_each(|note| terminal.note(note));
    if found.holds() {
        terminal.say(format_args!("`{}` holds: {} compared", found.place, Count(files, "file")))?;
        return Ok(Status::Fine);
    }
    terminal.print(&format!(
        "`{}` is not as it was written: restore what is named from a copy, or from where it was published\n",
        found.place
    ))?;
    Ok(Status::Faulty)
}

fn file(file: &Path, output: &Path, terminal: &Terminal) -> Result<Status> {
    let shown = file.display();
    match version::identify(file, output, typeset::identity)? {
        Identified::Known(known) => {
            let KnownFile { title, name, document, made_for, shared, newest_holder, newest, in_newest } = *known;
            let book = title.map(|title| format!(" of \"{title}\"")).unwrap_or_default();
            let what = document.map_or_else(|| format!("the file `{name}`"), |id| format!("document `{id}`"));
            terminal.say(format_args!("`{shown}` is {what}{book}, made for {}", described(&made_for)))?;
            if let Some(shared) = shared {
                terminal.say(format_args!("it says `{}`, since `{}` gets the same document", shared.name(), shared.audience))?;
            }
            terminal.say(format_args!("its bytes are those of `{}`", output.join(version_file(newest_holder.number, &name)).display()))?;
            let current = if newest_holder.number > made_for.number {
                format!("v{} holds it unchanged", newest_holder.number)
            } else {
                String::new()
            };
            let newer = match in_newest {
                InNewest::Same if current.is_empty() => format!("v{} is the newest version known here", newest.number),
                InNewest::Same => format!("{current}, the newest version known here"),
                InNewest::Revised => format!("a newer one is known: {} has another `{name}`", described(&newest)),
                InNewest::Absent => format!("a newer version is known, {}, and it can't be said to hold `{name}`", described(&newest)),
            };
            terminal.say(newer)?;
            Ok(Status::Fine)
        }
        Identified::Unknown(unknown) => {
            terminal.print(&unknown_text(&shown.to_string(), output, &unknown))?;
            Ok(Status::Faulty)
        }
    }
}

fn described(entry: &Entry) -> String {
    format!("v{} ({}, digest {})", entry.number, entry.date, entry.digest.short())
}

fn unknown_text(shown: &str, output: &Path, unknown: &UnknownFile) -> String {
    let mut text = format!("`{shown}` is no file of the versions in `{}`: no manifest there knows its bytes\n", output.display());
    if let Some(identity) = &unknown.identity {
        let (document, version) = (&identity.document, &identity.version);
        text.push_str(&match &unknown.claim {
            ClaimedVersion::Passing => format!("it says that it is `{document}`, {}; these are of no version\n", passing(version)),
            ClaimedVersion::Listed(number) if unknown.uncompared.contains(number) => format!(
                "it says that it is `{document}` of v{number}, and names that version's digest; whether it is can't be found out, \
                 because the manifest of v{number} is not here\n"
            ),
            ClaimedVersion::Listed(number) => format!(
                "it says that it is `{document}` of v{number}, and names that version's digest, but its bytes are not those of that \
                 document: it was changed, or made to look like it\n"
            ),
            ClaimedVersion::Unlisted | ClaimedVersion::None => format!(
                "it says that it is `{document}` of {version}, and the ledger here knows no such version: it is from another book or audience, or forged\n"
            ),
        });
    } else {
        text.push_str("it does not say that brief made it\n");
    }
    if !unknown.uncompared.is_empty() {
        let list = version_list(&unknown.uncompared);
        text.push_str(&format!("not compared, for want of their manifests: {list}\n"));
    }
    text
}

fn passing(version: &str) -> String {
    if version == DRAFT { "a draft".to_owned() } else { format!("a redline ({version})") }
}
