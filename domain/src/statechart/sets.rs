//! Which states a transition leaves and enters: the procedures of SCXML's Appendix D as XState has them.

use std::collections::BTreeMap;

use super::{
    Machine,
    machine::{Kind, NodeId, TransitionId},
};

/// States, in document order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NodeSet(Box<[u64]>);

impl NodeSet {
    pub fn empty(machine: &Machine) -> Self {
        Self(vec![0; machine.nodes.len().div_ceil(64)].into())
    }

    pub fn insert(&mut self, node: NodeId) {
        self.0[node.index() / 64] |= 1 << (node.index() % 64);
    }

    pub fn remove(&mut self, node: NodeId) {
        self.0[node.index() / 64] &= !(1 << (node.index() % 64));
    }

    pub fn contains(&self, node: NodeId) -> bool {
        self.0[node.index() / 64] & (1 << (node.index() % 64)) != 0
    }

    pub fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = NodeId> + '_ {
        let end = u32::try_from(self.0.len() * 64).unwrap_or(u32::MAX);
        (0..end).map(NodeId).filter(|node| self.contains(*node))
    }
}

pub(crate) type History = BTreeMap<NodeId, Vec<NodeId>>;

/// A transition as these procedures see it.
#[derive(Clone, Copy)]
pub(crate) struct Move<'m> {
    pub source: NodeId,
    pub targets: &'m [NodeId],
    pub reenter: bool,
}

pub(crate) struct Sets<'m> {
    pub machine: &'m Machine,
    pub history: &'m History,
}

impl<'m> Sets<'m> {
    fn of(&self, transition: TransitionId) -> Move<'m> {
        let transition = self.machine.transition(transition);
        Move { source: transition.source, targets: &transition.targets, reenter: transition.reenter }
    }

    /// Where a history state leads while it has no history.
    fn default_of(&self, history: NodeId) -> Vec<NodeId> {
        let node = self.machine.node(history);
        match (&node.default, node.parent) {
            (Some(targets), _) => targets.clone(),
            (None, Some(parent)) if self.machine.kind(parent) == Kind::Parallel => vec![parent],
            (None, Some(parent)) => self.machine.node(parent).initial.into_iter().collect(),
            (None, None) => Vec::new(),
        }
    }

    fn effective_targets(&self, targets: &[NodeId]) -> Vec<NodeId> {
        let mut found = Vec::new();
        for target in targets {
            let ends = if !self.machine.is_history(*target) {
                vec![*target]
            } else if let Some(kept) = self.history.get(target) {
                kept.clone()
            } else {
                self.effective_targets(&self.default_of(*target))
            };
            for end in ends {
                if !found.contains(&end) {
                    found.push(end);
                }
            }
        }
        found
    }

    /// The innermost state that stays active throughout. None: even the root is left and entered again.
    fn domain(&self, step: Move<'_>) -> Option<NodeId> {
        let targets = self.effective_targets(step.targets);
        if !step.reenter && targets.iter().all(|target| *target == step.source || self.machine.is_below(*target, step.source)) {
            return Some(step.source);
        }
        let (head, tail) = match targets.split_first() {
            Some((head, tail)) => (*head, [tail, &[step.source]].concat()),
            None => (step.source, Vec::new()),
        };
        let common = self.machine.ancestors(head).find(|ancestor| tail.iter().all(|node| self.machine.is_below(*node, *ancestor)));
        match common {
            None if !step.reenter => Some(NodeId::ROOT),
            common => common,
        }
    }

    fn add_exits(&self, step: Move<'_>, active: &NodeSet, exits: &mut NodeSet) {
        if step.targets.is_empty() {
            return;
        }
        let Some(domain) = self.domain(step) else {
            return active.iter().for_each(|node| exits.insert(node));
        };
        if step.reenter && step.source == domain {
            exits.insert(domain);
        }
        for node in active.iter().filter(|node| self.machine.is_below(*node, domain)) {
            exits.insert(node);
        }
    }

    pub fn domains(&self, transitions: &[TransitionId]) -> Vec<Option<NodeId>> {
        transitions.iter().map(|transition| self.domain(self.of(*transition))).collect()
    }

    pub fn exits(&self, transitions: &[TransitionId], active: &NodeSet) -> NodeSet {
        let mut exits = NodeSet::empty(self.machine);
        for transition in transitions {
            self.add_exits(self.of(*transition), active, &mut exits);
        }
        exits
    }

    /// Of transitions that would leave the same state, the one from further inside, else the earlier one.
    pub fn without_conflicts(&self, enabled: &[TransitionId], active: &NodeSet) -> Vec<TransitionId> {
        let mut kept: Vec<(TransitionId, NodeSet)> = Vec::new();
        'next: for transition in enabled {
            let exits = self.exits(&[*transition], active);
            let source = self.machine.transition(*transition).source;
            let mut replaced = Vec::new();
            for (other, other_exits) in &kept {
                if exits.meets(other_exits) {
                    if !self.machine.is_below(source, self.machine.transition(*other).source) {
                        continue 'next;
                    }
                    replaced.push(*other);
                }
            }
            kept.retain(|(other, _)| !replaced.contains(other));
            kept.push((*transition, exits));
        }
        kept.into_iter().map(|(transition, _)| transition).collect()
    }
}

/// The states to enter, and of these the ones entered by default, whose initial actions run.
pub(crate) struct Entries {
    pub states: NodeSet,
    pub by_default: NodeSet,
}

impl Sets<'_> {
    /// `domains`: of the same transitions, from before anything was left. Leaving writes history, and a history target that resolves otherwise
    /// now must not move the domain: states would be left and never entered again.
    pub fn entries(&self, transitions: &[TransitionId], domains: &[Option<NodeId>]) -> Entries {
        let mut entries = self.no_entries();
        for (transition, domain) in transitions.iter().zip(domains) {
            self.add_entries(self.of(*transition), *domain, &mut entries);
        }
        entries
    }

    /// Everything from the root down, as a machine starts.
    pub fn first_entries(&self) -> Entries {
        let mut targets = Vec::new();
        self.initial_states(NodeId::ROOT, &mut targets);
        let mut entries = self.no_entries();
        self.add_entries(Move { source: NodeId::ROOT, targets: &targets, reenter: true }, None, &mut entries);
        entries.by_default.insert(NodeId::ROOT);
        entries
    }

    fn no_entries(&self) -> Entries {
        Entries { states: NodeSet::empty(self.machine), by_default: NodeSet::empty(self.machine) }
    }

    fn initial_states(&self, node: NodeId, found: &mut Vec<NodeId>) {
        if found.contains(&node) {
            return;
        }
        found.push(node);
        match self.machine.kind(node) {
            Kind::Compound => self.machine.node(node).initial.into_iter().for_each(|initial| self.initial_states(initial, found)),
            Kind::Parallel => self.machine.node(node).children.iter().for_each(|child| self.initial_states(*child, found)),
            _ => {}
        }
    }

    fn add_entries(&self, step: Move<'_>, domain: Option<NodeId>, entries: &mut Entries) {
        for target in step.targets {
            if !self.machine.is_history(*target) && (step.source != *target || Some(step.source) != domain || step.reenter) {
                entries.states.insert(*target);
                entries.by_default.insert(*target);
            }
            self.add_descendants(*target, entries);
        }
        let at_root = step.source == NodeId::ROOT && step.reenter;
        for target in self.effective_targets(step.targets) {
            let mut ancestors = self.ancestors_up_to(target, domain);
            if let Some(domain) = domain
                && self.machine.kind(domain) == Kind::Parallel
            {
                ancestors.push(domain);
            }
            self.add_ancestors(&ancestors, if at_root { None } else { domain }, entries);
        }
    }

    fn ancestors_up_to(&self, node: NodeId, end: Option<NodeId>) -> Vec<NodeId> {
        if end == Some(node) {
            return Vec::new();
        }
        self.machine.ancestors(node).take_while(|ancestor| Some(*ancestor) != end).collect()
    }

    fn add_descendants(&self, node: NodeId, entries: &mut Entries) {
        let state = self.machine.node(node);
        match state.kind {
            Kind::History(_) => {
                let Some(parent) = state.parent else { return };
                if let Some(kept) = self.history.get(&node) {
                    for state in kept {
                        entries.states.insert(*state);
                        self.add_descendants(*state, entries);
                    }
                    for state in kept {
                        self.add_ancestors(&self.ancestors_up_to(*state, Some(parent)), None, entries);
                    }
                    return;
                }
                let targets = self.default_of(node);
                for target in &targets {
                    entries.states.insert(*target);
                    if state.default.is_none() && self.machine.kind(parent) == Kind::Compound {
                        entries.by_default.insert(parent);
                    }
                    self.add_descendants(*target, entries);
                }
                for target in &targets {
                    self.add_ancestors(&self.ancestors_up_to(*target, Some(parent)), None, entries);
                }
            }
            Kind::Compound => {
                let Some(initial) = state.initial else { return };
                if !self.machine.is_history(initial) {
                    entries.states.insert(initial);
                    entries.by_default.insert(initial);
                }
                self.add_descendants(initial, entries);
                self.add_ancestors(&self.ancestors_up_to(initial, Some(node)), None, entries);
            }
            Kind::Parallel => {
                for child in &state.children {
                    if !self.enters_below(*child, entries) {
                        entries.states.insert(*child);
                        entries.by_default.insert(*child);
                        self.add_descendants(*child, entries);
                    }
                }
            }
            Kind::Atomic | Kind::Final => {}
        }
    }

    fn enters_below(&self, node: NodeId, entries: &Entries) -> bool {
        entries.states.iter().any(|state| self.machine.is_below(state, node))
    }

    fn add_ancestors(&self, ancestors: &[NodeId], within: Option<NodeId>, entries: &mut Entries) {
        for ancestor in ancestors {
            if within.is_none_or(|domain| self.machine.is_below(*ancestor, domain)) {
                entries.states.insert(*ancestor);
            }
            if self.machine.kind(*ancestor) != Kind::Parallel {
                continue;
            }
            for child in &self.machine.node(*ancestor).children {
                if !self.enters_below(*child, entries) {
                    entries.states.insert(*child);
                    self.add_descendants(*child, entries);
                }
            }
        }
    }
}
