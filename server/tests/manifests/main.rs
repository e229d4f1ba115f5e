//! What `docker/` says, held against what the program and the cluster understand. No engine and no cluster runs here, so this is what
//! can be proved without: every manifest is exactly what the types of Kubernetes' API hold, names lead somewhere, and every setting is
//! one of ours. `scripts/manifests-check.py` asks the published schemas, `scripts/image-check` runs what the Dockerfile builds.
#![allow(clippy::unwrap_used)]

mod compose;
mod files;
mod image;
mod kubernetes;
mod kustomize;
mod settings;
mod strict;
