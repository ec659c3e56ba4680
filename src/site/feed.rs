//! The feed of versions, in Atom (RFC 4287).

use minijinja::{Value, context};

use super::headlines::{first_changes, first_texts};
use super::summary;
use super::whole::Whole;
use super::{Page, Version, path};
use crate::text::{escape_xml, render_html};

/// How many changes an entry tells.
const SHOWN: usize = 20;
/// How many reworded texts an entry shows.
const TEXTS: usize = 5;
/// In how many entries, of the newest versions: a feed is sent whole.
const WITH_TEXTS: usize = 10;
/// What an entry says, as HTML.
const CONTENT: &str = include_str!("templates/feed-entry.html");

/// `feed.xml`: an entry a version, newest first.
pub(super) fn feed(site: &Whole<'_>) -> Page {
    let base = site.facts.base_url.as_deref().unwrap_or_default();
    let updated = site.versions.first().map_or("1970-01-01", |version| &version.date);
    let author = site.facts.organization.as_deref().unwrap_or(&site.facts.title);
    let oldest = site.versions.last().map_or("", |version| &version.digest);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <title>{}</title>\n<id>{}</id>\n<updated>{}</updated>\n<author><name>{}</name></author>\n\
         <generator uri=\"https://crates.io/crates/brief\">brief</generator>\n<link rel=\"alternate\" type=\"text/html\" href=\"{}index.html\"/>\n",
        escape_xml(site.facts.language.tag()),
        escape_xml(&site.facts.title),
        urn(&format!("{}{oldest}", site.facts.title)),
        moment(updated),
        escape_xml(author),
        escape_xml(base),
    );
    if site.facts.base_url.is_some() {
        text.push_str(&format!("<link rel=\"self\" type=\"application/atom+xml\" href=\"{}feed.xml\"/>\n", escape_xml(base)));
    }
    for (index, version) in site.versions.iter().enumerate() {
        entry(site, version, if index < WITH_TEXTS { TEXTS } else { 0 }, base, &mut text);
    }
    text.push_str("</feed>\n");
    Page { path: "feed.xml".to_owned(), bytes: text.into_bytes() }
}

fn entry(site: &Whole<'_>, version: &Version, texts: usize, base: &str, text: &mut String) {
    let summary = summary::in_language(&version.summary, &site.facts.language);
    let lines = first_changes(version, SHOWN);
    let texts = first_texts(version, texts).into_iter();
    let texts: Vec<Value> = texts.map(|(title, prose)| context! { title => title, prose => Value::from_safe_string(prose) }).collect();
    let content = render_html(
        CONTENT,
        context! {
            all => version.language.say("All changes"), summary => &summary, lines => lines, texts => texts, base => base, changes => path::changes(version.number),
            more => version.has_changes_page && !base.is_empty(),
        },
    );
    text.push_str(&format!(
        "<entry>\n<title>{} v{}</title>\n<id>{}</id>\n<updated>{}</updated>\n\
         <link rel=\"alternate\" type=\"text/html\" href=\"{}{}\"/>\n<summary>{}</summary>\n\
         <content type=\"html\">{}</content>\n</entry>\n",
        escape_xml(&site.facts.title),
        version.number,
        urn(&format!("{}v{}", version.digest, version.number)),
        moment(&version.date),
        escape_xml(base),
        path::overview(version.number, 0),
        escape_xml(&summary),
        escape_xml(&content),
    ));
}

/// A date as RFC 3339 has a moment.
fn moment(date: &str) -> String {
    format!("{date}T00:00:00Z")
}

/// A UUID of version 8 (RFC 9562): ours to choose, so taken from a digest, and the same every time.
fn urn(of: &str) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(of.as_bytes());
    let mut bytes: Vec<u8> = digest.iter().take(16).copied().collect();
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
