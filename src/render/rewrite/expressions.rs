//! Expressions of templates, read as the engine reads them: the same operators, as tightly bound.

use minijinja::machinery::Token;

use super::grammar::{Grammar, Node, Read, Unreadable};
use super::{BUILT, CALCULATE, COMPARE, CONCAT, COUNT, COUNTS, ITEM, KEY, NEGATE, SLICE};

impl Grammar<'_> {
    /// Wraps a list or mapping literal that contains a name in a call that checks its limits.
    fn built(&mut self, first: usize, from: usize) -> Node {
        let node = Node { from, to: self.end(), is_call: false };
        let has_name = self.tokens[first..self.at].iter().any(|(token, _)| matches!(token, Token::Ident(_)));
        if has_name { self.wrap(node, BUILT) } else { node }
    }

    /// `upper | replace("a", "b")`.
    pub(super) fn filters(&mut self) -> Read<()> {
        loop {
            self.filter()?;
            if !self.skip(|t| matches!(t, Token::Pipe)) {
                return Ok(());
            }
        }
    }

    /// A filter's or test's name, and its arguments in parentheses.
    fn filter(&mut self) -> Read<()> {
        loop {
            self.expect(|t| matches!(t, Token::Ident(_)))?;
            if !self.skip(|t| matches!(t, Token::Dot)) {
                break;
            }
        }
        if self.skip(|t| matches!(t, Token::ParenOpen)) {
            self.arguments()?;
        }
        Ok(())
    }

    /// A call's arguments, behind the opening parenthesis.
    fn arguments(&mut self) -> Read<()> {
        while !self.skip(|t| matches!(t, Token::ParenClose)) {
            self.skip(|t| matches!(t, Token::Pow | Token::Mul));
            if matches!(self.tokens.get(self.at + 1), Some((Token::Assign, _))) {
                self.expect(|t| matches!(t, Token::Ident(_)))?;
                self.at += 1;
            }
            self.operand()?;
            if !matches!(self.peek(), Some(Token::ParenClose)) {
                self.expect(|t| matches!(t, Token::Comma))?;
            }
        }
        Ok(())
    }

    /// Expressions with commas between them, up to an end that is not taken.
    pub(super) fn items(&mut self, is_end: impl Fn(&Token<'_>) -> bool) -> Read<()> {
        while !self.peek().is_some_and(&is_end) {
            self.operand()?;
            if !self.peek().is_some_and(&is_end) {
                self.expect(|t| matches!(t, Token::Comma))?;
            }
        }
        Ok(())
    }

    /// An expression that is used as an operand.
    pub(super) fn operand(&mut self) -> Read<Node> {
        let node = self.expression()?;
        Ok(self.captured(node))
    }

    pub(super) fn expression(&mut self) -> Read<Node> {
        self.deeper(|grammar| {
            let mut node = grammar.or()?;
            while grammar.is_word("if") {
                grammar.captured(node);
                grammar.at += 1;
                let test = grammar.or()?;
                grammar.captured(test);
                if grammar.skip_word("else") {
                    grammar.operand()?;
                }
                node = Node { from: node.from, to: grammar.end(), is_call: false };
            }
            Ok(node)
        })
    }

    /// `a or b`: the result is one of the operands.
    pub(super) fn or(&mut self) -> Read<Node> {
        self.junction("or", |grammar| grammar.junction("and", Self::not))
    }

    fn junction(&mut self, word: &str, part: impl Fn(&mut Self) -> Read<Node>) -> Read<Node> {
        let mut node = part(self)?;
        while self.is_word(word) {
            self.captured(node);
            self.at += 1;
            let right = part(self)?;
            let right = self.captured(right);
            node = Node { from: node.from, to: right.to, is_call: false };
        }
        Ok(node)
    }

    fn not(&mut self) -> Read<Node> {
        if !self.is_word("not") {
            return self.comparison();
        }
        let from = self.span().0;
        self.at += 1;
        let node = self.deeper(Self::not)?;
        let node = self.captured(node);
        Ok(Node { from, ..node })
    }

    fn comparison(&mut self) -> Read<Node> {
        let operator = |grammar: &Self| match grammar.peek()? {
            Token::Eq => Some(("==", 1)),
            Token::Ne => Some(("!=", 1)),
            Token::Lt => Some(("<", 1)),
            Token::Lte => Some(("<=", 1)),
            Token::Gt => Some((">", 1)),
            Token::Gte => Some((">=", 1)),
            Token::Ident("in") => Some(("in", 1)),
            Token::Ident("not") if matches!(grammar.tokens.get(grammar.at + 1), Some((Token::Ident("in"), _))) => Some(("not in", 2)),
            _ => None,
        };
        self.chain(Self::sum, operator, COMPARE)
    }

    fn sum(&mut self) -> Read<Node> {
        let operator = |grammar: &Self| match grammar.peek()? {
            Token::Plus => Some(("+", 1)),
            Token::Minus => Some(("-", 1)),
            _ => None,
        };
        self.chain(Self::concatenation, operator, CALCULATE)
    }

    fn concatenation(&mut self) -> Read<Node> {
        let operator = |grammar: &Self| matches!(grammar.peek()?, Token::Tilde).then_some(("", 1));
        self.chain(Self::product, operator, CONCAT)
    }

    fn product(&mut self) -> Read<Node> {
        let operator = |grammar: &Self| match grammar.peek()? {
            Token::Mul => Some(("*", 1)),
            Token::Div => Some(("/", 1)),
            Token::FloorDiv => Some(("//", 1)),
            Token::Mod => Some(("%", 1)),
            _ => None,
        };
        self.chain(Self::power, operator, CALCULATE)
    }

    fn power(&mut self) -> Read<Node> {
        let operator = |grammar: &Self| matches!(grammar.peek()?, Token::Pow).then_some(("**", 1));
        self.chain(Self::filtered, operator, CALCULATE)
    }

    /// Operands with operators between them, as one call: `f(a, "+", b, "-", c)`. An operator without a name leaves only the comma.
    fn chain(
        &mut self,
        operand: impl Fn(&mut Self) -> Read<Node>,
        operator: impl Fn(&Self) -> Option<(&'static str, usize)>,
        function: &str,
    ) -> Read<Node> {
        let mut node = operand(self)?;
        if operator(self).is_none() {
            return Ok(node);
        }
        let from = node.from;
        while let Some((name, width)) = operator(self) {
            self.captured(node);
            let (start, _) = self.span();
            self.at += width;
            // The spaces around the operator go with it, but not a line's end.
            let text = if name.is_empty() { ", ".to_owned() } else { format!(", \"{name}\", ") };
            self.replace((start, self.end()), text);
            node = operand(self)?;
        }
        let node = self.captured(node);
        Ok(self.wrap(Node { from, ..node }, function))
    }

    /// A value with its filters and tests: `-x.y(z)[0] | f(a) is t(b)`.
    fn filtered(&mut self) -> Read<Node> {
        let mut node = self.signed()?;
        loop {
            if self.skip(|t| matches!(t, Token::Pipe)) {
                self.captured(node);
                self.filter()?;
            } else if self.skip_word("is") {
                self.captured(node);
                self.skip_word("not");
                self.test()?;
            } else {
                return Ok(node);
            }
            node = Node { from: node.from, to: self.end(), is_call: false };
        }
    }

    fn test(&mut self) -> Read<()> {
        self.filter()?;
        let starts_argument = match self.peek() {
            Some(Token::Ident("and" | "or" | "else" | "is")) => false,
            Some(
                Token::Ident(_)
                | Token::Str(_)
                | Token::String(_)
                | Token::Int(_)
                | Token::Int128(_)
                | Token::Float(_)
                | Token::Plus
                | Token::Minus
                | Token::BracketOpen
                | Token::BraceOpen,
            ) => !matches!(self.tokens[self.at - 1].0, Token::ParenClose),
            _ => false,
        };
        if starts_argument {
            let node = self.signed()?;
            self.captured(node);
        }
        Ok(())
    }

    fn signed(&mut self) -> Read<Node> {
        let from = self.span().0;
        if !self.skip(|t| matches!(t, Token::Minus)) {
            return self.postfix();
        }
        if matches!(self.peek(), Some(Token::Int(_) | Token::Int128(_) | Token::Float(_))) {
            let node = self.postfix()?;
            return Ok(Node { from, ..node });
        }
        let start = self.end();
        let node = self.deeper(Self::signed)?;
        let node = self.captured(node);
        self.replace((from, start), format!("{NEGATE}("));
        self.close(node.to, ")");
        Ok(Node { from, ..node })
    }

    fn postfix(&mut self) -> Read<Node> {
        let mut node = self.primary()?;
        loop {
            match self.peek() {
                Some(Token::Dot) => {
                    // The result of a call is captured before its attributes are looked up.
                    self.captured(node);
                    let dot = self.span();
                    self.at += 1;
                    let name = self.peek();
                    self.expect(|t| matches!(t, Token::Ident(_) | Token::Int(_) | Token::Int128(_)))?;
                    node = match name {
                        Some(Token::Ident(name)) if !matches!(self.peek(), Some(Token::ParenOpen)) => self.attribute(node, dot.0, name),
                        _ => Node { from: node.from, to: self.end(), is_call: false },
                    };
                }
                Some(Token::ParenOpen) => {
                    self.captured(node);
                    self.at += 1;
                    self.arguments()?;
                    node = Node { from: node.from, to: self.end(), is_call: true };
                }
                Some(Token::BracketOpen) => {
                    self.captured(node);
                    node = self.subscript(node)?;
                }
                _ => return Ok(node),
            }
        }
    }

    /// `x.name` or `x["name"]`; the attribute's source starts at `from`.
    fn attribute(&mut self, subject: Node, from: usize, name: &str) -> Node {
        let to = self.end();
        if COUNTS.contains(&name) {
            self.open(subject.from, format!("{COUNT}("));
            self.replace((from, to), format!(", \"{name}\")"));
        }
        Node { from: subject.from, to, is_call: false }
    }

    /// `x[key]` or `x[from:to:step]`.
    fn subscript(&mut self, subject: Node) -> Read<Node> {
        let open = self.span();
        self.at += 1;
        let is_name =
            matches!((self.peek(), self.tokens.get(self.at + 1)), (Some(Token::Str(_) | Token::String(_)), Some((Token::BracketClose, _))));
        if is_name {
            let name = match self.peek() {
                Some(Token::Str(name)) => name,
                Some(Token::String(name)) => &**name,
                _ => "",
            };
            self.at += 2;
            return Ok(self.attribute(subject, open.0, name));
        }
        let ends_part = |grammar: &Self| matches!(grammar.peek(), Some(Token::Colon | Token::BracketClose));
        let missing = |grammar: &Self| if ends_part(grammar) { "none" } else { "" };
        let first_is_missing = ends_part(self);
        let text = format!(", {}", missing(self));
        self.replace(open, text);
        if !ends_part(self) {
            self.operand()?;
        }
        let mut colons = 0;
        while colons < 2 && matches!(self.peek(), Some(Token::Colon)) {
            let colon = self.span();
            self.at += 1;
            colons += 1;
            let text = format!(", {}", missing(self));
            self.replace(colon, text);
            if !ends_part(self) {
                self.operand()?;
            }
        }
        let end = self.span();
        self.expect(|t| matches!(t, Token::BracketClose))?;
        if colons == 0 && first_is_missing {
            return Err(Unreadable { at: end.0, why: "the brackets are empty", is_limit: false });
        }
        self.replace(end, if colons == 1 { ", none)".to_owned() } else { ")".to_owned() });
        self.open(subject.from, format!("{}(", if colons == 0 { ITEM } else { SLICE }));
        Ok(Node { from: subject.from, to: end.1, is_call: false })
    }

    fn primary(&mut self) -> Read<Node> {
        self.deeper(|grammar| {
            let (first, from) = (grammar.at, grammar.span().0);
            match grammar.peek() {
                Some(Token::Ident(_) | Token::Int(_) | Token::Int128(_) | Token::Float(_)) => grammar.at += 1,
                Some(Token::Str(_) | Token::String(_)) => while grammar.skip(|t| matches!(t, Token::Str(_) | Token::String(_))) {},
                Some(Token::ParenOpen) => {
                    grammar.at += 1;
                    grammar.items(|t| matches!(t, Token::ParenClose))?;
                    let is_tuple = grammar.has_comma(first + 1);
                    grammar.at += 1;
                    if is_tuple {
                        return Ok(grammar.built(first, from));
                    }
                }
                Some(Token::BracketOpen) => {
                    grammar.at += 1;
                    grammar.items(|t| matches!(t, Token::BracketClose))?;
                    grammar.at += 1;
                    return Ok(grammar.built(first, from));
                }
                Some(Token::BraceOpen) => {
                    grammar.at += 1;
                    grammar.mapping()?;
                    return Ok(grammar.built(first, from));
                }
                _ => return grammar.unreadable("an expression belongs here"),
            }
            Ok(Node { from, to: grammar.end(), is_call: false })
        })
    }

    fn mapping(&mut self) -> Read<()> {
        while !self.skip(|t| matches!(t, Token::BraceClose)) {
            let is_constant = matches!(self.peek(), Some(Token::Str(_) | Token::String(_) | Token::Int(_)))
                && matches!(self.tokens.get(self.at + 1), Some((Token::Colon, _)));
            let key = self.operand()?;
            if !is_constant {
                self.wrap(key, KEY);
            }
            self.expect(|t| matches!(t, Token::Colon))?;
            self.operand()?;
            if !matches!(self.peek(), Some(Token::BraceClose)) {
                self.expect(|t| matches!(t, Token::Comma))?;
            }
        }
        Ok(())
    }
}
