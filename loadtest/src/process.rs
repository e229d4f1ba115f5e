//! CPU time and memory of a process, read from /proc (Linux). Children are other processes: a server's Postgres is not counted.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Context;
use rustix::process::Pid;

/// Clock ticks a second of /proc/PID/stat: 100 on every Linux this runs on.
const TICKS: f64 = 100.0;

/// Processes that this one started.
pub fn children_of(parent: Pid) -> Vec<Pid> {
    let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    pids.filter(|pid| parent_of(*pid) == Some(parent.as_raw_nonzero().get())).filter_map(Pid::from_raw).collect()
}

fn parent_of(pid: i32) -> Option<i32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// The server under test.
#[derive(Clone, Debug)]
pub struct Process(String);

impl Process {
    pub fn of(pid: u32) -> anyhow::Result<Self> {
        let process = Self(pid.to_string());
        process.cpu_seconds()?;
        Ok(process)
    }

    /// This one.
    pub fn own() -> Self {
        Self("self".to_owned())
    }

    pub fn cpu_seconds(&self) -> anyhow::Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0)).with_context(|| format!("no process {}", self.0))?;
        // The command name, in parentheses, may hold spaces: count fields after it.
        let after = stat.rsplit_once(')').map(|(_, rest)| rest).context("unreadable /proc stat")?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|f| f.parse::<f64>().ok()).context("unreadable /proc stat");
        Ok((ticks(11)? + ticks(12)?) / TICKS)
    }

    pub fn resident_kib(&self) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0))?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS in /proc status")?;
        Ok(line.split_whitespace().nth(1).context("unreadable VmRSS")?.parse()?)
    }

    /// Watch the memory until the watch is dropped.
    pub fn watch(&self) -> Watch {
        let peak = Arc::new(AtomicU64::new(0));
        let (process, seen) = (self.clone(), Arc::downgrade(&peak));
        tokio::spawn(async move {
            while let Some(seen) = seen.upgrade() {
                if let Ok(kib) = process.resident_kib() {
                    seen.fetch_max(kib, Ordering::Relaxed);
                }
                drop(seen);
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        });
        Watch(peak)
    }
}

pub struct Watch(Arc<AtomicU64>);

impl Watch {
    pub fn peak_kib(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
