//! One table says who may do what (seed 001, 8.1). Every route and every WebSocket frame asks it; `docs/permissions.md` is
//! generated from it, so the page cannot differ from the code.

use std::fmt::Write as _;

use tandem_protocol::{ProjectRole, WorkspaceRole};

/// What an action is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    Workspace,
    Project,
}

macro_rules! actions {
    ($($variant:ident $name:literal $scope:ident [$($role:ident)*] $what:literal;)+) => {
        /// Everything a person can ask for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action { $(#[doc = $what] $variant),+ }

        impl Action {
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The word used in tokens, answers and docs.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            #[must_use]
            pub fn scope(self) -> Scope {
                match self { $(Self::$variant => Scope::$scope),+ }
            }

            /// What it means, for the docs.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $what),+ }
            }

            fn roles(self) -> &'static [ProjectRole] {
                match self { $(Self::$variant => &[$(ProjectRole::$role),*]),+ }
            }
        }
    };
}

actions! {
    ProjectCreate     "project.create"      Workspace []                        "Create a project";
    WorkspaceUsers    "workspace.users"     Workspace []                        "List everybody in the workspace";
    SessionsRevoke    "sessions.revoke"     Workspace []                        "Sign somebody out everywhere";
    ActorsRead        "actors.read"         Workspace []                        "See the live tree of the server";
    NodesRead         "nodes.read"          Workspace []                        "See the nodes of the installation and their load";
    ModelRead         "model.read"          Workspace []                        "See the models that run in people's browsers, and load them";
    ModelWrite        "model.write"         Workspace []                        "Upload and delete models that run in people's browsers";
    ProjectRead       "project.read"        Project   [Labeler Reviewer Admin]  "See the project, its labels and progress";
    ProjectUpdate     "project.update"      Project   [Admin]                   "Change name, labels, status and lease time";
    MembersRead       "members.read"        Project   [Labeler Reviewer Admin]  "See who is in the project";
    MembersWrite      "members.write"       Project   [Admin]                   "Add, change and remove people";
    BatchWrite        "batch.write"         Project   [Admin]                   "Create batches";
    WorkflowRead      "workflow.read"       Project   [Labeler Reviewer Admin]  "See the project's workflows and their versions";
    WorkflowWrite     "workflow.write"      Project   [Admin]                   "Draft, change and activate workflows";
    LayoutRead        "layout.read"         Project   [Labeler Reviewer Admin]  "See the project's layouts and their versions, and what a task's fields are";
    LayoutWrite       "layout.write"        Project   [Admin]                   "Draft, change, delete and activate layouts";
    AssetRead         "asset.read"          Project   [Labeler Reviewer Admin]  "See images";
    AssetWrite        "asset.write"         Project   [Admin]                   "Upload images";
    TaskRead          "task.read"           Project   [Labeler Reviewer Admin]  "See tasks";
    TaskCreate        "task.create"         Project   [Admin]                   "Create tasks";
    PredictionWrite   "prediction.write"    Project   [Admin]                   "Suggest regions that models found";
    TaskClaim         "task.claim"          Project   [Labeler Reviewer Admin]  "Lease the next task; accept, renew, release and skip one's own lease";
    TaskSubmit        "task.submit"         Project   [Labeler Reviewer Admin]  "Submit under one's own lease";
    TaskReview        "task.review"         Project   [Reviewer Admin]          "Decide about submitted work under one's own lease; see all answers to a task";
    TaskSteer         "task.steer"          Project   [Admin]                   "Hold, resume, complete, reset and roll back tasks; take work from people and give it to others";
    LeaseOverride     "lease.override"      Project   [Reviewer Admin]          "Release somebody else's lease";
    AnnotationRead    "annotation.read"     Project   [Labeler Reviewer Admin]  "See submitted annotations and their history";
    RegionQuery       "region.query"        Project   [Reviewer Admin]          "Query regions across tasks";
    ExportRead        "export.read"         Project   [Reviewer Admin]          "Export annotations";
    JobRead           "job.read"            Project   [Reviewer Admin]          "See jobs (imports, exports) and what came of them";
    JobRun            "job.run"             Project   [Reviewer Admin]          "Start and cancel jobs of what one may do";
    DocumentRead      "document.read"       Project   [Labeler Reviewer Admin]  "Open the live document of a task";
    DocumentWrite     "document.write"      Project   [Labeler Reviewer Admin]  "Edit the live document, draw ghosts";
    HistoryRead       "history.read"        Project   [Labeler Reviewer Admin]  "See how a live document was before, and who changed it";
    HistoryRestore    "history.restore"     Project   [Reviewer Admin]          "Bring an older state of a live document back";
    PresenceShare     "presence.share"      Project   [Labeler Reviewer Admin]  "Show one's cursor, selection and tool";
}

/// Whether a project role may do an action of project scope.
#[must_use]
pub fn permits(role: ProjectRole, action: Action) -> bool {
    action.roles().contains(&role)
}

/// Whether a workspace role may do an action of workspace scope.
#[must_use]
pub fn permits_workspace(role: WorkspaceRole, action: Action) -> bool {
    match action {
        Action::ModelRead => true,
        Action::ProjectCreate
        | Action::WorkspaceUsers
        | Action::SessionsRevoke
        | Action::ActorsRead
        | Action::NodesRead
        | Action::ModelWrite => role == WorkspaceRole::Admin,
        _ => false,
    }
}

/// The names of what a role may do in a project, in the table's order.
#[must_use]
pub fn allowed(role: ProjectRole) -> Vec<&'static str> {
    Action::ALL.iter().filter(|a| a.scope() == Scope::Project && permits(role, **a)).map(|a| a.name()).collect()
}

/// The table as Markdown, for `docs/permissions.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Who may do what\n\n\
         Generated from `domain/src/permission.rs` by `make generate`; do not edit.\n\n\
         A workspace admin has every project's admin role. A person without a role in a project sees nothing of it (404, not 403).\n\n\
         | action | what | labeler | reviewer | admin |\n|---|---|:-:|:-:|:-:|\n",
    );
    for action in Action::ALL.iter().filter(|a| a.scope() == Scope::Project) {
        let mark = |role| if permits(role, *action) { "yes" } else { "" };
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {} |",
            action.name(),
            action.meaning(),
            mark(ProjectRole::Labeler),
            mark(ProjectRole::Reviewer),
            mark(ProjectRole::Admin)
        );
    }
    page.push_str("\n## In the workspace\n\n| action | what | member | admin |\n|---|---|:-:|:-:|\n");
    for action in Action::ALL.iter().filter(|a| a.scope() == Scope::Workspace) {
        let mark = |role| if permits_workspace(role, *action) { "yes" } else { "" };
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} |",
            action.name(),
            action.meaning(),
            mark(WorkspaceRole::Member),
            mark(WorkspaceRole::Admin)
        );
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_role_may_do_all_the_role_below_may() {
        for action in Action::ALL.iter().filter(|a| a.scope() == Scope::Project) {
            if permits(ProjectRole::Labeler, *action) {
                assert!(permits(ProjectRole::Reviewer, *action), "{action:?}");
            }
            if permits(ProjectRole::Reviewer, *action) {
                assert!(permits(ProjectRole::Admin, *action), "{action:?}");
            }
        }
    }

    #[test]
    fn workspace_actions_name_no_project_role() {
        for action in Action::ALL.iter().filter(|a| a.scope() == Scope::Workspace) {
            assert!(action.roles().is_empty(), "{action:?}");
        }
    }

    #[test]
    fn labelers_change_nothing_but_documents_and_their_own_leases() {
        for action in [Action::ProjectUpdate, Action::MembersWrite, Action::TaskCreate, Action::AssetWrite, Action::ExportRead] {
            assert!(!permits(ProjectRole::Labeler, action), "{action:?}");
        }
    }
}
