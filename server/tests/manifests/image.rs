//! The Dockerfile, as far as it can be read. `scripts/image-check` runs its steps.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use crate::{files, settings};

/// What the image says about itself.
pub struct Image {
    pub user: i64,
    pub port: i64,
    pub variables: BTreeMap<String, String>,
    pub health: Vec<String>,
    pub entrypoint: Vec<String>,
    /// Sources that its build copies from the repository.
    pub copied: Vec<String>,
}

impl Image {
    pub fn read() -> Self {
        let text = files::text(&files::path("docker/Dockerfile"));
        let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let instructions = lines.join("\n").replace("\\\n", " ");
        let instructions: Vec<(&str, &str)> = instructions.lines().filter_map(|line| line.trim().split_once(' ')).collect();
        let last = instructions.iter().rposition(|(word, _)| *word == "FROM").unwrap();
        let final_stage = |wanted: &str| instructions[last..].iter().find(|(word, _)| *word == wanted).unwrap().1.trim();
        let list = |text: &str| serde_json::from_str::<Vec<String>>(text).unwrap();
        let copies = instructions.iter().filter(|(word, what)| *word == "COPY" && !what.starts_with("--from"));
        Self {
            user: final_stage("USER").split(':').next().unwrap().parse().expect("a number: Kubernetes looks no name up"),
            port: final_stage("EXPOSE").parse().unwrap(),
            variables: final_stage("ENV").split_whitespace().map(|pair| pair.split_once('=').unwrap()).map(owned).collect(),
            health: list(final_stage("HEALTHCHECK").split_once("CMD ").unwrap().1),
            entrypoint: list(final_stage("ENTRYPOINT")),
            copied: copies.flat_map(|(_, what)| what.split_whitespace().rev().skip(1)).map(str::to_owned).collect(),
        }
    }
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn the_image_speaks_the_programs_language() {
    let image = Image::read();
    assert_eq!(settings::strangers(image.variables.keys()), Vec::<&String>::new());
    assert!(image.user > 0);
    assert_eq!(image.variables["TANDEM_BIND"], format!("0.0.0.0:{}", image.port));
    // Its health check is a command of the program that it starts.
    assert_eq!(image.health[..1], image.entrypoint[..]);
    let help = Command::new(env!("CARGO_BIN_EXE_tandem")).args(&image.health[1..]).arg("--help").output().unwrap();
    assert!(help.status.success());
}

#[test]
fn the_build_copies_every_member_of_the_workspace() {
    let manifest = files::text(&files::path("Cargo.toml"));
    let members = manifest.lines().find_map(|line| line.strip_prefix("members = ")).unwrap();
    let members: Vec<String> = serde_json::from_str(members).unwrap();
    let image = Image::read();
    for needed in members.iter().chain(&["migrations".to_owned(), ".sqlx".to_owned(), "Cargo.lock".to_owned()]) {
        assert!(image.copied.contains(needed), "{needed} is not copied");
    }
    for copied in &image.copied {
        assert!(files::path(copied).exists(), "{copied} does not exist");
    }
}

#[test]
fn no_manifest_takes_whatever_version_is_the_latest() {
    let mut images = Vec::new();
    let compose = files::documents(&files::text(&files::path("docker/compose.yaml"))).remove(0);
    images
        .extend(compose["services"].as_object().unwrap().values().filter(|service| service["build"].is_null()).map(|s| s["image"].clone()));
    for folder in ["overlays/example/server", "overlays/example/migrate"] {
        for document in crate::kustomize::rendered(folder) {
            images.extend(document["spec"]["template"]["spec"]["containers"].as_array().into_iter().flatten().map(|c| c["image"].clone()));
        }
    }
    assert!(images.len() >= 6, "{images:?}");
    for image in &images {
        let tag = image.as_str().and_then(|image| image.rsplit('/').next()?.split_once(':')).map(|(_, tag)| tag);
        assert!(tag.is_some_and(|tag| tag.starts_with(|first: char| first.is_ascii_digit())), "{image}");
    }
    assert_ne!(images[0], Value::Null);
}
