"""What a program takes: time, processor and memory of a whole process, its start included."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_LAUNCHER = Path(__file__).with_name("launch.py")


class CommandFailedError(Exception):
    """A program that is measured did not do what it was asked to."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One run: wall time and processor time in seconds, peak memory in bytes."""

    wall: float
    cpu: float
    memory: float


def environment() -> dict[str, str]:
    """Our own, but as users have it: their interpreter keeps what it compiled."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def measure(command: Sequence[str]) -> Cost:
    """Run a command once; its first word is the path of a program.

    Raises:
        CommandFailedError: the command ended with another exit code than 0.
    """
    launcher = [sys.executable, "-I", "-S", str(_LAUNCHER), *command]
    done = subprocess.run(launcher, check=True, capture_output=True, text=True, env=environment())
    wall, cpu, memory, code = (float(word) for word in done.stdout.split())
    if code:
        raise CommandFailedError(f"`{' '.join(command)}` ended with {code:.0f}:\n{done.stderr[-2000:]}")
    return Cost(wall, cpu, memory)


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of each figure; the peak of the memory."""
    return Cost(
        median(cost.wall for cost in costs), median(cost.cpu for cost in costs), max(cost.memory for cost in costs)
    )
