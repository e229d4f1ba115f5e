//! Fills the demo workspace: rendered pictures, projects in several states, work by simulated people. What is there is left alone.

use std::sync::Arc;

use bytes::Bytes;
use chrono::Utc;
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde_json::json;
use tandem_actors::document;
use tandem_domain::demo::{
    Rng, Scene, annotator,
    plan::{DemoProject, State, Worker, projects as plans},
    render,
};
use tandem_protocol::{
    AssetId, ProjectId, ProjectRole, RegionId, TaskId, UserId,
    rest::{CreateProject, ProjectStatus, Region, UpdateProject},
};
use tandem_store::{
    StoreError, Tenant, TenantTx,
    annotations::{self, Submission, SubmitError},
    assets,
    import::{self, ImportedTask},
    leases::{self, LeaseError},
    objects::ObjectError,
    projects,
};

use super::welcome::{self, Person};
use crate::app::AppState;

/// Long enough to look around before the half-done tasks go back to the queue.
const LEASE_SECONDS: u32 = 4 * 3600;

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Objects(#[from] ObjectError),
    #[error(transparent)]
    Submit(#[from] SubmitError),
    #[error(transparent)]
    Lease(#[from] LeaseError),
    #[error("a picture could not be made")]
    Render,
}

/// Makes the demo's projects that are not there yet, each in one transaction.
pub async fn seed(state: &AppState, people: &[Person]) -> Result<(), DemoError> {
    let Some(cast) = Cast::of(people) else { return Ok(()) };
    let tenant = Tenant { workspace: welcome::workspace(), user: Some(cast.admin) };
    for plan in plans() {
        let mut tx = tenant.begin(&state.store).await?;
        if projects::find_by_name(&mut tx, plan.name).await?.is_some() {
            continue;
        }
        // Not held open while pictures are rendered.
        tx.rollback().await?;
        make(state, tenant, &cast, Arc::new(plan)).await?;
    }
    Ok(())
}

/// Who does what.
struct Cast {
    admin: UserId,
    annotators: Vec<UserId>,
    /// Who else belongs to each project.
    reviewers: Vec<UserId>,
}

impl Cast {
    fn of(people: &[Person]) -> Option<Self> {
        let all = |jobs: &[&str]| people.iter().filter(|p| jobs.contains(&p.job)).map(|p| p.user.id).collect::<Vec<_>>();
        let annotators = all(&["annotator"]);
        let admin = all(&["admin"]).first().copied()?;
        (!annotators.is_empty()).then(|| Self { admin, annotators, reviewers: all(&["reviewer", "adjudicator"]) })
    }

    fn annotator(&self, worker: Worker) -> UserId {
        self.annotators[worker.annotator % self.annotators.len()]
    }
}

/// A picture that is stored, and what somebody drew on it.
struct Picture {
    task: ImportedTask,
    regions: Vec<Region>,
    state: State,
}

async fn make(state: &AppState, tenant: Tenant, cast: &Cast, plan: Arc<DemoProject>) -> Result<(), DemoError> {
    let project = ProjectId::new();
    let at_once = std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(8);
    let mut pictures: Vec<Picture> = stream::iter(0..plan.pictures.len())
        .map(|index| picture(state, tenant, project, Arc::clone(&plan), cast, index))
        .buffered(at_once)
        .try_collect()
        .await?;
    for picture in &mut pictures {
        // In the pictures' order, which is the queue's; rendering ends in another.
        picture.task.task = TaskId::new();
    }
    let mut tx = tenant.begin(&state.store).await?;
    let saved = save(&mut tx, cast, &plan, project, &pictures).await;
    let saved = match saved {
        Ok(()) => tx.commit().await.map_err(Into::into),
        Err(error) => Err(error),
    };
    if saved.is_err() {
        for picture in &pictures {
            // Nothing refers to them now.
            state.objects.delete(&picture.task.object_key).await.ok();
        }
    }
    saved
}

async fn picture(
    state: &AppState,
    tenant: Tenant,
    project: ProjectId,
    plan: Arc<DemoProject>,
    cast: &Cast,
    index: usize,
) -> Result<Picture, DemoError> {
    let (seed, done) = plan.pictures[index];
    let author = match done {
        State::Working(worker) | State::Submitted(worker) => Some(cast.annotator(worker)),
        State::Open | State::Suggested(_) => None,
    };
    let drawing = Arc::clone(&plan);
    let drawn = tokio::task::spawn_blocking(move || {
        let scene = render(drawing.kind, seed)?;
        let regions = draw(&drawing, &scene, done, author, seed);
        Some((scene, regions))
    });
    let (scene, regions) = drawn.await.ok().flatten().ok_or(DemoError::Render)?;
    let asset = AssetId::new();
    let object_key = assets::object_key(tenant.workspace, project, asset);
    let bytes = Bytes::from(scene.jpeg);
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    state.objects.put(&object_key, bytes, "image/jpeg").await?;
    let name = format!("{}-{:02}.jpg", plan.prefix, index + 1);
    let task = ImportedTask {
        task: TaskId::new(),
        asset,
        external_id: name.clone(),
        filename: name,
        object_key,
        content_type: "image/jpeg".to_owned(),
        size,
        width: i32::try_from(scene.size.width).unwrap_or(i32::MAX),
        height: i32::try_from(scene.size.height).unwrap_or(i32::MAX),
        orientation: 1,
        asset_metadata: json!({"rendered": true, "seed": seed}),
        input: json!({}),
        regions: matches!(done, State::Suggested(_)).then(|| regions.clone()),
    };
    Ok(Picture { task, regions, state: done })
}

fn draw(plan: &DemoProject, scene: &Scene, state: State, author: Option<UserId>, seed: u64) -> Vec<Region> {
    let mut rng = Rng::new(seed).fork("annotator");
    let mut drawn = match state {
        State::Open => return Vec::new(),
        State::Suggested(habits) => annotator::annotate(scene, plan.draws, &habits, &mut rng),
        State::Working(worker) | State::Submitted(worker) => annotator::annotate(scene, plan.draws, &worker.habits, &mut rng),
    };
    if matches!(state, State::Working(_)) {
        drawn.truncate(drawn.len().div_ceil(2));
    }
    let region = |(z, (label, geometry)): (i32, (&str, _))| Region {
        id: RegionId::new(),
        label: label.to_owned(),
        geometry,
        attributes: serde_json::Map::new(),
        author,
        z,
        relations: Vec::new(),
    };
    (0..).zip(drawn).map(region).collect()
}

async fn save(tx: &mut TenantTx, cast: &Cast, plan: &DemoProject, project: ProjectId, pictures: &[Picture]) -> Result<(), DemoError> {
    let wanted = CreateProject {
        name: plan.name.to_owned(),
        description: plan.description.to_owned(),
        customer_id: None,
        label_schema: plan.labels.clone(),
        lease_seconds: None,
    };
    projects::create_as(tx, project, &wanted).await?;
    for user in &cast.annotators {
        projects::put_member(tx, project, *user, ProjectRole::Labeler).await?;
    }
    for user in &cast.reviewers {
        projects::put_member(tx, project, *user, ProjectRole::Reviewer).await?;
    }
    let tasks: Vec<ImportedTask> = pictures.iter().map(|p| p.task.clone()).collect();
    import::insert(tx, project, &tasks).await?;
    let now = Utc::now().timestamp_millis();
    let documents: Vec<_> =
        pictures.iter().filter(|p| !p.regions.is_empty()).map(|p| (p.task.task, document::build(&p.regions, now))).collect();
    import::insert_documents(tx, project, &documents).await?;
    for picture in pictures {
        work(tx, cast, project, picture).await?;
    }
    if plan.finished {
        let change = UpdateProject { status: Some(ProjectStatus::Completed), ..UpdateProject::default() };
        projects::update(tx, project, &change).await?;
    }
    Ok(())
}

/// The annotators go the way everybody goes: lease, accept, submit.
async fn work(tx: &mut TenantTx, cast: &Cast, project: ProjectId, picture: &Picture) -> Result<(), DemoError> {
    let (worker, submits) = match picture.state {
        State::Open | State::Suggested(_) => return Ok(()),
        State::Working(worker) => (worker, false),
        State::Submitted(worker) => (worker, true),
    };
    let user = cast.annotator(worker);
    let lease = leases::claim_task(
        tx,
        project,
        picture.task.task,
        user,
        &[leases::Offer::plain()],
        &leases::Terms::new(LEASE_SECONDS, leases::Method::Claimed),
    )
    .await?;
    leases::accept(tx, lease.id, user, lease.fencing_token).await?;
    if submits {
        // About three seconds a region, as practised people need.
        let time_spent_ms = i64::try_from(picture.regions.len()).ok().map(|n| 6_000 + n * 3_100);
        let submission = Submission {
            assignment: lease.id,
            user,
            fencing_token: lease.fencing_token,
            answer: picture.regions.clone().into(),
            time_spent_ms,
        };
        annotations::submit(tx, &submission).await?;
    }
    Ok(())
}
