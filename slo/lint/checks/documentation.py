"""Checks of owner, title, runbook and annotations, and of duplicate SLOs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.diagnostics import Place
from slo.lint.finding import finding, number_of, some
from slo.lint.registry import BUILD, LINT, check

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding
    from slo.model import Slo


@check("SLO090", LINT)
def no_owner(context: LintContext) -> Iterator[Finding]:
    """Report SLOs without an owner, once for each file."""
    for slos in context.by_file.values():
        alone = [slo for slo in slos if not slo.team]
        if alone:
            message = f"{_which(alone, slos)} no owner, so alerts lack the label `team` for routing"
            yield finding(alone[0].place.at("name"), message, "write owner: TEAM, for the file or the SLO")


@check("SLO091", LINT)
def no_title(context: LintContext) -> Iterator[Finding]:
    """Report SLOs without a title, once for each file."""
    for slos in context.by_file.values():
        bare = [slo for slo in slos if slo.title == slo.name]
        if bare:
            message = f"{_which(bare, slos)} no title, so alerts do not say what users miss"
            yield finding(bare[0].place.at("name"), message, "write title: Customers can place an order")


@check("SLO092", LINT)
def no_runbook(context: LintContext) -> Iterator[Finding]:
    """Report alerts without a runbook, once for each file."""
    for file, slos in context.by_file.items():
        bare = [slo for slo in slos if not slo.links.runbooks and not _has_runbook(slo)]
        if bare:
            message = f"no runbook for the alerts of {_whose(bare, slos)}"
            hint = 'write links: {runbooks: "https://wiki.example/runbooks/{alert}"}'
            yield finding(Place(file).key("service"), message, hint)


def _has_runbook(slo: Slo) -> bool:
    return any("runbook" in name for name, _ in slo.alerts.annotations)


@check("SLO145", LINT)
def templates(context: LintContext) -> Iterator[Finding]:
    """Report Prometheus templates, which are not expanded, once for each name and file."""
    seen: set[tuple[str, str, str]] = set()
    for slo in context.slos:
        texts = (
            (slo.alerts.annotations, slo.place.at("alerts", "annotations")),
            (slo.alerts.labels, slo.place.at("alerts", "labels")),
            (slo.labels, slo.place.at("labels")),
        )
        for pairs, place in texts:
            for name, text in pairs:
                mark = (place.file, name, text)
                if "{{" in text and mark not in seen:
                    seen.add(mark)
                    message = f'"{name}" is not expanded: alerts show {{{{ literally'
                    yield finding(place.at(name), message, "remove the braces; descriptions have the values")


@check("SLO093", BUILD)
def same_titles(context: LintContext) -> Iterator[Finding]:
    """Report SLOs with the same title."""
    seen: dict[tuple[str, str], Slo] = {}
    for slo in context.slos:
        first = seen.setdefault((slo.service, slo.title), slo)
        if first is not slo:
            message = f'"{slo.title[:60]}" is also the title of {first.name}: the alerts of both look the same'
            yield finding(slo.place.at("title"), message, "add the difference to the title")


@check("SLO094", LINT)
def same_slis(context: LintContext) -> Iterator[Finding]:
    """Report SLOs with the same SLI, objective and window."""
    seen: dict[tuple[object, ...], Slo] = {}
    for slo in context.slos:
        first = seen.setdefault((slo.window, slo.objective, slo.group_by, slo.renamed, slo.sli), slo)
        if first is not slo:
            message = f"duplicate of {first.service}/{first.name}: same SLI, objective and window"
            yield finding(slo.place.at("sli"), message, "remove one of them, or correct the copy")


def _which(some_slos: Sequence[Slo], of: Sequence[Slo]) -> str:
    """Return the SLOs that a message is about, and `has` or `have`."""
    if len(some_slos) == len(of):
        return "this SLO has" if len(of) == 1 else f"the {number_of(len(of), 'SLO')} of this file have"
    return f"{some([s.name for s in some_slos])} {'has' if len(some_slos) == 1 else 'have'}"


def _whose(some_slos: Sequence[Slo], of: Sequence[Slo]) -> str:
    return "this file" if len(some_slos) == len(of) else some([s.name for s in some_slos])
