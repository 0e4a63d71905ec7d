"""How much a folder takes on disk."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

BLOCK = 512


def disk_use(path: Path) -> int:
    """Return the bytes that removing a file or a folder frees.

    What vanishes meanwhile does not count, nor does a file with a second name: uv links packages from its cache.
    """
    total = 0
    stack = [str(path)]
    while stack:
        here = stack.pop()
        try:
            status = os.lstat(here)
            if stat.S_ISDIR(status.st_mode):
                stack.extend(entry.path for entry in os.scandir(here))
        except FileNotFoundError:
            continue
        if stat.S_ISDIR(status.st_mode) or status.st_nlink == 1:
            total += status.st_blocks * BLOCK
    return total


def megabytes(size: int) -> str:
    """Spell a number of bytes for people."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"  # noqa: PLR2004
