//! The rules. No I/O, no clock, no randomness, no async: time, chance and data come in as arguments.

pub mod demo;
pub mod formats;
pub mod geometry;
pub mod identity;
pub mod image;
pub mod permission;
pub mod validate;
