//! Tokens that are void before their end: all of a person's made before a moment. Kept in the database, held here whole: there are few,
//! and checking a token then asks nobody.

use std::sync::Arc;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use dashmap::{DashMap, Entry};
use tandem_domain::identity::Identity;
use tandem_protocol::{UserId, WorkspaceId};

#[derive(Clone, Debug, Default)]
pub struct Revocations {
    valid_after: Arc<DashMap<(WorkspaceId, UserId), DateTime<Utc>>>,
}

impl Revocations {
    /// Takes a revocation over; says whether it was news.
    pub fn note(&self, workspace: WorkspaceId, user: UserId, valid_after: DateTime<Utc>) -> bool {
        match self.valid_after.entry((workspace, user)) {
            Entry::Occupied(known) if *known.get() >= valid_after => false,
            Entry::Occupied(mut known) => {
                known.insert(valid_after);
                true
            }
            Entry::Vacant(new) => {
                new.insert(valid_after);
                true
            }
        }
    }

    #[must_use]
    pub fn is_void(&self, who: &Identity) -> bool {
        self.valid_after.get(&(who.workspace_id, who.user_id())).is_some_and(|after| who.issued_at < *after)
    }
}

/// From when on tokens are good again after a revocation at `now`: tokens tell their making in whole seconds, so one of this very
/// second is void, whether it was made before or after.
#[must_use]
pub fn valid_after(now: DateTime<Utc>) -> DateTime<Utc> {
    let second = now.duration_trunc(TimeDelta::seconds(1)).unwrap_or(now);
    second + TimeDelta::seconds(1)
}

#[cfg(test)]
mod tests {
    use tandem_protocol::{WorkspaceRole, rest::UserSummary};

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn token_of(workspace_id: WorkspaceId, user: UserId, issued_at: DateTime<Utc>) -> Identity {
        let user = UserSummary { id: user, name: "Ann".into(), email: "ann@a.test".into(), color: "#2563eb".into() };
        Identity { user, workspace_id, workspace_role: WorkspaceRole::Member, issued_at, expires_at: DateTime::<Utc>::MAX_UTC }
    }

    #[test]
    fn tokens_until_the_end_of_the_second_of_a_revocation_are_void_and_later_ones_are_not() {
        let (revocations, workspace, user) = (Revocations::default(), WorkspaceId::new(), UserId::new());
        assert!(revocations.note(workspace, user, valid_after(at("2026-11-21T10:00:00.700Z"))));
        let void = |second| revocations.is_void(&token_of(workspace, user, at(second)));
        assert!(void("2026-11-21T09:59:59Z") && void("2026-11-21T10:00:00Z"));
        assert!(!void("2026-11-21T10:00:01Z"));
    }

    #[test]
    fn a_revocation_holds_for_one_person_in_one_workspace_and_an_older_one_changes_nothing() {
        let (revocations, workspace, user) = (Revocations::default(), WorkspaceId::new(), UserId::new());
        assert!(revocations.note(workspace, user, at("2026-11-21T10:00:01Z")));
        assert!(!revocations.note(workspace, user, at("2026-11-21T10:00:01Z")));
        assert!(!revocations.note(workspace, user, at("2026-11-21T09:00:00Z")));
        let old = at("2026-11-21T09:30:00Z");
        assert!(revocations.is_void(&token_of(workspace, user, old)));
        assert!(!revocations.is_void(&token_of(WorkspaceId::new(), user, old)));
        assert!(!revocations.is_void(&token_of(workspace, UserId::new(), old)));
    }
}
