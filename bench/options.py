"""What the command line asks a benchmark for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure.

    Attributes:
        quick: smaller sizes and fewer runs.
        shapes: these shapes of traffic; none means all.
        only: these parts of the stack; none means all.
    """

    quick: bool = False
    shapes: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
