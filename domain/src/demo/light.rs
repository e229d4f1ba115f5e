//! The time of day: what it does to the sky, to surfaces and to what is far away.

use super::{
    paint::{Canvas, Fill, Rgb, ellipse, smooth},
    rng::Rng,
};

#[derive(Clone, Copy, Debug)]
pub struct Light {
    pub sky_top: Rgb,
    pub sky_low: Rgb,
    /// What surfaces are multiplied by.
    pub ambient: Rgb,
    /// What distance turns everything into.
    pub haze: Rgb,
    /// Height of the sun or moon above the horizon, as a share of the sky; none when clouds hide it.
    pub sun: Option<(f32, Rgb)>,
    pub clouds: Option<Rgb>,
    /// How dark shadows on the ground are.
    pub shadow: f32,
    /// Lamps are on.
    pub dark: bool,
    pub grain: f32,
}

const DAYS: [Light; 6] = [
    // Morning.
    Light {
        sky_top: Rgb::hex(0x7f_b3e3),
        sky_low: Rgb::hex(0xfd_e6c8),
        ambient: Rgb(1.02, 0.97, 0.9),
        haze: Rgb::hex(0xf3_dcc2),
        sun: Some((0.28, Rgb::hex(0xff_f1cf))),
        clouds: Some(Rgb::hex(0xff_f3e2)),
        shadow: 0.4,
        dark: false,
        grain: 2.6,
    },
    // Noon.
    Light {
        sky_top: Rgb::hex(0x3d_8fdc),
        sky_low: Rgb::hex(0xcd_e8f8),
        ambient: Rgb(1.04, 1.03, 1.0),
        haze: Rgb::hex(0xcf_e2ee),
        sun: None,
        clouds: Some(Rgb::hex(0xff_ffff)),
        shadow: 0.5,
        dark: false,
        grain: 2.2,
    },
    // Golden hour.
    Light {
        sky_top: Rgb::hex(0x54_7fb8),
        sky_low: Rgb::hex(0xff_bd78),
        ambient: Rgb(1.05, 0.9, 0.74),
        haze: Rgb::hex(0xf2_b78c),
        sun: Some((0.13, Rgb::hex(0xff_e09a))),
        clouds: Some(Rgb::hex(0xff_d3a6)),
        shadow: 0.5,
        dark: false,
        grain: 3.0,
    },
    // Overcast.
    Light {
        sky_top: Rgb::hex(0xa3_afb9),
        sky_low: Rgb::hex(0xdb_e0e3),
        ambient: Rgb(0.86, 0.88, 0.9),
        haze: Rgb::hex(0xcf_d5d9),
        sun: None,
        clouds: Some(Rgb::hex(0xc4_ccd3)),
        shadow: 0.22,
        dark: false,
        grain: 3.4,
    },
    // Dusk.
    Light {
        sky_top: Rgb::hex(0x24_2f60),
        sky_low: Rgb::hex(0xe8_7c6c),
        ambient: Rgb(0.62, 0.56, 0.72),
        haze: Rgb::hex(0x95_6684),
        sun: None,
        clouds: Some(Rgb::hex(0xb0_5f78)),
        shadow: 0.34,
        dark: true,
        grain: 4.2,
    },
    // Night.
    Light {
        sky_top: Rgb::hex(0x0b_1129),
        sky_low: Rgb::hex(0x2b_3763),
        ambient: Rgb(0.42, 0.46, 0.62),
        haze: Rgb::hex(0x27_3158),
        sun: Some((0.72, Rgb::hex(0xe9_ecf5))),
        clouds: None,
        shadow: 0.4,
        dark: true,
        grain: 5.0,
    },
];

impl Light {
    pub fn pick(rng: &mut Rng) -> Self {
        DAYS[rng.below(DAYS.len())]
    }

    /// A surface's colour in this light, `far` of the way (0 to 1) into the haze.
    #[must_use]
    pub fn on(&self, color: Rgb, far: f32) -> Rgb {
        color.under(self.ambient).mix(self.haze, far.clamp(0.0, 1.0))
    }

    /// Sky down to the horizon, with sun or moon and clouds or stars.
    pub fn sky(&self, canvas: &mut Canvas, horizon: f32, rng: &mut Rng) {
        let width = canvas.width;
        canvas.fill(super::paint::rect(0.0, 0.0, width, horizon + 2.0), Fill::down(0.0, self.sky_top, horizon, self.sky_low));
        if self.dark && self.clouds.is_none() {
            for _ in 0..130 {
                let (x, y) = (rng.range(0.0, width), rng.range(0.0, horizon * 0.8));
                canvas.fill(ellipse(x, y, 0.9, 0.9), Fill::Flat(Rgb::WHITE.alpha(rng.range(0.15, 0.8))));
            }
        }
        if let Some((height, color)) = self.sun {
            let (x, y) = (width * rng.range(0.12, 0.88), horizon * (1.0 - height));
            let glow = if self.dark { 90.0 } else { 380.0 };
            canvas.fill(ellipse(x, y, glow, glow), Fill::Radial([x, y], glow, color.alpha(0.55), color.alpha(0.0)));
            let r = if self.dark { 17.0 } else { 26.0 };
            canvas.fill(ellipse(x, y, r, r), Fill::Flat(color.lighter(0.5).alpha(0.95)));
        }
        if let Some(color) = self.clouds {
            for _ in 0..rng.below(4) + 3 {
                cloud(canvas, rng, width, horizon, color);
            }
        }
    }
}

fn cloud(canvas: &mut Canvas, rng: &mut Rng, width: f32, horizon: f32, color: Rgb) {
    let (x, y) = (rng.range(-60.0, width), rng.range(20.0, horizon * 0.72));
    let (w, h) = (rng.range(110.0, 330.0), rng.range(16.0, 44.0));
    for layer in 0..3 {
        let shift = layer as f32;
        let mut points = vec![[x - w * 0.1, y + h * 0.35], [x + w * 0.02, y + h * 0.02]];
        for i in 1..6 {
            let t = i as f32 / 6.0;
            points.push([x + w * t + rng.range(-8.0, 8.0), y - h * rng.range(0.25, 0.9) + shift * 6.0]);
        }
        points.extend([[x + w, y + h * 0.05], [x + w * 1.1, y + h * 0.38]]);
        canvas.fill(smooth(&points), Fill::Linear([0.0, y - h], color.alpha(0.42), [0.0, y + h * 0.5], color.alpha(0.05)));
    }
}
