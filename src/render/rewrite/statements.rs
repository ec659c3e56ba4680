//! Templates and their statements, read as the engine reads them.

use minijinja::machinery::{Span, Token};

use super::grammar::{Grammar, Node, Read};
use super::{BUILT, CAPTURED, Edit, LOOP, STORED, TEMPLATE, TICK};

/// The edits that turn a template's operators into calls.
pub(super) fn edits(source: &str, tokens: &[(Token<'_>, Span)]) -> Read<Vec<Edit>> {
    let mut grammar = Grammar::new(source, tokens);
    grammar.template()?;
    Ok(grammar.edits)
}

impl Grammar<'_> {
    fn template(&mut self) -> Read<()> {
        while let Some(token) = self.peek() {
            self.at += 1;
            match token {
                Token::VariableStart => {
                    // The output of a call goes straight into the text here.
                    self.expression()?;
                    self.expect(|t| matches!(t, Token::VariableEnd))?;
                }
                Token::BlockStart => {
                    let begins_loop = self.is_word("for");
                    self.statement()?;
                    self.expect(|t| matches!(t, Token::BlockEnd))?;
                    if begins_loop {
                        self.tick();
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds a call to the loop just read that charges for each iteration. It follows the statement directly and ends as that
    /// does, so that the same white space is stripped after it.
    fn tick(&mut self) {
        let end = self.end();
        let marker = match self.source[..end].strip_suffix("%}").and_then(|statement| statement.chars().next_back()) {
            Some('-') => "-",
            Some('+') => "+",
            _ => "",
        };
        self.open(end, format!("{{% do {TICK}() {marker}%}}"));
    }

    fn statement(&mut self) -> Read<()> {
        let Some(Token::Ident(keyword)) = self.peek() else { return self.unreadable("a keyword belongs here") };
        self.at += 1;
        match *keyword {
            "if" | "elif" => {
                let node = self.or()?;
                self.captured(node);
            }
            "for" => {
                self.skip_to(|t| matches!(t, Token::Ident("in")));
                self.expect(|t| matches!(t, Token::Ident("in")))?;
                let node = self.or()?;
                let node = self.captured(node);
                self.wrap(node, LOOP);
                if self.skip_word("if") {
                    self.operand()?;
                }
                self.skip_word("recursive");
            }
            "set" => self.set()?,
            "with" => loop {
                self.skip_to(|t| matches!(t, Token::Assign));
                if !self.skip(|t| matches!(t, Token::Assign)) {
                    break;
                }
                self.operand()?;
                if !self.skip(|t| matches!(t, Token::Comma)) {
                    break;
                }
            },
            "filter" => self.filters()?,
            "macro" => {
                self.at += 1;
                self.parameters()?;
            }
            "call" => {
                if matches!(self.peek(), Some(Token::ParenOpen)) {
                    self.parameters()?;
                }
                self.expression()?;
            }
            "do" => drop(self.expression()?),
            "autoescape" => drop(self.operand()?),
            "extends" | "include" | "import" | "from" => {
                // A template can include itself, so each inclusion is charged.
                let is_constant = *keyword != "include" && matches!(self.peek(), Some(Token::Str(_) | Token::String(_)));
                let node = self.operand()?;
                if !is_constant || node.to != self.end() || self.edits.last().is_some_and(|edit| edit.from >= node.from) {
                    self.wrap(node, TEMPLATE);
                }
                self.skip_to(|_| false);
            }
            _ => self.skip_to(|_| false),
        }
        Ok(())
    }

    fn set(&mut self) -> Read<()> {
        let start = self.at;
        self.skip_to(|t| matches!(t, Token::Assign | Token::Pipe));
        let target = &self.tokens[start..self.at];
        let is_stored = target.iter().any(|(token, _)| matches!(token, Token::Dot));
        let is_one = !target.iter().any(|(token, _)| matches!(token, Token::Comma));
        if self.skip(|t| matches!(t, Token::Assign)) {
            let (first, from) = (self.at, self.span().0);
            self.items(|t| matches!(t, Token::BlockEnd))?;
            let node = Node { from, to: self.end(), is_call: false };
            let is_tuple = self.has_comma(first);
            if is_tuple && is_one {
                self.open(node.from, format!("{BUILT}(("));
                self.close(node.to, "))");
            }
            if is_stored {
                let (open, close) = if is_tuple && !is_one { ("((", "))") } else { ("(", ")") };
                self.open(node.from, format!("{STORED}{open}"));
                self.close(node.to, close);
            }
            return Ok(());
        }
        if self.skip(|t| matches!(t, Token::Pipe)) {
            self.filters()?;
        }
        // Text between `set` and `endset`.
        let end = self.end();
        self.close(end, &format!(" | {CAPTURED}"));
        Ok(())
    }

    /// A macro's parameters in parentheses.
    fn parameters(&mut self) -> Read<()> {
        self.expect(|t| matches!(t, Token::ParenOpen))?;
        while !self.skip(|t| matches!(t, Token::ParenClose)) {
            self.expect(|t| matches!(t, Token::Ident(_)))?;
            if self.skip(|t| matches!(t, Token::Assign)) {
                self.operand()?;
            }
            if !matches!(self.peek(), Some(Token::ParenClose)) {
                self.expect(|t| matches!(t, Token::Comma))?;
            }
        }
        Ok(())
    }
}
