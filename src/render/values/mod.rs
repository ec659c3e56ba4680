//! What templates see: collections, records, claims and the version, as objects of the engine.

mod bare;
mod claim;
mod collection;
mod convert;
mod extent;
mod map;
mod mark;
mod markdown;
mod partial;
mod pass;
mod printed;
mod prints;
mod record;
mod scalar;
mod text;

pub(super) use bare::BareObject;
pub(super) use claim::{ClaimObject, Derived};
pub(super) use collection::CollectionObject;
pub(super) use convert::marked_text;
pub(super) use extent::{Extent, ListObject, TOO_LARGE, is_loop, storable};
use map::MapObject;
pub(super) use mark::{MarkObject, StampObject};
pub(super) use markdown::MarkdownObject;
pub(super) use partial::{Coverage, PartialKind, PartialObject, coverage, turns};
pub(super) use pass::Pass;
pub(super) use printed::{Cell, FigureData, Listing, Origin, Printed, Shown, marking_of, origin_of};
pub(super) use record::RecordObject;
pub(super) use scalar::{exact, exact_number, number, optional, text};
pub(super) use text::{TextObject, plain as plain_text};
