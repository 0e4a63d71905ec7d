"""What the command line asks a benchmark for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for.

    Attributes:
        quick: smaller sizes and fewer runs.
        shapes: names of shapes of traffic; none means all.
        runs: how often each row of `evaluation` runs, how many runs `missing` makes; 0 leaves it to the benchmark.
        only: parts of the stack to kill or to flood, seeds of runs to make again; none means all.
        beside: a checkout of another version whose shop `breakers` measures, too.
    """

    quick: bool = False
    runs: int = 0
    shapes: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    beside: Path | None = None
