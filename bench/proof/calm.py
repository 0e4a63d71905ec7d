"""Waits until all queues are empty, and reads from the parts' own counters what was thrown away."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import requests
from prometheus_client.parser import text_string_to_metric_families

from bench.cost import CommandFailedError
from bench.proof.fullbox import TIERS

if TYPE_CHECKING:
    from bench.proof.fullbox import FullBox

_PATIENCE_SECONDS = 120.0
_STORED_AFTER_SECONDS = 5.0
"""From an empty queue until the stores show what they were given."""
COLLECTOR = "otel-collector/metrics"
SHOP_DROPS = ("shop_telemetry_dropped_total",)
SHOP_QUEUES = tuple(
    f"otel_sdk_{place}"
    for signal in ("span", "log")
    for place in (f"processor_{signal}_queue_size", f"exporter_{signal}_inflight")
)
"""What waits in a tier, and what its exporter has under way."""
COLLECTOR_DROPS = (
    "otelcol_exporter_send_failed_spans",
    "otelcol_exporter_send_failed_log_records",
    "otelcol_exporter_enqueue_failed_spans",
    "otelcol_exporter_enqueue_failed_log_records",
)


def settle(box: FullBox) -> float:
    """Wait until nothing waits any more; return how many spans and lines all parts say they have lost.

    Raises:
        CommandFailedError: something still waits after two minutes.
    """
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while (left := _waiting(box)) > 0:
        if time.monotonic() > deadline:
            raise CommandFailedError(f"{left:.0f} spans and lines still wait after {_PATIENCE_SECONDS:.0f} s")
        time.sleep(1)
    time.sleep(_STORED_AFTER_SECONDS)
    in_shop = sum(total(box, tier, *SHOP_DROPS) + _queue_full(box, tier) for tier in TIERS)
    return in_shop + total(box, COLLECTOR, *COLLECTOR_DROPS)


def total(box: FullBox, name: str, *metrics: str) -> float:
    """The sum of all series of some metrics, as the part itself exposes them; 0 for those that it has not yet."""
    bases = {metric.removesuffix("_total") for metric in metrics}
    names = bases | {f"{base}_total" for base in bases}  # the parser calls every counter so, the Collector none
    families = text_string_to_metric_families(box.text(name, "/metrics"))
    return sum(sample.value for family in families for sample in family.samples if sample.name in names)


def _queue_full(box: FullBox, tier: str) -> float:
    families = text_string_to_metric_families(box.text(tier, "/metrics"))
    samples = (sample for family in families for sample in family.samples)
    return sum(sample.value for sample in samples if sample.labels.get("error_type") == "queue_full")


def _waiting(box: FullBox) -> float:
    try:
        in_shop = sum(total(box, tier, *SHOP_QUEUES) for tier in TIERS)
        return in_shop + total(box, COLLECTOR, "otelcol_exporter_queue_size")
    except requests.RequestException:
        return 1.0  # not back yet
