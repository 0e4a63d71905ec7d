"""Rule groups as YAML, the way every server of the Prometheus family reads them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from slo.emit.yaml import block, scalar
from slo.plan.values import Alert, Record
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.model import Labels
    from slo.plan.values import Group

_SHORT = 100
"""Texts that are spelled alike in many rules are short; others would only fill the memory of `_line`."""


def groups(parts: Iterable[Group], more: str = "") -> str:
    """The list under `groups:`, one item per group; `more` is further keys of each of them, as YAML."""
    return "\n".join(group(part, more) for part in parts)


def group(part: Group, more: str = "") -> str:
    """One item of the list."""
    head = f"  - name: {scalar(part.name)}\n    interval: {duration(part.interval)}\n{more}    rules:\n"
    return head + "".join(map(rule, part.rules))


def rule(one: Record | Alert) -> str:
    """One item under `rules:`."""
    return _alert(one) if isinstance(one, Alert) else _record(one)


def _record(one: Record) -> str:
    return f"      - record: {one.name}\n        expr: {block(one.expr, 10)}\n{_mapping('labels', one.labels)}"


def _alert(one: Alert) -> str:
    pending = f"        for: {duration(one.pending)}\n" if one.pending else ""
    return (
        f"      - alert: {scalar(one.name)}\n        expr: {block(one.expr, 10)}\n{pending}"
        f"{_mapping('labels', one.labels)}{_mapping('annotations', one.annotations)}"
    )


def _mapping(key: str, pairs: Labels) -> str:
    if not pairs:
        return ""
    lines = [_line(*pair) if len(pair[1]) < _SHORT else _line.__wrapped__(*pair) for pair in pairs]
    return f"        {key}:\n{''.join(lines)}"


@lru_cache(maxsize=8192)  # labels come again with every rule of an SLO
def _line(label: str, value: str) -> str:
    return f"          {scalar(label)}: {scalar(value)}\n"
