//! No two files of a module use each other, directly or through others: a change in one then needs no look at the other.
//!
//! A file uses another if it names something of it, through any number of re-exports. That a file uses the one that
//! declares its module, where its types are, is no circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module's path from the crate's root.
type Module = Vec<String>;

/// The one place where files use each other: a value of a template holds others of all kinds, and the render that it is of,
/// which holds what was printed.
const RECURSIVE: &str = "render::values::";

struct Source {
    /// The paths that its `use` declarations import, by the names that they get.
    imports: BTreeMap<String, Module>,
    /// All paths that it names.
    named: Vec<Module>,
}

/// Every module's own file, tests and comments left out.
fn sources() -> BTreeMap<Module, String> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = walkdir::WalkDir::new(&src).into_iter().map(|entry| entry.unwrap().into_path());
    let rust = files.filter(|path| path.extension().is_some_and(|extension| extension == "rs"));
    rust.map(|path| {
        let name = path.strip_prefix(&src).unwrap().with_extension("");
        let mut module: Module = name.components().map(|part| part.as_os_str().to_str().unwrap().to_owned()).collect();
        module.pop_if(|last| last == "mod" || last == "lib" || last == "main");
        let text = fs::read_to_string(&path).unwrap();
        let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        let code = code.join("\n");
        (module, code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned())
    })
    .collect()
}

/// The paths of a `use` declaration, each with the name that it gets.
fn expand(tree: &str, prefix: &[String], found: &mut Vec<(Module, String)>) {
    let (mut depth, mut start) = (0, 0);
    let mut parts = Vec::new();
    for (at, c) in tree.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&tree[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tree[start..]);
    for part in parts.into_iter().map(str::trim).filter(|part| !part.is_empty()) {
        let (path, inner) = match part.split_once('{') {
            Some((path, inner)) => (path.trim_end_matches("::"), inner.strip_suffix('}')),
            None => (part, None),
        };
        let (path, alias) = path.split_once(" as ").map_or((path, None), |(path, alias)| (path, Some(alias.to_owned())));
        let segments = path.split("::").filter(|segment| !segment.is_empty()).map(|segment| segment.trim().to_owned());
        let mut whole: Module = prefix.iter().cloned().chain(segments).collect();
        match inner {
            Some(inner) => expand(inner, &whole, found),
            None => {
                whole.pop_if(|last| last == "self");
                let name = alias.or_else(|| whole.last().cloned()).unwrap_or_default();
                found.push((whole, name));
            }
        }
    }
}

/// A path as it is written in a module, from the crate's root; `None` for one of another crate.
fn absolute(module: &[String], path: &[String], modules: &BTreeMap<Module, String>) -> Option<Module> {
    let first = path.first()?;
    let join = |base: &[String], rest: &[String]| base.iter().chain(rest).cloned().collect::<Module>();
    match first.as_str() {
        "crate" => Some(path[1..].to_vec()),
        "self" => Some(join(module, &path[1..])),
        "super" => {
            let ups = path.iter().take_while(|segment| *segment == "super").count();
            Some(join(&module[..module.len().checked_sub(ups)?], &path[ups..]))
        }
        _ => {
            let child = join(module, &path[..1]);
            modules.contains_key(&child).then(|| join(module, path))
        }
    }
}

/// The trees of the `use` declarations of a file, and the code without them.
fn declarations(code: &str) -> (Vec<&str>, String) {
    let (mut trees, mut rest) = (Vec::new(), String::new());
    for statement in code.split_inclusive(';') {
        let keyword = statement.match_indices("use ").find(|(at, _)| {
            let before = statement[..*at].rsplit('\n').next().unwrap_or_default().trim();
            before.is_empty() || (before.starts_with("pub") && !before.contains(' '))
        });
        match keyword {
            Some((at, word)) => {
                rest.push_str(&statement[..at]);
                trees.push(statement[at + word.len()..].trim_end_matches(';'));
            }
            None => rest.push_str(statement),
        }
    }
    (trees, rest)
}

fn read(module: &Module, code: &str, modules: &BTreeMap<Module, String>) -> Source {
    let (trees, body) = declarations(code);
    let mut source = Source { imports: BTreeMap::new(), named: Vec::new() };
    let mut found = Vec::new();
    trees.iter().for_each(|tree| expand(tree, &[], &mut found));
    for (written, name) in found {
        if let Some(whole) = absolute(module, &written, modules) {
            source.named.push(whole.clone());
            source.imports.insert(name, whole);
        }
    }
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    for found in body.split(|c| !is_path(c)).filter(|word| word.contains("::") && !word.starts_with(':')) {
        let written: Module = found.trim_end_matches(':').split("::").map(str::to_owned).collect();
        let imported = source.imports.get(&written[0]).map(|start| start.iter().chain(&written[1..]).cloned().collect());
        source.named.extend(imported.or_else(|| absolute(module, &written, modules)));
    }
    source
}

/// The module in whose file the item of a path is, re-exports followed.
fn home(path: &[String], sources: &BTreeMap<Module, Source>) -> Option<Module> {
    let mut path = path.to_vec();
    for _ in 0..20 {
        let length = (0..=path.len()).rev().find(|length| sources.contains_key(&path[..*length]))?;
        let (module, rest) = path.split_at(length);
        match rest.split_first().and_then(|(name, rest)| Some((sources[module].imports.get(name)?, rest))) {
            Some((target, rest)) if target.iter().chain(rest).ne(&path) => path = target.iter().chain(rest).cloned().collect(),
            _ => return Some(module.to_vec()),
        }
    }
    None
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let code = sources();
    let sources: BTreeMap<Module, Source> = code.iter().map(|(module, text)| (module.clone(), read(module, text, &code))).collect();
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, source) in &sources {
        let used = source.named.iter().filter_map(|path| home(path, &sources)).filter(|used| !module.starts_with(used));
        uses.insert(module.join("::"), used.map(|used| used.join("::")).collect());
    }
    assert!(uses["pipeline::build"].contains("pipeline::release"), "what files use is found: {:?}", uses["pipeline::build"]);
    for (module, used) in &mut uses {
        used.retain(|used| !(module.starts_with(RECURSIVE) && used.starts_with(RECURSIVE)));
    }
    // Files that use none that is left are below all others; what remains is in a circle, or uses one.
    while let Some(lowest) = uses.iter().find(|(_, used)| used.is_empty()).map(|(module, _)| module.clone()) {
        uses.remove(&lowest);
        uses.values_mut().for_each(|used| {
            used.remove(&lowest);
        });
    }
    // And those that are only above the circle are left out.
    while let Some(top) = uses.keys().find(|module| uses.values().all(|used| !used.contains(*module))).cloned() {
        uses.remove(&top);
    }
    assert!(uses.is_empty(), "these files use each other in circles: {uses:#?}");
}
