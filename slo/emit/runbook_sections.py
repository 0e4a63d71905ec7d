"""The four sections of a runbook, by the tier of the alert."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from slo.emit import markdown as md
from slo.percent import percent
from slo.plan import durations, names
from slo.plan.alerting.alerts import ABSENT_AFTER, RECOVERED
from slo.promql import duration, naming
from slo.times import DAY, HOUR, MINUTE, SUBWINDOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from slo.burnrate import Tier
    from slo.model import Slo
    from slo.plan.rules import PlannedSlo
    from slo.promql import Selector

HEADINGS = ("Meaning", "Impact", "Diagnosis", "Mitigation")
Sections = tuple[str, str, str, str]
_TAKES = ":?}"
"""In a command that needs a label of the alert."""
_ERRORS = tuple(map(Decimal, ("1", "0.1", "0.02", "0.01")))


class Subject(msgspec.Struct, frozen=True):
    """The subject of a runbook.

    Attributes:
        planned: the SLO, or none if several SLOs share the alert.
        factor: time scale of the rules.
    """

    planned: PlannedSlo | None
    factor: int

    def span(self, seconds: int) -> str:
        """Return a duration as the server measures it."""
        return durations.span(seconds, self.factor)

    def spoken(self, seconds: int) -> str:
        """Return a duration in words."""
        return durations.spoken(seconds, self.factor)

    def series(self, name: str, kind: str = "") -> str:
        """Return a series of the SLO of the alert, and of its member where the SLO is grouped."""
        members = self.planned.slo.group_by if self.planned else ()
        taken = "".join(f',{naming.label(each)}="{md.from_alert(each)}"' for each in members)
        return self.whole(name, taken + kind)

    def whole(self, name: str, more: str = "") -> str:
        """Return a series of the SLO with all members."""
        service, slo = md.from_alert("service"), md.from_alert("slo")
        if self.planned:
            service, slo = self.planned.slo.service, self.planned.slo.name
        return f'{name}{{service="{service}",slo="{slo}"{more}}}'

    def taken(self) -> str:
        """Return a paragraph about the labels that the commands need."""
        labels = self.planned.slo.group_by if self.planned else ("service", "slo")
        typed = " and ".join(md.code(f"{md.variable(label)}=") for label in labels)
        return f"The commands take labels from the alert. First type {typed}, each with its value.\n\n"

    def selectors(self) -> tuple[Selector, ...]:
        """Return the selectors of the SLI."""
        return self.planned.slo.sli.selectors() if self.planned else ()


def sections(tier: str, subject: Subject) -> Sections:
    """Return meaning, impact, diagnosis and mitigation of an alert."""
    meaning, impact, diagnosis, mitigation = _OTHERS.get(tier, _burn)(subject)
    taken = subject.taken() if _TAKES in diagnosis else ""
    return meaning, impact, taken + diagnosis, mitigation


def _burn(subject: Subject) -> Sections:
    meaning = "More is bad than the error budget allows: if it goes on, the objective is missed."
    impact = "*What do users notice? Whom do you tell?*"
    if subject.planned:
        slo = subject.planned.slo
        meaning = f"{meaning} {_good(slo)}\n\n{_tiers(subject.planned, subject)}"
        impact = f"{_spent(slo, subject)}\n\n{impact}"
    recent = subject.spoken(SUBWINDOW)
    events = subject.series(names.events(SUBWINDOW), ',kind=~"total|bad"')
    steps = _steps(
        (
            f"Does it still burn? The burn rate of the last {recent}; above 1 the budget does not last:",
            _rate(subject),
        ),
        ("How much of the budget is left? Below 0 the objective is missed:", subject.series(names.REMAINING)),
        (f"How much was there in the last {recent}, and how much of it was bad?", events),
        *_raw(subject),
    )
    return (
        meaning,
        impact,
        f"{steps}\n\n*Which log, trace or dashboard tells why?*",
        _paragraphs(
            "*What makes it stop: a rollback, a switch, more instances?*",
            "The alert ends when the short window of its tier is below the threshold again.",
        ),
    )


def _exhausted(subject: Subject) -> Sections:
    meaning = "Over its whole window the objective is missed: the error budget is spent. It need not burn just now."
    days: tuple[tuple[str, str], ...] = ()
    if subject.planned:
        slo = subject.planned.slo
        meaning = (
            f"{meaning} {_good(slo)} The budget of {subject.span(slo.window)} is {percent(slo.budget)} of all that."
        )
        span = f"[{subject.span(slo.window)}:{subject.span(DAY)}]"
        bad = subject.series(names.events(DAY), ',kind="bad"')
        day = "days" if subject.factor == 1 else f"spans of {subject.span(DAY)}"
        days = ((f"Which {day} cost it? What was bad on each of them:", bad + span),)
    return (
        meaning,
        "Every further failure is one that was promised not to happen. *What does your error budget policy say?*",
        _steps(
            ("How far below zero is it? At -1 it was spent twice:", subject.series(names.REMAINING)),
            ("Does it still burn? Above 1 it gets worse:", _rate(subject)),
            *days,
            *_raw(subject),
        ),
        _paragraphs(
            "*Which change is held back until the budget recovers, and who decides?*",
            "The budget comes back as bad events leave the window; "
            f"the alert ends when {percent(RECOVERED)} of it is left.",
        ),
    )


def _no_data(subject: Subject) -> Sections:
    target = subject.planned.slo.alerts.target if subject.planned else None
    down = f", and the target is down ({md.code(target)} is not 1)" if target else ""
    up = (("Is the target up?", target),) if target else ()
    recorded = subject.whole(names.events(SUBWINDOW), ',kind="bad"')
    wait = subject.spoken(ABSENT_AFTER)
    return (
        f"For {wait} there was nothing to measure{down}: the series are gone. Mere silence does not raise it.",
        "Whether users are served is unknown, and no other alert of this SLO can fire. *How else can you tell?*",
        _steps(
            ("Is anything recorded again? No result means no:", recorded),
            *up,
            *_present(subject),
            ("Which targets does Prometheus not reach?", "up == 0"),
        ),
        _paragraphs(
            "*How is the service started? Did the last release rename a metric or a label?*",
            f"What was renamed has to be renamed in the specification, too. The alert ends {wait} after the "
            "first data; series that come and go within that time are one alert.",
        ),
    )


def _member_no_data(subject: Subject) -> Sections:
    by = naming.labels(subject.planned.slo.group_by) if subject.planned else "service, slo"
    last = subject.spoken(DAY)
    after = "a day" if subject.factor == 1 else last
    day, now = (f"group by ({by}) ({subject.whole(names.events(w))})" for w in (DAY, SUBWINDOW))
    return (
        f"A member of the group had events within the last {last} and is not counted any more, although others are.",
        "The member may have been removed on purpose. If not, its budget is not measured.",
        _steps((f"Which members were there within the last {last}?", day), ("Which are now?", now), *_present(subject)),
        _paragraphs(
            "*Where are members added and removed?*",
            f"The alert ends {subject.spoken(ABSENT_AFTER)} after the member is back, or {after} after its last event.",
        ),
    )


_OTHERS: dict[str, Callable[[Subject], Sections]] = {
    "exhausted": _exhausted,
    "no-data": _no_data,
    "member-no-data": _member_no_data,
}
"""Tier -> sections; every other tier is one of the burn rate."""


def _rate(subject: Subject) -> str:
    return f"{subject.series(names.error_ratio(SUBWINDOW))} / {subject.series(names.BUDGET)}"


def _steps(*steps: tuple[str, str]) -> str:
    return _paragraphs(*(f"{question}\n\n{md.query(expr)}" for question, expr in steps))


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(texts)


def _raw(subject: Subject) -> Iterator[tuple[str, str]]:
    """Yield queries for the user's own series by instance."""
    counted = subject.planned is not None and subject.planned.slo.sli.unit == "events"
    for selector in subject.selectors():
        if counted:
            yield (
                f"{md.code(str(selector))} per second, by instance:",
                f"sum by (job, instance) (rate({selector}[{subject.span(SUBWINDOW)}]))",
            )
        else:
            yield f"{md.code(str(selector))} now:", f"topk(10, {selector})"


def _present(subject: Subject) -> Iterator[tuple[str, str]]:
    for selector in subject.selectors():
        yield f"Which targets have {md.code(str(selector))}?", f"count by (job, instance) ({selector})"


def _good(slo: Slo) -> str:
    return f"What is good: {md.code(slo.sli.describe())}."


def _spent(slo: Slo, subject: Subject) -> str:
    whole = _time(float(slo.budget) * slo.window / subject.factor)
    return (
        f"The error budget of {subject.span(slo.window)} is {percent(slo.budget)}. "
        f"At even traffic a total outage spends it in {whole}."
    )


def _tiers(planned: PlannedSlo, subject: Subject) -> str:
    """Return what each tier needs to fire, and the detection times after a time without errors."""
    rules = [
        (t.name, t.severity, percent(t.threshold), subject.span(t.long), subject.span(t.short), percent(t.budget))
        for t in planned.tiers
    ]
    times = [(t.name, *(_after(t, share, subject.factor) for share in _ERRORS)) for t in planned.tiers]
    head = ("tier", "severity", "fires above", "over the last", "and over the last", "budget spent by then")
    several = ", for members without an objective of their own" if planned.slo.overrides else ""
    return (
        f"{md.table(head, rules)}\n\nHow long it takes until a tier fires, by the share of what is bad from one moment "
        f"on{several}:\n\n{md.table(('tier', *(f'{share:.0%}' for share in _ERRORS)), times)}"
    )


def _after(tier: Tier, share: Decimal, factor: int) -> str:
    seconds = tier.detection_seconds(float(share)) if share > tier.threshold else None
    return "never" if seconds is None else _time(seconds / factor)


def _time(seconds: float) -> str:
    """Return a duration, to the second up to an hour, to the minute above."""
    step = MINUTE if seconds > HOUR else 1
    return duration(-int(-seconds // step) * step)
