"""Lints about maintenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.diagnostics import Place
from slo.lint.finding import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.diagnostics import Diagnostic
    from slo.lint.subject import Subject


def calendars_that_end(subject: Subject) -> Iterator[Diagnostic]:
    """The years for which the changes of a clock are built into the rules are over, or this is the last one."""
    ending = {
        Place(slo.place.file).at("maintenance", number): entry.last_year
        for slo in subject.slos
        for number, entry in enumerate(slo.maintenance)
        if entry.last_year is not None
    }
    if ending:
        from datetime import UTC, datetime  # noqa: PLC0415 - few specifications need it

        now = datetime.now(UTC).year
        for place, last in ending.items():
            if now >= last:
                message = f"the rules know when this clock changes until the end of {last}, and this is {now}"
                yield finding("SLO074", place, message, "build with a newer version of slo")
