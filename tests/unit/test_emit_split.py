"""Groups that are split: nothing is lost, the order stays, and what must be read together stays together."""

from __future__ import annotations

from itertools import chain, pairwise

import pytest

from slo.emit.split import Limit, Rule, at_most, split
from slo.model import Options, Scale
from slo.plan import plan
from slo.plan.names import EVALUATED
from slo.plan.rules import Alert, Group
from slo.promql import parse_selector
from slo.sli.events import Events
from tests.specimens import DAY, objective, slo_set


def failures(metric: str, job: int) -> Events:
    """The requests of one job that failed."""
    total, bad = (parse_selector(f'{metric}{{job="{job}"{more}}}') for more in ("", ',code="500"'))
    return Events(total, None, bad)


def group(count: int = 20) -> Group:
    """The only group of a set with so many SLOs, each of them over another window."""
    slos = [objective(f"slo-{n}", window=(n + 1) * DAY, group_by=("tenant",) if n % 3 else ()) for n in range(count)]
    (one, *_) = plan(slo_set(*slos), Scale()).groups
    return one


def kind(rule: Rule) -> str:
    """Which part of a plan a rule belongs to."""
    if isinstance(rule, Alert):
        return "alert"
    if rule.name.startswith("slo:events:"):
        return "base" if "slo" in dict(rule.labels) else "cascade"
    return "ratio" if rule.name.startswith("slo:error_ratio:") else "budget"


@pytest.mark.parametrize("most", [10, 13, 20, 100])
def test_no_part_has_more_rules_than_allowed_and_none_is_lost(most: int) -> None:
    """The parts together are the group, rule by rule in its order, under numbered names and with its interval."""
    whole = group()
    parts = split(whole, *at_most(most))
    assert all(len(part.rules) <= most for part in parts)
    assert tuple(chain.from_iterable(part.rules for part in parts)) == whole.rules
    assert [part.name for part in parts] == [f"slo-svc-0-{n}" for n in range(1, len(parts) + 1)]
    assert {part.interval for part in parts} == {whole.interval}


def test_parts_are_filled() -> None:
    """Two neighbours could not be one part: otherwise a ruler would need more groups than necessary."""
    parts = split(group(), *at_most(20))
    assert all(len(a.rules) + len(b.rules) > 20 for a, b in pairwise(parts))


def test_counts_of_one_slo_stay_together() -> None:
    """Its total, bad and covered of a tile are of the same moment."""
    homes: dict[str, set[str]] = {}
    for part in split(group(), *at_most(10)):
        for rule in part.rules:
            if kind(rule) == "base":
                homes.setdefault(dict(rule.labels)["slo"], set()).add(part.name)
    assert len(homes) == 20
    assert all(len(names) == 1 for names in homes.values())


@pytest.mark.parametrize("most", [3, 4, 5, 6])
def test_counts_of_a_family_stay_together(most: int) -> None:
    """Total and bad of all members are of the same moment, and no part of the cascade that follows."""
    slos = [
        objective(f"{metric}-{n}", sli=failures(metric, n))
        for metric, count in (("a", 5), ("b", 5), ("c", 4))
        for n in range(count)
    ]
    (whole, *_) = plan(slo_set(*slos), Scale(), Options(layout="shared")).groups
    homes: dict[str, set[str]] = {}
    for part in split(whole, *at_most(most)):
        for rule in part.rules:
            for mark in [label for label, _ in rule.labels if label.startswith("__family")]:
                homes.setdefault(mark, set()).add(part.name)
    assert len(homes) == 3
    assert all(len(names) == 1 for names in homes.values())


def test_the_cascade_stays_together_where_it_fits() -> None:
    """One level of delay for all windows, not one for each part of the cascade."""
    slos = [objective(f"slo-{n}") for n in range(6)]
    (whole, *_) = plan(slo_set(*slos), Scale()).groups
    parts = split(whole, *at_most(20))
    assert sum(any(kind(rule) == "cascade" for rule in part.rules) for part in parts) == 1


@pytest.mark.parametrize("most", [13, 20])
def test_what_tells_of_evaluations_is_evaluated_with_the_windows(most: int) -> None:
    """A ruler may be without one part for a while: then no window is recorded, and nothing says that it was."""
    parts = split(group(), *at_most(most))
    (home,) = [part for part in parts if EVALUATED in {rule.name for rule in part.rules}]
    assert any(rule.name == "slo:events:1h" for rule in home.rules)


def test_a_group_that_fits_keeps_its_name() -> None:
    """Without a limit, or below it, nothing changes: the history of a group's alerts hangs on its name."""
    whole = group(1)
    assert split(whole) == (whole,)
    assert split(whole, *at_most(None)) == (whole,)
    assert split(whole, *at_most(len(whole.rules))) == (whole,)


def test_the_tighter_of_two_limits_counts() -> None:
    """Rules may be few and large, or many and small."""
    whole = group()
    sizes = Limit(5_000, lambda rule: len(rule.expr))
    parts = split(whole, *at_most(20), sizes)
    assert all(len(part.rules) <= 20 for part in parts)
    assert all(sizes.of(part.rules) <= 5_000 or len(part.rules) == 1 for part in parts)
    assert len(parts) > len(split(whole, *at_most(20)))
