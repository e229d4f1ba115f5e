//! Connections to the database whose other end falls silent: nothing is closed, nothing comes any more.

use std::time::Duration;

use sqlx::postgres::PgConnectOptions;
use tandem_store::{
    PoolSizes, Store,
    documents::{DocumentKey, DocumentLog as _, LogError, PgLog},
    testing::Database,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::timeout,
};

/// Between a store and its Postgres.
struct Wire {
    port: u16,
    silence: watch::Sender<()>,
}

impl Wire {
    async fn to(server: (String, u16)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (port, silence) = (listener.local_addr().expect("bound").port(), watch::Sender::new(()));
        let fallen = silence.clone();
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let (server, mut silence) = (server.clone(), fallen.subscribe());
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(server).await.expect("Postgres");
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
                        // Both stay open.
                        _ = silence.changed() => std::future::pending().await,
                    }
                });
            }
        });
        Self { port, silence }
    }

    /// Of all connections there are now; new ones work.
    fn falls_silent(&self) {
        self.silence.send_replace(());
    }
}

/// A store behind a wire.
async fn behind_a_wire(db: &Database) -> (Store, Wire) {
    let there: PgConnectOptions = db.url().parse().expect("a URL");
    let wire = Wire::to((there.get_host().to_owned(), there.get_port())).await;
    let mut config = db.config.clone();
    let (from, to) = (format!("@{}:{}/", there.get_host(), there.get_port()), format!("@127.0.0.1:{}/", wire.port));
    config.url = db.url().replace(&from, &to).into();
    config.pools = PoolSizes { server: 2, journal: 1, system: 1 };
    config.answer_timeout = Duration::from_millis(300);
    (Store::connect(&config).await.expect("a store"), wire)
}

#[tokio::test]
async fn a_document_is_not_waited_for_when_nothing_answers() {
    let db = Database::fresh().await;
    let (store, wire) = behind_a_wire(&db).await;
    let of = &db.a;
    let key = DocumentKey { workspace: of.workspace, project: of.project, task: of.tasks[0], step: "annotate".to_owned() };
    let log = PgLog::new(store);
    let seen = log.open(&key).await.expect("opened").seen;
    wire.falls_silent();
    let asked = timeout(Duration::from_secs(2), log.changes(&key, &seen)).await.expect("in time");
    assert!(matches!(asked, Err(LogError::Unavailable(_))), "{asked:?}");
}

#[tokio::test]
async fn connections_that_fell_silent_in_the_middle_of_something_are_replaced() {
    let db = Database::fresh().await;
    let (store, wire) = behind_a_wire(&db).await;
    let both = [db.a.tenant().begin(&store).await.expect("one"), db.a.tenant().begin(&store).await.expect("another")];
    wire.falls_silent();
    for mut transaction in both {
        let asked = sqlx::query("SELECT 1").execute(&mut *transaction);
        timeout(Duration::from_millis(100), asked).await.expect_err("nothing answers");
    }
    // Neither was closed, and the pool has no room for a third.
    timeout(Duration::from_secs(8), store.ping()).await.expect("in time").expect("a new connection");
}
