//! `kubectl kustomize`, and that no file is forgotten by it.

use std::{collections::BTreeSet, path::Path, process::Command};

use serde::Deserialize;
use serde_json::Value;

use crate::{files, strict};

/// What of kustomize's language is used here; a field that is not must be added on purpose.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Kustomization {
    #[serde(rename = "apiVersion")]
    _api_version: String,
    #[serde(rename = "kind")]
    _kind: String,
    #[serde(default, rename = "namespace")]
    _namespace: Option<String>,
    #[serde(default, rename = "images")]
    _images: Vec<Value>,
    #[serde(default)]
    resources: Vec<String>,
    #[serde(default)]
    components: Vec<String>,
    #[serde(default)]
    patches: Vec<Patch>,
    #[serde(default)]
    config_map_generator: Vec<Generator>,
    #[serde(default)]
    secret_generator: Vec<Generator>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Generator {
    #[serde(rename = "name")]
    _name: String,
    #[serde(default, rename = "behavior")]
    _behavior: Option<String>,
    #[serde(default)]
    envs: Vec<String>,
    #[serde(default)]
    files: Vec<String>,
    #[serde(default, rename = "literals")]
    _literals: Vec<String>,
}

impl Kustomization {
    fn names(&self) -> BTreeSet<String> {
        let generators = self.config_map_generator.iter().chain(&self.secret_generator);
        let generated = generators.flat_map(|generator| generator.envs.iter().chain(&generator.files));
        let patches = self.patches.iter().map(|patch| &patch.path);
        self.resources.iter().chain(&self.components).chain(patches).chain(generated).cloned().collect()
    }
}

/// What `kubectl apply -k docker/kubernetes/{folder}` would send.
pub fn rendered(folder: &str) -> Vec<Value> {
    let built = Command::new("kubectl").arg("kustomize").arg(files::path("docker/kubernetes").join(folder)).output();
    let built = built.unwrap_or_else(|error| panic!("kubectl does not run ({error}): `scripts/setup --tests` installs it"));
    assert!(built.status.success(), "{folder}: {}", String::from_utf8_lossy(&built.stderr));
    assert_eq!(String::from_utf8_lossy(&built.stderr), "", "{folder}: kustomize warns");
    let mut documents = files::documents(&String::from_utf8(built.stdout).unwrap());
    // kustomize folds long base64 into lines; the API server's decoder passes over the breaks, others do not.
    for secret in documents.iter_mut().filter(|document| document["kind"] == "Secret") {
        for value in secret["data"].as_object_mut().unwrap().values_mut() {
            *value = value.as_str().unwrap().replace('\n', "").into();
        }
    }
    documents
}

#[test]
fn a_kustomization_names_every_file_of_its_folder_and_nothing_else() {
    let mut folders = 0;
    for path in files::below(&files::path("docker/kubernetes")).iter().filter(|path| path.ends_with("kustomization.yaml")) {
        let folder = path.parent().unwrap();
        let document = files::documents(&files::text(path)).remove(0);
        let kustomization: Kustomization = serde_json::from_value(document).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let (inside, outside): (BTreeSet<_>, BTreeSet<_>) = kustomization.names().into_iter().partition(|name| !name.starts_with("../"));
        assert_eq!(inside, beside(path), "{}", path.display());
        for name in outside {
            assert!(folder.join(&name).join("kustomization.yaml").exists(), "{}: {name}", path.display());
        }
        folders += 1;
    }
    assert!(folders >= 7, "only {folders} kustomizations were found");
}

fn beside(kustomization: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(kustomization.parent().unwrap()).unwrap().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.path().is_file() && entry.file_name() != "kustomization.yaml");
    files.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn kustomize_builds_the_bases_and_the_example_into_what_the_api_holds() {
    for folder in ["base", "migrate", "overlays/example/server", "overlays/example/migrate"] {
        let documents = rendered(folder);
        assert!(!documents.is_empty(), "{folder}");
        for document in documents {
            assert_eq!(strict::wrong(&document), None, "{folder}");
        }
    }
}
