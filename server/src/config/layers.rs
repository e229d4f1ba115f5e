//! Defaults < `tandem.toml` < environment < flags, each value remembering where it came from.

use std::{collections::BTreeMap, fmt, path::Path};

use figment::{
    Figment, Metadata, Profile, Provider,
    providers::{Format as _, Toml},
    value::{Dict, Map, Value},
};

use super::{
    ConfigError,
    settings::{SETTINGS, Setting, find},
};

/// The process's environment, read once, here and nowhere else. Tests make their own.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Variables that are not Unicode are left out: no setting's name is.
    #[must_use]
    pub fn of_process() -> Self {
        Self(std::env::vars_os().filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?))).collect())
    }

    /// An empty variable counts as not set, as in `TANDEM_REDIS_URL= tandem serve`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Environment {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())).collect())
    }
}

impl<const N: usize> From<[(&str, &str); N]> for Environment {
    fn from(pairs: [(&str, &str); N]) -> Self {
        pairs.into_iter().collect()
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    Default,
    File(String),
    Environment(&'static str),
    Flag,
    /// Made on the first start and kept in the data folder.
    Generated,
    Unset,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => f.write_str(path),
            Self::Environment(name) => f.write_str(name),
            Self::Flag => f.write_str("flag"),
            Self::Generated => f.write_str("generated"),
            Self::Unset => f.write_str("not set"),
        }
    }
}

/// One layer of strings, keyed as in the settings table.
struct Layer {
    name: &'static str,
    values: Vec<(&'static str, String)>,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let mut dict = Dict::new();
        for (key, value) in &self.values {
            match key.split_once('.') {
                None => {
                    dict.insert((*key).to_owned(), Value::from(value.clone()));
                }
                Some((table, leaf)) => {
                    let inner = dict.entry(table.to_owned()).or_insert_with(|| Value::from(Dict::new()));
                    if let Value::Dict(_, inner) = inner {
                        inner.insert(leaf.to_owned(), Value::from(value.clone()));
                    }
                }
            }
        }
        Ok(Profile::Default.collect(dict))
    }
}

const DEFAULTS: &str = "defaults";
const ENVIRONMENT: &str = "environment";
const FLAGS: &str = "flags";

/// The merged layers, before anything is parsed.
pub(super) struct Layers {
    figment: Figment,
}

impl Layers {
    /// `file` must exist when `required` (it was named by hand); otherwise a missing file is an empty layer.
    pub(super) fn read(file: &Path, required: bool, env: &Environment, flags: &[(&'static str, String)]) -> Result<Self, ConfigError> {
        if required && !file.exists() {
            return Err(ConfigError::NoFile { path: file.to_owned() });
        }
        let defaults = SETTINGS.iter().filter_map(|s| Some((s.key, s.default?.to_owned()))).collect();
        let environment = SETTINGS.iter().filter_map(|s| Some((s.key, env.get(s.env)?.to_owned()))).collect();
        let mut figment = Figment::from(Layer { name: DEFAULTS, values: defaults });
        if file.exists() {
            figment = figment.merge(Toml::file_exact(file));
        }
        figment = figment.merge(Layer { name: ENVIRONMENT, values: environment }).merge(Layer { name: FLAGS, values: flags.to_vec() });
        let layers = Self { figment };
        layers.refuse_unknown(file)?;
        Ok(layers)
    }

    /// The value of a setting as text, and its origin.
    pub(super) fn get(&self, setting: &'static Setting) -> Result<Option<(String, Origin)>, ConfigError> {
        let Ok(value) = self.figment.find_value(setting.key) else { return Ok(None) };
        let origin = self.origin(setting, &value);
        match text(&value) {
            Some(text) if text.is_empty() => Ok(None),
            Some(text) => Ok(Some((text, origin))),
            None => Err(ConfigError::Bad {
                setting: setting.key,
                value: "a table or list".into(),
                origin,
                rule: "must be a single value".into(),
            }),
        }
    }

    fn origin(&self, setting: &'static Setting, value: &Value) -> Origin {
        let Some(metadata) = self.figment.get_metadata(value.tag()) else { return Origin::Default };
        match metadata.name.as_ref() {
            DEFAULTS => Origin::Default,
            ENVIRONMENT => Origin::Environment(setting.env),
            FLAGS => Origin::Flag,
            _ => Origin::File(metadata.source.as_ref().map_or_else(|| "tandem.toml".to_owned(), ToString::to_string)),
        }
    }

    /// A misspelt key in the file would otherwise be a setting silently not set.
    fn refuse_unknown(&self, file: &Path) -> Result<(), ConfigError> {
        let dict: Dict = self.figment.extract().map_err(|error| ConfigError::File { path: file.to_owned(), message: one_line(&error) })?;
        for (name, value) in dict {
            match value {
                Value::Dict(_, inner) if SETTINGS.iter().any(|s| s.key.starts_with(&format!("{name}."))) => {
                    for leaf in inner.keys() {
                        known(&format!("{name}.{leaf}"), file)?;
                    }
                }
                _ => known(&name, file)?,
            }
        }
        Ok(())
    }
}

fn known(key: &str, file: &Path) -> Result<(), ConfigError> {
    if find(key).is_some() {
        return Ok(());
    }
    Err(ConfigError::Unknown { key: key.to_owned(), path: file.to_owned(), nearest: nearest(key) })
}

/// The setting somebody who wrote `key` most likely meant.
pub(super) fn nearest(key: &str) -> &'static str {
    SETTINGS.iter().map(|s| s.key).min_by_key(|candidate| distance(candidate, key)).unwrap_or_default()
}

/// Levenshtein distance, for "did you mean".
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(_, text) => Some(text.trim().to_owned()),
        Value::Char(_, c) => Some(c.to_string()),
        Value::Bool(_, b) => Some(b.to_string()),
        Value::Num(_, n) => n.to_i128().map(|n| n.to_string()).or_else(|| n.to_f64().map(|n| n.to_string())),
        _ => None,
    }
}

fn one_line(error: &figment::Error) -> String {
    error.to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
