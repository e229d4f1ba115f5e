//! What an installation's files say is what `server::config` takes, and nothing of it is embedded.

use std::{collections::BTreeMap, fs};

use server::config::{Asked, Environment, Loaded, SETTINGS};

use crate::files::Folder;

/// As long and as random as the real ones.
pub const SECRET: &str = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

/// Reads a configuration as a container would: these variables, this `tandem.toml`.
pub fn load(variables: &BTreeMap<String, String>, toml: &str) -> Result<Loaded, String> {
    let folder = Folder::new();
    let file = folder.0.join("tandem.toml");
    fs::write(&file, toml).unwrap();
    let environment: Environment = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    server::config::load(&Asked { file: Some(file), flags: Vec::new() }, &environment).map_err(|error| error.to_string())
}

/// Fails unless a container with these variables and this file is a server (or a migration) with a database and objects of its own.
pub fn accepted(variables: &BTreeMap<String, String>, toml: &str) -> Loaded {
    let loaded = load(variables, toml).unwrap();
    let config = &loaded.config;
    assert_eq!(loaded.unknown_variables, Vec::<String>::new());
    assert!(!config.embedded_postgres() && !config.embedded_s3() && !config.demo);
    loaded
}

/// Every variable that is not a setting of ours.
pub fn strangers<'a>(variables: impl IntoIterator<Item = &'a String>) -> Vec<&'a String> {
    let known = |name: &&String| SETTINGS.iter().any(|setting| setting.env == **name) || *name == "TANDEM_CONFIG";
    variables.into_iter().filter(|name| !known(name)).collect()
}
