//! The one Redis: nothing on disk, so each start is an empty one.

use std::{net::SocketAddr, path::Path, time::Duration};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{Instant, sleep, timeout},
};

use super::{machine::Machine, network::Place};

const PORT: u16 = 6379;
const ANSWER: Duration = Duration::from_secs(2);
const READY_WITHIN: Duration = Duration::from_secs(20);

pub struct Redis {
    pub machine: Machine,
}

impl Redis {
    pub async fn make(place: Place, folder: &Path) -> anyhow::Result<Self> {
        let mut redis = Self { machine: Machine::new(place, folder) };
        redis.start().await?;
        Ok(redis)
    }

    pub async fn start(&mut self) -> anyhow::Result<()> {
        let mut command = self.machine.command(Path::new("redis-server"), None);
        command.args(["--bind", &self.machine.place.address.to_string(), "--port", &PORT.to_string(), "--protected-mode", "no"]);
        command.args(["--save", "", "--appendonly", "no", "--daemonize", "no"]);
        self.machine.start(command)?;
        let until = Instant::now() + READY_WITHIN;
        while self.say("PING").await.is_err() {
            self.machine.must_run()?;
            if Instant::now() > until {
                bail!("Redis is not ready: {}", self.machine.last_words());
            }
            sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    pub fn url(&self) -> String {
        format!("redis://{}:{PORT}", self.machine.place.address)
    }

    /// A command in its inline form, which must succeed.
    pub async fn say(&self, command: &str) -> anyhow::Result<()> {
        let asked = async {
            let mut stream = TcpStream::connect(SocketAddr::new(self.machine.place.address.into(), PORT)).await?;
            stream.write_all(format!("{command}\r\n").as_bytes()).await?;
            let mut answer = [0; 256];
            let read = stream.read(&mut answer).await?;
            let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
            if answer.starts_with('+') { Ok(()) } else { bail!("{command}: {answer}") }
        };
        timeout(ANSWER, asked).await.with_context(|| format!("Redis does not answer {command}"))?
    }
}
