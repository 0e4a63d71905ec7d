"""Whether one trace tells the whole of its request, and what is wrong with it otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.proof.shoplog import OK, reached

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.proof.shoplog import Line
    from bench.proof.stores import Span

_FROM_DATABASE = {"miss", "bypass"}
_DATABASES = {"sqlite", "postgresql"}


def problems(trace: Sequence[Span], lines: Sequence[Line], span_id: str = "") -> list[str]:
    """What is missing in a stored trace of a request; `lines` are what the tiers themselves said about it."""
    if not trace:
        return ["not stored"]
    services = {span.service for span in trace}
    found = [f"no span of {tier}" for tier in sorted(reached(lines) - services)]
    if span_id and span_id not in {span.id for span in trace}:
        found.append(f"span {span_id} is not in it")
    return found + _without_database(trace, lines)


def _without_database(trace: Sequence[Span], lines: Sequence[Line]) -> list[str]:
    """Reads that the cache could not answer, and orders, that show no statement."""
    found = []
    lookups = [span for span in trace if span.name == "cache get"]
    if _succeeded(lines, "catalog") and not lookups:
        found.append("no look-up in the cache")
    statements = [span for span in trace if span.tags.get("db.system.name") in _DATABASES]
    found += [
        f"cache {span.tags.get('cache.result')}, but no statement"
        for span in lookups
        if span.tags.get("cache.result") in _FROM_DATABASE and not _below(trace, span.id, statements)
    ]
    if _succeeded(lines, "orders") and "orders" not in {span.service for span in statements}:
        found.append("an order, but no statement")
    return found


def _succeeded(lines: Sequence[Line], tier: str) -> bool:
    return any(line.service == tier and 0 < line.status < OK for line in lines)


def _below(trace: Sequence[Span], ancestor: str, statements: Sequence[Span]) -> bool:
    """True when a statement hangs below a span, however deep."""
    by_id = {span.id: span for span in trace}
    for statement in statements:
        at = statement.parent
        while at:
            if at == ancestor:
                return True
            at = by_id[at].parent if at in by_id else ""
    return False
