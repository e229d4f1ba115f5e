//! The rules. No I/O, no clock, no randomness, no async: time, chance and data come in as arguments.

pub mod identity;
pub mod permission;
