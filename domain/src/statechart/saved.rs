//! Snapshots in names, to be stored: they outlive the program, and another version of the machine can say whether they fit it.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Child, Machine, Snapshot, Status, Timer,
    machine::{Kind, NodeId},
    sets::NodeSet,
};

/// Of [`Saved`]; raised when what is written here changes its meaning.
const FORMAT: u16 = 1;

/// A stored snapshot: what seed 004 calls `machine_state`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Saved {
    pub format: u16,
    pub value: Value,
    pub context: Value,
    #[serde(flatten)]
    pub status: Status,
    pub tags: Vec<String>,
    /// What history states remember: ids by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub history: BTreeMap<String, Vec<String>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<(String, Child)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timers: Vec<Timer>,
    pub next_timer: u64,
}

/// Why a stored snapshot does not fit a machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    #[error("it was written in format {0}; this program reads {FORMAT}")]
    Format(u16),
    #[error("the machine has no state {state:?} in {parent}")]
    NoState { parent: String, state: String },
    #[error("{state} is active, but not which of its states")]
    Incomplete { state: String },
    #[error("the value of {state} is neither a name nor an object")]
    Value { state: String },
    #[error("the machine has no state with the id {id:?}, which its history remembers")]
    NoHistory { id: String },
    #[error("the context is no object")]
    Context,
}

impl Snapshot {
    #[must_use]
    pub fn save(&self, machine: &Machine) -> Saved {
        let id = |node: &NodeId| machine.node(*node).id.clone();
        Saved {
            format: FORMAT,
            value: self.value(machine),
            context: self.context().clone(),
            status: self.status.clone(),
            tags: self.tags(machine).into_iter().map(str::to_owned).collect(),
            history: self.history.iter().map(|(history, kept)| (id(history), kept.iter().map(id).collect())).collect(),
            children: self.children.clone(),
            timers: self.timers.clone(),
            next_timer: self.next_timer,
        }
    }
}

impl Saved {
    /// The snapshot, in a machine's numbers.
    ///
    /// # Errors
    /// What the machine does not have.
    pub fn load(&self, machine: &Machine) -> Result<Snapshot, LoadError> {
        if self.format != FORMAT {
            return Err(LoadError::Format(self.format));
        }
        if !self.context.is_object() {
            return Err(LoadError::Context);
        }
        let mut active = NodeSet::empty(machine);
        activate(machine, NodeId::ROOT, &self.value, &mut active)?;
        let find =
            |id: &String| machine.ids().find(|node| machine.node(*node).id == *id).ok_or_else(|| LoadError::NoHistory { id: id.clone() });
        let mut history = BTreeMap::new();
        for (id, kept) in &self.history {
            history.insert(find(id)?, kept.iter().map(find).collect::<Result<_, _>>()?);
        }
        Ok(Snapshot {
            active,
            context: Arc::new(self.context.clone()),
            history,
            status: self.status.clone(),
            children: self.children.clone(),
            timers: self.timers.clone(),
            next_timer: self.next_timer,
        })
    }
}

fn activate(machine: &Machine, node: NodeId, value: &Value, active: &mut NodeSet) -> Result<(), LoadError> {
    active.insert(node);
    let state = machine.node(node);
    let child = |key: &str| {
        let found = state.children.iter().copied().find(|child| machine.node(*child).key == key);
        found.ok_or_else(|| LoadError::NoState { parent: state.id.clone(), state: key.to_owned() })
    };
    let entered = match value {
        Value::String(key) => {
            let child = child(key)?;
            activate(machine, child, &Value::Object(serde_json::Map::new()), active)?;
            1
        }
        Value::Object(entries) => {
            for (key, inner) in entries {
                activate(machine, child(key)?, inner, active)?;
            }
            entries.len()
        }
        _ => return Err(LoadError::Value { state: state.id.clone() }),
    };
    let needed = match state.kind {
        Kind::Compound => 1,
        Kind::Parallel => state.children.len(),
        _ => 0,
    };
    if entered == needed { Ok(()) } else { Err(LoadError::Incomplete { state: state.id.clone() }) }
}
