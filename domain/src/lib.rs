//! The rules. No I/O, no clock, no randomness, no async: time, chance and data come in as arguments.

pub mod agreement;
pub mod assignment;
pub mod demo;
pub mod duration;
pub mod expression;
pub mod formats;
pub mod geometry;
pub mod identity;
pub mod image;
pub mod layout;
pub mod onnx;
pub mod ordered;
pub mod permission;
pub mod relabel;
pub mod statechart;
mod suggest;
pub mod validate;
pub mod workflow;
