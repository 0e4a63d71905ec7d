"""SLI kind `events`: two of total, good and bad."""

import msgspec
import pytest
from msgspec.structs import replace

from slo.diagnostics import Place
from slo.inputs import UndrivenError
from slo.model import CountingWindow, Sli
from slo.promql import parse_selector
from slo.sli import KINDS
from slo.sli.events import EventsSpec

BASE = CountingWindow("5m15s", 300, total="T")
PLACE = Place("slos.yaml", ("slos", 0, "sli", "events"))
TOTAL = 'http_total{job="a"}'
BAD = 'http_total{job="a",code=~"5.."}'
GOOD = 'http_total{job="a",code!~"5.."}'
SLOW = 'rate(a_count[$window]) - rate(a_bucket{le="1"}[$window])'


def built(**fields: str) -> Sli:
    """The SLI of these selectors."""
    return EventsSpec(**fields).build()


@pytest.mark.parametrize("fields", [{}, {"total": TOTAL}, {"bad": BAD}, {"total": TOTAL, "good": GOOD, "bad": BAD}])
def test_two_of_three_are_needed(fields: dict[str, str]) -> None:
    """One says too little, three may contradict each other; the finding says which were given."""
    (found,) = EventsSpec(**fields).check(PLACE)
    assert found.code == "SLO042"
    assert (", ".join(fields) or "none") in found.message


def test_each_selector_is_checked_at_its_place() -> None:
    """Two broken selectors are two findings."""
    found = list(EventsSpec(total="a{", bad="b}").check(PLACE))
    assert [(f.code, f.place.path[-1]) for f in found] == [("SLO040", "total"), ("SLO040", "bad")]


def test_sound_selectors_have_no_finding() -> None:
    """Any two of the three will do."""
    for pair in ({"total": TOTAL, "bad": BAD}, {"total": TOTAL, "good": GOOD}, {"good": GOOD, "bad": BAD}):
        assert not list(EventsSpec(**pair).check(PLACE))


def test_bad_of_total_is_read_as_it_stands() -> None:
    """No bad series means that nothing bad happened."""
    counts = built(total=TOTAL, bad=BAD).counts(BASE)
    assert counts.total == f"300 * sum(rate({TOTAL}[5m15s]))"
    assert counts.bad == f"300 * sum(rate({BAD}[5m15s]))\nor 0 * T"


def test_good_of_total_leaves_the_rest() -> None:
    """No good series means that everything was bad; rounding never makes less than none."""
    counts = built(total=TOTAL, good=GOOD).counts(BASE)
    assert counts.total == f"300 * sum(rate({TOTAL}[5m15s]))"
    assert counts.bad == f"clamp_min(T - (300 * sum(rate({GOOD}[5m15s])) or 0 * T), 0)"


def test_good_and_bad_make_the_total() -> None:
    """Of one metric either may be missing: every event failed, or none did; without both there is no data."""
    counts = built(good=GOOD, bad=BAD).counts(BASE)
    good, bad = f"300 * sum(rate({GOOD}[5m15s]))", f"300 * sum(rate({BAD}[5m15s]))"
    parts = f'label_replace({good}, "__part", "0", "", "") or label_replace({bad}, "__part", "1", "", "")'
    assert counts.total == f"sum without (__part) ({parts})"
    assert counts.bad == f"{bad} and T\nor 0 * T"


@pytest.mark.parametrize(
    ("fields", "apart"),
    [
        ({"total": "a", "bad": "b"}, ["b unless a"]),
        ({"total": "a", "good": "b"}, ["b unless a", "a unless b"]),
        ({"good": "a", "bad": "b"}, ["b unless a"]),
        ({"total": "a", "bad": 'a{code="5"}'}, []),
        ({"total": 'a{x="1"}', "good": 'a{y="2"}'}, []),
        ({"good": 'a{x="1"}', "bad": 'a{x="2"}'}, []),
        ({"total": "a_count", "good": 'a_bucket{le="1"}'}, []),
        ({"total": "b", "good": 'a_bucket{le="1"}'}, ['a_bucket{le="1"} unless b', 'b unless a_bucket{le="1"}']),
        ({"total": "x", "bad": SLOW}, ["a_count unless x", 'a_count unless a_bucket{le="1"}']),
        ({"total": "a_count", "bad": SLOW}, []),
        ({"total": "rate(a[$window]) - rate(h[$window])", "bad": "b"}, ["b unless a"]),
        ({"total": "a", "bad": "rate(a[$window]) - rate(b[$window])"}, ["a unless b"]),
        ({"total": '{__name__=~"a|b"}', "bad": "c"}, ['c unless {__name__=~"a|b"}']),
        ({"total": "rate(ok[$window]) + rate(err[$window])", "bad": "err"}, ["err unless ok"]),
        ({"total": "rate(ok[$window]) + rate(err[$window])", "good": "ok"}, ["err unless ok"]),
        ({"total": 'rate(a{x="1"}[$window]) + rate(a[$window])', "bad": 'a{x="1"}'}, []),
        ({"total": "a", "good": 'rate(a{x="1"}[$window]) + rate(cached[$window])'}, ["cached unless a"]),
        ({"total": "rate(a[$window]) + (rate(b[$window]) or vector(0))", "bad": "c"}, ["c unless a"]),
        ({"total": "a", "bad": "rate(a[$window]) - (rate(b[$window]) or vector(0))"}, []),
        ({"total": "t", "bad": "rate(e[$window]) - rate(retried[$window])"}, ["e unless t"]),
        ({"total": '{__name__=~"a.*"}', "bad": '{__name__=~"c.*"}'}, ['{__name__=~"c.*"} unless {__name__=~"a.*"}']),
    ],
)
def test_a_second_metric_may_come_and_go(fields: dict[str, str], apart: list[str]) -> None:
    """A tile does not count if one was there without the other at one of its ends."""
    total = built(**fields).counts(BASE).total
    pairs = [pair.split(" unless ") for pair in apart]
    wanted = [f"(group({a}{end}) unless group({b}{end}))" for a, b in pairs for end in ("", " offset 5m")]
    assert total.split("\nunless ")[1:] == wanted


def test_of_several_series_one_is_enough() -> None:
    """A protocol that is not used yet has no series, and the other one shows all good events there are."""
    total = built(total="t", good="rate(a[$window]) + rate(b[$window])").counts(BASE).total
    assert total.split("\nunless ")[3] == "(group(t) unless (group(a) or group(b)))"


def test_labels_that_the_query_makes_are_not_asked_of_series() -> None:
    """The series need not have the labels of the group: all members are looked at together."""
    base = CountingWindow("5m15s", 300, total="T", group_by=("x",))
    made = 'sum by (x) (label_replace(rate(b[$window]), "x", "$1", "y", "(.*)"))'
    joined = "sum by (x) (rate(b[$window]) * on (y) group_left (x) a)"
    plain, labelled, taken = (built(total="a", bad=bad).counts(base).total for bad in ("b", made, joined))
    assert "\nunless (group by (x) (b) unless group by (x) (a))\n" in plain
    assert "\nunless on () (group(b) unless group(a))\n" in labelled
    assert "\nunless on () (group(b) unless group(a))\n" in taken


NONE, ALL, LESS = "no bad events", "every event is bad", "0 events, as long as the other operands have series"
GONE, BUCKET = "no data: neither good nor bad, and NoData fires", "series of the histogram without it do not count"


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        ({"total": "a", "bad": "b"}, [GONE, NONE]),
        ({"total": "a", "good": "b"}, [GONE, GONE]),
        ({"total": "a", "good": 'a{x="1"}'}, [GONE, ALL]),
        ({"good": "a", "bad": "b"}, [GONE, NONE]),
        ({"good": 'a{x="1"}', "bad": 'a{x="2"}'}, [ALL, NONE]),
        ({"total": "rate(a[$window]) - rate(h[$window])", "bad": "rate(b[$window]) + c"}, [GONE, LESS, NONE, NONE]),
        ({"total": "a", "good": "rate(b[$window]) + rate(c[$window])"}, [GONE, LESS, LESS]),
        ({"total": "a", "bad": "rate(a[$window]) - rate(b[$window])"}, [GONE, GONE]),
        ({"total": "a", "bad": 'rate(a[$window]) - rate(a{x="1"}[$window])'}, [GONE, ALL]),
        ({"total": "a", "good": "rate(b[$window]) - rate(c[$window])"}, [GONE, GONE, LESS]),
        ({"total": "t", "bad": "rate(e[$window]) - rate(retried[$window])"}, [GONE, NONE, LESS]),
        ({"total": "a_count", "bad": SLOW}, [GONE, BUCKET]),
        ({"total": "b", "good": 'a_bucket{le="1"}'}, [GONE, GONE]),
    ],
)
def test_what_follows_from_missing_series(fields: dict[str, str], wanted: list[str]) -> None:
    """For each selector, in the order total, good, bad."""
    assert [text for _, text in built(**fields).missing()] == wanted


def test_failures_count_only_where_all_events_do() -> None:
    """A metric that is not a part of the total by its labels may exist without it."""
    for other in ("b", 'http_total{job="b"}', 'http_total{code="500"}'):
        assert built(total=TOTAL, bad=other).counts(BASE).bad == f"300 * sum(rate({other}[5m15s])) and T\nor 0 * T"


DIFFERENCE = "rate(a[$window]) - rate(b[$window])"
KEPT, COMPLETED = "rate(a[5m15s]) - rate(b[5m15s])", "rate(a[5m15s]) - (rate(b[5m15s]) or 0 * rate(a[5m15s]))"


@pytest.mark.parametrize(
    ("fields", "total", "bad"),
    [
        ({"total": DIFFERENCE, "bad": "c"}, COMPLETED, ""),
        ({"total": "a", "bad": DIFFERENCE}, "", KEPT),
        ({"total": "c", "bad": DIFFERENCE}, "", COMPLETED),
        ({"total": "c", "good": DIFFERENCE}, "", COMPLETED),
        ({"total": "c", "good": f"rate(c[$window]) - ({DIFFERENCE})"}, "", COMPLETED),
        ({"total": f"rate(c[$window]) - ({DIFFERENCE})", "bad": "d"}, COMPLETED, ""),
        ({"good": "c", "bad": DIFFERENCE}, COMPLETED, COMPLETED),
        ({"good": DIFFERENCE, "bad": "c"}, COMPLETED, ""),
    ],
)
def test_good_events_of_another_metric_are_needed_in_a_difference(fields: dict[str, str], total: str, bad: str) -> None:
    """Without the good events, subtracted from all, nothing is known; what is subtracted from a part counts 0."""
    counts = built(**fields).counts(BASE)
    assert total in counts.total
    assert bad in counts.bad


def test_a_difference_never_counts_less_than_nothing() -> None:
    """While one of its operands appears or disappears; what only adds has no clamp."""
    difference, added = (built(total=query, bad="c").counts(BASE).total for query in (DIFFERENCE, "rate(a[$window])"))
    assert difference.startswith("clamp_min(300 * sum(rate(a[5m15s]) - ")
    assert "clamp_min" not in added


def test_a_series_counts_failures_only_where_it_has_the_bucket() -> None:
    """What is subtracted from the count of a series is unknown where the series has no such bucket."""
    known = '(rate(a_count[5m15s]) and ignoring (le) rate(a_bucket{le="1"}[5m15s]))'
    counts = built(total="a_count", bad=SLOW).counts(BASE)
    assert known[1:-1] in counts.total
    assert known in counts.bad


def test_excluded_time_is_not_bridged() -> None:
    """It is left out minute by minute, of which none reaches beyond its end."""
    bridged, excluded = (replace(BASE, bridge=True, excluded=what) for what in ("", "m"))
    assert "max_over_time" in built(total=TOTAL, bad=BAD).counts(bridged).total
    assert "max_over_time" not in built(total=TOTAL, bad=BAD).counts(excluded).total


@pytest.mark.parametrize(
    ("fields", "grows"),
    [
        ({"total": TOTAL, "bad": BAD}, {(1, 0), (0, 1)}),
        ({"total": TOTAL, "good": GOOD}, {(1, 0), (0, 1)}),
        ({"good": GOOD, "bad": BAD}, {(1, 0), (0, 1)}),
        ({"total": "all_total", "bad": "bad_total"}, {(1, 1), (0, 1)}),
        ({"total": "all_total", "good": "good_total"}, {(1, 1), (1, 0)}),
        ({"good": "good_total", "bad": "bad_total"}, {(1, 0), (0, 1)}),
    ],
)
def test_feeds_make_the_wanted_events(fields: dict[str, str], grows: set[tuple[int, int]]) -> None:
    """Two series: how they grow with each good and each bad event depends on what the selectors tell apart."""
    feeds = built(**fields).input_series()
    assert {(feed.good, feed.bad) for feed in feeds} == grows
    assert len({feed.series for feed in feeds}) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"total": TOTAL, "bad": TOTAL},
        {"good": TOTAL, "bad": TOTAL},
        {"total": '{__name__=~"[^a]"}', "bad": '{__name__=~"[^a]"}'},
    ],
)
def test_where_good_and_bad_cannot_be_told_apart_there_are_no_input_series(fields: dict[str, str]) -> None:
    """No series can be made for selectors that are the same, or contradict each other."""
    with pytest.raises(UndrivenError):
        built(**fields).input_series()


def test_what_a_person_reads() -> None:
    """One line that says what a good event is."""
    assert built(total=TOTAL, bad=BAD).describe() == f"an event of {TOTAL} that is not one of {BAD}"
    assert built(total=TOTAL, good=GOOD).describe() == f"an event of {GOOD}"


def test_selectors_are_those_given() -> None:
    """In the order total, good, bad."""
    assert built(good=GOOD, bad=BAD).selectors() == (parse_selector(GOOD), parse_selector(BAD))


def test_kinds_refuse_unknown_fields() -> None:
    """Every kind reads its own fields alone."""
    for kind in KINDS.values():
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"treshold": "1s"}, kind)
