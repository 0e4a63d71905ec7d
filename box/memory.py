"""How much memory a service takes that counts towards its limit."""

from collections.abc import Callable
from typing import Any

import psutil

MIB = 1024 * 1024


def used_mib(pid: int) -> float | None:
    """Return the memory of a process and its children without pages of files, None when it does not run.

    The kernel drops pages of files when memory is needed: those of programs, and of data that stores map into memory.
    What remains is what a container is killed for. Where the system does not tell them apart it is all resident memory.
    """
    return _sum(pid, lambda memory: memory.rss - getattr(memory, "shared", 0))


def resident_mib(pid: int) -> float | None:
    """Return all resident memory of a process and its children, None when it does not run."""
    return _sum(pid, lambda memory: memory.rss)


def _sum(pid: int, read: Callable[[Any], int]) -> float | None:
    if not pid:
        return None
    try:
        parent = psutil.Process(pid)
        return sum(read(each.memory_info()) for each in (parent, *parent.children(recursive=True))) / MIB
    except psutil.Error:
        return None
