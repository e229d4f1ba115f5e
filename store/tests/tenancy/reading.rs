//! Ways to read: none shows a row of another workspace.

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Executor};

use crate::world::{DENIED, MARK_OF_B, assert_no_b, attempt, filled, tables};

/// `{t}` is the table, `{b}` the id of workspace b. What each gives back is looked through for b's mark.
const READS: &[&str] = &[
    "SELECT t::text FROM {t} t",
    "SELECT t::text FROM ONLY {t} t",
    "SELECT row_to_json(t)::text FROM {t} t WHERE t::text LIKE '%-8000-000b%'",
    "SELECT count(*)::text || string_agg(t::text, ',') FROM {t} t",
    "SELECT one::text || two::text FROM {t} one JOIN {t} two ON true",
    "SELECT x::text FROM members m RIGHT JOIN {t} x ON true",
    "SELECT x::text FROM workspaces w CROSS JOIN LATERAL (SELECT * FROM {t}) x",
    "SELECT (SELECT string_agg(t::text, ',') FROM {t} t)",
    "SELECT u.email FROM users u WHERE EXISTS (SELECT FROM {t} t WHERE t::text LIKE '%-8000-000b%')",
    "WITH x AS MATERIALIZED (SELECT * FROM {t}) SELECT x::text FROM x",
    "WITH RECURSIVE x AS (SELECT t::text AS r FROM {t} t UNION SELECT r FROM x) SELECT r FROM x",
    "SELECT t::text FROM {t} t UNION ALL SELECT t::text FROM {t} t",
    "SELECT t::text FROM {t} t EXCEPT SELECT ''",
    "SELECT first_value(t::text) OVER (ORDER BY t::text DESC) FROM {t} t",
    "SELECT t::text FROM {t} t ORDER BY t.tableoid DESC, t.ctid DESC",
    "SELECT t::text FROM {t} t TABLESAMPLE SYSTEM (100)",
    "SELECT t::text FROM {t} t FOR SHARE",
    "SELECT query_to_xml('SELECT * FROM {t}', true, true, '')::text",
    "SELECT table_to_xml('{t}', true, true, '')::text",
    "SELECT database_to_xml(true, true, '')::text WHERE '{t}' = 'tasks'",
    "EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM {t}",
    "EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM {t} t WHERE t::text > ''",
    "SELECT s::text FROM pg_stats s WHERE tablename = '{t}'",
];

#[tokio::test]
async fn no_query_shows_a_row_of_another_workspace() {
    let db = filled().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    for table in tables(&db).await {
        let own = attempt(&mut tx, &format!("SELECT t::text FROM {table} t")).await.expect("own rows may be read");
        assert!(!own.is_empty(), "{table} shows not even its own rows");
        for read in READS {
            let sql = read.replace("{t}", &table);
            let outcome = attempt(&mut tx, &sql).await;
            // Locking needs the right to change, which the server does not have everywhere. Nothing else may be refused here.
            assert!(outcome.is_ok() || (read.ends_with("FOR SHARE") && outcome == Err(DENIED.to_owned())), "{sql}: {outcome:?}");
            assert_no_b(&outcome, &sql);
        }
    }
}

#[tokio::test]
async fn a_function_in_a_condition_is_never_handed_a_foreign_row() {
    // The classic leak: a cheap condition with a side effect, evaluated before the policy.
    let db = filled().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    tx.execute(
        "CREATE FUNCTION pg_temp.peek(row_text text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS $$
         BEGIN IF row_text LIKE '%-8000-000b%' THEN RAISE EXCEPTION 'leak' USING ERRCODE = 'P0001'; END IF; RETURN true; END $$",
    )
    .await
    .expect("a function of one's own");
    for table in tables(&db).await {
        for sql in [
            format!("SELECT t::text FROM {table} t WHERE pg_temp.peek(t::text)"),
            format!("SELECT 'x' FROM workspaces w JOIN {table} t ON pg_temp.peek(t::text)"),
        ] {
            attempt(&mut tx, &sql).await.unwrap_or_else(|code| panic!("{sql}: {code}"));
        }
    }
}

#[tokio::test]
async fn a_cursor_shows_no_foreign_row() {
    let db = filled().await;
    for table in tables(&db).await {
        let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
        tx.execute(AssertSqlSafe(format!("DECLARE c CURSOR FOR SELECT t::text FROM {table} t"))).await.expect("cursor");
        assert_no_b(&attempt(&mut tx, "FETCH ALL FROM c").await, &table);
    }
}

#[tokio::test]
async fn copy_shows_no_foreign_row() {
    let db = filled().await;
    for table in tables(&db).await {
        for sql in [format!("COPY {table} TO STDOUT"), format!("COPY (SELECT * FROM {table}) TO STDOUT")] {
            let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
            let Ok(stream) = tx.copy_out_raw(&sql).await else { continue };
            let chunks: Vec<_> = stream.map_ok(|bytes| bytes.to_vec()).try_collect().await.unwrap_or_default();
            assert!(!String::from_utf8_lossy(&chunks.concat()).contains(MARK_OF_B), "{sql}");
        }
    }
}

#[tokio::test]
async fn a_partition_cannot_be_addressed() {
    let db = filled().await;
    let partitions: Vec<String> =
        sqlx::query_scalar("SELECT oid::regclass::text FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY 1")
            .fetch_all(&mut db.owner().await)
            .await
            .expect("catalogue");
    assert!(partitions.len() >= 24, "{partitions:?}");
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    for partition in partitions {
        for sql in [
            format!("SELECT t::text FROM {partition} t"),
            format!("SELECT count(*)::text FROM {partition}"),
            format!("DELETE FROM {partition} RETURNING 1::text"),
            format!("INSERT INTO {partition} DEFAULT VALUES RETURNING 1::text"),
            format!("TRUNCATE {partition}"),
        ] {
            assert_eq!(attempt(&mut tx, &sql).await, Err(DENIED.to_owned()), "{sql}");
        }
    }
}
