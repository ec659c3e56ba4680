//! Publishing: folders and object stores as places that hold named objects, and what may be said and done there.
//!
//! The room knows neither versions nor ledgers: it reads, writes, lists and deletes objects, each checked by its digest,
//! writes on condition, and holds the one lease under which a destination changes. What is published, and in which order,
//! is said in `pipeline::publish`. It runs a runtime of its own; nothing asynchronous leaves it.

mod address;
mod connect;
mod destination;
mod fault;
mod headers;
mod inventory;
mod lease;
mod marker;
mod transfer;

pub use address::{Address, Scheme};
pub use destination::{Condition, Destination, Found, Limits, Outcome};
pub use headers::{Headers, Lifetime, file_name};
pub use inventory::{Inventory, Known};
pub use lease::{Lease, Taken};
pub use marker::Marker;
pub use transfer::{Body, Object, Sent, Wanted};
