//! What a branch is reviewed against: where it left the branch that it is to go into.

use std::path::Path;

use anyhow::Result;

use super::audiences::split_audience;
use super::options::BookFolders;
use super::side::Side;
use crate::layout::version_number;
use crate::tree::revision;
use crate::version::Version;

/// The base of a review.
#[derive(Debug)]
pub struct ReviewBase {
    pub side: Side,
    /// The argument for `brief diff`.
    pub argument: String,
    /// What a reader should know of it, in a sentence each.
    pub notes: Vec<String>,
}

/// The side that a text names; of a revision that HEAD went its own way from, the merge base, unless its tip is asked for.
pub fn review_base(text: &str, folders: &BookFolders<'_>, tip: bool) -> Result<ReviewBase> {
    let plain = |notes| Ok(ReviewBase { side: Side::resolve_or_nothing(text, folders)?, argument: text.to_owned(), notes });
    if tip || !is_revision(text, folders) {
        return plain(Vec::new());
    }
    let forked = format!("{text}...");
    match (revision::resolve(folders.root, text), revision::resolve(folders.root, &forked)) {
        (Ok(tip), Ok(base)) if tip != base => {
            let mut side = Side::resolve_or_nothing(&forked, folders)?;
            side.name = format!("{text} (merge base {})", base.get(..12).unwrap_or(&base));
            side.since.name.clone_from(&side.name);
            Ok(ReviewBase { side, argument: forked, notes: Vec::new() })
        }
        (Ok(_), Err(error)) => plain(vec![format!("{error:#}: compared with the tip of `{text}`.")]),
        _ => plain(Vec::new()),
    }
}

/// Names the working tree by its commit.
pub fn name_by_commit(side: &mut Side, root: &Path) {
    if let Some(facts) = revision::facts(root) {
        let short = facts.commit.get(..12).unwrap_or(&facts.commit);
        side.name = if facts.clean { format!("commit {short}") } else { format!("{} (commit {short}, with changes)", side.name) };
    }
}

/// Whether a text can only name a branch, a tag or a commit.
fn is_revision(text: &str, folders: &BookFolders<'_>) -> bool {
    let is_path = text == "." || text == ".." || ["./", "../", "/"].iter().any(|start| text.starts_with(start));
    let (audience, version) = split_audience(text, folders.output);
    let folders = &BookFolders { audience: audience.or(folders.audience), ..*folders };
    let is_version = version_number(version).is_some_and(|number| Version::find(&folders.versions(), number).is_ok());
    !is_path && !is_version && !text.ends_with("...") && revision::resolve(folders.root, text).is_ok()
}
