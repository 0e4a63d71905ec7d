"""The alerts of SLOs that are alike: spelled once with blanks, which each SLO fills in.

A thousand SLOs have a handful of policies, windows and objectives between them. What differs besides is listed in
`Filling`; whatever is written for one of them, an emitter can write for all.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from slo.plan.rules import Alert

SERVICE, SLO, PREFIX, TITLE, READ = BLANKS = ("\x03", "\x04", "\x05", "\x06", "\x07")
"""What stands in a pattern for a `Filling`: control characters, which no text of ours holds."""

_BLANK = re.compile("[\x03-\x07]")


class Filling(msgspec.Struct, frozen=True):
    """What one SLO fills in, in the order of `BLANKS`.

    Attributes:
        service: label `service`.
        slo: label `slo`.
        prefix: what the names of its alerts begin with.
        title: its title, ready for a Go template.
        read: the series that it reads, ready for a Go template.
    """

    service: str
    slo: str
    prefix: str
    title: str
    read: str


class Pattern(msgspec.Struct, frozen=True, eq=False):
    """The alerts of a class of SLOs, with blanks. Two patterns are the same when they are the same object."""

    alerts: tuple[Alert, ...]


class Kin(msgspec.Struct, frozen=True, gc=False):
    """The alerts of one SLO, not spelled out: the pattern of its class, and what it fills in."""

    pattern: Pattern
    filling: Filling

    def spelled(self) -> tuple[Alert, ...]:
        """The alerts as if there were no other SLO like it."""
        known = dict(zip(BLANKS, msgspec.structs.astuple(self.filling), strict=True))

        def fill(text: str) -> str:
            return _BLANK.sub(lambda blank: known[blank[0]], text)

        def pairs(labels: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
            return tuple((name, fill(value)) for name, value in labels)

        return tuple(
            msgspec.structs.replace(
                one,
                name=fill(one.name),
                expr=fill(one.expr),
                labels=pairs(one.labels),
                annotations=pairs(one.annotations),
            )
            for one in self.pattern.alerts
        )
