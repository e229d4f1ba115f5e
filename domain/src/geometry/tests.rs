use proptest::prelude::*;
use tandem_protocol::{
    Geometry,
    geometry::{Keypoint, Point},
};

use super::{
    mask::{MaskError, decode, encode, from_compressed, to_compressed},
    *,
};

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * (1.0 + a.abs().max(b.abs()))
}

#[test]
fn overlap_of_boxes_has_the_published_value() {
    // The example of torchvision's box_iou documentation and of the VOC development kit's definition: 50x100 common, 15000 together.
    let (a, b) = (Rect::new(0.0, 0.0, 100.0, 100.0), Rect::new(50.0, 0.0, 100.0, 100.0));
    assert!(close(a.iou(&b), 1.0 / 3.0));
    assert!(close(a.iou(&a), 1.0));
    assert!(close(a.iou(&Rect::new(100.0, 0.0, 10.0, 10.0)), 0.0));
    assert!(close(Rect::new(3.0, 3.0, 0.0, 0.0).iou(&Rect::new(3.0, 3.0, 0.0, 0.0)), 0.0));
}

#[test]
fn a_polygon_loses_the_area_of_its_holes() {
    let square = |at: f64, side: f64| vec![[at, at], [at + side, at], [at + side, at + side], [at, at + side]];
    let with_hole = Geometry::Polygon { parts: vec![vec![square(0.0, 10.0), square(2.0, 3.0)], vec![square(20.0, 2.0)]] };
    assert!(close(area(&with_hole), 100.0 - 9.0 + 4.0));
    assert_eq!(bounds(&with_hole).xywh(), [0.0, 0.0, 22.0, 22.0]);
}

#[test]
fn the_area_of_a_triangle_far_from_the_origin_keeps_its_digits() {
    let far = 1e7;
    assert!(close(ring::area(&[[far, far], [far + 3.0, far], [far, far + 4.0]]), 6.0));
}

#[test]
fn rings_know_their_sense_and_their_inside() {
    let clockwise = [[0.0, 0.0], [4.0, 0.0], [4.0, 4.0], [0.0, 4.0]];
    assert!(ring::signed_area(&clockwise) > 0.0);
    assert!(ring::contains(&clockwise, [1.0, 3.0]));
    assert!(!ring::contains(&clockwise, [5.0, 1.0]));
}

#[test]
fn turned_boxes_and_ellipses_have_the_bounds_of_their_extremes() {
    let turned_box = Geometry::RotatedBox { x: 0.0, y: 4.0, width: 10.0, height: 2.0, rotation: 90.0 };
    let r = bounds(&turned_box);
    assert!(close(r.x, 4.0) && close(r.y, 0.0) && close(r.width, 2.0) && close(r.height, 10.0));
    let ellipse = Geometry::Ellipse { cx: 5.0, cy: 5.0, rx: 3.0, ry: 1.0, rotation: 90.0 };
    let r = bounds(&ellipse);
    assert!(close(r.x, 4.0) && close(r.y, 2.0) && close(r.width, 2.0) && close(r.height, 6.0));
    assert!(close(area(&ellipse), 3.0 * std::f64::consts::PI));
}

#[test]
fn absent_keypoints_do_not_stretch_the_bounds() {
    let points = vec![Keypoint { x: 5.0, y: 6.0, v: 2 }, Keypoint { x: 0.0, y: 0.0, v: 0 }, Keypoint { x: 9.0, y: 7.0, v: 1 }];
    assert_eq!(bounds(&Geometry::Keypoints { points }).xywh(), [5.0, 6.0, 4.0, 1.0]);
}

#[test]
fn compressed_masks_equal_the_reference() {
    // Datumaro's segment_anything fixture (written by pycocotools): size [5, 10], box [3, 1, 1, 4], area 4.
    let size = Size { width: 10, height: 5 };
    let counts = from_compressed("`04n0").expect("reads");
    assert_eq!(counts, [16, 4, 30]);
    assert_eq!(mask::area(&counts), 4);
    assert_eq!(mask::bounds(size, &counts).map(|r| r.xywh()), Some([3.0, 1.0, 1.0, 4.0]));
    assert_eq!(to_compressed(&counts), "`04n0");
}

#[test]
fn mask_area_counts_the_odd_runs() {
    assert_eq!(mask::area(&[0, 20, 30]), 20);
    assert_eq!(mask::bounds(Size { width: 5, height: 10 }, &[0, 20, 30]).map(|r| r.xywh()), Some([0.0, 0.0, 2.0, 10.0]));
    assert_eq!(mask::bounds(Size { width: 5, height: 10 }, &[50]), None);
}

#[test]
fn damaged_masks_are_refused() {
    assert_eq!(from_compressed("`0 4"), Err(MaskError::Character(' ')));
    assert_eq!(from_compressed("`"), Err(MaskError::CutOff));
    assert_eq!(from_compressed("é"), Err(MaskError::Character('Ã')));
    assert_eq!(from_compressed("oooooooo0"), Err(MaskError::Run(0)));
    assert_eq!(from_compressed("O"), Err(MaskError::Run(0)), "a negative run");
    assert_eq!(mask::check(Size { width: 2, height: 2 }, &[1, 2]), Err(MaskError::Total { covered: 3, expected: 4 }));
}

fn any_geometry(size: Size) -> impl Strategy<Value = Geometry> {
    let (w, h) = (f64::from(size.width), f64::from(size.height));
    let point = (0.0..w, 0.0..h).prop_map(|(x, y)| [x, y]);
    let ring = prop::collection::vec(point.clone(), 3..6);
    let pixels = prop::collection::vec(any::<bool>(), (size.width * size.height) as usize);
    prop_oneof![
        (point.clone(), point.clone()).prop_map(|(a, b)| {
            let r = Rect::from_corners(a[0], a[1], b[0], b[1]);
            Geometry::Box { x: r.x, y: r.y, width: r.width, height: r.height }
        }),
        (point.clone(), 0.5..w, 0.5..h, 0.0..360.0).prop_map(|([x, y], width, height, rotation)| Geometry::RotatedBox {
            x,
            y,
            width,
            height,
            rotation
        }),
        (point.clone(), 0.5..w, 0.5..h, 0.0..360.0).prop_map(|([cx, cy], rx, ry, rotation)| Geometry::Ellipse { cx, cy, rx, ry, rotation }),
        prop::collection::vec(prop::collection::vec(ring, 1..3), 1..3).prop_map(|parts| Geometry::Polygon { parts }),
        prop::collection::vec(point.clone(), 2..5).prop_map(|points| Geometry::Polyline { points }),
        point.clone().prop_map(|[x, y]| Geometry::Point { x, y }),
        prop::collection::vec((point, 0..3_u8), 1..5)
            .prop_map(|points| Geometry::Keypoints { points: points.into_iter().map(|([x, y], v)| Keypoint { x, y, v }).collect() }),
        pixels.prop_map(move |p| Geometry::Mask { width: size.width, height: size.height, counts: encode(size, &p) }),
    ]
}

/// The corners of a turned box as a set, whatever corner comes first.
fn corner_set(x: f64, y: f64, width: f64, height: f64, rotation: f64) -> Vec<Point> {
    let mut corners = measure::rotated_corners(x, y, width, height, rotation).to_vec();
    corners.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
    corners
}

proptest! {
    #[test]
    fn masks_survive_encoding_and_compression(width in 1..20_u32, height in 1..20_u32, seed in any::<u64>()) {
        let size = Size { width, height };
        let pixels: Vec<bool> = (0..size.pixels()).map(|i| (seed.rotate_left((i * 7 % 64) as u32) ^ i) & 1 == 1).collect();
        let counts = encode(size, &pixels);
        prop_assert_eq!(mask::check(size, &counts), Ok(()));
        prop_assert_eq!(&decode(size, &counts), &pixels);
        prop_assert_eq!(mask::area(&counts), pixels.iter().filter(|p| **p).count() as u64);
        prop_assert_eq!(from_compressed(&to_compressed(&counts)), Ok(counts));
    }

    #[test]
    fn any_runs_survive_compression(counts in prop::collection::vec(any::<u32>(), 0..40)) {
        prop_assert_eq!(from_compressed(&to_compressed(&counts)), Ok(counts));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        let _ = from_compressed(&text);
    }

    #[test]
    fn turning_there_and_back_changes_nothing(orientation in 1..=8_u8, shape in any_geometry(Size { width: 7, height: 4 })) {
        let stored = Size { width: 7, height: 4 };
        let back = unturned(&turned(&shape, stored, orientation), stored, orientation);
        let (a, b) = (bounds(&shape).xywh(), bounds(&back).xywh());
        prop_assert!(a.iter().zip(b).all(|(a, b)| close(*a, b)), "{a:?} {b:?}");
        prop_assert!(close(area(&shape), area(&back)));
        if let Geometry::Mask { .. } = shape {
            prop_assert_eq!(shape, back);
        }
    }

    #[test]
    fn a_turned_box_turns_like_its_corners(orientation in 1..=8_u8, x in 0.0..9.0, y in 0.0..9.0, w in 1.0..9.0, h in 1.0..9.0, rotation in 0.0..360.0) {
        let stored = Size { width: 30, height: 20 };
        let as_polygon = Geometry::Polyline { points: measure::rotated_corners(x, y, w, h, rotation).to_vec() };
        let Geometry::Polyline { points: mut expected } = turned(&as_polygon, stored, orientation) else { unreachable!() };
        expected.sort_by(|a, b| a.partial_cmp(b).expect("finite"));
        let shape = Geometry::RotatedBox { x, y, width: w, height: h, rotation };
        let Geometry::RotatedBox { x, y, width, height, rotation } = turned(&shape, stored, orientation) else { unreachable!() };
        let found = corner_set(x, y, width, height, rotation);
        // Compared as sets: sorting may swap corners whose x differ by rounding.
        for corner in &found {
            prop_assert!(expected.iter().any(|e| close(e[0], corner[0]) && close(e[1], corner[1])), "{expected:?} {found:?}");
        }
    }

    #[test]
    fn overlap_is_symmetric_and_bounded(a in (0.0..9.0, 0.0..9.0, 0.1..9.0, 0.1..9.0), b in (0.0..9.0, 0.0..9.0, 0.1..9.0, 0.1..9.0)) {
        let (a, b) = (Rect::new(a.0, a.1, a.2, a.3), Rect::new(b.0, b.1, b.2, b.3));
        prop_assert!(close(a.iou(&b), b.iou(&a)));
        prop_assert!((0.0..=1.0 + 1e-9).contains(&a.iou(&b)));
    }
}

#[test]
fn orientation_six_puts_the_stored_top_left_at_the_displayed_top_right() {
    // Orientation 6 is shown turned a quarter clockwise (CIPA DC-008: row 0 is the right side, column 0 the top).
    let stored = Size { width: 40, height: 10 };
    let shape = Geometry::Box { x: 0.0, y: 0.0, width: 4.0, height: 2.0 };
    assert_eq!(turned(&shape, stored, 6), Geometry::Box { x: 8.0, y: 0.0, width: 2.0, height: 4.0 });
    assert_eq!(turned(&shape, stored, 8), Geometry::Box { x: 0.0, y: 36.0, width: 2.0, height: 4.0 });
    assert_eq!(turned(&shape, stored, 3), Geometry::Box { x: 36.0, y: 8.0, width: 4.0, height: 2.0 });
}

#[test]
fn a_cuboid_covers_the_hull_of_its_faces() {
    let face = |x, y, width, height| tandem_protocol::geometry::Face { x, y, width, height };
    let cuboid = Geometry::Cuboid { front: face(0.0, 10.0, 20.0, 20.0), back: face(10.0, 0.0, 20.0, 20.0) };
    assert_eq!(bounds(&cuboid), Rect::new(0.0, 0.0, 30.0, 30.0));
    // The box around it without two corners of ten by ten, cut in half.
    assert!((area(&cuboid) - 800.0).abs() < 1e-9);
    let within = Geometry::Cuboid { front: face(0.0, 0.0, 20.0, 20.0), back: face(5.0, 5.0, 10.0, 10.0) };
    assert!((area(&within) - 400.0).abs() < 1e-9, "a back face within the front one adds nothing");
    for orientation in 1..=8 {
        let stored = Size { width: 40, height: 30 };
        assert_eq!(unturned(&turned(&cuboid, stored, orientation), stored, orientation), cuboid, "orientation {orientation}");
    }
}
