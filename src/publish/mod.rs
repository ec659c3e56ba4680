//! Publishing: folders and object stores as destinations that hold named objects, and the operations on them.
//!
//! This module knows neither versions nor ledgers: it reads, writes, lists and deletes objects, each checked by its digest,
//! writes on condition, holds the one lease under which a destination changes, and signs bytes. What is published, and in
//! which order, is said in `publication`. It runs a runtime of its own; nothing asynchronous leaves it.

mod address;
mod client;
mod connect;
mod credentials;
mod destination;
mod fault;
mod folder;
mod folder_lock;
mod headers;
mod inventory;
mod lease;
mod lock;
mod marker;
mod object;
mod retry;
mod signature;
mod transfer;

pub use address::{Address, Scheme};
pub use destination::Destination;
pub use headers::{Headers, Lifetime, file_name};
pub use inventory::{Inventory, SentPage};
pub use lease::{Lease, LeaseAttempt};
pub use lock::{LOCK, Publisher, Terms};
pub use marker::Marker;
pub use object::{Condition, Listed, Measured, Outcome, Sink, StoredObject, Tag};
pub use retry::Limits;
pub use signature::{SigningKey, VerifyingKey};
pub use transfer::{Body, Object, Sent, Wanted, Writes};
