//! The command line: arguments, output and exit codes.
//!
//! One file a command, each with its arguments, whose doc comments are the manual, and a `run`. Here the
//! environment and the clock are read; everything else is handed on to the library. A command returns a
//! `Status` where it did what it was asked, and an error where it could not.

mod audience;
mod build;
mod build_once;
mod check;
mod completions;
mod diff;
mod environment;
mod fail_on;
mod failure;
mod fetch;
mod folders;
mod git_diff;
mod init;
mod merge_driver;
mod new;
mod open;
mod pager;
mod progress;
mod prune;
mod publish;
mod review;
mod schema;
mod since;
mod site;
mod terminal;
mod theme;
mod verify;
mod verify_place;
mod versions;
mod watch;
mod wrap;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::LazyLock;

use clap::{Args, Parser, Subcommand};

use terminal::{Color, Terminal, Verbosity};

use crate::interrupt;
use crate::typeset;

/// brief's version and typst's.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let (brief, typst) = (env!("CARGO_PKG_VERSION"), typeset::VERSION);
    match cfg!(feature = "builtin-typst") {
        true => format!("{brief} (typst {typst}, built in)"),
        false => format!("{brief} (for typst {typst}, not built in)"),
    }
});

const MANUAL: &str = "\
A first book:
  brief init my-book       write a small book of your own, ready to build
  cd my-book
  brief build              make version 1: output/v1/*.md and *.pdf
  brief open               look at it
  brief build --watch      see a draft change while you write

Exit codes:
  0    done; content without errors
  1    the content has errors, each shown with its place; nothing was written; or `diff --exit-code` found changes;
       or `verify` found what is not as it was written
  2    wrong use, or something brief needs failed (a folder, a disk, typst)
  101  a bug in brief

NO_COLOR turns colors off, BRIEF_TYPST names the typst program to use, and SOURCE_DATE_EPOCH the date.";

/// Makes briefing books from YAML records and Jinja templates: Markdown for reading and review, typeset PDFs for
/// handing out, and numbered versions that can be compared and traced.
///
/// A book is a folder. content/book.yaml says what it is called and which documents it makes, the rest of content/ holds
/// the records and their schemas, templates/ says how they are printed, and output/ receives the versions.
#[derive(Debug, Parser)]
#[command(name = "brief", version = VERSION.as_str(), max_term_width = 100, after_long_help = MANUAL)]
#[command(after_help = "`brief --help` shows a first book and the exit codes; `brief COMMAND --help` has examples.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    messages: MessageOptions,
}

/// How much to print, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Messages")]
struct MessageOptions {
    /// Print only errors and results
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say what each stage does, and keep typst's temporary files
    #[arg(short, long, global = true)]
    verbose: bool,
    /// When to color messages; `auto` is: on a terminal, unless NO_COLOR is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", hide_possible_values = true)]
    color: Color,
}

#[derive(Debug, Subcommand)]
enum Command {
    Build(build::Build),
    Check(check::Check),
    Diff(diff::Diff),
    Review(review::Review),
    Since(since::Since),
    MergeDriver(merge_driver::MergeDriver),
    Versions(versions::Versions),
    Audience(audience::Audience),
    Site(site::Site),
    Publish(publish::Publish),
    Fetch(fetch::Fetch),
    Verify(verify::Verify),
    Open(open::Open),
    Prune(prune::Prune),
    Init(init::Init),
    New(new::New),
    Schema(schema::Schema),
    Theme(theme::Theme),
    Completions(completions::Completions),
}

/// What Git takes for a merge driver's failure: below, it takes what is in its file for a merge with conflicts.
const NOT_MERGED: u8 = 129;

/// How a command ended that could do its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Fine,
    /// The content has errors.
    Faulty,
    /// There are changes, and the exit code was to say so.
    Changed,
    /// Something could not be read, and the rest was shown.
    Incomplete,
    /// Git's merge driver could not merge.
    NotMerged,
}

/// Runs the command that the arguments name, says what came of it, and gives the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    failure::report_panics();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let is_driver = arguments.get(1).is_some_and(|command| command == "merge-driver");
    let arguments = match Arguments::try_parse_from(&arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and versions come this way too, with exit code 0; a reader who has gone is no failure.
            failure::report_misuse(&error, &arguments);
            if is_driver && error.exit_code() != 0 {
                return ExitCode::from(NOT_MERGED);
            }
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let MessageOptions { quiet, verbose, color } = arguments.messages;
    let verbosity = match (quiet, verbose) {
        (true, _) => Verbosity::Quiet,
        (false, true) => Verbosity::Verbose,
        (false, false) => Verbosity::Normal,
    };
    let terminal = Terminal::new(verbosity, color);
    interrupt::install_handlers();
    let outcome = run(&arguments.command, &terminal);
    interrupt::end_if_pending();
    match outcome {
        Ok(Status::Fine) => ExitCode::SUCCESS,
        Ok(Status::Faulty | Status::Changed) => ExitCode::from(1),
        Ok(Status::Incomplete) => ExitCode::from(2),
        Ok(Status::NotMerged) => ExitCode::from(NOT_MERGED),
        Err(error) if failure::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            terminal.failure(&error);
            ExitCode::from(2)
        }
    }
}

fn run(command: &Command, terminal: &Terminal) -> anyhow::Result<Status> {
    match command {
        Command::Build(build) => build.run(terminal),
        Command::Check(check) => check.run(terminal),
        Command::Diff(diff) => diff.run(terminal),
        Command::Review(review) => review.run(terminal),
        Command::Since(since) => since.run(terminal),
        Command::MergeDriver(driver) => driver.run(terminal),
        Command::Versions(versions) => versions.run(terminal),
        Command::Audience(audience) => audience.run(terminal),
        Command::Site(site) => site.run(terminal),
        Command::Publish(publish) => publish.run(terminal),
        Command::Fetch(fetch) => fetch.run(terminal),
        Command::Verify(verify) => verify.run(terminal),
        Command::Open(open) => open.run(terminal),
        Command::Prune(prune) => prune.run(terminal),
        Command::Init(init) => init.run(terminal),
        Command::New(new) => new.run(terminal),
        Command::Schema(schema) => schema.run(terminal),
        Command::Theme(theme) => theme.run(terminal),
        Command::Completions(completions) => completions.run(terminal),
    }
}

/// The arguments as clap sees them.
fn command() -> clap::Command {
    <Arguments as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    #[test]
    fn arguments_are_consistent() {
        super::command().debug_assert();
    }
}
