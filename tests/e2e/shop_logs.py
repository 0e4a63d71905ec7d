"""What the tiers wrote to their standard output: it needs no pipeline, so it is the truth about logs and traces."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bench.fullbox import FullBox

TIERS = ("web", "catalog", "orders")
SLOW_MS = 301.0
"""From here on the Collector keeps a trace for being slow; its limit is 300, and log lines are rounded."""

Key = tuple[str, str, str, str]
"""A line in every store: service, trace ID, span ID, text."""


@dataclass(frozen=True, slots=True)
class Line:
    """A log line within a trace; status and milliseconds are 0 unless it is the line of a request."""

    service: str
    trace: str
    span: str
    text: str
    status: int
    ms: float

    @property
    def key(self) -> Key:
        """Its key in every store."""
        return self.service, self.trace, self.span, self.text

    @property
    def kept(self) -> bool:
        """Whether its trace must be kept, as the request failed or was slow."""
        return self.status >= 500 or self.ms >= SLOW_MS

    @property
    def succeeded(self) -> bool:
        """Whether it is the line of a request that was answered well."""
        return 0 < self.status < 400


def lines(box: FullBox) -> list[Line]:
    """All lines of all tiers that belong to a trace, the rotated file included."""
    return [line for tier in TIERS for file in files(box.log(tier)) for line in parsed(file)]


def by_trace(found: Iterable[Line]) -> dict[str, list[Line]]:
    """The same lines, by trace."""
    grouped: dict[str, list[Line]] = {}
    for line in found:
        grouped.setdefault(line.trace, []).append(line)
    return grouped


def files(log: Path) -> list[Path]:
    """The rotated file of a tier, and its current one."""
    return [file for file in (log.with_name(f"{log.name}.1"), log) if file.exists()]


def parsed(file: Path) -> Iterator[Line]:
    """The lines of a file that belong to a trace."""
    with file.open(encoding="utf-8", errors="replace") as content:
        for text in content:
            if text.startswith("{") and '"trace_id"' in text and (line := _line(text)):
                yield line


def _line(written: str) -> Line | None:
    try:
        record: dict[str, Any] = json.loads(written)
    except ValueError:
        return None  # cut off by rotation, or not yet written to its end
    service, trace, span, text = (record[name] for name in ("service", "trace_id", "span_id", "event"))
    return Line(service, trace, span, text, int(record.get("status", 0)), float(record.get("milliseconds", 0)))
