"""Inhibition rules: while a page fires, tickets of its SLO and pages of its causes are not sent.

Each source has its own rule: from 0.28.1 on, Alertmanager keeps one source alert per rule and set of equal labels. With
one rule for several tiers or SLOs, the end of one alert would release the targets while another still fires.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import TYPE_CHECKING, Any

from slo.model import OWN_TIERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.model import Slo
    from slo.plan.rules import Plan, PlannedSlo


def inhibitions(plan: Plan) -> list[dict[str, Any]]:
    """Return the inhibition rules of a set."""
    return [*_of_tickets(plan), *chain.from_iterable(_of_causes(planned, plan) for planned in plan.slos)]


def _of_tickets(plan: Plan) -> Iterator[dict[str, Any]]:
    """Let a page inhibit the tickets of its SLO, for the same member of a group and in the same cluster.

    Alerts about an exhausted budget or missing data are never inhibited. A label that both alerts lack is equal.
    """
    services = "|".join(sorted({p.slo.service for p in plan.slos}))
    mine = [f'service=~"{services}"', 'slo!=""']
    burning = f'tier!~"{"|".join(OWN_TIERS)}"'
    equal = ("service", "slo", *_apart(plan))
    for tier in sorted({tier for planned in plan.slos for tier in _paging(planned)}):  # a new SLO keeps the order
        yield {
            "source_matchers": ['severity="page"', f'tier="{tier}"', *mine],
            "target_matchers": ['severity="ticket"', burning, *mine],
            "equal": [*equal],
        }


def _of_causes(planned: PlannedSlo, plan: Plan) -> Iterator[dict[str, Any]]:
    """Let a burn-rate page inhibit the pages of the causes: one incident, one page. Their tickets inform."""
    slo = planned.slo
    parts = _causes(slo)
    for tier in _paging(planned):
        for (service, equal), names in parts.items():
            which = f'slo{"=" if len(names) == 1 else "=~"}"{"|".join(names)}"'
            same = [*equal, *(name for name in plan.set.distinguish if name not in equal)]
            source = ['severity="page"', f'tier="{tier}"', f'service="{slo.service}"', f'slo="{slo.name}"']
            rule = {"source_matchers": source, "target_matchers": ['severity="page"', f'service="{service}"', which]}
            yield rule | ({"equal": same} if same else {})


def _causes(slo: Slo) -> dict[tuple[str, tuple[str, ...]], list[str]]:
    """Return the names of the causes by service and equal labels."""
    parts: defaultdict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for cause in slo.causes:
        parts[cause.service, cause.equal].append(cause.name)
    return dict(parts)


def _paging(planned: PlannedSlo) -> list[str]:
    """Return the names of the paging tiers of an SLO, from the fastest on."""
    return [tier.name for tier in planned.tiers if tier.severity == "page"]


def _apart(plan: Plan) -> list[str]:
    """Return the labels in which alerts of one SLO differ: those of groups, `labels`, and external ones."""
    slos = [p.slo for p in plan.slos]
    members = {label for slo in slos for label in slo.group_by}
    extra = {name for slo in slos for name, _ in (*slo.labels, *slo.alerts.labels)}
    return sorted(members | extra | set(plan.set.distinguish))
