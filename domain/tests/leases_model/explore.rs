//! Visits every state of a model, nearest first.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt::Debug,
    hash::Hash,
};

/// Something whose states can all be visited.
pub trait Model {
    type State: Clone + Eq + Hash;
    type Action: Copy + Debug;
    type Rule: Copy + Ord + Debug;

    fn start(&self) -> Self::State;
    /// Everything that may happen next, and what comes of it.
    fn next(&self, state: &Self::State, found: &mut Vec<(Self::Action, Self::State)>);
    /// Which rules this state breaks.
    fn broken(&self, state: &Self::State) -> Vec<Self::Rule>;
    /// What must stay possible, whatever has happened.
    fn is_done(&self, state: &Self::State) -> bool;
}

pub struct Visited<M: Model> {
    pub states: usize,
    /// Each broken rule with one of the shortest ways to break it.
    pub broken: BTreeMap<M::Rule, Vec<M::Action>>,
    /// A shortest way to where nothing leads to done any more.
    pub stuck: Option<Vec<M::Action>>,
}

impl<M: Model> Visited<M> {
    pub fn rules(&self) -> Vec<M::Rule> {
        self.broken.keys().copied().collect()
    }
}

/// One state: how it was reached first, and what it was reached from at all.
struct Node<M: Model> {
    by: Option<(usize, M::Action)>,
    from: Vec<u32>,
    done: bool,
}

/// Up to the first state that breaks `until`, if any is to be looked for.
///
/// # Panics
/// With more than `most` states: a model that grew must not make the tests slow without a word.
pub fn visit<M: Model>(model: &M, most: usize, until: Option<M::Rule>) -> Visited<M> {
    let start = model.start();
    let mut known = HashMap::from([(start.clone(), 0)]);
    let mut nodes: Vec<Node<M>> = vec![Node { by: None, from: Vec::new(), done: model.is_done(&start) }];
    let mut broken = BTreeMap::new();
    let mut waiting = VecDeque::from([(0, start)]);
    let mut found = Vec::new();
    while let Some((number, state)) = waiting.pop_front() {
        for rule in model.broken(&state) {
            broken.entry(rule).or_insert_with(|| way(&nodes, number));
        }
        if until.is_some_and(|rule| broken.contains_key(&rule)) {
            break;
        }
        found.clear();
        model.next(&state, &mut found);
        for (action, after) in found.drain(..) {
            let target = *known.entry(after).or_insert_with_key(|after| {
                nodes.push(Node { by: Some((number, action)), from: Vec::new(), done: model.is_done(after) });
                waiting.push_back((nodes.len() - 1, after.clone()));
                nodes.len() - 1
            });
            nodes[target].from.push(u32::try_from(number).expect("fewer states than that"));
        }
        assert!(nodes.len() <= most, "more than {most} states");
    }
    Visited { states: nodes.len(), broken, stuck: stuck(&nodes).map(|number| way(&nodes, number)) }
}

/// The first state from which no way leads to done: what cannot be reached going backwards from there.
fn stuck<M: Model>(nodes: &[Node<M>]) -> Option<usize> {
    let mut hope: Vec<bool> = nodes.iter().map(|node| node.done).collect();
    let mut waiting: Vec<usize> = (0..nodes.len()).filter(|number| hope[*number]).collect();
    while let Some(number) = waiting.pop() {
        for from in nodes[number].from.iter().map(|from| *from as usize) {
            if !std::mem::replace(&mut hope[from], true) {
                waiting.push(from);
            }
        }
    }
    hope.iter().position(|hope| !hope)
}

fn way<M: Model>(nodes: &[Node<M>], mut number: usize) -> Vec<M::Action> {
    let mut actions = Vec::new();
    while let Some((from, action)) = nodes[number].by {
        actions.push(action);
        number = from;
    }
    actions.reverse();
    actions
}
