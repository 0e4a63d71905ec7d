"""The alert tiers of an SLO, read from the rules that the server runs: how far each is from firing."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from slo import burnrate
from slo.promql import PromqlError, parse_duration
from slo.serve import forecast

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slo.serve.fleet import Member, Slo
    from slo.serve.prometheus import Rule

_WINDOW = re.compile(r"slo:error_ratio:(\w+)")
_LIMIT = re.compile(r"> \(?(?:clamp_max\()?([\d.]+)( \* slo:budget:ratio)?")
_SERIES = re.compile(r"slo:[\w:]+\{([^}]*)\}")
_LABEL = re.compile(r"\{\{\s*\$labels\.(\w+)\s*\}\}")
_TEMPLATE = re.compile(r"\{\{.*?\}\}")
_MATCHER = re.compile(r'(\w+)=~?"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Tier:
    """One alert tier; `factor` is the burn rate above which it fires, over a long and a short window."""

    name: str
    severity: str
    alert: str
    factor: float
    long: str
    short: str
    query: str
    summary: str
    runbook: str
    dashboard: str
    long_burn: float | None = None
    short_burn: float | None = None
    firing: bool = False
    seconds: float = math.inf
    long_seconds: float = 0.0

    @property
    def progress(self) -> float:
        """Return how far the burn rates have come, 1 where the tier fires: the window that is behind decides."""
        burns = [burn for burn in (self.long_burn, self.short_burn) if burn is not None]
        return min(burns) / self.factor if len(burns) == 2 and self.factor else 0.0  # noqa: PLR2004 - both windows


@dataclass(frozen=True, slots=True)
class OtherAlert:
    """An alert that is no burn-rate tier: budget exhausted, no data."""

    name: str
    severity: str
    alert: str
    query: str
    summary: str
    runbook: str
    firing: bool = False


def alert_rules(slo: Slo, rules: Iterable[Rule]) -> list[Rule]:
    """Return the alerting rules about this SLO, one of each tier."""
    found: dict[str, Rule] = {}
    for rule in rules:
        if rule.type == "alerting" and rule.labels.get("tier") and _is_about(rule, slo) and _is_from(rule, slo):
            found.setdefault(rule.labels["tier"], rule)
    return list(found.values())


def _is_about(rule: Rule, slo: Slo) -> bool:
    """Return whether a rule is about an SLO: by its labels, or, where many share it, by what its query selects."""
    wanted = {"service": slo.identity.service, "slo": slo.identity.slo}
    if "slo" in rule.labels:
        return all(rule.labels.get(name) == value for name, value in wanted.items())
    selected = [dict(_MATCHER.findall(inside)) for inside in _SERIES.findall(rule.query)]
    wanted["shard"] = slo.identity.shard
    return any(all(_matches(each.get(name), value) for name, value in wanted.items()) for each in selected)


def _matches(pattern: str | None, value: str) -> bool:
    """Return whether a matcher selects a value; without a matcher all are."""
    return pattern is None or value in pattern.split("|") or value == pattern


def _is_from(rule: Rule, slo: Slo) -> bool:
    """Return whether a rule is of the server of this SLO: Thanos and Mimir may add external labels to rules."""
    return all(rule.labels.get(name, value) == value for name, value in slo.identity.origin)


def counted(slo: Slo, rules: Iterable[Rule]) -> list[tuple[str, str]]:
    """Return what the SLI counts: kind of event and expression, from the recording rules of this SLO."""
    own = slo.identity
    wanted = {"service": own.service, "slo": own.slo, "shard": own.shard}
    found = {
        rule.labels["kind"]: rule.query
        for rule in rules
        if rule.name == "slo:events:5m"
        and rule.labels.get("kind") in {"total", "bad"}
        and all(rule.labels.get(name) == value for name, value in wanted.items())
        and all(rule.labels.get(name, value) == value for name, value in own.origin)
    }
    return list(found.items())


def tiers(rules: Iterable[Rule], member: Member) -> list[Tier]:
    """Return the burn-rate tiers among the rules, with the burn rates of the member."""
    found = []
    for rule in rules:
        windows, limit = list(dict.fromkeys(_WINDOW.findall(rule.query))), _LIMIT.search(rule.query)
        if len(windows) < 2 or not limit or not member.budget > 0:  # noqa: PLR2004 - a tier has two windows
            continue
        number = float(limit[1])
        factor = number if limit[2] else number / member.budget
        found.append(_tier(rule, member, round(factor, 6), windows[0], windows[1]))
    return found


def others(rules: Iterable[Rule], member: Member) -> list[OtherAlert]:
    """Return the alerts among the rules that are no tiers of burn rates."""
    return [
        OtherAlert(
            name=rule.labels.get("tier", ""),
            severity=rule.labels.get("severity", ""),
            alert=rule.name,
            query=rule.query,
            summary=_filled(rule.annotations.get("summary", ""), member),
            runbook=rule.annotations.get("runbook_url", ""),
            firing=_fires(rule, member),
        )
        for rule in rules
        if len(set(_WINDOW.findall(rule.query))) < 2  # noqa: PLR2004 - as above
    ]


def _tier(rule: Rule, member: Member, factor: float, long: str, short: str) -> Tier:
    long_burn, short_burn = _long_burn(member, long), member.burn(short)
    fires = _fires(rule, member)
    seconds = 0.0 if fires else math.inf
    if not fires and long_burn is not None and short_burn is not None:
        seconds = forecast.until_firing(factor, long_burn, short_burn, _seconds(long, member))
    return Tier(
        name=rule.labels.get("tier", ""),
        severity=rule.labels.get("severity", ""),
        alert=rule.name,
        factor=factor,
        long=long,
        short=short,
        query=rule.query,
        summary=rule.annotations.get("summary", ""),
        runbook=rule.annotations.get("runbook_url", ""),
        dashboard=rule.annotations.get("dashboard_url", ""),
        long_burn=long_burn,
        short_burn=short_burn,
        firing=fires,
        seconds=seconds,
        long_seconds=_seconds(long, member),
    )


def _filled(text: str, member: Member) -> str:
    """Return an annotation as the alert of this member has it; other parts of a template are left out."""
    text = _LABEL.sub(lambda found: member.labels.get(found[1], ""), text)
    return _TEMPLATE.sub("…", text)


def _long_burn(member: Member, window: str) -> float | None:
    """Return the burn rate as the alert compares it: until a third of the window is recorded, the rest is good."""
    burn, recorded, seconds = member.burn(window), member.recorded.get(window), _seconds(window, member)
    if burn is None or recorded is None or burnrate.counts_in_full(recorded, seconds):
        return burn
    return burn * recorded / seconds


def _fires(rule: Rule, member: Member) -> bool:
    tier = rule.labels.get("tier", "")
    return any(alert.firing and alert.name == rule.name and alert.tier == tier for alert in member.alerts)


def _seconds(window: str, member: Member) -> float:
    try:
        return float(parse_duration(window)) / member.time_scale
    except PromqlError:
        return 0.0
