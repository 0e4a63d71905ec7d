"""Finds the servers: on PATH when new enough, else the ones that `make tools` built."""

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from box.errors import BoxError

VERSION = re.compile(r"version (\d+)\.(\d+)")
VERSION_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Wanted:
    """A server, the names it goes by on PATH, and the oldest version that does."""

    name: str
    aliases: tuple[str, ...]
    at_least: tuple[int, int]


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


def version_of(path: Path) -> tuple[int, int] | None:
    """Return major and minor version of a server, None when it does not tell."""
    try:
        answer = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=VERSION_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    # Up to 2.x the servers wrote their version to standard error.
    found = VERSION.search(answer.stdout + answer.stderr)
    return (int(found[1]), int(found[2])) if found else None


def find(wanted: Wanted, built: Path, search_path: str) -> Binary:
    """Return the server to run.

    Args:
        wanted: which server.
        built: the folder that `make tools` fills.
        search_path: what PATH holds.

    Raises:
        BoxError: none is new enough; says how to get one.
    """
    too_old = []
    for alias in wanted.aliases:
        if on_path := shutil.which(alias, path=search_path):
            version = version_of(Path(on_path))
            if version and version >= wanted.at_least:
                return Binary(wanted.name, Path(on_path), version, "PATH")
            too_old.append(f"{on_path} is {_spelled(version)}")
    own = built / wanted.name
    if own.is_file() and (version := version_of(own)):
        return Binary(wanted.name, own, version, "make tools")
    reason = "; ".join(too_old) or "none on PATH"
    least = f"{wanted.at_least[0]}.{wanted.at_least[1]}"
    raise BoxError(f"{wanted.name} >= {least} is needed ({reason}): run `make tools` to build it, or install one")


def _spelled(version: tuple[int, int] | None) -> str:
    return f"{version[0]}.{version[1]}" if version else "of unknown version"


def find_all(root: Path, search_path: str) -> dict[str, Binary]:
    """Return every server by name.

    Raises:
        BoxError: one is missing.
    """
    built = root / ".cache" / "bin"
    return {wanted.name: find(wanted, built, search_path) for wanted in WANTED}
