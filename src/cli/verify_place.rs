//! `brief verify DEST`: compares a published destination with its ledger and manifests.

use anyhow::Result;

use super::Status;
use super::terminal::Terminal;

/// What to verify there.
#[derive(Debug)]
#[cfg_attr(not(feature = "publish"), expect(dead_code, reason = "no place is read without `publish`"))]
pub(super) struct Place<'a> {
    pub(super) source: &'a str,
    pub(super) audience: Option<&'a str>,
    pub(super) key: Option<&'a str>,
    /// How many objects to read side by side.
    pub(super) jobs: u16,
}

#[cfg(not(feature = "publish"))]
pub(super) fn place(_: &Place<'_>, _: &Terminal) -> Result<Status> {
    anyhow::bail!(
        "this brief was built without `publish`, which reads published places too: use a released one, or build it with its default features"
    )
}

/// Compares all that is published at a place, and says what was found.
#[cfg(feature = "publish")]
pub(super) fn place(place: &Place<'_>, terminal: &Terminal) -> Result<Status> {
    use super::environment::{store_limits, store_variables, verifying_key};
    use super::progress;
    use super::terminal::Count;
    use crate::publication::{VerifiedPlace, VerifyOptions, verify_published};

    let options = VerifyOptions {
        source: place.source.to_owned(),
        audience: place.audience.map(str::to_owned),
        variables: store_variables(),
        limits: store_limits(),
        jobs: usize::from(place.jobs),
        key: place.key.map(verifying_key).transpose()?,
    };
    let found = progress::with(terminal, |progress| verify_published(&options, progress))?;
    let VerifiedPlace { title, newest, versions, objects, faults, signed, notes } = found;
    notes.iter().for_each(|note| terminal.note(note));
    if let Some(comment) = signed {
        terminal.say(format_args!("the ledger is signed with that key (`{comment}`)"))?;
    }
    faults.iter().try_for_each(|fault| terminal.print(&format!("{fault}\n")))?;
    let source = place.source;
    if !faults.is_empty() {
        terminal.print(&format!(
            "`{source}` is not as it was published: `brief publish --repair {source}` sends again what is damaged or missing\n"
        ))?;
        return Ok(Status::Faulty);
    }
    let book = title.map(|title| format!(" of \"{title}\"")).unwrap_or_default();
    let newest = newest.map(|newest| format!(", the newest is v{newest}")).unwrap_or_default();
    terminal.say(format_args!("`{source}` holds: {}{book}{newest}, {} compared", Count(versions, "version"), Count(objects, "object")))?;
    Ok(Status::Fine)
}
