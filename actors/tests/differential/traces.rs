//! What people really typed (`G_crdt` of the shared data), played by yjs, taken by our live document edit by edit, compacted, and
//! read back by yjs; and the other way round.

use std::path::PathBuf;

use bytes::Bytes;
use serde_json::{Value, json};
use tandem_actors::document::{Limits, LiveDoc, decode_state_vector, merge};
use yrs::{GetString, Map, Out, ReadTxn, StateVector, Text, Transact};

use crate::node::{Yjs, bytes};

/// Transactions of a trace that are played, unless `TANDEM_TRACES=whole`.
const PART: usize = 6_000;

fn data(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("TANDEM_SHARED_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data/dev")), PathBuf::from);
    let path = folder.join("G_crdt").join(file);
    if path.exists() {
        return Some(path);
    }
    println!("NOT RUN: {} is not there; set TANDEM_SHARED_DATA to the folder that has G_crdt", path.display());
    None
}

fn part() -> usize {
    if std::env::var_os("TANDEM_TRACES").is_some_and(|how| how == "whole") { usize::MAX >> 12 } else { PART }
}

fn text_of(doc: &LiveDoc) -> String {
    let root = doc.doc().get_or_insert_map("regions");
    let txn = doc.doc().transact();
    match root.get(&txn, "t") {
        Some(Out::YText(text)) => text.get_string(&txn),
        other => panic!("a text, not {other:?}"),
    }
}

/// yjs plays, our document takes.
fn take(yjs: &mut Yjs, played: &Value) {
    let updates: Vec<Bytes> = played["updates"].as_array().unwrap().iter().filter_map(Value::as_str).map(|u| bytes(u).into()).collect();
    let content = played["content"].as_str().unwrap();
    if played["whole"] == true {
        assert_eq!(content, played["endContent"].as_str().unwrap(), "yjs plays the trace to its published end");
    }
    let mut live = LiveDoc::empty(Limits::default());
    let mut half = StateVector::default();
    for (index, update) in updates.iter().enumerate() {
        live.apply(update).unwrap_or_else(|error| panic!("edit {index}: {error}"));
        if index == updates.len() / 2 {
            half = decode_state_vector(&live.state_vector()).unwrap();
        }
    }
    assert_eq!(text_of(&live), content);
    let merged: Bytes = merge(&updates).unwrap().update.into();
    let reopened = LiveDoc::load(std::slice::from_ref(&merged), Limits::default()).unwrap();
    assert_eq!(text_of(&reopened), content, "compacted");
    assert_eq!(reopened.state_vector().len(), live.state_vector().len());
    // Who has half of it gets the other half; who has nothing, the snapshot.
    for (id, parts) in [("half", vec![first_half(&updates), live.diff(&half)]), ("snapshot", vec![merged.to_vec()])] {
        yjs.open(id, 99);
        for part in &parts {
            yjs.apply(id, part);
        }
        assert_eq!(yjs.json(id)["t"], json!(content), "{id}");
        assert_eq!(decode_state_vector(&yjs.vector(id)), decode_state_vector(&live.state_vector()), "{id}");
    }
}

fn first_half(updates: &[Bytes]) -> Vec<u8> {
    merge(&updates[..=updates.len() / 2]).unwrap().update
}

#[test]
fn what_one_person_typed() {
    let mut yjs = Yjs::start();
    for (file, batch) in [("sveltecomponent", 1), ("rustcode", 10), ("friendsforever_flat", 10), ("automerge-paper", 100)] {
        let Some(path) = data(&format!("sequential_traces/{file}.json.gz")) else { return };
        let played = yjs.ask(&json!(["sequential", path, part(), batch]));
        take(&mut yjs, &played);
    }
}

#[test]
fn what_two_people_typed_at_once() {
    let mut yjs = Yjs::start();
    let Some(path) = data("concurrent_traces/friendsforever.json.gz") else { return };
    let played = yjs.ask(&json!(["concurrent", path, part()]));
    take(&mut yjs, &played);
}

#[test]
fn a_document_that_yjs_stored() {
    let mut yjs = Yjs::start();
    let Some(path) = data("yjs/b4-update.bin") else { return };
    let update = std::fs::read(path).unwrap();
    yjs.open("stored", 1);
    yjs.apply("stored", &update);
    let live = LiveDoc::load(&[update.into()], Limits::default()).unwrap();
    let text = live.doc().get_or_insert_text("text").get_string(&live.doc().transact());
    assert_eq!(yjs.ask(&json!(["text", "stored", "text"])), json!(text));
    assert!(text.len() > 100_000, "the paper is in it");
    yjs.open("again", 2);
    yjs.apply("again", &live.diff(&StateVector::default()));
    assert_eq!(yjs.ask(&json!(["text", "again", "text"])), json!(text));
    assert_eq!(decode_state_vector(&yjs.vector("again")), decode_state_vector(&live.state_vector()));
}

/// yrs plays, yjs takes.
#[test]
fn what_our_side_writes_is_read_by_yjs() {
    let mut yjs = Yjs::start();
    let Some(path) = data("yjs/b4-update.bin") else { return };
    let stored = LiveDoc::load(&[std::fs::read(path).unwrap().into()], Limits::default()).unwrap();
    let typed: Vec<char> = stored.doc().get_or_insert_text("text").get_string(&stored.doc().transact()).chars().take(part()).collect();
    let doc = crate::new_doc(5);
    let root = doc.get_or_insert_map("regions");
    let text = root.insert(&mut doc.transact_mut(), "t", yrs::TextPrelim::new(""));
    yjs.open("reader", 6);
    yjs.apply("reader", &doc.transact().encode_state_as_update_v1(&StateVector::default()));
    for (index, characters) in typed.chunks(40).enumerate() {
        let mut txn = doc.transact_mut();
        // Not only at the end, and not only insertions.
        let at = (index as u32 * 7919) % (text.len(&txn) + 1);
        text.insert(&mut txn, at, &characters.iter().collect::<String>());
        if index % 3 == 0 {
            text.remove_range(&mut txn, at / 2, 3);
        }
        txn.commit();
        let update = txn.encode_update_v1();
        drop(txn);
        yjs.apply("reader", &update);
    }
    assert_eq!(yjs.json("reader")["t"], json!(text.get_string(&doc.transact())));
}
