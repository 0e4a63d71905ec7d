"""Texts with blanks: what is the same for many SLOs is spelled once, and each SLO fills in its labels and its title.

`slo.plan.kin` does the same a step further, for all alerts of SLOs that are alike; its blanks are other characters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from slo.plan import names

if TYPE_CHECKING:
    from slo.plan.rules import PlannedSlo

# Control characters: no text of ours holds them, and what users wrote is filled in last.
_LABELS = "\x00"
_QUOTED_LABELS = "\x01"
TITLE = "\x02"
ALERT = "\x08"
"""Stands for the name of the alert itself, in an expression that reads its state."""


def series(name: str, kind: str = "") -> str:
    """A series of the SLO: its name, a blank for the SLO's own labels, and the kind of its events."""
    which = f',kind="{kind}"' if kind else ""
    return f"{name}{{{_LABELS}{which}}}"


def quoted(text: str) -> str:
    """A text with blanks as a string literal of a Go template."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped.replace(_LABELS, _QUOTED_LABELS)}"'


class Blanks(msgspec.Struct, frozen=True):
    """What one SLO fills in."""

    labels: str
    quoted_labels: str
    title: str

    @classmethod
    def of(cls, planned: PlannedSlo, title: str) -> Blanks:
        """The labels that tell the SLO's series from all others; the title comes ready for a Go template."""
        labels = names.inside(planned.slo, planned.shard)
        return cls(labels, labels.replace('"', '\\"'), title)

    def fill(self, text: str, alert: str = "") -> str:
        """The text with everything filled in, what the user wrote last; `alert` is the name of the alert."""
        known = text.replace(_LABELS, self.labels).replace(_QUOTED_LABELS, self.quoted_labels)
        return known.replace(ALERT, alert).replace(TITLE, self.title)
