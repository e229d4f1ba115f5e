//! Folding a document's log in a real Postgres: killed at every point, by many at once, beside appends; and what history it leaves.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use tandem_protocol::{DocumentId, UserId, rest::CheckpointReason};
use tandem_store::{
    PoolSizes, Store, StoreConfig,
    documents::{
        Compaction, DocumentKey, DocumentLog, LogError, Merge, Merged, NewUpdate, PgLog,
        history::{self, Compare, Counts, Wanted},
    },
    testing::Database,
};

/// Payloads are words with a space behind; merging keeps them in order, so that what was lost or doubled shows.
fn concatenate() -> Merge {
    Arc::new(|parts: &[Bytes]| Ok(Merged { update: parts.concat(), state_vector: Vec::new() }))
}

fn count_words() -> Compare {
    Arc::new(|before, after| {
        let words = |text: &[u8]| text.iter().filter(|byte| **byte == b' ').count();
        let (old, new) = (before.map_or(0, words), words(after));
        Ok(Counts { regions: new, added: new - old, changed: 0, removed: 0 })
    })
}

const MANUAL: Wanted = Wanted { reason: CheckpointReason::Manual, by: None, unless_within: None };

struct Site {
    db: Database,
    log: PgLog,
    key: DocumentKey,
    document: DocumentId,
}

impl Site {
    async fn new() -> Self {
        Self::of(Database::fresh().await).await
    }

    async fn of(db: Database) -> Self {
        let log = PgLog::new(db.store.clone());
        let key = DocumentKey { workspace: db.a.workspace, project: db.a.project, task: db.a.tasks[0], step: "annotate".into() };
        let document = log.open(&key).await.unwrap().id;
        Self { db, log, key, document }
    }

    fn edit(&self, word: &str, author: Option<UserId>) -> NewUpdate {
        NewUpdate { document: self.document, workspace: self.key.workspace, author, payload: format!("{word} ").into() }
    }

    async fn append(&self, words: &[&str]) {
        let edits: Vec<NewUpdate> = words.iter().map(|word| self.edit(word, None)).collect();
        self.log.append(&edits).await.unwrap();
    }

    async fn text(&self) -> String {
        let stored = self.log.open(&self.key).await.unwrap();
        let all: Vec<Bytes> = stored.snapshot.into_iter().chain(stored.updates).collect();
        String::from_utf8(all.concat()).unwrap()
    }

    async fn checkpoint(&self, wanted: Wanted) -> Result<history::Folded, LogError> {
        self.log.checkpoint(self.key.workspace, self.document, wanted, concatenate(), count_words()).await
    }

    async fn history(&self) -> Vec<tandem_protocol::rest::Checkpoint> {
        let mut tx = self.db.a.tenant().begin(&self.db.store).await.unwrap();
        history::list(&mut tx, self.key.task, Some(&self.key.step), None, 200).await.unwrap().items
    }
}

/// From now on, whoever does this to the table is killed: as by `kill -9` of the server, the transaction just ends.
async fn kill_at(owner: &mut PgConnection, point: &str) {
    let kill = "CREATE FUNCTION public.die() RETURNS trigger LANGUAGE plpgsql AS \
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$";
    owner.execute(kill).await.unwrap();
    owner.execute("GRANT EXECUTE ON FUNCTION public.die() TO PUBLIC").await.unwrap();
    owner.execute(AssertSqlSafe(format!("CREATE {point} EXECUTE FUNCTION public.die()"))).await.unwrap();
}

async fn heal(owner: &mut PgConnection) {
    owner.execute("DROP FUNCTION public.die() CASCADE").await.unwrap();
}

#[tokio::test]
async fn a_compaction_killed_at_any_statement_changed_nothing_and_the_next_one_does_it() {
    let points = [
        "TRIGGER t BEFORE INSERT ON document_checkpoints FOR EACH ROW",
        "TRIGGER t AFTER INSERT ON document_checkpoints FOR EACH STATEMENT",
        "TRIGGER t BEFORE INSERT OR UPDATE ON document_snapshots FOR EACH ROW",
        "TRIGGER t AFTER INSERT OR UPDATE ON document_snapshots FOR EACH STATEMENT",
        "TRIGGER t BEFORE DELETE ON document_updates FOR EACH STATEMENT",
        "TRIGGER t AFTER DELETE ON document_updates FOR EACH STATEMENT",
        // While it commits.
        "CONSTRAINT TRIGGER t AFTER DELETE ON document_updates DEFERRABLE INITIALLY DEFERRED FOR EACH ROW",
    ];
    let site = Site::new().await;
    let mut owner = site.db.owner().await;
    site.append(&["old"]).await;
    site.log.compact(site.key.workspace, site.document, concatenate()).await.unwrap();
    site.append(&["one", "two"]).await;
    for point in points {
        kill_at(&mut owner, point).await;
        let killed = site.checkpoint(MANUAL).await;
        assert!(killed.as_ref().is_err_and(LogError::is_retryable), "{point}: {killed:?}");
        let stored = site.log.open(&site.key).await.unwrap();
        assert_eq!((stored.snapshot.as_deref(), stored.updates.len()), (Some(b"old ".as_slice()), 2), "{point}");
        assert!(site.history().await.is_empty(), "{point}");
        heal(&mut owner).await;
    }
    let done = site.checkpoint(MANUAL).await.unwrap();
    assert!(matches!(done.compaction, Compaction::Done { updates: 2, .. }), "{done:?}");
    assert_eq!((site.text().await.as_str(), site.history().await.len()), ("old one two ", 1));
}

#[tokio::test]
async fn a_compaction_whose_connections_are_killed_while_it_merges_is_whole_or_did_not_happen() {
    let site = Site::new().await;
    site.append(&["one", "two"]).await;
    let (mut owner, handle) = (site.db.owner().await, tokio::runtime::Handle::current());
    let kill = Arc::new(std::sync::Mutex::new(Some(async move {
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
        owner.execute(kill).await.unwrap();
    })));
    let merge: Merge = Arc::new(move |parts: &[Bytes]| {
        if let Some(kill) = kill.lock().unwrap().take() {
            handle.block_on(kill);
        }
        Ok(Merged { update: parts.concat(), state_vector: Vec::new() })
    });
    let killed = site.log.compact(site.key.workspace, site.document, Arc::clone(&merge)).await;
    assert!(killed.as_ref().err().is_none_or(LogError::is_retryable), "{killed:?}");
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(site.text().await, "one two ");
    site.log.compact(site.key.workspace, site.document, merge).await.unwrap();
    assert_eq!(site.text().await, "one two ");
}

/// Or rooms that fall asleep together would leave none for those who open tasks meanwhile.
#[tokio::test]
async fn a_compaction_holds_no_connection_while_it_merges() {
    let site = Site::of(Database::with_pools(PoolSizes { server: 1, journal: 1, system: 1 }).await).await;
    site.append(&["one"]).await;
    let (log, key, handle) = (site.log.clone(), site.key.clone(), tokio::runtime::Handle::current());
    let merge: Merge = Arc::new(move |parts: &[Bytes]| {
        let opened = handle.block_on(async { tokio::time::timeout(Duration::from_secs(5), log.open(&key)).await });
        opened.map_err(|_| "no connection was left".to_owned())?.map_err(|e| e.to_string())?;
        Ok(Merged { update: parts.concat(), state_vector: Vec::new() })
    });
    let done = site.log.compact(site.key.workspace, site.document, merge).await.unwrap();
    assert_eq!(done, Compaction::Done { updates: 1, bytes: 4 });
}

/// While each of the first `times` merges, others add a word and fold.
fn overtaken(site: &Site, times: usize) -> Merge {
    let (log, handle, late) = (site.log.clone(), tokio::runtime::Handle::current(), site.edit("late", None));
    let left = std::sync::Mutex::new(times);
    Arc::new(move |parts: &[Bytes]| {
        let mut left = left.lock().unwrap();
        if *left > 0 {
            *left -= 1;
            let others = async {
                log.append(std::slice::from_ref(&late)).await?;
                log.compact(late.workspace, late.document, concatenate()).await
            };
            handle.block_on(others).map_err(|e| e.to_string())?;
        }
        Ok(Merged { update: parts.concat(), state_vector: Vec::new() })
    })
}

#[tokio::test]
async fn a_compaction_that_was_overtaken_changes_nothing_and_a_checkpoint_is_made_of_what_there_is_then() {
    let site = Site::new().await;
    site.append(&["one"]).await;
    let done = site.log.compact(site.key.workspace, site.document, overtaken(&site, 1)).await.unwrap();
    assert_eq!(done, Compaction::Busy);
    let stored = site.log.open(&site.key).await.unwrap();
    assert_eq!((stored.snapshot.as_deref(), stored.updates.len()), (Some(b"one late ".as_slice()), 0));
    // However often: in the end it keeps the others out.
    let merge = overtaken(&site, 3);
    let folded = site.log.checkpoint(site.key.workspace, site.document, MANUAL, merge, count_words()).await.unwrap();
    assert!(folded.checkpoint.is_some());
    assert_eq!(site.text().await, "one late late late late ");
    assert_eq!(site.history().await[0].region_count, 5);
}

#[tokio::test]
async fn a_checkpoint_that_cannot_be_compared_with_keeps_neither_the_log_from_being_compacted_nor_the_next_one_from_being_made() {
    let site = Site::new().await;
    let by_itself = Wanted { reason: CheckpointReason::Compaction, unless_within: Some(Duration::ZERO), ..MANUAL };
    let never: Compare = Arc::new(|_, _| Err("unreadable".into()));
    let not_with_the_one_before: Compare =
        Arc::new(|before, _| if before.is_some() { Err("unreadable".into()) } else { Ok(Counts::default()) });
    let fold = async |wanted, compare: &Compare| {
        site.append(&["word"]).await;
        site.log.checkpoint(site.key.workspace, site.document, wanted, concatenate(), compare.clone()).await
    };
    let folded = fold(by_itself, &never).await.unwrap();
    assert_eq!((folded.compaction, folded.checkpoint), (Compaction::Done { updates: 1, bytes: 5 }, None));
    assert!(matches!(fold(MANUAL, &never).await, Err(LogError::Merge(_))));
    for wanted in [MANUAL, by_itself] {
        assert!(fold(wanted, &not_with_the_one_before).await.unwrap().checkpoint.is_some());
    }
    assert_eq!((site.text().await.as_str(), site.history().await.len()), ("word word word word ", 2));
}

#[tokio::test]
async fn an_edit_is_not_given_up_because_a_grant_is_missing() {
    let site = Site::new().await;
    let mut owner = site.db.owner().await;
    owner.execute("REVOKE INSERT ON document_updates FROM tandem_journal").await.unwrap();
    let failed = site.log.append(&[site.edit("kept", None)]).await;
    assert!(matches!(failed, Err(LogError::Failed(_))), "{failed:?}");
    owner.execute("GRANT INSERT ON document_updates TO tandem_journal").await.unwrap();
    site.append(&["kept"]).await;
    assert_eq!(site.text().await, "kept ");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_compactors_at_once_beside_appends_lose_and_double_nothing() {
    let site = Arc::new(Site::new().await);
    let appended = Arc::new(AtomicBool::new(false));
    let appending = {
        let (site, appended) = (Arc::clone(&site), Arc::clone(&appended));
        tokio::spawn(async move {
            for n in 0..120 {
                site.append(&[&format!("w{n}")]).await;
            }
            appended.store(true, Ordering::Relaxed);
        })
    };
    // Two handles on two pools would be two nodes; the lock is the database's either way.
    let compacting: Vec<_> = (0..4)
        .map(|n| {
            let (site, appended) = (Arc::clone(&site), Arc::clone(&appended));
            tokio::spawn(async move {
                let mut done = 0;
                while !appended.load(Ordering::Relaxed) {
                    let folded = if n == 0 {
                        site.checkpoint(MANUAL).await.unwrap().compaction
                    } else {
                        site.log.compact(site.key.workspace, site.document, concatenate()).await.unwrap()
                    };
                    done += usize::from(matches!(folded, Compaction::Done { .. }));
                }
                done
            })
        })
        .collect();
    appending.await.unwrap();
    let mut done = 0;
    for compactor in compacting {
        done += compactor.await.unwrap();
    }
    assert!(done > 1, "they did meet");
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for word in site.text().await.split_whitespace() {
        *seen.entry(word.to_owned()).or_default() += 1;
    }
    assert_eq!(seen.len(), 120);
    assert!(seen.values().all(|count| *count == 1), "{seen:?}");
}

#[tokio::test]
async fn a_checkpoint_names_everybody_who_edited_since_the_one_before_each_once() {
    let site = Site::new().await;
    let (ann, bob, cyd) = (site.db.a.labeler, site.db.a.other_labeler, site.db.a.reviewer);
    site.log.append(&[site.edit("a", Some(ann)), site.edit("b", Some(bob)), site.edit("c", Some(ann))]).await.unwrap();
    site.log.compact(site.key.workspace, site.document, concatenate()).await.unwrap();
    site.log.append(&[site.edit("d", Some(cyd)), site.edit("e", None)]).await.unwrap();
    site.checkpoint(Wanted { by: Some(cyd), ..MANUAL }).await.unwrap();
    site.log.append(&[site.edit("f", Some(bob))]).await.unwrap();
    site.checkpoint(MANUAL).await.unwrap();
    site.checkpoint(MANUAL).await.unwrap();
    let history = site.history().await;
    let told: Vec<(Vec<UserId>, i32, i32)> = history.iter().map(|c| (c.authors.clone(), c.region_count, c.added)).collect();
    let mut all = vec![ann, bob, cyd];
    all.sort();
    assert_eq!(told, [(vec![], 6, 0), (vec![bob], 6, 1), (all, 5, 5)]);
    assert_eq!(history[2].made_by, Some(cyd));
    let mut tx = site.db.a.tenant().begin(&site.db.store).await.unwrap();
    let (first, payload) = history::get(&mut tx, site.key.task, history[2].id).await.unwrap();
    assert_eq!((first.reason, payload.as_ref()), (CheckpointReason::Manual, b"a b c d e ".as_slice()));
}

#[tokio::test]
async fn a_compaction_makes_a_checkpoint_only_when_the_newest_is_old() {
    let site = Site::new().await;
    let by_itself = |window| Wanted { reason: CheckpointReason::Compaction, by: None, unless_within: Some(window) };
    site.append(&["a"]).await;
    let early = site.checkpoint(by_itself(Duration::from_secs(3600))).await.unwrap();
    assert_eq!((early.compaction, early.checkpoint), (Compaction::Done { updates: 1, bytes: 2 }, None));
    site.append(&["b"]).await;
    let due = site.checkpoint(by_itself(Duration::ZERO)).await.unwrap();
    assert!(due.checkpoint.is_some());
    assert_eq!(site.history().await[0].reason, CheckpointReason::Compaction);
}

#[tokio::test]
async fn of_checkpoints_nobody_asked_for_the_newest_hundred_are_kept() {
    let site = Site::new().await;
    let by_itself = Wanted { reason: CheckpointReason::Compaction, by: None, unless_within: Some(Duration::ZERO) };
    site.append(&["a"]).await;
    site.checkpoint(MANUAL).await.unwrap();
    for _ in 0..103 {
        site.checkpoint(by_itself).await.unwrap();
    }
    let history = site.history().await;
    assert_eq!(history.len(), 101);
    assert_eq!(history[100].reason, CheckpointReason::Manual);
}

#[tokio::test]
async fn a_documents_history_is_bounded_in_bytes_and_what_nobody_asked_for_goes_first() {
    let mut site = Site::new().await;
    let config = StoreConfig { max_history: 50, ..site.db.config.clone() };
    site.log = PgLog::new(Store::connect(&config).await.unwrap());
    let by_itself = Wanted { reason: CheckpointReason::Compaction, by: None, unless_within: Some(Duration::ZERO) };
    // The document, and so each checkpoint of it, has ten bytes.
    site.append(&["123456789"]).await;
    let kept = async |site: &Site| site.history().await.into_iter().map(|checkpoint| checkpoint.reason.as_str()).collect::<Vec<_>>();
    for wanted in [MANUAL, by_itself, MANUAL, by_itself, by_itself] {
        site.checkpoint(wanted).await.unwrap();
    }
    assert_eq!(kept(&site).await.len(), 5);
    site.checkpoint(by_itself).await.unwrap();
    assert_eq!(
        kept(&site).await,
        ["compaction", "compaction", "compaction", "manual", "manual"],
        "the oldest that nobody asked for is gone"
    );
    for _ in 0..3 {
        site.checkpoint(MANUAL).await.unwrap();
    }
    assert_eq!(kept(&site).await, ["manual"; 5]);
    let first = site.history().await[4].id;
    site.checkpoint(MANUAL).await.unwrap();
    let history = site.history().await;
    assert!(history.len() == 5 && history.iter().all(|checkpoint| checkpoint.id != first), "then the oldest of people's");
    // One that is larger than all that may be kept is kept alone.
    site.append(&[&"x".repeat(100)]).await;
    site.checkpoint(by_itself).await.unwrap();
    assert_eq!(kept(&site).await, ["compaction"]);
}

#[tokio::test]
async fn history_comes_in_pages_and_another_tenant_sees_none_of_it() {
    let site = Site::new().await;
    site.append(&["a"]).await;
    for _ in 0..5 {
        site.checkpoint(MANUAL).await.unwrap();
    }
    let mut tx = site.db.a.tenant().begin(&site.db.store).await.unwrap();
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = history::list(&mut tx, site.key.task, Some("annotate"), after, 2).await.unwrap();
        seen.extend(page.items.iter().map(|c| c.id));
        let Some(cursor) = page.next_cursor else { break };
        after = Some(cursor.parse().unwrap());
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|a, b| a > b));
    let mut other = site.db.b.tenant().begin(&site.db.store).await.unwrap();
    assert!(history::list(&mut other, site.key.task, Some("annotate"), None, 50).await.unwrap().items.is_empty());
    assert!(history::get(&mut other, site.key.task, seen[0]).await.is_err());
}
