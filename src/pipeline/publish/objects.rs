//! The files of versions and of the reading room as objects: keys, digests, headers.

use std::path::Path;

use anyhow::{Context, Result, bail};

use super::{MANIFEST, SITE};
use crate::diff::Snapshot;
use crate::publish::{Body, Destination, Headers, Lifetime, Object, file_name};
use crate::version::{Digest, Entry, Manifest, Version};

pub(super) fn title(version: &Version) -> Result<String> {
    let data = version.read("data.json")?;
    let snapshot =
        Snapshot::from_data_json(&data).with_context(|| format!("can't use `{}`", version.folder().join("data.json").display()))?;
    Ok(snapshot.book.title)
}

pub(super) fn version_objects(version: &Version, title: &str) -> Result<Vec<Object>> {
    let number = version.entry.number;
    let date = version.entry.date.to_string();
    let manifest = version.manifest()?;
    let mut objects: Vec<Object> = manifest
        .outputs
        .iter()
        .map(|(name, output)| {
            let key = format!("v{number}/{name}");
            let headers = Headers::of(&key, Lifetime::Immutable);
            let is_document = name.ends_with(".pdf") || name.ends_with(".md");
            let headers = if is_document { headers.named(file_name(title, name, number, &date)) } else { headers };
            Object { body: Body::File(version.folder().join(name)), sha256: output.sha256.to_string(), size: output.size, headers, key }
        })
        .collect();
    let path = version.folder().join(MANIFEST);
    let size = std::fs::metadata(&path).with_context(|| format!("can't read `{}`", path.display()))?.len();
    let key = format!("v{number}/{MANIFEST}");
    let headers = Headers::of(&key, Lifetime::Immutable);
    objects.push(Object { body: Body::File(path), sha256: version.entry.manifest.to_string(), size, headers, key });
    Ok(objects)
}

/// The site's files: first those under names that change with their content, then the pages, front pages last.
pub(super) fn site_objects(folder: &Path) -> Result<(Vec<Object>, Vec<Object>)> {
    let (mut assets, mut pages) = (Vec::new(), Vec::new());
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.with_context(|| format!("can't read `{}`", folder.display()))?;
        let name = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let name = name.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        if !entry.file_type().is_file() || name.starts_with('.') {
            continue;
        }
        let bytes = std::fs::read(entry.path()).with_context(|| format!("can't read `{}`", entry.path().display()))?;
        let is_asset = name.starts_with("assets/");
        let key = format!("{SITE}/{name}");
        let headers = Headers::of(&key, if is_asset { Lifetime::Immutable } else { Lifetime::Short });
        let object = Object {
            body: Body::File(entry.path().to_owned()),
            sha256: Digest::of(&bytes).to_string(),
            size: bytes.len() as u64,
            headers,
            key,
        };
        if name == "robots.txt" {
            // Robots ask for it at the root of a host alone, which this place may be.
            pages.push(Object { key: name, ..object.clone() });
        }
        if is_asset { assets.push(object) } else { pages.push(object) }
    }
    let front = front_door();
    pages.sort_by_key(|page| page.key == format!("{SITE}/index.html"));
    pages.push(front);
    Ok((assets, pages))
}

/// The page of the place itself, which leads into the site.
fn front_door() -> Object {
    let text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"robots\" content=\"noindex\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={SITE}/index.html\">\n<title>Briefing</title>\n\
         <p><a href=\"{SITE}/index.html\">To the reading room</a></p>\n</html>\n"
    );
    let key = "index.html".to_owned();
    Object {
        sha256: Digest::of(text.as_bytes()).to_string(),
        size: text.len() as u64,
        headers: Headers::of(&key, Lifetime::Short),
        body: Body::Text(text.into_bytes().into()),
        key,
    }
}

/// The keys of a version at a destination, by its own manifest there: nothing else is ever deleted.
pub(super) fn files_there(destination: &Destination, entry: &Entry) -> Result<Vec<String>> {
    let key = format!("v{}/{MANIFEST}", entry.number);
    let Some(found) = destination.read(&key)? else { return Ok(Vec::new()) };
    if Digest::of(&found.bytes) != entry.manifest {
        bail!("`{}` is damaged: it is not what the ledger says", destination.address.object(&key));
    }
    let manifest = Manifest::parse(&found.bytes).with_context(|| format!("can't use `{}`", destination.address.object(&key)))?;
    // The manifest last: as long as it stands, what is left can be found.
    let mut keys: Vec<String> = manifest.outputs.keys().map(|name| format!("v{}/{name}", entry.number)).collect();
    keys.push(key);
    Ok(keys)
}
