//! `brief completions`: what a shell needs to complete arguments.

use anyhow::Result;
use clap::Args;
use clap_complete::Shell;

use super::Status;
use super::terminal::Terminal;

const EXAMPLES: &str = "\
Examples:
  brief completions bash > ~/.local/share/bash-completion/completions/brief
  brief completions zsh > ~/.zfunc/_brief
  brief completions fish > ~/.config/fish/completions/brief.fish";

/// Prints the completions of arguments for a shell
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(super) struct Completions {
    /// The shell
    shell: Shell,
}

impl Completions {
    pub(super) fn run(&self, terminal: &Terminal) -> Result<Status> {
        // Not straight to stdout: the generator panics when its reader has gone.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut super::command(), "brief", &mut script);
        terminal.print_commands(&String::from_utf8_lossy(&script))?;
        Ok(Status::Fine)
    }
}
