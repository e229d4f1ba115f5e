//! Who came and is not let in yet, because the document that they are to be compared with is not all here.

use tandem_protocol::ProjectRole;

use crate::room::{Author, Newcomer, Refused, Seat};

/// It is a matter of moments, and clients come again.
const MOST: usize = 16_384;

/// What somebody waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Until {
    /// The document is built of its bytes.
    Built,
    /// This question to the disk, counted from the first, is answered.
    Read(u64),
}

#[derive(Default)]
pub(super) struct Arrivals(Vec<(Until, Newcomer)>);

impl Arrivals {
    pub fn hold(&mut self, until: Until, newcomer: Newcomer) -> Result<(), Refused> {
        if self.0.len() >= MOST {
            return Err(Refused::overloaded());
        }
        self.0.push((until, newcomer));
        Ok(())
    }

    /// Those for whom it has come true, in the order in which they came.
    pub fn ready(&mut self, is_so: impl Fn(Until) -> bool) -> Vec<Newcomer> {
        self.0.extract_if(.., |(until, _)| is_so(*until)).map(|(_, newcomer)| newcomer).collect()
    }

    pub fn take(&mut self, seat: Seat) -> Option<Newcomer> {
        let index = self.0.iter().position(|(_, newcomer)| newcomer.seat == seat)?;
        Some(self.0.remove(index).1)
    }

    pub fn author(&self, seat: Seat) -> Option<Author> {
        self.0.iter().find(|(_, newcomer)| newcomer.seat == seat).map(|(_, newcomer)| newcomer.author())
    }

    pub fn all(&mut self) -> impl Iterator<Item = Newcomer> + use<> {
        std::mem::take(&mut self.0).into_iter().map(|(_, newcomer)| newcomer)
    }

    pub fn change_rights(&mut self, seat: Seat, role: ProjectRole, read_only: Option<&'static str>) {
        let of_seat = self.0.iter_mut().filter(|(_, newcomer)| newcomer.seat == seat);
        of_seat.for_each(|(_, newcomer)| newcomer.change_rights(role, read_only));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
