//! People and cyclists, built from round strokes: simple, but alive.

use super::world::Camera;
use crate::demo::{
    light::Light,
    paint::{Canvas, Fill, Rgb, circle, ellipse, rounded},
    rng::Rng,
};

const SKIN: [Rgb; 6] =
    [Rgb::hex(0xf1_c9a5), Rgb::hex(0xe0_ac82), Rgb::hex(0xc6_8a5e), Rgb::hex(0x9a_6242), Rgb::hex(0x74_4a33), Rgb::hex(0xf6_d6b8)];
const HAIR: [Rgb; 6] =
    [Rgb::hex(0x2a_201b), Rgb::hex(0x4b_3222), Rgb::hex(0x8a_5a33), Rgb::hex(0xcf_a35b), Rgb::hex(0x9b_9b9b), Rgb::hex(0x6d_2e24)];
const TOPS: [Rgb; 10] = [
    Rgb::hex(0xe4_5a4f),
    Rgb::hex(0x2f_7f8f),
    Rgb::hex(0xf0_c24b),
    Rgb::hex(0x5a_6fb0),
    Rgb::hex(0xf4_f0e6),
    Rgb::hex(0x38_3d46),
    Rgb::hex(0x77_9e5b),
    Rgb::hex(0xc9_6f9a),
    Rgb::hex(0x9c_5f3e),
    Rgb::hex(0x4c_9fd1),
];
const BOTTOMS: [Rgb; 6] =
    [Rgb::hex(0x2d_3b57), Rgb::hex(0x3a_3a3f), Rgb::hex(0x6d_5b4a), Rgb::hex(0x8d_96a3), Rgb::hex(0x1f_2329), Rgb::hex(0x55_6647)];

#[derive(Clone, Copy)]
struct Outfit {
    skin: Rgb,
    hair: Rgb,
    top: Rgb,
    bottom: Rgb,
    long_hair: bool,
    bag: Option<Rgb>,
}

impl Outfit {
    fn pick(rng: &mut Rng) -> Self {
        Self {
            skin: *rng.pick(&SKIN),
            hair: *rng.pick(&HAIR),
            top: *rng.pick(&TOPS),
            bottom: *rng.pick(&BOTTOMS),
            long_hair: rng.chance(0.4),
            bag: rng.chance(0.35).then(|| *rng.pick(&TOPS)),
        }
    }
}

/// A walking person, feet at (x, z).
pub fn person(canvas: &mut Canvas, camera: &Camera, light: &Light, x: f32, z: f32, rng: &mut Rng) {
    let s = camera.scale(z);
    let [px, py] = camera.at(x, 0.0, z);
    let far = camera.far(z);
    let outfit = Outfit::pick(rng);
    let tall = rng.range(1.58, 1.86) * if rng.chance(0.12) { 0.72 } else { 1.0 };
    let stride = rng.range(0.1, 0.34) * if rng.chance(0.5) { 1.0 } else { -1.0 };
    let walks = rng.range(-0.2, 1.0);
    canvas.shadow(px, py, 0.36 * s, 0.1 * s, light.shadow);
    let m = |dx: f32, h: f32| [px + dx * s, py - h * tall / 1.75 * s];
    let tone = |c: Rgb| light.on(c, far);
    let solid = |c: Rgb| tone(c).alpha(1.0);
    // Far leg and arm first, darker.
    canvas.line(&[m(0.02, 0.86), m(-stride * 0.55, 0.46), m(-stride - 0.02, 0.06)], 0.15 * s, solid(outfit.bottom.darker(0.25)));
    canvas.line(&[m(-stride - 0.02, 0.05), m(-stride + 0.08 * stride.signum(), 0.04)], 0.1 * s, solid(Rgb::hex(0x2a_2624)));
    canvas.line(&[m(0.0, 1.36), m(stride * 0.6, 1.1), m(stride * 0.8 + 0.03, 0.88)], 0.1 * s, solid(outfit.top.darker(0.28)));
    canvas.line(&[m(-0.02, 0.86), m(stride * 0.6, 0.47), m(stride, 0.06)], 0.16 * s, solid(outfit.bottom));
    canvas.line(&[m(stride, 0.05), m(stride + 0.1 * stride.signum(), 0.04)], 0.1 * s, solid(Rgb::hex(0x35_2f2c)));
    if let Some(bag) = outfit.bag {
        let back = -0.2 * stride.signum();
        canvas.fill(
            rounded(&[m(back - 0.1, 1.38), m(back + 0.1, 1.4), m(back + 0.1, 0.98), m(back - 0.1, 0.98)], 0.07 * s),
            Fill::solid(tone(bag.darker(0.2))),
        );
    }
    let torso = [m(-0.2, 1.42), m(0.2, 1.42), m(0.17, 0.84), m(-0.17, 0.84)];
    canvas.fill(
        rounded(&torso, 0.12 * s),
        Fill::across(m(-0.22, 0.0)[0], tone(outfit.top.lighter(0.1)), m(0.22, 0.0)[0], tone(outfit.top.darker(0.22))),
    );
    canvas.line(&[m(0.0, 1.36), m(-stride * 0.5, 1.1), m(-stride * 0.7 + 0.06 * walks, 0.88)], 0.1 * s, solid(outfit.top.darker(0.12)));
    canvas.fill(circle(m(-stride * 0.7 + 0.06 * walks, 0.86)[0], m(0.0, 0.86)[1], 0.055 * s), Fill::solid(tone(outfit.skin)));
    head(canvas, &m, s, &outfit, &tone);
}

fn head(canvas: &mut Canvas, m: &impl Fn(f32, f32) -> [f32; 2], s: f32, outfit: &Outfit, tone: &impl Fn(Rgb) -> Rgb) {
    canvas.line(&[m(0.0, 1.4), m(0.0, 1.5)], 0.09 * s, tone(outfit.skin.darker(0.15)).alpha(1.0));
    let c = m(0.0, 1.6);
    if outfit.long_hair {
        canvas.fill(rounded(&[m(-0.14, 1.68), m(0.14, 1.68), m(0.15, 1.36), m(-0.15, 1.36)], 0.1 * s), Fill::solid(tone(outfit.hair)));
    }
    canvas.fill(ellipse(c[0], c[1], 0.112 * s, 0.135 * s), Fill::solid(tone(outfit.skin)));
    let cap = [m(-0.125, 1.6), m(-0.12, 1.72), m(0.0, 1.77), m(0.12, 1.72), m(0.125, 1.61), m(0.06, 1.66), m(-0.06, 1.67)];
    canvas.fill(rounded(&cap, 0.06 * s), Fill::solid(tone(outfit.hair)));
}

/// A cyclist crossing the view, wheels on the ground at (x, z), riding to the right or left.
pub fn cyclist(canvas: &mut Canvas, camera: &Camera, light: &Light, x: f32, z: f32, rng: &mut Rng) {
    let s = camera.scale(z);
    let [px, py] = camera.at(x, 0.0, z);
    let far = camera.far(z);
    let outfit = Outfit::pick(rng);
    let way = if rng.chance(0.5) { 1.0 } else { -1.0 };
    canvas.shadow(px, py, 0.95 * s, 0.12 * s, light.shadow);
    let m = |dx: f32, h: f32| [px + way * dx * s, py - h * s];
    let tone = |c: Rgb| light.on(c, far);
    let frame = tone(*rng.pick(&TOPS)).alpha(1.0);
    let black = tone(Rgb::hex(0x22_2427)).alpha(1.0);
    for hub in [-0.52, 0.54] {
        let [hx, hy] = m(hub, 0.34);
        if let Some(rim) = circle(hx, hy, 0.32 * s) {
            canvas.stroke(&rim, (0.055 * s).max(1.0), black);
        }
        canvas.glow(circle(hx, hy, 0.29 * s), Fill::Flat(Rgb::hex(0xd5_d9dd).under(light.ambient).alpha(0.16)));
    }
    let thin = (0.045 * s).max(0.9);
    canvas.line(&[m(-0.52, 0.34), m(-0.06, 0.36), m(0.38, 0.84), m(-0.2, 0.84), m(-0.52, 0.34)], thin, frame);
    canvas.line(&[m(-0.2, 0.9), m(-0.06, 0.36)], thin, frame);
    canvas.line(&[m(0.54, 0.34), m(0.36, 0.98), m(0.5, 1.04)], thin, frame);
    canvas.line(&[m(-0.32, 0.95), m(-0.12, 0.95)], 0.07 * s, black);
    let solid = |c: Rgb| tone(c).alpha(1.0);
    let (knee, foot) = if rng.chance(0.5) { (m(0.2, 0.78), m(0.02, 0.24)) } else { (m(0.22, 0.66), m(-0.02, 0.16)) };
    canvas.line(&[m(-0.2, 1.0), m(0.14, 0.6), m(-0.1, 0.42)], 0.13 * s, solid(outfit.bottom.darker(0.3)));
    canvas.line(&[m(-0.2, 1.0), knee, foot], 0.14 * s, solid(outfit.bottom));
    canvas.line(&[foot, [foot[0] + way * 0.12 * s, foot[1]]], 0.08 * s, solid(Rgb::hex(0x2b_2725)));
    canvas.line(&[m(-0.2, 1.04), m(0.1, 1.46)], 0.26 * s, solid(outfit.top));
    canvas.line(&[m(0.1, 1.46), m(0.28, 1.18), m(0.47, 1.06)], 0.09 * s, solid(outfit.top.darker(0.15)));
    let c = m(0.24, 1.68);
    canvas.fill(ellipse(c[0], c[1], 0.115 * s, 0.135 * s), Fill::solid(tone(outfit.skin)));
    let helmet = [m(0.1, 1.7), m(0.12, 1.82), m(0.26, 1.86), m(0.38, 1.78), m(0.38, 1.72)];
    canvas.fill(rounded(&helmet, 0.07 * s), Fill::solid(tone(*rng.pick(&TOPS))));
}
