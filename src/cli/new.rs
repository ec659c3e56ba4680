//! `brief new`: a record to fill in.

use anyhow::Result;
use clap::Args;

use super::Status;
use super::failure::Hint;
use super::folders::Root;
use super::terminal::Terminal;
use crate::diagnostic::did_you_mean;
use crate::files::{self, Existing, Guard};
use crate::layout::{CONTENT, RECORD_ENDINGS, is_id};
use crate::load;

const EXAMPLES: &str = "\
Examples:
  brief new options tram      content/options/tram.yaml, with every field of the schema laid out
  brief new sources poll-2    a collection in one file: prints the record, to be put into that file";

/// Writes a new record with its schema's fields laid out and described in comments
///
/// Required fields are ready to be filled in, the others are commented out. A record of a collection that is kept in one file
/// is printed, with the name of the file to put it into.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct New {
    /// The collection
    collection: String,
    /// The record's id: lower-case letters, digits and hyphens
    id: String,
    #[command(flatten)]
    root: Root,
}

impl New {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let New { collection: name, id, .. } = self;
        let root = self.root.book()?;
        let collections = load::collections(root)?;
        let Some(collection) = collections.iter().find(|c| c.name == *name) else {
            let hint = did_you_mean(name, collections.iter().map(|c| c.name.as_str()));
            return Err(Hint::on(
                format!("there is no collection `{name}`"),
                hint.unwrap_or_else(|| "`brief schema` lists them".to_owned()),
            ));
        };
        let text = load::new_record(root, name, id)?;
        let place = self.root.join(&collection.path);
        if !place.is_dir() {
            terminal.print(&text)?;
            terminal.remark(format_args!("put this into `{}`", place.display()));
            return Ok(Status::Fine);
        }
        if !is_id(id) {
            return Err(Hint::on(
                format!("`{id}` can't be an id"),
                "an id is made of lower-case letters, digits and hyphens, and starts with a letter or digit",
            ));
        }
        let path = place.join(format!("{id}.yaml"));
        if let Some(taken) = RECORD_ENDINGS.map(|end| place.join(format!("{id}.{end}"))).iter().find(|path| path.symlink_metadata().is_ok())
        {
            return Err(Hint::on(format!("there is a record `{name}/{id}` already"), format!("it is in `{}`", taken.display())));
        }
        files::write(&path, text.as_bytes(), &Guard::within(root, CONTENT), Existing::Stays)?;
        terminal.say(format_args!("wrote `{}`; `brief check` says what is still missing", path.display()))?;
        Ok(Status::Fine)
    }
}
