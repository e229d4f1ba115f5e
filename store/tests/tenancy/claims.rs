//! What a connection claims to be: only a genuine, fresh proof opens anything.

use sqlx::{Executor, PgConnection};
use tandem_protocol::{UserId, WorkspaceId};
use tandem_store::{PoolSizes, Tenant, testing::Database};

use crate::world::{MARK_OF_B, assert_no_b, attempt, filled, tables};

async fn claim(connection: &mut PgConnection, setting: &str, value: &str) {
    sqlx::query("SELECT set_config($1, $2, true)").bind(setting).bind(value).execute(connection).await.expect("anybody may set it");
}

/// A proof as the program makes it, from the key in the database.
async fn proof(db: &Database, workspace: WorkspaceId, user: &str, seconds_left: i64) -> String {
    sqlx::query_scalar(
        "SELECT c.claims || ':' || encode(sha256(k.outer_pad || sha256(k.inner_pad || convert_to(c.claims, 'UTF8'))), 'hex')
         FROM tandem.tenant_key k,
              (SELECT $1 || ':' || $2 || ':' || (extract(epoch FROM now())::bigint + $3)::text AS claims) c",
    )
    .bind(workspace.to_string())
    .bind(user)
    .bind(seconds_left)
    .fetch_one(&mut db.owner().await)
    .await
    .expect("proof")
}

/// Rows of all tables together that the connection sees.
async fn seen(db: &Database, connection: &mut PgConnection) -> Vec<String> {
    let mut all = Vec::new();
    for table in tables(db).await {
        all.extend(attempt(connection, &format!("SELECT t::text FROM {table} t")).await.expect("allowed to ask"));
    }
    all
}

#[tokio::test]
async fn a_genuine_proof_made_by_hand_opens_its_workspace() {
    // Shows that the forgeries below fail for the reason they should.
    let db = filled().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    claim(&mut tx, "app.tenant", &proof(&db, db.b.workspace, "", 60).await).await;
    assert!(seen(&db, &mut tx).await.iter().any(|row| row.contains(MARK_OF_B)));
}

#[tokio::test]
async fn forged_stale_and_spliced_proofs_open_nothing_at_all() {
    let db = filled().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let mine: String = sqlx::query_scalar("SELECT current_setting('app.tenant')").fetch_one(&mut *tx).await.expect("my proof");
    let piece: Vec<&str> = mine.split(':').collect();
    let [_, user, expires, mac] = piece[..] else { panic!("four pieces: {mine}") };
    let b = db.b.workspace;
    let zeros = "0".repeat(64);
    let expired = proof(&db, b, "", -1).await;
    let expired_mac = expired.rsplit(':').next().expect("mac").to_owned();
    let claims = [
        String::new(),
        b.to_string(),
        ":::".to_owned(),
        format!("{b}:{user}:{expires}"),
        format!("{b}:{user}:{expires}:"),
        format!("{b}:{user}:{expires}:{zeros}"),
        // My mac on another's workspace; another's mac on a later expiry; a piece too many; upper case.
        format!("{b}:{user}:{expires}:{mac}"),
        format!("{b}::{expires}:{expired_mac}"),
        expired,
        format!("{mine}:{b}"),
        format!("{b}:{mine}"),
        format!("{}:{user}:{expires}:{}", b, mac.to_uppercase()),
        "x".repeat(100_000),
        "ü:ü:ü:ü".to_owned(),
        "{}".to_owned(),
    ];
    for forged in claims {
        claim(&mut tx, "app.tenant", &forged).await;
        assert_eq!(seen(&db, &mut tx).await, [""; 0], "with app.tenant = {forged:.120}");
    }
}

#[tokio::test]
async fn other_settings_change_nothing() {
    let db = filled().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let before = seen(&db, &mut tx).await;
    for setting in ["app.workspace_id", "app.workspace", "app.user_id", "tandem.workspace_id"] {
        claim(&mut tx, setting, &db.b.workspace.to_string()).await;
    }
    let after = seen(&db, &mut tx).await;
    assert_eq!(after, before);
    assert_no_b(&Ok(after), "app.workspace_id");
}

#[tokio::test]
async fn another_user_in_a_proof_breaks_it() {
    let db = filled().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    let mine: String = sqlx::query_scalar("SELECT current_setting('app.tenant')").fetch_one(&mut *tx).await.expect("my proof");
    claim(&mut tx, "app.tenant", &mine.replace(&db.a.labeler.to_string(), &db.a.admin.to_string())).await;
    assert_eq!(seen(&db, &mut tx).await, [""; 0]);
}

#[tokio::test]
async fn a_pooled_connection_forgets_its_tenant_with_the_transaction() {
    let db = Database::with_pools(PoolSizes { server: 1, journal: 1, system: 1 }).await;
    db.owner().await.execute(include_str!("fill.sql")).await.expect("rows");
    // Statements are cached with the connection, so the same plan serves one tenant after the other.
    for _ in 0..8 {
        for seeded in [db.a, db.b] {
            let mut tx = seeded.tenant().begin(&db.store).await.expect("begin");
            let ids: Vec<uuid::Uuid> = sqlx::query_scalar("SELECT workspace_id FROM tasks").fetch_all(&mut *tx).await.expect("tasks");
            assert_eq!(ids, [seeded.workspace.0; 3]);
            tx.commit().await.expect("commit");
        }
    }
    // A transaction for a workspace that does not exist, on the same connection.
    let nobody = Tenant { workspace: WorkspaceId::new(), user: Some(UserId::new()) };
    let mut tx = nobody.begin(&db.store).await.expect("begin");
    assert_eq!(seen(&db, &mut tx).await, [""; 0]);
    claim(&mut tx, "app.tenant", "").await;
    tx.commit().await.expect("commit");
}
