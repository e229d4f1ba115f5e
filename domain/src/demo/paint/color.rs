use tiny_skia::Color;

/// A colour of a surface or light, 0 to 1 a channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rgb(pub f32, pub f32, pub f32);

impl Rgb {
    pub const WHITE: Self = Self(1.0, 1.0, 1.0);
    pub const BLACK: Self = Self(0.0, 0.0, 0.0);

    /// `0xrrggbb`.
    #[must_use]
    pub const fn hex(value: u32) -> Self {
        Self(((value >> 16) & 255) as f32 / 255.0, ((value >> 8) & 255) as f32 / 255.0, (value & 255) as f32 / 255.0)
    }

    /// This colour with `share` of the other in it.
    #[must_use]
    pub fn mix(self, other: Self, share: f32) -> Self {
        let m = |a: f32, b: f32| a + (b - a) * share;
        Self(m(self.0, other.0), m(self.1, other.1), m(self.2, other.2))
    }

    #[must_use]
    pub fn lighter(self, share: f32) -> Self {
        self.mix(Self::WHITE, share)
    }

    #[must_use]
    pub fn darker(self, share: f32) -> Self {
        self.mix(Self::BLACK, share)
    }

    /// Seen in a light.
    #[must_use]
    pub fn under(self, light: Self) -> Self {
        Self(self.0 * light.0, self.1 * light.1, self.2 * light.2)
    }

    #[must_use]
    pub fn alpha(self, alpha: f32) -> Color {
        let c = |v: f32| v.clamp(0.0, 1.0);
        Color::from_rgba(c(self.0), c(self.1), c(self.2), c(alpha)).unwrap_or(Color::TRANSPARENT)
    }
}
