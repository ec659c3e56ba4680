//! One document: its private folder, its process, its PDF.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use lopdf::Document;

use super::engine::Engine;
use super::fault::{self, Failure};
use super::finish::finish;
use super::fonts::Fonts;
use super::process::{self, Capture, Limits};
use super::{LIBRARY, attached};
use crate::document::TypstSource;
use crate::interrupt;
use crate::temporary::{self, Temporary};

/// How much address space typst may use for a document.
const MEMORY: u64 = 4 << 30;

/// What typst calls the header cells of rows and the summaries of tables.
const FEATURES: &str = "a11y-extras";

/// What to typeset, and with what.
#[derive(Debug)]
pub struct Job<'a> {
    pub source: &'a TypstSource,
    /// The theme's Typst code.
    pub theme: &'a str,
    /// Images, by the path that the document names.
    pub assets: BTreeMap<String, &'a [u8]>,
    pub fonts: &'a Fonts,
    /// The time that the PDF says it was made at, in Unix seconds.
    pub timestamp: i64,
    /// PDF standards in typst's spelling.
    pub standards: &'a [String],
    pub timeout: Duration,
    /// Keeps the private folder instead of deleting it.
    pub keep_temporary: bool,
}

/// A typeset document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pdf {
    pub bytes: Vec<u8>,
    /// Pairs of a claim's index in its document and the page on which it is printed, from 1.
    pub claim_pages: Vec<(usize, u32)>,
    pub pages: u32,
    /// The folder of what typst was given, where it was to be kept.
    pub kept: Option<PathBuf>,
}

/// Why there is no PDF.
#[derive(Debug)]
pub enum Error {
    /// Something is wrong with the document's content or theme.
    Content(Failure),
    /// Something is wrong with the machine.
    Run(anyhow::Error),
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Error {
        Error::Run(error)
    }
}

impl Engine {
    /// Typesets one document.
    pub fn typeset(&self, job: &Job<'_>) -> Result<Pdf, Error> {
        let folder = Temporary::new().context("can't make a temporary folder")?;
        let outcome = self.typeset_in(folder.path(), job);
        let kept = job.keep_temporary.then(|| folder.keep());
        match outcome {
            Ok(pdf) => Ok(Pdf { kept, ..pdf }),
            Err(Error::Content(failure)) => Err(Error::Content(Failure { kept, ..failure })),
            Err(error) => Err(error),
        }
    }

    fn typeset_in(&self, folder: &Path, job: &Job<'_>) -> Result<Pdf, Error> {
        let root = folder.join("root");
        let output = folder.join("out.pdf");
        fill(&root, job).with_context(|| format!("can't write below `{}`", folder.display()))?;
        let fonts = job.fonts.folder().context("can't write the book's fonts to a temporary folder")?;

        let run = |standards: &[String], attach: bool| -> Result<Vec<u8>, Error> {
            let (mut command, restriction) = self.command(MEMORY);
            command.current_dir(&root);
            command.args(["compile", "--root", ".", "--ignore-system-fonts", "--features", FEATURES]);
            if let Some(fonts) = fonts {
                command.arg("--font-path").arg(fonts);
            }
            command.arg("--creation-timestamp").arg(job.timestamp.to_string());
            if !standards.is_empty() {
                command.arg("--pdf-standard").arg(standards.join(","));
            }
            if !attach {
                command.args(["--input", "attach=no"]);
            }
            command.args(["--diagnostic-format", "human", "main.typ"]).arg(&output);
            // An empty folder: packages installed by the user are not part of the book.
            command.env("TYPST_PACKAGE_PATH", folder.join("packages")).env("TYPST_PACKAGE_CACHE_PATH", folder.join("packages"));

            let limits = Limits { time: job.timeout, restriction };
            let ended = process::run(command, Capture::Stderr, &limits).context("can't run typst")?;
            interrupt::check().context("can't run typst")?;
            if let Some(failure) = fault::of(&ended, job.source, &root, job.timeout, MEMORY) {
                return Err(Error::Content(failure));
            }
            match fs::read(&output) {
                Ok(bytes) if bytes.starts_with(b"%PDF-") => Ok(bytes),
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    Err(Error::Run(anyhow::Error::new(error).context("can't read the PDF that typst made")))
                }
                _ => Err(Error::Content(Failure::saying("typst made no PDF, and said nothing"))),
            }
        };

        let attach = can_attach(job.standards);
        let bytes = run(job.standards, attach)?;
        // Where the standard allows no attachment, a second PDF of the same layout says where the claims are.
        let listed = if attach { None } else { Some(run(&[], true)?) };
        finished(&bytes, listed.as_deref(), job.source)
            .map_err(|error| Error::Content(Failure::saying(&format!("the PDF that typst made can't be finished: {error:#}"))))
    }
}

/// A PDF as readers get it. `listed` is the PDF with the list of places, if that is a separate one.
fn finished(bytes: &[u8], listed: Option<&[u8]>, source: &TypstSource) -> Result<Pdf> {
    let pdf = Document::load_mem(bytes).context("it can't be read")?;
    let attached = match listed {
        None => attached::read(&pdf)?,
        Some(listed) => attached::read(&Document::load_mem(listed).context("it can't be read")?)?,
    };
    let bytes = finish(pdf, &attached, source)?;
    Ok(Pdf { bytes, claim_pages: attached.claims, pages: attached.pages, kept: None })
}

/// Whether PDFs of these standards may hold attached files of any kind.
fn can_attach(standards: &[String]) -> bool {
    let archival = standards.iter().find(|standard| standard.starts_with("a-"));
    archival.is_none_or(|standard| standard.starts_with("a-3") || standard == "a-4f")
}

/// Writes the plain files that a document may see.
fn fill(root: &Path, job: &Job<'_>) -> io::Result<()> {
    temporary::create_folder(root)?;
    temporary::write(&root.join("main.typ"), job.source.text.as_bytes())?;
    temporary::write(&root.join("theme.typ"), job.theme.as_bytes())?;
    temporary::write(&root.join("brief.typ"), LIBRARY.as_bytes())?;
    for (path, bytes) in &job.assets {
        let safe = Path::new(path).components().all(|part| matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir));
        if !safe {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("`{path}` is no path below a folder")));
        }
        // In a subfolder, so that they can't replace brief's own files.
        let file = root.join("assets").join(path);
        if let Some(parent) = file.parent() {
            temporary::create_folder(parent)?;
        }
        temporary::write(&file, bytes)?;
    }
    Ok(())
}
