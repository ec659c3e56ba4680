//! One binary for all integration tests: a module for each room.

mod diff;
mod digest;
mod version;
