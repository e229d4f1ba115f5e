//! What every [`DocumentLog`] promises. Run over each implementation; the merge function here just concatenates, so that the
//! order and the completeness of what it was given can be read back.

use std::sync::Arc;

use bytes::Bytes;

use super::{Compaction, DocumentKey, DocumentLog, LogError, Merge, Merged, NewUpdate, StoredDocument};

fn concatenate() -> Merge {
    Arc::new(|parts: &[Bytes]| Ok(Merged { update: parts.concat(), state_vector: parts.len().to_string().into() }))
}

fn edit(key: &DocumentKey, document: &StoredDocument, payload: &'static [u8]) -> NewUpdate {
    NewUpdate { document: document.id, workspace: key.workspace, author: None, payload: Bytes::from_static(payload) }
}

async fn tail(log: &impl DocumentLog, key: &DocumentKey) -> Vec<Bytes> {
    log.open(key).await.unwrap().updates
}

/// Run all rules; `fresh` makes the key of a document that does not exist yet.
pub async fn check<L: DocumentLog>(log: &L, fresh: impl AsyncFn() -> DocumentKey) {
    opening_twice_gives_one_document(log, &fresh().await).await;
    what_was_appended_is_there_in_order(log, &fresh().await).await;
    one_batch_may_hold_many_documents(log, &fresh().await, &fresh().await).await;
    a_batch_with_an_unknown_document_is_refused_whole(log, &fresh().await).await;
    another_tenants_document_is_refused(log, &fresh().await, &fresh().await).await;
    compaction_keeps_everything_and_empties_the_tail(log, &fresh().await).await;
    a_merge_that_fails_changes_nothing(log, &fresh().await).await;
    an_empty_batch_is_kept_trivially(log).await;
    what_was_not_seen_can_be_asked_for(log, &fresh().await).await;
}

async fn opening_twice_gives_one_document(log: &impl DocumentLog, key: &DocumentKey) {
    let (first, second) = (log.open(key).await.unwrap(), log.open(key).await.unwrap());
    assert_eq!((first.id, first.lineage), (second.id, second.lineage));
    assert!(first.snapshot.is_none() && first.updates.is_empty());
}

async fn what_was_appended_is_there_in_order(log: &impl DocumentLog, key: &DocumentKey) {
    let document = log.open(key).await.unwrap();
    log.append(&[edit(key, &document, b"a"), edit(key, &document, b"b")]).await.unwrap();
    log.append(&[edit(key, &document, b"c")]).await.unwrap();
    assert_eq!(tail(log, key).await, ["a", "b", "c"]);
}

async fn one_batch_may_hold_many_documents(log: &impl DocumentLog, one: &DocumentKey, two: &DocumentKey) {
    let (first, second) = (log.open(one).await.unwrap(), log.open(two).await.unwrap());
    log.append(&[edit(one, &first, b"1"), edit(two, &second, b"2"), edit(one, &first, b"3")]).await.unwrap();
    assert_eq!(tail(log, one).await, ["1", "3"]);
    assert_eq!(tail(log, two).await, ["2"]);
}

async fn a_batch_with_an_unknown_document_is_refused_whole(log: &impl DocumentLog, key: &DocumentKey) {
    let document = log.open(key).await.unwrap();
    let mut stray = edit(key, &document, b"x");
    stray.document = tandem_protocol::DocumentId::new();
    let refused = log.append(&[edit(key, &document, b"y"), stray]).await;
    assert!(matches!(refused, Err(LogError::Refused(_))), "{refused:?}");
    assert!(tail(log, key).await.is_empty());
}

async fn another_tenants_document_is_refused(log: &impl DocumentLog, mine: &DocumentKey, other: &DocumentKey) {
    let document = log.open(mine).await.unwrap();
    let mut forged = edit(mine, &document, b"x");
    forged.workspace = other.workspace;
    if mine.workspace == other.workspace {
        forged.workspace = tandem_protocol::WorkspaceId::new();
    }
    let refused = log.append(&[forged]).await;
    assert!(matches!(refused, Err(LogError::Refused(_))), "{refused:?}");
    assert!(tail(log, mine).await.is_empty());
}

async fn compaction_keeps_everything_and_empties_the_tail(log: &impl DocumentLog, key: &DocumentKey) {
    let document = log.open(key).await.unwrap();
    assert_eq!(log.compact(key.workspace, document.id, concatenate()).await.unwrap(), Compaction::Nothing);
    log.append(&[edit(key, &document, b"a"), edit(key, &document, b"b")]).await.unwrap();
    let done = log.compact(key.workspace, document.id, concatenate()).await.unwrap();
    assert_eq!(done, Compaction::Done { updates: 2, bytes: 2 });
    log.append(&[edit(key, &document, b"c")]).await.unwrap();
    let stored = log.open(key).await.unwrap();
    assert_eq!((stored.snapshot.as_deref(), stored.state_vector.as_deref()), (Some(b"ab".as_slice()), Some(b"2".as_slice())));
    assert_eq!(stored.updates, ["c"]);
    assert_eq!((stored.id, stored.lineage), (document.id, document.lineage));
    log.compact(key.workspace, document.id, concatenate()).await.unwrap();
    assert_eq!(log.open(key).await.unwrap().snapshot.as_deref(), Some(b"abc".as_slice()));
}

/// At least that: a log may say more.
async fn what_was_not_seen_can_be_asked_for(log: &impl DocumentLog, key: &DocumentKey) {
    let document = log.open(key).await.unwrap();
    log.append(&[edit(key, &document, b"a"), edit(key, &document, b"b")]).await.unwrap();
    let seen = log.open(key).await.unwrap().seen;
    log.append(&[edit(key, &document, b"c")]).await.unwrap();
    let changes = log.changes(key, &seen).await.unwrap();
    assert_eq!(changes.updates.last().unwrap(), "c");
    log.append(&[edit(key, &document, b"d")]).await.unwrap();
    log.compact(key.workspace, document.id, concatenate()).await.unwrap();
    let after = log.changes(key, &changes.seen).await.unwrap();
    assert_eq!((after.snapshot.as_deref(), after.updates.len()), (Some(b"abcd".as_slice()), 0));
    let again = log.changes(key, &after.seen).await.unwrap();
    assert!(again.snapshot.is_none() || after.seen == Default::default());
}

async fn a_merge_that_fails_changes_nothing(log: &impl DocumentLog, key: &DocumentKey) {
    let document = log.open(key).await.unwrap();
    log.append(&[edit(key, &document, b"a")]).await.unwrap();
    let failed = log.compact(key.workspace, document.id, Arc::new(|_: &[Bytes]| Err("no".into()))).await;
    assert!(matches!(failed, Err(LogError::Merge(_))), "{failed:?}");
    assert_eq!(tail(log, key).await, ["a"]);
}

async fn an_empty_batch_is_kept_trivially(log: &impl DocumentLog) {
    log.append(&[]).await.unwrap();
}
