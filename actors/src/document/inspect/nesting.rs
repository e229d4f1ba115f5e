//! How deep shared types lie in each other.
//!
//! yrs and Yjs delete a type by deleting what lies in it, one inside the other: deep enough, that ends the process, ours or every
//! reader's browser. Depth can be built up edit by edit, each of them harmless to look at. An element does not say how deep it
//! lies, only beside or in what; so depth is counted exactly within an update, and from the deepest type of the document
//! where the update leaves off.

use std::collections::HashMap;

use super::Refusal;

type Id = (u64, u64);

/// Where an element lies.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Root,
    In(Id),
    /// In the same type as this one.
    Beside(Id),
}

/// How deep the types of an update lie; 0: there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Nesting {
    /// Counted from a root.
    pub inside: usize,
    /// Counted from somewhere in the document the update is for.
    pub outside: usize,
}

impl Nesting {
    /// An upper bound of the depth of a document whose deepest type lies at `deepest`.
    #[must_use]
    pub fn on_top_of(self, deepest: usize) -> usize {
        let outside = if self.outside == 0 { 0 } else { deepest + self.outside };
        self.inside.max(outside)
    }
}

#[derive(Clone, Copy)]
struct Depth {
    outside: bool,
    levels: usize,
}

#[derive(Clone, Copy)]
enum State {
    New,
    /// Its own depth depends on one whose depth depends on it.
    Open,
    Known(Depth),
}

struct Element {
    /// One past its last number.
    end: u64,
    place: Place,
    is_type: bool,
    state: State,
}

/// Every element of an update.
#[derive(Default)]
pub(super) struct Places {
    elements: Vec<Element>,
    /// Of each client in the order of their numbers: the first number of each element.
    runs: Vec<Vec<(u64, usize)>>,
    by_client: HashMap<u64, usize>,
    /// The client of the last run: it is asked for with almost every element, the others are looked up.
    newest: u64,
    has_types: bool,
}

impl Places {
    pub fn add(&mut self, (client, clock): Id, length: u64, place: Place, is_type: bool) {
        let run = self.run(client).unwrap_or_else(|| {
            self.by_client.insert(client, self.runs.len());
            self.newest = client;
            self.runs.push(Vec::new());
            self.runs.len() - 1
        });
        self.runs[run].push((clock, self.elements.len()));
        self.elements.push(Element { end: clock + length, place, is_type, state: State::New });
        self.has_types |= is_type;
    }

    pub fn nesting(mut self) -> Result<Nesting, Refusal> {
        let mut nesting = Nesting::default();
        if !self.has_types {
            return Ok(nesting);
        }
        for index in 0..self.elements.len() {
            if self.elements[index].is_type {
                let depth = self.depth(index)?;
                let deepest = if depth.outside { &mut nesting.outside } else { &mut nesting.inside };
                *deepest = depth.levels.max(*deepest);
            }
        }
        Ok(nesting)
    }

    fn run(&self, client: u64) -> Option<usize> {
        if client == self.newest {
            return self.runs.len().checked_sub(1);
        }
        self.by_client.get(&client).copied()
    }

    /// The element with this number, unless the document is to have it already.
    fn find(&self, (client, clock): Id) -> Option<usize> {
        let of_client = &self.runs[self.run(client)?];
        let after = of_client.partition_point(|(first, _)| *first <= clock);
        let (_, index) = of_client[after.checked_sub(1)?];
        (clock < self.elements[index].end).then_some(index)
    }

    /// Without recursion: this is what it is about.
    fn depth(&mut self, index: usize) -> Result<Depth, Refusal> {
        let mut open = vec![index];
        while let Some(&index) = open.last() {
            match self.step(index) {
                Ok(depth) => {
                    self.elements[index].state = State::Known(depth);
                    open.pop();
                }
                Err(first) if matches!(self.elements[first].state, State::Open) => {
                    return Err(Refusal::Malformed("elements that hold each other"));
                }
                Err(first) => {
                    self.elements[index].state = State::Open;
                    open.push(first);
                }
            }
        }
        match self.elements[index].state {
            State::Known(depth) => Ok(depth),
            State::New | State::Open => Err(Refusal::Malformed("elements that hold each other")),
        }
    }

    /// An element's depth, or which one must be known first.
    fn step(&self, index: usize) -> Result<Depth, usize> {
        let (id, deeper) = match self.elements[index].place {
            Place::Root => return Ok(Depth { outside: false, levels: 1 }),
            Place::In(id) => (id, 1),
            Place::Beside(id) => (id, 0),
        };
        // Whatever the document has lies at most one below its deepest type, and so does what is put beside it or in it.
        let Some(other) = self.find(id) else { return Ok(Depth { outside: true, levels: 1 }) };
        match self.elements[other].state {
            State::Known(depth) => Ok(Depth { levels: depth.levels + deeper, ..depth }),
            State::New | State::Open => Err(other),
        }
    }
}
