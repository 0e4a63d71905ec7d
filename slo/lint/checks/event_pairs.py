"""Checks of total, good and bad that do not count the same events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.analysis.matching import accepts, matches_everything
from slo.lint.finding import finding
from slo.lint.registry import BUILD, LINT, check
from slo.promql import naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext, SloQuery
    from slo.lint.finding import Finding
    from slo.promql import Matcher, Selector

_LAST = "+Inf"
_BOUNDS = ("0.1", "1", "1.0")
"""Bounds of other buckets."""


def parts_of_total(context: LintContext) -> Iterator[tuple[SloQuery, Selector, Selector]]:
    """Yield each query of good or bad events beside a total, with the selectors of total and part."""
    for pair in context.pairs:
        total, part = pair.first.selector, pair.second.selector
        if pair.first.key == "total" and total is not None and part is not None:
            yield pair.second, total, part


@check("SLO116", BUILD)
def not_of_the_total(context: LintContext) -> Iterator[Finding]:
    """Report good or bad events that the total does not count."""
    for query, total, part in parts_of_total(context):
        if part.name != total.name or part.matchers[: len(total.matchers)] == total.matchers:
            continue
        missing = [m for m in total.matchers if not _narrowed(m, part) and not _is_all(m, total)]
        if missing:
            yield finding(query.place, *_outside(query.key, missing, part))


def _outside(name: str, missing: list[Matcher], part: Selector) -> tuple[str, str]:
    """Return message and hint about matchers that the part lacks, or has with another value."""
    wanted, labels = ", ".join(map(str, missing)), {m.label for m in missing}
    other = [m for m in part.matchers if m.label in labels]
    if not other:
        message = f"total has {wanted}, {name} does not: it counts events outside of total"
        return message, f"add {wanted} to {name}"
    own = ", ".join(map(str, other))  # adding the total's matchers would let nothing through
    message = f"total has {wanted}, {name} has {own}: it counts events outside of total"
    return message, f"use the same matcher in both for {', '.join(dict.fromkeys(m.label for m in other))}"


def _narrowed(matcher: Matcher, part: Selector) -> bool:
    """Whether the part may satisfy a matcher of the total: it has the same matcher, or a narrower one."""
    if matches_everything(matcher):
        return True
    same = [m for m in part.matchers if m.label == matcher.label]
    exact = [m for m in same if m.op == "="]
    return bool(same) and not any(accepts(matcher, m.value) is False for m in exact)


def _is_all(matcher: Matcher, total: Selector) -> bool:
    """Whether a matcher selects only the +Inf bucket of a histogram, which counts all its events."""
    if matcher.label != "le" or not total.name.endswith("_bucket"):
        return False
    return accepts(matcher, _LAST) is True and not any(accepts(matcher, bound) for bound in _BOUNDS)


@check("SLO117", LINT)
def other_metrics(context: LintContext) -> Iterator[Finding]:
    """Report totals and parts of two metrics, which need not count the same events."""
    for query, total, part in parts_of_total(context):
        own, whole = part.metric, total.metric
        if own and whole and naming.base_name(own) != naming.base_name(whole):
            message = f"{query.key} reads {own}, total reads {whole}; both have to count the same events"
            yield finding(query.place, message)


_MEANING = {
    ("total", "bad"): "every event is bad",
    ("total", "good"): "no event is ever bad",
    ("good", "bad"): "half of all events are bad, always",
}


@check("SLO118", BUILD)
def same_queries(context: LintContext) -> Iterator[Finding]:
    """Report pairs of equal queries."""
    for pair in context.pairs:
        first, second = pair.first, pair.second
        if _equal(first, second):
            message = f"{second.key} equals {first.key}: {_MEANING[first.key, second.key]}"
            yield finding(second.place, message, f'narrow {second.key} down, for example by status=~"5.."')


def _equal(one: SloQuery, other: SloQuery) -> bool:
    """Whether both read the same series; the order of matchers does not matter."""
    if one.selector is None or other.selector is None:
        return one.text == other.text
    if one.selector.name != other.selector.name:
        return False
    left, right = ([m for m in s.matchers if not matches_everything(m)] for s in (one.selector, other.selector))
    return len(left) == len(right) and set(left) == set(right)
