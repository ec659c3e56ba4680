//! The address at which a site will be found.

use anyhow::{Result, bail};

/// An address that paths can be put behind.
pub fn normal_address(address: &str) -> Result<String> {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"'`\\?#".contains(&byte));
    match rest {
        Some(rest) if plain && rest.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric() || first == b'[') => {
            Ok(format!("{}/", address.trim_end_matches('/')))
        }
        _ => bail!("`{address}` is not an address that pages can have: write it like https://example.org/briefing/"),
    }
}
