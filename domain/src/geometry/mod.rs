//! Arithmetic of shapes: areas, bounds, overlap, run-length masks. All in image pixels, see [`tandem_protocol::Geometry`].

pub mod mask;
mod measure;
mod rect;
pub mod ring;
mod turn;

pub use measure::{area, bounds, cuboid_outline, rotated_corners};
pub use rect::Rect;
pub use turn::{turned, unturned};

/// Whole pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    #[must_use]
    pub fn transposed(self) -> Self {
        Self { width: self.height, height: self.width }
    }

    #[must_use]
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }
}

impl std::fmt::Display for Size {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} x {}", self.width, self.height)
    }
}

#[cfg(test)]
mod tests;
