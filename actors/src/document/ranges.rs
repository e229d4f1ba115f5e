//! Ranges of clocks.

use std::ops::Range;

/// In order, none touching another.
pub(super) fn united<T: Ord + Copy>(mut ranges: Vec<Range<T>>) -> Vec<Range<T>> {
    ranges.sort_unstable_by_key(|range| range.start);
    let mut out: Vec<Range<T>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_overlaps_or_touches_is_one() {
        assert_eq!(united(vec![5..7, 0..2, 2..3, 6..9, 20..21]), [0..3, 5..9, 20..21]);
        assert_eq!(united(Vec::<Range<u32>>::new()), []);
    }
}
