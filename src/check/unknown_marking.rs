//! `unknown-marking`: the book's marking looks like a label of the Traffic Light Protocol, and isn't one.

use crate::diagnostic::{Code, Diagnostic, Place, did_you_mean};
use crate::model::Book;

/// How the labels of FIRST's Traffic Light Protocol begin. Other labels are the book's own.
const PROTOCOL: &str = "TLP";

pub(super) fn check(book: &Book, found: &mut Vec<Diagnostic>) {
    let known = &book.settings.markings;
    let Some(marking) = &book.settings.attribution.marking else { return };
    let is_of_protocol = marking.get(..PROTOCOL.len()).is_some_and(|start| start.eq_ignore_ascii_case(PROTOCOL));
    if !is_of_protocol || known.contains(marking) {
        return;
    }
    let same = known.iter().find(|label| label.eq_ignore_ascii_case(marking)).map(|label| format!("did you mean `{label}`?"));
    let help = same
        .or_else(|| did_you_mean(marking, known.iter().map(String::as_str)))
        .unwrap_or_else(|| format!("its labels are {}", known.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(", ")));
    let place = Place::value("content/book.yaml", "/marking");
    let message = format!("`{marking}` is not a label of the Traffic Light Protocol");
    found.push(Diagnostic::error(Code::UnknownMarking, place, message).help(help));
}
