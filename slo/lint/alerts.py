"""Lints about alerts: tiers that were lowered, that are missing, and labels that make two alerts one."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from slo.diagnostics import Place
from slo.lint.finding import finding, percent, some
from slo.promql import naming, quote

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject


def lowered_tiers(subject: Subject) -> Iterator[Diagnostic]:
    """A tier had to fire later than its policy says, because a total outage would not trip it."""
    for planned in subject.planned:
        for tier in planned.tiers:
            if tier.lowered:
                spent, fastest = percent(tier.budget), _plain(1 / planned.slo.budget)
                message = (
                    f"tier {tier.name} fires from burn rate {tier.burn:f}, with {spent} of the budget spent: "
                    f"at an objective of {percent(planned.slo.objective)} no outage burns faster than {fastest}"
                )
                yield finding("SLO060", planned.slo.place.at("objective"), message)


def _plain(number: Decimal) -> str:
    """Four significant digits without an exponent: 10, 100, 1.01."""
    return f"{Decimal(f'{number:.4g}').normalize():f}"


def no_tiers(subject: Subject) -> Iterator[Diagnostic]:
    """Every tier is disabled, while other alerts are left."""
    for planned in subject.planned:
        if not planned.tiers and planned.alerts:
            left = some([fact.tier for fact in planned.alerts])
            key = "disable" if planned.slo.alerts.page == "on" else "page"
            message = f"every tier is disabled: no burn-rate alert remains; other alerts: {left}"
            yield finding("SLO105", planned.slo.place.at("alerts", key), message)


def no_alerts(subject: Subject) -> Iterator[Diagnostic]:
    """Nothing about this SLO ever raises an alert."""
    for planned in subject.planned:
        if not planned.alerts:
            message = "this SLO has no alert at all: tiers, exhausted and no_data are switched off"
            hint = "leave a tier on; if it is only for reports, say so: # slo: ignore SLO106 REASON"
            yield finding("SLO106", planned.slo.place.at("alerts"), message, hint)


def label_of_a_group(subject: Subject) -> Iterator[Diagnostic]:
    """A label of the alerts is also one of `group_by`: the members of the group raise one and the same alert."""
    for slo in subject.slos:
        if not slo.group_by:
            continue
        said = {name for name, _ in (*slo.labels, *slo.alerts.labels)}
        for number, name in enumerate(slo.group_by):
            if name in said:
                message = f'the label "{name}" under `labels` would replace that of the group members on their alerts'
                hint = "Prometheus refuses alerts with equal labels; rename the one under `labels`"
                yield finding("SLO107", slo.place.at("group_by", number), message, hint)


def quoted_labels(subject: Subject) -> Iterator[Diagnostic]:
    """A label of a group that needs quotes: an older Alertmanager refuses the alerts that carry it."""
    for slo in subject.slos:
        for number, (name, own) in enumerate(zip(slo.group_by, slo.series_labels, strict=True)):
            if not naming.is_plain_label(name):
                message = f"alerts carry the label {quote(name)}, which Alertmanager reads from 0.28.1 on"
                plain = naming.underscored(name)
                hint = f"older ones: group_by: [{{label: {quote(own)}, as: {plain}}}]"
                yield finding("SLO149", slo.place.at("group_by", number), message, hint)


def left_out(subject: Subject) -> Iterator[Diagnostic]:
    """SLOs that cannot be had at a time scale."""
    factor = subject.plan.scale.factor
    for slo in subject.plan.left_out:
        why = "maintenance keeps to the real clock" if slo.sli.scales else "its slices are real minutes"
        message = f"{slo.service}/{slo.name} is left out at time scale {factor}: {why}"
        yield finding("SLO061", slo.place.at("name"), message)


def beside_sloth(subject: Subject) -> Iterator[Diagnostic]:
    """Rules with the names of Sloth do not go together with those of Sloth itself."""
    if subject.plan.options.compat == "sloth" and subject.planned:
        message = "these rules record the series of Sloth: with Sloth's own rules for these SLOs all of them come twice"
        hint = "remove those rules when you load these"
        yield finding("SLO079", Place(subject.planned[0].slo.place.file), message, hint)
