"""Names of metrics and labels in PromQL: plain, or in quotes, which only Prometheus 3 reads."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from slo.promql.spelling import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
KEYWORDS = frozenset(("inf", "nan", "without"))
"""Words that no list of labels can have. Quotes do not help: Prometheus drops them before it evaluates a rule."""
_OTHER = re.compile(r"[^a-zA-Z0-9_]")


@lru_cache(maxsize=4096)
def label(name: str) -> str:
    """Return the label as written in a matcher: `job`, `"http.route"`."""
    return name if is_plain_label(name) else quote(name)


def labels(names: Iterable[str]) -> str:
    """Return the list of labels for the parentheses of `by`, `without`, `on` and `ignoring`."""
    return ", ".join(map(label, names))


def by(names: Iterable[str]) -> str:
    """Return the `by` clause that keeps these labels; empty without labels."""
    inside = labels(names)
    return f" by ({inside}) " if inside else ""


def can_group(name: str) -> bool:
    """Whether an aggregation can keep the label and recorded series can have it."""
    return bool(name) and not name.startswith("__") and name.lower() not in KEYWORDS and name.isprintable()


@lru_cache(maxsize=4096)  # asked for each matcher of a build
def is_plain_label(name: str) -> bool:
    """Whether every Prometheus reads the label without quotes."""
    return _LABEL.fullmatch(name) is not None


@lru_cache(maxsize=4096)
def is_plain_metric(name: str) -> bool:
    """Whether every Prometheus reads the name of the metric before the braces."""
    return _METRIC.fullmatch(name) is not None


@lru_cache(maxsize=4096)
def base_name(metric: str, *, sums: bool = False) -> str:
    """Return the metric without `_bucket` or `_count`; with `sums` also without `_sum`, which counts no events.

    >>> base_name("took_seconds_bucket"), base_name("took_seconds_sum"), base_name("took_seconds_sum", sums=True)
    ('took_seconds', 'took_seconds_sum', 'took_seconds')
    """
    suffixes = ("_bucket", "_count", "_sum") if sums else ("_bucket", "_count")
    return next((metric.removesuffix(suffix) for suffix in suffixes if metric.endswith(suffix)), "") or metric


def underscored(name: str) -> str:
    """Return the name as exported to Prometheus 2: `http.route` is `http_route`.

    >>> underscored("http.route"), underscored("2nd"), underscored("up")
    ('http_route', '_2nd', 'up')
    """
    plain = _OTHER.sub("_", name)
    return f"_{plain}" if plain[:1].isdigit() else plain
