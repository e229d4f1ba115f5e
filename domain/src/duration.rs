//! ISO 8601 durations, as exact milliseconds.

/// Longer is a mistake in a workflow, and the sum with any date stays a date.
pub const LONGEST: i64 = 100 * 365 * 86_400_000;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    #[error("{0:?} is not an ISO 8601 duration like PT30M or P1DT12H")]
    Syntax(String),
    #[error("{0:?} counts years or months, which have no fixed length; write days")]
    Calendar(String),
    #[error("{0:?} is negative; nothing happens before it begins")]
    Negative(String),
    #[error("{0:?} is longer than 100 years")]
    TooLong(String),
}

/// Milliseconds of an ISO 8601 duration: weeks, days, hours, minutes, seconds; the last may have a fraction.
///
/// # Errors
/// What is wrong with it.
pub fn parse(text: &str) -> Result<i64, DurationError> {
    let syntax = || DurationError::Syntax(text.to_owned());
    if text.starts_with('-') {
        return Err(DurationError::Negative(text.to_owned()));
    }
    let rest = text.strip_prefix('P').ok_or_else(syntax)?;
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return Err(syntax()),
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };
    let mut parts = parts(date, "YMWD").ok_or_else(syntax)?;
    if parts.iter().any(|(unit, _)| matches!(unit, 'Y' | 'M')) {
        return Err(DurationError::Calendar(text.to_owned()));
    }
    parts.extend(self::parts(time, "HMS").ok_or_else(syntax)?.into_iter().map(|(unit, number)| (unit.to_ascii_lowercase(), number)));
    let (last, before) = parts.split_last().ok_or_else(syntax)?;
    if before.iter().any(|(_, number)| number.contains('.')) {
        return Err(syntax());
    }
    let mut total = 0_f64;
    for (unit, number) in before.iter().chain([last]) {
        let length = match unit {
            'W' => 7.0 * 86_400_000.0,
            'D' => 86_400_000.0,
            'h' => 3_600_000.0,
            'm' => 60_000.0,
            _ => 1_000.0,
        };
        total += number.parse::<f64>().map_err(|_| syntax())? * length;
    }
    #[expect(clippy::cast_precision_loss, reason = "a hundred years are 42 bits")]
    if total > LONGEST as f64 {
        return Err(DurationError::TooLong(text.to_owned()));
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked against LONGEST")]
    Ok(total.round() as i64)
}

/// Numbers with their units, which come in this order and once each. None: something else.
fn parts(text: &str, units: &str) -> Option<Vec<(char, String)>> {
    let mut found = Vec::new();
    let mut number = String::new();
    let mut allowed = units;
    for c in text.chars() {
        match c {
            '0'..='9' => number.push(c),
            '.' | ',' if !number.is_empty() && !number.contains('.') => number.push('.'),
            _ => {
                let at = allowed.find(c)?;
                allowed = &allowed[at + 1..];
                if number.is_empty() || number.ends_with('.') {
                    return None;
                }
                found.push((c, std::mem::take(&mut number)));
            }
        }
    }
    number.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_exact_milliseconds() {
        for (text, expected) in [
            ("PT30M", 1_800_000),
            ("P1DT12H", 129_600_000),
            ("P2W", 1_209_600_000),
            ("P7D", 604_800_000),
            ("PT0S", 0),
            ("PT1.5S", 1_500),
            ("PT0,25H", 900_000),
            ("PT1H30M15.001S", 5_415_001),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused_with_its_reason() {
        for text in ["", "P", "PT", "30M", "PT30", "PTM", "P1H", "PT1D", "PT1M1H", "PT1.5M1S", "PT1.S", "pt1s", "P1D ", "PT1H1H"] {
            assert_eq!(parse(text), Err(DurationError::Syntax(text.into())), "{text}");
        }
        assert_eq!(parse("-PT5M"), Err(DurationError::Negative("-PT5M".into())));
        assert_eq!(parse("P1M"), Err(DurationError::Calendar("P1M".into())));
        assert_eq!(parse("P99999999D"), Err(DurationError::TooLong("P99999999D".into())));
    }
}
