//! What operators see: logs, traces, metrics.

pub mod freed;
mod log;
pub mod metrics;
mod otlp;
mod process;

use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter, Layer as _,
    filter::{FilterExt as _, dynamic_filter_fn, filter_fn},
    layer::{Filter, SubscriberExt as _},
    util::SubscriberInitExt as _,
};

use crate::config::Config;

/// Spans of requests have this target, and always exist: a warning inside one then names its request, however little is logged.
pub const REQUEST: &str = "tandem::request";

/// What must be ended in order.
#[must_use]
pub struct Telemetry {
    provider: Option<SdkTracerProvider>,
}

/// Logs to stderr; stdout is for answers. With `export`, spans go where the configuration says, too. Once a process, inside a runtime.
pub fn start(config: &Config, export: bool) -> anyhow::Result<Telemetry> {
    let text = config.log_filter();
    let filter = EnvFilter::builder().parse(text).map_err(|error| anyhow::anyhow!("log is \"{text}\" but {error}."))?;
    let filter = filter.add_directive(format!("{REQUEST}=info").parse()?);
    let provider = config.otlp.as_ref().filter(|_| export).map(otlp::provider).transpose()?;
    let ours = filter_fn(|about| *about.level() <= tracing::Level::INFO && about.target().starts_with("tandem"));
    let spans = provider.as_ref().map(|provider| otlp::layer(provider).with_filter(ours.and(asked_each_time())));
    let filter = filter.and(asked_each_time());
    tracing_subscriber::registry().with(log::layer(config.json_logs(), std::io::stderr).with_filter(filter)).with(spans).try_init()?;
    Ok(Telemetry { provider })
}

/// With it a filter is asked for each span it does not refuse for good. Where every filter's answer is known beforehand none is asked, and
/// a span counts as refused by whoever refused the event before it on the same thread.
fn asked_each_time<S: Subscriber>() -> impl Filter<S> + Send + Sync + 'static {
    dynamic_filter_fn(|_, _| true)
}

impl Telemetry {
    /// Sends what was gathered. Blocks; call it off the runtime's threads, and while the runtime lives.
    pub fn flush(&self) {
        if let Some(Err(error)) = self.provider.as_ref().map(SdkTracerProvider::force_flush) {
            tracing::warn!(%error, "the last spans were not sent");
        }
    }
}
