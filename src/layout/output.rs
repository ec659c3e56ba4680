//! The output folder and the versions in it: names of files, and the addresses of a version's files in each other.

use super::{ASSETS, to_address};

/// The output folder of a book, below its root.
pub const OUTPUT: &str = "output";
/// The list of versions.
pub const LEDGER: &str = "versions.json";
/// The name that points at the newest version.
pub const LATEST: &str = "latest";
/// The folder of drafts.
pub const DRAFT: &str = "draft";
/// The folder of pages for reading in a browser.
pub const SITE: &str = "site";
/// The folder of the signatures of published ledgers.
pub const SIGNATURES: &str = "signatures";
/// The reading site's own list of versions, in its folder.
pub const SITE_HISTORY: &str = "history.json";
/// The same list as it was fetched from where the versions are published, beside the ledger.
pub const FETCHED_HISTORY: &str = ".history.json";

/// The folder of what changed since versions.
pub const SINCE: &str = "since";

/// Where the redline of a document's file between two versions is, below the folder of the versions: `since/v3-to-v5/book.pdf`.
pub fn since_file(old: u32, new: u32, file: &str) -> String {
    format!("{SINCE}/{}-to-{}/{file}", version_folder(old), version_folder(new))
}

/// Whether a name means something of its own below the output folder, so that no document and no audience can have it.
pub fn is_reserved(name: &str) -> bool {
    let folded = super::case_folded(name);
    [DRAFT, LATEST, SINCE, SITE].contains(&folded.as_str()) || is_version_name(&folded)
}

/// A version's records, as its readers may have them.
pub const DATA: &str = "data.json";
/// What a version prints, and who says so.
pub const CLAIMS: &str = "claims.json";
/// What changed since the version before.
pub const CHANGES: &str = "changes.json";
/// The digests of a version's files.
pub const MANIFEST: &str = "manifest.json";
/// The folder of a version's images.
pub const VERSION_ASSETS: &str = "assets";

/// The folder of a version: `v7`.
pub fn version_folder(number: u32) -> String {
    format!("v{number}")
}

/// The number of the version in a folder of this name; `v07` and `v+7` are none.
pub fn version_number(folder: &str) -> Option<u32> {
    let number = folder.strip_prefix('v')?.parse().ok()?;
    (version_folder(number) == folder).then_some(number)
}

/// The names of versions for a sentence: `v7, v8`.
pub fn version_list(numbers: &[u32]) -> String {
    numbers.iter().map(|number| version_folder(*number)).collect::<Vec<_>>().join(", ")
}

/// Where a file of a version is, below the folder of the versions: `v7/book.pdf`.
pub fn version_file(number: u32, name: &str) -> String {
    format!("{}/{name}", version_folder(number))
}

/// The number of the version in whose folder a file is: 7 for `v7/book.pdf`.
pub fn version_of_file(path: &str) -> Option<u32> {
    version_number(path.split_once('/')?.0)
}

/// Whether a name looks like that of a version, however large its number.
pub fn is_version_name(name: &str) -> bool {
    name.strip_prefix('v').is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Where an image of a document is among the book's files: `content/assets/map.svg`.
pub fn asset_file(image: &str) -> String {
    format!("{ASSETS}/{}", below_assets(image))
}

/// Where an image of a document is in a version's folder: `assets/map.svg`.
pub fn image_name(image: &str) -> String {
    format!("{VERSION_ASSETS}/{}", below_assets(image))
}

/// The path of an image below the assets. The Markdown of a document in a folder says `../assets/map.svg`.
fn below_assets(image: &str) -> &str {
    image.trim_start_matches("../").trim_start_matches("assets/")
}

/// The address of one document's file in another, both by id.
pub fn link_between(from: &str, to: &str, extension: &str) -> String {
    let folder = |id: &'_ str| id.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let path = match to.rsplit_once('/') {
        Some((_, name)) if folder(from) == folder(to) => format!("{name}.{extension}"),
        _ => format!("{}{to}.{extension}", "../".repeat(from.matches('/').count())),
    };
    to_address(&path).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_linked_by_relative_paths() {
        assert_eq!(link_between("book", "precedents/kfor", "md"), "precedents/kfor.md");
        assert_eq!(link_between("book", "annex", "md"), "annex.md");
        assert_eq!(link_between("precedents/kfor", "precedents/unifil", "pdf"), "unifil.pdf");
        assert_eq!(link_between("precedents/kfor", "contributors/egypt", "md"), "../contributors/egypt.md");
        assert_eq!(link_between("book", "members/A#1 50%", "md"), "members/A%231 50%25.md");
    }

    #[test]
    fn an_image_has_one_name_from_every_document() {
        for image in ["assets/maps/a.svg", "../assets/maps/a.svg", "../../assets/maps/a.svg"] {
            assert_eq!(image_name(image), "assets/maps/a.svg");
            assert_eq!(asset_file(image), "content/assets/maps/a.svg");
        }
    }

    #[test]
    fn a_version_has_one_folder() {
        assert_eq!(version_number(&version_folder(7)), Some(7));
        for other in ["v", "7", "v07", "v+7", "v7x", "V7", "v99999999999"] {
            assert_eq!(version_number(other), None, "{other}");
        }
        assert_eq!(version_of_file(&version_file(7, "a/b.pdf")), Some(7));
        assert_eq!((version_of_file("v7"), version_of_file("site/v7/a.html")), (None, None));
        assert!(is_version_name("v99999999999") && is_version_name("v07") && !is_version_name("v") && !is_version_name("v7x"));
    }
}
