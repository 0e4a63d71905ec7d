"""A whole stack of its own: `box up --full` on free ports, in a folder that is thrown away."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from bench.cost import CommandFailedError
from bench.ports import quiet_ports
from box.http import LocalSession
from box.layout import Layout
from box.services import BY_NAME, PORT_VARIABLES
from box.supervision.control import Control

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[1]
TIERS = ("web", "catalog", "orders")
_READY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class FullBox:
    """A running stack; `ports` are those of the service table, `store` is the service that keeps traces."""

    run: Path
    ports: Mapping[str, int]
    store: str
    _environment: Mapping[str, str] = field(repr=False)
    _session: requests.Session = field(repr=False)

    def url(self, name: str) -> str:
        """The address of a service, or of one of its further ports."""
        return f"http://127.0.0.1:{self.ports[name]}"

    def get(self, name: str, path: str, **parameters: str | int) -> Any:  # noqa: ANN401 - JSON is anything
        """What a service answers, as JSON.

        Raises:
            CommandFailedError: it does not answer, or not with success.
        """
        try:
            answer = self._session.get(self.url(name) + path, params=parameters)
            answer.raise_for_status()
            return answer.json()
        except (requests.RequestException, ValueError) as error:
            raise CommandFailedError(f"{name} does not answer {path}: {error}") from error

    def find(self, name: str, path: str) -> Any:  # noqa: ANN401 - JSON is anything
        """As `get`, but None for what a service does not know."""
        answer = self._session.get(self.url(name) + path)
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        answer.raise_for_status()
        return answer.json()

    def text(self, name: str, path: str) -> str:
        """What a service answers, as text."""
        answer = self._session.get(self.url(name) + path)
        answer.raise_for_status()
        return answer.text

    def log(self, name: str) -> Path:
        """Where the standard output of a service goes."""
        return self.run / "logs" / f"{name}.log"

    def fault(self, tier: str, name: str, **settings: object) -> None:
        """Switch a fault of the shop on; without settings, off."""
        token = Layout(ROOT, self.run).admin_token(tier).read_text().strip()
        answer = self._session.request(
            "PUT" if settings else "DELETE",
            f"{self.url(tier)}/admin/faults/{name}",
            json=settings or None,
            headers={"Authorization": f"Bearer {token}"},
        )
        answer.raise_for_status()

    def status(self) -> list[dict[str, Any]]:
        """What `box status` says of every service."""
        found: list[dict[str, Any]] = json.loads(_box(self._environment, "status", "--format", "json", check=False))
        return found

    def processes(self) -> dict[str, int]:
        """The process of every service."""
        states = self._control().states()
        return {name: states[name].pid for name in BY_NAME if name in states}

    def kill(self, name: str) -> float:
        """Kill a service with SIGKILL, and keep it dead; return the moment, seconds since epoch.

        It is frozen first, and supervisord asked to stop it then: so it dies without having heard of that, and is not
        started again.
        """
        control = self._control()
        pid = control.states()[name].pid
        os.kill(pid, signal.SIGSTOP)
        control.stop(name)
        os.kill(pid, signal.SIGKILL)
        return time.time()

    def pid(self, name: str) -> int:
        """Return the process ID of a service."""
        return self._control().states()[name].pid

    def revive(self, name: str) -> None:
        """Start a service that was killed, and wait until it is ready.

        Raises:
            CommandFailedError: it does not get ready.
        """
        control, deadline = self._control(), time.monotonic() + _READY_SECONDS
        while control.states()[name].state not in {"STOPPED", "EXITED"}:
            time.sleep(0.05)
        control.start(name)
        while not self._ready(name):
            if time.monotonic() > deadline:
                raise CommandFailedError(f"{name} does not come back within {_READY_SECONDS:.0f} s")
            time.sleep(0.2)

    def _ready(self, name: str) -> bool:
        return any(row["name"] == name and row["ready"] for row in self.status())

    def _control(self) -> Control:
        return Control(Layout(ROOT, self.run).socket)


@contextmanager
def full_box(*options: str, **environment: str) -> Iterator[FullBox]:
    """The stack, ready, until the block ends; `options` are more of `box up`, `environment` more variables.

    Raises:
        CommandFailedError: it does not come up, or, after a block that went well, does not go down.
    """
    run = Path(tempfile.mkdtemp(prefix="slobox-e2e-")).resolve() / "r"
    variables = {**_own_environment(run), **environment}
    try:
        _box(variables, "up", "--full", *options)
        chosen: dict[str, int] = json.loads((run / "state.json").read_text())["ports"]
        store = next(name for name in ("tempo", "jaeger") if name in chosen)
        with LocalSession(20) as session:
            yield FullBox(run, chosen, store, variables, session)
    except BaseException:
        with contextlib.suppress(CommandFailedError):  # told, and what is under way says more
            _take_down(variables, run)
        raise
    _take_down(variables, run)


def _own_environment(run: Path) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "SHOP_"))}
    variables = sorted(set(PORT_VARIABLES.values()))
    ports = dict(zip(variables, map(str, quiet_ports(len(variables))), strict=True))
    path = without_tempo(inherited.get("PATH", ""))
    return {**inherited, **ports, "PATH": path, "BOX_RUN_DIR": str(run)}


def without_tempo(search_path: str) -> str:
    """Return a PATH without the folders that hold a Tempo, which would replace the Jaeger that is built."""
    return os.pathsep.join(each for each in search_path.split(os.pathsep) if not Path(each, "tempo").exists())


def _take_down(environment: Mapping[str, str], run: Path) -> None:
    """Stop the stack and remove its folder; the folder of one that does not stop is left, to look into it."""
    try:
        _box(environment, "down")
    except CommandFailedError as error:
        print(f"{error}\nWhat it left is in {run}", file=sys.stderr)
        raise
    shutil.rmtree(run.parent, ignore_errors=True)


def _box(environment: Mapping[str, str], *arguments: str, check: bool = True) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "box", *arguments],
        cwd=ROOT,
        env=dict(environment),
        capture_output=True,
        text=True,
        check=False,
    )
    if check and done.returncode:
        raise CommandFailedError(f"`box {' '.join(arguments)}` ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return done.stdout
