//! Drawing with memory: a canvas that knows which object every pixel shows, so ground truth is what is really visible.

mod canvas;
mod color;
mod finish;
mod shape;

pub use canvas::{Canvas, Fill};
pub use color::Rgb;
pub use finish::{Finish, finish};
pub use shape::{circle, ellipse, poly, rect, rounded, smooth};
