//! Git's own merge of three texts by lines.

use anyhow::{Context, Result, bail};

use super::git;
use crate::temporary::{self, Temporary};

/// The names of both branches, and how many characters a conflict's lines begin with.
#[derive(Debug, Clone, Copy)]
pub struct Labels<'a> {
    pub ours: &'a str,
    pub theirs: &'a str,
    pub marker_length: usize,
}

/// What Git makes of three texts.
#[derive(Debug)]
pub struct MergedFile {
    pub bytes: Vec<u8>,
    pub has_conflicts: bool,
}

/// Merges three texts as `git merge-file` does; of what isn't text ours is given, as a conflict. An error is a Git that fails.
pub fn merge_file(base: &[u8], ours: &[u8], theirs: &[u8], labels: Labels<'_>) -> Result<MergedFile> {
    let folder = Temporary::new().context("can't make a temporary folder")?;
    for (name, bytes) in [("base", base), ("ours", ours), ("theirs", theirs)] {
        temporary::write(&folder.path().join(name), bytes).context("can't write a temporary file")?;
    }
    let length = format!("--marker-size={}", labels.marker_length);
    let options = ["merge-file", "-p", &length, "-L", labels.ours, "-L", "base", "-L", labels.theirs, "ours", "base", "theirs"];
    let output = git::command(folder.path(), options).output().context("can't start git")?;
    match output.status.code() {
        Some(code @ 0..=127) => Ok(MergedFile { bytes: output.stdout, has_conflicts: code > 0 }),
        _ if String::from_utf8_lossy(&output.stderr).contains("binary files") => {
            Ok(MergedFile { bytes: ours.to_vec(), has_conflicts: true })
        }
        _ => bail!("git can't merge by lines: {}", String::from_utf8_lossy(&output.stderr).trim()),
    }
}
