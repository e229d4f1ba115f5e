"""What an engine gives to containers, from the kernel directly: a root that cannot be written, another user, no capabilities, and a
network of their own in which the services of compose.yaml have their names.
"""
import ctypes
import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import threading

# One address of loopback for each name; the load balancer and Docker's name server have theirs, too.
ADDRESSES = {name: f"127.0.1.{i}" for i, name in enumerate(["tandem-1", "tandem-2", "s3", "postgres", "redis"], 1)}
# What gcr.io/distroless/cc-debian12 has of libraries.
LIBRARIES = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libresolv.so.2"}
LIBC = ctypes.CDLL(None)


def libraries(binary):
    """Names and paths of the shared objects that a binary loads."""
    listed = subprocess.run(["ldd", binary], capture_output=True, text=True, check=True).stdout
    found = {}
    for line in listed.splitlines():
        words = line.split()
        if "=>" in words:
            found[words[0]] = words[2]
        elif words[0].startswith("/"):
            found[pathlib.Path(words[0]).name] = words[0]
    return found


def base(root, binary):
    """The base image as far as the binary can tell: its libraries, the certificates, the user. No shell."""
    for path in libraries(binary).values():
        target = root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(pathlib.Path(path).resolve(), target)
    certificates = root / "etc/ssl/certs/ca-certificates.crt"
    certificates.parent.mkdir(parents=True)
    shutil.copy2("/etc/ssl/certs/ca-certificates.crt", certificates)
    (root / "etc/passwd").write_text("nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n")
    for folder in ["tmp", "proc", "dev", "run/secrets"]:
        (root / folder).mkdir(parents=True)


def mount(*arguments):
    subprocess.run(["mount", *map(str, arguments)], check=True)


def isolate(root, secrets):
    """A mount and a network namespace for this process: the image's root read-only, secrets in it, names, loopback."""
    # CLONE_NEWNS, CLONE_NEWNET
    if LIBC.unshare(0x20000 | 0x40000000) != 0:
        raise PermissionError("namespaces need root")
    mount("--make-rprivate", "/")
    up()
    names = root.parent / "hosts"
    names.write_text("127.0.0.1 localhost\n" + "".join(f"{address} {name}\n" for name, address in ADDRESSES.items()))
    resolver = root.parent / "resolv.conf"
    resolver.write_text("nameserver 127.0.0.11\n")
    for file in ["hosts", "resolv.conf"]:
        shutil.copy2(root.parent / file, root / "etc" / file)
        mount("--bind", root.parent / file, pathlib.Path("/etc") / file)
    mount("--bind", root, root)
    mount("-t", "proc", "proc", root / "proc")
    mount("--rbind", "/dev", root / "dev")
    mount("-t", "tmpfs", "-o", "size=1g,mode=1777", "tmpfs", root / "tmp")
    mount("--bind", secrets, root / "run/secrets")
    mount("-o", "remount,bind,ro", root)
    # Postgres' script reads its password where the engine would put it.
    mount("-t", "tmpfs", "tmpfs", "/run")
    pathlib.Path("/run/secrets").mkdir()
    mount("--bind", secrets, "/run/secrets")


def up():
    """`ip link set lo up`, without ip."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        request = struct.pack("16sh14x", b"lo", 0x1 | 0x40)
        fcntl.ioctl(probe, 0x8914, request)


def answer_names():
    """The engine's name server: A records of the services."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.11", 53))
    while True:
        question, whom = server.recvfrom(512)
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1 : at + 1 + question[at]].decode())
            at += 1 + question[at]
        asked, kind = question[12 : at + 5], struct.unpack(">H", question[at + 1 : at + 3])[0]
        address = ADDRESSES.get(".".join(labels))
        found = address if kind == 1 else None
        flags = 0x8180 if address else 0x8183
        head = question[:2] + struct.pack(">HHHHH", flags, 1, 1 if found else 0, 0, 0)
        record = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 5, 4) + socket.inet_aton(found) if found else b""
        server.sendto(head + asked + record, whom)


def forward(name, port, target):
    """Lets a service of this machine answer at its name and port."""
    server = socket.create_server((ADDRESSES[name], port))

    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def accept():
        while True:
            client, _ = server.accept()
            upstream = socket.create_connection(("127.0.0.1", target))
            for pair in [(client, upstream), (upstream, client)]:
                threading.Thread(target=pump, args=pair, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def container(root, user, command, env, **more):
    """Starts a command in the image's root as its user, with nothing else."""

    def enter():
        os.chroot(root)
        os.chdir("/")
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
        # PR_SET_NO_NEW_PRIVS. Going from root to another user has dropped the capabilities.
        LIBC.prctl(38, 1, 0, 0, 0)

    return subprocess.Popen(command, env=env, preexec_fn=enter, text=True, **more)
