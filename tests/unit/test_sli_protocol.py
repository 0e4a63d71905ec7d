"""The protocol of SLIs: what other modules ask every kind."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from slo.diagnostics import Place
from slo.sli import KINDS
from slo.sli.sliced import Sliced

SPECS: dict[str, dict[str, Any]] = {
    "events": {"total": "requests_total", "bad": "sum(rate(errors_total[$window]))"},
    "latency": {"histogram": "request_seconds", "under": "300ms", "errors": "errors_total"},
    "threshold": {"query": "queue_seconds", "under": "250ms"},
    "up": {"selector": "up"},
    "freshness": {"timestamp": "last_success_seconds", "under": "1h"},
    "ratio": {"success": "avg(success_ratio)"},
}


def test_every_kind_is_tested() -> None:
    """No kind is without an example here."""
    assert SPECS.keys() == KINDS.keys()


@pytest.mark.parametrize("kind", SPECS)
def test_kind_and_keys(kind: str) -> None:
    """An SLI has the kind and the keys of its specification, so that findings have their place."""
    spec = KINDS[kind](**SPECS[kind])
    assert list(spec.check(Place("slos.yaml"))) == []
    sli = spec.build()

    assert sli.kind == kind
    assert [query.key for query in sli.queries()] == [key for key in SPECS[kind] if key not in {"under", "over"}]
    assert [query.text for query in sli.queries()] == [text for key, text in SPECS[kind].items() if key != "under"]
    assert sli.counts_events == KINDS[kind].EVENTS
    assert {unit.key for unit in sli.metric_units()} <= SPECS[kind].keys()


@pytest.mark.parametrize("kind", ["events", "latency"])
def test_slices_of_events(kind: str) -> None:
    """Slices answer for the SLI of events within them."""
    inner = KINDS[kind](**SPECS[kind]).build()
    sliced = Sliced(inner, Decimal("0.99"), None)

    assert (sliced.kind, sliced.queries(), sliced.metric_units()) == (kind, inner.queries(), inner.metric_units())
    assert sliced.histogram_limit() == inner.histogram_limit()
    assert sliced.counts_events
