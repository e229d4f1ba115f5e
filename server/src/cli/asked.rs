//! Flags that every subcommand takes: they set settings.

use std::path::PathBuf;

use clap::Args;

use crate::config::{self, Asked, ConfigError, Environment, Loaded};

#[derive(Clone, Debug, Default, Args)]
pub struct Global {
    /// Configuration file [default: tandem.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port to listen on
    #[arg(long, global = true, value_name = "ADDRESS")]
    bind: Option<String>,
    /// Where people's browsers find this server
    #[arg(long, global = true, value_name = "URL")]
    public_url: Option<String>,
    /// Folder of the embedded Postgres and S3
    #[arg(long, global = true, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// Postgres to use instead of the embedded one
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Log filter, e.g. info
    #[arg(long, global = true, value_name = "FILTER")]
    log: Option<String>,
    /// Any setting of `tandem config`; may be repeated
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Global {
    /// Reads the configuration with these flags on top.
    pub fn load(&self, env: &Environment) -> Result<Loaded, ConfigError> {
        config::load(&self.asked()?, env)
    }

    fn asked(&self) -> Result<Asked, ConfigError> {
        let named = [
            ("bind", &self.bind),
            ("public_url", &self.public_url),
            ("data_dir", &self.data_dir),
            ("database_url", &self.database_url),
            ("log", &self.log),
        ];
        let mut flags: Vec<_> = named.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))).collect();
        for argument in &self.set {
            flags.push(config::flag(argument)?);
        }
        Ok(Asked { file: self.config.clone(), flags })
    }
}
