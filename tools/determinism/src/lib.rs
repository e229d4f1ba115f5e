//! Chance and time of a whole process from one number, so that a run can be played again.
//!
//! The order of every `HashMap`, every UUID and every client id of a document comes from the operating system's `getrandom`, and
//! half of every UUIDv7 from its clock. A program that links this crate has its own versions of both functions in place of the C library's, as
//! madsim does it. Until [`arm`] is called they ask the operating system; afterwards chance is a sequence that the seed decides,
//! and the wall clock starts at a fixed instant and moves by a microsecond each time somebody looks. Each thread has a sequence and a
//! clock of its own, so that a thread beside the one that does the work (a watchdog) takes nothing from it.
//!
//! What stays undecided: in what order threads run, and `Instant` (tokio's paused clock is what tests wait on).

#![allow(unsafe_code, reason = "functions of the C library are replaced, which takes raw pointers and unmangled names")]

use std::{
    cell::Cell,
    ffi::{c_int, c_long, c_uint, c_void},
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
};

static ARMED: AtomicBool = AtomicBool::new(false);
static SEED: AtomicU64 = AtomicU64::new(0);

// Without initialisers that run or destructors: the functions below are called at any moment of a thread's life.
thread_local! {
    /// None: this thread has drawn nothing yet.
    static CHANCE: Cell<Option<u64>> = const { Cell::new(None) };
    static LOOKS: Cell<u64> = const { Cell::new(0) };
}

/// 2026-11-20T12:00:00Z.
const START: u64 = 1_795_176_000;

/// From now on this process does what the seed says. Call it first of all, on the thread that does the work.
pub fn arm(seed: u64) {
    CHANCE.set(Some(seed));
    LOOKS.set(0);
    SEED.store(seed, Ordering::SeqCst);
    ARMED.store(true, Ordering::SeqCst);
    // Seeded from `Instant` otherwise.
    fastrand::seed(seed);
}

/// SplitMix64. Threads beside the one that armed share another beginning.
fn next() -> u64 {
    let drawn = CHANCE.get().unwrap_or_else(|| !SEED.load(Ordering::SeqCst));
    let mut z = drawn.wrapping_add(0x9e37_79b9_7f4a_7c15);
    CHANCE.set(Some(z));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// # Safety
/// As of the C library's: `buffer` has room for `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getrandom(buffer: *mut c_void, length: usize, flags: c_uint) -> isize {
    if !ARMED.load(Ordering::SeqCst) {
        // SAFETY: the caller's promise is passed on.
        return unsafe { libc::syscall(libc::SYS_getrandom, buffer, length, flags) as isize };
    }
    let mut written = 0;
    while written < length {
        let bytes = next().to_ne_bytes();
        let count = bytes.len().min(length - written);
        // SAFETY: `written + count` is at most `length`, for which the caller has room.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), buffer.cast::<u8>().add(written), count) };
        written += count;
    }
    isize::try_from(length).unwrap_or(isize::MAX)
}

/// # Safety
/// As of the C library's: `time` points to a `timespec`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut libc::timespec) -> c_int {
    if clock != libc::CLOCK_REALTIME || !ARMED.load(Ordering::SeqCst) {
        // SAFETY: the caller's promise is passed on.
        return unsafe { libc::syscall(libc::SYS_clock_gettime, clock, time) as c_int };
    }
    let micros = LOOKS.get();
    LOOKS.set(micros + 1);
    let now = libc::timespec { tv_sec: (START + micros / 1_000_000) as c_long, tv_nsec: (micros % 1_000_000 * 1_000) as c_long };
    // SAFETY: the caller promises that it points to a timespec.
    unsafe { time.write(now) };
    0
}
