//! What is written between quotes, read as its property's kind.

use serde_json::{Number, Value};

use super::{expression::Expression, registry::Kind};
use crate::expression::Shape;
use crate::suggest::{hint, nearest};

/// Why a text is no value of a kind, and what was meant.
#[derive(Debug)]
pub(super) struct Misread {
    pub message: String,
    pub suggestion: Option<String>,
}

fn misread(message: String) -> Misread {
    Misread { message, suggestion: None }
}

impl Kind {
    /// # Errors
    /// What was found and what was expected.
    pub(super) fn read(&self, text: &str) -> Result<Value, Misread> {
        let expected = || misread(format!("found {:?}, expected {}", shown(text), self.describe()));
        let trimmed = text.trim();
        match self {
            Self::Text => Ok(text.into()),
            Self::Number { .. } | Self::Integer { .. } => {
                let number: Number = trimmed.parse().map_err(|_| expected())?;
                let value = Value::Number(number);
                if self.takes(&value) { Ok(value) } else { Err(expected()) }
            }
            Self::Flag => match trimmed {
                "true" => Ok(true.into()),
                "false" => Ok(false.into()),
                _ => Err(expected()),
            },
            Self::Choice { values } => choose(trimmed, values).map(Value::from).map_err(|suggestion| unknown(text, self, suggestion)),
            Self::TextList { values } => {
                let items = list(trimmed).ok_or_else(expected)?;
                for item in &items {
                    if !values.is_empty() {
                        choose(item, values).map_err(|suggestion| unknown(item, self, suggestion))?;
                    }
                }
                Ok(items.into())
            }
            Self::Identifier | Self::Color | Self::Key | Self::Date if self.takes(&trimmed.into()) => Ok(trimmed.into()),
            Self::Identifier | Self::Color | Self::Key | Self::Date => Err(expected()),
            Self::Pattern => match regex_lite::Regex::new(text) {
                Ok(_) => Ok(text.into()),
                Err(error) => Err(misread(format!("found {:?}, which is no regular expression: {error}", shown(text)))),
            },
            Self::Expression | Self::Condition | Self::Markup | Self::Data => Err(expected()),
        }
    }

    /// Whether a value, known before anything runs, is one of this kind.
    pub(super) fn takes(&self, value: &Value) -> bool {
        let within = |low: Option<f64>, high: Option<f64>| {
            value.as_f64().is_some_and(|number| low.is_none_or(|low| number >= low) && high.is_none_or(|high| number <= high))
        };
        let is_text = |fits: fn(&str) -> bool| value.as_str().is_some_and(fits);
        #[expect(clippy::cast_precision_loss, reason = "bounds of properties are small")]
        let float = |bound: Option<i64>| bound.map(|bound| bound as f64);
        match self {
            Self::Text => value.is_string(),
            Self::Number { minimum, maximum } => within(*minimum, *maximum),
            Self::Integer { minimum, maximum } => {
                within(float(*minimum), float(*maximum)) && value.as_f64().is_some_and(|n| n.fract() == 0.0)
            }
            Self::Flag => value.is_boolean(),
            Self::Choice { values } => value.as_str().is_some_and(|text| values.iter().any(|known| known == text)),
            Self::TextList { values } => value.as_array().is_some_and(|items| {
                items.iter().all(|item| item.as_str().is_some_and(|text| values.is_empty() || values.iter().any(|known| known == text)))
            }),
            Self::Identifier => is_text(|text| {
                text.starts_with(|c: char| c.is_alphabetic() || c == '_')
                    && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
                    && text.len() <= 200
            }),
            Self::Color => is_text(|text| {
                text.strip_prefix('#').is_some_and(|hex| matches!(hex.len(), 3 | 6) && hex.chars().all(|c| c.is_ascii_hexdigit()))
            }),
            Self::Key => is_text(|text| {
                let mut letters = text.chars();
                matches!((letters.next(), letters.next()), (Some(key), None) if !key.is_whitespace() && !key.is_control())
            }),
            Self::Date => is_text(is_date),
            Self::Pattern => is_text(|text| regex_lite::Regex::new(text).is_ok()),
            Self::Expression | Self::Condition | Self::Data => true,
            Self::Markup => false,
        }
    }

    /// What an expression for it may come to.
    pub(super) fn shape(&self) -> Shape {
        match self {
            Self::Number { .. } | Self::Integer { .. } => Shape::Number,
            Self::Identifier | Self::Color | Self::Key | Self::Date | Self::Pattern => Shape::Text,
            Self::TextList { .. } => Shape::list(Shape::Text),
            // A text shows whatever it is given, a choice takes what it knows; a condition asks whether there is something.
            Self::Text | Self::Choice { .. } | Self::Flag | Self::Expression | Self::Condition | Self::Data | Self::Markup => Shape::Any,
        }
    }
}

/// A day as ISO 8601 writes it.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10 && chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// # Errors
/// The nearest, if it is none of them.
fn choose<'v>(text: &'v str, values: &'v [String]) -> Result<&'v str, Option<&'v str>> {
    if values.iter().any(|known| known == text) { Ok(text) } else { Err(nearest(text, values.iter().map(String::as_str))) }
}

fn unknown(text: &str, kind: &Kind, suggestion: Option<&str>) -> Misread {
    let message = format!("found {:?}, expected {}{}", shown(text), kind.describe(), hint(suggestion));
    Misread { message, suggestion: suggestion.map(str::to_owned) }
}

/// `['a', 'b']`, or `a, b`.
fn list(text: &str) -> Option<Vec<String>> {
    if text.starts_with('[') {
        let value = Expression::parse(text).ok()?.constant()?;
        return value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    }
    Some(text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

/// Long texts are cut in messages.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST { text.to_owned() } else { text.chars().take(LONGEST).chain(['…']).collect() }
}
