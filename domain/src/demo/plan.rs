//! The demo workspace's projects: what is in them and how far they are.

use tandem_protocol::{
    RegionKind,
    rest::{LabelDef, LabelSchema},
};

use super::{annotator::Habits, scene::SceneKind};
use crate::formats::labels;

/// How objects of a label are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draws {
    Nothing,
    Box,
    Polygon,
    Turned,
}

/// How far a task is when somebody first looks at the demo.
#[derive(Clone, Copy, Debug)]
pub enum State {
    Open,
    /// A model's suggestions came with the image.
    Suggested(Habits),
    /// Somebody has it open and is half done.
    Working(Worker),
    Submitted(Worker),
}

/// Who did the work, as a place among the demo's annotators.
#[derive(Clone, Copy, Debug)]
pub struct Worker {
    pub annotator: usize,
    pub habits: Habits,
}

pub struct DemoProject {
    pub name: &'static str,
    pub description: &'static str,
    pub kind: SceneKind,
    /// The file names' beginning.
    pub prefix: &'static str,
    pub labels: LabelSchema,
    pub draws: fn(&str) -> Draws,
    /// A picture's seed and state, in the queue's order.
    pub pictures: Vec<(u64, State)>,
    pub finished: bool,
}

/// All of them, newest last.
#[must_use]
pub fn projects() -> Vec<DemoProject> {
    use super::annotator::{CAREFUL, DETECTOR, HASTY};
    let first = |state: fn(Worker) -> State| state(Worker { annotator: 0, habits: CAREFUL });
    let second = |state: fn(Worker) -> State| state(Worker { annotator: 1, habits: HASTY });
    let (a, b) = (first(State::Submitted), second(State::Submitted));
    vec![
        DemoProject {
            name: "Parking from above",
            description: "Turned boxes around vehicles on drone pictures; every vehicle, also those under trees.",
            kind: SceneKind::Parking,
            prefix: "parking",
            labels: schema(&[
                ("car", "#3b82f6", &[RegionKind::RotatedBox, RegionKind::Box]),
                ("van", "#a855f7", &[RegionKind::RotatedBox, RegionKind::Box]),
                ("truck", "#f97316", &[RegionKind::RotatedBox, RegionKind::Box]),
                ("motorcycle", "#ec4899", &[RegionKind::RotatedBox, RegionKind::Box]),
                ("tree", "#22c55e", &[RegionKind::Box, RegionKind::Ellipse, RegionKind::Polygon]),
            ]),
            draws: |label| if label == "tree" { Draws::Box } else { Draws::Turned },
            pictures: pictures(101, &[a, b, a, a, b, a]),
            finished: true,
        },
        DemoProject {
            name: "Warehouse shelves",
            description: "Check and correct a model's suggestions: cartons, totes, drums and pallets.",
            kind: SceneKind::Warehouse,
            prefix: "shelf",
            labels: schema(&[
                ("carton", "#d97706", &[RegionKind::Box]),
                ("tote", "#0ea5e9", &[RegionKind::Box]),
                ("drum", "#16a34a", &[RegionKind::Box]),
                ("pallet", "#a16207", &[RegionKind::Box]),
            ]),
            draws: |_| Draws::Box,
            pictures: pictures(201, &[State::Suggested(DETECTOR); 6]),
            finished: false,
        },
        DemoProject {
            name: "Harbour",
            description: "Outlines of boats, boxes around buoys and lighthouses.",
            kind: SceneKind::Harbour,
            prefix: "harbour",
            labels: schema(&[
                ("sailing boat", "#38bdf8", &[RegionKind::Polygon, RegionKind::Box]),
                ("motor boat", "#f43f5e", &[RegionKind::Polygon, RegionKind::Box]),
                ("fishing boat", "#eab308", &[RegionKind::Polygon, RegionKind::Box]),
                ("cargo ship", "#8b5cf6", &[RegionKind::Polygon, RegionKind::Box]),
                ("buoy", "#22c55e", &[RegionKind::Box]),
                ("lighthouse", "#fb923c", &[RegionKind::Box, RegionKind::Polygon]),
            ]),
            draws: |label| if matches!(label, "buoy" | "lighthouse") { Draws::Box } else { Draws::Polygon },
            pictures: pictures(301, &[a, b, first(State::Working), State::Open, State::Open, State::Open, State::Open, State::Open]),
            finished: false,
        },
        DemoProject {
            name: "City street",
            description: "Boxes around everybody and everything that moves, and around traffic lights.",
            kind: SceneKind::Street,
            prefix: "street",
            labels: schema(&[
                ("car", "#3b82f6", &[RegionKind::Box]),
                ("van", "#a855f7", &[RegionKind::Box]),
                ("truck", "#f97316", &[RegionKind::Box]),
                ("bus", "#14b8a6", &[RegionKind::Box]),
                ("person", "#ef4444", &[RegionKind::Box]),
                ("cyclist", "#84cc16", &[RegionKind::Box]),
                ("traffic light", "#eab308", &[RegionKind::Box]),
            ]),
            draws: |_| Draws::Box,
            pictures: pictures(
                401,
                &[a, b, a, b, b, a, second(State::Working), State::Open, State::Open, State::Open, State::Open, State::Open, State::Open],
            ),
            finished: false,
        },
    ]
}

fn pictures(first: u64, states: &[State]) -> Vec<(u64, State)> {
    (first..).zip(states.iter().copied()).collect()
}

fn schema(wanted: &[(&str, &str, &[RegionKind])]) -> LabelSchema {
    let mut schema = LabelSchema::default();
    let labels =
        wanted.iter().map(|(name, color, kinds)| LabelDef { color: (*color).to_owned(), kinds: kinds.to_vec(), ..labels::plain(name) });
    labels::extend(&mut schema, labels);
    schema
}
