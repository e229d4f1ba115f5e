//! Generated files are current. Stale: `make generate` and commit.

use std::path::PathBuf;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn generated_files_are_what_the_code_says() {
    if let Err(stale) = server::generate::check(&repository()) {
        panic!("{stale}");
    }
}
