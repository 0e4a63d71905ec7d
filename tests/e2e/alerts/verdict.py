"""Compares what fired with what each row must raise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.e2e.alerts.unraised import CAUSES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.e2e.alerts.observations import Interval
    from tests.e2e.alerts.play import Played, Run
    from tests.e2e.alerts.row import AlertKey

_NEVER = float("inf")
_CLOCKS_SECONDS = 2.0
"""The start of an alert is the time of an evaluation, which may be a little before the recorded beginning."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert in a row.

    Attributes:
        alert: name and severity.
        expected: whether the row must raise it.
        fired: seconds from the beginning of the row until it fired; None when it did so already, or never.
        already: whether it fired when the row began.
        ended: seconds from the end of the cause until it ended; None when it still fires, or never fired.
        notifications: how many of them listed it as firing.
    """

    alert: AlertKey
    expected: bool
    fired: float | None = None
    already: bool = False
    ended: float | None = None
    notifications: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A row with its alerts, the expected ones first."""

    played: Played
    seen: tuple[Seen, ...]


def outcomes(run: Run) -> list[Outcome]:
    """Assign each interval to the row in which it began; alerts of the background row belong to that."""
    aside = set(run.background.row.wanted) if run.background else set()
    begins = [*(played.began for played in run.played[1:]), _NEVER]
    found = [
        _outcome(run, played, [each for each in run.intervals if each.alert not in aside], until)
        for played, until in zip(run.played, begins, strict=True)
    ]
    theirs = [each for each in run.intervals if each.alert in aside]
    return [*found, *([_outcome(run, run.background, theirs, _NEVER)] if run.background else [])]


def problems(found: Sequence[Outcome]) -> list[str]:
    """Return the problems, a line each."""
    return [line for outcome in found for line in _problems(outcome)]


def _outcome(run: Run, played: Played, intervals: Sequence[Interval], until: float) -> Outcome:
    wanted = played.row.wanted
    since, before = played.began - _CLOCKS_SECONDS, until - _CLOCKS_SECONDS
    begun = [each for each in intervals if since <= each.began < before]
    alerts = [*wanted, *sorted({each.alert for each in begun} - set(wanted))]
    return Outcome(played, tuple(_seen(run, played, until, alert, begun) for alert in alerts))


def _seen(run: Run, played: Played, until: float, alert: AlertKey, begun: Sequence[Interval]) -> Seen:
    mine = [each for each in begun if each.alert == alert]
    notified = [
        each
        for each in run.notifications
        if each.alert == alert and each.firing and played.began <= each.received < until
    ]
    expected = alert in played.row.wanted
    if not mine:
        return Seen(alert, expected, already=alert in played.before, notifications=len(notified))
    ended = mine[-1].ended
    return Seen(
        alert,
        expected,
        fired=max(0.0, mine[0].began - played.began),
        already=alert in played.before,
        ended=None if ended is None else ended - played.gone,
        notifications=len(notified),
    )


def _problems(outcome: Outcome) -> Iterator[str]:
    row = outcome.played.row
    if outcome.played.error:
        yield f"{row.name}: {outcome.played.error}"
    for each in outcome.seen:
        page = each.alert.severity == "page"
        if each.expected and each.fired is None and not each.already:
            yield f"{row.name}: {each.alert.name} ({each.alert.severity}) did not fire"
        elif each.expected and page and not each.notifications:
            yield f"{row.name}: the page {each.alert.name} did not arrive"
        elif page and each.alert.name in CAUSES:
            yield f"{row.name}: the cause {each.alert.name} pages"
        elif page and each.notifications and not each.expected and each.alert.name not in row.may_page:
            yield f"{row.name}: unexpected page {each.alert.name}"
