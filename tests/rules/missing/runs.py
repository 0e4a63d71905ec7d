"""One random run: an SLI of the grammar, what happens to the service, and which series are missing when."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from tests.rules.missing.forms import FORMS, Line
from tests.rules.missing.timeline import MINUTES, Series, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.rules.missing.forms import Form
    from tests.rules.missing.truth import Member

ZONE = "zone"
SHORTEST = 20
"""Minutes that a series is missing at least."""
CALM, OUTAGES = (0.0, 0.001, 0.003), (1.0, 1.0, 0.5, 0.05)
TRAFFIC = 600, 900, 1200
"""Events a minute: enough that fractions of an event do not matter."""


@dataclass(frozen=True)
class Run:
    """What is tried.

    Attributes:
        seed: makes the same run again.
        form: name of the form of its SLI.
        grouped: whether each zone has a budget of its own.
        watched: whether a zone that is gone raises `MemberNoData`.
        plain: whether queries are selectors where they can be.
        series: all its series, by zone.
        made: its SLI and counters.
    """

    seed: int
    form: str
    grouped: bool
    watched: bool
    plain: bool
    series: Mapping[str, Sequence[Series]]
    made: Form

    @property
    def name(self) -> str:
        """The SLO's name."""
        return f"run-{self.seed}"

    def slo(self, step: int) -> dict[str, Any]:
        """Return the SLO as written in a specification; `step`: scrape interval in seconds."""
        by = f" by ({ZONE}) " if self.grouped else ""
        members = {"no_data_members": "ticket" if self.watched else "off"} if self.grouped else {}
        return {
            "name": self.name,
            "objective": "99%",
            "window": "1d",
            "scrape_interval": f"{step}s",
            "sli": self.made.sli.text(by, plain=self.plain),
            **({"group_by": [ZONE]} if self.grouped else {}),
            "alerts": {"policy": "pages", **members},
        }

    def members(self) -> dict[str, Member]:
        """The truth, by zone."""
        return {zone: self.made.sli.member(series) for zone, series in self.series.items()}

    def described(self) -> Iterator[str]:
        """Every series: how fast it counts, and when it is missing."""
        for series in self.series.values():
            for one in series:
                gone = ", ".join(f"{span.start} to {span.end} min" for span in one.absent)
                yield f"{one.name} {sorted(set(one.rates))}/min{f', missing {gone}' if gone else ''}"


def run_of(seed: int) -> Run:
    """The run of a seed; forms take turns, the rest is drawn."""
    draw = Random(seed)  # noqa: S311 - no secret
    form = list(FORMS)[seed % len(FORMS)]
    made = FORMS[form](f"m{seed}")
    grouped, watched, plain = draw.random() < 0.35, draw.random() < 0.5, draw.random() < 0.5
    zones = ("a", "b") if grouped else ("",)
    targets = draw.randint(1, made.targets)
    series = {zone: _series(made.lines, zone, targets, draw) for zone in zones}
    for _ in range(draw.choice((0, 1, 1, 1, 2, 2, 3, 3))):
        _take(draw, made, [one for members in series.values() for one in members])
    return Run(seed, form, grouped, watched, plain, series, made)


def _series(lines: Sequence[Line], zone: str, targets: int, draw: Random) -> list[Series]:
    """All series of a zone: what happens there is seen by all its targets."""
    shares, traffic = _shares(draw), draw.choice(TRAFFIC)
    labels = {ZONE: zone} if zone else {}
    return [
        Series(
            line.metric,
            {**line.labels, **labels, "instance": f"{zone}{target}"},
            [round(traffic * line.events(share) / targets, 6) for share in shares],
        )
        for target in range(targets)
        for line in lines
    ]


def _shares(draw: Random) -> list[float]:
    """The error ratio of every minute: calm, with up to two episodes."""
    shares = [draw.choice(CALM)] * MINUTES
    for _ in range(draw.choice((0, 1, 1, 2))):
        start, length = draw.randrange(30, MINUTES - 60), draw.randint(40, 150)
        end = min(MINUTES, start + length)
        shares[start:end] = [draw.choice(OUTAGES)] * (end - start)
    return shares


def _take(draw: Random, made: Form, series: Sequence[Series]) -> None:
    """Let some series be missing for a while: an operand, one of a zone, a target, or one series of a target."""
    line = draw.choice(made.lines)
    operand = [one for one in series if _is_of(one, line)]
    chosen = draw.choice(operand)
    where = chosen.labels["instance"]
    choices = [[one for one in series if one.labels["instance"] == where]]
    if not line.kept:
        choices += [operand, [one for one in operand if one.labels.get(ZONE) == chosen.labels.get(ZONE)]]
    if line.late:
        choices.append([chosen])
    span = _span(draw)
    for one in draw.choice(choices):
        one.absent.append(span)


def _is_of(one: Series, line: Line) -> bool:
    return one.metric == line.metric and line.labels.items() <= one.labels.items()


def _span(draw: Random) -> Span:
    """Never there, there too late, gone for good, or gone for a while."""
    start, end = sorted((draw.randrange(30, MINUTES - 60), draw.randrange(60, MINUTES - 20)))
    end = max(end, start + SHORTEST)
    restarts = draw.random() < 0.5
    spans = Span(0, MINUTES), Span(0, end, restarts), Span(start, MINUTES), Span(start, end, restarts)
    return draw.choice(spans)
