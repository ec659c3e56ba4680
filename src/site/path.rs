//! Where everything is on the site, as paths from its root.

use sha2::{Digest, Sha256};

use crate::layout::to_address;
pub(super) use crate::layout::version_folder as version;

/// Separates the document from the chapter in the name of a page.
const CHAPTER: &str = ".chapter-";

/// Precedes the number of a page of a list, from 2.
const PART: &str = ".part-";

/// The page of a document: `v7/precedents/kfor.html`. A document named like one of the site's own pages (`index`,
/// `changes`, a page of claims, a chapter) gets another name; in a part of an id, characters that mean something else in
/// an address are left out, and a digest is added.
pub(super) fn document(number: u32, id: &str) -> String {
    format!("{}/{}", version(number), below_version(id))
}

/// The page of a document, from its version's folder.
pub(super) fn below_version(id: &str) -> String {
    let aside = if matches!(id, "index" | "changes") || id.ends_with(".claims") { "-document" } else { "" };
    let is_plain = |part: &str| *to_address(part) == *part && ![CHAPTER, PART].iter().any(|own| part.contains(own));
    let parts: Vec<String> = id.split('/').map(|part| if is_plain(part) { part.to_owned() } else { name(part) }).collect();
    format!("{}{aside}.html", parts.join("/"))
}

/// The page of a chapter of a document, from its version's folder, by the id of the heading it begins with: none for the
/// first, which is the document's own page.
pub(super) fn chapter_below_version(id: &str, heading: &str) -> String {
    let page = below_version(id);
    match heading {
        "" => page,
        heading => format!("{}{CHAPTER}{}.html", page.strip_suffix(".html").unwrap_or(&page), name(heading)),
    }
}

/// The page of the document that another page below a version's folder belongs to: of a chapter, or of claims.
pub(super) fn page_of_document(page: &str) -> String {
    let stem = page.strip_suffix(".html").unwrap_or(page);
    let stem = stem.strip_suffix(".claims").unwrap_or(stem);
    format!("{}.html", stem.split_once(CHAPTER).map_or(stem, |(document, _)| document))
}

/// The page of the claims that a chapter of a document prints, from its version's folder: `precedents/kfor.claims.html`.
pub(super) fn claims_below_version(id: &str, heading: &str) -> String {
    let page = chapter_below_version(id, heading);
    format!("{}.claims.html", page.strip_suffix(".html").unwrap_or(&page))
}

/// The page of a version, and the further pages of the list of its documents, from 0.
pub(super) fn overview(number: u32, page: usize) -> String {
    format!("{}/{}", version(number), index(page))
}

/// The pages of the list of records, from 0.
pub(super) fn records(page: usize) -> String {
    format!("records/{}", index(page))
}

fn index(page: usize) -> String {
    if page == 0 { "index.html".to_owned() } else { format!("index{PART}{}.html", page + 1) }
}

/// All files of a version in one.
pub(super) fn archive(number: u32) -> String {
    format!("{0}/all-{0}.zip", version(number))
}

/// A document of a version with what changed since an earlier one marked.
pub(super) fn redline(number: u32, since: u32, id: &str) -> String {
    let page = below_version(id);
    format!("{}/since-{}/{}.pdf", version(number), version(since), page.strip_suffix(".html").unwrap_or(&page))
}

/// The page on which a version is compared with the one before.
pub(super) fn changes(number: u32) -> String {
    format!("{}/changes.html", version(number))
}

/// The address that leads to a page of the newest version, whichever that is: `latest/precedents/kfor.html`.
pub(super) fn latest(below_version: &str) -> String {
    format!("latest/{below_version}")
}

/// The page of a record: `records/precedents/kfor.html`. An id that can't be a file name loses what can't stand there, and
/// gets a digest.
pub(super) fn record(collection: &str, id: &str) -> String {
    format!("records/{}/{}.html", name(collection), name(id))
}

fn name(text: &str) -> String {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !text.is_empty() && text.len() <= 100 && text.chars().all(plain) && text != "index" {
        return text.to_owned();
    }
    let kept: String = text.chars().map(|c| c.to_ascii_lowercase()).filter(|c| plain(*c)).take(40).collect();
    format!("{kept}-{}", short(text.as_bytes()))
}

/// The first digits of a digest, for file names.
pub(super) fn short(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

/// A digest of some content.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The relative path from a page to the root: `../` for each folder.
pub(super) fn root(page: &str) -> String {
    "../".repeat(page.matches('/').count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_are_no_file_names_stay_apart() {
        assert_eq!(record("precedents", "kfor"), "records/precedents/kfor.html");
        let odd = [
            record("members", "A/B"),
            record("members", "a/b"),
            record("members", "ab"),
            record("members", ""),
            record("members", "index"),
        ];
        let distinct: std::collections::BTreeSet<_> = odd.iter().collect();
        assert_eq!(distinct.len(), odd.len(), "{odd:?}");
        assert!(odd.iter().all(|path| path.matches('/').count() == 2), "{odd:?}");
    }

    #[test]
    fn an_id_that_means_something_in_an_address_is_moved_aside() {
        assert_eq!(document(7, "precedents/kfor"), "v7/precedents/kfor.html");
        let odd = [document(7, "members/A#1"), document(7, "members/A%1"), document(7, "members/a1")];
        assert!(odd.iter().all(|path| path.starts_with("v7/members/a1") && to_address(path) == path.as_str()), "{odd:?}");
        assert!(odd[0] != odd[1] && odd[1] != odd[2], "{odd:?}");
    }

    #[test]
    fn a_chapter_is_beside_its_document_and_no_other_page_has_its_name() {
        assert_eq!(chapter_below_version("sheets/kfor", ""), "sheets/kfor.html");
        assert_eq!(chapter_below_version("sheets/kfor", "costs"), "sheets/kfor.chapter-costs.html");
        assert_eq!(claims_below_version("sheets/kfor", "costs"), "sheets/kfor.chapter-costs.claims.html");
        let pages = [
            chapter_below_version("a", "b"),
            below_version("a.chapter-b"),
            chapter_below_version("a", "B"),
            chapter_below_version("a.chapter-b", "c"),
            claims_below_version("a", "b"),
            below_version("a.chapter-b.claims"),
        ];
        assert_eq!(pages.iter().collect::<std::collections::BTreeSet<_>>().len(), pages.len(), "{pages:?}");
    }

    #[test]
    fn a_page_finds_the_root() {
        assert_eq!(root("index.html"), "");
        assert_eq!(root(&document(7, "precedents/kfor")), "../../");
    }
}
