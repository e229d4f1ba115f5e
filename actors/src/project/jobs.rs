//! How far the jobs of a project are, as its watchers are told: those that are open or ended a moment ago, then each that changed.

use std::{collections::BTreeMap, sync::Arc};

use actix::{Context, Handler, Message};
use tandem_protocol::{JobId, ws::JobProgress};

use super::{ProjectActor, ProjectNews};
use crate::{ports::DirectoryError, room::Seat, watchdog::handling};

pub(super) struct Jobs {
    /// As the watchers were told, oldest first.
    told: BTreeMap<JobId, JobProgress>,
    /// The database knows more.
    pub stale: bool,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { told: BTreeMap::new(), stale: true }
    }
}

/// A job came, went on or ended.
#[derive(Message)]
#[rtype(result = "()")]
pub struct JobsMoved;

impl Handler<JobsMoved> for ProjectActor {
    type Result = ();

    fn handle(&mut self, _: JobsMoved, ctx: &mut Self::Context) {
        let _handling = handling!("project", "JobsMoved");
        self.jobs_moved(ctx);
    }
}

impl ProjectActor {
    pub(super) fn jobs_moved(&mut self, ctx: &mut Context<Self>) {
        self.jobs.stale = true;
        self.plan_tick(ctx);
    }

    pub(super) fn jobs_read(&mut self, answer: Result<Vec<JobProgress>, DirectoryError>) {
        match answer {
            Ok(now) => {
                let changed: Vec<JobProgress> = now.iter().filter(|job| self.jobs.told.get(&job.id) != Some(job)).cloned().collect();
                self.jobs.told = now.into_iter().map(|job| (job.id, job)).collect();
                if !changed.is_empty() {
                    self.tell_all(&ProjectNews::Jobs(Arc::new(changed)));
                }
            }
            Err(error) => {
                tracing::warn!(project = %self.project, %error, "the jobs could not be read");
                self.jobs.stale = true;
            }
        }
    }

    /// To whoever was just told the project's state. False: they are behind and did not take it.
    pub(super) fn show_jobs(&mut self, seat: Seat) -> bool {
        self.jobs.told.is_empty() || self.tell(seat, ProjectNews::Jobs(Arc::new(self.jobs.told.values().cloned().collect())))
    }
}
