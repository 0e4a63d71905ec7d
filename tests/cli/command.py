"""The specification that the tests of commands use, and what a command answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

SPEC = """\
version: 1
service: shop
owner: checkout
slos:
  - name: checkout
    title: Customers can place an order
    objective: 99.9%
    sli:
      events:
        total: http_requests_total{route="/checkout"}
        bad: http_requests_total{route="/checkout", status=~"5.."}
    traffic: {per_second: 0.5}
"""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str


Slo = Callable[..., Said]
