"""Makes the findings of lints: severity from the page of the code, readable numbers and names."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec.structs import replace

from slo.diagnostics import Diagnostic
from slo.diagnostics.pages import page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from slo.diagnostics import Place

_NAMED = 3
_MOST = 300
_LONGEST_REPAIR = 5_000


def finding(code: str, place: Place, message: str, hint: str = "") -> Diagnostic:
    """One finding of a lint, as severe as its page says."""
    return Diagnostic(code, place, _short(message), _short(hint), page(code).severity)


def repair(code: str, place: Place, message: str, text: str, *, otherwise: str = "") -> Diagnostic:
    """Return a finding whose hint is the corrected query, never cut; `otherwise`: the hint without a query."""
    found = finding(code, place, message, otherwise)
    return replace(found, hint=f"write {text}") if text and len(text) <= _LONGEST_REPAIR else found


def _short(text: str) -> str:
    """Long names and expressions of a user's are cut: the line of the file shows them anyway."""
    return text if len(text) <= _MOST else f"{text[: _MOST - 3]}..."


def percent(share: Decimal | Fraction) -> str:
    """`0.999` -> `99.9%`; exact for decimals, four significant digits for fractions."""
    if isinstance(share, Decimal):
        return f"{(share * 100).normalize():f}%"
    return f"{float(share * 100):.4g}%"


def some(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`, or the first three and how many more there are."""
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def number_of(count: int, noun: str) -> str:
    """`1 series of rules`: a number and its noun, in the plural where it is not one."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
