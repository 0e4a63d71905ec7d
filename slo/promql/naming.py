"""How names of metrics and labels are spelled in PromQL: plainly, or in quotes, which only Prometheus 3 reads."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.promql.spelling import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_WORDS = frozenset(("inf", "nan", "without"))
"""Words of PromQL itself in a list of labels. In quotes they are no labels either: a server evaluates the rule as it
spells it anew, and then it leaves these quotes out."""
_OTHER = re.compile(r"[^a-zA-Z0-9_]")


@lru_cache(maxsize=4096)
def label(name: str) -> str:
    """The label as a matcher spells it: `job`, `"http.route"`."""
    return name if is_plain_label(name) else quote(name)


def labels(names: Iterable[str]) -> str:
    """What stands in the brackets of `by`, `without`, `on` and `ignoring`."""
    return ", ".join(map(label, names))


def by(names: Iterable[str]) -> str:
    """What stands behind an aggregation that keeps these labels; nothing where there are none."""
    inside = labels(names)
    return f" by ({inside}) " if inside else ""


def can_group(name: str) -> bool:
    """Whether an aggregation can keep the label and recorded series can have it."""
    return bool(name) and not name.startswith("__") and name.lower() not in _WORDS and name.isprintable()


def is_plain_label(name: str) -> bool:
    """Whether every Prometheus reads the label without quotes."""
    return _LABEL.fullmatch(name) is not None


def is_plain_metric(name: str) -> bool:
    """Whether every Prometheus reads the name of the metric before the braces."""
    return _METRIC.fullmatch(name) is not None


def underscored(name: str) -> str:
    """The name as servers and exporters before Prometheus 3 have it: `http.route` is `http_route`.

    >>> underscored("http.route"), underscored("2nd"), underscored("up")
    ('http_route', '_2nd', 'up')
    """
    plain = _OTHER.sub("_", name)
    return f"_{plain}" if plain[:1].isdigit() else plain
