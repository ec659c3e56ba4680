//! Functions that templates may use, and tests that only ask whether something is there.

use std::sync::Arc;

use minijinja::value::{Kwargs, Rest, Value, ValueOrKwargs};
use minijinja::{Environment, Error, functions, tests};

use super::operand::whole;
use crate::render::operators::error;
use crate::render::values::{CollectionObject, ListObject, Pass, storable};

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    let shared = pass.clone();
    env.add_function("dict", move |value: Option<Value>, update: Kwargs| -> Result<Value, Error> {
        shared.charge(value.as_ref().and_then(Value::len).unwrap_or_default())?;
        ListObject::kept(&shared, functions::dict(value, update)?)
    });
    let shared = pass.clone();
    env.add_function("namespace", move |defaults: Option<ValueOrKwargs>| -> Result<Value, Error> {
        if let Some(defaults) = &defaults {
            let defaults = defaults.clone().into_value();
            for key in defaults.try_iter()? {
                storable(&shared, defaults.get_item(&key)?)?;
            }
        }
        functions::namespace(defaults)
    });
    let shared = pass.clone();
    env.add_function("range", move |bounds: Rest<Value>| range(&shared, &bounds));
    env.add_test("defined", |value: &Value| tests::is_defined(value) && !is_withheld(value));
    env.add_test("undefined", |value: &Value| tests::is_undefined(value) || is_withheld(value));
    env.add_test("none", tests::is_none);
    env.add_test("sameas", tests::is_sameas);
}

/// Whether a value is a collection that its reader may not know of: templates may go through it, and are told that there is
/// none.
fn is_withheld(value: &Value) -> bool {
    value.downcast_object_ref::<CollectionObject>().is_some_and(CollectionObject::is_withheld)
}

/// `range(3)`, `range(1, 4)`, `range(9, 0, -3)`: bounds are whole numbers, a claim's as its `.value`.
fn range(pass: &Pass, bounds: &[Value]) -> Result<Value, Error> {
    let mut numbers = Vec::new();
    for bound in bounds {
        let n = whole(pass, "range", bound)?;
        numbers.push(isize::try_from(n).map_err(|_| error("`range` takes smaller numbers"))?);
    }
    match numbers[..] {
        [to] => functions::range(to, None, None),
        [from, to] => functions::range(from, Some(to), None),
        [from, to, step] => functions::range(from, Some(to), Some(step)),
        _ => Err(error("`range` takes one to three whole numbers")),
    }
}
