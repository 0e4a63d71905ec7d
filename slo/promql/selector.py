"""Vector selectors as values: a metric name and conditions on labels."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from slo.promql.naming import is_plain_metric, label
from slo.promql.spelling import quote


class Matcher(msgspec.Struct, frozen=True):
    """One condition on a label, by its name without quotes; `op` is one of `=`, `!=`, `=~`, `!~`."""

    label: str
    op: str
    value: str

    def __str__(self) -> str:
        """Return the matcher as PromQL."""
        return f"{label(self.label)}{self.op}{quote(self.value)}"


class Selector(msgspec.Struct, frozen=True):
    """An instant vector selector: a metric name without quotes, or none, and matchers."""

    name: str
    matchers: tuple[Matcher, ...] = ()

    def __str__(self) -> str:
        """Return the selector as PromQL, in one spelling."""
        return _spelled(self)

    @property
    def metric(self) -> str:
        """The metric, also if a second matcher on `__name__` follows; empty for a pattern of names."""
        named = (m.value for m in self.matchers if (m.label, m.op) == ("__name__", "="))
        return self.name or next(named, "")

    def renamed(self, name: str, *more: Matcher) -> Selector:
        """Return the same matchers, and more, on another metric."""
        return Selector(name, (*self.matchers, *more))


@lru_cache(maxsize=8192)  # rules, texts and findings name the same selectors
def _spelled(selector: Selector) -> str:
    parts = [f"{label(m.label)}{m.op}{quote(m.value)}" for m in selector.matchers]
    if selector.name and not is_plain_metric(selector.name):
        return f"{{{','.join([quote(selector.name), *parts])}}}"
    return f"{selector.name}{{{','.join(parts)}}}" if parts else selector.name
