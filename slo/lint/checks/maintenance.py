"""Check of maintenance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slo.diagnostics import Place
from slo.lint.finding import finding
from slo.lint.registry import LINT, check

if TYPE_CHECKING:
    from collections.abc import Iterator

    from slo.lint.context import LintContext
    from slo.lint.finding import Finding


@check("SLO074", LINT)
def calendars_that_end(context: LintContext) -> Iterator[Finding]:
    """Report time zones whose clock changes are known only until this year, or not even that."""
    ending = {
        Place(slo.place.file).at("maintenance", number): entry.last_year
        for slo in context.slos
        for number, entry in enumerate(slo.maintenance)
        if entry.last_year is not None
    }
    if ending:
        from datetime import UTC, datetime  # noqa: PLC0415 - few specifications need it

        now = datetime.now(UTC).year
        for place, last in ending.items():
            if now >= last:
                message = f"the clock changes of this time zone are known until {last}, and this is {now}"
                yield finding(place, message, "build with a newer version of slo")
