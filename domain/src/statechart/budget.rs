//! How much one step may compute. A machine may go round a thousand times before it counts as endless; a value that doubles each time would have
//! filled the memory after thirty.

use std::cell::Cell;

use serde_json::Value;

/// About as many bytes of memory as all values computed in one step may take together.
pub(super) const MAX_COMPUTED: usize = 256 << 20;

/// Of one step. Every computed value is counted, whatever becomes of it: assigned, sent, raised, logged.
#[derive(Debug)]
pub(crate) struct Budget(Cell<usize>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(MAX_COMPUTED))
    }
}

impl Budget {
    /// False: that was too much.
    pub fn spend(&self, value: &Value) -> bool {
        let left = self.0.get().checked_sub(size(value));
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// About the memory it takes.
fn size(value: &Value) -> usize {
    let inner: usize = match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(entries) => entries.iter().map(|(key, value)| size_of::<String>() + key.len() + size(value)).sum(),
    };
    size_of::<Value>() + inner
}
