//! The tests that look at brief from outside, one module a room; their cases are folders in `tests/cases`.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests make folders and start programs, and may fail by panicking")]

mod book;
mod cli;
mod diff;
mod digest;
mod markdown;
mod revision;
mod typeset;
mod version;
