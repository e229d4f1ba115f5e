//! Where nodes compare: Redis, by its own clock, one script for many reports.
//!
//! Every key has the same hash tag, so that a cluster keeps them all on one of its servers: they are few and small, and one script may
//! then do many at once.

use ::redis::{RedisError, aio::MultiplexedConnection, cmd};
use async_trait::async_trait;
use tandem_protocol::NodeId;
use tokio::sync::Mutex;

use crate::bus::{RedisConfig, voice};

use super::{BELIEVED, Exchange, ExchangeError, Report, bucket::DEBT};

/// What keys of a cluster's one slot have in braces.
const TAG: &str = "quota";
const SCRIPT: &str = include_str!("exchange.lua");
/// Reports of one run of it: nobody else is served meanwhile.
const AT_ONCE: usize = 200;

pub struct RedisExchange {
    config: RedisConfig,
    me: NodeId,
    /// None: not connected yet, or not any more.
    connection: Mutex<Option<MultiplexedConnection>>,
}

impl From<RedisError> for ExchangeError {
    fn from(error: RedisError) -> Self {
        Self(error.to_string())
    }
}

impl RedisExchange {
    /// Connects when it is first needed, and again when it was cut.
    #[must_use]
    pub fn new(config: RedisConfig, me: NodeId) -> Self {
        Self { config, me, connection: Mutex::new(None) }
    }

    async fn run(&self, connection: &mut MultiplexedConnection, reports: &[Report]) -> Result<Vec<f64>, ExchangeError> {
        let mut eval = cmd("EVAL");
        eval.arg(SCRIPT).arg(reports.len());
        for report in reports {
            let (Report::Took { key, .. } | Report::Holds { key, .. }) = report;
            eval.arg(format!("{}{{{TAG}}}:{}:{}", self.config.prefix, key.limit.name(), key.whose));
        }
        eval.arg(self.me.to_string()).arg(BELIEVED.as_millis().to_string()).arg(DEBT);
        for report in reports {
            match report {
                Report::Took { rate, cost, .. } => eval.arg("t").arg(rate.per_second).arg(rate.burst).arg(*cost),
                Report::Holds { here, .. } => eval.arg("h").arg(*here).arg(0).arg(0),
            };
        }
        let answers: Vec<f64> = eval.query_async(connection).await?;
        if answers.len() == reports.len() { Ok(answers) } else { Err(ExchangeError("an answer is missing".into())) }
    }
}

#[async_trait]
impl Exchange for RedisExchange {
    async fn exchange(&self, reports: &[Report]) -> Result<Vec<f64>, ExchangeError> {
        // Taken out, and put back if all went well: a connection that failed, or was left in the middle, is never used again.
        let mut slot = self.connection.lock().await;
        let mut connection = match slot.take() {
            Some(connection) => connection,
            None => voice(&self.config, TAG).await.map_err(ExchangeError)?,
        };
        let mut answers = Vec::with_capacity(reports.len());
        for some in reports.chunks(AT_ONCE) {
            answers.extend(self.run(&mut connection, some).await?);
        }
        *slot = Some(connection);
        Ok(answers)
    }
}
