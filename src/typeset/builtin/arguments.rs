//! The part of the typst CLI's arguments that brief uses.

use std::ffi::OsString;
use std::path::PathBuf;

use typst::Feature;
use typst_kit::diagnostics::DiagnosticFormat;

/// What the program is asked to do.
pub(super) enum Command {
    Version,
    Compile(Arguments),
}

/// `compile --root R --ignore-system-fonts --font-path F … main.typ out.pdf`
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) root: PathBuf,
    pub(super) font_paths: Vec<PathBuf>,
    pub(super) timestamp: i64,
    pub(super) standards: Vec<String>,
    pub(super) features: Vec<Feature>,
    pub(super) inputs: Vec<(String, String)>,
    pub(super) format: DiagnosticFormat,
    pub(super) jobs: Option<usize>,
    pub(super) input: PathBuf,
    pub(super) output: PathBuf,
}

/// Reads the arguments; what it doesn't know is an error, since silence would make a different PDF.
pub(super) fn parse(mut rest: impl Iterator<Item = OsString>) -> Result<Command, String> {
    match rest.next().as_deref().and_then(|first| first.to_str()) {
        Some("--version" | "-V") => return Ok(Command::Version),
        Some("compile" | "c") => {}
        _ => return Err("the built-in typst knows `compile` and `--version` only".to_owned()),
    }
    let mut parsed = Arguments::default();
    let mut timestamp = None;
    let mut places: Vec<PathBuf> = Vec::new();
    while let Some(argument) = rest.next() {
        let Some(name) = argument.to_str().filter(|text| text.starts_with('-')) else {
            places.push(argument.into());
            continue;
        };
        if name == "--ignore-system-fonts" {
            continue;
        }
        let name = name.to_owned();
        let value = rest.next().ok_or_else(|| format!("`{name}` needs a value"))?;
        let text = || value.to_str().map(str::to_owned).ok_or_else(|| format!("the value of `{name}` isn't UTF-8"));
        match name.as_str() {
            "--features" => {
                for feature in text()?.split(',') {
                    parsed.features.push(match feature {
                        "a11y-extras" => Feature::A11yExtras,
                        other => return Err(format!("the built-in typst doesn't know the feature `{other}`")),
                    });
                }
            }
            "--root" => parsed.root = value.into(),
            "--font-path" => parsed.font_paths.push(value.into()),
            "--creation-timestamp" => timestamp = Some(text()?.parse().map_err(|_| format!("`{name}` needs a number of seconds"))?),
            "--pdf-standard" => parsed.standards.extend(text()?.split(',').map(str::to_owned)),
            "--jobs" | "-j" => parsed.jobs = Some(text()?.parse().map_err(|_| format!("`{name}` needs a number"))?),
            "--input" => {
                let text = text()?;
                let (key, value) = text.split_once('=').ok_or_else(|| format!("`{name}` needs `key=value`"))?;
                parsed.inputs.push((key.trim().to_owned(), value.trim().to_owned()));
            }
            "--diagnostic-format" => {
                parsed.format = match text()?.as_str() {
                    "short" => DiagnosticFormat::Short,
                    "human" => DiagnosticFormat::Human,
                    other => return Err(format!("unknown diagnostic format `{other}`")),
                }
            }
            _ => return Err(format!("the built-in typst doesn't know `{name}`")),
        }
    }
    // The clock is never read: the same inputs must give the same bytes.
    parsed.timestamp = timestamp.ok_or("the built-in typst needs `--creation-timestamp`")?;
    let [input, output] = <[PathBuf; 2]>::try_from(places).map_err(|_| "expected one input and one output file".to_owned())?;
    parsed.input = input;
    parsed.output = output;
    Ok(Command::Compile(parsed))
}
