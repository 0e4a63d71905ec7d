"""Waits until all export queues are empty, and reads what was dropped from the counters of each part."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import requests
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.shop_logs import TIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.samples import Sample

    from bench.fullbox import FullBox

_DRAIN_SECONDS = 120.0
_STORED_AFTER_SECONDS = 5.0
"""From an empty queue until the stores show what they were sent."""
COLLECTOR = "otel-collector/metrics"
SHOP_DROPS = ("shop_telemetry_dropped_total",)
SHOP_QUEUES = tuple(
    f"otel_sdk_{place}"
    for signal in ("span", "log")
    for place in (f"processor_{signal}_queue_size", f"exporter_{signal}_inflight")
)
COLLECTOR_DROPS = (
    "otelcol_exporter_send_failed_spans",
    "otelcol_exporter_send_failed_log_records",
    "otelcol_exporter_enqueue_failed_spans",
    "otelcol_exporter_enqueue_failed_log_records",
)


def drain(box: FullBox) -> float:
    """Wait until all queues are empty; return how many spans and lines all parts have counted as lost."""
    deadline = time.monotonic() + _DRAIN_SECONDS
    while (queued := _queued(box)) > 0:
        assert time.monotonic() < deadline, f"{queued:.0f} spans and lines still queued after {_DRAIN_SECONDS:.0f} s"
        time.sleep(1)
    time.sleep(_STORED_AFTER_SECONDS)
    in_shop = sum(total(box, tier, *SHOP_DROPS) + _queue_full(box, tier) for tier in TIERS)
    return in_shop + total(box, COLLECTOR, *COLLECTOR_DROPS)


def total(box: FullBox, name: str, *metrics: str) -> float:
    """The sum of all series of some metrics; 0 for those that do not exist yet."""
    bases = {metric.removesuffix("_total") for metric in metrics}
    names = bases | {f"{base}_total" for base in bases}  # the Collector's counters lack the suffix that the parser adds
    return sum(sample.value for sample in _samples(box, name) if sample.name in names)


def _samples(box: FullBox, name: str) -> Iterator[Sample]:
    for family in text_string_to_metric_families(box.text(name, "/metrics")):
        yield from family.samples


def _queue_full(box: FullBox, tier: str) -> float:
    return sum(sample.value for sample in _samples(box, tier) if sample.labels.get("error_type") == "queue_full")


def _queued(box: FullBox) -> float:
    try:
        in_shop = sum(total(box, tier, *SHOP_QUEUES) for tier in TIERS)
        return in_shop + total(box, COLLECTOR, "otelcol_exporter_queue_size")
    except requests.RequestException:
        return 1.0  # not back yet
