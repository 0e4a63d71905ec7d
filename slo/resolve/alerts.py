"""The alert settings of an SLO: the defaults of its file, its own, and those that follow from its traffic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from slo import burnrate
from slo.diagnostics.suggest import did_you_mean
from slo.model import AlertSettings, PolicyTable
from slo.promql.spelling import short
from slo.query import check_selector
from slo.resolve.labels import check_annotations, check_labels, merged
from slo.resolve.severities import check_pages, severities
from slo.traffic import enough_bad_events

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from slo.diagnostics import Place
    from slo.model import Slo
    from slo.resolve.findings import Findings
    from slo.schema.spec import AlertsSpec

DEFAULT_POLICY = "workbook"

Tables = Mapping[str, PolicyTable]
"""Policies by name."""


def check_alerts(
    spec: AlertsSpec | None, common: AlertsSpec | None, tables: Tables, place: Place, findings: Findings
) -> None:
    """Report what the types of `alerts` do not exclude; `common`: the file's defaults, `tables`: its policies."""
    if spec is None:
        return
    place = place.at("alerts")
    known = {**burnrate.POLICIES, **tables}
    if spec.policy is not None and spec.policy not in known:
        message = f'unknown alert policy "{short(spec.policy)}"'
        findings.add(place.at("policy"), "SLO062", message, _choices(spec.policy, known))
    policy = spec.policy or (common.policy if common else None) or DEFAULT_POLICY
    tiers = tier_names(known.get(policy))
    for index, tier in enumerate(spec.disable or ()):
        if tiers and tier not in tiers:
            findings.add(place.at("disable", index), "SLO063", f'unknown tier "{short(tier)}"', _choices(tier, tiers))
    check_pages(spec, place, findings)
    check_labels(spec.labels, place, findings)
    check_annotations(spec.annotations, place, findings)
    if spec.target is not None:
        findings.extend(check_selector(spec.target, place.at("target")))


def _choices(word: str, known: Iterable[str]) -> str:
    return did_you_mean(word, known) or f"known: {', '.join(known)}"


def tier_names(table: PolicyTable | None) -> tuple[str, ...]:
    """Return the tiers of a policy; they have the same names for every window."""
    return tuple(rule.name for rule in table[0][1]) if table else ()


def settings(common: AlertsSpec | None, own: AlertsSpec | None, tables: Tables) -> AlertSettings:
    """Return the settings of the SLO over the defaults of its file."""
    layers = [layer for layer in (common, own) if layer is not None]
    given: dict[str, Any] = {}
    for layer in layers:
        given |= {name: value for name, value in msgspec.structs.asdict(layer).items() if value is not None}
    for name in ("labels", "annotations"):
        given[name] = merged(*(getattr(layer, name) for layer in layers))
    given |= severities(layers, target="target" in given)
    return AlertSettings(**given, table=tables.get(given.get("policy", DEFAULT_POLICY), ()))


def for_traffic(slo: Slo, *said: AlertsSpec | None) -> Slo:
    """Return the SLO with the `min_bad_events` that its traffic needs, unless the file has a number."""
    named = any(spec is not None and spec.min_bad_events is not None for spec in said)
    if named or slo.traffic is None or slo.sli.unit != "events":
        return slo
    return replace(slo, alerts=replace(slo.alerts, min_bad_events=derived_bad_events(slo, slo.traffic)))


def derived_bad_events(slo: Slo, per_second: Decimal) -> int:
    """Return the `min_bad_events` that are enough for all members of the SLO's group at this traffic.

    Pages that are raised as tickets are as rare as pages.
    """
    paging = replace(slo, alerts=replace(slo.alerts, page="on")) if slo.alerts.page == "ticket" else slo
    budgets = {slo.budget, *(part.budget for part in slo.overrides)}
    return max(enough_bad_events(burnrate.tiers(paging, budget), budget, per_second) for budget in budgets)
