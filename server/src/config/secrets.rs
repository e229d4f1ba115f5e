//! Secrets that nobody set: made once, kept in `secrets.toml` of the data folder, readable by its owner alone.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::{TryRngCore as _, rngs::OsRng};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

const FILE: &str = "secrets.toml";

/// The generated secrets. A field that a newer version added is made when the file is next read.
#[derive(Clone, Debug)]
pub struct Secrets {
    pub jwt_secret: SecretString,
    pub tenant_key: SecretString,
    pub postgres_superuser_password: SecretString,
    pub postgres_owner_password: SecretString,
    pub s3_access_key: SecretString,
    pub s3_secret_key: SecretString,
}

#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
    #[error("The folder {} cannot be made: {source}.", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("{} cannot be read or written: {source}.", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{} is not what Tandem wrote ({message}); restore it, or move it away to have new secrets made.", path.display())]
    Content { path: PathBuf, message: String },
    #[error("{} can be read by other people (mode {mode:o}); run: chmod 600 {}", path.display(), path.display())]
    Open { path: PathBuf, mode: u32 },
    #[error("The system gives no random numbers: {0}.")]
    Random(String),
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    jwt_secret: Option<String>,
    tenant_key: Option<String>,
    postgres_superuser_password: Option<String>,
    postgres_owner_password: Option<String>,
    s3_access_key: Option<String>,
    s3_secret_key: Option<String>,
}

impl Secrets {
    /// Reads the file of `data_dir`, making what is missing.
    pub fn load_or_make(data_dir: &Path) -> Result<Self, SecretsError> {
        fs::create_dir_all(data_dir).map_err(|source| SecretsError::Folder { path: data_dir.to_owned(), source })?;
        let path = data_dir.join(FILE);
        let before = read(&path)?;
        let mut file = parse(&path, before.as_deref().unwrap_or_default())?;
        let secrets = Self {
            jwt_secret: kept(&mut file.jwt_secret)?,
            tenant_key: kept(&mut file.tenant_key)?,
            postgres_superuser_password: kept(&mut file.postgres_superuser_password)?,
            postgres_owner_password: kept(&mut file.postgres_owner_password)?,
            s3_access_key: kept(&mut file.s3_access_key)?,
            s3_secret_key: kept(&mut file.s3_secret_key)?,
        };
        let after = render(&file);
        if before.as_deref() != Some(after.as_str()) {
            write(&path, &after)?;
        }
        Ok(secrets)
    }
}

/// 256 random bits as text that needs no escaping in a URL, in SQL or in TOML.
pub(crate) fn random_text() -> Result<String, SecretsError> {
    let mut bytes = [0_u8; 32];
    OsRng.try_fill_bytes(&mut bytes).map_err(|error| SecretsError::Random(error.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

fn kept(slot: &mut Option<String>) -> Result<SecretString, SecretsError> {
    let text = match slot.take() {
        Some(text) if !text.is_empty() => text,
        _ => random_text()?,
    };
    *slot = Some(text.clone());
    Ok(SecretString::from(text))
}

fn read(path: &Path) -> Result<Option<String>, SecretsError> {
    let file_error = |source| SecretsError::File { path: path.to_owned(), source };
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(file_error(error)),
    };
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretsError::Open { path: path.to_owned(), mode });
    }
    fs::read_to_string(path).map(Some).map_err(file_error)
}

fn parse(path: &Path, text: &str) -> Result<File, SecretsError> {
    use figment::providers::{Format as _, Toml};
    figment::Figment::from(Toml::string(text))
        .extract()
        .map_err(|error| SecretsError::Content { path: path.to_owned(), message: error.to_string().replace('\n', " ") })
}

fn render(file: &File) -> String {
    let rows = [
        ("jwt_secret", &file.jwt_secret),
        ("tenant_key", &file.tenant_key),
        ("postgres_superuser_password", &file.postgres_superuser_password),
        ("postgres_owner_password", &file.postgres_owner_password),
        ("s3_access_key", &file.s3_access_key),
        ("s3_secret_key", &file.s3_secret_key),
    ];
    let mut text = String::from("# Made by Tandem. Whoever has this file has everything: keep it with the data, show it to nobody.\n");
    for (name, value) in rows {
        if let Some(value) = value {
            text.push_str(&format!("{name} = \"{value}\"\n"));
        }
    }
    text
}

/// Whole or not at all: a half-written file after a power cut would lock the data away.
fn write(path: &Path, text: &str) -> Result<(), SecretsError> {
    let attempt = || -> io::Result<()> {
        let part = path.with_extension("part");
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&part, path)
    };
    attempt().map_err(|source| SecretsError::File { path: path.to_owned(), source })
}
