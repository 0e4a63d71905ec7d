"""Options of a benchmark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for.

    Attributes:
        quick: smaller sizes and fewer runs.
        runs: how often each row of `evaluation` and `breakers` runs; 0 is the default of the benchmark.
        shapes: names of traffic shapes of `accuracy`; none means all.
    """

    quick: bool = False
    runs: int = 0
    shapes: tuple[str, ...] = ()
