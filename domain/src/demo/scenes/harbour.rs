//! A harbour: hills and a town behind, water with the sky in it, boats near and far, a quay in front.

use crate::demo::{
    light::Light,
    paint::{Canvas, Fill, Finish, Rgb, circle, ellipse, poly, rect, rounded, smooth},
    rng::Rng,
    scene::{HEIGHT, Stage, WIDTH},
};

const HULLS: [Rgb; 8] = [
    Rgb::hex(0xf4_f1e8),
    Rgb::hex(0x24_4a6b),
    Rgb::hex(0xb8_3b34),
    Rgb::hex(0x2f_7d6d),
    Rgb::hex(0xe8_b44a),
    Rgb::hex(0x30_343a),
    Rgb::hex(0x6f_9fc4),
    Rgb::hex(0xdd_d3bd),
];

struct Harbour {
    horizon: f32,
    light: Light,
}

pub fn draw(stage: &mut Stage, rng: &Rng) -> Finish {
    let mut r = rng.fork("layout");
    let light = Light::pick(&mut rng.fork("light"));
    let harbour = Harbour { horizon: HEIGHT as f32 * r.range(0.36, 0.44), light };
    light.sky(&mut stage.canvas, harbour.horizon, &mut rng.fork("sky"));
    harbour.hills(&mut stage.canvas, &mut rng.fork("hills"));
    harbour.town(&mut stage.canvas, &mut rng.fork("town"));
    harbour.water(&mut stage.canvas, &mut rng.fork("water"));
    harbour.lighthouse(stage, &mut r);
    let mut boats = harbour.boats(&mut r);
    boats.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut looks = rng.fork("looks");
    for (depth, x, kind) in boats {
        harbour.boat(stage, depth, x, kind, &mut looks);
    }
    harbour.quay(stage, &mut rng.fork("quay"));
    Finish { grain: light.grain, vignette: 0.15, tint: Rgb::WHITE }
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Ship,
    Sail,
    Motor,
    Fishing,
    Buoy,
}

impl Harbour {
    /// Row of pixels, and pixels of a metre, at a depth of 0 (horizon) to 1 (quay).
    fn at(&self, depth: f32) -> (f32, f32) {
        (self.horizon + (HEIGHT as f32 - self.horizon) * depth.powf(1.15) * 0.9, 1.6 + 30.0 * depth.powf(1.25))
    }

    fn tone(&self, color: Rgb, depth: f32) -> Rgb {
        self.light.on(color, (0.78 - depth * 1.5).clamp(0.0, 0.8))
    }

    fn hills(&self, canvas: &mut Canvas, rng: &mut Rng) {
        for layer in 0..3 {
            let base = self.horizon + 2.0;
            let tall = 120.0 - layer as f32 * 34.0;
            let mut points = vec![[-200.0, base + 60.0]];
            let mut x = -120.0;
            while x < WIDTH as f32 + 200.0 {
                points.push([x, base - tall * rng.range(0.25, 1.0)]);
                x += rng.range(70.0, 190.0);
            }
            points.push([WIDTH as f32 + 260.0, base + 60.0]);
            let color = self.light.on(Rgb::hex(0x5d_7f86), 0.78 - layer as f32 * 0.17);
            canvas.fill(smooth(&points), Fill::down(base - tall, color, base, color.mix(self.light.haze, 0.35)));
        }
    }

    fn town(&self, canvas: &mut Canvas, rng: &mut Rng) {
        let walls =
            [Rgb::hex(0xf1_e4cc), Rgb::hex(0xe2_b28c), Rgb::hex(0xd7_8f75), Rgb::hex(0xf6_f0e4), Rgb::hex(0xe9_cf8f), Rgb::hex(0xb9_c6c8)];
        for row in 0..3 {
            let base = self.horizon + 3.0 - (2 - row) as f32 * 11.0;
            let mut x = WIDTH as f32 * 0.04 + rng.range(0.0, 60.0) + (2 - row) as f32 * 60.0;
            let end = WIDTH as f32 * rng.range(0.5, 0.78);
            while x < end {
                let (w, h) = (rng.range(14.0, 32.0), rng.range(13.0, 34.0));
                let far = 0.42 - row as f32 * 0.1;
                let wall = self.light.on(*rng.pick(&walls), far);
                canvas.fill(rect(x, base - h, w, h), Fill::solid(wall));
                let roof = self.light.on(*rng.pick(&[Rgb::hex(0xa8_5542), Rgb::hex(0x8f_4a40), Rgb::hex(0x6b_6f78)]), far);
                canvas.fill(
                    poly(&[[x - 1.5, base - h], [x + w * 0.5, base - h - rng.range(5.0, 10.0)], [x + w + 1.5, base - h]]),
                    Fill::solid(roof),
                );
                for wx in 0..(w / 7.0) as usize {
                    for wy in 0..(h / 9.0) as usize {
                        let lit = self.light.dark && rng.chance(0.5);
                        let pane = if lit { Rgb::hex(0xff_d58a) } else { wall.darker(0.42) };
                        canvas.fill(rect(x + 2.5 + wx as f32 * 7.0, base - h + 3.0 + wy as f32 * 9.0, 2.4, 3.6), Fill::solid(pane));
                    }
                }
                x += w + rng.range(0.0, 3.0);
            }
        }
        canvas.fill(rect(0.0, self.horizon - 1.0, WIDTH as f32, 6.0), Fill::solid(self.light.on(Rgb::hex(0x8a_8378), 0.35)));
    }

    fn water(&self, canvas: &mut Canvas, rng: &mut Rng) {
        let (w, h) = (canvas.width, canvas.height);
        let near = Rgb::hex(0x1f_5a72).under(self.light.ambient).mix(self.light.sky_top, 0.22);
        let far = self.light.sky_low.mix(Rgb::hex(0x5e_93a4).under(self.light.ambient), 0.45);
        canvas.fill(rect(0.0, self.horizon + 4.0, w, h), Fill::down(self.horizon, far, h * 0.94, near));
        for _ in 0..1500 {
            let depth = rng.unit().powf(0.8);
            let (y, s) = self.at(depth);
            let (x, length) = (rng.range(-40.0, w), s * rng.range(0.5, 3.4) + 5.0);
            let bright = rng.chance(0.55);
            let color = if bright { self.light.sky_low.lighter(0.3) } else { near.darker(0.4) };
            canvas.fill(ellipse(x, y, length, 0.35 + s * 0.022), Fill::Flat(color.alpha(if bright { 0.13 } else { 0.12 })));
        }
        if let Some((_, sun)) = self.light.sun {
            let x = rng.range(0.2, 0.8) * w;
            for _ in 0..420 {
                let depth = rng.unit();
                let (y, s) = self.at(depth);
                canvas.fill(
                    ellipse(x + rng.bell() * (18.0 + depth * 70.0), y, s * 0.9 + 3.0, 0.5 + s * 0.02),
                    Fill::Flat(sun.lighter(0.3).alpha(0.2)),
                );
            }
        }
    }

    fn lighthouse(&self, stage: &mut Stage, rng: &mut Rng) {
        let x = WIDTH as f32 * if rng.chance(0.5) { rng.range(0.84, 0.94) } else { rng.range(0.06, 0.16) };
        let base = self.horizon + 16.0;
        let rock = self.light.on(Rgb::hex(0x5b_564f), 0.3);
        stage.scenery(|c| {
            c.fill(
                smooth(&[
                    [x - 120.0, base + 16.0],
                    [x - 70.0, base - 12.0],
                    [x - 10.0, base - 26.0],
                    [x + 50.0, base - 14.0],
                    [x + 110.0, base + 14.0],
                    [x, base + 22.0],
                ]),
                Fill::down(base - 26.0, rock.lighter(0.1), base + 14.0, rock.darker(0.2)),
            );
        });
        let light = self.light;
        let tall = rng.range(112.0, 150.0);
        stage.object("lighthouse", |c| {
            let foot = base - 12.0;
            let tone = |color: Rgb| light.on(color, 0.2);
            let width = |t: f32| 15.0 - 6.0 * t;
            for band in 0..5 {
                let (t0, t1) = (band as f32 / 5.0, (band + 1) as f32 / 5.0);
                let color = if band % 2 == 0 { Rgb::hex(0xf3_efe6) } else { Rgb::hex(0xc9_3f38) };
                let (y0, y1) = (foot - tall * t0, foot - tall * t1);
                let quad = [[x - width(t0), y0], [x + width(t0), y0], [x + width(t1), y1], [x - width(t1), y1]];
                c.fill(poly(&quad), Fill::across(x - 14.0, tone(color), x + 14.0, tone(color.darker(0.3))));
            }
            let top = foot - tall;
            c.fill(rect(x - 12.0, top - 3.0, 24.0, 4.0), Fill::solid(tone(Rgb::hex(0x2d_3238))));
            c.fill(
                rect(x - 6.5, top - 17.0, 13.0, 14.0),
                Fill::solid(if light.dark { Rgb::hex(0xff_e7a6) } else { tone(Rgb::hex(0x9f_c4d1)) }),
            );
            c.fill(poly(&[[x - 9.0, top - 17.0], [x, top - 28.0], [x + 9.0, top - 17.0]]), Fill::solid(tone(Rgb::hex(0xb8_36_30))));
            if light.dark {
                let lamp = [x, top - 10.0];
                c.glow(
                    circle(x, top - 10.0, 90.0),
                    Fill::Radial(lamp, 90.0, Rgb::hex(0xff_e7a6).alpha(0.5), Rgb::hex(0xff_e7a6).alpha(0.0)),
                );
            }
        });
    }

    fn boats(&self, rng: &mut Rng) -> Vec<(f32, f32, Kind)> {
        let mut boats: Vec<(f32, f32, Kind)> = Vec::new();
        let w = WIDTH as f32;
        if rng.chance(0.8) {
            boats.push((rng.range(0.1, 0.16), rng.range(0.25, 0.75) * w, Kind::Ship));
        }
        let wanted = [
            (Kind::Sail, 5 + rng.below(4), 0.12),
            (Kind::Motor, 3 + rng.below(3), 0.2),
            (Kind::Fishing, 2 + rng.below(2), 0.22),
            (Kind::Buoy, 3 + rng.below(3), 0.16),
        ];
        for (kind, count, from) in wanted {
            for _ in 0..count {
                for _ in 0..12 {
                    let depth = rng.range(from, 0.8);
                    let x = rng.range(0.04, 0.96) * w;
                    let room = |b: &(f32, f32, Kind)| {
                        let reach = 4.5 * (self.at(b.0).1 + self.at(depth).1);
                        (b.1 - x).abs() > reach || (b.0 - depth).abs() > 0.16
                    };
                    if boats.iter().all(room) {
                        boats.push((depth, x, kind));
                        break;
                    }
                }
            }
        }
        boats
    }

    fn boat(&self, stage: &mut Stage, depth: f32, x: f32, kind: Kind, rng: &mut Rng) {
        let (y, s) = self.at(depth);
        let way = if rng.chance(0.5) { 1.0 } else { -1.0 };
        let hull = *rng.pick(&HULLS);
        let boat = Boat { x, y, s, way, hull, depth, harbour: self };
        let (label, length) = match kind {
            Kind::Ship => ("cargo ship", 66.0),
            Kind::Sail => ("sailing boat", 7.4),
            Kind::Motor => ("motor boat", 6.2),
            Kind::Fishing => ("fishing boat", 9.4),
            Kind::Buoy => ("buoy", 1.2),
        };
        boat.reflection(&mut stage.canvas, length, if kind == Kind::Sail { 7.0 } else { 2.4 });
        stage.object(label, |c| match kind {
            Kind::Ship => boat.ship(c, rng),
            Kind::Sail => boat.sail(c, rng),
            Kind::Motor => boat.motor(c),
            Kind::Fishing => boat.fishing(c, rng),
            Kind::Buoy => boat.buoy(c),
        });
        boat.waterline(&mut stage.canvas, length);
    }

    fn quay(&self, stage: &mut Stage, rng: &mut Rng) {
        let (w, h) = (WIDTH as f32, HEIGHT as f32);
        let top = h - rng.range(46.0, 70.0);
        let light = self.light;
        stage.scenery(|c| {
            c.fill(rect(0.0, top, w, h - top), Fill::down(top, light.on(Rgb::hex(0x9c_948a), 0.0), h, light.on(Rgb::hex(0x6e_675f), 0.0)));
            c.fill(rect(0.0, top, w, 7.0), Fill::solid(light.on(Rgb::hex(0xc3_bbae), 0.0)));
            for i in 0..15 {
                let x = i as f32 * 92.0 + rng.range(-6.0, 6.0);
                c.line(&[[x, top + 8.0], [x - 8.0, h]], 1.4, Rgb::BLACK.alpha(0.22));
            }
            for x in [w * 0.14, w * 0.47, w * 0.82] {
                let iron = light.on(Rgb::hex(0x2a_2d31), 0.0);
                c.fill(
                    rounded(&[[x - 13.0, top + 26.0], [x - 10.0, top - 4.0], [x + 10.0, top - 4.0], [x + 13.0, top + 26.0]], 4.0),
                    Fill::across(x - 13.0, iron.lighter(0.2), x + 13.0, iron),
                );
                c.fill(ellipse(x, top - 5.0, 17.0, 7.0), Fill::solid(iron.lighter(0.12)));
            }
        });
    }
}

/// One boat: lengths in metres from the middle of its waterline, forward and up.
struct Boat<'h> {
    x: f32,
    y: f32,
    s: f32,
    way: f32,
    hull: Rgb,
    depth: f32,
    harbour: &'h Harbour,
}

impl Boat<'_> {
    fn m(&self, forward: f32, up: f32) -> [f32; 2] {
        [self.x + self.way * forward * self.s, self.y - up * self.s]
    }

    fn tone(&self, color: Rgb) -> Rgb {
        self.harbour.tone(color, self.depth)
    }

    fn face(&self, canvas: &mut Canvas, points: &[[f32; 2]], radius: f32, color: Rgb) {
        let points: Vec<[f32; 2]> = points.iter().map(|p| self.m(p[0], p[1])).collect();
        canvas.fill(rounded(&points, radius * self.s), Fill::solid(self.tone(color)));
    }

    fn rope(&self, canvas: &mut Canvas, points: &[[f32; 2]], width: f32, color: Rgb) {
        let points: Vec<[f32; 2]> = points.iter().map(|p| self.m(p[0], p[1])).collect();
        canvas.line(&points, (width * self.s).max(0.7), self.tone(color).alpha(1.0));
    }

    fn body(&self, canvas: &mut Canvas, length: f32, height: f32, color: Rgb) {
        let l = length / 2.0;
        let outline = [[-l * 0.94, height * 0.92], [l, height * 1.12], [l * 0.78, -0.05], [-l * 0.86, -0.05]];
        let points: Vec<[f32; 2]> = outline.iter().map(|p| self.m(p[0], p[1])).collect();
        let fill = Fill::down(self.m(0.0, height)[1], self.tone(color.lighter(0.08)), self.m(0.0, 0.0)[1], self.tone(color.darker(0.32)));
        canvas.fill(rounded(&points, 0.28 * self.s * (height / 1.2)), fill);
        self.face(
            canvas,
            &[[-l * 0.94, height * 0.92], [l, height * 1.12], [l * 0.97, height * 0.98], [-l * 0.93, height * 0.78]],
            0.04,
            color.lighter(0.42),
        );
        self.face(
            canvas,
            &[[-l * 0.87, height * 0.16], [l * 0.83, height * 0.18], [l * 0.79, -0.05], [-l * 0.86, -0.05]],
            0.02,
            Rgb::hex(0x7d_2f2a),
        );
    }

    fn reflection(&self, canvas: &mut Canvas, length: f32, height: f32) {
        let color = self.tone(self.hull.darker(0.35));
        for i in 0..9 {
            let t = i as f32 / 9.0;
            let wobble = if i % 2 == 0 { 0.03 } else { -0.03 } * length * self.s;
            let y = self.y + t * height * self.s * 0.7 + 1.0;
            canvas.fill(
                ellipse(self.x + wobble, y, length * self.s * 0.46 * (1.0 - t * 0.5), (0.12 * self.s).max(1.0)),
                Fill::Flat(color.alpha(0.3 * (1.0 - t))),
            );
        }
    }

    fn waterline(&self, canvas: &mut Canvas, length: f32) {
        canvas.fill(ellipse(self.x, self.y + 0.5, length * self.s * 0.5, (0.05 * self.s).max(0.7)), Fill::Flat(Rgb::WHITE.alpha(0.24)));
    }

    fn sail(&self, canvas: &mut Canvas, rng: &mut Rng) {
        let tall = rng.range(8.6, 11.0);
        let up = rng.chance(0.72);
        let wood = Rgb::hex(0x6b_4d35);
        self.rope(canvas, &[[0.5, 0.9], [0.5, tall]], 0.13, if up { Rgb::hex(0xd8_d4ca) } else { wood });
        if up {
            let cloth = *rng.pick(&[Rgb::hex(0xfb_f8f0), Rgb::hex(0xf3_e7cf), Rgb::hex(0xf9_f9f9), Rgb::hex(0xd9_6a4e)]);
            self.face(canvas, &[[0.36, tall - 0.3], [0.36, 1.75], [-3.3, 1.65], [-1.5, tall * 0.5]], 0.12, cloth);
            self.face(canvas, &[[0.36, tall - 0.3], [0.36, 1.75], [-0.7, 1.72], [-0.35, tall * 0.5]], 0.06, cloth.darker(0.1));
            self.face(canvas, &[[0.66, tall * 0.86], [3.55, 1.5], [0.78, 1.7]], 0.1, cloth.darker(0.05));
        } else {
            self.rope(
                canvas,
                &[[0.5, 1.9], [-3.0, 1.85]],
                0.34,
                *rng.pick(&[Rgb::hex(0x2c_4c73), Rgb::hex(0x8c_2f39), Rgb::hex(0x3d_6b57)]),
            );
            self.rope(canvas, &[[0.5, tall], [3.6, 1.2]], 0.035, Rgb::hex(0x9b_9b9b));
            self.rope(canvas, &[[0.5, tall], [-3.6, 1.1]], 0.035, Rgb::hex(0x9b_9b9b));
        }
        self.body(canvas, 7.4, 1.15, self.hull);
        self.face(canvas, &[[-1.6, 1.55], [1.5, 1.5], [2.0, 1.05], [-1.9, 1.05]], 0.2, Rgb::hex(0xf1_ede3));
        for i in 0..3 {
            self.face(
                canvas,
                &[[-1.1 + i as f32 * 0.9, 1.42], [-0.6 + i as f32 * 0.9, 1.42], [-0.6 + i as f32 * 0.9, 1.2], [-1.1 + i as f32 * 0.9, 1.2]],
                0.08,
                Rgb::hex(0x2d_3f4c),
            );
        }
    }

    fn motor(&self, canvas: &mut Canvas) {
        self.body(canvas, 6.2, 1.05, self.hull);
        self.face(canvas, &[[-1.9, 1.0], [-1.5, 2.2], [0.7, 2.2], [1.7, 1.05]], 0.22, Rgb::hex(0xf4_f2ec));
        self.face(canvas, &[[-1.15, 1.36], [-1.0, 2.0], [0.5, 2.0], [1.15, 1.36]], 0.14, Rgb::hex(0x2b_4252));
        self.rope(canvas, &[[-0.2, 1.35], [-0.25, 2.0]], 0.1, Rgb::hex(0xf4_f2ec));
        self.rope(canvas, &[[-1.2, 2.2], [-1.5, 3.1]], 0.05, Rgb::hex(0xc0_c0c0));
        self.face(canvas, &[[-3.2, 1.25], [-2.7, 1.25], [-2.8, 0.2], [-3.2, 0.2]], 0.1, Rgb::hex(0x26_292d));
    }

    fn fishing(&self, canvas: &mut Canvas, rng: &mut Rng) {
        self.rope(canvas, &[[-2.6, 1.4], [-2.6, 6.2], [-4.4, 4.3]], 0.14, Rgb::hex(0xc9_a24a));
        self.rope(canvas, &[[-2.6, 6.0], [3.9, 2.1]], 0.04, Rgb::hex(0x8d_8d8d));
        self.face(canvas, &[[0.3, 1.4], [0.4, 4.0], [2.7, 4.0], [3.1, 1.5]], 0.14, Rgb::hex(0xf2_efe6));
        self.face(
            canvas,
            &[[0.1, 4.0], [2.95, 4.0], [2.95, 4.26], [0.1, 4.26]],
            0.08,
            *rng.pick(&[Rgb::hex(0xc9_4a3c), Rgb::hex(0x2e_6f8e), Rgb::hex(0x3a_7a5a)]),
        );
        self.face(canvas, &[[0.75, 2.9], [0.78, 3.65], [1.5, 3.65], [1.5, 2.9]], 0.06, Rgb::hex(0x2c_4150));
        self.face(canvas, &[[1.8, 2.9], [1.8, 3.65], [2.55, 3.65], [2.65, 2.9]], 0.06, Rgb::hex(0x2c_4150));
        self.body(canvas, 9.4, 1.75, self.hull);
        for i in 0..4 {
            let c = self.m(-3.2 + i as f32 * 1.7, 1.0);
            canvas.fill(circle(c[0], c[1], 0.26 * self.s), Fill::solid(self.tone(Rgb::hex(0xe7_8a3c))));
        }
    }

    fn ship(&self, canvas: &mut Canvas, rng: &mut Rng) {
        let colors =
            [Rgb::hex(0xc9_4a3c), Rgb::hex(0x2f_6fa3), Rgb::hex(0xe0_a23a), Rgb::hex(0x4f_8a64), Rgb::hex(0x8a_8f96), Rgb::hex(0xe6_e2d8)];
        for bay in 0..9 {
            let x = -19.0 + bay as f32 * 5.4;
            for tier in 0..2 + rng.below(3) {
                let y = 6.2 + tier as f32 * 2.6;
                self.face(canvas, &[[x, y], [x + 5.1, y], [x + 5.1, y + 2.45], [x, y + 2.45]], 0.1, *rng.pick(&colors));
            }
        }
        self.face(canvas, &[[-30.0, 5.5], [-30.0, 19.0], [-22.0, 19.0], [-21.0, 5.5]], 0.3, Rgb::hex(0xf0_ede4));
        for floor in 0..4 {
            let y = 9.0 + floor as f32 * 2.5;
            self.face(canvas, &[[-28.6, y], [-22.8, y], [-22.8, y + 1.0], [-28.6, y + 1.0]], 0.1, Rgb::hex(0x33_4653));
        }
        self.face(canvas, &[[-28.0, 19.0], [-28.0, 23.5], [-24.6, 23.5], [-24.6, 19.0]], 0.3, Rgb::hex(0xc2_3f36));
        self.body(canvas, 66.0, 6.6, *rng.pick(&[Rgb::hex(0x24_3c58), Rgb::hex(0x6f_2a2c), Rgb::hex(0x2c_3036)]));
    }

    fn buoy(&self, canvas: &mut Canvas) {
        let color = if self.way > 0.0 { Rgb::hex(0xe2_4b3b) } else { Rgb::hex(0x2f_9a5c) };
        self.face(canvas, &[[-0.6, 0.5], [0.6, 0.5], [0.45, -0.1], [-0.45, -0.1]], 0.2, color.darker(0.12));
        self.face(canvas, &[[-0.42, 0.5], [-0.16, 2.1], [0.16, 2.1], [0.42, 0.5]], 0.05, color);
        let top = self.m(0.0, 2.35);
        canvas.fill(circle(top[0], top[1], 0.26 * self.s), Fill::solid(self.tone(Rgb::hex(0xf5_d873))));
    }
}
