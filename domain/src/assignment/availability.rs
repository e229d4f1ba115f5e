//! When somebody works, by the clock on their wall.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Timelike, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// ```json
/// {
///   "time_zone": "Europe/Berlin",
///   "hours": {"mon": [{"from": "09:00", "to": "12:00"}, {"from": "13:00", "to": "17:00"}], "fri": [{"from": "22:00", "to": "06:00"}]},
///   "daily_capacity": 40,
///   "days_off": ["2026-12-24"]
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Availability {
    /// An IANA name.
    pub time_zone: Tz,
    /// By the weekday on which a shift begins. None at all: any time; a weekday that is not named is free.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "weekdays")]
    pub hours: BTreeMap<u8, Vec<Shift>>,
    /// Tasks in a day of this time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_capacity: Option<u32>,
    /// Days on which no shift begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days_off: Vec<NaiveDate>,
}

/// From, up to but not at. One that ends no later than it begins goes past midnight; from 00:00 to 00:00 is a whole day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    #[serde(with = "minutes")]
    pub from: NaiveTime,
    #[serde(with = "minutes")]
    pub to: NaiveTime,
}

/// Why somebody is not working.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Away {
    /// This date.
    DayOff(NaiveDate),
    /// What the hours of this weekday are, e.g. `Mon 09:00-17:00` or `Sun free`.
    OutsideHours(String),
}

impl Availability {
    /// The person's date, which the tasks of a day are counted by.
    #[must_use]
    pub fn day(&self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.time_zone).date_naive()
    }

    pub(super) fn away(&self, now: DateTime<Utc>) -> Option<Away> {
        let local = now.with_timezone(&self.time_zone).naive_local();
        let (today, time) = (local.date(), local.time());
        // A night shift of yesterday is worked to its end, whatever today is.
        let from_yesterday = today.checked_sub_days(Days::new(1)).is_some_and(|yesterday| {
            let shifts = self.shifts(yesterday);
            !self.days_off.contains(&yesterday) && shifts.iter().any(|shift| shift.is_overnight() && time < shift.to)
        });
        if from_yesterday {
            return None;
        }
        if self.days_off.contains(&today) {
            return Some(Away::DayOff(today));
        }
        let begins_today = |shift: &Shift| time >= shift.from && (shift.is_overnight() || time < shift.to);
        if self.hours.is_empty() || self.shifts(today).iter().any(begins_today) {
            return None;
        }
        Some(Away::OutsideHours(self.describe(today.weekday())))
    }

    fn shifts(&self, day: NaiveDate) -> &[Shift] {
        self.hours.get(&number(day.weekday())).map_or(&[], Vec::as_slice)
    }

    fn describe(&self, day: Weekday) -> String {
        let shifts: Vec<String> = self.hours.get(&number(day)).into_iter().flatten().map(ToString::to_string).collect();
        if shifts.is_empty() { format!("{day} free") } else { format!("{day} {}", shifts.join(", ")) }
    }
}

impl Shift {
    fn is_overnight(self) -> bool {
        self.to <= self.from
    }
}

impl std::fmt::Display for Shift {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.from.hour(), self.from.minute(), self.to.hour(), self.to.minute())
    }
}

/// Monday is 0: `Weekday` has no order.
fn number(day: Weekday) -> u8 {
    u8::try_from(day.num_days_from_monday()).unwrap_or_default()
}

mod weekdays {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer, de::Error, ser::SerializeMap};

    use super::Shift;

    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    pub fn serialize<S: Serializer>(hours: &BTreeMap<u8, Vec<Shift>>, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(hours.len()))?;
        for (day, shifts) in hours {
            map.serialize_entry(NAMES.get(usize::from(*day)).copied().unwrap_or_default(), shifts)?;
        }
        map.end()
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<u8, Vec<Shift>>, D::Error> {
        let named = BTreeMap::<String, Vec<Shift>>::deserialize(deserializer)?;
        let numbered = named.into_iter().map(|(name, shifts)| match (0_u8..).zip(NAMES).find(|(_, known)| *known == name) {
            Some((day, _)) => Ok((day, shifts)),
            None => Err(D::Error::custom(format!("{name:?} is not a weekday; there is {}", NAMES.join(", ")))),
        });
        numbered.collect()
    }
}

mod minutes {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(time: &NaiveTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&time.format("%H:%M"))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        let text = if text == "24:00" { "00:00" } else { &text };
        NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| D::Error::custom(format!("{text:?} is not a time like 09:00")))
    }
}
