"""A Redis that can be killed and started again."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.ports import quiet_port

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = "redis-server"


@dataclass(slots=True)
class RedisServer:
    """One Redis, with nothing on disk."""

    folder: str
    port: int
    _process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it."""
        command = [PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(0.5)
        assert self._process.poll() is None, f"{PROGRAM} does not start on port {self.port}"

    def kill(self) -> float:
        """Kill it, if it runs; return the time, seconds since epoch."""
        if self._process:
            self._process.kill()
            self._process.wait()
        return time.time()


def available() -> bool:
    """Whether this machine has a Redis."""
    return shutil.which(PROGRAM) is not None


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A Redis that runs until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        server = RedisServer(folder, quiet_port())
        server.start()
        try:
            yield server
        finally:
            server.kill()
