//! COCO object detection, keypoints and RLE masks (<https://cocodataset.org/#format-data>).
//!
//! One annotation is one region. Keypoints with a present point give keypoints, else a polygon segmentation gives a polygon (each list
//! one part), else a run-length segmentation a mask, else the bbox a box. What our region cannot express (ids, `iscrowd`, an `area`,
//! `bbox` or `segmentation` other than what we would compute, and every unknown field) is kept in `attributes.coco` and written
//! again on export, as long as the shape was not changed since. What COCO cannot express (kinds it lacks, holes, drawing order) goes into an extra
//! `tandem` field that other tools ignore, so that our own export comes back the same.

mod category;
mod convert;
mod kept;
mod numbering;
mod print;
mod reader;
mod record;
mod writer;

pub use category::{Categories, Category};
pub use convert::region;
pub use kept::KEPT;
pub use numbering::Numbering;
pub use reader::{Item, ReadError, Section, read};
pub use record::{Annotation, CocoCategory, CocoId, CocoImage, Counts, Segmentation, Whole};
pub use writer::{Writer, image_json};

#[cfg(test)]
mod tests;
