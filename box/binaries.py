"""Finds the servers: on PATH when new enough, else the ones that `make tools` built."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from box.errors import BoxError

# `prometheus, version 3.14.0`, `otelcol version 0.158.0`, Jaeger's `"gitVersion":"v2.13.0"`, and of VictoriaLogs
# `victoria-logs-v1.52.1`, or `victoria-logs-20260701-101500-tags-v1.52.1-0-g2be3c0a` in its own releases.
VERSION = re.compile(r"""(?:ersion["':\s]+v?|victoria-logs-(?:\S+-)?v)(\d+)\.(\d+)""")
VERSION_SECONDS = 30  # a program of 150 MB that was not read since the machine started, on a disk that is busy


@dataclass(frozen=True, slots=True)
class Wanted:
    """A server, the names it goes by on PATH, the oldest version that does, and how it is asked for its version.

    Without a name for PATH only the one that `make tools` builds is taken.
    """

    name: str
    aliases: tuple[str, ...]
    at_least: tuple[int, int]
    asks_version: tuple[str, ...] = ("--version",)


@dataclass(frozen=True, slots=True)
class Binary:
    """A server that was found; `version` is its first line without the build details, for people."""

    name: str
    path: Path
    version: tuple[int, int]
    origin: str

    def __str__(self) -> str:
        """Return the sentence that `box` prints about it."""
        return f"{self.name} {self.version[0]}.{self.version[1]} from {self.origin} ({self.path})"


WANTED = (
    Wanted("prometheus", ("prometheus",), (2, 42)),
    # Debian calls it prometheus-alertmanager.
    Wanted("alertmanager", ("alertmanager", "prometheus-alertmanager"), (0, 25)),
)


PROMETHEUS_OF_FULL = Wanted("prometheus", ("prometheus",), (3, 14))
TEMPO = Wanted("tempo", ("tempo",), (3, 0))
JAEGER = Wanted("jaeger", (), (2, 13), ("version",))
# The Collector of a distribution has other components than the config names.
TELEMETRY = (
    Wanted("otelcol", (), (0, 158)),
    Wanted("victoria-logs", ("victoria-logs", "victoria-logs-prod"), (1, 52)),
)


def trace_store(search_path: str) -> str:
    """Return what keeps traces: Tempo where PATH has one that is new enough, else Jaeger."""
    return TEMPO.name if _on_path(TEMPO, search_path) else JAEGER.name


def wanted(search_path: str, *, full: bool) -> tuple[Wanted, ...]:
    """Return the servers that a run needs."""
    if not full:
        return WANTED
    _, alertmanager = WANTED
    store = {TEMPO.name: TEMPO, JAEGER.name: JAEGER}[trace_store(search_path)]
    return (PROMETHEUS_OF_FULL, alertmanager, *TELEMETRY, store)


def version_of(path: Path, asks_version: tuple[str, ...] = ("--version",)) -> tuple[int, int] | None:
    """Return major and minor version of a server, None when it is not known."""
    try:
        answer = subprocess.run(
            [path, *asks_version], capture_output=True, text=True, timeout=VERSION_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    # Up to 2.x the servers wrote their version to standard error.
    found = VERSION.search(answer.stdout + answer.stderr)
    return (int(found[1]), int(found[2])) if found else None


def _on_path(server: Wanted, search_path: str) -> Binary | None:
    for alias in server.aliases:
        path = shutil.which(alias, path=search_path)
        version = version_of(Path(path), server.asks_version) if path else None
        if path and version and version >= server.at_least:
            return Binary(server.name, Path(path), version, "PATH")
    return None


def find(server: Wanted, built: Path, search_path: str) -> Binary:
    """Return the server to run.

    Args:
        server: which server.
        built: the folder that `make tools` fills.
        search_path: what PATH holds.

    Raises:
        BoxError: none is new enough; says how to get one.
    """
    if on_path := _on_path(server, search_path):
        return on_path
    own = built / server.name
    if own.is_file() and (version := version_of(own, server.asks_version)):
        return Binary(server.name, own, version, "make tools")
    least = f"{server.at_least[0]}.{server.at_least[1]}"
    if not server.aliases:
        raise BoxError(f"{server.name} >= {least} is needed: run `make tools` to build it")
    reason = "; ".join(_too_old(server, search_path)) or "none on PATH"
    raise BoxError(f"{server.name} >= {least} is needed ({reason}): run `make tools` to build it, or install one")


def _too_old(server: Wanted, search_path: str) -> list[str]:
    found = [shutil.which(alias, path=search_path) for alias in server.aliases]
    return [f"{path} is {_spelled(version_of(Path(path), server.asks_version))}" for path in found if path]


def _spelled(version: tuple[int, int] | None) -> str:
    return f"{version[0]}.{version[1]}" if version else "of unknown version"


def find_all(root: Path, search_path: str, *, full: bool = False) -> dict[str, Binary]:
    """Return every server by name; with `full` those that keep traces and logs, too.

    Raises:
        BoxError: one is missing.
    """
    built = root / ".cache" / "bin"
    return {server.name: find(server, built, search_path) for server in wanted(search_path, full=full)}
