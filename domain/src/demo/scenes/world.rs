//! A pinhole camera that looks straight along the street, level: vertical lines stay vertical.

use crate::demo::{
    light::Light,
    paint::{Canvas, Fill, Rgb, rounded},
};

/// Metres: `x` to the right of the camera, `h` above the ground, `z` away from it.
#[derive(Clone, Copy, Debug)]
pub struct Camera {
    pub cx: f32,
    pub horizon: f32,
    pub focal: f32,
    /// Of the camera above the ground.
    pub height: f32,
    /// From where on everything is haze.
    pub reach: f32,
}

impl Camera {
    /// Pixels of a metre at distance `z`.
    pub fn scale(&self, z: f32) -> f32 {
        self.focal / z.max(0.5)
    }

    pub fn at(&self, x: f32, h: f32, z: f32) -> [f32; 2] {
        let s = self.scale(z);
        [self.cx + x * s, self.horizon + (self.height - h) * s]
    }

    /// How far into the haze something at `z` is.
    pub fn far(&self, z: f32) -> f32 {
        (z / self.reach).powf(1.35).min(0.92)
    }

    /// A flat face in space.
    pub fn face(&self, canvas: &mut Canvas, corners: &[[f32; 3]], radius: f32, fill: Fill) {
        let nearest = corners.iter().map(|c| c[2]).fold(f32::MAX, f32::min);
        let points: Vec<[f32; 2]> = corners.iter().map(|[x, h, z]| self.at(*x, *h, *z)).collect();
        canvas.fill(rounded(&points, radius * self.scale(nearest)), fill);
    }

    pub fn flat(&self, canvas: &mut Canvas, light: &Light, corners: &[[f32; 3]], radius: f32, color: Rgb) {
        let z = corners.iter().map(|c| c[2]).sum::<f32>() / corners.len().max(1) as f32;
        self.face(canvas, corners, radius, Fill::solid(light.on(color, self.far(z))));
    }
}
