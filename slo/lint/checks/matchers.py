"""Checks of matchers: contradictions, empty values, needless regular expressions, bucket bounds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.lint.finding import finding
from slo.lint.registry import BUILD, LINT, check
from slo.promql import Matcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext, SloQuery
    from slo.lint.finding import Finding
    from slo.model import Slo
    from slo.promql import Selector

_LITERAL = r"[A-Za-z0-9_/:@%~ -]+"
_MOST = 100
_WHOLE_BOUND = r"\d+(\.0+)?"


def _patterns(context: LintContext) -> Iterator[tuple[SloQuery, Matcher]]:
    """Yield each regular expression of an SLO once: total and bad often share it."""
    seen: set[Matcher] = set()
    last: Slo | None = None
    for query, selector in context.selectors:
        if query.slo is not last:
            last, seen = query.slo, set()
        for matcher in selector.matchers:
            if matcher.op in {"=~", "!~"} and matcher not in seen:
                seen.add(matcher)
                yield query, matcher


@check("SLO119", BUILD)
def contradictions(context: LintContext) -> Iterator[Finding]:
    """Report selectors that no series can match."""
    for query, selector in context.selectors:
        labels = [m.label for m in selector.matchers]
        if len(set(labels)) < len(labels) <= _MOST and (pair := _contradiction(selector)):
            message = f"contradictory matchers {pair[0]} and {pair[1]}: the selector matches nothing"
            yield finding(query.place, message, "correct one of them, or join both by | in one =~")


def _contradiction(selector: Selector) -> tuple[Matcher, Matcher] | None:
    """Return an exact matcher and another one that excludes its value, if any."""
    from slo.lint.analysis.matching import accepts  # noqa: PLC0415 - few selectors name a label twice

    for exact in selector.matchers:
        if exact.op == "=":
            for other in selector.matchers:
                if other.label == exact.label and other is not exact and accepts(other, exact.value) is False:
                    return exact, other
    return None


@check("SLO120", LINT)
def empty_values(context: LintContext) -> Iterator[Finding]:
    """Report regular expressions that also match series without the label."""
    from slo.lint.analysis.matching import accepts, matches_everything  # noqa: PLC0415 - as above

    for query, matcher in _patterns(context):
        if matcher.op != "=~" or not matcher.value or not accepts(matcher, ""):
            continue
        if matches_everything(matcher):
            yield finding(query.place, f"{matcher} matches everything", "remove it")
        else:
            message = f"{matcher} also matches series without the label {matcher.label}"
            yield finding(query.place, message, "remove the empty choice, unless it is intended")


@check("SLO121", LINT)
def needless_patterns(context: LintContext) -> Iterator[Finding]:
    """Report needless regular expressions and anchors."""
    for query, matcher in _patterns(context):
        if re.fullmatch(_LITERAL, matcher.value):
            plain = Matcher(matcher.label, "=" if matcher.op == "=~" else "!=", matcher.value)
            yield finding(query.place, f"needless regular expression {matcher}", f"write {plain}")
        elif (inner := _unanchored(matcher.value)) != matcher.value:
            message = f"needless ^ or $ in {matcher}: Prometheus always matches the whole value"
            yield finding(query.place, message, f"write {Matcher(matcher.label, matcher.op, inner)}")


def _unanchored(pattern: str) -> str:
    """Return the expression without anchors around all of it; those of `^a|b$` are not."""
    inner = pattern.removeprefix("^")
    inner = inner[:-1] if inner.endswith("$") and not inner.endswith("\\$") else inner
    return inner if "|" not in inner or inner.startswith("(") else pattern


@check("SLO123", BUILD)
def whole_bounds(context: LintContext) -> Iterator[Finding]:
    """Report bucket bounds that Prometheus 3 and 2 spell differently."""
    for query, selector in context.selectors:
        for matcher in selector.matchers:
            if matcher.label == "le" and matcher.op == "=" and re.fullmatch(_WHOLE_BOUND, matcher.value):
                whole = matcher.value.partition(".")[0]
                other = whole if "." in matcher.value else f"{whole}.0"
                message = f'{matcher} is spelled le="{other}" by other clients or servers, and matches nothing there'
                either = Matcher("le", "=~", rf"{whole}(\.0+)?")
                yield finding(query.place, message, f"use the SLI kind latency, or write {either}")
