"""Rule groups as YAML, the way every server of the Prometheus family reads them."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from slo.emit.stencil import stencil
from slo.plan.kin import Kin
from slo.plan.rules import Alert, Record
from slo.promql import duration
from slo.yaml_scalar import block, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from slo.emit.stencil import Stencil
    from slo.model import Labels
    from slo.plan.rules import Group

_SHORT = 100
"""Texts that are spelled alike in many rules are short; others would only fill the memory of `_line`."""


def groups(parts: Iterable[Group], before: str = "", more: str = "") -> str:
    """The list under `groups:`, one item per group; `more` is further keys of each of them, as YAML.

    Joined once, with what comes before it: a copy of ten megabytes takes longer than many a rule.
    """
    texts = [before]
    for part in parts:
        texts += [*["\n"] * (len(texts) > 1), *_pieces(part, more)]
    return "".join(texts)


def group(part: Group) -> str:
    """One item of the list."""
    return "".join(_pieces(part))


def _pieces(part: Group, more: str = "") -> Iterator[str]:
    yield f"  - name: {scalar(part.name)}\n    interval: {duration(part.interval)}\n{more}    rules:\n"
    stencils = cache(lambda pattern: stencil(pattern, rule))  # as many as it has; a pattern is of one group
    for one in part.parts:
        yield _kin(one, stencils(one.pattern)) if isinstance(one, Kin) else rule(one)


def rule(one: Record | Alert) -> str:
    """One item under `rules:`."""
    return _alert(one) if isinstance(one, Alert) else _record(one)


def _kin(one: Kin, text: Stencil) -> str:
    """The alerts of one SLO: filled into the text of its class where that gives the same."""
    return text.filled(one.filling) or "".join(map(rule, one.spelled()))


def _record(one: Record) -> str:
    return f"      - record: {one.name}\n        expr: {block(one.expr, 10)}\n{_mapping('labels', one.labels)}"


def _alert(one: Alert) -> str:
    pending = f"        for: {duration(one.pending)}\n" if one.pending else ""
    kept = f"        keep_firing_for: {duration(one.kept)}\n" if one.kept else ""
    return (
        f"      - alert: {scalar(one.name)}\n        expr: {block(one.expr, 10)}\n{pending}{kept}"
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
