//! `tandem migrate`: bring the database to this version's schema.

use std::process::ExitCode;

use super::{Global, log};
use crate::{config::Environment, platform::Platform};

pub fn run(global: &Global, env: &Environment) -> anyhow::Result<ExitCode> {
    let config = global.load(env)?.config;
    log::start(&config)?;
    super::block_on(async {
        let platform = Platform::join(&config, env.get("PATH")).await?;
        let report = tandem_store::migrate(&platform.store).await;
        platform.stop().await;
        let report = report?;
        for (version, what) in &report.applied {
            println!("applied {version} {what}");
        }
        if report.version > report.known {
            println!(
                "The database is of a newer version (schema {}; this program knows {}) and carries this one.",
                report.version, report.known
            );
        } else if report.applied.is_empty() {
            println!("The database is up to date (schema {}).", report.version);
        }
        Ok(ExitCode::SUCCESS)
    })
}
