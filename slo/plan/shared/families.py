"""Families: SLOs that read the same metrics and differ in the value of one label are counted by two rules for all.

Starting a rule costs a server more than reading a few series, so a thousand SLOs of one metric, each with its route,
are cheaper as one query for all routes, grouped by the label. `slo:info`, which is recorded for each SLO anyway, maps
the value, its label `source`, to service and SLO.
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
"""Fewest SLOs of a family: with fewer, its rules are harder to read and hardly cheaper."""
_MANY = 100
"""Most values in a rule, roughly: longer lines are hard to read."""
_PLAIN = (Selector, Decimal, bool, str, type(None))
"""Types of the fields of an SLI that can be in a family: no expression, no other SLI."""
_WHOLE = "(?s:(.+))"
"""Any value, with line breaks, which the dot of Prometheus 2 does not match."""


class Common(msgspec.Struct, frozen=True):
    """What the SLOs of a family have in common: the label, and the SLI except for the value of the label."""

    label: str
    sli: Sli
    scrape_interval: int


class Family(msgspec.Struct, frozen=True):
    """SLOs by the value of the label; `part` numbers families with the same in common."""

    common: Common
    members: Mapping[str, Slo]
    part: int = 0


def base_and_info(shard: str, slos: Sequence[Slo], scale: Scale) -> tuple[list[Record], list[Record]]:
    """Return the rules as `layouts.base_and_info`; families have the rules of `slo:info` that they read.

    Families come last: an SLO that leaves one is counted before the rule of the family marks its series as stale, and
    at the same timestamp the first sample wins.
    """
    known, found = names_of(slos), find(slos)
    members = {id(slo) for family in found for slo in family.members.values()}
    alone = [slo for slo in slos if id(slo) not in members]
    counted = [rule for slo in alone for rule in base.records(slo, shard, scale)]
    counted += [rule for family in found for rule in records(family, shard, scale, known)]
    return counted, [rule for slo in alone for rule in budget.info(slo, shard, scale)]


def find(slos: Sequence[Slo]) -> list[Family]:
    """Return the families of the SLOs, large ones first; an SLO is in at most one."""
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
    """Return the SLOs in parts by a hash of their values, so that adding one moves hardly any other."""
    count = 1
    while count * _MANY < len(members):
        count *= 2
    parts: list[dict[str, Slo]] = [{} for _ in range(count)]
    for value, slo in members.items():
        parts[crc32(value.encode()) % count][value] = slo
    return parts


def _possible(slo: Slo) -> Iterator[tuple[Common, str]]:
    """Yield the families that an SLO could be in, with its value: one for each label that all its selectors have.

    Not where events are excluded: past minutes are counted, for which `slo:info` may have been different. Not where
    lost data are bridged: the series of other SLOs would decide which targets are new.
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
    """Whether the matcher is for one value of a label that an aggregation can keep."""
    return matcher.op == "=" and matcher.value != "" and naming.can_group(matcher.label)


def _matchers(selector: Selector, label: str) -> list[Matcher]:
    return [matcher for matcher in selector.matchers if matcher.label == label]


def _fields(sli: Sli) -> dict[str, object]:
    return {name: getattr(sli, name) for name in cast("msgspec.Struct", sli).__struct_fields__}


def _with_matcher(sli: Sli, matcher: Matcher) -> Sli:
    """Return the SLI with this matcher for its label in each selector, and matchers in a fixed order."""
    changed: dict[str, object] = {}
    for name, field in _fields(sli).items():
        if isinstance(field, Selector):
            others = [other for other in field.matchers if other.label != matcher.label]
            changed[name] = Selector(field.name, tuple(sorted([matcher, *others], key=str)))
    return cast("Sli", replace(cast("msgspec.Struct", sli), **changed))


def records(family: Family, shard: str, scale: Scale, known: Names) -> list[Record]:
    """Return `slo:info` of each SLO, then total and bad of all; `known`: all SLOs of the shard."""
    label, slos = family.common.label, list(family.members.values())
    which = pick(shard, slos, known)
    total = " or ".join(f'{names.events(SUBWINDOW)}{{{one},kind="total"}}' for one in which)
    subwindow = base.base_of(slos[0], scale, f"sum by (service, slo) ({total})")
    sli = _with_matcher(family.common.sli, Matcher(label, "=~", "|".join(map(re.escape, family.members))))
    counts = sli.counts(replace(subwindow, group_by=(label,), sum_by_slo=_sum_by_slo(label, which)))
    return [
        *(rule for value, slo in family.members.items() for rule in budget.info(slo, shard, scale, ((SOURCE, value),))),
        _record(family, shard, "total", counts.total),
        _record(family, shard, "bad", counts.bad),
    ]


def _sum_by_slo(label: str, which: Sequence[str]) -> tuple[str, str]:
    """Return what encloses a sum by the label to give it the labels of the SLOs instead.

    The newest `slo:info` of a value counts: at the first evaluation after a change, that of the SLO which had the value
    before still exists, and two would be an error.
    """
    known = " or ".join(f"timestamp({names.INFO}{{{one}}})" for one in which)
    owners = f"  * on ({SOURCE}) group_left (service, slo)\n  (topk by ({SOURCE}) (1, {known}) > bool 0)\n"
    copied = f', "{SOURCE}", "$1", {quote(label)}, "{_WHOLE}")\n'
    return "sum by (service, slo) (\n  label_replace(", f"{copied}{owners})"


def _record(family: Family, shard: str, kind: str, expr: str) -> Record:
    """Return a rule with an empty label, without which promtool reports the rules of two families as duplicates."""
    mark = f"__family_{crc32(repr((family.common, family.part)).encode()):08x}"
    return Record(names.events(SUBWINDOW), expr, (("shard", shard), ("kind", kind), (mark, "")))
