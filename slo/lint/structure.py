"""Lints about what people read: owner, title, runbook, and SLOs that are the same twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.diagnostics import Place
from slo.lint.finding import finding, number_of, some

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject
    from slo.model import Slo


def no_owner(subject: Subject) -> Iterator[Diagnostic]:
    """Alerts that belong to no team; told once for each file."""
    for slos in subject.by_file.values():
        alone = [slo for slo in slos if not slo.team]
        if alone:
            message = f"{_which(alone, slos)} no owner, so the alerts have no label `team` to be routed by"
            yield finding("SLO090", alone[0].place.at("name"), message, "write owner: TEAM, for the file or the SLO")


def no_title(subject: Subject) -> Iterator[Diagnostic]:
    """Alerts that say only what the SLO is called; told once for each file."""
    for slos in subject.by_file.values():
        bare = [slo for slo in slos if slo.title == slo.name]
        if bare:
            message = f"{_which(bare, slos)} no title, so the alerts do not say what users miss"
            yield finding("SLO091", bare[0].place.at("name"), message, "write title: Customers can place an order")


def no_runbook(subject: Subject) -> Iterator[Diagnostic]:
    """Alerts that do not say what to do; told once for each file."""
    for file, slos in subject.by_file.items():
        bare = [slo for slo in slos if not slo.links.runbooks and not _says_runbook(slo)]
        if bare:
            message = f"the alerts of {_whose(bare, slos)} have no link to a runbook"
            hint = 'write links: {runbooks: "https://wiki.example/runbooks/{alert}"}'
            yield finding("SLO092", Place(file).key("service"), message, hint)


def _says_runbook(slo: Slo) -> bool:
    return any("runbook" in name for name, _ in slo.alerts.annotations)


def templates(subject: Subject) -> Iterator[Diagnostic]:
    """What looks like a template of Prometheus and is shown as it stands; told once for each name and file."""
    seen: set[tuple[str, str, str]] = set()
    for slo in subject.slos:
        said = (
            (slo.alerts.annotations, slo.place.at("alerts", "annotations")),
            (slo.alerts.labels, slo.place.at("alerts", "labels")),
            (slo.labels, slo.place.at("labels")),
        )
        for pairs, place in said:
            for name, text in pairs:
                mark = (place.file, name, text)
                if "{{" in text and mark not in seen:
                    seen.add(mark)
                    message = f'"{name}" is no template: alerts show {{{{ as it stands'
                    yield finding("SLO145", place.at(name), message, "leave the braces out; descriptions have values")


def same_titles(subject: Subject) -> Iterator[Diagnostic]:
    """Two SLOs whose alerts read the same."""
    seen: dict[tuple[str, str], Slo] = {}
    for slo in subject.slos:
        first = seen.setdefault((slo.service, slo.title), slo)
        if first is not slo:
            message = f'"{slo.title[:60]}" is also the title of {first.name}: the alerts of both read the same'
            yield finding("SLO093", slo.place.at("title"), message, "say in the title what is different")


def same_slis(subject: Subject) -> Iterator[Diagnostic]:
    """Two SLOs that want the same of the same events over the same window."""
    seen: dict[tuple[object, ...], Slo] = {}
    for slo in subject.slos:
        first = seen.setdefault((slo.window, slo.objective, slo.group_by, slo.renamed, slo.sli), slo)
        if first is not slo:
            message = f"this is the same as {first.service}/{first.name}: SLI, objective and window are equal"
            yield finding("SLO094", slo.place.at("sli"), message, "remove one of them, or correct the copy")


def _which(some_slos: Sequence[Slo], of: Sequence[Slo]) -> str:
    """The subject of a sentence, and `has` or `have`."""
    if len(some_slos) == len(of):
        return "this SLO has" if len(of) == 1 else f"the {number_of(len(of), 'SLO')} of this file have"
    return f"{some([s.name for s in some_slos])} {'has' if len(some_slos) == 1 else 'have'}"


def _whose(some_slos: Sequence[Slo], of: Sequence[Slo]) -> str:
    return "this file" if len(some_slos) == len(of) else some([s.name for s in some_slos])
