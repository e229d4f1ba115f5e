//! Layouts as their authors see them: those of seed 003 compile as they stand, broken ones are told exactly what is wrong, and an answer is checked
//! by what was to be seen.

mod answers;
mod assembled;
mod broken;
mod custom;
mod expressions;
mod inheritance;
mod labels;
mod limits;
mod properties;
mod seeds;

use std::collections::BTreeMap;

use tandem_domain::{
    expression::Shape,
    layout::{Environment, Layout, Problem, Registry, compile},
};

/// With other layouts to extend.
pub fn compile_with(text: &str, library: &BTreeMap<String, String>) -> Result<Layout, Vec<Problem>> {
    compile(text, &Environment { registry: Registry::standard(), library, input: Shape::Any })
}

pub fn compiled(text: &str) -> Layout {
    compile_with(text, &BTreeMap::new()).unwrap_or_else(|problems| panic!("{}", told(&problems)))
}

/// A line for each.
pub fn told(problems: &[Problem]) -> String {
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}
