//! Run-length masks in COCO's manner: pixels column by column (top to bottom, then left to right), runs alternating between
//! outside and inside, the first one outside and possibly 0 long.
//!
//! The compressed text form is that of pycocotools' `maskApi.c` (`rleToString`, `rleFrString`): each run (from the fourth on as the
//! difference to the run two before) in groups of five bits, low first, a continuation bit, and 48 added to be printable.

use super::{Rect, Size};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MaskError {
    #[error("runs cover {covered} pixels, the mask has {expected}")]
    Total { covered: u64, expected: u64 },
    #[error("character {0:?} is not part of a compressed mask")]
    Character(char),
    #[error("the compressed mask ends inside a number")]
    CutOff,
    #[error("run {0} is negative or too large")]
    Run(usize),
}

/// Pixels inside.
#[must_use]
pub fn area(counts: &[u32]) -> u64 {
    counts.iter().skip(1).step_by(2).map(|c| u64::from(*c)).sum()
}

/// Checks that the runs cover the mask exactly.
///
/// # Errors
/// [`MaskError::Total`]
pub fn check(size: Size, counts: &[u32]) -> Result<(), MaskError> {
    let covered = counts.iter().map(|c| u64::from(*c)).sum();
    if covered == size.pixels() { Ok(()) } else { Err(MaskError::Total { covered, expected: size.pixels() }) }
}

/// The box around the pixels inside, in pixel edges; `None` when there are none.
#[must_use]
pub fn bounds(size: Size, counts: &[u32]) -> Option<Rect> {
    let height = u64::from(size.height).max(1);
    let (mut x0, mut y0, mut x1, mut y1) = (u64::MAX, u64::MAX, 0, 0);
    for (start, end) in inside(counts) {
        let (first, last) = (start / height, (end - 1) / height);
        x0 = x0.min(first);
        x1 = x1.max(last + 1);
        if first == last {
            y0 = y0.min(start % height);
            y1 = y1.max((end - 1) % height + 1);
        } else {
            // A run over a column's edge touches the bottom and the next top.
            y0 = 0;
            y1 = height;
        }
    }
    (x0 < x1).then(|| Rect::from_corners(x0 as f64, y0 as f64, x1 as f64, y1 as f64))
}

/// Non-empty runs of pixels inside, as half-open ranges of column-major positions.
fn inside(counts: &[u32]) -> impl Iterator<Item = (u64, u64)> {
    let mut at = 0;
    counts.iter().enumerate().filter_map(move |(i, count)| {
        let start = at;
        at += u64::from(*count);
        (i % 2 == 1 && *count > 0).then_some((start, at))
    })
}

/// Runs of a mask given pixel by pixel in row-major order.
#[must_use]
pub fn encode(size: Size, row_major: &[bool]) -> Vec<u32> {
    let (width, height) = (size.width as usize, size.height as usize);
    let column_major = (0..width).flat_map(|x| (0..height).map(move |y| row_major.get(y * width + x).copied().unwrap_or(false)));
    runs(column_major)
}

/// The pixels of a mask in row-major order. The caller has checked the total and bounded the size.
#[must_use]
pub fn decode(size: Size, counts: &[u32]) -> Vec<bool> {
    let (width, height) = (size.width as usize, size.height as usize);
    let mut pixels = vec![false; width * height];
    for (start, end) in inside(counts) {
        for at in start as usize..(end as usize).min(pixels.len()) {
            pixels[(at % height) * width + at / height] = true;
        }
    }
    pixels
}

fn runs(column_major: impl Iterator<Item = bool>) -> Vec<u32> {
    let mut counts = vec![0];
    let mut current = false;
    for pixel in column_major {
        if pixel != current {
            counts.push(0);
            current = pixel;
        }
        if let Some(last) = counts.last_mut() {
            *last += 1;
        }
    }
    counts
}

/// Reads the compressed text form.
///
/// # Errors
/// [`MaskError`] for characters outside the alphabet, a number cut off, or runs that are no lengths.
pub fn from_compressed(text: &str) -> Result<Vec<u32>, MaskError> {
    let mut counts: Vec<u32> = Vec::new();
    let mut bytes = text.bytes().peekable();
    while bytes.peek().is_some() {
        let value = number(&mut bytes, counts.len())?;
        // From the fourth run on, differences to the run two before: neighbouring columns look alike.
        let base = if counts.len() > 2 { i64::from(counts[counts.len() - 2]) } else { 0 };
        counts.push(u32::try_from(base + value).map_err(|_| MaskError::Run(counts.len()))?);
    }
    Ok(counts)
}

fn number(bytes: &mut impl Iterator<Item = u8>, run: usize) -> Result<i64, MaskError> {
    let mut value = 0_i64;
    let mut shift = 0;
    loop {
        let byte = bytes.next().ok_or(MaskError::CutOff)?;
        let group = byte.checked_sub(48).filter(|g| *g < 64).ok_or(MaskError::Character(char::from(byte)))?;
        // 2^32 pixels need seven groups; more is an attack or damage.
        if shift > 30 {
            return Err(MaskError::Run(run));
        }
        value |= i64::from(group & 0x1f) << shift;
        shift += 5;
        if group & 0x20 == 0 {
            if group & 0x10 != 0 {
                value |= -1_i64 << shift;
            }
            return Ok(value);
        }
    }
}

/// Writes the compressed text form.
#[must_use]
pub fn to_compressed(counts: &[u32]) -> String {
    let mut text = String::new();
    for (i, count) in counts.iter().enumerate() {
        let mut value = i64::from(*count);
        if i > 2 {
            value -= i64::from(counts[i - 2]);
        }
        loop {
            let group = (value & 0x1f) as u8;
            value >>= 5;
            let more = if group & 0x10 != 0 { value != -1 } else { value != 0 };
            text.push(char::from(48 + group + if more { 0x20 } else { 0 }));
            if !more {
                break;
            }
        }
    }
    text
}
