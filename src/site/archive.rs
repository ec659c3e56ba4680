//! All files of a version in one, for those who take them along: a zip (APPNOTE.TXT 6.3.10, without its 64-bit fields)
//! whose entries are stored as they are, since PDFs and images hold what is packed already, and bear one date, so that the
//! same files give the same bytes.

/// A longer archive is not made: it is held in memory whole.
const LARGEST: usize = 256 << 20;
/// Names are in UTF-8 (4.4.4, bit 11).
const UTF8: u16 = 1 << 11;
/// Version 2.0 of the format, made on Unix, where a mode says who may read a file (4.4.2, 4.4.15).
const NEEDED: u16 = 20;
const MADE_BY: u16 = (3 << 8) | NEEDED;
const MODE: u32 = 0o100_644 << 16;
/// 1 January 1980, the earliest date that an entry can bear (4.4.6).
const DATE: u16 = (1 << 5) | 1;

/// Packs files by their names; nothing where they are too many or too long.
pub fn zip(files: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let length: usize = files.iter().map(|(name, bytes)| name.len() + bytes.len()).sum();
    let count = u16::try_from(files.len()).ok().filter(|_| length <= LARGEST)?;
    let (mut out, mut directory) = (Vec::with_capacity(length + files.len() * 128), Vec::new());
    for (name, bytes) in files {
        let start = u32::try_from(out.len()).ok()?;
        let size = u32::try_from(bytes.len()).ok()?;
        let mut common = Vec::new();
        for field in [NEEDED, UTF8, 0, 0, DATE] {
            common.extend(field.to_le_bytes());
        }
        for field in [crc32fast::hash(bytes), size, size] {
            common.extend(field.to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).ok()?.to_le_bytes());
        common.extend([0; 2]);
        out.extend(*b"PK\x03\x04");
        out.extend(&common);
        out.extend(name.as_bytes());
        out.extend(bytes);
        directory.extend(*b"PK\x01\x02");
        directory.extend(MADE_BY.to_le_bytes());
        directory.extend(&common);
        // No comment, on the first disk, no text for certain.
        directory.extend([0; 6]);
        directory.extend(MODE.to_le_bytes());
        directory.extend(start.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = u32::try_from(out.len()).ok()?;
    out.extend(&directory);
    out.extend(*b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(u32::try_from(directory.len()).ok()?.to_le_bytes());
    out.extend(start.to_le_bytes());
    out.extend([0; 2]);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::zip;

    #[test]
    fn it_is_the_same_each_time() {
        let files = [("v1/a.txt".to_owned(), b"abc".to_vec()), ("v1/Ünïcode.md".to_owned(), Vec::new())];
        let bytes = zip(&files).unwrap();
        assert_eq!(bytes, zip(&files).unwrap());
        // The CRC-32 of `abc` (ITU-T V.42).
        assert_eq!(bytes[14..18], 0x3524_41c2_u32.to_le_bytes());
        assert_eq!(zip(&[]).unwrap().len(), 22);
        let many: Vec<(String, Vec<u8>)> = (0..70_000).map(|number| (number.to_string(), Vec::new())).collect();
        assert!(zip(&many).is_none());
    }
}
