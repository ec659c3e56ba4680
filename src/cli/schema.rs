//! `brief schema`: JSON Schemas for editors.

use anyhow::Result;
use clap::Args;

use super::Status;
use super::failure::Hint;
use super::folders::Root;
use super::terminal::Terminal;
use crate::diagnostic::did_you_mean;
use crate::load;

/// The name under which the schema of book.yaml is found.
const BOOK: &str = "book";

const EXAMPLES: &str = "\
Examples:
  brief schema                                 the names to choose from
  brief schema book > book.schema.json         the schema of content/book.yaml
  brief schema options > options.schema.json   the schema of one record, or of the file that holds them all

An editor with the YAML language server checks and completes a file whose first line is
  # yaml-language-server: $schema=../options.schema.json";

/// Prints the JSON Schema by which an editor checks and completes a collection's records
///
/// It is the collection's own schema with what brief adds written out: the reserved keys, claims both as bare values and with
/// their sources, and references as the list of ids there are. Without a name, the names to choose from are printed.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Schema {
    /// The collection, or `book` for content/book.yaml
    collection: Option<String>,
    #[command(flatten)]
    root: Root,
}

impl Schema {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let Some(name) = self.collection.as_deref() else { return self.list(terminal) };
        if name != BOOK {
            let collections = load::collections(self.root.book()?)?;
            let names = || collections.iter().map(|c| c.name.as_str());
            if !names().any(|known| known == name) {
                let hint = did_you_mean(name, names().chain([BOOK])).unwrap_or_else(|| "`brief schema` lists the collections".to_owned());
                return Err(Hint::on(format!("there is no collection `{name}`"), hint));
            }
        }
        let schema = load::schema_for_editors(&self.root.root, name)?;
        terminal.print_json(&schema)?;
        Ok(Status::Fine)
    }

    fn list(&self, terminal: &Terminal) -> Result<Status> {
        let collections = load::collections(self.root.book()?)?;
        let width = collections.iter().map(|c| c.name.len()).max().unwrap_or(0).max(BOOK.len());
        let mut text = format!("{BOOK:width$}  content/book.yaml\n");
        for collection in &collections {
            let title = collection.title.as_deref().map(|title| format!(" ({title})")).unwrap_or_default();
            text.push_str(&format!("{:width$}  {}{title}\n", collection.name, collection.path.display()));
        }
        terminal.print(&text)?;
        Ok(Status::Fine)
    }
}
