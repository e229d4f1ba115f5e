//! A street seen from a traffic camera: buildings, trees and lamps along it, vehicles on it, people across it.

use super::{
    people,
    vehicles::{self, Vehicle},
    world::Camera,
};
use crate::demo::{
    light::Light,
    paint::{Canvas, Fill, Finish, Rgb, circle, rect, rounded, smooth},
    rng::Rng,
    scene::{HEIGHT, Stage, WIDTH},
};

/// Metres from the middle: kerb, and house fronts.
const KERB: f32 = 7.0;
const FRONT: f32 = 11.6;
const LANES: [f32; 4] = [-5.2, -1.75, 1.75, 5.2];

const FACADES: [Rgb; 10] = [
    Rgb::hex(0xd8_a67b),
    Rgb::hex(0xb8_6f52),
    Rgb::hex(0xe9_d8b4),
    Rgb::hex(0x8f_a3ad),
    Rgb::hex(0xc7_c2b6),
    Rgb::hex(0x6f_8a8c),
    Rgb::hex(0xdd_b8a0),
    Rgb::hex(0xa6_7b8a),
    Rgb::hex(0xf0_e7d8),
    Rgb::hex(0x7d_8fae),
];
const LEAVES: [Rgb; 4] = [Rgb::hex(0x5f_8f4e), Rgb::hex(0x4b_7d4f), Rgb::hex(0x86_a354), Rgb::hex(0xc9_8f3f)];

/// What stands or moves somewhere along the street; drawn from far to near.
enum Thing {
    Building { side: f32, near: f32, far: f32, height: f32, color: Rgb },
    Tree { x: f32, leaves: Rgb, size: f32 },
    Lamp { x: f32 },
    Signal { x: f32, state: usize },
    Car(Vehicle),
    Person { x: f32 },
    Cyclist { x: f32 },
}

struct Street {
    camera: Camera,
    light: Light,
    crossing: f32,
}

pub fn draw(stage: &mut Stage, rng: &Rng) -> Finish {
    let mut r = rng.fork("layout");
    let light = Light::pick(&mut rng.fork("light"));
    let camera = Camera {
        cx: WIDTH as f32 * r.range(0.4, 0.6),
        horizon: HEIGHT as f32 * r.range(0.34, 0.42),
        focal: r.range(820.0, 980.0),
        height: r.range(3.4, 4.6),
        reach: r.range(150.0, 230.0),
    };
    let street = Street { camera, light, crossing: r.range(14.5, 19.0) };
    light.sky(&mut stage.canvas, camera.horizon, &mut rng.fork("sky"));
    street.skyline(&mut stage.canvas, &mut rng.fork("skyline"));
    street.ground(&mut stage.canvas, &mut rng.fork("ground"));
    let mut things = street.things(&mut r);
    things.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut looks = rng.fork("looks");
    for (z, thing) in things {
        street.place(stage, z, thing, &mut looks);
    }
    Finish { grain: light.grain, vignette: 0.16, tint: Rgb::WHITE }
}

impl Street {
    fn tone(&self, color: Rgb, z: f32) -> Rgb {
        self.light.on(color, self.camera.far(z))
    }

    fn skyline(&self, canvas: &mut Canvas, rng: &mut Rng) {
        for layer in 0..2 {
            let mut x = -20.0;
            let share = 0.86 - layer as f32 * 0.2;
            let color = self.light.on(Rgb::hex(0x6a_7f92), share);
            while x < canvas.width {
                let (w, h) = (rng.range(26.0, 70.0), rng.range(18.0, 110.0 - layer as f32 * 40.0));
                canvas.fill(rect(x, self.camera.horizon - h, w, h + 4.0), Fill::solid(color.mix(self.light.sky_low, rng.range(0.0, 0.15))));
                x += w + rng.range(-6.0, 8.0);
            }
        }
    }

    fn ground(&self, canvas: &mut Canvas, rng: &mut Rng) {
        let c = self.camera;
        let (w, h) = (canvas.width, canvas.height);
        let pavement = Fill::down(c.horizon, self.tone(Rgb::hex(0xb9_b2a8), 140.0), h, self.tone(Rgb::hex(0xb4_ada2), 4.0));
        canvas.fill(rect(0.0, c.horizon, w, h - c.horizon), pavement);
        // Slabs of the pavement.
        for i in 0..46 {
            let z = 4.0 + (i as f32).powf(1.35) * 0.62;
            for side in [-1.0, 1.0] {
                let (a, b) = (c.at(side * KERB, 0.0, z), c.at(side * FRONT, 0.0, z));
                canvas.line(&[a, b], (c.scale(z) * 0.025).clamp(0.4, 2.0), self.tone(Rgb::hex(0x8f_897f), z).alpha(0.5));
            }
        }
        let near = 3.2;
        let asphalt = Fill::down(c.horizon, self.tone(Rgb::hex(0x6d_7076), 150.0), h, self.tone(Rgb::hex(0x4c_4f55), 3.0));
        c.face(canvas, &[[-KERB, 0.0, 400.0], [KERB, 0.0, 400.0], [KERB, 0.0, near], [-KERB, 0.0, near]], 0.0, asphalt);
        for _ in 0..46 {
            // Worn and patched places.
            let (x, z) = (rng.range(-KERB, KERB), rng.range(4.5, 60.0));
            let s = c.scale(z);
            let [px, py] = c.at(x, 0.0, z);
            let dark = rng.chance(0.5);
            let color = if dark { Rgb::BLACK } else { Rgb::WHITE };
            canvas.glow(
                super::super::paint::ellipse(px, py, rng.range(0.4, 1.6) * s, rng.range(0.06, 0.2) * s),
                Fill::Flat(color.alpha(0.035)),
            );
        }
        for side in [-1.0, 1.0] {
            let kerb = [
                [side * KERB, 0.0, 400.0],
                [side * (KERB + 0.32), 0.14, 400.0],
                [side * (KERB + 0.32), 0.14, near],
                [side * KERB, 0.0, near],
            ];
            c.face(canvas, &kerb, 0.0, Fill::solid(self.tone(Rgb::hex(0xcf_cac0), 12.0)));
            self.strip(canvas, side * (KERB - 0.45), 0.12, near, 300.0, Rgb::hex(0xe6_e3da), 0.55);
        }
        self.markings(canvas, near);
    }

    fn strip(&self, canvas: &mut Canvas, x: f32, width: f32, from: f32, to: f32, color: Rgb, alpha: f32) {
        let fill = Fill::Flat(self.tone(color, from).alpha(alpha));
        self.camera.face(
            canvas,
            &[[x - width / 2.0, 0.0, to], [x + width / 2.0, 0.0, to], [x + width / 2.0, 0.0, from], [x - width / 2.0, 0.0, from]],
            0.0,
            fill,
        );
    }

    fn markings(&self, canvas: &mut Canvas, near: f32) {
        for x in [-0.16, 0.16] {
            self.strip(canvas, x, 0.13, near, 260.0, Rgb::hex(0xf2_c14e), 0.8);
        }
        for x in [-3.5, 3.5] {
            let mut z = near + 1.0;
            while z < 140.0 {
                if (z - self.crossing).abs() > 4.5 {
                    self.strip(canvas, x, 0.15, z, z + 3.0, Rgb::hex(0xee_ebe2), 0.8);
                }
                z += 7.0;
            }
        }
        let mut x = -KERB + 0.7;
        while x < KERB - 0.5 {
            self.strip(canvas, x + 0.25, 0.5, self.crossing - 1.7, self.crossing + 1.7, Rgb::hex(0xf0_ede5), 0.86);
            x += 1.0;
        }
        self.camera.flat(
            canvas,
            &self.light,
            &[
                [0.3, 0.0, self.crossing - 2.6],
                [KERB - 0.3, 0.0, self.crossing - 2.6],
                [KERB - 0.3, 0.0, self.crossing - 3.0],
                [0.3, 0.0, self.crossing - 3.0],
            ],
            0.0,
            Rgb::hex(0xe4_e1d8),
        );
    }

    fn things(&self, rng: &mut Rng) -> Vec<(f32, Thing)> {
        let mut things = Vec::new();
        for side in [-1.0, 1.0] {
            let mut z = 5.0;
            while z < 190.0 {
                let length = rng.range(9.0, 22.0);
                let building = Thing::Building { side, near: z, far: z + length, height: rng.range(8.0, 24.0), color: *rng.pick(&FACADES) };
                // Behind everything on its stretch of pavement.
                things.push((z + length, building));
                z += length + if rng.chance(0.12) { rng.range(4.0, 9.0) } else { 0.15 };
            }
            let mut z = rng.range(9.0, 15.0);
            while z < 120.0 {
                if rng.chance(0.72) {
                    things.push((z, Thing::Tree { x: side * (KERB + 1.15), leaves: *rng.pick(&LEAVES), size: rng.range(0.8, 1.2) }));
                }
                things.push((z + 6.0, Thing::Lamp { x: side * (KERB + 0.7) }));
                z += rng.range(11.0, 15.0);
            }
        }
        let state = rng.below(3);
        things.push((self.crossing - 2.8, Thing::Signal { x: KERB + 0.6, state }));
        things.push((self.crossing + 2.6, Thing::Signal { x: -KERB - 0.6, state }));
        self.traffic(rng, &mut things);
        self.pedestrians(rng, &mut things);
        things
    }

    fn traffic(&self, rng: &mut Rng, things: &mut Vec<(f32, Thing)>) {
        for (lane, x) in LANES.iter().enumerate() {
            let oncoming = lane < 2;
            let mut z = rng.range(6.0, 16.0);
            while z < 130.0 {
                let roll = rng.unit();
                let build = match roll {
                    r if r < 0.52 => vehicles::CAR,
                    r if r < 0.74 => vehicles::SUV,
                    r if r < 0.85 => vehicles::VAN,
                    r if r < 0.93 => vehicles::TRUCK,
                    _ => vehicles::BUS,
                };
                let tall = build.label != "car";
                let paint = if build.label == "bus" { Rgb::hex(0xc8_3a34) } else { *rng.pick(&vehicles::PAINTS) };
                let crossing = (z - self.crossing).abs() < 3.2 || z < self.crossing && z + 9.0 > self.crossing && tall;
                // Near the camera a tall one would hide everything.
                let blocks = crossing || tall && z < 13.0;
                if !blocks && rng.chance(0.78) {
                    let offset = rng.range(-0.25, 0.25);
                    things.push((z, Thing::Car(Vehicle { build, x: x + offset, z, paint, oncoming, braking: rng.chance(0.4) })));
                }
                z += rng.range(8.0, 16.0) + if tall { 8.0 } else { 0.0 } + z * 0.08;
            }
        }
    }

    fn pedestrians(&self, rng: &mut Rng, things: &mut Vec<(f32, Thing)>) {
        for _ in 0..rng.below(4) + 2 {
            things.push((self.crossing + rng.range(-1.2, 1.2), Thing::Person { x: rng.range(-KERB, KERB) }));
        }
        for _ in 0..rng.below(9) + 7 {
            let side = if rng.chance(0.5) { 1.0 } else { -1.0 };
            things.push((rng.range(8.5, 62.0), Thing::Person { x: side * rng.range(KERB + 1.5, FRONT - 0.7) }));
        }
        for _ in 0..rng.below(3) + 1 {
            let side = if rng.chance(0.5) { 1.0 } else { -1.0 };
            let (x, z) =
                if rng.chance(0.4) { (rng.range(-5.0, 5.0), self.crossing + 0.4) } else { (side * (KERB - 0.9), rng.range(9.5, 42.0)) };
            things.push((z, Thing::Cyclist { x }));
        }
    }

    fn place(&self, stage: &mut Stage, z: f32, thing: Thing, rng: &mut Rng) {
        let (camera, light) = (&self.camera, &self.light);
        match thing {
            Thing::Building { side, near, far, height, color } => stage.scenery(|c| self.building(c, side, near, far, height, color, rng)),
            Thing::Tree { x, leaves, size } => stage.scenery(|c| self.tree(c, x, z, leaves, size, rng)),
            Thing::Lamp { x } => stage.scenery(|c| self.lamp(c, x, z)),
            Thing::Signal { x, state } => self.signal(stage, x, z, state),
            Thing::Car(vehicle) => stage.object(vehicle.build.label, |c| vehicle.draw(c, camera, light)),
            Thing::Person { x } => stage.object("person", |c| people::person(c, camera, light, x, z, rng)),
            Thing::Cyclist { x } => stage.object("cyclist", |c| people::cyclist(c, camera, light, x, z, rng)),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn building(&self, canvas: &mut Canvas, side: f32, near: f32, far: f32, height: f32, color: Rgb, rng: &mut Rng) {
        let c = self.camera;
        let x = side * FRONT;
        let tone = |color: Rgb, z: f32| self.tone(color, z);
        // The wall that faces us, where a gap lets it be seen.
        let depth = side * (FRONT + 14.0);
        c.face(
            canvas,
            &[[x, height, near], [depth, height, near], [depth, 0.0, near], [x, 0.0, near]],
            0.0,
            Fill::solid(tone(color.darker(0.22), near)),
        );
        let (top, bottom) = (c.at(x, height, near), c.at(x, 0.0, near));
        let shade = if side < 0.0 { 0.02 } else { 0.14 };
        let wall = Fill::Linear(
            [c.at(x, 0.0, near)[0], top[1]],
            tone(color.darker(shade), near).alpha(1.0),
            [c.at(x, 0.0, far)[0], bottom[1]],
            tone(color.darker(shade + 0.1), far).alpha(1.0),
        );
        c.face(canvas, &[[x, height, near], [x, height, far], [x, 0.0, far], [x, 0.0, near]], 0.0, wall);
        let cornice = [[x, height, near], [x, height, far], [x, height - 0.45, far], [x, height - 0.45, near]];
        c.face(canvas, &cornice, 0.0, Fill::solid(tone(color.lighter(0.25), near)));
        let floors = ((height - 4.2) / 3.1).floor().max(1.0) as usize;
        let columns = ((far - near) / 2.4).floor().max(1.0) as usize;
        let step = (far - near) / columns as f32;
        for column in 0..columns {
            let (z0, z1) = (near + step * (column as f32 + 0.22), near + step * (column as f32 + 0.78));
            for floor in 0..floors {
                let h = 4.4 + floor as f32 * 3.1;
                self.window(canvas, x, (z0, z1), (h, h + 1.75), color, rng);
            }
            self.shop(canvas, x, near + step * (column as f32 + 0.08), near + step * (column as f32 + 0.92), rng);
        }
        let awning = *rng.pick(&[Rgb::hex(0xc9_4f44), Rgb::hex(0x3f_7f74), Rgb::hex(0xe2_b04a), Rgb::hex(0x3c_567f), Rgb::hex(0x8a_4e63)]);
        if rng.chance(0.75) {
            let out = x - side * 1.1;
            c.face(
                canvas,
                &[[x, 3.5, near + 0.4], [x, 3.5, far - 0.4], [out, 2.9, far - 0.4], [out, 2.9, near + 0.4]],
                0.0,
                Fill::solid(tone(awning, near)),
            );
            c.face(
                canvas,
                &[[out, 2.9, near + 0.4], [out, 2.9, far - 0.4], [out, 2.68, far - 0.4], [out, 2.68, near + 0.4]],
                0.0,
                Fill::solid(tone(awning.darker(0.2), near)),
            );
        }
    }

    fn window(&self, canvas: &mut Canvas, x: f32, z: (f32, f32), h: (f32, f32), wall: Rgb, rng: &mut Rng) {
        let c = self.camera;
        let lit = self.light.dark && rng.chance(0.45);
        let glass = if lit {
            Rgb::hex(0xff_d98a).mix(self.light.haze, c.far(z.0) * 0.6)
        } else {
            self.tone(Rgb::hex(0x53_6b7e).mix(self.light.sky_low, 0.22), z.0)
        };
        let frame = 0.12;
        c.face(
            canvas,
            &[[x, h.1 + frame, z.0 - frame], [x, h.1 + frame, z.1 + frame], [x, h.0 - frame, z.1 + frame], [x, h.0 - frame, z.0 - frame]],
            0.0,
            Fill::solid(self.tone(wall.lighter(0.32), z.0)),
        );
        c.face(canvas, &[[x, h.1, z.0], [x, h.1, z.1], [x, h.0, z.1], [x, h.0, z.0]], 0.0, Fill::solid(glass));
        if !lit && rng.chance(0.35) {
            let mid = (h.0 + h.1) / 2.0 + rng.range(-0.3, 0.5);
            c.face(
                canvas,
                &[[x, h.1, z.0], [x, h.1, z.1], [x, mid, z.1], [x, mid, z.0]],
                0.0,
                Fill::Flat(self.tone(Rgb::hex(0xf0_ebdf), z.0).alpha(0.75)),
            );
        }
    }

    fn shop(&self, canvas: &mut Canvas, x: f32, z0: f32, z1: f32, rng: &mut Rng) {
        let glass = if self.light.dark {
            Rgb::hex(0xff_dfa0).mix(Rgb::hex(0x6a_5a40), rng.range(0.0, 0.5))
        } else {
            self.tone(Rgb::hex(0x42_5562), z0)
        };
        self.camera.face(
            canvas,
            &[[x, 2.9, z0], [x, 2.9, z1], [x, 0.35, z1], [x, 0.35, z0]],
            0.0,
            Fill::solid(glass.mix(self.light.haze, self.camera.far(z0) * 0.5)),
        );
    }

    fn tree(&self, canvas: &mut Canvas, x: f32, z: f32, leaves: Rgb, size: f32, rng: &mut Rng) {
        let c = self.camera;
        let s = c.scale(z) * size;
        let [px, py] = c.at(x, 0.14, z);
        canvas.shadow(px, py, 1.5 * s, 0.3 * s, self.light.shadow);
        let bark = self.tone(Rgb::hex(0x5d_4636), z);
        canvas.line(&[[px, py], [px + 0.05 * s, py - 2.6 * s]], 0.26 * s, bark.alpha(1.0));
        canvas.line(&[[px + 0.03 * s, py - 2.0 * s], [px + 0.6 * s, py - 3.1 * s]], 0.12 * s, bark.alpha(1.0));
        for (tone, shift) in [(leaves.darker(0.32), 0.0), (leaves, -0.28), (leaves.lighter(0.16), -0.62)] {
            let color = self.tone(tone, z);
            for _ in 0..7 {
                let (dx, dy) = (rng.range(-1.15, 1.15), rng.range(-1.0, 0.75));
                let r = rng.range(0.5, 0.92) * (1.0 + shift * 0.35);
                let (cx, cy) = (px + (dx + shift * 0.5) * s, py + (-3.9 + dy + shift * 0.55) * s);
                let points: Vec<[f32; 2]> = (0..9)
                    .map(|i| {
                        let a = i as f32 / 9.0 * std::f32::consts::TAU;
                        let reach = r * rng.range(0.8, 1.15) * s;
                        [cx + a.cos() * reach, cy + a.sin() * reach * 0.9]
                    })
                    .collect();
                canvas.fill(smooth(&points), Fill::solid(color));
            }
        }
    }

    fn lamp(&self, canvas: &mut Canvas, x: f32, z: f32) {
        let c = self.camera;
        let s = c.scale(z);
        let over = x - x.signum() * 1.3;
        let metal = self.tone(Rgb::hex(0x3d_444c), z).alpha(1.0);
        canvas.line(
            &[c.at(x, 0.1, z), c.at(x, 5.8, z), c.at(x - x.signum() * 0.3, 6.1, z), c.at(over, 6.15, z)],
            (0.09 * s).max(0.8),
            metal,
        );
        let [hx, hy] = c.at(over, 6.1, z);
        canvas.line(&[[hx - 0.22 * s, hy], [hx + 0.22 * s, hy]], (0.13 * s).max(1.0), metal);
        if self.light.dark {
            let warm = Rgb::hex(0xff_d490);
            let r = 1.7 * s;
            canvas.glow(circle(hx, hy, r), Fill::Radial([hx, hy], r, warm.alpha(0.5), warm.alpha(0.0)));
            canvas.glow(circle(hx, hy + 0.06 * s, 0.15 * s), Fill::solid(warm.lighter(0.4)));
            let [gx, gy] = c.at(over, 0.0, z);
            canvas.glow(super::super::paint::ellipse(gx, gy, 2.6 * s, 0.5 * s), Fill::Flat(warm.alpha(0.1)));
        }
    }

    fn signal(&self, stage: &mut Stage, x: f32, z: f32, state: usize) {
        let c = self.camera;
        let s = c.scale(z);
        let metal = self.tone(Rgb::hex(0x33_393f), z).alpha(1.0);
        let over = x - x.signum() * 3.4;
        stage.scenery(|canvas| {
            canvas.line(&[c.at(x, 0.1, z), c.at(x, 5.1, z), c.at(over - x.signum() * 0.4, 5.2, z)], (0.13 * s).max(1.0), metal);
        });
        for (hx, top) in [(over, 5.6), (x - x.signum() * 0.34, 3.4)] {
            stage.object("traffic light", |canvas| self.signal_head(canvas, hx, top, z, state));
        }
    }

    fn signal_head(&self, canvas: &mut Canvas, x: f32, top: f32, z: f32, state: usize) {
        let c = self.camera;
        let s = c.scale(z);
        let corners = [c.at(x - 0.2, top, z), c.at(x + 0.2, top, z), c.at(x + 0.2, top - 1.1, z), c.at(x - 0.2, top - 1.1, z)];
        canvas.fill(rounded(&corners, 0.09 * s), Fill::solid(self.tone(Rgb::hex(0x1d_2126), z)));
        let lamps = [Rgb::hex(0xff_4438), Rgb::hex(0xff_b52e), Rgb::hex(0x3f_e07c)];
        for (i, color) in lamps.into_iter().enumerate() {
            let [lx, ly] = c.at(x, top - 0.21 - i as f32 * 0.34, z);
            let shown = if i == state { color } else { color.darker(0.78) };
            canvas.fill(circle(lx, ly, 0.13 * s), Fill::solid(shown));
            if i == state {
                canvas.glow(circle(lx, ly, 0.5 * s), Fill::Radial([lx, ly], 0.5 * s, color.alpha(0.45), color.alpha(0.0)));
            }
        }
    }
}
