"""Reads the objectives that visitors of the shop can judge from `slos.yaml`."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import slo

SLOS = Path(__file__).parents[1] / "slos.yaml"
"""The file that the rules of Prometheus are compiled from, too."""


@dataclass(frozen=True, slots=True)
class Objective:
    """The fraction of events that may be bad.

    Attributes:
        name: The name of the SLO.
        budget: The fraction of bad events that is allowed.
        total: Selects the events that count.
        bad: Selects the bad events; None when latency alone decides.
        under: The longest duration of a good event in seconds; None when latency does not matter.
    """

    name: str
    budget: Decimal
    total: slo.Selector
    bad: slo.Selector | None = None
    under: Decimal | None = None


def read_objectives(path: Path = SLOS, service: str = "web") -> tuple[Objective, ...]:
    """Return the objectives in `path` over events and latencies of `service`, in the file's order.

    SLOs that a visitor cannot judge are left out.
    """
    found = slo.load_set(path).objectives
    return tuple(
        Objective(each.name, each.budget, each.total, each.bad, each.under)
        for each in found
        if each.total and ("service", "=", service) in each.total.matchers and (each.bad or each.under)
    )
