"""Samples exemplars and marks their spans, so that the Collector keeps their traces; no package does that."""

import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

from opentelemetry.trace import Span

MARK = "slobox.exemplar"
"""Boolean attribute of a span with an exemplar: the Collector's tail sampling keeps its trace."""


@dataclass(slots=True)
class ExemplarSampler:
    """Takes one exemplar per series and bucket every `seconds`.

    prometheus-client replaces the exemplar of a bucket on every observation, and any of them may be scraped. So the
    spans of all of them are marked.
    """

    buckets: tuple[float, ...]
    seconds: float
    marked: Callable[[], None]
    clock: Callable[[], float] = time.monotonic
    _last: dict[tuple[object, int], float] = field(default_factory=dict)

    def take(self, span: Span, series: object, value: float) -> dict[str, str] | None:
        """Return the exemplar of an observation, or None; only recorded and sampled spans get one."""
        if not span.is_recording():
            return None
        context = span.get_span_context()
        if not context.trace_flags.sampled:
            return None
        key, now = (series, bisect_left(self.buckets, value)), self.clock()
        if now - self._last.get(key, float("-inf")) < self.seconds:
            return None
        self._last[key] = now
        span.set_attribute(MARK, True)  # noqa: FBT003 - OpenTelemetry's signature
        self.marked()
        return {"trace_id": f"{context.trace_id:032x}", "span_id": f"{context.span_id:016x}"}
