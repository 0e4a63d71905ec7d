"""What rule groups take in a minute, where some of them are evaluated less often than that."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.server import Server

_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Group:
    """A rule group of a server.

    Attributes:
        share: how often it is evaluated in a minute, at most once.
        ran_at: second of its last evaluation.
        ran_for: seconds of its last evaluation.
        asked: seconds that its expressions take when they are asked for; known where `share` is less than one.
    """

    share: float
    ran_at: float
    ran_for: float
    asked: float = 0.0

    @property
    def seconds(self) -> float:
        """What it takes in a usual minute."""
        return self.ran_for if self.share == 1 else self.asked * self.share


def rule_groups(server: Server) -> list[Group]:
    """All groups, those that are evaluated seldom asked for: the minute that is measured may be without them."""
    found, now = [], time.time()
    for group in json.loads(server.get("/api/v1/rules"))["data"]["groups"]:
        share = min(1.0, _MINUTE / group["interval"])
        exprs = [rule["query"] for rule in group["rules"]] if share < 1 else []
        asked = sum(float(server.query(e, now, stats=True)["stats"]["timings"]["evalTotalTime"]) for e in exprs)
        ran_at = datetime.fromisoformat(group["lastEvaluation"]).timestamp()
        found.append(Group(share, ran_at, float(group["evaluationTime"]), asked))
    return found


def correction(groups: Sequence[Group], since: float) -> float:
    """What to add to the processor time of the minute from then on, so that it holds the usual share of every group.

    A group is evaluated by one thread, so its time is taken as processor time.
    """
    seldom = [group for group in groups if group.share < 1]
    return sum(group.seconds - (group.ran_for if since <= group.ran_at < since + _MINUTE else 0.0) for group in seldom)
