"""The charts of an SLO: what each one asks Prometheus, and the lines at fixed values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from slo.plan import coverage
from slo.promql import parse_duration, quote

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from slo.serve.fleet import Member, Slo
    from slo.serve.signals import Signals
    from slo.serve.tiers import Tier

_QUANTILES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Query:
    """One expression of a chart, and the name of its only series."""

    label: str
    expression: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its queries, the unit of its values, and lines at fixed values.

    Attributes:
        note: what the viewer should know about it.
        forecast: names of lines into the future, and by how much they fall in a second.
        exemplars: a selector of series whose exemplars are drawn as dots.
    """

    name: str
    title: str
    unit: str
    queries: tuple[Query, ...]
    thresholds: tuple[tuple[str, float], ...] = ()
    note: str = ""
    forecast: tuple[tuple[str, float], ...] = ()
    exemplars: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What charts are made of: an SLO, or a member of its group, its alert tiers, and the series underneath.

    Attributes:
        step: seconds between two points.
        limit: the seconds within which a good event is over; None where the SLI is no latency.
    """

    slo: Slo
    member: Member
    tiers: Sequence[Tier] = ()
    signals: Signals | None = None
    step: float = 60.0
    limit: float | None = None


def selector(labels: Mapping[str, str]) -> str:
    """Return matchers for exactly these labels, whatever characters their values have."""
    return "{" + ",".join(f"{name}={quote(value)}" for name, value in labels.items()) + "}"


def matchers(slo: Slo, member: Member, **more: str) -> str:
    """Return the matchers of the series of this SLO, or of one member of its group."""
    return selector({**slo.identity.labels, **member.labels, **more})


def budget(of: Subject) -> Chart:
    """Return the burn-down of the error budget, and how it goes on at the burn rates of now."""
    query = Query("remaining", f"slo:budget_remaining:ratio{matchers(of.slo, of.member)}")
    burns = [(window, of.member.burn(window)) for window in ("1h", "6h")]
    falls = tuple(
        (f"at the burn rate of {window}", burn / of.member.window)
        for window, burn in burns
        if burn is not None and burn > 1 and of.member.window and (of.member.remaining or 0) > 0
    )
    return Chart("budget", "Error budget remaining", "ratio", (query,), (("spent", 0.0),), forecast=falls)


def burn(of: Subject) -> Chart:
    """Return the burn rate over the long window of each tier, and the tiers' thresholds."""
    windows = list(dict.fromkeys(tier.long for tier in of.tiers)) or ["5m"]
    queries = tuple(Query(window, _burn(of.slo, of.member, window)) for window in windows)
    return Chart("burn", "Burn rate", "times", queries, tuple((tier.name, tier.factor) for tier in of.tiers))


def _burn(slo: Slo, member: Member, window: str) -> str:
    """Return the burn rate as the alerts compute it: until a third of the window is recorded, the rest is good."""
    which, seconds = matchers(slo, member), float(parse_duration(window)) / member.time_scale
    weight = coverage.weight(f"slo:events:{window}{matchers(slo, member, kind='covered')}", seconds)
    return f"slo:error_ratio:{window}{which} * ignoring (kind) {weight} / slo:budget:ratio{which}"


def events(of: Subject) -> Chart:
    """Return good and bad events a second."""
    total, bad = (f"slo:events:5m{matchers(of.slo, of.member, kind=kind)}" for kind in ("total", "bad"))
    seconds = f"{300 / of.member.time_scale:g}"
    good = f"({total} - ignoring (kind) {bad}) / {seconds}"
    return Chart("events", "Events per second", "rate", (Query("good", good), Query("bad", f"{bad} / {seconds}")))


def errors(of: Subject) -> Chart:
    """Return the error ratio of the last five minutes, and what the objective allows."""
    query = Query("5m", f"slo:error_ratio:5m{matchers(of.slo, of.member)}")
    return Chart("errors", "Error ratio", "ratio", (query,), (("allowed", of.member.budget),))


def requests(of: Subject) -> Chart | None:
    """Return what the service itself counts, by the label that tells bad events from others."""
    if not of.signals:
        return None
    rate = f"rate({of.signals.total}[{_range(of)}])"
    expression = f"sum by ({of.signals.by}) ({rate})" if of.signals.by else f"sum({rate})"
    title = f"Requests by {of.signals.by}" if of.signals.by else "Requests"
    return Chart("requests", title, "rate", (Query("" if of.signals.by else "all", expression),), note=_raw(of))


def latency(of: Subject) -> Chart | None:
    """Return quantiles of the request duration, with exemplars that lead to traces."""
    if not of.signals or not of.signals.buckets:
        return None
    rate = f"sum by (le) (rate({of.signals.buckets}[{_range(of)}]))"
    queries = tuple(Query(f"p{100 * each:.0f}", f"histogram_quantile({each}, {rate})") for each in _QUANTILES)
    limit = () if of.limit is None else (("good below", of.limit),)
    found = str(of.signals.buckets)
    return Chart("latency", "Request duration", "seconds", queries, limit, note=_raw(of), exemplars=found)


def _range(of: Subject) -> str:
    """Return the range of a rate: that of the rules, or a step of the chart where it is longer."""
    return f"{max(of.signals.window if of.signals else 0.0, of.step):.0f}s"


def _raw(of: Subject) -> str:
    """Return a note where a chart shows more than the member: its label has another name on the service's series."""
    if not of.signals or not of.member.labels:
        return ""
    own = {each.label for each in of.signals.total.matchers}
    return "" if own.issuperset(of.member.labels) else "of all members"


CHARTS: Mapping[str, Callable[[Subject], Chart | None]] = {
    "budget": budget,
    "burn": burn,
    "errors": errors,
    "events": events,
    "requests": requests,
    "latency": latency,
}
