//! People and tasks for `tandem-loadtest`, which knows a server by its protocol alone and so cannot make them itself.

use chrono::TimeDelta;
use serde::Serialize;
use tandem_protocol::{
    AssetId, ProjectId, ProjectRole, TaskId, UserId, WorkspaceId, WorkspaceRole,
    rest::{CreateProject, LabelDef, LabelSchema, NewTask, UserSummary},
};
use tandem_store::{
    Store, StoreError, Tenant, TenantTx,
    pg::{
        assets::{self, Inspected, NewAsset},
        import, members, projects,
        tasks::{self, CreateTasksError},
        users::{self, NewUser},
        workspaces,
    },
};

use crate::auth::{Auth, AuthError, Purpose, Subject, color_of};

/// Tokens outlive any load test.
const TTL: TimeDelta = TimeDelta::hours(12);
/// What one request of the API may create; the same holds here.
const TASKS_A_STATEMENT: usize = 1000;

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub people: usize,
    pub tasks: usize,
    /// How many of the tasks the fixture names; the others are reached through the queue.
    pub named: usize,
}

/// What `tandem-loadtest --fixture` reads.
#[derive(Debug, Serialize)]
pub struct Fixture {
    pub url: String,
    pub project_id: ProjectId,
    pub task_ids: Vec<TaskId>,
    pub tokens: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum FixtureError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Tasks(#[from] CreateTasksError),
    #[error(transparent)]
    Auth(#[from] AuthError),
}

/// Makes a workspace of its own with one project, in one transaction.
pub async fn make(store: &Store, auth: &Auth, url: &str, wanted: Wanted) -> Result<Fixture, FixtureError> {
    let (workspace, admin) = (WorkspaceId::new(), UserId::new());
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    workspaces::put(&mut tx, &format!("Load {workspace}")).await?;
    let mut people = Vec::with_capacity(wanted.people);
    people.push(person(&mut tx, admin, 0, WorkspaceRole::Admin).await?);
    for number in 1..wanted.people {
        people.push(person(&mut tx, UserId::new(), number, WorkspaceRole::Member).await?);
    }
    tx.commit().await?;

    let mut tx = Tenant { workspace, user: Some(admin) }.begin(store).await?;
    let project = projects::create(&mut tx, &project()).await?;
    for person in &people {
        projects::put_member(&mut tx, project, person.user.id, ProjectRole::Labeler).await?;
    }
    let task_ids = queue(&mut tx, project, &wanted).await?;
    if wanted.tasks >= import::MANY {
        import::gather_statistics(&mut tx, project).await?;
    }
    tx.commit().await?;

    let tokens = people.iter().map(|person| Ok(auth.mint(&token_of(person, workspace), Purpose::Access, TTL)?.token));
    Ok(Fixture { url: url.to_owned(), project_id: project, task_ids, tokens: tokens.collect::<Result<_, AuthError>>()? })
}

struct Person {
    user: UserSummary,
    role: WorkspaceRole,
}

fn token_of(person: &Person, workspace_id: WorkspaceId) -> Subject {
    Subject { user: person.user.clone(), workspace_id, workspace_role: person.role }
}

async fn person(tx: &mut TenantTx, id: UserId, number: usize, role: WorkspaceRole) -> Result<Person, StoreError> {
    let user = UserSummary { id, name: format!("Load {number}"), email: format!("{id}@load.example"), color: color_of(id) };
    let new = NewUser { id, email: user.email.clone(), name: user.name.clone(), color: user.color.clone() };
    users::ensure(tx, &new).await?;
    members::put(tx, id, role).await?;
    Ok(Person { user, role })
}

fn project() -> CreateProject {
    let label = LabelDef { name: "thing".to_owned(), color: "#3366cc".to_owned(), hotkey: Some("1".to_owned()), ..LabelDef::default() };
    CreateProject {
        name: "Load".to_owned(),
        description: "Made for a load test".to_owned(),
        customer_id: None,
        label_schema: LabelSchema { labels: vec![label] },
        lease_seconds: None,
    }
}

/// Tasks on one image that is never looked at.
async fn queue(tx: &mut TenantTx, project: ProjectId, wanted: &Wanted) -> Result<Vec<TaskId>, FixtureError> {
    let asset = AssetId::new();
    let new = NewAsset { id: asset, project, filename: "load.png".to_owned(), content_type: "image/png".to_owned(), size: 1 };
    assets::create(tx, &new).await?;
    let found = Inspected { content_type: "image/png".to_owned(), size: 1, width: 1280, height: 860, orientation: 1 };
    assets::complete(tx, asset, &found).await?;
    let mut named = Vec::new();
    let mut left = wanted.tasks;
    while left > 0 {
        let now = left.min(TASKS_A_STATEMENT);
        left -= now;
        let new = vec![NewTask { asset_id: asset, external_id: None, batch_id: None, priority: None, input: None }; now];
        let made = tasks::create(tx, project, &new).await?;
        let room = wanted.named.saturating_sub(named.len());
        named.extend(made.iter().rev().take(room).map(|task| task.id));
    }
    Ok(named)
}
