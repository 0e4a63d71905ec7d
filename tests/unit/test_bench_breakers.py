"""Failures of a paused tier are counted, and only those that the pause caused."""

import math

from bench.breakers import failures
from bench.load import Request


def request(due: float, status: int = 200, ms: float = 5.0) -> Request:
    """A request that was due at a time, in seconds."""
    return Request(due, ms, status, "/products", "")


def test_failures_are_counted_by_kind() -> None:
    """By status; a request without an answer is a timeout, and one that was under way when the pause began counts."""
    requests = [
        request(90.0, 503),
        request(99.5, 504, 1000),
        request(100.2, 0, 5000),
        request(100.5, 502),
        request(101.2, 503),
        request(101.7, 503),
        request(102.0, 409),
    ]

    seen = failures(requests, stopped=100.0, back=101.0, calls=7)

    assert (seen.before, seen.failed, seen.timeouts, seen.other, seen.refused) == (1, 5, 2, 1, 2)
    assert (seen.late, round(seen.normal_after, 1), seen.calls) == (1, 0.7, 7)
    assert round(seen.fast, 2) == 0.33


def test_a_pause_without_failures() -> None:
    """Nothing failed, so nothing failed fast."""
    seen = failures([request(99.0), request(100.5, ms=900)], stopped=100.0, back=101.0, calls=0)

    assert (seen.failed, seen.late, seen.normal_after) == (0, 0, 0.0)
    assert math.isnan(seen.fast)
