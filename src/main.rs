//! Arguments, run, exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    // brief runs itself under this name as the typst program it was built with: see `typeset`.
    if cfg!(feature = "builtin-typst") && arguments.get(1).is_some_and(|first| first == "typst-builtin") {
        return brief::cli::builtin_typst(arguments.split_off(2));
    }
    brief::cli::main(arguments)
}
