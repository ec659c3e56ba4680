//! Reads rows and fields for a figure; faults are reported at their records.

use std::cell::RefCell;
use std::sync::Arc;

use minijinja::Error;
use minijinja::value::{Kwargs, Value, ValueKind};

use super::super::operand::items;
use crate::document::chart::Extent;
use crate::model::{Exact, Marking, NotAQuantity, Quantity};
use crate::render::claim_text;
use crate::render::operators::{error as invalid, named, plain_value};
use crate::render::token::unshield;
use crate::render::values::{ClaimObject, Origin, PartialObject, Pass, RecordObject, Shown, exact, marking_of, origin_of};
use crate::render::words::word;

/// More rows than this can't be read in one figure.
pub(super) const MOST_ROWS: usize = 60;

/// Reads the rows of one figure.
pub(super) struct Reader<'a> {
    pub(super) pass: &'a Arc<Pass>,
    /// The name of the template's function.
    pub(super) function: &'static str,
    /// The marking of the fields read so far.
    marking: RefCell<Marking>,
}

/// A value to draw, and its printed form.
pub(super) struct Measured {
    pub(super) extent: Extent,
    pub(super) unit: Option<String>,
    pub(super) printed: String,
    pub(super) shown: Shown,
}

impl<'a> Reader<'a> {
    pub(super) fn new(pass: &'a Arc<Pass>, function: &'static str) -> Reader<'a> {
        Reader { pass, function, marking: RefCell::default() }
    }

    /// The figure's marking: that of all fields read for it.
    pub(super) fn marking(&self) -> Marking {
        self.marking.borrow().clone()
    }

    /// The rows of a figure: at least one, and no more than can be read.
    pub(super) fn rows(&self, records: &Value) -> Result<Vec<Value>, Error> {
        let function = self.function;
        let rows: Vec<Value> = items(records, function)?.take(MOST_ROWS + 1).collect();
        rows.iter().for_each(|row| self.marking.borrow_mut().raise(&marking_of(row)));
        match rows.len() {
            0 => Err(invalid(format!("`{function}` has nothing to show: test the list first"))),
            count if count > MOST_ROWS => {
                Err(invalid(format!("`{function}` can show {MOST_ROWS} records at most, and there are more: choose or group them")))
            }
            _ => Ok(rows),
        }
    }

    /// An option that names a field of the rows.
    pub(super) fn path(&self, options: &Kwargs, key: &str) -> Result<String, Error> {
        match self.optional_path(options, key)? {
            Some(path) => Ok(path),
            None => Err(invalid(format!("`{}` needs `{key}=`, the name of a field", self.function))),
        }
    }

    pub(super) fn optional_path(&self, options: &Kwargs, key: &str) -> Result<Option<String>, Error> {
        Ok(self.text(options, key)?.filter(|path| !path.is_empty()))
    }

    /// An option that is a text, in one line.
    pub(super) fn text(&self, options: &Kwargs, key: &str) -> Result<Option<String>, Error> {
        let Some(value) = options.get::<Option<Value>>(key)? else { return Ok(None) };
        self.marking.borrow_mut().raise(&marking_of(&value));
        match plain_value(self.pass, &value)?.as_str() {
            Some(text) => Ok(Some(one_line(&unshield(text)))),
            None => Err(invalid(format!("the option `{key}` of `{}` takes a text, not {}", self.function, named(&value)))),
        }
    }

    pub(super) fn title(&self, options: &Kwargs) -> Result<String, Error> {
        let title = self.text(options, "title")?.unwrap_or_default();
        if title.is_empty() {
            return Err(invalid(format!("`{}` needs `title=`, which says what it shows", self.function)));
        }
        Ok(title)
    }

    /// The name by which `ref` knows the figure.
    pub(super) fn id(&self, options: &Kwargs) -> Result<Option<String>, Error> {
        Ok(self.text(options, "id")?.filter(|id| !id.is_empty()))
    }

    /// The word that an option gives, else the book's.
    pub(super) fn word(&self, options: &Kwargs, key: &str) -> Result<String, Error> {
        Ok(self.text(options, key)?.filter(|text| !text.is_empty()).unwrap_or_else(|| word(&self.pass.book.settings, key)))
    }

    /// Stops the render for something that is wrong with a value.
    pub(super) fn fault(&self, value: &Value, message: impl Into<String>) -> Error {
        self.blame(origin_of(value));
        invalid(message)
    }

    /// Stops the render for something that is wrong with a field of a row.
    pub(super) fn fault_at(&self, row: &Value, path: &str, message: impl Into<String>) -> Error {
        self.blame(origin_of(row).map(|row| Origin { path: row.path.join(&path.split('.').collect()), record: row.record }));
        invalid(message)
    }

    fn blame(&self, origin: Option<Origin>) {
        if let Some(origin) = origin {
            self.pass.blame(origin);
        }
    }

    /// A field of a row, dotted; the name of a field that isn't there is an error.
    pub(super) fn field(&self, row: &Value, path: &str) -> Result<Value, Error> {
        let mut value = row.clone();
        for name in path.split('.') {
            let is_open = matches!(value.kind(), ValueKind::Map | ValueKind::Plain | ValueKind::Seq | ValueKind::Iterable);
            let inner = if is_open { value.get_attr(name)? } else { Value::UNDEFINED };
            if inner.is_undefined() {
                let known: Vec<String> = self.pass.missed().filter(|miss| miss.name == name).map(|miss| miss.known).unwrap_or_default();
                let help = crate::diagnostic::did_you_mean(name, known.iter().map(String::as_str));
                let help = help.map(|help| format!("; {help}")).unwrap_or_default();
                return Err(self.fault(row, format!("{} has no field `{path}`{help}", named(row))));
            }
            value = inner;
            if value.is_none() {
                break;
            }
        }
        self.marking.borrow_mut().raise(&marking_of(&value));
        Ok(value)
    }

    /// A field's text as a reader sees it, on one line.
    pub(super) fn words(&self, row: &Value, path: &str) -> Result<String, Error> {
        let value = self.field(row, path)?;
        if value.is_none() {
            return Err(self.fault(row, format!("{} leaves `{path}` out, which `{}` needs", named(row), self.function)));
        }
        self.words_of(row, path, &value)
    }

    pub(super) fn words_of(&self, row: &Value, path: &str, value: &Value) -> Result<String, Error> {
        if let Some(claim) = value.downcast_object_ref::<ClaimObject>() {
            return Ok(one_line(&claim.printed_text()));
        }
        if let Some(record) = value.downcast_object_ref::<RecordObject>() {
            return Ok(one_line(self.pass.book.display_name(record.record())));
        }
        let plain = plain_value(self.pass, value)?;
        match (plain.as_str(), plain.kind()) {
            (Some(text), _) => Ok(one_line(&unshield(text))),
            (None, ValueKind::Number) => Ok(self.pass.book.settings.numbers.write(&plain.to_string(), false)),
            (None, ValueKind::Bool) => Ok(word(&self.pass.book.settings, if plain.is_true() { "yes" } else { "no" })),
            _ => {
                let message = format!("`{path}` of {} is {}, and `{}` needs a text", named(row), named(value), self.function);
                Err(self.fault_at(row, path, message))
            }
        }
    }

    /// A field that is a number, not negative, as what is known of it.
    pub(super) fn measure(&self, row: &Value, path: &str) -> Result<Measured, Error> {
        let value = self.field(row, path)?;
        let function = self.function;
        if value.is_none() {
            let help = "where nothing is known, say so with `unknown`";
            return Err(self.fault(row, format!("{} leaves `{path}` out, which `{function}` needs; {help}", named(row))));
        }
        let Some(claim) = value.downcast_object_ref::<ClaimObject>() else { return self.bare(row, path, &value) };
        let (extent, unit) = match claim.quantity() {
            Ok(quantity) => {
                let extent = extent(&quantity);
                let extent =
                    extent.map_err(|why| self.fault(&value, format!("{} {why}, and `{function}` can't draw that", named(&value))))?;
                (extent, quantity.unit.clone())
            }
            Err(NotAQuantity::Unknown(_)) => (Extent::Unknown, None),
            Err(_) => return Err(self.fault(&value, format!("{} is no number, and `{function}` can draw nothing else", named(&value)))),
        };
        let printed = one_line(&claim.printed_text());
        Ok(Measured { extent, unit, printed, shown: Shown::Claim(Box::new(claim.clone())) })
    }

    /// A number of a field that is no claim.
    fn bare(&self, row: &Value, path: &str, value: &Value) -> Result<Measured, Error> {
        if let Some(placeholder) = PartialObject::in_place(value) {
            let printed = self.words_of(row, path, &placeholder.inner)?;
            return Ok(Measured { extent: Extent::Unknown, unit: None, shown: Shown::Text(printed.clone()), printed });
        }
        let plain = plain_value(self.pass, value)?;
        let Some(number) = exact(&plain) else {
            let message = format!("`{path}` of {} is {}, and `{}` can draw nothing but numbers", named(row), named(value), self.function);
            return Err(self.fault_at(row, path, message));
        };
        let quantity = Quantity::exactly(number);
        let extent = extent(&quantity).map_err(|why| {
            self.fault_at(row, path, format!("`{path}` of {} {why}, and `{}` can't draw that", named(row), self.function))
        })?;
        let printed = claim_text::quantity(&quantity, &self.pass.book.settings);
        Ok(Measured { extent, unit: None, shown: Shown::Text(printed.clone()), printed })
    }

    /// A field's label: its title in the schema, else its name.
    pub(super) fn field_title(&self, row: &Value, path: &str) -> String {
        let title = origin_of(row).and_then(|origin| {
            let shapes = &self.pass.book.collections.get(&origin.record.0)?.shapes;
            shapes.at(&origin.path.join(&path.split('.').collect()))?.title.clone()
        });
        title.map_or_else(|| sentence(&path.rsplit('.').next().unwrap_or(path).replace(['_', '-'], " ")), |title| one_line(&title))
    }
}

/// What is drawn of a quantity, or why it can't be drawn, to follow its name.
fn extent(quantity: &Quantity) -> Result<Extent, &'static str> {
    let number = |exact: &Exact| match exact.to_f64() {
        _ if exact.is_negative() => Err("is negative"),
        number if number.is_finite() => Ok(number),
        _ => Err("is too large"),
    };
    Ok(match (quantity.low.as_ref().map(number).transpose()?, quantity.high.as_ref().map(number).transpose()?) {
        (Some(low), Some(high)) if low == high && quantity.approximate => Extent::About(low),
        (Some(low), Some(high)) if low == high => Extent::Exact(low),
        (Some(low), Some(high)) => Extent::Between(low, high),
        (Some(low), None) => Extent::AtLeast(low),
        (None, Some(high)) => Extent::AtMost(high),
        (None, None) => Extent::Unknown,
    })
}

/// The unit that all values of a figure share.
#[derive(Default)]
pub(super) struct Unit(Option<(String, Option<String>)>);

impl Unit {
    /// Checks a value's unit against that of the values before; an unknown value fits any.
    pub(super) fn check(&mut self, reader: &Reader<'_>, row: &Value, path: &str, measured: &Measured) -> Result<(), Error> {
        if measured.extent == Extent::Unknown {
            return Ok(());
        }
        let value = reader.field(row, path)?;
        let name = if origin_of(&value).is_some() { named(&value) } else { format!("`{path}` of {}", named(row)) };
        match &self.0 {
            None => self.0 = Some((name, measured.unit.clone())),
            Some((_, unit)) if *unit == measured.unit => {}
            Some((first, unit)) => {
                let in_unit =
                    |unit: &Option<String>| unit.as_deref().map_or_else(|| "without a unit".to_owned(), |unit| format!("in `{unit}`"));
                let (one, other) = (in_unit(unit), in_unit(&measured.unit));
                let message = format!("values of unlike units can't be drawn on one scale: {first} is {one}, {name} {other}");
                return Err(reader.fault(if origin_of(&value).is_some() { &value } else { row }, message));
            }
        }
        Ok(())
    }
}

/// A text in one line.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// Refuses an option that isn't known.
pub(super) fn check_options(options: &Kwargs, function: &str, known: &[&str]) -> Result<(), Error> {
    let Some(name) = options.args().find(|name| !known.contains(name)) else { return Ok(()) };
    let help = crate::diagnostic::did_you_mean(name, known.iter().copied());
    let help = help.unwrap_or_else(|| format!("there are `{}`", known.join("`, `")));
    Err(invalid(format!("`{function}` has no option `{name}`; {help}")))
}
