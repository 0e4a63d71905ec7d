"""Mixed load for the story: visitors, and a little of every fault so that there is something to tell."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.proof.visitors import read, visiting
from bench.proof.witness import Witness

if TYPE_CHECKING:
    from bench.proof.fullbox import FullBox
    from bench.proof.visitors import Visit

_FAULTS = (
    ("web", "errors", {"rate": 0.03}),  # those of the tiers behind it are mostly repeated with success
    ("catalog", "errors", {"rate": 0.02}),
    ("orders", "errors", {"rate": 0.05}),
    ("web", "latency", {"rate": 0.03, "delay_ms": 400}),
    ("catalog", "latency", {"rate": 0.02, "delay_ms": 350}),
    ("catalog", "dependency", {"rate": 0.05, "dependency": "cache"}),
)


@dataclass(frozen=True, slots=True)
class Played:
    """A run of mixed load; the seconds are since epoch."""

    visits: list[Visit]
    start: float
    end: float
    witness: Witness


def play(box: FullBox, per_second: float, seconds: float) -> Played:
    """Let visitors come for so many seconds while faults are on, and follow the exemplars."""
    for tier, name, settings in _FAULTS:
        box.fault(tier, name, seconds=seconds + 60, **settings)
    file = box.run / "visits.jsonl"
    with visiting(box.url("web"), per_second, seconds, file) as process:
        witness = Witness(box, time.time() - 1)
        thread = witness.start()
        process.wait(timeout=seconds + 60)
    for tier, name, _ in _FAULTS:
        box.fault(tier, name)
    witness.finish(thread)
    visits = read(file)
    return Played(visits, visits[0].due - 1, max(each.due + each.ms / 1e3 for each in visits) + 1, witness)
