//! Live documents: Yjs documents that take edits from strangers without harm, and what regions and fields look like in them.

mod amendment;
mod aside;
mod content;
mod fields;
mod inspect;
mod json;
mod kept;
mod live;
mod ranges;
mod regions;
mod seen;
mod splice;
mod suggestions;
mod work;

pub use amendment::Amendment;
pub use aside::aside;
pub use content::{Content, Node, compare};
pub use inspect::{Inspected, Nesting, Refusal, inspect};
pub use kept::Kept;
pub use live::{
    Applied, ApplyError, BadStateVector, Limits, LiveDoc, LoadError, MAX_STATE_VECTOR, decode_state_vector, join_updates, load, merge,
};
pub use regions::{ContentError, build, read, read_stored};
pub use seen::Seen;
pub use suggestions::{Suggested, Suggestion, build_suggested};
pub use work::Work;

/// Root names of the annotations document. `fields` are those of the task's layout; `threads` are the comments; `suggestions` are what models found, and
/// `verdicts` what people decided about that.
pub const ROOTS: [&str; 5] = ["regions", "fields", "threads", suggestions::SUGGESTIONS, suggestions::VERDICTS];

/// An update that holds nothing.
pub const EMPTY_UPDATE: &[u8] = &[0, 0];
