//! One picture with what is in it.

use tandem_protocol::{Geometry, geometry::Point};

use super::{
    paint::{Canvas, Finish, finish},
    rng::Rng,
    scenes,
    truth::{Visible, extents},
};
use crate::geometry::{Rect, Size};

pub const WIDTH: u32 = 1280;
pub const HEIGHT: u32 = 860;

/// Fewer visible pixels than this nobody would label.
const MIN_PIXELS: u64 = 60;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SceneKind {
    Street,
    Harbour,
    Parking,
    Warehouse,
}

/// One object of a picture, as it is really visible.
#[derive(Clone, Debug)]
pub struct Truth {
    pub label: &'static str,
    /// Around its visible pixels.
    pub bounds: Rect,
    /// Of its visible pieces, largest first.
    pub outlines: Vec<Vec<Point>>,
    /// For objects drawn as a turned rectangle, seen from above.
    pub turned: Option<Geometry>,
    pub pixels: u64,
}

/// A rendered picture.
pub struct Scene {
    pub jpeg: Vec<u8>,
    pub size: Size,
    /// In drawing order: later ones are in front.
    pub truths: Vec<Truth>,
}

/// What scenes draw on.
pub(super) struct Stage {
    pub canvas: Canvas,
    objects: Vec<Listed>,
}

struct Listed {
    id: u16,
    label: &'static str,
    turned: Option<Geometry>,
}

impl Stage {
    /// Draws an object: everything `draw` paints is it.
    pub fn object(&mut self, label: &'static str, draw: impl FnOnce(&mut Canvas)) {
        self.turned_object(label, None, draw);
    }

    /// An object whose turned rectangle is known.
    pub fn turned_object(&mut self, label: &'static str, turned: Option<Geometry>, draw: impl FnOnce(&mut Canvas)) {
        let id = self.canvas.begin();
        draw(&mut self.canvas);
        self.canvas.end();
        self.objects.push(Listed { id, label, turned });
    }

    /// Draws something that is no object but hides those behind it.
    pub fn scenery(&mut self, draw: impl FnOnce(&mut Canvas)) {
        self.canvas.scenery();
        draw(&mut self.canvas);
        self.canvas.end();
    }
}

/// Renders a picture. `None` never happens: it stands for a canvas or a JPEG of impossible size.
#[must_use]
pub fn render(kind: SceneKind, seed: u64) -> Option<Scene> {
    let rng = Rng::new(seed);
    let mut stage = Stage { canvas: Canvas::new(WIDTH, HEIGHT)?, objects: Vec::new() };
    let look: Finish = match kind {
        SceneKind::Street => scenes::street::draw(&mut stage, &rng),
        SceneKind::Harbour => scenes::harbour::draw(&mut stage, &rng),
        SceneKind::Parking => scenes::parking::draw(&mut stage, &rng),
        SceneKind::Warehouse => scenes::warehouse::draw(&mut stage, &rng),
    };
    let (pixmap, ids, count) = stage.canvas.into_parts();
    let jpeg = finish(&pixmap, look, &mut rng.fork("grain")).ok()?;
    let extents = extents(&ids, WIDTH, count);
    let truth = |o: Listed| {
        let (pixels, bounds) = extents[usize::from(o.id)];
        let outlines = Visible::new(&ids, WIDTH, HEIGHT, o.id).outlines(bounds, 12.0, 1.1);
        (pixels >= MIN_PIXELS && !outlines.is_empty()).then_some(Truth { label: o.label, bounds, outlines, turned: o.turned, pixels })
    };
    let truths = stage.objects.into_iter().filter_map(truth).collect();
    Some(Scene { jpeg, size: Size { width: WIDTH, height: HEIGHT }, truths })
}
