//! A manifest into the types of Kubernetes' API and back again: what does not come back the same was a field that nobody knows, or a
//! value of another kind. (The API server itself drops unknown fields with a warning that nobody reads.)

use k8s_openapi::{
    api::{
        apps::v1::Deployment,
        autoscaling::v2::HorizontalPodAutoscaler,
        batch::v1::Job,
        core::v1::{ConfigMap, Namespace, Secret, Service, ServiceAccount},
        networking::v1::{Ingress, NetworkPolicy},
        policy::v1::PodDisruptionBudget,
    },
    serde::{Serialize, de::DeserializeOwned},
};
use serde_json::Value;

use crate::files;

/// Why `document` is not what it says it is, if so.
pub fn wrong(document: &Value) -> Option<String> {
    let says = |field: &str| document[field].as_str().unwrap_or_default();
    match (says("apiVersion"), says("kind")) {
        ("apps/v1", "Deployment") => differs::<Deployment>(document),
        ("autoscaling/v2", "HorizontalPodAutoscaler") => differs::<HorizontalPodAutoscaler>(document),
        ("batch/v1", "Job") => differs::<Job>(document),
        ("networking.k8s.io/v1", "Ingress") => differs::<Ingress>(document),
        ("networking.k8s.io/v1", "NetworkPolicy") => differs::<NetworkPolicy>(document),
        ("policy/v1", "PodDisruptionBudget") => differs::<PodDisruptionBudget>(document),
        ("v1", "ConfigMap") => differs::<ConfigMap>(document),
        ("v1", "Namespace") => differs::<Namespace>(document),
        ("v1", "Secret") => differs::<Secret>(document),
        ("v1", "Service") => differs::<Service>(document),
        ("v1", "ServiceAccount") => differs::<ServiceAccount>(document),
        (version, kind) => Some(format!("{version} {kind} has no place in this test")),
    }
}

fn differs<T: DeserializeOwned + Serialize>(document: &Value) -> Option<String> {
    match serde_json::from_value::<T>(document.clone()) {
        Err(error) => Some(error.to_string()),
        Ok(parsed) => difference("", document, &serde_json::to_value(parsed).unwrap()),
    }
}

/// The first place where two values differ.
fn difference(at: &str, wanted: &Value, found: &Value) -> Option<String> {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            let extra = found.keys().find(|key| !wanted.contains_key(*key)).map(|key| format!("{at}.{key} came from nowhere"));
            wanted
                .iter()
                .find_map(|(key, value)| difference(&format!("{at}.{key}"), value, found.get(key).unwrap_or(&Value::Null)))
                .or(extra)
        }
        (Value::Array(wanted), Value::Array(found)) if wanted.len() == found.len() => {
            wanted.iter().zip(found).enumerate().find_map(|(i, (wanted, found))| difference(&format!("{at}[{i}]"), wanted, found))
        }
        (wanted, found) => (wanted != found).then(|| format!("{at} is {wanted} but was understood as {found}")),
    }
}

fn is_kustomization(document: &Value) -> bool {
    document["apiVersion"].as_str().is_some_and(|version| version.starts_with("kustomize.config.k8s.io/"))
}

#[test]
fn every_manifest_is_what_the_types_of_the_api_hold() {
    let mut checked = 0;
    for folder in ["config", "base", "migrate", "overlays"] {
        for path in files::below(&files::path("docker/kubernetes").join(folder)) {
            if path.extension().is_some_and(|extension| extension == "yaml") {
                for document in files::documents(&files::text(&path)).iter().filter(|document| !is_kustomization(document)) {
                    assert_eq!(wrong(document), None, "{}", path.display());
                    checked += 1;
                }
            }
        }
    }
    assert!(checked >= 11, "only {checked} manifests were found");
}

#[test]
fn a_misspelt_field_and_a_value_of_another_kind_are_noticed() {
    let deployment = || files::documents(&files::text(&files::path("docker/kubernetes/base/deployment.yaml"))).remove(0);
    let mut misspelt = deployment();
    let container = &mut misspelt["spec"]["template"]["spec"]["containers"][0];
    container["readinesProbe"] = container["readinessProbe"].take();
    assert_eq!(
        wrong(&misspelt).unwrap().split(" is ").next(),
        Some(".spec.template.spec.containers[0].readinesProbe"),
        "a field that nobody knows"
    );
    let mut worded = deployment();
    worded["spec"]["minReadySeconds"] = "10".into();
    assert!(wrong(&worded).unwrap().contains("expected i32"), "text where a number belongs");
    let mut elsewhere = deployment();
    elsewhere["apiVersion"] = "apps/v1beta1".into();
    assert!(wrong(&elsewhere).is_some(), "a version that is gone");
}
