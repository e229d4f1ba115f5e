//! A migration added or changed must rebuild the crate that carries them.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
