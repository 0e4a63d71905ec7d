"""The laboratory of circuit breakers counts what visitors lose, and blames a hiccup for no more than it caused."""

import math

from bench.hiccup import damage
from bench.proof.visitors import Visit


def visit(due: float, status: int = 200, ms: float = 5.0) -> Visit:
    """A request that was due at a time, in seconds."""
    return Visit(due, ms, status, "/products", "")


def test_failures_are_told_apart() -> None:
    """By status; a request without an answer is a timeout, and one that was under way when the tier stopped counts."""
    visits = [
        visit(90.0, 503),
        visit(99.5, 504, 1000),
        visit(100.2, 0, 5000),
        visit(100.5, 502),
        visit(101.2, 503),
        visit(101.7, 503),
        visit(102.0, 409),
    ]

    seen = damage(visits, stopped=100.0, back=101.0, calls=7)

    assert (seen.before, seen.failed, seen.timeouts, seen.bad, seen.refused) == (1, 5, 2, 1, 2)
    assert (seen.late, round(seen.normal, 1), seen.calls) == (1, 0.7, 7)
    assert round(seen.fast, 2) == 0.33


def test_a_hiccup_without_failures() -> None:
    """Nothing failed, so nothing failed fast."""
    seen = damage([visit(99.0), visit(100.5, ms=900)], stopped=100.0, back=101.0, calls=0)

    assert (seen.failed, seen.late, seen.normal) == (0, 0, 0.0)
    assert math.isnan(seen.fast)
