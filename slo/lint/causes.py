"""Lints about `depends_on`: dependencies that inhibit nothing, and causes of other builds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.lint.finding import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject


def without_alertmanager(subject: Subject) -> Iterator[Diagnostic]:
    """Dependencies of a set whose outputs have no Alertmanager configuration; reported once for each file."""
    outputs = dict(subject.plan.set.outputs)
    if not outputs or "alertmanager" in outputs:
        return
    for slos in subject.by_file.values():
        for slo in [slo for slo in slos if slo.depends_on][:1]:
            message = "depends_on inhibits nothing: `outputs` has no Alertmanager configuration to inhibit pages"
            hint = "add alertmanager to `outputs`"
            yield finding("SLO169", slo.place.at("depends_on"), message, hint)


def without_page(subject: Subject) -> Iterator[Diagnostic]:
    """A symptom without a burn-rate page; as a cause of another SLO it connects that one with its own causes."""
    for planned in subject.planned:
        slo = planned.slo
        if slo.depends_on and not slo.symptoms and all(tier.severity != "page" for tier in planned.tiers):
            message = "depends_on inhibits nothing: no burn-rate alert of this SLO pages"
            yield finding("SLO170", slo.place.at("depends_on"), message, "let one of its tiers page, or remove it")


def of_other_builds(subject: Subject) -> Iterator[Diagnostic]:
    """Causes of services of which no file is compiled."""
    for slo in subject.slos:
        unknown = {(cause.service, cause.name): cause for cause in slo.causes if not cause.known}
        for number, name in enumerate(slo.depends_on):
            if name in unknown:
                message = f"no file of the service {name[0]} is built with this one: {unknown[name]} is not checked"
                yield finding("SLO171", slo.place.at("depends_on", number), message, "check the name")
