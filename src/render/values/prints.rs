//! What one render printed, by the tokens that stand for it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use minijinja::{Error, ErrorKind};

use super::printed::Printed;
use crate::render::token::{CLOSE, LONGEST, OPEN, Piece, TOO_LONG, pieces};

/// Everything that one render printed, by token index.
///
/// An entry says what a token stands for, not that it reached the document: blocks and macros may drop
/// or repeat what they print.
#[derive(Debug, Default)]
pub(crate) struct Prints {
    entries: Mutex<Vec<Printed>>,
    /// Bytes of text that was printed, tokens and what they stand for.
    bytes: AtomicUsize,
}

impl Prints {
    /// Counts text that was printed, and stops a template that prints without end.
    pub(crate) fn charge(&self, bytes: usize) -> Result<(), Error> {
        match self.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) > LONGEST {
            true => Err(Error::new(ErrorKind::InvalidOperation, TOO_LONG)),
            false => Ok(()),
        }
    }

    /// Fails for a text that is longer than a document may be.
    pub(crate) fn check_length(&self, bytes: usize) -> Result<(), Error> {
        match bytes > LONGEST {
            true => Err(Error::new(ErrorKind::InvalidOperation, TOO_LONG)),
            false => Ok(()),
        }
    }

    /// How long printed text is with what its tokens stand for, each as often as it occurs.
    pub(crate) fn length(&self, text: &str) -> usize {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let of_token = |index: usize| entries.get(index).map_or(0, Printed::length);
        let tokens = pieces(text).into_iter().map(|piece| if let Piece::Token(index) = piece { of_token(index) } else { 0 });
        tokens.fold(text.len(), usize::saturating_add)
    }

    /// Stores a printed value and returns its token.
    pub(crate) fn token(&self, printed: Printed) -> String {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push(printed);
        format!("{OPEN}{}{CLOSE}", entries.len() - 1)
    }

    /// Whether the token with this index stands for a claim.
    pub(crate) fn is_claim(&self, index: usize) -> bool {
        matches!(self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(index), Some(Printed::Claim(_)))
    }

    /// What the token with this index stands for.
    pub(crate) fn get(&self, index: usize) -> Option<Printed> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner).get(index).cloned()
    }
}
