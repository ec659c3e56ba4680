//! The identity of a diagnostic, independent of where in its file it is.

use sha2::{Digest, Sha256};

use super::Diagnostic;

impl Diagnostic {
    /// The first half of a SHA-256 over code, record (or else file) and message, as 32 hexadecimal digits. It contains
    /// neither line nor column, so it stays the same when lines are inserted above.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let place = self.record.as_deref().or(self.place.file()).unwrap_or_default();
        for part in ["brief fault 1", self.code.name(), place, &self.message] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hash.finalize()[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
