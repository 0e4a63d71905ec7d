"""Lints about single selectors: matchers that match nothing, too much, or say it in a roundabout way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.lint.finding import finding
from slo.promql import Matcher

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Reading, Subject
    from slo.model import Slo
    from slo.promql import Selector

_LITERAL = r"[A-Za-z0-9_/:@%~ -]+"
_MOST = 100
_WHOLE_BOUND = r"\d+(\.0+)?"


def _patterns(subject: Subject) -> Iterator[tuple[Reading, Matcher]]:
    """Each regular expression of an SLO, once: total and bad often have it both."""
    seen: set[Matcher] = set()
    last: Slo | None = None
    for reading, selector in subject.selectors:
        if reading.slo is not last:
            last, seen = reading.slo, set()
        for matcher in selector.matchers:
            if matcher.op in {"=~", "!~"} and matcher not in seen:
                seen.add(matcher)
                yield reading, matcher


def contradictions(subject: Subject) -> Iterator[Diagnostic]:
    """A selector that no series can match."""
    for reading, selector in subject.selectors:
        labels = [m.label for m in selector.matchers]
        if len(set(labels)) < len(labels) <= _MOST and (pair := _contradiction(selector)):
            message = f"no series has both {pair[0]} and {pair[1]}: this selector matches nothing"
            yield finding("SLO119", reading.place, message, "correct one of them, or join both by | in one =~")


def _contradiction(selector: Selector) -> tuple[Matcher, Matcher] | None:
    """A matcher that demands one value, and another one that refuses it."""
    from slo.lint.matching import accepts  # noqa: PLC0415 - few selectors name a label twice

    for exact in selector.matchers:
        if exact.op == "=":
            for other in selector.matchers:
                if other.label == exact.label and other is not exact and accepts(other, exact.value) is False:
                    return exact, other
    return None


def empty_values(subject: Subject) -> Iterator[Diagnostic]:
    """A regular expression that also matches series without the label, perhaps by mistake."""
    from slo.lint.matching import accepts, matches_everything  # noqa: PLC0415 - as above

    for reading, matcher in _patterns(subject):
        if matcher.op != "=~" or not matcher.value or not accepts(matcher, ""):
            continue
        if matches_everything(matcher):
            yield finding("SLO120", reading.place, f"{matcher} matches everything", "leave it out")
        else:
            message = f"{matcher} also matches series without the label {matcher.label}"
            yield finding("SLO120", reading.place, message, "remove the empty choice, unless it is meant")


def roundabout(subject: Subject) -> Iterator[Diagnostic]:
    """A regular expression that is a plain value, or has anchors."""
    for reading, matcher in _patterns(subject):
        if re.fullmatch(_LITERAL, matcher.value):
            plain = Matcher(matcher.label, "=" if matcher.op == "=~" else "!=", matcher.value)
            yield finding("SLO121", reading.place, f"{matcher} is no pattern", f"write {plain}")
        elif (inner := _unanchored(matcher.value)) != matcher.value:
            message = f"^ and $ do nothing in {matcher}: Prometheus always matches the whole value"
            yield finding("SLO121", reading.place, message, f"write {Matcher(matcher.label, matcher.op, inner)}")


def _unanchored(pattern: str) -> str:
    """Without the anchors around all of it; `^a|b$` has none that are."""
    inner = pattern.removeprefix("^")
    inner = inner[:-1] if inner.endswith("$") and not inner.endswith("\\$") else inner
    return inner if "|" not in inner or inner.startswith("(") else pattern


def whole_bounds(subject: Subject) -> Iterator[Diagnostic]:
    """A bucket bound that Prometheus 3 and 2 spell differently."""
    for reading, selector in subject.selectors:
        for matcher in selector.matchers:
            if matcher.label == "le" and matcher.op == "=" and re.fullmatch(_WHOLE_BOUND, matcher.value):
                whole = matcher.value.partition(".")[0]
                other = whole if "." in matcher.value else f"{whole}.0"
                message = f'{matcher} is spelled le="{other}" by other clients or servers, and matches nothing there'
                either = Matcher("le", "=~", rf"{whole}(\.0+)?")
                yield finding("SLO123", reading.place, message, f"use the SLI kind latency, or write {either}")
