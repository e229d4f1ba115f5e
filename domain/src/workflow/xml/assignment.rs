//! `Assignment` in XML: the names of [`crate::workflow::Assignment`] in capitals.

use super::{As, Shape};

pub(super) static ASSIGNMENT: Shape = Shape {
    attributes: &[],
    elements: &[
        ("Mode", "mode", As::Text),
        ("PreventReassignment", "prevent_reassignment", As::Flag),
        ("ExcludeSteps", "exclude_steps", As::List("Step", &As::Text)),
        ("RequiredSkills", "required_skills", As::List("Skill", &As::Object(&SKILL))),
        ("RequiredRoles", "required_roles", As::List("Role", &As::Text)),
        ("TeamRestriction", "team_restriction", As::List("Team", &As::Text)),
        ("AllowUsers", "allow_users", As::List("User", &As::Text)),
        ("DenyUsers", "deny_users", As::List("User", &As::Text)),
        ("LoadBalancing", "load_balancing", As::Text),
        ("MaxConcurrentPerUser", "max_concurrent_per_user", As::Number),
        ("CoolOff", "cool_off", As::Text),
        ("Lease", "lease", As::Text),
        ("CheckAvailability", "check_availability", As::Flag),
        ("OnlineOnly", "online_only", As::Flag),
        ("OfferFor", "offer_for", As::Text),
        ("Weights", "weights", As::Object(&WEIGHTS)),
        ("Affinity", "affinity", As::Text),
        ("Skip", "skip", As::Object(&SKIP)),
        ("Rework", "rework", As::Text),
        ("ContentAfterAccepting", "content_after_accepting", As::Flag),
        ("Drafts", "drafts", As::Text),
        ("StartsFrom", "starts_from", As::Text),
    ],
};

static SKILL: Shape = Shape {
    attributes: &[
        ("name", "name", As::Text),
        ("minProficiency", "min_proficiency", As::Text),
        ("required", "required", As::Flag),
        ("weight", "weight", As::Number),
    ],
    elements: &[],
};

static WEIGHTS: Shape = Shape {
    attributes: &[],
    elements: &[
        ("SkillMatch", "skill_match", As::Number),
        ("Quality", "quality", As::Number),
        ("Load", "load", As::Number),
        ("Affinity", "affinity", As::Number),
        ("RoundRobin", "round_robin", As::Number),
        ("Priority", "priority", As::Number),
        ("Waiting", "waiting", As::Number),
    ],
};

static SKIP: Shape = Shape {
    attributes: &[],
    elements: &[
        ("Limit", "limit", As::Number),
        ("Session", "session", As::Text),
        ("Cooldown", "cooldown", As::Text),
        ("Next", "next", As::Text),
    ],
};
