"""Families: SLOs that read the same metrics and differ in the value of one label are counted by two rules for all.

A server takes longer to begin a rule than to read a few series, so a thousand SLOs of one metric, each with its route,
cost less as one query for all routes. That query tells its series by the label, and `slo:info` of each SLO, which is
recorded just before, says whose they are: its label `source` has the value. So an SLO may bear any name.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, cast
from zlib import crc32

import msgspec
from msgspec.structs import replace

from slo.plan import base, budget, names
from slo.plan.cascade import TILE
from slo.plan.selection import listed, names_of
from slo.plan.values import Record
from slo.promql import Matcher, Selector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.model import Scale, Sli, Slo
    from slo.plan.selection import Names

SOURCE = "source"
_FEW = 4
"""So many SLOs make a family: below that its rules are harder to read and hardly cheaper."""
_MANY = 200
"""A rule names the values of its members, and a longer line is no pleasure."""
_PLAIN = (Selector, Decimal, bool, str, type(None))
"""What the fields of an SLI are that can be of a family: no expression, no SLI in it."""
_LABEL = re.compile("(?!__)[a-zA-Z_][a-zA-Z0-9_]*")

_WHOLE = "(?s:(.+))"
"""Any value, line breaks included: of itself, the dot of Prometheus 2 does not match one."""


class Kind(msgspec.Struct, frozen=True):
    """What the members of a family have in common; `sli` is theirs, with any value of the label."""

    label: str
    sli: Sli
    scrape_interval: int
    excluded: str


class Family(msgspec.Struct, frozen=True):
    """SLOs with the values of the label that tell their series."""

    kind: Kind
    members: tuple[tuple[str, Slo], ...]
    number: int = 0


def counted(shard: str, slos: Sequence[Slo], scale: Scale) -> tuple[list[Record], list[Slo]]:
    """The base rules of a shard, and the SLOs of no family, which have rules of their own."""
    known, found = names_of(slos), find(slos)
    members = {(slo.service, slo.name) for family in found for _, slo in family.members}
    alone = [slo for slo in slos if (slo.service, slo.name) not in members]
    shared = [rule for family in found for rule in records(family, shard, scale, known)]
    return [*shared, *(rule for slo in alone for rule in base.records(slo, shard, scale))], alone


def find(slos: Sequence[Slo]) -> list[Family]:
    """The families among the SLOs, large ones first; an SLO is in one of them, or in none."""
    kinds: defaultdict[Kind, dict[str, Slo]] = defaultdict(dict)
    for slo in slos:
        for kind, value in _kinds(slo):
            kinds[kind].setdefault(value, slo)  # a second SLO of the same series has rules of its own
    found: list[Family] = []
    taken: set[tuple[str, str]] = set()
    for kind, members in sorted(kinds.items(), key=lambda item: (-len(item[1]), repr(item[0]))):
        free = [(value, slo) for value, slo in sorted(members.items()) if (slo.service, slo.name) not in taken]
        if len(free) >= _FEW:
            taken |= {(slo.service, slo.name) for _, slo in free}
            parts = [tuple(free[start : start + _MANY]) for start in range(0, len(free), _MANY)]
            found += [Family(kind, part, number) for number, part in enumerate(parts)]
    return found


def _kinds(slo: Slo) -> Iterator[tuple[Kind, str]]:
    """The families that the SLO could be of, and its value in each: one for each label that all its selectors have."""
    fields = _fields(slo.sli).values()
    if slo.group_by or slo.bridge or not all(isinstance(field, _PLAIN) for field in fields):
        return
    first, *others = (field for field in fields if isinstance(field, Selector))
    for matcher in first.matchers:
        if _tells(matcher) and all(_only(matcher.label, each) == [matcher] for each in (first, *others)):
            sli = _with(slo.sli, Matcher(matcher.label, "=~", ""))
            yield Kind(matcher.label, sli, slo.scrape_interval, slo.excluded), matcher.value


def _fields(sli: Sli) -> dict[str, object]:
    return {name: getattr(sli, name) for name in cast("msgspec.Struct", sli).__struct_fields__}


def _only(label: str, selector: Selector) -> list[Matcher]:
    return [matcher for matcher in selector.matchers if matcher.label == label]


def _tells(matcher: Matcher) -> bool:
    """One value, of a label that an aggregation can keep."""
    return matcher.op == "=" and matcher.value != "" and _LABEL.fullmatch(matcher.label) is not None


def _with(sli: Sli, matcher: Matcher) -> Sli:
    """The SLI, with this matcher in the place of the one for the same label in each selector."""
    selectors = {name: field for name, field in _fields(sli).items() if isinstance(field, Selector)}
    changed = {
        name: Selector(field.name, tuple(matcher if m.label == matcher.label else m for m in field.matchers))
        for name, field in selectors.items()
    }
    return cast("Sli", replace(cast("msgspec.Struct", sli), **changed))


def records(family: Family, shard: str, scale: Scale, known: Names) -> list[Record]:
    """Whose series they are, for each member, then total and bad of all of them. `known`: all SLOs of the shard."""
    values = "|".join(re.escape(value) for value, _ in family.members)
    sli = _with(family.kind.sli, Matcher(family.kind.label, "=~", values))
    tile = replace(base.base_of(family.members[0][1], scale, ""), group_by=(family.kind.label,))
    total = sli.counts(tile).total
    counts = {"total": total, "bad": sli.counts(replace(tile, total=f"({total})")).bad}
    return [
        *(rule for value, slo in family.members for rule in budget.info(slo, shard, scale, ((SOURCE, value),))),
        *(_record(family, shard, kind, _named(expr, family, shard, known)) for kind, expr in counts.items()),
    ]


def _record(family: Family, shard: str, kind: str, expr: str) -> Record:
    """The empty label is nowhere seen; promtool would take the rules of two families for the same without it."""
    mark = f"__family_{crc32(repr((family.kind, family.number)).encode()):08x}"
    return Record(names.events(TILE), expr, (("shard", shard), ("kind", kind), (mark, "")))


def _named(expr: str, family: Family, shard: str, known: Names) -> str:
    """The expression with service and name of the SLOs, instead of the label that tells their series apart.

    The members are named one by one: at the first evaluation after a change, the series of an SLO that is gone is still
    there.
    """
    members = listed(shard, [slo for _, slo in family.members], known)
    info = " or ".join(f"{names.INFO}{{{which}}}" for which in members)
    label, told = family.kind.label, expr.replace("\n", "\n    ")
    return (
        f'sum by (service, slo) (\n  label_replace(\n    {told},\n    "{SOURCE}", "$1", "{label}", "{_WHOLE}"\n  )\n'
        f"  * on ({SOURCE}) group_left (service, slo)\n  max by ({SOURCE}, service, slo) ({info})\n)"
    )
