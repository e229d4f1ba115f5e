//! `protocol <- domain <- store <- actors <- server`: a crate imports only from those to its left; `loadtest` imports
//! `protocol` alone (docs/ARCHITECTURE.md). Dev-dependencies may point left too, never right.

use std::process::Command;

const ORDER: [&str; 5] = ["tandem-protocol", "tandem-domain", "tandem-store", "tandem-actors", "tandem-server"];

fn may_import(crate_name: &str) -> &'static [&'static str] {
    match ORDER.iter().position(|name| *name == crate_name) {
        Some(place) => &ORDER[..place],
        None => &ORDER[..1],
    }
}

#[test]
fn crates_import_only_from_their_left() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    assert_eq!(packages.len(), 7, "a new crate needs its place in this test and in docs/ARCHITECTURE.md");
    for package in packages {
        let name = package["name"].as_str().expect("name");
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let target = dependency["name"].as_str().expect("name");
            // A crate may name itself to switch on a feature of its own for its tests.
            if target.starts_with("tandem-") && target != name {
                assert!(may_import(name).contains(&target), "{name} must not depend on {target}");
            }
        }
    }
}

#[test]
fn domain_knows_no_clock_no_chance_and_no_io() {
    let sources = concat!(env!("CARGO_MANIFEST_DIR"), "/../domain/src");
    let forbidden =
        ["SystemTime::now", "Instant::now", "Utc::now", "thread_rng", "rand::rng()", "std::fs::", "std::net::", "tokio::", "async fn"];
    let mut folders = vec![std::path::PathBuf::from(sources)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("readable") {
            let path = entry.expect("entry").path();
            let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.ends_with("tests") {
                let text = std::fs::read_to_string(&path).expect("UTF-8");
                // What tests do, in their own file or at the end of another, is their business.
                let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                for word in forbidden {
                    assert!(!code.contains(word), "{} uses {word}", path.display());
                }
            }
        }
    }
}
