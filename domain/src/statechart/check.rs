//! What is wrong with a definition as a whole: states that nothing leads to, states that nothing leads out of, circles without an event.

use super::{
    Machine,
    definition::{Place, Problems, Rule},
    machine::{Kind, NodeId, Transition},
    sets::NodeSet,
};

pub(super) fn check(machine: &Machine, places: &[Place], problems: &mut Problems) {
    let reachable = reachable(machine);
    for node in machine.ids().filter(|node| !reachable.contains(*node)) {
        // Of a whole unreachable state only the outermost is told.
        if machine.node(node).parent.is_none_or(|parent| reachable.contains(parent)) {
            let reason = format!("nothing leads to {}", machine.node(node).id);
            problems.add(&places[node.index()], Rule::Unreachable, reason);
        }
    }
    for node in machine.ids().filter(|node| reachable.contains(*node) && machine.kind(*node) == Kind::Atomic) {
        if !machine.transitions.iter().any(|transition| leads_out(machine, transition, node)) {
            let reason = format!("nothing leads out of {}, and it is not final", machine.node(node).id);
            problems.add(&places[node.index()], Rule::NoWayOut, reason);
        }
    }
    endless(machine, problems);
}

/// Everything that a run may enter, guards aside.
fn reachable(machine: &Machine) -> NodeSet {
    let mut by_source: Vec<Vec<&Transition>> = vec![Vec::new(); machine.nodes.len()];
    machine.transitions.iter().for_each(|transition| by_source[transition.source.index()].push(transition));
    let nothing = NodeSet::empty(machine);
    let mut reach = Reach { machine, found: nothing.clone(), begun: nothing, open: Vec::new() };
    reach.enter(NodeId::ROOT);
    while let Some(node) = reach.open.pop() {
        by_source[node.index()].iter().flat_map(|transition| &transition.targets).for_each(|target| reach.enter(*target));
    }
    reach.found
}

struct Reach<'m> {
    machine: &'m Machine,
    found: NodeSet,
    /// Of the found ones those that were entered as a whole: what is only around a target does not begin with its initial state.
    begun: NodeSet,
    /// Found, and their transitions not yet followed.
    open: Vec<NodeId>,
}

impl Reach<'_> {
    fn enter(&mut self, node: NodeId) {
        self.add(node);
        self.begin(node);
        let mut inner = node;
        while let Some(parent) = self.machine.node(inner).parent
            && self.add(parent)
        {
            if self.machine.kind(parent) == Kind::Parallel {
                let others: Vec<NodeId> = self.machine.node(parent).children.iter().copied().filter(|child| *child != inner).collect();
                others.into_iter().for_each(|other| self.enter(other));
            }
            inner = parent;
        }
    }

    /// Whether it is new.
    fn add(&mut self, node: NodeId) -> bool {
        let is_new = !self.found.contains(node);
        if is_new {
            self.found.insert(node);
            self.open.push(node);
        }
        is_new
    }

    fn begin(&mut self, node: NodeId) {
        if self.begun.contains(node) {
            return;
        }
        self.begun.insert(node);
        let state = self.machine.node(node);
        let inside: Vec<NodeId> = match (state.kind, &state.default, state.parent) {
            (Kind::Compound, ..) => state.initial.into_iter().collect(),
            (Kind::Parallel, ..) => state.children.clone(),
            (Kind::History(_), Some(targets), _) => targets.clone(),
            (Kind::History(_), None, Some(parent)) => vec![parent],
            (Kind::History(_), None, None) | (Kind::Atomic | Kind::Final, ..) => Vec::new(),
        };
        inside.into_iter().for_each(|state| self.enter(state));
    }
}

/// The transition, taken while `node` is active, leaves it for something else.
fn leads_out(machine: &Machine, transition: &Transition, node: NodeId) -> bool {
    let source = transition.source;
    if transition.targets.is_empty() || transition.targets == [node] {
        return false;
    }
    let is_around = source == node || machine.is_below(node, source);
    let together = is_around || in_other_region(machine, source, node);
    if !together {
        return false;
    }
    let inside = transition.targets.iter().all(|target| machine.is_below(*target, source));
    let scope = if inside && !transition.reenter {
        Some(source)
    } else {
        machine.ancestors(source).find(|ancestor| {
            matches!(machine.kind(*ancestor), Kind::Compound | Kind::Parallel)
                && transition.targets.iter().all(|target| machine.is_below(*target, *ancestor))
        })
    };
    scope.is_none_or(|scope| machine.is_below(node, scope) || scope == node)
}

fn in_other_region(machine: &Machine, left: NodeId, right: NodeId) -> bool {
    let common = machine.ancestors(left).find(|ancestor| machine.is_below(right, *ancestor));
    common.is_some_and(|common| machine.kind(common) == Kind::Parallel) && !machine.is_below(left, right) && !machine.is_below(right, left)
}

/// Circles of `always` that no guard can break. Inside parallel states another region may break them, so these are left to the limit of a step.
fn endless(machine: &Machine, problems: &mut Problems) {
    // Each leaf has one way to go, so one that was walked before leads to nothing new.
    let mut before = NodeSet::empty(machine);
    for start in machine.ids().filter(|node| machine.kind(*node) == Kind::Atomic) {
        let mut walked: Vec<(NodeId, &Transition)> = Vec::new();
        let mut now = NodeSet::empty(machine);
        let mut at = start;
        while !before.contains(at)
            && let Some((transition, next)) = certain_step(machine, at)
        {
            if now.contains(at) {
                let circle: Vec<_> = walked.iter().skip_while(|(node, _)| *node != at).collect();
                let names: Vec<&str> = circle.iter().map(|(node, _)| machine.node(*node).id.as_str()).collect();
                let reason = format!("without an event it goes round in {}, for ever", names.join(", "));
                problems.add(&Place::at(&circle[0].1.place), Rule::EndlessAlways, reason);
                break;
            }
            now.insert(at);
            walked.push((at, transition));
            at = next;
        }
        walked.iter().for_each(|(node, _)| before.insert(*node));
    }
}

/// The `always` that is taken from a leaf whatever happens, and the leaf it leads to.
fn certain_step(machine: &Machine, leaf: NodeId) -> Option<(&Transition, NodeId)> {
    if machine.ancestors(leaf).any(|ancestor| machine.kind(ancestor) == Kind::Parallel) {
        return None;
    }
    let with_always = std::iter::once(leaf).chain(machine.ancestors(leaf)).find(|node| !machine.node(*node).always.is_empty())?;
    let transition = machine.transition(machine.node(with_always).always[0]);
    let certain = match &transition.guard {
        None => true,
        Some(super::machine::Guard::Expression(located)) => located.expression.constant() == Some(true.into()),
        Some(_) => false,
    };
    if !certain {
        return None;
    }
    let mut target = match transition.targets.as_slice() {
        // It stays; whether it changes anything is for the step to see.
        [] => return (!transition.actions.is_empty()).then_some((transition, leaf)),
        [target] => *target,
        _ => return None,
    };
    loop {
        match machine.kind(target) {
            Kind::Atomic => return Some((transition, target)),
            Kind::Compound => target = machine.node(target).initial?,
            _ => return None,
        }
    }
}
