//! What a book is: collections of records, the claims in them, and who says so.
//!
//! Plain data with no knowledge of YAML, Jinja, Markdown or Typst. `load` makes it, `audience` takes
//! things out of it, and every later stage reads it.

mod audience;
mod book;
mod calculation;
mod date;
mod exact;
mod interval;
mod marking;
mod names;
mod number_style;
mod quantity;
mod record;
mod shape;
mod shared_record;
mod snapshot;
mod theme;
mod value;

pub use audience::Audience;
pub use book::{Book, Collection, CollectionConfig, DocumentPlan, NotesPlacement, PdfOptions, Settings};
pub use calculation::Operation;
pub use date::Date;
pub use exact::{Exact, Rounding};
pub use marking::{Label, Marking, MarkingScheme};
pub use names::{NameHash, NameSet, Names, may_hold_blocks, mentioned};
pub use number_style::NumberStyle;
pub use quantity::{NoAnswer, NotAQuantity, Quantity};
pub use record::{Attribution, Record, Reserved, VIA};
pub use shape::{Shape, ShapeId, Shapes};
pub use shared_record::SharedRecord;
pub use snapshot::{AttributionSnapshot, BookFacts, CollectionSnapshot, RecordSnapshot, Snapshot};
pub use theme::{Paper, Style, ThemeOptions};
pub use value::{Citation, Claim, Held, Map, Number, Qualifier, Reference, Value, each_value, field_at};

/// The collection whose records say where things come from.
pub const SOURCES: &str = "sources";

/// Keys that a record, and any mapping around claims in it, may have besides its schema's fields.
pub const RESERVED_KEYS: [&str; 5] = ["source", "as_of", "marking", "confidence", "allow"];
