"""Built servers, kept once per user and linked from `.cache/bin` of every checkout.

An entry is a folder named after all that decides the bytes of its programs, so that checkouts with other pins have
entries of their own. A program comes into its entry by a rename, when it is whole and has run once.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

from tools import usercache
from tools.exclusive import exclusive

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tools.modules import Module

BIN = usercache.ROOT / ".cache" / "bin"
UNUSED_SECONDS = 90 * 24 * 3600
RUNS_WITHIN = 60  # seconds: a large program, the first time after the machine started, on a disk that is busy


def servers() -> Path:
    """Return the folder of all entries."""
    return usercache.folder() / "servers"


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Hold the lock of all that adds to the shared folder or removes it; remove what killed builds left."""
    busy = "tools: another run, here or in another checkout, builds servers; waiting for it"
    with exclusive(usercache.folder() / "lock", busy):
        servers().mkdir(parents=True, exist_ok=True)
        for folder in servers().glob(".new-*"):
            shutil.rmtree(folder, ignore_errors=True)
        yield


def entry(module: Module, go: tuple[int, ...]) -> Path:
    """Return the folder of what a module builds with the Go version `go`."""
    return servers() / module.name / f"{module.version}-{module.fingerprint(go)[:16]}"


def runs(module: Module, program: Path) -> bool:
    """Tell whether a program is there and says its version."""
    command = [str(program), *module.asks_version]
    try:
        return subprocess.run(command, check=False, capture_output=True, timeout=RUNS_WITHIN).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def link(program: Path) -> bool:
    """Link to a program from `.cache/bin`, replacing at once what was there; return whether that changed anything."""
    here = BIN / program.name
    if here.is_symlink() and here.readlink() == program:
        return False
    BIN.mkdir(parents=True, exist_ok=True)
    new = BIN / f".{program.name}-{os.getpid()}"
    new.unlink(missing_ok=True)
    new.symlink_to(program)
    new.replace(here)
    return True


def mark_used(folder: Path) -> None:
    """Note that a checkout uses an entry."""
    os.utime(folder)


def put(built: Path, folder: Path) -> Path:
    """Move a program into its entry; return where it is now."""
    folder.mkdir(parents=True, exist_ok=True)
    return built.replace(folder / built.name)


def remove_unused(module: Module) -> None:
    """Remove the entries of a module that no checkout has used for a long time."""
    oldest = time.time() - UNUSED_SECONDS
    for folder in (servers() / module.name).iterdir():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder)
