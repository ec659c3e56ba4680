//! The one place that reads the environment and the clock.

use std::ffi::OsString;

use anyhow::{Context, Result};

use crate::model::Date;
use crate::pipeline::Environment;

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

/// Today's date in UTC, so that it does not depend on where the machine stands.
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
    texts.filter(|(name, _)| ["AWS_", "GOOGLE_", "AZURE_"].iter().any(|start| name.starts_with(start))).collect()
}

/// Who publishes, as others who want to are told.
#[cfg(feature = "publish")]
pub(super) fn publisher() -> String {
    let host = variable("HOSTNAME").or_else(|| variable("COMPUTERNAME")).map(|host| format!(" on {}", host.to_string_lossy()));
    format!("process {}{}", std::process::id(), host.unwrap_or_default())
}
