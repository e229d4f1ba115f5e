//! Rules of request bodies that types cannot hold: lengths, ranges, uniqueness. Every broken rule is reported, not only the first.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use tandem_protocol::{
    FieldError,
    rest::{
        AddNote, AssignTasks, ChangePreferences, CreateAsset, CreateBatch, CreateJobFile, CreateModel, CreateProject, CreateTasks,
        DecideReview, ExportTasks, LabelDef, LabelSchema, MemberProfile, NewPrediction, NewTask, Preferences, ReadNotifications,
        ReviewDecision, SetPriority, SkipTask, SteerTask, SubmitTask, TellOfComment, UpdateProject,
    },
};

use super::problem::Refusal;

pub const LABELS: usize = 1_000;
pub const TASKS: usize = 1_000;
pub const KEYPOINTS: usize = 500;
/// JSON bytes of a task's input.
pub const TASK_INPUT: usize = 256 * 1024;
/// Bytes of an image.
pub const ASSET_SIZE: u64 = 100 * 1024 * 1024;
/// Bytes of an archive: what S3 takes in one PUT.
const ARCHIVE_SIZE: u64 = 5 << 30;
/// Whose priority is changed in one call, or which are exported or given to people in one.
const REORDERED: usize = 500;
/// People whom tasks are given to in one call.
const GIVEN_TO: usize = 20;
/// A day without a break.
const TIME_SPENT_MS: i64 = 24 * 60 * 60 * 1000;

/// People told of one comment.
const TOLD: usize = 50;
/// Notifications read in one call.
const READ: usize = 200;

/// Bytes of somebody's preferences.
const PREFERENCES: usize = 32 * 1024;

/// Collects broken rules.
#[derive(Default)]
struct Rules(Vec<FieldError>);

impl Rules {
    fn broken(&mut self, field: impl Into<String>, rule: &str, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), rule: rule.to_owned(), message: message.into() });
    }

    /// Characters, not bytes; a field that must be there must not be blank either.
    fn length(&mut self, field: &str, text: &str, least: usize, most: usize) {
        let length = text.chars().count();
        if length < least || (least > 0 && text.trim().is_empty()) {
            self.broken(field, "min_length", format!("must have at least {least} character that is no space"));
        } else if length > most {
            self.broken(field, "max_length", format!("must have at most {most} characters; it has {length}"));
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            self.broken(field, "characters", "must not have control characters");
        }
    }

    fn range<N: PartialOrd + std::fmt::Display>(&mut self, field: &str, value: N, least: N, most: N) {
        if value < least || value > most {
            self.broken(field, "range", format!("must be {least} to {most}; it is {value}"));
        }
    }

    fn items(&mut self, field: &str, count: usize, least: usize, most: usize) {
        if count < least || count > most {
            self.broken(field, "items", format!("must have {least} to {most} items; it has {count}"));
        }
    }

    fn finish(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::invalid(self.0)) }
    }
}

pub fn create_project(body: &CreateProject) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    project_fields(&mut rules, Some(&body.name), Some(&body.description), body.lease_seconds, Some(&body.label_schema));
    rules.finish()
}

pub fn update_project(body: &UpdateProject) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    project_fields(&mut rules, body.name.as_deref(), body.description.as_deref(), body.lease_seconds, body.label_schema.as_ref());
    rules.finish()
}

fn project_fields(
    rules: &mut Rules,
    name: Option<&str>,
    description: Option<&str>,
    lease_seconds: Option<u32>,
    labels: Option<&LabelSchema>,
) {
    if let Some(name) = name {
        rules.length("name", name, 1, 200);
    }
    if let Some(description) = description {
        rules.length("description", description, 0, 10_000);
    }
    if let Some(seconds) = lease_seconds {
        rules.range("lease_seconds", seconds, 30, 86_400);
    }
    if let Some(schema) = labels {
        label_schema(rules, schema);
    }
}

fn label_schema(rules: &mut Rules, schema: &LabelSchema) {
    rules.items("label_schema.labels", schema.labels.len(), 0, LABELS);
    let (mut names, mut hotkeys) = (HashSet::new(), HashSet::new());
    for (index, label) in schema.labels.iter().enumerate().take(LABELS) {
        let at = format!("label_schema.labels[{index}]");
        label_fields(rules, &at, label);
        if !names.insert(label.name.as_str()) {
            rules.broken(format!("{at}.name"), "unique", format!("an earlier label has the name \"{}\"", label.name));
        }
        if let Some(key) = &label.hotkey
            && !hotkeys.insert(key.to_lowercase())
        {
            rules.broken(format!("{at}.hotkey"), "unique", format!("an earlier label has the key \"{key}\""));
        }
    }
}

fn label_fields(rules: &mut Rules, at: &str, label: &LabelDef) {
    rules.length(&format!("{at}.name"), &label.name, 1, 100);
    if !is_color(&label.color) {
        rules.broken(format!("{at}.color"), "pattern", "must be #rrggbb");
    }
    if let Some(key) = &label.hotkey {
        hotkey(rules, &format!("{at}.hotkey"), key);
    }
    if label.kinds.iter().collect::<HashSet<_>>().len() != label.kinds.len() {
        rules.broken(format!("{at}.kinds"), "unique", "must not name a kind twice");
    }
    if let Some(supercategory) = &label.supercategory {
        rules.length(&format!("{at}.supercategory"), supercategory, 0, 100);
    }
    skeleton(rules, at, label);
}

/// One key of the keyboard, without modifiers: what a person can press while the other hand draws.
fn hotkey(rules: &mut Rules, field: &str, key: &str) {
    let mut characters = key.chars();
    match (characters.next(), characters.next()) {
        (Some(one), None) if !one.is_whitespace() && !one.is_control() => {}
        _ => rules.broken(
            field,
            "single_key",
            format!("must be one key, such as 1 or k; it is \"{}\"", key.chars().take(20).collect::<String>()),
        ),
    }
}

fn skeleton(rules: &mut Rules, at: &str, label: &LabelDef) {
    rules.items(&format!("{at}.keypoints"), label.keypoints.len(), 0, KEYPOINTS);
    let mut names = HashSet::new();
    for (index, name) in label.keypoints.iter().enumerate().take(KEYPOINTS) {
        let field = format!("{at}.keypoints[{index}]");
        rules.length(&field, name, 1, 100);
        if !names.insert(name.as_str()) {
            rules.broken(field, "unique", format!("an earlier keypoint has the name \"{name}\""));
        }
    }
    rules.items(&format!("{at}.skeleton"), label.skeleton.len(), 0, KEYPOINTS * 4);
    joints(rules, &format!("{at}.skeleton"), &label.skeleton[..label.skeleton.len().min(KEYPOINTS * 4)], label.keypoints.len());
    let pairs = &label.symmetry[..label.symmetry.len().min(KEYPOINTS)];
    joints(rules, &format!("{at}.symmetry"), pairs, label.keypoints.len());
    let mut paired = HashSet::new();
    for (index, pair) in pairs.iter().enumerate() {
        // Of a point that is paired with itself it is told already.
        if pair[0] != pair[1] && !pair.iter().all(|end| paired.insert(*end)) {
            rules.broken(format!("{at}.symmetry[{index}]"), "unique", "a point has one mirror image at most");
        }
    }
    rules.items(&format!("{at}.symmetry"), label.symmetry.len(), 0, KEYPOINTS);
}

/// Each joins two different ones of so many points.
fn joints(rules: &mut Rules, at: &str, pairs: &[[u32; 2]], many: usize) {
    for (index, [from, to]) in pairs.iter().enumerate() {
        let outside = |end: &u32| usize::try_from(*end).map_or(true, |end| end >= many);
        if from == to || outside(from) || outside(to) {
            let message = format!("must join two different keypoints by their places, 0 to {}", many.saturating_sub(1));
            rules.broken(format!("{at}[{index}]"), "range", message);
        }
    }
}

pub fn is_color(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit())
}

/// A draft may have mistakes; what cannot be kept is refused. `most`: bytes of markup.
pub fn layout(name: Option<&str>, source: &str, most: usize) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    if let Some(name) = name {
        rules.length("name", name, 1, 200);
    }
    if source.len() > most {
        rules.broken("source", "max_length", format!("must have at most {most} bytes; it has {}", source.len()));
    }
    // Postgres keeps no U+0000.
    if source.contains('\0') {
        rules.broken("source", "characters", "must not have the character U+0000");
    }
    rules.finish()
}

pub fn create_batch(body: &CreateBatch) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.length("name", &body.name, 1, 200);
    rules.length("description", &body.description, 0, 10_000);
    if let Some(priority) = body.priority {
        rules.range("priority", priority, 1, 10);
    }
    rules.finish()
}

pub fn create_asset(body: &CreateAsset) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.length("filename", &body.filename, 1, 255);
    if body.filename.contains(['/', '\\']) {
        rules.broken("filename", "characters", "must be a name without folders");
    }
    if !is_media_type(&body.content_type) {
        rules.broken("content_type", "format", "must be a media type, such as image/jpeg");
    }
    rules.range("size", body.size, 0, ASSET_SIZE);
    rules.finish()
}

pub fn create_job_file(body: &CreateJobFile) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.length("filename", &body.filename, 1, 255);
    if body.filename.contains(['/', '\\']) {
        rules.broken("filename", "characters", "must be a name without folders");
    }
    if !body.filename.to_ascii_lowercase().ends_with(".zip") {
        rules.broken("filename", "format", "must be a ZIP archive, whose name ends with .zip");
    }
    rules.range("size", body.size, 1, ARCHIVE_SIZE);
    rules.finish()
}

/// `most`: bytes of one file.
pub fn create_model(body: &CreateModel, most: u64) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.length("name", &body.name, 1, 100);
    rules.range("encoder.size", body.encoder.size, 1, most);
    rules.range("decoder.size", body.decoder.size, 1, most);
    rules.finish()
}

/// `type/subtype` of plain tokens: it becomes part of a signed request.
fn is_media_type(text: &str) -> bool {
    let token = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&b));
    text.len() <= 100 && text.split_once('/').is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

pub fn create_tasks(body: &CreateTasks) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.items("tasks", body.tasks.len(), 1, TASKS);
    let mut names = HashSet::new();
    for (index, task) in body.tasks.iter().enumerate().take(TASKS) {
        let at = format!("tasks[{index}]");
        task_fields(&mut rules, &at, task);
        if let Some(name) = &task.external_id
            && !names.insert(name.as_str())
        {
            rules.broken(format!("{at}.external_id"), "unique", format!("an earlier task has the external id \"{name}\""));
        }
    }
    rules.finish()
}

fn task_fields(rules: &mut Rules, at: &str, task: &NewTask) {
    if let Some(name) = &task.external_id {
        rules.length(&format!("{at}.external_id"), name, 1, 255);
    }
    if let Some(priority) = task.priority {
        rules.range(&format!("{at}.priority"), priority, 1, 10);
    }
    if let Some(input) = &task.input {
        if !input.is_object() {
            rules.broken(format!("{at}.input"), "type", "must be a JSON object");
        } else if input.to_string().len() > TASK_INPUT {
            rules.broken(format!("{at}.input"), "max_length", format!("must be at most {TASK_INPUT} bytes of JSON"));
        }
    }
}

pub fn skip_task(body: &SkipTask) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    if let Some(reason) = &body.reason {
        rules.length("reason", reason, 1, 500);
    }
    rules.finish()
}

pub fn submit_task(body: &SubmitTask) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    if let Some(spent) = body.time_spent_ms {
        rules.range("time_spent_ms", spent, 0, TIME_SPENT_MS);
    }
    rules.finish()
}

/// Items of a page: what was asked for, or fifty.
pub fn page_limit(asked: Option<u32>) -> Result<u32, Refusal> {
    let limit = asked.unwrap_or(50);
    let mut rules = Rules::default();
    rules.range("limit", limit, 1, 200);
    rules.finish().map(|()| limit)
}

/// How many tasks to look ahead.
pub fn look_ahead(asked: Option<usize>) -> Result<usize, Refusal> {
    let limit = asked.unwrap_or(2);
    let mut rules = Rules::default();
    rules.range("limit", limit, 1, 10);
    rules.finish().map(|()| limit)
}

pub fn search(prefix: Option<&str>) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    if let Some(prefix) = prefix {
        rules.length("q", prefix, 1, 255);
    }
    rules.finish()
}

/// A span of time: from, and before.
pub fn span(since: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> Result<(), Refusal> {
    match (since, until) {
        (Some(since), Some(until)) if until <= since => Err(Refusal::field("until", "range", "must be later than since")),
        _ => Ok(()),
    }
}

pub fn idempotency_key(key: &str) -> Result<(), Refusal> {
    let visible = (1..=200).contains(&key.len()) && key.bytes().all(|byte| (0x21..=0x7e).contains(&byte));
    if visible { Ok(()) } else { Err(Refusal::field("Idempotency-Key", "format", "must be 1 to 200 visible ASCII characters")) }
}

/// A reason that somebody else will read.
pub fn reason(field: &str, reason: Option<&str>, must: bool) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    match reason {
        Some(reason) => rules.length(field, reason, 1, 500),
        None if must => rules.broken(field, "required", "must be given: whoever it concerns is told"),
        None => {}
    }
    rules.finish()
}

pub fn decide_review(body: &DecideReview) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    match &body.reason {
        Some(reason) => rules.length("reason", reason, 1, 2_000),
        None if body.decision != ReviewDecision::Approve => {
            rules.broken("reason", "required", "must say what is wrong, for whoever mends it")
        }
        None => {}
    }
    if let Some(time) = body.time_spent_ms {
        rules.range("time_spent_ms", time, 0, TIME_SPENT_MS);
    }
    rules.finish()
}

pub fn steer_task(body: &SteerTask) -> Result<(), Refusal> {
    let (SteerTask::Hold { reason: why }
    | SteerTask::Resume { reason: why }
    | SteerTask::Complete { reason: why }
    | SteerTask::Archive { reason: why }
    | SteerTask::Reset { reason: why, .. }
    | SteerTask::Reopen { reason: why, .. }
    | SteerTask::Resolve { reason: why, .. }
    | SteerTask::Finish { reason: why, .. }
    | SteerTask::Undo { reason: why }) = body;
    reason("reason", Some(why), true)
}

pub fn note(body: &AddNote) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.length("text", &body.text, 1, 4_000);
    rules.finish()
}

pub fn export_tasks(body: &ExportTasks) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.items("task_ids", body.task_ids.len(), 1, REORDERED);
    rules.finish()
}

pub fn assign_tasks(body: &AssignTasks) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.items("task_ids", body.task_ids.len(), 1, REORDERED);
    rules.items("user_ids", body.user_ids.len(), 1, GIVEN_TO);
    let (mut tasks, mut people) = (HashSet::new(), HashSet::new());
    if let Some(twice) = body.task_ids.iter().position(|task| !tasks.insert(task)) {
        rules.broken(format!("task_ids[{twice}]"), "unique", "is there twice");
    }
    if let Some(twice) = body.user_ids.iter().position(|user| !people.insert(user)) {
        rules.broken(format!("user_ids[{twice}]"), "unique", "is there twice");
    }
    rules.finish()?;
    reason("reason", body.reason.as_deref(), body.force)
}

pub fn set_priority(body: &SetPriority) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.items("task_ids", body.task_ids.len(), 1, REORDERED);
    rules.range("priority", body.priority, 1, 10);
    if let Some(reason) = &body.reason {
        rules.length("reason", reason, 1, 500);
    }
    rules.finish()
}

/// What the project's labels and images have a say in is checked where those are known.
pub fn predictions(body: &[NewPrediction]) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.items("predictions", body.len(), 1, TASKS);
    for (index, prediction) in body.iter().enumerate().take(TASKS) {
        let at = format!("predictions[{index}]");
        let named = [prediction.task_id.is_some(), prediction.external_id.is_some(), prediction.filename.is_some()];
        if named.into_iter().filter(|is| *is).count() != 1 {
            rules.broken(at.clone(), "one_of", "must have one of task_id, external_id and filename");
        }
        rules.length(&format!("{at}.source"), &prediction.source, 1, 200);
        for (place, region) in prediction.regions.iter().enumerate() {
            if let Some(score) = region.score {
                rules.range(&format!("{at}.regions[{place}].score"), score, 0.0, 1.0);
            }
        }
    }
    rules.finish()
}

pub fn profile(body: &MemberProfile) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.items("skills", body.skills.len(), 0, 200);
    rules.items("teams", body.teams.len(), 0, 50);
    let mut seen = HashSet::new();
    for (index, skill) in body.skills.iter().enumerate() {
        rules.length(&format!("skills[{index}].name"), &skill.name, 1, 100);
        if !seen.insert(&skill.name) {
            rules.broken(format!("skills[{index}].name"), "unique", "is there twice");
        }
    }
    for (index, team) in body.teams.iter().enumerate() {
        rules.length(&format!("teams[{index}]"), team, 1, 100);
    }
    if let Some(most) = body.max_concurrent {
        rules.range("max_concurrent", most, 1, 1_000);
    }
    rules.finish()
}

pub fn tell_of_comment(body: &TellOfComment) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.length("thread", &body.thread, 1, 64);
    rules.length("comment", &body.comment, 1, 64);
    rules.length("excerpt", &body.excerpt, 1, 280);
    rules.items("mentioned", body.mentioned.len() + body.answered.len(), 0, TOLD);
    rules.finish()
}

pub fn read_notifications(body: &ReadNotifications) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    rules.items("ids", body.ids.as_ref().map_or(0, Vec::len), 0, READ);
    rules.finish()
}

/// A null takes its entry away, whose name may be from before this rule.
pub fn change_preferences(body: &ChangePreferences) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    for (name, _) in body.values.iter().filter(|(_, value)| !value.is_null()) {
        rules.length("values", name, 1, 64);
    }
    rules.finish()
}

/// All of somebody's together.
pub fn preferences(all: &Preferences) -> Result<(), Refusal> {
    let mut rules = Rules::default();
    let bytes = serde_json::to_vec(&all.values).map_or(usize::MAX, |json| json.len());
    if bytes > PREFERENCES {
        rules.broken("values", "max_length", format!("all together take at most {PREFERENCES} bytes of JSON; these would take {bytes}"));
    }
    rules.finish()
}

#[cfg(test)]
mod tests {
    use tandem_protocol::AssetId;

    use super::*;

    fn label(name: &str, color: &str, hotkey: Option<&str>) -> LabelDef {
        LabelDef { name: name.to_owned(), color: color.to_owned(), hotkey: hotkey.map(str::to_owned), ..LabelDef::default() }
    }

    fn project(labels: Vec<LabelDef>) -> CreateProject {
        CreateProject {
            name: "Cars".to_owned(),
            description: String::new(),
            customer_id: None,
            label_schema: LabelSchema { labels },
            lease_seconds: None,
        }
    }

    fn broken(result: Result<(), Refusal>) -> Vec<(String, String)> {
        result.err().map(|refusal| refusal.errors().iter().map(|e| (e.field.clone(), e.rule.clone())).collect()).unwrap_or_default()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(field, rule)| ((*field).to_owned(), (*rule).to_owned())).collect()
    }

    #[test]
    fn a_good_project_breaks_no_rule() {
        let labels = vec![label("car", "#ff0000", Some("1")), label("bus", "#00FF00", Some("k"))];
        assert!(create_project(&project(labels)).is_ok());
    }

    #[test]
    fn every_broken_rule_of_a_schema_is_named() {
        let mut person = label("person", "red", Some("ctrl"));
        person.keypoints = vec!["nose".to_owned(), "nose".to_owned()];
        person.skeleton = vec![[0, 2]];
        person.symmetry = vec![[0, 1], [1, 1], [1, 0]];
        let labels = vec![label("car", "#ff0000", Some("k")), label("car", "#00ff00", Some("K")), person];
        assert_eq!(
            broken(create_project(&project(labels))),
            pairs(&[
                ("label_schema.labels[1].name", "unique"),
                ("label_schema.labels[1].hotkey", "unique"),
                ("label_schema.labels[2].color", "pattern"),
                ("label_schema.labels[2].hotkey", "single_key"),
                ("label_schema.labels[2].keypoints[1]", "unique"),
                ("label_schema.labels[2].skeleton[0]", "range"),
                ("label_schema.labels[2].symmetry[1]", "range"),
                ("label_schema.labels[2].symmetry[2]", "unique"),
            ])
        );
    }

    #[test]
    fn a_blank_name_is_no_name() {
        let mut blank = project(vec![]);
        blank.name = "   ".to_owned();
        blank.lease_seconds = Some(29);
        assert_eq!(broken(create_project(&blank)), pairs(&[("name", "min_length"), ("lease_seconds", "range")]));
    }

    #[test]
    fn a_file_name_cannot_leave_its_folder() {
        let asset = |filename: &str| CreateAsset { filename: filename.to_owned(), content_type: "image/png".to_owned(), size: 1 };
        assert_eq!(broken(create_asset(&asset("../../etc/passwd"))), pairs(&[("filename", "characters")]));
        assert_eq!(broken(create_asset(&asset("a\u{0}b.png"))), pairs(&[("filename", "characters")]));
        assert!(create_asset(&asset("Käfer 100%.png")).is_ok());
    }

    #[test]
    fn a_content_type_cannot_smuggle_a_header() {
        let asset = |kind: &str| CreateAsset { filename: "a.png".to_owned(), content_type: kind.to_owned(), size: 1 };
        for bad in ["", "image", "image/", "image/png\r\nx: y", "image/png; a=b"] {
            assert_eq!(broken(create_asset(&asset(bad))), pairs(&[("content_type", "format")]), "{bad:?}");
        }
    }

    #[test]
    fn tasks_are_named_by_their_place() {
        let task = |external: &str, priority: i16| NewTask {
            asset_id: AssetId::new(),
            external_id: Some(external.to_owned()),
            batch_id: None,
            priority: Some(priority),
            input: Some(serde_json::json!([])),
        };
        assert_eq!(
            broken(create_tasks(&CreateTasks { tasks: vec![task("a", 1), task("a", 11)] })),
            pairs(&[
                ("tasks[0].input", "type"),
                ("tasks[1].priority", "range"),
                ("tasks[1].input", "type"),
                ("tasks[1].external_id", "unique")
            ])
        );
        assert_eq!(broken(create_tasks(&CreateTasks { tasks: vec![] })), pairs(&[("tasks", "items")]));
    }
}
