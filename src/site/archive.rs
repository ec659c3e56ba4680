//! All files of a version in one zip, to download at once. Entries are stored uncompressed, since PDFs and images are
//! compressed already, and all bear the same date, so that the same files give the same bytes.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// The longest archive that is made, in bytes: it is held in memory as a whole.
const LARGEST: usize = 256 << 20;
/// The most entries in an archive: a zip with more needs ZIP64, which not every program reads.
const MOST: usize = u16::MAX as usize;

/// Packs files by their names; `None` if there are too many, or they are too long.
pub fn zip(files: &[(String, Vec<u8>)]) -> Option<Vec<u8>> {
    let length: usize = files.iter().map(|(name, bytes)| name.len() + bytes.len()).sum();
    if length > LARGEST || files.len() > MOST {
        return None;
    }
    let stored = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::with_capacity(length + files.len() * 128)));
    for (name, bytes) in files {
        archive.start_file(name.as_str(), stored).ok()?;
        archive.write_all(bytes).ok()?;
    }
    Some(archive.finish().ok()?.into_inner())
}

#[cfg(test)]
mod tests {
    use super::zip;

    #[test]
    fn it_is_the_same_each_time() {
        let files = [("v1/a.txt".to_owned(), b"abc".to_vec()), ("v1/Ünïcode.md".to_owned(), Vec::new())];
        let bytes = zip(&files).unwrap();
        assert_eq!(bytes, zip(&files).unwrap());
        // The CRC-32 of `abc` (ITU-T V.42), and the earliest date that an entry can bear.
        assert_eq!(bytes[14..18], 0x3524_41c2_u32.to_le_bytes());
        assert_eq!(bytes[10..14], [0, 0, 0x21, 0]);
        assert_eq!(zip(&[]).unwrap().len(), 22);
        let many: Vec<(String, Vec<u8>)> = (0..70_000).map(|number| (number.to_string(), Vec::new())).collect();
        assert!(zip(&many).is_none());
    }
}
