"""Fixtures: the SLOs of a plan with input series for them, and those that no series can be made for."""

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
from slo.ruletests.facts import Member, NumberedSeries, SloFacts
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


class Fixture(msgspec.Struct, frozen=True):
    """An SLO under test.

    Attributes:
        slo: the SLO.
        shard: where its rules are.
        facts: what scenarios are computed from.
        series: the input series, by the numbers in scenarios.
        selectors: what the SLI reads.
        target: the selector of the alerts' target, or none.
    """

    slo: Slo
    shard: str
    facts: SloFacts
    series: tuple[str, ...]
    selectors: tuple[Selector, ...]
    target: Selector | None

    @property
    def name(self) -> str:
        """`service/slo`."""
        return f"{self.slo.service}/{self.slo.name}"

    def with_names(self, text: str) -> str:
        """Return a text of a scenario with the names of this SLO."""
        word = self.facts.placeholder
        named = text.replace(word("service"), self.slo.service).replace(word("slo"), self.slo.name)
        return named.replace(word("alert"), self.slo.alert_prefix)


def fixtures(plan: Plan) -> tuple[list[Fixture], list[tuple[str, str]]]:
    """Return the SLOs that can be tested, and (name, reason) of those that cannot."""
    found, left_out = [], []
    for planned in plan.slos:
        try:
            candidates = list(_candidates(planned.slo))
            reason = _why_not(planned.slo, candidates, plan)
        except UndrivenError as error:
            candidates, reason = [], str(error)
        if reason:
            left_out.append((_name(planned.slo), reason))
        else:
            found.append(_fixture(planned, candidates, plan))
    return found, left_out


def _why_not(slo: Slo, candidates: Sequence[_Candidate], plan: Plan) -> str:
    """Return why an SLO cannot be tested; empty if it can.

    Raises:
        UndrivenError: the SLI has its own reason.
    """
    if not candidates:
        slo.sli.input_series(
            tuple((label, _WORDS[0]) for label in slo.series_labels)
        )  # raises with the reason, if it has one
        return "no series separates good from bad"
    series = candidates[0].series
    if plan.options.prometheus != "3" and any(one.kind == "histogram" for one in series):
        return "promtool 2 has no native histograms (build with --prometheus 3)"
    if any(one.kind == "rate" and 0 < one.reach <= gcd(plan.scale.interval, MINUTE) for one in series):
        return "the range of its query is not longer than the sample interval of the test"
    return ""


def _series(slo: Slo, labels: Labels = ()) -> tuple[InputSeries, ...]:
    """Return the series of a member; empty if no series has its labels."""
    try:
        return slo.sli.input_series(labels)
    except NoSeriesError:
        return ()


def _name(slo: Slo) -> str:
    return f"{slo.service}/{slo.name}"


class _Candidate(msgspec.Struct, frozen=True):
    """A possible member, or an SLO without groups: labels, objective, and series with these labels."""

    labels: Labels
    objective: Decimal
    series: tuple[InputSeries, ...]


def _candidates(slo: Slo) -> Iterator[_Candidate]:
    """Yield two members with the objective of the SLO and one for each override, as far as series can be made."""
    if not slo.group_by:
        if series := _series(slo):
            yield _Candidate((), slo.objective, series)
        return
    words = [_words(slo, label) for label in slo.series_labels]
    found = list(islice(_with_objective(slo, words, None), 2))
    yield from found
    for number in range(len(slo.overrides)) if found else ():
        yield from islice(_with_objective(slo, words, number), 1)


def _with_objective(slo: Slo, words: Sequence[tuple[str, ...]], number: int | None) -> Iterator[_Candidate]:
    """Yield members for the override of this number, or for none; with different labels where possible."""
    match = dict(() if number is None else slo.overrides[number].match)
    pools = [(match[label],) if label in match else pool for label, pool in zip(slo.group_by, words, strict=True)]
    straight = zip(*(pool * len(max(pools, key=len)) for pool in pools), strict=False)
    for values in dict.fromkeys([*islice(straight, _MOST_TRIES), *islice(product(*pools), _MOST_TRIES)]):
        labels = tuple(zip(slo.group_by, values, strict=True))
        own = tuple(zip(slo.series_labels, values, strict=True))
        applies = next((n for n, part in enumerate(slo.overrides) if set(part.match) <= set(labels)), None)
        if applies == number and (series := _series(slo, own)):
            yield _Candidate(labels, slo.objective if number is None else slo.overrides[number].objective, series)


def _words(slo: Slo, label: str) -> tuple[str, ...]:
    """Return values that the selectors may accept for a label: plain words, and what the selectors name."""
    named = [m.value for selector in slo.sli.selectors() for m in selector.matchers if m.label == label]
    return tuple(dict.fromkeys([*_WORDS, *(word for text in named for word in text.split("|") if word)]))


def _fixture(planned: PlannedSlo, candidates: list[_Candidate], plan: Plan) -> Fixture:
    slo = planned.slo
    series = [one.series for candidate in candidates for one in candidate.series]
    scrape = plan.scale.scrape_interval or slo.scrape_interval
    members = _members(planned, candidates, scrape)
    ordinary = sum(candidate.objective == slo.objective for candidate in candidates[:2])
    up = _target_series(slo, series)
    bridged = slo.bridge and _bridges(slo, candidates[0].series)
    new_instance = _new_instance(candidates[0], slo) if bridged else []
    mark = _mark(candidates)
    facts = SloFacts(
        mark=mark,
        unit=slo.sli.unit,
        window=slo.window,
        objective=slo.objective,
        interval=slo.scrape_interval,
        scale=plan.scale,
        min_bad_events=slo.alerts.min_bad_events,
        alerts=tuple(_marked(slo, fact, mark) for fact in planned.alerts),
        group_by=slo.group_by,
        members=members[:ordinary],
        overridden=members[ordinary:],
        target=len(series) if up else None,
        new_instance=tuple(_numbered(len(series) + len(up) + n, one, scrape) for n, one in enumerate(new_instance)),
        bridge=bridged,
        excluded=bool(slo.excluded),
    )
    names = (*series, *up, *(one.series for one in new_instance))
    return Fixture(slo, planned.shard, facts, names, slo.sli.selectors(), _target(slo) if up else None)


def _bridges(slo: Slo, series: Sequence[InputSeries]) -> bool:
    """Whether the rules bridge lost data: for selectors alone, without native histograms (SLO128)."""
    plain = not any(query.expression for query in slo.sli.queries())
    return plain and all(one.kind != "histogram" for one in series)


def _members(planned: PlannedSlo, candidates: list[_Candidate], scrape: int) -> tuple[Member, ...]:
    members, number = [], 0
    for candidate in candidates:
        inputs = tuple(_numbered(number + n, one, scrape) for n, one in enumerate(candidate.series))
        number += len(inputs)
        own = candidate.objective == planned.slo.objective
        tiers = planned.tiers if own else _tiers(planned, candidate.objective)
        members.append(Member(candidate.labels, inputs, 1 - candidate.objective, tiers))
    return tuple(members)


def _tiers(planned: PlannedSlo, objective: Decimal) -> tuple[Tier, ...]:
    """Return the tiers with the thresholds of another objective."""
    return burnrate.tiers(msgspec.structs.replace(planned.slo, objective=objective))


def _numbered(number: int, one: InputSeries, scrape: int) -> NumberedSeries:
    counts = one.kind in {"counter", "histogram", "rate"}
    window = MINUTE + scrape
    reach = window if one.reach < 0 or (counts and not one.reach) else one.reach
    return NumberedSeries(number, one.good, one.bad, one.kind, one.second, reach)


def _target(slo: Slo) -> Selector | None:
    return parse_selector(slo.alerts.target) if slo.alerts.target else None


def _target_series(slo: Slo, others: Sequence[str]) -> list[str]:
    """Return a series for the selector of the target; none where it cannot be made, or the SLI reads it."""
    target = _target(slo)
    series = example((target,)) if target else None
    return [series] if target and series and not any(reads(target, other) for other in others) else []


def _new_instance(candidate: _Candidate, slo: Slo) -> list[InputSeries]:
    """Return the series of good events for one more instance, if the selectors match it."""
    made = []
    for one in candidate.series:
        if not one.good:
            continue
        plain = parse_selector(one.series)
        series = str(plain.renamed(plain.name, Matcher("instance", "=", "new")))
        if any(m.label == "instance" for m in plain.matchers):
            return []
        if any(reads(s, one.series) != reads(s, series) for s in slo.sli.selectors()):
            return []
        made.append(msgspec.structs.replace(one, series=series))
    return made


def _mark(candidates: Sequence[_Candidate]) -> str:
    """Return a text that no label of a member contains."""
    mark, texts = _MARK, [value for candidate in candidates for _, value in candidate.labels]
    while any(mark in text for text in texts):
        mark += _MARK
    return mark


def _marked(slo: Slo, fact: AlertFacts, mark: str) -> AlertFacts:
    """Return the alert with a placeholder for the prefix of its name."""
    return AlertFacts(fact.name.replace(slo.alert_prefix, f"{mark}alert{mark}", 1), fact.tier, fact.severity)
