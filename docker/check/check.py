"""docker/ run without an engine (scripts/image-check): what the Dockerfile's steps built, as the services of compose.yaml, behind the load
balancer's own configuration, with the secrets of secrets.sh and the database of postgres.sh.

Real: the binary, Postgres, Redis, HAProxy, the read-only root, the unprivileged user, the settings, the names. Stands in: the S3 server
(a third tandem's, in SeaweedFS' place), the base images, and one network namespace for all instead of one each.
"""
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import threading
import time
import tomllib
import zlib
from urllib.parse import urlsplit

import dockerfile
import machine
import yaml
from people import PUBLIC, WebSocket, request

HERE = pathlib.Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
COMPOSE = HERE.parent / "compose"
LOGS = pathlib.Path(sys.argv[1]) / "logs"

passed = failed = 0
running = []


def check(name, condition, says=""):
    global passed, failed
    if condition:
        passed += 1
    else:
        failed += 1
        print(f"FAILED {name}: {says}")


def until(what, seconds=60):
    """Waits until it is so; nothing here waits for a time."""
    end = time.monotonic() + seconds
    while not (found := attempt(what)):
        if time.monotonic() > end:
            return found
        time.sleep(0.05)
    return found


def attempt(what):
    try:
        return what()
    except OSError:
        return None


def logged(name):
    """What a service says, kept beside the rest and shown if something failed."""
    return {"stdout": (log := open(LOGS / name, "a")), "stderr": log}


def by_default(value):
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)


def png():
    """The smallest picture that is one."""
    def chunk(kind, data):
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    head = (1).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(4))) + chunk(b"IEND", b"")


class Image:
    """The last stage, and how the services of compose.yaml run it."""

    def __init__(self, stage):
        self.stage, self.root = stage, stage.folder
        self.services = yaml.safe_load((HERE.parent / "compose.yaml").read_text())["services"]

    def start(self, service, command=None, **more):
        asked = self.services[service]
        env = self.stage.env | {name: by_default(value) for name, value in asked["environment"].items()}
        # All are in one network namespace here, so each listens on the address of its own name.
        if service in machine.ADDRESSES:
            env["TANDEM_BIND"] = env["TANDEM_BIND"].replace("0.0.0.0", machine.ADDRESSES[service])
        command = command or [*self.stage.entrypoint, *asked.get("command", self.stage.command)]
        started = machine.container(self.root, self.stage.user, command, env, **(logged(service) | more))
        running.append(started)
        return started

    def run(self, service, *arguments):
        done = self.start(service, [*self.stage.entrypoint, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = done.communicate(timeout=60)
        return done.returncode, out, err

    def healthy(self, service):
        probe = self.start(service, self.stage.health, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return probe.wait(10) == 0


def spawn(*command, **more):
    started = subprocess.Popen([str(word) for word in command], **more)
    running.append(started)
    return started


def build(box):
    source = box / "context"
    source.mkdir()
    stage = dockerfile.build(HERE.parent / "Dockerfile", dockerfile.context(REPOSITORY, source), box)
    binary = stage.path(stage.entrypoint[0])
    needs = {name for name in machine.libraries(binary) if not name.startswith(("linux-vdso", "ld-linux"))}
    check("the binary loads only what the base image has", needs <= machine.LIBRARIES, needs - machine.LIBRARIES)
    check("the web app is in the image", (stage.folder / "usr/share/tandem/web/index.html").exists())
    writable = [path for path in stage.folder.rglob("*") if not path.is_symlink() and path.stat().st_mode & 0o022]
    check("nothing in the image can be written by others", not writable, writable[:3])
    size = sum(path.stat().st_size for path in stage.folder.rglob("*") if path.is_file())
    print(f"  what we add to the base image: {size / 1e6:.0f} MB, of which the binary {binary.stat().st_size / 1e6:.0f} MB")
    machine.base(stage.folder, binary)
    return stage


def database(binary):
    """A throwaway Postgres, prepared by the script that its image would run. It ends when its command does, with our end of the pipe."""
    around = [binary, "dev", "postgres", "--", "sh", "-c", "printenv TANDEM_TEST_DATABASE_URL; exec cat"]
    postgres = spawn(*around, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    url = urlsplit(postgres.stdout.readline().strip())
    env = os.environ | {"PGHOST": url.hostname, "PGPORT": str(url.port), "PGPASSWORD": url.password, "PGDATABASE": "postgres"}
    # What ours has made is what the script must make.
    subprocess.run(["psql", "-qX", "-U", url.username, "-c", "DROP DATABASE tandem", "-c", "DROP ROLE tandem_owner"], env=env, check=True)
    done = subprocess.run([COMPOSE / "postgres.sh"], env=env | {"POSTGRES_USER": url.username}, capture_output=True, text=True)
    check("postgres.sh makes the owner and the database", done.returncode == 0, done.stderr)
    machine.forward("postgres", 5432, url.port)


def objects(box, binary, secrets):
    """An S3 server that knows the keys of secrets.sh: the embedded one of another tandem."""
    folder = box / "s3"
    folder.mkdir(mode=0o700)
    keys = json.loads((secrets / "s3.json").read_text())["identities"][0]["credentials"][0]
    with open(folder / "secrets.toml", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(f's3_access_key = "{keys["accessKey"]}"\ns3_secret_key = "{keys["secretKey"]}"\n')
    spawn(binary, "serve", "--data-dir", folder, "--bind", "127.0.0.1:9000", cwd=REPOSITORY, **logged("s3"))
    ready = until(lambda: request("GET", "/readyz", address=("127.0.0.1", 9000))[0] == 200)
    check("there is an S3 server", ready)
    machine.forward("s3", 8333, urlsplit(json.loads((folder / "running.json").read_text())["s3_endpoint"]).port)


def bus(secrets, service):
    command = [str(secrets / "redis.conf") if word.startswith("/run/secrets/") else word for word in service["command"]]
    spawn(*command, "--bind", machine.ADDRESSES["redis"], "--dir", "/tmp", **logged("redis"))


def servers(image, secrets):
    """Migration, two servers, and the balancer in front of them."""
    code, out, err = image.run("migrate", "migrate")
    check("the migration makes the schema as the owner", code == 0 and out.startswith("applied "), out + err)
    code, out, err = image.run("migrate", "migrate")
    check("and has nothing to do the second time", code == 0 and "up to date" in out, out + err)
    code, out, err = image.run("tandem-1", "migrate")
    check("servers cannot change the schema", code != 0, out)
    nodes = {name: image.start(name) for name in ["tandem-1", "tandem-2"]}
    for name in nodes:
        check(f"{name} is healthy by the image's own check", until(lambda: image.healthy(name)))
    status = pathlib.Path(f"/proc/{nodes['tandem-1'].pid}/status").read_text()
    fields = dict(line.split(":\t", 1) for line in status.splitlines())
    check("it runs as the image's user", fields["Uid"].split() == [str(image.stage.user)] * 4, fields["Uid"])
    check("it has no capabilities", int(fields["CapEff"], 16) == 0 and fields["NoNewPrivs"].strip() == "1", status)
    mounts = pathlib.Path(f"/proc/{nodes['tandem-1'].pid}/mountinfo").read_text().splitlines()
    root = [line.split()[5] for line in mounts if line.split()[4] == "/"]
    check("its root cannot be written", root and root[-1].split(",")[0] == "ro", root)
    files = image.services["balancer"]["ulimits"]["nofile"]
    resource.setrlimit(resource.RLIMIT_NOFILE, (files["soft"], files["hard"]))
    spawn("haproxy", "-db", "-f", COMPOSE / "haproxy.cfg", **logged("haproxy"))
    check("the balancer leads to a server", until(lambda: request("GET", "/readyz")[0] == 200))
    return nodes


def people(image, secrets):
    """The first person, and what their browser does."""
    status, page = request("GET", "/")
    check("the web app is served", status == 200 and b"<html" in page.lower(), page)
    check("metrics are not for people", request("GET", "/metrics")[0] == 404)
    wanted = tomllib.loads((secrets / "tandem.toml").read_text())["metrics_token"]
    inside = (machine.ADDRESSES["tandem-1"], 8080)
    check("but for whoever has the token inside", request("GET", "/metrics", wanted, address=inside)[0] == 200)
    check("and for nobody else", request("GET", "/metrics", address=inside)[0] == 401)
    invited = image.run("tandem-1", "invite", "ada@lab.example", "--name", "Ada", "--admin", "--new-workspace", "Lab")
    check("the first person is invited", f"http://{PUBLIC}/sign-in#token=" in invited[1], invited)
    token = image.run("tandem-1", "token", "--user", "ada@lab.example")[1].strip()
    status, me = request("GET", "/api/v1/me", token)
    check("either server knows them", status == 200 and all(request("GET", "/api/v1/me", token)[0] == 200 for _ in range(8)), me)
    picture(token)
    return token


def picture(token):
    """An upload and a download by presigned URLs, which must be signed for the address that people see."""
    status, project = request("POST", "/api/v1/projects", token, {"name": "Harbour"})
    check("a project is made", status == 201, project)
    content = png()
    asked = {"filename": "one.png", "content_type": "image/png", "size": len(content)}
    status, made = request("POST", f"/api/v1/projects/{project['id']}/assets", token, asked)
    check("an upload is granted", status == 201, made)
    upload = made["upload"]
    check("to the address that people know", upload["url"].startswith(f"http://{PUBLIC}/tandem/"), upload)
    headers = dict(upload.get("headers") or {})
    status, answer = request(upload.get("method", "PUT"), upload["url"].split(PUBLIC, 1)[1], None, content, headers)
    check("the S3 server takes it through the balancer", status == 200, answer)
    status, asset = request("POST", f"/api/v1/assets/{made['asset']['id']}/complete", token)
    check("the server finds it there", status == 200 and asset["status"] == "ready", asset)
    status, found = request("GET", asset["url"].split(PUBLIC, 1)[1])
    check("and gives it back", status == 200 and found == content, status)


def leaving(image, nodes, token):
    """A server is stopped as engines do it, with people on both."""
    sockets = [WebSocket(token) for _ in range(4)]
    check("WebSockets pass", [socket.status() for socket in sockets] == [101] * 4, sockets[0].head)
    check("and are welcome", all(socket.hear()["type"] == "welcome" for socket in sockets))
    here = sessions("tandem-1"), sessions("tandem-2")
    check("the balancer spreads them", here == (2, 2), here)

    stop, failures, count = threading.Event(), [], [0]

    def ask():
        while not stop.is_set():
            status = attempt(lambda: request("GET", "/api/v1/me", token)[0])
            count[0] += 1
            if status != 200:
                failures.append(status)

    asking = threading.Thread(target=ask)
    asking.start()
    patience = int(image.services["tandem-1"]["stop_grace_period"].rstrip("s"))
    began = time.monotonic()
    nodes["tandem-1"].send_signal(signal.SIGTERM)
    check("a server that is asked to stop ends well", attempt(lambda: nodes["tandem-1"].wait(patience)) == 0)
    print(f"  a stop with two people on it took {time.monotonic() - began:.1f} s of {patience} s")
    check("the balancer sees it go", until(lambda: down("tandem-1")))
    codes = [socket.closed() for socket in sockets if closing(socket)]
    check("its people are told to come back elsewhere", codes == [1012, 1012], codes)
    back = [WebSocket(token) for _ in codes]
    check("and do", all(socket.status() == 101 and socket.hear()["type"] == "welcome" for socket in back))
    stop.set()
    asking.join()
    check("nobody's request failed meanwhile", count[0] > 20 and not failures, f"{failures} of {count[0]}")

    nodes["tandem-1"] = image.start("tandem-1")
    check("a server that comes back is used again", until(lambda: not down("tandem-1")))
    for name in nodes:
        nodes[name].send_signal(signal.SIGTERM)
    check("everything stops", all(node.wait(patience) == 0 for node in nodes.values()))


def sessions(name):
    wanted = tomllib.loads((secrets_of() / "tandem.toml").read_text())["metrics_token"]
    _, text = request("GET", "/metrics", wanted, address=(machine.ADDRESSES[name], 8080))
    return int(float(re.search(rb"^tandem_sessions (\S+)$", text, re.M)[1]))


def secrets_of():
    return pathlib.Path("/run/secrets")


def closing(socket):
    """Whether the server has hung up: everything it said can be read, and then the end."""
    socket.socket.settimeout(0.5)
    try:
        return bool(socket.socket.recv(1, 2))  # MSG_PEEK
    except TimeoutError:
        return False
    finally:
        socket.socket.settimeout(20)


def down(name):
    """Not ready, or not there."""
    return attempt(lambda: request("GET", "/readyz", address=(machine.ADDRESSES[name], 8080))[0]) != 200


def inside(box):
    stage = build(box)
    secrets = box / "secrets"
    subprocess.run([COMPOSE / "secrets.sh", secrets], check=True)
    secrets.chmod(0o755)
    machine.isolate(stage.folder, secrets)
    image = Image(stage)
    binary = stage.path(stage.entrypoint[0])
    threading.Thread(target=machine.answer_names, daemon=True).start()
    database(binary)
    objects(box, binary, secrets)
    bus(secrets, image.services["redis"])
    nodes = servers(image, secrets)
    token = people(image, secrets)
    leaving(image, nodes, token)


def main():
    box = pathlib.Path(sys.argv[1])
    LOGS.mkdir()
    try:
        inside(box)
    except Exception as error:  # noqa: BLE001 - whatever it is, the count must say that it failed
        import traceback

        traceback.print_exc(file=sys.stdout)
        check("the check itself", False, f"{type(error).__name__}: {error}")
    finally:
        for process in reversed(running):
            if process.stdin:
                process.stdin.close()
            else:
                process.terminate()
            process.wait(60)
    for log in sorted(LOGS.iterdir()) if failed else []:
        print(f"--- {log.name}", *log.read_text().splitlines()[-20:], sep="\n")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
