//! Markup, compiled as its project has it: with the layouts that it may extend and the labels that its regions may have.

use std::collections::BTreeMap;

use serde_json::value::{RawValue, to_raw_value};
use tandem_domain::{
    expression::Shape,
    layout::{self, Environment, Layout, Registry, label_warnings},
};
use tandem_protocol::{
    FieldError, ProjectId,
    rest::{LayoutProblem, LayoutSeverity},
};
use tandem_store::{TenantTx, pg::layouts};

use crate::api::{
    call::Call,
    problem::{Kind, Refusal},
    projects,
};

/// What a layout is compiled beside.
pub struct Project {
    library: BTreeMap<String, String>,
    labels: Vec<String>,
}

impl Project {
    pub async fn read(tx: &mut TenantTx, call: &Call, project: ProjectId) -> Result<Self, Refusal> {
        let library = layouts::sources(tx, project).await?;
        let labels = projects::read(tx, call, project).await?.label_schema.labels;
        Ok(Self { library, labels: labels.into_iter().map(|label| label.name).collect() })
    }
}

/// What became of it.
pub struct Compiled {
    pub problems: Vec<LayoutProblem>,
    /// None: it has errors.
    pub layout: Option<Layout>,
}

impl Compiled {
    /// Away from the threads that serve others: a large layout takes a while.
    pub async fn of(source: String, around: Project) -> Result<Self, Refusal> {
        actix_web::web::block(move || compile(&source, &around)).await.map_err(Refusal::internal)
    }

    pub fn tree(&self) -> Result<Option<Box<RawValue>>, Refusal> {
        self.layout.as_ref().map(to_raw_value).transpose().map_err(Refusal::internal)
    }

    /// The tree of one without errors.
    pub fn sound(self) -> Result<Box<RawValue>, Refusal> {
        if let Some(tree) = self.tree()? {
            return Ok(tree);
        }
        let error = |problem: LayoutProblem| FieldError {
            field: format!("{}:{}", problem.line, problem.column),
            rule: problem.rule,
            message: match problem.layout {
                Some(layout) => format!("in the layout {layout:?}, which it extends: {}", problem.message),
                None => problem.message,
            },
        };
        Err(Refusal::fields(Kind::LayoutInvalid, self.problems.into_iter().map(error).collect()))
    }
}

fn compile(source: &str, around: &Project) -> Compiled {
    let environment = Environment { registry: Registry::standard(), library: &around.library, input: Shape::Any };
    match layout::compile(source, &environment) {
        Ok(layout) => {
            let labels: Vec<&str> = around.labels.iter().map(String::as_str).collect();
            let warnings = label_warnings(&layout, &labels);
            Compiled { problems: warnings.into_iter().map(told).collect(), layout: Some(layout) }
        }
        Err(problems) => Compiled { problems: problems.into_iter().map(told).collect(), layout: None },
    }
}

fn told(problem: layout::Problem) -> LayoutProblem {
    let rule = serde_json::to_value(problem.rule).ok().and_then(|rule| rule.as_str().map(str::to_owned)).unwrap_or_default();
    let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    LayoutProblem {
        line: number(problem.at.line),
        column: number(problem.at.column),
        end_line: number(problem.end.line),
        end_column: number(problem.end.column),
        severity: if problem.rule.is_warning() { LayoutSeverity::Warning } else { LayoutSeverity::Error },
        rule,
        message: problem.message,
        suggestion: problem.suggestion,
        layout: problem.layout,
    }
}
