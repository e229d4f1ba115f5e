//! Seeds in processes of their own, as many at once as there are cores; a seed that fails is played with ever fewer steps.

use std::{
    ops::Range,
    process::{Command, Output},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{plan, truth::Truth, world};

const SEED: &str = "TANDEM_SEED";
const KEEP: &str = "TANDEM_KEEP";
const MUTANT: &str = "TANDEM_MUTANT";
/// How many seeds `promises_hold_whatever_happens` plays, from which on, and for how long at most.
const SEEDS: &str = "TANDEM_SEEDS";
const FIRST: &str = "TANDEM_FIRST_SEED";
const SECONDS: &str = "TANDEM_SEED_SECONDS";

/// Lines of a trace that are shown.
const TAIL: usize = 120;
/// Attempts at a shorter plan.
const SHRINKS: usize = 150;

fn env(name: &str) -> Option<String> {
    std::env::var_os(name)?.into_string().ok()
}

fn number(name: &str, otherwise: u64) -> u64 {
    env(name).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
}

// --- in the child ---

pub fn child() {
    let seed = number(SEED, 0);
    determinism::arm(seed);
    quiet_panics();
    if let Some(mutant) = env(MUTANT) {
        let (name, how) = mutant.split_once('=').expect("TANDEM_MUTANT=name=actions");
        fail::cfg(name, how).unwrap();
    }
    let plan = plan::make(seed);
    let kept = env(KEEP).map_or_else(|| (0..plan.len()).collect(), |text| indices(&text));
    let plan: Vec<plan::Step> = kept.iter().filter_map(|index| plan.get(*index).cloned()).collect();
    report(&world::play(seed, &plan));
}

fn report(truth: &Truth) {
    // The test runner has begun a line of its own.
    println!("\nDIGEST {:016x} frames {} acks {} ms {}", truth.digest(), truth.frames, truth.acks, truth.now);
    if let Some(broken) = &truth.broken {
        let skip = truth.trace.len().saturating_sub(TAIL);
        for line in &truth.trace[skip..] {
            println!("TRACE {line}");
        }
        println!("BROKEN {}", broken.promise);
        println!("HOW {}", broken.how);
        std::process::exit(3);
    }
}

/// Panics that the plan asks for are no news.
fn quiet_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let injected = info.payload().downcast_ref::<String>().is_some_and(|text| text.starts_with("injected"))
            || info.payload().downcast_ref::<&str>().is_some_and(|text| text.starts_with("injected"));
        if !injected {
            usual(info);
        }
    }));
}

fn indices(text: &str) -> Vec<usize> {
    let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("{KEEP} is like 0-4,7,9"));
    let range = |part: &str| match part.split_once('-') {
        Some((first, last)) => number(first)..number(last) + 1,
        None => number(part)..number(part) + 1,
    };
    text.split(',').filter(|part| !part.is_empty()).flat_map(range).collect()
}

fn written(indices: &[usize]) -> String {
    let mut parts: Vec<Range<usize>> = Vec::new();
    for index in indices {
        match parts.last_mut() {
            Some(range) if range.end == *index => range.end += 1,
            _ => parts.push(*index..*index + 1),
        }
    }
    let shown =
        |range: &Range<usize>| if range.len() == 1 { range.start.to_string() } else { format!("{}-{}", range.start, range.end - 1) };
    parts.iter().map(shown).collect::<Vec<_>>().join(",")
}

// --- in the parent ---

/// How a run in a child ended.
pub struct Outcome(Output);

impl Outcome {
    fn line(&self, word: &str) -> Option<String> {
        let text = String::from_utf8_lossy(&self.0.stdout);
        text.lines().find_map(|line| line.strip_prefix(word)).map(|rest| rest.trim().to_owned())
    }

    /// None: all promises were kept.
    pub fn broken(&self) -> Option<String> {
        if self.0.status.success() {
            return None;
        }
        Some(self.line("BROKEN ").unwrap_or_else(|| "it crashed".into()))
    }

    pub fn digest(&self) -> String {
        assert!(self.broken().is_none(), "{}", self.text());
        self.line("DIGEST ").expect("a digest")
    }

    fn text(&self) -> String {
        format!("{}{}", String::from_utf8_lossy(&self.0.stdout), String::from_utf8_lossy(&self.0.stderr))
    }
}

pub fn play(seed: u64, keep: Option<&[usize]>, mutant: Option<&str>) -> Outcome {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["one_seed", "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
    command.env(SEED, seed.to_string()).env_remove(KEEP).env_remove(MUTANT);
    if let Some(keep) = keep {
        command.env(KEEP, written(keep));
    }
    if let Some(mutant) = mutant {
        command.env(MUTANT, mutant);
    }
    Outcome(command.output().unwrap())
}

/// Leave out steps as long as the same promise stays broken: halves, then quarters, then single ones.
fn shrink(seed: u64, mutant: Option<&str>, promise: &str) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..plan::make(seed).len()).collect();
    let (mut size, mut tries) = (kept.len().div_ceil(2), 0);
    while size > 0 && tries < SHRINKS {
        let mut from = 0;
        while from < kept.len() && tries < SHRINKS {
            let fewer: Vec<usize> = kept.iter().enumerate().filter(|(at, _)| !(from..from + size).contains(at)).map(|(_, i)| *i).collect();
            tries += 1;
            if play(seed, Some(&fewer), mutant).broken().as_deref() == Some(promise) {
                kept = fewer;
            } else {
                from += size;
            }
        }
        size = if size == 1 { 0 } else { size.div_ceil(2) };
    }
    kept
}

/// Everything one needs to look into a seed that failed.
fn story(seed: u64, promise: &str) -> String {
    let kept = shrink(seed, None, promise);
    let steps = plan::make(seed);
    let plan: Vec<String> = kept.iter().map(|index| format!("{index:>4}  {}", steps[*index])).collect();
    let outcome = play(seed, Some(&kept), None);
    format!(
        "seed {seed} breaks \"{promise}\"; {} of its {} steps suffice:\n{}\n\n{}\nPlay it again:\n  {SEED}={seed} {KEEP}={} cargo test -p tandem-actors \
         --all-features --test simulation one_seed -- --exact --ignored --nocapture\n",
        kept.len(),
        steps.len(),
        plan.join("\n"),
        outcome.text(),
        written(&kept)
    )
}

/// Fewer would prove nothing, however slow the machine is.
const LEAST: u64 = 100;

/// Hundreds of seeds, for at most a minute unless that is too few; thousands at night (`scripts/nightly`).
pub fn many() {
    let (count, first, seconds) = (number(SEEDS, 400), number(FIRST, 1), number(SECONDS, 60));
    let (next, until) = (AtomicU64::new(first), Instant::now() + Duration::from_secs(seconds));
    let (failed, played) = (Mutex::new(Vec::<(u64, String)>::new()), AtomicU64::new(0));
    let worker = || {
        while (Instant::now() < until || next.load(Ordering::SeqCst) < first + LEAST) && failed.lock().unwrap().len() < 3 {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= first + count {
                return;
            }
            if let Some(promise) = play(seed, None, None).broken() {
                failed.lock().unwrap().push((seed, promise));
            }
            played.fetch_add(1, Ordering::SeqCst);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(worker);
        }
    });
    println!("{} seeds played, from {first} on", played.into_inner());
    let failed = failed.into_inner().unwrap();
    let stories: Vec<String> = failed.iter().map(|(seed, promise)| story(*seed, promise)).collect();
    assert!(stories.is_empty(), "\n{}", stories.join("\n\n"));
}
