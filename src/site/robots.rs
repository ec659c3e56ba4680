//! What search engines are told: `robots.txt`, and `sitemap.xml` where the site's address is known.

use super::data::{Facts, Version};
use super::whole::Whole;
use super::{Page, path};
use crate::text::escape_xml;

/// `robots.txt` of the site.
pub(super) fn robots(facts: &Facts, versions: &[Version]) -> Page {
    let mut text = rules(versions, &base_path(facts), &[""]);
    if let (true, Some(base)) = (has_clear(versions), &facts.base_url) {
        text.push_str(&format!("Sitemap: {base}sitemap.xml\n"));
    }
    Page { path: "robots.txt".to_owned(), bytes: text.into_bytes() }
}

/// `robots.txt` of the folder above the site, which holds the versions' files too.
pub(super) fn robots_above(facts: &Facts, versions: &[Version], folder: &str) -> Vec<u8> {
    let base = base_path(facts);
    let above = base.strip_suffix(&format!("/{folder}")).unwrap_or(&base).to_owned();
    let mut text = rules(versions, &above, &["", &format!("/{folder}")]);
    if let (true, Some(base)) = (has_clear(versions), &facts.base_url) {
        text.push_str(&format!("Sitemap: {base}sitemap.xml\n"));
    }
    text.into_bytes()
}

/// The path of the site's address, without a slash at its end.
fn base_path(facts: &Facts) -> String {
    let path = facts.base_url.as_ref().and_then(|base| base.split_once("://")?.1.split_once('/').map(|(_, path)| path));
    path.filter(|path| !path.is_empty()).map(|path| format!("/{}", path.trim_end_matches('/'))).unwrap_or_default()
}

/// Whether the newest version, which alone is listed, is for everyone.
fn has_clear(versions: &[Version]) -> bool {
    versions.iter().find(|version| !version.pruned).is_some_and(|newest| newest.clear)
}

/// Excludes what is not for everyone from crawling, as its pages do themselves. If versions differ, each has a rule of its
/// own, and pages that show several of them are excluded (RFC 9309: the longest rule that matches decides).
fn rules(versions: &[Version], base: &str, folders: &[&str]) -> String {
    if versions.iter().all(|version| version.clear) {
        return "User-agent: *\nAllow: /\n".to_owned();
    }
    let mut text = "User-agent: *\nDisallow: /\n".to_owned();
    if has_clear(versions) {
        folders.iter().for_each(|folder| text.push_str(&format!("Allow: {base}{folder}/latest/\n")));
    }
    for version in versions.iter().filter(|version| version.clear && !version.pruned) {
        for folder in folders {
            let path = format!("{base}{folder}/{}/", path::version(version.number));
            text.push_str(&format!("Allow: {path}\n"));
            if version.changes.as_ref().is_some_and(|changes| !changes.since_clear) {
                text.push_str(&format!("Disallow: {path}changes.html\n"));
            }
        }
    }
    text
}

/// The sitemap (sitemaps.org, 0.9): addresses in it are absolute, so it needs the base.
pub(super) fn sitemap(whole: &Whole<'_>, clear: &[String]) -> Option<Page> {
    let base = whole.facts.base_url.as_ref().filter(|_| !clear.is_empty())?;
    let mut paths: Vec<&str> = clear.iter().map(String::as_str).collect();
    paths.sort_unstable();
    let mut text =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n".to_owned();
    // The protocol takes at most 50,000 addresses in a file.
    for path in paths.into_iter().take(50_000) {
        text.push_str(&format!("<url><loc>{}{}</loc></url>\n", escape_xml(base), escape_xml(path)));
    }
    text.push_str("</urlset>\n");
    Some(Page { path: "sitemap.xml".to_owned(), bytes: text.into_bytes() })
}
