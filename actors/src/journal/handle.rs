//! How rooms reach the Journal.

use std::sync::Arc;

use actix::{Context, Recipient};
use bytes::Bytes;
use tandem_store::documents::{DocumentKey, DocumentLog};
use tokio::sync::watch;

use super::{
    Edit, JournalFull, JournalNews, JournalStatus, Reserved,
    actor::{Append, Flush, GetPending, Journal},
    budget::Budget,
    largest::Largest,
};
use crate::{
    config::{JournalConfig, RestartPolicy},
    supervision::{Place, Supervised, supervise},
};

#[derive(Clone)]
pub struct JournalHandle {
    actor: Supervised<Journal>,
    status: watch::Receiver<JournalStatus>,
    budget: Arc<Budget>,
    largest: Arc<Largest>,
}

impl JournalHandle {
    #[must_use]
    pub fn start(place: Place, policy: RestartPolicy, config: JournalConfig, log: Arc<dyn DocumentLog>) -> Self {
        let (status, watching) = watch::channel(JournalStatus { durable: true, refusing: false, generation: 0 });
        let budget = Budget::new(config.max_bytes);
        let (lost, largest) = (status.clone(), Arc::<Largest>::default());
        let known = Arc::clone(&largest);
        let factory = move |exit, ctx: &mut Context<Journal>| {
            ctx.set_mailbox_capacity(config.mailbox);
            Journal::new(exit, config.clone(), Arc::clone(&log), status.clone(), Arc::clone(&known))
        };
        // Given up: nothing will reach the disk any more, so nothing more is taken.
        let escalate = move || {
            lost.send_modify(|status| (status.durable, status.refusing) = (false, true));
        };
        Self { actor: supervise("journal", place, policy, factory, escalate), status: watching, budget, largest }
    }

    /// Whether an edit of so many bytes is worth a try: false, if the disk could not take one as large in time, not long ago.
    #[must_use]
    pub fn takes(&self, bytes: usize) -> bool {
        self.largest.takes(bytes)
    }

    /// Room for an edit, before it is applied: what is in the document must be able to reach the disk.
    pub fn reserve(&self, bytes: usize) -> Result<Arc<Reserved>, JournalFull> {
        self.budget.reserve(bytes).map(Arc::new).ok_or(JournalFull)
    }

    /// The same for what is in the document already, and must be kept track of whatever waits.
    #[must_use]
    pub fn reserve_anyway(&self, bytes: usize) -> Arc<Reserved> {
        Arc::new(self.budget.reserve_anyway(bytes))
    }

    /// Queue an edit. `Ok` means that it will be settled, or that the generation will change; otherwise append it again
    /// later, before any other.
    pub fn append(&self, edit: Edit, generation: u64, room: Recipient<JournalNews>) -> Result<(), JournalFull> {
        // A Journal that is restarting takes nothing; the new one asks for everything again by its generation.
        let Some(addr) = self.actor.try_addr() else { return Ok(()) };
        match addr.try_send(Append::new(edit, generation, room)) {
            Ok(()) | Err(actix::dev::SendError::Closed(_)) => Ok(()),
            Err(actix::dev::SendError::Full(_)) => {
                metrics::counter!("tandem_refused_total", "queue" => "journal").increment(1);
                Err(JournalFull)
            }
        }
    }

    /// Edits of a document that were appended and are not on disk yet.
    ///
    /// Ask before reading the log: what is settled between the two is then in the log's answer.
    pub async fn pending(&self, key: Arc<DocumentKey>) -> Option<Vec<Bytes>> {
        self.actor.addr().await.ok()?.send(GetPending(key)).await.ok()
    }

    /// Returns once everything appended so far is settled.
    pub async fn flush(&self) {
        if let Ok(addr) = self.actor.addr().await {
            // A Journal that crashed has nothing left to flush.
            let _ = addr.send(Flush).await;
        }
    }

    /// Panic in the handler. Test builds only.
    #[cfg(feature = "fault-injection")]
    pub async fn crash(&self) {
        if let Some(addr) = self.actor.try_addr() {
            // It cannot answer.
            let _ = addr.send(super::actor::Crash).await;
        }
    }

    /// Its state in a word, and how often it was started again.
    #[must_use]
    pub fn standing(&self) -> (&'static str, u32) {
        (self.actor.state(), self.actor.restarts())
    }

    /// Returns when it crashed too often.
    pub async fn gave_up(&self) {
        self.actor.gave_up().await;
    }

    #[must_use]
    pub fn status(&self) -> JournalStatus {
        *self.status.borrow()
    }

    #[must_use]
    pub fn watch(&self) -> watch::Receiver<JournalStatus> {
        self.status.clone()
    }

    /// Bytes that wait for the disk.
    #[must_use]
    pub fn waiting_bytes(&self) -> usize {
        self.budget.used()
    }
}
