//! A large file of many records, read in pieces side by side: its parser is most of what loading takes.
//!
//! Only a block list or mapping is cut, at the entries of its first level. A piece that isn't whole by itself, or
//! that uses an alias of another, can't be read; then the file is read as one, and its faults are found there. Pieces
//! that can be read say together what the file says: an entry at the first column ends what stood before it.

use rayon::prelude::*;
use serde_json::{Map, Value as Json};

/// How large a piece is, at least.
const PIECE: usize = 256 << 10;

/// Reads a large text by `read`, piece by piece, if it can be cut.
pub(super) fn parse(text: &str, read: impl Fn(&str) -> Option<Json> + Send + Sync) -> Option<Json> {
    let pieces = cut(text)?;
    let parts: Option<Vec<Json>> = pieces.into_par_iter().map(read).collect();
    let mut parts = parts?.into_iter();
    match parts.next()? {
        Json::Array(mut items) => {
            for part in parts {
                let Json::Array(more) = part else { return None };
                items.extend(more);
            }
            Some(Json::Array(items))
        }
        Json::Object(mut entries) => {
            for part in parts {
                let Json::Object(more) = part else { return None };
                let entries: &mut Map<String, Json> = &mut entries;
                for (key, value) in more {
                    if entries.insert(key, value).is_some() {
                        return None;
                    }
                }
            }
            Some(Json::Object(entries))
        }
        _ => None,
    }
}

/// The pieces of a text that is worth cutting.
fn cut(text: &str) -> Option<Vec<&str>> {
    if text.len() < 2 * PIECE {
        return None;
    }
    let first = text.split_inclusive('\n').find(|line| !matches!(line.bytes().next(), Some(b'#' | b'\n' | b'\r')))?;
    let is_list = is_item(first);
    let begins_entry =
        |line: &str| if is_list { is_item(line) } else { line.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '"' || c == '\'') };
    if !begins_entry(first) {
        return None;
    }
    let mut pieces = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") || line.starts_with("...") || line.starts_with('%') {
            return None;
        }
        if at - start >= PIECE && begins_entry(line) {
            pieces.push(&text[start..at]);
            start = at;
        }
        at += line.len();
    }
    pieces.push(&text[start..]);
    (pieces.len() > 1).then_some(pieces)
}

fn is_item(line: &str) -> bool {
    line.starts_with("- ") || matches!(line, "-\n" | "-\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Json> {
        serde_yaml::from_str(text).ok()
    }

    #[test]
    fn pieces_say_what_the_whole_says() {
        let filler = "word ".repeat(100);
        let mapping: String =
            (0..3000).map(|n| format!("# about\nkey-{n}:\n  a: [{n}, b]\n\n  text: |\n    {filler}\n    # no comment\n")).collect();
        let list: String =
            (0..3000).map(|n| format!("- a: {n}\n  b:\n  - x\n  - {{ text: \"{filler}\n  more\" }}\n-\n  c: {n}\n")).collect();
        for text in [mapping, list] {
            assert!(cut(&text).expect("it is cut").len() > 2);
            let whole = read(&text).expect("it is read");
            assert_eq!(parse(&text, read), Some(whole));
        }
    }

    #[test]
    fn what_is_not_whole_by_itself_is_not_cut() {
        let filler = "filler: word\n".repeat(60_000).replace("filler", "a");
        let many: String = (0..60_000).map(|n| format!("k{n}: word\n")).collect();
        assert_eq!(parse(&filler, read), None, "a key twice");
        assert_eq!(parse(&format!("first: &a x\n{many}last: *a\n"), read), None, "an alias of another piece");
        assert_eq!(parse(&format!("first: \"{many}\"\n"), read), None, "a text over many lines");
        assert_eq!(parse(&format!("{many}---\n{many}"), read), None, "two documents");
        assert!(parse(&many, read).is_some());
    }
}
