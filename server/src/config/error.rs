use std::path::PathBuf;

use super::Origin;

/// Each is shown to a person as it is: one sentence with the setting, the value and the rule.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{setting} is \"{value}\" (from {origin}) but {rule}.")]
    Bad { setting: &'static str, value: String, origin: Origin, rule: String },
    #[error("{setting} (from {origin}) {rule}.")]
    BadSecret { setting: &'static str, origin: Origin, rule: String },
    #[error("{setting} is not set but {rule}.")]
    Missing { setting: &'static str, rule: String },
    #[error("{} sets \"{key}\", which is no setting; did you mean \"{nearest}\"?", path.display())]
    Unknown { key: String, path: PathBuf, nearest: &'static str },
    #[error("--set {argument} is not KEY=VALUE with a key of `tandem config`; did you mean \"{nearest}\"?")]
    UnknownFlag { argument: String, nearest: &'static str },
    #[error("The configuration file {} does not exist.", path.display())]
    NoFile { path: PathBuf },
    #[error("The configuration file {} cannot be read: {message}.", path.display())]
    File { path: PathBuf, message: String },
}
