//! What a state says: its transitions, what it invokes, its output.

use super::{
    compile::{Compiler, MAX_TRANSITIONS, path},
    definition::{Place, Rule},
    machine::{Action, Delay, EventTemplate, Invoke, Kind, NodeId, Transition, TransitionId},
    template::Template,
};
use crate::{expression::listing, ordered::Json};

/// One or several.
pub(super) fn each<'j>(json: &'j Json, place: &Place) -> Vec<(&'j Json, Place)> {
    match json {
        Json::Array(items) => items.iter().enumerate().map(|(at, item)| (item, place.index(at))).collect(),
        one => vec![(one, place.clone())],
    }
}

/// What makes a transition happen.
#[derive(Clone, Copy, PartialEq)]
enum Trigger {
    Event,
    Always,
    Delay,
}

impl<'d> Compiler<'d> {
    pub(super) fn read_state(&mut self, node: NodeId, json: &'d Json, place: &Place) {
        let at = node.index();
        self.nodes[at].entry = self.actions_at(node, json, "entry", place);
        self.nodes[at].exit = self.actions_at(node, json, "exit", place);
        self.nodes[at].tags = self.tags(json, &place.key("tags"));
        self.nodes[at].meta = json.get("meta").map(Json::to_value);
        self.nodes[at].output =
            json.get("output").map(|output| Template::read(output, &place.key("output"), &self.variables, &mut self.problems));
        self.read_initial(node, json, place);
        self.read_history(node, json, place);
        self.read_on(node, json, place);
        if let Some(done) = json.get("onDone") {
            let event = format!("xstate.done.state.{}", self.nodes[at].id);
            self.read_transitions(node, Some(event), done, &place.key("onDone"), Trigger::Event);
        }
        self.read_invokes(node, json, place);
        self.read_after(node, json, place);
        if let Some(always) = json.get("always") {
            self.nodes[at].always = self.read_transitions(node, None, always, &place.key("always"), Trigger::Always);
        }
    }

    fn tags(&mut self, json: &Json, place: &Place) -> Vec<String> {
        let Some(tags) = json.get("tags") else { return Vec::new() };
        let mut found = Vec::new();
        for (tag, place) in each(tags, place) {
            match tag {
                Json::String(tag) => found.push(tag.clone()),
                other => self.problems.add(&place, Rule::WrongType, format!("a tag is a text, not {}", other.kind())),
            }
        }
        found
    }

    fn read_initial(&mut self, node: NodeId, json: &'d Json, place: &Place) {
        if self.nodes[node.index()].kind != Kind::Compound {
            return;
        }
        let initial_place = place.key("initial");
        let target = match json.get("initial") {
            None => {
                let first = self.nodes[node.index()].children.first().map_or("", |child| self.nodes[child.index()].key.as_str()).to_owned();
                return self.problems.add(place, Rule::Missing, format!("a compound state says where it begins: \"initial\": {first:?}"));
            }
            Some(Json::String(target)) => target,
            Some(initial @ Json::Object(_)) => {
                self.only(initial, &["target", "actions", "description", "meta"], "an initial transition", &initial_place);
                self.nodes[node.index()].initial_actions = self.actions_at(node, initial, "actions", &initial_place);
                match initial.get("target") {
                    Some(Json::String(target)) => target,
                    _ => return self.problems.add(&initial_place.key("target"), Rule::Missing, "it leads to a child, by its key"),
                }
            }
            Some(other) => return self.problems.add(&initial_place, Rule::WrongType, format!("a child's key, not {}", other.kind())),
        };
        match self.descend(node, std::slice::from_ref(target)) {
            Ok(child) => self.nodes[node.index()].initial = Some(child),
            Err(reason) => self.problems.add(&initial_place, Rule::UnknownTarget, reason),
        }
    }

    fn read_history(&mut self, node: NodeId, json: &Json, place: &Place) {
        let (Kind::History(_), Some(parent)) = (self.nodes[node.index()].kind, self.nodes[node.index()].parent) else {
            if self.nodes[node.index()].kind == Kind::History(true) || self.nodes[node.index()].kind == Kind::History(false) {
                self.problems.add(place, Rule::WrongType, "the top is no history state");
            }
            return;
        };
        let place = place.key("target");
        let Some(target) = json.get("target") else {
            let initial = self.nodes[parent.index()].initial;
            if initial.is_some_and(|initial| matches!(self.nodes[initial.index()].kind, Kind::History(_))) {
                self.problems.add(&place, Rule::Missing, "a history state that is its parent's initial one says where to begin");
            }
            return;
        };
        let mut targets = Vec::new();
        for (target, place) in each(target, &place) {
            let Json::String(target) = target else {
                self.problems.add(&place, Rule::WrongType, format!("a target is a text, not {}", target.kind()));
                continue;
            };
            let resolved = match target.strip_prefix('#') {
                Some(id) => self.resolve_id(id),
                None => self.descend(parent, &path(target)),
            };
            match resolved {
                Ok(target) if matches!(self.nodes[target.index()].kind, Kind::History(_)) => {
                    self.problems.add(&place, Rule::UnknownTarget, "a history state does not lead to another");
                }
                Ok(target) if !self.is_below(target, parent) => {
                    self.problems.add(&place, Rule::UnknownTarget, "a history state leads to a state of its own parent");
                }
                Ok(target) => targets.push(target),
                Err(reason) => self.problems.add(&place, Rule::UnknownTarget, reason),
            }
        }
        self.check_together(&targets, &place);
        self.nodes[node.index()].default = Some(targets);
    }

    fn is_below(&self, node: NodeId, ancestor: NodeId) -> bool {
        node > ancestor && node <= self.nodes[ancestor.index()].last
    }

    fn read_on(&mut self, node: NodeId, json: &'d Json, place: &Place) {
        let place = place.key("on");
        let events = match json.get("on") {
            None => return,
            Some(Json::Object(events)) => events,
            Some(other) => return self.problems.add(&place, Rule::WrongType, format!("\"on\" is an object, not {}", other.kind())),
        };
        for (event, transitions) in events {
            let place = place.key(event);
            if event.is_empty() {
                self.problems.add(&place, Rule::UnknownKey, "a transition without an event belongs under \"always\"");
                continue;
            }
            let stem = event.strip_suffix(".*").unwrap_or(event);
            if event != "*" && stem.contains('*') && event.contains('.') {
                self.problems.add(&place, Rule::UnknownKey, "an asterisk stands alone or after the last dot");
                continue;
            }
            self.read_transitions(node, Some(event.clone()), transitions, &place, Trigger::Event);
        }
    }

    fn read_invokes(&mut self, node: NodeId, json: &'d Json, place: &Place) {
        let Some(invokes) = json.get("invoke") else { return };
        for (index, (invoke, place)) in each(invokes, &place.key("invoke")).into_iter().enumerate() {
            if invoke.entries().is_none() {
                self.problems.add(&place, Rule::WrongType, format!("an object with \"src\", not {}", invoke.kind()));
                continue;
            }
            self.only(invoke, &["id", "src", "input", "onDone", "onError", "systemId", "description", "meta"], "an invoke", &place);
            let id = self.text(invoke, "id", &place).unwrap_or_else(|| format!("{index}.{}", self.nodes[node.index()].id));
            let Some(src) = self.text(invoke, "src", &place) else {
                self.problems.add(&place.key("src"), Rule::Missing, "what is invoked, by its name");
                continue;
            };
            self.check_actor(&src, &place.key("src"));
            let input = invoke.get("input").map(|input| Template::read(input, &place.key("input"), &self.variables, &mut self.problems));
            for (key, kind) in [("onDone", "done"), ("onError", "error")] {
                if let Some(transitions) = invoke.get(key) {
                    self.read_transitions(node, Some(format!("xstate.{kind}.actor.{id}")), transitions, &place.key(key), Trigger::Event);
                }
            }
            self.nodes[node.index()].invokes.push(Invoke { id, src, input });
        }
    }

    pub(super) fn check_actor(&mut self, src: &str, place: &Place) {
        let own = ["actors", "services"].iter().any(|key| self.root.get(key).is_some_and(|actors| actors.get(src).is_some()));
        if !own && !self.catalog.actors.contains(src) {
            let known: Vec<&str> = self.catalog.actors.iter().map(String::as_str).collect();
            self.problems.add(place, Rule::UnknownActor, format!("there is no {src:?} to start; {}", listing(&known)));
        }
    }

    /// `after` is an event that the state sends itself on entry and takes back on exit.
    fn read_after(&mut self, node: NodeId, json: &'d Json, place: &Place) {
        let place = place.key("after");
        let delays = match json.get("after") {
            None => return,
            Some(Json::Object(delays)) => delays,
            Some(other) => return self.problems.add(&place, Rule::WrongType, format!("\"after\" is an object, not {}", other.kind())),
        };
        for (key, transitions) in delays {
            let place = place.key(key);
            let Some(delay) = self.delay(&Json::String(key.clone()), &place) else { continue };
            let shown = match &delay {
                // As JavaScript writes the number.
                Delay::Fixed(milliseconds) if key.parse::<f64>().is_ok() => milliseconds.to_string(),
                _ => key.clone(),
            };
            let event = format!("xstate.after.{shown}.{}", self.nodes[node.index()].id);
            self.read_transitions(node, Some(event.clone()), transitions, &place, Trigger::Delay);
            let template = EventTemplate { place: place.as_str().into(), template: Template::Fixed(serde_json::json!({"type": event})) };
            let state = &mut self.nodes[node.index()];
            state.entry.push(Action::Raise { event: template, id: Some(event.clone()), delay: Some(delay) });
            state.exit.push(Action::Cancel { id: Template::Fixed(event.into()) });
        }
    }

    fn read_transitions(
        &mut self,
        node: NodeId,
        event: Option<String>,
        json: &'d Json,
        place: &Place,
        trigger: Trigger,
    ) -> Vec<TransitionId> {
        let mut read = Vec::new();
        for (json, place) in each(json, place) {
            if self.transitions.len() == MAX_TRANSITIONS {
                if !self.problems.has(Rule::TooLarge) {
                    self.problems.add(&place, Rule::TooLarge, format!("a machine has at most {MAX_TRANSITIONS} transitions"));
                }
                return read;
            }
            if let Some(transition) = self.read_transition(node, json, &place, trigger) {
                read.push(TransitionId(u32::try_from(self.transitions.len()).unwrap_or(u32::MAX)));
                self.transitions.push(transition);
            }
        }
        if let Some(event) = event {
            let descriptors = &mut self.descriptors[node.index()];
            match descriptors.iter_mut().find(|(descriptor, _)| *descriptor == event) {
                Some((_, transitions)) => transitions.extend(&read),
                None => descriptors.push((event, read.clone())),
            }
        }
        read
    }

    fn read_transition(&mut self, node: NodeId, json: &'d Json, place: &Place, trigger: Trigger) -> Option<Transition> {
        let mut transition = Transition {
            source: node,
            targets: Vec::new(),
            guard: None,
            actions: Vec::new(),
            reenter: false,
            delayed: trigger == Trigger::Delay,
            eventless: trigger == Trigger::Always,
            place: place.as_str().into(),
        };
        match json {
            Json::String(_) => transition.targets = self.targets(node, json, place),
            // Forbidden: the event ends here.
            Json::Null if trigger == Trigger::Event => {}
            Json::Object(_) => {
                self.only(json, &["target", "guard", "actions", "reenter", "description", "meta"], "a transition", place);
                if let Some(target) = json.get("target").filter(|target| **target != Json::Null) {
                    transition.targets = self.targets(node, target, &place.key("target"));
                }
                transition.guard = json.get("guard").and_then(|guard| self.guard(guard, &place.key("guard")));
                transition.actions = self.actions_at(node, json, "actions", place);
                transition.reenter = match json.get("reenter") {
                    None => false,
                    Some(Json::Bool(reenter)) => *reenter,
                    Some(other) => {
                        self.problems.add(&place.key("reenter"), Rule::WrongType, format!("true or false, not {}", other.kind()));
                        false
                    }
                };
            }
            other => {
                self.problems.add(place, Rule::WrongType, format!("a target or an object, not {}", other.kind()));
                return None;
            }
        }
        Some(transition)
    }

    fn targets(&mut self, node: NodeId, json: &Json, place: &Place) -> Vec<NodeId> {
        let mut targets = Vec::new();
        for (target, place) in each(json, place) {
            match target {
                Json::String(text) if text.is_empty() => {
                    self.problems.add(&place, Rule::UnknownTarget, "the target is empty; leave it out to stay")
                }
                Json::String(text) => match self.resolve(node, text) {
                    Ok(target) => targets.push(target),
                    Err(reason) => self.problems.add(&place, Rule::UnknownTarget, reason),
                },
                other => self.problems.add(&place, Rule::WrongType, format!("a target is a text, not {}", other.kind())),
            }
        }
        self.check_together(&targets, place);
        targets
    }

    /// Several targets lie in different regions of a parallel state.
    fn check_together(&mut self, targets: &[NodeId], place: &Place) {
        for (at, left) in targets.iter().enumerate() {
            for right in &targets[at + 1..] {
                let mut above = self.nodes[left.index()].parent;
                while let Some(node) = above.filter(|node| !self.is_below(*right, *node)) {
                    above = self.nodes[node.index()].parent;
                }
                let apart = left != right && !self.is_below(*left, *right) && !self.is_below(*right, *left);
                let common = above.map(|node| self.nodes[node.index()].kind);
                if !apart || common != Some(Kind::Parallel) {
                    let (left, right) = (self.nodes[left.index()].id.clone(), self.nodes[right.index()].id.clone());
                    let reason = format!(
                        "{left} and {right} are never active together as two targets: they lie in no two regions of a parallel state"
                    );
                    self.problems.add(place, Rule::ConflictingTargets, reason);
                    return;
                }
            }
        }
    }

    /// Keys that a place does not have.
    pub(super) fn only(&mut self, json: &Json, keys: &[&str], what: &str, place: &Place) {
        for (key, _) in json.entries().unwrap_or_default() {
            if !keys.contains(&key.as_str()) {
                let hint = match key.as_str() {
                    "cond" => "; it is called guard",
                    "internal" => "; a transition is internal unless it says \"reenter\": true",
                    "onSnapshot" => "; the snapshots of children are not sent here",
                    _ => "",
                };
                self.problems.add(&place.key(key), Rule::UnknownKey, format!("{what} has no {key:?}{hint}"));
            }
        }
    }

    /// A text that may be left out.
    pub(super) fn text(&mut self, json: &Json, key: &str, place: &Place) -> Option<String> {
        match json.get(key)? {
            Json::String(text) if !text.is_empty() => Some(text.clone()),
            other => {
                self.problems.add(&place.key(key), Rule::WrongType, format!("a text that is not empty, not {}", other.kind()));
                None
            }
        }
    }
}
