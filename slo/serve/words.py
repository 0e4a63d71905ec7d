"""An SLO in sentences, from what Prometheus records and the rules that it runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from slo.serve import durations, formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from slo.serve.fleet import Member, Slo
    from slo.serve.tiers import Tier

_RATIOS = (1.0, 0.1)


def promise(slo: Slo, member: Member) -> Iterator[str]:
    """Yield what the objective means: the budget as one of so many events, in events, and in a total outage."""
    often = f": one in {formats.count(1 / member.budget)}" if member.budget > 0 else ""
    share = f"{round(100 * member.budget, 10):.10g}%"
    yield f"{formats.objective(member.objective)} of the events of {slo.window_text} must be good."
    yield f"The error budget is {share} of them{often}."
    if member.total is not None and member.bad is not None:
        allowed = member.total * member.budget / (member.covered or 1)
        yield (
            f"At the traffic of this window that is {formats.events(allowed, 'bad event')}; "
            f"{formats.count(member.bad)} happened."
        )
    yield f"A total outage spends the whole budget in {durations.show(member.window * member.budget)}."


def alerting(member: Member, tiers: Iterable[Tier]) -> Iterator[str]:
    """Yield when each tier fires, and after how long at two error ratios."""
    for tier in tiers:
        limit = tier.factor * member.budget
        after = [(ratio, _detection(tier, member, ratio)) for ratio in _RATIOS]
        found = [f"{durations.show(each)} at {ratio:.0%} errors" for ratio, each in after if each is not None]
        often = f"; from no errors after {', '.join(found)}" if found else ""
        yield (
            f"{tier.name} ({tier.severity}) fires when more than {formats.percent(limit, 3)} of the events are bad "
            f"over {tier.long} and over {tier.short}{often}."
        )


def _detection(tier: Tier, member: Member, ratio: float) -> float | None:
    """Return the seconds from the first error to the alert, at an error ratio after none; None: it never fires."""
    limit = tier.factor * member.budget
    return tier.long_seconds * limit / ratio if ratio > limit else None


def outlook(member: Member, tiers: Sequence[Tier]) -> str:
    """Return what happens next if events go on as now: which tier fires first, and when."""
    coming = [tier for tier in tiers if not tier.firing and math.isfinite(tier.seconds)]
    firing = [tier.name for tier in tiers if tier.firing]
    if coming:
        first = min(coming, key=lambda tier: tier.seconds)
        return f"At the burn rate of its short window, {first.name} fires next, in {durations.show(first.seconds)}."
    if firing:
        return f"{', '.join(firing)} {'fires' if len(firing) == 1 else 'fire'} now."
    return "At the burn rates of now no tier will fire." if tiers and member.remaining is not None else ""
