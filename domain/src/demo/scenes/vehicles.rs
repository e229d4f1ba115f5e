//! Cars, vans, trucks and buses, in simple solids.

use super::world::Camera;
use crate::demo::{
    light::Light,
    paint::{Canvas, Fill, Rgb, circle, ellipse, rounded},
    rng::Rng,
};

pub const PAINTS: [Rgb; 12] = [
    Rgb::hex(0xd9_4038),
    Rgb::hex(0x2f_6fb5),
    Rgb::hex(0xf2_f2ee),
    Rgb::hex(0x2b_2f36),
    Rgb::hex(0xb9_c0c6),
    Rgb::hex(0xef_b93e),
    Rgb::hex(0x3d_8b6d),
    Rgb::hex(0x7b_838c),
    Rgb::hex(0x8c_2f39),
    Rgb::hex(0x1f_3c5c),
    Rgb::hex(0xe7_7f3c),
    Rgb::hex(0x6c_a6c1),
];

const GLASS: Rgb = Rgb::hex(0x2c_3d4c);
const TYRE: Rgb = Rgb::hex(0x1c_1e22);

/// Sizes in metres.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    pub label: &'static str,
    width: f32,
    length: f32,
    /// Top of the body, and of the cabin on it.
    body: f32,
    roof: f32,
    /// Where the cabin starts and ends, from the end that faces us.
    cabin: (f32, f32),
}

pub const CAR: Build = Build { label: "car", width: 1.8, length: 4.2, body: 0.88, roof: 1.46, cabin: (0.55, 3.1) };
pub const SUV: Build = Build { label: "car", width: 1.92, length: 4.5, body: 1.05, roof: 1.72, cabin: (0.12, 3.2) };
pub const VAN: Build = Build { label: "van", width: 2.0, length: 5.2, body: 1.1, roof: 2.25, cabin: (0.03, 4.3) };
pub const TRUCK: Build = Build { label: "truck", width: 2.5, length: 7.8, body: 1.0, roof: 3.3, cabin: (0.0, 7.6) };
pub const BUS: Build = Build { label: "bus", width: 2.55, length: 10.5, body: 0.9, roof: 3.1, cabin: (0.0, 10.4) };

#[derive(Clone, Copy, Debug)]
pub struct Vehicle {
    pub build: Build,
    pub x: f32,
    pub z: f32,
    pub paint: Rgb,
    /// Comes towards us: we see its front.
    pub oncoming: bool,
    pub braking: bool,
}

impl Vehicle {
    pub fn draw(&self, canvas: &mut Canvas, camera: &Camera, light: &Light) {
        let b = self.build;
        let (x0, x1) = (self.x - b.width / 2.0, self.x + b.width / 2.0);
        let z0 = self.z;
        let far = camera.far(z0);
        let tone = |c: Rgb| light.on(c, far);
        let ground = camera.at(self.x, 0.0, z0 + b.length * 0.4);
        let s = camera.scale(z0);
        canvas.shadow(ground[0], ground[1] + 0.05 * s, b.width * 0.66 * s, (b.length * 0.09).max(0.26) * s, light.shadow);
        self.wheels(canvas, camera, tone(TYRE), x0, x1);
        // The long side that faces the camera's axis.
        let side = if self.x > 0.0 { x0 } else { x1 };
        let z1 = z0 + b.length;
        let body_side = Fill::down(
            camera.at(0.0, b.body, z0)[1],
            tone(self.paint.darker(0.1)),
            camera.at(0.0, 0.2, z0)[1],
            tone(self.paint.darker(0.42)),
        );
        camera.face(canvas, &[[side, b.body, z0], [side, b.body, z1], [side, 0.28, z1], [side, 0.28, z0]], 0.12, body_side);
        let deck = Fill::solid(tone(self.paint.lighter(0.16)));
        camera.face(canvas, &[[x0, b.body, z0], [x1, b.body, z0], [x1, b.body, z1], [x0, b.body, z1]], 0.1, deck);
        self.cabin(canvas, camera, &tone, side, x0, x1);
        self.end(canvas, camera, light, &tone, x0, x1);
    }

    fn wheels(&self, canvas: &mut Canvas, camera: &Camera, tyre: Rgb, x0: f32, x1: f32) {
        let b = self.build;
        for z in [self.z + b.length * 0.82, self.z + b.length * 0.14] {
            for x in [x0 + 0.12, x1 - 0.12] {
                let s = camera.scale(z);
                let [px, py] = camera.at(x, 0.32, z);
                canvas.fill(ellipse(px, py, 0.15 * s, 0.33 * s), Fill::solid(tyre));
            }
        }
    }

    fn cabin(&self, canvas: &mut Canvas, camera: &Camera, tone: &impl Fn(Rgb) -> Rgb, side: f32, x0: f32, x1: f32) {
        let b = self.build;
        let boxy = b.roof > 2.0;
        let (near, far) = (self.z + b.cabin.0, self.z + b.cabin.1);
        let inset = if boxy { 0.02 } else { 0.2 };
        let lean = if boxy { 0.04 } else { 0.42 };
        let (top0, top1) = (x0 + inset, x1 - inset);
        let top_side = if side == x0 { top0 } else { top1 };
        let (n, f) = (near + lean, far - lean * 1.3);
        let glass = tone(GLASS);
        let skin = tone(self.paint.darker(0.16));
        let wall = [[side, b.body, near], [top_side, b.roof, n], [top_side, b.roof, f], [side, b.body, far]];
        camera.face(canvas, &wall, 0.06, Fill::solid(if boxy { skin } else { glass }));
        if boxy && b.label != "truck" {
            let (low, high) = (b.body + 0.25 * (b.roof - b.body), b.body + 0.78 * (b.roof - b.body));
            let band = [[top_side, low, n + 0.2], [top_side, high, n + 0.2], [top_side, high, f - 0.2], [top_side, low, f - 0.2]];
            camera.face(canvas, &band, 0.05, Fill::solid(glass));
        }
        camera.face(
            canvas,
            &[[top0, b.roof, n], [top1, b.roof, n], [top1, b.roof, f], [top0, b.roof, f]],
            0.12,
            Fill::solid(tone(self.paint.lighter(0.3))),
        );
        // The window that faces us, with a light streak of sky in it.
        let pane = [[x0 + 0.06, b.body, near], [x1 - 0.06, b.body, near], [top1, b.roof, n], [top0, b.roof, n]];
        let high = camera.at(0.0, b.roof, n)[1];
        let low = camera.at(0.0, b.body, near)[1];
        let face = if b.label == "truck" && !self.oncoming {
            Fill::down(high, tone(Rgb::hex(0xe9_e6df)), low, tone(Rgb::hex(0xc9_c4ba)))
        } else {
            Fill::down(high, glass.lighter(0.32), low, glass)
        };
        camera.face(canvas, &pane, 0.1, face);
        if boxy {
            self.boxy_face(canvas, camera, tone, x0, x1, n);
        }
    }

    /// What tall vehicles have on the side that faces us: frames around the glass, a number of the line, or doors.
    fn boxy_face(&self, canvas: &mut Canvas, camera: &Camera, tone: &impl Fn(Rgb) -> Rgb, x0: f32, x1: f32, z: f32) {
        let b = self.build;
        let header = [[x0 + 0.05, b.roof, z], [x1 - 0.05, b.roof, z], [x1 - 0.05, b.roof - 0.34, z], [x0 + 0.05, b.roof - 0.34, z]];
        if b.label == "truck" && !self.oncoming {
            let (s, [px, y0]) = (camera.scale(z), camera.at(self.x, b.roof - 0.2, z));
            let y1 = camera.at(self.x, b.body + 0.1, z)[1];
            canvas.line(&[[px, y0], [px, y1]], (0.03 * s).max(0.7), tone(Rgb::hex(0x8a_867e)).alpha(0.9));
            return;
        }
        camera.face(canvas, &header, 0.1, Fill::solid(tone(self.paint.darker(0.05))));
        if b.label == "bus" {
            let sign = [
                [x0 + 0.45, b.roof - 0.06, z],
                [x1 - 0.45, b.roof - 0.06, z],
                [x1 - 0.45, b.roof - 0.28, z],
                [x0 + 0.45, b.roof - 0.28, z],
            ];
            camera.face(canvas, &sign, 0.04, Fill::solid(Rgb::hex(0xff_c766).mix(Rgb::hex(0x1a_1712), 0.15)));
        }
    }

    /// The end that faces us: body, lights, plate, bumper.
    fn end(&self, canvas: &mut Canvas, camera: &Camera, light: &Light, tone: &impl Fn(Rgb) -> Rgb, x0: f32, x1: f32) {
        let b = self.build;
        let z = self.z;
        let y = |h: f32| camera.at(0.0, h, z)[1];
        let shade = Fill::down(y(b.body), tone(self.paint), y(0.25), tone(self.paint.darker(0.3)));
        camera.face(canvas, &[[x0, b.body, z], [x1, b.body, z], [x1, 0.26, z], [x0, 0.26, z]], 0.14, shade);
        camera.face(
            canvas,
            &[[x0 + 0.04, 0.46, z], [x1 - 0.04, 0.46, z], [x1 - 0.06, 0.24, z], [x0 + 0.06, 0.24, z]],
            0.06,
            Fill::solid(tone(Rgb::hex(0x24_282d))),
        );
        let plate = [[self.x - 0.26, 0.62, z], [self.x + 0.26, 0.62, z], [self.x + 0.26, 0.5, z], [self.x - 0.26, 0.5, z]];
        camera.face(canvas, &plate, 0.02, Fill::solid(tone(Rgb::hex(0xf3_f1e6))));
        if self.oncoming {
            let grille = [[self.x - 0.42, 0.76, z], [self.x + 0.42, 0.76, z], [self.x + 0.36, 0.64, z], [self.x - 0.36, 0.64, z]];
            camera.face(canvas, &grille, 0.05, Fill::solid(tone(Rgb::hex(0x1b_1e22))));
        }
        self.lamps(canvas, camera, light, x0, x1);
    }

    fn lamps(&self, canvas: &mut Canvas, camera: &Camera, light: &Light, x0: f32, x1: f32) {
        let z = self.z;
        let s = camera.scale(z);
        let color = if self.oncoming { Rgb::hex(0xff_f4d2) } else { Rgb::hex(0xe5_2f2a) };
        let on = light.dark || self.braking && !self.oncoming;
        for x in [x0 + 0.26, x1 - 0.26] {
            let lamp = [[x - 0.18, 0.8, z], [x + 0.18, 0.8, z], [x + 0.18, 0.64, z], [x - 0.18, 0.64, z]];
            let shown = if on { color.lighter(0.25) } else { light.on(color.darker(0.18), camera.far(z)) };
            camera.face(canvas, &lamp, 0.07, Fill::solid(shown));
            if on {
                let [px, py] = camera.at(x, 0.72, z);
                let r = s * if self.oncoming { 1.0 } else { 0.6 };
                canvas.glow(circle(px, py, r), Fill::Radial([px, py], r, color.alpha(0.42), color.alpha(0.0)));
            }
        }
    }
}

/// A car seen from above in a frame where it points up, centre at 0, 0; `at` turns that frame into pixels.
pub fn from_above(
    canvas: &mut Canvas,
    light: &Light,
    width: f32,
    length: f32,
    paint: Rgb,
    cargo: bool,
    rng: &mut Rng,
    at: &impl Fn(f32, f32) -> [f32; 2],
) {
    let (w, l) = (width / 2.0, length / 2.0);
    let unit = {
        let (a, b) = (at(0.0, 0.0), at(1.0, 0.0));
        (b[0] - a[0]).hypot(b[1] - a[1])
    };
    let tone = |c: Rgb| light.on(c, 0.0);
    let face = |canvas: &mut Canvas, points: &[[f32; 2]], radius: f32, color: Rgb| {
        let points: Vec<[f32; 2]> = points.iter().map(|p| at(p[0], p[1])).collect();
        canvas.fill(rounded(&points, radius * unit), Fill::solid(color));
    };
    let body = [[-w * 0.9, -l], [w * 0.9, -l], [w, -l * 0.6], [w, l * 0.72], [w * 0.93, l], [-w * 0.93, l], [-w, l * 0.72], [-w, -l * 0.6]];
    face(canvas, &body, 0.35, tone(paint));
    // Light falls from one side.
    face(
        canvas,
        &[[-w * 0.92, -l * 0.86], [-w * 0.72, -l * 0.86], [-w * 0.72, l * 0.9], [-w * 0.92, l * 0.9]],
        0.1,
        tone(paint.lighter(0.2)),
    );
    if cargo {
        face(
            canvas,
            &[[-w * 0.94, -l * 0.52], [w * 0.94, -l * 0.52], [w * 0.94, l * 0.97], [-w * 0.94, l * 0.97]],
            0.08,
            tone(Rgb::hex(0xe8_e5dc)),
        );
        for i in 1..5 {
            let y = -l * 0.52 + i as f32 * l * 0.3;
            canvas.line(&[at(-w * 0.9, y), at(w * 0.9, y)], 1.0, tone(Rgb::hex(0xb4_b0a6)).alpha(0.6));
        }
        face(canvas, &[[-w * 0.78, -l * 0.9], [w * 0.78, -l * 0.9], [w * 0.84, -l * 0.74], [-w * 0.84, -l * 0.74]], 0.12, tone(GLASS));
        return;
    }
    let glass = tone(GLASS);
    face(canvas, &[[-w * 0.7, -l * 0.42], [w * 0.7, -l * 0.42], [w * 0.84, -l * 0.14], [-w * 0.84, -l * 0.14]], 0.16, glass);
    face(canvas, &[[-w * 0.8, l * 0.56], [w * 0.8, l * 0.56], [w * 0.66, l * 0.74], [-w * 0.66, l * 0.74]], 0.16, glass);
    for side in [-1.0, 1.0] {
        face(
            canvas,
            &[[side * w * 0.84, -l * 0.1], [side * w * 0.9, -l * 0.06], [side * w * 0.9, l * 0.48], [side * w * 0.84, l * 0.5]],
            0.03,
            glass.lighter(0.08),
        );
    }
    face(
        canvas,
        &[[-w * 0.78, -l * 0.16], [w * 0.78, -l * 0.16], [w * 0.78, l * 0.58], [-w * 0.78, l * 0.58]],
        0.2,
        tone(paint.lighter(0.1)),
    );
    if rng.chance(0.3) {
        face(canvas, &[[-w * 0.5, -l * 0.04], [w * 0.5, -l * 0.04], [w * 0.5, l * 0.2], [-w * 0.5, l * 0.2]], 0.08, glass.lighter(0.05));
    }
    for side in [-1.0, 1.0] {
        face(
            canvas,
            &[[side * w * 0.45, -l * 0.985], [side * w * 0.84, -l * 0.93], [side * w * 0.82, -l * 0.87], [side * w * 0.5, -l * 0.91]],
            0.04,
            tone(Rgb::hex(0xf6_f3e2)),
        );
        face(
            canvas,
            &[[side * w * 0.5, l * 0.985], [side * w * 0.86, l * 0.96], [side * w * 0.86, l * 0.91], [side * w * 0.5, l * 0.93]],
            0.03,
            tone(Rgb::hex(0xb3_2a28)),
        );
        canvas.line(&[at(side * w * 0.3, -l * 0.9), at(side * w * 0.42, -l * 0.5)], 1.0, tone(paint.darker(0.22)).alpha(0.7));
        face(
            canvas,
            &[[side * w, -l * 0.2], [side * w * 1.09, -l * 0.22], [side * w * 1.09, -l * 0.14], [side * w, -l * 0.12]],
            0.03,
            tone(paint.darker(0.2)),
        );
    }
}
