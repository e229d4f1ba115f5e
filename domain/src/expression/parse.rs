//! Words into a tree, by precedence: `||`, `&&`, `!`, comparisons, `+ -`, `* / %`, sign.

use serde_json::{Number, Value};

use super::{
    Comparison, Dialect, Fault, Kind, Node, Operator,
    token::{Token, tokens},
};
use crate::suggest::{hint, nearest};

/// Deeper is nobody's intention, and the stack is finite.
const MAX_DEPTH: usize = 64;
/// Each makes the tree one deeper where they follow one another.
const MAX_OPERATORS: usize = 200;
const MAX_LENGTH: usize = 10_000;
const COMPARISONS: [&str; 9] = ["===", "!==", "==", "!=", "<=", ">=", "<", ">", "in"];

pub(crate) fn parse<D: Dialect>(text: &str) -> Result<Node<D>, Fault> {
    if text.len() > MAX_LENGTH {
        return Err(Fault::new(MAX_LENGTH, format!("an expression has at most {MAX_LENGTH} bytes")));
    }
    let mut parser = Parser { tokens: tokens(text, D::NAMES_ARE_PATHS)?, next: 0, depth: 0, operators: 0 };
    let root = parser.either::<D>()?;
    match parser.peek() {
        (_, Token::End) => Ok(root),
        (at, token) => Err(Fault::new(*at, format!("{} follows where the expression could end", say(token)))),
    }
}

struct Parser {
    tokens: Vec<(usize, Token)>,
    next: usize,
    depth: usize,
    operators: usize,
}

fn say(token: &Token) -> String {
    match token {
        Token::Number(number) => number.to_string(),
        Token::Text(text) => format!("{text:?}"),
        Token::Name(text) | Token::Path(text) => text.clone(),
        Token::Sign(sign) => format!("{sign:?}"),
        Token::End => "the end".to_owned(),
    }
}

impl Parser {
    fn peek(&self) -> &(usize, Token) {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> (usize, Token) {
        let token = self.peek().clone();
        self.next += 1;
        token
    }

    fn take_if(&mut self, words: &[&str]) -> Option<(usize, String)> {
        let (at, token) = self.peek();
        let (Token::Name(found), at) = (match token {
            Token::Sign(sign) => (Token::Name((*sign).to_owned()), *at),
            other => (other.clone(), *at),
        }) else {
            return None;
        };
        words.contains(&found.as_str()).then(|| {
            self.next += 1;
            (at, found)
        })
    }

    /// An operator, of which there may be only so many.
    fn operator(&mut self, words: &[&str]) -> Result<Option<(usize, String)>, Fault> {
        let found = self.take_if(words);
        if let Some((at, _)) = &found {
            self.operators += 1;
            if self.operators > MAX_OPERATORS {
                return Err(Fault::new(*at, format!("more than {MAX_OPERATORS} operators")));
            }
        }
        Ok(found)
    }

    fn expect(&mut self, sign: &str) -> Result<(), Fault> {
        if self.take_if(&[sign]).is_some() {
            return Ok(());
        }
        let (at, token) = self.peek();
        Err(Fault::new(*at, format!("{sign:?} is missing before {}", say(token))))
    }

    fn either<D: Dialect>(&mut self) -> Result<Node<D>, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::new(self.peek().0, format!("nested deeper than {MAX_DEPTH}")));
        }
        let mut left = self.both()?;
        while let Some((at, _)) = self.operator(&["||", "or"])? {
            let right = self.both()?;
            left = Node { at, kind: Kind::Either(left.into(), right.into()) };
        }
        self.depth -= 1;
        Ok(left)
    }

    fn both<D: Dialect>(&mut self) -> Result<Node<D>, Fault> {
        let mut left = self.negation()?;
        while let Some((at, _)) = self.operator(&["&&", "and"])? {
            let right = self.negation()?;
            left = Node { at, kind: Kind::Both(left.into(), right.into()) };
        }
        Ok(left)
    }

    fn negation<D: Dialect>(&mut self) -> Result<Node<D>, Fault> {
        let Some((at, word)) = self.take_if(&["!", "not"]) else { return self.comparison() };
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault::new(at, format!("nested deeper than {MAX_DEPTH}")));
        }
        let follows = matches!(self.peek().1, Token::Sign("!")) || self.peek().1 == Token::Name("not".to_owned());
        let inner = if word == "not" || follows { self.negation()? } else { self.sum()? };
        self.depth -= 1;
        // JavaScript reads `!a == b` as `(!a) == b`, most people as the opposite of `a == b`.
        if word == "!" && matches!(self.peek().1, Token::Sign(sign) if COMPARISONS.contains(&sign)) {
            return Err(Fault::new(at, "\"!\" before a comparison can be read in two ways; write !(...) around it"));
        }
        Ok(Node { at, kind: Kind::Not(inner.into()) })
    }

    fn comparison<D: Dialect>(&mut self) -> Result<Node<D>, Fault> {
        let left = self.sum()?;
        let Some((at, sign)) = self.take_if(&COMPARISONS) else { return Ok(left) };
        let comparison = match sign.as_str() {
            "==" | "===" => Comparison::Equal,
            "!=" | "!==" => Comparison::Unequal,
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            ">" => Comparison::Greater,
            ">=" => Comparison::GreaterOrEqual,
            _ => Comparison::In,
        };
        let right = self.sum()?;
        if let Some((at, sign)) = self.take_if(&COMPARISONS) {
            return Err(Fault::new(at, format!("{sign:?} after a comparison; put one of them in parentheses")));
        }
        Ok(Node { at, kind: Kind::Compare(comparison, left.into(), right.into()) })
    }

    fn sum<D: Dialect>(&mut self) -> Result<Node<D>, Fault> {
        let mut left = self.product()?;
        while let Some((at, sign)) = self.operator(&["+", "-"])? {
            let operator = if sign == "+" { Operator::Add } else { Operator::Subtract };
            let right = self.product()?;
            left = Node { at, kind: Kind::Arithmetic(operator, left.into(), right.into()) };
        }
        Ok(left)
    }

    fn product<D: Dialect>(&mut self) -> Result<Node<D>, Fault> {
        let mut left = self.signed()?;
        while let Some((at, sign)) = self.operator(&["*", "/", "%"])? {
            let operator = match sign.as_str() {
                "*" => Operator::Multiply,
                "/" => Operator::Divide,
                _ => Operator::Remainder,
            };
            let right = self.signed()?;
            left = Node { at, kind: Kind::Arithmetic(operator, left.into(), right.into()) };
        }
        Ok(left)
    }

    fn signed<D: Dialect>(&mut self) -> Result<Node<D>, Fault> {
        let Some((at, _)) = self.take_if(&["-"]) else { return self.primary() };
        let inner = self.primary()?;
        Ok(Node { at, kind: Kind::Negate(inner.into()) })
    }

    fn primary<D: Dialect>(&mut self) -> Result<Node<D>, Fault> {
        let (at, token) = self.take();
        let kind = match token {
            Token::Number(number) => Kind::Literal(number_value(number)),
            Token::Text(text) => Kind::Literal(Value::String(text)),
            Token::Path(text) => Kind::Path(D::path(text, at)?),
            Token::Sign("(") => {
                let inner = self.either()?;
                self.expect(")")?;
                return Ok(inner);
            }
            Token::Sign("[") => Kind::List(self.arguments("]")?),
            Token::Name(name) => match name.as_str() {
                "true" => Kind::Literal(Value::Bool(true)),
                "false" => Kind::Literal(Value::Bool(false)),
                "null" => Kind::Literal(Value::Null),
                _ => self.call(at, &name)?,
            },
            other => return Err(Fault::new(at, format!("a value is missing before {}", say(&other)))),
        };
        Ok(Node { at, kind })
    }

    fn call<D: Dialect>(&mut self, at: usize, name: &str) -> Result<Kind<D>, Fault> {
        if self.take_if(&["("]).is_none() {
            if D::NAMES_ARE_PATHS {
                return Ok(Kind::Path(D::path(name.to_owned(), at)?));
            }
            return Err(Fault::new(
                at,
                format!("{name} is neither a literal nor a function; a variable is written $.{name}, a text {name:?}"),
            ));
        }
        let Some((_, function, arity)) = D::FUNCTIONS.iter().find(|(known, ..)| *known == name) else {
            let known: Vec<&str> = D::FUNCTIONS.iter().map(|(name, ..)| *name).collect();
            let there_is = match nearest(name, known.iter().copied()) {
                Some(near) => hint(Some(near)),
                None => format!("; there is {}", known.join(", ")),
            };
            return Err(Fault::new(at, format!("there is no function {name}{there_is}")));
        };
        let arguments = self.arguments(")")?;
        if !arity.contains(&arguments.len()) {
            let (least, most) = (arity.start(), arity.end());
            let takes = if least == most { least.to_string() } else { format!("{least} to {most}") };
            return Err(Fault::new(at, format!("{name} takes {takes} argument(s), not {}", arguments.len())));
        }
        D::check_call(name, *function, &arguments)?;
        Ok(Kind::Call(*function, arguments))
    }

    fn arguments<D: Dialect>(&mut self, end: &str) -> Result<Vec<Node<D>>, Fault> {
        let mut arguments = Vec::new();
        if self.take_if(&[end]).is_some() {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.either()?);
            if self.take_if(&[","]).is_none() {
                self.expect(end)?;
                return Ok(arguments);
            }
        }
    }
}

/// A whole number is written without a fraction, as JavaScript does.
pub(crate) fn number_value(number: f64) -> Value {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if number.fract() == 0.0 && number.abs() <= EXACT {
        #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and within 53 bits")]
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}
