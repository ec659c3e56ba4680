//! What a render may take: work, in steps, and memory. Everything that brief adds to the engine is charged here.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use minijinja::{Error, ErrorKind};

use crate::memory;

/// Steps that a render may take whatever the size of the book: about a second's worth.
const BASE_STEPS: u64 = 20_000_000;
/// Further steps for each record of the book.
const STEPS_PER_RECORD: u64 = 10_000;
/// The bytes that a render may have in use, whatever the size of the book.
const MOST_MEMORY: isize = 1 << 30;
/// A step reads or makes so many bytes of text.
const BYTES_PER_STEP: usize = 32;

/// The error of a render that exceeds its memory limit.
pub(crate) const TOO_MUCH: &str = "takes more memory than a template may";

/// The steps that a render of a book with this many records may take.
pub(crate) fn most_steps(records: usize) -> u64 {
    BASE_STEPS.saturating_add(STEPS_PER_RECORD.saturating_mul(records as u64))
}

/// The remaining budget of one render. It counts the memory of the thread that created it, on which the render stays.
#[derive(Debug)]
pub(crate) struct Budget {
    steps: AtomicU64,
    /// What the thread had in use when the render began.
    memory_before: isize,
    spent: OnceLock<Spent>,
}

/// The resource that a render ran out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spent {
    Steps,
    Memory,
}

impl Budget {
    pub(crate) fn new(records: usize) -> Budget {
        Budget { steps: AtomicU64::new(most_steps(records)), memory_before: memory::in_use(), spent: OnceLock::new() }
    }

    /// Charges for work, and stops a render that exceeds its budget. After a failure it always fails, so that code that can't return the
    /// error can't continue silently.
    pub(crate) fn charge(&self, steps: usize) -> Result<(), Error> {
        let take = |left: u64| left.checked_sub(steps as u64);
        let spent = match self.steps.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take) {
            Err(_) => Some(Spent::Steps),
            Ok(_) if memory::in_use().wrapping_sub(self.memory_before) > MOST_MEMORY => Some(Spent::Memory),
            Ok(_) => None,
        };
        match spent.map(|spent| *self.spent.get_or_init(|| spent)).or_else(|| self.spent()) {
            None => Ok(()),
            Some(Spent::Steps) => Err(Error::from(ErrorKind::OutOfFuel)),
            Some(Spent::Memory) => Err(Error::new(ErrorKind::InvalidOperation, TOO_MUCH)),
        }
    }

    /// Charges for text that is read or made.
    pub(crate) fn charge_text(&self, bytes: usize) -> Result<(), Error> {
        self.charge(bytes / BYTES_PER_STEP)
    }

    /// The steps that are left.
    #[cfg(test)]
    pub(crate) fn steps_left(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    /// The resource that the render ran out of, if any.
    fn spent(&self) -> Option<Spent> {
        self.spent.get().copied()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::{Arc, Mutex};

    use minijinja::State;

    use super::*;
    use crate::model::Book;
    use crate::render::Scope;
    use crate::render::engine::{Context, Engine, on_deep_stack};
    use crate::render::filters::{FILTERS, FUNCTIONS, TESTS};
    use crate::render::rewrite::rewrite;
    use crate::render::values::Pass;
    use crate::tree::Tree;

    /// A book with a claim, a long list and a long text.
    fn book() -> (Arc<Book>, Tree) {
        let tasks: String = (0..300).map(|n| format!("  - task {n} and what there is to be said of it\n")).collect();
        let files = [
            ("content/book.yaml", "title: T\nas_of: 2025-11-05\ndocuments: []\n".to_owned()),
            ("content/sources.yaml", "report: { title: Report }\n".to_owned()),
            (
                "content/schemas/missions.yaml",
                "type: object\nproperties:\n  name: { type: string }\n  troops: { type: integer, x-claim: true }\n  text: { type: string, format: markdown }\n  tasks: { type: array, items: { type: string } }\n".to_owned(),
            ),
            (
                "content/missions/kfor.yaml",
                format!("name: KFOR\nsource: report\ntroops: 5000\ntext: \"{}\"\ntasks:\n{tasks}", "word and word ".repeat(2_000)),
            ),
        ];
        let files = files.into_iter().map(|(path, text)| (path.to_owned(), Arc::from(text.into_bytes())));
        let tree = Tree { files: files.collect::<BTreeMap<_, _>>() };
        (Arc::new(crate::load::load(&tree).book.expect("the book is sound")), tree)
    }

    /// What an expression takes once the values that it uses are there: bytes of memory, and the steps that are charged for
    /// them. Nothing for one that is an error.
    fn taken(engine: &Engine, book: &Arc<Book>, setup: &str, expression: &str) -> Option<(usize, u64)> {
        let pass = Pass::new(book.clone());
        let mut env = engine.for_pass(&pass);
        let marks: Arc<Mutex<Vec<(usize, u64)>>> = Arc::default();
        let (shared, noted, all) = (pass.clone(), marks.clone(), pass.steps_left());
        env.add_function("mark", move |state: &mut State<'_, '_>| {
            let engine = state.fuel_levels().map_or(0, |(consumed, _)| consumed);
            noted.lock().unwrap().push((memory::taken(), engine + all - shared.steps_left()));
        });
        let source = format!("{setup}{{% do mark() %}}{{% set x = {expression} %}}{{% do mark() %}}");
        let rewritten = rewrite(&source).map_err(|fault| fault.why).expect(expression);
        let context = Context { pass: &pass, scope: &Scope::default(), document: "book", title: None, record: None };
        let before = memory::taken();
        let rendered = env.render_str(&rewritten.text, context.root());
        assert!(memory::taken() - before < 256 << 20, "{expression} takes {} MiB", (memory::taken() - before) >> 20);
        let marks = marks.lock().unwrap().clone();
        rendered.ok()?;
        Some((marks[1].0 - marks[0].0, marks[1].1 - marks[0].1))
    }

    fn arguments(name: &str) -> &'static [&'static str] {
        match name {
            "attr" | "rejectattr" | "selectattr" | "groupby" => &["('a')", "('name')"],
            "batch" | "truncate" | "divisibleby" => &["(3)"],
            "chain" | "in" => &["([1, 2])", "(v)"],
            "default" | "endingwith" | "startingwith" => &["('a')", "(v)"],
            "indent" => &["(4)"],
            "join" => &["", "('-')", "(v)"],
            "map" => &["('upper')", "('length')", "('string')", "(attribute='a')"],
            "plural" => &["('a', 'b')"],
            "reject" | "select" => &["", "('none')", "('==', 1)"],
            "replace" => &["('a', 'bbb')", "(v, v)"],
            "split" => &["", "(',')", "(v)"],
            "dictsort" | "sort" => &["", "(reverse=true)"],
            _ => &[""],
        }
    }

    /// Whatever filters, tests, functions and operators take of memory is paid for in steps, so that the limit of steps is one
    /// of work. (What a filter can't be used on is an error at once.)
    #[test]
    fn what_is_taken_is_charged() {
        let (book, tree) = book();
        let engine = Engine::new(&tree, 0);
        let mut unpaid = Vec::new();
        let mut paid = 0;
        for setup in [
            "{% set v = 'ab, ' * 20000 %}",
            "{% set v %}{% for i in range(400) %}{{ missions.kfor.troops }} and {{ missions.kfor.name }}, {% endfor %}{% endset %}",
            "{% set v %}{{ missions.kfor.text }}{% endset %}",
            "{% set v = [1] * 2000 %}",
            "{% set v = ['ab' * 1000] * 50 %}",
            "{% set n = [1] * 500 %}{% set v = [n, [n, {'a': n}]] %}",
            "{% set v = dict(a='ab' * 20000, b=[1] * 2000) %}",
            "{% set v = [{'a': 'x' * 100}] * 100 %}",
            "{% set v = missions %}",
            "{% set v = missions.kfor.text %}",
            "{% set v = missions.kfor.tasks %}",
            "{% set v = missions.kfor.troops %}",
        ] {
            let filters = FILTERS.iter().flat_map(|name| arguments(name).iter().map(move |rest| format!("v | {name}{rest}")));
            let tests = TESTS.iter().flat_map(|name| arguments(name).iter().map(move |rest| format!("v is {name}{rest}")));
            let functions = FUNCTIONS.iter().filter(|name| !matches!(**name, "namespace" | "range"));
            let functions = functions.flat_map(|name| [format!("{name}(v)"), format!("{name}()")]);
            let others = [
                "v == v",
                "v != [v]",
                "v < v",
                "v in v",
                "v in [v]",
                "v ~ v",
                "v + v",
                "v * 3",
                "v[1]",
                "v[1:9]",
                "v[::-1]",
                "[v, v]",
                "{'a': v}",
                "dict(v, a=1)",
                "namespace(a=v)",
                "v if v else 1",
                "not v",
                "missions.kfor.tasks[3]",
            ];
            for expression in filters.chain(tests).chain(functions).chain(others.map(str::to_owned)) {
                let Some((bytes, steps)) = on_deep_stack(|| taken(&engine, &book, setup, &expression)) else { continue };
                paid += 1;
                if bytes as u64 > 50_000 + 1_000 * steps {
                    unpaid.push(format!("{setup} {expression}: {bytes} bytes for {steps} steps"));
                }
            }
        }
        assert!(unpaid.is_empty(), "{}", unpaid.join("\n"));
        assert!(paid > 200, "only {paid} of them are no errors");
    }

    #[test]
    fn what_is_spent_stays_spent() {
        let budget = Budget::new(0);
        assert!(budget.charge(19_999_999).is_ok() && budget.spent().is_none());
        assert!(budget.charge(2).is_err());
        assert!(budget.charge(0).is_err_and(|error| error.kind() == ErrorKind::OutOfFuel));
        assert_eq!(budget.spent(), Some(Spent::Steps));
    }

    #[test]
    fn memory_has_a_limit_of_its_own() {
        let budget = Budget::new(1_000_000);
        let small = vec![0_u8; 1 << 20];
        assert!(budget.charge_text(1 << 20).is_ok());
        // Not touched, so it takes an address and no memory.
        let large: Vec<u8> = Vec::with_capacity((1 << 30) + 1);
        assert!(budget.charge(0).is_err_and(|error| error.detail() == Some(TOO_MUCH)));
        drop((small, large));
        assert!(budget.charge(0).is_err(), "and stays spent");
        assert_eq!(budget.spent(), Some(Spent::Memory));
    }
}
