//! The answer in a task's live document, put together and checked: by the project's labels, and by the layout that the task is on.

use serde_json::{Map, Value, json};
use tandem_actors::document::Work;
use tandem_domain::{
    geometry::Size,
    layout::{self, Data, Layout},
    relabel::Renames,
    validate as rules,
};
use tandem_protocol::{
    FieldError,
    rest::{Assignment, Project, Region, Task, TaskLayout},
    ws::Base64,
};
use tandem_store::pg::annotations::Answer;

use super::{
    call::Call,
    problem::{Kind, Refusal},
    submit::document_of,
};

/// What was read of a task before its document is waited for.
pub struct Asked {
    pub project: Project,
    pub task: Task,
    pub layout: TaskLayout,
}

impl Asked {
    /// The answer in the document, once that has all that was seen: its state vector, its snapshot.
    pub async fn live(&self, call: &Call, lease: &Assignment, seen: [&Option<Base64>; 2]) -> Result<Answer, Refusal> {
        let [state_vector, snapshot] = seen.map(|bytes| bytes.as_ref().map(|bytes| bytes.0.as_slice()));
        let mut work = call.state.live.work_after(document_of(call, lease), state_vector, snapshot).await?;
        let renames = Renames::of(&self.project.label_schema);
        renames.regions(&mut work.regions);
        self.check_regions(&work.regions)?;
        let Some(tree) = &self.layout.tree else { return Ok(work.regions.into()) };
        let (tree, input) = (tree.get().to_owned(), self.task.input.clone());
        // Away from the threads that serve others: ten thousand regions take a while.
        let (regions, output) = actix_web::web::block(move || assemble(&tree, input, work, &renames))
            .await
            .map_err(Refusal::internal)?
            .map_err(|wrong| match wrong {
                Wrong::Answer(errors) => Refusal::fields(Kind::InvalidAnswer, errors),
                Wrong::Tree(error) => Refusal::internal(error),
            })?;
        Ok(Answer { regions, output: Some(output) })
    }

    fn check_regions(&self, regions: &[Region]) -> Result<(), Refusal> {
        let side = |length: Option<i32>| length.and_then(|length| u32::try_from(length).ok());
        let (Some(width), Some(height)) = (side(self.task.asset.width), side(self.task.asset.height)) else {
            return Err(Refusal::new(Kind::AssetNotReady, "The task's image is not ready: its size is not known."));
        };
        let errors = rules::regions(&self.project.label_schema, Size { width, height }, regions);
        if errors.is_empty() { Ok(()) } else { Err(Refusal::fields(Kind::RegionsInvalid, errors)) }
    }
}

enum Wrong {
    Answer(Vec<FieldError>),
    Tree(serde_json::Error),
}

/// The layout's `$.context` and `$.ui_context` are empty here: what workflows, models and hooks give is not known to the server yet.
fn assemble(
    tree: &str,
    input: Value,
    Work { regions, fields }: Work,
    renames: &Renames,
) -> Result<(Vec<Region>, Map<String, Value>), Wrong> {
    let layout: Layout = serde_json::from_str(tree).map_err(Wrong::Tree)?;
    let data = Data { input, context: json!({}), ui_context: json!({}) };
    let mut shapes = serde_json::to_value(&regions).map_err(Wrong::Tree)?;
    // A version never changes: it asks for labels by the names they had when it was written.
    layout::names_in(&layout, renames).value(&mut shapes);
    match layout::assemble(&layout, &fields, &shapes, &data).map_err(Wrong::Answer)? {
        Value::Object(output) => Ok((regions, output)),
        _ => Ok((regions, Map::new())),
    }
}
