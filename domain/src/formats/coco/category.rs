//! Categories and labels.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::json;
use tandem_protocol::rest::LabelDef;

use super::{CocoCategory, CocoId};
use crate::formats::{Reason, labels};

/// A category as a label, with what annotations need to know of it.
#[derive(Clone, Debug)]
pub struct Category {
    pub label: LabelDef,
    /// Whether the file names its keypoints. Where it does not (Datumaro), annotations say how many there are.
    names_keypoints: bool,
}

/// A file's categories by id.
#[derive(Clone, Debug, Default)]
pub struct Categories {
    by_id: BTreeMap<CocoId, Category>,
    /// Labels in the file's order.
    order: Vec<CocoId>,
}

/// What a category of ours carries beyond COCO.
#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
struct Ours {
    color: String,
    hotkey: Option<String>,
    kinds: Vec<tandem_protocol::RegionKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    symmetry: Option<Vec<[u32; 2]>>,
}

impl Categories {
    /// Takes one in.
    ///
    /// # Errors
    /// No id or name, a name that cannot be a label's, an id already used, or too many.
    pub fn add(&mut self, category: CocoCategory) -> Result<(), Reason> {
        let id = category.id.clone().ok_or_else(|| Reason::new("missing_field", "it has no id"))?;
        let name = category.name.clone().ok_or_else(|| Reason::new("missing_field", "it has no name"))?;
        labels::check_name(&name)?;
        if let Some(earlier) = self.by_id.get(&id) {
            return Err(Reason::new("duplicate_id", format!("id {id} is already category {:?}", earlier.label.name)));
        }
        if self.by_id.len() >= labels::MAX_LABELS {
            return Err(Reason::new("too_many", format!("a project holds at most {} labels", labels::MAX_LABELS)));
        }
        let label = label_of(name, &category);
        self.order.push(id.clone());
        self.by_id.insert(id, Category { names_keypoints: !label.keypoints.is_empty(), label });
        Ok(())
    }

    #[must_use]
    pub fn get(&self, id: &CocoId) -> Option<&Category> {
        self.by_id.get(id)
    }

    /// Learns from an annotation how many keypoints a category has that names none. The first one decides.
    pub fn saw_keypoints(&mut self, id: &CocoId, numbers: usize) {
        if let Some(category) = self.by_id.get_mut(id)
            && !category.names_keypoints
            && category.label.keypoints.is_empty()
            && numbers.is_multiple_of(3)
        {
            category.label.keypoints = (1..=numbers / 3).map(|n| n.to_string()).collect();
            bound_skeleton(&mut category.label);
        }
    }

    /// The labels, in the file's order.
    pub fn labels(&self) -> impl Iterator<Item = LabelDef> + '_ {
        self.order.iter().filter_map(|id| self.by_id.get(id)).map(|c| {
            let mut label = c.label.clone();
            // A skeleton without points is none.
            if label.keypoints.is_empty() {
                label.skeleton.clear();
                label.symmetry.clear();
            }
            label
        })
    }
}

fn label_of(name: String, category: &CocoCategory) -> LabelDef {
    let ours: Ours = category.extra.get("tandem").and_then(|v| serde_json::from_value(v.clone()).ok()).unwrap_or_default();
    let edges = category.skeleton.clone().unwrap_or_default();
    // COCO counts from 1. A 0 among the edges gives away a writer that counts from 0.
    let from = u32::from(!edges.iter().flatten().any(|i| *i == 0));
    let mut label = LabelDef {
        color: ours.color,
        hotkey: ours.hotkey,
        kinds: ours.kinds,
        keypoints: category.keypoints.clone().unwrap_or_default(),
        skeleton: edges.into_iter().map(|[a, b]| [a - from, b - from]).collect(),
        symmetry: ours.symmetry.unwrap_or_else(|| labels::mirrored(category.keypoints.as_deref().unwrap_or_default())),
        supercategory: category.supercategory.clone(),
        ..labels::plain(&name)
    };
    if !label.keypoints.is_empty() {
        bound_skeleton(&mut label);
    }
    label
}

/// Edges and pairs of points that do not exist are dropped, and pairs of points that are in one already.
fn bound_skeleton(label: &mut LabelDef) {
    let count = label.keypoints.len() as u32;
    label.skeleton.retain(|edge| edge.iter().all(|i| *i < count));
    let mut paired = BTreeSet::new();
    label.symmetry.retain(|pair| pair.iter().all(|i| *i < count && paired.insert(*i)));
}

/// A label as an element of `categories`.
pub(super) fn to_json(id: i64, label: &LabelDef) -> serde_json::Value {
    let mut category = json!({"id": id, "name": label.name});
    if let Some(supercategory) = &label.supercategory {
        category["supercategory"] = json!(supercategory);
    }
    if !label.keypoints.is_empty() {
        category["keypoints"] = json!(label.keypoints);
        category["skeleton"] = json!(label.skeleton.iter().map(|edge| edge.map(|i| i + 1)).collect::<Vec<_>>());
    }
    category["tandem"] = json!(Ours {
        color: label.color.clone(),
        hotkey: label.hotkey.clone(),
        kinds: label.kinds.clone(),
        symmetry: (!label.keypoints.is_empty()).then(|| label.symmetry.clone()),
    });
    category
}
