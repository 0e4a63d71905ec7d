"""Real servers for tests: found on this machine, started on a free port, or the test is skipped with the reason."""

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError


def free_port() -> int:
    """Ask the system for a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def program(name: str, package: str, pattern: str = "") -> str:
    """Find a server on PATH, or where Debian keeps it."""
    found = shutil.which(name)
    places = [str(path) for path in sorted(Path("/").glob(pattern))] if pattern else []
    if found is None and not places:
        pytest.skip(f"no {name} on this machine (Debian: apt-get install {package})")
    return found or places[-1]


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Serve an empty Postgres; gives its URL without a database."""
    pattern = "usr/lib/postgresql/*/bin/{}"
    initdb = program("initdb", "postgresql", pattern.format("initdb"))
    server = program("postgres", "postgresql", pattern.format("postgres"))
    as_user, data, port = _not_root(folder), folder / "data", free_port()
    subprocess.run(
        [*as_user, initdb, "-D", data, "-U", "shop", "--auth=trust", "--no-sync"], check=True, capture_output=True
    )
    url = f"postgresql+psycopg://shop@127.0.0.1:{port}"
    command: list[str | Path] = [*as_user, server, "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"]
    with _running(command, folder / "log", lambda: _answers(f"{url}/postgres")):
        yield url


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Serve an empty Redis; gives its URL."""
    port = free_port()
    command = [program("redis-server", "redis-server"), "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with _running([*command, "--dir", str(folder)], folder / "log", lambda: _listens(port)):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _running(command: list[str | Path], log: Path, answers: Callable[[], bool]) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
    try:
        for _ in range(300):
            if answers():
                break
            time.sleep(0.05)
        else:
            pytest.fail(f"{command[0]} did not start: {log.read_text()[-2000:]}")
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(url: str) -> bool:
    engine = create_engine(url)
    try:
        engine.connect().close()
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _not_root(folder: Path) -> list[str]:
    """Postgres refuses to run as root: then an unprivileged user runs it, in a folder of its own."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return [program("setpriv", "util-linux"), f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
