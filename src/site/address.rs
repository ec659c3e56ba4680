//! The address at which a site will be found, and the page above its folder, which leads into it.

use anyhow::{Result, bail};
use minijinja::context;

use crate::text::render_html;

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

/// The page of the folder above a site, which lies in the folder `site` below it.
pub fn front_door(site: &str) -> String {
    render_html(include_str!("templates/front-door.html"), context! { site => site })
}
