//! The cursor over a template's tokens, and the edits that reading it collects.

use minijinja::machinery::{Span, Token};

use super::{CAPTURED, Edit};

/// How deeply expressions may be nested; the engine has a limit of its own, which is lower for most.
const DEPTH: usize = 150;

/// A template that can't be read: the byte where, and why.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unreadable {
    pub(crate) at: usize,
    pub(crate) why: &'static str,
    /// Whether it is too long or too deep rather than wrong.
    pub(crate) is_limit: bool,
}

pub(super) type Read<T> = Result<T, Unreadable>;

/// An expression: its bytes, and whether it is a call whose result has not been captured yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) is_call: bool,
}

/// The tokens of a template, the place in them, and the edits so far.
pub(super) struct Grammar<'a> {
    pub(super) source: &'a str,
    pub(super) tokens: &'a [(Token<'a>, Span)],
    /// The index of the next token.
    pub(super) at: usize,
    depth: usize,
    pub(super) edits: Vec<Edit>,
}

impl<'a> Grammar<'a> {
    pub(super) fn new(source: &'a str, tokens: &'a [(Token<'a>, Span)]) -> Grammar<'a> {
        Grammar { source, tokens, at: 0, depth: 0, edits: Vec::new() }
    }

    /// The next token.
    pub(super) fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Ident(found)) if *found == word)
    }

    /// The bytes of the next token.
    pub(super) fn span(&self) -> (usize, usize) {
        let span = self.tokens.get(self.at).or(self.tokens.last()).map(|(_, span)| *span).unwrap_or_default();
        (span.start_offset as usize, span.end_offset as usize)
    }

    /// Where the token before the next ends.
    pub(super) fn end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |at| self.tokens[at].1.end_offset as usize)
    }

    pub(super) fn unreadable<T>(&self, why: &'static str) -> Read<T> {
        Err(Unreadable { at: self.span().0, why, is_limit: false })
    }

    fn too_deep(&self) -> Unreadable {
        Unreadable { at: self.span().0, why: "its expressions are nested too deeply", is_limit: true }
    }

    /// Consumes the next token if it matches.
    pub(super) fn skip(&mut self, is: impl Fn(&Token<'_>) -> bool) -> bool {
        let found = self.peek().is_some_and(is);
        self.at += usize::from(found);
        found
    }

    pub(super) fn skip_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn expect(&mut self, is: impl Fn(&Token<'_>) -> bool) -> Read<()> {
        if self.skip(is) { Ok(()) } else { self.unreadable("another token belongs here") }
    }

    /// Runs `work` one level deeper.
    pub(super) fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        let read = if self.depth > DEPTH { Err(self.too_deep()) } else { work(self) };
        self.depth -= 1;
        read
    }

    /// Skips to a matching token outside of brackets, or to the end of the statement.
    pub(super) fn skip_to(&mut self, is: impl Fn(&Token<'_>) -> bool) {
        let mut depth = 0;
        while let Some(token) = self.peek() {
            match token {
                Token::BlockEnd => return,
                token if depth == 0 && is(token) => return,
                Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => depth += 1,
                Token::ParenClose | Token::BracketClose | Token::BraceClose => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// Whether a comma stands outside brackets between a token and the next.
    pub(super) fn has_comma(&self, first: usize) -> bool {
        let mut depth = 0;
        self.tokens[first..self.at].iter().any(|(token, _)| {
            match token {
                Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => depth += 1,
                Token::ParenClose | Token::BracketClose | Token::BraceClose => depth -= 1,
                _ => {}
            }
            depth == 0 && matches!(token, Token::Comma)
        })
    }

    pub(super) fn open(&mut self, at: usize, text: String) {
        let order = -(self.edits.len() as isize);
        self.edits.push(Edit { from: at, to: at, text, rank: (1, order) });
    }

    pub(super) fn close(&mut self, at: usize, text: &str) {
        let order = self.edits.len() as isize;
        self.edits.push(Edit { from: at, to: at, text: text.to_owned(), rank: (0, order) });
    }

    pub(super) fn replace(&mut self, (from, to): (usize, usize), text: String) {
        self.edits.push(Edit { from, to, text, rank: (2, 0) });
    }

    /// Wraps an expression in a call.
    pub(super) fn wrap(&mut self, node: Node, function: &str) -> Node {
        self.open(node.from, format!("{function}("));
        self.close(node.to, ")");
        Node { is_call: false, ..node }
    }

    /// An expression as an operand: the output of a call is captured.
    pub(super) fn captured(&mut self, node: Node) -> Node {
        if node.is_call { self.wrap(node, CAPTURED) } else { node }
    }
}
