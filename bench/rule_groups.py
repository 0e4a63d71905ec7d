"""What rule groups take in a minute, also where they are evaluated less often."""

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
        share: evaluations a minute, at most 1.
        ran_at: second of its last evaluation.
        ran_for: seconds of its last evaluation.
        queried: seconds that its expressions take as queries; known where `share` is less than 1.
    """

    share: float
    ran_at: float
    ran_for: float
    queried: float = 0.0

    @property
    def seconds(self) -> float:
        """Return its seconds in an average minute."""
        return self.ran_for if self.share == 1 else self.queried * self.share


def rule_groups(server: Server) -> list[Group]:
    """Return all groups; those of longer intervals are queried, as the measured minute may be without them."""
    found, now = [], time.time()
    for group in json.loads(server.get("/api/v1/rules"))["data"]["groups"]:
        share = min(1.0, _MINUTE / group["interval"])
        exprs = [rule["query"] for rule in group["rules"]] if share < 1 else []
        queried = sum(float(server.query(e, now, stats=True)["stats"]["timings"]["evalTotalTime"]) for e in exprs)
        ran_at = datetime.fromisoformat(group["lastEvaluation"]).timestamp()
        found.append(Group(share, ran_at, float(group["evaluationTime"]), queried))
    return found


def correction(groups: Sequence[Group], since: float) -> float:
    """Return what to add to the processor time of the minute from `since` on, so that it holds an average minute.

    A group is evaluated by one thread, so its time is taken as processor time.
    """
    seldom = [group for group in groups if group.share < 1]
    return sum(group.seconds - (group.ran_for if since <= group.ran_at < since + _MINUTE else 0.0) for group in seldom)
