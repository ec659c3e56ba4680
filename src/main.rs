//! Arguments, run, exit code.

fn main() -> std::process::ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    #[cfg(feature = "builtin-typst")]
    if arguments.get(1).is_some_and(|first| first == brief::typeset::BUILTIN) {
        return brief::typeset::builtin::main(arguments.split_off(2));
    }
    drop(arguments);
    std::process::ExitCode::SUCCESS
}
