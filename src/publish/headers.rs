//! The headers of an object: its type, how long it may be cached, and the name it is saved under.

use object_store::{Attribute, Attributes};

/// How long an object may be kept by those who read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lifetime {
    /// It never changes.
    Immutable,
    /// It may be replaced soon.
    Short,
}

/// The headers of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    pub content_type: &'static str,
    pub lifetime: Lifetime,
    /// The name under which it is saved, where that is not the last part of its key.
    pub file_name: Option<String>,
}

impl Headers {
    /// What the name of an object says of it.
    pub fn of(key: &str, lifetime: Lifetime) -> Headers {
        Headers { content_type: content_type(key), lifetime, file_name: None }
    }

    /// With a name to save it under.
    pub fn named(mut self, name: String) -> Headers {
        self.file_name = Some(name);
        self
    }

    pub(super) fn attributes(&self) -> Attributes {
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, self.content_type.into());
        let cache = match self.lifetime {
            Lifetime::Immutable => "public, max-age=31536000, immutable",
            Lifetime::Short => "public, max-age=60, must-revalidate",
        };
        attributes.insert(Attribute::CacheControl, cache.into());
        if let Some(name) = &self.file_name {
            attributes.insert(Attribute::ContentDisposition, format!("inline; filename=\"{name}\"").into());
        }
        attributes
    }
}

fn content_type(key: &str) -> &'static str {
    let extension = key.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map_or("", |(_, extension)| extension);
    match extension {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "xml" if key.ends_with("atom.xml") || key.ends_with("feed.xml") => "application/atom+xml; charset=utf-8",
        "atom" => "application/atom+xml; charset=utf-8",
        "xml" => "application/xml; charset=utf-8",
        "txt" | "" => "text/plain; charset=utf-8",
        "zip" => "application/zip",
        _ => "application/octet-stream",
    }
}

/// The name a person can file a document under: `a-small-book-v7-2025-11-05.pdf`, and for other documents than the book
/// `a-small-book-missions-kfor-v7-2025-11-05.pdf`.
pub fn file_name(title: &str, path: &str, number: u32, date: &str) -> String {
    let (stem, extension) = path.rsplit_once('.').unwrap_or((path, ""));
    let document = if stem == "book" { String::new() } else { format!("-{}", slug(stem, 80)) };
    let dot = if extension.is_empty() { "" } else { "." };
    format!("{}{document}-v{number}-{date}{dot}{extension}", slug(title, 60))
}

/// Small letters, digits and single hyphens, cut at a word's end.
fn slug(text: &str, most: usize) -> String {
    use unicode_normalization::UnicodeNormalization;
    let plain: String = text
        .nfkd()
        .filter(|c| !unicode_normalization::char::is_combining_mark(*c))
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { ' ' })
        .collect();
    let mut slug = String::new();
    for word in plain.split_whitespace() {
        if !slug.is_empty() && slug.len() + word.len() >= most {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.extend(word.chars().take(most));
    }
    if slug.is_empty() { "briefing".to_owned() } else { slug }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_file_is_named_for_a_filing_cabinet() {
        assert_eq!(file_name("Gaza Stabilization Force", "book.pdf", 7, "2025-11-05"), "gaza-stabilization-force-v7-2025-11-05.pdf");
        assert_eq!(file_name("L’Été: \"x\"", "missions/kfor.pdf", 7, "2025"), "l-ete-x-missions-kfor-v7-2025.pdf");
        assert_eq!(file_name("平和", "book.md", 1, "2025"), "briefing-v1-2025.md");
    }
}
