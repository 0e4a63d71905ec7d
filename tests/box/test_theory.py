"""When the alert has to fire: the arithmetic, against brute force."""

from bisect import bisect_right
from itertools import accumulate, count, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from box.demo.theory import Before, During, Rule, adjusted_ratio, predict

RULE = Rule(threshold=0.0144, window=60.0, min_bad_events=2)

rates = st.floats(0.5, 200.0)
shares = st.floats(0.05, 1.0)
covered_seconds = st.floats(0.0, 60.0)


def moments(begin: float, end: float, per_second: int, one_bad_in: int) -> list[tuple[float, bool]]:
    """Return evenly spread events, each with its moment and whether it is bad; 0 means that none is."""
    events = round((end - begin) * per_second)
    return [
        (begin + (number + 0.5) / per_second, one_bad_in > 0 and number % one_bad_in == one_bad_in // 2)
        for number in range(events)
    ]


def counted(rule: Rule, events: list[tuple[float, bool]], covered: float) -> float:
    """Return when the window first held enough bad ones, by counting the events in it again and again."""
    times = [at for at, _ in events]
    bad = [0, *accumulate(is_bad for _, is_bad in events)]
    for step in count(1):
        now = step / 50
        first, last = bisect_right(times, now - rule.window), bisect_right(times, now)
        recorded = min(rule.window, covered + now) / rule.window
        weight = recorded if recorded < 1 / 3 else 1
        if last > first and (bad[last] - bad[first]) / (last - first) * weight > rule.threshold:
            return now
    raise AssertionError


@settings(deadline=None)
@given(
    before_rate=st.integers(100, 300),
    before_bad=st.sampled_from([0, 500, 250]),
    rate=st.integers(100, 300),
    one_bad_in=st.integers(1, 10),
    covered=st.integers(0, 60),
)
def test_the_prediction_is_what_counting_finds(
    before_rate: int, before_bad: int, rate: int, one_bad_in: int, covered: int
) -> None:
    """The solved moment is when a window of single events crosses the threshold, whatever it held before."""
    history = moments(-covered, 0, before_rate, before_bad)
    before = Before(total=len(history), bad=sum(is_bad for _, is_bad in history), covered=covered)

    theory = predict(RULE, before, During(rate, 1 / one_bad_in), interval=1.0)

    assert theory.burn is not None
    events = history + moments(0, RULE.window, rate, one_bad_in)
    assert theory.burn == pytest.approx(counted(RULE, events, covered), abs=0.25)


@given(rate=rates, share=shares)
def test_even_traffic_needs_the_threshold_share_of_a_full_window(rate: float, share: float) -> None:
    """With the traffic of before, a fault has to last threshold x window / bad share."""
    before = Before(total=rate * RULE.window, bad=0.0, covered=RULE.window)

    theory = predict(RULE, before, During(rate, share), interval=1.0)

    assert theory.burn == pytest.approx(RULE.threshold * RULE.window / share, rel=1e-6)


@given(rate=rates, share=shares, covered=st.floats(0.0, 20.0))
def test_a_young_window_weighs_less_until_a_third_is_recorded(rate: float, share: float, covered: float) -> None:
    """Without errors before, a fault lasts as long as with a full window, or until a third is recorded."""
    before = Before(total=rate * covered, bad=0.0, covered=covered)

    theory = predict(RULE, before, During(rate, share), interval=1.0)

    third = RULE.window / 3 - covered
    by_part = RULE.threshold * RULE.window / share
    as_it_is = RULE.threshold * covered / (share - RULE.threshold)
    assert theory.burn == pytest.approx(by_part if by_part < third else max(third, as_it_is), abs=1e-6)


@given(covered=covered_seconds, rate=rates, share=shares)
def test_the_compared_value_grows_during_a_fault(covered: float, rate: float, share: float) -> None:
    """Bisection is right only because the value never falls while the fault lasts."""
    before = Before(total=rate * covered, bad=0.0, covered=covered)
    values = [adjusted_ratio(RULE, before, During(rate, share), second) for second in range(1, 60)]

    assert all(later >= earlier - 1e-12 for earlier, later in pairwise(values))


def test_few_events_decide_when_traffic_is_low() -> None:
    """With one request in two seconds the second bad event comes later than the burn rate."""
    theory = predict(RULE, Before(30, 0, 60), During(rate=0.5, bad_share=1.0), interval=1.0)

    assert theory.enough_bad == pytest.approx(4.0)
    assert theory.condition == theory.enough_bad
    assert theory.bound == pytest.approx(7.0)


def test_bad_events_of_before_count_towards_the_least() -> None:
    """A bad event that is still in the window need not happen again."""
    theory = predict(RULE, Before(600, 1, 60), During(rate=10, bad_share=1.0), interval=1.0)

    assert theory.enough_bad == pytest.approx(0.1)


def test_a_fault_below_the_threshold_never_fires() -> None:
    """One bad request in a hundred is below 1.44 %."""
    theory = predict(RULE, Before(600, 0, 60), During(rate=10, bad_share=0.01), interval=1.0)

    assert theory.burn is None
    assert theory.bound is None


def test_no_traffic_never_fires() -> None:
    """Without a request nothing can be bad."""
    assert predict(RULE, Before(0, 0, 0), During(0, 0), interval=1.0).bound is None
