//! A parking lot from a drone: rows of bays, turned as drones are, with trees, islands and long shadows.

use tandem_protocol::Geometry;

use super::vehicles::{self, from_above};
use crate::demo::{
    light::Light,
    paint::{Canvas, Fill, Finish, Rgb, circle, ellipse, poly, rounded, smooth},
    rng::Rng,
    scene::{HEIGHT, Stage, WIDTH},
};

const BAY: f32 = 2.65;
const DEPTH: f32 = 5.2;
const LANE: f32 = 6.4;

/// From metres on the ground to pixels: turned, scaled, moved.
#[derive(Clone, Copy)]
struct Ground {
    angle: f32,
    scale: f32,
}

impl Ground {
    fn at(self, x: f32, y: f32) -> [f32; 2] {
        let (sin, cos) = self.angle.sin_cos();
        [WIDTH as f32 / 2.0 + (x * cos - y * sin) * self.scale, HEIGHT as f32 / 2.0 + (x * sin + y * cos) * self.scale]
    }

    fn quad(self, x: f32, y: f32, w: f32, h: f32) -> [[f32; 2]; 4] {
        [self.at(x, y), self.at(x + w, y), self.at(x + w, y + h), self.at(x, y + h)]
    }
}

struct Lot {
    ground: Ground,
    light: Light,
    /// Where shadows fall, in metres for a metre of height.
    cast: [f32; 2],
}

pub fn draw(stage: &mut Stage, rng: &Rng) -> Finish {
    let mut r = rng.fork("layout");
    let mut light = Light::pick(&mut rng.fork("light"));
    // From above the evening is not darker than a drone may fly.
    light.ambient = light.ambient.mix(Rgb::WHITE, 0.25);
    light.haze = light.ambient;
    let sun = r.range(0.0, std::f32::consts::TAU);
    let reach = if light.shadow > 0.35 { 0.75 } else { 0.28 };
    let lot = Lot {
        ground: Ground { angle: r.range(-0.3, 0.3), scale: r.range(23.0, 29.0) },
        light,
        cast: [sun.cos() * reach, sun.sin() * reach],
    };
    lot.asphalt(&mut stage.canvas, &mut rng.fork("asphalt"));
    let mut looks = rng.fork("looks");
    let pitch = 2.0 * DEPTH + LANE;
    let first = -pitch * 2.0 + r.range(-3.0, 3.0);
    for row in 0..5 {
        let y = first + row as f32 * pitch;
        lot.row(stage, y, &mut r, &mut looks);
    }
    lot.wanderers(stage, first + DEPTH * 2.0 + LANE / 2.0, pitch, &mut r, &mut looks);
    Finish { grain: light.grain, vignette: 0.12, tint: Rgb::WHITE }
}

impl Lot {
    fn tone(&self, color: Rgb) -> Rgb {
        self.light.on(color, 0.0)
    }

    fn asphalt(&self, canvas: &mut Canvas, rng: &mut Rng) {
        let (w, h) = (canvas.width, canvas.height);
        canvas.fill(
            poly(&[[0.0, 0.0], [w, 0.0], [w, h], [0.0, h]]),
            Fill::Linear([0.0, 0.0], self.tone(Rgb::hex(0x63_676c)).alpha(1.0), [w, h], self.tone(Rgb::hex(0x56_5a60)).alpha(1.0)),
        );
        for _ in 0..150 {
            let (x, y) = (rng.range(0.0, w), rng.range(0.0, h));
            let color = if rng.chance(0.6) { Rgb::BLACK } else { Rgb::WHITE };
            canvas.fill(ellipse(x, y, rng.range(10.0, 130.0), rng.range(6.0, 60.0)), Fill::Flat(color.alpha(0.018)));
        }
        for _ in 0..16 {
            // Cracks filled with tar.
            let (mut x, mut y, mut a) = (rng.range(0.0, w), rng.range(0.0, h), rng.range(0.0, 6.3));
            let mut line = vec![[x, y]];
            for _ in 0..rng.below(12) + 4 {
                a += rng.range(-0.6, 0.6);
                x += a.cos() * 18.0;
                y += a.sin() * 18.0;
                line.push([x, y]);
            }
            canvas.line(&line, rng.range(0.8, 1.8), Rgb::BLACK.alpha(0.2));
        }
    }

    /// A double row of bays, back to back, with islands.
    fn row(&self, stage: &mut Stage, y: f32, rng: &mut Rng, looks: &mut Rng) {
        let g = self.ground;
        let paint = self.tone(Rgb::hex(0xee_ece4)).alpha(0.82);
        let (from, to) = (-34.0, 34.0);
        stage.canvas.line(&[g.at(from, y + DEPTH), g.at(to, y + DEPTH)], 2.6, paint);
        let islands = [from + rng.below(5) as f32 * BAY, rng.range(-2.0, 2.0).round() * BAY * 2.0, to - rng.below(5) as f32 * BAY];
        let mut x = from;
        while x < to {
            stage.canvas.line(&[g.at(x, y), g.at(x, y + 2.0 * DEPTH)], 2.3, paint);
            x += BAY;
        }
        self.arrows(&mut stage.canvas, y + 2.0 * DEPTH + LANE / 2.0);
        let mut x = from;
        let mut trees = Vec::new();
        while x < to {
            if islands.iter().any(|i| (i - x).abs() < BAY * 0.5) {
                self.island(&mut stage.canvas, x, y, looks);
                trees.push((x + BAY / 2.0, y + DEPTH * rng.range(0.5, 0.7)));
                trees.push((x + BAY / 2.0, y + DEPTH * rng.range(1.3, 1.5)));
            } else {
                for half in 0..2 {
                    self.bay(stage, x, y + half as f32 * DEPTH, half == 0, rng, looks);
                }
            }
            x += BAY;
        }
        for (x, y) in trees {
            stage.object("tree", |c| self.tree(c, x, y, looks));
        }
    }

    fn bay(&self, stage: &mut Stage, x: f32, y: f32, upper: bool, rng: &mut Rng, looks: &mut Rng) {
        let (cx, cy) = (x + BAY / 2.0 + rng.range(-0.16, 0.16), y + DEPTH / 2.0 + rng.range(-0.2, 0.2));
        let nose_up = if rng.chance(0.78) { upper } else { !upper };
        let skew = rng.range(-0.035, 0.035);
        let roll = rng.unit();
        if roll > 0.72 {
            if roll > 0.96 {
                self.motorcycle(stage, cx, cy, skew + 0.2, looks);
            }
            return;
        }
        let (label, w, l) = match roll {
            r if r < 0.6 => ("car", looks.range(1.72, 1.9), looks.range(4.1, 4.75)),
            r if r < 0.68 => ("van", 2.0, 5.1),
            _ => ("car", 1.62, 3.5),
        };
        let turn = if nose_up { skew } else { std::f32::consts::PI + skew };
        self.vehicle(stage, label, (cx, cy), (w, l), turn, looks);
    }

    /// Those that drive along a lane.
    fn wanderers(&self, stage: &mut Stage, y: f32, pitch: f32, rng: &mut Rng, looks: &mut Rng) {
        for lane in 0..4 {
            let y = y + lane as f32 * pitch;
            if rng.chance(0.65) {
                let right = rng.chance(0.5);
                let turn = std::f32::consts::FRAC_PI_2 * if right { 1.0 } else { -1.0 };
                let truck = rng.chance(0.3);
                let size = if truck { (2.4, 8.2) } else { (1.85, 4.5) };
                let label = if truck { "truck" } else { "car" };
                let offset = if right { LANE / 4.0 } else { -LANE / 4.0 };
                self.vehicle(stage, label, (rng.range(-20.0, 20.0), y + offset), size, turn + rng.range(-0.03, 0.03), looks);
            }
        }
    }

    fn vehicle(&self, stage: &mut Stage, label: &'static str, (cx, cy): (f32, f32), (w, l): (f32, f32), turn: f32, looks: &mut Rng) {
        let g = self.ground;
        let (sin, cos) = turn.sin_cos();
        let at = |x: f32, y: f32| g.at(cx + x * cos - y * sin, cy + x * sin + y * cos);
        let tall = if label == "truck" {
            3.0
        } else if label == "van" {
            2.1
        } else {
            1.4
        };
        let (dx, dy) = (self.cast[0] * tall * g.scale, self.cast[1] * tall * g.scale);
        self.shadow(
            &mut stage.canvas,
            &[at(-w / 2.0, -l / 2.0), at(w / 2.0, -l / 2.0), at(w / 2.0, l / 2.0), at(-w / 2.0, l / 2.0)],
            dx,
            dy,
        );
        let turned = turned_box(at(0.0, 0.0), w * g.scale, l * g.scale, g.angle + turn);
        let paint = *looks.pick(&vehicles::PAINTS);
        stage.turned_object(label, Some(turned), |c| from_above(c, &self.light, w, l, paint, label == "truck", looks, &at));
    }

    /// The shadow of a prism: its outline swept along the cast.
    fn shadow(&self, canvas: &mut Canvas, corners: &[[f32; 2]; 4], dx: f32, dy: f32) {
        let color = Rgb::hex(0x0b_1020).alpha(self.light.shadow * 0.34);
        for step in 1..=3 {
            let t = step as f32 / 3.0;
            let moved = corners.map(|[x, y]| [x + dx * t, y + dy * t]);
            canvas.fill(rounded(&moved, 9.0), Fill::Flat(color));
        }
    }

    fn motorcycle(&self, stage: &mut Stage, cx: f32, cy: f32, turn: f32, looks: &mut Rng) {
        let g = self.ground;
        let (sin, cos) = turn.sin_cos();
        let at = |x: f32, y: f32| g.at(cx + x * cos - y * sin, cy + x * sin + y * cos);
        let paint = self.tone(*looks.pick(&vehicles::PAINTS));
        let black = self.tone(Rgb::hex(0x1c_1e22)).alpha(1.0);
        let s = g.scale;
        let turned = turned_box(at(0.0, 0.0), 0.84 * s, 2.1 * s, g.angle + turn);
        stage.turned_object("motorcycle", Some(turned), |c| {
            c.line(&[at(0.0, -0.95), at(0.0, 0.95)], 0.2 * s, black);
            c.line(&[at(-0.37, -0.5), at(0.37, -0.5)], 0.1 * s, black);
            c.line(&[at(0.0, -0.45), at(0.0, 0.12)], 0.38 * s, paint.alpha(1.0));
            c.line(&[at(0.0, 0.15), at(0.0, 0.62)], 0.28 * s, black);
        });
    }

    fn island(&self, canvas: &mut Canvas, x: f32, y: f32, rng: &mut Rng) {
        let g = self.ground;
        canvas.fill(
            rounded(&g.quad(x + 0.1, y + 0.25, BAY - 0.2, 2.0 * DEPTH - 0.5), 1.1 * g.scale),
            Fill::solid(self.tone(Rgb::hex(0xc8_c3b8))),
        );
        canvas.fill(
            rounded(&g.quad(x + 0.3, y + 0.45, BAY - 0.6, 2.0 * DEPTH - 0.9), 0.95 * g.scale),
            Fill::solid(self.tone(Rgb::hex(0x76_9a57))),
        );
        for _ in 0..26 {
            let [px, py] = g.at(x + rng.range(0.5, BAY - 0.5), y + rng.range(0.8, 2.0 * DEPTH - 0.8));
            canvas.fill(
                circle(px, py, rng.range(2.0, 5.0)),
                Fill::solid(self.tone(Rgb::hex(0x63_8a4a).mix(Rgb::hex(0x94_b268), rng.unit()))),
            );
        }
    }

    fn tree(&self, canvas: &mut Canvas, x: f32, y: f32, rng: &mut Rng) {
        let g = self.ground;
        let r = rng.range(1.35, 2.15) * g.scale;
        let [cx, cy] = g.at(x, y);
        let blob = |rng: &mut Rng, cx: f32, cy: f32, r: f32| -> Vec<[f32; 2]> {
            (0..14)
                .map(|i| {
                    let a = i as f32 / 14.0 * std::f32::consts::TAU;
                    let reach = r * rng.range(0.82, 1.14);
                    [cx + a.cos() * reach, cy + a.sin() * reach]
                })
                .collect()
        };
        let (dx, dy) = (self.cast[0] * 3.2 * g.scale, self.cast[1] * 3.2 * g.scale);
        canvas.glow(smooth(&blob(rng, cx + dx, cy + dy, r)), Fill::Flat(Rgb::hex(0x0b_1020).alpha(self.light.shadow * 0.6)));
        let leaf = Rgb::hex(0x4d_7f45).mix(Rgb::hex(0x8a_9a45), rng.range(0.0, 0.6));
        canvas.fill(smooth(&blob(rng, cx, cy, r)), Fill::solid(self.tone(leaf.darker(0.3))));
        for (share, shade) in [(0.82, 0.12), (0.6, -0.06), (0.36, -0.18)] {
            // Towards the light, which comes from where shadows do not fall.
            let (ox, oy) = (-self.cast[0].signum() * r * (1.0 - share) * 0.5, -self.cast[1].signum() * r * (1.0 - share) * 0.5);
            let color = if shade > 0.0 { leaf.darker(shade) } else { leaf.lighter(-shade) };
            for _ in 0..5 {
                let (a, d) = (rng.range(0.0, std::f32::consts::TAU), rng.range(0.0, 0.45) * r);
                canvas.fill(
                    smooth(&blob(rng, cx + ox + a.cos() * d, cy + oy + a.sin() * d, r * share * 0.55)),
                    Fill::solid(self.tone(color)),
                );
            }
        }
    }

    fn arrows(&self, canvas: &mut Canvas, y: f32) {
        let g = self.ground;
        let paint = Fill::Flat(self.tone(Rgb::hex(0xee_ece4)).alpha(0.7));
        for (i, x) in [-24.0, -8.0, 8.0, 24.0].into_iter().enumerate() {
            let (way, y) = if i % 2 == 0 { (1.0, y + LANE / 4.0) } else { (-1.0, y - LANE / 4.0) };
            let tip = [[0.0, -0.16], [1.5, -0.16], [1.5, -0.5], [2.4, 0.0], [1.5, 0.5], [1.5, 0.16], [0.0, 0.16]];
            canvas.fill(poly(&tip.map(|[dx, dy]| g.at(x + way * dx, y + dy))), paint);
        }
    }
}

/// The exact rectangle in the image, as the workbench's rotated box: rotation in degrees clockwise on screen.
fn turned_box(centre: [f32; 2], width: f32, length: f32, angle: f32) -> Geometry {
    let (w, l) = (f64::from(width), f64::from(length));
    Geometry::RotatedBox {
        x: f64::from(centre[0]) - w / 2.0,
        y: f64::from(centre[1]) - l / 2.0,
        width: w,
        height: l,
        rotation: f64::from(angle.to_degrees()).rem_euclid(360.0),
    }
}
