use tiny_skia::{
    Color, FillRule, GradientStop, LinearGradient, Mask, Paint, Path, Pixmap, Point, RadialGradient, Shader, SpreadMode, Stroke, Transform,
};

use super::{Rgb, shape};

/// What a shape is filled with.
#[derive(Clone, Copy, Debug)]
pub enum Fill {
    Flat(Color),
    /// From one point to another.
    Linear([f32; 2], Color, [f32; 2], Color),
    /// From the centre to a radius.
    Radial([f32; 2], f32, Color, Color),
}

impl Fill {
    #[must_use]
    pub fn solid(color: Rgb) -> Self {
        Self::Flat(color.alpha(1.0))
    }

    #[must_use]
    pub fn down(top: f32, above: Rgb, bottom: f32, below: Rgb) -> Self {
        Self::Linear([0.0, top], above.alpha(1.0), [0.0, bottom], below.alpha(1.0))
    }

    #[must_use]
    pub fn across(left: f32, from: Rgb, right: f32, to: Rgb) -> Self {
        Self::Linear([left, 0.0], from.alpha(1.0), [right, 0.0], to.alpha(1.0))
    }

    fn shader(self) -> Shader<'static> {
        let point = |p: [f32; 2]| Point::from_xy(p[0], p[1]);
        let stops = |a, b| vec![GradientStop::new(0.0, a), GradientStop::new(1.0, b)];
        match self {
            Self::Flat(color) => Shader::SolidColor(color),
            Self::Linear(from, a, to, b) => {
                LinearGradient::new(point(from), point(to), stops(a, b), SpreadMode::Pad, Transform::identity())
                    .unwrap_or(Shader::SolidColor(a))
            }
            Self::Radial(centre, radius, a, b) => {
                let centre = point(centre);
                RadialGradient::new(centre, 0.0, centre, radius, stops(a, b), SpreadMode::Pad, Transform::identity())
                    .unwrap_or(Shader::SolidColor(a))
            }
        }
    }
}

/// A picture under way. Between [`Canvas::begin`] and [`Canvas::end`], what is drawn belongs to an object and hides what was there.
pub struct Canvas {
    pub width: f32,
    pub height: f32,
    pixmap: Pixmap,
    /// Which object each pixel shows; 0 for scenery.
    ids: Vec<u16>,
    current: Option<u16>,
    objects: u16,
}

impl Canvas {
    /// # Panics
    /// Never: the size is positive.
    #[must_use]
    pub fn new(width: u32, height: u32) -> Option<Self> {
        let pixmap = Pixmap::new(width, height)?;
        let ids = vec![0; (width * height) as usize];
        Some(Self { width: width as f32, height: height as f32, pixmap, ids, current: None, objects: 0 })
    }

    /// Starts the next object and returns its number (from 1).
    pub fn begin(&mut self) -> u16 {
        self.objects += 1;
        self.current = Some(self.objects);
        self.objects
    }

    pub fn end(&mut self) {
        self.current = None;
    }

    /// Scenery drawn now hides objects behind it.
    pub fn scenery(&mut self) {
        self.current = Some(0);
    }

    pub fn fill(&mut self, path: Option<Path>, fill: Fill) {
        let Some(path) = path else { return };
        let paint = Paint { shader: fill.shader(), anti_alias: true, ..Paint::default() };
        self.pixmap.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
        self.claim(&path);
    }

    /// A line with round ends.
    pub fn line(&mut self, points: &[[f32; 2]], width: f32, color: Color) {
        let mut builder = tiny_skia::PathBuilder::new();
        for (i, [x, y]) in points.iter().enumerate() {
            if i == 0 { builder.move_to(*x, *y) } else { builder.line_to(*x, *y) }
        }
        let Some(path) = builder.finish() else { return };
        self.stroke(&path, width, color);
    }

    pub fn stroke(&mut self, path: &Path, width: f32, color: Color) {
        let stroke = Stroke { width, line_cap: tiny_skia::LineCap::Round, line_join: tiny_skia::LineJoin::Round, ..Stroke::default() };
        let paint = Paint { shader: Shader::SolidColor(color), anti_alias: true, ..Paint::default() };
        self.pixmap.stroke_path(path, &paint, &stroke, Transform::identity(), None);
        if self.current.is_some()
            && let Some(outline) = path.stroke(&stroke, 1.0)
        {
            self.claim(&outline);
        }
    }

    /// Light or shade that belongs to nobody: claims no pixels.
    pub fn glow(&mut self, path: Option<Path>, fill: Fill) {
        let owner = self.current.take();
        self.fill(path, fill);
        self.current = owner;
    }

    /// A soft dark ellipse on the ground.
    pub fn shadow(&mut self, cx: f32, cy: f32, rx: f32, ry: f32, strength: f32) {
        // Rings, since a radial gradient cannot be elliptic without a transform of its own.
        for i in 0..6 {
            let t = 1.0 - i as f32 / 7.0;
            self.glow(shape::ellipse(cx, cy, rx * t, ry * t), Fill::Flat(Rgb::hex(0x0a_0f1c).alpha(strength / 4.5)));
        }
    }

    fn claim(&mut self, path: &Path) {
        let Some(owner) = self.current else { return };
        let bounds = path.bounds();
        let (x0, y0) = (bounds.left().floor().max(0.0), bounds.top().floor().max(0.0));
        let (x1, y1) = (bounds.right().ceil().min(self.width), bounds.bottom().ceil().min(self.height));
        if x1 <= x0 || y1 <= y0 {
            return;
        }
        let (w, h) = ((x1 - x0) as u32, (y1 - y0) as u32);
        let Some(mut mask) = Mask::new(w, h) else { return };
        mask.fill_path(path, FillRule::Winding, true, Transform::from_translate(-x0, -y0));
        let stride = self.width as usize;
        for (row, line) in mask.data().chunks_exact(w as usize).enumerate() {
            let start = (y0 as usize + row) * stride + x0 as usize;
            for (id, covered) in self.ids[start..start + w as usize].iter_mut().zip(line) {
                // A pixel belongs to whom covers more than half of it.
                if *covered > 127 {
                    *id = owner;
                }
            }
        }
    }

    /// The pixels (premultiplied, but opaque) and which object each shows.
    #[must_use]
    pub fn into_parts(self) -> (Pixmap, Vec<u16>, u16) {
        (self.pixmap, self.ids, self.objects)
    }
}
