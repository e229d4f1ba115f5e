//! Ways to write: none touches a row of another workspace, or puts one there.

use sqlx::{AssertSqlSafe, PgConnection};
use tandem_protocol::{AssetId, UserId, WorkspaceRole, rest::NewTask};
use tandem_store::{
    StoreError, members, tasks,
    users::{self, NewUser},
};

use crate::world::{DENIED, MARK_OF_B, assert_no_b, attempt, filled, rows_of_b, tables};

/// A row of b as JSON, and the column that says whose it is.
async fn row_of_b(owner: &mut PgConnection, table: &str) -> String {
    sqlx::query_scalar(AssertSqlSafe(format!("SELECT to_json(t)::text FROM {table} t WHERE t::text LIKE '%{MARK_OF_B}%' LIMIT 1")))
        .fetch_one(owner)
        .await
        .expect("a row of b")
}

#[tokio::test]
async fn updating_and_deleting_everything_reaches_no_foreign_row() {
    let db = filled().await;
    let before = rows_of_b(&db).await;
    for table in tables(&db).await {
        let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
        let columns: Vec<String> = sqlx::query_scalar(
            "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = ''",
        )
        .bind(&table)
        .fetch_all(&mut *tx)
        .await
        .expect("columns");
        for column in columns {
            let sql = format!("WITH x AS (UPDATE {table} SET {column} = {column} RETURNING *) SELECT x::text FROM x");
            assert_no_b(&attempt(&mut tx, &sql).await, &sql);
        }
        let sql = format!("WITH x AS (DELETE FROM {table} t WHERE t::text LIKE '%{MARK_OF_B}%' RETURNING *) SELECT x::text FROM x");
        assert!(matches!(attempt(&mut tx, &sql).await.as_deref(), Ok([]) | Err(_)), "{sql}");
        let sql = format!("TRUNCATE {table} CASCADE");
        assert_eq!(attempt(&mut tx, &sql).await, Err(DENIED.to_owned()), "{sql}");
    }
    assert_eq!(rows_of_b(&db).await, before);
}

#[tokio::test]
async fn a_row_cannot_be_given_to_another_workspace() {
    let db = filled().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    for table in tables(&db).await.into_iter().filter(|t| t != "users") {
        let column = if table == "workspaces" { "id" } else { "workspace_id" };
        let sql = format!("UPDATE {table} SET {column} = '{}' RETURNING 1::text", db.b.workspace);
        assert_eq!(attempt(&mut tx, &sql).await, Err(DENIED.to_owned()), "{sql}");
    }
}

#[tokio::test]
async fn a_row_cannot_be_inserted_into_another_workspace_however_it_is_put() {
    let db = filled().await;
    let before = rows_of_b(&db).await;
    let mut owner = db.owner().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    for table in tables(&db).await {
        let row = row_of_b(&mut owner, &table).await.replace('\'', "''");
        let insert = format!("INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_record(NULL::{table}, '{row}')");
        for sql in [
            insert.clone(),
            format!("{insert} RETURNING 1::text"),
            format!("{insert} ON CONFLICT DO NOTHING"),
            format!("WITH x AS ({insert} RETURNING *) SELECT x::text FROM x"),
        ] {
            assert_eq!(attempt(&mut tx, &sql).await, Err(DENIED.to_owned()), "{sql}");
        }
        let merge = format!(
            "MERGE INTO {table} t USING (SELECT * FROM json_populate_record(NULL::{table}, '{row}')) s ON t::text = s::text
             WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN DO NOTHING"
        );
        assert!(matches!(attempt(&mut tx, &merge).await.as_deref(), Ok([]) | Err(_)), "{merge}");
    }
    drop(tx);
    assert_eq!(rows_of_b(&db).await, before);
}

#[tokio::test]
async fn copying_into_a_table_is_refused() {
    let db = filled().await;
    for table in tables(&db).await {
        let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
        assert!(tx.copy_in_raw(&format!("COPY {table} FROM STDIN")).await.is_err(), "{table}");
    }
}

#[tokio::test]
async fn a_row_of_mine_cannot_point_into_another_workspace() {
    let db = filled().await;
    let (a, b) = (db.a, db.b);
    let mut tx = a.tenant().begin(&db.store).await.expect("begin");
    for sql in [
        format!(
            "INSERT INTO batches (id, workspace_id, project_id, name) VALUES (gen_random_uuid(), '{}', '{}', 'x')",
            a.workspace, b.project
        ),
        format!(
            "INSERT INTO project_members (workspace_id, project_id, user_id, role) VALUES ('{}', '{}', '{}', 'admin')",
            a.workspace, a.project, b.labeler
        ),
        format!(
            "INSERT INTO project_members (workspace_id, project_id, user_id, role) VALUES ('{}', '{}', '{}', 'admin')",
            a.workspace, b.project, a.labeler
        ),
        format!("UPDATE tasks SET asset_id = '{}'", b.assets[0]),
        format!("UPDATE tasks SET project_id = '{}'", b.project),
        format!(
            "INSERT INTO documents (id, workspace_id, project_id, task_id, lineage) VALUES (gen_random_uuid(), '{}', '{}', '{}', gen_random_uuid())",
            a.workspace, a.project, b.tasks[1]
        ),
        "UPDATE projects SET customer_id = '01900000-0000-7000-8000-000b00000080'".to_owned(),
    ] {
        assert_eq!(attempt(&mut tx, &sql).await, Err("23503".to_owned()), "{sql}");
    }
    let task = NewTask { asset_id: AssetId(b.assets[0].0), external_id: None, batch_id: None, priority: None, input: None };
    let refused = tasks::create(&mut tx, a.project, &[task]).await;
    assert!(matches!(refused, Err(tasks::CreateTasksError::UnknownAsset { index: 0 })), "{refused:?}");
}

#[tokio::test]
async fn a_person_of_another_workspace_is_seen_only_once_they_are_a_member_here() {
    let db = filled().await;
    let mut tx = db.a.as_user(db.a.admin).begin(&db.store).await.expect("begin");
    let stranger =
        NewUser { id: UserId::new(), email: "Labeler@B.test".to_owned(), name: "Somebody".to_owned(), color: "#000000".to_owned() };
    let id = users::ensure(&mut tx, &stranger).await.expect("known by their address");
    assert_eq!(id, db.b.labeler);
    assert_eq!(users::get(&mut tx, id).await.expect("get"), None);
    // Being invited does not let the workspace change who they are.
    members::put(&mut tx, id, WorkspaceRole::Member).await.expect("member");
    assert_eq!(users::get(&mut tx, id).await.expect("get").expect("seen now").name, "Labeler B");
    let rename = attempt(&mut tx, &format!("UPDATE users SET display_name = 'Renamed' WHERE id = '{id}' RETURNING display_name")).await;
    assert_eq!(rename, Ok(vec![]));
}

#[tokio::test]
async fn no_person_is_added_without_a_proven_workspace() {
    let db = filled().await;
    let mut tx = db.a.tenant().begin(&db.store).await.expect("begin");
    sqlx::query("SELECT set_config('app.tenant', '', true)").execute(&mut *tx).await.expect("anybody may");
    let person = NewUser { id: UserId::new(), email: "new@a.test".to_owned(), name: "New".to_owned(), color: "#000000".to_owned() };
    let refused = users::ensure(&mut tx, &person).await;
    assert!(matches!(refused, Err(StoreError::Forbidden(_))), "{refused:?}");
}
