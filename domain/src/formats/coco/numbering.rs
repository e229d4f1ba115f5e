//! Which ids exported records get.

use super::CocoId;

/// Hands out ids. The same sequence of calls gives the same ids, so a second pass over the same records needs no table.
#[derive(Clone, Debug)]
pub struct Numbering {
    keeps: bool,
    next: i64,
}

impl Numbering {
    /// Original ids stay; records without one get ids from `above` on. Right only where the originals are known to be unique and smaller
    /// than `above`.
    #[must_use]
    pub fn keeping(above: i64) -> Self {
        Self { keeps: true, next: above.max(1) }
    }

    /// 1, 2, 3, ... whatever the originals were: what is left when files with overlapping ids were imported into one project.
    #[must_use]
    pub fn fresh() -> Self {
        Self { keeps: false, next: 1 }
    }

    /// The id of the next record, whose original id is given.
    pub fn assign(&mut self, original: Option<&CocoId>) -> CocoId {
        match original {
            // pycocotools' evaluation takes 0 for "unmatched", and wants numbers.
            Some(CocoId::Int(id)) if self.keeps && *id > 0 => CocoId::Int(*id),
            _ => {
                let id = self.next;
                self.next += 1;
                CocoId::Int(id)
            }
        }
    }
}
