"""Rules that were not evaluated for a while take out of the windows what they did not see, and nothing else.

As promtool evaluates every rule at every step, each rule is wrapped so that it records nothing while a series says so.
Those of the second group are evaluated at every step, too, not once in five minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.model import Scale
from slo.plan import plan
from tests.documents import dump, load
from tests.rules.judge import case, judged
from tests.specimens import availability, emitted, objective, slo_set

if TYPE_CHECKING:
    from pathlib import Path

    from slo.model import Slo

MINUTE, HOUR = 60, 3_600
BURST = 3 * HOUR, 3 * HOUR + 10 * MINUTE
"""When one request a second fails: 600 in all."""
AFTER, OTHER = (200 * MINUTE, 225 * MINUTE), (255 * MINUTE, 285 * MINUTE)
"""A pause after the burst, and another one when what was missed in the first would be made up for."""

SLO = objective(sli=availability("requests_total", '{code="500"}'), scrape_interval=MINUTE)

Pause = tuple[float, float]
Check = tuple[str, str, dict[str, float]]


def paused(slo: Slo) -> str:
    """The rules, each of which records nothing during a pause."""
    file = load(emitted("prometheus", slo_set(slo)))
    for group in file["groups"]:
        group["rules"] = [rule for rule in group["rules"] if "record" in rule]
        for rule in group["rules"]:
            rule["expr"] = f"({rule['expr']}) unless on () (rules_off == 1)"
    text: str = dump(file)
    return text


def series(pauses: tuple[Pause, ...], hours: int) -> dict[str, str]:
    """What is scraped once a minute: requests, some of which fail, and whether the rules are off."""
    minutes = range(hours * 60 + 1)
    off = (int(within(pauses, n * MINUTE)) for n in minutes)
    return {
        'requests_total{code="500"}': " ".join(str(failed(n * MINUTE)) for n in minutes),
        'requests_total{code="200"}': f"0+60x{len(minutes)}",
        "rules_off": " ".join(map(str, off)),
    }


def within(pauses: tuple[Pause, ...], second: float) -> bool:
    """Whether no rule is evaluated then."""
    return any(start <= second < end for start, end in pauses)


def failed(second: int) -> int:
    """A counter that is far from zero: Prometheus takes it of others that they began there."""
    return 9_000 + min(max(second - BURST[0], 0), BURST[1] - BURST[0])


def missed_tiles(*pauses: Pause) -> list[Check]:
    """All failures are in each of these windows, which read a tile half way through a pause, and just around it."""
    hours = {"2h": (4.5,), "6h": (5.5, 7.5), "1d": (9.5, 15.5, 21.5), "3d": (27.5,)}
    all_of_them = [(window, h * 60 + m) for window, many in hours.items() for h in many for m in (-7, 0, 1, 3, 8)]
    moments = [(window, minute) for window, minute in all_of_them if not within(pauses, minute * MINUTE)]
    count = 'round(sum(slo:events:{}{{kind="bad"}}), 5)'
    return [(f"{minute:.0f}m", count.format(window), {"{}": 600}) for window, minute in moments]


def costs() -> list[Check]:
    """Of a steady stream, and of the seconds that are covered: what is made up for counts six minutes twice at most."""
    checks: list[Check] = []
    for window, (hours, minutes) in {"2h": (4.5, 120), "6h": (7.5, 360), "1d": (21.5, 1440)}.items():
        for minute in (hours * 60 + m for m in (-7, 0, 1, 3, 8)):
            least = min(minutes, minute) - (AFTER[1] - AFTER[0]) / MINUTE - 6  # five minutes more are covered in part
            most = least + 6 + 5 + 6  # the first tile after the pause looks back into it
            for kind, burst in (("total", 10), ("covered", 0)):
                known = f'sum(slo:events:{window}{{kind="{kind}"}}) / {MINUTE}'
                checks.append((f"{minute:.0f}m", f"{known} >= bool {least + burst}", {"{}": 1}))
                checks.append((f"{minute:.0f}m", f"{known} <= bool {most + burst}", {"{}": 1}))
    return checks


def test_a_pause_loses_no_tile_and_costs_what_happened_in_it(tmp_path: Path, promtool: Path) -> None:
    """What was missed is made up for, and what happened in the pause itself is not known."""
    one = case("one pause", "1m", series((AFTER,), 28), *missed_tiles(AFTER), *costs())
    assert judged(promtool, tmp_path, paused(SLO), "1m", one) == ""


def test_a_second_pause_when_the_first_would_be_made_up_for(tmp_path: Path, promtool: Path) -> None:
    """Then the next record makes up for it."""
    two = case("two pauses", "1m", series((AFTER, OTHER), 28), *missed_tiles(AFTER, OTHER))
    assert judged(promtool, tmp_path, paused(SLO), "1m", two) == ""


def test_a_late_record_is_found_until_the_next_one(tmp_path: Path, promtool: Path) -> None:
    """It is recorded every five minutes, and the record that was missed would have been there every minute."""
    (rule,) = [r for g in plan(slo_set(SLO), Scale()).groups for r in g.rules if r.name == "slo:events:1d"]
    recorded = {
        'slo:events:6h{shard="svc-0",kind="bad"}': "4x1079 _x30 4x400",
        'slo:events:6h_1h_ago{shard="svc-0",kind="bad"}': " ".join("7" if n % 5 == 2 else "_" for n in range(1510)),
    }
    checks = [(f"{24 * 60 + m}m", rule.expr, {'{shard="svc-0",kind="bad"}': 4 * 3 + 7}) for m in (6, 7, 9, 13, 28)]
    seen = case("late", "1m", recorded, *checks, (f"{24 * 60 + 31}m", rule.expr, {'{shard="svc-0",kind="bad"}': 16}))
    assert judged(promtool, tmp_path, "groups: []", "1m", seen) == ""


def test_nothing_stands_for_what_was_not_missed(tmp_path: Path, promtool: Path) -> None:
    """Rules that are always evaluated never record what would stand for a tile, but in the first hours of a server."""
    late = 'count({__name__=~"slo:(events:.+|missed):?.+_ago"})'
    checks = [("30m", f"{late} > bool 0", {"{}": 1}), ("4h", late, {}), ("10h", late, {})]
    assert judged(promtool, tmp_path, paused(SLO), "1m", case("not missed", "1m", series((), 10), *checks)) == ""
