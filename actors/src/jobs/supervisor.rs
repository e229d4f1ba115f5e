//! JobSupervisor: this node's share of the jobs (docs/decisions/0041).
//!
//! In: its ticks, `Look` (a job was made), the bell of the [`Shop`] (a place is free). Out: what the workers announce. Timers: a tick, in which
//! due jobs are looked for; files that nobody needs any longer, once in a while. Starts: workers, each a task on the shop's threads, never on an
//! arbiter. Restarts: any time; all it knows is in the database, and its workers go on meanwhile.

use std::{io, sync::Arc, time::Duration};

use actix::{Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, WrapFuture};

use tandem_protocol::WorkspaceId;
use tandem_store::StoreError;

use super::{
    kind::Work,
    shop::{JobHouse, JobPorts, Shop},
};
use crate::{
    config::{JobsConfig, RestartPolicy},
    supervision::{ExitGuard, Place, Supervised, supervise},
    watchdog::handling,
};

const CLEAR_OUT: Duration = Duration::from_secs(60);

/// This node's share of the jobs, from outside.
pub struct Jobs {
    supervisor: Supervised<JobSupervisor>,
    shop: Arc<Shop>,
}

impl Jobs {
    /// Starts it, from inside an actix system.
    ///
    /// # Errors
    /// If the system gives no threads.
    pub fn start(place: Place, policy: RestartPolicy, config: JobsConfig, ports: JobPorts, house: JobHouse) -> io::Result<Self> {
        let shop = Arc::new(Shop::open(ports, config, house)?);
        let at = Arc::clone(&shop);
        let factory = move |exit, _: &mut Context<JobSupervisor>| JobSupervisor {
            _exit: exit,
            shop: Arc::clone(&at),
            busy: false,
            again: false,
            failures: 0,
        };
        let supervisor = supervise("jobs", place, policy, factory, || tracing::error!("this node takes no more jobs"));
        Ok(Self { supervisor, shop })
    }

    /// Something may be due.
    pub fn look(&self) {
        if let Some(supervisor) = self.supervisor.try_addr() {
            // Full: it is at it.
            let _ = supervisor.try_send(Look);
        }
    }

    /// What is done here right now for a workspace.
    #[must_use]
    pub fn at_work(&self, workspace: WorkspaceId) -> Vec<Work> {
        self.shop.of(workspace)
    }

    pub(crate) fn supervisor(&self) -> &Supervised<JobSupervisor> {
        &self.supervisor
    }

    /// Throws files away that need not be kept any longer, as is done once a minute.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn clear_out(&self) -> Result<(), StoreError> {
        self.shop.clear_out().await
    }

    /// Takes no more, tells everybody to stop and waits a little until they have. What is not done is another node's.
    pub async fn close(&self) {
        if let Some(supervisor) = self.supervisor.try_addr() {
            // It ends with this message; that is no error.
            let _ = supervisor.send(Rest).await;
        }
        self.shop.close().await;
    }
}

pub struct JobSupervisor {
    _exit: ExitGuard,
    shop: Arc<Shop>,
    /// A look is under way, and somebody asked for another meanwhile.
    busy: bool,
    again: bool,
    /// Looks that failed in a row: said once, not every second.
    failures: u32,
}

impl Actor for JobSupervisor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        self.listen(ctx);
        self.look(ctx);
        ctx.run_interval(self.shop.config.tick, |jobs, ctx| jobs.look(ctx));
        ctx.run_interval(CLEAR_OUT, |jobs, _| {
            let shop = Arc::clone(&jobs.shop);
            drop(jobs.shop.spawn(async move {
                if let Err(error) = shop.clear_out().await {
                    tracing::warn!(%error, "files that nobody needs could not be thrown away");
                }
            }));
        });
    }
}

/// A job was made: there may be something to do.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
struct Look;

impl Handler<Look> for JobSupervisor {
    type Result = ();

    fn handle(&mut self, _: Look, ctx: &mut Self::Context) {
        let _handling = handling!("jobs", "Look");
        self.again |= self.busy;
        self.look(ctx);
    }
}

/// The house closes: what falls due from now on is another node's.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
struct Rest;

impl Handler<Rest> for JobSupervisor {
    type Result = ();

    fn handle(&mut self, _: Rest, ctx: &mut Self::Context) {
        let _handling = handling!("jobs", "Rest");
        ctx.stop();
    }
}

impl JobSupervisor {
    fn listen(&self, ctx: &mut Context<Self>) {
        let shop = Arc::clone(&self.shop);
        let bell = async move { shop.bell.notified().await };
        ctx.spawn(bell.into_actor(self).map(|(), jobs, ctx| {
            jobs.again |= jobs.busy;
            jobs.look(ctx);
            jobs.listen(ctx);
        }));
    }

    fn look(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.busy, true) {
            return;
        }
        let shop = Arc::clone(&self.shop);
        let hiring = async move { shop.hire().await };
        ctx.spawn(hiring.into_actor(self).map(|answer, jobs, ctx| {
            jobs.busy = false;
            match answer {
                Ok(()) => jobs.failures = 0,
                Err(error) => {
                    jobs.failures += 1;
                    if jobs.failures.is_power_of_two() {
                        tracing::warn!(%error, failures = jobs.failures, "due jobs could not be taken");
                    }
                }
            }
            if std::mem::take(&mut jobs.again) {
                jobs.look(ctx);
            }
        }));
    }
}
