//! A simulation that cannot fail proves nothing: each of these mistakes, made on purpose in the product, breaks the promise it
//! should within a few seeds. Another promise may be what breaks first, so any of the named ones counts.

use crate::{runner::play, truth::promise};

/// Seeds a mistake may hide in.
const SEEDS: u64 = 120;

/// The mistake; when it is made, counted and never by chance, so that a seed is the same run each time; what it breaks.
const MUTANTS: [(&str, &[&str]); 12] = [
    ("ack-before-commit=return", &[promise::DURABLE]),
    ("ack-twice=return", &[promise::ACKS]),
    ("lose-rows=12*off->1*return->6*off->return", &[promise::DURABLE, promise::SOUND]),
    ("drop-broadcast=3*off->return", &[promise::CONVERGE, promise::SOUND]),
    ("forget-tail=return", &[promise::CONVERGE, promise::SOUND, promise::STUCK, promise::DURABLE]),
    ("trust-a-dead-journal=return", &[promise::STUCK, promise::CONVERGE, promise::DURABLE]),
    ("keep-ghosts=return", &[promise::GHOSTS]),
    ("forget-leavers=return", &[promise::PRESENCE, promise::GHOSTS]),
    ("let-anybody-in=return", &[promise::SECRET]),
    ("let-readers-write=return", &[promise::SECRET]),
    ("ignore-rights=return", &[promise::SECRET, promise::STUCK, promise::CONVERGE]),
    ("lose-pointers=3*off->return", &[promise::CURSORS]),
];

fn caught(mutant: &str, promises: &[&str]) -> Result<u64, String> {
    for seed in 1..=SEEDS {
        match play(seed, None, Some(mutant)).broken() {
            None => {}
            Some(promise) if promises.contains(&promise.as_str()) => return Ok(seed),
            Some(other) => return Err(format!("{mutant} broke \"{other}\" in seed {seed}, which was not expected")),
        }
    }
    Err(format!("{mutant} went unnoticed in {SEEDS} seeds"))
}

#[test]
fn every_mistake_made_on_purpose_is_noticed() {
    let next = std::sync::atomic::AtomicUsize::new(0);
    let missed = std::sync::Mutex::new(Vec::new());
    let worker = || {
        while let Some((mutant, promises)) = MUTANTS.get(next.fetch_add(1, std::sync::atomic::Ordering::SeqCst)) {
            match caught(mutant, promises) {
                Ok(seed) => println!("{mutant}: noticed in seed {seed}"),
                Err(why) => missed.lock().unwrap().push(why),
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(worker);
        scope.spawn(worker);
    });
    let missed = missed.into_inner().unwrap();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
