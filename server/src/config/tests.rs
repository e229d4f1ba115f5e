//! Layers, origins, and the sentence of each bad value.

use std::{fs, path::PathBuf};

use secrecy::ExposeSecret as _;

use super::*;

const LONG: &str = "thirty-two characters at the least";

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("tandem-config-{}", uuid::Uuid::now_v7()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn file(&self, text: &str) -> PathBuf {
        let path = self.0.join("tandem.toml");
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn with<const N: usize>(env: [(&str, &str); N]) -> Result<Loaded, ConfigError> {
    load(&Asked { file: Some("/dev/null".into()), flags: Vec::new() }, &Environment::from(env))
}

fn sentence<const N: usize>(env: [(&str, &str); N]) -> String {
    with(env).unwrap_err().to_string()
}

fn origin(loaded: &Loaded, key: &str) -> Origin {
    loaded.lines.iter().find(|line| line.setting.key == key).unwrap().origin.clone()
}

#[test]
fn without_anything_everything_is_embedded_on_loopback() {
    let config = with([]).unwrap().config;
    assert_eq!(config.bind.to_string(), "127.0.0.1:8080");
    assert_eq!(config.public_url, "http://127.0.0.1:8080");
    assert!(config.embedded_postgres() && config.embedded_s3() && config.demo);
    assert_eq!((config.log_filter(), &config.data_dir), ("warn", &PathBuf::from(".data")));
}

#[test]
fn the_limits_are_those_of_the_live_core_unless_they_are_set() {
    assert_eq!(format!("{:?}", with([]).unwrap().config.live), format!("{:?}", LiveConfig::default()));
    let live = with([("TANDEM_LIMITS_MAX_OUTBOX", "1MiB"), ("TANDEM_LIMITS_STALL", "3s")]).unwrap().config.live;
    assert_eq!((live.session.max_outbox, live.session.stall.as_secs()), (1 << 20, 3));
    let sentence = sentence([("TANDEM_LIMITS_MAX_FRAME", "a lot")]);
    assert!(sentence.contains("limits.max_frame") && sentence.contains("4MiB"), "{sentence}");
}

#[test]
fn every_limit_is_in_the_protocols_table() {
    let page = fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/protocol.md")).unwrap();
    let table = page.split("## Limits").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
    for name in SETTINGS.iter().filter_map(|setting| setting.key.strip_prefix("limits.")) {
        // Of four rows only the first kind is spelt out; `_at_once` stands for the other.
        let stem = name.strip_suffix("_at_once").map_or(name.to_owned(), |stem| format!("{stem}_per_second"));
        assert!(table.contains(&format!("`{name}`")) || table.contains(&format!("`{stem}`")), "{name}");
    }
}

#[test]
fn a_slow_commit_is_one_that_has_not_failed_yet() {
    let sentence = sentence([("TANDEM_LIMITS_SLOW_COMMIT", "15s")]);
    assert!(sentence.contains("limits.slow_commit") && sentence.contains("less than limits.commit_timeout"), "{sentence}");
}

#[test]
fn limits_that_make_each_other_meaningless_are_refused_by_both_names() {
    for (set, to, sentence_has) in [
        ("TANDEM_LIMITS_MAX_OUTBOX", "64KiB", ["limits.soft_outbox", "at most limits.max_outbox"]),
        ("TANDEM_LIMITS_MIN_TICK", "100ms", ["limits.min_tick", "at most limits.max_tick"]),
        ("TANDEM_LIMITS_MAX_FRAME", "64MiB", ["limits.max_frame", "at most limits.bytes_at_once"]),
        ("TANDEM_LIMITS_MAX_FRAME_STOCK", "64MiB", ["limits.max_frame_stock", "at most limits.bytes_at_once"]),
        ("TANDEM_LIMITS_MAX_DOCUMENT", "1MiB", ["limits.max_update", "at most limits.max_document"]),
    ] {
        let sentence = sentence([(set, to)]);
        assert!(sentence_has.iter().all(|part| sentence.contains(part)), "{sentence}");
    }
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default() {
    let folder = Folder::new();
    let file = folder.file("bind = \"127.0.0.1:1001\"\nlog = \"info\"\n[s3]\nbucket = \"from-file\"\n");
    let env = Environment::from([("TANDEM_BIND", "127.0.0.1:1002"), ("TANDEM_S3_REGION", "eu-central-1")]);
    let flags = vec![("log", "debug".to_owned())];
    let loaded = load(&Asked { file: Some(file.clone()), flags }, &env).unwrap();
    assert_eq!(loaded.config.bind.port(), 1002);
    assert_eq!(loaded.config.log.as_deref(), Some("debug"));
    assert_eq!((loaded.config.s3.bucket.as_str(), loaded.config.s3.region.as_str()), ("from-file", "eu-central-1"));
    assert_eq!(origin(&loaded, "bind"), Origin::Environment("TANDEM_BIND"));
    assert_eq!(origin(&loaded, "log"), Origin::Flag);
    assert_eq!(origin(&loaded, "s3.bucket"), Origin::File(file.display().to_string()));
    assert_eq!((origin(&loaded, "data_dir"), origin(&loaded, "redis_url")), (Origin::Default, Origin::Unset));
}

#[test]
fn an_empty_variable_is_not_set() {
    let loaded = with([("TANDEM_REDIS_URL", ""), ("DATABASE_URL", "")]).unwrap();
    assert!(loaded.config.redis.is_none() && loaded.config.embedded_postgres());
}

#[test]
fn values_that_look_like_numbers_stay_text() {
    let secret = "12345678901234567890123456789012";
    let config = with([("TANDEM_JWT_SECRET", secret), ("TANDEM_JWT_ISSUER", "007")]).unwrap().config;
    assert_eq!(parse::exposed(config.jwt.secret.as_ref()), Some(secret));
    assert_eq!(config.jwt.issuer, "007");
}

#[test]
fn each_bad_value_is_one_sentence_with_the_setting_the_value_and_the_rule() {
    let cases = [
        (
            sentence([("TANDEM_BIND", "here")]),
            "bind is \"here\" (from TANDEM_BIND) but must be an IP address and a port, such as 127.0.0.1:8080 or 0.0.0.0:80.",
        ),
        (
            sentence([("TANDEM_PUBLIC_URL", "https://x.org/tandem")]),
            "public_url is \"https://x.org/tandem\" (from TANDEM_PUBLIC_URL) but must have no path, such as https://tandem.example.org.",
        ),
        (
            sentence([("TANDEM_S3_BUCKET", "api")]),
            "s3.bucket is \"api\" (from TANDEM_S3_BUCKET) but is the name of a page of Tandem: choose another.",
        ),
        (
            sentence([("TANDEM_S3_BUCKET", "My Bucket")]),
            "s3.bucket is \"My Bucket\" (from TANDEM_S3_BUCKET) but must be 3 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit.",
        ),
        (
            sentence([("TANDEM_JWT_ALGORITHM", "none")]),
            "jwt.algorithm is \"none\" (from TANDEM_JWT_ALGORITHM) but must be HS256, RS256, ES256 or EdDSA.",
        ),
        (sentence([("TANDEM_JWT_ALGORITHM", "RS256")]), "jwt.public_key is not set but is needed for RS256 (or jwt.jwks)."),
        (sentence([("TANDEM_JWT_SECRET", "short")]), "jwt.secret (from TANDEM_JWT_SECRET) must have 32 characters or more, and has 5."),
        (sentence([("TANDEM_S3_ENDPOINT", "https://s3.x.org")]), "s3.access_key is not set but is needed when s3.endpoint is set."),
        (
            sentence([("TANDEM_S3_PUBLIC_ENDPOINT", "https://s3.x.org")]),
            "s3.public_endpoint is \"https://s3.x.org\" (from TANDEM_S3_PUBLIC_ENDPOINT) but s3.endpoint is not set: the embedded S3 is reached through public_url.",
        ),
        (sentence([("TANDEM_DEMO", "maybe")]), "demo is \"maybe\" (from TANDEM_DEMO) but must be true or false."),
        (
            sentence([("DATABASE_URL", "mysql://u:hunter2@h/d")]),
            "database_url (from DATABASE_URL) must begin with postgres://, not mysql://.",
        ),
        (
            sentence([("TANDEM_JWT_ALGORITHM", "RS256"), ("TANDEM_JWT_JWKS", "http://idp.example.org/keys")]),
            "jwt.jwks is \"http://idp.example.org/keys\" (from TANDEM_JWT_JWKS) but must be https: whoever can change a key set on the way can sign in as anybody.",
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, expected);
    }
}

#[test]
fn a_private_key_is_refused_where_the_public_one_belongs() {
    let pem = include_str!("../auth/testdata/es256.pem");
    let found = sentence([("TANDEM_JWT_ALGORITHM", "ES256"), ("TANDEM_JWT_PUBLIC_KEY", pem)]);
    assert!(found.ends_with("but is a private key: give the public one."), "{found}");
}

#[test]
fn an_own_database_needs_own_secrets_so_that_a_foreign_url_is_not_used_by_accident() {
    let found = sentence([("DATABASE_URL", "postgres://u@h/d")]);
    assert!(
        found.starts_with("jwt.secret is not set but is needed with a database of your own (database_url comes from DATABASE_URL)"),
        "{found}"
    );
    assert!(found.ends_with("or unset database_url to use the embedded Postgres."), "{found}");
    let config = with([("DATABASE_URL", "postgres://u@h/d"), ("TANDEM_JWT_SECRET", LONG), ("TANDEM_TENANT_KEY", LONG)]).unwrap().config;
    assert!(!config.embedded_postgres() && !config.demo);
    assert_eq!(config.log_filter(), "info");
}

#[test]
fn a_misspelt_setting_is_named_with_the_one_that_was_meant() {
    let folder = Folder::new();
    let unknown =
        |text| load(&Asked { file: Some(folder.file(text)), flags: Vec::new() }, &Environment::default()).unwrap_err().to_string();
    assert!(unknown("bnid = \"1.2.3.4:5\"").ends_with("sets \"bnid\", which is no setting; did you mean \"bind\"?"));
    assert!(unknown("[jwt]\nsecrets = \"x\"").ends_with("sets \"jwt.secrets\", which is no setting; did you mean \"jwt.secret\"?"));
    assert_eq!(
        flag("publicurl=x").unwrap_err().to_string(),
        "--set publicurl=x is not KEY=VALUE with a key of `tandem config`; did you mean \"public_url\"?"
    );
    assert_eq!(flag("s3.bucket=a=b").unwrap(), ("s3.bucket", "a=b".to_owned()));
}

#[test]
fn redis_comes_in_every_form_and_a_bad_url_is_refused_without_its_password() {
    let ca = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
    let env = [("TANDEM_REDIS_URL", "rediss+sentinel://:hunter2@a,b/main"), ("TANDEM_REDIS_CA", ca), ("TANDEM_REDIS_PREFIX", "mine:")];
    let redis = with(env).unwrap().config.redis.unwrap();
    assert_eq!((redis.prefix.as_str(), redis.ca.is_some()), ("mine:", true));
    for url in ["http://:hunter2@a", "redis+sentinel://:hunter2@a", "redis://:hunter2@a/x"] {
        let sentence = sentence([("TANDEM_REDIS_URL", url)]);
        assert!(sentence.contains("redis_url") && !sentence.contains("hunter2"), "{sentence}");
    }
    let useless = sentence([("TANDEM_REDIS_URL", "redis://a"), ("TANDEM_REDIS_CA", ca)]);
    assert!(useless.contains("redis_ca") && useless.contains("rediss"), "{useless}");
    assert!(sentence([("TANDEM_REDIS_PREFIX", "a{b")]).contains("redis_prefix"));
}

#[test]
fn a_file_that_was_named_must_be_there_and_be_toml() {
    let missing = Asked { file: Some("/nowhere/tandem.toml".into()), flags: Vec::new() };
    assert_eq!(
        load(&missing, &Environment::default()).unwrap_err().to_string(),
        "The configuration file /nowhere/tandem.toml does not exist."
    );
    let folder = Folder::new();
    let broken = load(&Asked { file: Some(folder.file("bind = ")), flags: Vec::new() }, &Environment::default()).unwrap_err().to_string();
    assert!(broken.contains("cannot be read") && !broken.contains('\n'), "{broken}");
}

#[test]
fn the_table_shows_every_setting_and_no_secret() {
    let loaded = with([
        ("DATABASE_URL", "postgres://owner:hunter2@db.example.org/tandem"),
        ("TANDEM_REDIS_URL", "redis://:hunter2@redis.example.org"),
        ("TANDEM_JWT_SECRET", LONG),
        ("TANDEM_TENANT_KEY", LONG),
        ("TANDEM_S3_ENDPOINT", "https://s3.example.org"),
        ("TANDEM_S3_ACCESS_KEY", "hunter2"),
        ("TANDEM_S3_SECRET_KEY", "hunter2"),
        ("TANDEM_JTW_ISSUER", "misspelt"),
    ])
    .unwrap();
    let page = table(&loaded);
    for setting in SETTINGS {
        assert!(page.lines().any(|line| line.starts_with(setting.key)), "{}", setting.key);
    }
    assert!(!page.contains("hunter2") && !page.contains(LONG), "{page}");
    assert!(page.contains("postgres://owner:********@db.example.org/tandem"), "{page}");
    assert!(page.contains("TANDEM_JTW_ISSUER is set in the environment but is no setting of Tandem."), "{page}");
}

#[test]
fn generated_secrets_are_kept_and_closed_to_others() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let first = Secrets::load_or_make(&folder.0).unwrap();
    let path = folder.0.join("secrets.toml");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let second = Secrets::load_or_make(&folder.0).unwrap();
    assert_eq!(first.tenant_key.expose_secret(), second.tenant_key.expose_secret());
    assert_ne!(first.tenant_key.expose_secret(), first.jwt_secret.expose_secret());
    assert!(first.jwt_secret.expose_secret().len() >= 32);

    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let open = Secrets::load_or_make(&folder.0).unwrap_err().to_string();
    assert!(open.contains("can be read by other people (mode 644); run: chmod 600"), "{open}");

    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, "nonsense").unwrap();
    assert!(Secrets::load_or_make(&folder.0).unwrap_err().to_string().contains("is not what Tandem wrote"));
}
