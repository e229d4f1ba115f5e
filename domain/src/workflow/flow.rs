//! A compiled workflow, and what people and programs tell it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{
    Decision, StepKind, Workflow, WorkflowError,
    build::build,
    check::check,
    consensus::{self, Answer},
    shapes,
};
use crate::{
    agreement::{Measure, Unmeasurable},
    expression::Shape,
    statechart::{Catalog, Definition, Effect, Event, Input, Machine, Snapshot, Step, StepError, Strictness},
};

/// Actions that a flow asks of its caller, each as an [`Effect::Run`].
const ACTIONS: [&str; 6] = ["open_step", "close_step", "hold_task", "complete_task", "archive_task", "run_hook"];
/// What runs outside, each as an [`Effect::Spawn`]; its end comes back as [`Told::Handled`] or [`Told::Failed`].
const ACTORS: [&str; 5] = ["auto_process", "webhook", "model", "external_agent", "merge"];

#[derive(Debug)]
pub struct Flow {
    pub workflow: Workflow,
    /// The statechart it became: what is stored and drawn.
    pub definition: Definition,
    pub machine: Machine,
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Told {
    /// All answers of a step so far. Not only the new one: so nothing is counted twice, whoever tells it how often.
    Answered {
        step: String,
        answers: Vec<Answer>,
    },
    /// Somebody decided between answers that do not agree.
    Adjudicated {
        step: String,
        answer: Answer,
    },
    Decided {
        step: String,
        decision: Decision,
        by: String,
        reason: Option<String>,
    },
    /// A step that ends by hand is over.
    Finished {
        step: String,
    },
    /// A hold is over.
    Released {
        step: String,
        output: Option<Value>,
    },
    /// A program has run.
    Handled {
        step: String,
        output: Value,
    },
    Failed {
        step: String,
        error: Value,
    },
    /// An admin says what comes of a step that is stuck.
    Resolved {
        step: String,
        output: Value,
    },
    /// An admin opens a stuck step anew.
    Reopened {
        step: String,
    },
    /// An admin begins a step anew, wherever the task is.
    Reset {
        step: String,
    },
    Hold {
        reason: String,
    },
    /// Whatever holds it lets it go: an admin's hold, a step that gave up, a hold.
    Resume,
    ForceComplete,
    Archive,
    Timer(u64),
}

impl Told {
    /// Of the event it becomes.
    #[must_use]
    pub fn name(&self) -> String {
        event(self.clone()).name().to_owned()
    }
}

impl Told {
    /// The facts of it, as they are written into the history. Answers are kept as annotations: here it is whose they are.
    #[must_use]
    pub fn facts(&self) -> Value {
        match self {
            Self::Answered { answers, .. } => {
                json!({"count": answers.len(), "by": answers.iter().map(|answer| &answer.by).collect::<Vec<_>>()})
            }
            Self::Adjudicated { answer, .. } => json!({"by": answer.by}),
            Self::Decided { decision, by, reason, .. } => json!({"decision": decision, "by": by, "reason": reason}),
            Self::Released { output, .. } => json!({"output": output}),
            Self::Handled { output, .. } | Self::Resolved { output, .. } => json!({"output": output}),
            Self::Failed { error, .. } => json!({"error": error}),
            Self::Hold { reason } => json!({"reason": reason}),
            Self::Timer(timer) => json!({"timer": timer}),
            Self::Finished { .. } | Self::Reopened { .. } | Self::Reset { .. } | Self::Resume | Self::ForceComplete | Self::Archive => {
                Value::Null
            }
        }
    }
}

/// Somebody can work on this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenStep {
    pub step: String,
    pub kind: StepKind,
    /// How many answers it needs.
    pub needed: u64,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FlowError {
    #[error("{told} is not what the task waits for; it is in {}", states.join(", "))]
    NotNow { told: String, states: Vec<String> },
    #[error("chance is a number from 0 up to but not 1, not {0}")]
    Chance(f64),
    #[error(transparent)]
    Step(#[from] StepError),
}

impl Flow {
    /// `task`: what a task's data look like, for conditions that ask about `$.input`.
    ///
    /// # Errors
    /// Everything that is wrong with the workflow.
    pub fn compile(workflow: Workflow, task: &Shape, measure: &dyn Measure) -> Result<Self, WorkflowError> {
        let problems = check(&workflow, task, measure);
        if !problems.is_empty() {
            return Err(WorkflowError::Problems(problems));
        }
        let definition = build(&workflow);
        let machine = Machine::compile(&definition, &catalog(), Strictness::Sound).map_err(WorkflowError::Problems)?;
        Ok(Self { workflow, definition, machine })
    }

    /// A task begins. `chance`: a number in [0, 1) for what is decided by chance in this call, from whoever keeps the seeds.
    ///
    /// # Errors
    /// Why it does not.
    pub fn start(&self, task: &Value, chance: f64, now: DateTime<Utc>, measure: &dyn Measure) -> Result<Step, FlowError> {
        let chance = checked(chance)?;
        let step = self.machine.start(Some(json!({"task": task, "chance": chance})), now)?;
        self.run_core(step, now, measure)
    }

    /// # Errors
    /// The task does not wait for that, or a condition fails. The snapshot stands.
    pub fn tell(&self, snapshot: &Snapshot, told: Told, chance: f64, now: DateTime<Utc>, measure: &dyn Measure) -> Result<Step, FlowError> {
        let snapshot = snapshot.with_context("chance", checked(chance)?);
        let told = if told == Told::Resume && !self.machine.takes(&snapshot, &event(Told::Resume))? {
            self.stuck(&snapshot).unwrap_or(told)
        } else {
            told
        };
        let input = match told {
            Told::Timer(timer) => Input::Timer(timer),
            told => {
                let event = event(told);
                if !self.machine.takes(&snapshot, &event)? {
                    let states = snapshot.states(&self.machine).into_iter().map(str::to_owned).collect();
                    return Err(FlowError::NotNow { told: event.name().to_owned(), states });
                }
                Input::Event(event)
            }
        };
        let step = self.machine.step(&snapshot, input, now)?;
        self.run_core(step, now, measure)
    }

    /// Handlers of our own are pure functions: they run at once, and nobody outside hears of them.
    fn run_core(&self, mut step: Step, now: DateTime<Utc>, measure: &dyn Measure) -> Result<Step, FlowError> {
        // Each answers one invocation, and a circle of them is refused when a workflow is compiled.
        while let Some(at) = step.effects.iter().position(|effect| matches!(effect, Effect::Spawn { src, .. } if src.starts_with("@core/")))
        {
            let Effect::Spawn { id, src, input } = step.effects.remove(at) else { continue };
            let stopped = step.effects[at..].iter().position(|effect| matches!(effect, Effect::Stop { id: stopped } if *stopped == id));
            if let Some(stopped) = stopped {
                step.effects.remove(at + stopped);
                continue;
            }
            let event = match core(&src, &input, measure) {
                Ok(output) => Event::done(&id, output),
                Err(error) => Event::failed(&id, json!(error.to_string())),
            };
            let mut next = self.machine.step(&step.snapshot, event, now)?;
            next.effects.retain(|effect| !matches!(effect, Effect::Stop { id: stopped } if *stopped == id));
            step.effects.extend(next.effects);
            step.trace.transitions.extend(next.trace.transitions);
            step.trace.guards.extend(next.trace.guards);
            step.trace.actions.extend(next.trace.actions);
            step.snapshot = next.snapshot;
        }
        Ok(step)
    }

    /// What people can work on now, in the order of the workflow.
    #[must_use]
    pub fn open_steps(&self, snapshot: &Snapshot) -> Vec<OpenStep> {
        let metas = snapshot.meta(&self.machine);
        let open = metas.iter().filter_map(|(_, meta)| {
            let step = meta["step"].as_str()?;
            let kind: StepKind = serde_json::from_value(meta.get("open")?.clone()).ok()?;
            let is_extra = self.decides_inside(step, kind);
            let needed = if is_extra { Some(1) } else { snapshot.context()["steps"][step]["needed"].as_u64() };
            Some(OpenStep { step: step.to_owned(), kind, needed: needed.unwrap_or(1) })
        });
        open.collect()
    }

    /// Whether somebody is to decide between the answers of an annotation step, within that step.
    #[must_use]
    pub fn decides_inside(&self, step: &str, kind: StepKind) -> bool {
        kind == StepKind::Adjudication && self.kind_of(step) != Some(StepKind::Adjudication)
    }

    /// Whether what is submitted to a step now is a decision between the answers it has.
    #[must_use]
    pub fn is_deciding(&self, snapshot: &Snapshot, step: &str) -> bool {
        self.open_steps(snapshot).iter().any(|open| open.step == step && self.decides_inside(step, open.kind))
    }

    /// None: there is no such step.
    #[must_use]
    pub fn kind_of(&self, step: &str) -> Option<StepKind> {
        shapes::all_steps(&self.workflow).into_iter().find(|known| known.id == step).map(|known| known.kind)
    }

    /// What lets a task go that no admin held: a hold is over, a step that gave up is opened anew. Of several the first of the workflow.
    fn stuck(&self, snapshot: &Snapshot) -> Option<Told> {
        snapshot.meta(&self.machine).into_iter().find_map(|(_, meta)| {
            let step = meta["step"].as_str()?.to_owned();
            let is_hold = self.kind_of(&step) == Some(StepKind::Hold) && meta.get("held")? == "hold";
            Some(if is_hold { Told::Released { step, output: None } } else { Told::Reopened { step } })
        })
    }

    /// Why somebody must look, if somebody must.
    #[must_use]
    pub fn held(&self, snapshot: &Snapshot) -> Option<Value> {
        snapshot.tags(&self.machine).contains(&"held").then(|| snapshot.context()["hold"].clone())
    }
}

fn checked(chance: f64) -> Result<Value, FlowError> {
    if (0.0..1.0).contains(&chance) { Ok(json!(chance)) } else { Err(FlowError::Chance(chance)) }
}

fn event(told: Told) -> Event {
    let with = |name: String, fields: Value| match fields {
        Value::Object(fields) => Event::with(name, fields),
        _ => Event::with(name, Map::new()),
    };
    match told {
        Told::Answered { step, answers } => {
            let count = answers.len();
            with(format!("answered.{step}"), json!({"answers": answers, "count": count}))
        }
        Told::Adjudicated { step, answer } => with(format!("adjudicated.{step}"), json!({"answers": [answer]})),
        Told::Decided { step, decision, by, reason } => {
            with(format!("decided.{step}"), json!({"decision": decision, "by": by, "reason": reason}))
        }
        Told::Finished { step } => Event::new(format!("finished.{step}")),
        Told::Released { step, output } => with(format!("released.{step}"), json!({"output": output})),
        Told::Handled { step, output } => Event::done(&step, output),
        Told::Failed { step, error } => Event::failed(&step, error),
        Told::Resolved { step, output } => with(format!("resolved.{step}"), json!({"output": output})),
        Told::Reopened { step } => Event::new(format!("reopened.{step}")),
        Told::Reset { step } => Event::new(format!("task.reset.{step}")),
        Told::Hold { reason } => with("task.hold".to_owned(), json!({"reason": reason})),
        Told::Resume => Event::new("task.resume"),
        Told::ForceComplete => Event::new("task.complete"),
        Told::Archive => Event::new("task.archive"),
        Told::Timer(timer) => Event::new(format!("timer.{timer}")),
    }
}

fn core(src: &str, input: &Value, measure: &dyn Measure) -> Result<Value, CoreError> {
    if src == shapes::CONSENSUS {
        let config = serde_json::from_value(input["config"].clone())?;
        let answers: Vec<Answer> = serde_json::from_value(input["answers"].clone())?;
        return Ok(serde_json::to_value(consensus::resolve(&config, &answers, measure)?)?);
    }
    let answers: Vec<Answer> = serde_json::from_value(input["input"]["answers"].clone())?;
    let data: Vec<&Value> = answers.iter().map(|answer| &answer.data).collect();
    let score = measure.measure(input["config"]["metric"].as_str().unwrap_or_default(), &data)?;
    let threshold = input["config"]["threshold"].as_f64().unwrap_or(1.0);
    Ok(json!({"agreement_score": score, "agreed": score >= threshold, "count": answers.len()}))
}

#[derive(Debug, thiserror::Error)]
enum CoreError {
    #[error(transparent)]
    Unmeasurable(#[from] Unmeasurable),
    #[error("the answers cannot be read: {0}")]
    Shape(#[from] serde_json::Error),
}

fn catalog() -> Catalog {
    Catalog::default()
        .actions(ACTIONS)
        .actors(ACTORS)
        .actors([shapes::AGREEMENT, shapes::CONSENSUS])
        .guard("chance", |scope, params| {
            let chance = scope.variable("chance").and_then(Value::as_f64).ok_or("there is no chance")?;
            let (from, to) = (params["from"].as_f64().ok_or("no from")?, params["to"].as_f64().ok_or("no to")?);
            Ok((from..to).contains(&draw(chance, params["salt"].as_str().ok_or("no salt")?)))
        })
        .guard_needs("chance", [("from", Shape::Number), ("to", Shape::Number), ("salt", Shape::Text)])
        .guard_needs("worked_on", [("users", Shape::list(Shape::Text)), ("step", Shape::Text)])
        .guard("worked_on", |scope, params| {
            let users = params["users"].as_array().ok_or("no users")?;
            let step = params["step"].as_str().ok_or("no step")?;
            let state = scope.variable("steps").map(|steps| &steps[step]).ok_or("no steps")?;
            let answered = state["answers"].as_array().into_iter().flatten().map(|answer| &answer["by"]);
            let worked: Vec<&Value> = answered.chain([&state["output"]["by"]]).collect();
            Ok(users.iter().any(|user| worked.contains(&user)))
        })
}

/// A number in [0, 1) for one decision. Several decisions in one call share its `chance` and must not depend on one another, so each is mixed with
/// the name of what it decides (SplitMix64's finalizer).
#[expect(clippy::cast_precision_loss, reason = "53 bits, as many as a float holds")]
fn draw(chance: f64, salt: &str) -> f64 {
    // FNV-1a.
    let salt = salt.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut z = chance.to_bits().wrapping_add(salt).wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}
