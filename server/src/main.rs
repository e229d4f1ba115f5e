//! The `tandem` command.

use std::process::ExitCode;

/// Gives memory back after many documents were open, and costs no more (docs/decisions/0030).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    server::cli::run()
}
