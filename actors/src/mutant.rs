//! Mistakes made on purpose, so that tests can show that they would be noticed (`tests/simulation/mutants.rs`). In a build that
//! serves people there are none: without the feature `fault-injection` this is `false`.

/// Whether a test wants the mistake of this name to be made here and now.
#[allow(clippy::missing_const_for_fn, reason = "it is not constant where mistakes are made")]
pub fn mutant(name: &str) -> bool {
    let _ = name;
    fail::fail_point!(name, |_| true);
    false
}
