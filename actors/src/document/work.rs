//! What a submit reads of a document.

use std::collections::BTreeMap;

use tandem_domain::layout::answer::Kept;
use tandem_protocol::rest::Region;
use yrs::Doc;

use super::{ContentError, fields, regions};

/// What people made of a task.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Work {
    /// Lowest first.
    pub regions: Vec<Region>,
    /// What they entered, by the places of the layout's answer: see `tandem_domain::layout::answer::spelled_key`. Which of it is right only the layout
    /// knows.
    pub fields: BTreeMap<String, Kept>,
}

impl Work {
    /// # Errors
    /// What is no region, by its path.
    pub fn of(doc: &Doc) -> Result<Self, ContentError> {
        Ok(Self { regions: regions::read(doc)?, fields: fields::read(doc) })
    }
}
