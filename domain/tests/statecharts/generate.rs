//! Random machines and what they are told, from a seed.

use serde_json::{Value, json};
use tandem_domain::ordered::Json;

/// SplitMix64.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1CE)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Atomic,
    Compound,
    Parallel,
    Final,
    Shallow,
    Deep,
}

struct State {
    key: String,
    kind: Kind,
    parent: Option<usize>,
    children: Vec<usize>,
    id: Option<String>,
}

const EVENTS: [&str; 7] = ["E0", "E1", "E2", "E1.x", "E1.x.y", "E3", "E4"];
const DESCRIPTORS: [&str; 10] = ["E0", "E1", "E2", "E1.x", "E3", "E4", "E1.*", "E1.x.*", "*", "INNER"];
const DELAYS: [&str; 5] = ["10", "20", "20", "50", "soon"];

pub struct Generator {
    dice: Dice,
    states: Vec<State>,
    /// Guards among actions name states by id only: by value, XState sees initial states as active before they are.
    among_actions: bool,
}

fn text(value: &str) -> Json {
    Json::from(value)
}

fn of(value: Value) -> Json {
    value.into()
}

impl Generator {
    pub fn new(seed: u64) -> Self {
        Self { dice: Dice::new(seed), states: Vec::new(), among_actions: false }
    }

    /// The machine, as text.
    pub fn machine(&mut self) -> String {
        let root = if self.dice.percent(75) { Kind::Compound } else { Kind::Parallel };
        self.grow("m".to_owned(), root, None, 0);
        let Json::Object(mut root) = self.write(0) else { unreachable!() };
        root.extend([
            ("context".to_owned(), of(json!({"n": 0, "m": 1, "who": "nobody"}))),
            ("options".to_owned(), of(json!({"maxIterations": 40}))),
            ("output".to_owned(), of(json!({"n": {"$expr": "$.n"}, "inner": {"$expr": "default($.event.output, 'none')"}}))),
            ("delays".to_owned(), of(json!({}))),
        ]);
        root.retain(|(key, _)| key != "delays");
        Json::Object(root).to_string()
    }

    pub fn steps(&mut self) -> Value {
        (0..3 + self.dice.below(10)).map(|_| self.told()).collect()
    }

    fn told(&mut self) -> Value {
        let invoked: Vec<usize> = (0..self.states.len()).collect();
        match self.dice.below(20) {
            0..15 => json!({"send": {"type": self.dice.pick(&EVENTS), "v": self.dice.below(4)}}),
            15..18 => json!({"clock": self.dice.pick(&[5, 10, 15, 40, 100])}),
            18 => {
                let child = format!("c{}", self.dice.pick(&invoked));
                json!({"send": {"type": format!("xstate.done.actor.{child}"), "output": self.dice.below(5), "v": 1, "actorId": child}})
            }
            _ if self.dice.percent(30) => {
                let child = format!("c{}", self.dice.pick(&invoked));
                json!({"send": {"type": format!("xstate.error.actor.{child}"), "error": "broken", "v": 2, "actorId": child}})
            }
            _ => json!({"send": {"type": "UNHEARD", "v": 0}}),
        }
    }

    fn grow(&mut self, key: String, kind: Kind, parent: Option<usize>, depth: usize) -> usize {
        let at = self.states.len();
        let id = (parent.is_none() || self.dice.percent(50)).then(|| if parent.is_none() { "m".to_owned() } else { format!("s{at}") });
        self.states.push(State { key, kind, parent, children: Vec::new(), id });
        if !matches!(kind, Kind::Compound | Kind::Parallel) {
            return at;
        }
        let count = 2 + self.dice.below(2);
        for index in 0..count {
            let kind = self.child_kind(kind, depth, index);
            let key = ["a", "b", "c", "d"][index].to_owned();
            let child = self.grow(key, kind, Some(at), depth + 1);
            self.states[at].children.push(child);
        }
        if self.dice.percent(30) {
            let history = if self.dice.percent(50) { Kind::Shallow } else { Kind::Deep };
            let child = self.grow("h".to_owned(), history, Some(at), depth + 1);
            self.states[at].children.push(child);
        }
        at
    }

    fn child_kind(&mut self, parent: Kind, depth: usize, index: usize) -> Kind {
        let inner = depth < 3 && self.states.len() < 24;
        match self.dice.below(100) {
            0..30 if inner => Kind::Compound,
            30..45 if inner => Kind::Parallel,
            80..100 if parent == Kind::Compound && index > 0 => Kind::Final,
            _ => Kind::Atomic,
        }
    }

    fn write(&mut self, at: usize) -> Json {
        let (kind, id) = (self.states[at].kind, self.states[at].id.clone());
        let mut entries: Vec<(&str, Json)> = Vec::new();
        entries.extend(id.map(|id| ("id", text(&id))));
        match kind {
            Kind::Shallow | Kind::Deep => {
                entries.push(("type", text("history")));
                entries.push(("history", text(if kind == Kind::Deep { "deep" } else { "shallow" })));
                if self.dice.percent(40) {
                    entries.push(("target", text(&self.history_default(at))));
                }
                return Json::object(entries);
            }
            Kind::Parallel => entries.push(("type", text("parallel"))),
            Kind::Final => {
                entries.push(("type", text("final")));
                if self.dice.percent(50) {
                    entries.push(("output", of(json!({"$expr": "$.n + 100"}))));
                }
            }
            Kind::Atomic | Kind::Compound => {}
        }
        for key in ["entry", "exit"] {
            if self.dice.percent(35) {
                entries.push((key, self.actions(at, key)));
            }
        }
        if self.dice.percent(30) {
            let tag = format!("t{}", self.dice.below(4));
            entries.push(("tags", of(json!([tag, "seen"]))));
        }
        if kind != Kind::Final {
            self.write_transitions(at, &mut entries);
        }
        self.write_children(at, &mut entries);
        Json::object(entries)
    }

    fn write_children(&mut self, at: usize, entries: &mut Vec<(&str, Json)>) {
        if self.states[at].children.is_empty() {
            return;
        }
        if self.states[at].kind == Kind::Compound {
            let plain: Vec<usize> = self.children(at);
            let target = self.states[plain[self.dice.below(plain.len().min(2))]].key.clone();
            let initial = if self.dice.percent(25) {
                Json::object([("target", text(&target)), ("actions", self.actions(at, "initial"))])
            } else {
                text(&target)
            };
            entries.push(("initial", initial));
        }
        let children = self.states[at].children.clone();
        let states: Vec<(String, Json)> = children.into_iter().map(|child| (self.states[child].key.clone(), self.write(child))).collect();
        entries.push(("states", Json::Object(states)));
    }

    /// Without history states.
    fn children(&self, at: usize) -> Vec<usize> {
        let plain = |child: &&usize| !matches!(self.states[**child].kind, Kind::Shallow | Kind::Deep);
        self.states[at].children.iter().filter(plain).copied().collect()
    }

    fn history_default(&mut self, at: usize) -> String {
        let mut node = self.states[at].parent.unwrap();
        let mut path = Vec::new();
        loop {
            let children = self.children(node);
            node = *self.dice.pick(&children);
            path.push(self.states[node].key.clone());
            if self.states[node].children.is_empty() || self.dice.percent(50) {
                return path.join(".");
            }
        }
    }

    fn write_transitions(&mut self, at: usize, entries: &mut Vec<(&str, Json)>) {
        let mut on: Vec<(String, Json)> = Vec::new();
        for _ in 0..self.dice.below(4) {
            let event = *self.dice.pick(&DESCRIPTORS);
            if event == "*" && self.dice.percent(50) || on.iter().any(|(known, _)| known == event) {
                continue;
            }
            let transition = if self.dice.percent(7) { Json::Null } else { self.branches(at, "on", 40) };
            on.push((event.to_owned(), transition));
        }
        if !on.is_empty() {
            entries.push(("on", Json::Object(on)));
        }
        if self.dice.percent(15) {
            entries.push(("always", self.branches(at, "always", 95)));
        }
        // The top may be entered again without being left, which leaves XState with two timers of one name.
        if at > 0 && self.dice.percent(20) {
            let mut after: Vec<(String, Json)> = Vec::new();
            for _ in 0..1 + self.dice.below(2) {
                let delay = *self.dice.pick(&DELAYS);
                if !after.iter().any(|(known, _)| known == delay) {
                    after.push((delay.to_owned(), self.branches(at, "after", 25)));
                }
            }
            entries.push(("after", Json::Object(after)));
        }
        if matches!(self.states[at].kind, Kind::Compound | Kind::Parallel) && self.dice.percent(50) {
            entries.push(("onDone", self.branches(at, "done", 15)));
        }
        if self.dice.percent(12) {
            let src = *self.dice.pick(&["worker", "model"]);
            let mut invoke = vec![("src", text(src)), ("id", text(&format!("c{at}")))];
            if self.dice.percent(50) {
                invoke.push(("input", of(json!({"n": {"$expr": "$.n"}, "fixed": [1, "x"]}))));
            }
            if self.dice.percent(60) {
                invoke.push(("onDone", self.branches(at, "invoked", 20)));
            }
            if self.dice.percent(40) {
                invoke.push(("onError", self.branches(at, "failed", 20)));
            }
            entries.push(("invoke", Json::object(invoke)));
        }
    }

    fn branches(&mut self, at: usize, why: &str, guarded: usize) -> Json {
        let count = if self.dice.percent(25) { 2 } else { 1 };
        let branches: Vec<Json> = (0..count).map(|_| self.transition(at, why, guarded)).collect();
        if count == 1 { branches.into_iter().next().unwrap() } else { Json::Array(branches) }
    }

    fn transition(&mut self, at: usize, why: &str, guarded: usize) -> Json {
        let mut entries: Vec<(&str, Json)> = Vec::new();
        if self.dice.percent(85) {
            entries.push(("target", self.target(at)));
        }
        if self.dice.percent(guarded) {
            entries.push(("guard", self.guard(2)));
        }
        if self.dice.percent(45) {
            entries.push(("actions", self.actions(at, why)));
        }
        if self.dice.percent(25) {
            entries.push(("reenter", Json::Bool(self.dice.percent(80))));
        }
        Json::object(entries)
    }

    fn target(&mut self, at: usize) -> Json {
        if self.dice.percent(8)
            && let Some(targets) = self.two_targets(at)
        {
            return targets;
        }
        let target = self.dice.below(self.states.len());
        text(&self.name(at, target))
    }

    /// In two regions of one parallel state.
    fn two_targets(&mut self, at: usize) -> Option<Json> {
        let parallel: Vec<usize> = (0..self.states.len()).filter(|state| self.states[*state].kind == Kind::Parallel).collect();
        if parallel.is_empty() {
            return None;
        }
        let around = *self.dice.pick(&parallel);
        let mut regions = self.children(around);
        while regions.len() > 2 {
            regions.remove(self.dice.below(regions.len()));
        }
        if self.dice.percent(30) {
            regions.reverse();
        }
        let mut targets = Vec::new();
        for mut node in regions {
            while !self.states[node].children.is_empty() && self.dice.percent(80) {
                node = *self.dice.pick(&self.states[node].children.clone());
            }
            targets.push(text(&self.name(at, node)));
        }
        Some(Json::Array(targets))
    }

    fn name(&mut self, from: usize, to: usize) -> String {
        let (source, target) = (&self.states[from], &self.states[to]);
        if target.parent == Some(from) && self.dice.percent(60) {
            return format!(".{}", target.key);
        }
        if source.parent.is_some() && target.parent == source.parent && self.dice.percent(60) {
            return target.key.clone();
        }
        self.absolute(to)
    }

    fn absolute(&self, to: usize) -> String {
        let mut path = Vec::new();
        let mut node = to;
        loop {
            match &self.states[node].id {
                Some(id) => {
                    path.push(format!("#{id}"));
                    break;
                }
                None => path.push(self.states[node].key.clone()),
            }
            node = self.states[node].parent.unwrap();
        }
        path.reverse();
        path.join(".")
    }

    fn guard(&mut self, depth: usize) -> Json {
        match self.dice.below(if depth == 0 { 6 } else { 9 }) {
            0 => text("isEven"),
            1 => of(json!({"type": "atLeast", "params": {"min": self.dice.below(5)}})),
            2 => of(json!({"type": "atLeast", "params": {"min": {"$expr": "$.m"}}})),
            3 => of(
                json!({"type": "expression", "expression": format!("default($.event.v, 0) >= {} && $.n < {}", self.dice.below(4), 1 + self.dice.below(6))}),
            ),
            4 => of(json!({"type": "expression", "expression": format!("$.context.n % 3 == {}", self.dice.below(3))})),
            5 if self.dice.percent(4) => text("fails"),
            5 => {
                let state = 1 + self.dice.below(self.states.len() - 1);
                Json::object([("type", text("stateIn")), ("stateValue", self.state_value(state))])
            }
            6 => Json::object([("type", text("not")), ("guard", self.guard(depth - 1))]),
            more => {
                let guards = vec![self.guard(depth - 1), self.guard(depth - 1)];
                Json::object([("type", text(if more == 7 { "and" } else { "or" })), ("guards", Json::Array(guards))])
            }
        }
    }

    fn state_value(&mut self, state: usize) -> Json {
        let name = if self.among_actions { self.absolute(state) } else { self.name(0, state) };
        if name.starts_with('#') {
            return text(&name);
        }
        let (mut keys, mut node) = (Vec::new(), state);
        while let Some(parent) = self.states[node].parent {
            keys.push(self.states[node].key.clone());
            node = parent;
        }
        if self.dice.percent(50) {
            keys.reverse();
            return text(&keys.join("."));
        }
        keys.into_iter()
            .fold(None, |inner, key| match inner {
                None => Some(text(&key)),
                Some(inner) => Some(Json::object([(key, inner)])),
            })
            .unwrap()
    }

    fn actions(&mut self, at: usize, why: &str) -> Json {
        let mut actions = Vec::new();
        for _ in 0..1 + self.dice.below(3) {
            let action = self.action(at, why);
            // One timer of a name at a time: XState would leave an earlier one running.
            if let (Some(_), Some(id)) = (action.get("delay"), action.get("id")) {
                actions.push(Json::object([("type", text("xstate.cancel")), ("sendId", id.clone())]));
            }
            actions.push(action);
        }
        Json::Array(actions)
    }

    fn action(&mut self, at: usize, why: &str) -> Json {
        let place = format!("{why} {at}");
        match self.dice.below(22) {
            0..5 => of(json!({"type": "record", "params": {"at": place, "n": {"$expr": "$.n"}}})),
            5 => text("notify"),
            6..10 => of(json!({"type": "xstate.assign", "assignment": {"n": {"$expr": "($.n + 1) % 7"}, "who": place}})),
            10 => of(
                json!({"type": "xstate.assign", "assignment": {"m": {"$expr": "($.n * 2 + default($.event.v, 1)) % 5"}, "n": {"$expr": "$.m"}}}),
            ),
            11..14 => of(
                json!({"type": "xstate.raise", "event": {"type": self.dice.pick(&["INNER", "E0", "E4", "E1.x"]), "v": self.dice.below(3)}}),
            ),
            14 => of(
                json!({"type": "xstate.raise", "event": {"type": "E3", "v": 1}, "delay": self.dice.pick(&[5, 25]), "id": format!("late{at}{why}{}", self.dice.below(1000))}),
            ),
            15 => of(json!({"type": "xstate.cancel", "sendId": format!("late{}{why}", self.dice.below(4))})),
            16 => of(json!({"type": "xstate.emit", "event": {"type": "told", "place": place, "n": {"$expr": "$.n"}}})),
            17 => of(json!({"type": "xstate.log", "value": {"$expr": "$.n + 1"}, "label": place})),
            18 => of(json!({"type": "xstate.spawnChild", "src": "worker", "id": format!("c{}", 50 + self.dice.below(3)), "input": at})),
            19 => of(json!({"type": "xstate.stopChild", "actorRef": format!("c{}", 50 + self.dice.below(3))})),
            20 if self.dice.percent(15) => {
                of(json!({"type": "xstate.sendTo", "to": format!("c{at}"), "event": {"type": "hello", "n": {"$expr": "$.n"}}}))
            }
            _ => {
                self.among_actions = true;
                let guarded = Json::object([("guard", self.guard(1)), ("actions", Json::array([self.plain_action(&place)]))]);
                self.among_actions = false;
                let always = Json::object([("actions", self.plain_action(&place))]);
                Json::object([("type", text("xstate.enqueueActions")), ("collect", Json::array([guarded, always]))])
            }
        }
    }

    fn plain_action(&mut self, place: &str) -> Json {
        match self.dice.below(3) {
            0 => of(json!({"type": "store", "params": {"in": place}})),
            1 => of(json!({"type": "xstate.assign", "assignment": {"n": {"$expr": "($.n + 2) % 7"}}})),
            _ => of(json!({"type": "xstate.raise", "event": {"type": "E2", "v": 3}})),
        }
    }
}
