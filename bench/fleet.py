"""SLOs with a past, as a Prometheus would have recorded them: for the pictures and the benchmark of `slo serve`.

Traffic is constant and errors are stretches of time, so that every recorded value is an integral known exactly.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bench.history import add_samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0
WINDOW = 30 * DAY
WINDOWS = {"5m": 5 * MINUTE, "30m": 30 * MINUTE, "1h": HOUR, "2h": 2 * HOUR, "6h": 6 * HOUR, "1d": DAY, "3d": 3 * DAY}
TIERS = (
    ("page-fast", "page", 14.4, "1h", "5m"),
    ("page-slow", "page", 6.0, "6h", "30m"),
    ("ticket-fast", "ticket", 3.0, "1d", "2h"),
    ("ticket-slow", "ticket", 1.0, "3d", "6h"),
)
STEP = 240.0
"""Seconds between samples: less than Prometheus looks back."""
_AHEAD = 1_800.0
Burst = tuple[float, float, float]
"""Hours ago in which errors began and ended, and the error ratio."""


@dataclass(frozen=True, slots=True)
class Past:
    """An SLO, or a member of a group: its events a second, and its errors.

    Attributes:
        base: the error ratio outside of the bursts.
        recorded: seconds ago at which its records begin.
        metric: counter of its requests; empty for one of its own.
        maintenance: hours ago at which a maintenance of the service began and ended.
    """

    name: str
    title: str
    team: str = ""
    objective: float = 0.999
    rate: float = 20.0
    base: float = 0.0001
    bursts: tuple[Burst, ...] = ()
    recorded: float = WINDOW
    labels: Mapping[str, str] = field(default_factory=dict)
    silent: bool = False
    service: str = "shop"
    maintenance: tuple[float, float] | None = None

    def ratio(self, at: float, window: float, now: float) -> float:
        """Return the mean error ratio of a window that ends at a time."""
        window = max(STEP, min(window, at - now + self.recorded))
        more = sum(
            max(0.0, min(at, now - HOUR * end) - max(at - window, now - HOUR * begin)) * (ratio - self.base)
            for begin, end, ratio in self.bursts
        )
        return self.base + more / window

    @property
    def identity(self) -> dict[str, str]:
        """Return the labels of its records."""
        return {"shard": "shop-0", "service": self.service, "slo": self.name, **self.labels}


Sample = tuple[str, Mapping[str, str], float]


def load(folder: Path, pasts: Sequence[Past], now: float, span: float) -> None:
    """Write the records of the last `span` seconds into `folder`/data."""
    (folder / "fleet.om").write_text("\n".join((*_text(pasts, now, span), "# EOF", "")), encoding="utf-8")
    add_samples(folder, folder / "fleet.om")


def _text(pasts: Sequence[Past], now: float, span: float) -> Iterator[str]:
    """Yield lines of OpenMetrics: all samples of a series together, in the order of time."""
    series: dict[str, list[str]] = {}
    times = [now - span + STEP * index for index in range(int((span + _AHEAD) / STEP) + 1)]
    for at in times:
        for name, labels, value in (sample for past in pasts for sample in _samples(past, at, now)):
            inside = ",".join(f'{key}="{text}"' for key, text in labels.items())
            series.setdefault(f"{name}{{{inside}}}", []).append(f"{value:.9g} {at:.0f}")
        series.setdefault('slo:evaluated:timestamp_seconds{shard="shop-0"}', []).append(f"{at:.0f} {at:.0f}")
    for name, values in series.items():
        yield from (f"{name} {value}" for value in values)


def _samples(past: Past, at: float, now: float) -> Iterator[Sample]:
    own, facts = past.identity, {"objective": f"{past.objective:g}", "window": "30d", "title": past.title}
    yield "slo:info", {**own, **facts, **({"team": past.team} if past.team else {})}, 1
    yield "slo:budget:ratio", own, 1 - past.objective
    if past.maintenance and past.maintenance[1] * HOUR <= now - at <= past.maintenance[0] * HOUR:
        yield "slo:maintenance", {"shard": "shop-0", "service": past.service}, 1
    if not past.silent and at >= now - past.recorded:
        yield from _records(past, at, now)
        yield from _alerts(past, at, now)
        yield from _requests(past, at, now)


def _records(past: Past, at: float, now: float) -> Iterator[Sample]:
    own, known = past.identity, at - now + past.recorded
    for name, seconds in {**WINDOWS, "30d": WINDOW}.items():
        ratio, covered = past.ratio(at, seconds, now), min(seconds, known)
        yield f"slo:error_ratio:{name}", own, ratio
        for kind, value in (
            ("total", past.rate * covered),
            ("bad", past.rate * covered * ratio),
            ("covered", covered),
        ):
            yield f"slo:events:{name}", {**own, "kind": kind}, value
    covered = min(1.0, known / WINDOW)
    yield "slo:window_covered:ratio", own, covered
    left = 1 - past.ratio(at, WINDOW, now) * covered / (1 - past.objective)
    yield "slo:budget_remaining:ratio", own, left


def _alerts(past: Past, at: float, now: float) -> Iterator[Sample]:
    """Yield the alerts that fire."""
    for tier, severity, factor, long, short in TIERS:
        limit = factor * (1 - past.objective)
        if min(past.ratio(at, WINDOWS[each], now) for each in (long, short)) <= limit:
            continue
        prefix = "".join(part.capitalize() for part in f"{past.service}-{past.name}".split("-"))
        labels = {"service": past.service, "slo": past.name, "tier": tier, "severity": severity, **past.labels}
        more = {"team": past.team} if past.team else {}
        alert = {"alertname": f"{prefix}BudgetBurn", **labels, **more}
        yield "ALERTS", {**alert, "alertstate": "firing"}, 1
        yield "ALERTS_FOR_STATE", alert, max((now - HOUR * begin for begin, _, _ in past.bursts), default=at)


def _requests(past: Past, at: float, now: float) -> Iterator[Sample]:
    """Yield the counters of the service itself, and a histogram in which failed requests are slow, too."""
    passed, job = at - now + past.recorded, {"job": past.name, **past.labels}
    bad = past.rate * passed * past.ratio(at, passed, now)
    total = past.rate * passed
    yield "http_requests_total", {**job, "status": "200"}, total - bad
    yield "http_requests_total", {**job, "status": "500"}, bad
    for bound, share in (("0.05", 0.5), ("0.1", 0.8), ("0.3", 0.97), ("1", 1.0)):
        yield "http_request_duration_seconds_bucket", {**job, "le": bound}, (total - bad) * share
    yield "http_request_duration_seconds_bucket", {**job, "le": "+Inf"}, total


def rules(folder: Path, pasts: Iterable[Past]) -> Path:
    """Return the rules of `slo build` for these SLOs, evaluated so seldom that nothing is recorded."""
    text = ["version: 1", "service: shop", "slos:"]
    for past in {(each.service, each.name): each for each in pasts}.values():
        total = f'http_requests_total{{job="{past.name}"}}'
        text += [
            f"  - name: {past.name}",
            f"    title: {past.title}",
            f"    objective: {100 * past.objective:.10g}%",
            "    sli: {events: {total: '" + total + "', bad: '" + total[:-1] + ', status=~"5.."}' + "'}}",
        ]
        text += [f"    group_by: [{', '.join(past.labels)}]"] if past.labels else []
    source = folder / "slos.yaml"
    source.write_text("\n".join((*text, "")), encoding="utf-8")
    command = [sys.executable, "-m", "slo", "build", str(source), "-o", str(folder / "out"), "--target=prometheus"]
    subprocess.run(command, check=True, capture_output=True)
    (made,) = (folder / "out").rglob("*.rules.yml")
    made.write_text(
        made.read_text().replace("interval: 1m", "interval: 8760h").replace("interval: 5m", "interval: 8760h")
    )
    return made
