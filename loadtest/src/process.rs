//! CPU time and memory of the server, read from /proc (Linux).

use std::{fs, time::Instant};

use anyhow::Context;

use crate::report::Report;

/// Clock ticks a second of /proc/PID/stat: 100 on every Linux this runs on.
const TICKS: f64 = 100.0;

pub struct Usage {
    pid: u32,
    cpu: f64,
    since: Instant,
}

impl Usage {
    pub fn start(pid: u32) -> anyhow::Result<Self> {
        Ok(Self { pid, cpu: cpu_seconds(pid)?, since: Instant::now() })
    }

    pub fn finish(self, report: &mut Report) -> anyhow::Result<()> {
        let cpu = cpu_seconds(self.pid)? - self.cpu;
        report.figure("server CPU", cpu, "s");
        report.figure("server CPU share", 100.0 * cpu / self.since.elapsed().as_secs_f64(), "% of a core");
        report.figure("server memory", resident_mib(self.pid)?, "MiB RSS");
        Ok(())
    }
}

fn cpu_seconds(pid: u32) -> anyhow::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).with_context(|| format!("no process {pid}"))?;
    // The command name, in parentheses, may hold spaces: count fields after it.
    let after = stat.rsplit_once(')').map(|(_, rest)| rest).context("unreadable /proc stat")?;
    let fields: Vec<&str> = after.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index).and_then(|f| f.parse::<f64>().ok()).context("unreadable /proc stat");
    Ok((ticks(11)? + ticks(12)?) / TICKS)
}

fn resident_mib(pid: u32) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS in /proc status")?;
    let kib: f64 = line.split_whitespace().nth(1).context("unreadable VmRSS")?.parse()?;
    Ok(kib / 1024.0)
}
