"""Rule groups as YAML, the way every server of the Prometheus family reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.emit.yaml import block, name, scalar
from slo.plan.values import Alert, Record
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.model import Labels
    from slo.plan.values import Group

_SHORT = 100
"""Texts that are spelled alike in many rules are short; others would only fill the memory of `name`."""


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
    lines = [
        f"          {name(label)}: {name(value) if len(value) < _SHORT else scalar(value)}\n" for label, value in pairs
    ]
    return f"        {key}:\n{''.join(lines)}"
