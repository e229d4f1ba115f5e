//! Guards as a definition writes them.

use super::{
    compile::{Compiler, path},
    definition::{Place, Rule},
    machine::{Guard, NodeId},
    template::Located,
};
use crate::{
    expression::{Shape, listing},
    ordered::Json,
};

impl<'d> Compiler<'d> {
    pub(super) fn guard(&mut self, json: &'d Json, place: &Place) -> Option<Guard> {
        if !self.count_part(place) {
            return None;
        }
        let name = match json {
            Json::String(name) => name.clone(),
            Json::Object(_) => match self.text(json, "type", place) {
                Some(name) => name,
                None if json.get("type").is_some() => return None,
                None => {
                    self.problems.add(&place.key("type"), Rule::Missing, "a guard says its type");
                    return None;
                }
            },
            other => {
                self.problems.add(place, Rule::WrongType, format!("a guard is a name or an object, not {}", other.kind()));
                return None;
            }
        };
        match name.as_str() {
            "and" | "or" if json.entries().is_some() => {
                self.only(json, &["type", "guards"], "this guard", place);
                let guards = self.inner_guards(json, &place.key("guards"));
                Some(if name == "and" { Guard::All(guards) } else { Guard::Any(guards) })
            }
            "not" if json.entries().is_some() => {
                self.only(json, &["type", "guard"], "this guard", place);
                match json.get("guard") {
                    Some(guard) => Some(Guard::Not(Box::new(self.guard(guard, &place.key("guard"))?))),
                    None => {
                        self.problems.add(&place.key("guard"), Rule::Missing, "the guard that must not hold");
                        None
                    }
                }
            }
            "stateIn" if json.entries().is_some() => self.state_in(json, place),
            "expression" if json.entries().is_some() => {
                self.only(json, &["type", "expression"], "this guard", place);
                match self.text(json, "expression", place) {
                    Some(text) => {
                        let variables = &self.variables;
                        Located::read(&text, &place.key("expression"), variables, true, &mut self.problems).map(Guard::Expression)
                    }
                    None => {
                        if json.get("expression").is_none() {
                            self.problems.add(&place.key("expression"), Rule::Missing, "the condition");
                        }
                        None
                    }
                }
            }
            _ => self.named_guard(&name, json, place),
        }
    }

    fn inner_guards(&mut self, json: &'d Json, place: &Place) -> Vec<Guard> {
        match json.get("guards") {
            Some(Json::Array(guards)) => guards.iter().enumerate().filter_map(|(at, guard)| self.guard(guard, &place.index(at))).collect(),
            _ => {
                self.problems.add(place, Rule::WrongType, "a list of guards");
                Vec::new()
            }
        }
    }

    fn named_guard(&mut self, name: &str, json: &'d Json, place: &Place) -> Option<Guard> {
        if json.entries().is_some() {
            self.only(json, &["type", "params"], "a named guard", place);
        }
        let root = self.root;
        if let Some(own) = root.get("guards").and_then(|guards| guards.get(name)) {
            if !self.unfold("guard", name, place) {
                return None;
            }
            let guard = self.guard(own, &Place::default().key("guards").key(name));
            self.unfolding.pop();
            return Some(Guard::Named { name: name.into(), guard: Box::new(guard?) });
        }
        let place_of_name = if json.entries().is_some() { place.key("type") } else { place.clone() };
        let Some(test) = self.catalog.guards.get(name).cloned() else {
            let known: Vec<&str> = self.catalog.guards.keys().map(String::as_str).collect();
            self.problems.add(&place_of_name, Rule::UnknownGuard, format!("there is no guard {name:?}; {}", listing(&known)));
            return None;
        };
        self.guard_params(name, json, place);
        let params = json.get("params").map(|params| self.template(params, &place.key("params")));
        Some(Guard::Native { name: name.into(), place: place.as_str().into(), test, params })
    }

    /// What a guard of the catalogue cannot do without.
    fn guard_params(&mut self, name: &str, json: &Json, place: &Place) {
        let catalog = self.catalog;
        let given = json.get("params");
        // Computed as a whole: what it comes to is not known yet.
        if given.is_some_and(is_computed) {
            return;
        }
        for (param, needed) in catalog.guard_params.get(name).into_iter().flatten() {
            let place = place.key("params").key(param);
            match given.and_then(|given| given.get(param)) {
                None => self.problems.add(&place, Rule::Missing, format!("the guard {name:?} needs it: {needed}")),
                Some(value) if !may_be(value, needed) => {
                    self.problems.add(&place, Rule::WrongType, format!("the guard {name:?} needs {needed}, not {}", value.kind()));
                }
                Some(_) => {}
            }
        }
    }

    /// `#id`, a path from the top like `a.b`, or a state value.
    fn state_in(&mut self, json: &Json, place: &Place) -> Option<Guard> {
        self.only(json, &["type", "stateValue"], "this guard", place);
        let place = place.key("stateValue");
        let Some(value) = json.get("stateValue") else {
            self.problems.add(&place, Rule::Missing, "the state, by #id, path or value");
            return None;
        };
        let mut nodes = Vec::new();
        let result = match value {
            Json::String(text) => match text.strip_prefix('#') {
                Some(id) => self.resolve_id(id).map(|node| nodes.push(node)),
                None => self.descend(NodeId::ROOT, &path(text)).map(|node| nodes.push(node)),
            },
            Json::Object(_) => self.in_value(NodeId::ROOT, value, &mut nodes),
            other => Err(format!("a state is named by a text or an object, not {}", other.kind())),
        };
        match result {
            Ok(()) => Some(Guard::In { text: format!("in {value}").into(), nodes }),
            Err(reason) => {
                self.problems.add(&place, Rule::UnknownTarget, reason);
                None
            }
        }
    }

    fn in_value(&self, node: NodeId, value: &Json, nodes: &mut Vec<NodeId>) -> Result<(), String> {
        match value {
            Json::String(key) => nodes.push(self.descend(node, std::slice::from_ref(key))?),
            Json::Object(entries) => {
                for (key, inner) in entries {
                    let child = self.descend(node, std::slice::from_ref(key))?;
                    nodes.push(child);
                    self.in_value(child, inner, nodes)?;
                }
            }
            other => return Err(format!("a state value is made of texts and objects, not {}", other.kind())),
        }
        Ok(())
    }
}

/// `$expr`, `$merge`, `$literal`: another value than what is written.
fn is_computed(json: &Json) -> bool {
    matches!(json.entries(), Some([(key, _)]) if key.starts_with('$'))
}

fn may_be(value: &Json, shape: &Shape) -> bool {
    match (value, shape) {
        (value, _) if is_computed(value) => true,
        (_, Shape::Any) | (Json::Object(_), Shape::Object { .. }) => true,
        (Json::Number(_), Shape::Number) | (Json::String(_), Shape::Text) | (Json::Bool(_), Shape::Bool) => true,
        (Json::Array(_), Shape::List(_)) | (Json::Null, Shape::Null) => true,
        _ => false,
    }
}
