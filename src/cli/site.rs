//! `brief site`: the versions as pages for a browser.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::Status;
use super::folders::{Root, readers_folder};
use super::terminal::{Count, Terminal};
use crate::layout::OUTPUT;
use crate::pipeline;

const EXAMPLES: &str = "\
Examples:
  brief site                                        output/site/index.html, beside the versions it links to
  brief site --output ../public                     a folder that is complete by itself
  brief site --base-url https://example.org/gaza/   addresses for the feed, the sitemap and previews";

/// Makes the reading site: pages with all versions, their documents, records and changes, and a search
///
/// It needs no server: open index.html, or put the folder anywhere. Pages are made from the versions alone, so the same
/// versions give the same bytes. Pages of a book that is marked above clear ask search engines to stay away.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Site {
    #[command(flatten)]
    root: Root,
    /// The folder of the versions [default: output/ in the book's folder]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    versions: Option<PathBuf>,
    /// The audience whose versions to show: those in the folder of that name
    #[arg(long, value_name = "NAME")]
    audience: Option<String>,
    /// Where to write the pages; outside the versions' folder they take PDFs and data along [default: site/ there]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    output: Option<PathBuf>,
    /// Where the pages will be found, for links that can't be relative
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
}

impl Site {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let versions = self.versions.clone().unwrap_or_else(|| self.root.join(OUTPUT));
        let folder = readers_folder(&self.root.root, &versions, self.audience.as_deref())?;
        let made = pipeline::site(
            &folder,
            &pipeline::SiteOptions { destination: self.output.as_deref(), base_url: self.base_url.as_deref(), held: None, published: None },
        )?;
        made.notes.iter().for_each(|note| terminal.note(note));
        let front = made.folder.join("index.html");
        terminal.say(format_args!("made `{}`: {}, newest version v{}", front.display(), Count(made.pages, "page"), made.newest))?;
        Ok(Status::Fine)
    }
}
