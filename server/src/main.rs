//! The `tandem` command.

use std::process::ExitCode;

/// Gives memory back after many documents were open, and costs no more (docs/decisions/0030).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The allocator asks for pages of 2 MiB, and the system clears one whole when its first byte is touched: up to ten milliseconds, which whoever
    // opens the first large document after a quiet time waited for. Where the system does not know this it is as it was.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    server::cli::run()
}
