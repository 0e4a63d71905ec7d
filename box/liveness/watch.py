"""Decides when a service that runs and gives no answer is restarted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

START_SECONDS = 60.0
"""Time a process has for its first answer: Prometheus and the stores read their write-ahead logs before."""
GRACE_SECONDS = 3.0
"""Time a process has to end before it is killed; the next probe after it comes within five more seconds."""
MOST_RESTARTS = 3
WINDOW_SECONDS = 600.0
"""At most MOST_RESTARTS restarts of a service in this time: a restart that does not help must not repeat."""


class Step(Enum):
    """What to do about a service."""

    NOTHING = auto()
    END = auto()
    KILL = auto()
    GIVE_UP = auto()


@dataclass(frozen=True, slots=True)
class Seen:
    """One probe of a service: its process, when that was started, when it was asked and the answer or timeout came."""

    pid: int
    started: float
    asked: float
    until: float
    answered: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """What earlier probes of a process showed.

    Attributes:
        pid: the process; another one begins a new watch.
        has_answered: it has answered at least once.
        silent_since: when the first probe of those without an answer was sent.
        ended_at: when it was asked to end.
        given_up: it was restarted too often.
    """

    pid: int = 0
    has_answered: bool = False
    silent_since: float = 0.0
    ended_at: float = 0.0
    given_up: bool = False


def judge(watch: Watch, seen: Seen, patience: float, restarts: Sequence[float]) -> tuple[Watch, Step]:
    """Return the watch after a probe, and the step to take.

    Args:
        watch: what was known before.
        seen: the probe.
        patience: seconds without an answer after which the service is restarted.
        restarts: when it was restarted for giving no answer, seconds since epoch.
    """
    if not seen.pid or seen.answered:
        return Watch(seen.pid, has_answered=seen.answered), Step.NOTHING
    known = watch if watch.pid == seen.pid else Watch(seen.pid)
    if known.ended_at:
        return known, Step.KILL if seen.asked - known.ended_at >= GRACE_SECONDS else Step.NOTHING
    silent = replace(known, silent_since=known.silent_since or seen.asked)
    if not _overdue(silent, seen, patience):
        return silent, Step.NOTHING
    if sum(seen.until - at < WINDOW_SECONDS for at in restarts) < MOST_RESTARTS:
        return replace(silent, ended_at=seen.until, given_up=False), Step.END
    return replace(silent, given_up=True), Step.NOTHING if silent.given_up else Step.GIVE_UP


def _overdue(watch: Watch, seen: Seen, patience: float) -> bool:
    starts = not watch.has_answered and seen.until - seen.started < START_SECONDS
    return not starts and seen.until - watch.silent_since >= patience
