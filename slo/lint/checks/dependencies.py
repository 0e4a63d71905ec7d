"""Checks of `depends_on`: dependencies without effect, causes of other builds, objectives above those of causes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.finding import finding
from slo.lint.registry import BUILD, LINT, check
from slo.percent import percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding
    from slo.model import Slo


@check("SLO169", BUILD)
def without_alertmanager(context: LintContext) -> Iterator[Finding]:
    """Report dependencies of a set without an Alertmanager configuration, once for each file."""
    outputs = dict(context.plan.set.outputs)
    if not outputs or "alertmanager" in outputs:
        return
    for slos in context.by_file.values():
        for slo in [slo for slo in slos if slo.depends_on][:1]:
            message = "depends_on inhibits nothing: `outputs` has no Alertmanager configuration"
            hint = "add alertmanager to `outputs`"
            yield finding(slo.place.at("depends_on"), message, hint)


@check("SLO170", BUILD)
def without_page(context: LintContext) -> Iterator[Finding]:
    """Report symptoms without a burn-rate page, unless they connect another symptom with its causes."""
    for planned in context.planned:
        slo = planned.slo
        if slo.depends_on and not slo.symptoms and all(tier.severity != "page" for tier in planned.tiers):
            message = "depends_on inhibits nothing: no burn-rate alert of this SLO pages"
            yield finding(slo.place.at("depends_on"), message, "let one of its tiers page, or remove it")


@check("SLO171", LINT)
def of_other_builds(context: LintContext) -> Iterator[Finding]:
    """Report causes whose service has no file in this build."""
    for slo in context.slos:
        unknown = {(cause.service, cause.name): cause for cause in slo.causes if not cause.known}
        for number, name in enumerate(slo.depends_on):
            if name in unknown:
                message = f"unknown cause {unknown[name]}: no file of the service {name[0]} is in this build"
                yield finding(slo.place.at("depends_on", number), message, "check the name, or build both together")


@check("SLO172", LINT)
def objectives_above_causes(context: LintContext) -> Iterator[Finding]:
    """Report objectives above that of a cause, for SLOs that count events without a limit."""
    by_name = {(slo.service, slo.name): slo for slo in context.slos if _counts_failures(slo)}
    for slo in filter(_counts_failures, context.slos):
        for number, name in enumerate(slo.depends_on):
            cause = by_name.get(name)
            if cause is not None and cause.objective < slo.objective:
                message = f"objective of {percent(slo.objective)} above the {percent(cause.objective)} of its cause"
                hint = f"raise that of {cause.service}/{cause.name}, or lower this one"
                yield finding(slo.place.at("depends_on", number), message, hint)


def _counts_failures(slo: Slo) -> bool:
    """Whether bad events are failures: slow responses of a cause need not be failures of a symptom."""
    return slo.sli.counts_events and slo.sli.histogram_limit() is None
