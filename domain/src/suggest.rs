//! "Did you mean": the known name that is nearest to a misspelt one.

/// The nearest of `known`, if it is near enough to be what was meant: a third of the letters wrong at most. Case is free.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    /// Longer names are not compared: it would cost more than it tells.
    const LONGEST: usize = 64;
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    if wanted.is_empty() || wanted.len() > LONGEST {
        return None;
    }
    let distance = |known: &'k str| {
        let other: Vec<char> = known.to_lowercase().chars().take(LONGEST + 1).collect();
        (distance(&wanted, &other), known)
    };
    let (edits, found) = known.into_iter().map(distance).min_by_key(|(edits, _)| *edits)?;
    (edits <= wanted.len().div_ceil(3).min(4) && edits < wanted.len()).then_some(found)
}

/// `; did you mean X?`, or nothing.
pub fn hint(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean {name}?"))
}

/// Letters inserted, left out, changed or swapped with their neighbour (optimal string alignment, the restricted Damerau-Levenshtein distance).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_far_ones_are_not() {
        let known = ["TextArea", "TextInput", "TextDisplay", "Select"];
        assert_eq!(nearest("TextDisplya", known), Some("TextDisplay"), "two letters swapped are one edit");
        assert_eq!(nearest("textarea", known), Some("TextArea"), "case alone");
        assert_eq!(nearest("Selct", known), Some("Select"));
        assert_eq!(nearest("Marquee", known), None);
        assert_eq!(nearest("x", ["y"]), None, "nothing of it is right");
        assert_eq!(nearest("", known), None);
    }

    #[test]
    fn the_distance_is_the_published_one() {
        let distance = |a: &str, b: &str| distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>());
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("ca", "abc"), 3, "the restricted distance does not edit what it swapped");
        assert_eq!(distance("", "abc"), 3);
    }
}
