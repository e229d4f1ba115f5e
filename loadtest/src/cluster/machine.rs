//! A process in a namespace: started, killed, paused, started again.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, bail};
use rustix::process::{Pid, Signal, kill_process};

use super::network::Place;
use crate::process::{Process, children_of};

pub struct Machine {
    pub place: Place,
    log: PathBuf,
    child: Option<Child>,
}

impl Machine {
    pub fn new(place: Place, folder: &Path) -> Self {
        let log = folder.join(format!("{}.log", place.name));
        Self { place, log, child: None }
    }

    /// A command in its namespace, as root or as somebody else. What it starts dies with this program.
    pub fn command(&self, program: &Path, user: Option<(u32, u32)>) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.place.name, "setpriv", "--pdeathsig", "KILL"]);
        if let Some((user, group)) = user {
            command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
        }
        command.arg("--").arg(program).stdin(Stdio::null()).current_dir("/");
        command
    }

    pub fn start(&mut self, mut command: Command) -> anyhow::Result<()> {
        if self.child.is_some() {
            bail!("{} runs already", self.place.name);
        }
        let log = File::options().create(true).append(true).open(&self.log)?;
        // `ip` and `setpriv` become the program, so the number stays.
        self.child = Some(command.stdout(log.try_clone()?).stderr(log).spawn().context("the program `ip` is missing")?);
        Ok(())
    }

    pub fn pid(&self) -> anyhow::Result<Pid> {
        let id = self.child.as_ref().with_context(|| format!("{} does not run", self.place.name))?.id();
        Pid::from_raw(i32::try_from(id)?).context("no process id")
    }

    pub fn process(&self) -> anyhow::Result<Process> {
        Process::of(self.pid()?.as_raw_nonzero().get().unsigned_abs())
    }

    /// It, and everything it started.
    pub fn signal(&self, signal: Signal) -> anyhow::Result<()> {
        let pid = self.pid()?;
        for pid in children_of(pid).into_iter().chain([pid]) {
            // Children come and go.
            let _ = kill_process(pid, signal);
        }
        Ok(())
    }

    /// kill -9.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        if self.child.is_some() {
            self.signal(Signal::KILL)?;
        }
        if let Some(mut child) = self.child.take() {
            child.wait()?;
        }
        Ok(())
    }

    /// Fails if it ended by itself.
    pub fn must_run(&mut self) -> anyhow::Result<()> {
        match self.child.as_mut().map(Child::try_wait).transpose()? {
            Some(None) => Ok(()),
            Some(Some(status)) => bail!("{} ended by itself ({status}): {}", self.place.name, self.last_words()),
            None => bail!("{} does not run", self.place.name),
        }
    }

    pub fn last_words(&self) -> String {
        let log = self.said();
        let lines: Vec<&str> = log.lines().rev().take(5).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }

    pub fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // One that is stopped cannot end otherwise.
        let _ = self.kill();
    }
}
