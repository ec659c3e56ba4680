//! Whatever a book, a ledger, a manifest or a file's name holds, nothing that brief prints can control a terminal, hide
//! what it says, or command the service that shows a log.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::cli::{brief, finish};

/// A text that tries everything: colors and blinking, a cleared screen, a title, an erased line, overrides of direction,
/// separators of lines, tags, and commands of a workflow at the beginning of lines and within them.
const HOSTILE: &str = "x\u{1b}[31mred\u{1b}[5m\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}31m\u{8}\u{7f}\u{202e}evil\u{2066}\u{200f}\u{61c}\u{e0041}\u{2028}::error::pwned ##[error]pwned";
const LINES: &str = "a\n::error file=x::pwned\n  ::add-mask::y\r::set-output name=a::b";

/// A text as YAML and JSON may write it.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|c| match u32::from(c) {
        0x20..0x7f if c != '"' && c != '\\' => c.to_string(),
        code if code > 0xffff => c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect(),
        code => format!("\\u{code:04x}"),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// The same in YAML, which has no surrogates.
fn yaml(text: &str) -> String {
    quoted(text).replace("\\udb40\\udc41", "\\U000E0041")
}

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A book that says it everywhere it may.
fn book(text: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    let hostile = yaml(text);
    let settings = format!(
        "title: {hostile}\nsubtitle: {hostile}\norganization: {hostile}\nas_of: 2025-11-05\ndocuments:\n  - {{ id: book, template: book.md.jinja }}\n"
    );
    write(root, "content/book.yaml", &settings);
    write(
        root,
        "content/schemas/missions.yaml",
        &format!(
            "title: {hostile}\ntype: object\nproperties:\n  name: {{ type: string, title: {hostile}, description: {hostile} }}\n  troops: {{ x-claim: true, title: {hostile} }}\n  ally: {{ x-ref: missions }}\n"
        ),
    );
    write(root, "content/missions/kfor.yaml", &format!("name: {hostile}\ntroops: {{ value: {hostile}, source: report }}\n"));
    write(root, "content/sources.yaml", &format!("report: {{ title: {hostile} }}\n"));
    write(
        root,
        "templates/book.md.jinja",
        "# {{ book.title }}\n\n{% for mission in missions %}{{ mission.name }}: {{ mission.troops }}\n{% endfor %}\n",
    );
    folder
}

/// Looks at what was printed, without asking brief's own functions.
#[track_caller]
fn inert(printed: &str, what: &str) {
    let mut rest = printed;
    let mut plain = String::new();
    while let Some(c) = rest.chars().next() {
        if let Some(style) = rest.strip_prefix("\u{1b}[") {
            let end = style.find('m').unwrap_or_else(|| panic!("{what}: a sequence that is no color: {printed:?}"));
            let numbers = &style[..end];
            assert!(
                numbers.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') && numbers != "5",
                "{what}: {numbers:?} in {printed:?}"
            );
            rest = &style[end + 1..];
            continue;
        }
        let harms = (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}');
        assert!(!harms, "{what}: {c:?} in {printed:?}");
        plain.push(c);
        rest = &rest[c.len_utf8()..];
    }
    assert!(!plain.contains("##["), "{what}: {printed}");
    if !what.contains("github") {
        for line in plain.lines() {
            let command = line.trim_start().strip_prefix("::").is_some_and(|rest| rest.contains("::"));
            assert!(!command, "{what}: a command: {line:?}");
        }
    }
}

/// The commands that `brief --help` lists.
fn subcommands(root: &Path) -> Vec<String> {
    let help = finish(brief(root).arg("-h")).out;
    let list = help.split_once("Commands:\n").map(|(_, list)| list).unwrap_or_default();
    let rows = list.lines().take_while(|line| !line.is_empty()).filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> =
        rows.filter_map(|row| row.split_whitespace().next()).map(str::to_owned).filter(|name| name != "help").collect();
    assert!(names.len() > 15 && names.iter().any(|name| name == "build"), "{help}");
    names
}

fn all(root: &Path, arguments: &[&str]) -> String {
    let mut printed = String::new();
    for color in ["never", "always"] {
        let mut command = brief(root);
        command.args(arguments).args(["--color", color]);
        if let Some(typst) = crate::press::named() {
            command.env("BRIEF_TYPST", typst);
        }
        let run = finish(&mut command);
        assert_ne!(run.code, Some(101), "{arguments:?}: {}", run.err);
        for stream in [&run.out, &run.err] {
            inert(stream, &format!("{} --color {color}", arguments.join(" ")));
        }
        assert!(color == "always" || !(run.out.clone() + &run.err).contains('\u{1b}'), "{arguments:?}: colors that nobody asked for");
        printed.push_str(&(run.out + &run.err));
    }
    printed
}

#[test]
fn a_book_full_of_hostile_texts_is_shown_as_text() {
    for text in [HOSTILE, LINES] {
        let (folder, other) = (book(text), book("harmless"));
        let root = folder.path();
        let base = other.path().to_str().unwrap();
        let mut seen = String::new();
        for side in ["base.yaml", "ours.yaml", "theirs.yaml"] {
            write(root, side, &format!("name: {}\ntext: {side}\n", yaml(text)));
        }
        let commands = [
            &["check"][..],
            &["check", "--format", "json"],
            &["check", "--format", "sarif"],
            &["check", "--format", "github"],
            &["build", "--no-pdf"],
            &["build", "--no-pdf", "-v"],
            &["build", "--no-pdf", "--audience", text],
            &["since", text],
            &["since", "v1", "--no-pdf"],
            &["merge-driver", "--path", text, "base.yaml", "ours.yaml", "theirs.yaml"],
            &["completions", text],
            &["completions", "bash"],
            &["init", "--ci", text],
            &["init", "--ci", "github"],
            &["audience", "report"],
            &["audience", "explain", text],
            &["build", "--document", text.split('\0').next().unwrap()],
            &["diff", base],
            &["diff", base, "."],
            &["diff", base, "--format", "markdown"],
            &["diff", base, "--format", "json"],
            &["diff", base, "--format", "html"],
            &["diff", base, "-C", text],
            &["review", base],
            &["schema"],
            &["schema", "missions"],
            &["schema", text],
            &["new", "missions", text],
            &["new", "sources", "another"],
            &["new", text, "x"],
            &["versions"],
            &["open", text],
            &["open"],
            &["verify", text],
            &["prune", "--keep", "1"],
            &["site"],
            &["fetch", text],
            &["publish", text],
            &["init", "content"],
            &["theme"],
            &["--root", text, "check"],
            &["--output", text],
            &[text],
            &["build", "--date", text],
        ];
        for command in subcommands(root) {
            assert!(commands.iter().any(|arguments| arguments.first() == Some(&command.as_str())), "`{command}` is not tried here");
        }
        for arguments in commands {
            seen.push_str(&all(root, arguments));
        }
        assert!(seen.contains("pwned"), "nothing of it was shown");
    }
}

#[test]
fn hostile_faults_are_shown_as_text() {
    for text in [HOSTILE, LINES] {
        let folder = book(text);
        let root = folder.path();
        write(root, "content/missions/other.yaml", &format!("{0}: {0}\nally: {0}\nsource: {0}\n", yaml(text)));
        write(root, "content/missions/raw.yaml", "name: \u{1b}[31m\u{202e}\u{9b}x\n");
        write(root, "templates/book.md.jinja", "# x\n\n{{ nothing\u{1b}[31m\u{202e} }}\n");
        for arguments in [
            &["check"][..],
            &["check", "--format", "json"],
            &["check", "--format", "github"],
            &["check", "--format", "sarif"],
            &["build"],
            &["diff", "."],
            &["review", "."],
        ] {
            let shown = all(root, arguments);
            // A forbidden character is named without the text around it, and a comparison names records that it can't read.
            let repeats = matches!(arguments, ["check"] | ["build"]) || (text == LINES && arguments[0] == "check");
            assert!(shown.contains("pwned") || !repeats, "{arguments:?} shows nothing of it: {shown}");
        }
    }
}

#[test]
fn hostile_ledgers_and_manifests_are_shown_as_text() {
    for text in [HOSTILE, LINES] {
        let folder = crate::cli::versions();
        let root = folder.path();
        write(root, "content/book.yaml", "title: Book\nas_of: 2025-11-05\ndocuments: []\n");
        let path = root.join("output/versions.json");
        let ledger = fs::read_to_string(&path).unwrap();
        let mut shown = Vec::new();
        let commands: [&[&str]; 12] = [
            &["versions"],
            &["versions", "--format", "json"],
            &["verify"],
            &["verify", "output/v3/book.pdf"],
            &["prune", "--keep", "1"],
            &["open"],
            &["site"],
            &["diff"],
            &["diff", "v2", "v3"],
            &["build", "--no-pdf"],
            &["fetch", "output", "--output", "copy"],
            &["publish", "public", "--allow-dirty"],
        ];
        for hostile in [
            ledger.replace("\"3 records changed\"", &quoted(text)),
            ledger.replace(&"c".repeat(40), quoted(text).trim_matches('"')),
            ledger.replace("\"2025-10-03\"", &quoted(text)),
            ledger.replace("\"summary\"", &quoted(text)),
            format!("{text}{ledger}"),
        ] {
            assert!(hostile != ledger);
            fs::write(&path, hostile).unwrap();
            shown.extend(commands.map(|arguments| all(root, arguments)));
        }
        fs::write(&path, &ledger).unwrap();
        let manifest = root.join("output/v3/manifest.json");
        let kept = fs::read_to_string(&manifest).unwrap();
        for hostile in [kept.replace("sheets/one.pdf", quoted(text).trim_matches('"')), kept.replace("\"format\"", &quoted(text))] {
            // As one who can write the ledger, too, would have it.
            let entered = brief::version::Digest::of(hostile.as_bytes()).to_string();
            let known = brief::version::Digest::of(kept.as_bytes()).to_string();
            fs::write(&manifest, &hostile).unwrap();
            fs::write(&path, ledger.replace(&known, &entered)).unwrap();
            shown.extend(commands.map(|arguments| all(root, arguments)));
        }
        assert!(shown.iter().any(|shown| shown.contains("pwned")), "nothing of it was shown");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn hostile_names_of_files_are_shown_as_text() {
    let name = HOSTILE.replace('/', "");
    for name in [name.as_str(), "a\n::error::pwned", "b\n##[error]pwned"] {
        let folder = crate::cli::versions();
        let root = folder.path();
        crate::cli::fill(root);
        for place in ["content/options", "content/assets", "templates", "output/draft", "output/v3", "output/latest-one", "fonts"] {
            write(root, &format!("{place}/{name}.yaml"), "name: x\n");
            write(root, &format!("{place}/{name}.pdf"), "%PDF");
        }
        write(root, &format!("output/{name}"), "x");
        let path = root.join(name);
        fs::create_dir_all(path.join("content")).unwrap();
        let mut shown = String::new();
        for arguments in [
            &["check"][..],
            &["check", "--format", "github"],
            &["check", "--format", "json"],
            &["build", "--no-pdf"],
            &["verify"],
            &["versions"],
            &["open", "v3"],
            &["open", "draft"],
            &["prune", "--keep", "1", "--yes"],
            &["site", "--output", name],
            &["check", "--root", name],
            &["build", "--output", name, "--no-pdf"],
            &["verify", name],
            &["diff", name],
            &["diff", ".", "--redline", name],
        ] {
            shown.push_str(&all(root, arguments));
        }
        assert!(shown.contains("pwned"), "nothing of it was shown");
    }
}
