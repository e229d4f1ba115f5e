//! `tandem config`.

use std::process::ExitCode;

use super::Global;
use crate::config::{Environment, table};

pub fn run(global: &Global, env: &Environment) -> anyhow::Result<ExitCode> {
    print!("{}", table(&global.load(env)?));
    Ok(ExitCode::SUCCESS)
}
