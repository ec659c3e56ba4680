//! The files of versions and of the reading site as objects: keys, digests, headers.

use anyhow::{Context, Result};

use super::{ROBOTS, SiteFiles};
use crate::files;
use crate::format;
use crate::layout::{DATA, LATEST, MANIFEST, SITE, version_file};
use crate::model::Snapshot;
use crate::publish::{Body, Headers, Lifetime, Object, file_name};
use crate::site::front_door;
use crate::tree::folder::MAX_FILE;
use crate::version::{Digest, Version};

pub(super) fn snapshot(version: &Version) -> Result<Snapshot> {
    let data = version.read(DATA)?;
    Snapshot::from_data_json(&data).with_context(|| format!("can't use `{}`", version.folder().join(DATA).display()))
}

/// An object from bytes in memory.
pub(super) fn text_object(key: &str, bytes: Vec<u8>, lifetime: Lifetime) -> Object {
    Object {
        key: key.to_owned(),
        sha256: Digest::of(&bytes).to_string(),
        size: bytes.len() as u64,
        headers: Headers::of(key, lifetime),
        body: Body::Text(bytes.into()),
    }
}

pub(super) fn version_objects(version: &Version, title: &str) -> Result<Vec<Object>> {
    let number = version.entry.number;
    let date = version.entry.date.to_string();
    let manifest = version.manifest()?;
    let mut objects: Vec<Object> = manifest
        .outputs
        .iter()
        .map(|(name, output)| {
            let key = version_file(number, name);
            let headers = Headers::of(&key, Lifetime::Immutable);
            let headers = match format::of_file(name) {
                Some(format) => Headers { content_type: format.media_type(), ..headers }.named(file_name(title, name, number, &date)),
                None => headers,
            };
            Object { body: Body::File(version.folder().join(name)), sha256: output.sha256.to_string(), size: output.size, headers, key }
        })
        .collect();
    let path = version.folder().join(MANIFEST);
    let size = std::fs::metadata(&path).with_context(|| format!("can't read `{}`", path.display()))?.len();
    let key = version_file(number, MANIFEST);
    let headers = Headers::of(&key, Lifetime::Immutable);
    objects.push(Object { body: Body::File(path), sha256: version.entry.manifest.to_string(), size, headers, key });
    Ok(objects)
}

/// Copies of documents of the newest version under addresses that don't change with its number.
pub(super) fn latest_objects(version: &Version, names: &[String], title: &str) -> Result<Vec<Object>> {
    let prefix = version_file(version.entry.number, "");
    let objects = version_objects(version, title)?.into_iter().filter_map(|object| {
        let name = object.key.strip_prefix(&prefix).filter(|name| names.iter().any(|other| other == name))?.to_owned();
        let headers = Headers { lifetime: Lifetime::Short, ..object.headers.clone() };
        Some(Object { key: format!("{LATEST}/{name}"), headers, ..object })
    });
    Ok(objects.collect())
}

/// The site's files: assets, whose names change with their content, and pages, with the front pages last.
pub(super) fn site_objects(site: &SiteFiles) -> (Vec<Object>, Vec<Object>) {
    let (mut assets, mut pages) = (Vec::new(), Vec::new());
    for (name, output) in site.files.iter().filter(|(name, _)| !name.starts_with('.')) {
        let is_asset = name.starts_with("assets/");
        let key = format!("{SITE}/{name}");
        let headers = Headers::of(&key, if is_asset { Lifetime::Immutable } else { Lifetime::Short });
        let body = Body::File(site.folder.join(name));
        let object = Object { body, sha256: output.sha256.to_string(), size: output.size, headers, key };
        if is_asset { assets.push(object) } else { pages.push(object) }
    }
    // Crawlers read it only at the root of a host, which this destination may be.
    pages.push(text_object(ROBOTS, site.robots.clone(), Lifetime::Short));
    pages.sort_by_key(|page| page.key == format!("{SITE}/index.html"));
    pages.push(text_object("index.html", front_door(SITE).into_bytes(), Lifetime::Short));
    (assets, pages)
}

/// Appends the publication generation, so that the page's digest changes after a lease takeover; generation 0 has none.
pub(super) fn stamped(page: &Object, generation: u64) -> Result<Object> {
    if generation == 0 {
        return Ok(page.clone());
    }
    let mut bytes = match &page.body {
        Body::File(path) => files::read(path, MAX_FILE).with_context(|| format!("can't read `{}`", path.display()))?,
        Body::Text(bytes) => bytes.to_vec(),
    };
    let name = page.key.rsplit('/').next().unwrap_or_default();
    let line = match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html" | "xml" | "svg") => format!("<!-- publication {generation} -->\n"),
        Some("txt") => format!("# publication {generation}\n"),
        Some("css" | "js") => format!("/* publication {generation} */\n"),
        _ => return Ok(page.clone()),
    };
    bytes.extend_from_slice(line.as_bytes());
    Ok(Object { headers: page.headers.clone(), ..text_object(&page.key, bytes, Lifetime::Short) })
}
