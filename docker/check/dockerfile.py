"""A Dockerfile's steps without an engine: its own COPY and RUN lines, on plain folders, over a clean clone that .dockerignore has filtered.

What is not done here, and an engine would do: pull the base images (the tools of this machine build instead), and isolate the steps.
"""
import fnmatch
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess


class Stage:
    def __init__(self, base, name, folder):
        self.base, self.name, self.folder = base, name, folder
        self.workdir = folder
        self.env, self.user, self.health, self.entrypoint, self.command = {}, None, [], [], []
        folder.mkdir(parents=True)

    def path(self, name):
        """Where a path of the image is."""
        inside = name.startswith("/")
        return (self.folder / name.lstrip("/")) if inside else (self.workdir / name)


def ignored(rules, path):
    """.dockerignore: the last rule that matches a path, or a folder it is in, decides."""
    out = False
    for rule in rules:
        keep, pattern = rule.startswith("!"), rule.lstrip("!")
        parts = pathlib.PurePath(path).parts
        folders = ["/".join(parts[: i + 1]) for i in range(len(parts))]
        names = parts if pattern.startswith("**/") else folders
        if any(fnmatch.fnmatchcase(name, pattern.removeprefix("**/")) for name in names):
            out = not keep
    return out


def context(repository, folder):
    """What `docker build` would be sent of a clean clone."""
    clone = folder.with_name("clone")
    subprocess.run(["git", "clone", "--quiet", "--local", repository, clone], check=True)
    rules = [line for line in (clone / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=clone, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if not ignored(rules, name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(clone / name, folder / name)
    shutil.rmtree(clone)
    return folder


def instructions(text):
    text = re.sub(r"^#.*\n", "", text, flags=re.M)
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            word, rest = line.split(None, 1)
            yield word, rest.strip()


def build(dockerfile, source, box):
    """Runs the steps; the last stage."""
    stages, stage = {}, None
    for word, rest in instructions(dockerfile.read_text()):
        stage = step(stages, stage, source, box, word, rest)
    return stage


def step(stages, stage, source, box, word, rest):
    if word == "FROM":
        base, _, name = re.sub(r"--platform=\S+\s+", "", rest).partition(" AS ")
        stage = Stage(base, name, box / (name or "final"))
        stages[name] = stage
    elif word == "WORKDIR":
        stage.workdir = stage.path(rest)
        stage.workdir.mkdir(parents=True, exist_ok=True)
    elif word == "COPY":
        copy(stages, stage, source, rest)
    elif word == "RUN":
        run(stage, rest)
    elif word == "ENV":
        stage.env.update(pair.split("=", 1) for pair in shlex.split(rest))
    elif word == "USER":
        stage.user = int(rest.split(":")[0])
    elif word == "HEALTHCHECK":
        stage.health = json.loads(rest.split("CMD ", 1)[1])
    elif word == "ENTRYPOINT":
        stage.entrypoint = json.loads(rest)
    elif word == "CMD":
        stage.command = json.loads(rest)
    elif word not in ("LABEL", "EXPOSE", "STOPSIGNAL"):
        raise ValueError(f"{word} is not understood here")
    return stage


def copy(stages, stage, source, rest):
    words = rest.split()
    if words[0].startswith("--from="):
        other = stages[words.pop(0).removeprefix("--from=")]
        shutil.copytree(other.path(words[0]), stage.path(words[1]), dirs_exist_ok=True)
        return
    *sources, target = words
    for name in sources:
        found = source / name
        if not found.exists():
            raise FileNotFoundError(f"COPY {name}: not in what .dockerignore leaves")
        into = stage.path(target)
        into = into / name if target.endswith("/") else into
        into.parent.mkdir(parents=True, exist_ok=True)
        if found.is_dir():
            shutil.copytree(found, into, dirs_exist_ok=True)
        else:
            shutil.copy2(found, into)


def run(stage, rest):
    """In the stage's folder. /out, the one absolute path of our steps, is the stage's; what the cache mounts keep is this machine's."""
    command = re.sub(r"--mount=\S+\s+", "", rest)
    command = re.sub(r"(?<!\S)/out(?!\S)", shlex.quote(str(stage.folder / "out")), command)
    print(f"  {stage.name}: {command}", flush=True)
    subprocess.run(["bash", "-c", command], cwd=stage.workdir, env=os.environ | stage.env, check=True)
