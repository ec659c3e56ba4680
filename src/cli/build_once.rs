//! One build, and what is printed of it: for `brief build` and for each round of `--watch`.

use anyhow::Result;

use super::Status;
use super::progress;
use super::terminal::{Count, Terminal};
use crate::assembly::BuildOptions;
use crate::pipeline::{self, Built, Outcome};

/// Builds once and says what came of it.
pub(super) fn build(options: &BuildOptions, terminal: &Terminal) -> Result<Status> {
    let Built { tree, diagnostics, notes, outcomes } = progress::with(terminal, |progress| pipeline::build(options, progress))?;
    terminal.diagnostics(&tree, &diagnostics);
    notes.iter().for_each(|note| terminal.note(note));
    let faulty = outcomes.contains(&Outcome::Faulty);
    outcomes.into_iter().try_for_each(|outcome| say(outcome, terminal))?;
    Ok(if faulty { Status::Faulty } else { Status::Fine })
}

fn say(outcome: Outcome, terminal: &Terminal) -> Result<()> {
    match outcome {
        Outcome::Faulty => {}
        Outcome::Unchanged { name, folder } => {
            terminal.say(format_args!("nothing that a reader gets has changed since {name}: `{}` is still current", folder.display()))?;
        }
        Outcome::Version { name, folder, summary, documents, typeset } => terminal.say(format_args!(
            "made {name} in `{}`: {}, {typeset} typeset; {summary} (`brief versions` lists what changed)",
            folder.display(),
            Count(documents, "document"),
        ))?,
        Outcome::Draft { folder, documents } => terminal.say(format_args!(
            "made a draft in `{}`: {} (`brief build` makes a version of it)",
            folder.display(),
            Count(documents, "document")
        ))?,
    }
    Ok(())
}
