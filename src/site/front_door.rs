//! The page of the folder above the site, which leads into it.

use minijinja::context;

use crate::text::render_html;

/// The page, for a site in the folder `site` below it.
pub fn front_door(site: &str) -> String {
    render_html(include_str!("templates/front-door.html"), context! { site => site })
}
