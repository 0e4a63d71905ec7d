"""Members of a group and their objectives: the first matching override counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.promql import naming, quote

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.model import Labels, Override, Slo


class MemberClass(msgspec.Struct, frozen=True):
    """The members of a group with the same objective.

    Attributes:
        objective: theirs.
        match: their labels; none for all members that no override matches.
        before: overrides that come first and take members from this class.
    """

    objective: Decimal
    match: Labels
    before: tuple[Override, ...]


def classes(slo: Slo) -> list[MemberClass]:
    """Return a class for each override, and one for all other members."""
    own = [MemberClass(part.objective, part.match, slo.overrides[:n]) for n, part in enumerate(slo.overrides)]
    return [*own, MemberClass(slo.objective, (), slo.overrides)]


def only(selector: str, part: MemberClass) -> str:
    """Return PromQL for the series of a selector that belong to members of the class."""
    taken = (other.match for other in part.before if not _disjoint(other.match, part.match))
    return " unless ".join([where(selector, part.match), *(where(selector, match) for match in taken)])


def where(selector: str, match: Labels) -> str:
    """Return a selector of ours, which ends with a brace, with more matchers."""
    return selector[:-1] + "".join(f",{naming.label(name)}={quote(value)}" for name, value in match) + "}"


def _disjoint(one: Labels, other: Labels) -> bool:
    """Whether no member matches both."""
    wanted = dict(one)
    return any(wanted.get(name, value) != value for name, value in other)
