//! What a definition may name beyond itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use serde_json::Value;

use crate::expression::{Scope, Shape};

/// A guard written in Rust: a pure function of the variables and its `params`. An error stops the step and names the guard.
pub type GuardFn = Arc<dyn Fn(&dyn Scope, &Value) -> Result<bool, String> + Send + Sync>;

/// The guards, actions, children and delays that a program offers to its definitions, and what their context looks like.
#[derive(Clone)]
pub struct Catalog {
    pub(crate) guards: BTreeMap<String, GuardFn>,
    /// Of guards that need parameters: each by its name, with what it is.
    pub(crate) guard_params: BTreeMap<String, BTreeMap<String, Shape>>,
    pub(crate) actions: BTreeSet<String>,
    pub(crate) actors: BTreeSet<String>,
    pub(crate) delays: BTreeMap<String, i64>,
    pub(crate) context: Shape,
}

/// How much a compiler demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// What is saved: no state that nothing leads to or out of, no certain loop.
    Sound,
    /// Whatever can run.
    Runnable,
}

impl Default for Catalog {
    fn default() -> Self {
        Self {
            guards: BTreeMap::new(),
            guard_params: BTreeMap::new(),
            actions: BTreeSet::new(),
            actors: BTreeSet::new(),
            delays: BTreeMap::new(),
            context: Shape::Any,
        }
    }
}

impl fmt::Debug for Catalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Catalog")
            .field("guards", &self.guards.keys())
            .field("actions", &self.actions)
            .field("actors", &self.actors)
            .finish()
    }
}

impl Catalog {
    #[must_use]
    pub fn guard(
        mut self,
        name: impl Into<String>,
        guard: impl Fn(&dyn Scope, &Value) -> Result<bool, String> + Send + Sync + 'static,
    ) -> Self {
        self.guards.insert(name.into(), Arc::new(guard));
        self
    }

    /// What a guard needs as its `params`, without which it can only fail: so a definition that does not give it is refused when it is saved.
    #[must_use]
    pub fn guard_needs<'k>(mut self, name: impl Into<String>, params: impl IntoIterator<Item = (&'k str, Shape)>) -> Self {
        self.guard_params.insert(name.into(), params.into_iter().map(|(param, shape)| (param.to_owned(), shape)).collect());
        self
    }

    /// Names of actions the caller carries out: each becomes an effect.
    #[must_use]
    pub fn actions<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.actions.extend(names.into_iter().map(Into::into));
        self
    }

    /// Names of what can be invoked or spawned.
    #[must_use]
    pub fn actors<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.actors.extend(names.into_iter().map(Into::into));
        self
    }

    /// A named delay, in milliseconds. A definition's own delay of this name comes first.
    #[must_use]
    pub fn delay(mut self, name: impl Into<String>, milliseconds: u32) -> Self {
        self.delays.insert(name.into(), milliseconds.into());
        self
    }

    /// What the context looks like: expressions are checked against it.
    #[must_use]
    pub fn context(mut self, shape: Shape) -> Self {
        self.context = shape;
        self
    }

    /// What `$.name` may start with: `context`, `event`, and the context's own entries.
    pub(crate) fn variables(&self) -> Shape {
        let Shape::Object { fields, open } = &self.context else { return Shape::Any };
        let mut fields = fields.clone();
        fields.insert("context".to_owned(), self.context.clone());
        fields.insert("event".to_owned(), Shape::Any);
        Shape::Object { fields, open: *open }
    }
}
