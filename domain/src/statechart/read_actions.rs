//! Actions and delays as a definition writes them.

use super::act::milliseconds;
use super::{
    Recipient,
    compile::{Compiler, MAX_PARTS},
    definition::{Place, Rule},
    machine::{Action, Delay, EventTemplate, NodeId},
    read::each,
    template::{Located, Template},
};
use crate::{duration, expression::listing, ordered::Json};

/// Of guards and actions that are made of others by name.
const MAX_UNFOLDING: usize = 16;

impl<'d> Compiler<'d> {
    pub(super) fn actions_at(&mut self, node: NodeId, json: &'d Json, key: &str, place: &Place) -> Vec<Action> {
        json.get(key).map_or_else(Vec::new, |actions| self.actions(node, actions, &place.key(key)))
    }

    fn actions(&mut self, node: NodeId, json: &'d Json, place: &Place) -> Vec<Action> {
        let mut read = Vec::new();
        for (action, place) in each(json, place) {
            self.action(node, action, &place, &mut read);
        }
        read
    }

    /// One more guard or action. False: there are too many already.
    pub(super) fn count_part(&mut self, place: &Place) -> bool {
        self.parts += 1;
        if self.parts == MAX_PARTS + 1 {
            let reason = format!("more than {MAX_PARTS} guards and actions, with those that are made of others");
            self.problems.add(place, Rule::TooLarge, reason);
        }
        self.parts <= MAX_PARTS
    }

    fn action(&mut self, node: NodeId, json: &'d Json, place: &Place, read: &mut Vec<Action>) {
        if !self.count_part(place) {
            return;
        }
        let name = match json {
            Json::String(name) => name.clone(),
            Json::Object(_) => match self.text(json, "type", place) {
                Some(name) => name,
                None if json.get("type").is_some() => return,
                None => return self.problems.add(&place.key("type"), Rule::Missing, "an action says its type"),
            },
            other => return self.problems.add(place, Rule::WrongType, format!("an action is a name or an object, not {}", other.kind())),
        };
        if name.starts_with("xstate.") {
            read.extend(self.builtin(node, &name, json, place));
            return;
        }
        if json.entries().is_some() {
            self.only(json, &["type", "params"], "a named action", place);
        }
        let root = self.root;
        if let Some(own) = root.get("actions").and_then(|actions| actions.get(&name)) {
            if self.unfold("action", &name, place) {
                let own = self.actions(node, own, &Place::default().key("actions").key(&name));
                self.unfolding.pop();
                read.extend(own);
            }
            return;
        }
        if !self.catalog.actions.contains(&name) {
            let known: Vec<&str> = self.catalog.actions.iter().map(String::as_str).collect();
            let place = if json.entries().is_some() { place.key("type") } else { place.clone() };
            return self.problems.add(&place, Rule::UnknownAction, format!("there is no action {name:?}; {}", listing(&known)));
        }
        let params = json.get("params").map(|params| self.template(params, &place.key("params")));
        read.push(Action::Named { name, params });
    }

    /// Enters a named guard or action; one that is made of itself is told.
    pub(super) fn unfold(&mut self, what: &str, name: &str, place: &Place) -> bool {
        let entry = format!("{what} {name}");
        if self.unfolding.contains(&entry) {
            self.problems.add(place, Rule::Circular, format!("the {what} {name:?} is made of itself"));
            return false;
        }
        if self.unfolding.len() == MAX_UNFOLDING {
            self.problems.add(place, Rule::TooLarge, format!("made of others by name, deeper than {MAX_UNFOLDING}"));
            return false;
        }
        self.unfolding.push(entry);
        true
    }

    pub(super) fn template(&mut self, json: &Json, place: &Place) -> Template {
        Template::read(json, place, &self.variables, &mut self.problems)
    }

    fn builtin(&mut self, node: NodeId, name: &str, json: &'d Json, place: &Place) -> Option<Action> {
        let keys: &[&str] = match name {
            "xstate.assign" => &["type", "assignment"],
            "xstate.raise" => &["type", "event", "id", "delay"],
            "xstate.cancel" => &["type", "sendId"],
            "xstate.emit" => &["type", "event"],
            "xstate.log" => &["type", "value", "label"],
            "xstate.sendTo" => &["type", "to", "event", "id", "delay"],
            "xstate.spawnChild" => &["type", "src", "id", "input"],
            "xstate.stopChild" => &["type", "actorRef"],
            "xstate.enqueueActions" => &["type", "collect"],
            _ => {
                self.problems.add(&place.key("type"), Rule::UnknownAction, format!("there is no action {name:?} built in"));
                return None;
            }
        };
        self.only(json, keys, name, place);
        match name {
            "xstate.assign" => self.assign(json, place),
            "xstate.raise" => {
                let (event, id) = (self.event(json, place)?, self.text(json, "id", place));
                Some(Action::Raise { event, id, delay: self.delay_at(json, place) })
            }
            "xstate.emit" => Some(Action::Emit { event: self.event(json, place)? }),
            "xstate.sendTo" => {
                let to = self.recipient(json, place);
                let (event, id) = (self.event(json, place)?, self.text(json, "id", place));
                Some(Action::Send { to: to?, event, id, delay: self.delay_at(json, place) })
            }
            "xstate.cancel" => Some(Action::Cancel { id: self.required(json, "sendId", "the id of what is cancelled", place)? }),
            "xstate.stopChild" => Some(Action::Stop { id: self.required(json, "actorRef", "the id of the child that is stopped", place)? }),
            "xstate.log" => {
                let label = self.text(json, "label", place);
                let value = json.get("value").map(|value| self.template(value, &place.key("value")));
                Some(Action::Log { label, value })
            }
            "xstate.spawnChild" => self.spawn(json, place),
            _ => self.choose(node, json, place),
        }
    }

    fn required(&mut self, json: &Json, key: &str, what: &str, place: &Place) -> Option<Template> {
        match json.get(key) {
            Some(value) => Some(self.template(value, &place.key(key))),
            None => {
                self.problems.add(&place.key(key), Rule::Missing, what);
                None
            }
        }
    }

    fn assign(&mut self, json: &Json, place: &Place) -> Option<Action> {
        let place = place.key("assignment");
        match json.get("assignment") {
            Some(Json::Object(fields)) => {
                Some(Action::Assign(fields.iter().map(|(field, value)| (field.clone(), self.template(value, &place.key(field)))).collect()))
            }
            Some(other) => {
                self.problems.add(&place, Rule::WrongType, format!("an object of fields and their values, not {}", other.kind()));
                None
            }
            None => {
                self.problems.add(&place, Rule::Missing, "an object of fields and their values");
                None
            }
        }
    }

    /// An event: an object with a type, which may be computed.
    fn event(&mut self, json: &Json, place: &Place) -> Option<EventTemplate> {
        let place = place.key("event");
        let event = match json.get("event") {
            Some(event @ Json::Object(_)) => event,
            Some(other) => {
                self.problems.add(&place, Rule::WrongType, format!("an event is an object with a type, not {}", other.kind()));
                return None;
            }
            None => {
                self.problems.add(&place, Rule::Missing, "an event, an object with a type");
                return None;
            }
        };
        let template = self.template(event, &place);
        match event.get("type") {
            Some(Json::String(name)) if !name.is_empty() && name != "*" => {}
            Some(Json::Object(_)) => {}
            None if event.get("$expr").is_some() => {}
            _ => self.problems.add(&place.key("type"), Rule::WrongType, "the type of an event is a text that is neither empty nor \"*\""),
        }
        Some(EventTemplate { place: place.as_str().into(), template })
    }

    fn recipient(&mut self, json: &Json, place: &Place) -> Option<Recipient> {
        match self.text(json, "to", place)?.as_str() {
            "#_parent" => Some(Recipient::Parent),
            "#_internal" => Some(Recipient::Myself),
            child => Some(Recipient::Child(child.strip_prefix("#_").unwrap_or(child).to_owned())),
        }
    }

    fn spawn(&mut self, json: &Json, place: &Place) -> Option<Action> {
        let (src, id) = (self.text(json, "src", place), self.text(json, "id", place));
        for (found, key, what) in [(&src, "src", "what is started, by its name"), (&id, "id", "what the child is called")] {
            if found.is_none() && json.get(key).is_none() {
                self.problems.add(&place.key(key), Rule::Missing, what);
            }
        }
        let (src, id) = (src?, id?);
        self.check_actor(&src, &place.key("src"));
        let input = json.get("input").map(|input| self.template(input, &place.key("input")));
        Some(Action::Spawn { id, src, input })
    }

    /// `collect`: branches of a guard and actions. XState has a function here, which no document can hold.
    fn choose(&mut self, node: NodeId, json: &'d Json, place: &Place) -> Option<Action> {
        let place = place.key("collect");
        let Some(Json::Array(branches)) = json.get("collect") else {
            self.problems.add(&place, Rule::WrongType, "a list of branches: {\"guard\": ..., \"actions\": ...}");
            return None;
        };
        let mut read = Vec::new();
        for (at, branch) in branches.iter().enumerate() {
            let place = place.index(at);
            if branch.entries().is_none() {
                self.problems.add(&place, Rule::WrongType, format!("a branch is an object, not {}", branch.kind()));
                continue;
            }
            self.only(branch, &["guard", "actions"], "a branch", &place);
            let guard = branch.get("guard").and_then(|guard| self.guard(guard, &place.key("guard")));
            read.push((guard, self.actions_at(node, branch, "actions", &place)));
        }
        Some(Action::Choose(read))
    }

    fn delay_at(&mut self, json: &Json, place: &Place) -> Option<Delay> {
        json.get("delay").and_then(|delay| self.delay(delay, &place.key("delay")))
    }

    /// Milliseconds, an ISO 8601 duration, a name, or `{"$expr": ...}`.
    pub(super) fn delay(&mut self, json: &Json, place: &Place) -> Option<Delay> {
        match json {
            Json::Number(number) => self.fixed_delay(&number.clone().into(), place),
            Json::Object(_) => match json.get("$expr") {
                Some(Json::String(text)) => {
                    Located::read(text, &place.key("$expr"), &self.variables, false, &mut self.problems).map(Delay::Computed)
                }
                _ => {
                    self.problems.add(place, Rule::BadDelay, "a computed delay is {\"$expr\": \"...\"}");
                    None
                }
            },
            Json::String(text) => {
                let root = self.root;
                if let Some(own) = root.get("delays").and_then(|delays| delays.get(text)) {
                    let own_place = Place::default().key("delays").key(text);
                    if own.as_str().is_some_and(|own| !own.starts_with(['P', '-']) && own.parse::<f64>().is_err()) {
                        self.problems.add(&own_place, Rule::BadDelay, "a delay is a number of milliseconds or an ISO 8601 duration");
                        return None;
                    }
                    return self.delay(own, &own_place);
                }
                if let Some(milliseconds) = self.catalog.delays.get(text) {
                    return Some(Delay::Fixed(*milliseconds));
                }
                if let Ok(number) = text.parse::<f64>() {
                    return self.fixed_delay(&number.into(), place);
                }
                if text.starts_with('P') || text.starts_with("-P") {
                    return self.fixed_delay(&text.as_str().into(), place);
                }
                let known: Vec<&str> = self.catalog.delays.keys().map(String::as_str).collect();
                self.problems.add(place, Rule::UnknownDelay, format!("there is no delay {text:?}; {}", listing(&known)));
                None
            }
            other => {
                self.problems.add(place, Rule::BadDelay, format!("a delay is a number or a text, not {}", other.kind()));
                None
            }
        }
    }

    fn fixed_delay(&mut self, value: &serde_json::Value, place: &Place) -> Option<Delay> {
        match milliseconds(value) {
            Ok(milliseconds) => Some(Delay::Fixed(milliseconds)),
            Err(reason) => {
                let negative = value.as_f64().is_some_and(|number| number < 0.0)
                    || value.as_str().is_some_and(|text| matches!(duration::parse(text), Err(duration::DurationError::Negative(_))));
                self.problems.add(place, if negative { Rule::NegativeDelay } else { Rule::BadDelay }, reason);
                None
            }
        }
    }
}
