"""What a person reads in a notification. The texts are Go templates, so what the user wrote is escaped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from slo.plan import names
from slo.plan.blanks import TITLE, quoted, series
from slo.promql import duration, naming, quote

if TYPE_CHECKING:
    from decimal import Decimal

    from slo.burnrate import Tier
    from slo.model import Labels, Unit
    from slo.plan.terms import Terms
    from slo.plan.values import PlannedSlo

_PERCENT = "humanizePercentage"
_TIME = "humanizeDuration"

Texts = tuple[str, str]
"""Summary and description, with blanks."""


def annotated(planned: PlannedSlo, alert: str, summary: str, description: str) -> Labels:
    """All annotations of one alert; those of the user come last and win."""
    slo = planned.slo
    texts = (("summary", summary), ("description", description), *_links(planned, alert))
    if not slo.alerts.annotations:
        return texts
    return tuple((dict(texts) | {name: literal(text) for name, text in slo.alerts.annotations}).items())


def literal(text: str) -> str:
    """The text so that Prometheus prints it as it is, whatever template marks it contains."""
    return text.replace("{{", '{{"{{"}}')


def burn(terms: Terms, tier: Tier) -> Texts:
    """What burns, how fast, and how long the budget lasts."""
    remaining = series(names.REMAINING)
    share = series(names.BUDGET) if terms.overrides else f"{terms.budget.normalize():f}"
    burning = f"{series(names.error_ratio(tier.short))} / {share}"
    facts = (
        (series(names.events(tier.long), "bad"), "humanize"),
        (series(names.error_ratio(tier.long)), _PERCENT),
        (remaining, _PERCENT),
        (f"clamp_min({remaining}, 0) * {terms.window // terms.factor} / ({burning})", _TIME),
    )
    shown = [_query(terms, *fact) for fact in facts]
    long, burn_rate = duration(tier.long), f"{tier.burn.normalize():f}"
    description = (
        f"{title(terms)}: {shown[0]} bad {terms.unit} in the last {long}, {shown[1]} of all, where {_allowed(terms)} "
        f"over {duration(terms.window)} are allowed: more than {burn_rate} times the sustainable rate. {shown[2]} of "
        f"the error budget is left; at the rate of the last {duration(tier.short)} it lasts {shown[3]}."
    )
    return f"{title(terms)}: burn rate of the error budget above {burn_rate} over the last {long}", description


def exhausted(terms: Terms, recovered: Decimal) -> Texts:
    """The budget is spent, until this share of it is left again."""
    window = duration(terms.window)
    description = (
        f"{title(terms)}: the {terms.unit} of the last {window} used up the error budget of {_allowed(terms)}; "
        "{{ $value | humanizePercentage }} of it is left. The error budget policy applies until "
        f"{percent(recovered)} is left again."
    )
    return f"{title(terms)}: the error budget of {window} is spent", description


def no_data(title: str, unit: Unit, *, target: bool, read: str = "") -> Texts:
    """Nobody knows; `target`: whether it has one, which is down then. All texts are ready for a Go template."""
    down = " and its target is down" if target else ""
    description = f"{title}: the series that count its {unit} are gone{down}. Whether users are served is unknown."
    return f"{title}: there is no data", description + (f" Read were: {read}." if read else "")


def member_no_data(terms: Terms) -> Texts:
    """Nobody knows about one member of a group."""
    description = (
        f"{title(terms)}: this member had {terms.unit} within the last day and has no series any more, while others "
        "of its group have. It may have been removed, or nobody counts it any more."
    )
    return f"{title(terms)}: there is no data of this member", description


def title(terms: Terms) -> str:
    """A blank for the title, and for a group which of its members is meant."""
    if not terms.group_by:
        return TITLE
    return f"{TITLE} ({', '.join(f'{literal(name)} {{{{ {_label(name)} }}}}' for name in terms.group_by)})"


def _allowed(terms: Terms) -> str:
    """The error budget as a person writes it, or where members have their own, as the server knows it."""
    return _query(terms, series(names.BUDGET), _PERCENT) if terms.overrides else percent(terms.budget)


def percent(share: Decimal) -> str:
    """As a person writes it: 0.001 is 0.1%."""
    return f"{(share * 100).normalize():f}%"


def _links(planned: PlannedSlo, alert: str) -> list[tuple[str, str]]:
    links = planned.slo.links
    pairs = (("runbook_url", links.runbooks), ("dashboard_url", links.dashboards))
    return [(name, _filled(literal(template), planned, alert)) for name, template in pairs if template]


def _filled(url: str, planned: PlannedSlo, alert: str) -> str:
    """The link with its holes filled, all at once: what is filled in makes no new one."""
    uid = names.dashboard_uid(names.set_of(planned.shard))
    known = {"alert": alert, "uid": uid, "service": planned.slo.service, "slo": planned.slo.name}
    return re.sub(r"{(alert|uid|service|slo)}", lambda hole: known[hole[1]], url)


def _query(terms: Terms, expr: str, show: str) -> str:
    """A template action that evaluates an expression when the alert fires; no result prints a question mark.

    For a group the expression is about the member whose alert it is: its labels come from the alert, quoted by `%q`,
    whose Go syntax is that of PromQL.
    """
    call = f"query {quoted(expr)}"
    if terms.group_by:
        matchers = "".join(f",{naming.label(name).replace('%', '%%')}=%q" for name in terms.group_by)
        pattern = expr.replace("%", "%%").replace("}", matchers + "}")
        # An expression may hold several selectors, each of which takes all the labels.
        labels = " ".join(map(_argument, terms.group_by * expr.count("}")))
        call = f"printf {quoted(pattern)} {labels} | query"
    return f"{{{{ with {call} }}}}{{{{ . | first | value | {show} }}}}{{{{ else }}}}?{{{{ end }}}}"


def _label(name: str) -> str:
    """The value of a label in a Go template: `$labels.job`, `index $labels "http.route"`."""
    return f"$labels.{name}" if naming.is_plain_label(name) else f"index $labels {quote(name)}"


def _argument(name: str) -> str:
    """The same as one argument of a function."""
    return _label(name) if naming.is_plain_label(name) else f"({_label(name)})"
