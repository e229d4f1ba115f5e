//! Logs of commands that serve nobody.

use crate::{config::Config, telemetry};

pub fn start(config: &Config) -> anyhow::Result<()> {
    // Nothing is exported, so there is nothing to end.
    let _ = telemetry::start(config, false)?;
    Ok(())
}
