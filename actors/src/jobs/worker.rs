//! One job from the claim to its end: the work on one side, signs of life on the other. Whatever the work does, a panic included, ends here.

use std::{sync::Arc, time::Duration};

use tandem_protocol::rest::JobState;
use tandem_store::jobs::{self, Claim, JobError, Outcome, Pulse, Step};
use tokio::{
    task::JoinError,
    time::{Instant, sleep, timeout},
};
use tracing::Instrument as _;

use super::{
    kind::{Done, Failure, Work},
    shop::Shop,
};
use crate::supervision::backoff;

/// An end that cannot be written down is tried so often; then the job is done again when it is overdue.
const END_ATTEMPTS: u32 = 5;
const END_PAUSE: Duration = Duration::from_secs(1);

pub(super) async fn work(shop: &Arc<Shop>, work: Work) {
    let claim = Arc::clone(&work.claim);
    let span = tracing::info_span!("job", job = %claim.job, kind = claim.kind, attempt = claim.attempt);
    let began = Instant::now();
    metrics::gauge!("tandem_jobs_running", "kind" => claim.kind.clone()).increment(1.0);
    let state = run(shop, work).instrument(span).await;
    metrics::gauge!("tandem_jobs_running", "kind" => claim.kind.clone()).decrement(1.0);
    if let Some(state) = state.filter(|state| !state.is_open()) {
        count_end(&claim.kind, state);
        metrics::histogram!("tandem_job_seconds", "kind" => claim.kind.clone()).record(began.elapsed().as_secs_f64());
    }
    shop.changed(claim.workspace, claim.project);
}

pub(super) fn count_end(kind: &str, state: JobState) {
    metrics::counter!("tandem_jobs_ended_total", "kind" => kind.to_owned(), "state" => state.as_str()).increment(1);
}

/// How the job stands when it is out of our hands; none: it is another's.
async fn run(shop: &Arc<Shop>, work: Work) -> Option<JobState> {
    let kind = Arc::clone(shop.kind(&work.claim.kind)?);
    let mine = work.clone();
    // A task of its own: a panic ends that, not us.
    let mut running = tokio::spawn(async move { kind.run(&mine).await }.in_current_span());
    let mut life = Life { shop, work: &work, told: None, heard: Instant::now(), is_lost: false };
    let ended = loop {
        tokio::select! {
            ended = &mut running => break ended,
            () = sleep(shop.config.beat) => life.beat().await,
        }
    };
    if life.is_lost {
        tracing::warn!("the job is another worker's by now: what was done here does not count");
        return None;
    }
    match verdict(shop, &work.claim, ended) {
        Err(Failure::Lost) => None,
        Ok(Done::Committed) => Some(JobState::Succeeded),
        Ok(Done::Result(result)) => put_down(|| succeed(shop, &work.claim, &result)).await,
        Err(failure) => {
            let outcome = outcome(shop, &work.claim, failure);
            put_down(|| jobs::give_up(&shop.store, &work.claim, &outcome)).await
        }
    }
}

/// Shows that the work goes on, and hears whether it shall.
struct Life<'s> {
    shop: &'s Shop,
    work: &'s Work,
    /// What the database was last told, and when.
    told: Option<(Step, Instant)>,
    heard: Instant,
    is_lost: bool,
}

impl Life<'_> {
    /// Writes only what is news, or what is needed to be taken for alive.
    async fn beat(&mut self) {
        let (step, keep) = (self.work.step(), self.shop.config.keep);
        let is_news = self.told.as_ref().is_none_or(|(told, at)| *told != step || at.elapsed() >= self.shop.config.sign_every);
        if !is_news || self.is_lost {
            return;
        }
        let claim = &self.work.claim;
        match timeout(keep, jobs::pulse(&self.shop.store, claim, &step, keep)).await {
            Ok(Ok(Pulse::GoOn)) => {
                self.heard = Instant::now();
                let is_moved = self.told.replace((step.clone(), self.heard)).is_none_or(|(told, _)| told != step);
                if is_moved {
                    self.shop.changed(claim.workspace, claim.project);
                }
            }
            Ok(Ok(Pulse::Cancelled)) => {
                self.told = Some((step, Instant::now()));
                self.work.cancel.cancel();
            }
            Ok(Ok(Pulse::Lost)) => self.stop(),
            // Another may have it once it is overdue.
            Ok(Err(_)) | Err(_) if self.heard.elapsed() >= keep => self.stop(),
            Ok(Err(error)) => tracing::warn!(%error, "a sign of life could not be given"),
            Err(_) => {}
        }
    }

    fn stop(&mut self) {
        self.is_lost = true;
        self.work.cancel.cancel();
    }
}

fn verdict(shop: &Shop, claim: &Claim, ended: Result<Result<Done, Failure>, JoinError>) -> Result<Done, Failure> {
    match ended {
        Ok(answer) => answer,
        // The hook of the process has logged where, and with what.
        Err(error) if error.is_panic() => {
            tracing::error!("a job panicked");
            Err(Failure::Broken(format!("It broke off by a mistake in the program; the server's log says more of job {}.", claim.job)))
        }
        Err(_) if shop.is_closing() => Err(Failure::Stopped),
        Err(error) => Err(Failure::Broken(format!("It was broken off: {error}."))),
    }
}

fn outcome(shop: &Shop, claim: &Claim, failure: Failure) -> Outcome {
    match failure {
        Failure::Refused(why) => Outcome::Refused(why),
        Failure::Broken(why) => {
            tracing::warn!(why, "an attempt failed");
            let attempt = usize::try_from(claim.attempt - 1).unwrap_or(0);
            Outcome::Failed { why, again_after: backoff(shop.config.first_pause, shop.config.longest_pause, attempt) }
        }
        Failure::Stopped | Failure::Lost if shop.is_closing() => Outcome::GivenBack,
        Failure::Stopped | Failure::Lost => Outcome::Cancelled,
    }
}

async fn succeed(shop: &Shop, claim: &Claim, result: &serde_json::Value) -> Result<JobState, JobError> {
    let mut tx = claim.tenant().begin(&shop.store).await?;
    jobs::succeed(&mut tx, claim, result).await?;
    tx.commit().await?;
    Ok(JobState::Succeeded)
}

/// Writes an end down, although the database may be away for a moment.
async fn put_down<F: Future<Output = Result<JobState, JobError>>>(end: impl Fn() -> F) -> Option<JobState> {
    for attempt in 1..=END_ATTEMPTS {
        match end().await {
            Ok(state) => return Some(state),
            Err(JobError::Lost) => return None,
            Err(JobError::Store(error)) if error.is_retryable() && attempt < END_ATTEMPTS => sleep(END_PAUSE).await,
            Err(JobError::Store(error)) => {
                tracing::error!(%error, "how a job ended could not be written down; it is done again");
                return None;
            }
        }
    }
    None
}
