//! The tests that look at brief from outside, one file or folder a module; their cases are in `tests/cases`.
#![cfg_attr(not(unix), allow(unused_imports, dead_code, reason = "many tests are for Unix alone"))]
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "tests make folders, start programs, list what they skip, and may fail by panicking"
)]

#[cfg(unix)]
mod access;
mod action;
mod age;
mod architecture;
mod audience;
mod book;
mod books;
mod bounds;
mod browser;
mod cases;
#[cfg(unix)]
#[cfg(feature = "publish")]
mod ci;
mod circles;
mod claims;
mod cli;
mod codes;
mod crashes;
mod diff;
mod differing;
mod digest;
mod faults;
mod figure;
mod files;
mod formats;
mod fuzz;
mod geometry;
#[cfg(unix)]
mod handling;
mod hostile;
#[cfg(unix)]
mod hostile_repository;
mod inert;
mod load;
mod load_properties;
mod markdown;
mod marks;
mod merge;
mod paint;
mod pdf;
mod placeholder;
mod press;
mod promises;
#[cfg(feature = "publish")]
mod publish;
mod random;
mod redline;
mod review;
mod revision;
mod search;
mod since;
mod site;
mod site_truth;
mod snapshot;
mod theme;
mod tools;
mod typeset;
mod typesetting;
mod verify;
mod version;
