"""The kinds of service level indicators: one module and one line here for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.sli.events import EventsSpec
from slo.sli.freshness import FreshnessSpec
from slo.sli.latency import LatencySpec
from slo.sli.ratio import RatioSpec
from slo.sli.threshold import ThresholdSpec
from slo.sli.up import UpSpec

if TYPE_CHECKING:
    from slo.model import SliSpec

KINDS: dict[str, type[SliSpec]] = {
    "events": EventsSpec,
    "latency": LatencySpec,
    "threshold": ThresholdSpec,
    "up": UpSpec,
    "freshness": FreshnessSpec,
    "ratio": RatioSpec,
}
"""Key under `sli` in the file -> the schema below it."""
