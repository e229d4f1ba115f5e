//! Which message each thread is at, and since when. A handler that takes long is logged when it is done, one that never returns while it
//! has not: by a thread of its own, because the one concerned can no longer say anything.
//!
//! A handler begins with `let _handling = handling!("task", "Input");`. That costs two looks at the clock (some 25 ns each) and a few stores without a
//! lock; it also counts messages by kind. What an actor awaits is no handling: then its thread does other things.

use std::{
    cell::OnceCell,
    collections::HashMap,
    sync::{
        Arc, LazyLock, Mutex, Once, OnceLock, PoisonError, Weak,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use metrics::Counter;

use crate::config::WatchConfig;

/// How often the watching thread looks.
const LOOK: Duration = Duration::from_millis(250);

static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
static THREADS: Mutex<Vec<Weak<Thread>>> = Mutex::new(Vec::new());
static LABELS: Mutex<Vec<&'static Label>> = Mutex::new(Vec::new());
static SLOW_MICROS: AtomicU64 = AtomicU64::new(u64::MAX);

thread_local! {
    static HERE: OnceCell<Arc<Thread>> = const { OnceCell::new() };
}

/// A kind of message as its actor's handler knows it.
pub struct Label {
    actor: &'static str,
    message: &'static str,
    number: OnceLock<u32>,
    handled: OnceLock<Counter>,
}

/// Note that this thread is at a message, until the end of the scope.
macro_rules! handling {
    ($actor:literal, $message:literal) => {{
        static LABEL: $crate::watchdog::Label = $crate::watchdog::Label::new($actor, $message);
        $crate::watchdog::enter(&LABEL)
    }};
}
pub(crate) use handling;

/// What one thread is at.
struct Thread {
    name: String,
    /// Number of the label; 0: nothing.
    label: AtomicU32,
    /// Microseconds since the beginning.
    since: AtomicU64,
}

/// A handler that is running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    pub thread: String,
    pub actor: &'static str,
    pub message: &'static str,
    pub lasting: Duration,
}

impl Label {
    #[must_use]
    pub const fn new(actor: &'static str, message: &'static str) -> Self {
        Self { actor, message, number: OnceLock::new(), handled: OnceLock::new() }
    }

    fn number(&'static self) -> u32 {
        *self.number.get_or_init(|| {
            let mut labels = LABELS.lock().unwrap_or_else(PoisonError::into_inner);
            labels.push(self);
            u32::try_from(labels.len()).unwrap_or(u32::MAX)
        })
    }

    fn count(&self) {
        let handled = || metrics::counter!("tandem_actor_handled_total", "actor" => self.actor, "message" => self.message);
        self.handled.get_or_init(handled).increment(1);
    }
}

/// While it lives, its thread is at a message. Also ends in a panic.
pub struct Handling {
    label: &'static Label,
    since: u64,
    /// A handler may run inside another's scope: what to go back to.
    before: (u32, u64),
}

pub fn enter(label: &'static Label) -> Handling {
    label.count();
    let since = now();
    let before = with_thread(|thread| (thread.label.swap(label.number(), Ordering::Relaxed), thread.since.swap(since, Ordering::Relaxed)));
    Handling { label, since, before: before.unwrap_or_default() }
}

impl Drop for Handling {
    fn drop(&mut self) {
        with_thread(|thread| {
            thread.label.store(self.before.0, Ordering::Relaxed);
            thread.since.store(self.before.1, Ordering::Relaxed);
        });
        let micros = now().saturating_sub(self.since);
        if micros >= SLOW_MICROS.load(Ordering::Relaxed) {
            let Label { actor, message, .. } = self.label;
            metrics::counter!("tandem_actor_slow_total", "actor" => *actor, "message" => *message).increment(1);
            tracing::warn!(actor, message, ms = micros / 1_000, "a message took long; all actors of this thread waited");
        }
    }
}

fn now() -> u64 {
    u64::try_from(BEGINNING.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// None while the thread is being taken down.
fn with_thread<T>(f: impl FnOnce(&Thread) -> T) -> Option<T> {
    HERE.try_with(|here| f(here.get_or_init(register))).ok()
}

fn register() -> Arc<Thread> {
    let name = std::thread::current().name().unwrap_or("unnamed").to_owned();
    let thread = Arc::new(Thread { name, label: AtomicU32::new(0), since: AtomicU64::new(0) });
    let mut threads = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    threads.retain(|thread| thread.strong_count() > 0);
    threads.push(Arc::downgrade(&thread));
    thread
}

/// Handlers that have been running for `least` or longer.
#[must_use]
pub fn busy(least: Duration) -> Vec<Busy> {
    seen(least).into_values().collect()
}

/// By thread and beginning, so that the same handler is known again.
fn seen(least: Duration) -> HashMap<(usize, u64), Busy> {
    let threads: Vec<Arc<Thread>> = THREADS.lock().unwrap_or_else(PoisonError::into_inner).iter().filter_map(Weak::upgrade).collect();
    let labels = LABELS.lock().unwrap_or_else(PoisonError::into_inner);
    let now = now();
    let look = |thread: Arc<Thread>| {
        let since = thread.since.load(Ordering::Relaxed);
        let label = labels.get((thread.label.load(Ordering::Relaxed) as usize).checked_sub(1)?)?;
        let lasting = Duration::from_micros(now.saturating_sub(since));
        let busy = Busy { thread: thread.name.clone(), actor: label.actor, message: label.message, lasting };
        (lasting >= least).then_some(((Arc::as_ptr(&thread) as usize, since), busy))
    };
    threads.into_iter().filter_map(look).collect()
}

/// Start watching, once a process. What counts as slow is what was said last.
pub(crate) fn start(config: &WatchConfig) {
    static STARTED: Once = Once::new();
    SLOW_MICROS.store(u64::try_from(config.slow.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    let stuck = config.stuck;
    STARTED.call_once(|| {
        let watching = std::thread::Builder::new().name("tandem-watchdog".into()).stack_size(256 << 10).spawn(move || watch(stuck));
        if let Err(error) = watching {
            tracing::error!(%error, "nobody watches for handlers that never return");
        }
    });
}

fn watch(stuck: Duration) {
    let mut told: HashMap<(usize, u64), Busy> = HashMap::new();
    loop {
        std::thread::sleep(LOOK);
        let now = seen(stuck);
        for (key, Busy { thread, actor, message, lasting }) in &now {
            if !told.contains_key(key) {
                tracing::error!(thread, actor, message, ms = lasting.as_millis(), "a message does not end; all actors of its thread wait");
            }
        }
        for (_, Busy { thread, actor, message, .. }) in told.iter().filter(|(key, _)| !now.contains_key(key)) {
            tracing::warn!(thread, actor, message, "a message that seemed stuck has ended");
        }
        metrics::gauge!("tandem_actor_stuck").set(now.len() as f64);
        told = now;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn of(message: &str) -> Option<Busy> {
        busy(Duration::ZERO).into_iter().find(|busy| busy.message == message)
    }

    #[test]
    fn a_handler_that_does_not_return_is_seen_from_outside_with_its_thread_actor_and_message() {
        let (tell, entered) = mpsc::channel();
        let (let_go, wait) = mpsc::channel::<()>();
        let stuck = std::thread::Builder::new().name("somewhere".into()).spawn(move || {
            let _handling = handling!("test", "Stuck");
            tell.send(()).unwrap();
            let _ = wait.recv();
        });
        entered.recv().unwrap();
        let busy = of("Stuck").unwrap();
        assert_eq!((busy.thread.as_str(), busy.actor), ("somewhere", "test"));
        assert!(busy.lasting < Duration::from_secs(60));
        drop(let_go);
        stuck.unwrap().join().unwrap();
        assert_eq!(of("Stuck"), None);
    }

    /// All the code there is, except tests: what a handler forgets to say nobody sees.
    #[test]
    fn every_handler_of_every_actor_says_what_it_is_at() {
        fn walk(folder: &std::path::Path, silent: &mut Vec<String>, heard: &mut usize) {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    walk(&path, silent, heard);
                    continue;
                }
                let code = std::fs::read_to_string(&path).unwrap();
                let begins = |line: &str| line.starts_with("impl ") && line.contains("Handler<") && !line.contains("Handler<Crash>");
                for (at, line) in code.lines().enumerate().filter(|(_, line)| begins(line)) {
                    let mut body = code.lines().skip(at).skip_while(|line| !line.contains("    fn handle("));
                    let (first, second) = (body.next().unwrap_or_default(), body.next().unwrap_or_default());
                    if second.trim_start().starts_with("let _handling = handling!(") {
                        *heard += 1;
                    } else if !first.ends_with("{}") {
                        silent.push(format!("{}: {line}", path.display()));
                    }
                }
            }
        }
        let (mut silent, mut heard) = (Vec::new(), 0);
        walk(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut silent, &mut heard);
        assert!(silent.is_empty(), "{silent:#?}");
        assert!(heard > 50, "{heard}");
    }

    #[test]
    fn a_handler_inside_another_gives_the_outer_one_back() {
        let _outer = handling!("test", "Outer");
        {
            let _inner = handling!("test", "Inner");
            assert!(of("Inner").is_some());
        }
        assert!(of("Outer").is_some() && of("Inner").is_none());
    }

    #[test]
    fn a_handler_that_panics_is_over() {
        let panicked = std::panic::catch_unwind(|| {
            let _handling = handling!("test", "Panics");
            panic!("on purpose");
        });
        assert!(panicked.is_err());
        assert_eq!(of("Panics"), None);
    }
}
