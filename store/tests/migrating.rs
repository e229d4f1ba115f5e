//! Bringing databases to this version.

use sqlx::{AssertSqlSafe, Connection, Executor};
use tandem_store::{Store, StoreError, migrate, system, testing::Database};

#[tokio::test]
async fn migrating_twice_changes_nothing_the_second_time() {
    let db = Database::empty().await;
    let first = migrate(&db.config).await.expect("first");
    assert!(!first.applied.is_empty());
    let second = migrate(&db.config).await.expect("second");
    assert_eq!(second.applied, []);
    assert_eq!(second.version, first.version);
    Store::connect(&db.config).await.expect("a store on it");
}

#[tokio::test]
async fn two_migrating_at_once_both_succeed_and_one_does_the_work() {
    let db = Database::empty().await;
    let (one, two) = tokio::join!(migrate(&db.config), migrate(&db.config));
    let (one, two) = (one.expect("one"), two.expect("two"));
    assert!(one.applied.is_empty() != two.applied.is_empty());
}

const LATER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                     VALUES (29990101000000, 'later', true, '', 0)";

/// In a rolling upgrade the program of before serves on beside the one of after, and is started anew where it crashed.
#[tokio::test]
async fn a_newer_database_that_carries_this_program_is_worked_with_and_left_alone() {
    let db = Database::fresh().await;
    db.owner().await.execute(LATER).await.expect("insert");
    let store = Store::connect(&db.config).await.expect("a program of before starts");
    assert_eq!(system::workspaces(&store).await.expect("and works").len(), 2);
    let report = migrate(&db.config).await.expect("nothing to do");
    assert_eq!((report.applied.len(), report.version), (0, 29_990_101_000_000));
    assert!(report.known < report.version);
}

#[tokio::test]
async fn a_newer_database_that_needs_a_newer_program_is_refused_with_the_versions() {
    let db = Database::fresh().await;
    let mut owner = db.owner().await;
    owner.execute(LATER).await.expect("insert");
    owner.execute("UPDATE tandem.compatibility SET needs = 29990101000000").await.expect("contract");
    let refused = |error: &StoreError| {
        matches!(error, StoreError::DatabaseNewer { found: 29_990_101_000_000, needs: 29_990_101_000_000, .. })
            && error.to_string().contains("run the newer program")
    };
    let error = migrate(&db.config).await.expect_err("must be refused");
    assert!(refused(&error), "{error}");
    let error = Store::connect(&db.config).await.expect_err("must be refused");
    assert!(refused(&error), "{error}");
}

#[tokio::test]
async fn a_database_of_an_older_version_is_refused_on_connect_and_told_what_to_run() {
    let db = Database::fresh().await;
    let sql = "DELETE FROM _sqlx_migrations WHERE version = (SELECT max(version) FROM _sqlx_migrations)";
    db.owner().await.execute(sql).await.expect("a program newer than its database");
    let error = Store::connect(&db.config).await.expect_err("must be refused");
    assert!(error.to_string().ends_with("run `tandem migrate`"), "{error}");
}

#[tokio::test]
async fn a_database_not_migrated_is_refused_on_connect() {
    let db = Database::empty().await;
    let error = Store::connect(&db.config).await.expect_err("must be refused");
    assert!(matches!(error, StoreError::NotMigrated { .. }), "{error}");
}

#[tokio::test]
async fn another_tenant_key_is_refused_unless_the_change_is_meant() {
    let db = Database::fresh().await;
    let mut other = db.config.clone();
    other.tenant_key = "another key of the right length".to_owned().into();
    // Refused before any role gets another password, so the other tests of this cluster go on.
    assert!(matches!(migrate(&other).await, Err(StoreError::WrongTenantKey)));
}

#[tokio::test]
async fn an_owner_without_superuser_can_migrate_and_its_tables_still_hold() {
    let db = Database::empty().await;
    let owner = format!("{}_owner", db.name());
    let mut admin = db.owner().await;
    for sql in [format!("CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'owner'"), format!("ALTER DATABASE {} OWNER TO {owner}", db.name())]
    {
        admin.execute(AssertSqlSafe(sql)).await.expect("an owner");
    }
    let mut config = db.config.clone();
    let url = secrecy::ExposeSecret::expose_secret(&config.url).to_owned();
    let (_, rest) = url.split_once('@').expect("a user in the URL");
    config.url = format!("postgres://{owner}:owner@{rest}").into();

    migrate(&config).await.expect("migrate as an ordinary owner");
    let store = Store::connect(&config).await.expect("a store");
    assert_eq!(system::ensure_partitions(&store).await.expect("partitions"), 0);

    store.close().await;
    for sql in [format!("REASSIGN OWNED BY {owner} TO CURRENT_USER"), format!("DROP OWNED BY {owner}")] {
        admin.execute(AssertSqlSafe(sql)).await.expect("tidy");
    }
    admin.execute(AssertSqlSafe(format!("DROP ROLE {owner}"))).await.expect("tidy");
    admin.close().await.expect("closing");
}

/// With passwords, as in production: the roles' derive from the key, so another key is a failed sign-in.
#[tokio::test]
async fn a_wrong_tenant_key_is_named_on_connect() {
    let db = Database::fresh().await;
    let mut other = db.config.clone();
    other.tenant_key = "another key of the right length".to_owned().into();
    let error = Store::connect(&other).await.expect_err("must be refused");
    assert!(matches!(error, StoreError::WrongTenantKey), "{error}");
}
