"""What the tiers wrote to their standard output: it needs no pipeline, so it is the truth about logs and traces."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.proof.fullbox import TIERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bench.proof.fullbox import FullBox

SLOW_MS = 301.0
"""From here on the Collector keeps a trace for being slow; its limit is 300, and a line is rounded."""
SERVER_ERROR = 500
OK = 400

Key = tuple[str, str, str, str]
"""What a line is known by in every store: service, trace id, span id, text."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line within a trace; status and milliseconds are 0 unless it is the line of a request."""

    service: str
    trace: str
    span: str
    text: str
    level: str
    status: int
    ms: float

    @property
    def key(self) -> Key:
        """What it is known by."""
        return self.service, self.trace, self.span, self.text

    @property
    def kept(self) -> bool:
        """True when its trace has to be kept, for it failed or was slow."""
        return self.status >= SERVER_ERROR or self.ms >= SLOW_MS


def lines(box: FullBox) -> list[Line]:
    """All lines of all tiers that belong to a trace, also those that were rotated away once."""
    return [line for tier in TIERS for file in files(box.log(tier)) for line in parsed(file)]


def by_trace(found: Iterable[Line]) -> dict[str, list[Line]]:
    """The same lines, by trace."""
    grouped: dict[str, list[Line]] = {}
    for line in found:
        grouped.setdefault(line.trace, []).append(line)
    return grouped


def reached(of_trace: Iterable[Line]) -> set[str]:
    """The tiers that served a request."""
    return {line.service for line in of_trace if line.status}


def files(log: Path) -> list[Path]:
    """The file of a tier, and before it the one that was rotated away."""
    return [file for file in (log.with_name(f"{log.name}.1"), log) if file.exists()]


def parsed(file: Path) -> Iterator[Line]:
    """The lines of a file that belong to a trace."""
    with file.open(encoding="utf-8", errors="replace") as content:
        for text in content:
            line = _line(text)
            if line is not None:
                yield line


def _line(text: str) -> Line | None:
    if not text.startswith("{") or '"trace_id"' not in text:
        return None
    try:
        told: dict[str, Any] = json.loads(text)
    except ValueError:
        return None  # the end of a file that is being written, or the start of one that was rotated
    return Line(
        service=told["service"],
        trace=told["trace_id"],
        span=told["span_id"],
        text=told["event"],
        level=told["level"],
        status=int(told.get("status", 0)),
        ms=float(told.get("milliseconds", 0)),
    )
