"""Random SLIs, of which random series are missing for random times, beside a model that knows what is known.

The model (`tests/rules/missing`) shares no code with the compiler. 50 runs are tried, 2,000 with `--long`.
"""

from pathlib import Path

import pytest

from tests.rules.missing.batches import SIZE, outcome
from tests.rules.missing.queries import Counter, Difference, Sum
from tests.rules.missing.runs import Run, run_of
from tests.rules.missing.timeline import MINUTES, Series, Span
from tests.rules.missing.truth import Events, Latency, State
from tests.rules.missing.trying import Seen, read
from tests.rules.missing.verdicts import problems

BATCHES, LONG_BATCHES = 2, 80
MOST_ANSWERED = 15
"""Of all runs; a compiler that refuses everything would never be wrong."""


@pytest.mark.slow
def test_numbers_and_alerts_are_right_whatever_is_missing(
    promtools: dict[str, Path], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """No ratio is off by more than 1 %, no page comes in healthy hours, and no outage of half an hour stays silent."""
    batches = LONG_BATCHES if request.config.getoption("--long") else BATCHES
    outcomes = [outcome(number, promtools, tmp_path) for number in range(batches)]
    if wrong := [line for one in outcomes for line in one.described()]:
        pytest.fail("\n".join(wrong))
    assert sum(len(one.answered) for one in outcomes) <= MOST_ANSWERED * batches / BATCHES
    assert sum(len(one.runs) for one in outcomes) == batches * SIZE


def steady(metric: str, rate: float, *absent: Span, **labels: str) -> Series:
    """A counter that counts so many events in every minute, and is missing for some spans."""
    return Series(metric, labels, [rate] * MINUTES, list(absent))


FIRST, LATER = Span(0, 100), Span(100, MINUTES)


def test_the_model_counts_an_operand_without_series_as_nothing() -> None:
    """Errors count although no timeout has happened yet, and a difference is the whole where nothing is taken off."""
    series = [steady("all", 100), steady("errors", 10), steady("timeouts", 5, FIRST)]
    both = Sum((Counter("errors", {}), Counter("timeouts", {})))
    added = Events(total=Counter("all", {}), bad=both).member(series)
    assert added.ratio(60, 60) == pytest.approx((0.1, 0.1))
    assert added.ratio(300, 60) == pytest.approx((0.15, 0.15))
    taken = Events(total=Difference(Counter("all", {}), Counter("timeouts", {})), bad=Counter("errors", {}))
    assert taken.member(series).ratio(60, 60) == pytest.approx((0.1, 0.1))
    assert taken.member(series).ratio(300, 60) == pytest.approx((10 / 95, 10 / 95))


def test_the_model_leaves_out_what_is_unknown() -> None:
    """Without a total, and without good events of another metric, minutes are in no window."""
    series = [steady("all", 100, LATER), steady("failed", 10), steady("fine", 90, LATER)]
    for sli in (
        Events(total=Counter("all", {}), bad=Counter("failed", {})),
        Events(good=Counter("fine", {}), bad=Counter("failed", {})),
    ):
        member = sli.member(series)
        assert member.states[50] is State.KNOWN
        assert member.states[150] is State.UNKNOWN
        assert member.ratio(300, 60) is None
        least, most = member.ratio(300, 360) or (0, 0)
        assert 0.08 < least < 0.1 < most < 0.12


def test_the_model_knows_targets_by_their_bucket() -> None:
    """A target without the bucket is left out, the others are known."""
    series = [
        steady("s_count", 80, instance="old"),
        steady("s_bucket", 60, instance="old", le="0.25"),
        steady("s_count", 20, instance="new"),
    ]
    member = Latency("s", "250ms", "0.25").member(series)
    assert member.ratio(200, 60) == pytest.approx((0.25, 0.25))
    assert set(member.states) == {State.KNOWN}


def undisturbed(run: Run) -> bool:
    """Nothing is missing, and nothing happens."""
    return not any(one.edges() or one.absent for members in run.series.values() for one in members)


def test_a_wrong_number_and_a_wrong_alert_are_found() -> None:
    """What is seen exactly as it is passes; half a ratio more, a page in healthy hours and a false NoData do not."""
    run = next(run for run in map(run_of, range(1000)) if not run.grouped and undisturbed(run))
    (member,) = run.members().values()
    true = {
        (window, "", at): ratio[0]
        for window, width in (("1h", 60), ("6h", 360))
        for at in range(10, MINUTES + 1, 10)
        if (ratio := member.ratio(at, width))
    }
    assert not list(problems(run, Seen(true, {})))
    more = {key: value + 0.005 for key, value in true.items()}
    assert {one.kind for one in problems(run, Seen(more, {}))} == {"ratio"}
    loud = {200: frozenset({("fast", ""), ("no-data", "")})}
    assert {one.kind for one in problems(run, Seen(true, loud))} == {"page", "false NoData"}


def test_what_promtool_says_is_read() -> None:
    """Both versions print the samples that were not expected on one line each."""
    said = (
        "  FAILED:\n"
        '    expr: "slo:error_ratio:1h", time: 2h5m,\n        exp: nil\n'
        '        got: {__name__="slo:error_ratio:1h", slo="a", zone="b"} 8.5E-03, '
        '{__name__="slo:error_ratio:1h", slo="c"} 0E+00\n'
    )
    assert [(minute, labels["slo"], value) for _, minute, labels, value in read(said)] == [
        (125, "a", 0.0085),
        (125, "c", 0.0),
    ]
    with pytest.raises(ValueError, match="no values"):
        read("  SUCCESS\n")
