"""The machine: memory, disk, clock, versions, container engine."""

import platform
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psutil

from box.doctor import metrics
from box.doctor.values import Check, State
from box.errors import Broken, BrokenError
from box.servers import Servers

MIB = 1024 * 1024
LITTLE_MEMORY, NO_MEMORY = 512 * MIB, 128 * MIB
LITTLE_DISK, NO_DISK = 2048 * MIB, 256 * MIB
SKEW_SECONDS = 2.0
ENGINE_SECONDS = 5


def machine(folder: Path) -> Iterator[Check]:
    """Yield checks of this machine, with the free space on the disk of `folder`."""
    memory = psutil.virtual_memory()
    yield _room("memory", memory.available, (LITTLE_MEMORY, NO_MEMORY), "close other programs, or leave --full out")
    yield _room("disk", shutil.disk_usage(_existing(folder)).free, (LITTLE_DISK, NO_DISK), "make room: make clean")
    yield Check("python", "ok", f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _existing(folder: Path) -> Path:
    return next(each for each in (folder, *folder.parents) if each.exists())


def _room(name: str, free: int, limits: tuple[int, int], repair: str) -> Check:
    little, none = limits
    free_text = f"{free / MIB:,.0f} MiB free"
    if free < none:
        return Check(name, "broken", free_text, Broken(name, f"only {free_text}", repair))
    return Check(name, *(("warning", f"only {free_text}: {repair}") if free < little else ("ok", free_text)))


def clock(servers: Servers) -> Check:
    """Compare the clock of Prometheus with ours: exemplars, the dead man's switch and all ages depend on it."""
    try:
        theirs = metrics.value(servers, "vector(time())")
    except BrokenError as error:
        return Check("clock", "warning", f"not compared: {error.broken.problem}")
    skew = abs(time.time() - (theirs or 0))
    difference = f"{skew:.1f} s from that of prometheus"
    if skew <= SKEW_SECONDS:
        return Check("clock", "ok", difference)
    return Check(
        "clock", "broken", difference, Broken("clock", f"is {difference}", "synchronise it: timedatectl set-ntp on")
    )


def versions(servers: Servers, pinned: Mapping[str, str]) -> Iterator[Check]:
    """Yield the version of each server that reports one, compared with `.env`."""
    for name, (path, read) in VERSIONS.items():
        if name not in servers.urls:
            continue
        try:
            version = read(servers.ask(name, path)).removeprefix("v")
        except (BrokenError, KeyError, TypeError, AttributeError):
            yield Check(f"version of {name}", "warning", f"{name} does not report it")
            continue
        yield _compared(name, version, pinned.get(name, ""))


def _compared(name: str, version: str, wanted: str) -> Check:
    state: State = "ok"
    text = version or "built without one"
    if version and wanted and version.split(".")[:2] != wanted.split(".")[:2]:
        state, text = "warning", f"{version}, tested with {wanted}"
    return Check(f"version of {name}", state, text)


def _version(answer: dict[str, str]) -> str:
    return answer["version"]


VERSIONS: Mapping[str, tuple[str, Callable[..., str]]] = {
    "prometheus": ("/api/v1/status/buildinfo", lambda answer: _version(answer["data"])),
    "alertmanager": ("/api/v2/status", lambda answer: _version(answer["versionInfo"])),
    "loki": ("/loki/api/v1/status/buildinfo", _version),
    "tempo": ("/api/status/buildinfo", _version),
    "grafana": ("/api/health", _version),
}
"""Servers that report their version: the path, and how to read it."""


def engine(search_path: str) -> Check:
    """Return the container engine; only docker compose needs one."""
    program = shutil.which("docker", path=search_path)
    if not program:
        return Check("engine", "ok", "no docker: only docker compose needs it")
    try:
        done = subprocess.run(
            [program, "version", "--format", "{{.Server.Version}}"],
            capture_output=True,
            text=True,
            timeout=ENGINE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Check("engine", "warning", f"{program} does not answer: only docker compose needs it")
    if done.returncode:
        return Check("engine", "warning", f"{program} has no engine: only docker compose needs one")
    return Check("engine", "ok", f"docker {done.stdout.strip()}")
