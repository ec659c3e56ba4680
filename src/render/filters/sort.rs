//! Filters that order and group: by the values of claims, in one unit, and by printed text as a reader sees it.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use minijinja::value::{Enumerator, Kwargs, Object, ObjectRepr, Value, ValueKind};
use minijinja::{Environment, Error, State};

use super::operand::{at_path, items, wrong_kind};
use crate::render::operators::{Case, Key, error, key_of, named, quantity_of};
use crate::render::values::{ClaimObject, Coverage, ListObject, Pass, coverage};

pub(super) fn install(env: &mut Environment<'_>, pass: &Arc<Pass>) {
    let shared = pass.clone();
    env.add_filter("sort", move |state: &mut State<'_, '_>, values: Value, options: Kwargs| sort(state, &shared, &values, &options));
    let shared = pass.clone();
    env.add_filter("unique", move |state: &mut State<'_, '_>, values: Value, options: Kwargs| unique(state, &shared, &values, &options));
    let shared = pass.clone();
    env.add_filter("groupby", move |state: &mut State<'_, '_>, values: Value, attribute: Option<String>, options: Kwargs| {
        groupby(state, &shared, &values, attribute, &options)
    });
    let shared = pass.clone();
    env.add_filter("dictsort", move |state: &mut State<'_, '_>, value: Value, options: Kwargs| dictsort(state, &shared, &value, &options));
}

/// The order of two keys of one kind; what is absent comes first, what is not known last.
pub(super) fn order(a: &Key, b: &Key) -> Ordering {
    let rank = |key: &Key| match key {
        Key::Nothing => 0,
        Key::No => 1,
        Key::Yes => 2,
        Key::Number(..) => 3,
        Key::Text(_) => 4,
        Key::Record(..) => 5,
        Key::List(_) => 6,
        Key::Unknown(_) => 7,
    };
    match (a, b) {
        (Key::Number(a, unit), Key::Number(b, other)) => unit.cmp(other).then_with(|| a.cmp(b)),
        (Key::Text(a), Key::Text(b)) | (Key::Unknown(a), Key::Unknown(b)) => a.cmp(b),
        (Key::Record(a, i), Key::Record(b, j)) => (a, i).cmp(&(b, j)),
        (Key::List(a), Key::List(b)) => {
            let first = a.iter().zip(b).map(|(a, b)| order(a, b)).find(|order| order.is_ne());
            first.unwrap_or_else(|| a.len().cmp(&b.len()))
        }
        _ => rank(a).cmp(&rank(b)),
    }
}

/// Checks that all keys are of one kind and in one unit; what is absent may stand among them.
pub(super) fn comparable(keys: &[(&Key, &Value)], filter: &str) -> Result<(), Error> {
    let mut first: Option<&(&Key, &Value)> = None;
    for key in keys {
        if let (Key::Unknown(_), value) = key {
            // The error names the claim.
            quantity_of(value, filter)?;
        }
        if matches!(key.0, Key::Nothing) {
            continue;
        }
        let Some((known, of)) = first else {
            first = Some(key);
            continue;
        };
        match (known, key.0) {
            (Key::Number(_, a), Key::Number(_, b)) if a != b => {
                let unit = |unit: &Option<String>| unit.as_ref().map_or("has no unit".to_owned(), |unit| format!("is in {unit}"));
                let (left, right) = (named(of), named(key.1));
                return Err(error(format!("{left} {} and {right} {}, so `{filter}` has no answer", unit(a), unit(b))));
            }
            (Key::Number(..), Key::Number(..)) | (Key::No | Key::Yes, Key::No | Key::Yes) => {}
            (a, b) if std::mem::discriminant(*a) == std::mem::discriminant(b) => {}
            _ => {
                let (a, b) = (kind(known), kind(key.0));
                return Err(error(format!("`{filter}` can't compare {}, {a}, with {}, {b}", named(of), named(key.1))));
            }
        }
    }
    Ok(())
}

fn kind(key: &Key) -> &'static str {
    match key {
        Key::Nothing => "nothing",
        Key::No | Key::Yes => "yes or no",
        Key::Number(..) => "a number",
        Key::Text(_) => "a text",
        Key::Record(..) => "a record",
        Key::List(_) => "a list",
        Key::Unknown(_) => "not known",
    }
}

/// The attributes that `attribute="name, order"` names; none for the items themselves.
fn paths(options: &Kwargs) -> Result<Vec<String>, Error> {
    let attribute: Option<String> = options.get("attribute")?;
    Ok(attribute
        .map(|names| names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect())
        .unwrap_or_default())
}

fn sort(state: &mut State<'_, '_>, pass: &Arc<Pass>, values: &Value, options: &Kwargs) -> Result<Value, Error> {
    let paths = paths(options)?;
    let case = Case::of(options)?;
    let reverse = options.get::<Option<bool>>("reverse")?.unwrap_or(false);
    options.assert_all_used()?;
    let items: Vec<Value> = items(values, "sort")?.collect();
    charge(state, items.len())?;
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        let by: Vec<Value> = match paths.is_empty() {
            true => vec![item.clone()],
            false => paths.iter().map(|path| at_path(&item, path)).collect::<Result<_, _>>()?,
        };
        let keys: Vec<Key> = by.iter().map(|value| key_of(pass, value, "sort", case)).collect::<Result<_, _>>()?;
        keyed.push((keys, by, item));
    }
    for column in 0..paths.len().max(1) {
        comparable(&keyed.iter().map(|(keys, by, _)| (&keys[column], &by[column])).collect::<Vec<_>>(), "sort")?;
    }
    keyed.sort_by(|(a, ..), (b, ..)| {
        let order = a.iter().zip(b).map(|(a, b)| order(a, b)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal);
        if reverse { order.reverse() } else { order }
    });
    covering(keyed.into_iter().map(|(.., item)| item).collect(), values)
}

/// Items of a list as a list of its own.
fn covering(items: Vec<Value>, source: &Value) -> Result<Value, Error> {
    match coverage(source) {
        Coverage::All => Ok(Value::from(items)),
        part => ListObject::covering(items, part),
    }
}

fn charge(state: &mut State<'_, '_>, items: usize) -> Result<(), Error> {
    state.consume_fuel(items as u64 * u64::from(usize::BITS - items.leading_zeros()))
}

/// What two values must share to count as equal: their key and, for claims, their printed text.
fn identity(pass: &Arc<Pass>, value: &Value, filter: &str, case: Case) -> Result<(Key, String), Error> {
    let said = value.downcast_object_ref::<ClaimObject>().filter(|claim| claim.quantity().is_ok()).map(|claim| {
        // Its original text, not one changed by a filter.
        ClaimObject { text: None, ..claim.clone() }.printed_text()
    });
    Ok((key_of(pass, value, filter, case)?, said.unwrap_or_default()))
}

fn unique(state: &mut State<'_, '_>, pass: &Arc<Pass>, values: &Value, options: &Kwargs) -> Result<Value, Error> {
    let attribute: Option<String> = options.get("attribute")?;
    let case = Case::of(options)?;
    options.assert_all_used()?;
    let items: Vec<Value> = items(values, "unique")?.collect();
    charge(state, items.len())?;
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for item in items {
        let value = match &attribute {
            Some(path) => at_path(&item, path)?,
            None => item.clone(),
        };
        let identity = identity(pass, &value, "unique", case)?;
        if seen.insert(format!("{identity:?}")) {
            kept.push(item);
        }
    }
    covering(kept, values)
}

/// A group: its key, and the items that share it.
#[derive(Debug)]
struct Group {
    grouper: Value,
    list: Value,
}

impl Object for Group {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Seq
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match (key.as_usize(), key.as_str()) {
            (Some(0), None) | (None, Some("grouper")) => Some(self.grouper.clone()),
            (Some(1), None) | (None, Some("list")) => Some(self.list.clone()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Seq(2)
    }
}

fn groupby(
    state: &mut State<'_, '_>,
    pass: &Arc<Pass>,
    values: &Value,
    attribute: Option<String>,
    options: &Kwargs,
) -> Result<Value, Error> {
    let attribute = match attribute {
        Some(attribute) => attribute,
        None => options.get("attribute")?,
    };
    let fallback: Option<Value> = options.get("default")?;
    let case = Case::of(options)?;
    options.assert_all_used()?;
    let items: Vec<Value> = items(values, "groupby")?.collect();
    charge(state, items.len())?;
    let mut keyed = Vec::with_capacity(items.len());
    for item in items {
        let by = match at_path(&item, &attribute)? {
            absent if absent.is_undefined() => fallback.clone().unwrap_or(Value::UNDEFINED),
            by => by,
        };
        keyed.push((identity(pass, &by, "groupby", case)?, by, item));
    }
    keyed.sort_by(|((a, said), ..), ((b, other), ..)| order(a, b).then_with(|| said.cmp(other)));
    let mut groups: Vec<(_, Vec<Value>, Vec<Value>)> = Vec::new();
    for (identity, by, item) in keyed {
        match groups.last_mut().filter(|(known, ..)| *known == identity) {
            Some((_, keys, list)) => {
                keys.push(by);
                list.push(item);
            }
            None => groups.push((identity, vec![by], vec![item])),
        }
    }
    let group = |(_, keys, list): (_, Vec<Value>, Vec<Value>)| {
        Ok::<_, Error>(Value::from_object(Group { grouper: grouper(&keys), list: covering(list, values)? }))
    };
    ListObject::covering(groups.into_iter().map(group).collect::<Result<_, _>>()?, coverage(values))
}

/// A group's key: that of its first item; if keys are claims, with the sources of all.
fn grouper(keys: &[Value]) -> Value {
    let first = keys[0].clone();
    let claims: Vec<&ClaimObject> = keys.iter().filter_map(|key| key.downcast_object_ref::<ClaimObject>()).collect();
    match claims.split_first() {
        Some((claim, rest)) if rest.len() + 1 == keys.len() && !rest.is_empty() => {
            let mut seen = HashSet::new();
            let all = claims.iter().flat_map(|claim| &claim.claims).filter(|stated| seen.insert(stated.0.name()));
            Value::from_object(ClaimObject { claims: all.cloned().collect(), ..(*claim).clone() })
        }
        _ => first,
    }
}

fn dictsort(state: &mut State<'_, '_>, pass: &Arc<Pass>, value: &Value, options: &Kwargs) -> Result<Value, Error> {
    if value.kind() != ValueKind::Map {
        return Err(wrong_kind("dictsort", value, "a mapping"));
    }
    let by_value = match options.get::<Option<String>>("by")?.as_deref() {
        None | Some("key") => false,
        Some("value") => true,
        Some(other) => return Err(error(format!("`dictsort` sorts by `key` or `value`, not `{other}`"))),
    };
    let case = Case::of(options)?;
    let reverse = options.get::<Option<bool>>("reverse")?.unwrap_or(false);
    options.assert_all_used()?;
    let keys: Vec<Value> = value.try_iter()?.collect();
    charge(state, keys.len())?;
    let mut keyed = Vec::with_capacity(keys.len());
    for key in keys {
        let held = value.get_item(&key)?;
        let by = if by_value { held.clone() } else { key.clone() };
        keyed.push((key_of(pass, &by, "dictsort", case)?, by, Value::from(vec![key, held])));
    }
    comparable(&keyed.iter().map(|(key, by, _)| (key, by)).collect::<Vec<_>>(), "dictsort")?;
    keyed.sort_by(|(a, ..), (b, ..)| if reverse { order(a, b).reverse() } else { order(a, b) });
    ListObject::wrap(keyed.into_iter().map(|(.., pair)| pair).collect())
}
