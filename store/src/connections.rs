//! The server's connections, the one used last first.
//!
//! A connection keeps the plans of its statements, and makes them anew whenever a table in them was vacuumed or analysed: some 60 ms for
//! what an ask for the next task needs. A pool that hands its connections out in turn has all of them pay for that, each time, while
//! three or four would do the work; so here the work stays with as few as it needs. They are lent and taken back without a question
//! to the database while they are in use, which saves each transaction two round trips.

use std::{
    future::Future,
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{Connection as _, Executor as _, PgConnection, PgPool, Postgres, pool::PoolConnection};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A connection that does not answer within so long is let go.
const ANSWER: Duration = Duration::from_secs(3);
/// One used so recently is taken as it is: asking would be a round trip for every request.
pub(crate) const FRESH: Duration = Duration::from_millis(250);
/// One that nobody needed for so long is closed. Not sooner: a new one has the catalogue to read and every statement to plan.
pub(crate) const IDLE: Duration = Duration::from_secs(3600);
/// None lives longer: what the database keeps for a session only grows.
pub(crate) const LIFETIME: Duration = Duration::from_secs(4 * 3600);

/// Opens connections by way of a pool and keeps those that are idle. All who use that pool must come through here: what is kept
/// here is lent, as the pool sees it.
#[derive(Clone, Debug)]
pub(crate) struct Connections(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    pool: PgPool,
    /// As many as the pool may open. Who holds one finds a connection kept here or room in the pool, whoever else asks.
    permits: Arc<Semaphore>,
    /// Used last at the end.
    idle: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    connection: PoolConnection<Postgres>,
    born: Instant,
    since: Instant,
}

impl Connections {
    pub(crate) fn new(pool: PgPool) -> Self {
        let size = pool.options().get_max_connections() as usize;
        Self(Arc::new(Inner { permits: Arc::new(Semaphore::new(size)), idle: Mutex::default(), pool }))
    }

    /// A connection that answered just now, or was used just now.
    ///
    /// # Errors
    /// [`sqlx::Error::PoolTimedOut`] if none was free within the time the pool allows, or why none can be opened.
    pub(crate) async fn lend(&self) -> Result<Lent, sqlx::Error> {
        let wait = self.0.pool.options().get_acquire_timeout();
        tokio::time::timeout(wait, self.lend_at_last()).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    async fn lend_at_last(&self) -> Result<Lent, sqlx::Error> {
        let permit = Arc::clone(&self.0.permits).acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?;
        while let Some(Idle { mut connection, born, since }) = self.pop() {
            if since.elapsed() < FRESH || answers(&mut connection).await.is_ok() {
                return Ok(self.lent(connection, born, permit));
            }
            // Without a goodbye, which would wait for the same silence.
            drop(connection.detach());
        }
        let connection = self.0.pool.acquire().await?;
        Ok(self.lent(connection, Instant::now(), permit))
    }

    /// How many are open, and how many of them nobody uses.
    pub(crate) fn count(&self) -> (usize, usize) {
        (self.0.pool.size() as usize, self.0.pool.num_idle() + self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).len())
    }

    /// How many there may be.
    pub(crate) fn limit(&self) -> u32 {
        self.0.pool.options().get_max_connections()
    }

    /// Closes them as they come back.
    pub(crate) async fn close(&self) {
        // From here on the pool says that it is closed, so that nothing is kept any more.
        let closing = self.0.pool.close();
        self.0.permits.close();
        drop(std::mem::take(&mut *self.0.idle.lock().unwrap_or_else(PoisonError::into_inner)));
        closing.await;
    }

    fn lent(&self, connection: PoolConnection<Postgres>, born: Instant, permit: OwnedSemaphorePermit) -> Lent {
        Lent(Some(Out { connection, born, home: self.clone(), _permit: permit }))
    }

    fn pop(&self) -> Option<Idle> {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    /// Keeps it, unless it is old or all is being closed. One that nobody needed for long leaves in its place.
    fn keep(&self, mut connection: PoolConnection<Postgres>, born: Instant) {
        let now = Instant::now();
        if born.elapsed() > LIFETIME {
            connection.close_on_drop();
            return;
        }
        // It grew to what the largest document needed on its way out and in, and would keep that for its life.
        connection.shrink_buffers();
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if self.0.pool.is_closed() {
            return;
        }
        if idle.first().is_some_and(|longest| now.duration_since(longest.since) > IDLE) {
            idle.remove(0).connection.close_on_drop();
        }
        idle.push(Idle { connection, born, since: now });
    }
}

impl Drop for Inner {
    /// The pool's own way would want a runtime, which may be gone.
    fn drop(&mut self) {
        for idle in self.idle.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
            drop(idle.connection.leak());
        }
    }
}

/// A connection on loan. Dropped, what was begun on it is undone before anybody else gets it.
#[derive(Debug)]
pub(crate) struct Lent(Option<Out>);

#[derive(Debug)]
struct Out {
    connection: PoolConnection<Postgres>,
    born: Instant,
    home: Connections,
    /// Returned after the connection.
    _permit: OwnedSemaphorePermit,
}

impl Lent {
    /// Back, with nothing open on it: the database has just answered.
    pub(crate) fn give_back(mut self) {
        if let Some(out) = self.0.take() {
            out.keep();
        }
    }
}

impl Out {
    fn keep(self) {
        self.home.keep(self.connection, self.born);
    }

    /// Whoever gave up a question left its answer on the wire: it is read first.
    async fn undo(mut self) {
        match in_time(self.connection.execute("ROLLBACK")).await {
            Ok(_) => self.keep(),
            Err(_) => drop(self.connection.detach()),
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(out) = self.0.take() else { return };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(out.undo())),
            Err(_) => drop(out.connection.detach()),
        }
    }
}

impl Deref for Lent {
    type Target = PgConnection;

    fn deref(&self) -> &PgConnection {
        let Some(out) = &self.0 else { unreachable!("only giving it back takes it") };
        &out.connection
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut PgConnection {
        let Some(out) = &mut self.0 else { unreachable!("only giving it back takes it") };
        &mut out.connection
    }
}

/// Whether the other end is still there.
///
/// # Errors
/// What the connection says, or that it said nothing.
pub(crate) async fn answers(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    in_time(connection.ping()).await
}

async fn in_time<T>(asked: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let answered = tokio::time::timeout(ANSWER, asked).await;
    answered.unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
}
