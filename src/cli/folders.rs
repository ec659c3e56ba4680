//! The folders that commands work in.

use std::path::{Path, PathBuf};

use anyhow::{Error, Result, bail};
use clap::Args;

use super::environment;
use super::failure::Hint;
use crate::assembly;
use crate::comparison::Asked;
use crate::layout::{CONTENT, DRAFT, LATEST, LEDGER, OUTPUT, SETTINGS, SITE, is_version_name, version_number};

/// The book's folder.
#[derive(Debug, Args)]
pub(super) struct Root {
    /// The book's folder, which holds content/ and templates/
    #[arg(long, value_name = "DIR", default_value = ".", value_hint = clap::ValueHint::DirPath)]
    pub(super) root: PathBuf,
}

/// The book's folder and the folder of its versions.
#[derive(Debug, Args)]
pub(super) struct Folders {
    #[command(flatten)]
    pub(super) root: Root,
    /// The folder of the versions [default: output/ in the book's folder]
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    output: Option<PathBuf>,
}

/// Whose versions are meant.
#[derive(Debug, Args)]
pub(super) struct ForAudience {
    /// The audience whose versions are meant, where the book has audiences
    #[arg(long, value_name = "NAME")]
    pub(super) audience: Option<String>,
}

impl ForAudience {
    /// Who asks for a comparison.
    pub(super) fn asked(&self) -> Asked {
        if self.audience.is_some() { Asked::ByName } else { Asked::OneAudience }
    }

    /// The audience and the folder of its versions; `named` is the one in a version's name. Where a book has audiences, one
    /// must be said: their versions are nobody else's.
    pub(super) fn folder<'a>(&'a self, folders: &Folders, named: Option<&'a str>) -> Result<(Option<&'a str>, PathBuf)> {
        let output = folders.output();
        let audience = self.audience.as_deref().or(named);
        if let (Some(one), Some(other)) = (&self.audience, named)
            && one != other
        {
            bail!("`--audience {one}` and a version of `{other}` can't both be meant");
        }
        if audience.is_none() {
            ensure_one_ledger(&output)?;
        }
        Ok((audience, ledger_folder(&output, audience)?))
    }
}

/// Where a book has audiences, each has a ledger of its own, and one of them must be named.
fn ensure_one_ledger(versions: &Path) -> Result<()> {
    let names = if versions.join(LEDGER).is_file() { Vec::new() } else { audiences_below(versions) };
    if names.is_empty() {
        return Ok(());
    }
    let message = format!("`{}` holds the versions of audiences, each apart", versions.display());
    Err(Hint::on(message, format!("add {}", audience_options(&names))))
}

/// Why what some texts name wasn't found: where they name versions that could be any audience's, that is why.
pub(super) fn missing_version<'a>(error: Error, texts: impl IntoIterator<Item = &'a str>, versions: &Path) -> Error {
    match ensure_one_ledger(versions) {
        Err(ambiguous) if texts.into_iter().any(|text| version_number(text).is_some()) => ambiguous,
        _ => error,
    }
}

fn audience_options(names: &[String]) -> String {
    names.iter().map(|name| format!("`--audience {name}`")).collect::<Vec<_>>().join(" or ")
}

/// The folder of the versions that readers will get: an audience's, where the book has audiences. Versions from before it had
/// any hold all of it, and nobody gets them by accident once it has.
pub(super) fn readers_folder(root: &Path, versions: &Path, audience: Option<&str>) -> Result<PathBuf> {
    if audience.is_none() {
        ensure_one_ledger(versions)?;
        ensure_not_of_audiences(root, versions)?;
    }
    ledger_folder(versions, audience)
}

/// The folder to put versions in that are fetched: an audience's, where the book has audiences.
pub(super) fn folder_to_fetch_to(root: &Path, versions: &Path, audience: Option<&str>) -> Result<PathBuf> {
    let Some(name) = audience else {
        let names = assembly::audience_names(root).unwrap_or_default();
        if !names.is_empty() {
            return Err(Hint::on("the book has audiences, and each one's versions are apart", format!("add {}", audience_options(&names))));
        }
        ensure_one_ledger(versions)?;
        return Ok(versions.to_owned());
    };
    if !is_audience_name(name) {
        bail!("`{name}` can't be an audience's name");
    }
    Ok(versions.join(name))
}

pub(super) fn is_audience_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn ensure_not_of_audiences(root: &Path, versions: &Path) -> Result<()> {
    let names = assembly::audience_names(root).unwrap_or_default();
    let is_of_one = |name: &String| versions.file_name().is_some_and(|folder| folder == name.as_str());
    if names.is_empty() || names.iter().any(is_of_one) || !versions.join(LEDGER).is_file() {
        return Ok(());
    }
    let listed = audience_options(&names);
    Err(Hint::on(
        format!("`{}` holds versions of the whole book, and the book has audiences now", versions.display()),
        format!(
            "add {listed}; to go on using the old versions, move them to a folder of their own and name it with `--output`, beside another `--root`"
        ),
    ))
}

/// The audiences that have versions in an output folder, sorted.
fn audiences_below(output: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(output).into_iter().flatten().flatten();
    let with_ledger = entries.filter(|entry| entry.path().join(LEDGER).is_file());
    let mut names: Vec<String> = with_ledger.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    names.retain(|name| !matches!(name.as_str(), SITE | LATEST | DRAFT) && !is_version_name(name));
    names
}

impl Root {
    /// A path below the folder, as a person would write it.
    pub(super) fn join(&self, path: impl AsRef<Path>) -> PathBuf {
        if self.root == Path::new(".") { path.as_ref().to_owned() } else { self.root.join(path) }
    }

    /// The way from the repository's root to the folder, with a slash at its end; empty where they are one. The
    /// repository is the one that GITHUB_WORKSPACE names, else the one that the folder is in; without any, it is the
    /// folder that brief runs in.
    pub(super) fn in_repository(&self) -> String {
        let real = |path: &Path| std::fs::canonicalize(path).ok();
        let Some(root) = real(&self.root) else { return String::new() };
        let workspace = environment::variable("GITHUB_WORKSPACE").filter(|path| !path.is_empty()).and_then(|path| real(Path::new(&path)));
        let repository = root.ancestors().find(|folder| folder.join(".git").exists()).map(Path::to_owned);
        let above = [workspace, repository, real(Path::new("."))].into_iter().flatten().find(|folder| root.starts_with(folder));
        let inner = above.and_then(|above| root.strip_prefix(above).ok().map(Path::to_owned)).unwrap_or_default();
        let parts: Vec<String> = inner.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        if parts.is_empty() { String::new() } else { parts.join("/") + "/" }
    }

    /// The folder, once it is known to hold a book.
    pub(super) fn book(&self) -> Result<&Path> {
        let holds = |folder: &Path| folder.join(SETTINGS).exists() || folder.join(CONTENT).is_dir();
        if holds(&self.root) {
            return Ok(&self.root);
        }
        let above =
            std::path::absolute(&self.root).ok().and_then(|path| path.ancestors().skip(1).find(|folder| holds(folder)).map(Path::to_owned));
        let hint = match above {
            Some(folder) => format!("there is a book in `{0}`: add `--root {0}`", folder.display()),
            None => "`brief init my-book` writes a small book to start from; `--root DIR` names a book elsewhere".to_owned(),
        };
        Err(Hint::on(format!("there is no book in `{}` (it has no content/ folder)", self.root.display()), hint))
    }
}

impl Folders {
    pub(super) fn output(&self) -> PathBuf {
        self.output.clone().unwrap_or_else(|| self.root.join(OUTPUT))
    }
}

/// The folder of one ledger: that of an audience lies in the one of the versions.
pub(super) fn ledger_folder(versions: &Path, audience: Option<&str>) -> Result<PathBuf> {
    let Some(name) = audience else { return Ok(versions.to_owned()) };
    let folder = versions.join(name);
    if !is_audience_name(name) || !folder.is_dir() {
        let message = format!("there are no versions for the audience `{name}`: no folder `{}`", folder.display());
        return Err(Hint::on(message, "`brief build` makes a folder for each audience that content/book.yaml declares"));
    }
    Ok(folder)
}
