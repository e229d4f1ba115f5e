//! A definition into a machine. First the states and their ids, so that targets can be found; then what each state says (`read`); then who takes
//! which event; last what is wrong with the whole (`check`).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    Catalog, Definition, Machine, Strictness, check,
    context::written_context,
    definition::{Place, Problem, Problems, Rule},
    machine::{Kind, Node, NodeId, Pattern, Transition, TransitionId},
    template::Template,
};
use crate::{
    expression::{Shape, listing},
    ordered::Json,
};

/// As many as nobody draws. Saving a definition must not be a way to keep a server busy.
const MAX_STATES: usize = 2_000;
pub(super) const MAX_TRANSITIONS: usize = 10_000;
/// Guards and actions, each counted wherever its name stands: ones made of others, made of others, grow fast.
pub(super) const MAX_PARTS: usize = 50_000;
/// What stands for the machine's id when it has none, in XState as here.
const NAMELESS: &str = "(machine)";
const MICROSTEPS: usize = 1_000;

const KEYS: [&str; 17] = [
    "id",
    "key",
    "type",
    "initial",
    "states",
    "on",
    "always",
    "after",
    "entry",
    "exit",
    "invoke",
    "onDone",
    "tags",
    "meta",
    "output",
    "description",
    "history",
];
const ROOT_KEYS: [&str; 9] = ["context", "version", "guards", "actions", "actors", "services", "delays", "schemas", "options"];

impl Machine {
    /// # Errors
    /// Everything that is wrong with the definition, in the order of the document.
    pub fn compile(definition: &Definition, catalog: &Catalog, strictness: Strictness) -> Result<Self, Vec<Problem>> {
        let mut compiler = Compiler::new(&definition.0, catalog, strictness);
        compiler.outline(&definition.0, Place::default(), None);
        let machine = compiler.read();
        let mut problems = compiler.problems;
        // Reachability means nothing where a target is missing.
        if problems.0.is_empty() && strictness == Strictness::Sound {
            check::check(&machine, &compiler.places, &mut problems);
        }
        if problems.0.is_empty() { Ok(machine) } else { Err(problems.0) }
    }
}

pub(super) struct Compiler<'d> {
    pub catalog: &'d Catalog,
    pub variables: Shape,
    pub problems: Problems,
    pub root: &'d Json,
    pub nodes: Vec<Node>,
    /// Of each state.
    pub places: Vec<Place>,
    documents: Vec<&'d Json>,
    ids: HashMap<String, NodeId>,
    pub transitions: Vec<Transition>,
    /// Of each state: event descriptors and who takes them.
    pub descriptors: Vec<Vec<(String, Vec<TransitionId>)>>,
    /// Named guards and actions being unfolded.
    pub unfolding: Vec<String>,
    /// Guards and actions so far.
    pub parts: usize,
}

impl<'d> Compiler<'d> {
    fn new(root: &'d Json, catalog: &'d Catalog, strictness: Strictness) -> Self {
        let own_schema = root.get("schemas").and_then(|schemas| schemas.get("context"));
        let context = match (&catalog.context, own_schema) {
            (Shape::Any, Some(schema)) => Shape::from_json_schema(&schema.to_value()),
            // Only where it is asked for: a machine that is merely to run may ask about what is not there.
            (Shape::Any, None) if strictness == Strictness::Sound => written_context(root),
            (known, _) => known.clone(),
        };
        let variables = catalog.clone().context(context).variables();
        Self {
            catalog,
            variables,
            problems: Problems::default(),
            root,
            nodes: Vec::new(),
            places: Vec::new(),
            documents: Vec::new(),
            ids: HashMap::new(),
            transitions: Vec::new(),
            descriptors: Vec::new(),
            unfolding: Vec::new(),
            parts: 0,
        }
    }

    /// A state and those below it, in document order.
    fn outline(&mut self, json: &'d Json, place: Place, parent: Option<(NodeId, &str)>) -> Option<NodeId> {
        if self.nodes.len() >= MAX_STATES {
            if !self.problems.has(Rule::TooLarge) {
                self.problems.add(&place, Rule::TooLarge, format!("a machine has at most {MAX_STATES} states"));
            }
            return None;
        }
        let Some(entries) = json.entries() else {
            self.problems.add(&place, Rule::WrongType, format!("a state is an object, not {}", json.kind()));
            return None;
        };
        let node = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let kind = self.kind(json, &place);
        for (key, _) in entries {
            self.check_key(key, kind, parent.is_none(), &place);
        }
        let (key, id) = self.names(json, &place, parent);
        if let Some(other) = self.ids.insert(id.clone(), node) {
            let first = self.places[other.index()].as_str().to_owned();
            self.problems.add(&place, Rule::DuplicateId, format!("the id {id:?} is also that of {first}"));
        }
        self.nodes.push(Node {
            id,
            key,
            kind,
            parent: parent.map(|(parent, _)| parent),
            last: node,
            children: Vec::new(),
            history: Vec::new(),
            entry: Vec::new(),
            exit: Vec::new(),
            initial: None,
            initial_actions: Vec::new(),
            default: None,
            invokes: Vec::new(),
            always: Vec::new(),
            candidates: Vec::new(),
            patterns: Vec::new(),
            tags: Vec::new(),
            meta: None,
            output: None,
        });
        self.descriptors.push(Vec::new());
        self.documents.push(json);
        self.places.push(place.clone());
        self.outline_children(json, &place, node);
        Some(node)
    }

    fn outline_children(&mut self, json: &'d Json, place: &Place, node: NodeId) {
        let place = place.key("states");
        match json.get("states") {
            None => {}
            Some(Json::Object(states)) => {
                for (key, state) in states {
                    let Some(child) = self.outline(state, place.key(key), Some((node, key))) else { continue };
                    let is_history = matches!(self.nodes[child.index()].kind, Kind::History(_));
                    let parent = &mut self.nodes[node.index()];
                    if is_history { &mut parent.history } else { &mut parent.children }.push(child);
                }
            }
            Some(other) => self.problems.add(&place, Rule::WrongType, format!("states are an object, not {}", other.kind())),
        }
        self.nodes[node.index()].last = NodeId(u32::try_from(self.nodes.len() - 1).unwrap_or(u32::MAX));
    }

    fn kind(&mut self, json: &Json, place: &Place) -> Kind {
        let has_states = json.get("states").and_then(Json::entries).is_some_and(|states| !states.is_empty());
        let history = json.get("history").filter(|history| **history != Json::Bool(false));
        let deep = match history {
            None | Some(Json::Bool(true)) => false,
            Some(Json::String(text)) if text == "shallow" || text == "deep" => text == "deep",
            Some(_) => {
                self.problems.add(&place.key("history"), Rule::WrongType, "history is \"shallow\" or \"deep\"");
                false
            }
        };
        let derived = if has_states {
            Kind::Compound
        } else if history.is_some() {
            Kind::History(deep)
        } else {
            Kind::Atomic
        };
        let kind = match json.get("type") {
            None => derived,
            Some(Json::String(text)) => match text.as_str() {
                "atomic" => Kind::Atomic,
                "compound" => Kind::Compound,
                "parallel" => Kind::Parallel,
                "final" => Kind::Final,
                "history" => Kind::History(deep),
                _ => {
                    let reason = format!("{text:?} is no type of state: atomic, compound, parallel, final or history");
                    self.problems.add(&place.key("type"), Rule::WrongType, reason);
                    derived
                }
            },
            Some(other) => {
                self.problems.add(&place.key("type"), Rule::WrongType, format!("the type of a state is a text, not {}", other.kind()));
                derived
            }
        };
        match kind {
            Kind::Compound | Kind::Parallel if !has_states => {
                self.problems.add(place, Rule::Missing, "it has no states inside");
                Kind::Atomic
            }
            Kind::Atomic | Kind::Final | Kind::History(_) if has_states => {
                self.problems.add(&place.key("states"), Rule::UnknownKey, "a state of this type has no states inside");
                kind
            }
            kind => kind,
        }
    }

    fn check_key(&mut self, key: &str, kind: Kind, is_root: bool, place: &Place) {
        let place = place.key(key);
        if matches!(kind, Kind::History(_)) && key == "target" {
            return;
        }
        if is_root && (ROOT_KEYS.contains(&key) || key == "$schema") {
            return;
        }
        if !KEYS.contains(&key) {
            let hint = match key {
                "onEntry" => "; it is called entry",
                "onExit" => "; it is called exit",
                "activities" | "activity" => "; it is called invoke",
                _ if ROOT_KEYS.contains(&key) => "; it belongs at the top",
                _ => "",
            };
            return self.problems.add(&place, Rule::UnknownKey, format!("a state has no {key:?}{hint}"));
        }
        let misplaced = match kind {
            Kind::Final => ["initial", "on", "always", "after", "invoke", "onDone", "history"].contains(&key),
            Kind::History(_) => ["initial", "on", "always", "after", "entry", "exit", "invoke", "onDone", "output"].contains(&key),
            Kind::Parallel => ["initial", "history"].contains(&key) || (key == "output" && !is_root),
            Kind::Compound => key == "history" || (key == "output" && !is_root),
            Kind::Atomic => ["initial", "onDone", "history"].contains(&key) || (key == "output" && !is_root),
        };
        if misplaced {
            self.problems.add(&place, Rule::UnknownKey, format!("a state of this type has no {key:?}"));
        }
    }

    fn names(&mut self, json: &Json, place: &Place, parent: Option<(NodeId, &str)>) -> (String, String) {
        let own = match json.get("id") {
            None => None,
            Some(Json::String(text)) if !text.is_empty() => Some(text.clone()),
            Some(_) => {
                self.problems.add(&place.key("id"), Rule::WrongType, "an id is a text that is not empty");
                None
            }
        };
        match parent {
            None => {
                let id = own.unwrap_or_else(|| NAMELESS.to_owned());
                (id.clone(), id)
            }
            Some((parent, key)) => {
                // The path from the top by keys, whatever ids stand between.
                let mut path = vec![key.to_owned()];
                let mut above = Some(parent);
                while let Some(node) = above {
                    path.push(self.nodes[node.index()].key.clone());
                    above = self.nodes[node.index()].parent;
                }
                path.reverse();
                (key.to_owned(), own.unwrap_or_else(|| path.join(".")))
            }
        }
    }

    fn read(&mut self) -> Machine {
        let root_place = Place::default();
        for at in 0..self.nodes.len() {
            let node = NodeId(u32::try_from(at).unwrap_or(u32::MAX));
            self.read_state(node, self.documents[at], &self.places[at].clone());
        }
        let context = self.read_context(&root_place);
        let limit = self.read_options(&root_place);
        let events = self.take_descriptors();
        Machine {
            id: self.nodes.first().map_or_else(String::new, |root| root.id.clone()),
            nodes: std::mem::take(&mut self.nodes),
            transitions: std::mem::take(&mut self.transitions),
            events,
            context,
            limit,
        }
    }

    fn read_context(&mut self, root: &Place) -> Template {
        match self.root.get("context") {
            None => Template::Fixed(serde_json::json!({})),
            Some(context @ Json::Object(_)) => Template::read(context, &root.key("context"), &Shape::Any, &mut self.problems),
            Some(other) => {
                self.problems.add(&root.key("context"), Rule::WrongType, format!("the context is an object, not {}", other.kind()));
                Template::Fixed(serde_json::json!({}))
            }
        }
    }

    fn read_options(&mut self, root: &Place) -> usize {
        let Some(limit) = self.root.get("options").and_then(|options| options.get("maxIterations")) else { return MICROSTEPS };
        match limit {
            Json::Number(number) if number.as_u64().is_some_and(|n| (1..=10_000).contains(&n)) => {
                number.as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(MICROSTEPS)
            }
            _ => {
                self.problems.add(&root.key("options").key("maxIterations"), Rule::WrongType, "a whole number from 1 to 10000");
                MICROSTEPS
            }
        }
    }

    /// Numbers the events, and says for each state and event who may take it, best first.
    fn take_descriptors(&mut self) -> Vec<Box<str>> {
        let exact = |descriptor: &String| Pattern::read(descriptor).is_none();
        let names: BTreeSet<&str> =
            self.descriptors.iter().flatten().map(|(name, _)| name).filter(|name| exact(name)).map(String::as_str).collect();
        let events: Vec<Box<str>> = names.into_iter().map(Into::into).collect();
        let number = |name: &str| {
            let at = events.binary_search_by(|event| event.as_ref().cmp(name)).ok()?;
            u32::try_from(at).ok()
        };
        for (node, descriptors) in self.nodes.iter_mut().zip(&self.descriptors) {
            let mut patterns: Vec<(&str, Pattern, &Vec<TransitionId>)> = descriptors
                .iter()
                .filter_map(|(descriptor, transitions)| Some((descriptor.as_str(), Pattern::read(descriptor)?, transitions)))
                .collect();
            patterns.sort_by_key(|(descriptor, ..)| std::cmp::Reverse(descriptor.len()));
            let mut candidates: BTreeMap<u32, Vec<TransitionId>> = BTreeMap::new();
            for (descriptor, transitions) in descriptors {
                if let Some(event) = number(descriptor) {
                    candidates.insert(event, transitions.clone());
                }
            }
            for (_, pattern, transitions) in &patterns {
                for (event, _) in (0..).zip(&events).filter(|(_, event)| pattern.takes(event)) {
                    candidates.entry(event).or_default().extend(*transitions);
                }
            }
            node.candidates = candidates.into_iter().collect();
            node.patterns = patterns.into_iter().map(|(_, pattern, transitions)| (pattern, transitions.clone())).collect();
        }
        events
    }

    /// As XState reads a target: `#id`, `#id.below`, `.child`, else a sibling and what is below it.
    pub(super) fn resolve(&self, from: NodeId, target: &str) -> Result<NodeId, String> {
        if let Some(rest) = target.strip_prefix('#') {
            return self.resolve_id(rest);
        }
        let source = &self.nodes[from.index()];
        if let Some(inner) = target.strip_prefix('.') {
            return self.descend(from, &path(inner));
        }
        match source.parent {
            Some(parent) => self.descend(parent, &path(target)),
            None => Err(format!("the top has no siblings; for a state inside write \".{target}\"")),
        }
    }

    pub(super) fn resolve_id(&self, rest: &str) -> Result<NodeId, String> {
        let path = path(rest);
        let start = self.ids.get(&path[0]).ok_or_else(|| format!("there is no state with the id {:?}", path[0]))?;
        self.descend(*start, &path[1..])
    }

    pub(super) fn descend(&self, from: NodeId, path: &[String]) -> Result<NodeId, String> {
        let mut node = from;
        for key in path {
            let state = &self.nodes[node.index()];
            let child = state.children.iter().chain(&state.history).find(|child| self.nodes[child.index()].key == *key);
            node = *child.ok_or_else(|| {
                let known: Vec<&str> =
                    state.children.iter().chain(&state.history).map(|child| self.nodes[child.index()].key.as_str()).collect();
                format!("{} has no state {key:?}; {}", state.id, listing(&known))
            })?;
        }
        Ok(node)
    }
}

/// Keys between dots; a backslash takes the next letter as it is.
pub(super) fn path(text: &str) -> Vec<String> {
    let mut keys = vec![String::new()];
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '.' => keys.push(String::new()),
            '\\' => keys.last_mut().into_iter().for_each(|key| key.extend(letters.next())),
            _ => keys.last_mut().into_iter().for_each(|key| key.push(letter)),
        }
    }
    keys
}
