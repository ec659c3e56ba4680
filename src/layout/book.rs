//! The files a book is made from, below its root.

/// Records, settings, schemas and assets.
pub const CONTENT: &str = "content";
/// Templates and the book's own theme.
pub const TEMPLATES: &str = "templates";
/// The book's own fonts.
pub const FONTS: &str = "fonts";
/// The folders that people write, and brief only reads.
pub const FOLDERS: [&str; 3] = [CONTENT, TEMPLATES, FONTS];

/// The book's settings.
pub const SETTINGS: &str = "content/book.yaml";
/// The collections' schemas.
pub const SCHEMAS: &str = "content/schemas";
/// Images and other files that documents show.
pub const ASSETS: &str = "content/assets";
/// The book's own theme.
pub const THEME: &str = "templates/theme.typ";

/// What a file of a book is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// `content/book.yaml`.
    Settings,
    Schema,
    Asset,
    /// All else below `content/`: records, or a file that nothing reads.
    Record,
    /// A template, or another file beside the templates.
    Template,
    Theme,
    Font,
    /// No file of the book.
    Other,
}

/// What a file is for, by its path from the book's root.
pub fn role(path: &str) -> Role {
    match path.split_once('/') {
        _ if path == SETTINGS => Role::Settings,
        _ if path == THEME => Role::Theme,
        _ if is_below(path, SCHEMAS) => Role::Schema,
        _ if is_below(path, ASSETS) => Role::Asset,
        Some((CONTENT, _)) => Role::Record,
        Some((TEMPLATES, _)) => Role::Template,
        Some((FONTS, _)) => Role::Font,
        _ => Role::Other,
    }
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// The path of a file below `content/`: `precedents/kfor.yaml`.
pub fn below_content(path: &str) -> Option<&str> {
    path.strip_prefix(CONTENT)?.strip_prefix('/')
}

/// Where a collection's schema is written.
pub fn schema_file(collection: &str) -> String {
    format!("{SCHEMAS}/{collection}.yaml")
}

/// The collection that a file is the schema of.
pub fn schema_collection(path: &str) -> Option<&str> {
    yaml_stem(path.strip_prefix(SCHEMAS)?.strip_prefix('/')?)
}

/// The name of a YAML file in a folder, without its ending.
pub fn yaml_stem(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    (!stem.is_empty() && !stem.contains('/')).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_role() {
        let roles = [
            ("content/book.yaml", Role::Settings),
            ("content/schemas/phases.yaml", Role::Schema),
            ("content/assets/map.svg", Role::Asset),
            ("content/assets", Role::Record),
            ("content/assets.yaml", Role::Record),
            ("content/precedents/kfor.yaml", Role::Record),
            ("templates/theme.typ", Role::Theme),
            ("templates/parts/theme.typ", Role::Template),
            ("fonts/a.otf", Role::Font),
            ("README.md", Role::Other),
            ("content", Role::Other),
        ];
        for (path, expected) in roles {
            assert_eq!(role(path), expected, "{path}");
        }
    }

    #[test]
    fn a_stem_is_a_name_without_folders() {
        assert_eq!(yaml_stem("phases.yaml"), Some("phases"));
        assert_eq!(yaml_stem("a.b.yml"), Some("a.b"));
        for other in [".yaml", "a/b.yaml", "a.md", "yaml"] {
            assert_eq!(yaml_stem(other), None, "{other}");
        }
    }
}
