//! What will happen in a run: everything from the seed. A plan can be played with steps left out, to find a shorter one that
//! still shows the same fault.

use std::fmt;

use crate::rng::Rng;

/// Clients of our protocol, by index; all but the last three on the first task.
pub const PEOPLE: usize = 6;
/// Stock clients.
pub const STOCKS: usize = 2;
/// The first three and the stock clients share a document; the others have theirs.
pub const SHARING: usize = 3;

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Put {
        who: usize,
        key: u8,
        value: i32,
    },
    Remove {
        who: usize,
        key: u8,
    },
    /// Many edits in a moment.
    Burst {
        who: usize,
        edits: u8,
    },
    Draw {
        who: usize,
        x: i32,
    },
    StopDrawing {
        who: usize,
    },
    Point {
        who: usize,
        x: i32,
    },
    PointAway {
        who: usize,
    },
    Show {
        who: usize,
        tool: u8,
    },
    /// The same edit once more, as a client that is unsure sends it.
    Resend {
        who: usize,
    },
    /// The connection breaks, and both ends notice.
    Drop {
        who: usize,
    },
    /// The connection breaks, and only the client notices.
    HalfOpen {
        who: usize,
    },
    /// No connection for a while, and work goes on.
    Offline {
        who: usize,
        ms: u16,
    },
    /// The page is loaded anew from what the browser kept.
    Reload {
        who: usize,
    },
    /// The person goes on elsewhere, with an empty copy.
    NewDevice {
        who: usize,
    },
    /// Stops reading, but not writing.
    StopReading {
        who: usize,
        ms: u16,
    },
    /// The connection becomes this slow.
    Lag {
        who: usize,
        ms: u16,
    },
    /// Asks for, and writes to, what is none of their business.
    Pry {
        who: usize,
        task: usize,
    },
    Rights {
        who: usize,
        member: bool,
    },
    Archive {
        archived: bool,
    },
    StockPut {
        which: usize,
        key: u8,
        value: i32,
    },
    StockDrop {
        which: usize,
    },
    StockOffline {
        which: usize,
        ms: u16,
    },
    StoreAway {
        away: bool,
    },
    DiskSlow {
        ms: u16,
    },
    /// A commit gets through and its answer does not.
    LoseAnswers {
        percent: u8,
    },
    CrashRoom {
        task: usize,
    },
    CrashJournal,
    /// kill -9, after the house's tasks have taken this many more turns.
    Kill {
        turns: u8,
    },
    /// A stop as on SIGTERM.
    Restart,
    Pause {
        ms: u16,
    },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// The whole plan of a seed.
pub fn make(seed: u64) -> Vec<Step> {
    let mut rng = Rng::new(seed, 1);
    let length = 20 + rng.index(100);
    // Every seed has its own mood: some never lose a server, some do nothing else.
    let mood: Vec<u64> = (0..KINDS.len()).map(|_| [0, 1, 1, 2, 4][rng.index(5)]).collect();
    (0..length).map(|_| step(&mut rng, &mood)).collect()
}

/// Weights: how often each kind of step occurs before a seed's mood is applied.
const KINDS: [(u64, fn(&mut Rng) -> Step); 30] = [
    (40, |r| Step::Put { who: any(r), key: key(r), value: value(r) }),
    (6, |r| Step::Remove { who: any(r), key: key(r) }),
    (4, |r| Step::Burst { who: any(r), edits: 2 + r.below(30) as u8 }),
    (8, |r| Step::Draw { who: any(r), x: value(r) }),
    (4, |r| Step::StopDrawing { who: any(r) }),
    (6, |r| Step::Point { who: any(r), x: value(r) }),
    (2, |r| Step::PointAway { who: any(r) }),
    (4, |r| Step::Show { who: any(r), tool: r.below(5) as u8 }),
    (2, |r| Step::Resend { who: any(r) }),
    (5, |r| Step::Drop { who: any(r) }),
    (3, |r| Step::HalfOpen { who: any(r) }),
    (3, |r| Step::Offline { who: any(r), ms: r.below(2_000) as u16 }),
    (2, |r| Step::Reload { who: any(r) }),
    (2, |r| Step::NewDevice { who: any(r) }),
    (2, |r| Step::StopReading { who: any(r), ms: r.below(4_000) as u16 }),
    (3, |r| Step::Lag { who: any(r), ms: r.below(120) as u16 }),
    (3, |r| Step::Pry { who: any(r), task: r.index(4) }),
    (3, |r| Step::Rights { who: r.index(SHARING), member: r.chance(40) }),
    (1, |r| Step::Archive { archived: r.chance(50) }),
    (10, |r| Step::StockPut { which: r.index(STOCKS), key: key(r), value: value(r) }),
    (3, |r| Step::StockDrop { which: r.index(STOCKS) }),
    (2, |r| Step::StockOffline { which: r.index(STOCKS), ms: r.below(2_000) as u16 }),
    (3, |r| Step::StoreAway { away: r.chance(50) }),
    (2, |r| Step::DiskSlow { ms: [0, 5, 50, 300, 1_500][r.index(5)] }),
    (1, |r| Step::LoseAnswers { percent: [0, 10, 50][r.index(3)] }),
    (2, |r| Step::CrashRoom { task: r.index(2) }),
    (2, |_| Step::CrashJournal),
    (3, |r| Step::Kill { turns: r.below(40) as u8 }),
    (1, |_| Step::Restart),
    (24, |r| Step::Pause { ms: [1, 5, 20, 20, 60, 200, 600][r.index(7)] }),
];

fn step(rng: &mut Rng, mood: &[u64]) -> Step {
    let weight = |index: usize| KINDS[index].0 * mood[index].max(u64::from(index == 0));
    let total: u64 = (0..KINDS.len()).map(weight).sum();
    let mut at = rng.below(total);
    for (index, (_, make)) in KINDS.iter().enumerate() {
        match at.checked_sub(weight(index)) {
            Some(rest) => at = rest,
            None => return make(rng),
        }
    }
    Step::Pause { ms: 1 }
}

/// Mostly those who share a document.
fn any(rng: &mut Rng) -> usize {
    if rng.chance(75) { rng.index(SHARING) } else { rng.index(PEOPLE) }
}

fn key(rng: &mut Rng) -> u8 {
    rng.below(6) as u8
}

fn value(rng: &mut Rng) -> i32 {
    rng.below(100_000) as i32 - 50_000
}
