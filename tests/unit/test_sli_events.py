"""SLI kind `events`: two of total, good and bad."""

import msgspec
import pytest

from slo.diagnostics import Place
from slo.model import Base, Sli
from slo.promql import parse_selector
from slo.sli import KINDS
from slo.sli.events import EventsSpec

BASE = Base("5m15s", 300, total="T")
PLACE = Place("slos.yaml", ("slos", 0, "sli", "events"))
TOTAL = 'http_total{job="a"}'
BAD = 'http_total{job="a",code=~"5.."}'
GOOD = 'http_total{job="a",code!~"5.."}'


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
    """Either may be missing; both missing is no data."""
    counts = built(good=GOOD, bad=BAD).counts(BASE)
    good, bad = f"300 * sum(rate({GOOD}[5m15s]))", f"300 * sum(rate({BAD}[5m15s]))"
    assert counts.total == f"(({good}) or 0 * ({bad})) + (({bad}) or 0 * ({good}))"
    assert counts.bad == f"{bad}\nor 0 * T"


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
    feeds = built(**fields).feeds()
    assert {(feed.good, feed.bad) for feed in feeds} == grows
    assert len({feed.series for feed in feeds}) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"total": TOTAL, "bad": TOTAL},
        {"good": TOTAL, "bad": TOTAL},
        {"total": TOTAL, "bad": 'http_total{job="b"}'},
        {"total": '{__name__=~"a|b"}', "bad": BAD},
    ],
)
def test_where_good_and_bad_cannot_be_told_apart_there_are_no_feeds(fields: dict[str, str]) -> None:
    """No series can be made for selectors that are the same, contradict each other, or name no metric."""
    assert built(**fields).feeds() == ()


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
