//! Rewrites operators in templates so that they work on claims.
//!
//! The engine knows nothing of claims: it compares an object with a number by kind, silently, and refuses to calculate
//! with it. So each operator in a template's source becomes a call before the engine sees it, `a + b * c` becomes
//! `__calculate(a, "+", __calculate(b, "*", c))`, on the same lines. [`statements`] and [`expressions`] read templates
//! as the engine does.

mod expressions;
mod grammar;
mod limits;
mod statements;

use std::sync::Arc;

use minijinja::machinery::{Span, Token, tokenize};

pub(super) use grammar::Unreadable;

/// The functions that operators become, and the filter that captured text goes through.
pub(super) const COMPARE: &str = "__compare";
pub(super) const CALCULATE: &str = "__calculate";
pub(super) const NEGATE: &str = "__negate";
pub(super) const CONCAT: &str = "__concat";
/// What a loop knows of how many turns it has: `loop.length` becomes `__count(loop, "length")`.
pub(super) const COUNT: &str = "__count";
pub(super) const COUNTS: [&str; 3] = ["length", "revindex", "revindex0"];
pub(super) const ITEM: &str = "__item";
pub(super) const SLICE: &str = "__slice";
pub(super) const KEY: &str = "__key";
pub(super) const LOOP: &str = "__loop";
pub(super) const TEMPLATE: &str = "__template";
/// Calls for list and mapping literals, and for values stored in a namespace.
pub(super) const BUILT: &str = "__built";
pub(super) const STORED: &str = "__stored";
pub(super) const CAPTURED: &str = "__captured";
/// Called in each iteration of a loop, so that a loop that prints only template text is charged as well.
pub(super) const TICK: &str = "__tick";

/// A template's source as the engine has it, and where each part of it came from.
#[derive(Debug, Clone)]
pub(super) struct Rewritten {
    pub(super) text: Arc<str>,
    edits: Vec<Edit>,
}

/// Bytes of the source that were replaced: `from..to` by `text`.
#[derive(Debug, Clone)]
struct Edit {
    from: usize,
    to: usize,
    text: String,
    /// Orders edits at one place: closing before opening, inner closings first.
    rank: (u8, isize),
}

impl Rewritten {
    /// A source without edits.
    pub(super) fn unchanged(source: &str) -> Rewritten {
        Rewritten { text: Arc::from(source), edits: Vec::new() }
    }

    /// The place in the source that an offset in the rewritten text came from.
    pub(super) fn original(&self, offset: usize) -> usize {
        let mut shift: isize = 0;
        for edit in &self.edits {
            let start = edit.from.saturating_add_signed(shift);
            if offset < start {
                break;
            }
            if offset < start + edit.text.len() {
                return edit.from;
            }
            shift += edit.text.len() as isize - (edit.to - edit.from) as isize;
        }
        offset.saturating_add_signed(-shift)
    }
}

/// Rewrites a template's source.
pub(super) fn rewrite(source: &str) -> Result<Rewritten, Unreadable> {
    let mut tokens: Vec<(Token<'_>, Span)> = Vec::new();
    let mut is_whole = true;
    for token in tokenize(source, false, Default::default()) {
        match token {
            Ok(token) => tokens.push(token),
            Err(_) => {
                is_whole = false;
                break;
            }
        }
    }
    // The engine also recurses into the code before a fault.
    limits::check(&tokens)?;
    if !is_whole {
        return Err(Unreadable { at: 0, why: "it can't be taken apart", is_limit: false });
    }
    let mut edits = statements::edits(source, &tokens)?;
    edits.sort_by_key(|edit| (edit.from, edit.rank));
    let mut text = String::with_capacity(source.len() + edits.len() * 16);
    let mut at = 0;
    for edit in &edits {
        text.push_str(&source[at..edit.from]);
        text.push_str(&edit.text);
        at = edit.to;
    }
    text.push_str(&source[at..]);
    Ok(Rewritten { text: text.into(), edits })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(source: &str) -> String {
        rewrite(source).expect(source).text.to_string()
    }

    #[test]
    fn operators_become_calls() {
        for (source, expected) in [
            ("{% if p.troops >= 5 and p.in %}", r#"{% if __compare(p.troops, ">=", 5) and p.in %}"#),
            ("{{ f(a == b, c) }}", r#"{{ f(__compare(a, "==", b), c) }}"#),
            ("{% for x in y if x.z != 'q' %}", r#"{% for x in __loop(y) if __compare(x.z, "!=", 'q') %}{% do __tick() %}"#),
            ("{%- for x in y -%}\n a{% endfor %}", "{%- for x in __loop(y) -%}{% do __tick() -%}\n a{% endfor %}"),
            ("{% for x in y +%}\n a{% endfor %}", "{% for x in __loop(y) +%}{% do __tick() +%}\n a{% endfor %}"),
            ("{% include 'a' %}", "{% include __template('a') %}"),
            ("{% extends 'a' %}", "{% extends 'a' %}"),
            ("{{ a not in b }}", r#"{{ __compare(a, "not in", b) }}"#),
            ("{{ not a in b }}", r#"{{ not __compare(a, "in", b) }}"#),
            ("{{ (a == b) == c }}", r#"{{ __compare((__compare(a, "==", b)), "==", c) }}"#),
            ("{{ 1 < x <= 3 }}", r#"{{ __compare(1, "<", x, "<=", 3) }}"#),
            ("{{ a + b * c - d }}", r#"{{ __calculate(a, "+", __calculate(b, "*", c), "-", d) }}"#),
            ("{{ (a + b) * c }}", r#"{{ __calculate((__calculate(a, "+", b)), "*", c) }}"#),
            ("{{ a+b }}", r#"{{ __calculate(a, "+", b) }}"#),
            ("{{ -x | abs }}", r#"{{ __negate(x) | abs }}"#),
            ("{{ -5 + x }}", r#"{{ __calculate(-5, "+", x) }}"#),
            ("{{ - -x.y }}", r#"{{ __negate( __negate(x.y)) }}"#),
            ("{{ a ~ b + c ~ d }}", r#"{{ __calculate(__concat(a, b), "+", __concat(c, d)) }}"#),
            ("{{ a ** b ** c % 2 }}", r#"{{ __calculate(__calculate(a, "**", b, "**", c), "%", 2) }}"#),
            ("{{ a if b > c else d + 1 }}", r#"{{ a if __compare(b, ">", c) else __calculate(d, "+", 1) }}"#),
            ("{{ x | round(n + 1) * 2 }}", r#"{{ __calculate(x | round(__calculate(n, "+", 1)), "*", 2) }}"#),
            ("{{ x is divisibleby 3 and y }}", "{{ x is divisibleby 3 and y }}"),
            ("{{ x is not none }}", "{{ x is not none }}"),
            ("{{ xs[0].a[i + 1] }}", r#"{{ __item(__item(xs, 0).a, __calculate(i, "+", 1)) }}"#),
            ("{{ xs['a'].b }}", "{{ xs['a'].b }}"),
            ("{{ loop.length - loop['revindex'] }}", r#"{{ __calculate(__count(loop, "length"), "-", __count(loop, "revindex")) }}"#),
            ("{{ x.length.y + x.length(1) }}", r#"{{ __calculate(__count(x, "length").y, "+", __captured(x.length(1))) }}"#),
            (
                "{{ xs[1:] ~ xs[:2] ~ xs[::n] }}",
                "{{ __concat(__slice(xs, 1, none, none), __slice(xs, none, 2, none), __slice(xs, none, none, n)) }}",
            ),
            ("{{ m(a) }}", "{{ m(a) }}"),
            ("{{ m(a) == 'x' }}", r#"{{ __compare(__captured(m(a)), "==", 'x') }}"#),
            ("{{ m(m(a)) | upper }}", "{{ __captured(m(__captured(m(a)))) | upper }}"),
            ("{% if m(a) %}{% elif m(b) %}{% endif %}", "{% if __captured(m(a)) %}{% elif __captured(m(b)) %}{% endif %}"),
            ("{% set x = m(a).b %}", "{% set x = __captured(m(a)).b %}"),
            ("{% set x %}a{% endset %}", "{% set x | __captured %}a{% endset %}"),
            ("{%- set x | upper -%}a{% endset %}", "{%- set x | upper | __captured -%}a{% endset %}"),
            ("{% set a, b = 1 + 2, c ~ d %}", r#"{% set a, b = __calculate(1, "+", 2), __concat(c, d) %}"#),
            ("{% set x = x, x %}", "{% set x = __built((x, x)) %}"),
            ("{{ [1, (2), [a]] }}", "{{ __built([1, (2), __built([a])]) }}"),
            ("{% set ns.x = ns.x + 1 %}", r#"{% set ns.x = __stored(__calculate(ns.x, "+", 1)) %}"#),
            ("{% call(x) m(a ~ b, k=c - d) %}{% endcall %}", r#"{% call(x) m(__concat(a, b), k=__calculate(c, "-", d)) %}{% endcall %}"#),
            ("{% macro m(a, b=1 + 2) %}{% endmacro %}", r#"{% macro m(a, b=__calculate(1, "+", 2)) %}{% endmacro %}"#),
            ("{% with a = b * 2, c = d %}{% endwith %}", r#"{% with a = __calculate(b, "*", 2), c = d %}{% endwith %}"#),
            ("{% do ns.f(a > b) %}", r#"{% do ns.f(__compare(a, ">", b)) %}"#),
            ("{% filter replace('a', b ~ c) | upper %}{% endfilter %}", "{% filter replace('a', __concat(b, c)) | upper %}{% endfilter %}"),
            ("{{ {'a': 1, b: c + 1, k(): 2} }}", r#"{{ __built({'a': 1, __key(b): __calculate(c, "+", 1), __key(__captured(k())): 2}) }}"#),
            ("{{ f(*a, **b) }}", "{{ f(*a, **b) }}"),
            ("{{ (a, b + 1,) }}", r#"{{ __built((a, __calculate(b, "+", 1),)) }}"#),
            ("{% include 'a' ~ b ignore missing %}", "{% include __template(__concat('a', b)) ignore missing %}"),
            ("{% from 'a' import b as c, d with context %}", "{% from 'a' import b as c, d with context %}"),
            ("{% for a, b in x recursive %}", "{% for a, b in __loop(x) recursive %}{% do __tick() %}"),
            ("{{ 'a' 'b' ~ c }}", "{{ __concat('a' 'b', c) }}"),
            ("{{ a\n +\n b }}", "{{ __calculate(a\n , \"+\", \n b) }}"),
            ("{% raw %}{{ a + b }}{% endraw %}", "{% raw %}{{ a + b }}{% endraw %}"),
            ("{# a + b #}a == b", "{# a + b #}a == b"),
            ("{% if a %}{% elif b == c %}{% else %}{% endif %}", r#"{% if a %}{% elif __compare(b, "==", c) %}{% else %}{% endif %}"#),
        ] {
            // Spaces make no difference.
            assert_eq!(rewritten(source).replace(' ', ""), expected.replace(' ', ""), "{source}");
        }
    }

    #[test]
    fn what_is_rewritten_still_parses() {
        let source = "{% for a in b if a > 1 %}{{ -a.x[1:2] ~ m(a)[0] + {k: 1}[k] * (2 if x in y else 3) }}{% endfor %}";
        let environment = minijinja::Environment::new();
        assert!(environment.template_from_str(source).is_ok());
        assert!(environment.template_from_str(&rewritten(source)).is_ok());
    }

    /// A loop's body is printed as it was written, spaces and lines included.
    #[test]
    fn what_a_loop_prints_is_as_it_was() {
        let mut environment = minijinja::Environment::new();
        let mut syntax = minijinja::syntax::SyntaxConfig::builder();
        syntax.trim_blocks(true).lstrip_blocks(true);
        environment.set_syntax(syntax.build().unwrap());
        environment.add_function(LOOP, |items: minijinja::Value| items);
        environment.add_function(TICK, || ());
        for open in ["{% ", "{%- ", "{%+ "] {
            for close in [" %}", " -%}", " +%}"] {
                for body in [
                    "",
                    "\n",
                    "\n\n  x\n",
                    "  x",
                    " \n  {% if 1 %}\n  y\n  {% endif %}\n",
                    "\r\nx\r\n",
                    "{% raw %}\n{{ x }}{% endraw %}",
                    "{# c #}\n z",
                ] {
                    let source = format!("a\n  {open}for i in [1, 2]{close}{body}  {{% endfor %}}\nb\n");
                    let render = |source: &str| environment.render_str(source, ()).expect(source);
                    assert_eq!(render(&rewritten(&source)), render(&source), "{source:?}");
                }
            }
        }
    }

    #[test]
    fn offsets_lead_back() {
        let source = "{{ aa + bb * cc }} tail";
        let rewritten = rewrite(source).unwrap();
        for word in ["aa", "bb", "cc", "tail"] {
            assert_eq!(rewritten.original(rewritten.text.find(word).unwrap()), source.find(word).unwrap(), "{word}");
        }
        assert_eq!(rewritten.original(rewritten.text.len()), source.len());
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for source in ["{{ == }}", "{{ a < b > }}", "{{ a b }}", "{% for x y %}", "{{ a[ }}", "{{ (a }}"] {
            assert!(rewrite(source).is_err(), "{source}");
        }
        assert!(rewrite(&format!("{{{{ {}a{} }}}}", "(".repeat(5000), ")".repeat(5000))).is_err());
        assert!(rewrite(&format!("{{{{ {} a }}}}", "not ".repeat(50_000))).is_err());
    }

    #[test]
    fn what_is_too_long_or_too_deep_is_a_limit() {
        let nested = |n: usize| "(".repeat(n) + "a" + &")".repeat(n);
        for (shape, count) in [
            ("{{ a", [" ~ a", " | upper", " + a", ".a", "[0]", "()", " and a", " or a", " is odd", " if a else a", " == a"].as_slice()),
            ("{{ ", ["not ", "- "].as_slice()),
            ("{% if a %}", ["{% elif a %}"].as_slice()),
        ] {
            for piece in count {
                let long = |n: usize| shape.to_owned() + &piece.repeat(n) + if shape == "{{ " { "a }}" } else { " }}" };
                let fault = rewrite(&long(30_000)).expect_err(piece);
                assert!(fault.is_limit, "{piece}");
            }
        }
        assert!(rewrite(&format!("{{{{ {} }}}}", nested(300))).is_err_and(|fault| fault.is_limit));
        // Each bracket may hold a chain of its own.
        assert!(rewrite(&format!("{{{{ a{}\n` }}}}", " ~ a".repeat(30_000))).is_err_and(|fault| fault.is_limit));
        let tower = (0..60).fold("a".to_owned(), |inner, _| format!("({inner}){}", ".a".repeat(20)));
        assert!(rewrite(&format!("{{{{ {tower} }}}}")).is_err_and(|fault| fault.is_limit));
    }

    #[test]
    fn what_is_long_but_not_deep_is_fine() {
        let cells = "(a.b | upper, c[0] + 1), ".repeat(2_000);
        assert!(rewrite(&format!("{{{{ f([{cells}]) }}}}")).is_ok());
        assert!(rewrite(&"{% if a %}{% elif b %}{% endif %}{{ a ~ b }}\n".repeat(2_000)).is_ok());
        let branches = format!("{{% if a %}}{}{{% endif %}}", "{% elif a.b == 1 %}x".repeat(200));
        assert!(rewrite(&branches).is_ok());
    }
}
