"""What the command line asks a benchmark for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """Attributes: `quick` asks for smaller sizes and fewer runs; `shapes` picks shapes of traffic, none means all."""

    quick: bool = False
    shapes: tuple[str, ...] = ()
