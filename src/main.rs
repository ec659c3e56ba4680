//! Arguments, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    // brief runs itself under this name as the typst program it was built with: see `typeset`.
    #[cfg(feature = "builtin-typst")]
    if arguments.get(1).is_some_and(|first| first == brief::typeset::BUILTIN) {
        return brief::typeset::builtin::main(arguments.into_iter().skip(2));
    }
    brief::cli::main(arguments)
}
