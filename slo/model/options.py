"""How rules are written, whatever the specification says."""

from __future__ import annotations

from typing import Literal

import msgspec


class Scale(msgspec.Struct, frozen=True):
    """How real time maps to rule time.

    Attributes:
        factor: windows and `for` are divided by it; 1 outside of demonstrations.
        interval: evaluation interval of the groups, in seconds.
        scrape_interval: overrides the scrape interval of every SLO, in seconds, or none.
    """

    factor: int = 1
    interval: int = 60
    scrape_interval: int | None = None


class Options(msgspec.Struct, frozen=True):
    """How the rules are written.

    Attributes:
        layout: `default` has alert rules for each SLO, `shared` one for all SLOs of a class.
        compat: name of another tool whose series and alert names are made as well, or empty.
        prometheus: oldest Prometheus that has to read the rules; empty for every supported one.
        max_rules: most rules that a ruler takes in one group, or none.
    """

    layout: Literal["default", "shared"] = "default"
    compat: Literal["", "sloth"] = ""
    prometheus: Literal["", "2.42", "3"] = ""
    max_rules: int | None = None


DEFAULTS = Options()
