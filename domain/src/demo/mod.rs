//! Demo data that we make ourselves: rendered scenes with exact ground truth, and simulated annotators with believable mistakes.
//!
//! Everything follows from a seed and is the same on every machine, so that screenshots, tests and the demo workspace agree.

pub mod annotator;
mod light;
mod paint;
pub mod plan;
mod rng;
mod scene;
mod scenes;
mod truth;

pub use rng::Rng;
pub use scene::{Scene, SceneKind, Truth, render};

#[cfg(test)]
mod tests;
