//! Edits: whose they are, what they lead to, and how they meet the document, here or on a thread of its own.

use bytes::Bytes;
use tandem_protocol::UserId;

use super::{Refused, Room, Seat};
use crate::{
    document::{Amendment, Applied, ApplyError, LiveDoc},
    mutant::mutant,
};

/// How the document took an edit; refused: its author may not edit.
type Judged = Result<Result<Applied, ApplyError>, Refused>;

/// Whose edit it is, by their rights of the moment in which it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    pub user: UserId,
    pub read_only: Option<&'static str>,
}

impl Author {
    /// Why not, if so. Stock clients answer our question for what we lack whether they may edit or not: what is known already is no edit.
    #[must_use]
    pub fn may_not_edit(self) -> Option<&'static str> {
        self.read_only.filter(|_| !mutant("let-readers-write"))
    }

    /// An edit of theirs meets the document, wherever that is.
    ///
    /// # Errors
    /// They may not edit it, and this would.
    pub fn edits(self, doc: &mut LiveDoc, bytes: &[u8]) -> Judged {
        match self.may_not_edit() {
            Some(reason) => known(Some(doc), bytes, reason),
            None => Ok(doc.apply(bytes)),
        }
    }
}

/// Of somebody who may not edit: what is in the document already does no harm.
fn known(doc: Option<&LiveDoc>, bytes: &[u8], reason: &'static str) -> Judged {
    doc.is_some_and(|doc| doc.has(bytes)).then_some(Ok(Applied::Known)).ok_or(Refused::read_only(reason))
}

/// What an edit led to.
#[derive(Debug)]
pub enum Edited {
    /// New content: to be kept.
    Keep(Bytes, UserId),
    /// Nothing new, but what it repeats may not be on disk yet.
    Repeat(UserId),
    Refused(Refused),
    /// The document cannot be trusted any more.
    Broken(String),
}

impl Room {
    /// None: not a member.
    #[must_use]
    pub fn author(&self, seat: Seat) -> Option<Author> {
        self.members.get(&seat).map(|member| Author { user: member.user.id, read_only: member.read_only })
    }

    /// Its author may have left meanwhile.
    pub fn edit(&mut self, seat: Seat, by: Author, bytes: &Bytes) -> Edited {
        let judged = match by.may_not_edit() {
            Some(reason) => known(self.kept.doc(), bytes, reason),
            None => self.kept.apply(bytes).ok_or_else(Refused::unavailable),
        };
        self.edited(seat, by, bytes, judged)
    }

    /// The document, to take an edit of theirs elsewhere: it comes back by `give_back`. None: it is away, or not built.
    pub fn lend(&mut self) -> Option<LiveDoc> {
        self.kept.lend()
    }

    /// The document with the edit it was lent for.
    pub fn give_back(&mut self, doc: LiveDoc, seat: Seat, by: Author, bytes: &Bytes, judged: Judged) -> Edited {
        self.kept.give_back(doc, judged.as_ref().unwrap_or(&Ok(Applied::Known)));
        self.edited(seat, by, bytes, judged)
    }

    fn edited(&mut self, seat: Seat, by: Author, bytes: &Bytes, judged: Judged) -> Edited {
        let author = by.user;
        let judged = match judged {
            Ok(judged) => judged,
            Err(why) => {
                self.refused += 1;
                return Edited::Refused(why);
            }
        };
        match judged {
            Ok(Applied::Changed) => {
                if let Some(member) = self.members.get(&seat) {
                    member.touch();
                }
                self.edits.push((seat, bytes.clone()));
                Edited::Keep(bytes.clone(), author)
            }
            Ok(Applied::Known) => Edited::Repeat(author),
            Err(ApplyError::Refused(refusal)) => {
                self.refused += 1;
                Edited::Refused(Refused::from(&refusal))
            }
            Err(ApplyError::Broken(why)) => Edited::Broken(why),
        }
    }

    /// An edit of another node, on disk already.
    pub fn hear_edit(&mut self, bytes: &Bytes) -> Result<Applied, ApplyError> {
        let Some(applied) = self.kept.apply(bytes) else { return Ok(Applied::Known) };
        if matches!(applied, Ok(Applied::Changed)) {
            self.edits.push((Seat::nobody(), bytes.clone()));
        }
        applied
    }

    /// What lies on the disk, whole; what of it is new here goes round.
    pub fn hear_snapshot(&mut self, bytes: &Bytes) -> Result<(), String> {
        let Some(doc) = self.kept.doc_mut() else { return Ok(()) };
        if let Some(new) = doc.absorb(bytes)? {
            self.edits.push((Seat::nobody(), new.into()));
        }
        Ok(())
    }

    /// An edit of the house: by none of the seats, for all of them. None: nothing changed.
    pub fn amend(&mut self, with: &Amendment) -> Option<Bytes> {
        let update = Bytes::from(self.kept.doc_mut()?.amend(with)?);
        self.edits.push((Seat::nobody(), update.clone()));
        Some(update)
    }

    /// Whether the document may grow by so much. None: it is not built.
    pub fn has_space(&mut self, bytes: usize) -> Option<bool> {
        Some(self.kept.doc_mut()?.has_space(bytes))
    }
}
