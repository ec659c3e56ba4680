//! The typst that brief carries: a process that speaks the typst CLI's `compile` interface.
//!
//! In: the arguments after `typst-builtin`. Out: a PDF file, byte for byte what the typst CLI of the same version
//! writes, and that program's diagnostics on standard error. It reads nothing outside its root and fonts, and
//! links no network code.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "it is a program of its own: it prints and writes its PDF"
)]

mod arguments;
mod world;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use typst::diag::{HintedStrResult, SourceDiagnostic, SourceResult, Warned};
use typst::foundations::{Datetime, Smart};
use typst_kit::diagnostics::termcolor::{NoColor, WriteColor};
use typst_kit::diagnostics::{DiagnosticFormat, emit};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use world::RootWorld;

use super::engine::RESTRICTED;
use super::process;

/// Runs as a typst program would; within limits, where the first arguments give them.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let mut arguments = arguments.into_iter().peekable();
    if arguments.next_if(|first| first == RESTRICTED).is_some() {
        let mut limit = || arguments.next().and_then(|argument| argument.into_string().ok()).unwrap_or_default();
        if let Err(error) = process::restrict_itself([&limit(), &limit()]) {
            return fail(&format!("can't keep to its limits: {error}"));
        }
    }
    match arguments::parse(arguments) {
        Ok(Command::Version) => {
            // What the typst CLI says, as `Engine::find` expects it.
            println!("typst {} (built into brief)", super::VERSION);
            ExitCode::SUCCESS
        }
        Ok(Command::Compile(arguments)) => match compile(&arguments) {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::FAILURE,
            Err(message) => fail(&message),
        },
        Err(message) => fail(&message),
    }
}

fn fail(message: &str) -> ExitCode {
    eprintln!("error: {message}");
    ExitCode::FAILURE
}

/// Compiles one document; whether it succeeded, its diagnostics having been printed.
fn compile(arguments: &Arguments) -> Result<bool, String> {
    if let Some(jobs) = arguments.jobs {
        // Only the first call in a process can set it, and there is only one.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs).use_current_thread().build_global();
    }
    let options = options(arguments).map_err(|error| {
        let hints = error.hints().iter().map(|hint| format!("\nhint: {hint}")).collect::<String>();
        format!("{}{hints}", error.message())
    })?;
    let world = RootWorld::new(arguments)?;
    let Warned { output, warnings } = typst::compile::<PagedDocument>(&world);
    let pdf = output.and_then(|document| typst_pdf::pdf(&document, &options));
    let made = match &pdf {
        Ok(bytes) => {
            std::fs::write(&arguments.output, bytes).map_err(|error| format!("failed to write PDF file ({error})"))?;
            true
        }
        Err(_) => false,
    };
    report(&world, &pdf, &warnings, arguments.format).map_err(|error| format!("failed to print diagnostics ({error})"))?;
    Ok(made)
}

fn options(arguments: &Arguments) -> HintedStrResult<PdfOptions> {
    let mut standards = Vec::new();
    for name in &arguments.standards {
        let standard: Result<PdfStandard, _> = serde_json::from_value(name.as_str().into());
        standards.push(standard.map_err(|_| typst::ecow::eco_format!("unknown PDF standard `{name}`"))?);
    }
    Ok(PdfOptions {
        ident: Smart::Auto,
        creator: Smart::Auto,
        timestamp: datetime(arguments.timestamp).map(Timestamp::new_utc),
        page_ranges: None,
        standards: PdfStandards::new(&standards)?,
        tagged: true,
        pretty: false,
    })
}

/// A Unix time as typst's date and time.
fn datetime(seconds: i64) -> Option<Datetime> {
    let time = jiff::Timestamp::from_second(seconds).ok()?.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    Datetime::from_ymd_hms(
        i32::from(time.year()),
        u8::try_from(time.month()).ok()?,
        u8::try_from(time.day()).ok()?,
        u8::try_from(time.hour()).ok()?,
        u8::try_from(time.minute()).ok()?,
        u8::try_from(time.second()).ok()?,
    )
}

/// Prints diagnostics as the typst CLI does.
fn report(world: &RootWorld, pdf: &SourceResult<Vec<u8>>, warnings: &[SourceDiagnostic], format: DiagnosticFormat) -> Result<(), String> {
    let errors = pdf.as_ref().err().map(|errors| errors.as_slice()).unwrap_or_default();
    let mut text = NoColor::new(Vec::new());
    let out: &mut dyn WriteColor = &mut text;
    emit(out, world, errors.iter().chain(warnings), format).map_err(|error| error.to_string())?;
    std::io::stderr().write_all(&text.into_inner()).map_err(|error| error.to_string())
}
