"""The findings of checks, and readable numbers and names for their messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.promql.spelling import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slo.diagnostics import Place, Severity

_NAMED = 3
_LONGEST = 300
_LONGEST_REWRITE = 5_000


class Finding(msgspec.Struct, frozen=True):
    """One finding of a check; the registry adds the code.

    Attributes:
        place: where it is.
        message: what is wrong.
        hint: the fix.
        severity: None means that of the page of the code.
    """

    place: Place
    message: str
    hint: str = ""
    severity: Severity | None = None


def finding(place: Place, message: str, hint: str = "") -> Finding:
    """Return a finding; long expressions in its texts are cut, since the line of the file shows them."""
    return Finding(place, short(message, _LONGEST), short(hint, _LONGEST))


def rewrite(place: Place, message: str, text: str, *, otherwise: str = "") -> Finding:
    """Return a finding whose hint is the corrected query, never cut; `otherwise`: the hint without a query."""
    usable = 0 < len(text) <= _LONGEST_REWRITE
    return Finding(place, short(message, _LONGEST), f"write {text}" if usable else short(otherwise, _LONGEST))


def some(names: Sequence[str]) -> str:
    """Return `a`, `a and b`, `a, b and c`, or the first three and the number of the others."""
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def number_of(count: int, noun: str) -> str:
    """Return a number and its noun, in the plural unless it is one."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
