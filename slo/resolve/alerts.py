"""What one SLO alerts on: the file's defaults, the SLO's own words, and what follows from its traffic."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec

from slo.burnrate import POLICIES
from slo.model import AlertSettings, PolicyTable
from slo.resolve.labels import check_annotations, check_labels, merged
from slo.schema.words import did_you_mean
from slo.selectors import check_selector

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.diagnostics import Place
    from slo.resolve.findings import Findings
    from slo.schema.spec import AlertsSpec

DEFAULT_POLICY = "workbook"
LEAST_BAD_EVENTS = 2
_CHANCE = Decimal("0.001")
_HOUR = 3600


Tables = Mapping[str, PolicyTable]
"""Policies by name."""


def check_alerts(
    spec: AlertsSpec | None, common: AlertsSpec | None, tables: Tables, place: Place, findings: Findings
) -> None:
    """Report what the types of `alerts` do not exclude; `common`: the file's defaults, `tables`: its policies."""
    if spec is None:
        return
    place = place.at("alerts")
    known = {**POLICIES, **tables}
    if spec.policy is not None and spec.policy not in known:
        message = f'there is no alert policy "{spec.policy}"'
        findings.add(place.at("policy"), "SLO062", message, _choices(spec.policy, known))
    policy = spec.policy or (common.policy if common else None) or DEFAULT_POLICY
    tiers = tier_names(known.get(policy))
    for index, tier in enumerate(spec.disable or ()):
        if tiers and tier not in tiers:
            findings.add(place.at("disable", index), "SLO063", f'there is no tier "{tier}"', _choices(tier, tiers))
    check_labels(spec.labels, place, findings)
    check_annotations(spec.annotations, place, findings)
    if spec.target is not None:
        findings.extend(check_selector(spec.target, place.at("target")))


def _choices(word: str, known: Iterable[str]) -> str:
    return did_you_mean(word, known) or f"known: {', '.join(known)}"


def tier_names(table: PolicyTable | None) -> tuple[str, ...]:
    """The tiers of a policy; they have the same names for every window."""
    return tuple(rule.name for rule in table[0][1]) if table else ()


def settings(
    common: AlertsSpec | None, own: AlertsSpec | None, tables: Tables, quietest: Decimal | None
) -> AlertSettings:
    """The SLO's own words over the defaults of its file; `quietest`: bad events expected in the quietest hour."""
    layers = [layer for layer in (common, own) if layer is not None]
    given: dict[str, Any] = {}
    for layer in layers:
        given |= {name: value for name, value in msgspec.structs.asdict(layer).items() if value is not None}
    for name in ("labels", "annotations"):
        given[name] = merged(*(getattr(layer, name) for layer in layers))
    if "target" in given:
        given.setdefault("no_data", "page")  # a target that is down leaves no doubt
    if quietest is not None:
        given.setdefault("min_bad_events", enough_bad_events(quietest))
    return AlertSettings(**given, table=tables.get(given.get("policy", DEFAULT_POLICY), ()))


def bad_events_per_hour(traffic: Decimal | None, objective: Decimal) -> Decimal | None:
    """Bad events in the quietest hour of an SLO that just meets its objective."""
    return None if traffic is None else traffic * _HOUR * (1 - objective)


def enough_bad_events(expected: Decimal) -> int:
    """The smallest number that an hour within the objective reaches less than once in a thousand (Poisson), at least 2.

    Where traffic is high the burn rate asks for many more anyway; where it is low this keeps chance from paging.
    """
    term = rest = (-min(expected, Decimal(100))).exp()
    count = 0
    while 1 - rest >= _CHANCE:
        count += 1
        term *= min(expected, Decimal(100)) / count
        rest += term
    return max(LEAST_BAD_EVENTS, count + 1)
