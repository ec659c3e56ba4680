//! Limits: what is far too large, too deep or endless ends soon, in bounded memory, and says which limit it met.
//! What can't be bounded from inside a test is run as a program whose memory and work the system limits.

use std::fs;
use std::path::Path;
use std::process::Command;

use assert_cmd::cargo::CommandCargoExt;

use super::faults::book_of;
use super::snapshot;

/// The memory that `brief check` may use for hostile input, address space included.
#[cfg(target_os = "linux")]
const MEMORY: u64 = 3 << 30;
/// The processor time that it may use, in seconds: what grows with the square of its input uses more.
#[cfg(target_os = "linux")]
const WORK: u64 = 120;

fn base() -> tempfile::TempDir {
    book_of(Path::new("no case"))
}

/// The exit code and the output of `brief check`, run as a program within limits; without a code if it met one.
fn checked(root: &Path) -> (Option<i32>, String) {
    let mut command = Command::cargo_bin("brief").unwrap();
    command.args(["check", "--root"]).arg(root);
    #[cfg(target_os = "linux")]
    #[allow(unsafe_code, reason = "limits are set between fork and exec")]
    // SAFETY: setrlimit may be called between fork and exec, and touches no memory of the parent.
    unsafe {
        use std::os::unix::process::CommandExt;
        command.pre_exec(|| {
            for (resource, most) in [(libc::RLIMIT_AS, MEMORY), (libc::RLIMIT_CPU, WORK)] {
                let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
                if libc::setrlimit(resource, &limit) != 0 {
                    return Err(std::io::Error::last_os_error());
                }
            }
            Ok(())
        });
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    (output.status.code(), said)
}

/// A book with one file more or other, that `brief check` refuses with this code, as `tests/cases/pipeline/bounds/<name>.snap` says.
fn refused(name: &str, file: &str, text: &str, code: &str) {
    let book = base();
    let path = book.path().join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    let (status, said) = checked(book.path());
    let shown: String = said.chars().take(2_000).collect();
    assert_eq!(status, Some(1), "{shown}");
    assert!(said.contains(&format!("error[{code}]")), "{shown}");
    assert!(said.len() < 20_000, "what is said is as long as what was read");
    snapshot::expect("pipeline/bounds", name, &said, status);
}

/// Lists that name lists: `width` to the power of `levels` values.
fn bomb(levels: usize, width: usize) -> String {
    let mut text = "a0: &a0 [x]\n".to_owned();
    for level in 1..levels {
        let items = vec![format!("*a{}", level - 1); width].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{items}]\n"));
    }
    text
}

#[test]
fn an_alias_bomb_is_a_fault_and_so_is_one_under_the_library_s_limit() {
    refused("alias-bomb", "content/missions/bomb.yaml", &bomb(40, 9), "yaml-limit");
    // The library stops at a multiple of the events it has read: filler makes room for many more values.
    let filler: String = (0..20_000).map(|n| format!("f{n}: x\n")).collect();
    refused("alias-bomb-under-the-limit", "content/missions/bomb.yaml", &(filler + &bomb(8, 9)), "yaml-limit");
}

#[test]
fn ten_thousand_levels_are_a_fault() {
    refused("levels", "content/missions/deep.yaml", &format!("name: {}{}\n", "[".repeat(10_000), "]".repeat(10_000)), "yaml-limit");
    let block: String = (0..2_000).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    refused("levels-of-blocks", "content/missions/deep.yaml", &block, "yaml-limit");
}

#[test]
fn a_scalar_of_a_hundred_megabytes_is_a_fault() {
    refused("long-text", "content/missions/long.yaml", &format!("name: {}\n", "x".repeat(100 << 20)), "yaml-limit");
}

#[test]
fn templates_that_do_not_end_are_faults() {
    let templates = [
        "# T\n\n{% for a in range(100000) %}{% for b in range(100000) %}{{ missions.kfor.troops }}{% endfor %}{% endfor %}\n",
        "# T\n\n{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}\n",
        "# T\n\n{% set ns = namespace(x='data') %}{% for a in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}\n",
        "# T\n\n{% macro again(n) %}{{ again(n + 1) }}{{ again(n + 1) }}{% endmacro %}\n{{ again(1) }}\n",
        "# T\n\n{% include 'book.md.jinja' %}\n",
    ];
    for (name, template) in ["loop", "loop-silent", "text-doubling", "macro", "include"].iter().zip(templates) {
        refused(&format!("template-{name}"), "templates/book.md.jinja", template, "template-limit");
    }
}

/// A template that `brief check` refuses as beyond a limit, at this line.
fn limited(what: &str, template: &str, at: &str) {
    let book = base();
    fs::write(book.path().join("templates/book.md.jinja"), template).unwrap();
    fs::write(book.path().join("templates/big.jinja"), "x".repeat(1 << 20)).unwrap();
    fs::write(book.path().join("templates/twice.jinja"), "x{% include 'twice.jinja' ignore missing %}{% include 'twice.jinja' %}").unwrap();
    let (status, said) = checked(book.path());
    let shown: String = said.chars().take(2_000).collect();
    assert_eq!(status, Some(1), "{what}: {shown}");
    assert!(said.contains("error[template-limit]"), "{what}: {shown}");
    // At its place, or where the template with that place is included.
    let places = ["-->", "included here:"].map(|lead| format!("{lead} templates/book.md.jinja{at}"));
    assert!(places.iter().any(|place| said.contains(place)), "{what}: {shown}");
    assert!(said.len() < 20_000, "{what}: what is said is as long as what was read");
}

#[test]
fn chains_and_nests_that_are_too_deep_are_faults() {
    let long = |start: &str, piece: &str, end: &str| format!("# T\n\n{start}{}{end}\n", piece.repeat(30_000));
    for piece in [" ~ 1", " + 1", " | upper", ".a", "[0]", "()", " and 1", " or 1", " is odd", " == 1", " if 1 else 1", " ** 2"] {
        limited(piece, &long("{{ book", piece, " }}"), ":3:");
        limited(piece, &long("{{ book", piece, "\n` }}"), ":3:");
    }
    for piece in ["not ", "-", "(", "[", "{'a': "] {
        limited(piece, &long("{{ ", piece, "1 }}"), ":3:");
    }
    limited("elif", &long("{% if 0 %}", "{% elif 0 %}", "{% endif %}"), ":3:");
    limited("blocks", &long("", "{% if 1 %}", ""), ":3:");
    limited("brackets", &format!("# T\n\n{{{{ {}1{} }}}}\n", "(".repeat(30_000), ")".repeat(30_000)), ":3:");
    limited("set", &long("{% set x = 1", " ~ 1", " %}"), ":3:");
    limited("filter", &long("{% filter upper", " | upper", " %}{% endfilter %}"), ":3:");
}

/// What a template makes in a loop or by doubling: refused where it outgrows what a template may hold, at the line that does it.
#[test]
fn values_that_grow_without_end_are_faults() {
    let many = |line: &str| line.to_owned() + "\n";
    let again = |line: &str| many(line).repeat(60);
    let looped = |start: &str, step: &str| {
        format!("{{% set ns = namespace(x={start}) %}}\n{{% for i in range(100000) %}}\n{step}\n{{% endfor %}}\n")
    };
    let big = "{% set big = 'a b,' * 8000000 %}\n";
    let printed = "{% set x %}{% for i in range(20000) %}{{ missions.kfor.troops }} {% endfor %}{% endset %}\n";
    // From line 3 on; `line` is where the fault is.
    let cases: &[(&str, String, usize)] = &[
        ("list in a list", looped("1", "{% set ns.x = [ns.x] %}"), 5),
        ("tuple in a tuple", looped("1", "{% set ns.x = (ns.x, 1) %}"), 5),
        ("bare tuple", looped("1", "{% set ns.x = ns.x, 1 %}"), 5),
        ("mapping in a mapping", looped("1", "{% set ns.x = {'a': ns.x} %}"), 5),
        ("dict in a dict", looped("1", "{% set ns.x = dict(a=ns.x) %}"), 5),
        ("key", looped("1", "{% set ns.x = {[ns.x]: 1} %}"), 5),
        ("namespace in itself", looped("1", "{% set ns.x = ns %}"), 5),
        ("namespace in a list in itself", looped("1", "{% set ns.x = [[ns]] %}"), 5),
        ("namespace in a namespace", looped("1", "{% set n = namespace(a=ns) %}"), 5),
        ("loop", looped("1", "{% for a in [1] %}{% set ns.x = loop %}{% endfor %}"), 5),
        ("macro", looped("1", "{% macro m() %}{{ ns.x }}{% endmacro %}{% set ns.x = m %}"), 5),
        ("batch", looped("[1]", "{% set ns.x = ns.x | batch(1) %}"), 5),
        ("slice", looped("[1]", "{% set ns.x = ns.x | slice(1) %}"), 5),
        ("zip", looped("[1]", "{% set ns.x = ns.x | zip([1]) %}"), 5),
        ("items", looped("{'a': 1}", "{% set ns.x = {'a': ns.x | items} %}"), 5),
        ("dictsort", looped("{'a': 1}", "{% set ns.x = {'a': ns.x | dictsort} %}"), 5),
        ("map of batch", looped("[[1]]", "{% set ns.x = [ns.x] | map('batch', 1) %}"), 5),
        ("chain", looped("[1]", "{% set ns.x = ns.x | chain(ns.x) %}"), 5),
        ("lists on lists", looped("[1]", "{% set ns.x = ns.x + ns.x %}"), 5),
        ("shared list", format!("{{% set a = [1] %}}\n{}", again("{% set a = [a, a] %}")), 0),
        ("shared tuple", format!("{{% set a = [1] %}}\n{}", again("{% set a = a, a %}")), 0),
        ("shared mapping", format!("{{% set a = [1] %}}\n{}", again("{% set a = {'a': a, 'b': a} %}")), 0),
        ("shared in a loop", looped("[1]", "{% set ns.x = [ns.x, ns.x, ns.x, ns.x] %}"), 5),
        ("shared in macros", "{% macro m(a) %}\n{{ m([a, a]) }}\n{% endmacro %}\n{{ m([1]) }}\n".to_owned(), 4),
        (
            "compared",
            format!(
                "{{% set a = [range(400) | batch(1)] * 900 %}}\n{}",
                "{% for i in range(100000) %}{% if a == a + [] %}{% endif %}{% endfor %}"
            ),
            4,
        ),
        ("sorted", format!("{{% set a = [range(1000) | batch(1)] * 900 %}}\n{}", "{% set b = a | sort %}"), 3),
        ("text of the template", format!("{{% for i in range(100000) %}}\n{}\n{{% endfor %}}\n", "x".repeat(1 << 20)), 3),
        (
            "captured text of the template",
            format!("{{% set x %}}{{% for i in range(100000) %}}\n{}\n{{% endfor %}}{{% endset %}}\n", "x".repeat(1 << 20)),
            3,
        ),
        ("text included", "{% for i in range(100000) %}\n{% include 'big.jinja' %}\n{% endfor %}\n".to_owned(), 3),
        ("text included twice in itself", "{% include 'twice.jinja' %}\n".to_owned(), 0),
        ("slices", "{{ [1] | slice(1000000000) | length }}\n".to_owned(), 3),
        ("batch filled up", "{{ [1] | batch(1000000000, 'x') | length }}\n".to_owned(), 3),
        ("list times number", "{{ ([1] * 60000000) | length }}\n".to_owned(), 3),
        ("upper", format!("{big}{{% for i in range(100000) %}}\n{{% set y = big | upper %}}\n{{% endfor %}}\n"), 5),
        ("trim", format!("{big}{{% for i in range(100000) %}}\n{{% set y = big | trim %}}\n{{% endfor %}}\n"), 5),
        ("length", format!("{big}{{% for i in range(100000) %}}\n{{% set y = big | length %}}\n{{% endfor %}}\n"), 5),
        ("is string", format!("{big}{{% for i in range(100000) %}}\n{{% if big is string %}}{{% endif %}}\n{{% endfor %}}\n"), 5),
        ("split", format!("{big}{{% for i in range(100000) %}}\n{{% set y = big | split(',') %}}\n{{% endfor %}}\n"), 5),
        ("lines", format!("{big}{{% for i in range(100000) %}}\n{{% set y = big | lines %}}\n{{% endfor %}}\n"), 5),
        ("indent", format!("{big}{{% for i in range(100000) %}}\n{{% set y = big | indent(4) %}}\n{{% endfor %}}\n"), 5),
        ("letters that grow", "{% set big = 'ΐ' * 30000000 %}\n{{ big | upper | upper | length }}\n".to_owned(), 4),
        (
            "texts kept",
            format!(
                "{big}{{% set ns = namespace(x=[]) %}}\n{{% for i in range(1000) %}}\n{{% set ns.x = ns.x + [big ~ i] %}}\n{{% endfor %}}\n"
            ),
            6,
        ),
        (
            "mapping copied",
            "{% set ns = namespace(x={}) %}\n{% for i in range(100000) %}\n{% set ns.x = dict(ns.x, **{'a' ~ i: i}) %}\n{% endfor %}\n"
                .to_owned(),
            5,
        ),
        ("printed text upper", format!("{printed}{{% for i in range(100000) %}}\n{{% set y = x | upper %}}\n{{% endfor %}}\n"), 5),
        ("printed text uncited", format!("{printed}{{% for i in range(100000) %}}\n{{% set y = x | uncited %}}\n{{% endfor %}}\n"), 5),
        ("printed text as a condition", format!("{printed}{{% for i in range(100000) %}}\n{{% if x %}}{{% endif %}}\n{{% endfor %}}\n"), 4),
        ("printed text compared", format!("{printed}{{% for i in range(100000) %}}\n{{% if x == i %}}{{% endif %}}\n{{% endfor %}}\n"), 5),
        ("joined", format!("{big}{{{{ range(100000) | join(big) }}}}\n"), 4),
        ("formatted", format!("{big}{{% set b = ('%(a)s' * 1000) | format(a=big) %}}\n"), 4),
    ];
    for (what, template, line) in cases {
        let at = if *line == 0 { String::new() } else { format!(":{line}:") };
        limited(what, &format!("# T\n\n{template}"), &at);
    }
}

/// A book whose records hold Markdown of these texts, printed by this template: what `check` says of it.
fn checked_texts(texts: &[String], template: &str) -> (Option<i32>, String) {
    let book = base();
    let schema = "type: object\nproperties:\n  name: { type: string }\n  text: { type: string, format: markdown }\n";
    fs::create_dir_all(book.path().join("content/texts")).unwrap();
    fs::write(book.path().join("content/schemas/texts.yaml"), schema).unwrap();
    for (index, text) in texts.iter().enumerate() {
        fs::write(book.path().join(format!("content/texts/t{index}.yaml")), format!("name: t{index}\ntext: {text:?}\n")).unwrap();
    }
    fs::write(book.path().join("templates/book.md.jinja"), template).unwrap();
    checked(book.path())
}

/// Texts that print each other: many times over, and one within the other.
#[test]
fn texts_that_name_each_other_are_bounded() {
    let next = |index: usize, times: usize| format!("[=texts/t{}/text] ", index + 1).repeat(times);
    let wide: Vec<String> = (0..10).map(|index| next(index, 10) + "x").chain(["x".to_owned()]).collect();
    let deep: Vec<String> = (0..2_000).map(|index| next(index, 1)).chain(["x".to_owned()]).collect();
    for (what, texts) in [("wide", wide), ("deep", deep)] {
        let (status, said) = checked_texts(&texts, "# T\n\n{{ texts.t0.text }}\n");
        let shown: String = said.chars().take(2_000).collect();
        assert!(status == Some(1) && said.contains("error[template-limit]"), "{what}: {shown}");
        assert!(said.contains("--> content/texts/t"), "{what}: {shown}");
        assert!(said.len() < 20_000, "{what}: {}", said.len());
    }
    let fine: Vec<String> = (0..10).map(|index| next(index, 1) + "x").chain(["x".to_owned()]).collect();
    assert_eq!(checked_texts(&fine, "# T\n\n{{ texts.t0.text }}\n").0, Some(0));
}

/// What is short in the template and long in the document, printed by the million.
#[test]
fn what_is_printed_again_and_again_is_bounded() {
    let long = vec!["word ".repeat(200_000)];
    let again = |what: &str, between: &str| {
        format!("# T\n\n{{% for i in range(100000) %}}{{% for j in range(17) %}}{what}{between}{{% endfor %}}{{% endfor %}}\n")
    };
    let total =
        "{% set ns = namespace(x=missions.kfor.troops) %}{% for i in range(200) %}{% set ns.x = ns.x + missions.kfor.troops %}{% endfor %}";
    for (what, template) in [
        ("a long text", again("{{ texts.t0.text }}", " ")),
        ("a derived figure", again("{{ ns.x }}", " ").replace("# T\n\n", &format!("# T\n\n{total}"))),
        ("the notes", again("{{ notes() }}", "\n\n")),
        ("the sources", again("{{ sources_cited() }}", "\n\n")),
        ("lists of tables", again("{{ list_of_tables() }}", "\n\n")),
        ("marks", again("*a ", "*a *a *a *a *a *a *a *a ")),
        ("list items", again("* x\n", "* x\n* x\n* x\n")),
        ("dangling links", again("[x](#y) ", "[x](#z) ")),
        ("cells", again("| a | b |\n", "").replace("# T\n\n", "# T\n\n| a | b |\n|---|---|\n")),
    ] {
        let (status, said) = checked_texts(&long, &template);
        let shown: String = said.chars().take(2_000).collect();
        assert!(status.is_some(), "{what}: it was ended: {shown}");
        assert!(said.contains("error[template-limit]") || status == Some(0), "{what}: {shown}");
    }
}

/// Memory has one limit, however many records give leave to work longer.
#[test]
fn a_book_of_many_records_takes_no_more_memory() {
    let book = base();
    let missions: String = (0..20_000).map(|n| format!("m{n}: {{ name: Mission {n} }}\n")).collect();
    fs::remove_dir_all(book.path().join("content/missions")).unwrap();
    fs::write(book.path().join("content/missions.yaml"), missions).unwrap();
    let template = "# T\n\n{% set big = 'ab' * 1000000 %}{% set ns = namespace(x=[]) %}\n{% for m in missions %}{% set ns.x = ns.x + [big ~ m.id] %}{% endfor %}\n";
    fs::write(book.path().join("templates/book.md.jinja"), template).unwrap();
    let (status, said) = checked(book.path());
    let shown: String = said.chars().take(2_000).collect();
    assert!(status == Some(1) && said.contains("takes more memory than a template may"), "{shown}");
    assert!(said.contains("--> templates/book.md.jinja:4:"), "{shown}");
}

#[test]
fn long_templates_that_are_not_deep_are_fine() {
    let book = base();
    let branches: String = (0..200).map(|n| format!("{{% elif missions.kfor.name == 'n{n}' %}}{n}")).collect();
    let cells: String = (0..2_000).map(|n| format!("['cell {n}', missions.kfor.name | upper], ")).collect();
    let joined = " ~ missions.kfor.name".repeat(200);
    let template = format!(
        "# T\n\n{{% if 0 %}}{branches}{{% else %}}fine{{% endif %}}\n\n\
         {{% for a, b in [{cells}] %}}{{{{ a }}}}: {{{{ b }}}}. {{% endfor %}}\n\n{{{{ 'x'{joined} }}}}\n"
    );
    fs::write(book.path().join("templates/book.md.jinja"), template).unwrap();
    let (status, said) = checked(book.path());
    assert_eq!(status, Some(0), "{}", said.chars().take(2_000).collect::<String>());
}

#[test]
fn a_pattern_that_would_backtrack_for_ever_ends() {
    let book = base();
    let schema = "type: object\nproperties:\n  name: { type: string, pattern: '^(a+)+$' }\n";
    fs::write(book.path().join("content/schemas/missions.yaml"), schema).unwrap();
    fs::write(book.path().join("content/missions/kfor.yaml"), format!("name: {}!\n", "a".repeat(50_000))).unwrap();
    let (status, said) = checked(book.path());
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("missions/kfor"), "{said}");
}

/// Brackets that begin no mention, in a text of some megabytes: read once, not once for each of them.
#[test]
fn a_text_full_of_brackets_is_read_once() {
    for piece in ["[=", "[@", "[@;", "[= ]", "![", "](", "*a ", "> ", "`", "~", "<a ", "| "] {
        let book = base();
        fs::write(book.path().join("content/missions/kfor.yaml"), format!("name: x\ntext: \"{}\"\n", piece.repeat(40_000))).unwrap();
        fs::write(book.path().join("templates/book.md.jinja"), "# T\n\n{{ missions.kfor.text }}\n").unwrap();
        let (status, _) = checked(book.path());
        assert!(status.is_some(), "`{piece}` takes more work than it may");
    }
}

/// A comment where a locator was meant, in a file of many records: found, and looked for once, not once for each of them.
#[test]
fn one_comment_costs_a_file_of_many_records_no_square() {
    let book = base();
    let mission = |n: usize| format!("m{n}:\n  name: Mission {n}\n  source: report{}\n", if n == 40_000 { " #7" } else { "" });
    let missions: String = (0..60_000).map(mission).collect();
    fs::remove_dir_all(book.path().join("content/missions")).unwrap();
    fs::write(book.path().join("content/missions.yaml"), missions).unwrap();
    fs::write(book.path().join("templates/book.md.jinja"), "# T\n\n{{ missions.m40000 }}\n").unwrap();
    let (status, said) = checked(book.path());
    let shown: String = said.chars().take(2_000).collect();
    assert_eq!(status, Some(0), "{shown}");
    assert!(said.contains("--> content/missions.yaml:120003:"), "{shown}");
}

#[test]
fn ten_thousand_documents_are_fine() {
    let book = base();
    let missions: String =
        (0..10_000).map(|n| format!("m{n}: {{ name: Mission {n}, troops: {n}, source: report#{} }}\n", n % 90 + 1)).collect();
    fs::remove_dir_all(book.path().join("content/missions")).unwrap();
    fs::write(book.path().join("content/missions.yaml"), missions).unwrap();
    let settings =
        "title: Many\nas_of: 2025-11-05\ndocuments:\n  - { id: \"missions/{{ record.id }}\", each: missions, template: book.md.jinja }\n";
    fs::write(book.path().join("content/book.yaml"), settings).unwrap();
    fs::write(book.path().join("templates/book.md.jinja"), "# {{ record }}\n\n{{ record.troops }} troops.\n").unwrap();
    let (status, said) = checked(book.path());
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("documents: no errors"), "{said}");
}
