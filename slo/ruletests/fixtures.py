"""Who plays the scenarios: the SLOs of a plan with input series for them, and those that no series can be made for."""

from __future__ import annotations

from itertools import islice, product
from math import gcd
from typing import TYPE_CHECKING

import msgspec

from slo import burnrate
from slo.inputs import NoSeriesError, UndrivenError
from slo.plan.rules import AlertFacts
from slo.promql import Matcher, Selector, parse_selector
from slo.query.series import example, reads
from slo.ruletests.facts import Role, Shape, Subject
from slo.times import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from slo.burnrate import Tier
    from slo.model import InputSeries, Labels, Slo
    from slo.plan.rules import Plan, PlannedSlo

_WORDS = ("one", "two", "three", "four")
_MOST_TRIES = 64
_MARK = "$"


class Player(msgspec.Struct, frozen=True):
    """One SLO under test: its names, its input series, and what is computed for it.

    Attributes:
        slo: the objective.
        shard: where its rules are.
        subject: what the scenarios are computed from.
        series: the input series, by the numbers that scripts use.
        selectors: what the SLI reads.
        target: what the alerts ask about the target, or none.
    """

    slo: Slo
    shard: str
    subject: Subject
    series: tuple[str, ...]
    selectors: tuple[Selector, ...]
    target: Selector | None

    @property
    def name(self) -> str:
        """Service and SLO, for people."""
        return f"{self.slo.service}/{self.slo.name}"

    def named(self, text: str) -> str:
        """A text of a script about this SLO."""
        word = self.subject.word
        named = text.replace(word("service"), self.slo.service).replace(word("slo"), self.slo.name)
        return named.replace(word("alert"), self.slo.alert_prefix)


def players(plan: Plan) -> tuple[list[Player], list[tuple[str, str]]]:
    """The SLOs that can be tested, and (name, reason) of those that cannot."""
    found, left_out = [], []
    for planned in plan.slos:
        try:
            members = list(_members(planned.slo))
            reason = _why_not(planned.slo, members, plan)
        except UndrivenError as error:
            members, reason = [], str(error)
        if reason:
            left_out.append((_name(planned.slo), reason))
        else:
            found.append(_player(planned, members, plan))
    return found, left_out


def _why_not(slo: Slo, members: Sequence[_Member], plan: Plan) -> str:
    """Return why an SLO cannot be tested; empty if it can.

    Raises:
        UndrivenError: the SLI has its own reason.
    """
    if not members:
        slo.sli.input_series(
            tuple((label, _WORDS[0]) for label in slo.series_labels)
        )  # raises with the reason, if it has one
        return "no series separates good from bad"
    feeds = members[0].feeds
    if plan.options.prometheus != "3" and any(feed.kind == "histogram" for feed in feeds):
        return "promtool 2 has no native histograms (build with --prometheus 3)"
    if any(feed.kind == "rate" and 0 < feed.reach <= gcd(plan.scale.interval, MINUTE) for feed in feeds):
        return "the range of its query is not longer than the sample interval of the test"
    return ""


def _feeds(slo: Slo, labels: Labels = ()) -> tuple[InputSeries, ...]:
    """Return the series of a member; empty if no series has its labels."""
    try:
        return slo.sli.input_series(labels)
    except NoSeriesError:
        return ()


def _name(slo: Slo) -> str:
    return f"{slo.service}/{slo.name}"


class _Member(msgspec.Struct, frozen=True):
    """One member of a group, or the SLO as a whole: labels, objective, and series that carry these labels."""

    labels: Labels
    objective: Decimal
    feeds: tuple[InputSeries, ...]


def _members(slo: Slo) -> Iterator[_Member]:
    """Two members with the SLO's objective, and one for each other objective, as far as they can be made."""
    if not slo.group_by:
        if feeds := _feeds(slo):
            yield _Member((), slo.objective, feeds)
        return
    words = [_words(slo, label) for label in slo.series_labels]
    found = list(islice(_with_objective(slo, words, None), 2))
    yield from found
    for number in range(len(slo.overrides)) if found else ():
        yield from islice(_with_objective(slo, words, number), 1)


def _with_objective(slo: Slo, words: Sequence[tuple[str, ...]], number: int | None) -> Iterator[_Member]:
    """Members to which the override of this number applies, or none; all their labels different where possible."""
    match = dict(() if number is None else slo.overrides[number].match)
    pools = [(match[label],) if label in match else pool for label, pool in zip(slo.group_by, words, strict=True)]
    straight = zip(*(pool * len(max(pools, key=len)) for pool in pools), strict=False)
    for values in dict.fromkeys([*islice(straight, _MOST_TRIES), *islice(product(*pools), _MOST_TRIES)]):
        labels = tuple(zip(slo.group_by, values, strict=True))
        own = tuple(zip(slo.series_labels, values, strict=True))
        applies = next((n for n, part in enumerate(slo.overrides) if set(part.match) <= set(labels)), None)
        if applies == number and (feeds := _feeds(slo, own)):
            yield _Member(labels, slo.objective if number is None else slo.overrides[number].objective, feeds)


def _words(slo: Slo, label: str) -> tuple[str, ...]:
    """Values of a label that the selectors may accept: plain words, and what the selectors themselves name."""
    named = [m.value for selector in slo.sli.selectors() for m in selector.matchers if m.label == label]
    return tuple(dict.fromkeys([*_WORDS, *(word for text in named for word in text.split("|") if word)]))


def _player(planned: PlannedSlo, members: list[_Member], plan: Plan) -> Player:
    slo = planned.slo
    series = [feed.series for member in members for feed in member.feeds]
    scrape = plan.scale.scrape_interval or slo.scrape_interval
    roles = _roles(planned, members, scrape)
    ordinary = sum(member.objective == slo.objective for member in members[:2])
    up = _target_series(slo, series)
    bridged = slo.bridge and _bridges(slo, members[0].feeds)
    newcomers = _newcomers(members[0], slo) if bridged else []
    mark = _mark(members)
    subject = Subject(
        mark=mark,
        unit=slo.sli.unit,
        window=slo.window,
        objective=slo.objective,
        interval=slo.scrape_interval,
        scale=plan.scale,
        min_bad_events=slo.alerts.min_bad_events,
        alerts=tuple(_marked(slo, fact, mark) for fact in planned.alerts),
        group_by=slo.group_by,
        roles=roles[:ordinary],
        exceptions=roles[ordinary:],
        target=len(series) if up else None,
        newcomers=tuple(_shape(len(series) + len(up) + n, feed, scrape) for n, feed in enumerate(newcomers)),
        bridge=bridged,
        excluded=bool(slo.excluded),
    )
    names = (*series, *up, *(feed.series for feed in newcomers))
    return Player(slo, planned.shard, subject, names, slo.sli.selectors(), _target(slo) if up else None)


def _bridges(slo: Slo, feeds: Sequence[InputSeries]) -> bool:
    """Whether the rules bridge lost data: for selectors alone, without native histograms (SLO128)."""
    plain = not any(query.expression for query in slo.sli.queries())
    return plain and all(feed.kind != "histogram" for feed in feeds)


def _roles(planned: PlannedSlo, members: list[_Member], scrape: int) -> tuple[Role, ...]:
    roles, number = [], 0
    for member in members:
        shapes = tuple(_shape(number + n, feed, scrape) for n, feed in enumerate(member.feeds))
        number += len(shapes)
        own = member.objective == planned.slo.objective
        tiers = planned.tiers if own else _tiers(planned, member.objective)
        roles.append(Role(member.labels, shapes, 1 - member.objective, tiers))
    return tuple(roles)


def _tiers(planned: PlannedSlo, objective: Decimal) -> tuple[Tier, ...]:
    """The same tiers with the thresholds that another objective makes of them."""
    return burnrate.tiers(msgspec.structs.replace(planned.slo, objective=objective))


def _shape(number: int, feed: InputSeries, scrape: int) -> Shape:
    counts = feed.kind in {"counter", "histogram", "rate"}
    window = MINUTE + scrape
    reach = window if feed.reach < 0 or (counts and not feed.reach) else feed.reach
    return Shape(number, feed.good, feed.bad, feed.kind, feed.second, reach)


def _target(slo: Slo) -> Selector | None:
    return parse_selector(slo.alerts.target) if slo.alerts.target else None


def _target_series(slo: Slo, others: Sequence[str]) -> list[str]:
    """A series that the target's selector matches; none where it cannot be made, or the SLI reads it."""
    target = _target(slo)
    series = example((target,)) if target else None
    return [series] if target and series and not any(reads(target, other) for other in others) else []


def _newcomers(member: _Member, slo: Slo) -> list[InputSeries]:
    """The series that good events add to, of one more instance, where the selectors leave room for it."""
    made = []
    for feed in member.feeds:
        if not feed.good:
            continue
        plain = parse_selector(feed.series)
        series = str(plain.renamed(plain.name, Matcher("instance", "=", "new")))
        if any(m.label == "instance" for m in plain.matchers):
            return []
        if any(reads(s, feed.series) != reads(s, series) for s in slo.sli.selectors()):
            return []
        made.append(msgspec.structs.replace(feed, series=series))
    return made


def _mark(members: Sequence[_Member]) -> str:
    """Something that stands in no label of a member."""
    mark, texts = _MARK, [value for member in members for _, value in member.labels]
    while any(mark in text for text in texts):
        mark += _MARK
    return mark


def _marked(slo: Slo, fact: AlertFacts, mark: str) -> AlertFacts:
    """The alert with a mark for what depends on the names of the SLO."""
    return AlertFacts(fact.name.replace(slo.alert_prefix, f"{mark}alert{mark}", 1), fact.tier, fact.severity)
