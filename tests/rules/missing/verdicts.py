"""Compare what was recorded with what is true, away from the edges of spans, where records need some minutes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.rules.missing.timeline import MINUTES
from tests.rules.missing.truth import State
from tests.rules.missing.trying import EVERY, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.rules.missing.runs import Run
    from tests.rules.missing.truth import Member
    from tests.rules.missing.trying import Seen

TOLERANCE, TINY = 0.01, 0.001
PAGES = {"fast": ("1h", 5, 0.144), "slow": ("6h", 30, 0.03)}
"""Tier -> long window, minutes of the short one, threshold; of an objective of 99 % over a day."""
NO_DATA, MEMBER_NO_DATA = "no-data", "member-no-data"
UNKNOWN_FOR = 18
"""Minutes after which `NoData` must fire: ten, and those that five-minute records go on."""
KNOWN_FOR = 7
"""Minutes after which records follow what is known."""
ENDED_AFTER = KNOWN_FOR + 10
"""Minutes after which `NoData` must have ended: it goes on for ten, series that come and go raise one alert."""
OUTAGE = 31
"""Minutes of an outage after which some alert must have fired."""
CLEARLY = 0.8
"""How near to a threshold is still taken for below it."""
REPRESENTATIVE = 1 / 3
"""The recorded part of a long window from which on its error ratio counts as it is."""


@dataclass(frozen=True)
class Problem:
    """Something that is not as it should be.

    Attributes:
        kind: a short name of the promise that is broken.
        at: the minute.
        text: what was expected and seen.
    """

    kind: str
    at: int
    text: str


def problems(run: Run, seen: Seen) -> Iterator[Problem]:
    """Everything that is wrong in a run."""
    members = run.members()
    for zone, member in members.items():
        yield from _ratios(zone, member, seen)
        yield from _pages(zone, member, seen)
        yield from _silence(run, zone, members, seen)
    yield from _no_data(members, seen)
    if run.grouped and run.watched:
        yield from _member_no_data(members, seen)


def _looks() -> range:
    return range(EVERY, MINUTES + 1, EVERY)


def _ratios(zone: str, member: Member, seen: Seen) -> Iterator[Problem]:
    """A ratio is within 1 % of that of the events that are known, and there exactly where some are."""
    for window, width in WINDOWS.items():
        for at in _looks():
            if {at, max(0, at - width)} & member.near:
                continue
            true, recorded = member.ratio(at, width), seen.ratios.get((window, zone, at))
            if _fits(true, recorded, some=member.events(at, width) > 0):
                continue
            with_alert = " under NoData" if _fires(seen, at, NO_DATA, MEMBER_NO_DATA) else ""
            yield Problem(f"ratio{with_alert}", at, f"{window}{_of(zone)}: true {_shown(true)}, recorded {recorded}")


def _fits(true: tuple[float, float] | None, recorded: float | None, *, some: bool) -> bool:
    if true is None or recorded is None:
        return recorded is None and (true is None or not some)
    return true[0] * (1 - TOLERANCE) - TINY <= recorded <= true[1] * (1 + TOLERANCE) + TINY


def _pages(zone: str, member: Member, seen: Seen) -> Iterator[Problem]:
    """Pages fire where both windows are clearly above their threshold, and never where one is clearly below."""
    for tier, (window, short, limit) in PAGES.items():
        for at in _looks():
            fires = (tier, zone) in seen.alerts.get(at, ())
            if fires and _healthy(member, at, WINDOWS[window], short, limit):
                yield Problem("page", at, f"{tier}{_of(zone)}: the error ratio is {_shown(member.ratio(at, 60))}")
            if not fires and _burning(member, at, WINDOWS[window], short, limit):
                yield Problem("no page", at, f"{tier}{_of(zone)}: the error ratio is {_shown(member.ratio(at, 60))}")


def _healthy(member: Member, at: int, long: int, short: int, limit: float) -> bool:
    if member.quiet(at - short - KNOWN_FOR, at, limit) or member.quiet(at - long - KNOWN_FOR, at, limit):
        return True
    ratio = member.ratio(at, long)
    return not {at, at - long} & member.near and (ratio is None or ratio[1] < CLEARLY * limit)


def _burning(member: Member, at: int, long: int, short: int, limit: float) -> bool:
    ratio = member.ratio(at, long)
    if ratio is None or {at, max(0, at - long)} & member.near:
        return False
    lately = range(at - short - KNOWN_FOR, at)
    recorded = member.covered(at, long)
    weight = 1.0 if recorded > REPRESENTATIVE else recorded
    above = CLEARLY * ratio[0] * weight > limit
    return at > short + KNOWN_FOR and above and all(member.burning(minute, limit / CLEARLY) for minute in lately)


def _silence(run: Run, zone: str, members: Mapping[str, Member], seen: Seen) -> Iterator[Problem]:
    """Where most events fail, or nothing is known, for longer than half an hour, some alert fires meanwhile."""
    start = 0
    bad = [_out(run, zone, members, minute) for minute in range(MINUTES)]
    for minute in range(1, MINUTES + 1):
        if minute < MINUTES and bad[minute] and bad[start]:
            continue
        looks = [at for at in _looks() if start < at <= minute]
        if bad[start] and minute - start > OUTAGE + EVERY and not any(_alarm(seen, zone, at) for at in looks):
            yield Problem("silence", minute, f"{_of(zone)} nothing fires from {start} to {minute} min")
        start = minute


def _out(run: Run, zone: str, members: Mapping[str, Member], minute: int) -> bool:
    """Half of the events fail for certain, or what was known before is unknown and an alert is on for it."""
    member = members[zone]
    if member.burning(minute, 0.5):
        return member.busy(minute)
    gone = all(one.states[minute] is State.UNKNOWN for one in members.values())
    alerted = gone or (run.watched and member.events(minute, MINUTES) > 0)  # a member without events leaves quietly
    return member.states[minute] is State.UNKNOWN and alerted and State.KNOWN in member.states[: max(0, minute - 12)]


def _alarm(seen: Seen, zone: str, at: int) -> bool:
    fires = seen.alerts.get(at, frozenset())
    return any(tier == NO_DATA or where == zone for tier, where in fires)


def _no_data(members: Mapping[str, Member], seen: Seen) -> Iterator[Problem]:
    """`NoData` fires while nothing is known of any member, and only then."""
    for at in _looks():
        fires = _fires(seen, at, NO_DATA)
        unknown = all(one.all_in(State.UNKNOWN, at - UNKNOWN_FOR, at) for one in members.values())
        known = any(one.all_in(State.KNOWN, at - ENDED_AFTER, at) for one in members.values())
        if unknown and not fires:
            yield Problem("no NoData", at, f"nothing is known for {UNKNOWN_FOR} min and more")
        if known and fires:
            yield Problem("false NoData", at, f"known for {ENDED_AFTER} min and more")


def _member_no_data(members: Mapping[str, Member], seen: Seen) -> Iterator[Problem]:
    """`MemberNoData` fires for a member that is gone while another one is known."""
    for zone, member in members.items():
        for at in _looks():
            fires = (MEMBER_NO_DATA, zone) in seen.alerts.get(at, ())
            beside = any(one.all_in(State.KNOWN, at - UNKNOWN_FOR, at) for one in members.values())
            gone = member.all_in(State.UNKNOWN, at - UNKNOWN_FOR, at) and member.events(at, MINUTES) > 0
            if gone and beside and not fires:
                yield Problem("no MemberNoData", at, f"{_of(zone)} unknown for {UNKNOWN_FOR} min and more")
            if fires and member.all_in(State.KNOWN, at - ENDED_AFTER, at):
                yield Problem("false MemberNoData", at, f"{_of(zone)} known for {ENDED_AFTER} min and more")


def _fires(seen: Seen, at: int, *tiers: str) -> bool:
    return any(tier in tiers for tier, _ in seen.alerts.get(at, ()))


def _of(zone: str) -> str:
    return f" of zone {zone}" if zone else ""


def _shown(true: tuple[float, float] | None) -> str:
    return "without events" if true is None else f"{true[0]:.4f} to {true[1]:.4f}"
