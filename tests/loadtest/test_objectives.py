"""The objectives of the verdict are the ones of slos.yaml."""

from decimal import Decimal
from pathlib import Path

import pytest

import slo
from loadtest.objectives import read_objectives

SPEC = """
version: 1
service: shop
defaults: {window: 30d, objective: 99%}
slos:
  - name: checkout-availability
    objective: 99.9%
    sli:
      events:
        total: http_requests_total{service="web", route=~"/checkout|/api/checkout"}
        bad: http_requests_total{service="web", route=~"/checkout|/api/checkout", status=~"5.."}
  - name: browse-latency
    sli: {latency: {histogram: 'latency_seconds{service="web", route="/products"}', under: 300ms}}
  - name: catalog-availability
    objective: 0.999
    sli:
      events: {total: 'requests_total{service="catalog"}', bad: 'requests_total{service="catalog",status=~"5.."}'}
  - name: up
    sli: {up: 'up{service="web"}'}
"""


def test_only_what_a_visitor_can_judge_is_read(tmp_path: Path) -> None:
    """Objectives over events and latencies of the web tier, with the file's targets and defaults."""
    path = tmp_path / "slos.yaml"
    path.write_text(SPEC, encoding="utf-8")
    found = read_objectives(path)
    assert [(each.name, each.budget, each.under) for each in found] == [
        ("checkout-availability", Decimal("0.001"), None),
        ("browse-latency", Decimal("0.01"), Decimal("0.3")),
    ]


@pytest.mark.parametrize(
    ("labels", "selected"),
    [
        ({"route": "/checkout", "status": "503"}, True),
        ({"route": "/checkout/x", "status": "503"}, False),
        ({"route": "/checkout", "status": "200"}, False),
        ({"status": "503"}, False),
        ({"route": "/checkout", "status": "503", "env": "test"}, False),
    ],
)
def test_selectors_match_as_in_prometheus(labels: dict[str, str], selected: bool) -> None:  # noqa: FBT001
    """Regular expressions are anchored, and a label that is missing is empty."""
    selector = slo.Selector('requests_total{route=~"/checkout|/cart", status=~"5..", env!~"t.*"}')
    assert selector.matches(labels) is selected


def test_the_objectives_of_the_shop_can_be_read() -> None:
    """The live slos.yaml has at least availability and latency of the web tier."""
    found = read_objectives()
    assert any(each.bad for each in found)
    assert any(each.under for each in found)
