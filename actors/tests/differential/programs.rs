//! Random programs over nested maps, arrays and texts: some authors are yjs, some are yrs, and our live document stands between them.

use bytes::Bytes;
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use tandem_actors::document::{Applied, ApplyError, Limits, LiveDoc, decode_state_vector, join_updates, merge};
use yrs::{
    Any, Array, ArrayPrelim, ArrayRef, Doc, GetString, In, Map, MapPrelim, MapRef, Out, StateVector, Text, TextPrelim, Transact,
    TransactionMut,
};

use crate::{node::Yjs, same};

#[derive(Clone, Debug)]
enum Step {
    Edit {
        author: usize,
        numbers: Vec<u32>,
    },
    /// The server hears of everything an author made so far.
    Up {
        author: usize,
    },
    /// An author hears of everything the server has.
    Down {
        author: usize,
    },
}

/// The first two are yjs, the others yrs.
const AUTHORS: usize = 4;

fn program() -> impl Strategy<Value = Vec<Step>> {
    let author = 0..AUTHORS;
    let step = prop_oneof![
        6 => (author.clone(), prop::collection::vec(0u32..10_000, 12)).prop_map(|(author, numbers)| Step::Edit { author, numbers }),
        2 => author.clone().prop_map(|author| Step::Up { author }),
        2 => author.prop_map(|author| Step::Down { author }),
    ];
    prop::collection::vec(step, 1..60)
}

struct Authors<'a> {
    yjs: &'a mut Yjs,
    yrs: Vec<Doc>,
    /// What the server has not heard of, oldest first.
    made: Vec<Vec<Vec<u8>>>,
    server: LiveDoc,
    log: Vec<Bytes>,
}

fn name(author: usize) -> String {
    format!("author {author}")
}

impl<'a> Authors<'a> {
    fn new(yjs: &'a mut Yjs) -> Self {
        for author in 0..2 {
            yjs.open(&name(author), 10 + author as u64);
        }
        let yrs = (2..AUTHORS).map(|author| crate::new_doc(10 + author as u64)).collect();
        Self { yjs, yrs, made: vec![Vec::new(); AUTHORS], server: LiveDoc::empty(Limits::default()), log: Vec::new() }
    }

    fn edit(&mut self, author: usize, numbers: &[u32]) {
        let update = match author.checked_sub(2) {
            None => self.yjs.edit(&name(author), numbers),
            Some(index) => edit(&self.yrs[index], numbers),
        };
        self.made[author].extend(update);
    }

    fn up(&mut self, author: usize) {
        for update in std::mem::take(&mut self.made[author]) {
            match self.server.apply(&update) {
                Ok(Applied::Changed) => self.log.push(update.into()),
                Ok(Applied::Known) => {}
                Err(error @ (ApplyError::Refused(_) | ApplyError::Broken(_))) => panic!("the server takes what {author} made: {error}"),
            }
        }
    }

    fn down(&mut self, author: usize) {
        let vector = match author.checked_sub(2) {
            None => self.yjs.vector(&name(author)),
            Some(index) => vector_of(&self.yrs[index]),
        };
        let diff = self.server.diff(&decode_state_vector(&vector).unwrap());
        self.take(author, &diff);
    }

    fn take(&mut self, author: usize, update: &[u8]) {
        match author.checked_sub(2) {
            None => self.yjs.apply(&name(author), update),
            Some(index) => crate::apply(&self.yrs[index], update),
        }
    }

    /// Everybody knows everything.
    fn settle(&mut self) {
        (0..AUTHORS).for_each(|author| self.up(author));
        (0..AUTHORS).for_each(|author| self.down(author));
    }

    fn check(&mut self) {
        let truth = self.yjs.json(&name(0));
        let vector = decode_state_vector(&self.yjs.vector(&name(0))).unwrap();
        let yjs_second = self.yjs.json(&name(1));
        same(&truth, &yjs_second, "two copies of yjs");
        same(&truth, &crate::json(self.server.doc()), "yjs and the server");
        assert_eq!(decode_state_vector(&self.server.state_vector()).unwrap(), vector);
        for doc in &self.yrs {
            same(&truth, &crate::json(doc), "yjs and a copy of yrs");
            assert_eq!(decode_state_vector(&vector_of(doc)).unwrap(), vector);
        }
        self.check_compaction(&truth, &vector);
    }

    /// What our compaction writes, what our fan-out joins and what yjs merges are the same document, to both.
    fn check_compaction(&mut self, truth: &serde_json::Value, vector: &StateVector) {
        let parts: Vec<&[u8]> = self.log.iter().map(Bytes::as_ref).collect();
        let joined = join_updates(&parts).expect("edits that were applied can be joined");
        let merged = merge(&self.log).unwrap().update;
        let merged_by_yjs = self.yjs.merge(&self.log.iter().map(|update| update.to_vec()).collect::<Vec<_>>());
        let whole_of_yjs = self.yjs.diff(&name(0), None);
        for (what, bytes) in [("joined", joined), ("compacted", merged), ("merged by yjs", merged_by_yjs), ("whole of yjs", whole_of_yjs)] {
            let loaded = LiveDoc::load(&[bytes.clone().into()], Limits::default()).unwrap();
            same(truth, &crate::json(loaded.doc()), &format!("{what}, read by us"));
            assert_eq!(&decode_state_vector(&loaded.state_vector()).unwrap(), vector, "{what}");
            let id = format!("reads what was {what}");
            self.yjs.open(&id, 99);
            self.yjs.apply(&id, &bytes);
            same(truth, &self.yjs.json(&id), &format!("{what}, read by yjs"));
            assert_eq!(&decode_state_vector(&self.yjs.vector(&id)).unwrap(), vector, "{what}");
        }
    }
}

fn play(yjs: &mut Yjs, steps: &[Step]) {
    let mut authors = Authors::new(yjs);
    for step in steps {
        match step {
            Step::Edit { author, numbers } => authors.edit(*author, numbers),
            Step::Up { author } => authors.up(*author),
            Step::Down { author } => authors.down(*author),
        }
    }
    authors.settle();
    authors.check();
}

#[test]
fn yjs_and_our_documents_agree_after_any_program() {
    let yjs = std::cell::RefCell::new(Yjs::start());
    let cases = std::env::var_os("TANDEM_PROGRAMS").and_then(|n| n.into_string().ok()?.parse().ok()).unwrap_or(150);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let played = runner.run(&program(), |steps| {
        play(&mut yjs.borrow_mut(), &steps);
        Ok(())
    });
    if let Err(error) = played {
        panic!("{error}");
    }
}

#[test]
#[should_panic(expected = "two copies of yjs")]
fn a_difference_would_be_noticed() {
    let mut yjs = Yjs::start();
    let mut authors = Authors::new(&mut yjs);
    authors.edit(0, &[1, 1, 1, 1]);
    authors.check();
}

fn vector_of(doc: &Doc) -> Vec<u8> {
    yrs::updates::encoder::Encode::encode_v1(&yrs::ReadTxn::state_vector(&doc.transact()))
}

// --- the same edits as `peer.mjs` makes ---

struct Numbers<'a>(&'a [u32], usize);

impl Numbers<'_> {
    fn next(&mut self, bound: usize) -> usize {
        self.1 += 1;
        self.0[(self.1 - 1) % self.0.len()] as usize % bound
    }

    fn value(&mut self) -> In {
        if self.next(3) == 0 {
            return match self.next(3) {
                0 => In::from(MapPrelim::default()),
                1 => In::from(ArrayPrelim::default()),
                _ => In::from(TextPrelim::new("a😀b")),
            };
        }
        let any = match self.next(6) {
            0 => Any::from(self.next(100) as u32),
            1 => Any::from(self.next(1000) as f64 + 0.5),
            2 => Any::Null,
            3 => Any::from(true),
            4 => Any::from(format!("s{}", self.next(50))),
            _ => Any::from_json(r#"{"a":[1,{"b":"ü😀"}]}"#).unwrap(),
        };
        In::Any(any)
    }
}

enum Place {
    Map(MapRef),
    Array(ArrayRef),
    Text(yrs::TextRef),
}

fn place(value: Option<Out>) -> Option<Place> {
    match value? {
        Out::YMap(map) => Some(Place::Map(map)),
        Out::YArray(array) => Some(Place::Array(array)),
        Out::YText(text) => Some(Place::Text(text)),
        _ => None,
    }
}

fn edit(doc: &Doc, numbers: &[u32]) -> Option<Vec<u8>> {
    let root = doc.get_or_insert_map("regions");
    let mut txn = doc.transact_mut();
    edit_at(Place::Map(root), &mut Numbers(numbers, 0), &mut txn);
    txn.commit();
    txn.has_changes().then(|| txn.encode_update_v1())
}

fn edit_at(mut here: Place, numbers: &mut Numbers<'_>, txn: &mut TransactionMut<'_>) {
    loop {
        here = match here {
            Place::Map(map) => {
                let key = format!("k{}", numbers.next(4));
                match place(map.get(txn, &key)) {
                    Some(inside) if numbers.next(4) > 0 => inside,
                    _ if numbers.next(5) == 0 => {
                        map.remove(txn, &key);
                        return;
                    }
                    _ => {
                        map.insert(txn, key, numbers.value());
                        return;
                    }
                }
            }
            Place::Array(array) => {
                let length = array.len(txn);
                let index = if length == 0 { 0 } else { numbers.next(length as usize) as u32 };
                match place(array.get(txn, index)) {
                    Some(inside) if numbers.next(3) > 0 => inside,
                    _ if length > 0 && numbers.next(3) == 0 => return array.remove(txn, index),
                    _ => {
                        array.insert(txn, index, numbers.value());
                        return;
                    }
                }
            }
            Place::Text(text) => return edit_text(&text, numbers, txn),
        };
    }
}

fn edit_text(text: &yrs::TextRef, numbers: &mut Numbers<'_>, txn: &mut TransactionMut<'_>) {
    let characters: Vec<char> = text.get_string(txn).chars().collect();
    let index = numbers.next(characters.len() + 1);
    let offset: usize = characters[..index].iter().map(|c| c.len_utf16()).sum();
    match characters.get(index) {
        Some(here) if numbers.next(3) == 0 => text.remove_range(txn, offset as u32, here.len_utf16() as u32),
        _ => text.insert(txn, offset as u32, ["x", "yz", "é", "😀"][numbers.next(4)]),
    }
}
