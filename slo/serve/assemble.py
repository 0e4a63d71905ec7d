"""Put the samples of a server together: SLOs with their members, states and alerts, the worst first."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from slo.promql import PromqlError, parse_duration
from slo.serve.answers import external
from slo.serve.fleet import Alert, Fleet, Identity, Member, Slo
from slo.serve.judge import judge, stale_seconds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from slo.serve.answers import Answers
    from slo.serve.prometheus import Line, Sample

Key = frozenset[tuple[str, str]]

_FACTS = frozenset({"__name__", "objective", "window", "unit", "team", "title", "time_scale", "kind"})
"""Labels which say something about a series; all others tell it from its neighbours."""
_IDENTITY = frozenset({"service", "slo", "shard"})
_WHOLE = frozenset({"no-data", "exhausted"})
_ROLLUP_LEFT = "slo:rollup_budget_remaining:ratio"


class _Series(NamedTuple):
    """The numbers of all series, by what tells them apart."""

    remaining: Mapping[Key, float]
    covered: Mapping[Key, float]
    total: Mapping[Key, float]
    bad: Mapping[Key, float]
    errors: Mapping[Key, Mapping[str, float]]
    recorded: Mapping[Key, Mapping[str, float]]
    trends: Mapping[Key, tuple[float, ...]]
    external: frozenset[str]


def assemble(answers: Answers, trends: Iterable[Line], now: float) -> Fleet:
    """Return all SLOs and alerts at one moment."""
    names = frozenset(external(answers.evaluated))
    series = _Series(
        _numbers(answers.remaining),
        _numbers(answers.covered),
        _numbers(each for each in answers.events if each.metric.get("kind") == "total"),
        _numbers(each for each in answers.events if each.metric.get("kind") == "bad"),
        _by_window(answers.errors),
        _by_window(answers.recorded),
        {_key(line.metric): tuple(float(value) for _, value in line.values) for line in trends},
        names,
    )
    alerts = _alerts(answers)
    paused = {_identity(sample.metric, names)._replace(slo="") for sample in answers.maintenance}
    evaluated = {_identity(sample.metric, names): sample.number for sample in answers.evaluated}
    rollups = {(_identity(each.metric, names), each.metric["__name__"]): each.number for each in answers.rollups}
    slos = []
    for identity, infos in _by_slo(answers.info, names).items():
        own = [each for each in alerts.get((identity.service, identity.slo), ()) if _from(each, identity)]
        maintenance = identity._replace(slo="") in paused
        members = _members(infos, series, own, maintenance=maintenance)
        stale = stale_seconds(evaluated.get(identity._replace(service="", slo="")), now)
        slos.append(_slo(identity, infos[0].metric, members, rollups, stale))
    everything = tuple(alert for each in alerts.values() for alert in each)
    return Fleet(now, tuple(sorted(slos, key=lambda slo: (*_trouble(slo.worst), slo.identity))), everything)


def _members(infos: Sequence[Sample], series: _Series, alerts: Sequence[Alert], *, maintenance: bool) -> list[Member]:
    """Return the members of a group, the worst first; a label that one of them lacks is empty there."""
    facts = [_own(info.metric, series) for info in infos]
    names = sorted({name for each in facts for name in each} - _FACTS - _IDENTITY - series.external)
    labels = [{name: each.get(name, "") for name in names} for each in facts]
    members = (
        _member(each, own, series, alerts, maintenance=maintenance) for each, own in zip(facts, labels, strict=True)
    )
    return sorted(members, key=_trouble)


def _member(
    facts: Mapping[str, str],
    labels: Mapping[str, str],
    series: _Series,
    alerts: Sequence[Alert],
    *,
    maintenance: bool,
) -> Member:
    key = _key(facts)
    objective = _number(facts.get("objective", ""))
    total, remaining = series.total.get(key), series.remaining.get(key)
    own = tuple(alert for alert in alerts if _concerns(alert, labels))
    covered = series.covered.get(key)
    allowed = total * (1 - objective) / covered if total is not None and covered else None
    return Member(
        labels=labels,
        objective=objective,
        window=_window(facts),
        time_scale=_scale(facts),
        state=judge(remaining, allowed, own, maintenance=maintenance),
        remaining=remaining,
        covered=covered,
        errors=series.errors.get(key, {}),
        recorded=series.recorded.get(key, {}),
        total=total,
        bad=series.bad.get(key),
        trend=series.trends.get(key, ()),
        alerts=own,
    )


def _own(metric: Mapping[str, str], series: _Series) -> Mapping[str, str]:
    """Return the labels of `slo:info` without `source`, unless that is a label of the group."""
    grouped = "source" not in metric or _key(metric) in series.total
    return metric if grouped else {name: value for name, value in metric.items() if name != "source"}


def _slo(
    identity: Identity,
    facts: Mapping[str, str],
    members: Sequence[Member],
    rollups: Mapping[tuple[Identity, str], float],
    stale: float | None,
) -> Slo:
    window = facts.get("window", "")
    ratio = rollups.get((identity, f"slo:rollup_error_ratio:{window}"), members[0].errors.get(window))
    return Slo(
        identity=identity,
        title=facts.get("title", ""),
        team=facts.get("team", ""),
        window_text=window,
        members=tuple(members),
        attainment=None if ratio is None else 1 - ratio,
        remaining=rollups.get((identity, _ROLLUP_LEFT), members[0].remaining),
        stale=stale,
    )


def _alerts(answers: Answers) -> dict[tuple[str, str], tuple[Alert, ...]]:
    """Return all alerts, by service and SLO."""
    since = {_alert_key(sample): sample.number for sample in answers.since}
    found: dict[tuple[str, str], list[Alert]] = defaultdict(list)
    for sample in answers.alerts:
        hidden = {"__name__", "alertname", "alertstate"}
        labels = {name: value for name, value in sample.metric.items() if name not in hidden}
        name, state = sample.metric.get("alertname", ""), sample.metric.get("alertstate", "")
        alert = Alert(name, labels, state, since.get(_alert_key(sample)))
        found[labels.get("service", ""), labels.get("slo", "")].append(alert)
    return {place: tuple(alerts) for place, alerts in found.items()}


def _concerns(alert: Alert, labels: Mapping[str, str]) -> bool:
    """Return whether an alert of the SLO is about this member: none of its labels names another one.

    An alert without any label of the group is about all members, or about the one whose labels are empty.
    """
    if any(alert.labels.get(name) for name in labels):
        return all(alert.labels.get(name, "") == value for name, value in labels.items())
    return alert.tier in _WHOLE or not any(labels.values())


def _from(alert: Alert, identity: Identity) -> bool:
    """Return whether an alert comes from the server of this SLO."""
    return all(alert.labels.get(name, value) == value for name, value in identity.origin)


def _by_slo(infos: Iterable[Sample], names: frozenset[str]) -> dict[Identity, list[Sample]]:
    found: dict[Identity, list[Sample]] = defaultdict(list)
    for info in infos:
        found[_identity(info.metric, names)].append(info)
    return found


def _trouble(member: Member) -> tuple[int, float]:
    """Return what sorts the worst first: the state, then how little of the budget is left."""
    return member.state.rank, 1.0 if member.remaining is None else member.remaining


def _identity(metric: Mapping[str, str], names: frozenset[str]) -> Identity:
    origin = tuple((name, metric[name]) for name in sorted(names) if name in metric)
    return Identity(metric.get("service", ""), metric.get("slo", ""), metric.get("shard", ""), origin)


def _key(metric: Mapping[str, str]) -> Key:
    return frozenset(pair for pair in metric.items() if pair[0] not in _FACTS)


def _alert_key(sample: Sample) -> Key:
    return frozenset(pair for pair in sample.metric.items() if pair[0] not in {"__name__", "alertstate"})


def _numbers(samples: Iterable[Sample]) -> dict[Key, float]:
    return {_key(sample.metric): sample.number for sample in samples}


def _by_window(samples: Iterable[Sample]) -> dict[Key, dict[str, float]]:
    """Return the values of each SLO by the window in the name of their series."""
    found: dict[Key, dict[str, float]] = defaultdict(dict)
    for sample in samples:
        found[_key(sample.metric)][sample.metric["__name__"].rpartition(":")[2]] = sample.number
    return found


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"\d*\.?\d+", text) else 1.0


def _scale(facts: Mapping[str, str]) -> int:
    text = facts.get("time_scale", "1")
    return int(text) if text.isdecimal() and len(text) < 9 and int(text) else 1  # noqa: PLR2004 - a time scale is small


def _window(facts: Mapping[str, str]) -> float:
    try:
        return float(parse_duration(facts.get("window", ""))) / _scale(facts)
    except PromqlError:
        return 0.0
