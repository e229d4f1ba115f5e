//! Logs go to stderr; stdout is for answers.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

use crate::config::Config;

/// Text for people, JSON for machines that collect it.
pub fn start(config: &Config) -> anyhow::Result<()> {
    let text = config.log_filter();
    let filter = EnvFilter::builder().parse(text).map_err(|error| anyhow::anyhow!("log is \"{text}\" but {error}."))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if std::io::stderr().is_terminal() || config.embedded_postgres() {
        builder.compact().with_target(false).with_ansi(std::io::stderr().is_terminal()).init();
    } else {
        builder.json().init();
    }
    Ok(())
}
