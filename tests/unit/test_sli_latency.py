"""SLI kind `latency`: one bucket of a classic histogram against its count."""

from typing import Any

import pytest

from slo.diagnostics import Place
from slo.model import CountingWindow
from slo.sli.latency import LatencySpec

PLACE = Place("slos.yaml", ("slos", 0, "sli", "latency"))


def codes(histogram: str, under: str = "300ms") -> list[tuple[str, object]]:
    """Code and last step of the place of every finding."""
    return [(f.code, f.place.path[-1]) for f in LatencySpec(histogram, under).check(PLACE)]


def test_a_sound_histogram_has_no_finding() -> None:
    """Base name, matchers, a time."""
    assert codes('seconds{job="a"}') == []


@pytest.mark.parametrize("suffix", ["_bucket", "_count", "_sum"])
def test_the_base_name_is_wanted(suffix: str) -> None:
    """The series that a histogram consists of are ours to name."""
    (found,) = LatencySpec(f"seconds{suffix}", "1s").check(PLACE)
    assert found.code == "SLO044"
    assert (suffix in found.message, found.hint) == (True, "write seconds")


def test_a_name_is_wanted_to_which_a_suffix_can_be_added() -> None:
    """A pattern for the name would become rules that no server loads."""
    assert codes('{__name__=~"seconds.*"}') == [("SLO044", "histogram")]


@pytest.mark.parametrize("histogram", ['{__name__="http.seconds",job="a"}', '{"http.seconds",job="a"}'])
def test_names_in_quotes_get_their_suffix_within_the_quotes(histogram: str) -> None:
    """Names of OpenTelemetry, however they are spelled."""
    count, bucket = LatencySpec(histogram, "300ms").build().selectors()
    assert str(count) == '{"http.seconds_count",job="a"}'
    assert str(bucket).startswith('{"http.seconds_bucket",job="a",le=~"0')


def test_the_base_name_is_wanted_in_quotes_too() -> None:
    """The suffix of a name in quotes is one as well."""
    assert codes('{"http.seconds_count"}') == [("SLO044", "histogram")]


def test_the_bucket_is_chosen_by_the_limit() -> None:
    """A matcher on le would contradict it."""
    assert codes('seconds{le="1"}') == [("SLO044", "histogram")]


def test_both_fields_are_checked() -> None:
    """A selector that does not parse does not hide a limit that is no time."""
    assert codes("seconds{", "fast") == [("SLO040", "histogram"), ("SLO043", "under")]


def test_bad_is_what_the_bucket_does_not_hold() -> None:
    """A series without that bucket does not count at all: it is unknown which of its events were fast."""
    counts = LatencySpec('seconds{job="a"}', "300ms").build().counts(CountingWindow("6s", 5, total="T"))
    bucket = 'rate(seconds_bucket{job="a",le=~"0\\\\.30*|3(\\\\.0+)?[eE]-0*1"}[6s])'
    assert counts.total == f'5 * sum(rate(seconds_count{{job="a"}}[6s]) and ignoring (le) {bucket})'
    assert counts.bad == f"clamp_min(T - 5 * sum({bucket}), 0)"


def test_a_bridged_tile_needs_the_bucket_wherever_the_count_is() -> None:
    """A series that began a tile ago has no rate in which the bucket could be looked for."""
    total = LatencySpec("seconds", "1s").build().counts(CountingWindow("5m15s", 300, total="T", bridge=True)).total
    pairs = total.split("\nunless ")[1:]
    assert [(pair.count("group(seconds_count"), pair.count("group(seconds_bucket{")) for pair in pairs] == [(1, 1)] * 2
    assert [" offset 5m" in pair for pair in pairs] == [False, True]


def test_a_native_histogram_is_read_by_rate_alone() -> None:
    """Prometheus 2 cannot subtract two histograms; what has no fraction, since it is empty, counts 0."""
    counts = (
        LatencySpec("seconds", "1s", native=True)
        .build()
        .counts(CountingWindow("6m", 300, total="T", any_interval=True))
    )
    observed = "sum(rate(seconds[6m]))"
    assert counts.total == f"300 * histogram_count({observed})"
    fast = f"histogram_count({observed}) * (histogram_fraction(0, 1, {observed}) >= 0)"
    assert counts.bad == f"clamp_min(T - 300 * ({fast} or 0 * histogram_count({observed})), 0)"


def test_slow_and_failed_events_are_never_more_than_all() -> None:
    """An event that is both counts twice, up to the number of all events."""
    bad = LatencySpec("seconds", "1s", errors="failures").build().counts(CountingWindow("6m", 300, total="T")).bad
    counted, limit = bad.split(" <= T\nor T and ")
    assert counted == limit
    assert counted.endswith("+ (300 * sum(rate(failures[6m])) or 0 * T)")


@pytest.mark.parametrize(
    ("errors", "wanted"),
    [
        (None, ["no data", "series of"]),
        ("failures", ["no data", "series of", "no bad"]),
        ('seconds{code="500"}', ["no data", "series of", "no bad"]),
    ],
)
def test_what_follows_from_missing_series(errors: str | None, wanted: list[str]) -> None:
    """No count is no data, a series without the bucket is unknown, and no errors are no failures."""
    said = LatencySpec("seconds", "1s", errors=errors).build().missing()
    assert [text.startswith(start) for (_, text), start in zip(said, wanted, strict=True)] == [True] * len(wanted)


def test_feeds_are_the_count_and_the_bucket() -> None:
    """The count grows with every event, the bucket with the good ones."""
    sli = LatencySpec('seconds{job="a"}', "1s").build()
    assert [(f.series, f.good, f.bad) for f in sli.input_series()] == [
        ('seconds_count{job="a"}', 1, 1),
        ('seconds_bucket{job="a",le="1"}', 1, 0),
    ]
    assert tuple(map(str, sli.selectors())) == (
        'seconds_count{job="a"}',
        'seconds_bucket{job="a",le=~"1(\\\\.0+)?([eE][+-]?0+)?"}',
    )
    assert sli.describe() == 'an observation of seconds{job="a"} within 1s'


@pytest.mark.parametrize(
    ("errors", "series"),
    [
        ('seconds_count{job="a", outcome!="ok"}', '{job="a",outcome="ok"}'),
        ('seconds{outcome!~"ok|fine"}', '{job="a",outcome="ok"}'),
        ('{__name__=~"seconds.*", outcome!="ok"}', '{job="a",outcome="ok"}'),
        ('seconds{outcome=~"5.."}', '{job="a"}'),
        ('other{outcome!="ok"}', '{job="a"}'),
        ("seconds", None),
    ],
)
@pytest.mark.parametrize("native", [False, True])
def test_no_feed_is_an_error(native: bool, errors: str, series: str | None) -> None:  # noqa: FBT001 - cases
    """A negated matcher also matches series without the label; without series that are no errors there is no test."""
    feeds = LatencySpec('seconds{job="a"}', "1s", errors=errors, native=native).build().input_series()
    labels = {feed.series[feed.series.index("{") :].replace(',le="1"', "") for feed in feeds}
    assert labels == {series} - {None}


def test_no_feeds_for_a_contradiction() -> None:
    """A selector that nothing matches cannot be fed."""
    assert LatencySpec('seconds{a="1",a="2"}', "1s").build().input_series() == ()


@pytest.mark.parametrize(("native", "known"), [(True, "seconds"), (False, "seconds_count")])
def test_bridged_errors_know_their_targets_by_the_histogram(native: bool, known: str) -> None:  # noqa: FBT001 - cases
    """A native histogram has no count beside it that could tell which targets are not new."""
    sli = LatencySpec("seconds", "1s", errors="failures_total", native=native).build()

    assert (
        f"and on (job, instance) ({known} offset 5m)"
        in sli.counts(CountingWindow("5m15s", 300, total="T", bridge=True)).bad
    )


@pytest.mark.parametrize(
    ("histogram", "under", "unit", "bound", "said"),
    [
        ("took_milliseconds", "5s", None, "5000", "within 5s (5000 milliseconds)"),
        ("took_milliseconds", 250, None, "250", "within 250ms (250 milliseconds)"),
        ("took_ms", "100us", None, "0.1", "within 100us (0.1 milliseconds)"),
        ("took_us", "1ms", None, "1000", "within 1ms (1000 microseconds)"),
        ("took_microseconds", "1ms", None, "1000", "within 1ms (1000 microseconds)"),
        ("took_nanoseconds", "2us", None, "2000", "within 2us (2000 nanoseconds)"),
        ("took_seconds", "100us", None, "0.0001", "within 100us"),
        ("took_seconds", "0.268435454s", None, "0.268435454", "within 0.268435454s"),
        ("took_seconds", 0.268435454, None, "0.268435454", "within 0.268435454s"),
        ("took_seconds", 300, "s", "300", "within 5m"),
        ("took_seconds", "300ms", "milliseconds", "300", "within 300ms (300 milliseconds)"),
        ("took_hours", "90m", None, "1.5", "within 1h30m (1.5 hours)"),
        ("took", "300ms", None, "0.3", "within 300ms"),
        ("took", "300ms", "ms", "300", "within 300ms (300 milliseconds)"),
        ("answer_bytes", "1MiB", None, "1048576", "of at most 1MiB (1048576 bytes)"),
        ("answer_bytes", 1500, None, "1500", "of at most 1500B (1500 bytes)"),
        ("answer_size", "64kB", None, "64000", "of at most 64kB (64000 bytes)"),
    ],
)
def test_the_limit_is_in_the_unit_of_the_histogram(
    histogram: str,
    under: str | float,
    unit: Any,  # noqa: ANN401 - what a file may hold
    bound: str,
    said: str,
) -> None:
    """By `unit`, by the name, or by what the limit is; people read it with its unit."""
    spec = LatencySpec(histogram, under, unit=unit)
    assert list(spec.check(PLACE)) == []
    sli = spec.build()
    assert sli.input_series()[1].series == f'{histogram}_bucket{{le="{bound}"}}'
    assert sli.describe() == f"an observation of {histogram} {said}"


def test_native_histograms_are_asked_in_their_unit() -> None:
    """The fraction of a histogram of milliseconds has a limit in milliseconds."""
    sli = LatencySpec("took_ms", "0.25s", native=True).build()
    assert "histogram_fraction(0, 250, " in sli.counts(CountingWindow("6s", 5, total="T")).bad


def test_errors_of_the_same_histogram_are_in_its_unit() -> None:
    """Slow failures are told apart by the same bucket."""
    sli = LatencySpec("took_ms", "250ms", errors='took_ms{code="500"}').build()
    assert [str(s).count("2\\\\.50*") for s in sli.selectors()] == [0, 1, 1]
