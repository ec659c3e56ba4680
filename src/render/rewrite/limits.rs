//! How long and how deep a template's source may be, checked on its tokens before anything descends into it.
//!
//! The engine reads a chain such as `a ~ b ~ c`, `a | f | g` or `a.b.c` without recursion, but makes a tree of it that is as
//! deep as the chain is long, and descends into that tree afterwards. The same holds for `elif`.

use minijinja::machinery::{Span, Token};

use super::grammar::Unreadable;

/// How many operators, filters, attributes, calls and brackets may act on one value.
const LONGEST_CHAIN: usize = 500;
/// How many `elif` the blocks that are open at one place may have.
const MOST_BRANCHES: usize = 500;

/// Refuses a template that is too deep to be read.
pub(super) fn check(tokens: &[(Token<'_>, Span)]) -> Result<(), Unreadable> {
    let mut branches = Branches::default();
    let mut expression = Expression::default();
    for (index, (token, span)) in tokens.iter().enumerate() {
        let refused = |why| Err(Unreadable { at: span.start_offset as usize, why, is_limit: true });
        match token {
            Token::BlockStart => {
                expression = Expression::default();
                if let Some((Token::Ident(keyword), _)) = tokens.get(index + 1)
                    && branches.after(keyword) > MOST_BRANCHES
                {
                    return refused("it has more than 500 `elif` in blocks that are open at one place");
                }
            }
            Token::VariableStart => expression = Expression::default(),
            token if expression.after(token) > LONGEST_CHAIN => {
                return refused("it chains or nests more than 500 operators, filters, attributes or brackets in one expression");
            }
            _ => {}
        }
    }
    Ok(())
}

/// The `elif` of the blocks that are open.
#[derive(Default)]
struct Branches {
    open: Vec<usize>,
    total: usize,
}

impl Branches {
    /// How many there are once a statement has been read.
    fn after(&mut self, keyword: &str) -> usize {
        match keyword {
            "if" => self.open.push(0),
            "elif" => {
                if let Some(count) = self.open.last_mut() {
                    *count += 1;
                }
                self.total += 1;
            }
            "endif" => self.total -= self.open.pop().unwrap_or(0).min(self.total),
            _ => {}
        }
        self.total
    }
}

/// How deep the tree of an expression can be: what acts on one value, and the deepest bracket among it.
#[derive(Default)]
struct Expression {
    /// The brackets that are open around `inner`.
    outer: Vec<Level>,
    inner: Level,
}

/// The expression between two brackets.
#[derive(Default, Clone, Copy)]
struct Level {
    /// Operators since the last comma.
    operators: usize,
    /// Attributes, filters, tests and brackets that act on the operand at hand.
    actions: usize,
    /// The deepest bracket in the operand at hand.
    within: usize,
    /// The deepest operand since the last comma.
    operand: usize,
    /// The deepest part before the last comma.
    part: usize,
}

impl Level {
    fn operand(self) -> usize {
        self.operand.max(self.actions + self.within)
    }

    fn depth(self) -> usize {
        self.part.max(self.operators + self.operand())
    }
}

impl Expression {
    /// How deep it is once a token has been read.
    fn after(&mut self, token: &Token<'_>) -> usize {
        match token {
            Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => {
                self.inner.actions += 1;
                self.outer.push(std::mem::take(&mut self.inner));
            }
            Token::ParenClose | Token::BracketClose | Token::BraceClose => {
                let depth = self.inner.depth();
                self.inner = self.outer.pop().unwrap_or_default();
                self.inner.within = self.inner.within.max(depth);
            }
            Token::Comma => self.inner = Level { part: self.inner.depth(), ..Level::default() },
            Token::Dot | Token::Pipe | Token::Ident("is") => self.inner.actions += 1,
            Token::Ident("if" | "else" | "and" | "or" | "not" | "in") => self.operator(),
            Token::Ident(_) | Token::Str(_) | Token::String(_) | Token::Int(_) | Token::Int128(_) | Token::Float(_) => {}
            Token::TemplateData(_) | Token::VariableEnd | Token::BlockEnd => {}
            _ => self.operator(),
        }
        self.inner.depth().max(self.outer.len())
    }

    fn operator(&mut self) {
        let Level { operators, part, .. } = self.inner;
        self.inner = Level { operators: operators + 1, operand: self.inner.operand(), part, ..Level::default() };
    }
}
