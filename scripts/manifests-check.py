#!/usr/bin/env python3
"""manifests-check   docker/ against the published schemas: Kubernetes' of every version we say we run on, and compose's.

Every manifest as it lies there, and the bases and the example as `kubectl kustomize` builds them, must be valid in strict mode (a field
that the schema does not know is an error). server/tests/manifests holds the rest: that names lead somewhere and settings exist.
The last line counts: "N passed, N failed".
"""
import pathlib
import subprocess
import sys

import kubernetes_validate
import yaml

DOCKER = pathlib.Path(__file__).resolve().parent.parent / "docker"
KUBERNETES = DOCKER / "kubernetes"
# 1.30 is the first with a preStop that sleeps; the last is the newest that the package knows.
OLDEST, NEWEST = (1, 30), tuple(map(int, kubernetes_validate.latest_version().split(".")[:2]))
BUILT = ["base", "migrate", "overlays/example/migrate", "overlays/example/server"]

passed = failed = 0


def check(name, problem):
    global passed, failed
    if problem is None:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {name}: {problem}")


def problem(document, version):
    try:
        kubernetes_validate.validate(document, version, strict=True)
    except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
        return f"{'.'.join(map(str, getattr(error, 'path', [])))}: {error.message}"


def documents(text):
    found = [document for document in yaml.safe_load_all(text) if document]
    return [document for document in found if not document.get("apiVersion", "kustomize").startswith("kustomize")]


def everything():
    for path in sorted(KUBERNETES.rglob("*.yaml")):
        if "monitoring" not in path.parts:
            for document in documents(path.read_text()):
                yield path.relative_to(DOCKER), document
    for folder in BUILT:
        built = subprocess.run(["kubectl", "kustomize", KUBERNETES / folder], capture_output=True, text=True)
        check(f"kustomize {folder}", built.stderr or None)
        for document in documents(built.stdout):
            yield f"{folder}, built: {document['kind']}", document


def kubernetes():
    found = list(everything())
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        for name, document in found:
            check(f"{name} in Kubernetes 1.{minor}", problem(document, f"1.{minor}"))
    # That the check can fail.
    _, deployment = next((name, document) for name, document in found if document["kind"] == "Deployment")
    deployment["spec"]["template"]["spec"]["terminationGracePeriod"] = 60
    check("a misspelt field is noticed", None if problem(deployment, "1.33") else "it was not")


def compose(file, text=None):
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "--default-filetype", "yaml", file]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    return None if done.returncode == 0 else done.stdout + done.stderr


kubernetes()
check("compose.yaml", compose(DOCKER / "compose.yaml"))
misspelt = (DOCKER / "compose.yaml").read_text().replace("stop_grace_period", "stop_grace_perod")
check("a misspelt field of compose.yaml is noticed", None if compose("-", misspelt) else "it was not")
print(f"{passed} passed, {failed} failed")
sys.exit(1 if failed else 0)
