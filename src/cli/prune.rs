//! `brief prune`: the only command that deletes versions.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::Result;
use clap::Args;

use super::Status;
use super::failure::Hint;
use super::folders::Folders;
use super::terminal::{Count, Terminal};
use crate::version::{Ledger, Store};

const EXAMPLES: &str = "\
Examples:
  brief prune --keep 5         ask, then delete all but the newest five
  brief prune --keep 5 --yes   in a script";

/// Deletes the folders of old versions, after asking
///
/// The ledger keeps their number, date, digest and summary, and no number is given twice. Nothing else that brief does
/// deletes a version.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Prune {
    /// How many of the newest versions to keep
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: u32,
    /// Don't ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    folders: Folders,
}

impl Prune {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let output = self.folders.output();
        let keep = usize::try_from(self.keep).unwrap_or(usize::MAX);
        let ledger = Ledger::read(&output)?;
        let there: Vec<String> = ledger.versions().iter().filter(|v| !v.pruned).map(|v| format!("v{}", v.number)).collect();
        let old = there.get(keep..).unwrap_or_default();
        if old.is_empty() {
            terminal.say(format_args!("nothing to delete: `{}` holds {}", output.display(), Count(there.len(), "version")))?;
            return Ok(Status::Fine);
        }
        let question = format!("delete {} from `{}`: {}", Count(old.len(), "version"), output.display(), old.join(", "));
        if !self.yes && !confirmed(&question)? {
            terminal.say("nothing was deleted")?;
            return Ok(Status::Fine);
        }
        let mut store = Store::open(&output, &mut |who| terminal.waiting(who))?;
        let deleted = store.prune(keep)?;
        store.take_notes().iter().for_each(|note| terminal.note(note));
        let them = if deleted.len() == 1 { "it" } else { "them" };
        terminal.say(format_args!("deleted {}; `brief versions` still lists {them}", Count(deleted.len(), "version")))?;
        Ok(Status::Fine)
    }
}

/// Asks on the terminal; without one, only `--yes` is an answer.
fn confirmed(question: &str) -> Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(Hint::on(
            format!("can't ask whether to {question} (there is no terminal)"),
            "add `--yes` to delete them without being asked",
        ));
    }
    let mut screen = io::stderr().lock();
    write!(screen, "{question}\nreally? [y/N] ")?;
    screen.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes"))
}
