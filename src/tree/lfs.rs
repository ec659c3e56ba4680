//! Git LFS: instead of a large file, a pointer of three lines of text is committed.
//!
//! <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>

use std::path::Path;

use sha2::{Digest, Sha256};

use super::folder::MAX_FILE;
use crate::files;

/// Whether a file of the work tree is the very content that a pointer names.
pub(super) fn is_content_of(file: &Path, pointer: &[u8]) -> bool {
    let Some((digest, size)) = pointer_to(pointer) else { return false };
    let has_that_size = file.symlink_metadata().is_ok_and(|metadata| metadata.len() == size);
    has_that_size && files::read(file, size.min(MAX_FILE)).is_ok_and(|bytes| sha256(&bytes) == digest)
}

/// The SHA-256 and the size that a pointer names; nothing where the text is no pointer.
fn pointer_to(text: &[u8]) -> Option<(&str, u64)> {
    let text = std::str::from_utf8(text).ok().filter(|text| text.len() < 1024)?;
    let mut lines = text.lines();
    lines.next().filter(|line| *line == "version https://git-lfs.github.com/spec/v1")?;
    let (mut digest, mut size) = (None, None);
    for line in lines {
        match line.split_once(' ')? {
            ("oid", id) => digest = id.strip_prefix("sha256:"),
            ("size", bytes) => size = bytes.parse().ok(),
            _ => {}
        }
    }
    digest.zip(size)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
