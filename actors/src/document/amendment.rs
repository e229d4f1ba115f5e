use std::sync::Arc;

use tandem_domain::relabel::Renames;

use super::{Content, Suggested};

/// What the house does to a document by itself: an edit by nobody who is in it, which travels and is kept like anybody's.
#[derive(Clone, Debug)]
pub enum Amendment {
    /// Its content becomes that of an older state.
    BringBack(Arc<Content>),
    /// Its regions, and those that are suggested, get the present names of their labels.
    Relabel(Arc<Renames>),
    /// A model suggests something for it.
    Suggest(Arc<Suggested>),
}
