//! What the three roles cannot do, whoever got hold of them.

use secrecy::ExposeSecret;
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tandem_store::testing::Database;

use crate::world::{DENIED, attempt, filled, tables};

/// A session as one of the roles, with the superuser's way in: what `SET SESSION AUTHORIZATION` gives is the role itself.
async fn session(db: &Database, role: &str) -> PgConnection {
    let options: PgConnectOptions = db.config.url.expose_secret().parse().expect("url");
    let mut connection = PgConnection::connect_with(&options).await.expect("connect");
    let sql = sqlx::AssertSqlSafe(format!("SET SESSION AUTHORIZATION {role}"));
    sqlx::query(sql).execute(&mut connection).await.expect("become the role");
    connection
}

#[tokio::test]
async fn the_server_cannot_become_anybody_else() {
    let db = filled().await;
    let owner: String = sqlx::query_scalar("SELECT current_user::text").fetch_one(&mut db.owner().await).await.expect("owner");
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    for role in [owner.as_str(), "tandem_system", "tandem_journal", "pg_read_all_data", "pg_write_all_data", "pg_read_server_files"] {
        for sql in
            [format!("SET ROLE \"{role}\""), format!("SET SESSION AUTHORIZATION \"{role}\""), format!("GRANT \"{role}\" TO tandem_server")]
        {
            assert_eq!(attempt(&mut tx, &sql).await, Err(DENIED.to_owned()), "{sql}");
        }
    }
}

#[tokio::test]
async fn the_server_cannot_take_the_policies_away() {
    let db = filled().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    for table in tables(&db).await {
        for sql in [
            format!("ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"),
            format!("ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"),
            format!("CREATE POLICY open ON {table} USING (true)"),
            format!("CREATE TRIGGER spy BEFORE UPDATE ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()"),
            format!("CREATE INDEX ON {table} ((1))"),
            format!("GRANT SELECT ON {table} TO PUBLIC"),
        ] {
            let outcome = attempt(&mut tx, &sql).await;
            // A grant one may not give is a warning to those who hold some privilege of the table.
            let nothing_granted = sql.starts_with("GRANT") && outcome.is_ok();
            assert!(nothing_granted || outcome == Err(DENIED.to_owned()), "{sql}: {outcome:?}");
        }
        let off = format!("SELECT t::text FROM {table} t");
        sqlx::query("SET LOCAL row_security = off").execute(&mut *tx).await.expect("anybody may");
        assert_eq!(attempt(&mut tx, &off).await, Err(DENIED.to_owned()), "row_security = off refuses instead of showing");
        sqlx::query("SET LOCAL row_security = on").execute(&mut *tx).await.expect("anybody may");
    }
    for sql in [
        "SELECT k::text FROM tandem.tenant_key k",
        "ALTER ROLE tandem_server BYPASSRLS",
        "ALTER FUNCTION tandem.proven(integer) SECURITY INVOKER",
        "CREATE OR REPLACE FUNCTION tandem.proven(part integer) RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
        "CREATE TABLE public.mine ()",
        "CREATE TABLE tandem.mine ()",
        "SELECT tandem.ensure_partitions(1)::text",
        "SELECT tandem.protect('tasks')::text",
        "SELECT id::text FROM tandem.nodes",
        "UPDATE tandem.nodes SET drain_requested_at = now()",
        "UPDATE tandem.compatibility SET needs = 0",
        "SELECT pg_read_file('PG_VERSION')",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "SELECT s::text FROM pg_statistic s",
    ] {
        assert_eq!(attempt(&mut tx, sql).await, Err(DENIED.to_owned()), "{sql}");
    }
}

#[tokio::test]
async fn history_and_audit_cannot_be_rewritten() {
    let db = filled().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    for table in ["annotation_events", "audit_log"] {
        for sql in [format!("UPDATE {table} SET id = id"), format!("DELETE FROM {table}")] {
            assert_eq!(attempt(&mut tx, &sql).await, Err(DENIED.to_owned()), "{sql}");
        }
    }
}

#[tokio::test]
async fn the_journal_appends_updates_and_can_do_nothing_else() {
    let db = filled().await;
    let mut journal = session(&db, "tandem_journal").await;
    let mut tx = journal.begin().await.expect("begin");
    for table in tables(&db).await {
        for sql in [format!("SELECT t::text FROM {table} t"), format!("SELECT count(*)::text FROM {table}"), format!("DELETE FROM {table}")]
        {
            assert_eq!(attempt(&mut tx, &sql).await, Err(DENIED.to_owned()), "{sql}");
        }
    }
    let append = |workspace| {
        format!(
            "INSERT INTO document_updates (document_id, workspace_id, payload)
             VALUES ('01900000-0000-7000-8000-000b00000070', '{workspace}', 'x')"
        )
    };
    assert_eq!(attempt(&mut tx, &append(db.b.workspace)).await, Ok(vec![]));
    assert_eq!(attempt(&mut tx, &append(db.a.workspace)).await, Err("23503".to_owned()), "filed under another workspace");
    assert_eq!(attempt(&mut tx, &format!("{} RETURNING seq::text", append(db.b.workspace))).await, Err(DENIED.to_owned()));
}

#[tokio::test]
async fn the_system_role_reads_the_few_columns_it_needs() {
    let db = filled().await;
    let readable: Vec<String> = sqlx::query_scalar(
        "SELECT c.oid::regclass || '.' || a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
         WHERE n.nspname IN ('public', 'tandem') AND c.relkind IN ('r', 'p')
           AND c.relname <> 'outbox' AND has_column_privilege('tandem_system', c.oid, a.attnum, 'SELECT') ORDER BY 1",
    )
    .fetch_all(&mut db.owner().await)
    .await
    .expect("catalogue");
    let expected = [
        "assignments.away_since",
        "assignments.ended_at",
        "assignments.expires_at",
        "assignments.id",
        "assignments.project_id",
        "assignments.task_id",
        "assignments.user_id",
        "assignments.workspace_id",
        "batches.id",
        "batches.project_id",
        "batches.workspace_id",
        "idempotency_keys.created_at",
        "job_files.expires_at",
        "job_files.id",
        "job_files.workspace_id",
        "jobs.due",
        "jobs.id",
        "jobs.kind",
        "jobs.state",
        "jobs.workspace_id",
        "session_revocations.revoked_at",
        "session_revocations.user_id",
        "session_revocations.valid_after",
        "session_revocations.workspace_id",
        "tandem.nodes.address",
        "tandem.nodes.connections",
        "tandem.nodes.drain_requested_at",
        "tandem.nodes.durable",
        "tandem.nodes.heartbeat_at",
        "tandem.nodes.host",
        "tandem.nodes.id",
        "tandem.nodes.rooms",
        "tandem.nodes.schema",
        "tandem.nodes.started_at",
        "tandem.nodes.state",
        "tandem.nodes.version",
        "task_calls.due",
        "task_calls.leased_until",
        "task_calls.project_id",
        "task_calls.step",
        "task_calls.task_id",
        "task_calls.workspace_id",
        "task_counters.completed",
        "task_counters.in_progress",
        "task_counters.pending",
        "task_counters.scope_id",
        "task_counters.skipped",
        "task_steps.free",
        "task_steps.mode",
        "task_steps.project_id",
        "task_steps.reserved_for",
        "task_steps.reserved_until",
        "task_steps.workspace_id",
        "task_timers.due",
        "task_timers.project_id",
        "task_timers.task_id",
        "task_timers.timer",
        "task_timers.workspace_id",
        "tasks.id",
        "tasks.machine_state",
        "tasks.project_id",
        "tasks.status",
        "tasks.workflow_id",
        "tasks.workspace_id",
        "workflow_instances.batch_id",
        "workflow_instances.begun",
        "workflow_instances.done",
        "workflow_instances.project_id",
        "workflow_instances.total",
        "workspaces.id",
        "workspaces.name",
    ];
    assert_eq!(readable, expected);
    let mut system = session(&db, "tandem_system").await;
    let mut tx = system.begin().await.expect("begin");
    for sql in [
        "UPDATE assignments SET expires_at = now()",
        "UPDATE assignments SET away_since = NULL",
        "UPDATE outbox SET payload = '{}'",
        "UPDATE jobs SET due = now()",
        "SELECT input::text FROM jobs",
        "SELECT object_key::text FROM job_files",
        "INSERT INTO outbox (workspace_id, topic, payload) VALUES (gen_random_uuid(), 'x', '{}')",
        "DELETE FROM workspaces",
        "SELECT metadata::text FROM workspaces",
        "UPDATE tandem.nodes SET started_at = now()",
    ] {
        assert_eq!(attempt(&mut tx, sql).await, Err(DENIED.to_owned()), "{sql}");
    }
}
