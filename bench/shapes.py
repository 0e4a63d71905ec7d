"""Shapes of traffic: what services do, and what goes wrong between them and the rules that count."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.traffic import Instance, Load, Stream

if TYPE_CHECKING:
    from collections.abc import Callable

_HOUR = 3_600
_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Shape:
    """One shape of traffic; `off` tells when no rule was evaluated, None means never."""

    name: str
    title: str
    streams: tuple[Stream, ...]
    off: Callable[[int, int], bool] | None = None


def _between(second: int, hour: float, minutes: float) -> bool:
    return hour * _HOUR <= second < hour * _HOUR + minutes * _MINUTE


def _steady(_: int, second: int) -> Load:
    return 20.0, 0.05 if _between(second, 14, 10) else 0.002


def _diurnal(day: int, second: int) -> Load:
    sun = max(0.0, math.sin((second / _HOUR - 6) / 12 * math.pi))
    return 0.5 + 19.5 * sun, 0.5 if day % 2 == 0 and _between(second, 3, 20) else 0.0005


def _diurnal_later(day: int, second: int) -> Load:
    return _diurnal(day + 1, second)


def _low(_: int, __: int) -> Load:
    return 1 / 60, 0.02


def _low_high(_: int, second: int) -> Load:
    if _between(second, 6, 720):
        return 1000 / 60, 0.0001
    return 1 / 60, 1.0 if _between(second, 1, 60) else 0.0


def _bursts(_: int, second: int) -> Load:
    return 100 / 60, 0.3 if _between(second, 12, 10) else 0.0


def _idle(_: int, second: int) -> Load:
    if _between(second, 8, 120) or _between(second, 20, 30):
        return 2.0, 0.3 if _between(second, 9.5, 10) else 0.01
    return 0.0, 0.0


def _busy(_: int, second: int) -> Load:
    return 60.0, 0.05 if _between(second, 14, 30) else 0.002


def _scraped(_: int, second: int) -> Load:
    return 5.0, 0.1 if _between(second, 11, 60) else 0.003


def _outages(_: int, second: int) -> Load:
    return 5.0, 0.8 if _between(second, 17, 9) else 0.003


def _deployed(day: int, second: int) -> tuple[Instance, ...]:
    """A new process under a new name every day at 03:00."""
    return ((f"pod-{day - (second < 3 * _HOUR)}", 0),)


def _churning(day: int, second: int) -> tuple[Instance, ...]:
    """Two pods, each replaced every 5 hours and restarted in place every 90 minutes."""
    found = []
    for number in range(2):
        age = day * 86_400 + second + number * 2 * _HOUR
        found.append((f"pod-{number}-{age // (5 * _HOUR)}", age // (90 * _MINUTE)))
    return tuple(found)


def _short_gaps(day: int, second: int) -> bool:
    """Three times a day 9 or 10 minutes without a scrape, and twice two hours."""
    long = day % 7 == 3 and _between(second, 19, 120)  # noqa: PLR2004 - one day of the week
    return not (long or _between(second, 5, 10) or _between(second, 17, 9) or _between(second, 23, 10))


def _gap_at_five(_: int, second: int) -> bool:
    return not _between(second, 17, 9)


def _seldom(seed: str, days: int, each_day: int, shortest: int, longest: int) -> Callable[[int, int], bool]:
    """Random pauses, the same for the same seed: lengths in seconds."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    pauses: dict[int, list[tuple[int, int]]] = {}
    for day in range(days):
        starts = [chance.randrange(86_400 - longest) for _ in range(each_day)]
        pauses[day] = [(start, start + chance.randint(shortest, longest)) for start in starts]
    return lambda day, second: any(start <= second < end for start, end in pauses.get(day, ()))


def pausing(seed: int) -> Callable[[int, int], bool]:
    """Four pauses on each of 34 days, of 3 to 40 minutes, at any time of the day."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    off: set[int] = set()
    for day in range(34):
        for _ in range(4):
            start = day * 86_400 + chance.randrange(86_400)
            end = start + chance.randrange(3 * _MINUTE, 40 * _MINUTE)
            off.update(range(-(-start // _MINUTE), -(-end // _MINUTE)))
    return lambda day, second: (day * 86_400 + second) // _MINUTE in off


_DAYS = 40
# An outage that falls into a pause is a fifteenth of the errors of a month: which ones do is luck. The bound of this
# shape was set with this seed, and with an outage in the second night and then in every other.
_NOT_EVALUATED = pausing(5)
_RESTARTED = _seldom("restart", _DAYS, 2, 90, 15 * _MINUTE)


def _unless_restarted(day: int, second: int) -> bool:
    return not _RESTARTED(day, second)


def _tenant(number: int) -> Stream:
    """A tenant that is there for 5 days of 8, from the hour of its number on, and comes back as a new process."""

    def there(day: int, second: int) -> tuple[Instance, ...]:
        turn, hour = divmod(day * 24 + second // _HOUR + number * 40, 8 * 24)
        return ((f"pod-{number}-{turn}", 0),) if hour < 5 * 24 else ()

    def load(_: int, second: int) -> Load:
        return 0.5 * (number + 1), 0.1 if _between(second, 10 + number, 15) else 0.004

    return Stream(load, there, tenant=f"tenant-{number}")


SHAPES = (
    Shape("steady", "steady", (Stream(_steady),)),
    Shape("diurnal", "diurnal, night outages", (Stream(_diurnal),)),
    Shape("low", "one request a minute", (Stream(_low),)),
    Shape("low-high", "low at night, high by day", (Stream(_low_high),)),
    Shape("lazy", "error series created lazily", (Stream(_bursts, _deployed, lazy=True),)),
    Shape("idle", "idle gaps", (Stream(_idle),)),
    Shape("churn", "resets and pod churn", (Stream(_busy, _churning),)),
    Shape("scrape-gaps", "scrape gaps", (Stream(_scraped, scraped=_short_gaps),)),
    Shape("errors-in-gaps", "scrape gaps, errors inside", (Stream(_outages, scraped=_gap_at_five),)),
    Shape("evaluation-gaps", "rules not evaluated", (Stream(_diurnal_later),), _NOT_EVALUATED),
    Shape("restart", "Prometheus restarts", (Stream(_steady, scraped=_unless_restarted),), _RESTARTED),
    Shape("tenants", "members come and go", tuple(_tenant(n) for n in range(4))),
)
"""In the order of the tables."""
