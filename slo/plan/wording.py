"""What a person reads in a notification. The texts are Go templates, so what the user wrote is escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.plan import names
from slo.promql import duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from slo.burnrate import Tier
    from slo.model import Labels, Scale, Slo
    from slo.plan.values import AlertFacts, PlannedSlo

_PERCENT = "humanizePercentage"
_TIME = "humanizeDuration"


def of(planned: PlannedSlo, fact: AlertFacts, tier: Tier | None, scale: Scale) -> Labels:
    """Annotations of one alert; those of the user come last and win."""
    slo = planned.slo
    summary, description = _burn(planned, tier, scale) if tier else _OTHERS[fact.tier](planned)
    texts = {"summary": summary, "description": description} | _links(slo, fact.name)
    own = {name: literal(text) for name, text in slo.alerts.annotations}
    return tuple((texts | own).items())


def literal(text: str) -> str:
    """The text so that Prometheus prints it as it is, whatever template marks it contains."""
    return text.replace("{{", '{{"{{"}}')


def _burn(planned: PlannedSlo, tier: Tier, scale: Scale) -> tuple[str, str]:
    slo = planned.slo
    identity = names.identity(slo, planned.shard)
    bad = names.selector(names.events(tier.long), **identity, kind="bad")
    ratio = names.selector(names.error_ratio(tier.long), **identity)
    remaining = names.selector(names.REMAINING, **identity)
    budget = names.selector(names.BUDGET, **identity)
    share = budget if slo.overrides else f"{slo.budget.normalize():f}"
    burning = f"{names.selector(names.error_ratio(tier.short), **identity)} / {share}"
    ends = f"clamp_min({remaining}, 0) * {slo.window // scale.factor} / ({burning})"
    facts = ((bad, "humanize"), (ratio, _PERCENT), (remaining, _PERCENT), (ends, _TIME))
    shown = [_query(slo, *fact) for fact in facts]
    allowed = _query(slo, budget, _PERCENT) if slo.overrides else percent(slo)
    long, burn_rate = duration(tier.long), f"{tier.burn.normalize():f}"
    description = (
        f"{_title(slo)}: {shown[0]} bad {slo.sli.unit} in the last {long}, {shown[1]} of all, where {allowed} over "
        f"{duration(slo.window)} are allowed: more than {burn_rate} times the sustainable rate. {shown[2]} of the "
        f"error budget is left; at the rate of the last {duration(tier.short)} it lasts {shown[3]}."
    )
    return f"{_title(slo)}: burn rate of the error budget above {burn_rate} over the last {long}", description


def _title(slo: Slo) -> str:
    """The title, and for a group which of its members is meant."""
    if not slo.group_by:
        return literal(slo.title)
    return f"{literal(slo.title)} ({', '.join(f'{name} {{{{ $labels.{name} }}}}' for name in slo.group_by)})"


def percent(slo: Slo) -> str:
    """The error budget as a person writes it: 0.001 is 0.1%."""
    return f"{(slo.budget * 100).normalize():f}%"


def _exhausted(planned: PlannedSlo) -> tuple[str, str]:
    slo = planned.slo
    window = duration(slo.window)
    budget = names.selector(names.BUDGET, **names.identity(slo, planned.shard))
    allowed = _query(slo, budget, _PERCENT) if slo.overrides else percent(slo)
    description = (
        f"{_title(slo)}: the {slo.sli.unit} of the last {window} used up the error budget of {allowed}; "
        "{{ $value | humanizePercentage }} of it is left. The error budget policy applies."
    )
    return f"{_title(slo)}: the error budget of {window} is spent", description


def _no_data(planned: PlannedSlo) -> tuple[str, str]:
    slo = planned.slo
    down = " and its target is down" if slo.alerts.target else ""
    description = (
        f"{literal(slo.title)}: the series that count its {slo.sli.unit} are gone{down}. Whether users are served is "
        f"unknown. Read were: {literal(', '.join(map(str, slo.sli.selectors())))}."
    )
    return f"{literal(slo.title)}: there is no data", description


def _member_no_data(planned: PlannedSlo) -> tuple[str, str]:
    slo = planned.slo
    description = (
        f"{_title(slo)}: this member had {slo.sli.unit} within the last day and has no series any more, while others "
        "of its group have. It may have been removed, or nobody counts it any more."
    )
    return f"{_title(slo)}: there is no data of this member", description


_OTHERS: dict[str, Callable[[PlannedSlo], tuple[str, str]]] = {
    "exhausted": _exhausted,
    "no-data": _no_data,
    "member-no-data": _member_no_data,
}


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


def _query(slo: Slo, expr: str, show: str) -> str:
    """A template action that evaluates an expression when the alert fires; no result prints a question mark.

    For a group the expression is about the member whose alert it is: its labels come from the alert, quoted by `%q`,
    whose Go syntax is that of PromQL.
    """
    if not slo.group_by:
        return f"{{{{ with query {_quoted(expr)} }}}}{{{{ . | first | value | {show} }}}}{{{{ else }}}}?{{{{ end }}}}"
    matchers = "".join(f",{name}=%q" for name in slo.group_by)
    pattern = expr.replace("%", "%%").replace("}", matchers + "}")
    # An expression may hold several selectors, each of which takes all the labels.
    labels = " ".join(f"$labels.{name}" for name in slo.group_by * expr.count("}"))
    call = f"printf {_quoted(pattern)} {labels} | query"
    return f"{{{{ with {call} }}}}{{{{ . | first | value | {show} }}}}{{{{ else }}}}?{{{{ end }}}}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
