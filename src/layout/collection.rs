//! Where a collection's records are: a folder with a file for each, or one file for all.

use super::{CONTENT, below_content, schema_collection};

/// The endings of files that hold a record, without their dot.
pub const RECORD_ENDINGS: [&str; 3] = ["yaml", "yml", "md"];

/// What a file holds of a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollectionPart<'a> {
    /// All of its records, or its schema.
    All,
    /// One record, by the stem of the file's name.
    Record(&'a str),
}

/// Whether a file holds a record in front matter, and the text of its `body` below.
pub fn has_body(file: &str) -> bool {
    file.ends_with(".md")
}

/// Whether a text is an id: `[a-z0-9][a-z0-9-]*`.
pub fn is_id(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.bytes().next().is_some_and(is_plain) && text.bytes().all(|byte| is_plain(byte) || byte == b'-')
}

/// The path of a collection below `content/`: the one in its settings, else its name.
pub fn collection_path<'a>(name: &'a str, configured: Option<&'a str>) -> &'a str {
    configured.unwrap_or(name).trim_end_matches('/')
}

/// Where a collection with a path below `content/` may be: that folder or file, or a YAML file of that name.
pub fn collection_files(path: &str) -> [String; 3] {
    ["", ".yaml", ".yml"].map(|ending| format!("{CONTENT}/{path}{ending}"))
}

/// The file of a new record in a collection's folder.
pub fn record_file(path: &str, id: &str) -> String {
    format!("{CONTENT}/{path}/{id}.yaml")
}

/// What a file holds of the collection with a name, and a path below `content/`; nothing where it holds none of it.
pub fn collection_part<'a>(name: &str, path: &str, file: &'a str) -> Option<CollectionPart<'a>> {
    let rest = below_content(file)?;
    if rest == path || yaml_name(rest) == Some(path) || schema_collection(file) == Some(name) {
        return Some(CollectionPart::All);
    }
    let inner = rest.strip_prefix(path)?.strip_prefix('/')?;
    Some(CollectionPart::Record(inner.rsplit_once('.').map_or(inner, |(stem, _)| stem)))
}

/// A path without the ending of a YAML file.
fn yaml_name(path: &str) -> Option<&str> {
    path.strip_suffix(".yaml").or_else(|| path.strip_suffix(".yml"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_lower_case_letters_digits_and_hyphens() {
        for right in ["kfor", "a", "0-1", "v7", "con"] {
            assert!(is_id(right), "{right}");
        }
        for wrong in ["", "-a", "A", "a_b", "a.b", "é", "a/b"] {
            assert!(!is_id(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_file_holds_a_record_or_all_of_a_collection() {
        let all = [
            ("members", "members.yaml", "content/members.yaml"),
            ("members", "members", "content/members.yml"),
            ("members", "members", "content/schemas/members.yaml"),
            ("members", "lists/members", "content/lists/members.yaml"),
        ];
        for (name, path, file) in all {
            assert_eq!(collection_part(name, path, file), Some(CollectionPart::All), "{file}");
        }
        assert_eq!(collection_part("members", "members", "content/members/de.yaml"), Some(CollectionPart::Record("de")));
        assert_eq!(collection_part("members", "people", "content/people/a.b.md"), Some(CollectionPart::Record("a.b")));
        for (name, path, file) in [
            ("members", "members", "content/membership/de.yaml"),
            ("members", "members", "content/schemas/other.yaml"),
            ("members", "members", "templates/members.yaml"),
        ] {
            assert_eq!(collection_part(name, path, file), None, "{file}");
        }
    }
}
