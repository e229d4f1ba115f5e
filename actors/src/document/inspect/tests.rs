use yrs::{Any, Doc, Map, OffsetKind, Options, ReadTxn, StateVector, Text, Transact, WriteTxn};

use super::*;

fn rich_document() -> Doc {
    let doc = Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::default() });
    let mut txn = doc.transact_mut();
    let map = txn.get_or_insert_map("regions");
    let inner = map.insert(&mut txn, "a", yrs::MapPrelim::default());
    inner.insert(&mut txn, "n", 3.5);
    inner.insert(&mut txn, "big", Any::from(1_i64 << 40));
    inner.insert(&mut txn, "list", Any::from_json(r#"[1,-2,null,true,{"x":"ü"},[["y"]]]"#).unwrap());
    inner.remove(&mut txn, "n");
    let text = txn.get_or_insert_text("t");
    text.insert(&mut txn, 0, "he😀llo");
    text.remove_range(&mut txn, 1, 2);
    drop(txn);
    doc
}

#[test]
fn what_yrs_writes_is_accepted_and_fits_an_empty_document() {
    let update = rich_document().transact().encode_state_as_update_v1(&StateVector::default());
    let inspected = inspect(&update, &["regions", "t", "r"]).unwrap();
    assert!(!inspected.is_empty());
    assert!(inspected.fits(|_| 0));
}

#[test]
fn the_empty_update_is_empty() {
    assert!(inspect(crate::document::EMPTY_UPDATE, &[]).unwrap().is_empty());
}

#[test]
fn an_edit_without_its_causes_does_not_fit() {
    let doc = rich_document();
    let before = doc.transact().state_vector();
    doc.get_or_insert_text("t").insert(&mut doc.transact_mut(), 0, "x");
    let update = doc.transact().encode_diff_v1(&before);
    let inspected = inspect(&update, &["regions", "t", "r"]).unwrap();
    assert!(!inspected.fits(|_| 0));
    assert!(inspected.fits(|client| before.get(&yrs::ClientID::new(client)).into()));
}

#[test]
fn deep_nesting_is_refused_before_anything_recurses() {
    // One client, one element: root "r", content "any", one value: 100,000 arrays in each other.
    let mut update = vec![1, 1, 1, 0, 8, 1, 1, b'r', 1];
    update.extend(std::iter::repeat_n([117, 1], 100_000).flatten());
    update.extend([126, 0]);
    assert_eq!(inspect(&update, &["regions", "t", "r"]).unwrap_err(), Refusal::TooDeep { limit: MAX_DEPTH });
}

#[test]
fn lengths_that_lie_are_refused_without_reserving_them() {
    let claims_4g_values = [1, 1, 1, 0, 8, 1, 1, b'r', 0xff, 0xff, 0xff, 0xff, 0x07];
    assert!(inspect(&claims_4g_values, &["r"]).is_err());
    assert!(inspect(&[0xff, 0xff, 0xff, 0xff, 0x0f], &[]).is_err());
}

proptest::proptest! {
    #[test]
    fn garbage_never_panics(bytes: Vec<u8>) {
        let _ = inspect(&bytes, &[]);
    }

    #[test]
    fn a_damaged_update_never_panics(at: proptest::sample::Index, byte: u8) {
        let mut update = rich_document().transact().encode_state_as_update_v1(&StateVector::default());
        let at = at.index(update.len());
        update[at] = byte;
        let _ = inspect(&update, &["regions", "t", "r"]);
    }
}

#[test]
fn what_lies_outside_the_documents_roots_is_refused_by_name() {
    let doc = Doc::new();
    doc.get_or_insert_map("elsewhere").insert(&mut doc.transact_mut(), "a", 1.0);
    let update = doc.transact().encode_state_as_update_v1(&StateVector::default());
    assert_eq!(inspect(&update, &["regions"]).unwrap_err(), Refusal::UnknownRoot("elsewhere".into()));
    assert!(inspect(&update, &["elsewhere"]).is_ok());
}

/// Maps in each other, `depth` of them, in one document.
fn nested(doc: &Doc, depth: usize) {
    let mut map = doc.get_or_insert_map("regions");
    let mut txn = doc.transact_mut();
    for _ in 0..depth {
        map = map.insert(&mut txn, "in", yrs::MapPrelim::default());
    }
}

#[test]
fn shared_types_in_each_other_are_counted_within_an_edit_and_on_top_of_what_it_builds_on() {
    let doc = Doc::new();
    nested(&doc, 3);
    let whole = doc.transact().encode_state_as_update_v1(&StateVector::default());
    assert_eq!(inspect(&whole, &["regions"]).unwrap().nesting(), Nesting { inside: 3, outside: 0 });
    let before = doc.transact().state_vector();
    {
        let mut txn = doc.transact_mut();
        let mut map: yrs::MapRef = txn.get_map("regions").unwrap();
        for _ in 0..3 {
            map = map.get(&txn, "in").unwrap().cast().unwrap();
        }
        map.insert(&mut txn, "more", yrs::MapPrelim::default()).insert(&mut txn, "and more", yrs::MapPrelim::default());
    }
    let edit = doc.transact().encode_diff_v1(&before);
    let nesting = inspect(&edit, &["regions"]).unwrap().nesting();
    assert_eq!(nesting, Nesting { inside: 0, outside: 2 });
    assert_eq!(nesting.on_top_of(3), 5);
}

#[test]
fn elements_that_hold_each_other_are_refused() {
    // Client 1 puts a map into client 2's map, and client 2 into client 1's.
    let update = [2, 1, 2, 0, 7, 0, 1, 0, 1, 1, 1, 0, 7, 0, 2, 0, 1, 0];
    assert!(matches!(inspect(&update, &[]), Err(Refusal::Malformed(_))));
}
