//! `tandem generate`: writes the files that are made from code, or with `--check` says which of them are stale.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A generated file: where it is in the repository and what it should hold.
struct Generated {
    path: &'static str,
    content: String,
}

#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    #[error("the OpenAPI document cannot be written as JSON: {0}")]
    Document(#[from] serde_json::Error),
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("stale: {}; run `make generate` and commit", .0.join(", "))]
    Stale(Vec<&'static str>),
}

fn files() -> Result<Vec<Generated>, GenerateError> {
    Ok(vec![
        Generated { path: "client-sdk/openapi.json", content: crate::api::document_json()? },
        Generated { path: "docs/layout-components.md", content: tandem_domain::layout::Registry::standard().markdown() },
        Generated { path: "docs/metrics.md", content: tandem_actors::measures::markdown() },
        Generated { path: "docs/permissions.md", content: tandem_domain::permission::markdown() },
        Generated { path: "docs/problems.md", content: crate::api::problem::markdown() },
    ])
}

/// Writes every generated file below `root` (the repository).
///
/// # Errors
/// A file that cannot be written.
pub fn write(root: &Path) -> Result<Vec<PathBuf>, GenerateError> {
    files()?.into_iter().map(|file| write_one(root, &file)).collect()
}

fn write_one(root: &Path, file: &Generated) -> Result<PathBuf, GenerateError> {
    let path = root.join(file.path);
    let put = || {
        fs::create_dir_all(path.parent().unwrap_or(root))?;
        fs::write(&path, &file.content)
    };
    put().map_err(|source| GenerateError::File { path: path.clone(), source })?;
    Ok(path)
}

/// Compares every generated file below `root` with what it should hold.
///
/// # Errors
/// [`GenerateError::Stale`] with the files that differ or are missing.
pub fn check(root: &Path) -> Result<(), GenerateError> {
    let stale: Vec<_> = files()?
        .iter()
        .filter(|file| fs::read_to_string(root.join(file.path)).ok().as_deref() != Some(file.content.as_str()))
        .map(|file| file.path)
        .collect();
    if stale.is_empty() { Ok(()) } else { Err(GenerateError::Stale(stale)) }
}
