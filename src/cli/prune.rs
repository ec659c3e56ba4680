//! `brief prune`: the only command that deletes versions.

use std::io::{self, BufRead, IsTerminal};
use std::path::Path;

use anyhow::Result;
use clap::Args;

use super::Status;
use super::failure::Hint;
use super::folders::{Folders, ForAudience};
use super::terminal::{Count, Terminal};
use crate::layout::version_list;
use crate::version::{Health, Pruning, Store};

const EXAMPLES: &str = "\
Examples:
  brief prune --keep 5         ask, then delete all but the newest five
  brief prune --keep 5 --yes   in a script";

/// Deletes the folders of old versions, after asking
///
/// Only intact versions count towards N; older versions are kept in place of damaged ones.
/// Exactly the versions that are listed for confirmation are deleted. The ledger keeps their number, date, digest and summary, and no
/// number is given twice. Nothing else that brief does deletes a version.
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
    #[command(flatten)]
    whose: ForAudience,
}

impl Prune {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        let (_, output) = self.whose.folder(&self.folders, None)?;
        let plan = Pruning::of(&output, usize::try_from(self.keep).unwrap_or(usize::MAX))?;
        for (number, health) in &plan.unsound {
            match health {
                Health::Damaged(faults) => terminal.note(&format!("v{number} is damaged: {}", faults.join("; "))),
                _ => terminal.note(&format!("v{number} is missing: its folder is gone")),
            }
        }
        if plan.is_empty() {
            let intact = if plan.unsound.is_empty() { "version" } else { "intact version" };
            terminal.say(format_args!("nothing to delete: `{}` holds {}", output.display(), Count(plan.kept.len(), intact)))?;
            return Ok(Status::Fine);
        }
        let question = question(&plan, &output);
        if !self.yes && !confirmed(&question, terminal)? {
            terminal.say("nothing was deleted")?;
            return Ok(Status::Fine);
        }
        let mut store = Store::open(&output, &mut |who| terminal.waiting(who))?;
        store.prune(&plan)?;
        store.take_notes().iter().for_each(|note| terminal.note(note));
        let them = if plan.numbers().len() == 1 { "it" } else { "them" };
        let done = match plan.deleted.len() {
            0 => format!("listed {} as pruned", version_list(&plan.gone)),
            count => format!("deleted {}", Count(count, "version")),
        };
        terminal.say(format_args!("{done}; `brief versions` still lists {them}"))?;
        Ok(Status::Fine)
    }
}

/// What will be done, exactly.
fn question(plan: &Pruning, output: &Path) -> String {
    let named = |number: &u32| match plan.unsound.iter().any(|(unsound, _)| unsound == number) {
        true => format!("v{number} (damaged)"),
        false => format!("v{number}"),
    };
    let deleted: Vec<String> = plan.deleted.iter().map(named).collect();
    let count = Count(plan.deleted.len(), "version");
    let mut parts = Vec::new();
    if !deleted.is_empty() {
        parts.push(format!("delete {count} from `{}`: {}", output.display(), deleted.join(", ")));
    }
    if !plan.gone.is_empty() {
        parts.push(format!("list as pruned what is gone already: {}", version_list(&plan.gone)));
    }
    parts.join(", and ")
}

/// Asks on the terminal; without one, only `--yes` is an answer.
fn confirmed(question: &str, terminal: &Terminal) -> Result<bool> {
    if !io::stdin().is_terminal() {
        return Err(Hint::on(
            format!("can't ask whether to {question} (there is no terminal)"),
            "add `--yes` to delete them without being asked",
        ));
    }
    terminal.ask(&format!("{question}\nreally? [y/N] "));
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "Yes"))
}
