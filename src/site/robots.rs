//! What search engines are told: `robots.txt`, and `sitemap.xml` where the room's address is known.

use super::escape::xml;
use super::{Page, Room};

/// `robots.txt`: a book that is not for everyone is not to be crawled either; its pages say so too.
pub(super) fn robots(room: &Room) -> Page {
    let mut text = if room.clear { "User-agent: *\nAllow: /\n".to_owned() } else { "User-agent: *\nDisallow: /\n".to_owned() };
    if let (true, Some(base)) = (room.clear, &room.base_url) {
        text.push_str(&format!("Sitemap: {base}sitemap.xml\n"));
    }
    Page { path: "robots.txt".to_owned(), bytes: text.into_bytes() }
}

/// The sitemap (sitemaps.org, 0.9): addresses in it are absolute, so it needs the base.
pub(super) fn sitemap(room: &Room, pages: &[Page]) -> Option<Page> {
    let base = room.base_url.as_ref().filter(|_| room.clear)?;
    let mut paths: Vec<&str> = pages.iter().map(|page| page.path.as_str()).filter(|path| path.ends_with(".html")).collect();
    paths.sort_unstable();
    let mut text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n".to_owned();
    // The protocol takes at most 50,000 addresses in a file.
    for path in paths.into_iter().take(50_000) {
        text.push_str(&format!("<url><loc>{}{}</loc></url>\n", xml(base), xml(path)));
    }
    text.push_str("</urlset>\n");
    Some(Page { path: "sitemap.xml".to_owned(), bytes: text.into_bytes() })
}
