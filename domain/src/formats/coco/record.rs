//! COCO's records. Every field is optional here, since what is missing is refused with a reason later; fields we do not know are
//! kept in `extra`.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{Error, MapAccess, SeqAccess, Unexpected, Visitor},
};
use serde_json::{Map, Value, json};

use crate::formats::nonfinite;

/// COCO's ids are integers; some datasets use text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum CocoId {
    Int(i64),
    Text(String),
}

impl fmt::Display for CocoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(id) => id.fmt(f),
            Self::Text(id) => write!(f, "{id:?}"),
        }
    }
}

impl<'de> Deserialize<'de> for CocoId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;
        impl Visitor<'_> for IdVisitor {
            type Value = CocoId;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id (a whole number or text)")
            }

            fn visit_i64<E: Error>(self, id: i64) -> Result<CocoId, E> {
                Ok(CocoId::Int(id))
            }

            fn visit_u64<E: Error>(self, id: u64) -> Result<CocoId, E> {
                i64::try_from(id).map(CocoId::Int).map_err(|_| E::invalid_value(Unexpected::Unsigned(id), &self))
            }

            fn visit_f64<E: Error>(self, id: f64) -> Result<CocoId, E> {
                // Tables written by pandas have ids like 7.0.
                if id.fract() == 0.0 && id.abs() < 9e15 {
                    Ok(CocoId::Int(id as i64))
                } else {
                    Err(E::invalid_value(Unexpected::Float(id), &self))
                }
            }

            fn visit_str<E: Error>(self, id: &str) -> Result<CocoId, E> {
                if nonfinite::is_stand_in(id) || id.is_empty() || id.len() > 200 {
                    return Err(E::invalid_value(Unexpected::Str(id), &self));
                }
                Ok(CocoId::Text(id.to_owned()))
            }
        }
        deserializer.deserialize_any(IdVisitor)
    }
}

/// A whole number of pixels; `500.0` is one too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Whole(pub u32);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(deserializer)?;
        if value.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&value) {
            Ok(Self(value as u32))
        } else {
            Err(D::Error::invalid_value(Unexpected::Float(value), &"a whole number from 0 up"))
        }
    }
}

/// The three forms of a segmentation.
#[derive(Clone, Debug, PartialEq)]
pub enum Segmentation {
    /// Each list is `x, y, x, y, ...` of one part.
    Polygons(Vec<Vec<f64>>),
    /// `size` is `[height, width]`.
    Runs { size: [u32; 2], counts: Counts },
}

#[derive(Clone, Debug, PartialEq)]
pub enum Counts {
    List(Vec<u32>),
    Compressed(String),
}

impl Segmentation {
    /// As it stands in a file.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Polygons(polygons) => json!(polygons),
            Self::Runs { size, counts: Counts::List(list) } => json!({"size": size, "counts": list}),
            Self::Runs { size, counts: Counts::Compressed(text) } => json!({"size": size, "counts": text}),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Polygons(polygons) if polygons.is_empty())
    }
}

impl<'de> Deserialize<'de> for Segmentation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct SegmentationVisitor;
        impl<'de> Visitor<'de> for SegmentationVisitor {
            type Value = Segmentation;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of polygons or an object with size and counts")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Segmentation, A::Error> {
                let mut polygons = Vec::new();
                while let Some(polygon) = seq.next_element::<Vec<f64>>()? {
                    polygons.push(polygon);
                }
                Ok(Segmentation::Polygons(polygons))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Segmentation, A::Error> {
                let (mut size, mut counts) = (None, None);
                while let Some(key) = map.next_key::<String>()? {
                    match key.as_str() {
                        "size" => size = Some(map.next_value::<[Whole; 2]>()?.map(|w| w.0)),
                        "counts" => counts = Some(map.next_value()?),
                        _ => {
                            map.next_value::<serde::de::IgnoredAny>()?;
                        }
                    }
                }
                let size = size.ok_or_else(|| A::Error::missing_field("size"))?;
                let counts = counts.ok_or_else(|| A::Error::missing_field("counts"))?;
                Ok(Segmentation::Runs { size, counts })
            }
        }
        deserializer.deserialize_any(SegmentationVisitor)
    }
}

impl<'de> Deserialize<'de> for Counts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct CountsVisitor;
        impl<'de> Visitor<'de> for CountsVisitor {
            type Value = Counts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("run lengths, as a list of whole numbers or as compressed text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Counts, E> {
                Ok(Counts::Compressed(text.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Counts, A::Error> {
                let mut counts = Vec::new();
                while let Some(Whole(count)) = seq.next_element()? {
                    counts.push(count);
                }
                Ok(Counts::List(counts))
            }
        }
        deserializer.deserialize_any(CountsVisitor)
    }
}

macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($key:literal $field:ident: $ty:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $(pub $field: Option<$ty>,)+
            /// Every other field, as it came.
            pub extra: Map<String, Value>,
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct RecordVisitor;
                impl<'de> Visitor<'de> for RecordVisitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("an object")
                    }

                    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        let mut record = $name::default();
                        while let Some(key) = map.next_key::<String>()? {
                            match key.as_str() {
                                $($key => record.$field = map.next_value()?,)+
                                _ => {
                                    let value: Value = map.next_value()?;
                                    if nonfinite::hides_in(&value) {
                                        return Err(A::Error::custom(format!("{key}: {}", nonfinite::EXPLANATION)));
                                    }
                                    record.extra.insert(key, value);
                                }
                            }
                        }
                        Ok(record)
                    }
                }
                deserializer.deserialize_map(RecordVisitor)
            }
        }
    };
}

record! {
    /// An element of `images`.
    CocoImage {
        "id" id: CocoId,
        "file_name" file_name: String,
        "width" width: Whole,
        "height" height: Whole,
    }
}

record! {
    /// An element of `categories`.
    CocoCategory {
        "id" id: CocoId,
        "name" name: String,
        "supercategory" supercategory: String,
        "keypoints" keypoints: Vec<String>,
        "skeleton" skeleton: Vec<[u32; 2]>,
    }
}

record! {
    /// An element of `annotations`.
    Annotation {
        "id" id: CocoId,
        "image_id" image_id: CocoId,
        "category_id" category_id: CocoId,
        "bbox" bbox: Vec<f64>,
        "segmentation" segmentation: Segmentation,
        "keypoints" keypoints: Vec<f64>,
        "attributes" attributes: Map<String, Value>,
    }
}
