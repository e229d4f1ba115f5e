//! What the catalogue says of every table, partition and function.

use tandem_store::testing::Database;

use crate::world::NOT_OF_A_TENANT;

/// Functions that run with the owner's rights. A new one is a new way past row-level security: think, then name it here.
const DEFINERS: [&str; 5] =
    ["tandem.ensure_partitions", "tandem.ensure_user", "tandem.gather_statistics", "tandem.keep_leases", "tandem.proven"];

#[tokio::test]
async fn every_table_and_partition_is_under_forced_row_level_security() {
    let db = Database::fresh().await;
    let bare: Vec<String> = sqlx::query_scalar(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_'
           AND c.relkind IN ('r', 'p', 'm', 'f') AND NOT (c.relrowsecurity AND c.relforcerowsecurity) ORDER BY 1",
    )
    .fetch_all(&mut db.owner().await)
    .await
    .expect("catalogue");
    assert_eq!(bare, NOT_OF_A_TENANT);
}

#[tokio::test]
async fn a_view_shows_whoever_asks_what_its_tables_show_them() {
    let db = Database::fresh().await;
    let bare: Vec<String> = sqlx::query_scalar(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname IN ('public', 'tandem') AND c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)",
    )
    .fetch_all(&mut db.owner().await)
    .await
    .expect("catalogue");
    assert_eq!(bare, [""; 0], "views that look with their owner's rights");
}

#[tokio::test]
async fn every_table_has_a_policy_and_no_partition_can_be_reached_past_it() {
    let db = Database::fresh().await;
    let mut owner = db.owner().await;
    let without: Vec<String> = sqlx::query_scalar(
        "SELECT c.oid::regclass::text FROM pg_class c
         WHERE c.relrowsecurity AND NOT c.relispartition
           AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polroles = ARRAY['tandem_server'::regrole::oid])",
    )
    .fetch_all(&mut owner)
    .await
    .expect("catalogue");
    assert_eq!(without, [""; 0], "tables without a policy for the server's role alone");
    let reachable: Vec<String> = sqlx::query_scalar(
        "SELECT c.oid::regclass::text FROM pg_class c CROSS JOIN unnest(ARRAY['tandem_server', 'tandem_journal', 'tandem_system']) r
         WHERE c.relispartition AND c.relkind IN ('r', 'p')
           AND has_any_column_privilege(r, c.oid, 'SELECT, INSERT, UPDATE, REFERENCES')",
    )
    .fetch_all(&mut owner)
    .await
    .expect("catalogue");
    assert_eq!(reachable, [""; 0], "partitions that a role may address directly");
}

#[tokio::test]
async fn nothing_is_granted_to_everybody() {
    let db = Database::fresh().await;
    let mut owner = db.owner().await;
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) a
         WHERE n.nspname IN ('public', 'tandem') AND a.grantee = 0",
    )
    .fetch_all(&mut owner)
    .await
    .expect("catalogue");
    assert_eq!(tables, [""; 0]);
    let functions: Vec<String> = sqlx::query_scalar(
        "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE n.nspname = 'tandem' AND has_function_privilege('public', p.oid, 'EXECUTE')",
    )
    .fetch_all(&mut owner)
    .await
    .expect("catalogue");
    assert_eq!(functions, [""; 0]);
}

#[tokio::test]
async fn functions_with_the_owners_rights_are_known_and_their_search_path_is_pinned() {
    let db = Database::fresh().await;
    let found: Vec<(String, bool)> = sqlx::query_as(
        "SELECT n.nspname || '.' || p.proname, coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)
         FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
    )
    .fetch_all(&mut db.owner().await)
    .await
    .expect("catalogue");
    assert_eq!(found, DEFINERS.map(|name| (name.to_owned(), true)));
}
