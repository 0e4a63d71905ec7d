"""When the alert has to fire: the arithmetic, against brute force."""

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from box.demo.theory import Before, During, Rule, adjusted_ratio, predict

RULE = Rule(threshold=0.0144, window=60.0, min_bad_events=2)

rates = st.floats(0.5, 200.0)
shares = st.floats(0.05, 1.0)
covered_seconds = st.floats(0.0, 60.0)


def simulated(rule: Rule, before: Before, during: During) -> float:
    """Return the first of very small steps at which a window of evenly spread events is above the threshold."""
    step = 0.002
    count = 1
    while True:
        seconds = count * step
        kept = min(before.covered, rule.window - seconds)
        share = kept / before.covered if before.covered else 0.0
        bad = before.bad * share + during.rate * during.bad_share * seconds
        total = before.total * share + during.rate * seconds
        if bad / total * (kept + seconds) / rule.window > rule.threshold:
            return seconds
        count += 1


@given(before_rate=rates, rate=rates, share=shares, covered=covered_seconds)
def test_the_prediction_is_what_a_simulation_finds(
    before_rate: float, rate: float, share: float, covered: float
) -> None:
    """The solved moment agrees with stepping through the fault."""
    before = Before(total=before_rate * covered, bad=0.0, covered=covered)
    during = During(rate, share)

    theory = predict(RULE, before, during, interval=1.0)

    assume(theory.burn is not None and theory.burn < 20)
    assert theory.burn == pytest.approx(simulated(RULE, before, during), abs=0.003)


@given(rate=rates, share=shares, covered=covered_seconds)
def test_even_traffic_needs_the_threshold_share_of_the_window(rate: float, share: float, covered: float) -> None:
    """With the traffic of before, history or not, a fault has to last threshold x window / bad share."""
    before = Before(total=rate * covered, bad=0.0, covered=covered)

    theory = predict(RULE, before, During(rate, share), interval=1.0)

    assert theory.burn == pytest.approx(RULE.threshold * RULE.window / share, rel=1e-6)


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
