use tandem_protocol::{RegionId, rest::Region};

use super::*;
use crate::{
    demo::plan::{State, projects},
    geometry::{self, Rect},
    image, validate,
};

fn regions(drawn: Vec<(&'static str, tandem_protocol::Geometry)>) -> Vec<Region> {
    let region = |(label, geometry): (&str, _)| Region {
        id: RegionId::new(),
        label: label.into(),
        geometry,
        attributes: serde_json::Map::new(),
        author: None,
        z: 0,
        relations: Vec::new(),
    };
    drawn.into_iter().map(region).collect()
}

#[test]
fn a_seed_gives_the_same_picture_and_truth_for_ever() {
    for kind in [SceneKind::Street, SceneKind::Harbour] {
        let (one, two) = (render(kind, 7).expect("renders"), render(kind, 7).expect("renders"));
        assert_eq!(one.jpeg, two.jpeg);
        assert_eq!(format!("{:?}", one.truths), format!("{:?}", two.truths));
        assert_ne!(one.jpeg, render(kind, 8).expect("renders").jpeg);
    }
}

#[test]
fn every_kind_of_picture_is_full_of_things_with_exact_truth() {
    for kind in [SceneKind::Street, SceneKind::Harbour, SceneKind::Parking, SceneKind::Warehouse] {
        let scene = render(kind, 3).expect("renders");
        let info = image::probe_bytes(&scene.jpeg).expect("a picture");
        assert_eq!(info.displayed(), scene.size);
        assert!(scene.truths.len() >= 9, "{kind:?}: {}", scene.truths.len());
        for truth in &scene.truths {
            let around = Rect::around(truth.outlines.iter().flatten()).expect("points");
            let (inner, outer) = (around, truth.bounds);
            // Simplified outlines may cut a corner, specks may be left out, but nothing sticks out.
            assert!(inner.x >= outer.x - 1e-9 && inner.right() <= outer.right() + 1e-9, "{truth:?}");
            assert!(truth.outlines.iter().map(|r| geometry::ring::area(r)).sum::<f64>() <= outer.area() + 1e-9);
            assert!(outer.x >= 0.0 && outer.right() <= 1280.0 && outer.y >= 0.0 && outer.bottom() <= 860.0);
        }
    }
}

#[test]
fn whatever_the_demos_people_draw_keeps_the_projects_rules() {
    for project in projects() {
        let (seed, _) = project.pictures[0];
        let scene = render(project.kind, seed).expect("renders");
        for truth in &scene.truths {
            assert!(project.labels.labels.iter().any(|l| l.name == truth.label), "{} has no label {}", project.name, truth.label);
        }
        for habits in [annotator::CAREFUL, annotator::HASTY, annotator::DETECTOR] {
            let drawn = regions(annotator::annotate(&scene, project.draws, &habits, &mut Rng::new(seed)));
            assert!(drawn.len() * 2 > scene.truths.len(), "{}: {} of {}", project.name, drawn.len(), scene.truths.len());
            assert_eq!(validate::regions(&project.labels, scene.size, &drawn), [], "{}", project.name);
        }
    }
}

#[test]
fn the_careful_draw_closer_to_the_truth_than_the_hasty() {
    let project = projects().pop().expect("the street");
    let scene = render(project.kind, 401).expect("renders");
    let overlap = |habits| {
        let drawn = annotator::annotate(&scene, project.draws, &habits, &mut Rng::new(1));
        let best = |g| scene.truths.iter().map(|t| t.bounds.iou(&geometry::bounds(g))).fold(0.0, f64::max);
        drawn.iter().map(|(_, g)| best(g)).sum::<f64>() / drawn.len() as f64
    };
    let (careful, hasty) = (overlap(annotator::CAREFUL), overlap(annotator::HASTY));
    assert!(careful > 0.85 && careful > hasty && hasty > 0.5, "{careful} {hasty}");
}

#[test]
fn the_demo_shows_every_state() {
    let states: Vec<State> = projects().into_iter().flat_map(|p| p.pictures).map(|(_, state)| state).collect();
    assert!(states.len() >= 24);
    for shown in ["Open", "Suggested", "Working", "Submitted"] {
        assert!(states.iter().any(|s| format!("{s:?}").starts_with(shown)), "{shown}");
    }
}

/// Writes a sheet of the demo's pictures for a person to look at:
/// `TANDEM_DEMO_OUT=/tmp/demo cargo test -p tandem-domain demo::tests::look -- --ignored`.
#[test]
#[ignore = "writes pictures for people to look at"]
fn look() {
    let Some(out) = option_env!("TANDEM_DEMO_OUT") else { return };
    std::fs::create_dir_all(out).expect("a folder");
    for project in projects() {
        let rows = project.pictures.len().div_ceil(3) as u32;
        let mut sheet = ::image::RgbImage::new(3 * 430, rows * 292);
        for (n, (seed, _)) in project.pictures.iter().enumerate() {
            let scene = render(project.kind, *seed).expect("renders");
            let picture = ::image::load_from_memory(&scene.jpeg).expect("decodes").thumbnail(426, 288).into_rgb8();
            ::image::imageops::replace(&mut sheet, &picture, (n % 3 * 430) as i64, (n / 3 * 292) as i64);
        }
        sheet.save(format!("{out}/{}.png", project.prefix)).expect("writes");
    }
}
