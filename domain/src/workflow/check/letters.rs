//! The one character that no database keeps: U+0000, anywhere in a workflow. What the machine makes of such a text could not be stored, in the middle of
//! somebody's answer.

use serde_json::Value;

use super::Check;
use crate::statechart::{Place, Rule};

impl Check<'_> {
    pub(super) fn letters(&mut self) {
        if let Ok(form) = serde_json::to_value(self.workflow) {
            self.texts(&form, &Place::at(""));
        }
    }

    fn texts(&mut self, value: &Value, at: &Place) {
        match value {
            Value::String(text) if text.contains('\0') => {
                self.add(at.as_str().to_owned(), Rule::WrongType, "a text has no character U+0000");
            }
            Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| self.texts(item, &at.key(&index.to_string()))),
            Value::Object(entries) => {
                for (key, value) in entries {
                    if key.contains('\0') {
                        self.add(at.as_str().to_owned(), Rule::WrongType, "a key has no character U+0000");
                    }
                    self.texts(value, &at.key(key));
                }
            }
            _ => {}
        }
    }
}
