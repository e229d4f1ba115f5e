//! Memory of what was built on a thread that has ended, as documents are.
#![cfg(target_os = "linux")]

use std::time::{Duration, Instant};

use server::telemetry::freed::give_back;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("its memory");
    let kib: usize = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib << 10
}

#[test]
fn what_is_freed_goes_back_to_the_system_although_nothing_else_happens() {
    const SIZE: usize = 100 << 20;
    let before = resident();
    let built = std::thread::spawn(|| (0..SIZE / 160).map(|n| Box::new([n as u8; 160])).collect::<Vec<_>>()).join().expect("built");
    assert!(resident() > before + SIZE);
    drop(built);
    let freed = Instant::now();
    while resident() > before + SIZE / 10 {
        assert!(freed.elapsed() < Duration::from_secs(20), "{} MiB are kept", (resident() - before) >> 20);
        std::thread::sleep(Duration::from_millis(200));
        give_back();
    }
}
