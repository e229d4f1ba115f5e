//! Where the cluster lies, and what must be remembered about it between starts.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{PostgresError, account::Account, error::at};

/// For root whose data folder the user of Postgres cannot enter (a checkout below /root).
pub(super) const FALLBACK: &str = "/var/lib/tandem";

const STATE: &str = "postgres.json";

/// Kept in `postgres.json` of the data folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    pub(super) cluster: PathBuf,
    pub(super) port: u16,
    /// Fingerprint of the passwords the cluster has; other secrets mean setting them anew.
    pub(super) passwords: String,
}

impl State {
    pub(super) fn read(data_dir: &Path) -> Result<Option<Self>, PostgresError> {
        let path = data_dir.join(STATE);
        match fs::read_to_string(&path) {
            Ok(json) => {
                serde_json::from_str(&json).map(Some).map_err(|e| PostgresError::State { path: path.clone(), message: e.to_string() })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path, "read")(error)),
        }
    }

    pub(super) fn write(&self, data_dir: &Path) -> Result<(), PostgresError> {
        let (path, part) = (data_dir.join(STATE), data_dir.join("postgres.json.part"));
        let json = serde_json::to_string_pretty(self).map_err(|e| PostgresError::State { path: path.clone(), message: e.to_string() })?;
        fs::write(&part, json).and_then(|()| fs::rename(&part, &path)).map_err(at(&path, "written"))
    }
}

/// The folder for a cluster that does not exist yet.
pub(super) fn for_new(data_dir: &Path, account: &Account) -> Result<PathBuf, PostgresError> {
    if account.reaches(data_dir) {
        let data_dir = data_dir.canonicalize().map_err(at(data_dir, "read"))?;
        return Ok(data_dir.join("postgres"));
    }
    let parent = Path::new(FALLBACK).join(format!("data-{}", uuid::Uuid::now_v7().simple()));
    for folder in [Path::new(FALLBACK), &parent] {
        fs::create_dir_all(folder).map_err(at(folder, "made"))?;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).map_err(at(folder, "opened to the user of Postgres"))?;
    }
    Ok(parent.join("postgres"))
}
