//! Expressions of templates, read as the engine reads them: the same operators, as tightly bound.

use minijinja::machinery::{Span, Token};

use super::{BUILT, CALCULATE, CAPTURED, COMPARE, CONCAT, COUNT, COUNTS, Edit, ITEM, KEY, LOOP, NEGATE, SLICE, STORED, TEMPLATE, TICK};

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

type Read<T> = Result<T, Unreadable>;

/// The edits that turn a template's operators into calls.
pub(super) fn edits(source: &str, tokens: &[(Token<'_>, Span)]) -> Read<Vec<Edit>> {
    let mut grammar = Grammar { source, tokens, at: 0, depth: 0, edits: Vec::new() };
    grammar.template()?;
    Ok(grammar.edits)
}

/// An expression: its bytes, and whether it is a call whose result has not been captured yet.
#[derive(Debug, Clone, Copy)]
struct Node {
    from: usize,
    to: usize,
    is_call: bool,
}

struct Grammar<'a> {
    source: &'a str,
    tokens: &'a [(Token<'a>, Span)],
    at: usize,
    depth: usize,
    edits: Vec<Edit>,
}

impl<'a> Grammar<'a> {
    fn peek(&self) -> Option<&'a Token<'a>> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token::Ident(found)) if *found == word)
    }

    /// The bytes of the next token.
    fn span(&self) -> (usize, usize) {
        let span = self.tokens.get(self.at).or(self.tokens.last()).map(|(_, span)| *span).unwrap_or_default();
        (span.start_offset as usize, span.end_offset as usize)
    }

    /// Where the token before the next ends.
    fn end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |at| self.tokens[at].1.end_offset as usize)
    }

    fn unreadable<T>(&self, why: &'static str) -> Read<T> {
        Err(Unreadable { at: self.span().0, why, is_limit: false })
    }

    fn too_deep(&self) -> Unreadable {
        Unreadable { at: self.span().0, why: "its expressions are nested too deeply", is_limit: true }
    }

    /// Takes the next token if it is this one.
    fn skip(&mut self, is: impl Fn(&Token<'_>) -> bool) -> bool {
        let found = self.peek().is_some_and(is);
        self.at += usize::from(found);
        found
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, is: impl Fn(&Token<'_>) -> bool) -> Read<()> {
        if self.skip(is) { Ok(()) } else { self.unreadable("another token belongs here") }
    }

    /// Runs `work` one level deeper.
    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        self.depth += 1;
        let read = if self.depth > DEPTH { Err(self.too_deep()) } else { work(self) };
        self.depth -= 1;
        read
    }

    fn open(&mut self, at: usize, text: String) {
        let order = -(self.edits.len() as isize);
        self.edits.push(Edit { from: at, to: at, text, rank: (1, order) });
    }

    fn close(&mut self, at: usize, text: &str) {
        let order = self.edits.len() as isize;
        self.edits.push(Edit { from: at, to: at, text: text.to_owned(), rank: (0, order) });
    }

    fn replace(&mut self, (from, to): (usize, usize), text: String) {
        self.edits.push(Edit { from, to, text, rank: (2, 0) });
    }

    /// Puts an expression into a call.
    fn wrap(&mut self, node: Node, function: &str) -> Node {
        self.open(node.from, format!("{function}("));
        self.close(node.to, ")");
        Node { is_call: false, ..node }
    }

    /// An expression as an operand: what it calls may print, and is captured.
    fn captured(&mut self, node: Node) -> Node {
        if node.is_call { self.wrap(node, CAPTURED) } else { node }
    }

    fn template(&mut self) -> Read<()> {
        while let Some(token) = self.peek() {
            self.at += 1;
            match token {
                Token::VariableStart => {
                    // What a call prints here goes straight into the text.
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

    /// Has each turn of the loop whose statement was read charged. The call stands right behind the statement and ends as that
    /// does, so that the same spaces are left out behind it.
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
                // What is included may include itself again and again, so each inclusion is charged.
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

    /// Goes on to a token outside parentheses, or to the statement's end.
    fn skip_to(&mut self, is: impl Fn(&Token<'_>) -> bool) {
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

    /// Whether a comma stands outside brackets between a token and the next.
    fn has_comma(&self, first: usize) -> bool {
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

    /// Puts a list or mapping that names something into a call that sees to its limits.
    fn built(&mut self, first: usize, from: usize) -> Node {
        let node = Node { from, to: self.end(), is_call: false };
        let has_name = self.tokens[first..self.at].iter().any(|(token, _)| matches!(token, Token::Ident(_)));
        if has_name { self.wrap(node, BUILT) } else { node }
    }

    /// `upper | replace("a", "b")`.
    fn filters(&mut self) -> Read<()> {
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
    fn items(&mut self, is_end: impl Fn(&Token<'_>) -> bool) -> Read<()> {
        while !self.peek().is_some_and(&is_end) {
            self.operand()?;
            if !self.peek().is_some_and(&is_end) {
                self.expect(|t| matches!(t, Token::Comma))?;
            }
        }
        Ok(())
    }

    /// An expression whose value something is done with.
    fn operand(&mut self) -> Read<Node> {
        let node = self.expression()?;
        Ok(self.captured(node))
    }

    fn expression(&mut self) -> Read<Node> {
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

    /// `a or b`: what it yields is one of its operands.
    fn or(&mut self) -> Read<Node> {
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

    /// A value with what is done to it: `-x.y(z)[0] | f(a) is t(b)`.
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
                    // A method of what a call yields is looked up in what it captured.
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

    /// `x.name` or `x["name"]`, which was read from `from` on.
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
