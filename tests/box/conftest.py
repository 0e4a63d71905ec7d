"""A checkout with the real box and tiny stand-ins for all that it runs: every process answers 200 and nothing else."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from box.processes import MARKER
from box.services import SERVICES

REPOSITORY = Path(__file__).resolve().parents[2]

# Answers on the port that the service table gives it, by flag or by variable. STUBBORN ignores SIGTERM, BROKEN ends,
# UNREADY answers 503 for ever.
TINY = """
import http.server, os, re, signal, sys
name = NAME
if sys.argv[1:] in (["--version"], ["version"]):
    print(name + ", version 9.9.9"); sys.exit()
if os.environ.get("BROKEN") == name:
    print("the disk is on fire"); sys.exit(3)
if os.environ.get("STUBBORN") == name:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
flags = " ".join(sys.argv)
found = re.search(r"(?:(?:listen-address|httpListenAddr)=127\\.0\\.0\\.1:|web-port=)(\\d+)", flags)
variables = ("SHOP_PORT", "PAGER_PORT", "PROBER_PORT", "COLLECTOR_HEALTH_PORT", "JAEGER_PORT")
port = int(found[1]) if found else int(next(os.environ[each] for each in variables if each in os.environ))
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(503 if os.environ.get("UNREADY") == name else 200)
        self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *_): pass
print(name, "listens")
http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


@dataclass(frozen=True, slots=True)
class Checkout:
    """A checkout in a folder of its own, and the environment its commands run in."""

    root: Path
    environment: dict[str, str]

    @property
    def run(self) -> Path:
        """Return its run folder."""
        return self.root / ".cache" / "run"

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a `box` command."""
        return subprocess.Popen(
            [sys.executable, "-m", "box", *arguments],
            cwd=self.root,
            env={**self.environment, **environment},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def box(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a `box` command to its end."""
        with self.start(*arguments, **environment) as process:
            output, errors = process.communicate(timeout=90)
        return subprocess.CompletedProcess(arguments, process.returncode, output, errors)

    def processes(self) -> list[psutil.Process]:
        """Return what runs of this checkout, found without the code under test."""
        return [each for each in psutil.process_iter() if _mark(each) == str(self.run)]

    def supervisor(self) -> psutil.Process:
        """Return its supervisord."""
        return psutil.Process(int((self.run / "supervisord.pid").read_text()))


def _mark(process: psutil.Process) -> str:
    try:
        return "" if process.status() == psutil.STATUS_ZOMBIE else process.environ().get(MARKER, "")
    except psutil.Error:
        return ""


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    """A checkout in a folder whose name has all that configuration files trip over; nothing of it runs afterwards."""
    root = tmp_path / "my 50% #1;clone"
    for name in ("box", "monitoring"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(REPOSITORY / "slos.yaml", root / "slos.yaml")
    variables = sorted({variable for service in SERVICES for _, variable in service.ports})
    ports = zip(variables, free_ports(len(variables)), strict=True)
    (root / ".env").write_text("".join(f"{variable}={port}\n" for variable, port in ports))
    _write_stand_ins(root)
    path = f"{root / 'bin'}{os.pathsep}{os.environ['PATH']}"
    kept = {key: value for key, value in os.environ.items() if not key.endswith("_PORT")}
    made = Checkout(root, {**kept, "PATH": path, "PYTHONPATH": str(root)})
    yield made
    left = made.processes()
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=10)


def _write_stand_ins(root: Path) -> None:
    modules = {f"apps/{name}": name for name in ("web", "catalog", "orders")} | {
        "locust": "locust",
        "box/pager": "pager",
        "box/prober": "prober",
    }
    (root / "apps").mkdir()
    (root / "apps" / "__init__.py").touch()
    for folder, name in modules.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        (root / folder / "__init__.py").touch()
        (root / folder / "__main__.py").write_text(TINY.replace("NAME", repr(name), 1))
    (root / "bin").mkdir()
    built = root / ".cache" / "bin"
    built.mkdir(parents=True)
    for program in (
        *(root / "bin" / name for name in ("prometheus", "alertmanager", "victoria-logs")),
        *(built / name for name in ("otelcol", "jaeger")),
    ):
        name = program.name
        # A shebang cannot hold a path with spaces, hence `env`.
        body = TINY.replace("NAME", repr(name), 1)
        program.write_text(f"#!/usr/bin/env python3\n{body}")
        program.chmod(0o755)


def free_ports(count: int) -> list[int]:
    """Return ports that are free now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
