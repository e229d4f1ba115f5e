//! The process as the kernel sees it (Linux; elsewhere these stay unknown).

use std::{fs, time::SystemTime};

/// Memory, time, files of this process, as gauges.
pub fn measure() {
    if let Some(pages) = statm() {
        metrics::gauge!("process_resident_memory_bytes").set(pages * rustix::param::page_size() as f64);
    }
    if let Some(ticks) = cpu_ticks() {
        metrics::gauge!("process_cpu_seconds_total").set(ticks / rustix::param::clock_ticks_per_second() as f64);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        metrics::gauge!("process_open_fds").set(open.count() as f64);
    }
    let begun = fs::metadata("/proc/self").and_then(|about| about.modified()).ok();
    if let Some(since) = begun.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()) {
        metrics::gauge!("process_start_time_seconds").set(since.as_secs_f64());
    }
}

/// Resident pages: the second number.
fn statm() -> Option<f64> {
    fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()
}

/// User and system time: the 14th and 15th field (proc_pid_stat(5)). The second, the name, may hold spaces; it ends with the
/// last parenthesis.
fn cpu_ticks() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some(number(11)? + number(12)?)
}
