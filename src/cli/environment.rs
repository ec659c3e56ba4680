//! The one place that reads the environment and the clock.

use std::ffi::OsString;

use anyhow::{Context, Result};

use crate::assembly::Environment;
use crate::model::Date;

/// A variable of the environment.
#[expect(clippy::disallowed_methods, reason = "the environment is read here, and handed on")]
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// What the stages may not read themselves.
pub(super) fn environment() -> Result<Environment> {
    Ok(Environment {
        source_date_epoch: variable("SOURCE_DATE_EPOCH").filter(|value| !value.is_empty()).map(epoch).transpose()?,
        brief_typst: variable("BRIEF_TYPST").filter(|value| !value.is_empty()),
        path: variable("PATH"),
        today: today()?,
    })
}

fn epoch(value: OsString) -> Result<i64> {
    let text = value.to_string_lossy();
    text.parse().with_context(|| format!("SOURCE_DATE_EPOCH is `{text}`, not a whole number of seconds since 1970"))
}

/// Today's date in UTC, so that it does not depend on the machine's time zone.
fn today() -> Result<Date> {
    #[expect(clippy::disallowed_methods, reason = "the date of a version is taken here, and handed on")]
    let now = jiff::Timestamp::now();
    Date::from_unix(now.as_second()).context("the clock shows no date")
}

/// What object stores take their credentials and endpoints from.
#[cfg(feature = "publish")]
#[expect(clippy::disallowed_methods, reason = "the environment is read here, and handed on")]
pub(super) fn store_variables() -> Vec<(String, String)> {
    let texts = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    texts.filter(|(name, _)| ["AWS_", "GOOGLE_", "AZURE_", "GCE_METADATA_"].iter().any(|start| name.starts_with(start))).collect()
}

/// The publisher's identity, shown to waiting publishers.
#[cfg(feature = "publish")]
pub(super) fn publisher() -> crate::publish::Publisher {
    #[expect(clippy::disallowed_methods, reason = "how old a lock is, is said and never written")]
    let now = jiff::Timestamp::now().as_second();
    let host = host();
    let on = host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
    crate::publish::Publisher { name: format!("process {}{on}", std::process::id()), host, now }
}

/// The machine's name.
#[cfg(feature = "publish")]
fn host() -> Option<String> {
    let named = variable("HOSTNAME").or_else(|| variable("COMPUTERNAME")).map(|name| name.to_string_lossy().into_owned());
    let named = named.or_else(|| std::fs::read_to_string("/proc/sys/kernel/hostname").ok());
    named.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// How often and how long stores are asked; the pauses between differ from process to process.
#[cfg(feature = "publish")]
pub(super) fn store_limits() -> crate::publish::Limits {
    #[expect(clippy::disallowed_methods, reason = "two who failed together should not come back together")]
    let now = jiff::Timestamp::now().as_nanosecond();
    let seed = (now as u64).rotate_left(32) ^ u64::from(std::process::id());
    crate::publish::Limits { seed, ..crate::publish::Limits::default() }
}

/// The key to sign with: BRIEF_SIGN_KEY holds it, or BRIEF_SIGN_KEY_FILE names a file that does.
#[cfg(feature = "publish")]
pub(super) fn signing_key() -> Result<crate::publish::SigningKey> {
    let text = |name: &str| variable(name).filter(|value| !value.is_empty()).map(|value| value.to_string_lossy().into_owned());
    let (key, of) = match (text("BRIEF_SIGN_KEY"), text("BRIEF_SIGN_KEY_FILE")) {
        (Some(key), _) => (key, "BRIEF_SIGN_KEY".to_owned()),
        (None, Some(path)) => {
            let bytes = crate::files::read(std::path::Path::new(&path), 64 << 10)
                .with_context(|| format!("can't read the signing key `{path}`"))?;
            (String::from_utf8_lossy(&bytes).into_owned(), format!("`{path}`"))
        }
        (None, None) => anyhow::bail!(
            "there is no key to sign with in the environment: set BRIEF_SIGN_KEY to the text of a secret key of minisign \
             (`minisign -G -W` makes one), or BRIEF_SIGN_KEY_FILE to its file"
        ),
    };
    let password = text("BRIEF_SIGN_PASSWORD");
    crate::publish::SigningKey::parse(&key, password.as_deref()).with_context(|| format!("can't use {of}"))
}

/// A public key as an option gives it: the key, or a file that holds it.
#[cfg(feature = "publish")]
pub(super) fn verifying_key(text: &str) -> Result<crate::publish::VerifyingKey> {
    if let Ok(key) = crate::publish::VerifyingKey::parse(text) {
        return Ok(key);
    }
    let bytes = crate::files::read(std::path::Path::new(text), 64 << 10)
        .with_context(|| format!("`{text}` is neither a public key of minisign nor a file that holds one"))?;
    crate::publish::VerifyingKey::parse(&String::from_utf8_lossy(&bytes)).with_context(|| format!("can't use `{text}`"))
}
