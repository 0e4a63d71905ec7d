"""One of the two counters of an SLI is missing: for every pair, every way to be missing, both layouts, both alerts.

What is right does not depend on how a counter is missing but on what it counts, and of which metric: see `RIGHT`.
Each SLO has two zones, 600 events a minute in each, of which 6 fail; counters go after an hour; looked at after 85
minutes. Rules are evaluated every five minutes, which is when the tiles of a window meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from slo.load import Source
from slo.model import Options
from slo.pipeline import Request, compile_sources
from tests.documents import dump
from tests.rules.judge import run
from tests.rules.missing.timeline import MINUTES, Series, Span
from tests.rules.missing.trying import ALERTS, TIERS, read, without_texts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.rules.missing.trying import Answer, Layout

UNKNOWN, NOTHING_BAD, ALL_FAILED = "unknown", "nothing bad", "all failed"
RIGHT = {
    # pair, of one metric or two, which of them is missing -> what its events are taken for
    ("total", "bad", "two metrics", "total"): UNKNOWN,
    ("total", "bad", "two metrics", "bad"): NOTHING_BAD,
    ("total", "bad", "one metric", "total"): UNKNOWN,
    ("total", "bad", "one metric", "bad"): NOTHING_BAD,
    ("total", "good", "two metrics", "total"): UNKNOWN,
    ("total", "good", "two metrics", "good"): UNKNOWN,
    ("total", "good", "one metric", "total"): UNKNOWN,
    ("total", "good", "one metric", "good"): ALL_FAILED,
    ("good", "bad", "two metrics", "good"): UNKNOWN,
    ("good", "bad", "two metrics", "bad"): NOTHING_BAD,
    ("good", "bad", "one metric", "good"): ALL_FAILED,
    ("good", "bad", "one metric", "bad"): NOTHING_BAD,
}
NEVER, GONE, ONE_ZONE, RENAMED = "never existed", "gone after an hour", "gone for one member", "renamed"
DOWN = "target down"
WAYS = (NEVER, GONE, ONE_ZONE, RENAMED, DOWN)

ZONES = ("a", "b")
RATES = {"total": 600.0, "good": 594.0, "bad": 6.0}
WENT, AT, HOUR = 60, 85, 60
OUTCOMES = {"good": {"outcome": "ok"}, "bad": {"outcome": "failed"}}
ANOTHER = {"outcome": "other"}
"""What a series of one metric is renamed to."""
TIER = TIERS[:1]
PAGES = 0.144
"""The error ratio of an hour that pages, at 99 %."""


@dataclass(frozen=True)
class Case:
    """A pair of counters, how one of them is missing, and whether `MemberNoData` is on."""

    pair: tuple[str, str]
    metrics: str
    missing: str
    way: str
    watched: bool

    @property
    def name(self) -> str:
        """The SLO's name, which begins its metrics."""
        words = (*self.pair, self.metrics, self.missing, self.way, "watched" if self.watched else "")
        return "-".join(" ".join(words).split())

    @property
    def one_metric(self) -> bool:
        """Whether labels tell the two apart."""
        return self.metrics == "one metric"

    @property
    def right(self) -> str:
        """What the events of the missing counter are taken for; a target that is down shows nothing at all."""
        return UNKNOWN if self.way == DOWN else RIGHT[*self.pair, self.metrics, self.missing]

    def slo(self) -> dict[str, Any]:
        """The SLO."""
        members = {"no_data_members": "ticket"} if self.watched else {}
        queries = {counter: self._query(counter) for counter in self.pair}
        alerts = {"policy": "pages", "exhausted": "off", **members}
        return {"name": self.name, "sli": {"events": queries}, "group_by": ["zone"], "alerts": alerts}

    def _metric(self, counter: str) -> str:
        named = self.name.replace("-", "_")
        return f"{named}_total" if self.one_metric else f"{named}_{counter}_total"

    def _query(self, counter: str) -> str:
        labels = OUTCOMES.get(counter) if self.one_metric else None
        return self._metric(counter) + (f'{{outcome="{labels["outcome"]}"}}' if labels else "")

    def series(self) -> Iterator[Series]:
        """All series of both zones, and those that others are renamed to."""
        for zone in ZONES:
            for counter in ("good", "bad") if self.one_metric else self.pair:
                gone = self._gone(counter, zone)
                labels = {**(OUTCOMES[counter] if self.one_metric else {}), "zone": zone}
                rates = [RATES[counter]] * MINUTES
                yield Series(self._metric(counter), labels, rates, [gone] if gone else [])
                if gone and self.way == RENAMED:
                    yield self._renamed(counter, labels, rates)

    def _gone(self, counter: str, zone: str) -> Span | None:
        """When a series is missing; a total of one metric is all of its series."""
        chosen = counter == self.missing or (self.one_metric and self.missing == "total")
        if self.way != DOWN and (not chosen or (self.way == ONE_ZONE and zone == "a")):
            return None
        return Span(0 if self.way == NEVER else WENT, MINUTES)

    def _renamed(self, counter: str, labels: dict[str, str], rates: list[float]) -> Series:
        before = [Span(0, WENT)]
        if self.one_metric and self.missing != "total":
            return Series(self._metric(counter), {**labels, **ANOTHER}, rates, before)
        return Series(f"{self._metric(counter)}_v2", labels, rates, before)

    def ratio(self, zone: str) -> float | None:
        """The error ratio of the known minutes of an hour: before the counter went, and after it where it counts 0."""
        after = HOUR if self.way == NEVER else AT - WENT
        if self.way == ONE_ZONE and zone == "a":
            after = 0
        bad, total = self._after()
        if self.right == UNKNOWN:
            return 0.01 if after < HOUR else None
        events = (HOUR - after) * RATES["total"] + after * total
        return ((HOUR - after) * RATES["bad"] + after * bad) / events

    def _after(self) -> tuple[float, float]:
        """Bad and all events of a minute without the missing counter."""
        seen = RATES["total"]
        if "total" not in self.pair or (self.one_metric and self.way != RENAMED):
            seen -= RATES[self.missing] if self.missing != "total" else 0
        if self.right == NOTHING_BAD:
            return 0, seen
        return (seen if "total" in self.pair else RATES["bad"]), seen

    def alerts(self) -> set[tuple[str, str]]:
        """Every alert that fires, with its zone."""
        zones = [zone for zone in ZONES if not (self.way == ONE_ZONE and zone == "a")]
        if self.right == UNKNOWN:
            if len(zones) == len(ZONES):
                return {("no-data", "")}
            return {("member-no-data", zone) for zone in zones if self.watched}
        return {("fast", zone) for zone in zones if self.right == ALL_FAILED and (self.ratio(zone) or 0) > PAGES}


CASES = [
    Case((one, other), metrics, missing, way, watched)
    for (one, other, metrics, missing), way, watched in product(RIGHT, WAYS, (False, True))
    if way != DOWN or missing == one  # all series are gone, whichever is asked for
]


@pytest.mark.parametrize("layout", ["default", "shared"])
def test_a_counter_that_is_missing(layout: Layout, promtool: Path, tmp_path: Path) -> None:
    """Unknown minutes are in no window and raise NoData; what did not happen counts 0; nothing else turns to 0 or 1."""
    seen = _seen(promtool, tmp_path, layout)
    wrong = [f"{case.name}: {text}" for case in CASES for text in _wrong(case, seen)]
    if wrong:
        pytest.fail("\n".join(wrong))


def _wrong(case: Case, seen: list[Answer]) -> Iterator[str]:
    own = [(asked, labels, value) for asked, _, labels, value in seen if labels["slo"] == case.name]
    found = {labels["zone"]: value for asked, labels, value in own if "error_ratio" in asked}
    for zone in ZONES:
        right = case.ratio(zone)
        if found.get(zone) != (right if right is None else pytest.approx(right, rel=0.03, abs=1e-4)):
            yield f"zone {zone}: expected {right}, recorded {found.get(zone)}"
    fires = {(labels["tier"], labels.get("zone", "")) for asked, labels, _ in own if "ALERTS" in asked}
    if fires != case.alerts():
        yield f"expected alerts {sorted(case.alerts())}, firing {sorted(fires)}"


def _seen(promtool: Path, folder: Path, layout: Layout) -> list[Answer]:
    """What promtool finds of all cases together."""
    defaults = {"objective": "99%", "window": "1d", "scrape_interval": "60s"}
    head = {
        "version": 1,
        "service": "pairs",
        "interval": "5m",
        "policies": {"pages": {"tiers": TIER}},
        "defaults": defaults,
    }
    source = Source("slos.yaml", dump({**head, "slos": [case.slo() for case in CASES]}))
    (compiled,) = compile_sources([source], Request(("prometheus",), options=Options(layout=layout)))
    (rules,) = compiled.files.values()
    (folder / "rules.yml").write_text(without_texts(rules), encoding="utf-8")
    asked = ["slo:error_ratio:1h", ALERTS]
    tried = {
        "interval": "60s",
        "input_series": [{"series": s.name, "values": s.values(60)} for case in CASES for s in case.series()],
        "promql_expr_test": [{"expr": expr, "eval_time": f"{AT}m"} for expr in asked],
    }
    cases = {"rule_files": ["rules.yml"], "evaluation_interval": "5m", "tests": [tried]}
    (folder / "cases.yml").write_text(dump(cases), encoding="utf-8")
    _, said = run(promtool, "test", "rules", folder / "cases.yml")
    return read(said)
