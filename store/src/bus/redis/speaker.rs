//! Carries what waits in the outbox to one server: one batch under way at a time, so frames keep their order, and batches grow by
//! themselves as the server gets slower.

use std::{sync::Arc, time::Duration};

use ::redis::{Pipeline, ServerErrorKind, Value, aio::MultiplexedConnection};
use tokio::time::{Instant, sleep_until, timeout};

use super::{
    Away, RedisConfig,
    connect::{ANSWER, check_role},
    measures,
    names::Names,
    outbox::{Batch, Item, Outbox, What},
    values::{Found, bytes, error, number},
};

/// Puts a kept frame into its stream and passes it on.
const KEEP: &str = include_str!("keep.lua");
/// Silence after which the server is asked whether it is there, and still a master.
const QUIET: Duration = Duration::from_millis(500);
/// Listeners are told of lost frames at this pace: each then asks all others, and Redis has just come back.
const LOST_PACE: Duration = Duration::from_millis(50);
const LOST_AT_ONCE: usize = 100;
/// A big batch may take longer than a short question: so many bytes a second are expected at the least.
const SLOWEST: usize = 8 << 20;

pub(super) struct Speaker {
    pub line: usize,
    pub voice: MultiplexedConnection,
    pub sharded: bool,
    pub names: Names,
    pub outbox: Arc<Outbox>,
    pub config: Arc<RedisConfig>,
}

impl Speaker {
    /// Until the server is away.
    pub(super) async fn run(mut self) -> Found<()> {
        let script = self.load().await?;
        let filled = self.outbox.filled(self.line);
        let mut next_lost = Instant::now();
        loop {
            let lost = if Instant::now() >= next_lost { LOST_AT_ONCE } else { 0 };
            let batch = self.outbox.take(self.line, lost);
            if batch.items.iter().any(|item| item.what == What::Lost) {
                next_lost = Instant::now() + LOST_PACE;
            }
            if !batch.items.is_empty() {
                self.say(batch, &script).await?;
                continue;
            }
            let quiet = Instant::now() + QUIET;
            let until = if self.outbox.has_lost() { quiet.min(next_lost.max(Instant::now() + LOST_PACE / 5)) } else { quiet };
            tokio::select! {
                () = filled.notified() => {}
                () = sleep_until(until) => if until == quiet { check_role(&mut self.voice).await? },
            }
        }
    }

    async fn load(&mut self) -> Found<String> {
        let answer = self.voice.send_packed_command(::redis::cmd("SCRIPT").arg("LOAD").arg(KEEP)).await?;
        match (error(&answer), bytes(&answer)) {
            (Some(error), _) => Err(Away::refused(error)),
            (None, Some(sha)) => Ok(String::from_utf8_lossy(sha).into_owned()),
            (None, None) => Err(Away::strange("SCRIPT LOAD")),
        }
    }

    async fn say(&mut self, batch: Batch, script: &str) -> Found<()> {
        let answers = self.send(batch.items.iter(), script, batch.bytes()).await?;
        let mut forgotten = Vec::new();
        let mut unkept = 0;
        for (item, answer) in batch.items.iter().zip(&answers) {
            match error(answer) {
                Some(error) if error.kind() == Some(ServerErrorKind::NoScript) => forgotten.push(item),
                Some(error) => return Err(Away::refused(error)),
                None if item.what == What::Kept && number(answer) != Some(1) => unkept += 1,
                None => {}
            }
        }
        // Redis forgot our script (SCRIPT FLUSH). Nothing was done for these, so saying them again says nothing twice.
        if !forgotten.is_empty() {
            self.load().await?;
            let answers = self.send(forgotten.iter().copied(), script, batch.bytes()).await?;
            if let Some(error) = answers.iter().find_map(error) {
                return Err(Away::refused(error));
            }
            unkept += answers.iter().filter(|answer| number(answer) != Some(1)).count();
        }
        if unkept > 0 {
            measures::unkept(unkept);
        }
        batch.done();
        Ok(())
    }

    async fn send(&mut self, items: impl Iterator<Item = &Item>, script: &str, size: usize) -> Found<Vec<Value>> {
        let mut pipeline = Pipeline::new();
        let mut count = 0;
        for item in items {
            self.write(&mut pipeline, item, script);
            count += 1;
        }
        let patience = ANSWER + Duration::from_secs_f64(size as f64 / SLOWEST as f64);
        self.voice.set_response_timeout(patience);
        let answers = timeout(patience, self.voice.send_packed_commands(&pipeline, 0, count)).await.map_err(|_| Away::Closed)??;
        self.voice.set_response_timeout(ANSWER);
        if answers.len() == count { Ok(answers) } else { Err(Away::strange("a batch")) }
    }

    fn write(&self, pipeline: &mut Pipeline, item: &Item, script: &str) {
        let publish = if self.sharded { "SPUBLISH" } else { "PUBLISH" };
        let channel = self.names.channel(item.topic);
        if item.what != What::Kept {
            pipeline.cmd(publish).arg(channel).arg(&item.bytes[..]);
            return;
        }
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        pipeline
            .cmd("EVALSHA")
            .arg(script)
            .arg(2)
            .arg(self.names.stream(item.topic))
            .arg(self.names.counter(item.topic))
            .arg(&item.bytes[..])
            .arg(self.config.kept)
            .arg(millis(self.config.stream_life))
            .arg(millis(self.config.counter_life))
            .arg(publish)
            .arg(channel);
    }
}
