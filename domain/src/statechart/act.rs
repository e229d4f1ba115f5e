//! Actions: what a machine writes down itself, and what it asks of others.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::Value;

use super::{
    Child, Event, Recipient, StepError,
    effect::{ActionRun, Cause, Effect},
    machine::{Action, Delay, EventTemplate},
    run::Run,
    snapshot::Timer,
    template::Template,
};
use crate::duration;

impl Run<'_> {
    /// `coming`: children that this state starts after these actions.
    pub(super) fn act(&mut self, actions: &[Action], cause: Cause, coming: &[&str]) -> Result<(), StepError> {
        for action in actions {
            self.act_once(action, cause, coming)?;
        }
        Ok(())
    }

    fn act_once(&mut self, action: &Action, cause: Cause, coming: &[&str]) -> Result<(), StepError> {
        self.trace.actions.extend(name_of(action).map(|action| ActionRun { action, cause }));
        match action {
            Action::Assign(fields) => self.assign(fields)?,
            Action::Raise { event, id, delay } => {
                let event = self.event_of(event)?;
                match delay {
                    Some(delay) => self.schedule(Recipient::Myself, event, id.clone(), delay)?,
                    None => self.raised.push_back(event),
                }
            }
            Action::Send { to, event, id, delay } => {
                self.check_recipient(to, event, coming)?;
                let event = self.event_of(event)?;
                match (delay, to) {
                    (Some(delay), _) => self.schedule(to.clone(), event, id.clone(), delay)?,
                    (None, Recipient::Myself) => self.to_myself.push_back(event),
                    (None, _) => self.effects.push(Effect::Send { to: to.clone(), event }),
                }
            }
            Action::Cancel { id } => {
                let id = text(id.value(&self.variables())?);
                self.cancel(&id);
            }
            Action::Emit { event } => {
                let event = self.event_of(event)?;
                self.effects.push(Effect::Emit { event });
            }
            Action::Log { label, value } => {
                let value = match value {
                    Some(value) => value.value(&self.variables())?,
                    None => serde_json::json!({"context": self.snapshot.context(), "event": self.event.value()}),
                };
                self.effects.push(Effect::Log { label: label.clone(), value });
            }
            Action::Spawn { id, src, input } => self.spawn(id, src, input.as_ref(), cause)?,
            Action::Stop { id } => {
                let id = text(id.value(&self.variables())?);
                self.stop_child(&id, cause);
            }
            Action::Choose(branches) => {
                let mut chosen = Vec::new();
                for (guard, actions) in branches {
                    if guard.as_ref().map_or(Ok(true), |guard| self.holds(guard))? {
                        chosen.push(actions);
                    }
                }
                for actions in chosen {
                    self.act(actions, cause, coming)?;
                }
            }
            Action::Named { name, params } => {
                let params = params.as_ref().map_or(Ok(Value::Null), |params| params.value(&self.variables()))?;
                self.effects.push(Effect::Run { action: name.clone(), params });
            }
        }
        Ok(())
    }

    /// All fields are computed from the context as it was before.
    fn assign(&mut self, fields: &[(String, Template)]) -> Result<(), StepError> {
        let variables = self.variables();
        let values =
            fields.iter().map(|(field, value)| Ok((field.clone(), value.value(&variables)?))).collect::<Result<Vec<_>, StepError>>()?;
        if let Value::Object(context) = Arc::make_mut(&mut self.snapshot.context) {
            context.extend(values);
        }
        self.written = true;
        Ok(())
    }

    pub(super) fn event_of(&self, template: &EventTemplate) -> Result<Event, StepError> {
        let value = template.template.value(&self.variables())?;
        Event::try_from(value).map_err(|_| StepError::NotAnEvent { place: template.place.to_string() })
    }

    fn check_recipient(&self, to: &Recipient, event: &EventTemplate, coming: &[&str]) -> Result<(), StepError> {
        match to {
            Recipient::Child(child) if !coming.contains(&child.as_str()) && !self.snapshot.children.iter().any(|(id, _)| id == child) => {
                Err(StepError::NoSuchChild { place: event.place.to_string(), child: child.clone() })
            }
            _ => Ok(()),
        }
    }

    /// A timer of the same id is replaced.
    pub(super) fn schedule(&mut self, to: Recipient, event: Event, id: Option<String>, delay: &Delay) -> Result<(), StepError> {
        let milliseconds = self.milliseconds_of(delay)?;
        let timer = self.snapshot.next_timer;
        self.snapshot.next_timer += 1;
        let id = id.unwrap_or_else(|| format!("{}.{timer}", event.name()));
        self.cancel(&id);
        let due = self.now + TimeDelta::milliseconds(milliseconds);
        self.effects.push(Effect::Schedule { timer, id: id.clone(), due });
        self.snapshot.timers.push(Timer { timer, id, due, to, event });
        Ok(())
    }

    pub(super) fn milliseconds_of(&self, delay: &Delay) -> Result<i64, StepError> {
        match delay {
            Delay::Fixed(milliseconds) => Ok(*milliseconds),
            Delay::Computed(located) => {
                let value = located.value(&self.variables())?;
                milliseconds(&value).map_err(|reason| StepError::Delay {
                    place: located.place.to_string(),
                    value: value.to_string(),
                    reason,
                })
            }
        }
    }

    pub(super) fn cancel(&mut self, id: &str) {
        let timers = std::mem::take(&mut self.snapshot.timers);
        let (cancelled, kept) = timers.into_iter().partition(|timer| timer.id == id);
        self.snapshot.timers = kept;
        let cancelled: Vec<Timer> = cancelled;
        self.effects.extend(cancelled.into_iter().map(|timer| Effect::Cancel { timer: timer.timer }));
    }

    /// A child of the same id is replaced.
    pub(super) fn spawn(&mut self, id: &str, src: &str, input: Option<&Template>, cause: Cause) -> Result<(), StepError> {
        let input = input.map_or(Ok(Value::Null), |input| input.value(&self.variables()))?;
        self.forget_child(id);
        self.trace.actions.push(ActionRun { action: "xstate.spawnChild".to_owned(), cause });
        self.effects.push(Effect::Spawn { id: id.to_owned(), src: src.to_owned(), input });
        self.snapshot.children.push((id.to_owned(), Child { src: src.to_owned() }));
        self.written = true;
        Ok(())
    }

    pub(super) fn stop_child(&mut self, id: &str, cause: Cause) {
        self.trace.actions.push(ActionRun { action: "xstate.stopChild".to_owned(), cause });
        self.forget_child(id);
        self.written = true;
    }

    fn forget_child(&mut self, id: &str) {
        let before = self.snapshot.children.len();
        self.snapshot.children.retain(|(child, _)| child != id);
        if self.snapshot.children.len() < before {
            self.effects.push(Effect::Stop { id: id.to_owned() });
        }
    }
}

/// None for those that say it themselves.
fn name_of(action: &Action) -> Option<String> {
    Some(match action {
        Action::Assign(_) => "xstate.assign".to_owned(),
        Action::Raise { .. } => "xstate.raise".to_owned(),
        Action::Cancel { .. } => "xstate.cancel".to_owned(),
        Action::Emit { .. } => "xstate.emit".to_owned(),
        Action::Log { .. } => "xstate.log".to_owned(),
        Action::Send { .. } => "xstate.sendTo".to_owned(),
        Action::Named { name, .. } => name.clone(),
        Action::Spawn { .. } | Action::Stop { .. } | Action::Choose(_) => return None,
    })
}

fn text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// A number of milliseconds or an ISO 8601 duration.
pub(super) fn milliseconds(value: &Value) -> Result<i64, String> {
    if let Some(text) = value.as_str() {
        return duration::parse(text).map_err(|error| error.to_string());
    }
    match value.as_f64() {
        Some(number) if number < 0.0 => Err(format!("{number} ms are negative; nothing happens before it begins")),
        #[expect(clippy::cast_precision_loss, reason = "a hundred years are 42 bits")]
        Some(number) if number > duration::LONGEST as f64 => Err(format!("{number} ms are longer than 100 years")),
        #[expect(clippy::cast_possible_truncation, reason = "checked against LONGEST")]
        Some(number) => Ok(number.round() as i64),
        None => Err("a delay is a number of milliseconds or an ISO 8601 duration".to_owned()),
    }
}
