"""SLI kind `latency`: one bucket of a classic histogram against its count."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slo.diagnostics import Place
from slo.model import Base
from slo.sli.latency import LatencySpec, bound_pattern

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
    assert found.message == f'write the base name of the histogram, "seconds", without "{suffix}"'


@pytest.mark.parametrize("histogram", ['{__name__=~"seconds.*"}', '{__name__="http.seconds"}', '{"http.seconds"}'])
def test_a_name_is_wanted_to_which_a_suffix_can_be_added(histogram: str) -> None:
    """A matcher on the name, and names that Prometheus 2 cannot write, would become rules that no server loads."""
    assert codes(histogram) == [("SLO044", "histogram")]


def test_the_bucket_is_chosen_by_the_limit() -> None:
    """A matcher on le would contradict it."""
    assert codes('seconds{le="1"}') == [("SLO044", "histogram")]


def test_both_fields_are_checked() -> None:
    """A selector that does not parse does not hide a limit that is no time."""
    assert codes("seconds{", "fast") == [("SLO040", "histogram"), ("SLO043", "under")]


def test_bad_is_what_the_bucket_does_not_hold() -> None:
    """A series without that bucket does not count at all: it is unknown which of its events were fast."""
    counts = LatencySpec('seconds{job="a"}', "300ms").build().counts(Base("6s", 5, total="T"))
    bucket = 'rate(seconds_bucket{job="a",le=~"0\\\\.30*"}[6s])'
    assert counts.total == f'5 * sum(rate(seconds_count{{job="a"}}[6s]) and ignoring (le) {bucket})'
    assert counts.bad == f"clamp_min(T - 5 * sum({bucket}), 0)"


def test_feeds_are_the_count_and_the_bucket() -> None:
    """The count grows with every event, the bucket with the good ones."""
    sli = LatencySpec('seconds{job="a"}', "1s").build()
    assert [(f.series, f.good, f.bad) for f in sli.feeds()] == [
        ('seconds_count{job="a"}', 1, 1),
        ('seconds_bucket{job="a",le="1"}', 1, 0),
    ]
    assert tuple(map(str, sli.selectors())) == ('seconds_count{job="a"}', 'seconds_bucket{job="a",le=~"1(\\\\.0+)?"}')
    assert sli.describe() == 'an observation of seconds{job="a"} within 1s'


def test_no_feeds_for_a_contradiction() -> None:
    """A selector that nothing matches cannot be fed."""
    assert LatencySpec('seconds{a="1",a="2"}', "1s").build().feeds() == ()


@given(st.decimals("0.0001", "100000", places=4), st.integers(0, 3))
def test_every_spelling_of_a_bound_is_matched(bound: Decimal, zeros: int) -> None:
    """1, 1.0 and 1.000 are the same bound, and no other number is."""
    plain = f"{bound.normalize():f}"
    spelling = plain + ("" if "." in plain or not zeros else ".") + "0" * zeros
    assert re.fullmatch(bound_pattern(bound), spelling)
    assert not re.fullmatch(bound_pattern(bound), f"{plain}1" if "." in plain else f"{plain}0")
    assert not re.fullmatch(bound_pattern(bound), f"1{plain}")


@pytest.mark.parametrize(("native", "known"), [(True, "seconds"), (False, "seconds_count")])
def test_bridged_errors_know_their_targets_by_the_histogram(native: bool, known: str) -> None:  # noqa: FBT001 - cases
    """A native histogram has no count beside it that could tell which targets are not new."""
    sli = LatencySpec("seconds", "1s", errors="failures_total", native=native).build()

    assert f"and on (job, instance) ({known} offset 5m)" in sli.counts(Base("5m15s", 300, total="T", bridge=True)).bad
