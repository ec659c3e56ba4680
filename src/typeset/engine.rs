//! Chooses the typst to run: the one asked for, one of the same version on the path, or the built-in one.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::process::{self, Capture, Limits, Restriction};
use super::{BUILTIN, VERSION};

/// Which typst the user asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Choice {
    /// `BRIEF_TYPST`, else the path, else the built-in one.
    #[default]
    Search,
    /// This program.
    Program(PathBuf),
    /// The one that brief was built with.
    BuiltIn,
}

/// The built-in typst's argument before those of [`process::restriction_arguments`].
pub(super) const RESTRICTED: &str = "--restricted";

/// A typst program of the right version, found once and used for all documents.
#[derive(Debug, Clone)]
pub struct Engine {
    program: PathBuf,
    first: Option<&'static str>,
}

impl Engine {
    /// Finds the typst to use. `brief_typst` and `path` are the environment's `BRIEF_TYPST` and `PATH`.
    ///
    /// A program that was named must have the right version; one found on the path is skipped
    /// if it has another.
    pub fn find(choice: &Choice, brief_typst: Option<&OsStr>, path: Option<&OsStr>) -> Result<Engine> {
        match choice {
            Choice::BuiltIn => return Engine::built_in(),
            Choice::Program(program) => return named(program, path).with_context(|| format!("can't use `--typst {}`", program.display())),
            Choice::Search => {}
        }
        if let Some(value) = brief_typst.filter(|value| !value.is_empty()) {
            if value == "builtin" {
                return Engine::built_in();
            }
            return named(Path::new(value), path)
                .with_context(|| format!("can't use `BRIEF_TYPST`, which is `{}`", value.to_string_lossy()));
        }
        let mut passed_over = None;
        for program in on_path(OsStr::new("typst"), path) {
            match version(&program) {
                Ok(found) if found == VERSION => return Ok(Engine { program, first: None }),
                Ok(found) => passed_over = passed_over.or(Some(format!("`{}` is typst {found}", program.display()))),
                Err(_) => {}
            }
        }
        if cfg!(feature = "builtin-typst") {
            return Engine::built_in();
        }
        let found = passed_over.unwrap_or_else(|| "there is no `typst` on the path".to_owned());
        bail!(
            "no typst {VERSION} to typeset with: {found}, and this brief was built without its own; \
             install it (`cargo install typst-cli --version {VERSION} --locked`), name one with `--typst PATH`, \
             or build brief with its default features"
        )
    }

    /// The typst that brief carries: brief itself, run again.
    pub fn built_in() -> Result<Engine> {
        Engine::built_in_of(own_program()?)
    }

    /// The typst that the brief at this path carries.
    pub fn built_in_of(program: PathBuf) -> Result<Engine> {
        if !cfg!(feature = "builtin-typst") {
            bail!(
                "this brief was built without its own typst: name a typst {VERSION} with `--typst PATH`, or build brief with its default features"
            );
        }
        Ok(Engine { program, first: Some(BUILTIN) })
    }

    /// Whether it is brief itself.
    pub fn is_built_in(&self) -> bool {
        self.first.is_some()
    }

    /// A command that starts the program, and who restricts it to `memory` bytes of address space; the caller adds arguments.
    #[expect(clippy::disallowed_methods, reason = "this room starts typst")]
    pub(super) fn command(&self, memory: u64) -> (Command, Restriction) {
        let mut command = Command::new(&self.program);
        let restriction = match self.first {
            Some(first) => {
                command.args([first, RESTRICTED]).args(process::restriction_arguments(memory));
                Restriction::ByItself
            }
            None => Restriction::ByParent { memory: Some(memory) },
        };
        // The user's environment must not change a PDF, and the process must not reach the network.
        for name in FOREIGN {
            command.env_remove(name);
        }
        for name in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            command.env(name, "http://127.0.0.1:9");
        }
        (command, restriction)
    }
}

/// Variables that the typst CLI reads.
const FOREIGN: [&str; 11] = [
    "TYPST_ROOT",
    "TYPST_FONT_PATHS",
    "TYPST_IGNORE_SYSTEM_FONTS",
    "TYPST_IGNORE_EMBEDDED_FONTS",
    "TYPST_FEATURES",
    "TYPST_PACKAGE_PATH",
    "TYPST_PACKAGE_CACHE_PATH",
    "TYPST_CERT",
    "SOURCE_DATE_EPOCH",
    "NO_PROXY",
    "no_proxy",
];

/// The running brief executable, usable even if its file was replaced in the meantime.
fn own_program() -> Result<PathBuf> {
    if cfg!(target_os = "linux") && Path::new("/proc/self/exe").exists() {
        return Ok(PathBuf::from("/proc/self/exe"));
    }
    std::env::current_exe().context("can't find brief's own program")
}

fn named(program: &Path, path: Option<&OsStr>) -> Result<Engine> {
    let found = if program.components().count() > 1 || program.exists() {
        program.to_path_buf()
    } else {
        on_path(program.as_os_str(), path).next().with_context(|| format!("there is no `{}` on the path", program.display()))?
    };
    // Jobs run in folders of their own.
    let found = std::path::absolute(found)?;
    let version = version(&found)?;
    if version != VERSION {
        bail!("it is typst {version}, and this brief works with typst {VERSION} only");
    }
    Ok(Engine { program: found, first: None })
}

fn on_path<'a>(name: &'a OsStr, path: Option<&'a OsStr>) -> impl Iterator<Item = PathBuf> + 'a {
    let file: OsString = if cfg!(windows) { format!("{}.exe", name.to_string_lossy()).into() } else { name.to_owned() };
    let folders = path.map(|path| std::env::split_paths(path).collect::<Vec<_>>()).unwrap_or_default();
    folders.into_iter().filter(|folder| folder.is_absolute()).map(move |folder| folder.join(&file)).filter(|program| program.is_file())
}

/// What a program says its version is: `typst 0.15.1 (…)`.
#[expect(clippy::disallowed_methods, reason = "this room starts typst")]
fn version(program: &Path) -> Result<String> {
    let mut command = Command::new(program);
    command.arg("--version");
    let limits = Limits { time: Duration::from_secs(10), restriction: Restriction::ByParent { memory: None } };
    let ended = process::run(command, Capture::Stdout, &limits).with_context(|| format!("can't run `{}`", program.display()))?;
    if ended.timed_out {
        bail!("`{} --version` did not end within ten seconds", program.display());
    }
    let said = String::from_utf8_lossy(&ended.text);
    let version = said.strip_prefix("typst ").and_then(|rest| rest.split_whitespace().next()).map(str::to_owned);
    version.filter(|_| ended.status.success()).with_context(|| format!("`{}` is no typst program", program.display()))
}
