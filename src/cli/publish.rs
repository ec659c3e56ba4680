//! `brief publish`: puts versions and the reading site where readers are.

use anyhow::Result;
use clap::Args;

use super::Status;
use super::folders::Folders;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  brief publish /srv/briefing              into a folder, for instance one that a web server shows
  brief publish s3://bucket/briefing       into a bucket; also gs:// and az://
  brief publish s3://bucket/b --dry-run    list what would move
  brief publish s3://bucket/b --keep 5     only the newest five versions keep their files there
  brief publish s3://bucket/b --repair     send again what was damaged or lost there
  brief publish s3://bucket/b --sign       and sign the ledger with the key in BRIEF_SIGN_KEY

Credentials and endpoints come from the environment alone: AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT, GOOGLE_SERVICE_ACCOUNT,
AZURE_STORAGE_ACCOUNT_NAME, AZURE_STORAGE_ACCOUNT_KEY …: docs/publishing.md lists them.
So does the key to sign with: BRIEF_SIGN_KEY, or BRIEF_SIGN_KEY_FILE, and BRIEF_SIGN_PASSWORD.";

/// Puts all versions and the reading site where readers are: a folder or a bucket
///
/// Only what is missing there is sent, and each object is read back and compared by its digest. Files of versions go first,
/// then the pages of the reading site, the ledger last and on condition that nobody else has published meanwhile: readers
/// see a whole version at any moment. When it is cut off, run it again: it goes on where it was.
///
/// Drafts are never published, nor versions that no clean Git commit made (see --allow-dirty), nor versions whose files
/// were changed after they were written.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Publish {
    /// A folder, or an address: file:///…, s3://bucket/prefix, gs://bucket/prefix, az://container/prefix
    #[arg(value_name = "DEST")]
    destination: String,
    /// List what would move, and move nothing
    #[arg(long)]
    dry_run: bool,
    /// Let only the newest N versions keep their files there; the ledger goes on listing the others [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
    /// How many objects to send side by side
    #[arg(long, short, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=256))]
    jobs: u16,
    /// Also publish versions that were made from no clean Git commit
    #[arg(long)]
    allow_dirty: bool,
    /// Also publish content with this marking; may be given several times
    ///
    /// A book that is marked, say, TLP:AMBER is published only with `--allow-marked TLP:AMBER`: whoever can read the
    /// destination can read it.
    #[arg(long, value_name = "LABEL")]
    allow_marked: Vec<String>,
    /// Overwrite existing files at a destination that brief did not create
    ///
    /// Without it, a destination is refused that has such files and no `destination.json`. A `robots.txt` that is not
    /// brief's is never touched.
    #[arg(long)]
    adopt: bool,
    /// Send again what is damaged or missing there, and make a lost ledger anew from the versions' manifests
    #[arg(long)]
    repair: bool,
    /// Sign the ledger with the key in BRIEF_SIGN_KEY, a secret key of minisign
    #[arg(long)]
    sign: bool,
    /// Publish where there are no conditional writes; nobody else may then ever publish there
    #[arg(long)]
    single_publisher: bool,
    /// The audience whose versions to publish: those in the folder of that name
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,
    /// Where the reading site will be found, for links that can't be relative
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    #[command(flatten)]
    folders: Folders,
}

impl Publish {
    #[cfg(not(feature = "publish"))]
    pub(super) fn run(&self, _: &Terminal) -> Result<Status> {
        anyhow::bail!("this brief was built without `publish`: use a released one, or build it with its default features")
    }

    #[cfg(feature = "publish")]
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        use super::environment::{publisher, signing_key, store_limits, store_variables};
        use std::time::Duration;

        use super::folders::readers_folder;
        use super::progress;
        use super::terminal::{Count, Size};
        use crate::layout::version_list;
        use crate::pipeline;
        use crate::publication::{PublishOptions, Published};

        let options = PublishOptions {
            output: readers_folder(&self.folders.root.root, &self.folders.output(), self.audience.as_deref())?,
            root: self.folders.root.root.clone(),
            versions: self.folders.output(),
            audience: self.audience.clone(),
            destination: self.destination.clone(),
            variables: store_variables(),
            limits: store_limits(),
            dry_run: self.dry_run,
            keep: self.keep.map(|keep| usize::try_from(keep).unwrap_or(usize::MAX)),
            jobs: usize::from(self.jobs),
            allow_dirty: self.allow_dirty,
            allow_marked: self.allow_marked.clone(),
            adopt: self.adopt,
            repair: self.repair,
            sign: if self.sign { Some(std::sync::Arc::new(signing_key()?)) } else { None },
            single_publisher: self.single_publisher,
            base_url: self.base_url.clone(),
            publisher: publisher(),
            terms: crate::publish::Terms { term: Duration::from_secs(20), wait: Duration::from_secs(300) },
        };
        let published = progress::with(terminal, |progress| pipeline::publish(&options, progress))?;
        let Published { newest, moves, removals, sent, pruned, unchanged, mended, unmended, notes } = published;
        notes.iter().for_each(|note| terminal.note(note));
        let destination = &self.destination;
        if self.dry_run {
            for (key, size) in &moves {
                terminal.print(&format!("send    {key} ({})\n", Size(*size)))?;
            }
            for key in &removals {
                terminal.print(&format!("delete  {key}\n"))?;
            }
        }
        mended.iter().for_each(|fault| terminal.remark(format_args!("{} {fault}", if self.dry_run { "would mend:" } else { "mended:" })));
        if unchanged {
            terminal.say(format_args!("nothing to publish: `{destination}` holds all up to v{newest}"))?;
        } else if self.dry_run {
            let bytes = moves.iter().map(|(_, size)| size).sum();
            terminal.say(format_args!("would send {} ({}) to `{destination}`", Count(moves.len(), "object"), Size(bytes)))?;
        } else {
            let there = if sent.there > 0 { format!(", {} there already", sent.there) } else { String::new() };
            let gone = if removals.is_empty() { String::new() } else { format!(", {} deleted", removals.len()) };
            let objects = Count(sent.objects, "object");
            terminal.say(format_args!("published v{newest} to `{destination}`: {objects} sent ({}){there}{gone}", Size(sent.bytes)))?;
        }
        if !pruned.is_empty() {
            let list = version_list(&pruned);
            terminal.note(&format!("listed there as pruned, without files: {list}"));
        }
        if !unmended.is_empty() {
            anyhow::bail!(unmended.join("; "));
        }
        Ok(Status::Fine)
    }
}
