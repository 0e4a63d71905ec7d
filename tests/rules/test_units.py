"""Limits in the unit of the metric, and every spelling of a bucket bound, as Prometheus itself reads them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.promql import Matcher, Selector
from slo.units import bound_pattern
from tests.rules.judge import case, judged
from tests.rules.kinds import compiled, specification
from tests.specimens import emitted

if TYPE_CHECKING:
    from pathlib import Path

SPELLED = {
    "0.3": ("0.3", "0.30", "3e-1", "3E-01", "3.0E-1"),
    "1": ("1", "1.0", "1e0", "1e+00", "1.0E0"),
    "250": ("250", "250.0", "2.5e2", "2.5e+02", "2.50E2"),
    "1000000": ("1000000", "1000000.0", "1e6", "1e+06", "1.0E6"),
    "0.268435454": ("0.268435454", "2.68435454e-01", "2.68435454E-1"),
    "0.00001": ("0.00001", "1e-05", "1.0E-5"),
}
OTHERS = (
    "3",
    "0.03",
    "3e1",
    "10",
    "1e1",
    "1e-1",
    "2.5",
    "25",
    "2500",
    "1e5",
    "1e-06",
    "+Inf",
    "-1",
    "0.268435455",
    "0x1",
)
REQUESTS = {"_count": 60, '_bucket{{le="{}"}}': 54, '_bucket{{le="+Inf"}}': 60}
"""Events per minute: a tenth is slower than the limit."""

SLOS = {
    "mesh": ("took_milliseconds", "250ms", "", "250"),
    "mesh-float": ("job_ms", "250ms", "", "250.0"),
    "java": ("java", "1000ms", "unit: us", "1.0E6"),
    "go": ("go_bytes", "1MiB", "", "1.048576e+06"),
    "cache": ("cache_seconds", "100us", "", "0.0001"),
    "odd": ("odd_seconds", "0.268435454", "", "0.268435454"),
    "nano": ("took_nanoseconds", "1s", "", "1e+09"),
}
"""Name of an SLO -> histogram, limit, what else it says, and how its bucket is spelled."""


def test_patterns_match_spellings_of_their_bound_alone(tmp_path: Path, promtool: Path) -> None:
    """As Prometheus matches them: each pattern finds its own spellings among all."""
    every = [text for texts in SPELLED.values() for text in texts] + list(OTHERS)
    series = {f'x_bucket{{le="{text}"}}': "1" for text in every}
    checks = [
        ("0s", str(Selector("x_bucket", (Matcher("le", "=~", bound_pattern(Decimal(bound))),))), samples(texts))
        for bound, texts in SPELLED.items()
    ]
    assert judged(promtool, tmp_path, "groups: []\n", "1m", case("spellings", "1m", series, *checks)) == ""


def samples(spelled: tuple[str, ...]) -> dict[str, float]:
    """The series of these buckets."""
    return {f'x_bucket{{le="{text}"}}': 1 for text in spelled}


def test_limits_are_in_the_unit_of_the_histogram(tmp_path: Path, promtool: Path) -> None:
    """Of each histogram a tenth is slower than the limit, whatever its unit and the spelling of its bound."""
    text = {
        name: f"sli: {{latency: {{histogram: {histogram}, under: {under}, {more}}}}}"
        for name, (histogram, under, more, _) in SLOS.items()
    }
    series = {
        f"{histogram}{suffix.format(bound)}": f"0+{events}x80"
        for histogram, _, _, bound in SLOS.values()
        for suffix, events in REQUESTS.items()
    }
    checks = [("70m", f'round(100 * slo:error_ratio:1h{{slo="{name}"}})', labels(name, 10)) for name in SLOS]
    rules = emitted("prometheus", compiled(specification(text)))
    assert judged(promtool, tmp_path, rules, "1m", case("units", "1m", series, *checks)) == ""


def labels(name: str, value: float) -> dict[str, float]:
    """The recorded series of an SLO."""
    return {f'{{service="svc",shard="svc-0",slo="{name}"}}': value}


def test_timestamps_in_milliseconds_grow_old(tmp_path: Path, promtool: Path) -> None:
    """The last success was at second 0: after fifteen minutes every minute is bad."""
    sli = "sli: {freshness: {timestamp: success_timestamp_ms, under: 15m}}"
    rules = emitted("prometheus", compiled(specification({"fresh": sli})))
    checks = [(at, '1 * slo:error_ratio:5m{slo="fresh"}', labels("fresh", bad)) for at, bad in (("14m", 0), ("25m", 1))]
    seen = case("old", "1m", {"success_timestamp_ms": "0x60"}, *checks)
    assert judged(promtool, tmp_path, rules, "1m", seen) == ""
