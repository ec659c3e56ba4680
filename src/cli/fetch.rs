//! `brief fetch`: brings what was published, so that the next version is numbered after it.

use anyhow::Result;
use clap::Args;

use super::Status;
use super::folders::{Folders, folder_to_fetch_to};
use super::terminal::Terminal;
use crate::version::ExpectedHistory;

const EXAMPLES: &str = "\
Examples:
  brief fetch s3://bucket/briefing         what is published there and not in output/
  brief fetch https://example.org/briefing the same, from a web server that shows a published folder
  brief fetch s3://bucket/b --shallow      the list of versions and the newest of them alone
  brief build --ledger s3://bucket/b       fetch, then build: what a fresh checkout needs";

/// Brings published versions into output/, so that builds go on from them
///
/// The ledger, and each version that is listed there and not in output/, whole and compared with its manifest by every
/// byte: the next build then gets the next number, lists what changed since, and keeps what did not change. Versions that
/// are here already stay as they are; where they differ from the published ones, or are not among them, nothing is
/// written.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Fetch {
    /// Where versions were published: a folder, file:///…, s3://…, gs://…, az://…, or https://… of such a folder
    #[arg(value_name = "SRC")]
    source: String,
    /// The audience whose versions to fetch, into the folder of that name
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,
    /// How many objects to bring side by side
    #[arg(long, short, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// The public key of minisign that the history must be signed with: RW…, or the file that holds it
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Bring the list of versions and the newest of them alone, which is all that the next build needs
    ///
    /// The others are listed without their files. Publishing from such a folder leaves theirs where they are.
    #[arg(long)]
    shallow: bool,
    #[command(flatten)]
    folders: Folders,
}

impl Fetch {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let output = folder_to_fetch_to(&self.folders.root.root, &self.folders.output(), self.audience.as_deref())?;
        let from = From {
            source: &self.source,
            audience: self.audience.clone(),
            jobs: self.jobs,
            expected: ExpectedHistory::Versions,
            key: self.key.as_deref(),
            shallow: self.shallow,
        };
        fetch(&from, output, terminal)?;
        Ok(Status::Fine)
    }
}

/// What to fetch from, and what is expected there.
#[derive(Debug)]
#[cfg_attr(not(feature = "publish"), expect(dead_code, reason = "nothing is fetched without `publish`"))]
pub(super) struct From<'a> {
    pub(super) source: &'a str,
    pub(super) audience: Option<String>,
    pub(super) jobs: u16,
    pub(super) expected: ExpectedHistory,
    pub(super) key: Option<&'a str>,
    pub(super) shallow: bool,
}

#[cfg(not(feature = "publish"))]
pub(super) fn fetch(_: &From<'_>, _: std::path::PathBuf, _: &Terminal) -> Result<()> {
    anyhow::bail!("this brief was built without `publish`, which fetches too: use a released one, or build it with its default features")
}

/// Fetches, and says what came.
#[cfg(feature = "publish")]
pub(super) fn fetch(from: &From<'_>, output: std::path::PathBuf, terminal: &Terminal) -> Result<()> {
    use super::environment::{store_limits, store_variables, verifying_key};
    use super::progress;
    use super::terminal::Count;
    use crate::publication::{self, FetchOptions};

    let source = from.source;
    let options = FetchOptions {
        output,
        audience: from.audience.clone(),
        source: source.to_owned(),
        variables: store_variables(),
        limits: store_limits(),
        jobs: usize::from(from.jobs),
        expected: from.expected,
        key: from.key.map(verifying_key).transpose()?,
        shallow: from.shallow,
    };
    let fetched = progress::with(terminal, |progress| publication::fetch(&options, progress))?;
    fetched.notes.iter().for_each(|note| terminal.note(note));
    let Some(newest) = fetched.newest else {
        terminal.note(&format!("nothing is published at `{source}` yet: this builds the first version"));
        return Ok(());
    };
    if fetched.versions.is_empty() {
        terminal.say(format_args!("`{}` has all that is published at `{source}`, up to v{newest}", options.output.display()))?;
    } else {
        let count = Count(fetched.versions.len(), "version");
        terminal.say(format_args!("fetched {count} from `{source}` ({}), up to v{newest}", Count(fetched.objects, "object")))?;
    }
    Ok(())
}
