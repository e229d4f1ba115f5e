//! `tandem config`: every setting, its value and where it came from.

use std::fmt::Write as _;

use url::Url;

use super::{Line, Loaded, Origin, Secrecy};

/// The table that `tandem config` prints. Secrets are masked.
#[must_use]
pub fn table(loaded: &Loaded) -> String {
    let rows: Vec<(&str, String, String)> = loaded.lines.iter().map(|line| (line.setting.key, shown(line), origin(line))).collect();
    let widest = |f: fn(&(&str, String, String)) -> usize| rows.iter().map(f).max().unwrap_or(0);
    let (keys, values) = (widest(|r| r.0.len()), widest(|r| r.1.chars().count()).min(48));
    let mut page = String::new();
    for (key, value, origin) in &rows {
        // Writing to a String cannot fail.
        let _ = writeln!(page, "{key:keys$}  {value:values$}  {origin}");
    }
    for name in &loaded.unknown_variables {
        let _ = writeln!(page, "\n{name} is set in the environment but is no setting of Tandem.");
    }
    page
}

fn origin(line: &Line) -> String {
    match (&line.origin, line.setting.unset) {
        (Origin::Unset, _) => format!("not set ({})", line.setting.env),
        (origin, _) => origin.to_string(),
    }
}

fn shown(line: &Line) -> String {
    match (&line.value, line.setting.secrecy) {
        (None, _) => format!("({})", line.setting.unset),
        (Some(value), Secrecy::Open) => value.replace('\n', "\\n"),
        (Some(value), Secrecy::Url) => without_password(value),
        (Some(_), Secrecy::Secret) => "********".into(),
    }
}

fn without_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return "********".into() };
    if url.password().is_some() && url.set_password(Some("********")).is_err() {
        return "********".into();
    }
    // libpq also takes the password as a parameter.
    if url.query_pairs().any(|(name, _)| name == "password") {
        url.set_query(Some("********"));
    }
    url.to_string()
}
