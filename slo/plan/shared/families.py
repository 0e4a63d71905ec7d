"""Families: SLOs that read the same metrics and differ in the value of one label are counted by two rules for all.

A server takes longer to begin a rule than to read a few series, so a thousand SLOs of one metric, each with its route,
cost less as one query for all routes. That query tells its series by the label. Whose they are says `slo:info`, which
is recorded for each SLO anyway and here has the value as its label `source`: names need not be made of values.
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
from slo.plan.matchers import names_of, pick
from slo.plan.rules import Record
from slo.promql import Matcher, Selector, naming, quote
from slo.times import SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from slo.model import Scale, Sli, Slo
    from slo.plan.matchers import Names

SOURCE = "source"
_FEW = 4
"""So many SLOs make a family: below that its rules are harder to read and hardly cheaper."""
_MANY = 100
"""About so many values stand in a rule at most: a server takes longer lines, a reader does not."""
_PLAIN = (Selector, Decimal, bool, str, type(None))
"""What the fields of an SLI are that can be of a family: no expression, no SLI in it."""
_WHOLE = "(?s:(.+))"
"""Any value, line breaks included: of itself, the dot of Prometheus 2 does not match one."""


class Common(msgspec.Struct, frozen=True):
    """What the members of a family have in common: the label, and the SLI but for the label's value."""

    label: str
    sli: Sli
    scrape_interval: int


class Family(msgspec.Struct, frozen=True):
    """SLOs by the values of the label that tell their series; `part` tells families with the same in common apart."""

    common: Common
    members: Mapping[str, Slo]
    part: int = 0


def base_and_info(shard: str, slos: Sequence[Slo], scale: Scale) -> tuple[list[Record], list[Record]]:
    """Like `layouts.base_and_info`. What a family needs of `slo:info` is recorded just before it.

    Families come last: an SLO that leaves one is counted before the rule of the family says that its series has ended,
    and a sample that is there already stays (at the same timestamp the first one wins).
    """
    known, found = names_of(slos), find(slos)
    members = {id(slo) for family in found for slo in family.members.values()}
    alone = [slo for slo in slos if id(slo) not in members]
    counted = [rule for slo in alone for rule in base.records(slo, shard, scale)]
    counted += [rule for family in found for rule in records(family, shard, scale, known)]
    return counted, [rule for slo in alone for rule in budget.info(slo, shard, scale)]


def find(slos: Sequence[Slo]) -> list[Family]:
    """The families among the SLOs, large ones first; an SLO is in one of them, or in none."""
    alike: defaultdict[Common, dict[str, Slo]] = defaultdict(dict)
    for slo in slos:
        for common, value in _possible(slo):
            alike[common].setdefault(value, slo)  # a second SLO of the same series has rules of its own
    found: list[Family] = []
    taken: set[int] = set()
    for common, members in sorted(alike.items(), key=lambda item: (-len(item[1]), repr(item[0]))):
        free = {value: slo for value, slo in sorted(members.items()) if id(slo) not in taken}
        if len(free) >= _FEW:
            taken |= {id(slo) for slo in free.values()}
            found += [Family(common, part, number) for number, part in enumerate(_parts(free)) if part]
    return found


def _parts(members: Mapping[str, Slo]) -> list[dict[str, Slo]]:
    """The members in parts by their values, so that one that comes or goes moves hardly another."""
    count = 1
    while count * _MANY < len(members):
        count *= 2
    parts: list[dict[str, Slo]] = [{} for _ in range(count)]
    for value, slo in members.items():
        parts[crc32(value.encode()) % count][value] = slo
    return parts


def _possible(slo: Slo) -> Iterator[tuple[Common, str]]:
    """The families that the SLO could be of, and its value in each: one for each label that all its selectors have.

    Where events are left out, minutes of the past are counted, in which `slo:info` may have said something else; where
    lost ones are bridged, the series of other members would tell which targets are new.
    """
    fields = _fields(slo.sli).values()
    left_out = slo.group_by or slo.bridge or slo.excluded or slo.sli.unit != "events"
    if left_out or not all(isinstance(field, _PLAIN) for field in fields):
        return
    first, *others = (field for field in fields if isinstance(field, Selector))
    for matcher in first.matchers:
        if _is_value(matcher) and all(_matchers(each, matcher.label) == [matcher] for each in (first, *others)):
            sli = _with_matcher(slo.sli, Matcher(matcher.label, "=~", ""))
            yield Common(matcher.label, sli, slo.scrape_interval), matcher.value


def _is_value(matcher: Matcher) -> bool:
    """One value, of a label that an aggregation can keep."""
    return matcher.op == "=" and matcher.value != "" and naming.can_group(matcher.label)


def _matchers(selector: Selector, label: str) -> list[Matcher]:
    return [matcher for matcher in selector.matchers if matcher.label == label]


def _fields(sli: Sli) -> dict[str, object]:
    return {name: getattr(sli, name) for name in cast("msgspec.Struct", sli).__struct_fields__}


def _with_matcher(sli: Sli, matcher: Matcher) -> Sli:
    """The SLI, with this matcher in the place of the one for the same label in each selector; their order is one."""
    changed: dict[str, object] = {}
    for name, field in _fields(sli).items():
        if isinstance(field, Selector):
            others = [other for other in field.matchers if other.label != matcher.label]
            changed[name] = Selector(field.name, tuple(sorted([matcher, *others], key=str)))
    return cast("Sli", replace(cast("msgspec.Struct", sli), **changed))


def records(family: Family, shard: str, scale: Scale, known: Names) -> list[Record]:
    """Whose series they are, for each member, then total and bad of all of them. `known`: all SLOs of the shard."""
    label, slos = family.common.label, list(family.members.values())
    which = pick(shard, slos, known)
    total = " or ".join(f'{names.events(SUBWINDOW)}{{{one},kind="total"}}' for one in which)
    subwindow = base.base_of(slos[0], scale, f"sum by (service, slo) ({total})")
    sli = _with_matcher(family.common.sli, Matcher(label, "=~", "|".join(map(re.escape, family.members))))
    counts = sli.counts(replace(subwindow, group_by=(label,), named=_named(label, which)))
    return [
        *(rule for value, slo in family.members.items() for rule in budget.info(slo, shard, scale, ((SOURCE, value),))),
        _record(family, shard, "total", counts.total),
        _record(family, shard, "bad", counts.bad),
    ]


def _named(label: str, which: Sequence[str]) -> tuple[str, str]:
    """What stands around a sum by the label, so that it has service and name of the SLOs instead.

    The youngest `slo:info` of a value counts: at the first evaluation after a change, that of an SLO which had the
    value before is still there, and two of them would be an error.
    """
    known = " or ".join(f"timestamp({names.INFO}{{{one}}})" for one in which)
    owners = f"  * on ({SOURCE}) group_left (service, slo)\n  (topk by ({SOURCE}) (1, {known}) > bool 0)\n"
    told = f', "{SOURCE}", "$1", {quote(label)}, "{_WHOLE}")\n'
    return "sum by (service, slo) (\n  label_replace(", f"{told}{owners})"


def _record(family: Family, shard: str, kind: str, expr: str) -> Record:
    """The empty label is nowhere seen; promtool would take the rules of two families for the same without it."""
    mark = f"__family_{crc32(repr((family.common, family.part)).encode()):08x}"
    return Record(names.events(SUBWINDOW), expr, (("shard", shard), ("kind", kind), (mark, "")))
