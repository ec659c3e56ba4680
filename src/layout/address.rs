//! The addresses of a book's own files: a path as a link has it, and back.

use std::borrow::Cow;

/// What in a path would mean something else in an address (RFC 3986, section 2).
const RESERVED: [char; 8] = ['%', '#', '?', '"', '\'', '<', '>', '&'];

/// A relative path as a link's address.
pub fn to_address(path: &str) -> Cow<'_, str> {
    if !path.contains(RESERVED) {
        return Cow::Borrowed(path);
    }
    let mut address = String::with_capacity(path.len() + 8);
    for c in path.chars() {
        match c {
            c if RESERVED.contains(&c) => address.push_str(&format!("%{:02X}", u32::from(c))),
            c => address.push(c),
        }
    }
    Cow::Owned(address)
}

/// The path that an address without its fragment names.
pub fn to_path(address: &str) -> Cow<'_, str> {
    if !address.contains('%') {
        return Cow::Borrowed(address);
    }
    let bytes = address.as_bytes();
    let (mut path, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let hex = address.get(at + 1..at + 3).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
        match (byte, hex.and_then(|hex| u8::from_str_radix(hex, 16).ok())) {
            (b'%', Some(byte)) => {
                path.push(byte);
                at += 3;
            }
            _ => {
                path.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(path).map_or(Cow::Borrowed(address), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_back_to_its_path() {
        for path in ["precedents/kfor.md", "members/A#1.md", "100%.pdf", "a?b", "é %41.md", "%zz%"] {
            assert_eq!(to_path(&to_address(path)), path);
        }
        assert_eq!(to_address("members/A#1 %.md"), "members/A%231 %25.md");
        assert_eq!(to_path("a%20b%"), "a b%");
        assert_eq!(to_path("%ff"), "%ff", "no text");
    }
}
