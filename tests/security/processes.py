"""A tier of the shop and the pager as processes, and raw requests to them that no client would send."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import requests

from tests.box.conftest import free_ports
from tests.conftest import ROOT
from tests.local import send

PATIENCE = 90


@contextmanager
def serving(module: str, health: str, folder: Path, **environment: str) -> Iterator[int]:
    """Run a module that serves until the block ends; gives its port. `{port}` in a value is that port."""
    (port,) = free_ports(1)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "SHOP_", "PAGER_"))}
    own = {name: value.format(port=port) for name, value in environment.items()}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module], cwd=ROOT, env={**kept, **own}, stdout=log, stderr=log
        )
    try:
        _wait_ready(f"http://127.0.0.1:{port}{health}", folder / "log")
        yield port
    finally:
        end(process)


def end(process: subprocess.Popen[bytes], patience: float = PATIENCE) -> None:
    """Ask a process to end; one that does not is killed, so that nothing of it holds a port or a folder.

    Raises:
        subprocess.TimeoutExpired: it had to be killed.
    """
    process.terminate()
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def _wait_ready(url: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        with suppress(requests.RequestException):
            if send("GET", url).ok:
                return
        assert time.monotonic() < end, log.read_text()[-2000:]
        time.sleep(0.05)


def raw(port: int, *parts: bytes, pause: float = 0) -> bytes:
    """Send parts over one connection and return all that comes back before the other side closes it."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        with suppress(OSError):  # closed while there is still something to send
            for part in parts:
                connection.sendall(part)
                time.sleep(pause)
        answer = b""
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                answer += part
    return answer


def status(answer: bytes) -> int:
    """Return the status of an answer; 0 when the connection was closed without one."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


def request(method: str, target: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """Return a request that closes its connection."""
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body
