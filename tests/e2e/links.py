"""Whether a stored trace shows the whole of its request."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.e2e.shop_logs import Line
    from tests.e2e.stores import Span


def problems(trace: Sequence[Span], lines: Sequence[Line], span_id: str = "") -> list[str]:
    """What is missing in the trace of a request; `lines` are what the tiers themselves logged about it."""
    if not trace:
        return ["not stored"]
    found = [f"no span of {tier}" for tier in sorted({line.service for line in lines if line.status} - services(trace))]
    if span_id and span_id not in {span.id for span in trace}:
        found.append(f"span {span_id} is not in it")
    return [*found, *_without_statement(trace, lines)]


def services(trace: Sequence[Span]) -> set[str]:
    """The services of some spans."""
    return {span.service for span in trace}


def _without_statement(trace: Sequence[Span], lines: Sequence[Line]) -> Iterator[str]:
    """Reads that the cache could not answer, and orders, without a statement of the database."""
    succeeded = {line.service for line in lines if line.succeeded}
    lookups = [span for span in trace if span.name == "cache get"]
    statements = [span for span in trace if span.tags.get("db.system.name") in {"sqlite", "postgresql"}]
    if "catalog" in succeeded and not lookups:
        yield "no look-up in the cache"
    for span in lookups:
        result = span.tags.get("cache.result")
        if result in {"miss", "bypass"} and not any(span.id in _ancestors(trace, each) for each in statements):
            yield f"cache {result}, but no statement"
    if "orders" in succeeded and "orders" not in services(statements):
        yield "an order, but no statement"


def _ancestors(trace: Sequence[Span], span: Span) -> set[str]:
    parents = {each.id: each.parent for each in trace}
    found, at = set(), span.parent
    while at and at not in found:
        found.add(at)
        at = parents.get(at, "")
    return found
