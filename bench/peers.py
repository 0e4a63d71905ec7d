"""The programs that are measured: our own command, and other generators of rules where PATH has them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tools.wheel import build, install

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Peer:
    """Another generator: how to ask it for its version, and where it comes from."""

    name: str
    version: tuple[str, ...]
    install: str
    generate: Callable[[str, str, str], list[str]]


def _generate(program: str, spec: str, out: str) -> list[str]:
    return [program, "generate", "-i", spec, "-o", out]


SYSTEM = "slo, system Python"
_DISTRIBUTED = Path("/usr/bin/python3")

SLOTH = Peer("sloth", ("version",), "go install github.com/slok/sloth/cmd/sloth@v0.16.0", _generate)
SLOKIT = Peer("slokit", ("--version",), "cargo install slokit@1.9.0", _generate)


def path_of(peer: Peer) -> str | None:
    """Return the program on PATH; None if it is missing, which a line on stderr reports."""
    found = shutil.which(peer.name)
    if not found:
        print(f"bench: no {peer.name} on PATH, its rows are left out; `{peer.install}` fetches it", file=sys.stderr)
    return found


def version_of(peer: Peer, program: str) -> str:
    """Return name and version, such as `sloth 0.16.0`."""
    words = subprocess.run([program, *peer.version], check=True, capture_output=True, text=True).stdout.split()
    return f"{peer.name} {words[-1].removeprefix('v')}"


def our_programs(folder: Path) -> dict[str, str]:
    """Return our own command, installed from the wheel as users have it, by the name of its row.

    An interpreter that was compiled without the optimisations of distributions is a third slower, so where the
    distribution's own is another one than ours, it has a row of its own.
    """
    wheel = build(folder / "dist")
    return {
        name: str(install(wheel, folder / f"venv-{number}", python) / "slo")
        for number, (name, python) in enumerate(_interpreters().items())
    }


def _interpreters() -> dict[str, str]:
    found = {"slo": sys.executable}
    ask = "import sys; print(sys.base_prefix, sys.version_info >= (3, 11))"
    if _DISTRIBUTED.exists():
        command = [str(_DISTRIBUTED), "-c", ask]
        prefix, new = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        if new == "True" and Path(prefix) != Path(sys.base_prefix):
            found[SYSTEM] = str(_DISTRIBUTED)
    return found
