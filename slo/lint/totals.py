"""Lints about total, good and bad that do not count the same events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.finding import finding
from slo.lint.matching import accepts, matches_everything
from slo.promql import Selector, naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject
    from slo.model import Slo
    from slo.promql import Matcher
    from slo.query import Query

_LAST = "+Inf"
_BOUNDS = ("0.1", "1", "1.0")
"""Bounds of other buckets."""


def parts(subject: Subject) -> Iterator[tuple[Slo, str, Selector, Selector]]:
    """For each of these with a total: the name of the other query, the total, and the other query; selectors only."""
    for pair in subject.pairs:
        if pair.first == "total" and isinstance(pair.one, Selector) and isinstance(pair.other, Selector):
            yield pair.slo, pair.second, pair.one, pair.other


def not_of_the_total(subject: Subject) -> Iterator[Diagnostic]:
    """The part counts events that the total does not."""
    for slo, name, total, part in parts(subject):
        if part.name != total.name or part.matchers[: len(total.matchers)] == total.matchers:
            continue
        beyond = [m for m in total.matchers if not _narrowed(m, part) and not _is_all(m, total)]
        if beyond:
            said = ", ".join(map(str, beyond))
            message = f"total asks for {said}, and {name} does not: it counts events that are not in total"
            hint = f"add {said} to {name}"
            labels = {m.label for m in beyond}
            if other := [m for m in part.matchers if m.label in labels]:  # adding to it would let nothing through
                wanted = ", ".join(map(str, other))
                message = f"total asks for {said}, and {name} for {wanted}: it counts events that are not in total"
                hint = f"write the same in both for {', '.join(dict.fromkeys(m.label for m in other))}"
            yield finding("SLO116", slo.place.at("sli", "events", name), message, hint)


def _narrowed(matcher: Matcher, part: Selector) -> bool:
    """Whether the part may hold to a matcher of the total: by the same matcher, or by one that is narrower."""
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


def other_metrics(subject: Subject) -> Iterator[Diagnostic]:
    """Total and its part come from two metrics, which need not count the same events."""
    for slo, name, total, part in parts(subject):
        ours, all_of_them = part.metric, total.metric
        if ours and all_of_them and naming.base_name(ours) != naming.base_name(all_of_them):
            message = f"{name} reads {ours}, and total {all_of_them}: both have to count the same events"
            yield finding("SLO117", slo.place.at("sli", "events", name), message)


def same_queries(subject: Subject) -> Iterator[Diagnostic]:
    """Two of total, good and bad read the same."""
    for pair in subject.pairs:
        first, second = pair.first, pair.second
        if _equal(pair.one, pair.other):
            meaning = {
                ("total", "bad"): "every event is bad",
                ("total", "good"): "no event is ever bad",
                ("good", "bad"): "half of all events are bad, always",
            }[first, second]
            message = f"{second} reads the same as {first}: {meaning}"
            hint = f'narrow {second} down, for example by status=~"5.."'
            yield finding("SLO118", pair.slo.place.at("sli", "events", second), message, hint)


def _equal(one: Query, other: Query) -> bool:
    """Whether both read the same series; the order of matchers does not matter."""
    if not isinstance(one, Selector) or not isinstance(other, Selector):
        return str(one) == str(other)
    if one.name != other.name:
        return False
    left, right = ([m for m in s.matchers if not matches_everything(m)] for s in (one, other))
    return len(left) == len(right) and set(left) == set(right)
