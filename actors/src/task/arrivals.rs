//! Who came and is not let in yet, because the document that they are to be compared with is not all here.

use tandem_protocol::ProjectRole;

use crate::{
    config::RoomConfig,
    room::{Author, Newcomer, Refused, Seat},
};

/// What somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// The document is built of its bytes.
    Built,
    /// This question to the disk, counted from the first, is answered.
    Read(u64),
}

pub(super) struct Arrivals {
    waiting: Vec<(Until, Newcomer)>,
    max: usize,
}

impl Arrivals {
    pub fn new(config: &RoomConfig) -> Self {
        Self { waiting: Vec::new(), max: config.max_arrivals }
    }

    pub fn hold(&mut self, until: Until, newcomer: Newcomer) -> Result<(), Refused> {
        if self.waiting.len() >= self.max {
            return Err(Refused::too_much("too many wait for the document", "max_arrivals"));
        }
        self.waiting.push((until, newcomer));
        Ok(())
    }

    /// Those for whom it has come true, in the order in which they came.
    pub fn ready(&mut self, is_so: impl Fn(Until) -> bool) -> Vec<Newcomer> {
        self.waiting.extract_if(.., |(until, _)| is_so(*until)).map(|(_, newcomer)| newcomer).collect()
    }

    pub fn take(&mut self, seat: Seat) -> Option<Newcomer> {
        let index = self.waiting.iter().position(|(_, newcomer)| newcomer.seat == seat)?;
        Some(self.waiting.remove(index).1)
    }

    pub fn author(&self, seat: Seat) -> Option<Author> {
        self.waiting.iter().find(|(_, newcomer)| newcomer.seat == seat).map(|(_, newcomer)| newcomer.author())
    }

    pub fn all(&mut self) -> impl Iterator<Item = Newcomer> + use<> {
        std::mem::take(&mut self.waiting).into_iter().map(|(_, newcomer)| newcomer)
    }

    pub fn change_rights(&mut self, seat: Seat, role: ProjectRole, read_only: Option<&'static str>) {
        let of_seat = self.waiting.iter_mut().filter(|(_, newcomer)| newcomer.seat == seat);
        of_seat.for_each(|(_, newcomer)| newcomer.change_rights(role, read_only));
    }

    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}
