"""What a person reads in a notification. The texts are Go templates, so what the user wrote is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.plan import names
from slo.promql import duration

if TYPE_CHECKING:
    from slo.burnrate import Tier
    from slo.model import Labels, Scale, Slo
    from slo.plan.values import AlertFacts, PlannedSlo


def of(planned: PlannedSlo, fact: AlertFacts, tier: Tier | None, scale: Scale) -> Labels:
    """Annotations of one alert; those of the user come last and win."""
    slo = planned.slo
    if tier:
        summary, description = _burn(planned, tier, scale)
    elif fact.tier == "exhausted":
        summary, description = _exhausted(slo)
    else:
        summary, description = _no_data(slo)
    texts = {"summary": summary, "description": description} | _links(slo, fact.name)
    own = {name: literal(text) for name, text in slo.alerts.annotations}
    return tuple((texts | own).items())


def literal(text: str) -> str:
    """The text so that Prometheus prints it as it is, whatever template marks it contains."""
    return text.replace("{{", '{{"{{"}}')


def _burn(planned: PlannedSlo, tier: Tier, scale: Scale) -> tuple[str, str]:
    slo = planned.slo
    identity = {"shard": planned.shard, "service": slo.service, "slo": slo.name}
    bad = names.selector(names.events(tier.long), **identity, kind="bad")
    ratio = names.selector(names.error_ratio(tier.long), **identity)
    remaining = names.selector(names.REMAINING, **identity)
    burning = f"{names.selector(names.error_ratio(tier.short), **identity)} / {slo.budget.normalize():f}"
    window = slo.window // scale.factor
    ends = f"clamp_min({remaining}, 0) * {window} / ({burning})"
    long, budget = duration(tier.long), percent(slo)
    burn_rate = f"{tier.burn.normalize():f}"
    description = (
        f"{literal(slo.title)}: {_query(bad, 'humanize')} bad events in the last {long}, "
        f"{_query(ratio, 'humanizePercentage')} of all, where "
        f"{budget} over {duration(slo.window)} are allowed: more than {burn_rate} times the sustainable rate. "
        f"{_query(remaining, 'humanizePercentage')} of the error budget is left; "
        f"at the rate of the last {duration(tier.short)} it lasts {_query(ends, 'humanizeDuration')}."
    )
    return f"{literal(slo.title)}: burn rate of the error budget above {burn_rate} over the last {long}", description


def percent(slo: Slo) -> str:
    """The error budget as a person writes it: 0.001 is 0.1%."""
    return f"{(slo.budget * 100).normalize():f}%"


def _exhausted(slo: Slo) -> tuple[str, str]:
    window = duration(slo.window)
    description = (
        f"{literal(slo.title)}: the events of the last {window} used up the error budget of {percent(slo)}; "
        "{{ $value | humanizePercentage }} of it is left. The error budget policy applies."
    )
    return f"{literal(slo.title)}: the error budget of {window} is spent", description


def _no_data(slo: Slo) -> tuple[str, str]:
    down = " and its target is down" if slo.alerts.target else ""
    description = (
        f"{literal(slo.title)}: the series that count its events are gone{down}. Whether users are served is unknown. "
        f"Read were: {literal(', '.join(slo.sli.selectors()))}."
    )
    return f"{literal(slo.title)}: there is no data", description


def _links(slo: Slo, alert: str) -> dict[str, str]:
    uid = f"slo-{slo.service}-{slo.name}"
    known = {"{alert}": alert, "{uid}": uid, "{service}": slo.service, "{slo}": slo.name}
    links = {}
    for name, template in (("runbook_url", slo.links.runbooks), ("dashboard_url", slo.links.dashboards)):
        url = literal(template)
        for placeholder, value in known.items():
            url = url.replace(placeholder, value)
        if url:
            links[name] = url
    return links


def _query(expr: str, show: str) -> str:
    """A template action that evaluates an expression when the alert fires; no result prints a question mark."""
    quoted = '"' + expr.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"{{{{ with query {quoted} }}}}{{{{ . | first | value | {show} }}}}{{{{ else }}}}?{{{{ end }}}}"
