//! A warehouse rack, seen straight on: uprights and beams, pallets, cartons, totes and drums, a lamp above.

use crate::demo::{
    light::Light,
    paint::{Canvas, Fill, Finish, Rgb, ellipse, poly, rect, rounded},
    rng::Rng,
    scene::{HEIGHT, Stage},
};

const CARTONS: [Rgb; 6] =
    [Rgb::hex(0xc6_9a68), Rgb::hex(0xb9_8a57), Rgb::hex(0xd3_ac7d), Rgb::hex(0xa9_7c4e), Rgb::hex(0xe3_d2b6), Rgb::hex(0xcf_a06a)];
const TOTES: [Rgb; 5] = [Rgb::hex(0x2f_74b5), Rgb::hex(0xc9_453c), Rgb::hex(0x3d_8f62), Rgb::hex(0xe0_a63a), Rgb::hex(0x6a_7079)];
const DRUMS: [Rgb; 4] = [Rgb::hex(0x2c_5f9e), Rgb::hex(0x3c_4148), Rgb::hex(0xb5_3a33), Rgb::hex(0x2e_7f6b)];

struct Rack {
    light: Light,
    shelf: Rgb,
}

pub fn draw(stage: &mut Stage, rng: &Rng) -> Finish {
    let mut r = rng.fork("layout");
    // Lamps do not know the time of day, but they differ from hall to hall.
    let warm = r.range(0.0, 1.0);
    let mut light = Light::pick(&mut rng.fork("light"));
    light.ambient = Rgb(0.97, 0.95, 0.9).mix(Rgb(0.9, 0.96, 1.0), warm);
    light.haze = light.ambient;
    let rack = Rack { light, shelf: *r.pick(&[Rgb::hex(0xe5_7a2e), Rgb::hex(0xe0_a52f), Rgb::hex(0xd8_5b3a)]) };
    rack.hall(&mut stage.canvas, &mut rng.fork("hall"));
    let (floor, levels) = (HEIGHT as f32 - r.range(70.0, 110.0), 3 + r.below(2));
    let bays = 3 + r.below(2);
    let (left, width) = (r.range(-60.0, 20.0), r.range(390.0, 460.0) * 3.0 / bays as f32);
    let height = (floor - 46.0) / levels as f32;
    let mut looks = rng.fork("looks");
    for level in 0..levels {
        let base = floor - level as f32 * height;
        for bay in 0..bays {
            rack.fill_bay(
                stage,
                left + bay as f32 * width + 26.0,
                base - if level == 0 { 6.0 } else { 22.0 },
                width - 34.0,
                height - 64.0,
                &mut looks,
            );
        }
        if level > 0 {
            rack.beam(stage, left, base - 22.0, bays as f32 * width);
        }
    }
    rack.beam(stage, left, floor - levels as f32 * height - 4.0, bays as f32 * width);
    for post in 0..=bays {
        rack.upright(stage, left + post as f32 * width, floor);
    }
    rack.lamps(&mut stage.canvas);
    Finish { grain: 3.0, vignette: 0.26, tint: Rgb::WHITE }
}

impl Rack {
    fn tone(&self, color: Rgb) -> Rgb {
        self.light.on(color, 0.0)
    }

    fn hall(&self, canvas: &mut Canvas, rng: &mut Rng) {
        let (w, h) = (canvas.width, canvas.height);
        canvas.fill(rect(0.0, 0.0, w, h), Fill::down(0.0, self.tone(Rgb::hex(0x3b_4450)), h, self.tone(Rgb::hex(0x23_2931))));
        for i in 0..18 {
            let x = i as f32 * 78.0 + rng.range(-4.0, 4.0);
            canvas.fill(rect(x, 0.0, 2.0, h), Fill::Flat(Rgb::BLACK.alpha(0.16)));
        }
        // The rack behind, in the dark.
        for row in 0..4 {
            let mut x = -30.0;
            while x < w {
                let (bw, bh) = (rng.range(40.0, 110.0), rng.range(50.0, 130.0));
                canvas.fill(
                    rect(x, row as f32 * 210.0 + 190.0 - bh, bw, bh),
                    Fill::Flat(Rgb::hex(0x6b_5a48).under(self.light.ambient).alpha(0.2)),
                );
                x += bw + rng.range(2.0, 26.0);
            }
        }
        let floor = h - 130.0;
        canvas.fill(rect(0.0, floor, w, h - floor), Fill::down(floor, self.tone(Rgb::hex(0x6d_7176)), h, self.tone(Rgb::hex(0x9a_9c9c))));
        canvas.fill(rect(0.0, h - 34.0, w, 9.0), Fill::Flat(self.tone(Rgb::hex(0xf0_c43f)).alpha(0.85)));
        for i in 0..7 {
            let x = i as f32 * 205.0 + 40.0;
            canvas.fill(ellipse(x, h - 70.0, 90.0, 16.0), Fill::Flat(Rgb::WHITE.alpha(0.07)));
        }
    }

    fn beam(&self, stage: &mut Stage, x: f32, y: f32, width: f32) {
        let color = self.shelf;
        stage.scenery(|c| {
            c.fill(rect(x, y, width, 20.0), Fill::down(y, self.tone(color.lighter(0.12)), y + 20.0, self.tone(color.darker(0.22))));
            c.fill(rect(x, y + 8.0, width, 3.0), Fill::Flat(Rgb::BLACK.alpha(0.14)));
        });
        // What the shelf keeps the light from.
        stage.canvas.glow(
            rect(x, y + 20.0, width, 44.0),
            Fill::Linear([0.0, y + 20.0], Rgb::BLACK.alpha(0.42), [0.0, y + 64.0], Rgb::BLACK.alpha(0.0)),
        );
    }

    fn upright(&self, stage: &mut Stage, x: f32, floor: f32) {
        stage.scenery(|c| {
            let blue = Rgb::hex(0x2d_5c93);
            c.fill(
                rect(x - 2.0, 0.0, 24.0, floor + 8.0),
                Fill::across(x - 2.0, self.tone(blue.lighter(0.16)), x + 22.0, self.tone(blue.darker(0.3))),
            );
            let mut y = 12.0;
            while y < floor - 10.0 {
                c.fill(
                    rounded(&[[x + 7.0, y], [x + 13.0, y], [x + 12.0, y + 11.0], [x + 8.0, y + 11.0]], 2.0),
                    Fill::solid(self.tone(blue.darker(0.6))),
                );
                y += 26.0;
            }
            c.fill(rect(x - 9.0, floor + 2.0, 38.0, 9.0), Fill::solid(self.tone(blue.darker(0.35))));
        });
    }

    fn lamps(&self, canvas: &mut Canvas) {
        let light = Rgb::hex(0xff_f6df);
        for x in [300.0, 960.0] {
            canvas.glow(ellipse(x, -30.0, 560.0, 560.0), Fill::Radial([x, -30.0], 560.0, light.alpha(0.2), light.alpha(0.0)));
        }
    }

    /// Goods side by side on a shelf, from left to right.
    fn fill_bay(&self, stage: &mut Stage, x: f32, base: f32, width: f32, height: f32, rng: &mut Rng) {
        let mut at = x + rng.range(0.0, 18.0);
        let end = x + width;
        while at < end - 46.0 {
            let room = end - at;
            let used = match rng.below(7) {
                0 | 1 if room > 150.0 => self.pallet(stage, at, base, rng.range(150.0, 190.0).min(room), height, rng),
                2 => self.totes(stage, at, base, rng.range(74.0, 104.0).min(room), height, rng),
                3 if room > 64.0 => self.drum(stage, at, base, rng.range(58.0, 72.0), (height * 0.82).min(rng.range(84.0, 104.0)), rng),
                6 => rng.range(24.0, 70.0),
                _ => self.stack(stage, at, base, rng.range(58.0, 128.0).min(room), height, rng),
            };
            at += used + rng.range(4.0, 16.0);
        }
    }

    fn stack(&self, stage: &mut Stage, x: f32, base: f32, width: f32, height: f32, rng: &mut Rng) -> f32 {
        let mut y = base;
        let mut w = width;
        for _ in 0..rng.below(3) + 1 {
            let h = (w * rng.range(0.5, 0.95)).min(height * 0.6);
            if base - (y - h) > height {
                break;
            }
            let shift = rng.range(0.0, (width - w).max(0.1));
            self.carton(stage, x + shift, y, w, h, rng);
            y -= h;
            w *= rng.range(0.78, 1.0);
        }
        width
    }

    fn carton(&self, stage: &mut Stage, x: f32, base: f32, w: f32, h: f32, rng: &mut Rng) {
        let color = *rng.pick(&CARTONS);
        stage.object("carton", |c| {
            let top = base - h;
            c.fill(
                rect(x, top, w, h),
                Fill::Linear(
                    [x, top],
                    self.tone(color.lighter(0.1)).alpha(1.0),
                    [x + w * 0.4, base],
                    self.tone(color.darker(0.2)).alpha(1.0),
                ),
            );
            c.fill(
                poly(&[[x, top], [x + w, top], [x + w - 5.0, top - 6.0], [x + 5.0, top - 6.0]]),
                Fill::solid(self.tone(color.lighter(0.28))),
            );
            c.fill(rect(x + w * 0.44, top - 6.0, w * 0.12, h * 0.34 + 6.0), Fill::Flat(self.tone(Rgb::hex(0xe8_d9b4)).alpha(0.75)));
            c.line(
                &[[x + 0.5, top], [x + 0.5, base], [x + w - 0.5, base], [x + w - 0.5, top]],
                1.0,
                self.tone(color.darker(0.5)).alpha(0.5),
            );
            if rng.chance(0.75) {
                let (lx, ly, lw, lh) = (x + w * rng.range(0.1, 0.3), top + h * rng.range(0.42, 0.55), w * 0.34, h * 0.28);
                c.fill(rect(lx, ly, lw, lh), Fill::solid(self.tone(Rgb::hex(0xf6_f4ee))));
                for i in 0..7 {
                    c.fill(
                        rect(lx + 3.0 + i as f32 * (lw - 6.0) / 7.0, ly + lh * 0.2, (lw / 7.0) * rng.range(0.2, 0.7), lh * 0.5),
                        Fill::solid(self.tone(Rgb::hex(0x22_2427))),
                    );
                }
            }
            if rng.chance(0.3) {
                let (ax, ay) = (x + w * 0.82, top + h * 0.62);
                c.line(&[[ax, ay + h * 0.16], [ax, ay - h * 0.04]], 2.2, self.tone(Rgb::hex(0x8a_3a2c)).alpha(0.8));
                c.line(&[[ax - 4.0, ay + 1.0], [ax, ay - h * 0.05], [ax + 4.0, ay + 1.0]], 2.2, self.tone(Rgb::hex(0x8a_3a2c)).alpha(0.8));
            }
        });
    }

    fn pallet(&self, stage: &mut Stage, x: f32, base: f32, w: f32, height: f32, rng: &mut Rng) -> f32 {
        let wood = Rgb::hex(0xb0_8a5c);
        stage.object("pallet", |c| {
            for y in [base - 20.0, base - 5.0] {
                c.fill(rect(x, y, w, 5.0), Fill::solid(self.tone(wood.lighter(0.1))));
            }
            for i in 0..3 {
                c.fill(rect(x + i as f32 * (w - 20.0) / 2.0, base - 15.0, 20.0, 10.0), Fill::solid(self.tone(wood.darker(0.24))));
            }
        });
        let (columns, rows) = (2 + rng.below(2), 1 + rng.below(3));
        let (cw, ch) = (w / columns as f32, ((height - 24.0) / rows as f32).min(rng.range(46.0, 66.0)));
        for row in 0..rows {
            for column in 0..columns {
                if row + 1 < rows || rng.chance(0.8) {
                    self.carton(stage, x + column as f32 * cw + 1.0, base - 20.0 - row as f32 * ch, cw - 2.0, ch - 1.0, rng);
                }
            }
        }
        w
    }

    fn totes(&self, stage: &mut Stage, x: f32, base: f32, w: f32, height: f32, rng: &mut Rng) -> f32 {
        let color = *rng.pick(&TOTES);
        let h = w * 0.46;
        for i in 0..(1 + rng.below(3)).min(((height / h) as usize).max(1)) {
            let y = base - i as f32 * h;
            stage.object("tote", |c| {
                let body = [[x + 4.0, y - h + 5.0], [x + w - 4.0, y - h + 5.0], [x + w - 10.0, y], [x + 10.0, y]];
                c.fill(rounded(&body, 5.0), Fill::down(y - h, self.tone(color.lighter(0.12)), y, self.tone(color.darker(0.25))));
                c.fill(
                    rounded(&[[x, y - h], [x + w, y - h], [x + w, y - h + 9.0], [x, y - h + 9.0]], 3.0),
                    Fill::solid(self.tone(color.lighter(0.22))),
                );
                c.fill(
                    rounded(
                        &[
                            [x + w * 0.36, y - h + 14.0],
                            [x + w * 0.64, y - h + 14.0],
                            [x + w * 0.64, y - h + 20.0],
                            [x + w * 0.36, y - h + 20.0],
                        ],
                        3.0,
                    ),
                    Fill::solid(self.tone(color.darker(0.5))),
                );
                c.fill(rect(x + w * 0.3, y - h * 0.42, w * 0.4, h * 0.24), Fill::solid(self.tone(Rgb::hex(0xf1_efe9))));
            });
        }
        w
    }

    fn drum(&self, stage: &mut Stage, x: f32, base: f32, w: f32, h: f32, rng: &mut Rng) -> f32 {
        let color = *rng.pick(&DRUMS);
        stage.object("drum", |c| {
            let top = base - h;
            let side = [[x, top + 5.0], [x + w, top + 5.0], [x + w, base - 2.0], [x, base - 2.0]];
            c.fill(rounded(&side, 5.0), Fill::across(x, self.tone(color.darker(0.3)), x + w, self.tone(color.darker(0.45))));
            c.fill(
                rect(x + w * 0.14, top + 5.0, w * 0.3, h - 9.0),
                Fill::across(x + w * 0.14, self.tone(color.lighter(0.26)), x + w * 0.44, self.tone(color)),
            );
            for t in [0.02, 0.34, 0.66, 0.97] {
                c.fill(
                    rounded(
                        &[
                            [x - 1.5, top + h * t],
                            [x + w + 1.5, top + h * t],
                            [x + w + 1.5, top + h * t + 5.0],
                            [x - 1.5, top + h * t + 5.0],
                        ],
                        2.0,
                    ),
                    Fill::across(x, self.tone(color.lighter(0.1)), x + w, self.tone(color.darker(0.35))),
                );
            }
            c.fill(ellipse(x + w / 2.0, top + 4.0, w / 2.0, 5.5), Fill::solid(self.tone(color.lighter(0.2))));
            c.fill(
                poly(&[
                    [x + w * 0.5, top + h * 0.42],
                    [x + w * 0.66, top + h * 0.54],
                    [x + w * 0.5, top + h * 0.66],
                    [x + w * 0.34, top + h * 0.54],
                ]),
                Fill::solid(self.tone(Rgb::hex(0xf0_c43f))),
            );
        });
        w
    }
}
