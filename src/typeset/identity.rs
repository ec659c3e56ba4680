//! What a PDF says of itself: the version and the document that brief wrote into its metadata.
//!
//! Anyone can write the same metadata. It says which file a PDF claims to be, not that it is that file: for that, its digest is
//! compared with a manifest.

use crate::document::Identity;

/// Marks the keyword that names the document; `brief.typ` writes it last.
const DOCUMENT: &str = "brief:";
/// A packet of metadata is a few kilobytes.
const LARGEST: usize = 1 << 20;

/// Reads what a PDF says of itself, in its XMP metadata; nothing where brief did not make it.
pub fn identity(pdf: &[u8]) -> Option<Identity> {
    if !pdf.starts_with(b"%PDF-") {
        return None;
    }
    // Incremental updates append newer metadata, so the last packet counts.
    let start = rfind(pdf, b"<?xpacket begin")?;
    let packet = &pdf[start..pdf.len().min(start + LARGEST)];
    let packet = String::from_utf8_lossy(packet);
    let (_, rest) = packet.split_once("<pdf:Keywords>")?;
    let (keywords, _) = rest.split_once("</pdf:Keywords>")?;
    let keywords = unescaped(keywords);
    let (rest, document) = keywords.rsplit_once(DOCUMENT)?;
    let rest = rest.trim_end_matches([' ', ',']);
    let (version, digest) = match rest.rsplit_once(", ") {
        Some((version, digest)) if is_digest(digest) => (version, Some(digest.to_owned())),
        _ => (rest, None),
    };
    Some(Identity { document: document.to_owned(), version: version.to_owned(), digest })
}

fn is_digest(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn rfind(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).rposition(|window| window == pattern)
}

fn unescaped(text: &str) -> String {
    let names = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    names.iter().fold(text.to_owned(), |text, (name, character)| text.replace(name, character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pdf(keywords: &str) -> Vec<u8> {
        let packet = "<?xpacket begin=\"\"?><rdf><pdf:Keywords>KEYWORDS</pdf:Keywords></rdf><?xpacket end=\"r\"?>";
        format!("%PDF-1.7\n{}\n%%EOF", packet.replace("KEYWORDS", keywords)).into_bytes()
    }

    #[test]
    fn a_document_of_a_version_a_draft_and_a_redline_say_what_they_are() {
        let said = |keywords| identity(&pdf(keywords)).map(|said| (said.version, said.digest, said.document));
        let digest = Some("0123456789ab".to_owned());
        assert_eq!(said("v7, 0123456789ab, brief:a/b, c"), Some(("v7".to_owned(), digest, "a/b, c".to_owned())));
        assert_eq!(said("draft, brief:book"), Some(("draft".to_owned(), None, "book".to_owned())));
        assert_eq!(said("v1 → a &amp; b, brief:book"), Some(("v1 → a & b".to_owned(), None, "book".to_owned())));
        assert_eq!(said("one, two"), None);
        assert_eq!(identity(b"%PDF-1.7 <?xpacket begin"), None);
        assert_eq!(identity(b"no PDF"), None);
    }
}
