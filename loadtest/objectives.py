"""Reads the objectives that visitors of the shop can judge from `slos.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

SLOS = Path(__file__).parents[1] / "slos.yaml"
"""The file that the rules of Prometheus are compiled from, too."""

_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
_UNITS = {"ms": Decimal("0.001"), "s": Decimal(1), "m": Decimal(60)}


@dataclass(frozen=True, slots=True)
class Selector:
    """The label matchers of a selector, as (label, operator, value)."""

    matchers: tuple[tuple[str, str, str], ...]

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether a series with these labels is selected; a label that is missing is empty."""
        return all(_holds(labels.get(label, ""), how, value) for label, how, value in self.matchers)


@dataclass(frozen=True, slots=True)
class Objective:
    """What share of which events must be good.

    Attributes:
        name: The name of the SLO.
        target: The good share that is promised, 0 to 1.
        total: Selects the events that count.
        bad: Selects the bad ones among them; None when speed alone decides.
        under: The longest time of a good event in seconds; None when speed does not matter.
    """

    name: str
    target: Decimal
    total: Selector
    bad: Selector | None = None
    under: Decimal | None = None

    @property
    def allowed(self) -> Decimal:
        """The bad share that the objective allows."""
        return 1 - self.target


def read_objectives(path: Path = SLOS, service: str = "web") -> tuple[Objective, ...]:
    """The objectives in `path` over events and latencies of `service`, in the file's order.

    Kinds of objectives that a visitor cannot judge are left out.
    """
    document = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - strings only
    defaults = document.get("defaults", {})
    found = (_objective({**defaults, **slo}) for slo in document["slos"])
    return tuple(each for each in found if each and ("service", "=", service) in each.total.matchers)


def _objective(slo: Mapping[str, Any]) -> Objective | None:
    sli, name, target = slo["sli"], slo["name"], _share(slo["objective"])
    if "bad" in sli.get("events", {}):
        events = sli["events"]
        return Objective(name, target, _selector(events["total"]), bad=_selector(events["bad"]))
    if "latency" in sli:
        latency = sli["latency"]
        return Objective(name, target, _selector(latency["histogram"]), under=_seconds(latency["under"]))
    return None


def _selector(text: str) -> Selector:
    return Selector(tuple(_MATCHER.findall(text)))


def _share(text: str) -> Decimal:
    return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


def _seconds(text: str) -> Decimal:
    number, unit = re.fullmatch(r"([\d.]+)(ms|s|m)", text).groups()  # type: ignore[union-attr]
    return Decimal(number) * _UNITS[unit]


def _holds(actual: str, how: str, value: str) -> bool:
    equal = bool(re.fullmatch(value, actual)) if how.endswith("~") else actual == value
    return equal is not how.startswith("!")
