//! In which frame a file's coordinates are: the photo as stored, or as shown after EXIF orientation.
//!
//! Annotation files do not say. What they do say is the size they believed in, and that decides: the size people see means displayed
//! coordinates; the stored size, where it differs, means the tool ignored EXIF, and shapes are turned. Where both sizes are equal
//! (orientation 2 to 4, square photos, or no size given) the displayed frame is taken, since browsers, OpenCV and LabelMe apply EXIF.

use crate::{
    formats::Reason,
    geometry::{Size, turned},
    image::ImageInfo,
};
use tandem_protocol::Geometry;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The frame regions live in.
    pub displayed: Size,
    stored: Size,
    orientation: u8,
    /// Whether the file's coordinates are those of the stored picture.
    pub turns: bool,
    /// Whether sizes alone could not tell.
    pub ambiguous: bool,
}

impl Frame {
    /// The frame of a picture whose annotation file says `declared`.
    ///
    /// # Errors
    /// The file speaks of a picture of another size.
    pub fn of(declared: Option<Size>, image: &ImageInfo) -> Result<Self, Reason> {
        let (displayed, stored, orientation) = (image.displayed(), image.stored(), image.orientation);
        let turns = match declared {
            Some(size) if size == displayed => false,
            Some(size) if size == stored => true,
            Some(size) => {
                let why = format!("the file says {size} pixels, the picture has {displayed}");
                return Err(Reason::new("size_mismatch", why));
            }
            None => false,
        };
        let ambiguous = orientation > 1 && !turns && (stored == displayed || declared.is_none());
        Ok(Self { displayed, stored, orientation, turns, ambiguous })
    }

    /// The size shapes are in before [`Frame::bring`].
    #[must_use]
    pub fn declared(&self) -> Size {
        if self.turns { self.stored } else { self.displayed }
    }

    /// A shape of the file in the displayed frame.
    #[must_use]
    pub fn bring(&self, geometry: Geometry) -> Geometry {
        if self.turns { turned(&geometry, self.stored, self.orientation) } else { geometry }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(width: u32, height: u32, orientation: u8) -> ImageInfo {
        ImageInfo { content_type: "image/jpeg", width, height, orientation }
    }

    #[test]
    fn the_declared_size_decides_the_frame() {
        // Shown 600 x 800, stored 800 x 600.
        let turned = photo(600, 800, 6);
        assert!(!Frame::of(Some(Size { width: 600, height: 800 }), &turned).expect("displayed").turns);
        let stored = Frame::of(Some(Size { width: 800, height: 600 }), &turned).expect("stored");
        assert!(stored.turns && !stored.ambiguous);
        let corner = Geometry::Point { x: 0.0, y: 0.0 };
        assert_eq!(stored.bring(corner), Geometry::Point { x: 600.0, y: 0.0 });
    }

    #[test]
    fn a_size_that_is_neither_is_refused() {
        let reason = Frame::of(Some(Size { width: 10, height: 10 }), &photo(600, 800, 6)).expect_err("mismatch");
        assert_eq!(reason.text, "the file says 10 x 10 pixels, the picture has 600 x 800");
    }

    #[test]
    fn equal_sizes_mean_the_displayed_frame_and_are_marked() {
        for orientation in [2, 3, 4] {
            let frame = Frame::of(Some(Size { width: 6, height: 4 }), &photo(6, 4, orientation)).expect("fits");
            assert!(!frame.turns && frame.ambiguous);
        }
        assert!(!Frame::of(Some(Size { width: 6, height: 4 }), &photo(6, 4, 1)).expect("fits").ambiguous);
    }
}
