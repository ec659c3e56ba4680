//! Publishing: folders and object stores as places that hold named objects, and what may be said and done there.
//!
//! This module knows neither versions nor ledgers: it reads, writes, lists and deletes objects, each checked by its digest,
//! writes on condition, holds the one lease under which a destination changes, and signs bytes. What is published, and in
//! which order, is said in `pipeline::publish`. It runs a runtime of its own; nothing asynchronous leaves it.

mod address;
mod connect;
mod credentials;
mod destination;
mod fault;
mod folder;
mod folder_lock;
mod headers;
mod inventory;
mod lease;
mod marker;
mod retry;
mod signature;
mod timing;
mod transfer;

pub use address::{Address, Scheme};
pub use destination::{Condition, Destination, Found, Limits, Listed, Measured, Outcome, Sink, Tag};
pub use headers::{Headers, Lifetime, file_name};
pub use inventory::{Inventory, Known};
pub use lease::{Lease, Publisher, Taken, Terms};
pub use marker::Marker;
pub use signature::{SigningKey, VerifyingKey};
pub use transfer::{Body, Object, Sent, Wanted, Writes};
