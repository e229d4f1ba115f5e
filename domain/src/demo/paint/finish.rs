//! What makes a drawing look taken: grain, a little vignette, and JPEG.

use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder};
use tiny_skia::Pixmap;

use super::Rgb;
use crate::demo::rng::Rng;

#[derive(Clone, Copy, Debug)]
pub struct Finish {
    /// Deviation of the grain, of 255.
    pub grain: f32,
    /// How much darker the corners are, 0 to 1.
    pub vignette: f32,
    pub tint: Rgb,
}

/// The finished picture as JPEG bytes.
///
/// # Errors
/// Never in practice: encoding to memory fails only for impossible sizes.
pub fn finish(pixmap: &Pixmap, look: Finish, rng: &mut Rng) -> Result<Vec<u8>, image::ImageError> {
    let (width, height) = (pixmap.width(), pixmap.height());
    let mut rgb = Vec::with_capacity((width * height * 3) as usize);
    // Grain from a table: twelve draws a pixel would take longer than the whole scene.
    let table: Vec<f32> = (0..4096).map(|_| rng.bell() * look.grain).collect();
    let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
    for (y, row) in pixmap.data().chunks_exact(width as usize * 4).enumerate() {
        let dy = (y as f32 - cy) / cy;
        let mut bits = rng.bits();
        for (x, pixel) in row.chunks_exact(4).enumerate() {
            let dx = (x as f32 - cx) / cx;
            let shade = 1.0 - look.vignette * (dx * dx + dy * dy) * 0.5;
            // xorshift: fast, and grain needs no better.
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            let grain = table[(bits & 4095) as usize];
            for (channel, tint) in pixel.iter().zip([look.tint.0, look.tint.1, look.tint.2]) {
                rgb.push((f32::from(*channel) * shade * tint + grain).clamp(0.0, 255.0) as u8);
            }
        }
    }
    let mut jpeg = Vec::new();
    JpegEncoder::new_with_quality(&mut jpeg, 87).write_image(&rgb, width, height, ExtendedColorType::Rgb8)?;
    Ok(jpeg)
}
