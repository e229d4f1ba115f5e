//! Every component of the language with what it takes. One table: checks, the compiled tree, the editor's completion and the reference in
//! docs/layouts.md are made from it.

mod annotators;
mod common;
mod containers;
mod control;
mod custom;
mod forms;
mod markdown;
mod review;
mod schema;

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Serialize;

pub use custom::{CustomComponent, RegisterError};
pub use schema::{Binding, Children, Component, Event, Group, Kind, Produces, Property};

/// Narrow to wide; a property said for one holds for wider ones too.
pub const BREAKPOINTS: [&str; 4] = ["sm", "md", "lg", "xl"];

static STANDARD: LazyLock<Registry> = LazyLock::new(|| {
    let all = [containers::components(), control::components(), forms::components(), annotators::components(), review::components()];
    Registry { components: all.into_iter().flatten().map(|component| (component.name.clone(), component)).collect() }
});

/// The components a layout may use, by name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Registry {
    components: BTreeMap<String, Component>,
}

impl Registry {
    /// What the server brings along.
    #[must_use]
    pub fn standard() -> &'static Self {
        &STANDARD
    }

    /// Adds a component of the workspace's own.
    ///
    /// # Errors
    /// A definition that the language cannot use, or a name that is taken.
    pub fn register(&mut self, component: &CustomComponent) -> Result<(), RegisterError> {
        let component = component.component()?;
        if self.components.contains_key(&component.name) {
            return Err(RegisterError::Taken(component.name));
        }
        self.components.insert(component.name.clone(), component);
        Ok(())
    }

    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Component> {
        self.components.get(name)
    }

    /// In the order of their names.
    pub fn all(&self) -> impl Iterator<Item = &Component> {
        self.components.values()
    }

    /// The components that may have `part` in them.
    pub fn parents_of<'r>(&'r self, part: &'r str) -> impl Iterator<Item = &'r str> {
        let holds =
            move |component: &&Component| matches!(&component.children, Children::Only(names) if names.iter().any(|name| name == part));
        self.all().filter(holds).map(|component| component.name.as_str())
    }
}
