//! Which transitions are taken: of an event, and of none.

use serde_json::Value;

use super::{
    StepError,
    effect::GuardTried,
    machine::{Guard, NodeId, TransitionId},
    run::Run,
};

impl Run<'_> {
    /// Who takes the event: in every region the innermost state that can, and states further out where no inner one does.
    pub(super) fn select(&mut self) -> Result<Vec<TransitionId>, StepError> {
        let mut found = Vec::new();
        let known = self.machine.event(self.event.name());
        self.select_below(NodeId::ROOT, known, &mut found)?;
        Ok(found)
    }

    fn select_below(&mut self, node: NodeId, known: Option<u32>, found: &mut Vec<TransitionId>) -> Result<(), StepError> {
        let before = found.len();
        let machine = self.machine;
        for child in &machine.node(node).children {
            if self.snapshot.active.contains(*child) {
                self.select_below(*child, known, found)?;
            }
        }
        if found.len() > before {
            return Ok(());
        }
        let name = self.event.name().to_owned();
        for candidate in machine.candidates(node, &name, known) {
            if self.may_take(candidate)? {
                found.push(candidate);
                break;
            }
        }
        Ok(())
    }

    pub(super) fn select_always(&mut self) -> Result<Vec<TransitionId>, StepError> {
        let machine = self.machine;
        let mut found: Vec<TransitionId> = Vec::new();
        let leaves: Vec<NodeId> = self.snapshot.active.iter().filter(|node| machine.is_leaf(*node)).collect();
        for leaf in leaves {
            'leaf: for node in std::iter::once(leaf).chain(machine.ancestors(leaf)) {
                for candidate in &machine.node(node).always {
                    if self.may_take(*candidate)? {
                        if !found.contains(candidate) {
                            found.push(*candidate);
                        }
                        break 'leaf;
                    }
                }
            }
        }
        Ok(found)
    }

    fn may_take(&mut self, transition: TransitionId) -> Result<bool, StepError> {
        match &self.machine.transition(transition).guard {
            Some(guard) => self.holds(guard),
            None => Ok(true),
        }
    }

    pub(super) fn holds(&mut self, guard: &Guard) -> Result<bool, StepError> {
        let (name, held) = match guard {
            Guard::All(guards) => {
                for guard in guards {
                    if !self.holds(guard)? {
                        return Ok(false);
                    }
                }
                return Ok(true);
            }
            Guard::Any(guards) => {
                for guard in guards {
                    if self.holds(guard)? {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
            Guard::Not(guard) => return Ok(!self.holds(guard)?),
            Guard::In { text, nodes } => (text.to_string(), nodes.iter().all(|node| self.rested.contains(*node))),
            Guard::Named { name, guard } => (name.to_string(), self.holds(guard)?),
            Guard::Expression(located) => {
                let text = located.expression.text();
                let held = located
                    .expression
                    .test(&self.variables())
                    .map_err(|fault| self.guard_failed(text, &located.place, fault.to_string()))?;
                (text.to_owned(), held)
            }
            Guard::Native { name, place, test, params } => {
                let variables = self.variables();
                let params = params.as_ref().map_or(Ok(Value::Null), |params| params.value(&variables))?;
                let held = test(&variables, &params).map_err(|reason| self.guard_failed(name, place, reason))?;
                (name.to_string(), held)
            }
        };
        self.trace.guards.push(GuardTried { guard: name, held });
        Ok(held)
    }

    fn guard_failed(&self, guard: &str, place: &str, reason: String) -> StepError {
        StepError::Guard { guard: guard.to_owned(), place: place.to_owned(), event: self.event.name().to_owned(), reason }
    }
}
