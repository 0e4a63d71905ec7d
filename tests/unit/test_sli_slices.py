"""SLI kinds that are counted in slices: threshold, up, ratio, and events that are budgeted by slices."""

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from slo.diagnostics import Place
from slo.model import CountingWindow, SliSpec
from slo.query.counting import minute
from slo.sli.events import EventsSpec
from slo.sli.freshness import FreshnessSpec
from slo.sli.ratio import RatioSpec
from slo.sli.sliced import Sliced
from slo.sli.threshold import ThresholdSpec
from slo.sli.up import UpSpec

BASE = CountingWindow("5m15s", 300, scrape=15, total="T")
TENANTS = CountingWindow("5m15s", 300, scrape=15, group_by=("tenant",), total="T")
MINUTES = "[4m59s999ms:1m]"
PLACE = Place("slos.yaml", ("slos", 0, "sli"))


def codes(spec: SliSpec) -> list[str]:
    """The codes of what is wrong with a spec."""
    return [found.code for found in spec.check(PLACE)]


def test_the_worst_series_decides_about_a_minute() -> None:
    """Under a limit the highest counts, over one the lowest; NaN is no slice."""
    under = ThresholdSpec("queue_depth", under=100).build().counts(BASE)
    assert under.total == f"sum_over_time((max(queue_depth) >= bool -Inf){MINUTES})"
    assert under.bad == f"sum_over_time((max(queue_depth) > bool 100){MINUTES})"
    over = ThresholdSpec("workers", over=2.5).build().counts(TENANTS)
    assert over.bad == f"sum_over_time((min by (tenant) (workers) < bool 2.5){MINUTES})"


@pytest.mark.parametrize("limits", [{"under": 1e16}, {"over": 9007199254740993}, {"under": 1e300}, {"over": -1e17}])
def test_test_data_break_large_limits(limits: dict[str, Any]) -> None:
    """Samples are floats, which above 2^53 do not tell a number from the next one."""
    (feed,) = ThresholdSpec("queue_depth", **limits).build().input_series()
    good, bad = float(feed.good), float(feed.bad)
    assert bad > good if "under" in limits else bad < good


def test_nothing_breaks_the_largest_limit() -> None:
    """No sample is above it, so that no test can be made."""
    assert ThresholdSpec("queue_depth", under=1.7976931348623157e308).build().input_series() == ()


@pytest.mark.parametrize("limits", [{}, {"under": 1, "over": 2}, {"under": float("inf")}, {"over": float("nan")}])
def test_a_threshold_has_one_finite_limit(limits: dict[str, Any]) -> None:
    """None says nothing, two contradict each other, and no value is beyond infinity."""
    assert codes(ThresholdSpec("queue_depth", **limits)) == ["SLO068"]


def test_up_is_broken_by_a_single_zero() -> None:
    """The lowest sample of a minute decides."""
    counts = UpSpec('up{job="web"}').build().counts(BASE)
    worst = 'min(min_over_time(up{job="web"}[59s999ms]))'
    assert counts.total == f"sum_over_time(({worst} >= bool -Inf){MINUTES})"
    assert counts.bad == f"sum_over_time(({worst} < bool 1){MINUTES})"


def test_a_ratio_is_bad_to_its_share() -> None:
    """A share of success is turned around, and neither is below 0 or above 1."""
    bad = RatioSpec(error="x").build().counts(BASE).bad
    assert bad == f"sum_over_time((clamp(avg(x >= -Inf), 0, 1)){MINUTES})\nor 0 * T"
    bad = RatioSpec(success="x").build().counts(BASE).bad
    assert bad == f"sum_over_time((clamp(1 - avg(x >= -Inf), 0, 1)){MINUTES})\nor 0 * T"


OVER = minute(BASE).range
FAST = f'rate(h_bucket{{le="1"}}[{OVER}])'


@pytest.mark.parametrize(
    ("spec", "share"),
    [
        (RatioSpec(error="e / t"), "((e or 0 * t) / t)"),
        (RatioSpec(success="g / t"), "(g / t)"),
        (
            RatioSpec(success='sum(rate(h_bucket{le="1"}[$window])) / sum(rate(h_count[$window]))'),
            f"(sum({FAST}) / sum((rate(h_count[{OVER}]) and ignoring (le) {FAST})))",
        ),
    ],
)
def test_a_ratio_counts_what_has_not_happened_yet(spec: RatioSpec, share: str) -> None:
    """No errors yet are a share of 0; without successes of another metric, and without the bucket, there is none."""
    assert f"avg({share} >= -Inf)" in spec.build().counts(BASE).total


NO_DATA, NONE, ALL = "no data: neither good nor bad, and NoData fires", "no bad events", "every event is bad"


@pytest.mark.parametrize(
    ("spec", "wanted"),
    [
        (RatioSpec(error="e / t"), [NONE, NO_DATA]),
        (RatioSpec(success="g / t"), [NO_DATA, NO_DATA]),
        (RatioSpec(success='t{a="1"} / t'), [ALL, NO_DATA]),
        (RatioSpec(success="1 - e / t"), [NONE, NO_DATA]),
        (RatioSpec(error="(t - g) / t"), [NO_DATA, NO_DATA, NO_DATA]),
        (RatioSpec(error="x"), [NO_DATA]),
    ],
)
def test_what_follows_from_missing_series_of_a_ratio(spec: RatioSpec, wanted: list[str]) -> None:
    """For each selector in the order of the text."""
    assert [text for _, text in spec.build().missing()] == wanted


@pytest.mark.parametrize("given", [{}, {"error": "x", "success": "y"}])
def test_a_ratio_is_of_errors_or_of_successes(given: dict[str, str]) -> None:
    """Exactly one of the two."""
    assert codes(RatioSpec(**given)) == ["SLO068"]


@pytest.mark.parametrize(
    ("empty", "total", "idle"),
    [
        (None, "sum_over_time(((60 * sum(rate(a[1m14s999ms]))) > bool 0)", ""),
        ("bad", "sum_over_time(((60 * sum(rate(a[1m14s999ms]))) >= bool -Inf)", "=="),
    ],
)
def test_a_slice_of_events_is_good_when_enough_of_them_are(empty: None, total: str, idle: str) -> None:
    """Every minute has its own ratio; one without events is no slice, unless the specification says what it is.

    Without slices there are 0 of them: idle is not absent.
    """
    inner = EventsSpec(total="a", bad='a{code="500"}').build()
    counts = Sliced(inner, Decimal("0.95"), empty).counts(BASE)
    assert counts.total == f"{total}{MINUTES})"
    assert "> bool 0.05 * (60 * sum(rate(a[1m14s999ms])))" in counts.bad
    assert (f"(60 * sum(rate(a[1m14s999ms]))) {idle} bool 0" in counts.bad) == bool(idle)


@pytest.mark.parametrize(
    ("spec", "good", "bad"),
    [
        (ThresholdSpec("queue_depth", under=100), 100, 101),
        (ThresholdSpec("workers", over=2), 2, 1),
        (UpSpec("up"), 1, 0),
        (RatioSpec(error="x"), 0, 1),
        (RatioSpec(success="x"), 1, 0),
    ],
)
def test_gauges_are_fed_with_a_good_and_a_bad_value(spec: SliSpec, good: int, bad: int) -> None:
    """The emitted tests play the limit itself as good, and one beyond it as bad; a member carries its labels."""
    (feed,) = spec.build().input_series((("tenant", "gold"),))
    assert (feed.good, feed.bad, feed.kind) == (good, bad, "gauge")
    assert 'tenant="gold"' in feed.series


def test_slices_are_not_bridged() -> None:
    """A minute is too short to say of a series that it is new."""
    sliced = Sliced(EventsSpec(total="a", bad='a{code="500"}').build(), Decimal("0.95"), None)
    assert sliced.counts(replace(BASE, bridge=True)) == sliced.counts(BASE)


def test_what_is_excluded_is_no_slice() -> None:
    """A minute for which the expression has a sample counts as nothing, and is recorded all the same."""
    excluded = CountingWindow("5m15s", 300, scrape=15, total="T", excluded="m == 1")
    counts = UpSpec("up").build().counts(excluded)
    broken = "(min(min_over_time(up[59s999ms])) < bool 1)"
    assert counts.bad == f"sum_over_time(({broken} unless on () (m == 1) or 0 * {broken}){MINUTES})"
    events = EventsSpec(total="a", bad='a{b="c"}').build().counts(excluded)
    seen = "(60 * sum(rate(a[1m14s999ms])))"
    assert events.total == f"sum_over_time(({seen} unless on () (m == 1) or 0 * {seen}){MINUTES})"


@pytest.mark.parametrize(
    ("query", "fields", "limit", "said"),
    [
        ("delay_seconds", {"under": "250ms"}, "0.25", "at most 0.25 seconds"),
        ("delay_milliseconds", {"under": "1s"}, "1000", "at most 1000 milliseconds"),
        ("delay_milliseconds", {"under": 250}, "250", "at most 250 milliseconds"),
        ("delay", {"under": "5m", "unit": "seconds"}, "300", "at most 300 seconds"),
        ("free_bytes", {"over": "1GiB"}, "1073741824", "at least 1073741824 bytes"),
        ("queue_depth", {"under": 100}, "100", "at most 100"),
        ("queue_depth", {"under": "100"}, "100", "at most 100"),
        ("histogram_quantile(0.9, sum by (le) (rate(a_ms_bucket[$window])))", {"under": "1s"}, "1000", None),
    ],
)
def test_a_threshold_is_in_the_unit_of_its_query(query: str, fields: Any, limit: str, said: str | None) -> None:  # noqa: ANN401
    """A limit with a unit is converted to that of the query, where it is known."""
    spec = ThresholdSpec(query, **fields)
    assert codes(spec) == []
    sli = spec.build()
    assert f"bool {limit})" in sli.counts(BASE).bad
    assert said is None or sli.describe() == f"a minute in which {query} is {said}"


@pytest.mark.parametrize(
    "fields",
    [
        {"query": "delay", "under": "250ms"},
        {"query": "delay_seconds", "under": "1MiB"},
        {"query": "max(delay_seconds) / max(other_seconds)", "under": "1s"},
    ],
)
def test_a_limit_with_a_unit_needs_that_of_the_query(fields: Any) -> None:  # noqa: ANN401
    """Of an expression only `unit` can tell it."""
    assert codes(ThresholdSpec(**fields)) == ["SLO043"]


@pytest.mark.parametrize(
    ("timestamp", "unit", "divisor", "second"),
    [
        ("success_seconds", None, "", 1),
        ("success", None, "", 1),
        ("success_timestamp_ms", None, " / 1000", 1_000),
        ("success", "microseconds", " / 1000000", 1_000_000),
        ("success_nanoseconds", None, " / 1000000000", 1_000_000_000),
        ("success_ms", "seconds", "", 1),
        ("success_bytes", None, "", 1),
    ],
)
def test_timestamps_are_turned_into_seconds(timestamp: str, unit: Any, divisor: str, second: int) -> None:  # noqa: ANN401
    """The age is in seconds, whatever the timestamp counts; the emitted tests play it in its own unit."""
    sli = FreshnessSpec(timestamp, "15m", unit).build()
    assert f"time() - max({timestamp}){divisor} > bool 900" in sli.counts(BASE).bad
    aggregated = FreshnessSpec(f"max({timestamp})", "15m", unit).build()
    assert f"time() - max(max({timestamp})){divisor} > bool 900" in aggregated.counts(BASE).bad
    assert [feed.second for feed in sli.input_series()] == [second]
