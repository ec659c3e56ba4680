//! How claims behave in templates: a table of expressions, each with what it prints or what is said of it.

use std::fs;
use std::path::Path;

use brief::diagnostic::Severity;
use brief::pipeline;
use tempfile::TempDir;

use crate::faults::{Quiet, markdown};
use crate::press;

const FILES: [(&str, &str); 4] = [
    ("content/book.yaml", "title: Figures\nas_of: 2025-11-05\ndocuments:\n  - { id: book, template: book.md.jinja }\n"),
    ("content/sources.yaml", "report:\n  title: The report\nletter:\n  title: The letter\nledger:\n  title: The ledger\n"),
    (
        "content/schemas/items.yaml",
        "type: object\nadditionalProperties: false\nproperties:\n  name: { type: string }\n  rate: { type: number }\n  \
         n: { type: number, x-claim: true }\n  text: { type: string, x-claim: true }\n  \
         when: { type: string, format: partial-date, x-claim: true }\n  yes: { type: boolean, x-claim: true }\n  \
         tasks: { type: array, x-claim: true, items: { type: string } }\n  \
         map: { type: object, x-claim: true }\n  steps: { type: array, items: { type: number, x-claim: true } }\n  note: { type: string, format: markdown }\n  \
         plain: { type: string }\n",
    ),
    (
        "content/items.yaml",
        r#"
ten:      { name: Ten, source: report#1, n: 10, text: Done, when: 2025-06-03, yes: true, tasks: [deter, report], map: { one: 1 }, steps: [1, 2], rate: 0.5, plain: done, note: "A *note*." }
three:    { name: Three, source: letter#2, n: 3, text: open, when: { value: 2024-02, approximate: true } }
about:    { name: About, source: ledger, n: { value: 50, approximate: true } }
least:    { name: Least, source: report#3, n: { value: 49.6, at_least: true } }
most:     { name: Most, source: letter#4, n: { value: 7.2, at_most: true } }
span:     { name: Span, source: ledger#5, n: { range: [20, 30.5] } }
unknown:  { name: Unknown, source: letter#6, n: { unknown: not-reported }, text: { unknown: not-known } }
eur:      { name: Euro, source: report#7, n: { value: 1200000.5, unit: EUR } }
euro:     { name: More euro, source: letter#8, n: { value: 20000, unit: EUR, approximate: true } }
usd:      { name: Dollar, source: ledger#9, n: { value: 5, unit: USD } }
share:    { name: Share, source: report#10, n: { value: 5, unit: "%" } }
tenth:    { name: Tenth, source: report#11, n: 0.1 }
fifth:    { name: Fifth, source: letter#12, n: 0.2 }
zero:     { name: Zero, source: report#13, n: 0 }
minus:    { name: Minus, source: report#14, n: -20000 }
huge:     { name: Huge, source: report#15, n: 1.0e300 }
tiny:     { name: Tiny, source: report#16, n: 1.0e-7 }
number:   { name: Spelled, source: report#17, text: "2.5 Mrd." }
"#,
    ),
];

/// Names that each expression may use, and a macro.
const PREAMBLE: &str = "\
{% macro show(x) %}{{ x }}{% endmacro %}
{% macro say(x) %}It is {{ x }}.{% endmacro %}
{% set i = items %}
{% set caught %}{{ items.ten.text }}{% endset %}
{% set figure %}{{ items.eur.n }} it is{% endset %}
{% set named %}{{ items.ten }} and {{ items.three.name }}{% endset %}
{% set empty %}{{ items.ten.plain | replace('done', '') }}{% endset %}
";

fn book(body: &str) -> TempDir {
    let book = tempfile::tempdir().unwrap();
    for (path, text) in FILES {
        write(book.path(), path, text);
    }
    write(book.path(), "templates/book.md.jinja", &format!("# Figures\n\n{PREAMBLE}\n{body}"));
    book
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// What is said of a book whose template prints this.
fn said(body: &str) -> Vec<String> {
    let book = book(body);
    let checked = pipeline::check(book.path(), &[], &Quiet).unwrap();
    let errors = checked.diagnostics.iter().filter(|d| d.severity == Severity::Error);
    errors.map(|d| d.message.replace("document `book` can't be rendered: ", "")).collect()
}

/// Holds each expression against the text that it prints, with the marks of its notes as their sources.
fn prints(table: &[(&str, &str)]) {
    let body: Vec<String> = table.iter().enumerate().map(|(n, (expression, _))| format!("Line {n}: {{{{ {expression} }}}}\n")).collect();
    let book = book(&body.join("\n"));
    let text = markdown(book.path());
    // A note may stand for several sources, in the order in which the document first cites them.
    let note = |label: &str| -> String {
        let start = format!("[^{label}]: ");
        let note = text.split(&start).nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or("The unknown");
        let named = note.split("The ").skip(1).map(|source| {
            let name = source.split(|c: char| !c.is_alphabetic()).next().unwrap_or("?");
            let place: String = source.chars().filter(char::is_ascii_digit).collect();
            if place.is_empty() { format!("[{name}]") } else { format!("[{name} {place}]") }
        });
        named.collect()
    };
    // The marks of a line in alphabetical order, behind its text.
    let sorted = |line: &str| -> String {
        let (mut marks, mut rest) = (Vec::new(), String::new());
        for part in line.split_inclusive(']') {
            match part.split_once('[') {
                Some((before, mark)) if mark.ends_with(']') => {
                    rest.push_str(before);
                    marks.push(mark.to_owned());
                }
                _ => rest.push_str(part),
            }
        }
        marks.sort();
        marks.iter().fold(rest, |line, mark| format!("{line} [{mark}"))
    };
    let mut wrong = Vec::new();
    for (n, (expression, expected)) in table.iter().enumerate() {
        let start = format!("Line {n}: ");
        let mut line = text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or("?").replace('\\', "");
        while let Some((before, rest)) = line.split_once("[^").filter(|(_, rest)| rest.contains(']')) {
            let (label, after) = rest.split_once(']').unwrap();
            line = format!("{}{}{after}", before.trim_end_matches(['\u{202f}', '\u{a0}', ' ']), note(label));
        }
        if sorted(&line) != sorted(expected) {
            wrong.push(format!("{expression}\n     prints {line}\n     not    {expected}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// Holds each expression against a part of what is said of it.
fn refuses(table: &[(&str, &str)]) {
    let mut wrong = Vec::new();
    for (expression, expected) in table {
        let found = said(&format!("{{{{ {expression} }}}}\n"));
        if !(found.len() == 1 && found[0].contains(expected)) {
            wrong.push(format!("{expression}\n     says {found:?}\n     not  {expected}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn claims_calculate_as_quantities() {
    prints(&[
        ("i.ten.n + i.three.n", "13[report 1][letter 2]"),
        ("i.three.n + i.ten.n", "13[letter 2][report 1]"),
        ("i.tenth.n + i.fifth.n", "0.3[report 11][letter 12]"),
        ("0.1 + 0.2", "0.3"),
        ("i.ten.n - i.three.n", "7[report 1][letter 2]"),
        ("i.ten.n * 3", "30[report 1]"),
        ("3 * i.ten.n", "30[report 1]"),
        ("i.ten.n / i.three.n", "3.33333333333[report 1][letter 2]"),
        ("i.ten.n / 3 * 3", "10[report 1]"),
        ("i.ten.n // i.three.n", "3[report 1][letter 2]"),
        ("i.ten.n % i.three.n", "1[report 1][letter 2]"),
        ("i.ten.n ** 2", "100[report 1]"),
        ("-i.ten.n", "-10[report 1]"),
        ("-i.ten.n | abs", "10[report 1]"),
        ("i.ten.n + i.three.n * 2", "16[report 1][letter 2]"),
        ("(i.ten.n + i.three.n) * 2", "26[report 1][letter 2]"),
        ("i.ten.n + i.least.n", "at least 59.6[report 1][report 3]"),
        ("i.least.n + i.ten.n", "at least 59.6[report 3][report 1]"),
        ("i.ten.n - i.least.n", "at most -39.6[report 1][report 3]"),
        ("i.least.n - i.most.n", "at least 42.4[report 3][letter 4]"),
        ("i.about.n + i.ten.n", "about 60[ledger][report 1]"),
        ("i.about.n + i.least.n", "at least about 99.6[ledger][report 3]"),
        ("i.span.n + i.ten.n", "30–40.5[ledger 5][report 1]"),
        ("i.ten.n - i.span.n", "-20.5 – -10[report 1][ledger 5]"),
        ("i.eur.n + i.euro.n", "about 1,220,000.5 EUR[report 7][letter 8]"),
        ("i.eur.n * 2", "2,400,001 EUR[report 7]"),
        ("i.euro.n / i.euro.n", "about 1[letter 8]"),
        ("i.euro.n * i.share.n", "about 1000 EUR[letter 8][report 10]"),
        ("0 + i.eur.n", "1,200,000.5 EUR[report 7]"),
        ("[i.eur.n, i.euro.n] | sum", "about 1,220,000.5 EUR[report 7][letter 8]"),
        ("[i.ten.n] | sum", "10[report 1]"),
        ("[i.ten, i.three] | sum(attribute='n')", "13[report 1][letter 2]"),
        ("[1, 2.5] | sum", "3.5"),
        ("[] | sum", "0"),
        ("i.least.n | round", "at least 49[report 3]"),
        ("i.most.n | round", "at most 8[letter 4]"),
        ("i.about.n | round(-2)", "about 100[ledger]"),
        ("i.span.n | round", "20–31[ledger 5]"),
        ("i.eur.n | round", "1,200,001 EUR[report 7]"),
        ("i.eur.n | int", "1,200,000 EUR[report 7]"),
        ("i.least.n | int", "at least 49[report 3]"),
        ("i.about.n | float", "about 50[ledger]"),
        ("i.minus.n | abs", "20,000[report 14]"),
        ("i.three.when | date", "about February 2024[letter 2]"),
        ("i.ten.when | date('short')", "3 Jun 2025[report 1]"),
        ("[i.ten.n, i.three.n] | max", "10[report 1]"),
        ("[i.ten.n, i.three.n] | min", "3[letter 2]"),
        ("[i.ten.n, i.least.n] | max", "at least 49.6[report 3]"),
        ("[i.eur.n, i.euro.n] | min", "about 20,000 EUR[letter 8]"),
        ("[i.ten, i.three] | max(attribute='n')", "Ten"),
        ("[i.ten, i.three, i.about] | sort(attribute='n') | map(attribute='name') | list", "Three, Ten and About"),
        ("[i.ten, i.three, i.least] | sort(attribute='n', reverse=true) | map(attribute='name') | list", "Least, Ten and Three"),
        ("(i.ten.n | number(decimals=1)) + 1", "11[report 1]"),
        ("i.ten.n * i.ten.rate", "5[report 1]"),
        ("(i.ten.n + i.eur.n if false else i.ten.n) + 1", "11[report 1]"),
        ("i.ten.n\n  +\n  i.three.n", "13[report 1][letter 2]"),
        ("i.ten.n ~ ' and ' ~ i.three.n + 1 if false else i.ten.n + 1", "11[report 1]"),
        ("'a' + 'b' ~ 'c'", "abc"),
        ("([1] + [2]) | list", "1 and 2"),
        ("'ab' * 2", "abab"),
        ("7 // 2 * 2 + 7 % 2 - 2 ** 3", "-1"),
        ("(i.ten.n + i.three.n) | uncited", "13"),
        ("(i.ten.n | uncited) + 1", "11"),
        ("(i.ten.n + i.three.n).unit | default('none')", "none"),
        ("(i.eur.n * 2).unit", "EUR"),
        ("(i.about.n + 1).approximate", "yes"),
        ("(i.least.n + 1).at_least", "yes"),
    ]);
}

#[test]
fn what_has_no_sound_answer_names_both_claims() {
    refuses(&[
        ("i.eur.n + i.usd.n", "`items/eur/n` is in EUR and `items/usd/n` is in USD, so `+` has no answer"),
        ("[i.eur.n, i.usd.n] | sum", "`items/eur/n` is in EUR and `items/usd/n` is in USD"),
        ("i.eur.n - i.ten.n", "`items/eur/n` is in EUR and `items/ten/n` has no unit"),
        ("i.eur.n + 100", "`items/eur/n` is in EUR and the number 100 has no unit"),
        ("i.eur.n * i.euro.n", "`items/eur/n` is in EUR and `items/euro/n` is in EUR, and there is no unit for what `*` makes"),
        ("i.eur.n / i.usd.n", "`items/eur/n` is in EUR and `items/usd/n` is in USD"),
        ("i.ten.n / i.usd.n", "there is no unit"),
        ("i.usd.n ** 2", "there is no unit"),
        (
            "i.ten.n + i.unknown.n",
            "`items/unknown/n` is not known, so `+` has no answer; test it with `is known` first (the other operand is `items/ten/n`)",
        ),
        ("[i.ten.n, i.unknown.n] | sum", "`items/unknown/n` is not known"),
        (
            "i.ten.n + i.number.text",
            "`items/number/text` is a text, not a number, so `+` has no answer (the other operand is `items/ten/n`)",
        ),
        ("[i.ten.n, i.number.text] | sum", "`items/number/text` is a text"),
        ("[i.number.text, i.ten.n] | sum", "`items/number/text` is a text"),
        ("[i.number.text] | sum", "`items/number/text` is a text"),
        ("i.number.text | int", "`items/number/text` is a text"),
        ("i.number.text | float", "`items/number/text` is a text"),
        ("i.number.text | round", "`items/number/text` is a text"),
        ("i.number.text + 'x'", "`items/number/text` is a text"),
        ("i.unknown.n | round", "`items/unknown/n` is not known"),
        ("-i.unknown.n", "`items/unknown/n` is not known"),
        ("i.least.n + i.most.n", "`items/least/n` and `items/most/n` have no bound in common"),
        ("i.ten.n / i.zero.n", "`items/zero/n` is zero, so `items/ten/n` can't be divided by it"),
        ("i.ten.n / i.most.n", "`items/most/n` may be zero"),
        ("i.about.n % i.three.n", "`items/about/n` and `items/three/n` are not both exact"),
        ("i.ten.n ** i.about.n", "`items/about/n` can't be the exponent of `items/ten/n`"),
        ("i.huge.n ** 100", "too many digits"),
        ("i.ten.n + i.ten.yes", "`items/ten/yes` is yes or no"),
        ("i.ten.n + i.ten.tasks", "`items/ten/tasks` is a list"),
        ("i.ten.n + none", "`+` can't be done with an absent field (the other operand is `items/ten/n`)"),
        ("i.ten.n + i.ten.plain", "`+` can't be done with the text `done` (the other operand is `items/ten/n`)"),
        ("i.ten.n + caught", "`+` can't be done with printed text (the other operand is `items/ten/n`)"),
        ("i.ten.n + i.ten", "`+` can't be done with the record `items/ten`"),
        ("i.eur.n > i.usd.n", "`items/eur/n` is in EUR and `items/usd/n` is in USD, so `>` has no answer"),
        ("i.eur.n == i.usd.n", "`items/eur/n` is in EUR and `items/usd/n` is in USD"),
        ("i.eur.n > i.ten.n", "`items/eur/n` is in EUR and `items/ten/n` has no unit"),
        ("i.least.n > 60", "`items/least/n` and the number 60 overlap, so whether `>` holds is not known"),
        ("i.least.n == 49.6", "overlap"),
        ("i.span.n < i.about.n - 25", "`items/span/n` and `items/about/n - 25` overlap"),
        (
            "i.unknown.n > i.ten.n",
            "`items/unknown/n` is not known, so `>` has no answer; test it with `is known` first (compared with `items/ten/n`)",
        ),
        ("i.ten.n == i.unknown.n", "`items/unknown/n` is not known"),
        ("i.unknown.text == 'done'", "`items/unknown/text` is not known"),
        ("i.ten.n == i.ten.text", "the claim `items/ten/n`, a number, can't be compared with the claim `items/ten/text`, a text, by `==`"),
        ("i.ten.n < 'many'", "the claim `items/ten/n`, a number, can't be compared with a text by `<`"),
        ("[i.eur.n, i.usd.n] | max", "`items/usd/n`"),
        ("[i.eur.n, i.usd.n] | sort | list", "`items/eur/n` is in EUR and `items/usd/n` is in USD, so `sort` has no answer"),
        ("[i.eur.n, i.ten.n] | sort | list", "`items/eur/n` is in EUR and `items/ten/n` has no unit, so `sort` has no answer"),
        ("[i.ten.n, i.text.text] | sort | list", "has no `text`"),
        ("[i.ten.n, i.number.text] | sort | list", "`sort` can't compare `items/ten/n`, a number, with `items/number/text`, a text"),
        ("[i.ten.n, i.number.text] | max", "`max` can't compare `items/ten/n`, a number, with `items/number/text`, a text"),
        ("[i.ten.n, i.unknown.n] | sort | list", "`items/unknown/n` is not known, so `sort` has no answer"),
        ("[i.ten.n, i.unknown.n] | min", "`items/unknown/n` is not known, so `min` has no answer"),
        ("[i.least.n, i.about.n] | max", "overlap"),
        ("i.least.n is even", "`items/least/n` is not exact"),
        ("range(i.three.n) | list", "`range` takes a whole number here, not the claim `items/three/n`; take its `.value`"),
        ("'%d' | format(i.ten.n)", "`format` can print `items/ten/n` by `%s` alone, not by `%d`"),
        ("'%.1f' | format(i.ten.n)", "`format` can print `items/ten/n` by `%s` alone"),
        ("{i.ten.text: 1}", "`items/ten/text` can't be a key of a mapping"),
        ("{i.ten.text.value: 1}", "can't be a key of a mapping"),
        ("[1, 2, 3] | batch(i.ten.n) | list", "`batch` takes a whole number here, not the claim `items/ten/n`"),
        ("i.ten.n[0]", "`[…]` can't take `items/ten/n` apart"),
        ("i.ten.text[:2]", "`[…]` can't take `items/ten/text` apart"),
        ("[1, 2][i.ten.n:]", "`[…]` takes whole numbers, not `items/ten/n`"),
        ("i.eur.n | replace('2', '3')", "`replace` would print the figure `items/eur/n` with other digits"),
        ("i.eur.n | truncate(4)", "`truncate` would print the figure `items/eur/n` with other digits"),
        ("i.ten.n | first", "`first` takes a list, not the claim `items/ten/n`"),
        ("i.ten.n | length", "`length` takes a list or a text, not the claim `items/ten/n`"),
        ("i.unknown.n | plural('record')", "`items/unknown/n` is not known"),
        ("1 / 0", "divide by zero"),
        ("1e400", "too large to be printed"),
        ("{'a': 1}", "a mapping can't be printed as it is"),
        ("i.ten.n.nothing", "claim `items/ten/n` has no `nothing`"),
    ]);
}

#[test]
fn claims_compare_by_what_is_certain() {
    prints(&[
        ("i.ten.n > i.three.n", "yes"),
        ("i.ten.n == 10 and i.ten.n != 11", "yes"),
        ("i.eur.n > 1000", "yes"),
        ("i.least.n > 40", "yes"),
        ("i.least.n < 40", "no"),
        ("i.least.n >= 49.6", "yes"),
        ("i.most.n <= 7.2 and not i.most.n > 8", "yes"),
        ("i.span.n < 31", "yes"),
        ("i.span.n == 40", "no"),
        ("1 < i.three.n <= 3", "yes"),
        ("i.about.n == 50", "yes"),
        ("i.tenth.n + i.fifth.n == 0.3", "yes"),
        ("i.ten.n in [1, 10]", "yes"),
        ("i.ten.n in [i.three.n, i.ten.n]", "yes"),
        ("i.ten.n not in [1, 'x']", "yes"),
        ("i.ten.text in ['Done']", "yes"),
        ("'on' in i.ten.text", "yes"),
        ("i.unknown.n == none", "yes"),
        ("i.unknown.n is known", "no"),
        ("i.ten.yes == true", "yes"),
        ("i.ten.text | lower == 'done'", "yes"),
        ("i.ten.n is eq(10) and i.ten.n is gt(3) and i.ten.n is divisibleby(5) and i.ten.n is even", "yes"),
        ("i.ten.n is number and i.ten.text is string and i.ten.yes is boolean", "yes"),
        ("i.ten.text is startingwith('Do') and i.ten.text is endingwith('ne')", "yes"),
        ("[i.ten, i.three, i.about] | selectattr('n', 'gt', 5) | map(attribute='name') | list", "Ten and About"),
        ("[i.ten.n, i.three.n] | select('lt', i.ten.n) | list", "3[letter 2]"),
        ("i.ten.note == 'A *note*.'", "yes"),
    ]);
}

#[test]
fn a_bare_value_is_not_printed_without_saying_so() {
    let bare = "is printed without its source";
    refuses(&[
        ("i.ten.n.value", "the `.value` of `items/ten/n`, or what was made of it, is printed without its source"),
        ("i.ten.n.value + 1", bare),
        ("1 + i.ten.n.value", bare),
        ("-i.ten.n.value", bare),
        ("i.ten.n + i.three.n.value", bare),
        ("i.ten.n.value ~ ' men'", bare),
        ("'' ~ i.ten.n.value", bare),
        ("i.ten.n.value | round", bare),
        ("i.ten.n.value | number", bare),
        ("i.ten.n.value | words", bare),
        ("i.ten.n.value | int", bare),
        ("i.ten.n.value | abs", bare),
        ("i.ten.text.value", bare),
        ("i.ten.text.value | upper", bare),
        ("i.ten.text.value | replace('D', 'd')", bare),
        ("i.ten.text.value | split('o') | list", bare),
        ("i.ten.text.value[0]", bare),
        ("i.ten.text.value[:2]", bare),
        ("i.ten.when.value | date", bare),
        ("i.ten.yes.value", bare),
        ("'%s men' | format(i.ten.n.value)", bare),
        ("'%d men' | format(i.ten.n.value)", bare),
        ("[i.ten.n.value, 1] | sum", bare),
        ("[i.ten.n.value, 1] | list", bare),
        ("[i.ten.n.value, 1] | join(', ')", bare),
        ("[i.ten.n.value, 1] | max", bare),
        ("[i.ten.n.value, 20] | first", bare),
        ("[i.ten, i.three] | map(attribute='n.value') | list", bare),
        ("[i.ten, i.three] | sum(attribute='n.value')", bare),
        ("i.ten.tasks.value | list", bare),
        ("i.ten.tasks.value[0]", bare),
        ("show(i.ten.n.value)", bare),
        ("show(i.ten.n.value) | upper", bare),
        ("i.span.n.range[0]", "the `.range` of `items/span/n`"),
        ("i.span.n.range | list", "the `.range` of `items/span/n`"),
        ("i.span.n.value | list", bare),
        ("i.unknown.n.unknown", "the `.unknown` of `items/unknown/n`"),
        ("(i.ten.n + 1).value", bare),
        ("i.ten.n.value if true else 0", bare),
        ("i.ten.n.value or 0", bare),
        ("i.ten.n.value | default(0)", bare),
        ("{'a': i.ten.n.value}.a", bare),
    ]);
    for body in [
        "{% set x = items.ten.n.value %}{{ x }}",
        "{% set x %}{{ items.ten.n.value }}{% endset %}{{ x }}",
        "{% for x in items.ten.tasks.value %}{{ x }}{% endfor %}",
        "{% for key in items.ten.map.value %}{{ key }}{% endfor %}",
        "{% for key, value in items.ten.map.value | items %}{{ key }}{% endfor %}",
        "{% for key, value in items.ten.map.value | dictsort %}{{ value }}{% endfor %}",
        "{% for x in items.span.n.range %}{{ x }}{% endfor %}",
        "{% set ns = namespace(x=0) %}{% set ns.x = ns.x + items.ten.n.value %}{{ ns.x }}",
        "{% with x = items.ten.n.value * 2 %}{{ x }}{% endwith %}",
        "{% filter upper %}{{ items.ten.n.value }}{% endfilter %}",
        "{% for g, members in items | selectattr('rate') | groupby('n.value') %}{{ g }}{% endfor %}",
    ] {
        let found = said(body);
        assert!(found.len() == 1 && found[0].contains(bare), "{body}: {found:?}");
    }
    prints(&[
        ("i.ten.n.value | uncited", "10"),
        ("(i.ten.n.value * 2) | uncited", "20"),
        ("(i.ten.n.value ~ ' men') | uncited", "10 men"),
        ("i.ten.n.value > 5 and i.ten.n.value == 10 and i.least.n.value < 60", "yes"),
        ("i.ten.n.value > i.three.n", "yes"),
        ("i.ten.n.value in [10]", "yes"),
        ("'many' if i.ten.n.value > 5 else 'few'", "many"),
        ("i.ten.n.value | plural('man', 'men')", "men"),
        ("range(i.three.n.value) | list", "0, 1 and 2"),
        ("'abcdefghij'[i.three.n.value]", "d"),
        ("{10: 'ten'}[i.ten.n.value]", "ten"),
        ("('x' * i.three.n.value) | length", "3"),
        ("1.25 | number(decimals=(i.tenth.n.value * 10) | int)", "1.3"),
        ("i.ten.n.value is even", "yes"),
        ("i.ten.map.value['one'] == 1 and 'one' in i.ten.map.value", "yes"),
        ("i.ten.tasks.value | length", "2"),
        ("i.ten.n.unit | default('none') ~ i.eur.n.unit", "noneEUR"),
        ("i.ten.n.sources | length", "1"),
        ("i.ten.n.as_of", "2025-11-05"),
        ("i.unknown.n.unknown == 'not-reported'", "yes"),
        ("i.span.n.range[0] < 21", "yes"),
        ("[3, 1, 2] | batch(i.three.n.value) | length", "1"),
    ]);
}

#[test]
fn printed_text_is_a_value_of_its_own() {
    prints(&[
        ("caught == 'Done'", "yes"),
        ("'Done' == caught", "yes"),
        ("caught != 'open' and caught > 'Doing'", "yes"),
        ("show(i.ten.text) == 'Done'", "yes"),
        ("show(i.ten.plain) == 'done'", "yes"),
        ("show(i.ten.plain) == i.ten.plain", "yes"),
        ("(i.ten.text ~ '') == 'Done'", "yes"),
        ("([i.ten.text] | join) == 'Done'", "yes"),
        ("caught == i.ten.text", "yes"),
        ("caught in ['open', 'Done']", "yes"),
        ("'on' in caught and 'x' not in caught", "yes"),
        ("caught is startingwith('Do') and caught is string and caught is endingwith('e')", "yes"),
        ("caught is eq('Done') and caught is in(['Done'])", "yes"),
        ("{'Done': 'yes'}[caught]", "yes"),
        ("{caught: 'found'}['Done']", "found"),
        ("caught | length", "4"),
        ("figure | length", "21"),
        ("caught | upper", "DONE[report 1]"),
        ("caught | lower | replace('one', 'ay')", "day[report 1]"),
        ("figure | replace('it is', 'spent')", "1,200,000.5 EUR[report 7] spent"),
        ("figure | title", "1,200,000.5 Eur[report 7] It Is"),
        ("[caught, 'Done', 'done'] | unique | list", "Done[report 1]"),
        ("[caught, 'Abc', show('Zed')] | sort | list", "Abc, Done[report 1] and Zed"),
        ("[caught, 'Abc'] | min", "Abc"),
        ("'yes' if empty else 'no'", "no"),
        ("'yes' if caught else 'no'", "yes"),
        ("named | length", "13"),
        ("named[:3]", "Ten"),
        ("named | first", "T"),
        ("named | split(' and ') | length", "2"),
        ("figure | split(' it') | first", "1,200,000.5 EUR[report 7]"),
        ("caught | uncited", "Done"),
        ("caught | default('x')", "Done[report 1]"),
        ("caught | trim", "Done[report 1]"),
        ("say(i.ten.n) | upper", "IT IS 10.[report 1]"),
        ("say(say(i.ten.n))", "It is It is 10..[report 1]"),
        ("i.ten ~ '!' == 'Ten!'", "yes"),
        ("items[show('ten')].name", "Ten"),
        ("'%s!' | format(caught)", "Done[report 1]!"),
        ("caught ~ ' ' ~ caught | upper", "Done DONE[report 1]"),
        ("caught * 1 if false else 'x'", "x"),
    ]);
    refuses(&[
        ("caught[1]", "`[…]` would cut a printed value in two"),
        ("(i.ten.n ~ '')[1]", "`[…]` would cut a printed value in two"),
        ("caught[1:]", "`[…]` would cut a printed value in two"),
        ("caught | first", "`first` would cut a printed value in two"),
        ("caught | last", "`last` would cut a printed value in two"),
        ("caught | reverse", "`reverse` would cut a printed value in two"),
        ("caught | batch(2) | list", "`batch` would cut a printed value in two"),
        ("caught | map('upper') | list", "`map` would cut a printed value in two"),
        ("caught | select | list", "`select` would cut a printed value in two"),
        ("caught | truncate(2)", "`truncate` would cut a printed value in two"),
        ("figure | split('0') | list", "`split` would cut a printed value"),
        ("figure | replace('R it', 'x')", "put together from several printed values"),
        ("figure | replace('1', '2')", "with other digits"),
        ("caught < 5", "a text can't be compared with a number by `<`"),
        ("caught | round", "`round` takes a number, not printed text"),
        ("caught | number", "`number` takes a number, not printed text"),
        ("caught | int", "`int` takes a number, not printed text"),
        ("caught | date", "`date` takes a date such as 2025-11-05, not printed text"),
        ("caught | plural('x')", "`plural` takes a number or a list, not printed text"),
        ("caught | sort | list", "`sort` takes a list, not printed text"),
        ("caught | groupby('x') | list", "`groupby` takes a list, not printed text"),
        ("caught | unique | list", "`unique` takes a list, not printed text"),
        ("caught | sum", "`sum` takes a list, not printed text"),
        ("caught | max", "`max` takes a list, not printed text"),
        ("caught | list", "`list` takes a list, not printed text"),
        ("caught | join(', ')", "`join` takes a list, not printed text"),
        ("caught | dictsort | list", "`dictsort` takes a mapping, not printed text"),
        ("caught | items | list", "`items` would cut a printed value in two"),
        ("[caught, 1] | sort | list", "`sort` can't compare printed text, a text, with the number 1, a number"),
        ("caught - 1", "`-` can't be done with"),
        ("-caught", "`-` takes a number, not printed text"),
        ("caught is even", "`is even` takes a number, not printed text"),
        ("[1, 2][caught]", "undefined value"),
    ]);
    for (body, expected) in [
        ("{% for c in caught %}{{ c }}{% endfor %}", "a loop would cut a printed value in two"),
        ("{% set x %}{{ version.number }}{% endset %}{% if x == '1' %}a{% endif %}", "a field of the version can be printed, not compared"),
        ("{% include 'x' ~ items.ten.text ~ '.jinja' %}", "includes template `xDone.jinja`, which doesn't exist"),
        ("{% include caught %}", "includes template `Done`, which doesn't exist"),
        ("{% include items.ten.text.value ~ '.jinja' %}", "includes template `Done.jinja`, which doesn't exist"),
        ("{% include items.ten.n %}", "a template is named by a text, not by `items/ten/n`"),
        ("{% include [] %}", "an empty list names no template"),
        ("{% extends caught %}", "includes template `Done`, which doesn't exist"),
        ("{% from 'x' ~ caught import a %}", "includes template `xDone`, which doesn't exist"),
        ("{% filter truncate(3) %}{{ items.ten.text }}{% endfilter %}", "`truncate` would cut a printed value"),
        ("{% filter reverse %}{{ items.ten.text }}{% endfilter %}", "`reverse` would cut a printed value in two"),
        (
            "{% macro c() %}{{ caller()[0] }}{% endmacro %}{% call c() %}{{ items.ten.text }}{% endcall %}",
            "`[…]` would cut a printed value in two",
        ),
    ] {
        let found = said(body);
        assert!(found.len() == 1 && found[0].contains(expected), "{body}: {found:?}");
    }
}

#[test]
fn figures_are_written_in_the_books_words() {
    prints(&[
        ("i.about.n | number(decimals=1)", "about 50.0[ledger]"),
        ("i.least.n | number(decimals=0)", "at least 49[report 3]"),
        ("i.most.n | number(decimals=0)", "at most 8[letter 4]"),
        ("i.span.n | number(decimals=0)", "20–31[ledger 5]"),
        ("i.eur.n | number", "1,200,000.5 EUR[report 7]"),
        ("i.eur.n | number(decimals=2)", "1,200,000.50 EUR[report 7]"),
        ("i.minus.n", "-20,000[report 14]"),
        ("i.minus.n | number(decimals=1)", "-20,000.0[report 14]"),
        ("i.minus.n | words", "-20,000[report 14]"),
        ("i.tiny.n", "0.0000001[report 16]"),
        ("i.tiny.n | number(decimals=2)", "0.00[report 16]"),
        ("i.huge.n", "1e300[report 15]"),
        ("i.huge.n | number", "1e300[report 15]"),
        ("i.three.n | words", "three[letter 2]"),
        ("i.tenth.n | words", "0.1[report 11]"),
        ("i.unknown.n | number ~ (i.unknown.n | words)", "not reportednot reported[letter 6]"),
        ("i.unknown.n | default('none')", "not reported[letter 6]"),
        ("i.share.n", "5 %[report 10]"),
        ("i.share.n | number(decimals=1)", "5.0 %[report 10]"),
        ("i.ten.n | plural('record')", "records"),
        ("1.5 | plural('record') ~ (1 | plural('entry', 'entries')) ~ (0 | plural('entry', 'entries'))", "recordsentryentries"),
        ("(i.three.n - 2) | plural('record')", "record"),
        ("2.5 | round ~ ' ' ~ (-2.5 | round) ~ ' ' ~ (1234 | round(-2))", "3.0 -3.0 1200"),
        ("1234567.5 | number", "1,234,567.5"),
        ("50000", "50000"),
        ("i.ten.tasks", "deter, report[report 1]"),
        ("i.ten.steps | list", "1 and 2[report 1]"),
        ("i.ten.tasks | list", "deter and report[report 1]"),
        ("i.ten.tasks | first ~ i.ten.tasks[-1]", "deterreport[report 1]"),
    ]);
    refuses(&[
        ("i.ten.steps", "a list can't be printed as it is"),
        ("i.ten.n | number(decimals=-1)", "`number` writes 0 to 20 decimals, not -1"),
        ("i.ten.text | number", "`number` takes a number, not the claim `items/ten/text`"),
        ("none ~ 'x'", "this field is absent here"),
    ]);
}

#[test]
fn groups_of_claims_are_cited_by_all_their_sources() {
    let body = "{% for n, members in [items.ten, items.tenth, items.fifth] | groupby('n') %}\nGroup {{ n }}: {{ members | list }}\n\n{% endfor %}\n\
                {% for unit, members in [items.eur, items.usd, items.unknown] | groupby('n') %}\nOf {{ unit }}: {{ members | map(attribute='name') | list }}\n\n{% endfor %}";
    let text = markdown(book(body).path());
    let text = text.replace(['\\', ' ', '\u{a0}', '\u{202f}'], "");
    for line in ["Group 0.1[^1]: Tenth", "Group 0.2[^2]: Fifth", "Group 10[^3]: Ten", "Of 1,200,000.5 EUR", "Of 5 USD", "Of not reported"] {
        assert!(text.contains(&line.replace(' ', "")), "{line}\n{text}");
    }
}

#[test]
fn a_derived_figure_is_listed_with_what_it_came_from() {
    if press::engine().is_none() {
        return;
    }
    let book = book(
        "In all {{ [items.eur.n, items.euro.n] | sum }}, or {{ (items.ten.n + items.least.n) | uncited }}.\n\nTwice {{ items.ten.n * 2 }}.\n",
    );
    let output = press::build(book.path(), book.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let claims: serde_json::Value = serde_json::from_slice(&fs::read(book.path().join("output/v1/claims.json")).unwrap()).unwrap();
    let rows = claims["documents"]["book"].as_array().unwrap();
    assert_eq!(rows.len(), 3, "{rows:?}");
    let expected = serde_json::json!({
        "how": "items/eur/n + items/euro/n",
        "unit": "EUR",
        "from": [
            { "claim": "items/eur/n", "value": 1_200_000.5, "said": "1,200,000.5 EUR", "sources": ["report#7"] },
            { "claim": "items/euro/n", "value": 20_000, "said": "about 20,000 EUR", "sources": ["letter#8"] },
        ],
    });
    assert_eq!(rows[0]["derived"], expected);
    assert_eq!(rows[0]["claim"], serde_json::Value::Null);
    assert_eq!(rows[0]["value"], 1_220_000.5);
    assert_eq!(rows[0]["printed"], "about 1,220,000.5 EUR");
    assert_eq!(rows[0]["sources"], serde_json::json!(["report#7", "letter#8"]));
    assert_eq!(rows[0]["notes"], serde_json::json!([1, 2]));
    assert!(rows[0]["page"].is_number());
    assert_eq!((&rows[1]["printed"], &rows[1]["notes"]), (&"at least 59.6".into(), &serde_json::json!([])));
    assert_eq!(rows[2]["derived"]["how"], "items/ten/n * 2");
}

/// Each filter and test of templates, and each operator, with each kind of value: what comes out is a text without
/// pieces of tokens, or one error in words of the book; and what was taken out of a claim is never printed.
#[test]
fn every_filter_and_test_meets_every_kind_of_value() {
    const VALUES: [&str; 10] = [
        "items.ten.n",
        "items.ten.text",
        "items.ten.tasks",
        "items.unknown.n",
        "items.span.n",
        "items.ten.n.value",
        "items.ten.text.value",
        "caught",
        "named",
        "[items.ten.n, caught, items.three.text.value]",
    ];
    const FILTERS: [&str; 56] = [
        "abs",
        "attr('value')",
        "batch(2)",
        "capitalize",
        "chain([1])",
        "cite",
        "count",
        "d('x')",
        "date",
        "default('x')",
        "dictsort",
        "first",
        "float",
        "format(1)",
        "groupby('x')",
        "indent(2)",
        "int",
        "items",
        "join(', ')",
        "last",
        "length",
        "lines",
        "list",
        "lower",
        "map('upper')",
        "max",
        "min",
        "number",
        "number(decimals=1)",
        "plural('x')",
        "reject",
        "rejectattr('x')",
        "replace('e', 'x')",
        "replace('0', '1')",
        "reverse",
        "round",
        "round(1)",
        "select",
        "selectattr('x')",
        "sentence",
        "slice(2)",
        "slug",
        "sort",
        "split('o')",
        "split",
        "sum",
        "title",
        "trim",
        "truncate(3)",
        "uncited | upper",
        "unique",
        "upper",
        "words",
        "zip([1])",
        "map('length')",
        "join",
    ];
    const TESTS: [&str; 24] = [
        "defined",
        "undefined",
        "none",
        "boolean",
        "odd",
        "even",
        "divisibleby(2)",
        "number",
        "integer",
        "float",
        "string",
        "sequence",
        "iterable",
        "mapping",
        "startingwith('D')",
        "endingwith('e')",
        "lower",
        "upper",
        "sameas(1)",
        "eq('Done')",
        "lt(5)",
        "in(['Done'])",
        "true",
        "known",
    ];
    const OPERATORS: [&str; 20] = [
        "{} + 1",
        "1 - {}",
        "{} * 2",
        "{} / 2",
        "{} // 2",
        "{} % 2",
        "{} ** 2",
        "-{}",
        "{} ~ 'x'",
        "{} == 'Done'",
        "{} < 5",
        "5 in {}",
        "{} in ['Done']",
        "{}[0]",
        "{}[:1]",
        "{}['x']",
        "[1, 2][{}]",
        "{'a': 1}[{}]",
        "{{}: 1} | length",
        "{} and 1 or 2",
    ];
    let names: Vec<&str> = FILTERS.iter().map(|filter| filter.split(['(', ' ']).next().unwrap()).collect();
    for filter in "abs attr batch capitalize chain cite count date default dictsort first float format groupby indent int items join last length \
                   lines list lower map max min number plural reject rejectattr replace reverse round select selectattr sentence slug sort split sum \
                   title trim truncate uncited unique upper words"
        .split_whitespace()
    {
        assert!(names.contains(&filter), "`{filter}` is not tried");
    }
    let wholes = FILTERS.iter().map(|filter| format!("{{}} | {filter}"));
    let tests = TESTS.iter().map(|test| format!("{{}} is {test}"));
    let forms: Vec<String> = wholes.chain(tests).chain(OPERATORS.iter().map(|operator| (*operator).to_owned())).collect();
    let (mut wrong, mut printed) = (Vec::new(), Vec::new());
    for (form, value) in forms.iter().flat_map(|form| VALUES.map(|value| (form, value))) {
        let expression = form.replacen("{}", value, 1);
        let both = format!("{{{{ {expression} }}}}\n\n{{% set kept %}}{{{{ {expression} }}}}{{% endset %}}{{{{ kept }}}}\n");
        let errors = said(&both);
        let is_foreign = |text: &str| {
            ["plain object", "Object", "unsupported types", "cannot ", "not implemented"].iter().any(|word| text.contains(word))
        };
        match errors.as_slice() {
            [] => printed.push((expression, value.ends_with(".value") && !form.contains("uncited") && !form.contains("'Done'"), both)),
            // A mark of an unknown source is a fault wherever it is printed.
            errors if errors.iter().any(|error| *error != errors[0] || is_foreign(error)) => {
                wrong.push(format!("{expression}: {errors:?}"))
            }
            _ => {}
        }
    }
    let body: Vec<String> = printed.iter().map(|(_, _, both)| format!("NEXT\n\n{both}")).collect();
    let text = markdown(book(&body.join("\n")).path());
    let texts: Vec<&str> = text.split("NEXT").skip(1).collect();
    assert_eq!(texts.len(), printed.len());
    for ((expression, is_bare, _), text) in printed.iter().zip(texts) {
        let text = text.split("[^1]: ").next().unwrap_or_default();
        if text.contains(['\u{fdd0}', '\u{fdd1}', '\u{fdd2}']) || text.contains("Object") {
            wrong.push(format!("{expression} prints {text}"));
        }
        // Nothing but a word, a count or a truth comes from a bare value.
        if *is_bare && text.contains("Done") {
            wrong.push(format!("{expression} prints a bare value: {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn numbers_are_written_as_the_book_says() {
    let made = book(
        "A {{ items.eur.n }}, B {{ items.eur.n | number(decimals=2) }}, C {{ items.eur.n * 2 }}, D {{ items.tenth.n }}, E {{ 0.5 }}, F {{ items.span.n }}, G {{ 12345.6 | number }}\n",
    );
    for (style, expected) in [
        ("12.345,6", "A 1.200.000,5 EUR, B 1.200.000,50 EUR, C 2.400.001 EUR, D 0,1, E 0,5, F 20–30,5, G 12.345,6"),
        ("12 345,6", "A 1 200 000,5 EUR, B 1 200 000,50 EUR, C 2 400 001 EUR, D 0,1, E 0,5, F 20–30,5, G 12 345,6"),
        ("12345.6", "A 1200000.5 EUR, B 1200000.50 EUR, C 2400001 EUR, D 0.1, E 0.5, F 20–30.5, G 12345.6"),
    ] {
        write(made.path(), "content/book.yaml", &format!("{}numbers: \"{style}\"\nlanguage: de\n", FILES[0].1));
        let text = markdown(made.path()).replace('\u{202f}', " ").replace("\u{a0}", " ");
        let line = text.lines().find(|line| line.starts_with("A ")).unwrap();
        let mut plain = String::new();
        for part in line.split_inclusive(']') {
            plain.push_str(part.split(" [^").next().unwrap().split("[^").next().unwrap());
        }
        assert_eq!(plain.replace('\\', ""), expected);
    }
}

/// The README names every word that a book may have of its own, once.
#[test]
fn the_readme_names_every_word() {
    let readme = include_str!("../../README.md");
    let listed = readme.lines().find_map(|line| line.strip_prefix("The words are ")).unwrap();
    for word in brief::render::words().chain(brief::markdown::WORDS.iter().chain(brief::redline::WORDS).map(|(key, _)| *key)) {
        assert!(listed.contains(&format!("`{word}`")), "`The words are …` in README.md lacks `{word}`");
    }
    let (words, _) = listed.split_once(", the reasons").unwrap();
    let mut seen = std::collections::BTreeSet::new();
    let twice: Vec<&str> = words.split(", ").filter(|word| !seen.insert(*word)).collect();
    assert!(twice.is_empty(), "README.md lists words twice: {twice:?}");
}

/// A total that a loop adds up claim by claim, and one of a list, from as many claims as a large book has.
#[test]
fn totals_of_many_claims_are_right() {
    let made = book(
        "{% set ns = namespace(total=0) %}{% for m in many %}{% set ns.total = ns.total + m.n %}{% endfor %}\nA {{ ns.total | uncited }}, B {{ many | sum(attribute='n') | uncited }}.\n",
    );
    let rows: String = (0..3_000).map(|n| format!("r{n}: {{ source: report, n: 1.1 }}\n")).collect();
    write(made.path(), "content/many.yaml", &rows);
    write(made.path(), "content/schemas/many.yaml", "type: object\nproperties: { n: { type: number, x-claim: true } }\n");
    assert!(markdown(made.path()).contains("A 3300, B 3300."));
}
