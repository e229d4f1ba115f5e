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
    let mut found = NodeSet::empty(machine);
    enter(machine, NodeId::ROOT, &mut found);
    loop {
        let before = found.clone();
        for transition in machine.transitions.iter().filter(|transition| before.contains(transition.source)) {
            for target in &transition.targets {
                enter(machine, *target, &mut found);
            }
        }
        if found == before {
            return found;
        }
    }
}

fn enter(machine: &Machine, node: NodeId, found: &mut NodeSet) {
    if !found.contains(node) {
        found.insert(node);
        let state = machine.node(node);
        match state.kind {
            Kind::Compound => state.initial.into_iter().for_each(|initial| enter(machine, initial, found)),
            Kind::Parallel => state.children.iter().for_each(|child| enter(machine, *child, found)),
            Kind::History(_) => match (&state.default, state.parent) {
                (Some(targets), _) => targets.iter().for_each(|target| enter(machine, *target, found)),
                (None, Some(parent)) => {
                    found.remove(parent);
                    enter(machine, parent, found);
                }
                (None, None) => {}
            },
            Kind::Atomic | Kind::Final => {}
        }
    }
    if let Some(parent) = machine.node(node).parent {
        let is_new = !found.contains(parent);
        found.insert(parent);
        if machine.kind(parent) == Kind::Parallel {
            let missing: Vec<NodeId> = machine.node(parent).children.iter().copied().filter(|child| !found.contains(*child)).collect();
            missing.into_iter().for_each(|child| enter(machine, child, found));
        }
        if is_new {
            enter(machine, parent, found);
        }
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
    let mut told = NodeSet::empty(machine);
    for start in machine.ids().filter(|node| machine.kind(*node) == Kind::Atomic) {
        let mut walked: Vec<(NodeId, &Transition)> = Vec::new();
        let mut at = start;
        while let Some((transition, next)) = certain_step(machine, at) {
            if let Some(from) = walked.iter().position(|(node, _)| *node == at) {
                let circle = &walked[from..];
                if circle.iter().all(|(node, _)| !told.contains(*node)) {
                    let names: Vec<&str> = circle.iter().map(|(node, _)| machine.node(*node).id.as_str()).collect();
                    let reason = format!("without an event it goes round in {}, for ever", names.join(", "));
                    let place = Place::at(&circle[0].1.place);
                    problems.add(&place, Rule::EndlessAlways, reason);
                }
                circle.iter().for_each(|(node, _)| told.insert(*node));
                break;
            }
            walked.push((at, transition));
            at = next;
        }
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
