//! Where a machine stands.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Event, Machine, Recipient,
    machine::{Kind, NodeId},
    sets::NodeSet,
};

/// One moment of one machine. To keep it, see [`super::Saved`].
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    pub(crate) active: NodeSet,
    pub(crate) context: Arc<Value>,
    pub(crate) history: BTreeMap<NodeId, Vec<NodeId>>,
    pub(crate) status: Status,
    pub(crate) children: Vec<(String, Child)>,
    pub(crate) timers: Vec<Timer>,
    /// Numbers of timers are never used again.
    pub(crate) next_timer: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    Active,
    Done {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        output: Option<Value>,
    },
    /// A child failed and no transition took it.
    Failed {
        error: Value,
    },
}

/// An invoked or spawned machine, as its parent knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    pub src: String,
}

/// An event that is due later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Timer {
    pub timer: u64,
    /// What `xstate.cancel` names.
    pub id: String,
    pub due: DateTime<Utc>,
    pub to: Recipient,
    pub event: Event,
}

impl Snapshot {
    /// XState's state value: a name for a compound state, an object for nested and parallel ones.
    #[must_use]
    pub fn value(&self, machine: &Machine) -> Value {
        self.value_of(machine, NodeId::ROOT)
    }

    fn value_of(&self, machine: &Machine, node: NodeId) -> Value {
        let active = |child: &&NodeId| self.active.contains(**child);
        let children = &machine.node(node).children;
        match machine.kind(node) {
            Kind::Compound => match children.iter().find(active) {
                Some(child) if machine.is_leaf(*child) => Value::String(machine.node(*child).key.clone()),
                Some(child) => Value::Object(Map::from_iter([(machine.node(*child).key.clone(), self.value_of(machine, *child))])),
                None => Value::Object(Map::new()),
            },
            _ => children.iter().filter(active).map(|child| (machine.node(*child).key.clone(), self.value_of(machine, *child))).collect(),
        }
    }

    #[must_use]
    pub fn context(&self) -> &Value {
        &self.context
    }

    /// With one entry of the context written by the program around the machine.
    #[must_use]
    pub fn with_context(&self, key: &str, value: Value) -> Self {
        let mut written = self.clone();
        if let Value::Object(context) = Arc::make_mut(&mut written.context) {
            context.insert(key.to_owned(), value);
        }
        written
    }

    #[must_use]
    pub fn status(&self) -> &Status {
        &self.status
    }

    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == Status::Active
    }

    /// Ids of all active states, in document order, the root first.
    #[must_use]
    pub fn states<'m>(&self, machine: &'m Machine) -> Vec<&'m str> {
        self.active.iter().map(|node| machine.node(node).id.as_str()).collect()
    }

    /// Whether a state, by its id, is active.
    #[must_use]
    pub fn is_in(&self, machine: &Machine, id: &str) -> bool {
        self.active.iter().any(|node| machine.node(node).id == id)
    }

    /// Of all active states, in document order, each once.
    #[must_use]
    pub fn tags<'m>(&self, machine: &'m Machine) -> Vec<&'m str> {
        let mut tags = Vec::new();
        for tag in self.active.iter().flat_map(|node| &machine.node(node).tags) {
            if !tags.contains(&tag.as_str()) {
                tags.push(tag);
            }
        }
        tags
    }

    /// `meta` of the active states, by their ids.
    #[must_use]
    pub fn meta<'m>(&self, machine: &'m Machine) -> Vec<(&'m str, &'m Value)> {
        self.active.iter().filter_map(|node| machine.node(node).meta.as_ref().map(|meta| (machine.node(node).id.as_str(), meta))).collect()
    }

    /// By id, oldest first.
    #[must_use]
    pub fn children(&self) -> &[(String, Child)] {
        &self.children
    }

    #[must_use]
    pub fn timers(&self) -> &[Timer] {
        &self.timers
    }

    /// The timer that is due first, of several the oldest.
    #[must_use]
    pub fn next_timer(&self) -> Option<&Timer> {
        self.timers.iter().min_by_key(|timer| (timer.due, timer.timer))
    }
}
