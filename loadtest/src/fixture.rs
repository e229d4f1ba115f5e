//! Who takes part: made by `tandem dev fixture`, read here.

use std::{fs, net::IpAddr, path::Path};

use anyhow::{Context, bail};
use serde::Deserialize;
use tandem_protocol::{ProjectId, TaskId};

#[derive(Clone, Debug, Deserialize)]
pub struct Fixture {
    /// `http://host:port` of the server.
    pub url: String,
    pub project_id: ProjectId,
    /// Some tasks of the project, pending.
    pub task_ids: Vec<TaskId>,
    /// One access token a person.
    pub tokens: Vec<String>,
}

impl Fixture {
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read the fixture {}", path.display()))?;
        let fixture: Self =
            serde_json::from_str(&text).with_context(|| format!("{} is not what `tandem dev fixture` prints", path.display()))?;
        fixture.must_be_local()?;
        Ok(fixture)
    }

    /// The same of a server that this program started itself, wherever it put it.
    pub fn of_own(text: &[u8], url: String) -> anyhow::Result<Self> {
        let fixture: Self = serde_json::from_slice(text).context("not what `tandem dev fixture` prints")?;
        Ok(Self { url, ..fixture })
    }

    /// `host:port`.
    pub fn authority(&self) -> &str {
        self.url.trim_start_matches("http://").trim_end_matches('/')
    }

    /// Tokens of `people` persons; the fixture must have been made for as many.
    pub fn people(&self, people: usize) -> anyhow::Result<&[String]> {
        self.tokens.get(..people).with_context(|| {
            format!(
                "the fixture has {} people, {people} are wanted: make it with `tandem dev fixture --people {people}`",
                self.tokens.len()
            )
        })
    }

    /// A load test aimed at a stranger is an attack.
    fn must_be_local(&self) -> anyhow::Result<()> {
        let host = self.authority().rsplit_once(':').map_or(self.authority(), |(host, _)| host);
        let local = host == "localhost" || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if !local {
            bail!("{} is not on this machine: load tests stay on loopback", self.url);
        }
        Ok(())
    }
}
