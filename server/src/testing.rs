//! A whole server in the test's process.
