//! Values that may be computed: JSON in which `{"$expr": "..."}` stands for what the expression comes to, and `{"$merge": [...]}` for objects laid
//! over one another, the last on top (JavaScript's `{...a, ...b}`): so that one field can be written without naming its siblings.

use serde_json::{Map, Value};

use super::{
    budget::{Budget, MAX_COMPUTED},
    definition::{Place, Problems, Rule},
    effect::StepError,
};
use crate::{
    expression::{Expression, Scope, Shape},
    ordered::Json,
};

/// The variables of one moment.
pub(crate) struct Variables<'v> {
    pub context: &'v Value,
    pub event: &'v Value,
    pub budget: &'v Budget,
}

impl Scope for Variables<'_> {
    fn variable(&self, name: &str) -> Option<&Value> {
        match name {
            "context" => Some(self.context),
            "event" => Some(self.event),
            _ => self.context.get(name),
        }
    }

    fn whole(&self) -> Value {
        let mut whole = self.context.as_object().cloned().unwrap_or_default();
        whole.insert("context".to_owned(), self.context.clone());
        whole.insert("event".to_owned(), self.event.clone());
        Value::Object(whole)
    }
}

/// An expression that knows where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub place: Box<str>,
    pub expression: Expression,
}

impl Located {
    /// None: it is wrong, which has been told.
    pub fn read(text: &str, place: &Place, variables: &Shape, condition: bool, problems: &mut Problems) -> Option<Self> {
        match Expression::parse(text) {
            Ok(expression) => {
                let faults = if condition { expression.check_condition(variables) } else { expression.check(variables) };
                for fault in faults {
                    problems.add(place, Rule::BadExpression, fault.to_string());
                }
                Some(Self { place: place.as_str().into(), expression })
            }
            Err(fault) => {
                problems.add(place, Rule::BadExpression, fault.to_string());
                None
            }
        }
    }

    pub fn value(&self, variables: &Variables<'_>) -> Result<Value, StepError> {
        let value = self.expression.value(variables).map_err(|fault| self.failed(&fault.to_string()))?;
        if variables.budget.spend(&value) {
            return Ok(value);
        }
        Err(StepError::TooLarge { place: self.place.to_string(), expression: self.expression.text().to_owned(), limit: MAX_COMPUTED })
    }

    fn failed(&self, reason: &str) -> StepError {
        StepError::Expression { place: self.place.to_string(), expression: self.expression.text().to_owned(), reason: reason.to_owned() }
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Template {
    Fixed(Value),
    Computed(Located),
    List(Vec<Template>),
    Object(Vec<(String, Template)>),
    Merge { place: Box<str>, layers: Vec<Template> },
}

impl Template {
    pub fn read(json: &Json, place: &Place, variables: &Shape, problems: &mut Problems) -> Self {
        match json {
            Json::Object(entries) => {
                if let [(key, inner)] = entries.as_slice() {
                    match (key.as_str(), inner) {
                        ("$expr", Json::String(text)) => {
                            let located = Located::read(text, &place.key("$expr"), variables, false, problems);
                            return located.map_or(Self::Fixed(Value::Null), Self::Computed);
                        }
                        ("$expr", other) => {
                            problems.add(&place.key("$expr"), Rule::WrongType, format!("an expression is a text, not {}", other.kind()));
                            return Self::Fixed(Value::Null);
                        }
                        ("$merge", Json::Array(layers)) => {
                            let place = place.key("$merge");
                            let layers = layers
                                .iter()
                                .enumerate()
                                .map(|(at, layer)| Self::read(layer, &place.index(at), variables, problems))
                                .collect();
                            return Self::Merge { place: place.as_str().into(), layers };
                        }
                        ("$merge", other) => {
                            problems.add(&place.key("$merge"), Rule::WrongType, format!("a list of objects, not {}", other.kind()));
                            return Self::Fixed(Value::Null);
                        }
                        ("$literal", inner) => return Self::Fixed(inner.to_value()),
                        _ => {}
                    }
                }
                let fields: Vec<_> =
                    entries.iter().map(|(key, value)| (key.clone(), Self::read(value, &place.key(key), variables, problems))).collect();
                if fields.iter().all(|(_, field)| matches!(field, Self::Fixed(_))) {
                    return Self::Fixed(json.to_value());
                }
                Self::Object(fields)
            }
            Json::Array(items) => {
                let items: Vec<_> =
                    items.iter().enumerate().map(|(at, item)| Self::read(item, &place.index(at), variables, problems)).collect();
                if items.iter().all(|item| matches!(item, Self::Fixed(_))) {
                    return Self::Fixed(json.to_value());
                }
                Self::List(items)
            }
            other => Self::Fixed(other.to_value()),
        }
    }

    pub fn value(&self, variables: &Variables<'_>) -> Result<Value, StepError> {
        match self {
            Self::Fixed(value) => Ok(value.clone()),
            Self::Computed(located) => located.value(variables),
            Self::List(items) => items.iter().map(|item| item.value(variables)).collect(),
            Self::Merge { place, layers } => {
                let mut merged = Map::new();
                for layer in layers {
                    match layer.value(variables)? {
                        Value::Object(entries) => merged.extend(entries),
                        other => {
                            let reason = format!("only objects can be merged, not {other}");
                            return Err(StepError::Expression { place: place.to_string(), expression: "$merge".to_owned(), reason });
                        }
                    }
                }
                Ok(Value::Object(merged))
            }
            Self::Object(fields) => fields.iter().map(|(key, field)| Ok((key.clone(), field.value(variables)?))).collect(),
        }
    }
}
