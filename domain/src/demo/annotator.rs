//! Simulated annotators: they draw what is there, a little off, and make the mistakes people make. They miss what is small or half hidden,
//! confuse what looks alike, and one draws looser than the other.

use tandem_protocol::{Geometry, geometry::Point};

use super::{
    plan::Draws,
    rng::Rng,
    scene::{Scene, Truth},
};
use crate::geometry::Size;

/// How somebody works.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// Deviation of an edge, in pixels, and as a share of the shape's size.
    pub jitter: (f32, f32),
    /// Pixels added all around by somebody who is careful not to cut.
    pub loose: f32,
    /// Objects of fewer visible pixels are overlooked half of the time.
    pub small: u64,
    /// How often anything else is overlooked.
    pub misses: f32,
    /// How often a look-alike's label is chosen.
    pub confuses: f32,
}

pub const CAREFUL: Habits = Habits { jitter: (0.7, 0.006), loose: 0.4, small: 140, misses: 0.01, confuses: 0.015 };
pub const HASTY: Habits = Habits { jitter: (1.6, 0.018), loose: 3.0, small: 420, misses: 0.05, confuses: 0.07 };
/// A model that was trained on something else.
pub const DETECTOR: Habits = Habits { jitter: (2.0, 0.03), loose: 0.0, small: 300, misses: 0.12, confuses: 0.1 };

/// What is mistaken for what.
const LOOK_ALIKES: [(&str, &str); 10] = [
    ("car", "van"),
    ("van", "truck"),
    ("truck", "bus"),
    ("bus", "truck"),
    ("cyclist", "person"),
    ("motor boat", "fishing boat"),
    ("fishing boat", "motor boat"),
    ("carton", "tote"),
    ("tote", "carton"),
    ("motorcycle", "car"),
];

/// Labels and shapes somebody with these habits draws on a scene, in the order of the scene.
#[must_use]
pub fn annotate(scene: &Scene, draws: fn(&str) -> Draws, habits: &Habits, rng: &mut Rng) -> Vec<(&'static str, Geometry)> {
    scene.truths.iter().filter_map(|truth| one(truth, scene.size, draws(truth.label), habits, rng)).collect()
}

fn one(truth: &Truth, size: Size, draws: Draws, habits: &Habits, rng: &mut Rng) -> Option<(&'static str, Geometry)> {
    let overlooked = if truth.pixels < habits.small { rng.chance(0.5) } else { rng.chance(habits.misses) };
    let label = if rng.chance(habits.confuses) { look_alike(truth.label) } else { truth.label };
    let hand = Hand { size, habits };
    let geometry = match (draws, &truth.turned) {
        (Draws::Nothing, _) => return None,
        (Draws::Turned, Some(turned)) => hand.turned(turned, rng),
        (Draws::Polygon, _) => hand.polygon(&truth.outlines, rng),
        (Draws::Box | Draws::Turned, _) => hand.boxed(truth, rng),
    };
    // Drawn from the same chances either way, so that one miss does not change all that follows.
    (!overlooked).then_some((label, geometry))
}

fn look_alike(label: &'static str) -> &'static str {
    LOOK_ALIKES.iter().find(|(is, _)| *is == label).map_or(label, |(_, seems)| seems)
}

struct Hand<'h> {
    size: Size,
    habits: &'h Habits,
}

impl Hand<'_> {
    fn off(&self, length: f64, rng: &mut Rng) -> f64 {
        let (pixels, share) = self.habits.jitter;
        f64::from(rng.bell()) * (f64::from(pixels) + f64::from(share) * length)
    }

    /// A tenth of a pixel is as fine as a hand is.
    fn inside(&self, x: f64, y: f64) -> Point {
        let fine = |v: f64, limit: u32| (v.clamp(0.0, limit.into()) * 10.0).round() / 10.0;
        [fine(x, self.size.width), fine(y, self.size.height)]
    }

    fn boxed(&self, truth: &Truth, rng: &mut Rng) -> Geometry {
        let b = truth.bounds;
        let loose = f64::from(self.habits.loose * rng.range(0.3, 1.2));
        let [x0, y0] = self.inside(b.x + self.off(b.width, rng) - loose, b.y + self.off(b.height, rng) - loose);
        let [x1, y1] = self.inside(b.right() + self.off(b.width, rng) + loose, b.bottom() + self.off(b.height, rng) + loose);
        let side = |length: f64| ((length * 10.0).round() / 10.0).max(3.0);
        Geometry::Box { x: x0, y: y0, width: side(x1 - x0), height: side(y1 - y0) }
    }

    fn polygon(&self, outlines: &[Vec<Point>], rng: &mut Rng) -> Geometry {
        // Nobody traces specks: pieces count from a twentieth of the largest on.
        let largest = outlines.first().map_or(0.0, |r| crate::geometry::ring::area(r));
        let worth = |ring: &&Vec<Point>| crate::geometry::ring::area(ring) * 20.0 > largest;
        let jitter = f64::from(self.habits.jitter.0);
        let mut trace = |ring: &Vec<Point>| {
            let points: Vec<Point> = ring
                .iter()
                .map(|[x, y]| self.inside(x + f64::from(rng.bell()) * jitter * 0.6, y + f64::from(rng.bell()) * jitter * 0.6))
                .collect();
            vec![points]
        };
        Geometry::Polygon { parts: outlines.iter().filter(worth).map(&mut trace).collect() }
    }

    fn turned(&self, truth: &Geometry, rng: &mut Rng) -> Geometry {
        let Geometry::RotatedBox { x, y, width, height, rotation } = truth else { return truth.clone() };
        let (cx, cy) = (x + width / 2.0 + self.off(*width, rng), y + height / 2.0 + self.off(*height, rng));
        // The middle of what the picture's edge cuts may lie outside; a hand keeps it in.
        let [cx, cy] = self.inside(cx, cy);
        let loose = f64::from(self.habits.loose);
        let fine = |v: f64| (v * 10.0).round() / 10.0;
        let (width, height) =
            (fine(width + loose + self.off(*width, rng)).max(3.0), fine(height + loose + self.off(*height, rng)).max(3.0));
        let rotation = fine((rotation + f64::from(rng.bell() * self.habits.jitter.0)).rem_euclid(360.0));
        Geometry::RotatedBox { x: fine(cx - width / 2.0), y: fine(cy - height / 2.0), width, height, rotation }
    }
}
