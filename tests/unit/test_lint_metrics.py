"""Checks against real metrics: findings where they do not fit, none where they may."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, cast

import msgspec
import pytest

from slo.lint import lint
from slo.model import Scale, Slo
from slo.observe.exposition import Exposition
from slo.observe.metrics import Series
from slo.plan import plan
from slo.promql import parse_selector
from slo.sli.events import Events
from slo.sli.freshness import FreshnessSpec
from slo.sli.latency import Latency, LatencySpec
from slo.sli.threshold import Threshold, ThresholdSpec
from tests.specimens import objective, slo_set

LIVE = frozenset(f"SLO{number}" for number in (*range(129, 136), 144, 146, 147, 148))


class Fake:
    """Fake metrics of a server: series by name, types by name."""

    where = "server"
    complete = True

    def __init__(
        self,
        series: Mapping[str, Sequence[Series] | None],
        kinds: Mapping[str, str] | None = None,
        units: Mapping[str, str] | None = None,
        highest: float | None = None,
    ) -> None:
        """Set the metrics."""
        self._series, self._kinds, self._units, self._highest = series, kinds or {}, units or {}, highest

    def kind(self, name: str) -> str:
        """Return the type."""
        return self._kinds.get(name, "")

    def unit(self, name: str) -> str:
        """Return the unit."""
        return self._units.get(name, "")

    def highest(self, name: str) -> float | None:  # noqa: ARG002 - one value for all
        """Return the value."""
        return self._highest

    def series(self, name: str, labels: Iterable[str]) -> Sequence[Series] | None:
        """Return the wanted labels of the series."""
        found = self._series.get(name, ())
        wanted = set(labels)
        return None if found is None else [{k: v for k, v in row.items() if k in wanted} for row in found]

    def labels(self, name: str) -> Sequence[str]:
        """Return all labels of the series."""
        return sorted({label for row in self._series.get(name) or () for label in row})

    def names(self) -> Sequence[str]:
        """Return the names of the metrics."""
        return list(self._series)


def found(slo: Slo, seen: Fake | Exposition) -> list[tuple[str, str]]:
    """Return code and message of the findings about an SLO."""
    planned = plan(slo_set(slo), Scale())
    return [(d.code, f"{d.message}; {d.hint}") for d in lint(planned, seen) if d.code in LIVE]


def codes(slo: Slo, seen: Fake | Exposition) -> list[str]:
    """Return the codes alone."""
    return [code for code, _ in found(slo, seen)]


def events(total: str, bad: str, **more: Any) -> Slo:  # noqa: ANN401 - any field of Slo
    """Return an SLO of these events."""
    return objective(sli=Events(parse_selector(total), None, parse_selector(bad)), **more)


def latency(histogram: str, under: str, *, native: bool = False, errors: str | None = None) -> Slo:
    """Return an SLO of a histogram."""
    failed = None if errors is None else parse_selector(errors)
    return objective(sli=Latency(parse_selector(histogram), Decimal(under), failed, native))


ROWS = [
    {"job": "web", "instance": "a:1", "route": "/a", "code": "200"},
    {"job": "web", "instance": "a:1", "route": "/b", "code": "200"},
    {"job": "web", "instance": "a:1", "route": "/b", "code": "503"},
]
REQUESTS = Fake({"requests_total": ROWS}, {"requests_total": "counter"})


@pytest.mark.parametrize(
    ("total", "bad", "expected"),
    [
        ('requests_total{route="/b"}', 'requests_total{route="/b",code=~"5.."}', []),
        ('requests_total{route!="/x"}', 'requests_total{route!="/x",code=~"5.."}', []),
        ('requests_total{tenant=""}', 'requests_total{tenant="",code=~"5.."}', []),
        ('requests_total{route=~"(/a+)+|/b"}', 'requests_total{route=~"(/a+)+|/b",code=~"5.."}', []),
        ('requests_total{route="/a"}', 'requests_total{route="/a",code=~"5.."}', ["SLO131"]),
        ('requests_total{route="/c"}', 'requests_total{route="/c",code=~"5.."}', ["SLO130"]),
        ('requests_total{rout="/b"}', 'requests_total{rout="/b",code=~"5.."}', ["SLO130"]),
        ('requests_total{zone="x"}', 'requests_total{zone="x",code=~"5.."}', ["SLO130"]),
        ("request_total", 'request_total{code=~"5.."}', ["SLO129"]),
        ("requests_total", "failures_total", ["SLO131"]),
        ("requests_total", "request_total", ["SLO129"]),
    ],
)
def test_what_queries_find(total: str, bad: str, expected: list[str]) -> None:
    """The first missing metric, label or value of a selector is reported, once."""
    assert codes(events(total, bad), REQUESTS) == expected


def test_words_that_were_meant() -> None:
    """The message names what exists."""
    ((_, label),) = found(events('requests_total{rout="/b"}', 'requests_total{rout="/b",code=~"5.."}'), REQUESTS)
    ((_, value),) = found(events('requests_total{route="/bb"}', 'requests_total{route="/bb",code=~"5.."}'), REQUESTS)
    ((_, metric),) = found(events("request_total", 'request_total{code=~"5.."}'), REQUESTS)

    assert label == 'no series of requests_total has the label rout; did you mean "route"?'
    assert value.endswith('did you mean "/b"?')
    assert metric == 'server has no series of request_total; did you mean "requests_total"?'


def test_a_program_lacks_what_scraping_adds() -> None:
    """A page of metrics lacks job, instance and labels of relabelling; likely typos are still reported."""
    page = Exposition("page", 'requests_total{route="/b",code="200"} 1\nrequests_total{route="/b",code="500"} 1\n')

    assert (
        codes(events('requests_total{job="x",cluster="y"}', 'requests_total{job="x",cluster="y",code=~"5.."}'), page)
        == []
    )
    assert codes(events('requests_total{routes="/b"}', 'requests_total{routes="/b",code=~"5.."}'), page) == ["SLO130"]
    assert (
        codes(objective(sli=events("requests_total", 'requests_total{code="500"}').sli, group_by=("cluster",)), page)
        == []
    )


def test_too_many_series_to_look_at() -> None:
    """Too many series to check are no finding."""
    assert codes(events("requests_total", 'requests_total{code=~"5.."}'), Fake({"requests_total": None})) == []


BUCKETS = [{"le": bound, "route": "/b"} for bound in ("0.1", "0.25", "1.0", "+Inf")]
CLASSIC = Fake({"seconds_count": [{"route": "/b"}], "seconds_bucket": BUCKETS}, {"seconds": "histogram"})
NATIVE = Fake({"seconds": [{"route": "/b"}]}, {"seconds": "histogram"})


@pytest.mark.parametrize(
    ("slo", "seen", "expected"),
    [
        (latency("seconds", "0.25"), CLASSIC, []),
        (latency("seconds", "1"), CLASSIC, []),
        (latency('seconds{route="/b"}', "0.3"), CLASSIC, ["SLO132"]),
        (latency('seconds{route="/x"}', "0.25"), CLASSIC, ["SLO130"]),
        (latency("minutes", "0.25"), CLASSIC, ["SLO129"]),
        (latency("seconds", "0.25", errors='seconds{route="/b"}'), CLASSIC, []),
        (latency("seconds", "0.25", errors="failures_total"), CLASSIC, ["SLO131"]),
        (latency("seconds", "0.3"), NATIVE, ["SLO133"]),
        (latency("seconds", "0.3", native=True), NATIVE, []),
        (latency("seconds", "0.25", native=True), CLASSIC, ["SLO133"]),
        (latency("seconds", "0.25"), Fake({"seconds_count": [{}]}, {"seconds": "summary"}), ["SLO133"]),
    ],
)
def test_histograms(slo: Slo, seen: Fake, expected: list[str]) -> None:
    """Classic or native as the SLO says, with a bucket for its limit."""
    assert codes(slo, seen) == expected


def test_the_nearest_buckets_are_named() -> None:
    """Return the limits as users write them."""
    ((_, said),) = found(latency("seconds", "0.3"), CLASSIC)

    assert said.endswith("the nearest bounds are 100ms, 250ms, 1s")


def in_unit(name: str, under: str, unit: str | None = None) -> Slo:
    """Return an SLO of a histogram, parsed as from a file."""
    return objective(sli=LatencySpec(name, under, unit=cast("Any", unit)).build())


def bounds(name: str, *les: str, unit: str = "") -> Fake:
    """Return a histogram with these buckets, and a unit in its metadata if given."""
    rows = [{"le": le} for le in (*les, "+Inf")]
    return Fake({f"{name}_count": [{}], f"{name}_bucket": rows}, {name: "histogram"}, {name: unit} if unit else {})


def test_the_nearest_buckets_are_named_in_the_unit_of_the_histogram() -> None:
    """Each can be pasted under `under`."""
    ((_, said),) = found(in_unit("took_ms", "300ms"), bounds("took_ms", "0", "0.5", "250", "2.5e2", "1e+03", "5000.0"))
    assert said.startswith("took_ms has no bucket for 300ms (300 milliseconds), so the SLO has no data")
    assert said.endswith("the nearest bounds are 500us, 250ms, 1s, 5s")
    ((_, said),) = found(in_unit("a_bytes", "1MB"), bounds("a_bytes", "1.048576e+06", "500"))
    assert said.endswith("the nearest bounds are 500B, 1MiB")
    ((_, said),) = found(in_unit("a_seconds", "300ms"), bounds("a_seconds", "0.268435454", "0.0001"))
    assert said.endswith("the nearest bounds are 100us, 0.268435454s")


@pytest.mark.parametrize(
    ("slo", "seen", "expected"),
    [
        (in_unit("took", "250ms"), bounds("took", "250", "10000"), ["SLO147"]),
        (in_unit("took", "5s"), bounds("took", "5", "10000"), ["SLO147"]),
        (in_unit("took", "30s"), bounds("took", "30", "30000"), []),
        (in_unit("took", "30s"), bounds("took", "250", "30000"), ["SLO147"]),
        (in_unit("took", "30s"), bounds("took", "30", "3600"), []),
        (in_unit("took", "250ms"), bounds("took", "0.25", "10"), []),
        (in_unit("took", "250ms", "ms"), bounds("took", "250", "10000"), []),
        (in_unit("took", "5s", "seconds"), bounds("took", "5", "10000"), []),
        (in_unit("took_seconds", "5s"), bounds("took_seconds", "5", "10000"), []),
        (in_unit("took", "5s"), bounds("took", "5", "10000", unit="s"), []),
        (in_unit("took", "250ms"), bounds("took", "250", "10000", unit="ms"), ["SLO146"]),
        (in_unit("took_ms", "250ms"), bounds("took_ms", "250", unit="milliseconds"), []),
        (in_unit("took_ms", "250ms"), bounds("took_ms", "0.25", unit="seconds"), ["SLO146"]),
        (in_unit("took", "250ms", "ms"), bounds("took", "250", unit="seconds"), ["SLO146"]),
        (in_unit("took", "250ms"), bounds("took", "0.25", unit="{request}"), []),
        (in_unit("sizes", "1MiB"), bounds("sizes", "1.048576e+06", "1e+09", unit="By"), []),
    ],
)
def test_units_of_histograms(slo: Slo, seen: Fake, expected: list[str]) -> None:
    """As metadata and buckets have it, unless the specification says what it is; one finding for each histogram."""
    assert codes(slo, seen) == expected


@pytest.mark.parametrize(
    ("seen", "unit"),
    [
        (("250", "10000"), "milliseconds"),
        (("5000", "250000", "1e+07"), "microseconds"),
        (("1e+06", "2.5e+08", "1e+10"), "nanoseconds"),
        (("1000", "10000000"), "microseconds"),
    ],
)
def test_the_unit_that_buckets_look_like(seen: tuple[str, ...], unit: str) -> None:
    """The one in which the limit is a bound, else the one in which the largest is a short time."""
    ((_, said),) = found(in_unit("took", "250ms"), bounds("took", *seen))
    assert said.endswith(f"write unit: {unit}, or unit: seconds if it is in seconds")


@pytest.mark.parametrize(
    ("highest", "unit", "expected"),
    [
        (1.7e9, None, []),
        (1.7e12, None, ["SLO148"]),
        (1.7e12, "milliseconds", []),
        (1.7e9, "milliseconds", ["SLO148"]),
        (1.7e15, "us", []),
        (1.7e18, "ns", []),
        (0, None, []),
        (None, None, []),
        (float("inf"), None, []),
    ],
)
def test_units_of_timestamps(highest: float | None, unit: Any, expected: list[str]) -> None:  # noqa: ANN401 - a word
    """The number of digits of a current Unix time shows its unit."""
    slo = objective(sli=FreshnessSpec("success", "1h", unit).build())
    assert codes(slo, Fake({"success": [{}]}, {"success": "gauge"}, highest=highest)) == expected


@pytest.mark.parametrize(("under", "expected"), [("250ms", ["SLO146"]), (250, [])])
def test_units_of_gauges(under: str | float, expected: list[str]) -> None:
    """A bare number is in the unit of the gauge."""
    slo = objective(sli=ThresholdSpec("delay_seconds", under).build())
    assert codes(slo, Fake({"delay_seconds": [{}]}, units={"delay_seconds": "ms"})) == expected


@pytest.mark.parametrize(
    ("kind", "expected"), [("counter", []), ("gauge", ["SLO133"]), ("", []), ("histogram", []), ("info", ["SLO133"])]
)
def test_types_of_counters(kind: str, expected: list[str]) -> None:
    """Events need counters; a metric of unknown type may be one."""
    seen = Fake({"requests_total": ROWS}, {"requests_total": kind})

    assert codes(events("requests_total", 'requests_total{code="503"}'), seen) == expected


def test_types_of_gauges() -> None:
    """A counter reaches a limit once and stays above it."""
    slo = objective(sli=Threshold(parse_selector("requests_total"), Decimal(5), above=False))

    assert codes(slo, REQUESTS) == ["SLO133"]
    assert codes(slo, Fake({"requests_total": ROWS}, {"requests_total": "gauge"})) == []


def test_a_known_type_makes_names_unimportant() -> None:
    """A counter with the name of a gauge is a counter if metadata say so."""
    planned = plan(slo_set(events("in_flight", 'in_flight{code="1"}')), Scale())
    rows = [{"code": "1"}]

    assert "SLO113" in [d.code for d in lint(planned)]
    assert "SLO113" not in [d.code for d in lint(planned, Fake({"in_flight": rows}, {"in_flight": "counter"}))]


@pytest.mark.parametrize(
    ("routes", "matcher", "expected"),
    [
        (["/a", "/b"], "", []),
        (["/a", "/healthz"], "", ["SLO134"]),
        (["/a", "/-/ready", "/metrics"], "", ["SLO134"]),
        (["/a", "/actuator/health"], "", ["SLO134"]),
        (["web", "metrics"], "", []),
        (["/a", "/healthz"], 'route!="/healthz"', []),
        (["/a", "/healthz"], 'route=~"/a|/healthz"', []),
        (["/healthz"], "", []),
        (["/a", "/health-insurance", "/statuses", "/pingpong"], "", []),
    ],
)
def test_health_checks(routes: list[str], matcher: str, expected: list[str]) -> None:
    """Health checks among real requests are reported, unless excluded or selected alone."""
    seen = Fake({"requests_total": [{"route": route, "code": code} for route in routes for code in ("200", "500")]})
    both = f",{matcher}" if matcher else ""

    assert codes(events(f"requests_total{{{matcher}}}", f'requests_total{{code="500"{both}}}'), seen) == expected


@pytest.mark.parametrize(("members", "expected"), [(100, []), (101, ["SLO135"])])
def test_members_are_counted(members: int, expected: list[str]) -> None:
    """A hundred members are fine; series outside of the query do not count."""
    rows = [{"tenant": f"t{n}", "code": "500", "kind": "a"} for n in range(members)]
    rows += [{"tenant": f"x{n}", "code": "500", "kind": "b"} for n in range(500)]
    slo = events('requests_total{kind="a"}', 'requests_total{kind="a",code="500"}', group_by=("tenant",))

    assert codes(slo, Fake({"requests_total": rows})) == expected


def test_a_group_without_its_label() -> None:
    """A label that no series has makes one member without a name."""
    slo = events("requests_total", 'requests_total{code="503"}', group_by=("tenant",))

    assert codes(slo, REQUESTS) == ["SLO130"]


def test_bridging_needs_targets() -> None:
    """Aggregated series lack job and instance; a program's own page always does."""
    slo = events("requests_total", 'requests_total{code="503"}', bridge=True)
    aggregated = [{k: v for k, v in row.items() if k != "instance"} for row in ROWS]

    assert codes(slo, REQUESTS) == []
    assert codes(slo, Fake({"requests_total": aggregated})) == ["SLO144"]
    assert codes(slo, Exposition("x", 'requests_total{code="503"} 1')) == []


def test_slices_of_events_are_looked_at() -> None:
    """An SLI within slices is the same SLI."""
    sliced = msgspec.structs.replace(events("request_total", 'request_total{code="503"}'))

    assert codes(sliced, REQUESTS) == ["SLO129"]


DOTTED = Fake(
    {
        "http.server.duration_count": [
            {"http.route": "/a", "http.response.status_code": "200"},
            {"http.route": "/healthz", "http.response.status_code": "503"},
        ]
    },
    {"http.server.duration_count": "histogram"},
)
"""Metrics with the names of OpenTelemetry."""


@pytest.mark.parametrize(
    ("matchers", "expected"),
    [
        ('"http.route"="/a"', []),
        ('"http.route"="/b"', ["SLO130"]),
        ('"http.rout"="/a"', ["SLO130"]),
        ('"http.response.status_code"!=""', ["SLO134"]),
    ],
)
def test_names_in_quotes_are_looked_up_as_others(matchers: str, expected: list[str]) -> None:
    """Labels and values that are not there, and health checks, are found by their dotted names."""
    query = f'{{"http.server.duration_count", {matchers}}}'
    assert [c for c in codes(events(query, query), DOTTED) if c != "SLO131"][:1] == expected


def test_a_renamed_label_is_looked_up_by_the_name_that_series_have() -> None:
    """Records may call it otherwise; series without the label cannot be grouped by it."""
    slo = events("requests_total", 'requests_total{code=~"5.."}', group_by=("path",), renamed=(("path", "route"),))
    assert codes(slo, REQUESTS) == []
    lost = events("requests_total", 'requests_total{code=~"5.."}', group_by=("route",), renamed=(("route", "path"),))
    assert codes(lost, REQUESTS) == ["SLO130"]
