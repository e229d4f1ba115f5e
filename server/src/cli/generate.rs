//! `tandem generate`, for people changing Tandem.

use std::{path::Path, process::ExitCode};

use crate::generate;

pub fn run(check: bool) -> anyhow::Result<ExitCode> {
    let repository = Path::new(".");
    if check {
        generate::check(repository)?;
    } else {
        for path in generate::write(repository)? {
            println!("{}", path.display());
        }
    }
    Ok(ExitCode::SUCCESS)
}
