//! Generated files are current. Stale: `make generate` and commit.

use std::path::PathBuf;

fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn generated_files_are_what_the_code_says() {
    if let Err(stale) = tandem_server::generate::check(&repository()) {
        panic!("{stale}");
    }
}

/// `tandem generate` for a tree whose server does not compile to a binary yet.
#[test]
#[ignore = "writes into the repository"]
fn write_generated_files() {
    tandem_server::generate::write(&repository()).unwrap();
}
