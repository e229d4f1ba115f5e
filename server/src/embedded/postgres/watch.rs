//! Keeps the server running: a thread that starts it again when it dies (killed, out of memory), on the same port, so that the
//! pools of this process find it where it was.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::Duration,
};

use super::postmaster::{Plan, Postmaster};

const LOOK_EVERY: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

pub(super) struct Watched {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    server: Option<Postmaster>,
    stopping: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watched {
    pub(super) fn new(plan: Plan, server: Postmaster) -> Self {
        let shared = Arc::new(Shared { state: Mutex::new(State { server: Some(server), stopping: false }), changed: Condvar::new() });
        let watcher = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("postgres-watch".into()).spawn(move || watch(&watcher, &plan));
        let thread = thread.inspect_err(|error| tracing::warn!(%error, "Postgres is not watched")).ok();
        Self { shared, thread }
    }

    pub(super) fn pid(&self) -> Option<i32> {
        self.shared.lock().server.as_ref().map(|server| server.pid.as_raw_pid())
    }

    #[cfg(any(test, feature = "test-support"))]
    pub(super) fn abandon(self) {
        let mut state = self.shared.lock();
        state.stopping = true;
        state.server = None;
    }

    fn end_watch(&mut self) -> Option<Postmaster> {
        let server = {
            let mut state = self.shared.lock();
            state.stopping = true;
            state.server.take()
        };
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // The watcher panics nowhere; if it did, stopping matters more.
            let _ = thread.join();
        }
        // It may have started the server again in the meantime.
        server.or_else(|| self.shared.lock().server.take())
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(server) = self.end_watch() {
            server.stop();
        }
    }
}

fn watch(shared: &Shared, plan: &Plan) {
    let mut pause = LOOK_EVERY;
    loop {
        let state = shared.lock();
        let (mut state, _) = shared.changed.wait_timeout(state, pause).unwrap_or_else(PoisonError::into_inner);
        if state.stopping {
            return;
        }
        if state.server.as_mut().is_some_and(Postmaster::runs) {
            continue;
        }
        if state.server.take().is_some() {
            tracing::warn!("Postgres ended by itself; starting it again");
        }
        drop(state);
        match plan.adopt_or_start() {
            Ok(server) => {
                shared.lock().server = Some(server);
                pause = LOOK_EVERY;
            }
            Err(error) => {
                tracing::error!(%error, "Postgres does not start again");
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}
