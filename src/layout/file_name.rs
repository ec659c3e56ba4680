//! Names that every file system takes: what Windows, macOS and Linux make of them.
//!
//! The rules of Windows are those of "Naming Files, Paths, and Namespaces" in Microsoft's documentation.

use unicode_normalization::UnicodeNormalization;

/// Names that Windows gives to devices, whatever extension follows.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
/// Devices that are counted, by one digit: `com1`, `lpt9`.
const COUNTED_DEVICES: [&str; 2] = ["com", "lpt"];
/// Characters that a file's name can't have on Windows, besides those that separate folders.
const FORBIDDEN: [char; 9] = ['<', '>', ':', '"', '\\', '|', '?', '*', '/'];

/// Why a text can't be a file's name on every system, in words that follow "it" or the name of the part: ``ends with a dot``.
pub fn name_fault(name: &str) -> Option<String> {
    let forbidden = name.chars().find(|c| FORBIDDEN.contains(c));
    match name.chars().last() {
        None => Some("is empty".to_owned()),
        _ if matches!(name, "." | "..") => Some("leads to another folder".to_owned()),
        _ if name.contains(char::is_control) => Some("holds a control character".to_owned()),
        _ if forbidden.is_some() => forbidden.map(|c| format!("holds `{c}`, which no file's name has on Windows")),
        Some('.') => Some("ends with a dot, which Windows drops".to_owned()),
        Some(' ') => Some("ends with a space, which Windows drops".to_owned()),
        _ if is_device(name) => Some("is the name of a device on Windows".to_owned()),
        _ => None,
    }
}

/// Whether Windows takes a name for a device's, whatever follows its first dot: `con`, `NUL.txt`, `com¹`.
fn is_device(name: &str) -> bool {
    let stem = name.split(['.', ':']).next().unwrap_or_default().trim_end_matches(' ').to_lowercase();
    let is_digit = |c: char| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³');
    let is_counted = |device: &str| {
        let mut digits = stem.strip_prefix(device).unwrap_or_default().chars();
        digits.next().is_some_and(is_digit) && digits.next().is_none()
    };
    DEVICES.contains(&stem.as_str()) || COUNTED_DEVICES.iter().any(|device| is_counted(device))
}

/// A name as file systems compare it that ignore case or the form of accents: two names are one file where these are equal.
pub fn case_folded(name: &str) -> String {
    // Upper case first: some letters have one upper and two lower forms.
    name.nfc().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
}

/// A path whose parts are file names on every system: other characters become hyphens, and `_` follows a device's name.
///
/// Parts that lead elsewhere (`..`, an empty part) stay, for the rules to refuse.
pub fn safe_path(text: &str) -> String {
    text.split('/').map(safe_name).collect::<Vec<_>>().join("/")
}

fn safe_name(part: &str) -> String {
    if matches!(part, "" | "." | "..") {
        return part.to_owned();
    }
    let mut name = String::new();
    for c in part.chars() {
        match c {
            c if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') => name.push(c.to_ascii_lowercase()),
            c if c.is_alphanumeric() => name.push(c),
            _ if name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    let name = name.trim_matches(['-', '.']);
    match name.split_once('.') {
        _ if !is_device(name) => name.to_owned(),
        Some((stem, rest)) => format!("{stem}_.{rest}"),
        None => format!("{name}_"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_windows_keeps_for_devices_are_refused() {
        let devices =
            ["con", "PRN", "aux.md", "Nul.tar.gz", "com0", "COM9", "lpt0", "LPT3.pdf", "com¹", "lpt².x", "COM³", "con .x", "CONIN$"];
        for name in devices {
            assert_eq!(name_fault(name).as_deref(), Some("is the name of a device on Windows"), "{name}");
        }
        for name in ["com", "com10", "lpt", "lpta", "console", "con-1", "nul_", "acon", "com⁴", "a.con"] {
            assert_eq!(name_fault(name), None, "{name}");
        }
    }

    #[test]
    fn names_that_windows_can_not_have_are_refused() {
        for c in r#"<>:"\|?*/"#.chars() {
            assert_eq!(name_fault(&format!("a{c}b")), Some(format!("holds `{c}`, which no file's name has on Windows")));
        }
        for c in ('\0'..'\u{20}').chain(['\u{7f}']) {
            assert_eq!(name_fault(&format!("a{c}b")).as_deref(), Some("holds a control character"), "{c:?}");
        }
        for name in ["a.", "a ", "a. ", "...", "", ".", ".."] {
            assert!(name_fault(name).is_some(), "{name:?}");
        }
        for name in [".a", " a", "a b", "a..b", "é", "日本"] {
            assert_eq!(name_fault(name), None, "{name:?}");
        }
    }

    #[test]
    fn a_safe_path_is_made_of_names() {
        assert_eq!(safe_path("precedents/KFOR (1999)."), "precedents/kfor-1999");
        assert_eq!(safe_path("members/CON"), "members/con_");
        assert_eq!(safe_path("Lpt1.old/a:b*c"), "lpt1_.old/a-b-c");
        assert_eq!(safe_path("../a//b"), "../a//b");
        let odd = ["com¹", "a\u{0}b", "x. ", "<>", "AUX.", "a\\b", "nul .txt"];
        for text in odd {
            let path = safe_path(text);
            assert!(path.is_empty() || name_fault(&path).is_none(), "{text:?} became {path:?}");
        }
    }

    #[test]
    fn names_are_one_where_case_and_accents_do_not_count() {
        for (one, other) in [("A", "a"), ("É", "e\u{301}"), ("straße", "STRASSE"), ("Σ", "ς")] {
            assert_eq!(case_folded(one), case_folded(other));
        }
        assert_ne!(case_folded("e"), case_folded("é"));
    }
}
