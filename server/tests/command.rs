//! The `tandem` program itself: what it prints, what it refuses, and what it leaves behind.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

const TANDEM: &str = env!("CARGO_BIN_EXE_tandem");

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("tandem-command-{name}-{}", uuid::Uuid::now_v7().simple()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn data(&self) -> PathBuf {
        self.0.join("data")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = server::embedded::postgres::stop_leftover(&self.data());
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn tandem(folder: &Folder, arguments: &[&str]) -> Command {
    let mut command = Command::new(TANDEM);
    command.args(arguments).current_dir(&folder.0).env("TANDEM_DATA_DIR", folder.data());
    for inherited in ["DATABASE_URL", "TANDEM_BIND", "TANDEM_LOG", "TANDEM_CONFIG"] {
        command.env_remove(inherited);
    }
    command
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// A `tandem serve` that printed its links.
struct Served {
    child: Child,
    links: Vec<String>,
    port: u16,
}

impl Served {
    fn start(folder: &Folder, port: u16) -> Self {
        let mut command = tandem(folder, &["serve"]);
        let mut child =
            command.env("TANDEM_BIND", format!("127.0.0.1:{port}")).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().map(Result::unwrap).unwrap_or_else(|| {
            let mut text = String::new();
            child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
            panic!("tandem did not start: {text}")
        });
        assert_eq!(first, format!("Tandem is ready at http://127.0.0.1:{port}"));
        let links = lines.by_ref().take(5).map(Result::unwrap).collect();
        Self { child, links, port }
    }

    /// The status line of a request.
    fn ask(&self, request: &str) -> String {
        use std::io::Write as _;
        let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(stream, "{request}\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\n\r\n", self.port).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    /// Waits for the end; what it said on stderr.
    fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        let mut text = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        (status.code(), text)
    }
}

fn postmaster(folder: &Folder) -> Option<i32> {
    let state: serde_json::Value = serde_json::from_str(&fs::read_to_string(folder.data().join("postgres.json")).ok()?).ok()?;
    let file = Path::new(state["cluster"].as_str()?).join("postmaster.pid");
    fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()
}

fn runs(pid: i32) -> bool {
    Path::new(&format!("/proc/{pid}/cwd")).read_link().is_ok()
}

#[test]
fn serve_from_the_first_start_over_kill_9_to_the_last_stop() {
    let folder = Folder::new("serve");
    let port = free_port();

    let first = Served::start(&folder, port);
    for (line, job) in first.links.iter().zip(["admin", "reviewer", "annotator", "annotator", "adjudicator"]) {
        assert!(line.contains(&format!("({job})")) && line.contains(&format!("http://127.0.0.1:{port}/sign-in#token=")), "{line}");
    }
    assert!(first.ask("GET /readyz HTTP/1.1").starts_with("HTTP/1.1 200"));
    // The first large document after a quiet time must not wait for pages of 2 MiB to be cleared.
    let status = fs::read_to_string(format!("/proc/{}/status", first.child.id())).unwrap();
    assert!(status.lines().filter_map(|line| line.strip_prefix("THP_enabled:")).all(|on| on.trim() == "0"), "{status}");
    let health = |port: u16| tandem(&folder, &["health", "--ready", "--bind", &format!("127.0.0.1:{port}")]).output().unwrap();
    let (well, silent) = (health(port), health(free_port()));
    assert!(well.status.success() && String::from_utf8_lossy(&well.stdout).contains("\"ready\":true"), "{}", said(&well));
    assert!(!silent.status.success() && said(&silent).starts_with("tandem: Nothing answers at 127.0.0.1:"), "{}", said(&silent));

    // While it runs: another server on the folder or on the address is told so in a sentence each.
    let second = tandem(&folder, &["serve", "--bind", &format!("127.0.0.1:{}", free_port())]).output().unwrap();
    assert_eq!(second.status.code(), Some(1));
    let sentence = said(&second);
    assert!(sentence.contains("is in use by another tandem (process ") && sentence.lines().count() == 1, "{sentence}");
    let other = Folder::new("other");
    let second = tandem(&other, &["serve", "--bind", &format!("127.0.0.1:{port}")]).output().unwrap();
    let taken =
        format!("tandem: 127.0.0.1:{port} is in use by another program; stop it, or choose another address with TANDEM_BIND or --bind.\n");
    assert_eq!((said(&second), second.stdout.len()), (taken, 0));
    assert!(!other.data().exists(), "nothing was made for a server that cannot listen");

    // A token for a script, made beside the running server, opens its API.
    let token = tandem(&folder, &["token", "--user", "ada@demo.example"]).output().unwrap();
    let token = String::from_utf8(token.stdout).unwrap();
    let me = first.ask(&format!("GET /api/v1/me HTTP/1.1\r\nauthorization: Bearer {}", token.trim()));
    assert!(me.starts_with("HTTP/1.1 200") && me.contains("Ada Okafor"), "{me}");
    let nobody = tandem(&folder, &["token", "--user", "nobody@demo.example"]).output().unwrap();
    assert_eq!(said(&nobody), "tandem: Nobody has the address nobody@demo.example.\n");

    // Killed: its Postgres runs on, and the next start takes it over.
    let pid = postmaster(&folder).unwrap();
    first.signal("-9");
    first.end();
    assert!(runs(pid));
    let third = Served::start(&folder, port);
    assert_eq!(postmaster(&folder), Some(pid));
    assert!(third.ask("GET /readyz HTTP/1.1").starts_with("HTTP/1.1 200"));

    // Ctrl-C stops everything, without a word.
    third.signal("-INT");
    let (code, text) = third.end();
    assert_eq!((code, text.as_str()), (Some(0), ""));
    assert!(!runs(pid));

    // So does what an init system sends; and a token can be had from a stopped server, too.
    let fourth = Served::start(&folder, port);
    fourth.signal("-TERM");
    let (code, text) = fourth.end();
    assert_eq!((code, text.as_str()), (Some(0), ""));
    assert!(postmaster(&folder).is_none_or(|pid| !runs(pid)));
    let invited = tandem(&folder, &["invite", "nora@lab.example", "--name", "Nora", "--admin", "--new-workspace", "Lab"]).output().unwrap();
    assert!(String::from_utf8_lossy(&invited.stdout).contains("/sign-in#token="), "{}", said(&invited));
    let hers = tandem(&folder, &["token", "--user", "nora@lab.example"]).output().unwrap();
    assert!(hers.status.success(), "{}", said(&hers));
    let twice = tandem(&folder, &["invite", "nora@lab.example", "--name", "Nora"]).output().unwrap();
    assert_eq!(said(&twice), "tandem: There are several workspaces; choose one with --workspace: Demo, Lab.\n");
    let token = tandem(&folder, &["token", "--user", "ANNA@demo.example", "--workspace", "Demo", "--ttl", "8h"]).output().unwrap();
    assert!(token.status.success(), "{}", said(&token));
    assert!(postmaster(&folder).is_none_or(|pid| !runs(pid)), "what the command started, it stopped");
}

#[test]
fn every_refusal_is_one_sentence_on_stderr() {
    let folder = Folder::new("refusals");
    let refused = |command: &mut Command| {
        let output = command.output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
        let text = said(&output);
        assert!(text.starts_with("tandem: ") && text.lines().count() == 1, "{text}");
        text
    };
    assert!(refused(tandem(&folder, &["serve"]).env("TANDEM_BIND", "here")).contains("bind is \"here\" (from TANDEM_BIND) but must be"));
    let empty = folder.0.join("empty");
    fs::create_dir(&empty).unwrap();
    let missing = refused(tandem(&folder, &["serve", "--bind", "127.0.0.1:0"]).env("TANDEM_POSTGRES_BIN", &empty));
    assert!(missing.contains("but there is no `postgres` in it"), "{missing}");
    assert!(refused(tandem(&folder, &["serve"]).env("TANDEM_LOG", "=,=")).contains("log is \"=,=\" but"));
    let unreachable = refused(&mut tandem(
        &folder,
        &[
            "migrate",
            "--database-url",
            "postgres://u:p@127.0.0.1:1/d",
            "--set",
            "jwt.secret=thirty-two characters at the least",
            "--set",
            "tenant_key=thirty-two characters at the least",
        ],
    ));
    assert!(unreachable.starts_with("tandem: the database is not available (") && !unreachable.contains("p@"), "{unreachable}");
}

#[test]
fn dev_postgres_gives_the_command_a_server_and_its_exit_code() {
    let folder = Folder::new("dev");
    let script = "printenv TANDEM_TEST_DATABASE_URL > url; exit 7";
    let output = tandem(&folder, &["dev", "postgres", "--", "sh", "-c", script]).output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{}", said(&output));
    let url = fs::read_to_string(folder.0.join("url")).unwrap();
    let port: u16 = url.split(':').nth(3).unwrap().split('/').next().unwrap().parse().unwrap();
    let deadline = Instant::now() + Duration::from_secs(10);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
        assert!(Instant::now() < deadline, "its Postgres still runs");
    }
}

#[test]
fn config_shows_where_each_value_comes_from() {
    let folder = Folder::new("config");
    fs::write(folder.0.join("tandem.toml"), "[jwt]\nissuer = \"me\"\n").unwrap();
    let output = tandem(&folder, &["config", "--bind", "127.0.0.1:9"]).env("TANDEM_S3_REGION", "here").output().unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    let line =
        |key: &str| page.lines().find(|line| line.starts_with(key)).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(line("bind"), "bind 127.0.0.1:9 flag");
    assert_eq!(line("s3.region"), "s3.region here TANDEM_S3_REGION");
    assert!(line("jwt.issuer").starts_with("jwt.issuer me ") && line("jwt.issuer").ends_with("tandem.toml"), "{page}");
    assert_eq!(line("s3.bucket"), "s3.bucket tandem default");
}

#[test]
fn a_workflow_is_checked_without_a_server_and_all_that_is_wrong_is_told_with_its_place() {
    let folder = Folder::new("workflow");
    let steps = r#""steps": [{"id": "label", "type": "annotation"}, {"id": "review", "type": "review"}]"#;
    let sound = format!(r#"{{"id": "sound", {steps}}}"#);
    let unsound = format!(
        r#"{{"id": "unsound", {steps}, "transitions": [
            {{"from": "label", "to": "reviw"}},
            {{"from": "label", "to": "review", "condition": {{"type": "expression", "expression": "$.step_output.cuont > 1"}}}},
            {{"from": "review", "to": "completed"}}]}}"#
    );
    fs::write(folder.0.join("sound.json"), sound).unwrap();
    fs::write(folder.0.join("unsound.json"), unsound).unwrap();
    fs::write(folder.0.join("none.xml"), "<Workflow><Steps></Workflow>").unwrap();

    let checked = tandem(&folder, &["workflow", "check", "sound.json", "unsound.json", "none.xml"]).output().unwrap();
    assert!(!checked.status.success());
    assert_eq!(String::from_utf8_lossy(&checked.stdout), "sound.json: sound, 2 steps, sound\n");
    let said = said(&checked);
    for place in ["unsound.json: /transitions/0/to", "unsound.json: /transitions/1/condition/expression", "none.xml: "] {
        assert!(said.lines().any(|line| line.starts_with(place)), "{place}: {said}");
    }

    let chart = tandem(&folder, &["workflow", "statechart", "sound.json"]).output().unwrap();
    let chart: serde_json::Value = serde_json::from_slice(&chart.stdout).unwrap();
    let work = &chart["states"]["work"];
    assert_eq!(work["initial"], "label");
    assert!(work["states"]["review"].is_object());
    assert!(!folder.data().exists(), "nothing is set up for it");
}
