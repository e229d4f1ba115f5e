//! JSON Lines of our own regions: one line per task, complete and exact, for people who script. The same JSON for regions as in the API.

use std::io::{self, BufRead, Read as _, Write};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tandem_protocol::{
    UserId,
    rest::{AnnotationSource, AnnotationStatus, Region, TaskStatus},
};

use super::{FileProblem, Reason, record};
use crate::geometry::Size;

/// A longer line is no task: fifty times the largest annotation that passes validation in practice.
const MAX_LINE: u64 = 256 * 1024 * 1024;

/// One task with its newest annotation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The task's external id, else its file name.
    pub file_name: String,
    /// Pixels as displayed; region coordinates live in this frame.
    #[serde(default)]
    pub width: Option<u32>,
    #[serde(default)]
    pub height: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<TaskStatus>,
    #[serde(default)]
    pub annotation: Option<LineAnnotation>,
    #[serde(default)]
    pub regions: Vec<Region>,
    /// The answer besides the regions, where a layout asks for one. Written by exports; imports leave it aside, because only a task's layout says how it
    /// becomes fields that people can go on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Map<String, Value>>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub input: Map<String, Value>,
}

/// Where the regions come from; absent when nobody has annotated the task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineAnnotation {
    pub version: i32,
    pub source: AnnotationSource,
    pub status: AnnotationStatus,
    #[serde(default)]
    pub user_id: Option<UserId>,
    #[serde(default)]
    pub submitted_at: Option<DateTime<Utc>>,
}

impl Line {
    #[must_use]
    pub fn declared(&self) -> Option<Size> {
        Some(Size { width: self.width?, height: self.height? })
    }
}

/// # Errors
/// What `out` says.
pub fn write(out: &mut impl Write, line: &Line) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Gives every line to `take`: its number (from 1) and what it holds, or why it is no task.
///
/// # Errors
/// A line that is no JSON refuses the whole file, since a broken line means a broken or cut-off file.
pub fn read<R: BufRead, E: From<FileProblem>>(
    mut reader: R,
    mut take: impl FnMut(u64, Result<Line, Reason>) -> Result<(), E>,
) -> Result<(), E> {
    let mut bytes = Vec::new();
    let mut number = 0;
    loop {
        bytes.clear();
        let count = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut bytes).map_err(FileProblem::Unreadable)?;
        if count == 0 {
            return if number == 0 { Err(FileProblem::Empty.into()) } else { Ok(()) };
        }
        number += 1;
        let text = std::str::from_utf8(&bytes).map_err(|e| syntax(number, e.valid_up_to() + 1, "the line is no UTF-8 text"))?;
        let text = text.trim_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
        if text.is_empty() {
            continue;
        }
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
            let why = super::without_place(&error.to_string());
            return Err(syntax(number, error.column(), &why).into());
        }
        take(number, record(text))?;
    }
}

fn syntax(line: u64, column: usize, message: &str) -> FileProblem {
    FileProblem::Syntax { line: usize::try_from(line).unwrap_or(usize::MAX), column, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn lines(text: &str) -> Result<Vec<Result<Line, Reason>>, FileProblem> {
        let mut lines = Vec::new();
        read(text.as_bytes(), |_, line| {
            lines.push(line);
            Ok::<_, FileProblem>(())
        })?;
        Ok(lines)
    }

    fn line() -> Line {
        serde_json::from_value(json!({
            "file_name": "a/b.jpg", "width": 3, "height": 4, "status": "completed",
            "annotation": {"version": 2, "source": "human", "status": "submitted", "user_id": UserId::new(), "submitted_at": "2026-01-02T03:04:05.678Z"},
            "regions": [{"id": tandem_protocol::RegionId::new(), "label": "x", "geometry": {"kind": "box", "x": 0.1, "y": 1e-9, "width": 250.8142292490119, "height": 2},
                "attributes": {"deep": [1, {"a": null}]}, "author": UserId::new(), "z": -3}],
            "input": {"flags": {"cat": true}},
        }))
        .expect("a line")
    }

    #[test]
    fn lines_come_back_to_the_last_bit() {
        let mut out = Vec::new();
        for _ in 0..3 {
            write(&mut out, &line()).expect("writes");
        }
        let text = String::from_utf8(out).expect("text");
        let again = lines(&format!("\u{feff}{text}\r\n\n")).expect("reads");
        assert_eq!(again.len(), 3);
        let mut first = again[0].clone().expect("a line");
        let mut expected = line();
        // Ids are made anew by every call of `line`.
        expected.regions[0].id = first.regions[0].id;
        expected.regions[0].author = first.regions[0].author;
        expected.annotation.as_mut().expect("there").user_id = first.annotation.as_mut().expect("there").user_id;
        assert_eq!(first, expected);
    }

    #[test]
    fn a_line_of_wrong_types_is_refused_alone_and_a_broken_line_refuses_the_file() {
        let good = r#"{"file_name": "a"}"#;
        let mixed = lines(&format!("{good}\n{{\"file_name\": 3}}\n{good}")).expect("reads");
        let reason = mixed[1].clone().expect_err("wrong");
        assert_eq!((mixed.len(), reason.text.as_str()), (3, "file_name: invalid type: integer `3`, expected a string"));
        assert_eq!(
            lines(&format!("{good}\n{{\"file_name\": \n{good}")).expect_err("broken").to_string(),
            "broken JSON at line 2, column 13: EOF while parsing a value"
        );
        assert_eq!(lines("").expect_err("empty").to_string(), "the file is empty");
    }
}
