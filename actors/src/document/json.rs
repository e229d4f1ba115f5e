//! Plain JSON values inside Yjs documents, the way JavaScript's Yjs writes and reads them.

use std::{collections::HashMap, sync::Arc};

use serde_json::{Map, Number, Value};
use yrs::Any;

/// lib0 writes whole numbers of at most 31 bits as integers and all others as floats; an integer outside would arrive in a
/// browser as a BigInt.
const MAX_INT: i64 = i32::MAX as i64;

pub fn to_any(value: &Value) -> Any {
    match value {
        Value::Null => Any::Null,
        Value::Bool(value) => Any::Bool(*value),
        Value::Number(number) => number_to_any(number),
        Value::String(text) => Any::String(text.as_str().into()),
        Value::Array(values) => Any::Array(values.iter().map(to_any).collect()),
        Value::Object(entries) => {
            let entries: HashMap<String, Any> = entries.iter().map(|(key, value)| (key.clone(), to_any(value))).collect();
            Any::Map(Arc::new(entries))
        }
    }
}

fn number_to_any(number: &Number) -> Any {
    match number.as_i64().filter(|n| n.abs() <= MAX_INT) {
        Some(whole) => Any::Number(yrs::Number::Int(whole)),
        None => Any::Number(yrs::Number::Float(number.as_f64().unwrap_or_default())),
    }
}

/// None for what JSON cannot say: bytes, and numbers that are not finite.
pub fn from_any(any: &Any) -> Option<Value> {
    Some(match any {
        Any::Null | Any::Undefined => Value::Null,
        Any::Bool(value) => Value::Bool(*value),
        Any::Number(number) => Value::Number(number_from_any(*number)?),
        Any::String(text) => Value::String(text.to_string()),
        Any::Buffer(_) => return None,
        Any::Array(values) => Value::Array(values.iter().map(from_any).collect::<Option<_>>()?),
        Any::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| Some((key.clone(), from_any(value)?)));
            Value::Object(entries.collect::<Option<Map<_, _>>>()?)
        }
    })
}

/// JavaScript has one kind of number, so 3.0 and 3 are the same: whole numbers come out whole.
fn number_from_any(number: yrs::Number) -> Option<Number> {
    match number {
        yrs::Number::Int(whole) => Some(whole.into()),
        yrs::Number::Float(value) => match yrs::Number::try_i64(value) {
            yrs::Number::Int(whole) => Some(whole.into()),
            yrs::Number::Float(value) => Number::from_f64(value),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_comes_back() {
        let value = serde_json::json!({"a": [1, -2.5, null, true, "x"], "big": 1_763_676_000_000_i64, "o": {"k": 0.1}});
        assert_eq!(from_any(&to_any(&value)), Some(value));
    }

    #[test]
    fn numbers_beyond_31_bits_are_floats_so_that_browsers_read_numbers() {
        let any = to_any(&serde_json::json!(1_763_676_000_000_i64));
        assert!(matches!(any, Any::Number(yrs::Number::Float(_))));
    }

    #[test]
    fn what_json_cannot_say_is_none() {
        assert_eq!(from_any(&Any::Number(yrs::Number::Float(f64::NAN))), None);
        assert_eq!(from_any(&Any::Buffer(Arc::new([1]))), None);
    }
}
