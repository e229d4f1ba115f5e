//! A database with rows of two workspaces in every table, and the means to try things on it.

use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, Row};
use tandem_store::testing::Database;

/// Every id of workspace b contains it, and no row of a does.
pub const MARK_OF_B: &str = "-8000-000b";
const MARK_OF_A: &str = "-8000-000a";

/// Tables that belong to no tenant. No role of the program may read the key; the server may read its schema's version and what it
/// carries; nodes are the system's.
pub const NOT_OF_A_TENANT: [&str; 4] = ["_sqlx_migrations", "tandem.compatibility", "tandem.nodes", "tandem.tenant_key"];

/// What came of a statement: the rows as text, or the SQLSTATE.
pub type Outcome = Result<Vec<String>, String>;

pub const DENIED: &str = "42501";

pub async fn filled() -> Database {
    let db = Database::fresh().await;
    db.owner().await.execute(include_str!("fill.sql")).await.expect("rows in every table");
    db
}

/// Tables under row-level security, parents only, with a row of a and one of b in each: checked here, so that no test below passes
/// because there was nothing to see.
pub async fn tables(db: &Database) -> Vec<String> {
    let mut owner = db.owner().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('public', 'tandem') AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1",
    )
    .fetch_all(&mut owner)
    .await
    .expect("catalogue");
    let tables: Vec<String> = tables.into_iter().filter(|t| !NOT_OF_A_TENANT.contains(&t.as_str())).collect();
    for table in &tables {
        let rows = dump(&mut owner, table).await;
        for mark in [MARK_OF_A, MARK_OF_B] {
            assert!(rows.iter().any(|r| r.contains(mark)), "{table} has no row of {mark}: add one to fill.sql");
        }
    }
    tables
}

/// Every row of a table as the superuser sees it.
pub async fn dump(owner: &mut PgConnection, table: &str) -> Vec<String> {
    sqlx::query_scalar(AssertSqlSafe(format!("SELECT t::text FROM {table} t ORDER BY 1"))).fetch_all(owner).await.expect("dump")
}

/// The superuser's view of all rows of b, to see that nothing changed them.
pub async fn rows_of_b(db: &Database) -> Vec<(String, Vec<String>)> {
    let mut owner = db.owner().await;
    let mut all = Vec::new();
    for table in tables(db).await {
        let rows = dump(&mut owner, &table).await.into_iter().filter(|r| r.contains(MARK_OF_B)).collect();
        all.push((table, rows));
    }
    all
}

/// Runs one statement in a savepoint that is always undone, so that a refusal does not end the transaction.
pub async fn attempt(connection: &mut PgConnection, sql: &str) -> Outcome {
    let mut savepoint = connection.begin().await.expect("savepoint");
    let outcome = savepoint.fetch_all(AssertSqlSafe(sql.to_owned())).await;
    savepoint.rollback().await.expect("rollback");
    match outcome {
        Ok(rows) => Ok(rows.iter().map(|row| (0..row.len()).map(|i| text(row, i)).collect::<Vec<_>>().join(" | ")).collect()),
        Err(error) => Err(error.as_database_error().and_then(|e| e.code()).unwrap_or_else(|| panic!("{sql}: {error}")).into_owned()),
    }
}

fn text(row: &sqlx::postgres::PgRow, column: usize) -> String {
    let read = row.try_get::<Option<String>, _>(column).map(Option::unwrap_or_default);
    read.or_else(|_| row.try_get::<i64, _>(column).map(|n| n.to_string())).unwrap_or_else(|_| "?".to_owned())
}

/// Nothing of b in it: rows without b's mark, or a refusal.
pub fn assert_no_b(outcome: &Outcome, what: &str) {
    if let Ok(rows) = outcome {
        let leak = rows.iter().find(|row| row.contains(MARK_OF_B));
        assert!(leak.is_none(), "{what} shows {leak:?}");
    }
}
