"""`--compat sloth`: our records with the names and labels of Sloth, for its dashboards and routes.

All are aliases: they read what our rules recorded a moment before. Names and labels are those of Sloth 0.16; the values
are ours, weighed by events and by what of a window is recorded.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec.structs import replace

from slo.plan import names
from slo.plan.budget import by_window
from slo.plan.matchers import names_of, pick
from slo.plan.rules import Alert, Record
from slo.promql import duration
from slo.times import DAY, HOUR, MINUTE, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from slo.model import Labels, Slo

WINDOWS = {SUBWINDOW, 30 * MINUTE, HOUR, 2 * HOUR, 6 * HOUR, DAY, 3 * DAY}
"""Windows whose error ratio Sloth records for every SLO, beside its own window."""

_WEEK = 7 * DAY
_RATIO = "slo:sli_error:ratio_rate"
_MADE_BY: Labels = (("sloth_mode", "compat"), ("sloth_spec", "slobox/v1"), ("sloth_version", "slobox"))


def records(shard: str, slos: Sequence[Slo]) -> list[Record]:
    """Return rules for all SLOs of the shard; members of a group keep their labels."""
    whole = f'{{shard="{shard}"}}'
    budget, left = f"{names.BUDGET}{whole}", f"{names.REMAINING}{whole}"
    days = "\nor ".join(f"0 * {names.BUDGET}{{{which}}} + {w // DAY}" for w, which in by_window(shard, slos))
    burning = f"{names.error_ratio(SUBWINDOW)}{whole} / {budget}"
    return [
        *(_ratio(shard, window, f"{names.error_ratio(window)}{whole}") for window in sorted(WINDOWS)),
        *_own_windows(shard, slos),
        _alias(shard, "slo:objective:ratio", f"1 - {budget}"),
        _alias(shard, "slo:error_budget:ratio", budget),
        _alias(shard, "slo:time_period:days", days),
        _alias(shard, "slo:current_burn_rate:ratio", burning),
        _alias(shard, "slo:period_burn_rate:ratio", f"1 - {left}"),
        _alias(shard, "slo:period_error_budget_remaining:ratio", left),
        *_infos(shard, slos),
    ]


def _own_windows(shard: str, slos: Sequence[Slo]) -> list[Record]:
    parts: dict[int, list[str]] = defaultdict(list)
    for window, which in by_window(shard, slos):
        if window not in WINDOWS:
            parts[window].append(f"{names.error_ratio(window)}{{{which}}}")
    return [_ratio(shard, window, "\nor ".join(found)) for window, found in parts.items()]


def _infos(shard: str, slos: Sequence[Slo]) -> list[Record]:
    """Return one rule for each objective, which is a label; a group is one SLO."""
    known = names_of(slos)
    alike: dict[Decimal, list[Slo]] = defaultdict(list)
    for slo in slos:
        alike[slo.objective].append(slo)
    made = []
    for objective, some in alike.items():
        which = "\nor ".join(f"{names.INFO}{{{part}}}" for part in pick(shard, some, known))
        percent = f"{(objective * 100).normalize():f}"
        labels = (("sloth_objective", percent), *_MADE_BY)
        made.append(_alias(shard, "sloth_slo_info", f"group by (shard, service, slo) ({which})", labels))
    return made


def _ratio(shard: str, window: int, expr: str) -> Record:
    name = _window(window)
    return _alias(shard, _RATIO + name, expr, (("sloth_window", name),))


def _window(window: int) -> str:
    """Return the window as Sloth writes it: whole weeks in weeks, 28 days are `4w`."""
    return f"{window // _WEEK}w" if window % _WEEK == 0 else duration(window)


def _alias(shard: str, name: str, expr: str, labels: Labels = ()) -> Record:
    return Record(name, _identified(expr), (("shard", shard), *labels))


def _identified(expr: str) -> str:
    """Return the expression with Sloth's labels, made from ours."""
    inner = expr.replace("\n", "\n    ")
    return (
        "label_join(label_replace(label_replace(\n"
        f"    {inner},\n"
        '  "sloth_service", "$1", "service", "(.*)"), "sloth_slo", "$1", "slo", "(.*)"),\n'
        '"sloth_id", "-", "service", "slo")'
    )


def labelled(alert: Alert) -> Alert:
    """Return the alert with the labels and the annotation that routes and templates for Sloth use, beside ours."""
    labels = dict(alert.labels)
    severity = labels["severity"]
    title = f"({severity}) {{{{ $labels.service }}}} {{{{ $labels.slo }}}}: {_TITLES.get(labels['tier'], _BURNING)}"
    own = [("sloth_severity", severity)]
    expr = alert.expr
    if "slo" in labels:
        service, slo = labels["service"], labels["slo"]
        own += [("sloth_id", f"{service}-{slo}"), ("sloth_service", service), ("sloth_slo", slo)]
    else:
        expr = _identified(expr)
    texts = alert.annotations if "title" in dict(alert.annotations) else (("title", title), *alert.annotations)
    return replace(alert, expr=expr, labels=(*alert.labels, *own), annotations=texts)


_BURNING = "the error budget burns too fast."
_TITLES = {
    "exhausted": "the error budget is spent.",
    "no-data": "there is no data.",
    "member-no-data": "a member of the group has no data.",
}
