//! Live state: who is where, what they draw, and how it gets to the disk and to everybody else.

pub mod document;
