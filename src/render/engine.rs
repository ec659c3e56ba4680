//! The template engine: templates from the book's tree, strict names, a budget of work.

use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

use super::budget::most_steps;
use super::rewrite::{Rewritten, rewrite};
use super::token::RESERVED;
use super::values::{CollectionObject, Pass, RecordObject, StampObject, optional, text};
use super::{Scope, filters};
use crate::document::StampField;
use crate::layout::TEMPLATES;
use crate::tree::Tree;

/// Nested includes, macros and blocks.
pub(crate) const DEPTH: usize = 200;

/// The stack that must be left when a template is parsed or rendered, and the size to allocate otherwise; only pages that are
/// touched use memory.
const STACK: (usize, usize) = (16 << 20, 48 << 20);

/// Runs recursive work on templates and values with a stack that is large enough for their limits.
pub(super) fn on_deep_stack<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(STACK.0, STACK.1, work)
}

/// The engine and all templates of a book, ready to serve renders.
#[derive(Debug)]
pub(crate) struct Engine {
    env: Environment<'static>,
    /// How many steps a render may take.
    pub(crate) fuel: u64,
    /// Each template's source as the engine has it, operators rewritten, for places of errors.
    pub(crate) sources: BTreeMap<String, Rewritten>,
    /// Each template's source as it was written.
    pub(crate) originals: BTreeMap<String, Arc<str>>,
    /// Templates that can't be parsed, with the engine's error.
    pub(crate) broken: Vec<(String, Error)>,
    /// Templates that hold a character that tokens are made of, and its line.
    pub(crate) reserved: Vec<(String, usize)>,
    /// Templates that are too long or too deep to be read: name, line, and why.
    pub(crate) limited: Vec<(String, usize, &'static str)>,
    /// Templates that aren't UTF-8, which `check` reports.
    pub(crate) not_text: Vec<String>,
}

impl Engine {
    /// Reads all templates below `templates/`.
    pub(crate) fn new(tree: &Tree, records: usize) -> Engine {
        let mut env = Environment::empty();
        env.set_undefined_behavior(UndefinedBehavior::Strict);
        env.set_auto_escape_callback(|_| AutoEscape::Custom("brief".into()));
        let fuel = most_steps(records);
        env.set_fuel(Some(fuel));
        env.set_recursion_limit(DEPTH);
        env.set_debug(false);
        let mut syntax = minijinja::syntax::SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true);
        if let Ok(syntax) = syntax.build() {
            env.set_syntax(syntax);
        }
        let mut engine = Engine {
            env,
            fuel,
            sources: BTreeMap::new(),
            originals: BTreeMap::new(),
            broken: Vec::new(),
            reserved: Vec::new(),
            limited: Vec::new(),
            not_text: Vec::new(),
        };
        for (path, _) in tree.below(TEMPLATES) {
            let name = &path[TEMPLATES.len() + 1..];
            match tree.text(path) {
                _ if !name.ends_with(".jinja") => {}
                Some(source) => on_deep_stack(|| engine.add(name, source)),
                None => engine.not_text.push(name.to_owned()),
            }
        }
        engine
    }

    fn add(&mut self, name: &str, source: &str) {
        if let Some(at) = source.find(RESERVED) {
            self.reserved.push((name.to_owned(), source[..at].matches('\n').count() + 1));
            return;
        }
        self.originals.insert(name.to_owned(), Arc::from(source));
        // Report the source as written, not the rewritten one.
        let own = |env: &Environment<'static>| env.template_from_named_str(name, source).err();
        let rewritten = match rewrite(source) {
            Ok(rewritten) => rewritten,
            Err(fault) if fault.is_limit => {
                let line = source[..fault.at.min(source.len())].matches('\n').count() + 1;
                self.sources.insert(name.to_owned(), Rewritten::unchanged(source));
                self.limited.push((name.to_owned(), line, fault.why));
                return;
            }
            Err(fault) => {
                let error = own(&self.env).unwrap_or_else(|| {
                    let line = source[..fault.at.min(source.len())].matches('\n').count() + 1;
                    Error::new(ErrorKind::SyntaxError, format!("{} (line {line})", fault.why))
                });
                self.sources.insert(name.to_owned(), Rewritten::unchanged(source));
                self.broken.push((name.to_owned(), error));
                return;
            }
        };
        let added = self.env.add_template_owned(name.to_owned(), rewritten.text.to_string());
        let fault = added.err().map(|error| own(&self.env).ok_or(error));
        self.sources.insert(name.to_owned(), if matches!(fault, Some(Ok(_))) { Rewritten::unchanged(source) } else { rewritten });
        self.broken.extend(fault.map(|fault| (name.to_owned(), fault.unwrap_or_else(|error| error))));
    }

    pub(crate) fn has(&self, template: &str) -> bool {
        self.sources.contains_key(template)
    }

    /// An environment for one render, which prints into `pass`.
    pub(crate) fn for_pass(&self, pass: &Arc<Pass>) -> Environment<'static> {
        let mut env = self.env.clone();
        filters::install(&mut env, pass);
        let shared = pass.clone();
        env.set_formatter(move |out, _state, value| {
            let printed = filters::to_token(&shared, value)?;
            shared.prints.charge(shared.prints.length(&printed).saturating_add(32))?;
            out.write_str(&printed).map_err(Error::from)
        });
        env
    }
}

/// The names that a template can use.
#[derive(Debug)]
pub(crate) struct Context<'a> {
    pub(crate) pass: &'a Arc<Pass>,
    pub(crate) scope: &'a Scope,
    pub(crate) document: &'a str,
    pub(crate) title: Option<&'a str>,
    /// Collection and id, in an `each` document.
    pub(crate) record: Option<(&'a str, &'a str)>,
}

impl Context<'_> {
    /// The root of the template's names.
    pub(crate) fn root(&self) -> Value {
        let pass = self.pass;
        let settings = &pass.book.settings;
        let mut names: BTreeMap<String, Value> = BTreeMap::new();
        for (index, name) in pass.book.collections.keys().enumerate() {
            names.insert(name.clone(), Value::from_object(CollectionObject { pass: pass.clone(), index }));
        }
        let book = [
            ("title", text(&settings.title)),
            ("subtitle", optional(settings.subtitle.as_deref())),
            ("organization", optional(settings.organization.as_deref())),
            ("as_of", Value::from(settings.as_of.to_string())),
            ("language", text(&settings.language)),
            ("marking", optional(settings.attribution.marking.text().as_deref())),
        ];
        names.insert("book".to_owned(), Value::from_pairs(book));
        let document = [("id", text(self.document)), ("title", optional(self.title))];
        names.insert("document".to_owned(), Value::from_pairs(document));
        let stamp = |field| Value::from_object(StampObject { pass: pass.clone(), field });
        let version = [
            ("number", stamp(StampField::Number)),
            ("name", stamp(StampField::Name)),
            ("date", stamp(StampField::Date)),
            ("digest", stamp(StampField::Digest)),
        ];
        names.insert("version".to_owned(), Value::from_pairs(version));
        names.insert("changes".to_owned(), super::changes::value(pass, self.scope.changes.as_ref(), &self.scope.changes_marking));
        let reader = settings.reader.as_ref();
        names.insert("audience".to_owned(), optional(reader.map(|reader| reader.name.as_str())));
        if let Some(record) = self.record.and_then(|(collection, id)| RecordObject::find(pass, collection, id)) {
            names.insert("record".to_owned(), Value::from_object(record));
        }
        Value::from_pairs(names)
    }
}
