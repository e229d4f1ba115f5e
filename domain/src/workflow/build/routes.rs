//! Where a task goes after a step.

use serde_json::json;

use super::{Build, chance, hold};
use crate::{
    ordered::Json,
    workflow::{
        Condition, ConditionKind, Decision, Step, Transition,
        check::{ENDS, routes},
    },
};

impl Build {
    /// Where the task goes after a step. Where no condition holds somebody must look: it never just stops.
    pub(super) fn exits(&self, step: &Step, transitions: &[Transition], next: &str, end: &str) -> Vec<Json> {
        let to = |id: &str| if ENDS[0] == id && !self.ids.iter().any(|known| known == id) { format!("#{end}") } else { format!("#{id}") };
        if transitions.is_empty() {
            return vec![Json::object([("target", Json::from(to(next)))])];
        }
        let mut exits = Vec::new();
        let mut drawn = 0.0;
        for (_, transition) in routes(transitions, &step.id) {
            let guard = self.guard(step, &transition.condition, &mut drawn);
            let is_certain = guard.is_none();
            let mut entries = Vec::new();
            entries.extend(guard.map(|guard| ("guard", guard)));
            entries.push(("target", to(&transition.to).into()));
            exits.push(Json::object(entries));
            if is_certain {
                return exits;
            }
        }
        let actions = Json::array(hold(&json!("no_route"), &json!(step.id)));
        exits.push(Json::object([("target", "#held".into()), ("actions", actions)]));
        exits
    }

    pub(super) fn guard(&self, step: &Step, condition: &Condition, drawn: &mut f64) -> Option<Json> {
        let expression = |text: String| Some(json!({"type": "expression", "expression": text}).into());
        match condition.kind {
            ConditionKind::Always | ConditionKind::OnComplete => None,
            ConditionKind::OnAgreement | ConditionKind::OnDisagreement => {
                let agreed = match condition.threshold {
                    // An admin may have resolved the step without a score; -2 is below every agreement.
                    Some(threshold) => format!("default($.step_output.agreement_score, -2) >= {threshold}"),
                    None => "default($.step_output.agreed, false)".to_owned(),
                };
                expression(if condition.kind == ConditionKind::OnAgreement { agreed } else { format!("!({agreed})") })
            }
            ConditionKind::Expression => expression(condition.expression.clone().unwrap_or_default()),
            ConditionKind::Sample | ConditionKind::Percentage => {
                let from = *drawn;
                *drawn += condition.rate.unwrap_or_default();
                // One draw for all shares of a step: each has its own part of it.
                Some(chance(from, *drawn, &format!("{} ->", step.id)))
            }
            ConditionKind::OnDecision => {
                let decision = condition.decision.map_or("", Decision::as_str);
                expression(format!("$.step_output.decision == '{decision}'"))
            }
            ConditionKind::WorkedOn => {
                Some(json!({"type": "worked_on", "params": {"users": condition.users, "step": condition.step}}).into())
            }
        }
    }
}
