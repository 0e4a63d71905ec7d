"""Target `prometheus`: a rule file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.emit.header import header
from slo.emit.yaml import block, name, scalar
from slo.plan.values import Alert, Record
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePosixPath

    from slo.emit.context import Context
    from slo.model import Labels
    from slo.plan.values import Group, Plan


_SHORT = 100


def prometheus(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
    """One file with one group per shard."""
    body = "\n".join(_group(group) for group in plan.groups)
    yield context.layout["prometheus"], f"{header(plan, 'prometheus')}groups:\n{body}"


def _group(group: Group) -> str:
    head = f"  - name: {scalar(group.name)}\n    interval: {duration(group.interval)}\n    rules:\n"
    return head + "".join(_alert(rule) if isinstance(rule, Alert) else _record(rule) for rule in group.rules)


def _record(rule: Record) -> str:
    return f"      - record: {rule.name}\n        expr: {block(rule.expr, 10)}\n{_mapping('labels', rule.labels)}"


def _alert(rule: Alert) -> str:
    pending = f"        for: {duration(rule.pending)}\n" if rule.pending else ""
    return (
        f"      - alert: {scalar(rule.name)}\n        expr: {block(rule.expr, 10)}\n{pending}"
        f"{_mapping('labels', rule.labels)}{_mapping('annotations', rule.annotations)}"
    )


def _mapping(key: str, pairs: Labels) -> str:
    if not pairs:
        return ""
    lines = [
        f"          {name(label)}: {name(value) if len(value) < _SHORT else scalar(value)}\n" for label, value in pairs
    ]
    return f"        {key}:\n{''.join(lines)}"
