//! Krippendorff's alpha for nominal data, from the coincidence matrix. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), section C.

use std::collections::BTreeMap;

/// `units[u]`: the values that observers gave unit u; who gave none is not in it. Units with fewer than two values cannot be paired and do not count.
///
/// Alpha is 1 when all pairs agree, also where nothing varies (the formula is then 0/0, and disagreement was never seen); 0 is chance.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of values")]
pub fn nominal_alpha<T: Ord>(units: &[Vec<T>]) -> f64 {
    let mut totals: BTreeMap<&T, f64> = BTreeMap::new();
    let mut n = 0.0;
    let mut agreeing = 0.0;
    for unit in units.iter().filter(|unit| unit.len() > 1) {
        let mut counts: BTreeMap<&T, f64> = BTreeMap::new();
        unit.iter().for_each(|value| *counts.entry(value).or_default() += 1.0);
        let m = unit.len() as f64;
        n += m;
        // o_cc: pairs of equal values, each observer with every other, over m - 1.
        agreeing += counts.values().map(|count| count * (count - 1.0)).sum::<f64>() / (m - 1.0);
        counts.into_iter().for_each(|(value, count)| *totals.entry(value).or_default() += count);
    }
    let expected = totals.values().map(|total| total * (total - 1.0)).sum::<f64>();
    let (observed, expected) = (n - agreeing, n * (n - 1.0) - expected);
    if observed == 0.0 { 1.0 } else { 1.0 - (n - 1.0) * observed / expected }
}
