//! The step: one input, run to completion.
//!
//! A *macrostep* takes an event and every transition that follows from it (`always`, events the machine raises itself) until the machine rests. It
//! is made of *microsteps*: a set of transitions taken together, each leaving, acting and entering.

use std::{collections::VecDeque, sync::Arc};

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{
    Event, Machine, Snapshot, Status, Step, StepError, Taken, TakenKind, Trace,
    budget::Budget,
    effect::{Cause, Effect},
    machine::{Kind, NodeId, TransitionId},
    sets::{NodeSet, Sets},
    snapshot::Timer,
    template::Variables,
};

/// What a machine is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    Event(Event),
    /// A timer of [`Effect::Schedule`] is due.
    Timer(u64),
}

impl From<Event> for Input {
    fn from(event: Event) -> Self {
        Self::Event(event)
    }
}

impl Machine {
    /// The machine at its beginning. Its context may be made from `$.event.input`.
    ///
    /// # Errors
    /// Why it cannot begin.
    pub fn start(&self, input: Option<Value>, now: DateTime<Utc>) -> Result<Step, StepError> {
        let event = Event::init(input);
        let nothing = Value::Object(serde_json::Map::new());
        let budget = Budget::default();
        let context = self.context.value(&Variables { context: &nothing, event: event.value(), budget: &budget })?;
        let mut active = NodeSet::empty(self);
        active.insert(NodeId::ROOT);
        let mut run = Run::new(self, active, context, now);
        run.event = event;
        run.first_microstep()?;
        run.settle()?;
        run.answer_myself()?;
        Ok(run.finish())
    }

    /// What comes of one input. Nothing, if the machine has ended or the timer is gone.
    ///
    /// # Errors
    /// Why the step does not happen; `snapshot` stands.
    pub fn step(&self, snapshot: &Snapshot, input: impl Into<Input>, now: DateTime<Utc>) -> Result<Step, StepError> {
        let mut run = Run::from(self, snapshot, now);
        let event = match input.into() {
            Input::Event(event) => event,
            Input::Timer(number) => match run.take_timer(number) {
                Some(event) => event,
                None => return Ok(run.finish()),
            },
        };
        if run.snapshot.is_active() {
            run.macrostep(event)?;
            run.answer_myself()?;
        }
        Ok(run.finish())
    }

    /// Whether an event would be taken by a transition (also one that only forbids it to those further out).
    ///
    /// # Errors
    /// A guard that fails.
    pub fn takes(&self, snapshot: &Snapshot, event: &Event) -> Result<bool, StepError> {
        let mut run = Run::from(self, snapshot, DateTime::<Utc>::UNIX_EPOCH);
        run.event = event.clone();
        Ok(snapshot.is_active() && !run.select()?.is_empty())
    }
}

/// A step in progress.
pub(super) struct Run<'m> {
    pub machine: &'m Machine,
    pub snapshot: Snapshot,
    pub now: DateTime<Utc>,
    /// The one being taken: what guards and actions see.
    pub event: Event,
    /// Raised by the machine itself, still to be taken in this macrostep.
    pub raised: VecDeque<Event>,
    /// Sent to itself: each a macrostep of its own, after this one.
    pub to_myself: VecDeque<Event>,
    pub effects: Vec<Effect>,
    pub trace: Trace,
    /// Context or children were written in this microstep.
    pub written: bool,
    /// What may still be computed in this step.
    budget: Budget,
    /// States as of the last microstep, which `stateIn` sees among actions.
    pub rested: NodeSet,
}

impl<'m> Run<'m> {
    fn new(machine: &'m Machine, active: NodeSet, context: Value, now: DateTime<Utc>) -> Self {
        let snapshot = Snapshot {
            active,
            context: Arc::new(context),
            history: std::collections::BTreeMap::new(),
            status: Status::Active,
            children: Vec::new(),
            timers: Vec::new(),
            next_timer: 0,
        };
        Self::from(machine, &snapshot, now)
    }

    pub(super) fn from(machine: &'m Machine, snapshot: &Snapshot, now: DateTime<Utc>) -> Self {
        Self {
            machine,
            rested: snapshot.active.clone(),
            snapshot: snapshot.clone(),
            now,
            event: Event::init(None),
            raised: VecDeque::new(),
            to_myself: VecDeque::new(),
            effects: Vec::new(),
            trace: Trace::default(),
            written: false,
            budget: Budget::default(),
        }
    }

    pub(super) fn finish(self) -> Step {
        Step { snapshot: self.snapshot, effects: children_before_their_mail(self.effects), trace: self.trace }
    }

    /// The timer's event, if it is for the machine itself. One that is gone was cancelled or has fired.
    fn take_timer(&mut self, number: u64) -> Option<Event> {
        let at = self.snapshot.timers.iter().position(|timer| timer.timer == number)?;
        let Timer { to, event, .. } = self.snapshot.timers.remove(at);
        match to {
            super::Recipient::Myself => Some(event),
            to => {
                self.effects.push(Effect::Send { to, event });
                None
            }
        }
    }

    fn answer_myself(&mut self) -> Result<(), StepError> {
        let mut count = 0;
        while let Some(event) = self.to_myself.pop_front() {
            count += 1;
            if count > self.machine.limit {
                return Err(self.endless());
            }
            if !self.snapshot.is_active() {
                break;
            }
            self.macrostep(event)?;
        }
        Ok(())
    }

    fn macrostep(&mut self, event: Event) -> Result<(), StepError> {
        if event.name() == "*" {
            return Err(StepError::Wildcard);
        }
        self.event = event;
        let transitions = self.select()?;
        if transitions.is_empty() && self.event.name().starts_with("xstate.error.actor") {
            let error = self.event.value().get("error").cloned().unwrap_or(Value::Null);
            self.snapshot.status = Status::Failed { error };
            self.end()?;
            return Ok(());
        }
        self.microstep(&transitions)?;
        self.settle()
    }

    /// Microsteps until nothing more follows.
    fn settle(&mut self) -> Result<(), StepError> {
        let mut look_for_always = true;
        let mut count = 0;
        while self.snapshot.is_active() {
            count += 1;
            if count > self.machine.limit {
                return Err(self.endless());
            }
            let mut transitions = if look_for_always { self.select_always()? } else { Vec::new() };
            let eventless = !transitions.is_empty();
            if !eventless {
                let Some(event) = self.raised.pop_front() else { break };
                self.event = event;
                transitions = self.select()?;
            }
            let changed = self.microstep(&transitions)?;
            // An `always` that changed nothing would be taken for ever.
            look_for_always = changed || !eventless;
        }
        if !self.snapshot.is_active() {
            self.end()?;
        }
        Ok(())
    }

    fn first_microstep(&mut self) -> Result<(), StepError> {
        let entries = Sets { machine: self.machine, history: &self.snapshot.history }.first_entries();
        self.enter(&entries)?;
        self.leave_when_done()?;
        self.rested = self.snapshot.active.clone();
        Ok(())
    }

    /// A machine that has ended leaves its states, innermost first, though they stay in its value.
    fn leave_when_done(&mut self) -> Result<(), StepError> {
        if matches!(self.snapshot.status, Status::Done { .. }) {
            for node in self.snapshot.active.clone().iter().rev() {
                self.act(&self.machine.node(node).exit, Cause::Exit, &[])?;
            }
        }
        Ok(())
    }

    /// Leaves, acts, enters. Whether anything is different now.
    fn microstep(&mut self, transitions: &[TransitionId]) -> Result<bool, StepError> {
        if transitions.is_empty() {
            return Ok(false);
        }
        self.written = false;
        let sets = Sets { machine: self.machine, history: &self.snapshot.history };
        let transitions = sets.without_conflicts(transitions, &self.snapshot.active);
        let (exits, domains) = (sets.exits(&transitions, &self.snapshot.active), sets.domains(&transitions));
        self.record(&transitions);

        let remembered = self.exit(&exits)?;
        for transition in &transitions {
            self.act(&self.machine.transition(*transition).actions, Cause::Transition, &[])?;
        }
        let entries = Sets { machine: self.machine, history: &self.snapshot.history }.entries(&transitions, &domains);
        self.enter(&entries)?;
        self.leave_when_done()?;
        let changed = self.written || remembered || self.snapshot.active != self.rested || !self.snapshot.is_active();
        self.rested = self.snapshot.active.clone();
        Ok(changed)
    }

    /// Whether history was written.
    fn exit(&mut self, exits: &NodeSet) -> Result<bool, StepError> {
        let mut remembered = false;
        for node in exits.iter().rev() {
            for history in &self.machine.node(node).history {
                let deep = self.machine.kind(*history) == Kind::History(true);
                let kept = self.snapshot.active.iter().filter(|state| {
                    if deep {
                        self.machine.is_leaf(*state) && self.machine.is_below(*state, node)
                    } else {
                        self.machine.node(*state).parent == Some(node)
                    }
                });
                self.snapshot.history.insert(*history, kept.collect());
                remembered = true;
            }
        }
        for node in exits.iter().rev() {
            self.act(&self.machine.node(node).exit, Cause::Exit, &[])?;
            for invoke in &self.machine.node(node).invokes {
                self.stop_child(&invoke.id, Cause::Exit);
            }
            self.snapshot.active.remove(node);
        }
        Ok(remembered)
    }

    fn enter(&mut self, entries: &super::sets::Entries) -> Result<(), StepError> {
        let mut completed = NodeSet::empty(self.machine);
        for node in entries.states.iter() {
            let state = self.machine.node(node);
            self.snapshot.active.insert(node);
            // Children of this state are started after its entry actions, which may already send to them.
            let coming: Vec<&str> = state.invokes.iter().map(|invoke| invoke.id.as_str()).collect();
            self.act(&state.entry, Cause::Entry, &coming)?;
            for invoke in &state.invokes {
                self.spawn(&invoke.id, &invoke.src, invoke.input.as_ref(), Cause::Entry)?;
            }
            if entries.by_default.contains(node) {
                self.act(&state.initial_actions, Cause::Entry, &coming)?;
            }
            if state.kind == Kind::Final {
                self.reach(node, &mut completed)?;
            }
        }
        Ok(())
    }

    /// A final state: its parent is done, perhaps the parallel states around it, perhaps everything.
    fn reach(&mut self, node: NodeId, completed: &mut NodeSet) -> Result<(), StepError> {
        let parent = self.machine.node(node).parent;
        let mut around = match parent {
            Some(parent) if self.machine.kind(parent) == Kind::Parallel => Some(parent),
            Some(parent) => self.machine.node(parent).parent,
            None => None,
        };
        let mut root_completion = around.unwrap_or(node);
        if let Some(parent) = parent.filter(|parent| self.machine.kind(*parent) == Kind::Compound) {
            let output = self.output_of(node)?;
            self.raised.push_back(Event::state_done(&self.machine.node(parent).id, output));
        }
        while let Some(state) = around {
            if self.machine.kind(state) != Kind::Parallel || completed.contains(state) || !self.is_final(state) {
                return Ok(());
            }
            completed.insert(state);
            self.raised.push_back(Event::state_done(&self.machine.node(state).id, None));
            root_completion = state;
            around = self.machine.node(state).parent;
        }
        let output = self.machine_output(root_completion)?;
        self.snapshot.status = Status::Done { output };
        Ok(())
    }

    fn is_final(&self, node: NodeId) -> bool {
        let state = self.machine.node(node);
        match state.kind {
            Kind::Compound => {
                state.children.iter().any(|child| self.machine.kind(*child) == Kind::Final && self.snapshot.active.contains(*child))
            }
            Kind::Parallel => state.children.iter().all(|child| self.is_final(*child)),
            kind => kind == Kind::Final,
        }
    }

    fn output_of(&self, node: NodeId) -> Result<Option<Value>, StepError> {
        self.machine.node(node).output.as_ref().map(|output| output.value(&self.variables())).transpose()
    }

    /// The root's `output` sees the output of the final state that ended the machine as `$.event.output`.
    fn machine_output(&self, completion: NodeId) -> Result<Option<Value>, StepError> {
        let Some(output) = &self.machine.node(NodeId::ROOT).output else { return Ok(None) };
        let state = self.machine.node(completion);
        let inner = if state.parent.is_some() { self.output_of(completion)? } else { None };
        let event = Event::state_done(&state.id, inner);
        output.value(&Variables { context: &self.snapshot.context, event: event.value(), budget: &self.budget }).map(Some)
    }

    /// The machine has ended: its children and timers end with it.
    fn end(&mut self) -> Result<(), StepError> {
        let children: Vec<String> = self.snapshot.children.iter().map(|(id, _)| id.clone()).collect();
        for child in children {
            self.stop_child(&child, Cause::Exit);
        }
        for timer in std::mem::take(&mut self.snapshot.timers) {
            self.effects.push(Effect::Cancel { timer: timer.timer });
        }
        Ok(())
    }

    pub(super) fn variables(&self) -> Variables<'_> {
        Variables { context: &self.snapshot.context, event: self.event.value(), budget: &self.budget }
    }

    fn record(&mut self, transitions: &[TransitionId]) {
        for id in transitions {
            let transition = self.machine.transition(*id);
            let inside = |target: &NodeId| self.machine.is_below(*target, transition.source) || *target == transition.source;
            let kind = if transition.delayed {
                TakenKind::Delayed
            } else if transition.eventless {
                TakenKind::Always
            } else if !transition.reenter && transition.targets.iter().all(inside) {
                TakenKind::Internal
            } else {
                TakenKind::External
            };
            self.trace.transitions.push(Taken {
                event: self.event.name().to_owned(),
                from: self.machine.node(transition.source).id.clone(),
                to: transition.targets.iter().map(|target| self.machine.node(*target).id.clone()).collect(),
                kind,
            });
        }
    }

    /// Names the states of the circle: those whose transitions were taken in the later half of the run.
    fn endless(&self) -> StepError {
        let taken = &self.trace.transitions;
        let late = &taken[taken.len() / 2..];
        let ids = self.machine.nodes.iter().map(|node| &node.id);
        let states = ids.filter(|id| late.iter().any(|one| one.from == **id)).cloned().collect();
        StepError::Endless { states, limit: self.machine.limit }
    }
}

/// An entry action may send to a child that its own state starts only afterwards; whoever carries effects out in order finds the child first.
fn children_before_their_mail(effects: Vec<Effect>) -> Vec<Effect> {
    let mut ordered: Vec<Effect> = Vec::with_capacity(effects.len());
    let mut early: Vec<Effect> = Vec::new();
    let spawned_later = |at: usize, child: &str| {
        let known = effects[..at].iter().any(|e| matches!(e, Effect::Spawn { id, .. } | Effect::Stop { id } if id == child));
        !known && effects[at..].iter().any(|e| matches!(e, Effect::Spawn { id, .. } if id == child))
    };
    for (at, effect) in effects.iter().enumerate() {
        match effect {
            Effect::Send { to: super::Recipient::Child(child), .. } if spawned_later(at, child) => early.push(effect.clone()),
            Effect::Spawn { id, .. } => {
                ordered.push(effect.clone());
                let (mine, others) = early
                    .into_iter()
                    .partition(|mail| matches!(mail, Effect::Send { to: super::Recipient::Child(child), .. } if child == id));
                early = others;
                let mine: Vec<Effect> = mine;
                ordered.extend(mine);
            }
            _ => ordered.push(effect.clone()),
        }
    }
    ordered.extend(early);
    ordered
}
