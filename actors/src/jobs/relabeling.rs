//! A label's new name brought to what is stored, as a job: the documents of tasks that are not done, what workflows remember, and the annotations.
//!
//! The project's labels have changed already, in the transaction that made the job, and know their former names (`tandem_domain::relabel`): what
//! the job has not reached yet is understood all the same. So it may be stopped and begun again anywhere.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::json;
use tandem_domain::relabel::Renames;
use tandem_protocol::rest::RelabelInput;
use tandem_store::{Store, TenantTx, pg::relabel, projects};
use uuid::Uuid;

use super::kind::{Done, Failure, Kind, Work};
use crate::{Live, history::HistoryError, live::Inner};

/// Documents changed at once: each waits for its edit to be on disk.
const AT_ONCE: usize = 8;
const DOCUMENTS: i64 = 64;
/// Rows in one transaction.
const ROWS: i64 = 200;

pub struct Relabeling {
    store: Store,
    /// The house has its jobs, not they it.
    live: Weak<Inner>,
}

/// What was changed, in this attempt.
#[derive(Clone, Copy, Debug, Default)]
struct Changed {
    documents: u64,
    /// Documents that hold more than they may and take no edit.
    full: u64,
    states: u64,
    annotations: u64,
    regions: u64,
}

impl Relabeling {
    #[must_use]
    pub fn new(store: Store, live: &Live) -> Self {
        Self { store, live: Arc::downgrade(live.inner_arc()) }
    }
}

#[async_trait]
impl Kind for Relabeling {
    fn name(&self) -> &'static str {
        RelabelInput::KIND
    }

    async fn run(&self, work: &Work) -> Result<Done, Failure> {
        let RelabelInput { .. } = work.input()?;
        let renames = Arc::new(self.renames(work).await?);
        let mut changed = Changed::default();
        if !renames.is_empty() {
            self.documents(work, &renames, &mut changed).await?;
            self.states(work, &renames, &mut changed).await?;
            // The last, for those who submit meanwhile.
            self.annotations(work, &renames, &mut changed).await?;
        }
        let Changed { documents, full, states, annotations, regions } = changed;
        Ok(Done::Result(json!({
            "annotations": annotations, "regions": regions, "documents": documents, "full_documents": full, "workflow_states": states,
        })))
    }
}

impl Relabeling {
    async fn begin(&self, work: &Work) -> Result<TenantTx, Failure> {
        Ok(work.claim.tenant().begin(&self.store).await?)
    }

    /// All of the project's, not this label's alone: what was left of an earlier job is done with it.
    async fn renames(&self, work: &Work) -> Result<Renames, Failure> {
        let mut tx = self.begin(work).await?;
        Ok(Renames::of(&projects::label_schema(&mut tx, work.claim.project).await?))
    }

    async fn documents(&self, work: &Work, renames: &Arc<Renames>, changed: &mut Changed) -> Result<(), Failure> {
        let (workspace, project) = (work.claim.workspace, work.claim.project);
        let mut tx = self.begin(work).await?;
        let total = relabel::open_documents(&mut tx, project).await?;
        drop(tx);
        let (mut after, mut done): (Option<Uuid>, u64) = (None, 0);
        loop {
            work.progress("documents", done, count(total));
            work.go_on()?;
            let mut tx = self.begin(work).await?;
            let page = relabel::next_documents(&mut tx, workspace, project, after, DOCUMENTS).await?;
            drop(tx);
            let Some((last, _)) = page.last() else { return Ok(()) };
            after = Some(*last);
            done += page.len() as u64;
            let live = Live::of(self.live.upgrade().ok_or(Failure::Stopped)?);
            let outcomes: Vec<Outcome> = stream::iter(page)
                .map(|(_, key)| {
                    let (live, renames, by) = (live.clone(), Arc::clone(renames), work.claim.user);
                    async move { Outcome::of(live.relabel(&key, &renames, by).await) }
                })
                .buffer_unordered(AT_ONCE)
                .try_collect()
                .await?;
            changed.documents += outcomes.iter().filter(|outcome| **outcome == Outcome::Changed).count() as u64;
            changed.full += outcomes.iter().filter(|outcome| **outcome == Outcome::Full).count() as u64;
        }
    }

    async fn states(&self, work: &Work, renames: &Renames, changed: &mut Changed) -> Result<(), Failure> {
        let mut tx = self.begin(work).await?;
        let total = relabel::tasks_with_state(&mut tx, work.claim.project).await?;
        drop(tx);
        let (mut after, mut done) = (None, 0);
        loop {
            work.progress("workflows", done, count(total));
            work.go_on()?;
            let mut tx = self.begin(work).await?;
            let piece = relabel::follow_states(&mut tx, work.claim.project, renames, after, ROWS).await?;
            tx.commit().await?;
            (changed.states, done) = (changed.states + piece.changed, done + piece.seen);
            if piece.last.is_none() {
                return Ok(());
            }
            after = piece.last;
        }
    }

    async fn annotations(&self, work: &Work, renames: &Renames, changed: &mut Changed) -> Result<(), Failure> {
        let mut tx = self.begin(work).await?;
        let total = relabel::annotations(&mut tx, work.claim.project).await?;
        drop(tx);
        let (mut after, mut done) = (None, 0);
        loop {
            work.progress("annotations", done, count(total));
            work.go_on()?;
            let mut tx = self.begin(work).await?;
            let piece = relabel::follow_annotations(&mut tx, work.claim.project, renames, work.claim.user, after, ROWS).await?;
            tx.commit().await?;
            (changed.annotations, done) = (changed.annotations + piece.changed, done + piece.seen);
            changed.regions += piece.regions;
            if piece.last.is_none() {
                return Ok(());
            }
            after = piece.last;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Changed,
    Same,
    Full,
}

impl Outcome {
    fn of(answer: Result<usize, HistoryError>) -> Result<Self, Failure> {
        match answer {
            Ok(0) => Ok(Self::Same),
            Ok(_) => Ok(Self::Changed),
            Err(HistoryError::Full) => Ok(Self::Full),
            Err(error) => Err(Failure::Broken(format!("A document could not be changed: {error}."))),
        }
    }
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}
