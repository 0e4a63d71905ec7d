"""Target `runbooks`: a first version of the runbook of each alert. A file that exists is never changed."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from slo.emit import markdown as md
from slo.emit import related_slos
from slo.emit.runbook_sections import HEADINGS, Subject, sections
from slo.model import OWN_TIERS
from slo.percent import percent
from slo.plan import durations

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import PurePosixPath

    from slo.emit.context import Context
    from slo.model import Slo
    from slo.plan.rules import AlertFacts, Plan, PlannedSlo

_BEGUN = """\
`slo build` began this page and never changes it again. What is computed here was true then; `slo explain` tells what is
true now. *What stands in italics is yours to answer.*"""


def runbooks(plan: Plan, context: Context) -> Iterable[tuple[PurePosixPath, str]]:
    """Yield one page for each alert name."""
    alerts: dict[str, list[tuple[PlannedSlo, AlertFacts]]] = defaultdict(list)
    for planned in plan.slos:
        for fact in planned.alerts:
            alerts[fact.name].append((planned, fact))
    for alert, raised in alerts.items():
        yield context.layout["runbooks"].with_name(f"{alert}.md"), _page(alert, raised, plan.scale.factor)


def _page(alert: str, raised: Sequence[tuple[PlannedSlo, AlertFacts]], factor: int) -> str:
    """Return the page of an alert; if several SLOs share it, it lists them and is general otherwise."""
    slos = list({(p.slo.service, p.slo.name): p.slo for p, _ in raised}.values())
    planned, fact = raised[0]
    subject = Subject(planned if len(slos) == 1 else None, factor)
    about = (
        _about(planned, factor)
        if len(slos) == 1
        else "An alert of several SLOs; its labels `service` and `slo` tell which."
    )
    severities = " or a ".join(sorted({f.severity for _, f in raised}))
    parts = [f"# {alert}", f"{about} This alert is a {severities}.", _BEGUN]
    if factor != 1:
        parts.append(durations.note(factor))
    if len(slos) > 1:
        parts.append(_list(slos, factor))
    for heading, section in zip(HEADINGS, sections(fact.tier, subject), strict=True):
        if heading == "Diagnosis" and subject.planned and fact.tier not in OWN_TIERS:
            parts += _incident(planned)
        parts += [f"## {heading}", section]
    return "\n\n".join(parts) + "\n"


def _incident(planned: PlannedSlo) -> list[str]:
    found = related_slos.look_first(planned)
    return [f"## {related_slos.HEADING}", found] if found else []


def _about(planned: PlannedSlo, factor: int) -> str:
    slo = planned.slo
    team = f" Team {md.code(slo.team)}." if slo.team else ""
    by = " and ".join(map(md.code, slo.group_by))
    members = f" Each {by} has a budget of its own; the labels of the alert tell which is meant." if by else ""
    promise = f"{percent(slo.objective)} of all {slo.sli.unit} over {durations.both(slo.window, factor)}"
    return f"{md.text(slo.title)}: {promise}.{members}{team}{related_slos.symptoms(planned)}"


def _list(slos: Sequence[Slo], factor: int) -> str:
    rows = (
        (
            slo.service,
            slo.name,
            md.text(slo.title),
            percent(slo.objective),
            durations.both(slo.window, factor),
            md.text(slo.team),
        )
        for slo in slos
    )
    return md.table(("service", "SLO", "title", "objective", "window", "team"), rows)
