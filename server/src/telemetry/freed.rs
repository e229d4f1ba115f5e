//! Memory that was freed, back to the system.
//!
//! mimalloc gives pages back a second after they were freed, but looks for them only when a thread frees a page of its own. A document
//! is built on a thread that has ended when the room frees it, so none of its pages is anybody's own: in a server where nothing else goes
//! on, hundreds of megabytes stayed until something did.

/// Larger than what shares a page: taken and freed it is a page of one's own. Nothing is written to it, so it costs no memory.
const PAGE: usize = 8 << 20;

/// To be called every few seconds.
pub fn give_back() {
    drop(std::hint::black_box(Vec::<u8>::with_capacity(PAGE)));
}
