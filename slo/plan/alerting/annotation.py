"""Annotations: summary, description and links. They are Go templates, so texts of users are escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.percent import percent
from slo.plan import durations, names
from slo.plan.template import TITLE, quoted, series
from slo.promql import naming, quote
from slo.times import DAY

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.burnrate import Tier
    from slo.model import Labels, Unit
    from slo.plan.alerting.terms import Terms
    from slo.plan.rules import PlannedSlo

_PERCENT = "humanizePercentage"

Texts = tuple[str, str]
"""Summary and description, with slots."""


def added(planned: PlannedSlo) -> tuple[Labels, ...]:
    """Return the annotations of each alert other than summary and description; those of the user win."""
    links, own = planned.slo.links, planned.slo.alerts.annotations
    templates = (("runbook_url", links.runbooks), ("dashboard_url", links.dashboards))
    wanted = [(name, literal(template)) for name, template in templates if template]
    if not wanted and not own:
        return ((),) * len(planned.alerts)
    texts = {name: literal(text) for name, text in own}
    return tuple(
        tuple(({name: _filled(template, planned, fact.name) for name, template in wanted} | texts).items())
        for fact in planned.alerts
    )


def literal(text: str) -> str:
    """Return a text with template actions escaped, so that Prometheus prints it as it is."""
    return text.replace("{{", '{{"{{"}}')


def burn(terms: Terms, tier: Tier) -> Texts:
    """Return the texts of a burn-rate alert: how much is bad, and how long the budget lasts."""
    events = f"round({series(names.events(tier.long), 'bad')})"  # `humanize` prints half an event as 500m
    bad = _query(terms, events, "humanize")
    ratio = _query(terms, series(names.error_ratio(tier.long)), _PERCENT)
    long, burn_rate = durations.span(tier.long, terms.factor), f"{tier.burn.normalize():f}"
    description = (
        f"{title(terms)}: {bad} bad {terms.unit} in the last {long}, {ratio} of all, "
        f"where {_allowed(terms)} over {durations.span(terms.window, terms.factor)} are allowed: more than {burn_rate} "
        f"times the sustainable rate.{_left(terms, tier)}{_note(terms)}"
    )
    over = durations.both(tier.long, terms.factor)
    return f"{title(terms)}: burn rate of the error budget above {burn_rate} over the last {over}", description


def _left(terms: Terms, tier: Tier) -> str:
    """Return the remaining budget and how long it lasts, in whole seconds; nothing if that is unknown."""
    remaining, short = series(names.REMAINING), durations.span(tier.short, terms.factor)
    share = series(names.BUDGET) if terms.overrides else f"{terms.budget.normalize():f}"
    burning = f"{series(names.error_ratio(tier.short))} / {share}"
    lasts = _query(terms, f"ceil({remaining} * {terms.window // terms.factor} / ({burning}))", "humanizeDuration")
    return (
        f"{{{{ with {_call(terms, remaining)} }}}}{{{{ $left := . | first | value }}}}"
        f"{{{{ if le $left 0.0 }}}} The error budget is spent{_over('$left', ': ')}."
        f"{{{{ else if lt 0.0 $left }}}} {{{{ $left | {_PERCENT} }}}} of the error budget is left; "
        f"at the rate of the last {short} it lasts {lasts}.{{{{ end }}}}{{{{ end }}}}"
    )


def _over(left: str, mark: str) -> str:
    """Return by how much the budget is exceeded: a remaining budget of -452% is `452% over budget`.

    Beyond four digits `humanizePercentage` prints an exponent.
    """
    exceeded = f'{left} | {_PERCENT} | reReplaceAll "^-" ""'
    return (
        f"{{{{ if lt {left} -99.0 }}}}{mark}more than 9900% over budget"
        f"{{{{ else if lt {left} 0.0 }}}}{mark}{{{{ {exceeded} }}}} over budget{{{{ end }}}}"
    )


def exhausted(terms: Terms, recovered: Decimal) -> Texts:
    """Return the texts of a spent budget, until this share of it is left again."""
    left = f"{{{{ if lt 0.0 $value }}}}; {{{{ $value | {_PERCENT} }}}} of it is left{{{{ end }}}}"
    description = (
        f"{title(terms)}: the {terms.unit} of the last {durations.span(terms.window, terms.factor)} used up the error "
        f"budget of {_allowed(terms)}{_over('$value', '; ')}{left}. The error budget policy applies until "
        f"{percent(recovered)} is left again.{_note(terms)}"
    )
    return f"{title(terms)}: the error budget of {durations.both(terms.window, terms.factor)} is spent", description


def no_data(title: str, unit: Unit, *, target: bool, read: str = "") -> Texts:
    """Return the texts of missing data; `target`: whether there is a target, which is down then."""
    down = " and its target is down" if target else ""
    description = f"{title}: the series that count its {unit} are gone{down}. Whether users are served is unknown."
    return f"{title}: there is no data", description + (f" Read were: {read}." if read else "")


def member_no_data(terms: Terms) -> Texts:
    """Return the texts of a member without data."""
    day = durations.spoken(DAY, terms.factor)
    description = (
        f"{title(terms)}: this member had {terms.unit} within the last {day} and has no series any more, while "
        f"other members of its group have. It was removed, or its metrics are missing.{_note(terms)}"
    )
    return f"{title(terms)}: there is no data of this member", description


def _note(terms: Terms) -> str:
    return f" {durations.note(terms.factor)}" if terms.factor != 1 else ""


def title(terms: Terms) -> str:
    """Return a slot for the title, and the labels of the member of a group."""
    if not terms.group_by:
        return TITLE
    return f"{TITLE} ({', '.join(f'{literal(name)} {{{{ {_label(name)} }}}}' for name in terms.group_by)})"


def _allowed(terms: Terms) -> str:
    """Return the error budget, or where members have their own a query for it."""
    return _query(terms, series(names.BUDGET), _PERCENT) if terms.overrides else percent(terms.budget)


def _filled(url: str, planned: PlannedSlo, alert: str) -> str:
    """Return the link with its placeholders filled in, in one pass: values are not searched."""
    uid = names.dashboard_uid(names.set_of(planned.shard))
    known = {"alert": alert, "uid": uid, "service": planned.slo.service, "slo": planned.slo.name}
    return re.sub(r"{(alert|uid|service|slo)}", lambda found: known[found[1]], url)


def _query(terms: Terms, expr: str, show: str) -> str:
    """Return a template action that evaluates an expression when the alert fires; no result is a question mark."""
    return f"{{{{ with {_call(terms, expr)} }}}}{{{{ . | first | value | {show} }}}}{{{{ else }}}}?{{{{ end }}}}"


def _call(terms: Terms, expr: str) -> str:
    """Return the template function that evaluates an expression.

    For a group it selects the member of the alert: its labels come from the alert, quoted by `%q`, whose Go syntax is
    that of PromQL.
    """
    if not terms.group_by:
        return f"query {quoted(expr)}"
    matchers = "".join(f",{naming.label(name).replace('%', '%%')}=%q" for name in terms.group_by)
    pattern = expr.replace("%", "%%").replace("}", matchers + "}")
    # An expression may hold several selectors, each of which takes all the labels.
    labels = " ".join(map(_argument, terms.group_by * expr.count("}")))
    return f"printf {quoted(pattern)} {labels} | query"


def _label(name: str) -> str:
    """Return the value of a label in a Go template: `$labels.job`, `index $labels "http.route"`."""
    return f"$labels.{name}" if naming.is_plain_label(name) else f"index $labels {quote(name)}"


def _argument(name: str) -> str:
    """Return the value of a label as one argument of a function."""
    return _label(name) if naming.is_plain_label(name) else f"({_label(name)})"
